"""A model on a server: replies stream over HTTP, and closing the stream cancels them."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from app.domain.context_plan import ContextCount
from app.domain.engine import (
    ChatMessage,
    Finished,
    FinishReason,
    GenerationEvent,
    GenerationRequest,
    PromptProgress,
    ReasoningDelta,
    SessionInfo,
    TextDelta,
)
from app.domain.errors import RequestError, SchemaError, ServerReplyError
from app.domain.remote import Patience, ServerKind
from backends.llama_cpp.text import ReplyText
from backends.remote import kinds, trouble
from backends.remote.chunks import CallJoiner, Choice, Chunk, TextJoiner, read_chunk
from backends.remote.counting import ChatCounter
from backends.remote.http import Connection, PassingError, is_json, is_stream
from backends.remote.meter import ReplyMeter
from backends.remote.server_load import publishes, read_load

if TYPE_CHECKING:
    import httpx2

_LOAD_EVERY_SECONDS = 1.0
_END_SECONDS = 0.5
_CHAT = "/v1/chat/completions"


class RemoteSession:
    """One model of one server. Several replies may stream at once."""

    def __init__(
        self, connection: Connection, info: SessionInfo, kind: ServerKind, patience: Patience
    ) -> None:
        self._connection = connection
        self._info = info
        self._kind: ServerKind = kind
        self._patience = patience
        self._counter = ChatCounter(connection, kind, info.model_name)

    @property
    def info(self) -> SessionInfo:
        return self._info

    @property
    def process_id(self) -> int | None:
        return None

    async def generate(self, request: GenerationRequest) -> AsyncGenerator[GenerationEvent, None]:
        """Stream one reply. Closing the iterator cancels it. Raises `AppError`.

        Until the first text has come, a failure that may pass (`PassingError`) is met with another
        attempt; after it, none is raised.
        """
        meter = ReplyMeter(self._info.context_tokens)
        watch = asyncio.create_task(self._watch_load(meter))
        pauses = iter(self._patience.retry_pauses)
        try:
            while True:
                try:
                    async with aclosing(self._attempt(request, meter)) as events:
                        async for event in events:
                            yield event
                except PassingError as failure:
                    pause = next(pauses, None)
                    if pause is None:
                        raise failure.error from failure
                    await asyncio.sleep(max(pause, failure.after_seconds or 0))
                else:
                    return
        finally:
            watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watch

    async def count_context(
        self,
        earlier: tuple[ChatMessage, ...],
        last: ChatMessage,
        *,
        continue_reply: bool = False,
        is_sent: bool = False,
    ) -> ContextCount:
        """The tokens of a chat, message by message: the server's own count where it counts and may
        see the chat (it is on this computer, or the chat `is_sent` there), else an estimate.
        """
        return await self._counter.count(
            earlier, last, continue_reply=continue_reply, is_sent=is_sent
        )

    async def close(self) -> None:
        """Close the connections; the server keeps its model."""
        await self._connection.close()

    async def _attempt(
        self, request: GenerationRequest, meter: ReplyMeter
    ) -> AsyncGenerator[GenerationEvent, None]:
        response, samplers = await self._post(request)
        reply = _Reply(request, meter, samplers)
        try:
            async with aclosing(self._chunks(response, meter)) as chunks:
                async for chunk in chunks:
                    for event in reply.hear(chunk):
                        yield event
                    if reply.stopped:
                        break
        finally:
            await response.aclose()
        if reply.reason is None:
            cut = trouble.cut_stream(self._connection.where)
            raise cut if meter.began else PassingError(cut)
        self._counter.learn(request, meter.timings().prompt_tokens)
        for event in reply.finish():
            yield event

    async def _post(self, request: GenerationRequest) -> tuple[httpx2.Response, tuple[str, ...]]:
        """Send the request, without the extras if they are what the server refuses; the answer and
        the samplers that the server was told of.
        """
        try:
            body = kinds.body_of(request, self._info.model_name, self._kind)
        except ValueError as error:
            raise SchemaError(
                "The JSON schema is not valid JSON: {error}.", error=str(error)
            ) from error
        try:
            return await self._send(body), kinds.samplers_of(self._kind)
        except RequestError as refusal:
            plain = kinds.plain_body(request, self._info.model_name, self._kind)
            if type(refusal) is not RequestError or request.json_schema is not None:
                raise
            try:
                return await self._send(plain), kinds.plain_samplers()
            except RequestError as again:
                raise again from refusal

    async def _send(self, body: dict[str, Any]) -> httpx2.Response:
        try:
            async with asyncio.timeout(self._patience.first_token_seconds):
                return await self._connection.post(_CHAT, body, self._info.model_name)
        except TimeoutError as error:
            raise self._no_token() from error

    async def _chunks(
        self, response: httpx2.Response, meter: ReplyMeter
    ) -> AsyncGenerator[Chunk, None]:
        """The chunks of a stream, or of an answer in one piece; each within its time."""
        import httpx2

        where = self._connection.where
        try:
            if is_stream(response):
                async with aclosing(_events(response)) as events:
                    while (data := await self._next(events, meter)) is not None:
                        yield read_chunk(data, where)
                    await _read_to_the_end(events)
            elif is_json(response):
                async with asyncio.timeout(self._patience.first_token_seconds):
                    body = await response.aread()
                yield read_chunk(body, where)
            else:
                raise trouble.of_content(response, where)
        except httpx2.HTTPError as error:
            self._connection.require_open()
            if meter.began:
                raise trouble.cut_stream(where) from error
            raise self._connection.broken(error) from error
        except TimeoutError as error:
            raise (self._silent() if meter.began else self._no_token()) from error

    async def _next(self, events: AsyncIterator[str], meter: ReplyMeter) -> str | None:
        """The data of the next event; None at the end of the stream."""
        patience = self._patience
        limit = patience.silence_seconds if meter.began else patience.first_token_seconds
        async with asyncio.timeout(limit):
            data = await anext(events, None)
        return None if data is None or data.strip() == "[DONE]" else data

    async def _watch_load(self, meter: ReplyMeter) -> None:
        """Read how busy the server is, as long as it tells."""
        while publishes(self._kind):
            page = await self._connection.get_text("/metrics")
            meter.server_load = None if page is None else read_load(page, self._kind)
            if meter.server_load is None:
                return
            await asyncio.sleep(_LOAD_EVERY_SECONDS)

    def _no_token(self) -> ServerReplyError:
        return ServerReplyError(
            "{server} sent nothing for {first_token_seconds} seconds after the request. It may be "
            "busy, or the prompt may be long: try again later, or shorten the chat.",
            server=self._connection.where,
            first_token_seconds=f"{self._patience.first_token_seconds:g}",
        )

    def _silent(self) -> ServerReplyError:
        return ServerReplyError(
            "{server} fell silent for {silence_seconds} seconds in the middle of the reply. What "
            "came before is kept.",
            server=self._connection.where,
            silence_seconds=f"{self._patience.silence_seconds:g}",
        )


async def _read_to_the_end(events: AsyncIterator[str]) -> None:
    """Read what follows the last event, so that the connection can serve the next reply."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_END_SECONDS):
            async for _ in events:
                pass


async def _events(response: httpx2.Response) -> AsyncGenerator[str, None]:
    import httpx2

    async for event in httpx2.EventSource(response):
        if event.data:
            yield event.data


class _Reply:
    """Turns chunks into events; applies the stop strings itself, as not all servers do it well."""

    def __init__(
        self, request: GenerationRequest, meter: ReplyMeter, samplers: tuple[str, ...]
    ) -> None:
        self._meter = meter
        self._samplers = samplers
        self._seed = request.sampling.seed
        self._text, self._reasoning = TextJoiner(), TextJoiner()
        self._cut = ReplyText(request.stop)
        self._calls = CallJoiner()
        self.reason: FinishReason | None = None

    @property
    def stopped(self) -> bool:
        """Whether a stop string was found here, so that the rest of the stream is of no use."""
        return self._cut.stopped

    def hear(self, chunk: Chunk) -> list[GenerationEvent]:
        """The events that a chunk makes."""
        self._meter.hear(chunk)
        if chunk.prompt_progress is not None:
            return [PromptProgress(self._meter.timings())]
        events = self._deltas(chunk.choice)
        if chunk.choice.finish_reason is not None:
            self.reason = "length" if chunk.choice.finish_reason == "length" else "stop"
        if self.stopped:
            self.reason = "stop"
        return events

    def _deltas(self, choice: Choice) -> list[GenerationEvent]:
        delta = choice.delta or choice.message
        if delta is None:
            return []
        events: list[GenerationEvent] = []
        self._calls.feed(delta.tool_calls or ())
        thought = delta.reasoning_content or delta.reasoning
        if thought:
            self._meter.arrived()
            events.append(ReasoningDelta(self._reasoning.feed(thought), self._meter.timings()))
        if delta.content:
            self._meter.arrived()
            text = self._cut.feed(self._text.feed(delta.content).encode())
            events.append(TextDelta(text, self._meter.timings()))
        return events

    def finish(self) -> list[GenerationEvent]:
        """What is left, and the end."""
        timings = self._meter.timings()
        rest = self._cut.feed(self._text.finish().encode()) + self._cut.finish()
        reason = self.reason or "stop"
        calls, no_calls = self._calls.finish(is_cut=reason != "stop" or self.stopped)
        last = [TextDelta(text, timings) for text in (rest, no_calls) if text]
        return [*last, Finished(reason, timings, self._seed, calls, self._samplers)]
