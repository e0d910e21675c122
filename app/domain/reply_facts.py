"""What is known of a reply, as the names and values that a person reads."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.conversation import Message, ReplyOrigin
from app.domain.engine import Sampling, Timings
from app.domain.units import count_text, duration_text, memory_text, rate_text

Fact = tuple[str, str]
_USUAL = Sampling()


def reply_facts(reply: Message) -> list[Fact]:
    """Who wrote a reply, how it ended, and what the meters said; what is unknown is left out."""
    origin = reply.origins[-1] if reply.origins else None
    return [*_writer(reply, origin), *_course(reply), *_choices(origin)]


def _writer(reply: Message, origin: ReplyOrigin | None) -> Iterator[Fact]:
    names = dict.fromkeys(each.model_name for each in reply.origins)
    if not names and reply.model_name:
        names = {reply.model_name: None}
    if names:
        yield "Model", ", then ".join(names)
    if origin is None:
        return
    if origin.quantization:
        yield "Quantization", origin.quantization
    engine = f"{origin.engine_name} {origin.engine_version}".strip()
    if engine:
        yield "Engine", f"{engine} on {origin.device}" if origin.device else engine


def _course(reply: Message) -> Iterator[Fact]:
    timings = reply.timings
    if timings is not None:
        yield from _times(timings)
    yield "Ended", ending(reply)
    if timings is not None:
        yield from _memory(timings)


def _times(timings: Timings) -> Iterator[Fact]:
    if timings.ttft_ms is not None:
        yield "Time to first token", duration_text(timings.ttft_ms)
    if timings.prompt_tokens:
        words = _tokens(timings.prompt_tokens)
        if timings.cached_tokens:
            words += f", {count_text(timings.cached_tokens)} of them reused"
        yield "Prompt", words
    if timings.prefill_tps is not None:
        evaluated = _tokens(timings.evaluated_tokens)
        yield "Prefill", f"{evaluated} at {rate_text(timings.prefill_tps)} tokens/s"
    rate = "" if timings.decode_tps is None else f" at {rate_text(timings.decode_tps)} tokens/s"
    yield "Reply", f"{_tokens(timings.completion_tokens)}{rate}"
    if timings.draft_tokens:
        accepted = count_text(timings.accepted_tokens)
        yield "Guessed ahead", f"{_tokens(timings.draft_tokens)}, {accepted} of them right"
    side = ", timed on this side of the connection" if timings.clock == "client" else ""
    yield "Took", f"{duration_text(timings.elapsed_ms)}{side}"


def _memory(timings: Timings) -> Iterator[Fact]:
    if timings.peak_rss_bytes:
        yield "Peak memory", memory_text(timings.peak_rss_bytes)
    if timings.peak_device_bytes:
        yield "Peak memory of the device", memory_text(timings.peak_device_bytes)
    if timings.context_tokens:
        used, whole = count_text(timings.context_used_tokens), count_text(timings.context_tokens)
        yield "Context", f"{used} of {whole} tokens used"


def cut_short(timings: Timings | None) -> str:
    """Why a reply that ended "length" did, with the numbers: the context, or its own limit."""
    if timings is None or not timings.completion_tokens:
        return "The limit of tokens was reached."
    if 0 < timings.context_tokens <= timings.context_used_tokens:
        return (
            f"The context is full: it holds {count_text(timings.context_tokens)} tokens. What "
            "came is kept. To go on, leave out older messages, or load the model with a larger "
            "context."
        )
    return f"The limit of {_tokens(timings.completion_tokens)} was reached."


def waiting(timings: Timings) -> str:
    """What a reply that waits for its turn in the engine of this computer waits for; else empty."""
    load = timings.server_load
    if load is None or timings.clock != "engine" or timings.prompt_tokens:
        return ""
    running, ahead = load.running_requests, load.waiting_requests
    others = "another reply is" if running == 1 else f"{running} other replies are"
    queue = f", and {ahead} more before this one" if ahead else ""
    return f"Waiting: {others} being written{queue}."


def ending(reply: Message) -> str:
    """Why a reply ended, in words."""
    match reply.finish_reason:
        case "stop":
            return "The model ended it."
        case "length":
            return cut_short(reply.timings)
        case "cancelled":
            return "You stopped it."
        case _ if reply.state == "streaming":
            return "It is being written."
        case _:
            return f"It was interrupted. {reply.error or ''}".strip()


def _choices(origin: ReplyOrigin | None) -> Iterator[Fact]:
    if origin is None:
        return
    if origin.seed is not None:
        yield "Seed", str(origin.seed)
    if origin.max_tokens is not None:
        yield "Reply limit", _tokens(origin.max_tokens)
    changed = [
        f"{name.replace('_', ' ')} {getattr(origin.sampling, name):g}"
        for name in ("temperature", "top_k", "top_p", "min_p", "repeat_penalty")
        if name == "temperature" or getattr(origin.sampling, name) != getattr(_USUAL, name)
    ]
    yield "Sampling", ", ".join(changed)
    if origin.stop:
        yield "Stops at", ", ".join(repr(text) for text in origin.stop)
    if origin.json_schema or origin.grammar:
        yield "Bound by", "a JSON schema" if origin.json_schema else "a grammar"
    if origin.system:
        yield "System prompt", origin.system


def _tokens(count: int) -> str:
    return f"{count_text(count)} {'token' if count == 1 else 'tokens'}"
