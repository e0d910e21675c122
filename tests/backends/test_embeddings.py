"""Texts as vectors: of models that make nothing else, and of those that chat."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.engine import Embedding, GenerationRequest
from app.domain.errors import RequestError, UsageError
from app.domain.load_options import Adapter
from app.domain.scoring import ScoreRequest
from backends.protocol import (
    Embed,
    Embedded,
    PromptRead,
    Question,
    ReadPrompt,
    Score,
    SetAdapters,
    Tune,
)
from tests.backends.stepped import GREEDY, Stepped
from tests.backends.test_load_options import write_adapter
from tests.backends.tiny_models import write_bert, write_llama

TEXT = GenerationRequest(prompt="hello", max_tokens=3, sampling=GREEDY)


@pytest.fixture(scope="module")
def bert(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stepped]:
    path = write_bert(tmp_path_factory.mktemp("bert") / "bert.gguf")
    stepped = Stepped(path, context_tokens=256, parallel=2, self_check=True)
    yield stepped
    stepped.close()


@pytest.fixture(scope="module")
def llama_path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_llama(tmp_path_factory.mktemp("llama") / "llama.gguf", width=64, layers=3)


def embed(engine: Stepped, *texts: str) -> tuple[Embedding, ...]:
    answer = engine.model.answer(Embed(1, texts))
    assert isinstance(answer, Embedded)
    return answer.embeddings


def test_text_is_read_between_the_tokens_that_begin_and_end_it(bert: Stepped) -> None:
    short, long, again = embed(bert, "ab", "abcd", "ab")
    assert long.tokens == short.tokens + 2
    assert short.tokens == len(bert.model._model.tokenize("ab")) + 1
    assert sum(value * value for value in short.vector) == pytest.approx(1.0)
    assert again == short
    assert long.vector != short.vector


@pytest.mark.parametrize(
    "question",
    [
        ReadPrompt(1, TEXT, "x", measured=True),
        Score(1, ScoreRequest(text="hello there", chunk_tokens=64)),
        Tune(1),
    ],
)
def test_model_that_makes_vectors_says_that_it_does_not_reply(
    bert: Stepped, question: Question
) -> None:
    with pytest.raises(RequestError, match="vectors of texts"):
        bert.submit(TEXT)
    with pytest.raises(RequestError, match="vectors of texts"):
        bert.model.answer(question)
    assert embed(bert, "It lives.")


def test_adapters_hold_for_vectors_and_probabilities_too(llama_path: Path, tmp_path: Path) -> None:
    engine = Stepped(llama_path, context_tokens=256, parallel=1)
    adapter = Adapter(os.fsencode(write_adapter(tmp_path / "a.gguf", 64)), 0.2)
    (plain,) = embed(engine, "hello")
    for adapters, is_plain in (((adapter,), False), ((), True)):
        engine.model.answer(SetAdapters(1, adapters))
        number = engine.submit(GenerationRequest(prompt="hello", sampling=GREEDY, logprobs=0,
                                                 max_tokens=1))  # fmt: skip
        engine.run()
        (said,) = [each.logprob.chosen for each in engine.of(number)
                   if getattr(each, "logprob", None)]  # fmt: skip
        answer = engine.model.answer(ReadPrompt(1, TEXT, "x", measured=True))
        assert isinstance(answer, PromptRead)
        likeliest = next(token for token in answer.tokens if token.is_reply).alternatives[0]
        assert likeliest.token_id == said.token_id
        assert likeliest.logprob == pytest.approx(said.logprob, abs=0.01)
        assert (embed(engine, "hello") == (plain,)) is is_plain
    engine.close()


def test_scale_that_is_no_number_is_a_sentence(llama_path: Path, tmp_path: Path) -> None:
    engine = Stepped(llama_path, context_tokens=256, parallel=1)
    path = os.fsencode(write_adapter(tmp_path / "a.gguf", 64))
    with pytest.raises(UsageError, match="nan times"):
        engine.model.answer(SetAdapters(1, (Adapter(path, float("nan")),)))
    engine.close()
