"""How the replies of a chat are made: the options of a chat, and named sets of them."""

from __future__ import annotations

import msgspec

from app.domain.context_plan import ContextPolicy
from app.domain.engine import Sampling
from app.domain.words import marked


class ReplyOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What every question of a chat is asked with.

    `max_tokens` None: until the model ends the reply or the context is full. At most one of
    `json_schema` (JSON text) and `grammar` (GBNF) binds the reply.
    """

    system: str = ""
    sampling: Sampling = Sampling()
    max_tokens: int | None = None
    stop: tuple[str, ...] = ()
    json_schema: str | None = None
    grammar: str | None = None
    # What happens when a chat does not fit into the context; None: what is usual.
    context_policy: ContextPolicy | None = None


class Preset(msgspec.Struct, frozen=True, kw_only=True):
    """Options under a name."""

    name: str
    options: ReplyOptions


# What a new chat begins with, unless a preset is set for its model.
DEFAULT = Preset(name=marked("Balanced"), options=ReplyOptions())

# Sampling values: the ranges that llama.cpp and the makers of models recommend for such uses.
BUILT_IN: tuple[Preset, ...] = (
    DEFAULT,
    Preset(
        name=marked("Precise"), options=ReplyOptions(sampling=Sampling(temperature=0.2, top_p=0.9))
    ),
    Preset(
        name=marked("Creative"),
        options=ReplyOptions(sampling=Sampling(temperature=1.1, top_k=0, top_p=1.0, min_p=0.08)),
    ),
    # The likeliest token each time: the same question gives the same reply.
    Preset(
        name=marked("Repeatable"), options=ReplyOptions(sampling=Sampling(temperature=0.0, seed=1))
    ),
)


def preset_named(name: str | None, own: tuple[Preset, ...]) -> Preset | None:
    """The preset of this name, the user's own before the built-in ones."""
    return next((preset for preset in (*own, *BUILT_IN) if preset.name == name), None)
