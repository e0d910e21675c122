"""Which loaded models have to go for another one, and the sentence that asks for it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from app.domain.errors import MemoryShortError, RoomNeededError
from app.domain.model import LocalModel
from app.domain.units import memory_text
from app.domain.words import Sentence, sentence

if TYPE_CHECKING:
    from app.services.engine_host import Loaded


def sacrifices(staying: Sequence[Loaded]) -> Iterator[Sequence[Loaded]]:
    """Each model of this computer that could go, in the order given, then the first two of them,
    the first three, and so on.
    """
    held = [each for each in staying if each.session.process_id]
    yield from ([each] for each in held)
    yield from (held[:count] for count in range(2, len(held) + 1))


def room_needed(
    model: LocalModel, short: MemoryShortError, leaving: Sequence[Loaded]
) -> RoomNeededError:
    """What has to go, as one sentence that can be answered."""
    names: str | Sentence = leaving[0].model.name
    for each in leaving[1:]:
        names = sentence("{names} and {name}", names=names, name=each.model.name)
    freed = memory_text(sum(each.foretold_bytes for each in leaving))
    return RoomNeededError(
        "{name} needs {needed} of memory and {free} are free: eject {names} (frees about {freed}) "
        "and load {name}, or cancel.",
        tuple(each.ref for each in leaving),
        name=model.name,
        needed=memory_text(short.needed_bytes),
        free=memory_text(short.free_bytes),
        names=names,
        freed=freed,
    )
