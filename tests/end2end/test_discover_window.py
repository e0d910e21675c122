"""Discover in the real window: from a search to a chat, with the program closed in between."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import huggingface_hub
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.ui.main_window import MainWindow
from app.ui.pages.discover import DiscoverPage
from app.ui.pages.downloads import DownloadsPage
from app.ui.widgets.download_strip import DownloadStrip
from app.ui.widgets.file_table import FIT, MEMORY
from tests.end2end.test_window import Until, answered, opened, ready, transcript
from tests.fakes.hub import FakeHub
from tests.fakes.hub_faults import Fault
from tests.systems import unix_signals

REPO = "tester/SmolLM2-135M-Instruct-GGUF"
NAME = "SmolLM2-135M-Instruct-Q4_1"
HALF = 40_000_000
MODULE = "tests.end2end.test_discover_window"

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def fake(home: Path, monkeypatch: pytest.MonkeyPatch, starter_path: Path) -> Iterator[FakeHub]:
    with FakeHub() as hub:
        card = b"---\nlicense: mit\n---\n# SmolLM2\n<script>x</script>![p](http://x.invalid/p.png)"
        hub.add(REPO, {f"{NAME}.gguf": starter_path, "README.md": card}, trendingScore=5)
        hub.add("tester/other-8B-GGUF", {"other-8B-Q8_0.gguf": b"GGUF"})
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        monkeypatch.delenv("HF_HUB_OFFLINE")
        yield hub
    huggingface_hub.close_session()


def discover(window: MainWindow) -> DiscoverPage:
    """The page, as Ctrl+3 shows it."""
    QTest.keyClick(window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    return cast("DiscoverPage", window.stack.currentWidget())


def downloads(window: MainWindow) -> DownloadsPage:
    QTest.keyClick(window, Qt.Key.Key_4, Qt.KeyboardModifier.ControlModifier)
    return cast("DownloadsPage", window.stack.currentWidget())


def cell(page: DiscoverPage, row: int, column: int) -> str:
    return page.repository.table.rows.index(row, column).data()


def source(page: DiscoverPage, row: int) -> str:
    """Where the numbers of a row come from, as its tooltip says."""
    return page.repository.table.rows.index(row, FIT).data(Qt.ItemDataRole.ToolTipRole)


async def search_and_open(page: DiscoverPage, until: Until) -> None:
    """Type a name, and choose the one model that is found with the keyboard."""
    await until(lambda: page.results.results.rowCount() == 2)
    QTest.keyClicks(page.filters.words, "smollm2")
    await until(lambda: page.results.results.rowCount() == 1)
    page.results.setCurrentIndex(page.results.results.index(0))
    QTest.keyClick(page.results, Qt.Key.Key_Return)
    await until(lambda: page.repository.table.rows.rowCount() == 1)
    await until(lambda: cell(page, 0, FIT) == "Fits")


async def slide_to_the_smallest_context(page: DiscoverPage, until: Until) -> None:
    """The formula's number comes at once and then the engine's own, at one context and another."""
    await until(lambda: "laid out by the engine" in source(page, 0))
    before = cell(page, 0, MEMORY)
    assert before.endswith("MiB")
    slider = page.repository.context.slider
    slider.setFocus()
    QTest.keyClick(slider, Qt.Key.Key_Home)
    await until(lambda: cell(page, 0, MEMORY) not in ("unknown", before))
    assert float(cell(page, 0, MEMORY).split()[0]) < float(before.split()[0])
    await until(lambda: "laid out by the engine" in source(page, 0))


async def download_until(window: MainWindow, until: Until) -> DownloadStrip:
    """From the search to a download of which a part has come; the rest stalls."""
    page = discover(window)
    await search_and_open(page, until)
    assert page.repository.title.text() == "SmolLM2-135M-Instruct-GGUF"
    assert "Q4_1 is recommended." in page.repository.advice.text()
    await slide_to_the_smallest_context(page, until)
    QTest.mouseClick(page.repository.download_button, Qt.MouseButton.LeftButton)
    strip = window.download_strip
    await until(lambda: strip.shown is not None and strip.shown.received_bytes > 10_000_000)
    return strip


async def download_and_pause(window: MainWindow, until: Until) -> int:
    """The first half of the story; how many bytes there are when it is paused."""
    await ready(window, until)
    strip = await download_until(window, until)
    QTest.mouseClick(strip.step_button, Qt.MouseButton.LeftButton)
    await until(lambda: strip.shown is not None and strip.shown.state == "paused")
    assert strip.text.text().startswith("Paused at")
    assert strip.shown is not None
    return strip.shown.received_bytes


async def download_and_be_killed(window: MainWindow, until: Until) -> int:
    """The same where the program has no time to pause anything."""
    await ready(window, until)
    await download_until(window, until)
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError


async def resume_load_and_chat(window: MainWindow, until: Until) -> tuple[int, int]:
    """The second half: bytes that were there, and bytes that came."""
    await until(lambda: window.banner.notice is not None)
    notice = window.banner.notice
    assert notice is not None
    assert NAME in notice.text
    assert "interrupted" in notice.text
    (row,) = downloads(window).rows.values()
    before = row.progress.received_bytes
    QTest.mouseClick(window.banner.action_button, Qt.MouseButton.LeftButton)
    await until(lambda: row.progress.state == "finished")
    assert row.state.text().endswith("verified")
    assert row.progress.resumed_from_bytes == before
    came = row.progress.transferred_bytes
    QTest.mouseClick(row.step_button, Qt.MouseButton.LeftButton)
    loading = window._workspace.loading
    await until(lambda: loading.model is not None and loading.model.source == "quantbench")
    assert window.stack.currentWidget() is window.chat_page
    await answered(window, until, "Hello!")
    assert "Hello!" in transcript(window)
    return before, came


def check_downloaded(home: Path, starter_path: Path) -> None:
    """The whole file is under its final name."""
    path = home / "quantbench" / "models" / REPO / f"{NAME}.gguf"
    wanted = hashlib.sha256(starter_path.read_bytes()).hexdigest()
    assert hashlib.sha256(path.read_bytes()).hexdigest() == wanted


async def test_search_open_slide_download_pause_close_resume_load_chat(
    qapp: QApplication, until: Until, fake: FakeHub, home: Path, starter_path: Path
) -> None:
    fake.faults.append(Fault("stall", value=HALF))
    async with opened(qapp, until) as window:
        kept = await download_and_pause(window, until)
    fake.faults.clear()
    async with opened(qapp, until) as window:
        before, came = await resume_load_and_chat(window, until)
    assert (before, came) == (kept, starter_path.stat().st_size - kept)
    check_downloaded(home, starter_path)


@pytest.mark.long
@unix_signals
@pytest.mark.parametrize("half", ["download_and_pause", "download_and_be_killed"])
def test_the_same_in_two_runs_of_the_program(
    fake: FakeHub, home: Path, starter_path: Path, half: str
) -> None:
    fake.faults.append(Fault("stall", value=HALF))
    kept = in_the_program(half)
    fake.faults.clear()
    before, came = in_the_program("resume_load_and_chat")
    assert (kept is None) == (half == "download_and_be_killed")
    assert before > 10_000_000
    assert kept in (None, before)
    assert came == starter_path.stat().st_size - before
    check_downloaded(home, starter_path)


def in_the_program(function: str) -> Any:
    """What one of the halves returns in a process of its own; None if it was killed."""
    command = [sys.executable, "-m", "tests.fakes.window_process", MODULE, function]
    root = Path(__file__).parents[2]
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    done = subprocess.run(command, check=False, stdout=subprocess.PIPE, cwd=root, env=environment)
    if done.returncode == -signal.SIGKILL:
        return None
    assert done.returncode == 0
    return json.loads(done.stdout)


async def test_a_link_opens_its_repository_and_downloads_nothing(
    qapp: QApplication, until: Until, fake: FakeHub
) -> None:
    link = f"quantbench://open_from_hf?model={REPO}&file={NAME}.gguf"
    async with opened(qapp, until, link) as window:
        await until(lambda: isinstance(window.stack.currentWidget(), DiscoverPage))
        page = cast("DiscoverPage", window.stack.currentWidget())
        await until(lambda: page.repository.table.selected_row is not None)
        assert page.repository.table.selected_row.name == NAME
        assert page.repository.title.text() == "SmolLM2-135M-Instruct-GGUF"
        assert window.download_strip.shown is None


@pytest.mark.long
async def test_troubles_of_the_hub_are_designed_states(
    qapp: QApplication, until: Until, fake: FakeHub
) -> None:
    fake.faults.append(Fault("status", where="api", value=429, retry_after="9", times=2))
    async with opened(qapp, until) as window:
        page = discover(window)
        await until(lambda: page.trouble.shown is not None)
        assert page.trouble.shown is not None
        assert page.trouble.shown.title == "The hub asks for patience"
        assert "in 9 s" in page.trouble.shown.text
        page.trouble.step_requested.emit("search_again")
        await until(lambda: page.results.results.rowCount() == 2)

        window._workspace.services.network.offline = True
        QTest.keyClicks(page.filters.words, "zz")
        await until(
            lambda: page.trouble.shown is not None and page.trouble.shown.title == "Offline"
        )
        window._workspace.services.network.offline = False
        page.trouble.step_requested.emit("search_again")
        await until(lambda: not page.trouble.isVisible())
        assert page.results.results.rowCount() == 0

        page._discovery.open("tester/gone")
        await until(page.repository_trouble.isVisible)
        await until(lambda: "no repository" in page.repository_trouble.shown.text)
