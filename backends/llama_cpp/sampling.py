"""The sampler of one reply: a native chain, and the grammar that may bind it."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from typing import Any, Protocol

from app.domain.engine import Sampling
from app.domain.errors import RequestError
from backends.llama_cpp.grammar import Grammar
from backends.llama_cpp.library import EngineLog
from backends.llama_cpp.model import Model
from backends.llama_cpp.sampler_checks import refuse_senseless

_MIROSTAT_WINDOW = 100


class IsFree(Protocol):
    """Whether a token is free from the grammar, which allows it or not."""

    def __call__(self, token: int, *, is_allowed: bool) -> bool: ...


class Sampler:
    """Chooses tokens; owns its native parts until `close`."""

    def __init__(
        self,
        model: Model,
        log: EngineLog,
        sampling: Sampling,
        context_tokens: int,
        grammar: str | None = None,
    ) -> None:
        """Raises `RequestError` for values without sense, `SchemaError` for a bad grammar."""
        api, vocabulary = model.api, model.vocabulary
        self._api = api
        self._vocabulary_tokens = model.vocabulary_tokens
        refuse_senseless(sampling, self._vocabulary_tokens)
        self.seed = _seed(sampling)
        self._grammar = None if grammar is None else Grammar(api, vocabulary, log, grammar)
        self._candidates: Any = None
        self._remembers = _has_penalties(sampling) or sampling.dry_multiplier > 0
        self._chain = api.llama_sampler_chain_init(api.llama_sampler_chain_default_params())
        for part in _Parts(model, sampling, self.seed, context_tokens).all():
            api.llama_sampler_chain_add(self._chain, part)

    @property
    def has_grammar(self) -> bool:
        return self._grammar is not None

    def names(self) -> tuple[str, ...]:
        """The native samplers in the order in which they are applied."""
        api, chain = self._api, self._chain
        count = api.llama_sampler_chain_n(chain)
        parts = [api.llama_sampler_chain_get(chain, place) for place in range(count)]
        names = tuple(api.llama_sampler_name(part).decode() for part in parts)
        return ("grammar", *names) if self._grammar else names

    def remember(self, prompt: Sequence[int]) -> None:
        """Let the penalties know the prompt."""
        if self._remembers:
            for token in prompt:
                self._api.llama_sampler_accept(self._chain, token)

    def sample(self, context: Any, row: int) -> int:
        """The next token by the logits at `row` of the last batch; the chain has accepted it."""
        return self._api.llama_sampler_sample(self._chain, context, row)

    def sample_bound(self, context: Any, row: int, is_free: IsFree) -> int:
        """Like `sample`, under the grammar, but for tokens that are free from it.

        The grammar is asked about the one token that was chosen; only when it forbids that one,
        about all. Raises `RequestError` where it allows none.
        """
        assert self._grammar is not None
        if self._candidates is None:  # numpy, which most replies do without
            from backends.llama_cpp.candidates import Candidates

            self._candidates = Candidates(self._api, self._vocabulary_tokens)
        token = self._candidates.choose(self._chain, context, row)
        is_allowed = self._grammar.allows(token)
        if is_free(token, is_allowed=is_allowed):
            self._api.llama_sampler_accept(self._chain, token)
            return token
        if not is_allowed:
            bound = self._candidates.choose(self._chain, context, row, self._grammar)
            if bound is None:
                raise RequestError(
                    "The grammar of this reply leaves no token that the model could go on with. "
                    "Change the grammar or the schema."
                )
            token = bound
        self._grammar.accept(token)
        self._api.llama_sampler_accept(self._chain, token)
        return token

    def close(self) -> None:
        """Free the chain and the grammar."""
        self._api.llama_sampler_free(self._chain)
        if self._grammar is not None:
            self._grammar.close()


def _seed(sampling: Sampling) -> int:
    """The seed, or one of our own: llama.cpp takes -1 for a wish of a random one, untold."""
    seed = 0xFFFFFFFF if sampling.seed is None else sampling.seed & 0xFFFFFFFF
    return seed if seed != 0xFFFFFFFF else int.from_bytes(os.urandom(4), "little") % 0xFFFFFFFF


def _has_penalties(sampling: Sampling) -> bool:
    wanted = (sampling.repeat_penalty, sampling.frequency_penalty, sampling.presence_penalty)
    return wanted != (1.0, 0.0, 0.0) and sampling.penalty_last_tokens != 0


class _Parts:
    """Makes the native samplers of one reply."""

    def __init__(self, model: Model, sampling: Sampling, seed: int, context_tokens: int) -> None:
        self._api = model.api
        self._vocabulary = model.vocabulary
        self._size = model.vocabulary_tokens
        self._sampling = sampling
        self._seed = seed
        self._context_tokens = context_tokens

    def all(self) -> list[Any]:
        """Top-k early: every sampler after it then sees 40 candidates and not 49,000."""
        api, sampling = self._api, self._sampling
        top_k = [api.llama_sampler_init_top_k(sampling.top_k)] if sampling.top_k > 0 else []
        memory = [*self._penalties(), *self._dry()]
        if sampling.temperature <= 0:
            few = top_k if memory else []
            return [*self._biases(), *few, *memory, api.llama_sampler_init_greedy()]
        if sampling.mirostat:
            return [*self._biases(), *memory, self._temperature(), self._mirostat()]
        last = api.llama_sampler_init_dist(self._seed)
        return [*self._biases(), *top_k, *memory, *self._cuts(), self._temperature(), last]

    def _biases(self) -> list[Any]:
        wanted = self._sampling.logit_bias
        if not wanted:
            return []
        biases = (self._api.llama_logit_bias * len(wanted))()
        for place, each in enumerate(wanted):
            biases[place].token, biases[place].bias = each.token_id, each.bias
        return [self._api.llama_sampler_init_logit_bias(self._size, len(wanted), biases)]

    def _window(self, tokens: int) -> int:
        return self._context_tokens if tokens < 0 else min(tokens, self._context_tokens)

    def _penalties(self) -> list[Any]:
        sampling = self._sampling
        if not _has_penalties(sampling):
            return []
        return [
            self._api.llama_sampler_init_penalties(
                self._size,
                self._window(sampling.penalty_last_tokens),
                sampling.repeat_penalty,
                sampling.frequency_penalty,
                sampling.presence_penalty,
            )
        ]

    def _dry(self) -> list[Any]:
        sampling = self._sampling
        if sampling.dry_multiplier <= 0 or sampling.dry_last_tokens == 0:
            return []
        breakers = [text.encode() for text in sampling.dry_breakers]
        return [
            self._api.llama_sampler_init_dry(
                self._vocabulary,
                sampling.dry_multiplier,
                sampling.dry_base,
                sampling.dry_allowed_length,
                self._window(sampling.dry_last_tokens),
                (ctypes.c_char_p * len(breakers))(*breakers),
                len(breakers),
            )
        ]

    def _cuts(self) -> list[Any]:
        api, sampling = self._api, self._sampling
        parts: list[Any] = []
        if sampling.top_n_sigma > 0:
            parts.append(api.llama_sampler_init_top_n_sigma(sampling.top_n_sigma))
        if sampling.typical_p < 1:
            parts.append(api.llama_sampler_init_typical(sampling.typical_p, 1))
        if sampling.top_p < 1:
            parts.append(api.llama_sampler_init_top_p(sampling.top_p, 1))
        if sampling.min_p > 0:
            parts.append(api.llama_sampler_init_min_p(sampling.min_p, 1))
        if sampling.xtc_probability > 0:
            chance, threshold = sampling.xtc_probability, sampling.xtc_threshold
            parts.append(api.llama_sampler_init_xtc(chance, threshold, 1, self._seed))
        return parts

    def _temperature(self) -> Any:
        sampling = self._sampling
        if sampling.dynamic_temperature_range <= 0:
            return self._api.llama_sampler_init_temp(sampling.temperature)
        return self._api.llama_sampler_init_temp_ext(
            sampling.temperature,
            sampling.dynamic_temperature_range,
            sampling.dynamic_temperature_exponent,
        )

    def _mirostat(self) -> Any:
        tau, eta = self._sampling.mirostat_tau, self._sampling.mirostat_eta
        if self._sampling.mirostat == 2:
            return self._api.llama_sampler_init_mirostat_v2(self._seed, tau, eta)
        return self._api.llama_sampler_init_mirostat(
            self._size, self._seed, tau, eta, _MIROSTAT_WINDOW
        )
