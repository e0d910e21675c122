"""Downloads in the window: the page, the strip, order, limit, errors, and what an end leaves."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import huggingface_hub
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from app.domain.transfer import DownloadProgress
from app.ui.pages.downloads import DownloadsPage
from app.ui.shell import Shell
from app.ui.theme import LIGHT
from app.ui.widgets.download_text import permille, progress_text
from tests.fakes.download_scene import Scene, random_bytes
from tests.fakes.hub import FakeHub
from tests.fakes.hub_faults import Fault
from tests.fakes.window_services import WindowServices, window_services
from tests.ui.conftest import OpenShell, Until

NAMES = ("one", "two", "three")
MIB = 2**20


@pytest.fixture
def fake() -> Iterator[FakeHub]:
    with FakeHub() as hub:
        for number, name in enumerate(NAMES):
            hub.add(f"maker/{name}", {f"{name}-Q4_0.gguf": random_bytes(2 * MIB, number)})
        yield hub
    huggingface_hub.close_session()


@pytest.fixture
def services(home: Path, fake: FakeHub) -> WindowServices:
    return window_services(home / "quantbench", fake_hub=fake)


@pytest.fixture
def scene(fake: FakeHub, tmp_path: Path) -> Scene:
    return Scene(fake, tmp_path)


def page_of(shell: Shell) -> DownloadsPage:
    shell.window.show_page("downloads")
    return cast("DownloadsPage", shell.window.stack.currentWidget())


def states(page: DownloadsPage) -> list[str]:
    return [one.state for one in page._queue.snapshot]


def order(page: DownloadsPage) -> list[str]:
    return [one.plan.repository for one in page._queue.snapshot]


async def test_a_queue_is_shown_reordered_paused_and_cancelled(
    open_shell: OpenShell, until: Until, fake: FakeHub, scene: Scene
) -> None:
    fake.faults.append(Fault("stall", value=MIB))
    shell = open_shell()
    page = page_of(shell)
    assert page.empty.isVisible()
    for name in NAMES:
        shell.workspace.downloads.add(scene.plan(f"maker/{name}"))
        await until(lambda name=name: f"maker/{name}" in order(page))
    await until(lambda: states(page) == ["running", "running", "queued"])
    assert "(3)" in shell.window.sidebar._buttons["downloads"].text()
    rows = list(page.rows.values())
    assert rows[0].name.text() == "one-Q4_0"
    assert not rows[0]._up.isEnabled()
    assert not rows[2]._down.isEnabled()

    QTest.mouseClick(rows[2]._up, Qt.MouseButton.LeftButton)
    await until(lambda: order(page) == ["maker/one", "maker/three", "maker/two"])
    assert page._cards.indexOf(rows[2]) == 1
    QTest.mouseClick(rows[0].step_button, Qt.MouseButton.LeftButton)
    await until(lambda: states(page) == ["paused", "running", "running"])
    await until(lambda: rows[0].step_button.text() == "Resume")
    assert rows[0].step_button.accessibleName() == "Resume one-Q4_0"
    QTest.mouseClick(rows[1].cancel_button, Qt.MouseButton.LeftButton)
    await until(lambda: order(page) == ["maker/one", "maker/three"])
    assert rows[1].progress.download_id not in page.rows
    shell.window.set_theme(LIGHT)


async def test_a_failure_has_its_sentence_and_can_be_tried_again(
    open_shell: OpenShell, until: Until, fake: FakeHub, scene: Scene
) -> None:
    fake.faults.append(Fault("zero_half"))
    shell = open_shell()
    strip = shell.window.download_strip
    assert strip.isHidden()
    shell.workspace.downloads.add(scene.plan("maker/one"))
    await until(lambda: strip.shown is not None and strip.shown.state == "failed")
    assert strip.shown is not None
    assert strip.text.text() == strip.shown.problem
    assert strip.step_button.text() == "Try again"
    fake.faults.clear()
    QTest.mouseClick(strip.step_button, Qt.MouseButton.LeftButton)
    await until(lambda: strip.shown is not None and strip.shown.state == "finished")
    assert strip.step_button.text() == "Load"
    QTest.mouseClick(strip._dismiss, Qt.MouseButton.LeftButton)
    assert strip.isHidden()


async def test_what_an_end_of_the_program_left_is_offered(
    open_shell: OpenShell, until: Until, fake: FakeHub, scene: Scene
) -> None:
    fake.faults.append(Fault("stall", value=MIB))
    first = open_shell()
    first.workspace.downloads.add(scene.plan("maker/two"))
    strip = first.window.download_strip
    await until(lambda: strip.shown is not None and strip.shown.received_bytes > 0)
    first.window.close()
    await first.workspace.close()
    fake.faults.clear()

    second = open_shell()
    await until(lambda: second.window.banner.notice is not None)
    notice = second.window.banner.notice
    assert notice is not None
    assert notice.action == "resume_downloads"
    assert "two-Q4_0" in notice.text
    QTest.mouseClick(second.window.banner.action_button, Qt.MouseButton.LeftButton)
    strip = second.window.download_strip
    await until(lambda: strip.shown is not None and strip.shown.state == "finished")


async def test_the_limit_holds_and_is_remembered(
    open_shell: OpenShell, until: Until, services: WindowServices
) -> None:
    shell = open_shell()
    page = page_of(shell)
    page.limit.setCurrentIndex(1)
    page.limit.activated.emit(1)
    assert services.downloads._limit.bytes_per_second == 1_000_000
    await until(lambda: services.settings.current.download_limit_bytes == 1_000_000)


def progress(scene: Scene, **changes: object) -> DownloadProgress:
    known: dict[str, object] = {
        "download_id": "x",
        "plan": scene.plan("maker/one"),
        "state": "running",
        "received_bytes": 1_200_000_000,
        "total_bytes": 4_920_000_000,
    }
    return DownloadProgress(**(known | changes))


def test_what_is_said_is_honest(scene: Scene) -> None:
    assert progress_text(progress(scene)) == "1.20 GB of 4.92 GB · connecting"
    moving = progress(scene, rate_bytes_per_second=84e6)
    assert progress_text(moving) == "1.20 GB of 4.92 GB · 84 MB/s"
    timed = progress(scene, rate_bytes_per_second=84e6, eta_seconds=44.2)
    assert progress_text(timed).endswith("· 84 MB/s · 44 s left")
    stalled = progress(scene, transferred_bytes=9, quiet_seconds=4)
    assert progress_text(stalled) == "1.20 GB of 4.92 GB · no data for 4 s"
    assert progress_text(progress(scene, state="waiting", notice="Busy.")) == "Busy."
    assert progress_text(progress(scene, state="failed", problem="Gone.")) == "Gone."
    assert progress_text(progress(scene, state="paused")) == "Paused at 1.20 GB of 4.92 GB"
    assert permille(timed) == 243
    assert permille(progress(scene, total_bytes=0)) == 0
