"""What a question will take of the context, part by part, and what is said about it."""

from __future__ import annotations

import msgspec

from app.domain.context_plan import ContextPlan, ContextPolicy
from app.domain.units import count_text
from app.domain.words import marked


class ContextLook(msgspec.Struct, frozen=True, kw_only=True):
    """Exact counts of the prompt as it would be sent now, in tokens, and what is left out of it.

    With the outcomes "ask" and "too_long" they are those of the whole chat. `summary_tokens` are
    the most that a summary which is still to be written will take.
    """

    context_tokens: int
    reserve_tokens: int
    system_tokens: int
    history_tokens: int
    attachment_tokens: int
    draft_tokens: int
    summary_tokens: int = 0
    left_out_tokens: int = 0
    # How many messages are left out, and how many of those that stay are pinned.
    left_out_count: int = 0
    pinned_count: int = 0
    # The messages before the one that is asked.
    earlier_count: int = 0
    plan: ContextPlan = ContextPlan(outcome="fits")

    @property
    def used_tokens(self) -> int:
        """What the prompt takes, with a summary that is still to be written."""
        parts = (self.system_tokens, self.history_tokens, self.attachment_tokens)
        return sum(parts) + self.draft_tokens + self.summary_tokens

    @property
    def free_tokens(self) -> int:
        """What neither the prompt nor the reserve takes; less than 0 when it does not fit."""
        return self.context_tokens - self.used_tokens - self.reserve_tokens

    @property
    def can_be_sent(self) -> bool:
        """Whether it goes without a question being asked."""
        return self.plan.outcome in {"fits", "shortened", "summary_due"}

    @property
    def reply_room(self) -> int:
        """The tokens that a reply would have if all of the chat were sent."""
        return self.context_tokens - self.used_tokens


def told(look: ContextLook) -> str:
    """What will happen with what has no room, in a sentence; empty when all of it fits."""
    messages = _messages(look.left_out_count)
    are, they = ("is", "it is") if look.left_out_count == 1 else ("are", "they are")
    size = f"{messages} ({_tokens(look.left_out_tokens)})"
    match look.plan.outcome:
        case "fits":
            return ""
        case "shortened" if look.plan.uses_summary:
            return f"{size} {are} left out, with their summary in their place; {they} grey above."
        case "shortened":
            return f"{size} will be left out to make room; {they} grey above."
        case "summary_due":
            return f"When you send, {size} {are} summarized first; {they} grey above."
        case "ask":
            return f"{_does_not_fit(look)} Sending asks you what to do."
        case "too_long":
            return too_long(look)


def question(look: ContextLook) -> str:
    """What is asked when a chat does not fit and nothing is decided."""
    if not look.earlier_count:
        return f"{_does_not_fit(look)} Send it with less room for the reply, or shorten it."
    return f"{_does_not_fit(look)} What shall be left out?"


def being_summarized(messages: int, tokens: int, part: tuple[int, int]) -> str:
    """How far a summary is that is written before a question is sent; `part` of how many."""
    which = f", part {part[0]} of {part[1]}" if part[1] > 1 else ""
    return (
        f"Summarizing {_messages(messages)}{which}: {_tokens(tokens)} so far. Your question is "
        "sent after it."
    )


def too_long(look: ContextLook) -> str:
    """Why nothing helps, and what can be done."""
    unpin = ", unpin messages" if look.pinned_count else ""
    return (
        f"Even without what may be left out, this does not fit into the context of "
        f"{_tokens(look.context_tokens)}: the system prompt, what you ask"
        f"{', pinned messages' if look.pinned_count else ''} and {count_text(look.reserve_tokens)} "
        f"for the reply have to stay. Shorten the message{unpin}, lower the limit of the reply, or "
        "load the model with a larger context."
    )


def refusal(look: ContextLook) -> str:
    """Why a question was not sent."""
    if look.plan.outcome == "too_long":
        return too_long(look)
    return f"{_does_not_fit(look)} Choose what to leave out, or start a new chat."


def parts(look: ContextLook) -> list[tuple[str, int]]:
    """The parts of the context by their names, those that are there."""
    named = [
        (marked("System"), look.system_tokens),
        (marked("History"), look.history_tokens),
        (marked("Summary"), look.summary_tokens),
        (marked("Attachments"), look.attachment_tokens),
        (marked("Draft"), look.draft_tokens),
        (marked("Reply"), look.reserve_tokens),
    ]
    always = {"History", "Reply"}
    return [(name, tokens) for name, tokens in named if tokens or name in always]


POLICY_NAMES: dict[ContextPolicy, str] = {
    "ask": marked("Stop and ask"),
    "drop_oldest": marked("Leave out the oldest turns"),
    "keep_ends": marked("Keep the start and the end"),
    "summarize": marked("Summarize the oldest turns"),
}


def _does_not_fit(look: ContextLook) -> str:
    return (
        f"This does not fit: with {count_text(look.reserve_tokens)} for the reply it takes "
        f"{_tokens(look.used_tokens + look.reserve_tokens)}, and the context holds "
        f"{count_text(look.context_tokens)}."
    )


def _messages(count: int) -> str:
    return "1 message" if count == 1 else f"{count_text(count)} messages"


def _tokens(count: int) -> str:
    return "1 token" if count == 1 else f"{count_text(count)} tokens"
