"""The list of keyboard shortcuts, as F1 shows it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.domain.words import marked
from app.ui.artwork import heading_font
from app.ui.language import tr
from app.ui.theme import GRID

SHORTCUTS = (
    ("Ctrl+N", marked("New chat")),
    ("Ctrl+L", marked("Choose a model")),
    ("Ctrl+O", marked("Open a .gguf file")),
    ("Ctrl+Return", marked("Load the marked model with options")),
    ("Ctrl+E", marked("Eject the model")),
    ("Return", marked("Send the message")),
    ("Shift+Return", marked("New line in the message")),
    ("Esc", marked("Stop the reply")),
    ("Ctrl+K", marked("Search all chats")),
    ("Ctrl+F", marked("Find in this chat")),
    ("F3", marked("Next place found")),
    ("Shift+F3", marked("Place found before")),
    ("Ctrl+Up", marked("Message before")),
    ("Ctrl+Down", marked("Next message")),
    ("Ctrl+C", marked("Copy the message, or what is selected")),
    ("Ctrl+R", marked("Write another reply")),
    ("Ctrl+Shift+Return", marked("Continue a cut reply")),
    ("Up", marked("Edit the last message, from an empty line")),
    ("Alt+PgUp", marked("Version before")),
    ("Alt+PgDown", marked("Next version")),
    ("Ctrl+B", marked("Branch into a new chat")),
    ("Ctrl+Shift+P", marked("Keep the message in the context")),
    ("Ctrl+I", marked("About the reply")),
    ("Ctrl+Shift+O", marked("Options of this chat")),
    ("Ctrl+=", marked("Larger text")),
    ("Ctrl+-", marked("Smaller text")),
    ("Ctrl+0", marked("Usual text size")),
    ("Ctrl+1", marked("Chat")),
    ("Ctrl+2", marked("Models")),
    ("Ctrl+3", marked("Discover")),
    ("Ctrl+4", marked("Downloads")),
    ("Ctrl+5", marked("Engines")),
    ("Ctrl+,", marked("Settings")),
    ("F2", marked("Edit the chosen message, rename the chosen chat")),
    ("Del", marked("Delete the chosen chat")),
    ("F1", marked("This list")),
    ("Ctrl+Q", marked("Quit")),
)


class ShortcutSheet(QDialog):
    """Keys on the left, what they do on the right; keys are named as this system names them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = QLabel(tr("Keyboard shortcuts"))
        title.setFont(heading_font())
        grid = QGridLayout()
        grid.setHorizontalSpacing(8 * GRID)
        grid.setVerticalSpacing(2 * GRID)
        half = (len(SHORTCUTS) + 1) // 2
        for number, (keys, meaning) in enumerate(SHORTCUTS):
            row, column = number % half, 2 * (number // half)
            shown = QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)
            key_label = QLabel(shown)
            key_label.setProperty("tone", "dim")
            grid.addWidget(QLabel(tr(meaning)), row, column)
            grid.addWidget(key_label, row, column + 1, Qt.AlignmentFlag.AlignRight)
        done = QPushButton(tr("Close"))
        done.clicked.connect(self.accept)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(6 * GRID, 5 * GRID, 6 * GRID, 5 * GRID)
        lines.setSpacing(4 * GRID)
        lines.addWidget(title)
        lines.addLayout(grid)
        lines.addWidget(done, 0, Qt.AlignmentFlag.AlignRight)
