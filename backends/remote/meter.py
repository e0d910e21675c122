"""Counts and times of one reply of a server, measured on this side of the connection."""

from __future__ import annotations

import time

from app.domain.engine import ServerLoad, Timings
from backends.remote.chunks import Chunk, ServerProgress, ServerTimings, Usage


class ReplyMeter:
    """Times what arrives, and takes over the counts and rates that the server tells."""

    def __init__(self, context_tokens: int) -> None:
        self._context_tokens = context_tokens
        self._started = self._first = self._last = time.monotonic()
        self._usage: Usage | None = None
        self._told: ServerTimings | None = None
        self._progress: ServerProgress | None = None
        self._pieces = 0
        self.server_load: ServerLoad | None = None

    @property
    def began(self) -> bool:
        """Whether the first text of the reply has come."""
        return self._pieces > 0

    def arrived(self) -> None:
        """One more piece of text: a token on most servers, several on some."""
        self._last = time.monotonic()
        if self._pieces == 0:
            self._first = self._last
        self._pieces += 1

    def hear(self, chunk: Chunk) -> None:
        """Take the counts of a chunk, where it has any."""
        self._usage = chunk.usage or self._usage
        self._told = chunk.timings or self._told
        self._progress = chunk.prompt_progress or self._progress

    def timings(self) -> Timings:
        """The meters as they stand."""
        prompt, cached = self._prompt_counts()
        known = cached if cached is not None else 0
        count, ttft = self._completion_tokens(), self._first - self._started
        told = self._told
        prefill = None if told is None else told.prompt_per_second
        if prefill is None and cached is not None and self.began:
            prefill = _rate(prompt - cached, ttft)
        decode = None if told is None else told.predicted_per_second
        return Timings(
            elapsed_ms=(time.monotonic() - self._started) * 1000,
            prompt_tokens=prompt,
            cached_tokens=known,
            evaluated_tokens=max(0, self._evaluated(prompt, known)),
            completion_tokens=count,
            ttft_ms=ttft * 1000 if self.began else None,
            prefill_tps=prefill,
            decode_tps=decode or _rate(count - 1, self._last - self._first),
            context_used_tokens=prompt + count,
            context_tokens=self._context_tokens,
            clock="client",
            server_load=self.server_load,
        )

    def _prompt_counts(self) -> tuple[int, int | None]:
        """Tokens of the prompt, and how many of them were cached if the server says so."""
        usage, told, progress = self._usage, self._told, self._progress
        if told is not None and told.prompt_n:
            return told.cache_n + told.prompt_n, told.cache_n
        if usage is not None and usage.prompt_tokens:
            details = usage.prompt_tokens_details
            return usage.prompt_tokens, None if details is None else details.cached_tokens
        if progress is not None:
            return progress.total, progress.cache
        return 0, None

    def _evaluated(self, prompt: int, cached: int) -> int:
        if self._progress is not None and not self.began:
            return self._progress.processed - self._progress.cache
        return prompt - cached

    def _completion_tokens(self) -> int:
        if self._usage is not None and self._usage.completion_tokens:
            return self._usage.completion_tokens
        if self._told is not None and self._told.predicted_n:
            return self._told.predicted_n
        return self._pieces


def _rate(count: int, seconds: float) -> float | None:
    return count / seconds if count > 0 and seconds > 0 else None
