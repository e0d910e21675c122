"""Qt as the program sets it up, and the order of its start: the window is painted first of all."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEventLoop, QSettings, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from app.domain.errors import DisplayMissingError
from app.ui.artwork import body_font, load_frame_fonts
from app.ui.language import LANGUAGE_CHOICES, Language, language_of, speak
from app.ui.main_window import LANGUAGE_KEY, SCALE_KEY, THEME_KEY, MainWindow
from app.ui.theme import THEME_CHOICES, Theme, ThemeChoice, palette, style_sheet, theme_for

if TYPE_CHECKING:
    from app.ui.workspace import Services


def require_display(platform: str, environment: Mapping[str, str]) -> None:
    """Raise `DisplayMissingError` where Qt would abort the process for want of a display."""
    if not platform.startswith("linux") or environment.get("QT_QPA_PLATFORM"):
        return
    if not (environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY")):
        raise DisplayMissingError(
            "There is no display to open the window on. To chat in the terminal, run: "
            'uv run quantbench chat starter --prompt "Hello"'
        )


# Given to Qt at its start: `setStyle` answers with the style, and to make Python's class for that
# takes a tenth of the time to the first paint.
STYLE_ARGUMENTS = ("-style", "fusion")


def prepare(application: QApplication, theme: Theme, language: Language = "en") -> None:
    """Language, fonts and colours for the whole application."""
    application.setApplicationName("quantbench")
    application.setApplicationDisplayName("Quantbench")
    # The end comes when the last reply is stored, not when the window is gone.
    application.setQuitOnLastWindowClosed(False)
    speak(application, language)
    load_frame_fonts()
    application.setFont(body_font())
    dress(application, theme)


def dress(application: QApplication, theme: Theme) -> None:
    """Palette and style sheet of a theme."""
    application.setPalette(palette(theme))
    application.setStyleSheet(style_sheet(theme))


def theme_of(choice: ThemeChoice) -> Theme:
    """The theme of a setting on this desktop, as it is now."""
    scheme = QGuiApplication.styleHints().colorScheme()
    return theme_for(choice, system_is_dark=scheme != Qt.ColorScheme.Light)


def use_scale(home: Path, environment: MutableMapping[str, str]) -> None:
    """Draw everything as large as it was chosen, on top of what the screen asks for.

    Qt reads it before there is an application; who sets the variable by hand is obeyed.
    """
    try:
        scale = float(str(_state(home).value(SCALE_KEY, 1.0)))
    except ValueError:
        return
    if scale != 1.0 and 0.5 <= scale <= 4.0:
        environment.setdefault("QT_SCALE_FACTOR", f"{scale:g}")


def _state(home: Path) -> QSettings:
    return QSettings(str(home / "window.ini"), QSettings.Format.IniFormat)


def make_window(application: QApplication, home: Path) -> MainWindow:
    """The window as it was left, in the colours that it had; it has no pages yet."""
    state = _state(home)
    theme = theme_of(THEME_CHOICES.get(str(state.value(THEME_KEY)), "system"))
    language = LANGUAGE_CHOICES.get(str(state.value(LANGUAGE_KEY)), "system")
    prepare(application, theme, language_of(language))
    return MainWindow(theme, state)


def run_window(home: Path, build: Callable[[], Services], open_files: list[str]) -> int:
    """Open the window and return its exit status. Raises `DisplayMissingError`.

    The window is painted before anything else is imported: `build` makes the services after that.
    """
    require_display(sys.platform, os.environ)
    use_scale(home, os.environ)
    application = QApplication([*sys.argv[:1], *STYLE_ARGUMENTS])
    window = make_window(application, home)
    first_paint = QEventLoop()
    window.painted.connect(first_paint.quit)
    window.closed.connect(first_paint.quit)
    window.show()
    first_paint.exec()
    from app.ui.shell import run_shell

    run_shell(window, build(), application, open_files)
    return 0
