"""What is known of a reply, as the names and values that a person reads."""

from __future__ import annotations

from collections.abc import Iterator

from app.domain.conversation import Message, ReplyOrigin
from app.domain.engine import Sampling, Timings
from app.domain.sampling_options import SAMPLING_OPTIONS
from app.domain.units import count_text, duration_text, memory_text, number_text, rate_text
from app.domain.words import said

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
        yield said("Model"), said(", then ").join(names)
    if origin is None:
        return
    if origin.quantization:
        yield said("Quantization"), origin.quantization
    engine = f"{origin.engine_name} {origin.engine_version}".strip()
    if engine:
        yield (
            said("Engine"),
            said("{engine} on {device}").format(engine=engine, device=origin.device)
            if origin.device
            else engine,
        )


def _course(reply: Message) -> Iterator[Fact]:
    timings = reply.timings
    if timings is not None:
        yield from _times(timings)
    yield said("Ended"), ending(reply)
    if timings is not None:
        yield from _memory(timings)


def _times(timings: Timings) -> Iterator[Fact]:
    if timings.ttft_ms is not None:
        yield said("Time to first token"), duration_text(timings.ttft_ms)
    if timings.prompt_tokens:
        words = _tokens(timings.prompt_tokens)
        if timings.cached_tokens:
            words += said(", {count} of them reused").format(
                count=count_text(timings.cached_tokens)
            )
        yield said("Prompt"), words
    if timings.prefill_tps is not None:
        evaluated = _tokens(timings.evaluated_tokens)
        yield (
            said("Prefill"),
            said("{tokens} at {rate} tokens/s").format(
                tokens=evaluated, rate=rate_text(timings.prefill_tps)
            ),
        )
    words = _tokens(timings.completion_tokens)
    if timings.decode_tps is not None:
        rate = rate_text(timings.decode_tps)
        words = said("{tokens} at {rate} tokens/s").format(tokens=words, rate=rate)
    yield said("Reply"), words
    if timings.draft_tokens:
        accepted = count_text(timings.accepted_tokens)
        yield (
            said("Guessed ahead"),
            said("{tokens}, {count} of them right").format(
                tokens=_tokens(timings.draft_tokens), count=accepted
            ),
        )
    words = duration_text(timings.elapsed_ms)
    if timings.clock == "client":
        words = said("{time}, timed on this side of the connection").format(time=words)
    yield said("Took"), words


def _memory(timings: Timings) -> Iterator[Fact]:
    if timings.peak_rss_bytes:
        yield said("Peak memory"), memory_text(timings.peak_rss_bytes)
    if timings.peak_device_bytes:
        yield said("Peak memory of the device"), memory_text(timings.peak_device_bytes)
    if timings.context_tokens:
        used, whole = count_text(timings.context_used_tokens), count_text(timings.context_tokens)
        if gone := forgotten_tokens(timings):
            words = said("full with {whole} tokens; the oldest {gone} were forgotten meanwhile")
            yield said("Context"), words.format(whole=whole, gone=count_text(gone))
            return
        yield said("Context"), said("{used} of {whole} tokens used").format(used=used, whole=whole)


def forgotten_tokens(timings: Timings) -> int:
    """How many of the oldest tokens an engine of this computer pushed out to go on with a reply."""
    if timings.clock != "engine" or not timings.context_tokens:
        return 0
    # The newest token of a reply is in no cell of the cache yet.
    return max(0, timings.context_used_tokens - 1 - timings.context_tokens)


def cut_short(timings: Timings | None) -> str:
    """Why a reply that ended "length" did, with the numbers: the context, or its own limit."""
    if timings is None or not timings.completion_tokens:
        return said("The limit of tokens was reached.")
    if 0 < timings.context_tokens <= timings.context_used_tokens and not forgotten_tokens(timings):
        words = said(
            "The context is full: it holds {tokens}. What came is kept. To go on, leave out older "
            "messages, or load the model with a larger context."
        )
        return words.format(tokens=_tokens(timings.context_tokens))
    words = said("The limit of {tokens} was reached.")
    return words.format(tokens=_tokens(timings.completion_tokens))


def waiting(timings: Timings) -> str:
    """What a reply that has not begun in the engine of this computer waits for; else empty."""
    load = timings.server_load
    if timings.clock != "engine":
        return ""
    if timings.prompt_tokens:
        return _reading(timings)
    if load is None:
        return ""
    running, ahead = load.running_requests, load.waiting_requests
    if running == 1 and not ahead:
        return said("Waiting: another reply is being written.")
    words = said("Waiting: {count} other replies are being written.")
    if ahead and running == 1:
        words = said("Waiting: another reply is being written, and {ahead} more before this one.")
    elif ahead:
        words = said(
            "Waiting: {count} other replies are being written, and {ahead} more before this one."
        )
    return words.format(count=running, ahead=ahead)


def _reading(timings: Timings) -> str:
    """How far the prompt is read; empty once it is."""
    done, whole = timings.cached_tokens + timings.evaluated_tokens, timings.prompt_tokens
    if done >= whole or timings.completion_tokens:
        return ""
    words = said("Reading the prompt: {done} of {whole} tokens")
    return words.format(done=count_text(done), whole=count_text(whole))


def ending(reply: Message) -> str:
    """Why a reply ended, in words."""
    match reply.finish_reason:
        case "stop":
            return said("The model ended it.")
        case "length":
            return cut_short(reply.timings)
        case "cancelled":
            return said("You stopped it.")
        case _ if reply.state == "streaming":
            return said("It is being written.")
        case _:
            return " ".join((said("It was interrupted."), reply.error or "")).strip()


def _choices(origin: ReplyOrigin | None) -> Iterator[Fact]:
    if origin is None:
        return
    if origin.seed is not None:
        yield said("Seed"), str(origin.seed)
    if origin.max_tokens is not None:
        yield said("Reply limit"), _tokens(origin.max_tokens)
    changed = [
        f"{said(option.title)} {number_text(getattr(origin.sampling, option.field))}"
        for option in SAMPLING_OPTIONS
        if option.field == "temperature"
        or getattr(origin.sampling, option.field) != getattr(_USUAL, option.field)
    ]
    yield said("Sampling"), ", ".join(changed)
    if origin.stop:
        yield said("Stops at"), ", ".join(repr(text) for text in origin.stop)
    if origin.json_schema or origin.grammar:
        yield said("Bound by"), said("a JSON schema") if origin.json_schema else said("a grammar")
    if origin.system:
        yield said("System prompt"), origin.system


def _tokens(count: int) -> str:
    return said("1 token") if count == 1 else said("{count} tokens").format(count=count_text(count))
