"""What a transcript wants typeset is asked of the service, and handed back to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from PySide6.QtCore import QObject, Slot

from app.domain.errors import AppError
from app.domain.typesetting import Set, Setting, Unset
from app.ui.tasks import Tasks
from app.ui.widgets.transcript_typeset import Typeset


class Typesetter(Protocol):
    """What the window needs of the typesetting service."""

    async def prepare(self, settings: Sequence[Setting]) -> tuple[Set, ...]: ...

    async def close(self) -> None: ...


class TypesetterFeed(QObject):
    """Answers one transcript."""

    def __init__(self, typeset: Typeset, typesetter: Typesetter, tasks: Tasks) -> None:
        super().__init__(typeset)
        self._typeset = typeset
        self._typesetter = typesetter
        self._tasks = tasks
        self._asked: Sequence[Setting] = ()
        typeset.wanted.connect(self._prepare)

    @Slot(object)
    def _prepare(self, settings: Sequence[Setting]) -> None:
        self._asked = settings
        work = self._typesetter.prepare(settings)
        self._tasks.run(work, done=self._typeset.answer, failed=self._give_up)

    @Slot(object)
    def _give_up(self, _: AppError) -> None:
        self._typeset.answer([Unset()] * len(self._asked))
