"""What is known of code in colours and of formulas, and what has to be asked for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.domain.typesetting import Drawn, Formula, Inked, InkRun, Listing, Set, Setting

# So many answers are kept; the oldest go first.
_MOST_KEPT = 3_000
# A listing that is being written is asked for again after this time.
_PAUSE_MS = 80
_MOST_AT_ONCE = 24


class Typeset(QObject):
    """Keeps answers. `wanted(settings)` asks for more; `answer` must follow each of its emits.

    `arrived(settings)` tells what has come. While nothing answers, code is plain and formulas
    are shown as they are written.
    """

    wanted = Signal(object)
    arrived = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._known: dict[Setting, Set] = {}
        self._queue: dict[Setting, None] = {}
        self._asked: tuple[Setting, ...] = ()
        # The longest part of the listing in each language that was inked last.
        self._latest: dict[str, tuple[str, tuple[InkRun, ...]]] = {}
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._ask)

    def drawing(self, formula: Formula) -> Drawn | None:
        """The picture of a formula; None when it is not known yet, or cannot be drawn."""
        found = self._found(formula)
        return found if isinstance(found, Drawn) else None

    def inks(self, listing: Listing) -> tuple[InkRun, ...]:
        """The inks of a listing, perhaps of its beginning only."""
        found = self._found(listing)
        if found is not None:
            return found.runs if isinstance(found, Inked) else ()
        text, runs = self._latest.get(listing.language, ("", ()))
        return runs if text and listing.text.startswith(text) else ()

    def is_known(self, setting: Setting) -> bool:
        """Whether there is nothing more to come for it."""
        return setting in self._known

    def _found(self, setting: Setting) -> Set | None:
        found = self._known.get(setting)
        if found is None and setting not in self._queue and setting not in self._asked:
            self._drop_beginning(setting)
            self._queue[setting] = None
            if not self._asked and not self._timer.isActive():
                self._timer.start(0)
        return found

    def _drop_beginning(self, setting: Setting) -> None:
        """Ask for a listing that grows as it is now, not for what it was."""
        if not isinstance(setting, Listing) or not self._queue:
            return
        last = next(reversed(self._queue))
        if isinstance(last, Listing) and setting.text.startswith(last.text):
            del self._queue[last]

    @Slot()
    def _ask(self) -> None:
        if self._queue and not self._asked:
            self._asked = tuple(self._queue)[:_MOST_AT_ONCE]
            for setting in self._asked:
                del self._queue[setting]
            self.wanted.emit(self._asked)

    @Slot(object)
    def answer(self, sets: Sequence[Set]) -> None:
        """Take the answers to what was asked for last, in its order."""
        asked, self._asked = self._asked, ()
        for setting, found in zip(asked, sets, strict=False):
            self._known[setting] = found
            if isinstance(setting, Listing) and isinstance(found, Inked) and not setting.known:
                self._latest[setting.language] = (setting.text, found.runs)
        while len(self._known) > _MOST_KEPT:
            del self._known[next(iter(self._known))]
        if self._queue:
            self._timer.start(_PAUSE_MS)
        self.arrived.emit(asked)
