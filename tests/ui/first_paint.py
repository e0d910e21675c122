"""Runs the program and prints the modules that are loaded at the first paint of its window.

Used by tests and by the benchmark of the first paint, in a process of its own. With `--stay` the
window stays open, else it is closed as soon as it has its pages.
"""

from __future__ import annotations

import sys

from PySide6.QtCore import QTimer

from app.__main__ import main
from app.ui.main_window import MainWindow


class WatchedWindow(MainWindow):
    """The program's window, which tells what is loaded when it has just been painted."""

    def event(self, event: object) -> bool:
        before = self.was_painted
        done = super().event(event)
        if self.was_painted and not before:
            sys.stdout.write(" ".join(sorted(sys.modules)) + "\n")
            sys.stdout.flush()
        return done

    def furnish(self, *arguments: object) -> None:
        super().furnish(*arguments)
        QTimer.singleShot(0, self.tell_furnished)

    def tell_furnished(self) -> None:
        """The first turn of the event loop after the pages are there."""
        sys.stdout.write("furnished\n")
        sys.stdout.flush()
        if "--stay" not in sys.argv:
            self.close()


if __name__ == "__main__":
    from app.ui import application

    application.MainWindow = WatchedWindow
    sys.exit(main([]))
