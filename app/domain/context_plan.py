"""What of a chat goes to the model when not all of it fits into the context."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

import msgspec

# What happens when a chat does not fit into the context.
ContextPolicy = Literal["ask", "drop_oldest", "keep_ends", "summarize"]
# "fits": all of it goes. "shortened": what is left out is decided. "summary_due": the same, once a
# summary of it is written. "ask": nothing is decided. "too_long": even what must stay has no room.
Outcome = Literal["fits", "shortened", "summary_due", "ask", "too_long"]

_MOST_RESERVED, _MOST_SUMMARY, _LEAST_SUMMARY = 1024, 512, 48


class ContextCount(msgspec.Struct, frozen=True):
    """The tokens of a chat's prompt: what is before the first message, and each message.

    A message has the marks of the template that follow it. Together they are the exact whole,
    unless it is estimated.
    """

    head_tokens: int
    message_tokens: tuple[int, ...]
    is_exact: bool = True

    @property
    def total(self) -> int:
        return self.head_tokens + sum(self.message_tokens)


class ContextMessage(msgspec.Struct, frozen=True, kw_only=True):
    """An earlier message of the chat, and what it takes of the prompt.

    A question begins a turn, which is left out as a whole; `pinned` stays.
    """

    id: int
    tokens: int
    is_question: bool
    pinned: bool = False


class ContextBudget(msgspec.Struct, frozen=True, kw_only=True):
    """What the messages have to share the context with, in tokens.

    `fixed_tokens`: the system prompt, what is asked now, and the marks of the template.
    `summary_tokens`: the summary that there is. `new_summary_tokens`: the most that one will take.
    """

    context_tokens: int
    reserve_tokens: int
    fixed_tokens: int
    summary_tokens: int = 0
    new_summary_tokens: int = 0

    @property
    def room(self) -> int:
        """What is left for earlier messages; less than 0 when the rest alone does not fit."""
        return self.context_tokens - self.reserve_tokens - self.fixed_tokens


class ContextPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Which earlier messages do not go, and whether a summary that there is goes in their place."""

    outcome: Outcome
    left_out: frozenset[int] = frozenset()
    uses_summary: bool = False


def reply_reserve(max_tokens: int | None, context_tokens: int) -> int:
    """What is kept free for the reply: its limit, else a quarter of the context, 1,024 at most.

    A limit takes half of the context at most, or no question would ever fit.
    """
    if max_tokens is not None:
        return min(max_tokens, context_tokens // 2)
    return min(_MOST_RESERVED, context_tokens // 4)


def summary_limit(context_tokens: int) -> int:
    """How many tokens a summary may have."""
    return max(_LEAST_SUMMARY, min(_MOST_SUMMARY, context_tokens // 6))


def decide(
    messages: Sequence[ContextMessage],
    budget: ContextBudget,
    policy: ContextPolicy,
    covered: frozenset[int] = frozenset(),
) -> ContextPlan:
    """What of a chat is sent. `covered`: the messages that the summary there is stands for.

    A summary that was made goes on standing for its messages, whatever the policy, until all of the
    chat fits again. Pinned messages are never left out, nor the question of a pinned reply.
    """
    if sum(each.tokens for each in messages) <= budget.room:
        return ContextPlan(outcome="fits")
    pinned = _staying(messages)
    covered -= pinned
    rest = [each for each in messages if each.id not in covered]
    room = budget.room - (budget.summary_tokens if covered else 0)
    if covered and sum(each.tokens for each in rest) <= room:
        return ContextPlan(outcome="shortened", left_out=covered, uses_summary=True)
    if policy == "ask":
        return ContextPlan(outcome="ask" if _can_help(rest, room, budget, pinned) else "too_long")
    if policy == "summarize":
        return _summarized(rest, budget, pinned, covered)
    first = policy == "keep_ends" and not covered
    dropped = _oldest(rest, room, pinned, spared=int(first))
    if dropped is None:
        return ContextPlan(outcome="too_long")
    return ContextPlan(outcome="shortened", left_out=covered | dropped, uses_summary=bool(covered))


def _summarized(
    rest: Sequence[ContextMessage],
    budget: ContextBudget,
    pinned: frozenset[int],
    covered: frozenset[int],
) -> ContextPlan:
    """A summary takes time, so it makes room for some turns to come, as far as that goes."""
    room = budget.room - budget.new_summary_tokens
    dropped = _oldest(rest, room // 2, pinned)
    if dropped is None or (rest and rest[-1].id in dropped):
        dropped = _oldest(rest, room, pinned)
    if dropped is None or not covered | dropped:
        return ContextPlan(outcome="too_long")
    return ContextPlan(outcome="summary_due", left_out=covered | dropped)


def _can_help(
    rest: Sequence[ContextMessage], room: int, budget: ContextBudget, pinned: frozenset[int]
) -> bool:
    """Whether it fits once all is left out that may be, or with less room for the reply."""
    whole = sum(each.tokens for each in rest)
    return _oldest(rest, room, pinned) is not None or whole < room + budget.reserve_tokens


def _staying(messages: Sequence[ContextMessage]) -> frozenset[int]:
    """What is pinned, and the questions of replies that are: templates want both."""
    stays: set[int] = set()
    for turn in _turns(messages):
        if any(each.pinned for each in turn):
            stays.update(each.id for each in turn if each.pinned)
            stays.update(each.id for each in turn[:1] if each.is_question)
    return frozenset(stays)


def _turns(messages: Iterable[ContextMessage]) -> list[list[ContextMessage]]:
    turns: list[list[ContextMessage]] = []
    for message in messages:
        if message.is_question or not turns:
            turns.append([])
        turns[-1].append(message)
    return turns


def _oldest(
    messages: Sequence[ContextMessage], room: int, pinned: frozenset[int], spared: int = 0
) -> frozenset[int] | None:
    """As few of the oldest turns, after so many that are spared, as make room; None: it is none."""
    over = sum(each.tokens for each in messages) - room
    dropped: set[int] = set()
    for turn in _turns(messages)[spared:]:
        if over <= 0:
            break
        leaving = [each for each in turn if each.id not in pinned]
        dropped.update(each.id for each in leaving)
        over -= sum(each.tokens for each in leaving)
    return None if over > 0 else frozenset(dropped)
