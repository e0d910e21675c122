"""The list of keyboard shortcuts, as F1 shows it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.words import marked
from app.ui.artwork import heading_font, secondary_font
from app.ui.language import keys_text, tr
from app.ui.theme import GRID

Shortcut = tuple[str, str]
# The first half stands in the left column.
GROUPS: tuple[tuple[str, tuple[Shortcut, ...]], ...] = (
    (
        marked("Chats"),
        (
            ("Ctrl+N", marked("New chat")),
            ("Ctrl+K", marked("Search all chats")),
            ("F2", marked("Edit the chosen message, rename the chosen chat")),
            ("Del", marked("Delete the chosen chat")),
            ("Ctrl+Shift+S", marked("Show or hide the chats")),
            ("Ctrl+Shift+O", marked("Options of this chat")),
        ),
    ),
    (
        marked("Writing"),
        (
            ("Return", marked("Send the message")),
            ("Shift+Return", marked("New line in the message")),
            ("Up", marked("Edit the last message, from an empty line")),
            ("Esc", marked("Stop the reply")),
        ),
    ),
    (
        marked("Messages"),
        (
            ("Ctrl+Up", marked("Previous message")),
            ("Ctrl+Down", marked("Next message")),
            ("Ctrl+C", marked("Copy the message, or what is selected")),
            ("Ctrl+R", marked("Write another reply")),
            ("Ctrl+Shift+Return", marked("Continue a cut reply")),
            ("Alt+PgUp", marked("Previous version")),
            ("Alt+PgDown", marked("Next version")),
            ("Ctrl+B", marked("Branch into a new chat")),
            ("Ctrl+Shift+P", marked("Keep the message in the context")),
            ("Ctrl+I", marked("About the reply")),
        ),
    ),
    (
        marked("Reading"),
        (
            ("Ctrl+F", marked("Find in this chat")),
            ("F3", marked("Next place found")),
            ("Shift+F3", marked("Previous place found")),
            ("Ctrl+=", marked("Larger text")),
            ("Ctrl+-", marked("Smaller text")),
            ("Ctrl+0", marked("Usual text size")),
        ),
    ),
    (
        marked("Models"),
        (
            ("Ctrl+L", marked("Choose a model")),
            ("Ctrl+Return", marked("Load the marked model with options")),
            ("Ctrl+O", marked("Open a .gguf file")),
            ("Ctrl+E", marked("Eject the model")),
        ),
    ),
    (
        marked("Window"),
        (
            ("Ctrl+1", marked("Chat")),
            ("Ctrl+2", marked("Models")),
            ("Ctrl+3", marked("Discover")),
            ("Ctrl+4", marked("Downloads")),
            ("Ctrl+5", marked("Engines")),
            ("Ctrl+,", marked("Settings")),
            ("F1", marked("This list")),
            ("Ctrl+Q", marked("Quit")),
        ),
    ),
)


class ShortcutSheet(QDialog):
    """Keys on the left, what they do on the right; keys are named as this system names them."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Keyboard shortcuts"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        title = QLabel(tr("Keyboard shortcuts"))
        title.setFont(heading_font())
        half = len(GROUPS) // 2
        columns = QHBoxLayout()
        columns.setSpacing(10 * GRID)
        for groups in (GROUPS[:half], GROUPS[half:]):
            columns.addLayout(_column(groups), 1)
        done = QPushButton(tr("Close"))
        done.clicked.connect(self.accept)
        lines = QVBoxLayout(self)
        lines.setContentsMargins(6 * GRID, 5 * GRID, 6 * GRID, 5 * GRID)
        lines.setSpacing(4 * GRID)
        lines.addWidget(title)
        lines.addLayout(columns)
        lines.addWidget(done, 0, Qt.AlignmentFlag.AlignRight)


def _column(groups: Sequence[tuple[str, Sequence[Shortcut]]]) -> QGridLayout:
    grid = QGridLayout()
    grid.setHorizontalSpacing(6 * GRID)
    grid.setVerticalSpacing(GRID + 2)
    row = 0
    for name, shortcuts in groups:
        heading = QLabel(tr(name))
        heading.setFont(secondary_font(strong=True))
        heading.setContentsMargins(0, 2 * GRID if row else 0, 0, 0)
        grid.addWidget(heading, row, 0)
        for keys, meaning in shortcuts:
            row += 1
            keys_label = QLabel(keys_text(keys))
            keys_label.setProperty("tone", "dim")
            grid.addWidget(QLabel(tr(meaning)), row, 0)
            grid.addWidget(keys_label, row, 1, Qt.AlignmentFlag.AlignRight)
        row += 1
    grid.setRowStretch(row, 1)
    return grid
