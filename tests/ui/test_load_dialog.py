"""The load dialog on the real starter model: live numbers, both tiers, exact options, refusals."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.domain.forecast import Forecast
from app.domain.hardware import BackendChoice, Device
from app.domain.load_options import LoadOptions
from app.domain.model import LocalModel
from app.domain.units import GIB, MIB
from app.services.engine_host import Machine
from app.ui.load_dialog import LoadDialog
from app.ui.loading import LoadRequest
from app.ui.shell import Shell
from app.ui.widgets.guess_choice import GuessChoice, draft_models
from tests.fakes.commands import quantbench
from tests.fakes.machine_speed import write_measured_speed
from tests.fakes.scripted_engine import ScriptedEngine
from tests.fakes.window_services import WindowServices, local_model, machine, window_services
from tests.ui.conftest import Until

Open = Callable[..., Shell]
CARD = Device(name="CUDA0", kind="cuda", description="A card", free_bytes=8 * GIB)


def starter_model(path: Path) -> LocalModel:
    return LocalModel(
        name="SmolLM2-135M-Instruct", path=os.fsencode(path), format="gguf", source="starter",
        size_bytes=path.stat().st_size, architecture="llama", quantization="Q4_1",
        parameter_count=134_515_008, context_tokens=8192,
    )  # fmt: skip


@pytest.fixture
def starter(starter_path: Path) -> LocalModel:
    return starter_model(starter_path)


@pytest.fixture
def services(home: Path, starter: LocalModel) -> WindowServices:
    return window_services(home / "quantbench", models=[starter])


def shown_dialog(shell: Shell) -> LoadDialog | None:
    found = shell.window.findChildren(LoadDialog)
    return found[0] if found else None


@pytest.fixture
async def dialog(open_shell: Open, starter: LocalModel, until: Until) -> tuple[Shell, LoadDialog]:
    shell = open_shell()
    loading = shell.workspace.loading
    await until(lambda: loading.model is not None)
    shell.window.chat_page.picker.options_requested.emit(starter)
    found = shown_dialog(shell)
    assert found is not None
    await until(lambda: is_laid_out(found))
    return shell, found


def is_laid_out(dialog: LoadDialog) -> bool:
    return dialog.forecast is not None and dialog.forecast.estimate.tier != "formula"


async def test_numbers_of_both_tiers_and_the_verdict(dialog: tuple[Shell, LoadDialog]) -> None:
    _, shown = dialog
    assert shown.forecast is not None
    assert shown.forecast.estimate.kv_bytes == 180 * MIB
    assert "KV cache 180 MiB" in shown.card.bars[0].accessibleName()
    assert shown.card.tier.text().startswith("Dry run")
    assert shown.card.verdict.text().startswith("Fits: CPU")
    assert shown.load_button.isEnabled()
    assert not shown.gpu_layers.isVisible()


async def test_formula_comes_at_once_and_only_the_last_question_is_laid_out(
    dialog: tuple[Shell, LoadDialog], until: Until
) -> None:
    _, shown = dialog
    told: list[Forecast] = []
    shown._live._is_quick = False
    shown._live.foretold.connect(told.append)
    for tokens in (1024, 2048, 3072, 4096):
        shown.context.field.setValue(tokens)
    await until(lambda: told and told[-1].estimate.tier != "formula")
    assert told[0].estimate.tier == "formula"
    laid_out = [each for each in told if each.estimate.tier != "formula"]
    assert [each.estimate.context_tokens for each in laid_out] == [4096]
    assert "KV cache 90 MiB" in shown.card.bars[0].accessibleName()


async def test_numbers_while_dragging_end_as_the_command_line_tells_them(
    dialog: tuple[Shell, LoadDialog], starter_path: Path, home: Path, until: Until
) -> None:
    write_measured_speed(home / "quantbench")
    _, shown = dialog
    shown.kv_type.setCurrentIndex(shown.kv_type.findData("q8_0"))
    for step in range(0, 48, 3):  # as a hand drags it
        shown.context.slider.setValue(step)
        await until(lambda: shown.forecast is not None)
    tokens = shown.context.tokens
    told: list[Forecast] = []
    shown._live.settled.connect(told.append)
    await until(lambda: told)
    found = told[-1].estimate
    arguments = ("--context", str(tokens), "--kv-type", "q8_0", "--json")
    done = await asyncio.to_thread(quantbench, "estimate", starter_path, *arguments)
    printed = json.loads(done.stdout)
    assert printed["tier"] == found.tier == "dry_run"
    assert printed["context_tokens"] == found.context_tokens
    for name in ("weights_bytes", "kv_bytes", "compute_bytes", "overhead_bytes", "total_bytes"):
        assert printed[name] == getattr(found, name), name


async def test_slider_and_field_follow_each_other(dialog: tuple[Shell, LoadDialog]) -> None:
    context = dialog[1].context
    assert context.tokens == 8192
    context.slider.setValue(0)
    assert context.tokens == 512
    context.field.setValue(8192)
    assert context.slider.value() == 64
    context.slider.setValue(context.slider.maximum())
    assert context.tokens == 16384
    assert any(is_trained and "8,192" in text for _, text, is_trained in context._marks.places())


async def test_options_that_cannot_be_are_told_and_not_loaded(
    dialog: tuple[Shell, LoadDialog], until: Until
) -> None:
    _, shown = dialog
    shown.kv_type.setCurrentIndex(shown.kv_type.findData("q8_0"))
    shown.flash.setCurrentIndex(shown.flash.findData("off"))
    await until(lambda: "flash attention" in shown.card.verdict.text())
    assert not shown.load_button.isEnabled()
    shown.flash.setCurrentIndex(shown.flash.findData("auto"))
    await until(shown.load_button.isEnabled)
    assert shown.forecast is not None
    assert shown.forecast.estimate.kv_bytes == 180 * MIB * 34 // 64
    shown.context.field.setValue(16384)
    await until(lambda: "8,192" in shown.card.training.text())


async def test_load_passes_exactly_what_is_shown(
    dialog: tuple[Shell, LoadDialog], services: WindowServices, qtbot: QtBot, until: Until
) -> None:
    shell, shown = dialog
    shown.context.field.setValue(3000)
    shown.kv_type.setCurrentIndex(shown.kv_type.findData("q4_0"))
    await until(shown.load_button.isEnabled)
    qtbot.mouseClick(shown.load_button, Qt.MouseButton.LeftButton)
    await until(lambda: len(services.engine.sessions) == 2)
    options = services.engine.sessions[-1].info.options
    assert (options.context_tokens, options.kv_type) == (3000, "q4_0")
    await until(lambda: shell.workspace.loading.model is not None)
    shell.window.chat_page.picker.options_requested.emit(shell.workspace.loading.model)
    await until(lambda: any(each.context.tokens == 3000 for each in dialogs(shell)))


def dialogs(shell: Shell) -> list[LoadDialog]:
    return [each for each in shell.window.findChildren(LoadDialog) if each.isVisible()]


async def test_cancel_loads_nothing(
    dialog: tuple[Shell, LoadDialog], services: WindowServices, qtbot: QtBot, until: Until
) -> None:
    shell, shown = dialog
    qtbot.keyClick(shown, Qt.Key.Key_Escape)
    await until(lambda: not dialogs(shell))
    assert len(services.engine.sessions) == 1


async def test_reached_by_keyboard_from_the_picker_and_the_table(
    open_shell: Open, qtbot: QtBot, until: Until, qapp: QApplication
) -> None:
    shell = open_shell()
    await until(lambda: shell.workspace.loading.model is not None)
    picker = shell.window.chat_page.picker
    picker.open_popup()
    qtbot.keyClick(picker.popup.search, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    await until(lambda: dialogs(shell))
    dialogs(shell)[0].reject()
    await until(lambda: not dialogs(shell))
    shell.window.show_page("models")
    page = shell.window.stack.currentWidget()
    table = page.table
    table.setFocus()
    table.selectRow(0)
    table.actions()[0].trigger()
    await until(lambda: dialogs(shell))


async def test_gpu_layers_are_offered_where_there_is_a_gpu(
    home: Path, starter: LocalModel, qapp: QApplication, until: Until
) -> None:
    found = machine()
    status = msgspec.structs.replace(found.status, devices=(*found.status.devices, CARD))
    choice = BackendChoice(engine="llama.cpp", device="CUDA0", kind="cuda", reason="A card.")
    services = window_services(
        home / "gpu", engine=ScriptedEngine(), models=[starter], found=Machine(status, (), choice)
    )
    shell = Shell(services, qapp, [])
    try:
        shell.window.show()
        await until(lambda: shell.workspace.loading.model is not None)
        shell.window.chat_page.picker.options_requested.emit(starter)
        shown = dialogs(shell)[0]
        await until(lambda: shown.forecast is not None)
        assert shown.gpu_layers.isVisible()
        assert shown.options.gpu_layers is None
        assert shown.card.bars[1].isVisible()
        assert "GPU CUDA0" in shown.card.bars[1].accessibleName()
        shown.gpu_layers.setValue(0)
        await until(lambda: not shown.card.bars[1].isVisible())
        assert shown.options.device is None
    finally:
        shell.window.close()
        await shell.workspace.close()
        shell.dispose()


async def test_other_machines_are_priced_and_never_loaded(
    dialog: tuple[Shell, LoadDialog], until: Until
) -> None:
    _, shown = dialog
    shown.elsewhere.setCurrentText("GeForce RTX 4090")
    await until(shown.card.bars[1].isVisible)
    assert "GPU GeForce RTX 4090" in shown.card.bars[1].accessibleName()
    assert "Replies at about" in shown.card.speed.text()
    assert not shown.load_button.isEnabled()
    shown.elsewhere.setCurrentIndex(0)
    await until(shown.load_button.isEnabled)
    assert not shown.card.bars[1].isVisible()


async def test_what_would_make_it_fit_is_a_button(
    home: Path, starter: LocalModel, qapp: QApplication, qtbot: QtBot, until: Until
) -> None:
    services = window_services(home / "tight", engine=ScriptedEngine(), models=[starter])
    shell = Shell(services, qapp, [])
    try:
        shell.window.show()
        await until(lambda: shell.workspace.loading.model is not None)
        shell.window.chat_page.picker.options_requested.emit(starter)
        shown = dialogs(shell)[0]
        await until(lambda: shown.forecast is not None)
        ground = shown._live._ground
        assert ground is not None
        host = msgspec.structs.replace(ground.memory.host, free_bytes=280 * MIB)
        memory = msgspec.structs.replace(ground.memory, host=host, released_bytes=0)
        shown._live._take(msgspec.structs.replace(ground, memory=memory))
        await until(lambda: shown.card.changes)
        assert shown.card.verdict.text().startswith("It does not fit.")
        first = next(each for each in shown.card.changes if "q8_0" in each.text())
        qtbot.mouseClick(first, Qt.MouseButton.LeftButton)
        assert shown.options.kv_type == "q8_0"
        await until(shown.load_button.isEnabled)
    finally:
        shell.window.close()
        await shell.workspace.close()
        shell.dispose()


async def test_a_file_that_is_gone_is_told(
    open_shell: Open, starter: LocalModel, tmp_path: Path, until: Until
) -> None:
    shell = open_shell()
    await until(lambda: shell.workspace.loading.model is not None)
    gone = msgspec.structs.replace(starter, path=os.fsencode(tmp_path / "gone.gguf"))
    shell.window.chat_page.picker.options_requested.emit(gone)
    shown = dialogs(shell)[0]
    await until(lambda: "cannot be read" in shown.card.verdict.text())
    assert not shown.load_button.isEnabled()


def test_a_request_is_how_the_program_chooses(starter: LocalModel) -> None:
    assert LoadRequest(starter).options == LoadOptions()


async def test_what_guesses_ahead_is_chosen_and_remembered(
    dialog: tuple[Shell, LoadDialog], starter: LocalModel
) -> None:
    _, found = dialog
    assert found.options.speculation == "off"
    found.guess.setCurrentIndex(1)
    assert found.options.speculation == "lookup"
    small = msgspec.structs.replace(starter, name="Small", path=b"/small", size_bytes=10_000_000)
    others = (
        msgspec.structs.replace(small, path=b"/other", architecture="qwen3"),
        msgspec.structs.replace(small, path=b"/large", size_bytes=starter.size_bytes),
        msgspec.structs.replace(small, path=b"/broken", problem="It is damaged."),
    )
    assert draft_models(starter, (starter, *others, small)) == [small]
    found.guess.offer([small])
    found.guess.setCurrentIndex(2)
    assert found.guess.currentText() == "Small, 10 MB"
    assert found.options.draft_model == b"/small"
    assert found.options.speculation == "off"
    again = GuessChoice(found.options)
    again.offer([small])
    assert again.draft_model == b"/small"
    again.deleteLater()


async def test_an_mlx_model_has_its_own_choices(
    dialog: tuple[Shell, LoadDialog], quick_mlx_path: Path, until: Until
) -> None:
    shell, gguf = dialog
    assert not gguf.when_full.isVisible()
    gguf.reject()
    size = sum(file.stat().st_size for file in quick_mlx_path.iterdir())
    path = os.fsencode(quick_mlx_path)
    model = local_model("MLX", path=path, format="mlx", size_bytes=2 * size)
    shell.window.chat_page.picker.options_requested.emit(model)
    found = next(each for each in dialogs(shell) if each is not gguf)
    await until(lambda: found.forecast is not None)
    assert found.forecast is not None
    alone = found.forecast.estimate
    assert found.when_full.isVisible()
    assert not found.guess.isVisible()
    # The model is its own draft model: twice the weights and the cache, and one process.
    found.offer_drafts([msgspec.structs.replace(model, name="Small", size_bytes=size)])
    assert found.guess.isVisible()
    assert found.guess.count() == 2
    found.guess.setCurrentIndex(1)
    assert found.options.draft_model == model.path
    assert found.options.speculation == "off"
    await until(lambda: _weights_of(found) == 2 * alone.weights_bytes)
    both = found.forecast.estimate
    assert both.kv_bytes == 2 * alone.kv_bytes
    assert alone.overhead_bytes < both.overhead_bytes < 2 * alone.overhead_bytes
    assert not found.forgets.isVisible()
    found.when_full.setCurrentIndex(1)
    assert found.forgets.isVisible()
    await until(lambda: "without one of the two" in found.card.verdict.text())
    assert not found.load_button.isEnabled()


def _weights_of(dialog: LoadDialog) -> int:
    return dialog.forecast.estimate.weights_bytes if dialog.forecast is not None else 0
