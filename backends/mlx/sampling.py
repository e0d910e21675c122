"""How MLX chooses the next token: the samplers of mlx-lm for one reply."""

from __future__ import annotations

import random
from collections.abc import Collection, Sequence
from typing import Any

from app.domain.engine import GenerationRequest, Sampling
from app.domain.errors import RequestError, SchemaError
from app.domain.words import option_name
from backends.llama_cpp.sampler_checks import refuse_senseless
from backends.mlx.library import Mlx

_NEUTRAL = Sampling()
# What mlx-lm has no sampler for.
_MISSING = ("dynamic_temperature_range", "typical_p", "top_n_sigma", "dry_multiplier", "mirostat")
_ALL_TOKENS = 2**30


class Sampler:
    """The sampler of one reply and what changes the logits before it."""

    def __init__(
        self,
        mlx: Mlx,
        request: GenerationRequest,
        vocabulary_tokens: int,
        ends: Collection[int],
    ) -> None:
        """Raises `SchemaError` and `RequestError` for what MLX cannot do."""
        sampling = request.sampling
        _refuse_missing(request)
        refuse_senseless(sampling, vocabulary_tokens)
        self.seed = random.getrandbits(32) if sampling.seed is None else sampling.seed & 0xFFFFFFFF
        self._mlx = mlx
        self._sampling = sampling
        self.choose: Any = mlx.sampling.make_sampler(
            temp=max(0.0, sampling.temperature),
            top_p=sampling.top_p,
            min_p=max(0.0, sampling.min_p),
            # One that keeps the whole vocabulary is refused by mlx-lm and changes nothing.
            top_k=sampling.top_k if sampling.top_k < vocabulary_tokens else 0,
            xtc_probability=max(0.0, sampling.xtc_probability),
            xtc_threshold=min(sampling.xtc_threshold, 0.5),
            xtc_special_tokens=list(ends),
        )
        # For mlx-lm's batch, which shows them all tokens.
        self.whole_processors = _processors(mlx, sampling, None)

    def processors(self, tokens: Sequence[int]) -> list[Any]:
        """For mlx-lm's loop, which shows them only what follows all of `tokens` but the last."""
        return _processors(self._mlx, self._sampling, tokens)

    def start(self) -> None:
        """Seed MLX: the reply begins."""
        self._mlx.core.random.seed(self.seed)


def _refuse_missing(request: GenerationRequest) -> None:
    if request.json_schema is not None or request.grammar is not None:
        raise SchemaError(
            "The MLX engine cannot bind a reply to a JSON schema or a grammar. "
            "Load a GGUF file of the same model for that."
        )
    if request.tool_choice != "auto":
        raise RequestError(
            "The MLX engine cannot make a reply call a tool. Load a GGUF file of the same model "
            "for that."
        )
    if request.logprobs is not None:
        raise RequestError("The MLX engine does not tell probabilities. Load a GGUF file for that.")
    for name in _MISSING:
        if getattr(request.sampling, name) != getattr(_NEUTRAL, name):
            raise RequestError(
                "The MLX engine has no sampler {name}. Switch it off, or load a GGUF file of the "
                "same model.",
                name=option_name(name),
            )


def _processors(mlx: Mlx, sampling: Sampling, prompt: Sequence[int] | None) -> list[Any]:
    """Biases and penalties; `prompt` is put before the tokens that they are shown."""
    window = _ALL_TOKENS if sampling.penalty_last_tokens < 0 else sampling.penalty_last_tokens
    biases = mlx.sampling.make_logits_processors(
        logit_bias={each.token_id: each.bias for each in sampling.logit_bias} or None
    )
    penalties = mlx.sampling.make_logits_processors(
        repetition_penalty=None if sampling.repeat_penalty == 1 else sampling.repeat_penalty,
        repetition_context_size=window,
        presence_penalty=sampling.presence_penalty or None,
        presence_context_size=window,
        frequency_penalty=sampling.frequency_penalty or None,
        frequency_context_size=window,
    )
    if not penalties or not window:
        return biases
    if prompt is None:
        return [*biases, *penalties]
    core, before = mlx.core, mlx.core.array(prompt[:-1][-window:] or [], mlx.core.int32)

    def with_prompt(tokens: Any, logits: Any) -> Any:
        seen = core.concatenate([before, tokens.astype(core.int32)])
        for penalty in penalties:
            logits = penalty(seen, logits)
        return logits

    return [*biases, with_prompt]
