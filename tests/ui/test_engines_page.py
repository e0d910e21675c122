"""The page Engines in the real window: a second build, a broken one, and an offer for a card."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from app.domain.engine_build import BUNDLED, SourceCode, WheelIndex
from app.domain.hardware import Gpu
from app.services.engine_host import EngineHost, Machine
from app.ui.pages.engines import EnginesPage
from app.ui.shell import Shell
from tests.fakes.engine_wheels import crashing, make_source, make_wheel
from tests.fakes.window_services import TakesAll, WindowServices, local_model, machine
from tests.ui.conftest import Until

CARD = Gpu(name="NVIDIA GeForce RTX 4070", vendor="nvidia", driver="580.1")


def with_card() -> Machine:
    found = machine()
    status = msgspec.structs.replace(found.status, version="0.3.36", backends=("CPU",))
    return Machine(status, (CARD,), found.choice)


@pytest.fixture
def services(services: WindowServices, starter_path: Path) -> WindowServices:
    services.library.listed.append(
        local_model("starter", path=bytes(starter_path), size_bytes=starter_path.stat().st_size)
    )
    return services


async def page_of(shell: Shell, until: Until) -> EnginesPage:
    shell.window.show_page("engines")
    page = shell.window._pages["engines"]
    assert isinstance(page, EnginesPage)
    await until(lambda: page.builds.rows and page.models.model.count())
    return page


async def test_build_is_installed_chosen_and_removed(
    services: WindowServices, open_shell: Callable[..., Shell], until: Until, tmp_path: Path
) -> None:
    shell = open_shell()
    page = await page_of(shell, until)
    assert list(page.builds.rows) == [BUNDLED]
    assert not page.builds.rows[BUNDLED].remove_button.isVisibleTo(page)
    assert not page.form.install_button.isEnabled()
    page.form.name.setText("other")
    page.form.wheel.setText(str(make_wheel(tmp_path)))
    page.form.install_button.click()
    assert page.form.cancel_button.isVisibleTo(page)
    await until(lambda: "other" in page.builds.rows)
    assert "other is installed and works." in page.form.log.toPlainText()
    page.builds.rows["other"].choice.click()
    await until(lambda: services.settings.current.engine_build == "other")
    page.models.add_button.click()
    await until(lambda: page.models.forget_buttons)
    assert services.settings.current.model_builds == {"starter": "other"}
    page.builds.rows["other"].remove_button.click()
    await until(lambda: list(page.builds.rows) == [BUNDLED])
    assert services.settings.current.engine_build == BUNDLED
    assert services.settings.current.model_builds == {}
    assert page.builds.rows[BUNDLED].choice.isChecked()


async def test_broken_build_is_not_offered_and_says_why(
    open_shell: Callable[..., Shell], until: Until, tmp_path: Path
) -> None:
    shell = open_shell()
    page = await page_of(shell, until)
    page.form.name.setText("broken")
    page.form.wheel.setText(str(make_wheel(tmp_path, crashing)))
    page.form.install_button.click()
    await until(lambda: not shell._engines.installing)
    notice = shell.window.banner.notice
    assert notice is not None
    assert "crashes on this computer" in notice.text
    assert notice.text in page.form.log.toPlainText()
    assert list(page.builds.rows) == [BUNDLED]


async def test_installation_is_cancelled(
    services: WindowServices, open_shell: Callable[..., Shell], until: Until, tmp_path: Path
) -> None:
    shell = open_shell()
    page = await page_of(shell, until)
    waits = "import threading; threading.Event().wait()"
    source = make_source(tmp_path / "source", tmp_path / "none.whl", waits)
    page.form.name.setText("slow")
    page.form.kind.setCurrentIndex(2)
    page.form.requirement.setText(str(source))
    page.form.flags.setEditText("-DGGML_AVX2=OFF")
    assert page.form.source == SourceCode(str(source), "-DGGML_AVX2=OFF")
    page.form.install_button.click()
    await until(lambda: "compiling with -DGGML_AVX2=OFF" in page.form.log.toPlainText())
    page.form.cancel_button.click()
    await until(lambda: not shell._engines.installing)
    assert "Nothing was installed." in page.form.log.toPlainText()
    assert not list(services.paths.engines.iterdir())
    assert page.form.install_button.isEnabled()


async def test_build_for_a_card_is_offered_once(
    services: WindowServices, open_shell: Callable[..., Shell], qtbot: QtBot, until: Until
) -> None:
    found = with_card()
    services.host = EngineHost(
        {"gguf": services.engine}, lambda _: found, TakesAll(), services.settings
    )
    shell = open_shell()
    banner = shell.window.banner
    await until(lambda: banner.notice is not None and banner.notice.action == "open_engines")
    assert banner.notice is not None
    assert "RTX 4070 is here" in banner.notice.text
    banner.action_button.click()
    page = await page_of(shell, until)
    await until(lambda: page.offer.buttons)
    assert page.offer.isVisibleTo(page)
    button, (proposal, _) = next(iter(page.offer.buttons.items()))
    assert proposal.name == "cuda"
    button.click()
    assert page.form.name.text() == "cuda"
    assert page.form.source == WheelIndex(
        "https://abetlen.github.io/llama-cpp-python/whl/cu130", "0.3.36"
    )
    assert services.settings.current.offered_builds == (CARD.name,)
    with qtbot.assertNotEmitted(shell._engines.noticed, wait=0):
        shell._engines.offer_once()
        page.offer.hide()
        shell._engines.refresh()
        await until(lambda: page.offer.isVisibleTo(page))
