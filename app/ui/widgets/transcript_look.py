"""How a transcript looks: its theme, the size of its text, and what prepares code and formulas."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from PySide6.QtGui import QFont

from app.ui.artwork import body_font, code_font
from app.ui.theme import BODY, SECONDARY, Theme
from app.ui.widgets.transcript_text import without_ligatures
from app.ui.widgets.transcript_typeset import Typeset

LINE_PIXELS, CODE_LINE_PIXELS = 20, 18
SMALLEST_ZOOM, LARGEST_ZOOM, ZOOM_STEP = 0.7, 2.5, 0.1


@dataclass(frozen=True)
class Look:
    """`zoom` enlarges the words of messages and the space between their lines."""

    theme: Theme
    typeset: Typeset
    zoom: float = 1.0

    def pixels(self, length: int) -> int:
        """A length that grows with the text."""
        return round(length * self.zoom)

    @property
    def line_pixels(self) -> int:
        return self.pixels(LINE_PIXELS)

    @property
    def code_line_pixels(self) -> int:
        return self.pixels(CODE_LINE_PIXELS)

    # Setting a font up takes 30 microseconds, and a reply may ask for thousands.

    @cached_property
    def body(self) -> QFont:
        return self._sized(body_font(), BODY)

    @cached_property
    def code(self) -> QFont:
        return self._sized(code_font(), SECONDARY)

    def heading(self, pixels: int) -> QFont:
        """The font of a heading that is `pixels` high at a zoom of 1."""
        return self._sized(body_font(strong=True), pixels)

    def _sized(self, font: QFont, pixels: int) -> QFont:
        font.setPixelSize(self.pixels(pixels))
        return without_ligatures(font)
