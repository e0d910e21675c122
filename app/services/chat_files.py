"""Chats to and from files: exports replace a file whole, imports distrust all that they read."""

from __future__ import annotations

import asyncio
import json
import os
import time
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec

from app.domain.chat_export import ExportFormat, exported
from app.domain.chat_import import UnreadableChatError, chat_of
from app.domain.conversation import ChatRecord
from app.domain.loose_json import elements
from app.domain.os_causes import cause_of
from app.domain.units import count_text, file_text
from app.domain.words import said, sentence
from app.services.conversation_store import ConversationStore
from app.services.files import replace_file, shown, store_error
from app.services.regular_files import open_regular

# The largest export that was seen had 120 MB; text of this size still fits into any memory.
LARGEST_BYTES = 512 * 2**20


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
        chats = _chats(path, self._clock())
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


def _chats(path: Path, now: float) -> Iterator[ChatRecord | str]:
    """The chats of a file, or in place of one the sentence that says why it is left out."""
    name = shown(path.name)
    try:
        for text in _texts(path):
            for number, value in enumerate(elements(text), start=1):
                try:
                    yield chat_of(value, now)
                except UnreadableChatError as error:
                    chat = sentence("Chat {number} of {name}", number=number, name=name)
                    yield error.about(chat).said()
    except OSError as error:
        words = said("{name} could not be read: {cause}.")
        yield words.format(name=name, cause=cause_of(error).said())
    except _REFUSED as error:
        found = error if isinstance(error, UnreadableChatError) else _reason(error)
        yield found.about(name).said()


_REFUSED = (
    ValueError,  # no JSON, no UTF-8, or a number of a million digits
    zipfile.BadZipFile,
    zlib.error,
    EOFError,
    RuntimeError,  # too deep, a password, or a compression that zipfile does not know
)


def _reason(error: Exception) -> UnreadableChatError:
    if isinstance(error, json.JSONDecodeError):
        return UnreadableChatError(
            "{what} is no chat export: its JSON breaks off or is damaged in line {line}.",
            line=error.lineno,
        )
    if isinstance(error, UnicodeDecodeError):
        return UnreadableChatError("{what} is no chat export: it is no text in UTF-8.")
    if isinstance(error, RecursionError | ValueError):
        return UnreadableChatError("{what} is no chat export: its contents make no sense.")
    return UnreadableChatError("{what} is an archive that is damaged or needs a password.")


def _texts(path: Path) -> Iterator[str]:
    """The JSON texts of a file: itself, or those of an archive that ChatGPT sends."""
    with os.fdopen(open_regular(path), "rb") as file:
        size = os.fstat(file.fileno()).st_size
        _refuse_large(size)
        if not zipfile.is_zipfile(file):
            file.seek(0)
            yield file.read(LARGEST_BYTES + 1).decode("utf-8-sig")
            return
        with zipfile.ZipFile(file) as archive:
            members = [each for each in archive.infolist() if _holds_chats(each.filename)]
            if not members:
                raise UnreadableChatError("{what} holds no conversations.json.")
            for member in members:
                _refuse_large(member.file_size)
                with archive.open(member) as packed:
                    # The size that an archive tells may be a lie.
                    data = packed.read(LARGEST_BYTES + 1)
                _refuse_large(len(data))
                yield data.decode("utf-8-sig")


def _holds_chats(name: str) -> bool:
    base = name.rsplit("/", 1)[-1]
    return base.startswith("conversations") and base.endswith(".json")


def _refuse_large(size_bytes: int) -> None:
    if size_bytes > LARGEST_BYTES:
        raise UnreadableChatError(
            "{what} has {size}, and at most {most} can be imported.",
            size=file_text(size_bytes),
            most=file_text(LARGEST_BYTES),
        )
