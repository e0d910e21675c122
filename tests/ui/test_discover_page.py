"""Discover in the window on the stand-in of the hub: filters, states, hostile names, keys."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import huggingface_hub
import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAccessible, QResizeEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QWidget

from app.domain.estimates import RowEstimate
from app.ui.pages.discover import DiscoverPage
from app.ui.shell import Shell
from app.ui.theme import LIGHT
from app.ui.widgets.empty_state import EmptyState
from app.ui.widgets.file_table import BITS, FIT, MEMORY, NAME, ROW_HEIGHT, SIZE
from tests.fakes.hub import FakeHub
from tests.fakes.hub_faults import Fault
from tests.fakes.window_services import WindowServices, window_services
from tests.ui.conftest import OpenShell, Until

BIG = "maker/big-8B-GGUF"
EYES = "maker/eyes-2B-GGUF"
EVIL = "maker/evil-1B-GGUF"
CARD = b"---\nlicense: mit\n---\n# Big\n<script>steal()</script>\n![x](http://evil.invalid/x.png)\n"


@pytest.fixture
def fake() -> Iterator[FakeHub]:
    with FakeHub() as hub:
        quantizations = {f"big-8B-{name}.gguf": b"GGUF" * 9 for name in ("Q2_K", "Q4_K_M", "Q8_0")}
        shards = {f"big-8B-F16-0000{part}-of-00002.gguf": b"x" * 99 for part in (1, 2)}
        hub.add(BIG, {**quantizations, **shards, "mmproj-f16.gguf": b"y", "README.md": CARD},
                trendingScore=9, likes=1, gguf={"total": 80, "context_length": 4096})  # fmt: skip
        tags = ["gguf", "image-text-to-text", "license:<b>mine</b>"]
        hub.add(EYES, {"eyes-Q4_0.gguf": b"z"}, trendingScore=5, likes=9, gated=True, tags=tags)
        hub.add(EVIL, {"<b>evil-Q4_0.gguf": b"z"}, tags=["mlx", "gguf"])
        yield hub
    huggingface_hub.close_session()


@pytest.fixture
def services(home: Path, fake: FakeHub) -> WindowServices:
    return window_services(home / "quantbench", fake_hub=fake)


async def shown(shell: Shell, until: Until) -> DiscoverPage:
    await until(shell.window.isActiveWindow)
    QTest.keyClick(shell.window, Qt.Key.Key_3, Qt.KeyboardModifier.ControlModifier)
    page = cast("DiscoverPage", shell.window.stack.currentWidget())
    await until(lambda: page.results.results.rowCount() == 3)
    return page


async def opened(page: DiscoverPage, repository: str, until: Until) -> None:
    row = page.results.results.row_of(repository)
    assert row is not None
    page.results.setCurrentIndex(page.results.results.index(row))
    QTest.keyClick(page.results, Qt.Key.Key_Return)
    await until(lambda: page.repository.isVisible() and page._discovery.repository == repository)
    await until(lambda: page.repository.card.flow.entries)


def listed(page: DiscoverPage) -> list[str]:
    results = page.results.results
    return [results.index(row).data() for row in range(results.rowCount())]


def cells(page: DiscoverPage, column: int) -> list[str]:
    rows = page.repository.table.rows
    return [rows.index(row, column).data() for row in range(rows.rowCount())]


async def test_nothing_of_it_is_loaded_or_asked_before_it_is_shown(
    open_shell: OpenShell, until: Until, fake: FakeHub
) -> None:
    names = ("app.ui.pages.discover", "app.ui.pages.downloads")
    kept = {name: sys.modules.pop(name) for name in names if name in sys.modules}
    try:
        shell = open_shell()
        await until(lambda: shell.workspace.memory_bytes)
        assert not set(names) & set(sys.modules)
        assert fake.requests == []
    finally:
        sys.modules.update(kept)


async def test_order_format_size_and_use(open_shell: OpenShell, until: Until) -> None:
    page = await shown(open_shell(), until)
    assert listed(page) == [BIG, EYES, EVIL]
    page.filters.sort.setCurrentIndex(2)
    page.filters.sort.activated.emit(2)
    await until(lambda: listed(page)[0] == EYES)
    page.filters.use.setCurrentIndex(1)
    page.filters.use.activated.emit(1)
    assert listed(page) == [EYES]
    page.filters.clear_choices()
    await until(lambda: len(listed(page)) == 3)
    page.filters.format.setCurrentIndex(2)
    page.filters.format.activated.emit(2)
    await until(lambda: listed(page) == [EVIL])


async def test_typing_asks_once_and_a_newer_question_wins(
    open_shell: OpenShell, until: Until, fake: FakeHub
) -> None:
    page = await shown(open_shell(), until)
    before = len(fake.requests)
    QTest.keyClicks(page.filters.words, "eyes")
    await until(lambda: listed(page) == [EYES])
    asked = [one.path for one in fake.requests[before:]]
    assert all("search=eyes" in path for path in asked), asked
    QTest.keyClicks(page.filters.words, " no such")
    await until(lambda: not listed(page))
    assert "“eyes no such”" in page._note.text()
    QTest.mouseClick(page.filters.clear_button, Qt.MouseButton.LeftButton)
    await until(lambda: len(listed(page)) == 3)


async def test_the_machine_bounds_what_may_fit(open_shell: OpenShell, until: Until) -> None:
    shell = open_shell()
    page = await shown(shell, until)
    await until(page.filters.may_fit.isEnabled)
    page.filters.may_fit.click()
    memory = shell.workspace.memory_bytes
    assert memory is not None
    assert page.filters.query.max_parameters == 2 * memory


async def test_rows_shards_companions_and_the_recommendation(
    open_shell: OpenShell, until: Until, fake: FakeHub
) -> None:
    shell = open_shell()
    page = await shown(shell, until)
    await opened(page, BIG, until)
    assert cells(page, NAME) == ["Q2_K", "Q4_K_M", "Q8_0", "F16 · 2 files"]
    assert cells(page, BITS)[0] == "3.60"
    view = page.repository
    # Damaged headers: no number is better than a wrong one, and none of them is recommended.
    await until(lambda: cells(page, FIT) == ["Damaged"] * 4)
    assert cells(page, MEMORY) == ["unknown"] * 4
    assert view.advice.text() == "Nothing of this repository can be downloaded as it is."
    view.table.selectRow(0)
    assert "Q2_K: The file has version" in view.summary.text()
    assert not view.download_button.isEnabled()
    names = [row.name for row in shell.workspace.discovery.files.rows]
    fits = ("fits", "too_big", "too_big", "too_big")
    view.show_estimates(
        {
            name: RowEstimate(total_bytes=2**30, needed_bytes=2**30, fit=fit)
            for name, fit in zip(names, fits, strict=True)
        }
    )
    assert cells(page, FIT) == ["Fits", "Too big", "Too big", "Too big"]
    assert view.advice.text().startswith("Q2_K is recommended.")
    assert view.table.selected_row is not None
    assert view.table.selected_row.quantization == "Q2_K"
    view.table.selectRow(3)
    assert "3 files, its vision part included" in view.summary.text()
    assert all(".png" not in one.path for one in fake.requests)
    text = view.card.flow.entries[0].text
    assert "steal" not in text
    assert "license" not in text


async def test_gated_repositories_say_what_to_do(open_shell: OpenShell, until: Until) -> None:
    shell = open_shell()
    page = await shown(shell, until)
    await opened(page, EYES, until)
    assert page.repository._gate.isVisible()
    button = page.repository._gate.findChild(QAbstractButton)
    assert button is not None
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    assert shell.window.stack.currentWidget() is not page


async def test_names_are_shown_literally(open_shell: OpenShell, until: Until) -> None:
    page = await shown(open_shell(), until)
    await opened(page, EVIL, until)
    assert "<b>evil" in page.repository.summary.text()
    labels = [label for label in page.findChildren(QLabel) if "<" in label.text()]
    rich = [one for one in labels if one.textFormat() is not Qt.TextFormat.PlainText]
    assert rich == []


async def test_errors_of_a_repository_offer_a_next_step(
    open_shell: OpenShell, until: Until, fake: FakeHub
) -> None:
    page = await shown(open_shell(), until)
    fake.faults.append(
        Fault("status", path=f"{BIG}/revision/main", where="api", value=418, times=1)
    )
    page.results.card_chosen.emit(page.results.results.index(0).data(Qt.ItemDataRole.UserRole))
    await until(lambda: page.repository_trouble.isVisible() and page.repository_trouble.shown
                and page.repository_trouble.shown.primary)  # fmt: skip
    page.repository_trouble.step_requested.emit("search_again")
    await until(page.repository.isVisible)


def test_emptiness_that_is_shown_before_it_says_something_warns_of_nothing(qapp: object) -> None:
    EmptyState(LIGHT).resizeEvent(QResizeEvent(QSize(640, 480), QSize()))


async def test_the_smallest_window_has_room_for_it(open_shell: OpenShell, until: Until) -> None:
    shell = open_shell()
    shell.window.resize(shell.window.minimumSize())
    page = await shown(shell, until)
    assert page.filters.may_fit.geometry().right() < page.filters.width()
    await until(lambda: shell.workspace.memory_bytes and page.starters.cards)
    words = page.starters.cards[0].findChildren(QLabel)
    await until(lambda: all(each.height() >= each.heightForWidth(each.width()) for each in words))
    assert page.starters.verticalScrollBar().maximum() > 0
    await opened(page, BIG, until)
    table = page.repository.table
    await until(lambda: table.viewport().height() >= 2 * ROW_HEIGHT)
    assert table.columnWidth(NAME) >= table.sizeHintForColumn(NAME)
    assert table.horizontalScrollBar().maximum() == 0
    assert page.repository.advice.isHidden()
    shell.window.resize(1240, 780)
    await until(page.repository.advice.isVisible)
    assert not table.isColumnHidden(SIZE)


async def test_a_starter_opens_its_repository(
    open_shell: OpenShell, until: Until, fake: FakeHub
) -> None:
    shell = open_shell()
    page = await shown(shell, until)
    await until(lambda: shell.workspace.memory_bytes and page.starters.cards)
    starter = page.starters.cards[-1].starter
    content = {f"m-{name}.gguf": b"x" for name in ("Q4_K_M", "Q8_0")}
    fake.add(starter.repository, content)
    page.starters.cards[-1].button.click()
    await until(page.repository.isVisible)
    row = page.repository.table.selected_row
    assert row is not None
    assert row.quantization == starter.quantization


async def test_everything_has_a_name_and_is_reached_by_tab(
    open_shell: OpenShell, until: Until
) -> None:
    shell = open_shell()
    page = await shown(shell, until)
    await opened(page, BIG, until)
    shell.window.set_theme(LIGHT)
    reached: set[QWidget] = set()
    page.filters.words.setFocus()
    for _ in range(60):
        focused = shell.window.focusWidget()
        assert focused is not None
        reached.add(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    view = page.repository
    wanted: list[QWidget] = [
        *(page.filters.sort, page.filters.format, page.filters.parameters, page.filters.use),
        *(page.results, view.context.slider, view.table, view.files_tab, view.card_tab),
        view.download_button,
    ]
    assert [one for one in wanted if one not in reached] == []
    for kind in (QAbstractButton, QComboBox):
        for widget in page.findChildren(kind):
            if widget.isVisible():
                interface = QAccessible.queryAccessibleInterface(widget)
                assert interface.text(QAccessible.Text.Name), widget
