"""The list of keyboard shortcuts, as F1 shows it."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QDialog, QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.ui.artwork import heading_font
from app.ui.theme import GRID

SHORTCUTS = (
    ("Ctrl+N", "New chat"),
    ("Ctrl+L", "Choose a model"),
    ("Ctrl+O", "Open a .gguf file"),
    ("Ctrl+E", "Eject the model"),
    ("Return", "Send the message"),
    ("Shift+Return", "New line in the message"),
    ("Esc", "Stop the reply"),
    ("Ctrl+K", "Search all chats"),
    ("Ctrl+F", "Find in this chat"),
    ("F3", "Next place found"),
    ("Ctrl+Up", "Message before"),
    ("Ctrl+R", "Write another reply"),
    ("Ctrl+Shift+Return", "Continue a cut reply"),
    ("Up", "Edit the last message, from an empty line"),
    ("Alt+PgUp", "Version before"),
    ("Alt+PgDown", "Next version"),
    ("Ctrl+B", "Branch into a new chat"),
    ("Ctrl+I", "About the reply"),
    ("Ctrl+Shift+O", "Options of this chat"),
    ("Ctrl+=", "Larger text"),
    ("Ctrl+-", "Smaller text"),
    ("Ctrl+0", "Usual text size"),
    ("Ctrl+1", "Chat"),
    ("Ctrl+2", "Models"),
    ("Ctrl+3", "Discover"),
    ("Ctrl+4", "Downloads"),
    ("Ctrl+5", "Engines"),
    ("Ctrl+,", "Settings"),
    ("F2", "Edit the chosen message, rename the chosen chat"),
    ("Del", "Delete the chosen chat"),
    ("F1", "This list"),
    ("Ctrl+Q", "Quit"),
)


class ShortcutSheet(QDialog):
    """Keys on the left, what they do on the right; keys are named as this system names them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Keyboard shortcuts")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = QLabel("Keyboard shortcuts")
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
            grid.addWidget(QLabel(meaning), row, column)
            grid.addWidget(key_label, row, column + 1, Qt.AlignmentFlag.AlignRight)
        done = QPushButton("Close")
        done.clicked.connect(self.accept)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(6 * GRID, 5 * GRID, 6 * GRID, 5 * GRID)
        lines.setSpacing(4 * GRID)
        lines.addWidget(title)
        lines.addLayout(grid)
        lines.addWidget(done, 0, Qt.AlignmentFlag.AlignRight)
