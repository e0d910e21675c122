"""Asks what to leave out when a chat does not fit into the context; and tells of a summary."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout

from app.domain.context_look import POLICY_NAMES, ContextLook, being_summarized, question, told
from app.domain.context_plan import ContextPolicy
from app.domain.units import count_text
from app.services.summarizing import Summarizing
from app.ui.language import tr
from app.ui.theme import GRID

_OFFERED: tuple[ContextPolicy, ...] = ("drop_oldest", "keep_ends", "summarize")


class ContextQuestion(QFrame):
    """`previewed` carries the policy that is pointed out, whose effect is then shown above.

    `answered` carries it again when the user sends so, None to send all as it is; `cancelled`
    leaves all as it was.
    """

    previewed = Signal(object)
    answered = Signal(object)
    cancelled = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.policy: ContextPolicy | None = None
        self._words = QLabel()
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setWordWrap(True)
        self.choices: dict[ContextPolicy, QPushButton] = {
            policy: QPushButton(tr(POLICY_NAMES[policy])) for policy in _OFFERED
        }
        self.as_is_button = QPushButton(tr("Send all"))
        self.cancel_button = QPushButton(tr("Cancel"))
        self.send_button = QPushButton(tr("Send"))
        self.send_button.setProperty("kind", "primary")
        for button in self.choices.values():
            button.setCheckable(True)
            button.setProperty("kind", "choice")
            button.clicked.connect(self._preview)
        self.as_is_button.clicked.connect(self._send_all)
        self.cancel_button.clicked.connect(self.cancelled)
        self.send_button.clicked.connect(self._send)
        choosing, ending = QHBoxLayout(), QHBoxLayout()
        for button in self.choices.values():
            choosing.addWidget(button)
        choosing.addStretch(1)
        ending.addWidget(self.as_is_button)
        ending.addStretch(1)
        ending.addWidget(self.cancel_button)
        ending.addWidget(self.send_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(3 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        column.setSpacing(2 * GRID)
        column.addWidget(self._words)
        column.addLayout(choosing)
        column.addLayout(ending)
        self._shown = (*self.choices.values(), self.as_is_button, self.send_button)
        self.hide()

    def ask(self, look: ContextLook) -> None:
        """Ask about a chat of which nothing is left out yet."""
        self.policy = None
        for button in self._shown:
            button.show()
        for button in (*self.choices.values(), self.send_button):
            button.setVisible(look.earlier_count > 0)
            button.setChecked(False)
        room = count_text(max(0, look.reply_room))
        self.as_is_button.setText(
            tr("Send all, with room for {room} tokens of reply").format(room=room)
        )
        self.as_is_button.setVisible(look.reply_room > 0)
        self.send_button.setEnabled(False)
        self._say(question(look))
        self.show()

    def preview(self, look: ContextLook) -> None:
        """Say what the policy that is pointed out does."""
        self._say(told(look))
        self.send_button.setEnabled(look.can_be_sent)

    def show_progress(self, step: Summarizing) -> None:
        """A summary is being written; cancelling stops it, and nothing is sent."""
        for button in self._shown:
            button.hide()
        self._say(being_summarized(step.messages, step.tokens, (step.part, step.parts)))
        self.show()

    def _say(self, text: str) -> None:
        self._words.setText(text)
        self.setAccessibleName(text)

    @Slot()
    def _preview(self) -> None:
        for policy, button in self.choices.items():
            button.setChecked(button is self.sender())
            if button is self.sender():
                self.policy = policy
        self.previewed.emit(self.policy)

    @Slot()
    def _send(self) -> None:
        self.answered.emit(self.policy)

    @Slot()
    def _send_all(self) -> None:
        self.answered.emit(None)

    def showEvent(self, event: QShowEvent) -> None:
        """The keys are on the first choice; it is a question that stops the work."""
        super().showEvent(event)
        first = self.choices["drop_oldest"]
        (first if first.isVisibleTo(self) else self.cancel_button).setFocus()
