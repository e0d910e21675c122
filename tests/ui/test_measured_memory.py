"""After a real reply the window tells what was predicted and what was measured."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import cast

import pytest

from app.domain.model import LocalModel
from app.services.calibration import Calibration
from app.services.chat import Turn
from app.services.engine_host import EngineHost
from app.ui.pages.models import ModelsPage
from app.ui.shell import Shell
from backends.local import LocalEngine
from tests.fakes.window_services import WindowServices, machine, window_services
from tests.ui.conftest import Until

LONG = "The quick brown fox jumps over the lazy dog. " * 70


@pytest.fixture
def services(home: Path, starter_path: Path) -> WindowServices:
    starter = LocalModel(
        name="SmolLM2", path=os.fsencode(starter_path), format="gguf", source="starter",
        size_bytes=starter_path.stat().st_size, context_tokens=8192,
    )  # fmt: skip
    made = window_services(home / "quantbench", models=[starter])
    engine = LocalEngine("llama_cpp", made.paths.run)
    made.host = EngineHost({"gguf": engine}, lambda _: machine(), made.forecasts, made.settings)
    return made


@pytest.mark.long
@pytest.mark.timeout(300)
async def test_predicted_against_measured_is_shown_and_kept(
    services: WindowServices, open_shell: Callable[..., Shell], until: Until
) -> None:
    shell = open_shell()
    shared = shell.workspace
    await until(lambda: shared.loading.session is not None)
    picker = shell.window.chat_page.picker
    assert picker.toolTip().startswith("Predicted 329 MiB")
    assert "The engine took weights 92 MiB, KV cache 180 MiB and compute" in picker.toolTip()
    assert shared.loading.wanted is not None
    texts: list[str] = []
    shared.turns.text_arrived.connect(texts.append)
    question = f"Say in one word what this is about: {LONG}"
    shared.turns.ask(shared.loading.wanted, None, Turn(text=question))
    await until(lambda: texts)
    shared.turns.stop()
    await until(lambda: "measured" in picker.toolTip())
    shell.window.show_page("models")
    page = cast("ModelsPage", shell.window.stack.currentWidget())
    assert "Predicted 329 MiB, measured" in page.summary.text()
    lessons = Calibration(services.paths.home / "calibration.json")
    learned = lessons.overheads(machine().status.build_id)
    assert learned is not None
    shared.loading.eject()
    await until(lambda: not picker.toolTip())
