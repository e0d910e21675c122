"""Chats to and from files: exports replace a file whole, imports distrust all that they read."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from app.domain.chat_export import ExportFormat, exported
from app.domain.conversation import ChatRecord
from app.domain.units import count_text
from app.domain.words import said, sentence
from app.services.chat_reading import chats_in
from app.services.conversation_store import ConversationStore
from app.services.files import replace_file, shown, store_error


class ImportReport(msgspec.Struct, frozen=True, kw_only=True):
    """What an import brought. `problems` are sentences; `first_id` is a chat to open."""

    chats: int = 0
    already_here: int = 0
    problems: tuple[str, ...] = ()
    first_id: int | None = None

    def sentence(self) -> str:
        """The whole report for the user."""
        parts: list[str] = []
        if self.chats:
            one = said("1 chat was imported.")
            parts.append(_counted(self.chats, one, said("{count} chats were imported.")))
        if self.already_here:
            one = said("1 chat was here already.")
            parts.append(_counted(self.already_here, one, said("{count} chats were here already.")))
        parts += self.problems[:2]
        if (more := len(self.problems) - 2) > 0:
            one = said("1 more could not be read.")
            parts.append(_counted(more, one, said("{count} more could not be read.")))
        return " ".join(parts) or said("There were no chats to import.")


def _counted(count: int, one: str, many: str) -> str:
    return one if count == 1 else many.format(count=count_text(count))


class ChatFiles:
    """Exports and imports chats of a store."""

    def __init__(self, store: ConversationStore, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock

    async def export(
        self, path: str, conversation_ids: Sequence[int] | None, form: ExportFormat
    ) -> int:
        """Write chats (None: all of the list) to a file; gives how many. Raises `StoreError`."""
        if conversation_ids is None:
            conversation_ids = [chat.id for chat in await self._store.conversations()]
        records = [await self._store.record(each) for each in conversation_ids]
        await asyncio.to_thread(_write, Path(path), records, form)
        return len(records)

    async def read(self, paths: Sequence[str]) -> ImportReport:
        """Take in the chats of files; what is here already stays as it is."""
        report = ImportReport()
        for path in paths:
            report = await self._read_file(Path(path), report)
        return report

    async def _read_file(self, path: Path, report: ImportReport) -> ImportReport:
        chats = chats_in(path, self._clock())
        # One chat at a time: a file may hold years, and the window goes on meanwhile.
        while (found := await asyncio.to_thread(next, chats, None)) is not None:
            if isinstance(found, str):
                problems = (*report.problems, found)
                report = msgspec.structs.replace(report, problems=problems)
                continue
            added = await self._store.add_record(found)
            if added is None:
                already = report.already_here + 1
                report = msgspec.structs.replace(report, already_here=already)
            else:
                first = report.first_id or added.id
                report = msgspec.structs.replace(report, chats=report.chats + 1, first_id=first)
        return report


def _write(path: Path, records: Sequence[ChatRecord], form: ExportFormat) -> None:
    try:
        replace_file(path, exported(records, form))
    except OSError as error:
        raise store_error(error, sentence("write {path}", path=shown(path))) from error
