"""The reference of the engine's benchmarks: bare calls of llama.cpp's C interface.

Same library, same weights, same options as the engine; nothing is done that a loop could do
without: no text, no events, no cancel.
"""

from __future__ import annotations

import ctypes
import time
from typing import Any

from backends.llama_cpp.candidates import logits_of


class Bare:
    """A context of its own on the weights of a loaded model."""

    def __init__(self, model: Any, *, context: int, sequences: int, threads: int) -> None:
        api = model.api
        parameters = api.llama_context_default_params()
        parameters.n_ctx = context
        parameters.n_batch, parameters.n_ubatch = 2048, 512
        parameters.n_seq_max = parameters.n_outputs_max = sequences
        parameters.kv_unified = True
        parameters.n_threads = parameters.n_threads_batch = threads
        parameters.no_perf = True
        self.api, self.model = api, model
        self.handle = api.llama_init_from_model(model.handle, parameters)
        self.batch = api.llama_batch_init(2048, 0, 1)
        self.chain = api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
        api.llama_sampler_chain_add(self.chain, api.llama_sampler_init_greedy())
        self.depth = [0] * sequences
        self.next = [0] * sequences

    def prompt(self, sequence: int, tokens: list[int]) -> float:
        """Seconds for a whole prompt in one call, and the first token."""
        started = time.perf_counter()
        self._fill([(token, place, sequence) for place, token in enumerate(tokens)], last_only=True)
        self._evaluate()
        self.next[sequence] = self._sample(len(tokens) - 1)
        self.depth[sequence] = len(tokens)
        return time.perf_counter() - started

    def step(self, sequences: range) -> float:
        """Seconds for one more token of each sequence."""
        started = time.perf_counter()
        self._fill([(self.next[each], self.depth[each], each) for each in sequences])
        self._evaluate()
        for row, each in enumerate(sequences):
            self.next[each] = self._sample(row)
            self.depth[each] += 1
        return time.perf_counter() - started

    def logits(self, tokens: list[int], size: int) -> Any:
        """The logits behind a prompt that is evaluated in calls of so many tokens."""
        self.forget()
        for first in range(0, len(tokens), size):
            part = tokens[first : first + size]
            items = [(token, first + place, 0) for place, token in enumerate(part)]
            self._fill(items, last_only=True)
            self._evaluate()
        return logits_of(self.api, self.handle, -1, self.model.vocabulary_tokens).copy()

    def forget(self) -> None:
        """Empty the cache."""
        self.api.llama_memory_clear(self.api.llama_get_memory(self.handle), ctypes.c_bool(True))

    def close(self) -> None:
        """Free it."""
        self.api.llama_free(self.handle)

    def _fill(self, items: list[tuple[int, int, int]], *, last_only: bool = False) -> None:
        batch = self.batch
        batch.n_tokens = len(items)
        for place, (token, position, sequence) in enumerate(items):
            batch.token[place], batch.pos[place] = token, position
            batch.n_seq_id[place], batch.seq_id[place][0] = 1, sequence
            batch.logits[place] = not last_only or place == len(items) - 1

    def _evaluate(self) -> None:
        status = self.api.llama_decode(self.handle, self.batch)
        assert status == 0, status

    def _sample(self, row: int) -> int:
        return self.api.llama_sampler_sample(self.chain, self.handle, row)
