"""Start and end of the window in processes of their own, on the real services."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.domain.errors import DisplayMissingError
from app.ui.application import require_display
from tests.systems import unix_signals

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
