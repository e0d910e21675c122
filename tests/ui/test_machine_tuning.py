"""What was measured on this machine: asked for, stopped, kept, shown, and used by the next load."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path
from typing import cast

import msgspec
import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.domain.load_options import LoadOptions
from app.domain.model import LocalModel
from app.domain.tuning import Tuning
from app.services.engine_host import EngineHost, Machine, Neighbours, Planned
from app.services.tunings import Tunings
from app.ui.machine_tuning import TuningState
from app.ui.pages.settings import SettingsPage
from app.ui.shell import Shell
from tests.fakes.scripted_engine import Script, ScriptedEngine
from tests.fakes.window_services import WindowServices, local_model, machine, window_services
from tests.ui.conftest import OpenShell, Until

FOUND = Tuning(
    threads=3,
    prompt_threads=6,
    flash_attention="off",
    micro_batch_tokens=512,
    depth_tokens=1024,
    decode_tps=52.0,
    default_decode_tps=41.0,
    prefill_tps=300.0,
    default_prefill_tps=295.0,
)


class NotesOptions:
    """Plans every load as it was asked for, and notes how."""

    def __init__(self) -> None:
        self.planned: list[LoadOptions] = []

    async def plan(
        self, _model: LocalModel, options: LoadOptions, _machine: Machine, _neighbours: Neighbours
    ) -> Planned:
        self.planned.append(options)
        return Planned(options)


@pytest.fixture
def script() -> Script:
    return Script(tuning=FOUND, tuning_gate=asyncio.Event())


@pytest.fixture
def planner() -> NotesOptions:
    return NotesOptions()


@pytest.fixture
def services(home: Path, script: Script, planner: NotesOptions) -> WindowServices:
    made = window_services(
        home / "quantbench", engine=ScriptedEngine(script), models=[local_model("Tiny")]
    )
    tunings = Tunings(home / "tunings.json")
    made.host = EngineHost(
        {"gguf": made.engine}, lambda _: machine(), planner, made.settings, tunings=tunings
    )
    return made


@pytest.fixture
async def shell(open_shell: OpenShell, until: Until) -> Shell:
    shell = open_shell()
    await until(lambda: shell.workspace.tuning.state.can_measure)
    shell.window.show_page("settings")
    return shell


def card_of(shell: Shell) -> SettingsPage:
    return cast("SettingsPage", shell.window.stack.currentWidget())


async def test_gain_is_shown_kept_and_used(
    shell: Shell, script: Script, planner: NotesOptions, qtbot: QtBot, until: Until
) -> None:
    card = card_of(shell).tuning
    assert card.text.text().startswith("Not measured on this machine yet.")
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    await until(lambda: card.text.text() == "Measuring… 50 %")
    assert card.button.text() == "Stop"
    assert script.tuning_gate is not None
    script.tuning_gate.set()
    await until(lambda: card.text.text() == "Tuned for this machine: 41 → 52 tokens/s.")
    assert card.details.text().startswith("3 threads for replies, 6 for prompts")
    assert planner.planned[-1].threads is None
    shell.workspace.loading.reload()
    await until(lambda: len(planner.planned) == 2)
    assert planner.planned[-1].threads == 3
    assert planner.planned[-1].flash_attention == "off"
    await until(lambda: card.text.text().startswith("Tuned for this machine"))


async def test_measurement_is_stopped_by_the_same_button(
    shell: Shell, qtbot: QtBot, until: Until
) -> None:
    card = card_of(shell).tuning
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    await until(lambda: card.button.text() == "Stop")
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    await until(lambda: card.text.text().startswith("The measurement was stopped"))
    assert card.button.text() == "Measure now"


async def test_busy_machine_is_told_and_nothing_is_kept(
    shell: Shell, script: Script, services: WindowServices, qtbot: QtBot, until: Until
) -> None:
    card = card_of(shell).tuning
    script.tuning = msgspec.structs.replace(FOUND, other_cores=1.2)
    assert script.tuning_gate is not None
    script.tuning_gate.set()
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    await until(lambda: card.text.text().startswith("Other programs were busy"))
    assert await services.host.tuning(local_model("Tiny")) is None


async def test_what_is_known_of_a_model_that_went_is_not_shown(
    open_shell: OpenShell, services: WindowServices, until: Until, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_asked, may_answer, is_answered = asyncio.Event(), asyncio.Event(), asyncio.Event()

    async def held(_: LocalModel) -> Tuning:
        is_asked.set()
        await may_answer.wait()
        is_answered.set()
        return FOUND

    monkeypatch.setattr(services.host, "tuning", held)
    shell = open_shell()
    await until(is_asked.is_set)
    shell.workspace.loading.eject()
    may_answer.set()
    await until(is_answered.is_set)
    assert shell.workspace.tuning.state == TuningState()


async def test_closing_at_once_leaves_no_work_that_was_never_begun(shell: Shell) -> None:
    """A coroutine that nobody awaits warns, and a warning fails the test."""
    workspace = shell.workspace
    assert workspace.loading.session is not None
    workspace.tuning._forget(None)
    workspace.tuning._begin(workspace.loading.session.info)
    workspace.tuning._try()
    shell._engines.check("other")
    await workspace.tasks.close()
    gc.collect()


async def test_without_a_model_nothing_can_be_measured(shell: Shell, until: Until) -> None:
    shell.workspace.loading.eject()
    card = card_of(shell).tuning
    await until(lambda: not card.button.isEnabled())
    assert card.text.text().startswith("Load a GGUF model")


def test_file_that_cannot_be_read_is_started_anew(home: Path) -> None:
    path = home / "tunings.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\xff nonsense")
    status, model = machine().status, local_model("Tiny")
    tunings = Tunings(path)
    assert tunings.find(status, None, model) is None
    tunings.keep(status, None, model, FOUND)
    assert Tunings(path).find(status, None, model) == FOUND
    other = msgspec.structs.replace(status, build_id="another build")
    assert Tunings(path).find(other, None, model) is None
    assert Tunings(path).find(status, "CUDA0", model) is None
