"""A sentence instead of an abort, when Qt finds no way to show a window."""

from __future__ import annotations

import os

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

from app.services.program_log import tell

# What names the cause comes right before the fatal message; older messages do not matter.
_KEPT_MESSAGES = 8
_ABOUT_DISPLAYS = ("display", "plugin", "wayland", "xcb")


class _LastWords:
    """Remembers what Qt said, until it gives up."""

    def __init__(self) -> None:
        self._said: list[str] = []

    def take(self, kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        """Pass a message on; explain a fatal one and end the program before Qt aborts it."""
        if kind is not QtMsgType.QtFatalMsg:
            self._said = [*self._said, message][-_KEPT_MESSAGES:]
            if kind is not QtMsgType.QtDebugMsg and not self._is_about_displays(message):
                tell(message)
            return
        causes = [each for each in self._said if self._is_about_displays(each)] or [message]
        cause = " ".join(causes[0].split()).rstrip(".")
        tell(
            f"The window cannot be opened ({cause}). To chat in the terminal, run: "
            'uv run quantbench chat starter --prompt "Hello"'
        )
        os._exit(1)  # as the abort would, without a core dump

    def _is_about_displays(self, message: str) -> bool:
        return any(word in message.lower() for word in _ABOUT_DISPLAYS)


def explain_when_qt_gives_up() -> None:
    """Name the cause when a display does not answer or its plugin does not load.

    Qt reports these as a fatal message and then aborts the process: there is nothing to catch.
    """
    qInstallMessageHandler(_LastWords().take)
