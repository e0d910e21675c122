"""The same prompt at temperature 0 gives the same text, whatever else the engine does.

llama.cpp adds numbers up in another order when more tokens are in a batch (flash attention from 64
tokens a micro-batch or 512 cells on, without it always) or when they lie in other cells. Where the
batches stay below, texts and probabilities are equal to the last bit; elsewhere they differ by
rounding, and two words that are nearly as likely may change places.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.engine import ChatMessage, GenerationRequest
from tests.backends.stepped import GREEDY, Stepped, chat
from tests.backends.test_scheduler import EXACT

SYSTEM = ChatMessage("system", "You are a careful clerk of a small library. " * 26)
QUESTION = ChatMessage("user", "When does it open?")
OTHERS = [f"A word on {what}:" for what in ("tea", "gold", "snow", "Rome", "bees", "oak", "law")]
Reply = list[tuple[int, float]]


def asked() -> GenerationRequest:
    return chat(SYSTEM, QUESTION, max_tokens=6, logprobs=1, conversation_id=1)


@pytest.fixture(scope="module")
def exact(starter_path: Path) -> Iterator[Stepped]:
    stepped = Stepped(starter_path, context_tokens=512, parallel=8, **EXACT)
    yield stepped
    stepped.close()


def made(engine: Stepped, beside: list[str] | None = None) -> Reply:
    """The tokens of the reply, each with the logarithm of its probability."""
    number = engine.submit(asked())
    for question in beside or []:
        engine.submit(GenerationRequest(prompt=question, sampling=GREEDY, max_tokens=6))
    engine.run()
    deltas = [each.logprob for each in engine.of(number) if getattr(each, "logprob", None)]
    return [(delta.chosen.token_id, delta.chosen.logprob) for delta in deltas]


@pytest.mark.long
def test_alone_beside_others_after_another_and_restored(
    exact: Stepped, starter_path: Path, tmp_path: Path
) -> None:
    alone = made(exact)
    assert len(alone) == 6
    exact.forget()
    assert made(exact, OTHERS) == alone
    exact.forget()
    exact.reply(chat(SYSTEM, ChatMessage("user", "Who are you?"), max_tokens=1))
    assert made(exact) == alone  # on the beginning that is shared with the other chat
    for expected_cached in (0, 256):
        engine = Stepped(starter_path, tmp_path, context_tokens=512, parallel=1, **EXACT)
        assert made(engine) == alone
        (number,) = {each for each, _ in engine.events}
        assert engine.end(number).timings.cached_tokens >= expected_cached
        engine.close()


@pytest.mark.long
def test_larger_batches_differ_by_no_more_than_rounding(starter_path: Path) -> None:
    """As models are loaded by default: the first token, for which both saw the same text."""
    engine = Stepped(starter_path, context_tokens=2048, parallel=8)
    (token, alone), *_ = made(engine)
    engine.forget()
    (beside_token, beside), *_ = made(engine, OTHERS)
    engine.close()
    assert beside_token == token
    assert abs(beside - alone) < 0.1
