"""Notices that models come, go or change in the folders where they lie.

Folders are looked at, not subscribed to: that also sees what happens on network drives, has no
limit on their number, and costs one `stat` for each folder and each file of a model. Looks take at
most a hundredth of the time, so that a large tree is looked at less often.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Callable, Sequence
from pathlib import Path
from typing import Final

from app.services.model_places import Place
from app.services.model_scan import watched_paths

SECONDS_BETWEEN: Final = 2.0
_LARGEST_SHARE: Final = 0.01
# A file that is being copied changes for long; what else has changed does not wait for it.
_MOST_UNSETTLED_LOOKS: Final = 5


async def changes(
    find_places: Callable[[], Sequence[Place]], seconds: float = SECONDS_BETWEEN
) -> AsyncGenerator[None, None]:
    """Yields when something changed and then stayed as it is for one look. Looks in threads."""
    watched = _Watched(find_places)
    await asyncio.to_thread(watched.look)
    unsettled = 0
    while True:
        await asyncio.sleep(max(seconds, watched.seconds_taken / _LARGEST_SHARE))
        if await asyncio.to_thread(watched.look):
            unsettled += 1
            if unsettled < _MOST_UNSETTLED_LOOKS:
                continue
        if unsettled:
            unsettled = 0
            yield


class _Watched:
    """What was seen at the last look."""

    def __init__(self, find_places: Callable[[], Sequence[Place]]) -> None:
        self._find_places = find_places
        self._places: Sequence[Place] = ()
        self._marks: dict[Path, tuple[int, int, int] | None] = {}
        self.seconds_taken = 0.0

    def look(self) -> bool:
        """Whether anything is not as it was."""
        begun = time.perf_counter()
        places = self._find_places()
        changed = places != self._places or any(
            _mark(path) != mark for path, mark in self._marks.items()
        )
        if changed:
            self._places = places
            self._marks = {path: _mark(path) for path in watched_paths(places)}
        self.seconds_taken = time.perf_counter() - begun
        return changed


def _mark(path: Path) -> tuple[int, int, int] | None:
    """What tells one state of a file or folder from another; None where there is nothing."""
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return None
    return facts.st_ino, facts.st_size, facts.st_mtime_ns
