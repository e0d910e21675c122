"""Summaries of what has no room in the context, written by the model that answers."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing

import msgspec

from app.domain.context_plan import summary_limit
from app.domain.conversation import Message
from app.domain.engine import (
    ChatMessage,
    CountingSession,
    Finished,
    GenerationRequest,
    PromptProgress,
    ReasoningDelta,
    Sampling,
    TextDelta,
)
from app.domain.errors import RequestError
from app.domain.reasoning import TaggedText, without_reasoning
from app.services.chat_prompt import text_of
from app.services.streaming_reply import close

_TASK = (
    "Summarize this part of a chat for the one who goes on with it. Keep names, numbers, decisions "
    "and open questions. Write only the summary, in the language of the chat.\n\n{}"
)
_SPEAKERS = {"user": "User", "assistant": "Assistant", "system": "System"}
# The summary is to be the same each time, more or less.
_SAMPLING = Sampling(temperature=0.2, seed=1)
_TASK_TOKENS = 96
_LEAST_CHUNK_TOKENS = 64


class Summarizing(msgspec.Struct, frozen=True, kw_only=True):
    """A summary is being written, before the question is sent.

    `part` of `parts`: what does not fit at once is summarized piece by piece.
    """

    messages: int
    part: int
    parts: int
    tokens: int
    text: str = ""


async def summarize(
    session: CountingSession, messages: Sequence[Message], before: str = ""
) -> AsyncGenerator[Summarizing, None]:
    """Summarize messages, and a summary of what was before them; the last event has the text.

    Closing the iterator stops it. Raises `AppError`.
    """
    limit = summary_limit(session.info.context_tokens)
    chunks = await _chunks(session, messages, limit)
    text = before
    for part, chunk in enumerate(chunks, start=1):
        said = f"Summary so far:\n{text}\n\n{chunk}" if text else chunk
        seen = Summarizing(messages=len(messages), part=part, parts=len(chunks), tokens=0)
        async with aclosing(_written(session, said, limit)) as steps:
            async for tokens, written in steps:
                text = written
                yield msgspec.structs.replace(seen, tokens=tokens, text=text)
        if not text:
            raise RequestError(
                "{model_name} wrote no summary. Choose another way to make room, or start a new "
                "chat.",
                model_name=session.info.model_name,
            )


async def _written(
    session: CountingSession, said: str, limit: int
) -> AsyncGenerator[tuple[int, str], None]:
    """The tokens so far, and the summary as far as it is written."""
    request = GenerationRequest(
        messages=(ChatMessage("user", _TASK.format(said)),),
        sampling=_SAMPLING,
        max_tokens=limit,
        template_options={"enable_thinking": False},
    )
    tagged, parts = TaggedText(), list[str]()
    events = session.generate(request)
    try:
        async for event in events:
            if isinstance(event, TextDelta | ReasoningDelta):
                parts.append(tagged.add(event).text)
            if not isinstance(event, PromptProgress):
                cut = isinstance(event, Finished) and event.reason == "length"
                text = without_reasoning("".join(parts)).strip()
                yield event.timings.completion_tokens, f"{text} …" if cut and text else text
    finally:
        await close(events)


async def _chunks(session: CountingSession, messages: Sequence[Message], limit: int) -> list[str]:
    """The messages as texts that fit, each with its summary and that of those before it."""
    room = session.info.context_tokens - 2 * limit - _TASK_TOKENS
    room = max(room, _LEAST_CHUNK_TOKENS)
    chunks: list[str] = []
    for line in _lines(messages):
        for piece in await _pieces(session, line, room):
            whole = f"{chunks[-1]}\n\n{piece}" if chunks else piece
            if chunks and await _tokens(session, whole) <= room:
                chunks[-1] = whole
            else:
                chunks.append(piece)
    return chunks


def _lines(messages: Sequence[Message]) -> Iterator[str]:
    for message in messages:
        text = text_of(message).strip()
        if text:
            yield f"{_SPEAKERS[message.role]}: {text}"


async def _pieces(session: CountingSession, text: str, room: int) -> list[str]:
    """A text in pieces that fit, halved until they do."""
    if await _tokens(session, text) <= room or len(text) < 2:
        return [text]
    middle = len(text) // 2
    cut = text.rfind(" ", len(text) // 4, middle) + 1 or middle
    return [
        *await _pieces(session, text[:cut], room),
        *await _pieces(session, text[cut:], room),
    ]


async def _tokens(session: CountingSession, text: str) -> int:
    count = await session.count_context((), ChatMessage("user", text), is_sent=True)
    return count.total
