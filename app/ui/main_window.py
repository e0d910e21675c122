"""The window: navigation, pages, notices, meters, shortcuts, and files dropped onto it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QEvent, QSettings, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QCloseEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDropEvent,
    QKeySequence,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from app.ui.errors import Banner, Notice
from app.ui.language import tr
from app.ui.theme import GRID, Theme
from app.ui.widgets.drop_hint import DropHint, model_paths
from app.ui.widgets.meter_strip import MeterStrip
from app.ui.widgets.model_dialogs import ask_for_file, ask_for_folder
from app.ui.widgets.sidebar import PageName, Sidebar

if TYPE_CHECKING:
    from app.domain.conversation import Conversation
    from app.domain.model import LocalModel
    from app.ui.pages.chat import ChatPage
    from app.ui.pages.discover import DiscoverPage
    from app.ui.pages.downloads import DownloadsPage
    from app.ui.pages.engines import EnginesPage
    from app.ui.pages.models import ModelsPage
    from app.ui.pages.settings import SettingsPage
    from app.ui.widgets.conversation_panel import ConversationPanel
    from app.ui.widgets.download_strip import DownloadStrip
    from app.ui.workspace import Workspace

    Page = ChatPage | ModelsPage | DiscoverPage | DownloadsPage | EnginesPage | SettingsPage

THEME_KEY = "window/theme"
LANGUAGE_KEY = "window/language"
SCALE_KEY = "window/scale"
_SMALLEST, _USUAL = QSize(720, 560), QSize(1240, 780)


class MainWindow(QMainWindow):
    """`painted` is emitted after the first paint, `closed` when the user closed the window."""

    painted = Signal()
    closed = Signal()
    theme_requested = Signal(str)

    chat_page: ChatPage

    def __init__(self, theme: Theme, state: QSettings) -> None:
        """The frame alone, so that it is painted early: `furnish` brings the pages."""
        super().__init__()
        self._state = state
        self._pages: dict[PageName, Page] = {}
        self.theme = theme
        self.was_painted = self.is_closed = False
        self.setWindowTitle("Quantbench")
        self.setMinimumSize(_SMALLEST)
        self.setAcceptDrops(True)
        self.sidebar = Sidebar(theme, state)
        self.banner = Banner(theme)
        self.strip = MeterStrip(theme)
        self.stack = QStackedWidget()
        self._lay_out()
        self._drop_hint = DropHint(theme, tr("Drop to load the model"), self)
        stored = state.value("window/geometry")
        if stored is None or not self.restoreGeometry(stored):
            self.resize(_USUAL)

    def furnish(
        self,
        workspace: Workspace,
        chats: ConversationPanel,
        download_strip: DownloadStrip,
        make_page: Callable[[PageName], Page],
    ) -> None:
        """Connect the frame with what it shows. Pages are made when they are first shown."""
        self._workspace = workspace
        self._make_page = make_page
        self.sidebar.take_chats(chats)
        self.download_strip = download_strip
        self._column.insertWidget(1, download_strip)
        self.chat_page = cast("ChatPage", self._page("chat"))
        self._connect()
        self._add_shortcuts()
        self.chat_page.composer.setFocus()

    def _lay_out(self) -> None:
        top = QVBoxLayout()
        top.setContentsMargins(5 * GRID, 3 * GRID, 5 * GRID, 0)
        top.addWidget(self.banner)
        self._banner_row = QWidget()
        self._banner_row.setLayout(top)
        self._banner_row.setVisible(False)
        content = QVBoxLayout()
        content.setSpacing(0)
        content.addWidget(self._banner_row)
        content.addWidget(self.stack, 1)
        upper = QHBoxLayout()
        upper.setSpacing(0)
        upper.addWidget(self.sidebar)
        upper.addLayout(content, 1)
        centre = QWidget()
        column = self._column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(upper, 1)
        column.addWidget(self.strip)
        self.setCentralWidget(centre)

    def _connect(self) -> None:
        shared, chats = self._workspace, self.sidebar.chats
        self.sidebar.page_requested.connect(self.show_page)
        self.sidebar.new_chat_requested.connect(self.new_chat)
        chats.open_requested.connect(self._open_chat)
        chats.rename_requested.connect(self._rename_chat)
        chats.delete_requested.connect(shared.conversations.delete)
        shared.conversations.listed.connect(self._list_chats)
        shared.conversations.opened.connect(chats.mark)
        shared.turns.running_changed.connect(chats.mark_running)
        shared.noticed.connect(self.show_notice)
        shared.sampled.connect(self.strip.show_sample)
        shared.shelf.file_added.connect(self._show_chat_page)
        shared.loading.loaded.connect(self._show_model)
        shared.loading.ejected.connect(self._show_model)
        shared.loading.loading_started.connect(self._show_model)
        shared.turns.reply_started.connect(self.banner.forget_question)
        shared.turns.timings_arrived.connect(self.strip.show_timings)
        shared.turns.turn_ended.connect(self.strip.end_generation)
        shared.turns.idle_shown.connect(self.strip.clear_reply)
        self.chat_page.context.counted.connect(self.strip.show_look)
        self.chat_page.noticed.connect(self.show_notice)
        self.chat_page.file_requested.connect(self.open_file)
        self.chat_page.models_requested.connect(self._show_models_page)
        self.chat_page.picker.options_requested.connect(self._choose_options)
        self.banner.action_requested.connect(self._take_action)
        self.banner.dismissed.connect(self._banner_row.hide)

    def _add_shortcuts(self) -> None:
        slots = {
            "Ctrl+N": self.new_chat,
            "Ctrl+L": self._choose_model,
            "Ctrl+O": self.open_file,
            "Ctrl+E": self._workspace.loading.eject,
            "Ctrl+Q": self.close,
            "F1": self._show_shortcuts,
            "Esc": self._escape,
        }
        for keys, slot in slots.items():
            QShortcut(QKeySequence(keys), self).activated.connect(slot)

    # Pages

    def _page(self, name: PageName) -> Page:
        if name not in self._pages:
            page = self._pages[name] = self._make_page(name)
            self.stack.addWidget(page)
            if name == "models":
                self._connect_models(cast("ModelsPage", page))
            elif name == "settings":
                cast("SettingsPage", page).theme_requested.connect(self.theme_requested)
        return self._pages[name]

    def _connect_models(self, page: ModelsPage) -> None:
        page.file_requested.connect(self.open_file)
        page.folder_requested.connect(self._open_folder)
        page.load_requested.connect(self._workspace.loading.load)
        page.eject_requested.connect(self._workspace.models.eject)
        page.load_requested.connect(self._show_chat_page)
        page.table.options_requested.connect(self._choose_options)

    @Slot(str)
    def show_page(self, name: PageName) -> None:
        """Show a page and mark it in the navigation."""
        self.stack.setCurrentWidget(self._page(name))
        self.sidebar.mark_page(name)
        if name == "chat":
            self.chat_page.composer.setFocus()

    @Slot()
    @Slot(object)
    def _show_chat_page(self, _: LocalModel | None = None) -> None:
        self.show_page("chat")

    @Slot()
    def _show_models_page(self) -> None:
        self.show_page("models")

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme, on every page."""
        self.theme = theme
        self.sidebar.panel.set_theme(theme)
        for part in (self.sidebar, self.banner, self.strip, self.download_strip, self._drop_hint):
            part.set_theme(theme)
        for page in self._pages.values():
            page.set_theme(theme)

    def remember(self, key: str, choice: str | float) -> None:
        """Keep a choice where the next first paint finds it before the settings are read."""
        self._state.setValue(key, choice)

    # Chats

    @Slot()
    def new_chat(self) -> None:
        """Begin an empty chat."""
        self.show_page("chat")
        self.chat_page.new_chat()

    @Slot(object)
    def _open_chat(self, conversation_id: int) -> None:
        self.show_page("chat")
        self._workspace.conversations.open(conversation_id)

    @Slot(object)
    def _rename_chat(self, renaming: tuple[int, str]) -> None:
        self._workspace.conversations.rename(*renaming)

    @Slot(list)
    def _list_chats(self, chats: list[Conversation]) -> None:
        had_keys = self.sidebar.chats.hasFocus()
        self.sidebar.show_chats(chats, self._workspace.conversations.current_id)
        if had_keys and not chats:
            self.chat_page.composer.setFocus()

    # Models

    @Slot()
    def open_file(self) -> None:
        """Ask for a model file."""
        ask_for_file(self, self._workspace.shelf.add_file)

    @Slot()
    def _open_folder(self) -> None:
        ask_for_folder(self, self._workspace.shelf.add_file)

    @Slot()
    def _choose_model(self) -> None:
        self.show_page("chat")
        self.chat_page.picker.open_popup()

    @Slot(object)
    def _choose_options(self, model: LocalModel) -> None:
        from app.ui.load_dialog import open_load_dialog

        open_load_dialog(model, self._workspace, self).load_requested.connect(self._show_chat_page)

    @Slot()
    @Slot(object)
    def _show_model(self, _: object = None) -> None:
        session = self._workspace.loading.session
        if session is None:
            self.strip.show_model(None, None)
        else:
            self.strip.show_model(session.info.context_tokens, session.process_id)

    # Notices

    @Slot(object)
    def show_notice(self, notice: Notice) -> None:
        """Show a notice above the page."""
        self._banner_row.setVisible(True)
        self.banner.show_notice(notice)

    @Slot(str)
    def _take_action(self, action: str) -> None:
        match action:
            case "reload" | "retry_load":
                self._workspace.loading.reload()
            case "load_options":
                self._choose_options(cast("LocalModel", self._workspace.models.asked_last))
            case "resume_downloads":
                self._workspace.downloads.resume_all()
            case "open_engines":
                self.show_page("engines")
            case "undo_delete":
                self._workspace.conversations.undo_delete()
            case _:
                self._show_models_page()

    @Slot()
    def _escape(self) -> None:
        if self._workspace.turns.running:
            self._workspace.turns.stop()
        elif self.chat_page.view.writing.edited is not None:
            self.chat_page.view.writing.stop_editing()
        elif not (self.sidebar.put_away() or self.chat_page.context.put_away()):
            self.banner.dismiss()

    @Slot()
    def _show_shortcuts(self) -> None:
        from app.ui.widgets.shortcut_sheet import ShortcutSheet

        ShortcutSheet(self).open()

    # The window itself

    def come_forward(self) -> None:
        """Above the other windows, and with the keyboard, as far as the desktop allows it."""
        self.setWindowState(self.windowState() & ~Qt.WindowState.WindowMinimized)
        self.raise_()
        self.activateWindow()

    def event(self, event: QEvent) -> bool:
        """Tell that the first paint is done, once."""
        done = super().event(event)
        if event.type() == QEvent.Type.Paint and not self.was_painted:
            self.was_painted = True
            QTimer.singleShot(0, self.painted.emit)
        return done

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.sidebar.fit(event.size().width())

    def closeEvent(self, event: QCloseEvent) -> None:
        """The window goes at once; what runs is put right behind it."""
        self._state.setValue("window/geometry", self.saveGeometry())
        self._state.sync()
        super().closeEvent(event)
        self.is_closed = True
        self.closed.emit()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        """Take files that end in .gguf."""
        if model_paths(event.mimeData()):
            event.acceptProposedAction()
            self._drop_hint.cover()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        """The file went elsewhere."""
        self._drop_hint.hide()

    def dropEvent(self, event: QDropEvent) -> None:
        """Open the first file that was dropped."""
        self._drop_hint.hide()
        paths = model_paths(event.mimeData())
        if paths:
            event.acceptProposedAction()
            self.come_forward()
            self._workspace.shelf.add_file(paths[0])
