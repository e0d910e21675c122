"""Models to begin with, and which of them suit a machine's memory."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

_SHOWN = 4


class Starter(msgspec.Struct, frozen=True, kw_only=True):
    """One suggestion: a quantization of a repository, its size there, and what speaks for it."""

    title: str
    repository: str
    quantization: str
    size_bytes: int
    parameter_count: int
    license: str
    why: str


def suitable(starters: Sequence[Starter], memory_bytes: int) -> list[Starter]:
    """The largest ones whose file takes at most half of the memory, the largest first.

    Half leaves room for the context, other programs and the system. The smallest one is always
    among them. What a model really takes, the estimator tells once its repository is open.
    """
    by_size = sorted(starters, key=lambda one: one.size_bytes)
    small = [one for one in by_size if 2 * one.size_bytes <= memory_bytes] or by_size[:1]
    return small[: -_SHOWN - 1 : -1]
