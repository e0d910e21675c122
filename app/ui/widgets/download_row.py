"""One download as a card: its name, how far it is, and what can be done with it."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
    QVBoxLayout,
)

from app.domain.transfer import DownloadProgress
from app.ui.artwork import body_font, icon, icon_pixmap, secondary_font
from app.ui.language import tr
from app.ui.theme import GRID, Theme
from app.ui.widgets.download_text import PAUSE, STATE_ICONS, STEPS, permille, progress_text

_RUNNING = ("running", "waiting", "verifying", "queued")


class DownloadRow(QFrame):
    """Shows one download; each signal carries its id."""

    pause_requested = Signal(str)
    resume_requested = Signal(str)
    cancel_requested = Signal(str)
    load_requested = Signal(str)
    up_requested = Signal(str)
    down_requested = Signal(str)

    def __init__(self, progress: DownloadProgress, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._theme = theme
        self._progress = progress
        self._symbol = QLabel()
        self._symbol.setFixedSize(20, 20)
        self.name = QLabel(progress.plan.name)
        self.name.setFont(body_font(strong=True))
        self._from = QLabel(progress.plan.repository)
        self._from.setProperty("tone", "dim")
        self._from.setFont(secondary_font())
        self.state = QLabel()
        self.state.setWordWrap(True)
        self.state.setFont(secondary_font())
        for label in (self.name, self._from, self.state):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self._make_buttons()
        self._lay_out()
        self.show_progress(progress)

    def _make_buttons(self) -> None:
        name = self._progress.plan.name
        self.step_button = QPushButton()
        self.step_button.clicked.connect(self._take_step)
        self._up = self._tool(tr("Move {name} up in the queue").format(name=name), self._request_up)
        self._down = self._tool(
            tr("Move {name} down in the queue").format(name=name), self._request_down
        )
        self.cancel_button = self._tool(tr("Cancel {name}").format(name=name), self._request_cancel)

    def _tool(self, name: str, slot: object) -> QToolButton:
        button = QToolButton()
        button.setProperty("kind", "quiet")
        button.setIconSize(QSize(16, 16))
        button.setAccessibleName(name)
        button.clicked.connect(slot)
        return button

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(2 * GRID)
        titles = QVBoxLayout()
        titles.setSpacing(0)
        titles.addWidget(self.name)
        titles.addWidget(self._from)
        head.addWidget(self._symbol)
        head.addLayout(titles, 1)
        head.addWidget(self._up)
        head.addWidget(self._down)
        head.addWidget(self.step_button)
        head.addWidget(self.cancel_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(4 * GRID, 3 * GRID, 3 * GRID, 4 * GRID)
        column.setSpacing(2 * GRID)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addWidget(self.state)

    @property
    def progress(self) -> DownloadProgress:
        """What is shown."""
        return self._progress

    def show_progress(self, progress: DownloadProgress) -> None:
        """Show the numbers of this moment."""
        self._progress = progress
        state, name = progress.state, progress.plan.name
        self.state.setText(progress_text(progress))
        tone = "bad" if state == "failed" else "warn" if state == "waiting" else "dim"
        if self.state.property("tone") != tone:
            self.state.setProperty("tone", tone)
            self.state.style().unpolish(self.state)
            self.state.style().polish(self.state)
        self.bar.setVisible(state != "finished")
        self.bar.setValue(permille(progress))
        self.bar.setAccessibleName(tr("Progress of {name}").format(name=name))
        step, spoken = (tr(words) for words in STEPS.get(state, PAUSE))
        if self.step_button.text() != step:
            self.step_button.setText(step)
            self.step_button.setProperty("kind", "primary" if state == "finished" else "")
            self.step_button.style().unpolish(self.step_button)
            self.step_button.style().polish(self.step_button)
        self.step_button.setAccessibleName(spoken.format(name=name))
        if state == "finished":
            remove, spoken = tr("Remove it from this list"), tr("Remove {name} from this list")
        else:
            remove, spoken = tr("Cancel the download and delete it"), tr("Cancel {name}")
        self.cancel_button.setToolTip(remove)
        self.cancel_button.setAccessibleName(spoken.format(name=name))
        self.setAccessibleName(f"{name}: {self.state.text()}")
        self._draw_symbol()

    def set_place(self, *, first: bool, last: bool) -> None:
        """Whether it can be moved up or down; a lone one not at all."""
        for button, enabled in ((self._up, not first), (self._down, not last)):
            button.setVisible(not (first and last))
            button.setEnabled(enabled)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._draw_symbol()

    def _draw_symbol(self) -> None:
        theme, state = self._theme, self._progress.state
        colours = {"failed": theme.bad, "finished": theme.good, "running": theme.accent}
        colour = colours.get(state, theme.dim_text)
        scale = self.devicePixelRatioF()
        self._symbol.setPixmap(icon_pixmap(STATE_ICONS[state], colour, 20, scale))
        self._up.setIcon(icon("arrow-up", theme.dim_text))
        self._down.setIcon(icon("arrow-down", theme.dim_text))
        self.cancel_button.setIcon(icon("x", theme.dim_text))

    @Slot()
    def _take_step(self) -> None:
        key, state = self._progress.download_id, self._progress.state
        if state in _RUNNING:
            self.pause_requested.emit(key)
        elif state == "finished":
            self.load_requested.emit(key)
        else:
            self.resume_requested.emit(key)

    @Slot()
    def _request_up(self) -> None:
        self.up_requested.emit(self._progress.download_id)

    @Slot()
    def _request_down(self) -> None:
        self.down_requested.emit(self._progress.download_id)

    @Slot()
    def _request_cancel(self) -> None:
        self.cancel_requested.emit(self._progress.download_id)
