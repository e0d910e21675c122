"""The trash of chats: what is in it comes back, or goes for good."""

from __future__ import annotations

from collections.abc import Sequence

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
from app.ui.artwork import heading_font, secondary_font
from app.ui.language import moment_text, tr
from app.ui.theme import GRID

_ID_ROLE = Qt.ItemDataRole.UserRole


class TrashDialog(QDialog):
    """`restore_requested` and `purge_requested` carry numbers of chats."""

    restore_requested = Signal(object)
    purge_requested = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Trash"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(520, 420)
        self._title = QLabel(tr("Trash"))
        self._title.setFont(heading_font())
        self._facts = QLabel()
        self._facts.setFont(secondary_font())
        self._facts.setProperty("tone", "dim")
        self._facts.setWordWrap(True)
        self.rows = QListWidget()
        self.rows.setProperty("kind", "rows")
        self.rows.setAccessibleName(tr("Chats in the trash"))
        self.rows.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.rows.itemSelectionChanged.connect(self._offer)
        self.rows.itemActivated.connect(self._restore)
        self.restore_button = QPushButton(tr("Restore"))
        self.restore_button.clicked.connect(self._restore)
        self.purge_button = QPushButton(tr("Delete for good…"))
        self.purge_button.clicked.connect(self._ask_chosen)
        self.empty_button = QPushButton(tr("Empty the trash…"))
        self.empty_button.clicked.connect(self._ask_all)
        self._close_button = QPushButton(tr("Close"))
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
                words = tr("Deleted {when}").format(when=moment_text(chat.deleted_at))
                item.setData(Qt.ItemDataRole.AccessibleDescriptionRole, words)
                item.setToolTip(words)
            self.rows.addItem(item)
        self._facts.setText(
            tr("Chats stay here until you delete them for good.")
            if chats
            else tr("The trash is empty. Chats that you delete come here first.")
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
        question = QMessageBox(self)
        question.setWindowTitle(tr("Delete for good"))
        question.setTextFormat(Qt.TextFormat.PlainText)
        question.setText(tr("Delete %Ln chats for good?", "", count))
        question.setInformativeText(
            tr("This cannot be undone: the text is overwritten on the disk.")
        )
        delete = question.addButton(tr("Delete for good"), QMessageBox.ButtonRole.DestructiveRole)
        cancel = question.addButton(QMessageBox.StandardButton.Cancel)
        question.setDefaultButton(cancel)
        question.setEscapeButton(cancel)
        question.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        delete.clicked.connect(self._purge)
        question.open()

    @Slot()
    def _purge(self) -> None:
        self.purge_requested.emit(self._doomed)
