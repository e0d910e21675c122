"""MLX folders and real model servers, in the terminal and at the real window, with their meters."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtWidgets import QApplication

from app.domain.model import AnyModel, ServedModel
from app.services.paths import Paths
from app.ui.main_window import MainWindow
from app.ui.widgets.meter import NOT_AVAILABLE
from app.ui.widgets.settings_servers import ServersCard
from tests.end2end.test_window import Until, answered, meter, opened, ready, stored
from tests.fakes.commands import quantbench
from tests.fakes.real_servers import RealServer, llama_cpp_server, mlx_server

HELLO = ("--prompt", "Hello", "--max-tokens", "4", "--json")
# The first load of an engine on a machine takes a while where other things run too.
pytestmark = pytest.mark.timeout(300)


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never the keyring of whoever runs the tests."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@pytest.fixture
def llama_server(starter_path: Path) -> Iterator[RealServer]:
    with llama_cpp_server(starter_path) as server:
        yield server


def told(*arguments: str | Path) -> dict[str, Any]:
    """The JSON answer of a command that succeeds."""
    done = quantbench(*arguments)
    assert done.returncode == 0, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


@pytest.mark.long
def test_an_mlx_folder_answers_in_the_terminal(quick_mlx_path: Path) -> None:
    answer = told("chat", quick_mlx_path, *HELLO)
    assert answer["usage"]["prompt_tokens"] > 5
    assert answer["usage"]["completion_tokens"] == 4
    assert answer["engine"]["name"] == "MLX"
    assert "clock" not in answer["timings"]
    assert all(value > 0 for value in answer["timings"].values())
    assert answer["memory"]["peak_rss_bytes"] > 0


@pytest.mark.long
def test_a_real_server_answers_in_the_terminal(llama_server: RealServer) -> None:
    added = told("servers", "add", "lab", llama_server.address, "--json")
    assert (added["kind"], added["error"]) == ("llama-cpp-python", None)
    answer = told("chat", "--remote", "lab", *HELLO)
    # It tells no usage while it streams; what is not known is not made up.
    assert answer["usage"] == {
        "prompt_tokens": None, "cached_tokens": None, "completion_tokens": 4,
    }  # fmt: skip
    assert answer["timings"]["clock"] == "client"
    assert answer["timings"]["ttft_ms"] > 0
    assert answer["timings"]["decode_tps"] > 0
    assert answer["engine"]["device"] == llama_server.address.removeprefix("http://")
    llama_server.process.kill()
    llama_server.process.wait()
    down = quantbench("servers", "add", "lab", llama_server.address, "--json")
    assert "refused" in json.loads(down.stdout)["error"]
    assert told("servers", "remove", "lab", "--json") == {"name": "lab"}


@pytest.mark.long
def test_the_usage_that_a_server_tells_is_told(quick_mlx_path: Path, tmp_path: Path) -> None:
    with mlx_server(quick_mlx_path, tmp_path) as server:
        answer = told("chat", "--remote", server.address, *HELLO)
    assert answer["usage"]["prompt_tokens"] > 5
    assert answer["usage"]["completion_tokens"] == 4


async def choose(window: MainWindow, until: Until, model: AnyModel) -> None:
    """Take a model of the picker's list and wait until it can be asked."""
    loading = window._workspace.loading
    window.chat_page.picker.chosen.emit(model)
    await until(lambda: loading.model == model and loading.session is not None)


@pytest.mark.long
async def test_both_are_in_the_picker_and_chat_with_meters(
    qapp: QApplication, until: Until, llama_server: RealServer, quick_mlx_path: Path
) -> None:
    Paths.default().create()
    shutil.copytree(quick_mlx_path, Paths.default().models / "an-mlx-model")
    async with opened(qapp, until) as window:
        await ready(window, until)
        window.show_page("settings")
        card = window.findChild(ServersCard)
        assert card is not None
        card.name.setText("lab")
        card.address.setText(llama_server.address)
        card.save_button.click()
        choices = window.chat_page.picker.popup.choices
        await until(lambda: choices.rowCount() == 3)
        await choose(window, until, ServedModel(name="starter", server="lab"))
        await answered(window, until, "Hello")
        assert meter(window, "ttft").endswith("s")
        assert meter(window, "worker") == NOT_AVAILABLE
        assert meter(window, "context") == NOT_AVAILABLE
        models = window._workspace.shelf.models
        await choose(window, until, next(each for each in models if each.format == "mlx"))
        window.new_chat()
        await answered(window, until, "Hello")
        for key in ("ttft", "prefill", "context", "worker"):
            assert meter(window, key) != NOT_AVAILABLE, key
    messages = await asyncio.to_thread(stored)
    assert [each.role for each in messages] == ["user", "assistant"] * 2
