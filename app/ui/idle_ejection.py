"""Ejects models that were not used for as long as the settings say."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Slot

from app.domain.model import ModelRef
from app.services.settings_store import SettingsStore
from app.ui.loaded_models import LoadedModels
from app.ui.turns import Turns

_LOOK_MILLISECONDS: Final = 15_000


class IdleEjection(QObject):
    """A model is used while it answers; one that is asked again is loaded again."""

    def __init__(
        self,
        models: LoadedModels,
        turns: Turns,
        settings: SettingsStore,
        clock: Callable[[], float] = time.monotonic,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._models = models
        self._turns = turns
        self._settings = settings
        self._clock = clock
        # When each model was loaded or answered last.
        self._used: dict[ModelRef, float] = {}
        models.changed.connect(self.look)
        turns.running_changed.connect(self._note_use)
        self._timer = QTimer(self)
        self._timer.setInterval(_LOOK_MILLISECONDS)
        self._timer.timeout.connect(self.look)
        self._timer.start()

    @Slot(object)
    def _note_use(self, _: object) -> None:
        self.look()

    @Slot()
    def look(self) -> None:
        """Note what answers now, and eject what did not for too long."""
        now, minutes = self._clock(), self._settings.current.eject_after_minutes
        held = [each for each in self._models.all if each.session.process_id is not None]
        self._used = {each.ref: self._used.get(each.ref, now) for each in held}
        for each in held:
            if each.session in self._turns.sessions:
                self._used[each.ref] = now
            elif minutes is not None and now - self._used[each.ref] >= 60 * minutes:
                self._models.eject(each.model)
