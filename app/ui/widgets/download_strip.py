"""The strip above the meters: the download that matters most, while there is one."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSizePolicy,
    QToolButton,
)

from app.domain.transfer import DownloadProgress, DownloadState
from app.ui.artwork import body_font, icon, icon_pixmap, secondary_font
from app.ui.language import tr
from app.ui.theme import GRID, Theme
from app.ui.widgets.download_text import PAUSE, STATE_ICONS, STEPS, permille, progress_text

_ORDER: tuple[DownloadState, ...] = (
    *("running", "verifying", "waiting", "failed", "queued", "paused", "finished"),
)


class DownloadStrip(QFrame):
    """Hidden unless something is downloaded, waits, failed, or has just become ready."""

    pause_requested = Signal(str)
    resume_requested = Signal(str)
    load_requested = Signal(str)
    page_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "strip")
        self.setAccessibleName(tr("Downloads"))
        self._theme = theme
        self._shown: DownloadProgress | None = None
        self._all: tuple[DownloadProgress, ...] = ()
        self._dismissed: set[str] = set()
        self._symbol = QLabel()
        self._name = QLabel()
        self._name.setFont(body_font(strong=True))
        self.text = QLabel()
        self.text.setFont(secondary_font())
        self.text.setProperty("tone", "dim")
        for label in (self._name, self.text):
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.text.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.bar = QProgressBar()
        self.bar.setRange(0, 1000)
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(180)
        self.bar.setAccessibleName(tr("Progress of the download"))
        self.step_button = QPushButton(tr("Pause"))
        self.step_button.setAccessibleName(tr("Pause the download"))
        self.step_button.clicked.connect(self._take_step)
        self._page_button = QPushButton(tr("All downloads"))
        self._page_button.setProperty("kind", "quiet")
        self._page_button.clicked.connect(self.page_requested)
        self._dismiss = QToolButton()
        self._dismiss.setProperty("kind", "quiet")
        self._dismiss.setIconSize(QSize(16, 16))
        self._dismiss.setAccessibleName(tr("Hide this download"))
        self._dismiss.clicked.connect(self._hide_shown)
        self._lay_out()
        self.hide()

    def _lay_out(self) -> None:
        row = QHBoxLayout(self)
        row.setContentsMargins(5 * GRID, 2 * GRID, 4 * GRID, 2 * GRID)
        row.setSpacing(3 * GRID)
        row.addWidget(self._symbol)
        row.addWidget(self._name)
        row.addWidget(self.bar)
        row.addWidget(self.text, 1)
        row.addWidget(self.step_button)
        row.addWidget(self._page_button)
        row.addWidget(self._dismiss)

    @property
    def shown(self) -> DownloadProgress | None:
        """The download that is shown; None while the strip is hidden."""
        return self._shown

    @Slot(object)
    def show_downloads(self, downloads: tuple[DownloadProgress, ...]) -> None:
        """Show the one of these that matters most."""
        self._all = downloads
        keys = {one.download_id for one in downloads}
        self._dismissed &= keys
        for one in downloads:
            if one.state in ("running", "queued", "failed"):
                self._dismissed.discard(one.download_id)
        open_ones = [one for one in downloads if one.download_id not in self._dismissed]
        self._shown = min(open_ones, key=lambda one: _ORDER.index(one.state), default=None)
        self.setVisible(self._shown is not None)
        if self._shown is not None:
            self._draw(self._shown, len(open_ones) - 1)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._dismiss.setIcon(icon("x", theme.dim_text))
        if self._shown is not None:
            self.show_downloads(self._all)

    def _draw(self, progress: DownloadProgress, others: int) -> None:
        theme, state = self._theme, progress.state
        colours = {"failed": theme.bad, "finished": theme.good, "running": theme.accent}
        scale = self.devicePixelRatioF()
        colour = colours.get(state, theme.dim_text)
        self._symbol.setPixmap(icon_pixmap(STATE_ICONS[state], colour, 16, scale))
        self._dismiss.setIcon(icon("x", theme.dim_text))
        self._elide_name()
        self.bar.setVisible(state != "finished")
        self.bar.setValue(permille(progress))
        self.text.setText(progress_text(progress))
        self.text.setToolTip("")
        self._page_button.setText(tr("%Ln more", "", others) if others else tr("All downloads"))
        self._page_button.setAccessibleName(tr("Show all downloads"))
        self._dismiss.setVisible(state in ("finished", "paused"))
        step, spoken = (tr(words) for words in STEPS.get(state, PAUSE))
        self.step_button.setText(step)
        self.step_button.setAccessibleName(spoken.format(name=progress.plan.name))
        words = tr("Download of {name}: {state}")
        self.setAccessibleName(words.format(name=progress.plan.name, state=self.text.text()))

    def _elide_name(self) -> None:
        if self._shown is not None:
            metrics = self._name.fontMetrics()
            room = max(120, self.width() // 4)
            name = self._shown.plan.name
            self._name.setText(metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, room))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A long name gives way."""
        super().resizeEvent(event)
        self._elide_name()

    @Slot()
    def _take_step(self) -> None:
        if self._shown is None:
            return
        key, state = self._shown.download_id, self._shown.state
        if state == "finished":
            self._dismissed.add(key)
            self.load_requested.emit(key)
            self.show_downloads(self._all)
        elif state in ("paused", "failed"):
            self.resume_requested.emit(key)
        else:
            self.pause_requested.emit(key)

    @Slot()
    def _hide_shown(self) -> None:
        if self._shown is not None:
            self._dismissed.add(self._shown.download_id)
            self.show_downloads(self._all)
