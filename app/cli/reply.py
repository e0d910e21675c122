"""One reply in the terminal: streamed as it comes, stopped by Ctrl+C, summed up at its end."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Callable, Generator
from contextlib import contextmanager

from app.domain.engine import (
    EngineSession,
    Finished,
    FinishReason,
    GenerationEvent,
    GenerationRequest,
    ReasoningDelta,
    SessionInfo,
    TextDelta,
    Timings,
)
from app.domain.errors import AppError, EngineDiedError
from app.domain.measured_load import device_bytes
from app.domain.reply_facts import cut_short
from app.domain.throughput import TokenClock
from app.domain.units import count_text, duration_text, rate_text


class Reply:
    """What has come of one reply."""

    def __init__(self) -> None:
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._tokens = TokenClock()
        self.timings: Timings | None = None
        self.reason: FinishReason = "error"
        self.error: AppError | None = None

    @property
    def text(self) -> str:
        """The answer so far."""
        return "".join(self._text)

    def take(self, event: GenerationEvent) -> None:
        """Note one event."""
        self.timings = event.timings
        if isinstance(event, TextDelta | ReasoningDelta):
            self._tokens.add(event)
            parts = self._text if isinstance(event, TextDelta) else self._reasoning
            parts.append(event.text)
        elif isinstance(event, Finished):
            self.reason = event.reason

    def report(self, info: SessionInfo) -> dict[str, object]:
        """The JSON object of `chat`; None where there was nothing to measure."""
        timings, speed = self.timings, self._tokens.speed()
        return {
            "text": self.text,
            "reasoning": "".join(self._reasoning),
            "finish_reason": self.reason,
            "usage": _usage(timings),
            "timings": {
                "load_ms": info.load_ms,
                "ttft_ms": timings.ttft_ms if timings else None,
                "prefill_tps": timings.prefill_tps if timings else None,
                "decode_tps": timings.decode_tps if timings else None,
                "itl_p50_ms": speed.itl_p50_ms if speed else None,
                "itl_p95_ms": speed.itl_p95_ms if speed else None,
                "itl_p99_ms": speed.itl_p99_ms if speed else None,
                **_guesses(timings, info),
                **({"clock": timings.clock} if timings and timings.clock == "client" else {}),
            },
            "memory": {
                "peak_rss_bytes": timings.peak_rss_bytes if timings else None,
                "peak_vram_bytes": device_bytes(info, timings),
            },
            "engine": {
                "name": info.engine_name,
                "version": info.engine_version,
                "device": info.device,
            },
        }

    def summary(self) -> str:
        """The meters of the reply in one line."""
        timings = self.timings
        if timings is None:
            return "stopped before the first token"
        parts = [f"{count_text(timings.completion_tokens)} tokens", *_speeds(timings)]
        if timings.context_tokens and timings.prompt_tokens:  # a server may tell neither
            used, room = count_text(timings.context_used_tokens), count_text(timings.context_tokens)
            parts.append(f"{used} of {room} tokens of the context")
        if timings.clock == "client":
            parts.append("timed on this side")
        if self.reason in ("cancelled", "length"):
            parts.append("stopped" if self.reason == "cancelled" else cut_short(timings))
        return " · ".join(parts)


def _speeds(timings: Timings) -> list[str]:
    parts: list[str] = []
    if timings.ttft_ms is not None:
        parts.append(f"first token after {duration_text(timings.ttft_ms)}")
    if timings.prefill_tps is not None:
        parts.append(f"prefill {rate_text(timings.prefill_tps)} tokens/s")
    if timings.decode_tps is not None:
        parts.append(f"decode {rate_text(timings.decode_tps)} tokens/s")
    if timings.draft_tokens:
        right, guessed = count_text(timings.accepted_tokens), count_text(timings.draft_tokens)
        parts.append(f"{right} of {guessed} guessed tokens were right")
    return parts


def _usage(timings: Timings | None) -> dict[str, int | None]:
    """The counts; None where a server does not tell them."""
    if timings is None:
        return dict.fromkeys(("prompt_tokens", "cached_tokens", "completion_tokens"), 0)
    is_told = timings.clock == "engine" or timings.prompt_tokens > 0
    return {
        "prompt_tokens": timings.prompt_tokens if is_told else None,
        "cached_tokens": timings.cached_tokens if is_told else None,
        "completion_tokens": timings.completion_tokens,
    }


def _guesses(timings: Timings | None, info: SessionInfo) -> dict[str, int]:
    """Told where guessing ahead was asked for."""
    if timings is None or not info.options.guesses_ahead:
        return {}
    return {"draft_tokens": timings.draft_tokens, "accepted_tokens": timings.accepted_tokens}


async def stream_reply(
    session: EngineSession, request: GenerationRequest, show: Callable[[GenerationEvent], None]
) -> Reply:
    """One reply to its end. Ctrl+C ends it "cancelled", an `AppError` "error": it is kept in it."""
    reply = Reply()
    streaming = asyncio.create_task(_stream(session, request, reply, show))
    with interrupts(streaming.cancel):
        try:
            await streaming
        except asyncio.CancelledError:
            current = asyncio.current_task()
            if current is not None and current.cancelling():  # the command, not the reply alone
                raise
            reply.reason = "cancelled"
        except AppError as error:
            reply.reason, reply.error = "error", error
    return reply


async def _stream(
    session: EngineSession,
    request: GenerationRequest,
    reply: Reply,
    show: Callable[[GenerationEvent], None],
) -> None:
    async for event in session.generate(request):
        reply.take(event)
        show(event)
        if isinstance(event, Finished):
            return
    raise EngineDiedError("The engine ended the reply without a word. Ask again.")


@contextmanager
def interrupts(on_ctrl_c: Callable[[], object]) -> Generator[None]:
    """Call `on_ctrl_c` in the running loop for each Ctrl+C, instead of ending the command."""
    loop = asyncio.get_running_loop()

    def handle(_number: int, _frame: object) -> None:
        loop.call_soon_threadsafe(on_ctrl_c)

    before = signal.signal(signal.SIGINT, handle)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
