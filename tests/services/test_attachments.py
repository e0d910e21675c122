"""Files that go with a message: what is read of them, and what is refused, always in words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from app.domain.attachment import Attachment, prompt_text
from app.domain.errors import UsageError
from app.services.attachments import Attachments
from tests.fakes.pdf_files import pdf_of

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture
def attachments(tmp_path: Path) -> Attachments:
    return Attachments(tmp_path / "run")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"x = 1\r\ny = 2\n", "x = 1\ny = 2\n"),
        ("é 😀".encode(), "é 😀"),
        ("é".encode("utf-8-sig"), "é"),
        ("é".encode("utf-16"), "é"),
        ("é".encode("latin-1"), "é"),
        (b"BMW builds cars.", "BMW builds cars."),
    ],
)
async def test_text_is_read_as_it_is(
    attachments: Attachments, tmp_path: Path, data: bytes, text: str
) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(data)
    found = await attachments.read(str(file))
    assert found == Attachment(name="a.py", kind="text", size_bytes=len(data), text=text)


@pytest.mark.parametrize("data", [PNG, b"\x89PNG and words", b"BM\x9a\0\0\0\0\0\0\0"])
async def test_a_picture_keeps_its_bytes(
    attachments: Attachments, tmp_path: Path, data: bytes
) -> None:
    (tmp_path / "a.png").write_bytes(data)
    found = await attachments.read(str(tmp_path / "a.png"))
    assert (found.kind, found.data, found.text) == ("image", data, "")


async def test_what_cannot_be_attached_is_refused_at_once(
    attachments: Attachments, tmp_path: Path
) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "binary").write_bytes(b"\x7fELF\0\0\0\xff")
    (tmp_path / "large.txt").write_bytes(b"x" * 4_000_001)
    (tmp_path / "empty.txt").write_bytes(b"")
    (tmp_path / "marked.txt").write_bytes("".encode("utf-8-sig"))
    for name, words in {
        "pipe": "regular file",
        "missing": "regular file",
        "binary": "neither text nor a PDF nor a picture",
        "large.txt": "4 MB at most",
        "empty.txt": "is empty",
        "marked.txt": "is empty",
    }.items():
        with pytest.raises(UsageError, match=words):
            await attachments.read(str(tmp_path / name))
    for path in ("/dev/zero", str(tmp_path)):
        with pytest.raises(UsageError, match="regular file"):
            await attachments.read(path)


async def test_the_words_of_a_pdf_are_read(attachments: Attachments, tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf_of("The number is 4711.", "Second page."))
    found = await attachments.read(str(tmp_path / "a.pdf"))
    assert (found.kind, found.pages) == ("pdf", 2)
    assert found.text == "[Page 1]\nThe number is 4711.\n\n[Page 2]\nSecond page."


@pytest.mark.parametrize("data", [b"%PDF-", b"%PDF-1.4\n" + b"\xff" * 5_000, pdf_of("x")[:300]])
async def test_damaged_pdf_files_are_refused(attachments: Attachments, data: bytes) -> None:
    with pytest.raises(UsageError, match=r"cannot be attached|holds no text"):
        await attachments.take("a.pdf", data)


async def test_a_pdf_without_words_says_so(attachments: Attachments) -> None:
    with pytest.raises(UsageError, match="holds no text"):
        await attachments.take("scan.pdf", pdf_of(""))


async def test_odd_names_are_one_line(attachments: Attachments) -> None:
    found = await attachments.take("a\nb\udcff" + "x" * 300, b"text")
    assert "\n" not in found.name
    assert len(found.name) <= 200
    assert found.name.encode()


def test_files_come_before_the_words_and_cannot_leave_their_fence() -> None:
    file = Attachment(name="a.md", kind="text", size_bytes=9, text="```\ninner\n```\n")
    picture = Attachment(name="b.png", kind="image", size_bytes=1, data=PNG)
    text = prompt_text("What is it?", (file, picture))
    assert text.startswith("File a.md:\n````\n```\ninner\n```\n````\n\n")
    assert text.endswith("\n\nWhat is it?")
    assert "b.png" in text
    assert prompt_text("", (file,)).endswith("````")
    assert prompt_text("only words", ()) == "only words"
