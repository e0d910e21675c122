"""A program that chats with a scripted engine until it is killed, and tells what it was promised.

Run as `python -m tests.fakes.chat_writer HOME`. Each line on standard output is written after
the store or the chat service has acknowledged what it says: `question ID`, `token ID COUNT`,
`finished ID COUNT`. Its clock moves by a tenth of a second for each token.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

from app.domain.engine import SessionInfo, TextDelta
from app.domain.load_options import LoadOptions
from app.domain.reply_options import ReplyOptions
from app.services.chat import ChatService, ReplyFinished, ReplyStarted, Turn
from app.services.conversation_store import ConversationStore
from app.services.paths import Paths
from tests.fakes.scripted_engine import Script, ScriptedSession

TOKENS = 137
CUT_TOKENS = 60
SECONDS_A_TOKEN = 0.1
INFO = SessionInfo(
    model_name="scripted",
    architecture="none",
    engine_name="scripted",
    engine_version="1",
    device="CPU",
    context_tokens=4096,
    trained_context_tokens=4096,
    gpu_layers=0,
    layer_count=1,
    load_ms=0.0,
    options=LoadOptions(),
)


class TokenClock:
    """A clock that the tokens themselves move."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def say(line: str) -> None:
    """One line, at once and whole."""
    os.write(1, f"{line}\n".encode())


class Writer:
    """Asks, asks again, edits, and goes on with cut replies."""

    def __init__(self, database: Path) -> None:
        self.store, self._clock = ConversationStore(database), TokenClock()
        self._chat = ChatService(self.store, clock=self._clock)
        self._conversation_id = 0

    async def write_for_ever(self) -> None:
        """Turn after turn; only a kill ends it."""
        await self.store.open()
        self._conversation_id = (await self.store.create()).id
        while True:
            asked = await self._turn(_words(0), text="q")
            await self._turn(_words(0), repeats=asked.reply.id)
            await self._turn(_words(0), text="q", edits=asked.question.id)
            cut = ReplyOptions(max_tokens=CUT_TOKENS)
            begun = await self._turn(_words(0), text="q", options=cut)
            rest = f" {_words(CUT_TOKENS)}"
            await self._turn(rest, CUT_TOKENS, continues=begun.reply.id)

    async def _turn(self, words: str, count: int = 0, **asked: Any) -> ReplyStarted:
        """One turn; what is there already of its reply are `count` tokens."""
        session = ScriptedSession(INFO, Script(text=words), None)
        turn = Turn(conversation_id=self._conversation_id, **asked)
        begun: ReplyStarted | None = None
        async for event in self._chat.run_turn(session, turn):
            if isinstance(event, ReplyStarted):
                begun = event
                say(f"question {event.question.id}")
            elif isinstance(event, TextDelta) and begun is not None:
                count += 1
                self._clock.seconds += SECONDS_A_TOKEN
                say(f"token {begun.reply.id} {count}")
            elif isinstance(event, ReplyFinished):
                say(f"finished {event.reply.id} {count}")
        assert begun is not None
        return begun


def _words(first: int) -> str:
    return " ".join(f"w{number}" for number in range(first, TOKENS))


if __name__ == "__main__":
    asyncio.run(Writer(Paths.under(Path(sys.argv[1])).database).write_for_ever())
