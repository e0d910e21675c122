"""What a load would take and how fast it would be; what would make it fit, as buttons."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from app.domain.fit import Fit
from app.domain.forecast import Forecast
from app.domain.forecast_text import fit_sentence, speed_sentence, tier_text
from app.domain.placement import Change
from app.ui.artwork import icon, secondary_font
from app.ui.theme import GRID, Theme
from app.ui.widgets.labels import plain
from app.ui.widgets.memory_bar import DeviceBar

_ICONS: Final[dict[Fit, str]] = {
    "fits": "circle-check",
    "tight": "triangle-alert",
    "partial": "triangle-alert",
    "too_big": "circle-alert",
}
_MOST_CHANGES: Final = 3
_MOST_DEVICES: Final = 5


class ChangeButton(QPushButton):
    """One change; `chosen` carries it."""

    chosen = Signal(object)

    def __init__(self, change: Change) -> None:
        super().__init__(change.sentence)
        self.change = change
        self.clicked.connect(self._choose)

    @Slot()
    def _choose(self) -> None:
        self.chosen.emit(self.change)


class ForecastCard(QFrame):
    """`change_requested` carries a `Change` of the placement that the user wants."""

    change_requested = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self._theme = theme
        self.bars = tuple(DeviceBar(theme) for _ in range(_MOST_DEVICES))
        self.tier, self.speed, self.verdict = plain(tone="dim"), plain(tone="dim"), plain()
        self._symbol = QLabel()
        self._symbol.setFixedSize(QSize(16, 20))
        # Shown where there is something: what was measured of the model on this machine, the
        # models that are loaded already, and a context beyond that of the training.
        self.tuning, self.beside = plain(tone="dim"), plain(tone="dim")
        self.training = plain(tone="warn")
        for label in (self.tuning, self.beside, self.training):
            label.hide()
        for label in (self.tier, self.speed, self.tuning, self.beside, self.training):
            label.setFont(secondary_font())
        # Room for the longest advice: the dialog must not jump while the slider moves.
        self.verdict.setMinimumHeight(2 * self.fontMetrics().lineSpacing())
        self.verdict.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.changes: list[ChangeButton] = []
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self._symbol, 0, Qt.AlignmentFlag.AlignTop)
        row.addWidget(self.verdict, 1)
        self._changes = QVBoxLayout()
        self._changes.setSpacing(2 * GRID)
        inner = QVBoxLayout(self)
        inner.setContentsMargins(4 * GRID, 4 * GRID, 4 * GRID, 4 * GRID)
        inner.setSpacing(3 * GRID)
        for bar in self.bars:
            bar.setVisible(False)
            inner.addWidget(bar)
        inner.addLayout(row)
        inner.addLayout(self._changes)
        inner.addWidget(self.training)
        inner.addWidget(self.speed)
        inner.addWidget(self.tier)
        inner.addWidget(self.tuning)
        inner.addWidget(self.beside)

    def show_forecast(self, forecast: Forecast) -> None:
        """Show each device's memory, the verdict, the changes, the speed and how sure it is."""
        placed = forecast.placement
        devices = forecast.estimate.devices
        for place, bar in enumerate(self.bars):
            bar.setVisible(place < len(devices))
            if place < len(devices):
                bar.show_device(devices[place], placed.fits[place])
        tones = {"fits": self._theme.good, "too_big": self._theme.bad}
        tone = tones.get(placed.fit, self._theme.warn)
        self._say(fit_sentence(forecast), _ICONS[placed.fit], tone)
        self._offer(() if placed.fit == "fits" else placed.changes[:_MOST_CHANGES])
        if forecast.speed is not None:
            self.speed.setText(speed_sentence(forecast.speed))
        self.speed.setVisible(forecast.speed is not None)
        self.tier.setText(forecast.notice or tier_text(forecast.estimate))

    def refuse(self, sentence: str) -> None:
        """Say why nothing is foretold."""
        for bar in self.bars:
            bar.setVisible(False)
        self.speed.setVisible(False)
        self.tier.setText("")
        self._offer(())
        self._say(sentence, "circle-alert", self._theme.bad)

    def _offer(self, changes: tuple[Change, ...]) -> None:
        if [button.change for button in self.changes] == list(changes):
            return  # a button that has the keyboard keeps it
        for button in self.changes:
            self._changes.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.changes = [ChangeButton(change) for change in changes]
        for button in self.changes:
            button.chosen.connect(self.change_requested)
            self._changes.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _say(self, sentence: str, symbol: str, colour: str) -> None:
        self._symbol.setPixmap(icon(symbol, colour).pixmap(16, 16))
        self.verdict.setText(sentence)
