"""The trash of chats: what is in it comes back, or goes for good."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QHBoxLayout,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QMessageBox,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.conversation import Conversation
from app.domain.units import count_text
from app.ui.artwork import heading_font, secondary_font
from app.ui.theme import GRID

_ID_ROLE = Qt.ItemDataRole.UserRole


class TrashDialog(QDialog):
    """`restore_requested` and `purge_requested` carry numbers of chats."""

    restore_requested = Signal(object)
    purge_requested = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Trash")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(520, 420)
        self._title = QLabel("Trash")
        self._title.setFont(heading_font())
        self._facts = QLabel()
        self._facts.setFont(secondary_font())
        self._facts.setProperty("tone", "dim")
        self._facts.setWordWrap(True)
        self.rows = QListWidget()
        self.rows.setAccessibleName("Chats in the trash")
        self.rows.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.rows.itemSelectionChanged.connect(self._offer)
        self.rows.itemActivated.connect(self._restore)
        self.restore_button = QPushButton("Restore")
        self.restore_button.clicked.connect(self._restore)
        self.purge_button = QPushButton("Delete for good…")
        self.purge_button.clicked.connect(self._ask_chosen)
        self.empty_button = QPushButton("Empty the trash…")
        self.empty_button.clicked.connect(self._ask_all)
        self._close_button = QPushButton("Close")
        self._close_button.clicked.connect(self.accept)
        QShortcut(QKeySequence(Qt.Key.Key_Delete), self.rows).activated.connect(self._ask_chosen)
        self._doomed: list[int] = []
        self._lay_out()
        self._offer()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * GRID)
        buttons.addWidget(self.restore_button)
        buttons.addWidget(self.purge_button)
        buttons.addWidget(self.empty_button)
        buttons.addStretch(1)
        buttons.addWidget(self._close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(6 * GRID, 5 * GRID, 6 * GRID, 5 * GRID)
        column.setSpacing(3 * GRID)
        column.addWidget(self._title)
        column.addWidget(self._facts)
        column.addWidget(self.rows, 1)
        column.addLayout(buttons)

    def show_chats(self, chats: Sequence[Conversation]) -> None:
        """List what is in the trash."""
        self.rows.clear()
        for chat in chats:
            item = QListWidgetItem(chat.title)
            item.setData(_ID_ROLE, chat.id)
            item.setSizeHint(QSize(0, 8 * GRID))
            if chat.deleted_at is not None:
                when = datetime.fromtimestamp(chat.deleted_at).astimezone()
                words = f"Deleted {when:%d %B %Y, %H:%M}"
                item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, words)
                item.setToolTip(words)
            self.rows.addItem(item)
        self._facts.setText(
            "Chats stay here until you delete them for good."
            if chats
            else "The trash is empty. Chats that you delete come here first."
        )
        if chats:
            self.rows.setCurrentRow(0)
        self._offer()

    @property
    def _all(self) -> list[int]:
        return [self.rows.item(row).data(_ID_ROLE) for row in range(self.rows.count())]

    @property
    def _chosen(self) -> list[int]:
        return [item.data(_ID_ROLE) for item in self.rows.selectedItems()]

    @Slot()
    def _offer(self) -> None:
        self.restore_button.setEnabled(bool(self._chosen))
        self.purge_button.setEnabled(bool(self._chosen))
        self.empty_button.setEnabled(self.rows.count() > 0)

    @Slot()
    def _restore(self) -> None:
        if self._chosen:
            self.restore_requested.emit(self._chosen)

    @Slot()
    def _ask_chosen(self) -> None:
        self._ask(self._chosen)

    @Slot()
    def _ask_all(self) -> None:
        self._ask(self._all)

    def _ask(self, doomed: list[int]) -> None:
        if not doomed:
            return
        self._doomed = doomed
        count = len(doomed)
        chats = "1 chat" if count == 1 else f"{count_text(count)} chats"
        question = QMessageBox(self)
        question.setWindowTitle("Delete for good")
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setText(f"Delete {chats} for good?")
        question.setInformativeText("This cannot be undone: the text is overwritten on the disk.")
        delete = question.addButton("Delete for good", QMessageBox.ButtonRole.DestructiveRole)
        cancel = question.addButton(QMessageBox.StandardButton.Cancel)
        question.setDefaultButton(cancel)
        question.setEscapeButton(cancel)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        delete.clicked.connect(self._purge)
        question.open()

    @Slot()
    def _purge(self) -> None:
        self.purge_requested.emit(self._doomed)
