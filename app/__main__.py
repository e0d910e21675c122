"""The entry point: arguments that name a command go to the command line, all else is the window."""

from __future__ import annotations

import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from app.domain.errors import AppError, UsageError
from app.services.first_start import FirstStart
from app.services.paths import Paths
from app.services.program_log import keep_log, tell
from app.services.standard_streams import open_closed_streams

if TYPE_CHECKING:
    from app.bootstrap import Services

COMMANDS = (
    *("chat", "doctor", "engines", "estimate", "files", "models", "pull", "remove", "search"),
    "servers",
)


def main(arguments: list[str] | None = None) -> int:
    """Run the program; the exit status: 0 done, 1 a failure, 2 wrong usage."""
    if arguments is None:
        arguments = sys.argv[1:]
    open_closed_streams()
    try:
        if arguments and (arguments[0] in COMMANDS or arguments[0].startswith("-")):
            from app.cli.program import run

            return run(arguments)
        return _open_window(arguments)
    except AppError as error:
        tell(str(error))
        return 2 if isinstance(error, UsageError) else 1
    except KeyboardInterrupt:  # also while the modules of a command are imported
        tell("Stopped.")
        return 1


def _open_window(files: list[str]) -> int:
    _require_files(files)
    paths = Paths.default()
    paths.create()
    keep_log(paths.logs)
    with closing(FirstStart(paths.run)) as start:
        if not start.claim() and start.hand_over(files):
            return 0
        from app.ui.application import run_window
        from app.ui.display import explain_when_qt_gives_up

        explain_when_qt_gives_up()
        return run_window(paths.home, partial(_services, paths), files)


def _services(paths: Paths) -> Services:
    """Imported and made after the first paint of the window."""
    from app.bootstrap import build_services

    return build_services(paths)


def _is_link(name: str) -> bool:
    """Whether a word is a link of ours. Raises `UsageError` for one that asks for what is not.

    What it imports would cost a window without a link its first paint.
    """
    from app.domain.deep_link import SCHEME, read_link

    if not name.startswith(SCHEME):
        return False
    read_link(name)
    return True


def _require_files(names: list[str]) -> None:
    """A word that is neither a command nor a file is a slip; the window would hide it."""
    for name in names:
        if "://" in name and _is_link(name):
            continue
        if not Path(name).exists():
            shown = name.encode("utf-8", "replace").decode("utf-8")
            raise UsageError(
                f"There is no command or file called {shown!r}. The commands are "
                f"{', '.join(COMMANDS)}; `quantbench --help` explains them."
            )


if __name__ == "__main__":
    sys.exit(main())
