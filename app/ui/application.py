"""Starts and ends the window: Qt, the event loop, first paint, then services, and a clean end."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import Mapping
from types import FrameType
from typing import cast

import qasync  # pyright: ignore[reportMissingTypeStubs] - it has none
from PySide6.QtCore import QCoreApplication, QEvent, QObject, QSettings, Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.domain.errors import AppError, DisplayMissingError
from app.domain.settings import Theme as ThemeChoice
from app.ui.artwork import body_font, load_fonts
from app.ui.errors import notice_of
from app.ui.garbage import GarbageCollector
from app.ui.main_window import MainWindow
from app.ui.tasks import Tasks
from app.ui.theme import Theme, palette, style_sheet, theme_for
from app.ui.workspace import Services, Workspace


def require_display(platform: str, environment: Mapping[str, str]) -> None:
    """Raise `DisplayMissingError` where Qt would abort the process for want of a display."""
    if not platform.startswith("linux") or environment.get("QT_QPA_PLATFORM"):
        return
    if not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        raise DisplayMissingError(
            "There is no display to open the window on. To chat in the terminal, run: "
            'uv run quantbench chat starter --prompt "Hello"'
        )


def prepare(application: QApplication, theme: Theme) -> None:
    """Style, fonts and colours for the whole application."""
    application.setApplicationName("quantbench")
    application.setApplicationDisplayName("Quantbench")
    # The end comes when the last reply is stored, not when the window is gone.
    application.setQuitOnLastWindowClosed(False)
    application.setStyle("fusion")
    load_fonts()
    application.setFont(body_font())
    dress(application, theme)


def dress(application: QApplication, theme: Theme) -> None:
    """Palette and style sheet of a theme."""
    application.setPalette(palette(theme))
    application.setStyleSheet(style_sheet(theme))


class Shell(QObject):
    """The window with its workspace, from the first paint until everything is closed."""

    def __init__(
        self, services: Services, tasks: Tasks, application: QApplication, open_files: list[str]
    ) -> None:
        super().__init__()
        self._services = services
        self._tasks = tasks
        self._application = application
        self._open_files = open_files
        self._choice: ThemeChoice = services.settings.current.theme
        theme = self._theme()
        prepare(application, theme)
        ini = str(services.paths.home / "window.ini")
        self.workspace = Workspace(services, tasks, self)
        geometry = QSettings(ini, QSettings.Format.IniFormat, self)
        self.window = MainWindow(self.workspace, theme, geometry)
        self._garbage = GarbageCollector()
        self.window.painted.connect(self._start)
        self.window.theme_requested.connect(self._choose_theme)
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._dress)

    def _theme(self) -> Theme:
        scheme = QGuiApplication.styleHints().colorScheme()
        return theme_for(self._choice, system_is_dark=scheme != Qt.ColorScheme.Light)

    def dispose(self) -> None:
        """Destroy the window and give the collection of garbage back."""
        self.window.deleteLater()
        self.deleteLater()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
        self._garbage.stop()

    @Slot()
    def _start(self) -> None:
        self._garbage.start()
        self.workspace.start(self._open_files)

    @Slot(str)
    def _choose_theme(self, choice: ThemeChoice) -> None:
        self._choice = choice
        self._dress()
        work = self._services.settings.update(theme=choice)
        self._tasks.run(work, failed=self._tell)

    @Slot(object)
    def _tell(self, error: AppError) -> None:
        self.window.show_notice(notice_of(error))

    @Slot()
    def _dress(self) -> None:
        theme = self._theme()
        dress(self._application, theme)
        self.window.set_theme(theme)


async def live(services: Services, application: QApplication, open_files: list[str]) -> None:
    """Show the window; return when it was closed and everything is put right."""
    shell = Shell(services, Tasks(asyncio.get_running_loop()), application, open_files)
    closed = asyncio.Event()
    shell.window.closed.connect(closed.set)

    def close_window(number: int, frame: FrameType | None) -> None:
        shell.window.close()

    before = {each: signal.signal(each, close_window) for each in (signal.SIGINT, signal.SIGTERM)}
    try:
        shell.window.show()
        await closed.wait()
        await shell.workspace.close()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        shell.dispose()


def run_window(services: Services, open_files: list[str]) -> int:
    """Open the window and return its exit status. Raises `DisplayMissingError`."""
    require_display(sys.platform, os.environ)
    application = QApplication(sys.argv[:1])
    loop = cast("asyncio.AbstractEventLoop", qasync.QEventLoop(application))
    try:
        loop.run_until_complete(live(services, application, open_files))
    finally:
        loop.close()
    return 0
