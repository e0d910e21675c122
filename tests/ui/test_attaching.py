"""Files on their way into a message in the real window, and the message that has them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from zlib import crc32

import pytest
from msgspec import structs
from PySide6.QtCore import QMimeData, QObject, QPoint, QSize, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from app.domain.attachment import Attachment
from app.ui.language import LANGUAGES, Language, speak
from app.ui.shell import Shell
from app.ui.theme import GRID
from app.ui.widgets.attachment_tray import AttachmentChip, AttachmentTray
from app.ui.widgets.drop_hint import DropHint
from app.ui.widgets.picture import Pictures, SmallPicture, is_damaged, thumbnail
from app.ui.widgets.transcript_files import size_text
from tests.fakes.window_services import WindowServices, local_model
from tests.ui.conftest import OpenShell, Until
from tests.ui.transcript_probe import picture


def saved_picture(path: Path) -> Path:
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(QColor("#ff0000"))
    image.save(str(path))
    return path


def attached(path: Path) -> Attachment:
    return Attachment(name=path.name, kind="image", size_bytes=1, data=path.read_bytes())


def reds(image: QImage) -> int:
    return sum(
        image.pixelColor(x, y) == QColor("#ff0000")
        for x in range(0, image.width(), 10)
        for y in range(0, image.height(), 10)
    )


def words(chip: AttachmentChip) -> str:
    return chip.accessibleName()


def drag(page: QWidget, mime: QMimeData, kind: type[QDropEvent] = QDragEnterEvent) -> None:
    """Drag something over a page."""
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    event = kind(QPoint(300, 300), copy, mime, left, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(page, event)
    assert event.isAccepted()


def drop(page: QWidget, mime: QMimeData) -> None:
    """Drag something over a page, and let it fall."""
    drag(page, mime)
    drag(page, mime, QDropEvent)


async def ready(open_shell: OpenShell, services: WindowServices, until: Until) -> Shell:
    services.library.listed = [local_model("scripted", source="starter")]
    shell = open_shell()
    await until(lambda: shell.workspace.loading.session is not None)
    return shell


async def test_files_go_with_the_message(
    open_shell: OpenShell, services: WindowServices, until: Until, tmp_path: Path
) -> None:
    shell = await ready(open_shell, services, until)
    page = shell.window.chat_page
    tray = page.composer.tray
    (tmp_path / "notes.txt").write_text("The number is 4711.")
    saved_picture(tmp_path / "red.png")
    drop(page, mime_of(tmp_path / "notes.txt", tmp_path / "red.png"))
    await until(lambda: len(tray.attachments) == 2)
    assert [words(chip) for chip in tray.chips] == [
        "notes.txt, 19 B",
        "red.png, not seen by the model",
    ]
    page.composer.send_requested.emit("Which number?")
    await until(lambda: bool(page.transcript.flow.entries) and not shell.workspace.turns.running)
    assert not tray.chips
    asked = services.engine.sessions[-1].requests[-1].messages[-1].content
    assert "The number is 4711." in asked
    assert asked.endswith("Which number?")
    await until(lambda: reds(picture(page.transcript)) > 50)
    shell.workspace.conversations.open(None)
    shell.workspace.conversations.open(1)
    await until(lambda: bool(page.transcript.flow.entries))
    names = [each.name for each in page.transcript.flow.entries[0].message.attachments]
    assert names == ["notes.txt", "red.png"]


async def test_what_dropping_does_is_said_while_files_are_above_the_page(
    open_shell: OpenShell, services: WindowServices, until: Until, tmp_path: Path
) -> None:
    shell = await ready(open_shell, services, until)
    page = shell.window.chat_page
    hints = shell.window.findChildren(DropHint)
    model = "Drop to load the model"
    (tmp_path / "mlx").mkdir()
    for name in ("notes.txt", "a.gguf"):
        (tmp_path / name).write_text("The number is 4711.")
    for name, words in (("notes.txt", "Drop to attach"), ("a.gguf", model), ("mlx", model)):
        drag(page, mime_of(tmp_path / name))
        assert [hint.text() for hint in hints if hint.isVisible()] == [words]
        QApplication.sendEvent(page, QDragLeaveEvent())
        assert not any(hint.isVisible() for hint in hints)
    drop(page, mime_of(tmp_path / "notes.txt"))
    assert not any(hint.isVisible() for hint in hints)
    await until(lambda: page.composer.tray.attachments)


async def test_as_many_files_stand_in_a_row_as_there_is_room_for(
    open_shell: OpenShell, services: WindowServices, until: Until, tmp_path: Path
) -> None:
    shell = await ready(open_shell, services, until)
    tray = shell.window.chat_page.composer.tray
    tray.set_attachments([attached(saved_picture(tmp_path / f"{n}.png")) for n in range(3)])
    gap = QPoint(GRID, 0)
    for width, rows in ((1240, 1), (880, 2), (1000, 1)):
        shell.window.resize(width, 780)
        await until(lambda rows=rows: len({chip.y() for chip in tray.chips}) == rows)
        assert shell.window.width() == width
        places = [chip.geometry() for chip in tray.chips]
        assert all(place.right() <= tray.width() for place in places)
        assert not any(one.translated(gap).intersects(other) for one, other in pairwise(places))


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_of_a_file_has_room_in_every_language(
    qapp: QApplication, qtbot: QtBot, tmp_path: Path, language: Language
) -> None:
    speak(qapp, language)
    tray = AttachmentTray()
    qtbot.addWidget(tray)
    chip = tray.add("a picture with a name of many words.png")
    assert chip.minimumSizeHint().width() <= chip.width()
    chip.take(attached(saved_picture(tmp_path / "a.png")))
    assert chip.minimumSizeHint().width() <= chip.width()


async def test_files_are_removed_and_kept_for_their_chat(
    open_shell: OpenShell, services: WindowServices, until: Until, tmp_path: Path
) -> None:
    shell = await ready(open_shell, services, until)
    page = shell.window.chat_page
    tray = page.composer.tray
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("words")
    page.composer.offered.emit(mime_of(tmp_path / "a.txt", tmp_path / "b.txt"))
    await until(lambda: len(tray.attachments) == 2)
    close = next(b for b in tray.findChildren(QToolButton) if b.accessibleName() == "Remove a.txt")
    close.click()
    assert [each.name for each in tray.attachments] == ["b.txt"]
    tray.show_chat(7)
    assert not tray.attachments
    assert not tray.isVisible()
    tray.show_chat(None)
    assert [each.name for each in tray.attachments] == ["b.txt"]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"\0\1\2", "neither text nor a PDF nor a picture"),
        (b"\x89PNG and words", "cannot be decoded"),
        (b"\x89PNG\r\n\x1a\nand words", "cannot be decoded"),
        (b"", "is empty"),
    ],
)
async def test_a_file_that_cannot_be_attached_is_told_until_another_is(
    open_shell: OpenShell, services: WindowServices, until: Until, tmp_path: Path,
    data: bytes, words: str,
) -> None:  # fmt: skip
    shell = await ready(open_shell, services, until)
    page, banner = shell.window.chat_page, shell.window.banner
    tray = page.composer.tray
    (tmp_path / "bad").write_bytes(data)
    saved_picture(tmp_path / "red.png")
    page.composer.offered.emit(mime_of(tmp_path / "bad", tmp_path / "red.png"))
    await until(lambda: len(tray.attachments) == 1 and not tray.is_reading)
    assert banner.notice is not None, "that others were attached with it does not hide it"
    assert words in banner.notice.text
    page.composer.offered.emit(mime_of(tmp_path / "red.png"))
    await until(lambda: len(tray.attachments) == 2)
    assert banner.notice is None


async def test_a_pasted_picture_is_attached(
    open_shell: OpenShell, services: WindowServices, until: Until
) -> None:
    shell = await ready(open_shell, services, until)
    mime = QMimeData()
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(QColor("#00ff00"))
    mime.setImageData(image)
    page = shell.window.chat_page
    page.composer._edit.insertFromMimeData(mime)
    await until(lambda: len(page.composer.tray.attachments) == 1)
    assert page.composer.tray.attachments[0].data.startswith(b"\x89PNG")
    told = page.composer.tray.blindness
    await until(told.isVisible)
    assert "The model will not see pictures" in told.text()
    page.composer.tray.clear()
    assert not told.isVisible()


def mime_of(*paths: Path) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def test_pictures_are_decoded_one_after_the_other_and_each_once(qtbot: QtBot) -> None:
    owner, asked = QObject(), list[SmallPicture]()
    pictures = Pictures(owner)
    pictures.wanted.connect(asked.append)
    first, second = (SmallPicture(b"no picture", QSize(9, 9)) for _ in range(2))
    for each in (first, second, first):
        pictures.want(each)
    assert asked == [first]
    with qtbot.waitSignal(pictures.arrived):
        pictures.take(None)
    pictures.want(first)
    assert asked == [first, second]
    pictures.take(None)
    assert asked == [first, second]


async def test_a_picture_is_drawn_by_its_name_while_it_is_decoded(
    open_shell: OpenShell, services: WindowServices, until: Until, tmp_path: Path
) -> None:
    shell = await ready(open_shell, services, until)
    tray = shell.window.chat_page.composer.tray
    tray.set_attachments([attached(saved_picture(tmp_path / "red.png"))])
    (chip,) = tray.chips
    placeholder = chip._picture.pixmap().toImage()
    assert reds(placeholder) == 0
    await until(lambda: reds(chip._picture.pixmap().toImage()) > 0)


def test_what_a_file_is_is_said_in_the_language_that_is_spoken(qapp: QApplication) -> None:
    speak(qapp, "en")
    menu = Attachment(name="menu.pdf", kind="pdf", size_bytes=847, pages=2)
    assert size_text(menu) == "2 pages, 847 B"
    assert size_text(structs.replace(menu, pages=1)) == "1 page, 847 B"
    speak(qapp, "de")
    assert size_text(menu) == "2 Seiten, 847 B"


def test_picture_bombs_are_not_decoded(tmp_path: Path) -> None:
    small = saved_picture(tmp_path / "red.png").read_bytes()
    found = thumbnail(small, QSize(100, 100))
    assert found is not None
    assert (found.width(), found.height()) == (100, 75)
    # The header of a PNG says how large the picture is.
    header = b"IHDR" + (60_000).to_bytes(4, "big") * 2 + small[24:29]
    bomb = small[:12] + header + crc32(header).to_bytes(4, "big") + small[33:]
    assert thumbnail(bomb, QSize(100, 100)) is None
    assert not is_damaged(bomb), "it is not tried"
    assert not is_damaged(small)
    assert is_damaged(small[:16])
    assert thumbnail(b"GIF89a" + b"\xff" * 100, QSize(100, 100)) is None
    assert thumbnail(b"", QSize(100, 100)) is None
