"""A program that chats with a scripted engine until it is killed, and tells what it was promised.

Run as `python -m tests.fakes.chat_writer DATABASE`. Each line on standard output is written after
the store or the chat service has acknowledged what it says: `question ID`, `token ID COUNT`,
`finished ID COUNT`. Its clock moves by a tenth of a second for each token.
"""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path

from app.domain.engine import SessionInfo, TextDelta
from app.domain.load_options import LoadOptions
from app.services.chat import ChatService, ReplyFinished, ReplyStarted, Turn
from app.services.conversation_store import ConversationStore
from tests.fakes.scripted_engine import Script, ScriptedSession

TOKENS = 137
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


async def chat_for_ever(database: Path) -> None:
    """Turn after turn; only a kill ends it."""
    store, clock = ConversationStore(database), TokenClock()
    await store.open()
    chat = ChatService(store, clock=clock)
    script = Script(text=" ".join(f"w{number}" for number in range(TOKENS)))
    session = ScriptedSession(INFO, script, None)
    conversation = await store.create()
    while True:
        reply_id, count = 0, 0
        async for event in chat.run_turn(session, Turn(conversation_id=conversation.id, text="q")):
            if isinstance(event, ReplyStarted):
                reply_id = event.reply.id
                say(f"question {event.question.id}")
            elif isinstance(event, TextDelta):
                count += 1
                clock.seconds += SECONDS_A_TOKEN
                say(f"token {reply_id} {count}")
            elif isinstance(event, ReplyFinished):
                say(f"finished {reply_id} {count}")


if __name__ == "__main__":
    asyncio.run(chat_for_ever(Path(sys.argv[1])))
