"""All that is known of one reply: the measurements, and what the model saw."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.chances import PromptToken
from app.domain.conversation import Message
from app.domain.errors import AppError
from app.domain.reply_facts import reply_facts
from app.domain.units import count_text
from app.ui.artwork import heading_font, secondary_font
from app.ui.language import tr
from app.ui.theme import GRID, Theme
from app.ui.widgets.prompt_view import PromptView


class ReplyDetails(QDialog):
    """`prompt_wanted` asks for the tokens, `chances_wanted` for them with their probabilities.

    `show_prompt`, `show_problem`, `offer_load` or `show_error` answers; `load_wanted` takes up the
    offer.
    """

    prompt_wanted = Signal()
    chances_wanted = Signal()
    load_wanted = Signal()

    def __init__(self, reply: Message, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.reply = reply
        # The model that shows the prompt, in its own way.
        self.reader = ""
        self._asked = False
        self.setWindowTitle(tr("About this reply"))
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.resize(720, 600)
        title = QLabel(tr("About this reply"))
        title.setFont(heading_font())
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setDrawBase(False)
        self.tabs.addTab(_facts_table(reply), tr("Measurements"))
        self.view = PromptView()
        self.view.setProperty("kind", "log")
        self.view.set_theme(theme)
        self.tabs.addTab(self._prompt_page(), tr("What the model saw"))
        self.tabs.currentChanged.connect(self._ask_once)
        done = QPushButton(tr("Close"))
        done.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(6 * GRID, 5 * GRID, 6 * GRID, 5 * GRID)
        column.setSpacing(3 * GRID)
        column.addWidget(title)
        column.addWidget(self.tabs, 1)
        column.addWidget(done, 0, Qt.AlignmentFlag.AlignRight)

    def _prompt_page(self) -> QWidget:
        self._note = _label("dim")
        self._token = _label("dim")
        self._token.setMinimumHeight(2 * self._token.fontMetrics().lineSpacing() + 2)
        self._token.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._measure = QPushButton(tr("Measure probabilities"))
        self._measure.setToolTip(
            tr("The model evaluates the prompt and its reply once more, which takes a while.")
        )
        self._measure.clicked.connect(self._ask_measured)
        self.load_button = QPushButton()
        self.load_button.clicked.connect(self.load_wanted)
        self.load_button.hide()
        self._copy = QPushButton(tr("Copy"))
        self._copy.setAccessibleName(tr("Copy what the model saw"))
        self._copy.clicked.connect(self._copy_all)
        self.view.token_chosen.connect(self._token.setText)
        row = QHBoxLayout()
        row.addWidget(self._note, 1)
        row.addWidget(self.load_button)
        row.addWidget(self._measure)
        row.addWidget(self._copy)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 3 * GRID, 0, 0)
        column.setSpacing(2 * GRID)
        column.addLayout(row)
        column.addWidget(self.view, 1)
        column.addWidget(self._token)
        self._wait(tr("Asking the model…"))
        return page

    def _say(self, words: str) -> None:
        self._note.setText(words)
        self.load_button.hide()

    def _wait(self, words: str) -> None:
        self._say(words)
        self._measure.setEnabled(False)
        self._copy.setEnabled(bool(self.view.text()))

    @Slot(int)
    def _ask_once(self, tab: int) -> None:
        if tab and not self._asked:
            self._asked = True
            self.prompt_wanted.emit()

    @Slot()
    def _ask_measured(self) -> None:
        self._wait(tr("The model evaluates everything again…"))
        self.chances_wanted.emit()

    @Slot(object)
    def show_prompt(self, tokens: Sequence[PromptToken]) -> None:
        """Show the tokens; with probabilities where they were measured."""
        self.view.show_tokens(tokens)
        replied = sum(token.is_reply for token in tokens)
        words = tr("{sent} tokens were sent, {replied} replied.").format(
            sent=count_text(len(tokens) - replied), replied=count_text(replied)
        )
        if self.reply.model_name is None:
            whose = tr("As {reader} sees it; which model wrote the reply is not known.")
            words = f"{whose.format(reader=self.reader)} {words}"
        measured = any(token.logprob is not None for token in tokens)
        if measured:
            words += " " + tr("Marked: under 30 % likely; underlined: under 3 %.")
        self._say(words)
        self._measure.setEnabled(not measured)
        self._copy.setEnabled(True)

    @Slot(str)
    def show_problem(self, words: str) -> None:
        """Say why there is nothing to show; what was shown before stays."""
        self._say(words)
        self._measure.setEnabled(bool(self.view.text()))

    def offer_load(self, words: str, name: str) -> None:
        """Say why there is nothing to show, and that a model can be loaded for it."""
        self.show_problem(words)
        self.load_button.setText(tr("Load {name}").format(name=name).replace("&", "&&"))
        self.load_button.show()

    @Slot(object)
    def show_error(self, error: AppError) -> None:
        """Say what went wrong."""
        self.show_problem(error.said())

    @Slot()
    def _copy_all(self) -> None:
        QGuiApplication.clipboard().setText(self.view.text())
        self._token.setText(tr("Copied."))


def _label(tone: str, words: str = "") -> QLabel:
    label = QLabel(words)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setFont(secondary_font())
    label.setProperty("tone", tone)
    label.setWordWrap(True)
    return label


def _facts_table(reply: Message) -> QWidget:
    table = QWidget()
    grid = QGridLayout(table)
    grid.setContentsMargins(0, 3 * GRID, 0, 0)
    grid.setHorizontalSpacing(6 * GRID)
    grid.setVerticalSpacing(2 * GRID)
    grid.setColumnStretch(1, 1)
    for row, (name, value) in enumerate(reply_facts(reply)):
        shown = QLabel(value[:2_000])
        shown.setTextFormat(Qt.TextFormat.PlainText)
        shown.setWordWrap(True)
        shown.setAccessibleName(name)
        shown.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        grid.addWidget(_label("dim", name), row, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(shown, row, 1)
    grid.setRowStretch(grid.rowCount(), 1)
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setWidget(table)
    return area
