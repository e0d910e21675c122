"""Scores: the figures of an independent computation over bare calls, and references on disk."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from app.domain.errors import AppError
from app.domain.scoring import Score, ScoreProgress, ScoreRequest
from backends.llama_cpp.engine import LlamaCppModel
from backends.protocol import Score as AskScore
from backends.protocol import Scored, ScoringProgress
from tests.backends.stepped import Stepped, ask
from tests.backends.tiny_models import write_mamba
from tests.fakes.layered_models import write_layers

CHUNK = 64
FIRST = CHUNK // 2
TEXT = (
    "The lighthouse stood at the end of a long stone pier, and every evening the keeper climbed "
    "its ninety-two steps to light the lamp. In winter the waves reached the windows. Ships that "
    "came from the north saw it first, a small star low over the water, and their captains knew "
    "that the harbour was near. One night the lamp went out. The keeper had fallen asleep over a "
    "book about whales, and the oil had run dry while he dreamed of the warm seas of the south. "
    "He woke when he heard a bell, ran down to the store, and carried two heavy cans up the steps."
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("scores")


@pytest.fixture(scope="module")
def starter(starter_path: Path) -> Iterator[Stepped]:
    stepped = Stepped(starter_path, flash_attention="off")
    yield stepped
    stepped.close()


@pytest.fixture(scope="module")
def other(starter_path: Path, folder: Path) -> Iterator[Stepped]:
    """A model that thinks a little differently."""
    path = write_layers(starter_path, folder / "other.gguf", [*range(20), *range(21, 30)])
    stepped = Stepped(path, flash_attention="off")
    yield stepped
    stepped.close()


class Answers:
    """The reports of one score."""

    def __init__(self, stepped: Stepped, request: ScoreRequest) -> None:
        self.progress: list[ScoreProgress] = []
        self.score: Score | None = None
        number = stepped.submit_question(lambda each: AskScore(each, request))
        stepped.run()
        for report in stepped.of(number):
            if isinstance(report, AppError):
                raise report
            if isinstance(report, ScoringProgress):
                self.progress.append(report.progress)
            elif isinstance(report, Scored):
                self.score = report.score


def score(stepped: Stepped, **options: Any) -> Score:
    request = ScoreRequest(**{"text": TEXT, "chunk_tokens": CHUNK, **options})
    found = Answers(stepped, request).score
    assert found is not None
    return found


def truth(model: LlamaCppModel, first: int = FIRST) -> tuple[Any, Any]:
    """Log-probabilities of all tokens (rows, vocabulary) in float64, and the tokens that came.

    Each chunk in one call, with a row of logits for each of its tokens.
    """
    api, tokens = model._model.api, model._model.plain_tokens(TEXT)
    parameters = api.llama_context_default_params()
    parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = CHUNK
    parameters.n_threads = parameters.n_threads_batch = 1
    parameters.flash_attn_type = 0
    handle = api.llama_init_from_model(model._model.handle, parameters)
    batch = api.llama_batch_init(CHUNK, 0, 1)
    rows, right = [], []
    for begin in range(0, len(tokens) - CHUNK + 1, CHUNK):
        chunk = tokens[begin : begin + CHUNK]
        api.llama_memory_clear(api.llama_get_memory(handle), True)
        batch.n_tokens = CHUNK
        leading = model._model.leading_token()
        for place, token in enumerate(chunk):
            given = leading if place == 0 and leading is not None else token
            batch.token[place], batch.pos[place], batch.logits[place] = given, place, 1
            batch.n_seq_id[place], batch.seq_id[place][0] = 1, 0
        assert api.llama_decode(handle, batch) == 0
        for place in range(first, CHUNK - 1):
            pointer = api.llama_get_logits_ith(handle, place)
            logits = np.array(pointer[: model._model.vocabulary_tokens], np.float64)
            rows.append(logits - np.logaddexp.reduce(logits))
            right.append(chunk[place + 1])
    api.llama_batch_free(batch)
    api.llama_free(handle)
    return np.array(rows), np.array(right)


def test_perplexity_is_that_of_a_direct_computation(starter: Stepped) -> None:
    logprobs, right = truth(starter.model)
    nll = -logprobs[np.arange(len(right)), right]
    found = score(starter, logprobs=True)
    assert found.scored_tokens == len(nll) == found.chunk_count * (CHUNK - 1 - FIRST)
    assert [token.token_id for token in found.tokens] == right.tolist()
    assert [token.logprob for token in found.tokens] == pytest.approx((-nll).tolist(), abs=2e-2)
    assert found.perplexity.value == pytest.approx(np.exp(nll.mean()), rel=2e-3)
    deviation = nll.std() / np.sqrt(len(nll) - 1)
    assert found.perplexity.error == pytest.approx(np.exp(nll.mean()) * deviation, rel=2e-2)


def test_divergence_is_that_of_a_direct_computation(
    starter: Stepped, other: Stepped, folder: Path
) -> None:
    reference = os.fsencode(folder / "reference.kld")
    kept = score(starter, keep=reference)
    found = score(other, reference=reference, text="")
    theirs, right = truth(starter.model)
    ours, _ = truth(other.model)
    divergence = (np.exp(theirs) * (theirs - ours)).sum(axis=1)
    change = np.exp(ours) - np.exp(theirs)
    change = change[np.arange(len(right)), right]
    told = found.divergence
    assert told is not None
    assert told.likeliest is None
    assert told.mean.value == pytest.approx(divergence.mean(), rel=1e-2)
    assert told.mean.error == pytest.approx(divergence.std() / np.sqrt(len(right) - 1), rel=2e-2)
    assert told.spread.median == pytest.approx(np.median(divergence), rel=3e-2)
    assert told.spread.percent_99 == pytest.approx(np.percentile(divergence, 99), rel=2e-2)
    assert told.spread.maximum == pytest.approx(divergence.max(), rel=2e-2)
    same = (ours.argmax(axis=1) == theirs.argmax(axis=1)).mean()
    assert told.same_top.value == pytest.approx(same, abs=2.1 / len(right))
    assert told.probability_change_rms.value == pytest.approx(np.sqrt((change**2).mean()), rel=2e-2)
    assert told.reference_perplexity.value == pytest.approx(kept.perplexity.value, rel=1e-3)
    ratio = np.log(found.perplexity.value / kept.perplexity.value)
    assert told.log_ratio.value == pytest.approx(ratio, abs=1e-3)
    assert 0 < told.log_ratio.error < 1


@pytest.mark.long
def test_a_model_does_not_diverge_from_itself(starter: Stepped, folder: Path) -> None:
    for name, likeliest in (("full.kld", None), ("few.kld", 40)):
        path = os.fsencode(folder / name)
        score(starter, keep=path, keep_likeliest=likeliest)
        told = score(starter, reference=path).divergence
        assert told is not None
        assert told.likeliest == likeliest
        assert abs(told.mean.value) < 1e-3
        assert told.same_top.value == 1.0
        assert abs(told.log_ratio.value) < 1e-3


@pytest.mark.long
def test_the_likeliest_tokens_give_nearly_the_whole_divergence_in_a_small_file(
    starter: Stepped, other: Stepped, folder: Path
) -> None:
    means, sizes = [], []
    for name, likeliest in (("a.kld", 8), ("b.kld", 512), ("c.kld", None)):
        path = folder / name
        score(starter, keep=os.fsencode(path), keep_likeliest=likeliest)
        told = score(other, reference=os.fsencode(path)).divergence
        assert told is not None
        means.append(told.mean.value)
        sizes.append(path.stat().st_size)
    assert means[0] < means[1] < means[2] * 1.001, "what is put together diverges less"
    assert means[1] > 0.9 * means[2]
    assert sizes[0] < sizes[2] / 1000


def test_reference_has_the_format_of_llama_perplexity(starter: Stepped, folder: Path) -> None:
    path = folder / "format.kld"
    found = score(starter, keep=os.fsencode(path), chunks=1)
    data, size = path.read_bytes(), starter.model._model.vocabulary_tokens
    assert data[:8] == b"_logits_"
    assert struct.unpack_from("<3i", data, 8) == (CHUNK, size, 1)
    tokens = np.frombuffer(data, "<i4", CHUNK, 20)
    assert tokens.tolist() == starter.model._model.plain_tokens(TEXT)[:CHUNK]
    row = 2 * ((size + 1) // 2) + 4  # in units of uint16
    assert len(data) == 20 + 4 * CHUNK + 2 * row * found.scored_tokens
    scale, least = struct.unpack_from("<2f", data, 20 + 4 * CHUNK)
    steps = np.frombuffer(data, "<u2", size, 20 + 4 * CHUNK + 8)
    logprobs, _ = truth(starter.model)
    exact = np.maximum(logprobs[0], least)
    assert np.abs(scale * steps + least - exact).max() < 0.1
    assert np.exp(scale * steps.astype(np.float64) + least).sum() == pytest.approx(1, abs=1e-2)


def test_a_whole_text_is_scored_from_its_first_token(starter: Stepped, folder: Path) -> None:
    path = os.fsencode(folder / "whole.kld")
    short = "The capital of France is Paris."
    found = score(starter, text=short, whole=True, logprobs=True, keep=path)
    texts = [token.text for token in found.tokens]
    assert short.endswith("".join(texts))
    assert found.scored_tokens == len(starter.model._model.plain_tokens(short)) - 1
    by_text = {token.text.strip(): token.logprob for token in found.tokens}
    assert by_text["Paris"] > by_text["capital"]
    told = score(starter, reference=path).divergence
    assert told is not None
    assert abs(told.mean.value) < 1e-3


@pytest.mark.long
def test_progress_is_told_and_replies_go_on_meanwhile(starter: Stepped) -> None:
    request = ScoreRequest(text=TEXT, chunk_tokens=16)
    scored = starter.submit_question(lambda each: AskScore(each, request))
    reply = starter.submit(ask("What is the capital of France?", max_tokens=8))
    starter.run()
    kinds = [each for each, _ in starter.events if each in (scored, reply)]
    assert kinds.index(scored) < len(kinds) - 1 - kinds[::-1].index(reply)
    fractions = [
        event.progress.chunks for event in starter.of(scored) if isinstance(event, ScoringProgress)
    ]
    assert fractions == list(range(1, len(fractions) + 1))
    assert len(fractions) > 3


def test_a_score_can_be_stopped(starter: Stepped) -> None:
    request = ScoreRequest(text=TEXT, chunk_tokens=16)
    numbers = [starter.submit_question(lambda each: AskScore(each, request)) for _ in range(2)]
    starter.step()
    starter.step()
    for number in numbers:
        starter.model.cancel(number)
    starter.run()
    for number in numbers:
        last = starter.of(number)[-1]
        assert isinstance(last, AppError)
        assert "stopped" in str(last)
    assert not starter.model._scorings._cancelled


def test_senseless_requests_are_sentences(starter: Stepped, folder: Path) -> None:
    broken, short = folder / "broken.kld", folder / "short.kld"
    broken.write_bytes(b"_logits_" + struct.pack("<3i", -5, 7, 2**31 - 1))
    score(starter, keep=os.fsencode(folder / "good.kld"), chunks=1)
    short.write_bytes((folder / "good.kld").read_bytes()[:-1])
    for options, said in (
        ({"text": "Too short."}, "needed for one chunk"),
        ({"text": ""}, "needed for one chunk"),
        ({"chunk_tokens": 2}, "say nothing"),
        ({"chunk_tokens": -1}, "say nothing"),
        ({"chunks": 0}, "at least one chunk"),
        ({"text": TEXT * 100, "whole": True}, "trained for"),
        ({"reference": os.fsencode(broken)}, "holds no reference logits"),
        ({"reference": os.fsencode(short)}, "cut short"),
        ({"reference": os.fsencode(folder / "none")}, "No such file"),
        ({"keep": os.fsencode(folder / "none" / "file")}, "cannot be written"),
    ):
        with pytest.raises(AppError, match=said):
            score(starter, **options)


def test_a_reference_of_another_vocabulary_is_refused(starter: Stepped, folder: Path) -> None:
    path = os.fsencode(folder / "starter.kld")
    score(starter, keep=path, chunks=1)
    mamba = Stepped(write_mamba(folder / "mamba.gguf"))
    with pytest.raises(AppError, match="cannot be compared"):
        score(mamba, reference=path)
    assert score(mamba).perplexity.value > 1, "a recurrent model is scored too"
    mamba.close()
