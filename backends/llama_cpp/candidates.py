"""All tokens with their logits, as samplers take them, and as probabilities.

llama.cpp builds the same array inside `llama_sampler_sample`; here it is built where a token must
be looked at before the samplers accept it, and where probabilities are reported.
"""

from __future__ import annotations

import ctypes
from typing import Any

import numpy as np

from backends.llama_cpp.grammar import Grammar

_CANDIDATE = np.dtype([("id", np.int32), ("logit", np.float32), ("p", np.float32)])


class Candidates:
    """One reusable array for a vocabulary of `size` tokens."""

    def __init__(self, api: Any, size: int) -> None:
        self._api = api
        self._size = size
        self._ids = np.arange(size, dtype=np.int32)
        self._array: Any = np.zeros(size, _CANDIDATE)
        self._data: Any = self._array.ctypes.data_as(ctypes.POINTER(api.llama_token_data))

    def choose(self, chain: Any, context: Any, row: int, grammar: Grammar | None = None) -> Any:
        """The token that the chain selects, not accepted yet; None if the grammar allows none."""
        self._array["id"] = self._ids
        self._array["logit"] = logits_of(self._api, context, row, self._size)
        unsorted, none_selected = False, -1
        candidates = self._api.llama_token_data_array(
            self._data, self._size, none_selected, unsorted
        )
        if grammar is not None:
            grammar.mask(candidates)
            if not np.isfinite(self._array["logit"]).any():
                return None
        self._api.llama_sampler_apply(chain, ctypes.byref(candidates))
        return int(candidates.data[candidates.selected].id)


def logits_of(api: Any, context: Any, row: int, size: int) -> Any:
    """The logits at `row` of the last batch, float32 of shape (size,); valid until the next one."""
    return np.ctypeslib.as_array(api.llama_get_logits_ith(context, row), (size,))


def log_softmax(logits: Any) -> Any:
    """Natural logarithms of the probabilities, float64, of the same shape."""
    shifted = logits.astype(np.float64) - float(logits.max())
    return shifted - np.log(np.exp(shifted).sum())


def likeliest(logprobs: Any, count: int) -> list[int]:
    """The `count` likeliest tokens, best first."""
    count = min(count, len(logprobs))
    if count <= 0:
        return []
    found = np.argpartition(-logprobs, count - 1)[:count]
    return [int(token) for token in found[np.argsort(-logprobs[found], kind="stable")]]


def likeliest_chance(logits: Any) -> tuple[int, float]:
    """The likeliest token, and its probability."""
    token = int(logits.argmax())
    return token, 1 / float(np.exp(logits - logits[token]).sum())
