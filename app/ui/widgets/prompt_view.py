"""What a model saw, token by token: control tokens marked, and unlikely tokens too."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import (
    QColor,
    QMouseEvent,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from app.domain.chances import PromptToken
from app.domain.units import number_text, percent_text
from app.ui.artwork import code_font
from app.ui.language import tr
from app.ui.theme import DARK, Theme
from app.ui.widgets.transcript_text import visible_text, without_ligatures

# A longer line freezes Qt; it goes on below.
_LONGEST_LINE = 1_000
# Below these probabilities a token has a ground of its own.
UNLIKELY, VERY_UNLIKELY = 0.3, 0.03
_LEAST_PERCENT = 0.01


def token_text(token: PromptToken) -> str:
    """A token in words: how likely it was, and what was likelier."""
    words = tr("“{text}”, token {id}").format(text=_shown(token.text), id=token.token_id)
    if token.logprob is None:
        return words
    others = ", ".join(
        tr("“{text}” {percent}").format(text=_shown(other.text), percent=_percent(other.logprob))
        for other in token.alternatives
        if other.token_id != token.token_id
    )
    instead = tr("Instead of it: {others}.").format(others=others)
    return f"{words}: {_percent(token.logprob)}. {instead}"


def _shown(text: str) -> str:
    return repr(text)[1:-1] or tr("part of a character")


def _percent(logprob: float) -> str:
    percent = 100 * math.exp(logprob)
    if percent >= 1:
        return percent_text(percent)
    shown = number_text(max(round(percent, 2), _LEAST_PERCENT))
    return f"{shown} %" if percent >= _LEAST_PERCENT else f"< {shown} %"


class PromptView(QPlainTextEdit):
    """`token_chosen(text)` tells of the token that the pointer or the text cursor is at."""

    token_chosen = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self._tokens: Sequence[PromptToken] = ()
        self._starts: list[int] = []
        self.setReadOnly(True)
        self.setFont(without_ligatures(code_font()))
        self.setAccessibleName(tr("What the model saw"))
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setMouseTracking(True)
        self.cursorPositionChanged.connect(self._tell_chosen)

    def set_theme(self, theme: Theme) -> None:
        """Draw with other colours."""
        self._theme = theme
        self.show_tokens(self._tokens)

    def show_tokens(self, tokens: Sequence[PromptToken]) -> None:
        """Show a prompt with the reply to it."""
        self._tokens, self._starts = tokens, []
        self.clear()
        cursor = QTextCursor(self.document())
        cursor.beginEditBlock()
        forms = {each: self._form(each) for each in {_look(token) for token in tokens}}
        column = 0
        for token in tokens:
            self._starts.append(cursor.position())
            for number, line in enumerate(token.text.split("\n")):
                if number or column > _LONGEST_LINE:
                    cursor.insertBlock(QTextBlockFormat())
                    column = 0
                cursor.insertText(visible_text(line), forms[_look(token)])
                column += len(line)
        cursor.endEditBlock()
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def text(self) -> str:
        """All of it, exactly."""
        return "".join(token.text for token in self._tokens)

    def _form(self, look: tuple[bool, bool, int]) -> QTextCharFormat:
        is_control, is_reply, doubt = look
        theme, form = self._theme, QTextCharFormat()
        form.setForeground(QColor(theme.accent if is_control else theme.text))
        if not is_reply and not is_control:
            form.setForeground(QColor(theme.dim_text))
        if doubt:
            form.setBackground(QColor(theme.found if doubt == 1 else theme.found_now))
            form.setForeground(QColor(theme.text))
        if doubt > 1:
            form.setUnderlineStyle(QTextCharFormat.UnderlineStyle.SingleUnderline)
        return form

    def _token_at(self, position: int) -> PromptToken | None:
        index = bisect_right(self._starts, position) - 1
        return self._tokens[index] if 0 <= index < len(self._tokens) else None

    def _tell(self, position: int) -> None:
        token = self._token_at(position)
        if token is not None:
            self.token_chosen.emit(token_text(token))

    @Slot()
    def _tell_chosen(self) -> None:
        self._tell(self.textCursor().position())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        self._tell(self.cursorForPosition(event.position().toPoint()).position())

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._tell_chosen()


def _look(token: PromptToken) -> tuple[bool, bool, int]:
    chance = 1.0 if token.logprob is None else math.exp(token.logprob)
    return token.is_control, token.is_reply, (chance < UNLIKELY) + (chance < VERY_UNLIKELY)
