"""Asks before an address from outside is opened in the browser."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QMessageBox, QWidget

from app.ui.language import tr


class LinkQuestion(QMessageBox):
    """Shows the whole address, literally; opens it only on Open."""

    def __init__(self, parent: QWidget, address: str) -> None:
        super().__init__(parent)
        self._address = address
        self.setWindowTitle(tr("Open a link"))
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setText(tr("Open this address in your browser?"))
        self.setInformativeText(address)
        buttons = QMessageBox.StandardButton
        self.setStandardButtons(buttons.Open | buttons.Cancel)
        self.setDefaultButton(buttons.Cancel)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.accepted.connect(self._open)

    @Slot()
    def _open(self) -> None:
        url = QUrl(self._address)
        if url.scheme() in ("http", "https"):
            QDesktopServices.openUrl(url)


def ask_to_open(parent: QWidget, address: str) -> None:
    """Ask, without stopping the event loop."""
    LinkQuestion(parent, address).open()
