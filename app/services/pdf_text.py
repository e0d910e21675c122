"""The process that takes the words out of a PDF: its file name in, a line of JSON out.

Run as `python -m app.services.pdf_text`, with the bytes of the file on standard input. A file made
to take for ever, or all memory, takes this process with it and nothing else.
"""

from __future__ import annotations

import io
import sys
from importlib import import_module
from typing import Any

import msgspec

from app.domain.words import Sentence, sentence
from app.services.bounded_process import answer, begin_bounded

_MEMORY_BYTES = 2 * 2**30
# More than any model reads at once.
_MOST_CHARACTERS = 4_000_000
# What pypdf raises on damaged files, beside errors of its own.
_DAMAGE = (
    ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RuntimeError, TypeError,
    ValueError,
)  # fmt: skip


class PdfText(msgspec.Struct, frozen=True, kw_only=True):
    """The words of the pages, one text for each; or why there are none."""

    pages: tuple[str, ...] = ()
    problem: Sentence | None = None


def read(data: bytes) -> PdfText:
    """The words of a PDF."""
    try:
        pypdf: Any = import_module("pypdf")
    except ImportError:
        return PdfText(
            problem=sentence("the package pypdf, which reads PDF files, is not installed")
        )
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            return PdfText(problem=sentence("it is protected with a password"))
        pages: list[str] = []
        for page in reader.pages:
            pages.append(page.extract_text())
            if sum(map(len, pages)) > _MOST_CHARACTERS:
                return PdfText(problem=sentence("it has more than 4 million characters"))
    except MemoryError:
        return PdfText(problem=sentence("reading it takes more than 2 GiB of memory"))
    except (pypdf.errors.PyPdfError, *_DAMAGE) as error:
        return PdfText(
            problem=sentence(
                "it is damaged ({error})", error=str(error)[:200] or type(error).__name__
            )
        )
    return PdfText(pages=tuple(pages))


def main() -> None:
    """Entry point of the process."""
    answers = begin_bounded(_MEMORY_BYTES)
    found = read(sys.stdin.buffer.read())
    pages = tuple(page.encode("utf-8", "replace").decode() for page in found.pages)
    answer(answers, msgspec.json.encode(msgspec.structs.replace(found, pages=pages)))


if __name__ == "__main__":
    main()
