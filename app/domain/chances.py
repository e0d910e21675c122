"""Tokens with their probabilities: of a reply as it is made, and of a prompt that is read."""

from __future__ import annotations

import msgspec


class TokenChance(msgspec.Struct, frozen=True):
    """A token and the natural logarithm of its probability before any sampler."""

    token_id: int
    text: str
    logprob: float


class PromptToken(msgspec.Struct, frozen=True, kw_only=True):
    """A token of what a model saw, or of its reply to it.

    `logprob` is the natural logarithm of its probability after the tokens before it, None where
    that was not measured; `alternatives` are the likeliest ones in its place, best first.
    """

    token_id: int
    text: str
    is_control: bool = False
    is_reply: bool = False
    logprob: float | None = None
    alternatives: tuple[TokenChance, ...] = ()


class TokenLogprob(msgspec.Struct, frozen=True):
    """The token that was chosen, and the likeliest ones in its place, best first."""

    chosen: TokenChance
    alternatives: tuple[TokenChance, ...] = ()
