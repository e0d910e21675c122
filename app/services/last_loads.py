"""Remembers which model the window chose last, how models are loaded, and when they were."""

from __future__ import annotations

import logging
import os
import time

import msgspec

from app.domain.errors import StoreError
from app.domain.load_options import LoadOptions
from app.domain.model import AnyModel, LocalModel
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


def known_options(settings: SettingsStore, model: AnyModel) -> LoadOptions:
    """How a model was loaded last in the window; as the program chooses, if it was not."""
    kept = settings.current.load_options
    path = os.fsdecode(model.path) if isinstance(model, LocalModel) else ""
    return kept.get(path, LoadOptions())


async def remember_choice(settings: SettingsStore, model: LocalModel, options: LoadOptions) -> None:
    """Note that a model was chosen in the window, and how it was to be loaded: the next start
    begins with it.
    """
    path = os.fsdecode(model.path)
    # The next start may find other devices.
    lasting = msgspec.structs.replace(options, device=None, more_devices=(), tensor_split=())

    def change(now: Settings) -> dict[str, object]:
        kept = {other: each for other, each in now.load_options.items() if other != path}
        if lasting != LoadOptions():
            kept[path] = lasting
        return {"last_model": model.name, "load_options": dict([*kept.items()][-_MOST_KEPT:])}

    try:
        await settings.revise(change)
    except StoreError as error:
        logger.warning("It is not remembered that %s was chosen: %s", model.name, error)
