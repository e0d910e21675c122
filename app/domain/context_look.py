"""What a question will take of the context, part by part, and what is said about it."""

from __future__ import annotations

import msgspec

from app.domain.context_plan import ContextPlan, ContextPolicy
from app.domain.engine import Timings
from app.domain.units import count_text
from app.domain.words import Sentence, marked, said, sentence

# Each of them for several messages, and for one.
_SUMMARY_INSTEAD = (
    marked(
        "{messages} ({tokens}) are left out, with their summary in their place; they are grey "
        "above."
    ),
    marked("{messages} ({tokens}) is left out, with its summary in its place; it is grey above."),
)
_LEFT_OUT = (
    marked("{messages} ({tokens}) will be left out to make room; they are grey above."),
    marked("{messages} ({tokens}) will be left out to make room; it is grey above."),
)
_SUMMARIZED_FIRST = (
    marked("When you send, {messages} ({tokens}) are summarized first; they are grey above."),
    marked("When you send, {messages} ({tokens}) is summarized first; it is grey above."),
)


class ContextLook(msgspec.Struct, frozen=True, kw_only=True):
    """Counts of the prompt as it would be sent now, in tokens, and what is left out of it.

    With the outcomes "ask" and "too_long" they are those of the whole chat. `summary_tokens` are
    the most that a summary which is still to be written will take. `context_tokens` 0: a server
    does not tell it.
    """

    context_tokens: int
    reserve_tokens: int
    system_tokens: int
    history_tokens: int
    attachment_tokens: int
    draft_tokens: int
    # Of the files that are attached now.
    largest_file: str = ""
    largest_file_tokens: int = 0
    summary_tokens: int = 0
    left_out_tokens: int = 0
    # How many messages are left out, and how many of those that stay are pinned.
    left_out_count: int = 0
    pinned_count: int = 0
    # The messages before the one that is asked.
    earlier_count: int = 0
    plan: ContextPlan = ContextPlan(outcome="fits")
    # Else they are estimated, and nothing is decided by them.
    is_exact: bool = True
    # A reply that fills the context goes on, and its engine forgets the oldest tokens.
    forgets: bool = False
    # The earlier messages that go, each with its tokens.
    sent: tuple[tuple[int, int], ...] = ()

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
    values = {"messages": _messages(look.left_out_count), "tokens": _tokens(look.left_out_tokens)}
    one = look.left_out_count == 1
    match look.plan.outcome:
        case "fits" if not look.is_exact:
            return said(_ESTIMATED)
        case "fits":
            return said(_FORGETS) if look.forgets else ""
        case "shortened" if look.plan.uses_summary:
            words = _SUMMARY_INSTEAD[one]
        case "shortened":
            words = _LEFT_OUT[one]
        case "summary_due":
            words = _SUMMARIZED_FIRST[one]
        case "ask":
            asked = said("Sending asks you what to do.")
            return f"{_does_not_fit(look).said()} {asked}"
        case "too_long":
            return too_long(look).said()
    return sentence(words, **values).said()


def of_no_chat(look: ContextLook) -> ContextLook:
    """The same context, with nothing in it."""
    return ContextLook(
        context_tokens=look.context_tokens,
        reserve_tokens=look.reserve_tokens,
        system_tokens=0,
        history_tokens=0,
        attachment_tokens=0,
        draft_tokens=0,
    )


def sent_look(look: ContextLook, timings: Timings) -> ContextLook:
    """What the engine was sent, which it tells as a whole, where it was not counted before."""
    return msgspec.structs.replace(
        look,
        context_tokens=timings.context_tokens or look.context_tokens,
        history_tokens=timings.prompt_tokens - look.system_tokens,
        attachment_tokens=0,
        draft_tokens=0,
    )


def forgotten_messages(look: ContextLook, tokens: int) -> frozenset[int]:
    """The messages of which nothing is left when so many of the oldest tokens are forgotten."""
    end, gone = look.system_tokens, set[int]()
    for message, size in look.sent:
        end += size
        if end > tokens:
            break
        gone.add(message)
    return frozenset(gone)


def question(look: ContextLook) -> str:
    """What is asked when a chat does not fit and nothing is decided."""
    what = said("What shall be left out?")
    if not look.earlier_count:
        what = said("Send it with less room for the reply, or shorten it.")
    return f"{_does_not_fit(look).said()} {what}"


def being_summarized(messages: int, tokens: int, part: tuple[int, int]) -> str:
    """How far a summary is that is written before a question is sent; `part` of how many."""
    values = {"messages": _messages(messages), "tokens": _tokens(tokens)}
    if part[1] == 1:
        text = marked("Summarizing {messages}: {tokens} so far. Your question is sent after it.")
        return sentence(text, **values).said()
    text = marked(
        "Summarizing {messages}, part {part} of {parts}: {tokens} so far. Your question is sent "
        "after it."
    )
    return sentence(text, **values, part=part[0], parts=part[1]).said()


def too_long(look: ContextLook) -> Sentence:
    """Why nothing helps, and what can be done."""
    tokens, reserve = _tokens(look.context_tokens), count_text(look.reserve_tokens)
    if look.attachment_tokens > max(look.draft_tokens, look.system_tokens):
        text = marked(
            "This does not fit into the context of {tokens}: {name} alone takes {file}, and the "
            "reply is to have {reserve}. Remove the file, or load the model with a larger context."
        )
        file = _tokens(look.largest_file_tokens)
        return sentence(text, tokens=tokens, name=look.largest_file, file=file, reserve=reserve)
    if look.pinned_count:
        text = marked(
            "Even without what may be left out, this does not fit into the context of {tokens}: "
            "the system prompt, what you ask, pinned messages and {reserve} for the reply have to "
            "stay. Shorten the message, unpin messages, lower the limit of the reply, or load the "
            "model with a larger context."
        )
    else:
        text = marked(
            "Even without what may be left out, this does not fit into the context of {tokens}: "
            "the system prompt, what you ask and {reserve} for the reply have to stay. Shorten the "
            "message, lower the limit of the reply, or load the model with a larger context."
        )
    return sentence(text, tokens=tokens, reserve=reserve)


def refusal(look: ContextLook) -> Sentence:
    """Why a question was not sent."""
    if look.plan.outcome == "too_long":
        return too_long(look)
    return sentence(
        "{problem} Choose what to leave out, or start a new chat.", problem=_does_not_fit(look)
    )


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
    always = {"History", "Reply"} if look.context_tokens else {"History"}
    return [(name, tokens) for name, tokens in named if tokens or name in always]


_FORGETS = marked(
    "A reply that fills the context goes on, and the oldest tokens of the chat are forgotten "
    "meanwhile: so it was chosen when the model was loaded."
)
_ESTIMATED = marked(
    "Estimated: nothing leaves this computer before you send. Whether the server shortens a chat "
    "that does not fit is up to it."
)
POLICY_NAMES: dict[ContextPolicy, str] = {
    "ask": marked("Stop and ask"),
    "drop_oldest": marked("Leave out the oldest turns"),
    "keep_ends": marked("Keep the start and the end"),
    "summarize": marked("Summarize the oldest turns"),
}


def _does_not_fit(look: ContextLook) -> Sentence:
    return sentence(
        "This does not fit: with {reserve} for the reply it takes {tokens}, and the context holds "
        "{context}.",
        reserve=look.reserve_tokens,
        tokens=_tokens(look.used_tokens + look.reserve_tokens),
        context=look.context_tokens,
    )


def _messages(count: int) -> Sentence:
    if count == 1:
        return sentence("1 message")
    return sentence("{count} messages", count=count)


def _tokens(count: int) -> Sentence:
    if count == 1:
        return sentence("1 token")
    return sentence("{count} tokens", count=count)
