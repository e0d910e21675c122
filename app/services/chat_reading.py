"""The chats in export files, and why a file or one of its chats is none."""

from __future__ import annotations

import json
import os
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from app.domain.chat_damage import UnreadableChatError
from app.domain.chat_import import chat_of
from app.domain.conversation import ChatRecord
from app.domain.loose_json import between_elements, elements
from app.domain.os_causes import cause_of
from app.domain.units import file_text
from app.domain.words import Sentence, said, sentence
from app.services.files import shown
from app.services.regular_files import open_regular

# The largest export that was seen had 120 MB; text of this size still fits into any memory.
LARGEST_BYTES = 512 * 2**20
# How the parts of an archive begin, and an archive without any.
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06")
_LIST = re.compile(r"\ufeff?\s*\[")
_JSON = re.compile(r"\ufeff?\s*[\[{]")
_BLANK = re.compile(r"\s*\Z")
# What no JSON has in it.
_BINARY = re.compile("[\x00-\x08\x0e-\x1f]")
_LOOKED_AT = 1000
_SHOWN = 24


def chats_in(path: Path, now: float) -> Iterator[ChatRecord | str]:
    """The chats of a file, or in place of one the sentence that says why it is left out."""
    name = shown(path.name)
    try:
        with _opened(path) as file:
            if file.read(4) in _ARCHIVES:
                yield from _chats_in_archive(file, name, now)
            else:
                file.seek(0)
                yield from _chats_in_text(partial(file.read, LARGEST_BYTES + 1), name, now)
    except OSError as error:
        words = said("{name} could not be read: {cause}.")
        yield words.format(name=name, cause=cause_of(error).said())
    except UnreadableChatError as error:
        yield error.about(name).said()


def _opened(path: Path) -> BinaryIO:
    if path.is_dir():
        raise UnreadableChatError("{what} is a folder. Choose the files in it.")
    file = os.fdopen(open_regular(path), "rb")
    try:
        _refuse_large(os.fstat(file.fileno()).st_size)
    except UnreadableChatError:
        file.close()
        raise
    return file


def _chats_in_archive(file: BinaryIO, name: str, now: float) -> Iterator[ChatRecord | str]:
    """Those of an archive as ChatGPT sends it."""
    if not zipfile.is_zipfile(file):
        raise UnreadableChatError(
            "{what} is an archive whose end is missing. Download or copy it again."
        )
    try:
        with zipfile.ZipFile(file) as archive:
            members = [each for each in archive.infolist() if _holds_chats(each)]
            if not members:
                raise UnreadableChatError(
                    "{what} holds no conversations.json, as an archive of ChatGPT does. Of other "
                    "programs, choose the JSON file itself."
                )
            for member in members:
                part = shown(Path(member.filename).name)
                what = sentence("{file} in {archive}", file=part, archive=name)
                yield from _chats_in_text(partial(_unpacked, archive, member), what, now)
    except zipfile.BadZipFile as error:
        raise UnreadableChatError(
            "{what} is a damaged archive. Download or copy it again."
        ) from error


def _holds_chats(member: zipfile.ZipInfo) -> bool:
    base = member.filename.rsplit("/", 1)[-1]
    return base.startswith("conversations") and base.endswith(".json")


def _unpacked(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    _refuse_large(member.file_size)
    if member.flag_bits & 1:
        raise UnreadableChatError("{what} needs a password. Unpack it, and choose the file itself.")
    try:
        with archive.open(member) as packed:
            # The size that an archive tells may be a lie.
            data = packed.read(LARGEST_BYTES + 1)
    except NotImplementedError as error:
        raise UnreadableChatError(
            "{what} is packed in an unusual way. Unpack it, and choose the file itself."
        ) from error
    except (zipfile.BadZipFile, zlib.error, EOFError) as error:
        raise UnreadableChatError(
            "{what} cannot be unpacked, because the archive is damaged. Download or copy it again."
        ) from error
    _refuse_large(len(data))
    return data


def _refuse_large(size_bytes: int) -> None:
    if size_bytes > LARGEST_BYTES:
        raise UnreadableChatError(
            "{what} has {size}, and at most {most} can be imported.",
            size=file_text(size_bytes),
            most=file_text(LARGEST_BYTES),
        )


def _chats_in_text(
    read: Callable[[], bytes], name: str | Sentence, now: float
) -> Iterator[ChatRecord | str]:
    """Those of one text; what comes before a damage is taken."""
    what = name
    try:
        text = _decoded(read())
        values, is_list = elements(text), _LIST.match(text) is not None
        number = 1
        while True:
            what = (
                sentence("Chat {number} of {name}", number=number, name=name) if is_list else name
            )
            value = next(values, values)
            if value is values:
                return
            yield _chat(value, what, now)
            number += 1
    except UnreadableChatError as error:
        yield error.about(name).said()
    except json.JSONDecodeError as error:
        yield _fault(error).about(name if between_elements(error) else what).said()
    except RecursionError:
        too_deep = UnreadableChatError("{what} is nested too deeply for a chat.")
        yield too_deep.about(what).said()
    except ValueError:  # https://docs.python.org/3/library/stdtypes.html#int-max-str-digits
        too_long = UnreadableChatError("{what} holds a number of thousands of digits.")
        yield too_long.about(what).said()


def _chat(value: object, what: str | Sentence, now: float) -> ChatRecord | str:
    try:
        return chat_of(value, now)
    except UnreadableChatError as error:
        return error.about(what).said()


def _decoded(data: bytes) -> str:
    """UTF-8, or UTF-16 as some shells of Windows write it. Raises `UnreadableChatError`."""
    try:
        text = data.decode(json.detect_encoding(data))
    except UnicodeDecodeError as error:
        _refuse_binary(data[:_LOOKED_AT].decode("latin-1"))
        raise UnreadableChatError(
            "{what} is not in UTF-8: byte {byte}, in line {line}, does not fit. Save it in UTF-8, "
            "or export it again.",
            byte=error.start + 1,
            line=data.count(b"\n", 0, error.start) + 1,
        ) from error
    _refuse_binary(text[:_LOOKED_AT])
    if _BLANK.match(text):
        raise UnreadableChatError("{what} is empty. Export the chats again.")
    if not _JSON.match(text):
        raise UnreadableChatError(
            "{what} is no chat export in JSON: it begins with “{start}”. Choose the JSON file or "
            "the archive of the export.",
            start=" ".join(text[: 4 * _SHOWN].split())[:_SHOWN],
        )
    return text


def _refuse_binary(start: str) -> None:
    if _BINARY.search(start):
        raise UnreadableChatError(
            "{what} is no text. Choose the JSON file or the archive of the export."
        )


def _fault(error: json.JSONDecodeError) -> UnreadableChatError:
    """What is wrong in a text that begins as JSON does."""
    if _breaks_off(error):
        return UnreadableChatError(
            "{what} breaks off in line {line}, where the file ends. Download, copy or export it "
            "again.",
            line=error.doc.count("\n") + 1,
        )
    if error.msg.startswith("Invalid control"):
        return UnreadableChatError(
            "{what} is damaged: a text goes over the end of line {line}, or has a tab in it. "
            "Export it again.",
            line=error.lineno,
        )
    sign = error.doc[error.pos]
    return UnreadableChatError(
        "{what} is damaged: “{sign}” in line {line}, column {column} does not belong there. Export "
        "it again.",
        sign=sign if sign.isprintable() else f"U+{ord(sign):04X}",
        line=error.lineno,
        column=error.colno,
    )


def _breaks_off(error: json.JSONDecodeError) -> bool:
    """Whether the text could go on, but ends."""
    tail = error.doc[error.pos : error.pos + 8].rstrip()
    if _BLANK.match(error.doc, error.pos) or error.msg.startswith("Unterminated"):
        return True
    if error.pos + 8 <= len(error.doc):
        return False
    words = ("true", "false", "null", "-")
    is_word = error.msg == "Expecting value" and any(word.startswith(tail) for word in words)
    return is_word or (error.msg.startswith("Invalid \\") and '"' not in tail)
