"""The downloads: what runs, what waits, what went wrong, and how fast all of it may go."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QScrollArea,
    QStackedLayout,
    QVBoxLayout,
    QWidget,
)

from app.domain.transfer import DownloadProgress
from app.domain.units import MB, transfer_text
from app.ui.download_queue import DownloadQueue
from app.ui.language import tr
from app.ui.theme import GRID, Theme
from app.ui.widgets.download_row import DownloadRow
from app.ui.widgets.empty_state import Emptiness, EmptyState
from app.ui.widgets.labels import page_title

_LIMITS = (None, 1 * MB, 2 * MB, 5 * MB, 10 * MB, 25 * MB, 50 * MB)


def _no_downloads() -> Emptiness:
    return Emptiness(
        "download",
        tr("No downloads"),
        tr(
            "Models that you download are listed here. Each is checked against the hub's own "
            "checksum, and one that was interrupted goes on where it stopped."
        ),
        ("show_discover", tr("Discover models")),
    )


class DownloadsPage(QWidget):
    """A card for each download, in the order of the queue."""

    load_requested = Signal(str)
    discover_requested = Signal()
    limit_changed = Signal(object)

    def __init__(self, queue: DownloadQueue, limit: int | None, theme: Theme) -> None:
        super().__init__()
        self.setAccessibleName(tr("Downloads"))
        self._queue = queue
        self._theme = theme
        self.rows: dict[str, DownloadRow] = {}
        self.empty = EmptyState(theme)
        self.empty.say(_no_downloads())
        self._make_limit(limit)
        self._lay_out()
        queue.changed.connect(self.show_downloads)
        self.limit.activated.connect(self._change_limit)
        self.empty.step_requested.connect(self._show_discover)
        self.show_downloads(queue.snapshot)

    def _make_limit(self, limit: int | None) -> None:
        self.limit = QComboBox()
        self.limit.setAccessibleName(tr("Speed limit of all downloads together"))
        self._limits = sorted({*_LIMITS, limit} - {None}, key=lambda one: one or 0)
        self.limit.addItem(tr("No speed limit"))
        for one in self._limits:
            self.limit.addItem(tr("At most {rate}").format(rate=transfer_text(one or 0)))
        self.limit.setCurrentIndex(0 if limit is None else self._limits.index(limit) + 1)

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.addWidget(page_title(tr("Downloads")), 1)
        header.addWidget(self.limit)
        inner = QWidget()
        self._cards = QVBoxLayout(inner)
        self._cards.setContentsMargins(0, 0, 0, 0)
        self._cards.setSpacing(2 * GRID)
        self._cards.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(inner)
        self._scroll = scroll
        body = QWidget()
        self._stack = QStackedLayout(body)
        self._stack.addWidget(scroll)
        self._stack.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(5 * GRID, 4 * GRID, 5 * GRID, 5 * GRID)
        column.setSpacing(4 * GRID)
        column.addLayout(header)
        column.addWidget(body, 1)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.empty.set_theme(theme)
        for row in self.rows.values():
            row.set_theme(theme)

    @Slot(object)
    def show_downloads(self, downloads: tuple[DownloadProgress, ...]) -> None:
        """Show the queue as it is now; cards that stay keep their focus."""
        keys = [one.download_id for one in downloads]
        for key in [key for key in self.rows if key not in keys]:
            row = self.rows.pop(key)
            self._cards.removeWidget(row)
            row.deleteLater()
        for place, one in enumerate(downloads):
            row = self.rows.get(one.download_id) or self._add_row(one)
            row.show_progress(one)
            row.set_place(first=place == 0, last=place == len(downloads) - 1)
            if self._cards.indexOf(row) != place:
                self._cards.removeWidget(row)
                self._cards.insertWidget(place, row)
        self._stack.setCurrentWidget(self._scroll if downloads else self.empty)

    def _add_row(self, progress: DownloadProgress) -> DownloadRow:
        row = self.rows[progress.download_id] = DownloadRow(progress, self._theme)
        row.pause_requested.connect(self._queue.pause)
        row.resume_requested.connect(self._queue.resume)
        row.cancel_requested.connect(self._queue.cancel)
        row.load_requested.connect(self.load_requested)
        row.up_requested.connect(self._move_up)
        row.down_requested.connect(self._move_down)
        return row

    @Slot(str)
    def _move_up(self, key: str) -> None:
        self._queue.move(key, -1)

    @Slot(str)
    def _move_down(self, key: str) -> None:
        self._queue.move(key, 1)

    @Slot(int)
    def _change_limit(self, index: int) -> None:
        limit = None if index == 0 else self._limits[index - 1]
        self._queue.limit_speed(limit)
        self.limit_changed.emit(limit)

    @Slot(str)
    def _show_discover(self, _: str) -> None:
        self.discover_requested.emit()
