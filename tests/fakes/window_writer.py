"""The real window with a user who asks until it is killed, and tells what was on the screen.

Run as `python -m tests.fakes.window_writer HOME`; the lines are those of `tests.fakes.chat_writer`.
Every second question is asked again. The clock of the chat service moves by a tenth of a second
whenever it is looked at, which is once a token at least.
"""

from __future__ import annotations

import sys
from itertools import count
from pathlib import Path

from PySide6.QtCore import QObject, Qt, QTimer, Slot
from PySide6.QtTest import QTest

from app.domain.conversation import Message
from app.services.chat import ChatService, ReplyStarted
from app.ui.application import run_window
from app.ui.main_window import MainWindow
from app.ui.turns import Turns
from tests.fakes.chat_writer import SECONDS_A_TOKEN, TOKENS, say
from tests.fakes.scripted_engine import Script, ScriptedEngine
from tests.fakes.window_services import WindowServices, local_model, window_services
from tests.fakes.window_user import the_window

TOKENS_PER_SECOND = 400.0


class Writer(QObject):
    """Types, sends, and says what is shown."""

    def __init__(self) -> None:
        super().__init__()
        self._turn = 0
        self._window: MainWindow | None = None
        self._turns: Turns | None = None
        self._clock = count()
        self._look = QTimer(self, interval=5)
        self._look.timeout.connect(self.go_on)
        self._look.start()

    def clock(self) -> float:
        """A clock that time does not move."""
        return next(self._clock) * SECONDS_A_TOKEN

    @Slot()
    def go_on(self) -> None:
        """Ask as soon as a model is there and no reply streams."""
        if self._turns is None:
            self._window = the_window()
            if self._window is None:
                return
            self._turns = self._window._workspace.turns
            self._turns.reply_started.connect(self.tell_question)
            self._turns.text_arrived.connect(self.tell_text)
            self._turns.reply_finished.connect(self.tell_finished)
        assert self._window is not None
        if self._window._workspace.loading.session is None or self._turns.running:
            return
        editor = self._window.chat_page.composer.focusProxy()
        self._turn += 1
        if self._turn % 2:
            QTest.keyClicks(editor, "q")
            QTest.keyClick(editor, Qt.Key.Key_Return)
        else:
            QTest.keyClick(editor, Qt.Key.Key_R, Qt.KeyboardModifier.ControlModifier)

    @Slot(object)
    def tell_question(self, started: ReplyStarted) -> None:
        say(f"question {started.question.id}")

    @Slot(str)
    def tell_text(self, _: str) -> None:
        reply = None if self._turns is None else self._turns.reply
        if reply is not None:
            say(f"token {reply.id} {len(reply.text.split())}")

    @Slot(object)
    def tell_finished(self, reply: Message) -> None:
        say(f"finished {reply.id} {len(reply.text.split())}")


def main(home: Path) -> int:
    """Open the window as the program does, on the scripted engine."""
    writers: list[Writer] = []

    def build() -> WindowServices:
        writers.append(Writer())
        text = " ".join(f"w{number}" for number in range(TOKENS))
        engine = ScriptedEngine(Script(text=text, tokens_per_second=TOKENS_PER_SECOND))
        services = window_services(home, engine, [local_model("starter", source="starter")])
        services.chat = ChatService(services.store, clock=writers[0].clock)
        return services

    home.mkdir(parents=True, exist_ok=True)
    return run_window(home, build, [])


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
