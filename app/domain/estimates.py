"""What a row of a repository would take on this machine, as lists show it."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from typing import Protocol, TypeAlias

import msgspec

from app.domain.errors import AppError
from app.domain.fit import Fit
from app.domain.hub import RepositoryFiles
from app.domain.memory import Tier


class RowEstimate(msgspec.Struct, frozen=True, kw_only=True):
    """The estimator's answer for one quantization at one context, short enough for a row."""

    # At its peak, and what must be free for it: the system may drop originals of repacked weights.
    total_bytes: int
    needed_bytes: int
    fit: Fit
    decode_tps: float | None = None
    # How sure, or why it does not fit, as a sentence.
    note: str = ""
    # It fits as soon as models that are loaded now are ejected.
    needs_room: bool = False


# An error says why nothing can be foretold of a row.
RowAnswer: TypeAlias = RowEstimate | AppError


class Estimates(Protocol):
    """The one estimator, asked for the rows of a repository."""

    def rows(
        self, repository: RepositoryFiles, context_tokens: int | None, tiers: Sequence[Tier]
    ) -> AsyncGenerator[tuple[str, RowAnswer], None]: ...

    async def close(self) -> None: ...
