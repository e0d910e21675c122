"""Counts and times of one reply, by the clock of the process that makes it."""

from __future__ import annotations

import time

from app.domain.engine import ServerLoad, Timings
from backends.process_memory import peak_rss_bytes

# The peak is read from the system, which costs more than a token may.
_PEAK_EVERY = 32


class ReplyClock:
    """Told what happens while a reply is made; gives the meters at any time."""

    def __init__(self, context_tokens: int) -> None:
        self.context_tokens = context_tokens
        self._started = self._first = self._last = time.monotonic()
        self._prefill_started: float | None = None
        self._prefill_seconds = 0.0
        self._prompt_tokens = self._cached_tokens = self._evaluated_tokens = 0
        self._peak_rss: int | None = None
        self.peak_device_bytes: int | None = None
        self.completion_tokens = 0
        self.draft_tokens = self.accepted_tokens = 0

    def begin(self, prompt_tokens: int, cached_tokens: int) -> None:
        """The prompt's evaluation starts. Begun again after a pause, the first count stays."""
        if self._prefill_started is None:
            self._prefill_started = time.monotonic()
            self._prompt_tokens, self._cached_tokens = prompt_tokens, cached_tokens

    def evaluated(self, tokens_in_context: int) -> None:
        """The prompt is evaluated up to here."""
        if self._prefill_started is None:
            return
        reached = min(tokens_in_context, self._prompt_tokens) - self._cached_tokens
        self._evaluated_tokens = max(self._evaluated_tokens, reached)
        self._prefill_seconds = time.monotonic() - self._prefill_started

    def decoded(self) -> None:
        """One more token of the reply."""
        self._last = time.monotonic()
        if self.completion_tokens == 0:
            self._first = self._last
        if self.completion_tokens % _PEAK_EVERY == 0:
            self.read_peak()
        self.completion_tokens += 1

    def read_peak(self) -> None:
        """Ask the system for the highest memory that this process has had."""
        self._peak_rss = peak_rss_bytes()

    def timings(self, load: ServerLoad | None = None) -> Timings:
        """The meters as they stand; `load` tells a request that waits how many are before it."""
        count, between = self.completion_tokens, self._last - self._first
        return Timings(
            elapsed_ms=(time.monotonic() - self._started) * 1000,
            prompt_tokens=self._prompt_tokens,
            cached_tokens=self._cached_tokens,
            evaluated_tokens=self._evaluated_tokens,
            completion_tokens=count,
            ttft_ms=(self._first - self._started) * 1000 if count else None,
            prefill_tps=_rate(self._evaluated_tokens, self._prefill_seconds),
            decode_tps=_rate(count - 1, between),
            context_used_tokens=self._cached_tokens + self._evaluated_tokens + count,
            context_tokens=self.context_tokens,
            draft_tokens=self.draft_tokens,
            accepted_tokens=self.accepted_tokens,
            peak_rss_bytes=self._peak_rss,
            peak_device_bytes=self.peak_device_bytes,
            server_load=load,
        )


def _rate(count: int, seconds: float) -> float | None:
    return count / seconds if count > 0 and seconds > 0 else None
