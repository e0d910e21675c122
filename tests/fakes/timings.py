"""Readings of a reply, for tests of what is made of them."""

from __future__ import annotations

from app.domain.engine import Timings


def timings(**changes: object) -> Timings:
    """Those of one token after a prompt of one token, but for `changes`."""
    known: dict[str, object] = {
        "elapsed_ms": 1.0,
        "prompt_tokens": 1,
        "cached_tokens": 0,
        "evaluated_tokens": 1,
        "completion_tokens": 1,
        "context_used_tokens": 2,
        "context_tokens": 8192,
    }
    return Timings(**(known | changes))
