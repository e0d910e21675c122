"""The real window with the real starter model: the main job as a user does it."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, closing
from pathlib import Path

import psutil
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from app.bootstrap import build_services
from app.domain.conversation import Message
from app.domain.engine import Sampling
from app.domain.reply_options import ReplyOptions
from app.services.conversation_store import ConversationStore
from app.services.first_start import FirstStart
from app.services.paths import Paths
from app.ui.main_window import MainWindow
from app.ui.shell import live
from app.ui.widgets.meter import NOT_AVAILABLE
from tests.fakes.commands import started

STORY = "Tell a very long story about the sea."
# Asked for the likeliest tokens, the starter model never ends its reply to this.
ENDLESS = "What is the capital of France?"
LIKELIEST = ReplyOptions(sampling=Sampling(temperature=0.0))
Until = Callable[[Callable[[], object]], Awaitable[None]]


@asynccontextmanager
async def opened(qapp: QApplication, until: Until, *files: str) -> AsyncIterator[MainWindow]:
    """The program from its first paint to its clean end."""
    qapp.setQuitOnLastWindowClosed(False)
    paths = Paths.default()
    paths.create()
    services = build_services(paths)
    services.settings.load()
    program = asyncio.create_task(live(services, qapp, list(files)))
    await until(_windows)
    (window,) = _windows()
    try:
        yield window
    finally:
        window.close()
        await program


def _windows() -> list[MainWindow]:
    return [each for each in QApplication.topLevelWidgets() if isinstance(each, MainWindow)]


def write(window: MainWindow, text: str) -> None:
    """Type into the composer and press Enter, as fingers would."""
    edit = window.chat_page.composer.focusProxy()
    assert edit is not None
    edit.setFocus()
    QTest.keyClicks(edit, text)
    QTest.keyClick(edit, Qt.Key.Key_Return)


async def ready(window: MainWindow, until: Until) -> None:
    """The model is loaded, so that a message can be sent."""
    await until(lambda: window._workspace.loading.session is not None)


async def streaming(window: MainWindow, until: Until, text: str, length: int) -> str:
    """Ask until a reply of this length still runs; what has come of it. Some replies are short."""
    turns = window._workspace.turns
    for _ in range(10):
        write(window, text)
        await until(lambda: turns.running)
        await until(
            lambda: (
                not turns.running or (turns.reply is not None and len(turns.reply.text) > length)
            )
        )
        if turns.reply is not None:
            return turns.reply.text
    raise AssertionError("Every reply was too short to be stopped.")


async def answered(window: MainWindow, until: Until, text: str) -> None:
    """Ask, and stop the reply, which may go on for ever, at its first word."""
    turns = window._workspace.turns
    write(window, text)
    await until(lambda: turns.running)
    await until(lambda: not turns.running or (turns.reply is not None and turns.reply.text))
    turns.stop()
    await until(lambda: not turns.running)


def transcript(window: MainWindow) -> str:
    """What the transcript shows, as a user would copy it."""
    view = window.chat_page.transcript
    view.select_all()
    view.copy_selection()
    return QApplication.clipboard().text()


def meter(window: MainWindow, key: str) -> str:
    """What a meter of the strip says."""
    return window.strip.meter(key).text


def stored() -> list[Message]:
    """Every message on disk, by another connection."""

    async def read() -> list[Message]:
        store = ConversationStore(Paths.default().database)
        await store.open()
        found = [
            message
            for conversation in await store.conversations()
            for message in await store.messages(conversation.id)
        ]
        await store.close()
        return found

    with ThreadPoolExecutor(1) as aside:
        return aside.submit(asyncio.run, read()).result()


async def test_main_job(qapp: QApplication, until: Until) -> None:
    async with opened(qapp, until) as window:
        turns = window._workspace.turns
        await ready(window, until)
        await until(lambda: meter(window, "worker").endswith("MiB"))
        assert meter(window, "ram").endswith("iB")
        assert meter(window, "decode") == NOT_AVAILABLE
        window._workspace.reply_choice.set(LIKELIEST)

        await streaming(window, until, STORY, 40)
        await until(lambda: meter(window, "decode").endswith("t/s"))
        assert meter(window, "prefill").endswith("t/s")
        assert meter(window, "ttft").endswith("s")
        context = meter(window, "context")
        await until(lambda: meter(window, "context") != context or not turns.running)
        QTest.keyClick(window.chat_page.composer.focusProxy(), Qt.Key.Key_Escape)
        await until(lambda: not turns.running)
        first = transcript(window)
        assert STORY in first

        window.new_chat()
        window._workspace.reply_choice.set(LIKELIEST)
        half = await streaming(window, until, ENDLESS, 10)
    # Closed in the middle of a reply: nothing of it is lost.
    assert not psutil.Process().children()
    before = stored()
    assert [message.text for message in before[::2]] == [ENDLESS, STORY]
    closed = before[1]
    assert closed.finish_reason == "cancelled"
    assert closed.text.startswith(half)

    async with opened(qapp, until) as window:
        chats = window.sidebar.chats
        await until(lambda: chats.chats.row_of(closed.conversation_id) is not None)
        chats.open_requested.emit(closed.conversation_id)
        await until(lambda: half in transcript(window))
        assert ENDLESS in transcript(window)
        await ready(window, until)
        await answered(window, until, "Hello again!")
    after = stored()
    assert after[:2] == before[:2]
    assert after[4:] == before[2:]
    assert [message.state for message in after[2:4]] == ["complete"] * 2


async def test_worker_killed_in_mid_reply_keeps_the_text_and_offers_a_restart(
    qapp: QApplication, until: Until
) -> None:
    async with opened(qapp, until) as window:
        turns = window._workspace.turns
        await ready(window, until)
        window._workspace.reply_choice.set(LIKELIEST)
        await streaming(window, until, ENDLESS, 40)
        session = window._workspace.loading.session
        assert session is not None
        assert session.process_id is not None
        psutil.Process(session.process_id).kill()
        await until(lambda: not turns.running)
        notice = window.banner.notice
        assert notice is not None
        assert "ended from outside (SIGKILL) in the middle of a reply" in notice.text
        reply = stored()[-1]
        assert reply.state == "interrupted"
        assert len(reply.text) > 40
        assert reply.text[:40] in transcript(window)
        button = window.banner.findChild(QPushButton)
        assert button is not None
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        await ready(window, until)
        await answered(window, until, "Are you there?")
    assert stored()[-1].text


@pytest.mark.long
async def test_damaged_file_dropped_on_the_window_is_refused_in_a_sentence(
    qapp: QApplication, until: Until, starter_path: Path, tmp_path: Path
) -> None:
    cut = tmp_path / "cut.gguf"
    cut.write_bytes(starter_path.read_bytes()[: 2**20])
    async with opened(qapp, until) as window:
        await ready(window, until)
        drop(window, cut)
        await until(window.banner.isVisible)
        notice = window.banner.notice
        assert notice is not None
        assert "cut short" in notice.text
        assert window._workspace.loading.session is not None


async def test_file_dropped_on_the_window_is_loaded(
    qapp: QApplication, until: Until, starter_path: Path, tmp_path: Path
) -> None:
    other = tmp_path / "another <b>model.gguf"
    shutil.copyfile(starter_path, other)  # a link would be the starter under another name
    async with opened(qapp, until) as window:
        await ready(window, until)
        drop(window, other)
        await until(lambda: window.chat_page.picker.text_shown.startswith(other.stem))


def drop(window: MainWindow, path: Path) -> None:
    """Drag a file onto the middle of the window and let it go."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    copy, left = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton
    none = Qt.KeyboardModifier.NoModifier
    middle = window.rect().center()
    QApplication.sendEvent(window, QDragEnterEvent(middle, copy, data, left, none))
    QApplication.sendEvent(window, QDropEvent(QPointF(middle), copy, data, left, none))


@pytest.mark.long
async def test_a_second_start_brings_its_file_to_the_window_that_is_open(
    qapp: QApplication, until: Until, starter_path: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other.gguf"
    shutil.copy(starter_path, other)
    Paths.default().create()
    with closing(FirstStart(Paths.default().run)) as first:
        assert first.claim()
        async with opened(qapp, until) as window:
            await ready(window, until)
            window.showMinimized()
            later = started(other)
            await until(lambda: later.poll() is not None)
            assert later.communicate() == (b"", b"")
            assert later.returncode == 0
            assert not window.isMinimized()
            loading = window._workspace.loading
            await until(lambda: loading.model is not None and loading.model.name == "other")
