"""The furnished window: its workspace, its pages, its theme, and its life until all is closed."""

from __future__ import annotations

import asyncio
import signal
from types import FrameType
from typing import TYPE_CHECKING, cast

import qasync
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.domain.deep_link import SCHEME, read_link
from app.domain.errors import AppError
from app.domain.model import LocalModel
from app.domain.settings import LanguageChoice
from app.services.machine_look import mlx_status, try_mlx
from app.ui.application import dress, make_window, theme_of
from app.ui.arrivals import Arrivals
from app.ui.chat_shelf import ChatPlaces, ChatShelf
from app.ui.device_report import DeviceReport
from app.ui.download_queue import Snapshot
from app.ui.engines import Engines
from app.ui.errors import Notice, notice_of
from app.ui.garbage import GarbageCollector
from app.ui.language import tr
from app.ui.main_window import LANGUAGE_KEY, SCALE_KEY, THEME_KEY, MainWindow
from app.ui.pages.chat import ChatPage
from app.ui.pages.models import ModelsPage
from app.ui.pages.settings import SettingsPage
from app.ui.preferences import Preferences
from app.ui.reply_notices import ReplyNotices
from app.ui.storage import Storage
from app.ui.tasks import Tasks
from app.ui.theme import Theme, ThemeChoice
from app.ui.widgets.conversation_panel import ConversationPanel
from app.ui.widgets.download_strip import DownloadStrip
from app.ui.widgets.sidebar import PageName
from app.ui.workspace import Services, Workspace

if TYPE_CHECKING:
    from app.ui.pages.discover import DiscoverPage
    from app.ui.pages.downloads import DownloadsPage
    from app.ui.pages.engines import EnginesPage

    Page = ChatPage | ModelsPage | DiscoverPage | DownloadsPage | EnginesPage | SettingsPage


class Shell(QObject):
    """The window with its workspace, from the first paint until everything is closed."""

    def __init__(
        self,
        services: Services,
        application: QApplication,
        open_files: list[str],
        window: MainWindow | None = None,
    ) -> None:
        """`window` is the painted one; without it the shell makes one, to be shown by the caller.

        Must be made while the event loop runs.
        """
        super().__init__()
        self._services = services
        self._tasks = Tasks(asyncio.get_running_loop())
        self._application = application
        self._open_files = open_files
        self._garbage = GarbageCollector()
        self._arrivals = Arrivals(services.later_starts, self._tasks, self)
        self._choice: ThemeChoice = services.settings.current.theme
        self.workspace = Workspace(services, self._tasks, self)
        self.window = window or make_window(application, services.paths.home)
        self.window.remember(LANGUAGE_KEY, services.settings.current.language)
        self.window.remember(SCALE_KEY, services.settings.current.window_scale)
        chats = ConversationPanel(self.window.theme)
        strip = DownloadStrip(self.window.theme)
        self.window.furnish(self.workspace, chats, strip, self._make_page)
        application.focusChanged.connect(self.window.sidebar.follow_focus)
        self._shelf = self._make_shelf(chats)
        self._connect_downloads()
        self._arrivals.arrived.connect(self._come_forward)
        self._arrivals.failed.connect(self._tell)
        self._engines = Engines(services, self._tasks, self)
        self._engines.noticed.connect(self.window.show_notice)
        self.notices = self._make_notices()
        self.window.theme_requested.connect(self._choose_theme)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._dress)
        if self.window.theme != theme_of(self._choice):
            self._dress()
        if self.window.was_painted:
            self._start()
        else:
            self.window.painted.connect(self._start)

    def _make_notices(self) -> ReplyNotices:
        notices = ReplyNotices(self.workspace, self._application, self.window)
        notices.chosen.connect(self._open_chat)
        notices.noticed.connect(self.window.show_notice)
        banner = self.window.banner
        self.workspace.conversations.opened.connect(banner.show_chat)
        self.workspace.turns.chat_created.connect(banner.adopt)
        banner.returned.connect(self.window.show_notice)
        self.workspace.settled.connect(banner.settle)
        return notices

    def _make_shelf(self, panel: ConversationPanel) -> ChatShelf:
        services, shared = self._services, self.workspace
        places = ChatPlaces(services.store, services.chat_files)
        shelf = ChatShelf(panel, shared.conversations, places, self._tasks)
        shelf.noticed.connect(self.window.show_notice)
        shelf.opened.connect(self._show_chat)
        return shelf

    @Slot(object)
    def _open_chat(self, conversation_id: int | None) -> None:
        """The chat of a notice that was clicked on the desktop."""
        self.window.come_forward()
        self._show_chat()
        if conversation_id is not None:
            self.workspace.conversations.open(conversation_id)

    @Slot()
    def _show_chat(self) -> None:
        self.window.show_page("chat")

    def _make_page(self, name: PageName) -> Page:
        shared, theme = self.workspace, self.window.theme
        match name:
            case "chat":
                return ChatPage(shared, theme)
            case "models":
                return self._make_models(theme)
            case "settings":
                return self._make_settings(theme)
            case "discover":
                return self._make_discover(theme)
            case "downloads":
                return self._make_downloads(theme)
            case "engines":
                return self._make_engines(theme)

    def _make_models(self, theme: Theme) -> ModelsPage:
        shared = self.workspace
        storage = Storage(self._services.model_files, shared.shelf, self._tasks, self)
        storage.failed.connect(self._tell)
        storage.removed.connect(self._tell_removed)
        return ModelsPage(shared.shelf, shared.states, storage, theme)

    def _make_settings(self, theme: Theme) -> SettingsPage:
        preferences = Preferences(self._services, self.workspace.shelf, self._tasks, self)
        preferences.failed.connect(self._tell)
        preferences.policy_changed.connect(self.workspace.reply_choice.tell_again)
        preferences.went_offline.connect(self.workspace.downloads.pause_all)
        preferences.language_changed.connect(self._remember_language)
        preferences.scale_changed.connect(self._remember_scale)
        page = SettingsPage(
            self._services.paths, preferences, self.workspace.servers, self._choice, theme
        )
        page.devices_requested.connect(self._show_devices)
        transcript = self.window.chat_page.transcript
        page.appearance.show_zoom(transcript.zoom)
        page.appearance.zoom_requested.connect(transcript.set_zoom)
        transcript.zoom_changed.connect(page.appearance.show_zoom)
        page.tuning.measure_requested.connect(self.workspace.tuning.measure)
        self.workspace.tuning.changed.connect(page.tuning.show_state)
        page.tuning.show_state(self.workspace.tuning.state)
        return page

    @Slot()
    def _show_devices(self) -> None:
        host, theme = self._services.host, self.window.theme
        report = DeviceReport(host, try_mlx, self._tasks, theme, self.window)
        report.open()

    @Slot(object)
    def _tell_removed(self, model: LocalModel) -> None:
        self.window.show_notice(Notice(tr("{name} is in the trash.").format(name=model.name)))

    # Imported when they are first shown: most starts end in the chat.

    def _make_discover(self, theme: Theme) -> DiscoverPage:
        from app.ui.pages.discover import DiscoverPage

        shared = self.workspace
        page = DiscoverPage(shared.discovery, self._services.network.endpoint, theme)
        page.download_requested.connect(shared.downloads.add)
        page.settings_requested.connect(self._show_settings)
        shared.memory_found.connect(page.set_memory)
        if shared.memory_bytes is not None:
            page.set_memory(shared.memory_bytes)
        self._tasks.run(self._services.token.value(), done=page.set_token, failed=self._tell)
        return page

    def _make_downloads(self, theme: Theme) -> DownloadsPage:
        from app.ui.pages.downloads import DownloadsPage

        limit = self._services.settings.current.download_limit_bytes
        page = DownloadsPage(self.workspace.downloads, limit, theme)
        page.load_requested.connect(self._load_download)
        page.discover_requested.connect(self._show_discover)
        page.limit_changed.connect(self._keep_limit)
        return page

    def _make_engines(self, theme: Theme) -> EnginesPage:
        from app.ui.pages.engines import EnginesPage

        return EnginesPage(self._engines, self.workspace.shelf, mlx_status().reason, theme)

    def _connect_downloads(self) -> None:
        strip, queue = self.window.download_strip, self.workspace.downloads
        strip.pause_requested.connect(queue.pause)
        strip.resume_requested.connect(queue.resume)
        strip.load_requested.connect(self._load_download)
        strip.page_requested.connect(self._show_downloads)
        queue.changed.connect(self._count_downloads)
        queue.changed.connect(strip.show_downloads)

    @Slot(object)
    def _count_downloads(self, downloads: Snapshot) -> None:
        unfinished = sum(one.state != "finished" for one in downloads)
        self.window.sidebar.show_download_count(unfinished)

    @Slot(str)
    def _load_download(self, key: str) -> None:
        self.window.show_page("chat")
        self.workspace.load_download(key)

    @Slot()
    def _show_discover(self) -> None:
        self.window.show_page("discover")

    @Slot()
    def _show_downloads(self) -> None:
        self.window.show_page("downloads")

    @Slot()
    def _show_settings(self) -> None:
        self.window.show_page("settings")

    @Slot(object)
    def _keep_limit(self, limit: int | None) -> None:
        work = self._services.settings.update(download_limit_bytes=limit)
        self._tasks.write(work, failed=self._tell)

    def dispose(self) -> None:
        """Destroy the window and give the collection of garbage back."""
        self.window.deleteLater()
        self.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self._garbage.stop()

    @Slot()
    def _start(self) -> None:
        self._garbage.start()
        links = [name for name in self._open_files if name.startswith(SCHEME)]
        self.workspace.start([name for name in self._open_files if name not in links])
        self._open_links(links)
        self._engines.offer_once()
        self._arrivals.start()

    @Slot(list)
    def _come_forward(self, files: list[str]) -> None:
        self.window.come_forward()
        self._open_links([name for name in files if name.startswith(SCHEME)])
        for path in files:
            if not path.startswith(SCHEME):
                self.workspace.shelf.add_file(path)

    def _open_links(self, links: list[str]) -> None:
        for link in links:
            self._show_discover()
            cast("DiscoverPage", self.window.stack.currentWidget()).open_link(read_link(link))

    @Slot(str)
    def _choose_theme(self, choice: ThemeChoice) -> None:
        self._choice = choice
        self.window.remember(THEME_KEY, choice)
        self._dress()
        work = self._services.settings.update(theme=choice)
        self._tasks.write(work, failed=self._tell)

    @Slot(float)
    def _remember_scale(self, scale: float) -> None:
        self.window.remember(SCALE_KEY, scale)

    @Slot(str)
    def _remember_language(self, choice: LanguageChoice) -> None:
        self.window.remember(LANGUAGE_KEY, choice)

    @Slot(object)
    def _tell(self, error: AppError) -> None:
        self.window.show_notice(notice_of(error))

    @Slot()
    def _dress(self) -> None:
        theme = theme_of(self._choice)
        dress(self._application, theme)
        self.window.set_theme(theme)


async def live(
    services: Services,
    application: QApplication,
    open_files: list[str],
    window: MainWindow | None = None,
) -> None:
    """Show the window; return when it was closed and everything is put right."""
    shell = Shell(services, application, open_files, window)
    window = shell.window
    closed = asyncio.Event()
    window.closed.connect(closed.set)

    def close_window(number: int, frame: FrameType | None) -> None:
        QTimer.singleShot(0, window.close)  # the signal may have come while the window paints

    before = {each: signal.signal(each, close_window) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        if not window.is_closed:  # as an impatient user can, before there are pages
            window.show()
            await closed.wait()
        await shell.workspace.close()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        shell.dispose()


def run_shell(
    window: MainWindow, services: Services, application: QApplication, open_files: list[str]
) -> None:
    """Live in a window that is painted, on an event loop of its own."""
    loop = qasync.QEventLoop(application)
    try:
        loop.run_until_complete(live(services, application, open_files, window))
    finally:
        loop.close()
