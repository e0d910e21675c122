"""Where a command writes: its answer to standard output, everything else to standard error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager

from rich.cells import cell_len
from rich.console import Console
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn
from rich.table import Table
from rich.text import Text

from app.domain.load_options import LoadProgress, LoadStage
from app.domain.transfer import DownloadProgress
from app.domain.units import file_text, remaining_text, transfer_text

# Characters that move the cursor, ring, recolour or reorder: a model must not command a terminal.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

_STAGES: dict[LoadStage, str] = {
    "starting": "Starting the engine",
    "reading": "Reading the model",
    "checking": "Checking this build on this computer",
}

# A table that goes into a pipe is not folded to the width of a screen.
_PIPE_WIDTH = 400
_FOLDED = ("ADDRESS", "BUILD", "DEVICE", "FILE", "FOR THESE MODELS", "MODELS", "NAME", "REPOSITORY")


def printable(text: str) -> str:
    """Text from a model or a file name as a terminal may show it, line ends and tabs kept."""
    return _CONTROLS.sub("\ufffd", text)


class Terminal:
    """The two streams of a command, and how much is said on the second one."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self.shows_answers = sys.stdout.isatty()
        self._out = _console(stderr=False)
        self._err = _console(stderr=True)

    def answer(self, text: str, style: str = "") -> None:
        """Write a piece of the answer at once, as it is when a program reads it."""
        if not self.shows_answers:
            sys.stdout.write(text)
            sys.stdout.flush()
        elif text:
            self._out.print(Text(printable(text), style), end="", soft_wrap=True)

    def answer_json(self, value: object) -> None:
        """Write the one JSON object of a command, in ASCII, so that every stream can carry it."""
        sys.stdout.write(json.dumps(value, indent=2) + "\n")

    def answer_table(self, table: Table) -> None:
        """Write a table. A terminal that is too narrow for it breaks its lines, not its words."""
        for column in table.columns:
            if column.no_wrap:
                texts = [str(column.header), *map(str, column.cells)]
                column.min_width = max(cell_len(text) for text in texts)
        wide = self._out.options.update_width(_PIPE_WIDTH)
        self._out.width = max(self._out.width, self._out.measure(table, options=wide).minimum)
        self._out.print(table)

    def answer_line(self, text: str, style: str = "") -> None:
        """Write one line of the answer, with what a terminal must not obey made visible."""
        self._out.print(Text(printable(text), style), soft_wrap=True)

    def note(self, sentence: str) -> None:
        """Say something beside the answer, unless the user asked for quiet."""
        if not self._quiet:
            self._err.print(Text(printable(sentence), "dim"), soft_wrap=True)

    def failure(self, sentence: str) -> None:
        """Say why the command failed; this is said also when quiet."""
        self._err.print(Text(printable(sentence)), soft_wrap=True)

    @contextmanager
    def load_progress(self) -> Generator[Callable[[LoadProgress], None]]:
        """A bar for a load that vanishes at its end; none unless a person watches."""
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn())
        hidden = self._quiet or not self._err.is_terminal
        with Progress(*columns, console=self._err, transient=True, disable=hidden) as bar:
            task = bar.add_task(_STAGES["starting"], total=1.0)

            def show(progress: LoadProgress) -> None:
                description = _STAGES[progress.stage]
                bar.update(task, description=description, completed=progress.fraction)

            yield show

    @contextmanager
    def transfer_progress(
        self, name: str, total_bytes: int
    ) -> Generator[Callable[[DownloadProgress], None]]:
        """A bar for a download that vanishes at its end; none unless a person watches."""
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            TaskProgressColumn(),
        )
        hidden = self._quiet or not self._err.is_terminal
        with Progress(*columns, console=self._err, transient=True, disable=hidden) as bar:
            task = bar.add_task(printable(name), total=max(1, total_bytes))

            def show(progress: DownloadProgress) -> None:
                text = printable(f"{name}  {_transfer_state(progress)}")
                bar.update(task, description=text, completed=progress.received_bytes)

            yield show


def _transfer_state(progress: DownloadProgress) -> str:
    if progress.state != "running":
        return progress.state
    done = f"{file_text(progress.received_bytes)} of {file_text(progress.total_bytes)}"
    if progress.has_stalled:
        return f"{done}, no data for {remaining_text(progress.quiet_seconds)}"
    if progress.eta_seconds is None:
        return done
    rate = transfer_text(progress.rate_bytes_per_second)
    return f"{done}, {rate}, {remaining_text(progress.eta_seconds)} left"


def plain_table(*headings: str) -> Table:
    """A table without frames, whose cells are shown literally; only names and texts are folded."""
    table = Table(box=None, pad_edge=False, header_style="dim")
    for heading in headings:
        table.add_column(heading, overflow="fold", no_wrap=heading not in _FOLDED)
    return table


def cell(text: str) -> Text:
    """The content of a cell, without markup."""
    return Text(printable(text).replace("\n", " "))


def _console(*, stderr: bool) -> Console:
    stream = sys.stderr if stderr else sys.stdout
    width = None if stream.isatty() else _PIPE_WIDTH
    return Console(stderr=stderr, markup=False, highlight=False, emoji=False, width=width)
