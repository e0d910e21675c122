"""Start and end of the window in processes of their own, on the real services."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QWidget

from app.domain.errors import DisplayMissingError
from app.ui.application import make_window, require_display
from app.ui.shell import live
from tests.fakes.window_services import WindowServices
from tests.systems import unix_signals
from tests.ui.conftest import Until

ROOT = Path(__file__).parents[2]
HEAVY = {
    "app.bootstrap",
    "asyncio",
    "fastapi",
    "httpx2",
    "huggingface_hub",
    "jinja2",
    "llama_cpp",
    "markdown_it",
    "mlx",
    "msgspec",
    "numpy",
    "psutil",
    "pygments",
    "pynvml",
    "rich",
    "typer",
}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-W", "error", "-m", "tests.ui.first_paint", *arguments]


def test_nothing_heavy_is_loaded_at_the_first_paint_and_the_end_is_clean(home: Path) -> None:
    result = subprocess.run(
        command(),
        check=False,
        cwd=ROOT,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=90,
    )
    assert result.returncode == 0, result.stderr
    modules, furnished = result.stdout.splitlines()
    loaded = set(modules.split())
    assert furnished == "furnished"
    assert {"PySide6.QtWidgets", "app.ui.main_window"} <= loaded
    assert loaded & HEAVY == set()
    noise = [line for line in result.stderr.splitlines() if "does not support" not in line]
    assert noise == []


@unix_signals
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_closes_the_window_as_the_user_does(home: Path, number: signal.Signals) -> None:
    with subprocess.Popen(
        command("--stay"), cwd=ROOT, env=dict(os.environ), stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline()  # the window is painted
        assert process.stdout.readline() == "furnished\n"
        process.send_signal(number)
        assert process.wait(timeout=60) == 0


@unix_signals
async def test_a_signal_that_comes_while_the_window_paints_waits_for_its_end(
    services: WindowServices, qapp: QApplication, until: Until
) -> None:
    class Interrupted(QWidget):
        def paintEvent(self, event: QPaintEvent) -> None:
            signal.raise_signal(signal.SIGINT)

    window = make_window(qapp, services.paths.home)
    program = asyncio.create_task(live(services, qapp, [], window))
    await until(window.stack.count)
    Interrupted(window).show()
    await program
    assert window.is_closed


def test_without_a_display_one_sentence_names_the_terminal() -> None:
    with pytest.raises(DisplayMissingError) as caught:
        require_display("linux", {"HOME": "/root"})
    assert 'uv run quantbench chat starter --prompt "' in str(caught.value)


@pytest.mark.parametrize(
    ("platform", "environment"),
    [
        ("linux", {"DISPLAY": ":0"}),
        ("linux", {"WAYLAND_DISPLAY": "wayland-0"}),
        ("linux", {"QT_QPA_PLATFORM": "offscreen"}),
        ("darwin", {}),
        ("win32", {}),
    ],
)
def test_with_a_display_or_elsewhere_nothing_is_refused(
    platform: str, environment: dict[str, str]
) -> None:
    require_display(platform, environment)
