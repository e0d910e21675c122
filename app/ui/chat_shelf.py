"""What is done with chats as a whole: search, pins, folders, files, and the trash."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, Protocol

from PySide6.QtCore import QObject, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QInputDialog, QMenu, QWidget

from app.domain.chat_export import ExportFormat, file_name
from app.domain.chat_search import SearchHit
from app.domain.conversation import Conversation
from app.domain.errors import AppError
from app.domain.words import marked
from app.services.chat_files import ImportReport
from app.ui.conversations import Conversations
from app.ui.errors import Notice, notice_of
from app.ui.language import tr
from app.ui.tasks import Tasks
from app.ui.widgets.conversation_model import Row
from app.ui.widgets.conversation_panel import ConversationPanel
from app.ui.widgets.trash_dialog import TrashDialog

_FORMATS: dict[ExportFormat, tuple[str, str]] = {
    "json": (marked("JSON, with all versions…"), "JSON (*.json)"),
    "markdown": (marked("Markdown…"), "Markdown (*.md)"),
    "text": (marked("Plain text…"), marked("Text (*.txt)")),
}


class Store(Protocol):
    """What the trash needs of the conversation store."""

    async def trashed(self) -> list[Conversation]: ...

    async def restore(self, conversation_id: int) -> None: ...

    async def purge(self, conversation_ids: Sequence[int]) -> None: ...


class Files(Protocol):
    """Chats to and from files."""

    async def export(
        self, path: str, conversation_ids: Sequence[int] | None, form: ExportFormat
    ) -> int: ...

    async def read(self, paths: Sequence[str]) -> ImportReport: ...


class ChatPlaces(NamedTuple):
    """Where chats are kept, and where they go."""

    store: Store
    files: Files


class ExportChoice(NamedTuple):
    """What to export (None: all chats), and how."""

    chat: Conversation | None
    form: ExportFormat


class ChatShelf(QObject):
    """Serves the panel of chats. `opened` tells that the user chose one."""

    noticed = Signal(object)
    opened = Signal()

    def __init__(
        self,
        panel: ConversationPanel,
        conversations: Conversations,
        places: ChatPlaces,
        tasks: Tasks,
    ) -> None:
        super().__init__(panel)
        self._panel = panel
        self._conversations = conversations
        self._store, self._files = places
        self._tasks = tasks
        # What a dialog that is open is about.
        self._moving: int | None = None
        self._folder = ""
        self._exporting = ExportChoice(None, "json")
        self._trash: TrashDialog | None = None
        panel.searched.connect(conversations.search)
        panel.menu_requested.connect(self._show_shelf_menu)
        panel.chats.menu_requested.connect(self._show_row_menu)
        panel.chats.found_requested.connect(self._open_found)
        conversations.found.connect(self._show_found)

    @property
    def _window(self) -> QWidget:
        return self._panel.window()

    # Search

    @Slot(list)
    def _show_found(self, hits: list[SearchHit]) -> None:
        self._panel.show_hits(hits)

    @Slot(object)
    def _open_found(self, row: Row) -> None:
        if row.chat is not None and row.message_id is not None:
            self.opened.emit()
            self._conversations.open_message(row.chat.id, row.message_id)

    # Menus

    @Slot(object)
    def _show_row_menu(self, row: Row) -> None:
        menu = self.menu_of(row)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self._panel.chats.menu_place)

    def menu_of(self, row: Row) -> QMenu:
        """What can be done with a chat or a folder."""
        menu = QMenu(self._panel)
        if row.chat is None:
            self._folder = row.title.text
            self._add(menu, tr("Rename folder…"), self._ask_folder_name)
            self._add(menu, tr("Take all chats out"), self._dissolve_folder)
            return menu
        chat = row.chat
        menu.addAction(self._panel.chats.rename_action)
        self._add(menu, tr("Unpin") if chat.pinned else tr("Pin"), self._pin, chat)
        self._add_folders(menu.addMenu(tr("Move to folder")), chat)
        export = menu.addMenu(tr("Export"))
        for form, (words, _) in _FORMATS.items():
            self._add(export, tr(words), self._ask_export, ExportChoice(chat, form))
        menu.addSeparator()
        menu.addAction(self._panel.chats.delete_action)
        return menu

    def _add_folders(self, menu: QMenu, chat: Conversation) -> None:
        for name in self._conversations.folders:
            # An ampersand would mark a key.
            action = self._add(menu, name.replace("&", "&&"), self._move, (chat.id, name))
            action.setCheckable(True)
            action.setChecked(name == chat.folder)
        if self._conversations.folders:
            menu.addSeparator()
        self._add(menu, tr("New folder…"), self._ask_new_folder, chat)
        if chat.folder is not None:
            self._add(menu, tr("No folder"), self._move, (chat.id, None))

    @Slot()
    def _show_shelf_menu(self) -> None:
        menu = self.shelf_menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        button = self._panel.more
        menu.popup(button.mapToGlobal(QPoint(0, button.height())))

    def shelf_menu(self) -> QMenu:
        """What can be done with all chats."""
        menu = QMenu(self._panel)
        self._add(menu, tr("Import chats…"), self.ask_import)
        export = menu.addMenu(tr("Export all chats"))
        for form, (words, _) in _FORMATS.items():
            self._add(export, tr(words), self._ask_export, ExportChoice(None, form))
        menu.addSeparator()
        self._add(menu, tr("Trash…"), self.show_trash)
        return menu

    def _add(
        self, menu: QMenu, words: str, slot: Callable[[], None], data: object = None
    ) -> QAction:
        action = menu.addAction(words)
        action.setData(data)
        action.triggered.connect(slot)
        return action

    def _data(self) -> object:
        sender = self.sender()
        return sender.data() if isinstance(sender, QAction) else None

    # Pins and folders

    @Slot()
    def _pin(self) -> None:
        chat = self._data()
        if isinstance(chat, Conversation):
            self._conversations.pin(chat.id, pinned=not chat.pinned)

    @Slot()
    def _move(self) -> None:
        match self._data():
            case (int(conversation_id), str() | None as folder):
                self._conversations.move(conversation_id, folder)
            case _:
                pass

    @Slot()
    def _ask_new_folder(self) -> None:
        chat = self._data()
        if isinstance(chat, Conversation):
            self._moving = chat.id
            self._ask_text(tr("New folder"), tr("Name of the folder:"), "", self._move_to_new)

    @Slot(str)
    def _move_to_new(self, name: str) -> None:
        if self._moving is not None:
            self._conversations.move(self._moving, name)

    @Slot()
    def _ask_folder_name(self) -> None:
        self._ask_text(
            tr("Rename folder"), tr("Name of the folder:"), self._folder, self._rename_folder
        )

    @Slot(str)
    def _rename_folder(self, name: str) -> None:
        if name.strip():
            self._conversations.rename_folder(self._folder, name)

    @Slot()
    def _dissolve_folder(self) -> None:
        self._conversations.rename_folder(self._folder, None)

    def _ask_text(self, title: str, label: str, text: str, slot: Callable[[str], None]) -> None:
        dialog = QInputDialog(self._window)
        dialog.setWindowTitle(title)
        dialog.setLabelText(label)
        dialog.setTextValue(text)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.textValueSelected.connect(slot)
        dialog.open()

    # Files

    @Slot()
    def _ask_export(self) -> None:
        choice = self._data()
        if not isinstance(choice, ExportChoice):
            return
        self._exporting = choice
        title = tr("Chats") if choice.chat is None else choice.chat.title
        name = file_name(title, choice.form)
        dialog = QFileDialog(self._window, tr("Export"), name, tr(_FORMATS[choice.form][1]))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(name.rsplit(".", 1)[1])
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._export)
        dialog.open()

    @Slot(str)
    def _export(self, path: str) -> None:
        chat, form = self._exporting
        chosen = None if chat is None else [chat.id]
        self._tasks.run(
            self._files.export(path, chosen, form), done=self._tell_exported, failed=self._fail
        )

    @Slot(object)
    def _tell_exported(self, count: int) -> None:
        self.noticed.emit(Notice(tr("%Ln chats were exported.", "", count)))

    @Slot()
    def ask_import(self) -> None:
        """Ask for files of chats."""
        kinds = tr("Chats (*.json *.zip);;All files (*)")
        dialog = QFileDialog(self._window, tr("Import chats"), "", kinds)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(self.read)
        dialog.open()

    @Slot(list)
    def read(self, paths: list[str]) -> None:
        """Take in the chats of files."""
        self.noticed.emit(Notice(tr("Chats are being imported…")))
        self._tasks.run(self._files.read(paths), done=self._tell_imported, failed=self._fail_import)

    @Slot(object)
    def _tell_imported(self, report: ImportReport) -> None:
        self.noticed.emit(Notice(report.sentence(), "warn" if report.problems else "info"))
        self._conversations.refresh()
        if report.chats == 1 and report.first_id is not None:
            self.opened.emit()
            self._conversations.open(report.first_id)

    @Slot(object)
    def _fail_import(self, error: AppError) -> None:
        self._conversations.refresh()  # some may have come before the disk was full
        self._fail(error)

    # The trash

    @Slot()
    def show_trash(self) -> None:
        """Open the trash."""
        self._trash = TrashDialog(self._window)
        self._trash.restore_requested.connect(self._restore)
        self._trash.purge_requested.connect(self._purge)
        self._trash.finished.connect(self._forget_trash)
        self._trash.open()
        self._read_trash()

    @Slot()
    def _forget_trash(self) -> None:
        self._trash = None

    def _read_trash(self) -> None:
        self._tasks.run(self._store.trashed(), done=self._list_trash, failed=self._fail)

    @Slot(object)
    def _list_trash(self, chats: list[Conversation]) -> None:
        if self._trash is not None:
            self._trash.show_chats(chats)

    @Slot(object)
    def _restore(self, conversation_ids: list[int]) -> None:
        for conversation_id in conversation_ids:
            self._tasks.write(
                self._store.restore(conversation_id), done=self._show_changed, failed=self._fail
            )

    @Slot(object)
    def _purge(self, conversation_ids: list[int]) -> None:
        self._tasks.write(
            self._store.purge(conversation_ids), done=self._show_changed, failed=self._fail
        )

    @Slot(object)
    def _show_changed(self, _: object) -> None:
        self._conversations.refresh()
        self._read_trash()

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        self.noticed.emit(notice_of(error))
