"""The form that a reply must have: none, a JSON schema, or a grammar, checked as it is written."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal, Slot
from PySide6.QtWidgets import QComboBox, QLabel, QPlainTextEdit, QVBoxLayout, QWidget

from app.domain.reply_binding import grammar_problem, schema_problem
from app.domain.words import marked
from app.ui.artwork import code_font, secondary_font
from app.ui.language import tr
from app.ui.theme import GRID

_CHECK_MILLISECONDS = 250
_FREE, _SCHEMA, _GRAMMAR = range(3)
_EXAMPLES = (
    "",
    '{"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}',
    'root ::= "yes" | "no"',
)
_GOOD = (
    "",
    marked("No fault was found in this schema. The engine checks it with the next question."),
    marked("No fault was found in this grammar. The engine checks it with the next question."),
)


class BindingBox(QWidget):
    """`changed` carries schema and grammar, of which one is None at least.

    What cannot be right is told and not passed on; the engine has the last word when it is used.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        # What binds the replies.
        self._held: tuple[str | None, str | None] = (None, None)
        self.kind = QComboBox()
        self.kind.addItems(
            [tr("Free text"), tr("JSON by a schema"), tr("Text by a grammar (GBNF)")]
        )
        self.kind.setAccessibleName(tr("Form of the reply"))
        self.kind.currentIndexChanged.connect(self._choose)
        self.text = QPlainTextEdit()
        self.text.setProperty("kind", "log")
        self.text.setFont(code_font())
        self.text.setAccessibleName(tr("Schema or grammar"))
        self.text.setTabChangesFocus(True)
        self.text.setFixedHeight(36 * GRID)
        self.text.textChanged.connect(self._wait)
        self.verdict = QLabel()
        self.verdict.setTextFormat(Qt.TextFormat.PlainText)
        self.verdict.setFont(secondary_font())
        self.verdict.setWordWrap(True)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_CHECK_MILLISECONDS)
        self._timer.timeout.connect(self.check)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        for widget in (self.kind, self.text, self.verdict):
            column.addWidget(widget)
        self._show_kind()

    def show_binding(self, schema: str | None, grammar: str | None) -> None:
        """Show what binds the replies, without telling of it."""
        self._held = (schema, grammar)
        if self._timer.isActive() or self.binding() == (schema, grammar):
            return
        text = grammar if schema is None else schema
        kind = _FREE if text is None else _GRAMMAR if schema is None else _SCHEMA
        with QSignalBlocker(self.kind), QSignalBlocker(self.text):
            self.kind.setCurrentIndex(kind)
            self.text.setPlainText(text or "")
        self._show_kind()

    def binding(self) -> tuple[str | None, str | None]:
        """Schema and grammar as they are written; an empty one binds nothing."""
        text = self.text.toPlainText() or None
        kind = self.kind.currentIndex()
        return (text if kind == _SCHEMA else None, text if kind == _GRAMMAR else None)

    @Slot(int)
    def _choose(self, kind: int) -> None:
        with QSignalBlocker(self.text):
            self.text.setPlainText("")
        self._show_kind()
        self.check()

    def _show_kind(self) -> None:
        kind = self.kind.currentIndex()
        self.text.setVisible(kind != _FREE)
        self.text.setPlaceholderText(_EXAMPLES[kind])
        self._say()

    def _say(self) -> str:
        schema, grammar = self.binding()
        problem = schema_problem(schema) if schema else grammar_problem(grammar) if grammar else ""
        is_bound = bool(schema or grammar)
        self.verdict.setVisible(is_bound)
        self.verdict.setText(
            f"{problem} {self._meanwhile()}" if problem else tr(_GOOD[self.kind.currentIndex()])
        )
        self.verdict.setProperty("tone", "bad" if problem else "dim")
        self.verdict.style().polish(self.verdict)
        return problem

    def _meanwhile(self) -> str:
        if any(self._held):
            return tr("Until it is right, replies follow what was right before.")
        return tr("Until it is right, replies are free.")

    @Slot()
    def _wait(self) -> None:
        self._timer.start()

    @Slot()
    def check(self) -> None:
        """Tell what is wrong, or pass on what is right."""
        self._timer.stop()
        if not self._say():
            self._held = self.binding()
            self.changed.emit(self._held)
