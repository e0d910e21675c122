"""Settings of loaded models: after how long one that is not used is ejected."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QSpinBox

from app.ui.language import tr
from app.ui.theme import GRID
from app.ui.widgets.labels import plain
from app.ui.widgets.settings_card import SettingsCard

_LONGEST_MINUTES = 24 * 60


class MemoryCard(SettingsCard):
    """`minutes_requested` carries the minutes, None for never."""

    minutes_requested = Signal(object)

    def __init__(self, minutes: int | None) -> None:
        super().__init__(tr("Models in memory"))
        self.minutes = QSpinBox()
        self.minutes.lineEdit().setTextMargins(2 * GRID, 0, 2 * GRID, 0)
        self.minutes.setRange(0, _LONGEST_MINUTES)
        self.minutes.setSpecialValueText(tr("Never"))
        self.minutes.setSuffix(tr(" min"))
        self.minutes.setValue(minutes or 0)
        self.minutes.setMinimumWidth(30 * GRID)
        self.minutes.setKeyboardTracking(False)
        self.minutes.setAccessibleName(tr("Eject a model that was not used for so many minutes"))
        self.minutes.valueChanged.connect(self._choose)
        note = tr(
            "Models stay loaded side by side until you eject them. One that was not used for this "
            "long can go by itself; asking it again loads it again."
        )
        self.column.addWidget(plain(note, "dim"))
        self.column.addWidget(self.minutes, 0, Qt.AlignmentFlag.AlignLeft)

    @Slot(int)
    def _choose(self, minutes: int) -> None:
        self.minutes_requested.emit(minutes or None)
