"""When an MLX reply guesses ahead: after plain steps were measured, and as long as it is faster."""

from __future__ import annotations

import pytest

from backends.mlx.drafting import Drafting

PLAIN_SECONDS = 0.1


class Reply:
    """A reply whose tokens come when the test says so."""

    def __init__(self) -> None:
        self.now = 0.0
        self.tokens = 0
        self.drafting = Drafting(lambda: self.now)

    @property
    def is_due(self) -> bool:
        return self.drafting.is_due

    def plain(self, count: int) -> None:
        for _ in range(count):
            self.now += PLAIN_SECONDS
            self.tokens += 1
            self.drafting.step()

    def rounds(self, count: int, right: int, seconds: float) -> None:
        """Rounds of some right guesses and the model's own token, which comes at once."""
        for _ in range(count):
            assert self.drafting.begins_round
            self.now += seconds
            for place in range(right + 1):
                self.tokens += 1
                self.drafting.guess(is_right=place < right)
                assert self.drafting.begins_round == (place == right)


def test_plain_steps_are_measured_first() -> None:
    reply = Reply()
    reply.plain(6)
    assert not reply.is_due, "the first of them tells nothing"
    reply.plain(1)
    assert reply.is_due


def test_guesses_that_are_faster_go_on() -> None:
    reply = Reply()
    reply.plain(7)
    reply.drafting.pause()
    reply.rounds(40, right=3, seconds=3.5 * PLAIN_SECONDS)
    assert reply.is_due


def test_guesses_that_are_slower_pause_ever_longer() -> None:
    reply = Reply()
    reply.plain(7)
    pauses: list[int] = []
    for _ in range(3):
        reply.drafting.pause()
        reply.rounds(8, right=1, seconds=2.45 * PLAIN_SECONDS)
        assert not reply.is_due
        began = reply.tokens
        while not reply.is_due:
            reply.plain(1)
        pauses.append(reply.tokens - began)
    assert pauses == pytest.approx([315, 630, 1260], rel=0.01)


def test_what_comes_between_is_no_time_of_a_step_or_a_round() -> None:
    reply = Reply()
    reply.plain(7)
    for _ in range(20):
        reply.now += 50.0
        reply.drafting.pause()
        reply.plain(1)
    reply.now += 50.0
    reply.drafting.pause()
    reply.rounds(1, right=0, seconds=60.0)
    reply.rounds(40, right=1, seconds=2.1 * PLAIN_SECONDS)
    assert not reply.is_due, "a plain step is still known to take a tenth of a second"


def test_draft_model_that_cannot_keep_up_is_given_up() -> None:
    reply = Reply()
    reply.plain(10)
    reply.drafting.stop()
    assert not reply.is_due
