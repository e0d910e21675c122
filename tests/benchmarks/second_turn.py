"""Time to the first token of a second turn on a long history, to that of the first turn.

    python -m tests.benchmarks.second_turn [rounds [tokens]]

On the program's whole way: the chat is stored, its context is counted and decided on, and the
starter model runs in its worker. From the question to the first text that comes of the reply.
"""

from __future__ import annotations

import asyncio
import os
import statistics
import sys
import tempfile
import time
from contextlib import aclosing
from pathlib import Path

from app.domain.engine import Sampling, TextDelta
from app.domain.load_options import LoadOptions, LoadPlan
from app.domain.reply_options import ReplyOptions
from app.services.chat import ChatService, ReplyFinished, Turn
from app.services.conversation_store import ConversationStore
from backends.local import LocalEngine, LocalSession
from tests.benchmarks.engine import starter, text

TARGET = 0.1
OPTIONS = ReplyOptions(sampling=Sampling(temperature=0.0), max_tokens=16)


async def first_text(
    chat: ChatService, session: LocalSession, conversation_id: int, question: str
) -> tuple[float, int]:
    """Seconds to the first text of a reply, and the tokens of its prompt."""
    turn = Turn(conversation_id=conversation_id, text=question, options=OPTIONS)
    begun, seconds, tokens = time.perf_counter(), 0.0, 0
    async with aclosing(chat.run_turn(session, turn)) as events:
        async for event in events:
            if isinstance(event, TextDelta) and not seconds:
                seconds = time.perf_counter() - begun
            if isinstance(event, ReplyFinished) and event.reply.timings is not None:
                tokens = event.reply.timings.prompt_tokens
    return seconds, tokens


async def measure(home: Path, rounds: int, tokens: int) -> float:
    store = ConversationStore(home / "chats.sqlite")
    await store.open()
    engine = LocalEngine("llama_cpp", home / "run", home / "engine.log")
    plan = LoadPlan(path=os.fsencode(starter()), name="starter", options=LoadOptions())
    session = await engine.load(plan, lambda _: None)
    chat, ratios = ChatService(store), list[float]()
    for number in range(rounds):
        conversation = (await store.create()).id
        # Other words first, so that nothing of the chat before is of use.
        history = f"Text {number}{number}: {text(tokens)} What runs past the houses?"
        first, prompt = await first_text(chat, session, conversation, history)
        second, _ = await first_text(chat, session, conversation, "Where?")
        ratios.append(second / first)
        print(f"{prompt} tokens: {first:.2f} s, then {second:.3f} s: {ratios[-1]:.3f}")
    await session.close()
    await store.close()
    median = statistics.median(ratios)
    print(f"median {median:.3f} (from {min(ratios):.3f} to {max(ratios):.3f})")
    return median


def main() -> int:
    given = [int(each) for each in sys.argv[1:]]
    rounds, tokens = [*given, *(5, 4000)[len(given) :]]
    with tempfile.TemporaryDirectory() as home:
        median = asyncio.run(measure(Path(home), rounds, tokens))
    print(f"target {TARGET}: {'met' if median <= TARGET else 'MISSED'}")
    return 0 if median <= TARGET else 1


if __name__ == "__main__":
    sys.exit(main())
