"""What the next question takes of the context, part by part, drawn and in numbers."""

from __future__ import annotations

import html
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QBrush,
    QColor,
    QPainter,
    QPainterPath,
    QPaintEvent,
)
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QMenu,
    QStyle,
    QStyleOptionToolButton,
    QStylePainter,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.context_look import POLICY_NAMES, ContextLook, parts, told
from app.domain.context_plan import ContextPolicy
from app.domain.units import count_text
from app.ui.artwork import icon, secondary_font
from app.ui.language import tr
from app.ui.theme import DARK, GRID, Theme

# As in the memory bar: apart from colours that judge, with a contrast of 3 on both grounds.
_COLOURS: Final = {
    "System": "#8957e5",
    "History": "#3b7df0",
    "Summary": "#5a67d8",
    "Attachments": "#1b938d",
    "Draft": "#c2571a",
    "Reply": "#7d8493",
}
_HEIGHT: Final = GRID


class _Bar(QWidget):
    """The parts, as wide as their tokens; what is beyond the context is hatched."""

    def __init__(self) -> None:
        super().__init__()
        self.theme = DARK
        self.look: ContextLook | None = None
        self.setFixedHeight(_HEIGHT)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the ground, the parts, and where the context ends."""
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(self.rect()), _HEIGHT / 2, _HEIGHT / 2)
        painter.setClipPath(outline)
        painter.fillRect(self.rect(), QColor(self.theme.line))
        look = self.look
        if look is None:
            return
        whole = max(look.context_tokens, look.used_tokens + look.reserve_tokens, 1)
        scale, left = self.width() / whole, 0.0
        for name, tokens in parts(look):
            width = max(tokens * scale, 2.0) if tokens else 0.0
            # The reserve lies at the end of the context, as the reply will.
            if name == "Reply" and look.free_tokens > 0:
                left = (look.context_tokens - tokens) * scale
            painter.fillRect(QRectF(left, 0, width, _HEIGHT), QColor(_COLOURS[name]))
            left += width
        if look.free_tokens < 0:
            end = look.context_tokens * scale
            over = QRectF(end, 0, self.width() - end, _HEIGHT)
            painter.fillRect(over, QBrush(QColor(self.theme.bad), Qt.BrushStyle.Dense3Pattern))
            painter.fillRect(QRectF(end - 1, 0, 2, _HEIGHT), QColor(self.theme.text))


class _PolicyButton(QToolButton):
    """Has its words cut at their end where there is little room; Qt cuts them in the middle."""

    def paintEvent(self, _: QPaintEvent) -> None:
        option = QStyleOptionToolButton()
        self.initStyleOption(option)
        missing = self.sizeHint().width() - self.width()
        if missing > 0:
            metrics, words = self.fontMetrics(), self.text()
            room = metrics.horizontalAdvance(words) - missing
            option.text = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room)
        painter = QStylePainter(self)
        painter.drawComplexControl(QStyle.ComplexControl.CC_ToolButton, option)
        painter.end()


class ContextBar(QWidget):
    """`policy_chosen` carries what the user chose for this chat, None for what is usual."""

    policy_chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._theme = DARK
        self._bar = _Bar()
        self.legend, self.sentence = QLabel(), QLabel()
        for label in (self.legend, self.sentence):
            label.setFont(secondary_font())
            label.setProperty("tone", "dim")
        self.legend.setTextFormat(Qt.TextFormat.RichText)
        self.legend.setWordWrap(True)
        self.sentence.setTextFormat(Qt.TextFormat.PlainText)
        self.sentence.setWordWrap(True)
        self.sentence.hide()
        self.button = _PolicyButton()
        self.button.setProperty("kind", "quiet")
        self.button.setFont(secondary_font())
        self.button.setIconSize(QSize(14, 14))
        self.button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        # The chevron stands after the words, as in fields to choose from.
        self.button.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.button.setToolTip(tr("What happens when this chat does not fit into the context"))
        self.menu = QMenu(self.button)
        self.menu.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.button.setMenu(self.menu)
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self.legend, 1)
        row.addWidget(self.button)
        column = QVBoxLayout(self)
        column.setContentsMargins(2 * GRID, 2 * GRID, 2 * GRID, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addLayout(row)
        column.addWidget(self.sentence)
        self.show_policy(None, "ask")
        self.hide()

    def show_look(self, look: ContextLook, *, is_asked: bool) -> None:
        """Show exact counts, and what will be left out, unless that is asked about elsewhere."""
        self._bar.look = look
        self._bar.setVisible(look.context_tokens > 0)
        self._bar.update()
        self._say(look)
        self.button.setVisible(look.is_exact)
        text = "" if is_asked else told(look)
        is_over = not look.is_exact and look.context_tokens > 0 and look.free_tokens < 0
        self._tell(text, "dim" if look.can_be_sent and not is_over else "warn")
        self.show()

    def refuse(self, look: ContextLook) -> None:
        """What was asked is not sent: say why, also to those who do not see it."""
        self.show_look(look, is_asked=False)
        QAccessible.updateAccessibility(QAccessibleEvent(self.sentence, QAccessible.Event.Alert))

    def show_forgotten(self, tokens: int) -> None:
        """A reply that is being written has filled the context, and pushes its beginning out."""
        self._tell(tr("%Ln of the oldest tokens are forgotten in this reply", "", tokens), "warn")

    def show_uncounted(self, text: str) -> None:
        """Say why there are no counts."""
        self._bar.look = None
        self._bar.hide()
        self.button.hide()
        self.legend.setText(html.escape(text))
        self.setAccessibleName(text)
        self._tell("", "dim")
        self.show()

    def show_policy(self, chosen: ContextPolicy | None, usual: ContextPolicy) -> None:
        """Offer the policies; `chosen` is that of the chat, else the usual one holds."""
        self.menu.clear()
        name = tr("As in the settings ({policy})").format(policy=tr(POLICY_NAMES[usual]))
        choices: dict[ContextPolicy | None, str] = {None: name}
        choices |= {policy: tr(words) for policy, words in POLICY_NAMES.items()}
        for policy, words in choices.items():
            action = self.menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(policy == chosen)
            action.setData(policy)
            action.triggered.connect(self._choose)
        words = tr("When full: {policy}").format(policy=tr(POLICY_NAMES[chosen or usual]))
        self.button.setText(words)
        self.button.setAccessibleName(words)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = self._bar.theme = theme
        self._bar.update()
        self.button.setIcon(icon("chevron-down", theme.dim_text))
        self.button.setStyleSheet(f"QToolButton {{ color: {theme.dim_text}; padding: 2px 6px; }}")

    @Slot()
    def _choose(self) -> None:
        for action in self.menu.actions():
            if action is self.sender():
                self.policy_chosen.emit(action.data())

    def _say(self, look: ContextLook) -> None:
        whole = count_text(look.context_tokens)
        if not look.context_tokens:
            end = tr("the server does not tell its context")
        elif look.free_tokens >= 0:
            end = tr("{free} of {whole} free").format(
                free=count_text(look.free_tokens), whole=whole
            )
        else:
            end = tr("{over} more than {whole}").format(
                over=count_text(-look.free_tokens), whole=whole
            )
        shown = tr("{part} {tokens}") if look.is_exact else tr("{part} about {tokens}")
        named = [
            (name, shown.format(part=tr(name), tokens=count_text(tokens)))
            for name, tokens in parts(look)
        ]
        dots = [
            f'<span style="color: {_COLOURS[name]}">&#9632;</span>&nbsp;'
            f"{words.replace(' ', '&nbsp;')}"
            for name, words in named
        ]
        self.legend.setText(" &nbsp; ".join([*dots, end.replace(" ", "&nbsp;")]))
        words = ", ".join([*(words for _, words in named), end])
        self.setAccessibleName(tr("Context in tokens: {parts}").format(parts=words))

    def _tell(self, text: str, tone: str) -> None:
        if text == self.sentence.text() and tone == self.sentence.property("tone"):
            return
        self.sentence.setText(text)
        self.sentence.setProperty("tone", tone)
        self.sentence.style().polish(self.sentence)
        self.sentence.setVisible(bool(text))
