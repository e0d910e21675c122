"""Remembers which model the window chose last, and when models were loaded."""

from __future__ import annotations

import logging
import os
import time

from app.domain.errors import StoreError
from app.domain.model import LocalModel
from app.domain.settings import Settings
from app.services.settings_store import SettingsStore

_MOST_KEPT = 300

logger = logging.getLogger(__name__)


async def remember_load(settings: SettingsStore, model: LocalModel) -> None:
    """Note that a model was loaded now. A disk that is full keeps no model from answering."""
    loaded = {os.fsdecode(model.path): int(time.time())}

    def change(now: Settings) -> dict[str, object]:
        latest = sorted((now.last_loads | loaded).items(), key=lambda load: load[1])[-_MOST_KEPT:]
        return {"last_loads": dict(latest)}

    try:
        await settings.revise(change)
    except StoreError as error:
        logger.warning("It is not remembered that %s was loaded: %s", model.name, error)


async def remember_choice(settings: SettingsStore, model: LocalModel) -> None:
    """Note that a model was chosen in the window: its next start begins with it."""
    try:
        await settings.update(last_model=model.name)
    except StoreError as error:
        logger.warning("It is not remembered that %s was chosen: %s", model.name, error)
