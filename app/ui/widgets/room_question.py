"""Asks whether loaded models may go for another one, with what each takes."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QMessageBox, QWidget

from app.ui.language import tr
from app.ui.loaded_models import FailedLoad


class RoomQuestion(QMessageBox):
    """`answered` carries the refused load, `declined` too; Escape declines."""

    answered = Signal(object)
    declined = Signal(object)

    def __init__(self, parent: QWidget, failed: FailedLoad) -> None:
        super().__init__(parent)
        self._failed = failed
        self.setWindowTitle(tr("Make room"))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(failed.error.said())
        self.eject_button = self.addButton(tr("Eject and load"), QMessageBox.ButtonRole.AcceptRole)
        cancel = self.addButton(QMessageBox.StandardButton.Cancel)
        self.setDefaultButton(self.eject_button)
        self.setEscapeButton(cancel)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.finished.connect(self._answer)

    @Slot(int)
    def _answer(self, _: int) -> None:
        agreed = self.clickedButton() is self.eject_button
        (self.answered if agreed else self.declined).emit(self._failed)
