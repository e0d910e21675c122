"""How MLX chooses the next token: the samplers of mlx-lm for one reply."""

from __future__ import annotations

import random
from typing import Any

from app.domain.engine import GenerationRequest
from app.domain.errors import SchemaError
from backends.mlx.library import Mlx

_PENALTY_WINDOW = 64


class Sampler:
    """The sampler of one reply and what changes the logits before it; seeds MLX."""

    def __init__(self, mlx: Mlx, request: GenerationRequest, vocabulary_size: int) -> None:
        """Raises `SchemaError`, because no grammar can bind a reply here."""
        if request.json_schema is not None:
            raise SchemaError(
                "The MLX engine cannot bind a reply to a JSON schema. "
                "Load a GGUF file of the same model for that."
            )
        sampling = request.sampling
        self.seed = random.getrandbits(32) if sampling.seed is None else sampling.seed & 0xFFFFFFFF
        mlx.core.random.seed(self.seed)
        self.choose: Any = mlx.sampling.make_sampler(
            temp=max(0.0, sampling.temperature),
            top_p=sampling.top_p,
            min_p=sampling.min_p,
            # One that keeps the whole vocabulary is refused by mlx-lm and changes nothing.
            top_k=sampling.top_k if sampling.top_k < vocabulary_size else 0,
        )
        penalty = None if sampling.repeat_penalty == 1.0 else sampling.repeat_penalty
        self.processors: list[Any] = mlx.sampling.make_logits_processors(
            repetition_penalty=penalty, repetition_context_size=_PENALTY_WINDOW
        )
