"""What of a chat is sent: it fits, pinned messages stay, and no more leaves than must."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.context_plan import (
    ContextBudget,
    ContextMessage,
    ContextPlan,
    ContextPolicy,
    decide,
    reply_reserve,
    summary_limit,
)

POLICIES: tuple[ContextPolicy, ...] = ("ask", "drop_oldest", "keep_ends", "summarize")


@st.composite
def chats(draw: st.DrawFn) -> list[ContextMessage]:
    rows = draw(st.lists(st.tuples(st.integers(1, 300), st.booleans(), st.booleans()), max_size=14))
    return [
        ContextMessage(
            id=number, tokens=tokens, is_question=asks, pinned=pinned and number % 3 == 0
        )
        for number, (tokens, asks, pinned) in enumerate(rows, start=1)
    ]


@st.composite
def budgets(draw: st.DrawFn) -> ContextBudget:
    whole = draw(st.integers(64, 2000))
    return ContextBudget(
        context_tokens=whole,
        reserve_tokens=reply_reserve(None, whole),
        fixed_tokens=draw(st.integers(0, 300)),
        summary_tokens=draw(st.integers(0, 200)),
        new_summary_tokens=summary_limit(whole),
    )


def turns(messages: list[ContextMessage]) -> list[list[ContextMessage]]:
    found: list[list[ContextMessage]] = []
    for message in messages:
        if message.is_question or not found:
            found.append([])
        found[-1].append(message)
    return found


def staying(messages: list[ContextMessage]) -> set[int]:
    """What is pinned, and what a pinned message answers."""
    stays = {each.id for each in messages if each.pinned}
    for turn in turns(messages):
        if turn[0].is_question and any(each.pinned for each in turn):
            stays.add(turn[0].id)
    return stays


def kept_tokens(messages: list[ContextMessage], plan: ContextPlan) -> int:
    return sum(each.tokens for each in messages if each.id not in plan.left_out)


@given(
    messages=chats(),
    budget=budgets(),
    policy=st.sampled_from(POLICIES),
    prefix=st.integers(0, 14),
)
def test_what_is_sent_fits_and_pins_stay(
    messages: list[ContextMessage], budget: ContextBudget, policy: ContextPolicy, prefix: int
) -> None:
    covered = frozenset(each.id for each in messages[:prefix])
    plan = decide(messages, budget, policy, covered)
    assert not plan.left_out & staying(messages)
    summary = budget.summary_tokens if plan.uses_summary else 0
    match plan.outcome:
        case "fits":
            assert not plan.left_out
            assert kept_tokens(messages, plan) <= budget.room
        case "shortened":
            assert plan.left_out
            assert kept_tokens(messages, plan) + summary <= budget.room
        case "summary_due":
            assert policy == "summarize"
            assert plan.left_out
            assert kept_tokens(messages, plan) + budget.new_summary_tokens <= budget.room
        case "ask":
            assert policy == "ask"
            assert not plan.left_out
            must = staying(messages)
            rest = [each for each in messages if each.id in must or each.id not in covered]
            room = budget.room - (budget.summary_tokens if covered - must else 0)
            least = sum(each.tokens for each in rest if each.id in must)
            whole = sum(each.tokens for each in rest)
            is_helped = (rest and least <= room) or whole < room + budget.reserve_tokens
            assert is_helped, "there is nothing to choose"
        case "too_long":
            must = staying(messages)
            if policy in {"ask", "drop_oldest"}:
                least = sum(each.tokens for each in messages if each.id in must)
                assert least + (budget.summary_tokens if covered - must else 0) > budget.room
    whole = sum(each.tokens for each in messages)
    assert (plan.outcome == "fits") == (whole <= budget.room)


@given(messages=chats(), budget=budgets(), keeps_first=st.booleans())
def test_the_oldest_turns_go_and_no_more_than_must(
    messages: list[ContextMessage], budget: ContextBudget, *, keeps_first: bool
) -> None:
    plan = decide(messages, budget, "keep_ends" if keeps_first else "drop_oldest")
    must = staying(messages)
    free = [[each.id for each in turn if each.id not in must] for turn in turns(messages)]
    gone = [bool(ids) and set(ids) <= plan.left_out for ids in free]
    torn = [bool(set(ids) & plan.left_out) for ids in free]
    assert gone == torn, "a turn is left out as a whole"
    if keeps_first and gone:
        assert not gone.pop(0)
        free.pop(0)
    kept_between = [bool(ids) and not left for ids, left in zip(free, gone, strict=True)]
    if True in kept_between:
        assert True not in gone[kept_between.index(True) :], "what is newer stays"
    if plan.outcome == "shortened":
        newest = [ids for ids, left in zip(free, gone, strict=True) if left][-1]
        back = sum(each.tokens for each in messages if each.id in newest)
        assert kept_tokens(messages, plan) + back > budget.room, "one more turn had no room"


# A summary makes room for turns to come as well, where a larger context has it.
@given(messages=chats(), budget=budgets(), policy=st.sampled_from(POLICIES[:3]))
def test_a_larger_context_leaves_out_no_more(
    messages: list[ContextMessage], budget: ContextBudget, policy: ContextPolicy
) -> None:
    larger = msgspec.structs.replace(budget, context_tokens=budget.context_tokens + 500)
    before, after = decide(messages, budget, policy), decide(messages, larger, policy)
    if before.outcome in {"fits", "shortened", "summary_due"}:
        assert after.left_out <= before.left_out


def test_a_summary_goes_on_standing_for_its_messages_until_all_fits() -> None:
    messages = [
        ContextMessage(id=number, tokens=100, is_question=number % 2 == 1) for number in range(1, 7)
    ]
    budget = ContextBudget(
        context_tokens=700, reserve_tokens=100, fixed_tokens=100, summary_tokens=50
    )
    covered = frozenset({1, 2})
    for policy in POLICIES:
        plan = decide(messages, budget, policy, covered)
        assert plan == ContextPlan(outcome="shortened", left_out=covered, uses_summary=True)
        roomy = msgspec.structs.replace(budget, context_tokens=900)
        assert decide(messages, roomy, policy, covered) == ContextPlan(outcome="fits")


@pytest.mark.parametrize(
    ("limit", "context", "reserve"),
    [(None, 512, 128), (None, 32_768, 1024), (300, 4096, 300), (9000, 4096, 2048)],
)
def test_the_reserve_is_the_limit_of_the_reply_or_a_part_of_the_context(
    limit: int | None, context: int, reserve: int
) -> None:
    assert reply_reserve(limit, context) == reserve
