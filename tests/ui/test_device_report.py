"""The page on devices: reached from the settings, with reasons, next steps, a copy, a new look."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import cast

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from app.domain.hardware import Gpu
from app.services.engine_host import EngineHost, Machine
from app.ui.device_report import DeviceReport
from app.ui.pages.settings import SettingsPage
from app.ui.shell import Shell
from backends.findings import findings
from tests.fakes.window_services import TakesAll, WindowServices, machine, window_services
from tests.ui.conftest import Until

CARD = Gpu(name="NVIDIA GeForce RTX 4070", vendor="nvidia", driver="550.1")


def looked(*gpus: Gpu) -> Machine:
    found = machine()
    status = msgspec.structs.replace(found.status, backends=("CPU",))
    return Machine(status, gpus, found.choice, findings(status, gpus, found.choice))


@pytest.fixture
def services(home: Path) -> WindowServices:
    made = window_services(home / "quantbench")
    looks = iter((looked(), looked(CARD)))
    made.host = EngineHost({"gguf": made.engine}, lambda _: next(looks), TakesAll(), made.settings)
    return made


@pytest.mark.long
async def test_devices_reasons_and_a_new_look(
    open_shell: Callable[..., Shell], qtbot: QtBot, until: Until
) -> None:
    shell = open_shell()
    shell.window.show_page("settings")
    page = cast("SettingsPage", shell.window.stack.currentWidget())
    qtbot.mouseClick(page.devices_button, Qt.MouseButton.LeftButton)
    (report,) = shell.window.findChildren(DeviceReport)
    await until(lambda: len(report.cards) == 3)
    assert report.engine.text().startswith("llama.cpp 1. The CPU build runs.")
    names = [card.accessibleName() for card in report.cards]
    assert names[0].startswith("Used. CPU")
    assert names[1].startswith("Not usable. Graphics card")
    assert "MLX" in names[2]
    assert "It loads and computes on" in names[2]
    qtbot.mouseClick(report.again_button, Qt.MouseButton.LeftButton)
    await until(lambda: len(report.cards) == 3 and "RTX 4070" in report.cards[1].accessibleName())
    assert "GGML_CUDA=ON" in report.cards[1].accessibleName()
    qtbot.mouseClick(report.copy_button, Qt.MouseButton.LeftButton)
    assert "has no CUDA" in QGuiApplication.clipboard().text()
