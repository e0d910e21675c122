"""Sampler chains of llama.cpp for one reply."""

from __future__ import annotations

import json
import random
from contextlib import redirect_stdout
from typing import Any

from app.domain.engine import GenerationRequest, Sampling
from app.domain.errors import SchemaError

_PENALTY_WINDOW = 64


class Sampler:
    """A native sampler chain; owns it until `close`."""

    def __init__(self, api: Any, vocabulary: Any, request: GenerationRequest) -> None:
        """Raises `SchemaError` for a schema that no grammar can be made of."""
        self._api = api
        sampling = request.sampling
        self.seed = random.getrandbits(32) if sampling.seed is None else sampling.seed & 0xFFFFFFFF
        parts = [
            *_grammar(api, vocabulary, request.json_schema),
            *_chain(api, vocabulary, sampling, self.seed),
        ]
        self._chain = api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
        for part in parts:
            api.llama_sampler_chain_add(self._chain, part)

    def sample(self, context: Any, row: int) -> int:
        """The next token by the logits at `row` of the last batch; the chain has accepted it."""
        return self._api.llama_sampler_sample(self._chain, context, row)

    def close(self) -> None:
        """Free the chain."""
        self._api.llama_sampler_free(self._chain)


def _chain(api: Any, vocabulary: Any, sampling: Sampling, seed: int) -> list[Any]:
    """Top-k first: every sampler after it then sees 40 candidates and not 49,000."""
    penalties: list[Any] = []
    if sampling.repeat_penalty != 1.0:
        size = api.llama_vocab_n_tokens(vocabulary)
        repeat = sampling.repeat_penalty
        penalties.append(api.llama_sampler_init_penalties(size, _PENALTY_WINDOW, repeat, 0.0, 0.0))
    if sampling.temperature <= 0:
        return [*penalties, api.llama_sampler_init_greedy()]
    return [
        api.llama_sampler_init_top_k(sampling.top_k),
        *penalties,
        api.llama_sampler_init_top_p(sampling.top_p, 1),
        api.llama_sampler_init_min_p(sampling.min_p, 1),
        api.llama_sampler_init_temp(sampling.temperature),
        api.llama_sampler_init_dist(seed),
    ]


def _grammar(api: Any, vocabulary: Any, schema: str | None) -> list[Any]:
    if schema is None:
        return []
    grammar = grammar_of_schema(schema)
    # NULL for a grammar that does not parse: used anyway, it would kill the process.
    sampler = api.llama_sampler_init_grammar(vocabulary, grammar.encode(), b"root")
    if not sampler:
        raise SchemaError("The JSON schema makes a grammar that llama.cpp does not accept.")
    return [sampler]


def grammar_of_schema(schema: str) -> str:
    """The GBNF grammar of a JSON schema. Raises `SchemaError` with the reason."""
    try:
        json.loads(schema)
    except ValueError as error:
        raise SchemaError(f"The JSON schema is not valid JSON: {error}.") from error
    from llama_cpp.llama_grammar import json_schema_to_gbnf

    try:
        with redirect_stdout(None):
            return json_schema_to_gbnf(schema)
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        AssertionError,
        RecursionError,
    ) as error:
        raise SchemaError(
            f"The JSON schema uses something that cannot become a grammar: {error}."
        ) from error
