"""The text field of the composer: plain text only, Enter sends, and large pastes stay cheap."""

from __future__ import annotations

import re

from PySide6.QtCore import QMimeData, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QInputMethodEvent,
    QKeyEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QSizePolicy, QWidget

_MOST_LINES = 8
# One unbroken run of a megabyte takes a minute to lay out; in pieces, milliseconds.
_RUN_CHARACTERS = 2_000
_LONG_LINE = re.compile(r"[^\n]{2001,}")
# Marks a block that continues the line of the block before.
_CONTINUES = QTextFormat.Property.UserProperty + 1
_SEND_KEYS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class ComposerEdit(QPlainTextEdit):
    """Grows from one line to eight. `text()` gives exactly what was typed and pasted."""

    submitted = Signal()
    escaped = Signal()
    recalled = Signal()
    # Pasted or dropped, and no text: a QMimeData.
    offered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._composing = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setTabChangesFocus(True)
        # Nothing that would keep input methods from correcting, predicting and dictating.
        self.setInputMethodHints(Qt.InputMethodHint.ImhMultiLine)
        self._wanted_height = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Maximum)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self.textChanged.connect(self._fit)
        self._fit()

    # Text

    def text(self) -> str:
        """The whole draft."""
        pieces: list[str] = []
        block = self.document().firstBlock()
        while block.isValid():
            if pieces and not block.blockFormat().hasProperty(_CONTINUES):
                pieces.append("\n")
            pieces.append(block.text())
            block = block.next()
        return "".join(pieces)

    def set_text(self, text: str) -> None:
        """Replace the draft; it cannot be undone."""
        self.clear()
        if text:
            self.insert(text)
            self.document().clearUndoRedoStacks()

    def is_blank(self) -> bool:
        """Whether there is nothing but white space."""
        block = self.document().firstBlock()
        while block.isValid():
            if block.text().strip():
                return False
            block = block.next()
        return True

    def insert(self, text: str) -> None:
        """Insert plain text at the cursor, in place of what is selected."""
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        cursor = self.textCursor()
        cursor.beginEditBlock()
        cursor.removeSelectedText()
        begin = 0
        for run in _LONG_LINE.finditer(text):
            _insert_lines(cursor, text[begin : run.start()])
            _insert_run(cursor, run.group())
            begin = run.end()
        _insert_lines(cursor, text[begin:])
        cursor.endEditBlock()
        self.setTextCursor(cursor)
        self.ensureCursorVisible()

    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        return source.hasText() or source.hasUrls() or source.hasImage()

    def insertFromMimeData(self, source: QMimeData) -> None:
        # A file is attached, and a model is loaded: neither is written out as its path.
        if source.hasUrls() or not source.hasText():
            self.offered.emit(source)
        else:
            self.insert(source.text())

    # Keys

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _SEND_KEYS and not self._composing:
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                _insert_lines(self.textCursor(), "\n")
                self.ensureCursorVisible()
            else:
                self.submitted.emit()
            event.accept()
        elif event.key() == Qt.Key.Key_Escape and not self._composing:
            self.escaped.emit()
            event.ignore()
        elif event.key() == Qt.Key.Key_Up and self.document().isEmpty():
            self.recalled.emit()
        else:
            super().keyPressEvent(event)

    # Size

    @Slot()
    def _fit(self) -> None:
        """Be as high as the text, from one line to eight."""
        line = self.fontMetrics().lineSpacing()
        most = _MOST_LINES * line
        height = 0.0
        block = self.document().firstBlock()
        while block.isValid() and height <= most:
            height += self.blockBoundingRect(block).height()
            block = block.next()
        policy = Qt.ScrollBarPolicy
        self.setVerticalScrollBarPolicy(
            policy.ScrollBarAsNeeded if height > most else policy.ScrollBarAlwaysOff
        )
        wanted = int(min(max(height, line), most)) + 2
        if wanted != self._wanted_height:
            self._wanted_height = wanted
            self.updateGeometry()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.oldSize().width() != event.size().width():
            self._fit()

    def sizeHint(self) -> QSize:
        return QSize(300, self._wanted_height)

    def minimumSizeHint(self) -> QSize:
        return QSize(80, self.fontMetrics().lineSpacing() + 2)


def _insert_lines(cursor: QTextCursor, text: str) -> None:
    first, *rest = text.split("\n", 1)
    cursor.insertText(first)
    if rest:
        # A plain block: a line break inside a long run must not take over its mark.
        cursor.insertBlock(QTextBlockFormat())
        cursor.insertText(rest[0])


def _insert_run(cursor: QTextCursor, run: str) -> None:
    continuing = QTextBlockFormat()
    continuing.setProperty(_CONTINUES, 1)
    for begin in range(0, len(run), _RUN_CHARACTERS):
        if begin:
            cursor.insertBlock(continuing)
        cursor.insertText(run[begin : begin + _RUN_CHARACTERS])
