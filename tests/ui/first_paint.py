"""Opens the window on real services, prints the modules loaded at its first paint, and closes it.

Run by tests and by the benchmark of the first paint, in a process of its own.
"""

from __future__ import annotations

import sys
import time

STARTED_AT = time.perf_counter()

from PySide6.QtCore import QObject, QTimer, Slot  # noqa: E402 - the clock starts first
from PySide6.QtWidgets import QApplication  # noqa: E402

from app.bootstrap import build_services  # noqa: E402
from app.services.paths import Paths  # noqa: E402
from app.ui import application  # noqa: E402


class Witness(QObject):
    """Notes the first paint of the real window, before any service starts."""

    def __init__(self, shell: application.Shell) -> None:
        super().__init__(shell)
        self._shell = shell
        shell.window.painted.connect(self.note)

    @Slot()
    def note(self) -> None:
        seconds = time.perf_counter() - STARTED_AT
        sys.stdout.write(f"{seconds}\n{' '.join(sorted(sys.modules))}\n")
        sys.stdout.flush()
        if "--stay" not in sys.argv:
            QTimer.singleShot(0, self._shell.window.close)


class WatchedShell(application.Shell):
    """The program's shell, whose first paint is witnessed before its own slot starts services."""

    def __init__(self, *arguments: object) -> None:
        super().__init__(*arguments)
        self.window.painted.disconnect()
        self.witness = Witness(self)
        self.window.painted.connect(self._start)


def main() -> int:
    paths = Paths.default()
    paths.create()
    services = build_services(paths)
    services.settings.load()
    application.Shell = WatchedShell
    return application.run_window(services, [])


if __name__ == "__main__":
    assert QApplication.instance() is None
    sys.exit(main())
