"""Vectors of texts: a context of its own on the same weights, with the model's pooling."""

from __future__ import annotations

import math
from collections.abc import Sequence

from app.domain.engine import Embedding
from app.domain.errors import EngineError, PromptTooLongError
from backends.llama_cpp.library import EngineLog
from backends.llama_cpp.load_errors import context_error
from backends.llama_cpp.model import Model

# Generative models make a row of logits for each token of it, too: 400 MB for 49k tokens.
_LONGEST_TEXT = 2048
_POOLING_NONE, _POOLING_MEAN, _POOLING_RANK = 0, 1, 4


class Embedder:
    """Owns its context until `close`."""

    def __init__(self, model: Model, log: EngineLog, threads: int) -> None:
        """Raises `MemoryShortError` or `EngineError`."""
        self._model, self._log, self._threads = model, log, threads
        self._longest = min(_LONGEST_TEXT, model.trained_context_tokens)
        self.handle = self._open(pooling=-1)
        pooling = model.api.llama_pooling_type(self.handle)
        if pooling == _POOLING_NONE:  # a model for text: the mean of its tokens is the custom
            model.api.llama_free(self.handle)
            self.handle = self._open(pooling=_POOLING_MEAN)
        if pooling == _POOLING_RANK:
            model.api.llama_free(self.handle)
            raise EngineError("This model ranks texts and makes no vectors of them.")
        self._batch = model.api.llama_batch_init(self._longest, 0, 1)

    def embed(self, texts: Sequence[str]) -> tuple[Embedding, ...]:
        """A vector of length 1 for each text. Raises `PromptTooLongError`, `EngineError`."""
        return tuple(self._embed(text) for text in texts)

    def close(self) -> None:
        """Free the context and its batch."""
        self._model.api.llama_batch_free(self._batch)
        self._model.api.llama_free(self.handle)

    def _open(self, pooling: int) -> object:
        api = self._model.api
        parameters = api.llama_context_default_params()
        # All tokens of a text must be in one micro-batch, because they may see each other.
        parameters.n_ctx = parameters.n_batch = parameters.n_ubatch = self._longest
        parameters.n_seq_max = parameters.n_outputs_max = 1
        parameters.n_threads = parameters.n_threads_batch = self._threads
        parameters.embeddings = True
        parameters.pooling_type = pooling
        parameters.n_outputs_max = self._longest
        parameters.no_perf = True
        handle = api.llama_init_from_model(self._model.handle, parameters)
        if not handle:
            raise context_error(self._longest, self._log.take_complaints())
        return handle

    def _embed(self, text: str) -> Embedding:
        api, batch = self._model.api, self._batch
        tokens = self._model.tokenize_text(text)
        if len(tokens) > self._longest:
            raise PromptTooLongError(
                "A text of {count} tokens is too long for one vector; {longest} fit. Cut it into "
                "parts.",
                count=len(tokens),
                longest=self._longest,
            )
        if not tokens:
            raise EngineError("An empty text has no vector.")
        batch.n_tokens = len(tokens)
        for place, token in enumerate(tokens):
            batch.token[place], batch.pos[place] = token, place
            batch.n_seq_id[place], batch.seq_id[place][0] = 1, 0
            batch.logits[place] = 1
        data_too = True
        api.llama_memory_clear(api.llama_get_memory(self.handle), data_too)
        status = api.llama_decode(self.handle, batch)
        values = api.llama_get_embeddings_seq(self.handle, 0)
        if status != 0 or not values:
            raise EngineError(
                "llama.cpp could not make a vector of the text (status {status}).", status=status
            )
        return Embedding(
            _unit(values[: api.llama_model_n_embd_out(self._model.handle)]), len(tokens)
        )


def _unit(values: Sequence[float]) -> tuple[float, ...]:
    length = math.sqrt(sum(value * value for value in values)) or 1.0
    return tuple(value / length for value in values)
