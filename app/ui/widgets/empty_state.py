"""What a page shows when there is nothing yet: why, and what to do next."""

from __future__ import annotations

from typing import Literal

import msgspec
from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.ui.artwork import heading_font, icon, icon_pixmap
from app.ui.theme import GRID, Theme

TEXT_WIDTH = 420
Step = Literal[
    "load_suggested",
    "open_file",
    "show_models",
    "refresh",
    "show_discover",
    "show_settings",
    "search_again",
    "clear_filters",
    "open_page",
]
WordedStep = tuple[Step, str]
_STEP_ICONS: dict[Step, str] = {
    "load_suggested": "box",
    "open_file": "folder-open",
    "show_models": "box",
    "refresh": "refresh-cw",
    "show_discover": "compass",
    "show_settings": "settings",
    "search_again": "refresh-cw",
    "clear_filters": "x",
    "open_page": "external-link",
}


class Emptiness(msgspec.Struct, frozen=True):
    """Why there is nothing, and up to two next steps with the words on their buttons."""

    symbol: str
    title: str
    text: str
    primary: WordedStep | None = None
    secondary: WordedStep | None = None


class EmptyState(QWidget):
    """An icon, a title, a sentence, and the buttons of the next steps, in the middle."""

    step_requested = Signal(str)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._shown: Emptiness | None = None
        self.setMinimumWidth(1)  # the text gives way
        self._symbol = QLabel()
        self._symbol.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._title = QLabel()
        self._title.setFont(heading_font())
        self._text = QLabel()
        self._text.setWordWrap(True)
        self._text.setProperty("tone", "dim")
        for label in (self._title, self._text):
            label.setTextFormat(Qt.TextFormat.PlainText)
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._primary = self._button("primary", self._request_primary)
        self._secondary = self._button("", self._request_secondary)
        buttons = QHBoxLayout()
        buttons.setSpacing(3 * GRID)
        buttons.addStretch(1)
        buttons.addWidget(self._primary)
        buttons.addWidget(self._secondary)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(6 * GRID, 6 * GRID, 6 * GRID, 6 * GRID)
        column.setSpacing(0)
        column.addStretch(2)
        column.addWidget(self._symbol)
        column.addSpacing(4 * GRID)
        column.addWidget(self._title)
        column.addSpacing(2 * GRID)
        column.addWidget(self._text, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(5 * GRID)
        column.addLayout(buttons)
        column.addStretch(3)

    @property
    def shown(self) -> Emptiness | None:
        """What is said."""
        return self._shown

    def say(self, emptiness: Emptiness) -> None:
        """Say why there is nothing, and offer the next steps."""
        if emptiness == self._shown:
            return
        self._shown = emptiness
        self._title.setText(emptiness.title)
        self._text.setText(emptiness.text)
        self._fit_text()
        self._dress(self._primary, emptiness.primary, self._theme.button_text)
        self._dress(self._secondary, emptiness.secondary, self._theme.text)
        self.setAccessibleName(f"{emptiness.title} {emptiness.text}")
        self._draw_symbol()

    def _fit_text(self) -> None:
        """A layout does not ask a centred label for its height at its width."""
        width = max(1, min(TEXT_WIDTH, self.width() - 12 * GRID))
        self._text.ensurePolished()
        # A label that never had a text knows no height.
        self._text.setFixedSize(width, max(0, self._text.heightForWidth(width)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_text()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        shown, self._shown = self._shown, None
        if shown is not None:
            self.say(shown)

    def _button(self, kind: str, slot: object) -> QPushButton:
        button = QPushButton()
        button.setProperty("kind", kind)
        button.setIconSize(QSize(16, 16))
        button.clicked.connect(slot)
        button.hide()
        return button

    @staticmethod
    def _dress(button: QPushButton, step: tuple[Step, str] | None, colour: str) -> None:
        button.setVisible(step is not None)
        if step is not None:
            button.setText(f" {step[1]}")
            button.setAccessibleName(step[1])
            button.setIcon(icon(_STEP_ICONS[step[0]], colour))

    def _draw_symbol(self) -> None:
        if self._shown is not None:
            scale = self.devicePixelRatioF()
            self._symbol.setPixmap(icon_pixmap(self._shown.symbol, self._theme.edge, 40, scale))

    @Slot()
    def _request_primary(self) -> None:
        if self._shown is not None and self._shown.primary is not None:
            self.step_requested.emit(self._shown.primary[0])

    @Slot()
    def _request_secondary(self) -> None:
        if self._shown is not None and self._shown.secondary is not None:
            self.step_requested.emit(self._shown.secondary[0])
