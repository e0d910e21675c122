"""One meter: a name, the value in words, and a sparkline with its scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontMetrics
from PySide6.QtWidgets import QGridLayout, QLabel, QWidget

from app.domain.words import marked
from app.ui.artwork import body_font, secondary_font
from app.ui.language import tr
from app.ui.theme import GRID, Theme
from app.ui.widgets.sparkline import Sparkline

NOT_AVAILABLE = marked("not available")
# Room for values such as "12.3 GiB"; longer names, and words of other languages, take theirs.
TEXT_WIDTH = 80
SPARKLINE_WIDTH = 60
GAP = 3 * GRID


@dataclass(frozen=True)
class MeterKind:
    """What a meter shows: its short label, its full name, and how its numbers are written."""

    key: str
    label: str
    name: str
    text: Callable[[float], str]
    ceiling: Callable[[float], float]
    # Meters of the reply are drawn in the accent colour, those of the machine quietly.
    group: Literal["reply", "machine"] = "machine"


class Meter(QWidget):
    """One meter of the strip. Its value is None where it is not available."""

    def __init__(self, kind: MeterKind, theme: Theme) -> None:
        super().__init__()
        self.kind = kind
        self._value: float | None = None
        self._maximum: float | None = None
        self._is_known: bool | None = None
        words = QFontMetrics(secondary_font())
        # What it takes without its curve.
        self.text_width = max(
            *(words.horizontalAdvance(tr(each)) + 1 for each in (kind.label, NOT_AVAILABLE)),
            TEXT_WIDTH,
        )
        self._label = QLabel(tr(kind.label))
        self._label.setFont(secondary_font())
        self._label.setProperty("tone", "dim")
        self._text = QLabel(tr(NOT_AVAILABLE))
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._scale = QLabel()
        self._scale.setFont(secondary_font())
        self._scale.setProperty("tone", "dim")
        self._scale.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.sparkline = Sparkline(theme, self._colour(theme))
        self.sparkline.setMinimumWidth(SPARKLINE_WIDTH)
        self.sparkline.setMaximumWidth(4 * SPARKLINE_WIDTH)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(GRID)
        grid.setVerticalSpacing(GRID // 2)
        grid.addWidget(self._label, 0, 0)
        grid.addWidget(self._scale, 0, 1)
        grid.addWidget(self._text, 1, 0)
        grid.addWidget(self.sparkline, 1, 1)
        grid.setColumnMinimumWidth(0, self.text_width)
        grid.setColumnStretch(1, 1)
        grid.setRowMinimumHeight(0, 4 * GRID)
        grid.setRowMinimumHeight(1, 5 * GRID)
        self.setAccessibleName(tr(kind.name))
        self._write()

    @property
    def text(self) -> str:
        """The value in words, as it is shown."""
        return self._text.text()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.sparkline.set_theme(theme, self._colour(theme))
        self._dress_text()  # a new style sheet takes its font away

    def set_sparkline_visible(self, *, visible: bool) -> None:
        """Show or hide the curve and its scale, when room is short."""
        self.sparkline.setVisible(visible)
        self._scale.setVisible(visible)

    def show_value(self, value: float | None, maximum: float | None = None) -> None:
        """Show a value; `maximum` is what the scale ends at, where there is an end."""
        if (value, maximum) != (self._value, self._maximum):
            self._value, self._maximum = value, maximum
            self._write()

    def record(self, at_seconds: float, *, measured: bool = True) -> None:
        """Put the value on the curve; `measured` False leaves a gap."""
        self.sparkline.append(at_seconds, self._value if measured else None)
        self._write_scale()

    def _colour(self, theme: Theme) -> str:
        return theme.accent if self.kind.group == "reply" else theme.dim_text

    def _write(self) -> None:
        value = self._value
        text = tr(NOT_AVAILABLE) if value is None else self.kind.text(value)
        self._text.setText(text)
        if self._is_known != (value is not None):
            self._is_known = value is not None
            self._dress_text()
        self._write_scale()
        if self._maximum:
            total = self.kind.text(self._maximum)
            text = tr("{value} of {total}").format(value=text, total=total)
        self.setAccessibleDescription(text)
        self.setToolTip(f"{tr(self.kind.name)}: {text}")

    def _dress_text(self) -> None:
        self._text.setProperty("tone", "" if self._is_known else "dim")
        # A label that is polished before it has its place loses its font when it gets there.
        if self._text.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
            self._text.style().polish(self._text)
        self._text.setFont(body_font(strong=True) if self._is_known else secondary_font())

    def _write_scale(self) -> None:
        scale = self._maximum or self.kind.ceiling(self.sparkline.highest)
        self.sparkline.set_scale(scale)
        has_curve = bool(self._maximum) or self.sparkline.highest > 0
        self._scale.setText(self.kind.text(scale) if has_curve else "")
