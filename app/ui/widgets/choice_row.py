"""A row of which one is chosen, as settings have it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QRadioButton, QWidget

from app.ui.language import tr
from app.ui.theme import GRID


class ChoiceRow(QWidget):
    """Shows `labels` by their keys. `chosen` carries the key of what the user chose."""

    chosen = Signal(str)

    def __init__(self, title: str, labels: Mapping[str, str], current: str) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self.buttons = {key: QRadioButton(tr(label)) for key, label in labels.items()}
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(3 * GRID)
        for key, button in self.buttons.items():
            button.setAccessibleName(f"{title}: {button.text()}")
            button.setChecked(key == current)
            self._group.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        self._group.buttonClicked.connect(self._choose)

    @Slot()
    def _choose(self) -> None:
        self.chosen.emit(next(key for key, each in self.buttons.items() if each.isChecked()))
