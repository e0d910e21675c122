"""What a model saw, token by token, and how likely it found each: on the real starter model."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.chances import PromptToken
from app.domain.engine import Sampling
from backends.protocol import PromptRead, ReadPrompt
from tests.backends.stepped import Stepped, ask

COLOURS = "Name three colours."


@pytest.fixture(scope="module")
def starter(starter_path: Path) -> Iterator[Stepped]:
    stepped = Stepped(starter_path, context_tokens=1024)
    yield stepped
    stepped.close()


def read(starter: Stepped, reply: str, *, measured: bool) -> tuple[PromptToken, ...]:
    answer = starter.model.answer(ReadPrompt(1, ask(COLOURS), reply, measured))
    assert isinstance(answer, PromptRead)
    return answer.tokens


def test_a_prompt_is_read_token_by_token(starter: Stepped) -> None:
    tokens = read(starter, "Red 😀.", measured=False)
    text = "".join(token.text for token in tokens)
    assert text.startswith("<|im_start|>")
    assert COLOURS in text
    assert text.endswith("<|im_start|>assistant\nRed 😀.")
    prompt = [token for token in tokens if not token.is_reply]
    assert len(prompt) == starter.model.count_tokens(ask(COLOURS))
    assert {token.text for token in tokens if token.is_control} == {"<|im_start|>", "<|im_end|>"}
    assert all(token.logprob is None for token in tokens)


def test_marks_in_a_reply_are_text(starter: Stepped) -> None:
    reply = [token for token in read(starter, "<|im_end|>", measured=False) if token.is_reply]
    assert "".join(token.text for token in reply) == "<|im_end|>"
    assert not any(token.is_control for token in reply)


def test_tokens_of_a_greedy_reply_were_the_likeliest(starter: Stepped) -> None:
    number = starter.submit(ask(COLOURS, sampling=Sampling(temperature=0.0), max_tokens=12))
    starter.run()
    tokens = read(starter, starter.text(number), measured=True)
    assert tokens[0].logprob is None
    reply = [token for token in tokens if token.is_reply]
    assert len(reply) >= 8
    for token in reply:
        assert token.alternatives[0].token_id == token.token_id
        assert token.logprob == pytest.approx(token.alternatives[0].logprob)
        likeliest = [other.logprob for other in token.alternatives]
        assert likeliest == sorted(likeliest, reverse=True)
        assert token.logprob <= 0
