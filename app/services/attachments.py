"""Files that go with a message: read once, checked, and turned into what models read."""

from __future__ import annotations

import asyncio
import codecs
import contextlib
import os
import subprocess
import sys
from pathlib import Path

import msgspec

from app.domain.attachment import Attachment, attachment_text
from app.domain.engine import EngineSession, GenerationRequest, LocalModelSession
from app.domain.errors import UsageError
from app.domain.os_causes import cause_of
from app.domain.units import file_text
from app.domain.words import marked, sentence
from app.services.files import shown
from app.services.pdf_text import PdfText
from app.services.regular_files import open_regular, read_bytes, regular_file
from backends.process import worker_environment

_MOST_TEXT_BYTES = 4_000_000
_MOST_IMAGE_BYTES = 20_000_000
_MOST_PDF_BYTES = 100_000_000
_PDF_SECONDS = 90.0
_LONGEST_NAME = 200
# As short as no text begins with: what is damaged behind it is no text either.
_IMAGE_MARKS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF87a", b"GIF89a")
_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Attachments:
    """Reads files; `folder` is where the process that reads PDF files runs."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def read(self, path: str) -> Attachment:
        """A file as it is to be attached. Raises `UsageError`, which says why it cannot be."""
        file = Path(path)
        data = await asyncio.to_thread(_bytes_of, file)
        return await self.take(file.name, data)

    async def take(self, name: str, data: bytes) -> Attachment:
        """A file, or a picture that was pasted, from its bytes. Raises `UsageError`."""
        name = _plain(name)[:_LONGEST_NAME]
        if data.startswith(b"%PDF-"):
            return await self._pdf(name, data)
        if _is_image(data):
            _refuse_large(name, len(data), _MOST_IMAGE_BYTES, marked("A picture"))
            return Attachment(name=name, kind="image", size_bytes=len(data), data=data)
        _refuse_large(name, len(data), _MOST_TEXT_BYTES, marked("A text"))
        return Attachment(name=name, kind="text", size_bytes=len(data), text=_decoded(name, data))

    async def count(self, session: EngineSession, attachment: Attachment) -> int | None:
        """The tokens that a file adds to the prompt; None when the engine does not count."""
        if not isinstance(session, LocalModelSession):
            return None
        text = attachment_text(attachment)
        return await session.count_tokens(GenerationRequest(prompt=text))

    async def _pdf(self, name: str, data: bytes) -> Attachment:
        found = await self._words_of(name, data)
        if found.problem is not None:
            raise UsageError(
                "{name} cannot be attached: {problem}.",
                name=shown(Path(name)),
                problem=found.problem,
            )
        if not any(page.strip() for page in found.pages):
            raise UsageError(
                "{name} holds no text: its pages are pictures. Attach a PDF whose words can be "
                "selected in a viewer.",
                name=shown(Path(name)),
            )
        text = "\n\n".join(
            f"[Page {number}]\n{_plain_lines(page).strip()}"
            for number, page in enumerate(found.pages, start=1)
        )
        pages = len(found.pages)
        return Attachment(name=name, kind="pdf", size_bytes=len(data), text=text, pages=pages)

    async def _words_of(self, name: str, data: bytes) -> PdfText:
        process = await asyncio.to_thread(_start, self._folder)
        try:
            asking = asyncio.to_thread(process.communicate, data)
            answer, _ = await asyncio.wait_for(asking, _PDF_SECONDS)
            return msgspec.json.decode(answer, type=PdfText)
        except TimeoutError as error:
            raise UsageError(
                "{name} cannot be attached: reading it took more than {pdf_seconds} seconds.",
                name=shown(Path(name)),
                pdf_seconds=f"{_PDF_SECONDS:.0f}",
            ) from error
        except (msgspec.MsgspecError, OSError, ValueError):
            return PdfText(problem=sentence("the process that reads it ended unexpectedly"))
        finally:
            with contextlib.suppress(OSError):
                process.kill()


def _bytes_of(path: Path) -> bytes:
    found = regular_file(path)
    if found is None:
        raise UsageError(
            "{path} is no file that can be attached. Choose a regular file.", path=shown(path)
        )
    _refuse_large(path.name, found.size_bytes, _MOST_PDF_BYTES, marked("A file"))
    try:
        descriptor = open_regular(path)
        try:
            return read_bytes(descriptor, _MOST_PDF_BYTES)
        finally:
            os.close(descriptor)
    except OSError as error:
        raise UsageError(
            "{path} cannot be read: {reason}.", path=shown(path), reason=cause_of(error)
        ) from error


def _refuse_large(name: str, size: int, most: int, what: str) -> None:
    if size > most:
        raise UsageError(
            "{name} has {size}. {what} may have {most} at most.",
            name=shown(Path(name)),
            size=file_text(size),
            what=sentence(what),
            most=file_text(most),
        )


def _is_image(data: bytes) -> bool:
    if data.startswith(b"RIFF"):
        return data[8:12] == b"WEBP"
    if data.startswith(b"BM"):  # as many texts do; a bitmap has reserved zeros in its header
        return data[6:10] == b"\0\0\0\0"
    return data.startswith(_IMAGE_MARKS)


def _decoded(name: str, data: bytes) -> str:
    encoding = next((known for mark, known in _BYTE_ORDER_MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        text = "" if b"\0" in data else data.decode("latin-1")
    if not text and b"\0" not in data:
        raise UsageError("{name} is empty: there is nothing to attach.", name=shown(Path(name)))
    if "\0" in text or not text:
        raise UsageError(
            "{name} is neither text nor a PDF nor a picture. Attach one of these.",
            name=shown(Path(name)),
        )
    return text.replace("\r\n", "\n")


def _plain(name: str) -> str:
    """A name as one line that UTF-8 can hold."""
    whole = name.encode("utf-8", "replace").decode()
    return "".join(each if each.isprintable() else " " for each in whole).strip() or "file"


def _plain_lines(page: str) -> str:
    return page.replace("\r\n", "\n").replace("\0", "")


def _start(folder: Path) -> subprocess.Popen[bytes]:
    folder.mkdir(parents=True, exist_ok=True)
    return subprocess.Popen(
        [sys.executable, "-I", "-X", "utf8", "-m", "app.services.pdf_text"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd=folder,
        env=worker_environment(),
        start_new_session=sys.platform != "win32",
        creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
    )
