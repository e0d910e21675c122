"""Asks before a model goes to the trash: what that frees, and who else uses it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from app.domain.storage import Removal
from app.domain.units import file_text
from app.ui.language import tr


class RemovalQuestion(QMessageBox):
    """`confirmed` carries the removal; Cancel is what Enter and Escape do."""

    confirmed = Signal(object)

    def __init__(self, parent: QWidget, removal: Removal) -> None:
        super().__init__(parent)
        self._removal = removal
        self.setWindowTitle(tr("Delete a model"))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(tr("Move {name} to the trash?").format(name=removal.model.name))
        count = len(removal.paths)
        words = tr("%Ln files. Emptying the trash then frees {size}.", "", count)
        frees = words.format(size=file_text(removal.frees_bytes))
        self.setInformativeText("\n".join((frees, *removal.warnings)))
        self._move = self.addButton(tr("Move to the trash"), QMessageBox.ButtonRole.DestructiveRole)
        cancel = self.addButton(QMessageBox.StandardButton.Cancel)
        self.setDefaultButton(cancel)
        self.setEscapeButton(cancel)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._move.clicked.connect(self._confirm)

    @Slot()
    def _confirm(self) -> None:
        self.confirmed.emit(self._removal)
