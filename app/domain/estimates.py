"""What a row of a repository would take on this machine, as lists show it."""

from __future__ import annotations

from typing import Protocol

import msgspec

from app.domain.fit import Fit
from app.domain.hub import ModelFile, RepositoryFiles
from app.domain.memory import Tier


class RowEstimate(msgspec.Struct, frozen=True, kw_only=True):
    """The estimator's answer for one quantization at one context, short enough for a row."""

    total_bytes: int
    fit: Fit
    decode_tps: float | None = None
    # How sure, or why it does not fit, as a sentence.
    note: str = ""
    # It fits as soon as models that are loaded now are ejected.
    needs_room: bool = False


class Estimates(Protocol):
    """The one estimator, asked for rows of repositories. None: it does not know the model."""

    async def estimate(
        self,
        repository: RepositoryFiles,
        row: ModelFile,
        context_tokens: int,
        tier: Tier = "formula",
    ) -> RowEstimate | None: ...

    async def close(self) -> None: ...
