"""Scores a text: the model is given each token and asked for the next, a batch at a time.

The chunks, the tokens that are scored and the BOS at each beginning are llama-perplexity's.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import msgspec
import numpy as np

from app.domain.errors import PromptTooLongError, RequestError
from app.domain.load_options import LoadOptions
from app.domain.scoring import Score, ScoredToken, ScoreProgress, ScoreRequest
from backends.llama_cpp.context import Context
from backends.llama_cpp.library import EngineLog
from backends.llama_cpp.logit_rows import compare, keep, score
from backends.llama_cpp.model import Model
from backends.llama_cpp.reference_logits import ReferenceLogits, Shape
from backends.llama_cpp.score_sums import ScoreSums

# Logits of one batch.
_MOST_LOGIT_BYTES = 32 * 2**20
_SHORTEST_CHUNK = 8


class Scoring:
    """One text; owns a context of its own until `close`."""

    def __init__(
        self, model: Model, log: EngineLog, options: LoadOptions, request: ScoreRequest
    ) -> None:
        """Raises `RequestError`, `ModelFileError`, `StoreError`, and what contexts raise."""
        self._model = model
        self._request = request
        self._reference = _reference(model, request)
        self._tokens: Any = (
            _chunks(model, request) if self._reference is None else self._reference.tokens
        )
        if request.chunks is not None:
            if request.chunks < 1:
                raise RequestError("A score needs at least one chunk of the text.")
            self._tokens = self._tokens[: request.chunks]
        self._shape = self._shape_of_text()
        chosen = msgspec.structs.replace(
            options,
            context_tokens=self._shape.chunk_tokens,
            parallel=1,
            speculation="off",
            draft_model=None,
        )
        self._rows = max(1, _MOST_LOGIT_BYTES // (4 * model.vocabulary_tokens))
        self.context = Context(model.api, log, model, chosen, outputs=self._rows)
        self._rows = min(self._rows, self.context.chunk_tokens)
        self._kept: ReferenceLogits | None = None
        self._sums = ScoreSums()
        self._chunk = self._place = 0

    def step(self) -> ScoreProgress | Score | None:
        """Evaluate one batch; the score after the last, and progress after each chunk.

        Raises `EngineError`, `AbortedError`, `StoreError`.
        """
        shape = self._shape
        if self._request.keep is not None and self._kept is None:
            path = Path(os.fsdecode(self._request.keep))
            self._kept = ReferenceLogits.create(path, self._shape_to_keep(), self._tokens)
        self._evaluate()
        if self._place < shape.chunk_tokens - 1:
            return None
        self._chunk, self._place = self._chunk + 1, 0
        self.context.clear()
        if self._chunk < shape.chunk_count:
            value = self._sums.perplexity().value
            return ScoreProgress(self._chunk, shape.chunk_count, value)
        return self._score()

    def close(self) -> None:
        """Free the context, and write what was kept."""
        self.context.close()
        if self._kept is not None:
            self._kept.close()

    def _shape_of_text(self) -> Shape:
        chunk_count, length = self._tokens.shape
        whole = 0 if self._request.whole else length // 2
        return Shape(
            chunk_tokens=length,
            vocabulary=self._model.vocabulary_tokens,
            chunk_count=chunk_count,
            first=whole if self._reference is None else self._reference.shape.first,
        )

    def _shape_to_keep(self) -> Shape:
        count = min(self._request.keep_likeliest or 0, self._shape.vocabulary - 1)
        return msgspec.structs.replace(self._shape, likeliest=count)

    def _evaluate(self) -> None:
        """The next tokens of the chunk: up to the first scored one, then as many as have room."""
        tokens, first, begin = self._tokens[self._chunk], self._shape.first, self._place
        if begin < first:
            end = min(first, begin + self.context.chunk_tokens)
        else:
            end = min(self._shape.chunk_tokens - 1, begin + self._rows)
        count = end - begin
        given = tokens[begin:end].tolist()
        if begin == 0 and (bos := self._model.leading_token()) is not None:
            given[0] = bos
        self.context.begin()
        self.context.add(0, given, begin, rows=count if begin >= first else 0)
        self.context.evaluate()
        self._place = end
        if begin >= first:
            self._take(begin - first, count, tokens[begin + 1 : end + 1])

    def _take(self, row: int, count: int, tokens: Any) -> None:
        """Score the logits of the last batch, which are those from `row` of the chunk on."""
        api, rows = self._model.api, slice(row, row + count)
        size = (count, self._shape.vocabulary)
        logits = np.ctypeslib.as_array(api.llama_get_logits(self.context.handle), size)
        if self._reference is None:
            scored = score(logits, tokens)
        else:
            theirs = self._reference.rows[self._chunk, rows]
            scored = compare(logits, tokens, theirs, self._reference.shape)
        self._sums.add(scored)
        if self._kept is not None:
            keep(self._kept.rows[self._chunk, rows], logits, tokens, self._kept.shape)

    def _score(self) -> Score:
        reference = self._reference
        likeliest = None if reference is None else reference.shape.likeliest or None
        return Score(
            scored_tokens=self._sums.count,
            chunk_tokens=self._shape.chunk_tokens,
            chunk_count=self._shape.chunk_count,
            perplexity=self._sums.perplexity(),
            divergence=None if reference is None else self._sums.divergence(likeliest),
            tokens=self._scored_tokens() if self._request.logprobs else (),
        )

    def _scored_tokens(self) -> tuple[ScoredToken, ...]:
        scored = self._tokens[:, self._shape.first + 1 :].reshape(-1).tolist()
        return tuple(
            ScoredToken(token, self._model.text_piece(token), logprob)
            for token, logprob in zip(scored, self._sums.logprobs(), strict=True)
        )


def _reference(model: Model, request: ScoreRequest) -> ReferenceLogits | None:
    if request.reference is None:
        return None
    reference = ReferenceLogits.open(Path(os.fsdecode(request.reference)))
    if reference.shape.vocabulary != model.vocabulary_tokens:
        raise RequestError(
            "The reference was made by a model with {vocabulary} tokens, and this one has "
            "{vocabulary_tokens}: the two cannot be compared. Compare quantizations of one model.",
            vocabulary=reference.shape.vocabulary,
            vocabulary_tokens=model.vocabulary_tokens,
        )
    return reference


def _chunks(model: Model, request: ScoreRequest) -> Any:
    """The text's tokens as an array (chunks, length)."""
    tokens = model.plain_tokens(request.text)
    length = len(tokens) if request.whole else request.chunk_tokens
    if request.whole and length > model.trained_context_tokens:
        raise PromptTooLongError(
            "The text has {length} tokens, and the model was trained for "
            "{trained_context_tokens}. Score it in chunks, or shorten it.",
            length=length,
            trained_context_tokens=model.trained_context_tokens,
        )
    if not request.whole and length < _SHORTEST_CHUNK:
        raise RequestError(
            "Chunks of {length} tokens say nothing: choose at least {shortest_chunk}; 512 is "
            "usual.",
            length=length,
            shortest_chunk=_SHORTEST_CHUNK,
        )
    if len(tokens) < max(2, length):
        raise RequestError(
            "The text has {count} tokens, and {least} are needed for one chunk. Give a longer "
            "text, or choose shorter chunks.",
            count=len(tokens),
            least=max(2, length),
        )
    count = len(tokens) // length
    return np.array(tokens[: count * length], np.int32).reshape(count, length)
