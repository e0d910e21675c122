"""What is asked in a chat, what of the chat goes with it, and summaries of what does not."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing

import msgspec

from app.domain.attachment import Attachment
from app.domain.context_look import refusal
from app.domain.context_plan import ContextPolicy
from app.domain.conversation import ContextSummary, Message
from app.domain.engine import ChatMessage, CountingSession, EngineSession
from app.domain.errors import ContextFullError
from app.domain.reply_options import ReplyOptions
from app.services.chat_prompt import chat_prompt
from app.services.contexts import ContextQuestion, Contexts, Settled, summary_of
from app.services.conversation_store import ConversationStore
from app.services.summarizing import Summarizing, summarize


class Turn(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked in a chat, and how it is to be answered.

    Without more, `text` is a question at the end of the path that is shown. At most one of the
    three message numbers says otherwise.
    """

    # None: in a new chat, which is stored with its first question.
    conversation_id: int | None = None
    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    # `text` is another version of this own message.
    edits: int | None = None
    # The question of this reply is answered once more.
    repeats: int | None = None
    # This reply was cut, and goes on.
    continues: int | None = None
    # Of the loaded model, to be kept with the reply.
    quantization: str | None = None
    # None: those that are kept with the chat.
    options: ReplyOptions | None = None
    # What happens when the chat does not fit; `as_is`: the reply has what room there is.
    policy: ContextPolicy = "ask"
    as_is: bool = False

    @property
    def is_written(self) -> bool:
        """Whether `text` is asked, and not what was asked before."""
        return self.repeats is None and self.continues is None


class Ready(msgspec.Struct, frozen=True):
    """The messages of the prompt; `summarized`: a message of the chat has a new summary."""

    messages: tuple[ChatMessage, ...]
    summarized: bool = False


class ChatContext:
    """Decides what goes. Sessions that do not count get the whole chat."""

    def __init__(self, store: ConversationStore) -> None:
        self._store = store
        self._contexts = Contexts()

    async def prepare(
        self, session: EngineSession, turn: Turn, options: ReplyOptions
    ) -> AsyncGenerator[Summarizing | Ready, None]:
        """Make what is sent; a `Ready` comes last. Raises `ContextFullError`, `AppError`."""
        path = await self._asked(turn)
        if not isinstance(session, CountingSession):
            whole = chat_prompt(options.system, path, continues=turn.continues)
            yield Ready(whole.messages)
            return
        settled = await self._settle(session, turn, path, options)
        is_due = settled.look.plan.outcome == "summary_due"
        if is_due:
            async with aclosing(self._summarize(session, path, settled)) as steps:
                async for step in steps:
                    yield step
            path = await self._asked(turn)
            settled = await self._settle(session, turn, path, options)
        yield Ready(settled.messages, is_due)

    async def look(self, session: CountingSession, question: ContextQuestion) -> Settled:
        """What a question would take. Raises `AppError`."""
        return await self._contexts.look(session, question)

    async def _settle(
        self, session: CountingSession, turn: Turn, path: list[Message], options: ReplyOptions
    ) -> Settled:
        """What is sent. Raises `ContextFullError` before anything is stored."""
        settled = await self._contexts.look(session, _question_of(turn, path, options))
        if not settled.look.can_be_sent:
            raise ContextFullError(refusal(settled.look), settled.look)
        return settled

    async def _summarize(
        self, session: CountingSession, path: list[Message], settled: Settled
    ) -> AsyncGenerator[Summarizing, None]:
        """Have what is left out summarized, with the summary that there was, and keep it."""
        left = settled.look.plan.left_out
        before, covered = summary_of(path)
        fresh = [each for each in path if each.id in left and each.id not in covered]
        text = before.text if before is not None else ""
        steps = summarize(session, fresh, text)
        async with aclosing(steps):
            async for step in steps:
                text = step.text
                yield step
        last = max(at for at, each in enumerate(path) if each.id in left)
        besides = tuple(at for at, each in enumerate(path[:last]) if each.id not in left)
        summary = ContextSummary(text=text, model_name=session.info.model_name, besides=besides)
        await self._store.set_summary(path[last].id, summary)

    async def _asked(self, turn: Turn) -> list[Message]:
        """The path to what is asked, before it is stored, or to the reply that goes on."""
        if turn.continues is not None:
            return await self._store.path(turn.continues)
        if turn.repeats is not None:
            return (await self._store.path(turn.repeats))[:-1]
        if turn.edits is not None:
            return [*(await self._store.path(turn.edits))[:-1], _draft(turn)]
        if turn.conversation_id is None:
            return [_draft(turn)]
        return [*await self._store.messages(turn.conversation_id), _draft(turn)]


def _draft(turn: Turn) -> Message:
    """What is asked, as a message that is not stored yet."""
    return Message(
        id=0,
        conversation_id=turn.conversation_id or 0,
        parent_id=None,
        role="user",
        text=turn.text,
        state="complete",
        created_at=0.0,
        attachments=turn.attachments,
    )


def _question_of(turn: Turn, path: Sequence[Message], options: ReplyOptions) -> ContextQuestion:
    return ContextQuestion(
        path=tuple(path),
        system=options.system,
        max_tokens=options.max_tokens,
        policy=turn.policy,
        as_is=turn.as_is,
        is_sent=True,
    )
