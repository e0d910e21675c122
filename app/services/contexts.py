"""Counts what a question will take of the context, and decides what of the chat goes with it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import msgspec

from app.domain.attachment import Attachment
from app.domain.context_look import ContextLook
from app.domain.context_plan import (
    ContextBudget,
    ContextCount,
    ContextMessage,
    ContextPlan,
    ContextPolicy,
    decide,
    reply_reserve,
    summary_limit,
)
from app.domain.conversation import ContextSummary, Message
from app.domain.engine import ChatMessage, CountingSession
from app.services.chat_prompt import ChatPrompt, chat_prompt, text_of

_MOST_ROUNDS = 12
# Prompts that are kept beside that of the whole chat.
_MOST_STEMS = 2
# A summary that is to be written is introduced by some words and framed by the template.
_SUMMARY_FRAME = 24
_ALL = ContextPlan(outcome="fits")


class ContextQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A chat that is to be answered: the last message of `path` is asked or, if it is a reply,
    goes on. `as_is`: nothing is left out, and the reply has what room there is.
    """

    path: tuple[Message, ...]
    system: str = ""
    max_tokens: int | None = None
    policy: ContextPolicy = "ask"
    as_is: bool = False
    # It was sent: a server on another computer may be asked for its count.
    is_sent: bool = False


class Settled(msgspec.Struct, frozen=True):
    """What was found, and the messages of the prompt as it would be sent."""

    look: ContextLook
    messages: tuple[ChatMessage, ...]


class _Attached(msgspec.Struct, frozen=True):
    """What some files take together, and the largest of them."""

    files: tuple[Attachment, ...] = ()
    tokens: int = 0
    largest: str = ""
    largest_tokens: int = 0


class Contexts:
    """Looks at chats. What was counted is kept for the chat that was looked at last."""

    def __init__(self) -> None:
        self._chat: _Chat | None = None
        self._turn = asyncio.Lock()

    async def look(self, session: CountingSession, question: ContextQuestion) -> Settled:
        """What `question` takes, and what of it goes. Raises `AppError`."""
        async with self._turn:  # each count goes on from the one before
            *earlier, last = question.path
            chat = self._chat
            if chat is None or not chat.is_of(session, question.system, earlier):
                # Making a prompt of 2,000 messages takes longer than a frame of the window.
                chat = await asyncio.to_thread(_Chat, session, question.system, tuple(earlier))
                self._chat = chat
            return await chat.look(question, last)


class _Chat:
    """The earlier messages of a chat, and what is known of their tokens."""

    def __init__(self, session: CountingSession, system: str, earlier: tuple[Message, ...]) -> None:
        self._session = session
        self._system = system
        self._earlier = earlier
        self._summary, self._covered = summary_of(earlier)
        self._prompts: dict[tuple[frozenset[int], bool], ChatPrompt] = {}
        self._attached = _Attached()
        # Of each earlier message, once all of them were counted.
        self._costs: list[int] = []
        self._plan = _ALL
        self._is_sent = False
        self._stem(_ALL)

    def is_of(self, session: CountingSession, system: str, earlier: Sequence[Message]) -> bool:
        """Whether this is what is known of a chat."""
        if session is not self._session or system != self._system:
            return False
        if len(earlier) != len(self._earlier):
            return False
        pairs = zip(earlier, self._earlier, strict=True)
        return all(one is other or one == other for one, other in pairs)

    async def look(self, question: ContextQuestion, last: Message) -> Settled:
        """Decide, count what would go, and decide again until the two agree.

        What the parts do not explain of a count (joined messages, marks of the template) is taken
        for fixed, and grows only: so this ends, and with a count of what really goes.
        """
        policy: ContextPolicy = "ask" if question.as_is else question.policy
        plan, fixed = self._plan if len(self._costs) == len(self._earlier) else _ALL, 0
        self._is_sent = question.is_sent
        for _ in range(_MOST_ROUNDS):
            prompt, count = await self._count(plan, last)
            fixed = max(fixed, count.total - self._predicted(plan))
            budget = self._budget(question, fixed)
            decided = _ALL  # nothing is left out for an estimate
            if count.is_exact and budget.context_tokens:
                decided = decide(self._messages(last), budget, policy, self._covered)
            if _goes(decided) == _goes(plan):
                plan = decided
                break
            plan = decided
        else:
            plan = ContextPlan(outcome="too_long")
            prompt, count = await self._count(plan, last)
            budget = self._budget(question, fixed)
        self._plan = plan
        attached = await self._attachments(plan, last, count)
        return Settled(self._seen(plan, budget, (prompt, count), last, attached), prompt.messages)

    # What goes

    def _stem(self, plan: ContextPlan) -> ChatPrompt:
        """The earlier messages that go. It is kept: the session knows it again by its identity."""
        key = _goes(plan)
        if key not in self._prompts:
            kept = [each for each in self._earlier if each.id not in plan.left_out]
            summary = self._summary if plan.uses_summary else None
            if len(self._prompts) > _MOST_STEMS:
                self._prompts = {_goes(_ALL): self._prompts[_goes(_ALL)]}
            self._prompts[key] = chat_prompt(self._system, kept, summary=summary)
        return self._prompts[key]

    async def _count(self, plan: ContextPlan, last: Message) -> tuple[ChatPrompt, ContextCount]:
        """The prompt of a plan with the last message, and its tokens."""
        stem, is_open = self._stem(plan), last.role == "assistant"
        earlier, asked = stem.messages, ChatMessage(last.role, text_of(last, is_open=is_open))
        if earlier and earlier[-1].role == last.role:
            earlier, asked = self._joined(stem, asked)
        count = await self._session.count_context(
            earlier, asked, continue_reply=is_open, is_sent=self._is_sent
        )
        prompt = ChatPrompt((*earlier, asked), stem.places)
        if not plan.left_out and len(self._costs) != len(self._earlier):
            self._costs = self._costs_of(prompt, count)
        return prompt, count

    def _joined(
        self, stem: ChatPrompt, asked: ChatMessage
    ) -> tuple[tuple[ChatMessage, ...], ChatMessage]:
        *earlier, before = stem.messages
        return tuple(earlier), ChatMessage(asked.role, f"{before.content}\n\n{asked.content}")

    def _costs_of(self, prompt: ChatPrompt, count: ContextCount) -> list[int]:
        """Messages that were joined share the tokens by their characters."""
        costs: list[int] = []
        for message, place in zip(self._earlier, prompt.places, strict=True):
            if place is None:
                costs.append(0)
                continue
            whole = max(1, len(prompt.messages[place].content))
            part = min(whole, len(text_of(message)))
            costs.append(count.message_tokens[place] * part // whole)
        return costs

    # What is decided on

    def _messages(self, last: Message) -> list[ContextMessage]:
        """A reply that goes on keeps its question."""
        held = last.parent_id if last.role == "assistant" else None
        return [
            ContextMessage(
                id=message.id,
                tokens=tokens,
                is_question=message.role == "user",
                pinned=message.pinned or message.id == held,
            )
            for message, tokens in zip(self._earlier, self._costs, strict=True)
        ]

    def _predicted(self, plan: ContextPlan) -> int:
        """What the earlier messages of a plan take, and the summary in place of others."""
        pairs = zip(self._earlier, self._costs, strict=True)
        kept = sum(tokens for message, tokens in pairs if message.id not in plan.left_out)
        return kept + (self._summary_tokens() if plan.uses_summary else 0)

    def _summary_tokens(self) -> int:
        """About what the summary there is takes, by what the chat takes a character."""
        if self._summary is None:
            return 0
        characters = sum(len(each.text) for each in self._earlier) or 1
        return _SUMMARY_FRAME + len(self._summary.text) * sum(self._costs) // characters

    def _budget(self, question: ContextQuestion, fixed: int) -> ContextBudget:
        whole = self._session.info.context_tokens
        return ContextBudget(
            context_tokens=whole,
            reserve_tokens=1 if question.as_is else reply_reserve(question.max_tokens, whole),
            fixed_tokens=fixed,
            summary_tokens=self._summary_tokens(),
            new_summary_tokens=summary_limit(whole) + _SUMMARY_FRAME,
        )

    # What is told

    async def _attachments(
        self, plan: ContextPlan, last: Message, count: ContextCount
    ) -> _Attached:
        """What the files take that go with the last message: the prompt without them is less."""
        if not last.attachments or last.role != "user":
            return _Attached()
        if self._attached.files != last.attachments:
            files = last.attachments
            tokens = count.total - await self._with(plan, last, ())
            name, largest = files[0].name, tokens
            if len(files) > 1:
                one = max(files, key=lambda each: len(each.text))
                others = tuple(each for each in files if each is not one)
                name, largest = one.name, count.total - await self._with(plan, last, others)
            self._attached = _Attached(files, tokens, name, largest)
        return self._attached

    async def _with(self, plan: ContextPlan, last: Message, files: tuple[Attachment, ...]) -> int:
        _, count = await self._count(plan, msgspec.structs.replace(last, attachments=files))
        return count.total

    def _seen(
        self,
        plan: ContextPlan,
        budget: ContextBudget,
        counted: tuple[ChatPrompt, ContextCount],
        last: Message,
        attached: _Attached,
    ) -> ContextLook:
        prompt, count = counted
        begins = prompt.messages[0].role == "system"
        system = count.head_tokens + (count.message_tokens[0] if begins else 0)
        marks, whole = count.message_tokens[-1], len(prompt.messages[-1].content)
        own = min(whole, len(text_of(last, is_open=last.role == "assistant")))
        asked = marks * own // whole if whole else 0
        # While nothing is written, the marks around the files are theirs.
        files = min(attached.tokens, marks) if last.text or not attached.files else asked
        costs = [(each.id, cost) for each, cost in zip(self._earlier, self._costs, strict=True)]
        left = [cost for each, cost in costs if each in plan.left_out]
        due = plan.outcome == "summary_due"
        return ContextLook(
            context_tokens=budget.context_tokens,
            reserve_tokens=budget.reserve_tokens,
            system_tokens=system,
            # Nothing is asked yet: the marks around an empty message are no part of the chat.
            history_tokens=count.total - system - (asked if whole else marks),
            attachment_tokens=files,
            largest_file=attached.largest,
            largest_file_tokens=attached.largest_tokens,
            draft_tokens=max(0, asked - files),
            summary_tokens=budget.new_summary_tokens if due else 0,
            left_out_tokens=sum(left),
            left_out_count=len(left),
            pinned_count=sum(each.pinned for each in self._earlier),
            earlier_count=len(self._earlier),
            plan=plan,
            is_exact=count.is_exact,
            forgets=self._session.info.options.rotate_when_full,
            sent=tuple(one for one in costs if one[0] not in plan.left_out),
        )


def _goes(plan: ContextPlan) -> tuple[frozenset[int], bool]:
    """What tells the prompts of plans apart."""
    return plan.left_out, plan.uses_summary


def summary_of(path: Sequence[Message]) -> tuple[ContextSummary | None, frozenset[int]]:
    """The last summary on a path, and the messages that it stands for."""
    for place in range(len(path) - 1, -1, -1):
        summary = path[place].summary
        if summary is not None:
            besides = set(summary.besides)
            covered = (each.id for at, each in enumerate(path[: place + 1]) if at not in besides)
            return summary, frozenset(covered)
    return None, frozenset()
