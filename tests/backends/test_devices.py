"""The state of the built engine, found in a child process that may die of it."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import psutil
import pytest

from app.domain.hardware import EngineStatus
from backends import devices
from backends.llama_cpp.probe import ProbeReport
from tests.fakes import libraries
from tests.systems import linux_loader

ROOT = Path(__file__).parents[2]


def test_the_built_engine_and_its_devices() -> None:
    status = devices.engine_status()
    assert (status.name, status.usable) == ("llama.cpp", True), status.reason
    assert status.version == "0.3.36"
    assert "CPU" in status.backends
    (cpu,) = [device for device in status.devices if device.kind == "cpu"]
    assert cpu.name == "CPU"
    assert set(status.cpu_features) <= {"avx2", "avx512", "dotprod"}
    assert cpu.description
    assert cpu.total_bytes is not None
    assert cpu.total_bytes <= psutil.virtual_memory().total * 1.01


def test_the_library_never_comes_into_this_process() -> None:
    script = (
        "import sys; from backends import devices; devices.engine_status(); "
        "sys.exit('llama_cpp' in sys.modules or 'numpy' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", script], cwd=ROOT, check=True)


def test_the_same_build_has_the_same_id_and_a_changed_one_another(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = importlib.util.find_spec("llama_cpp")
    assert spec is not None
    first = devices.engine_status().build_id
    assert first == devices.engine_status().build_id
    assert len(first) == 16
    package = tmp_path / "llama_cpp"
    (package / "lib").mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "lib" / "libllama.so").write_bytes(b"one")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "llama_cpp", raising=False)  # a test before may have loaded it
    other = devices._build_id("0.3.36")
    (package / "lib" / "libllama.so").write_bytes(b"other")
    assert len({first, other, devices._build_id("0.3.36"), devices._build_id("0.3.37")}) == 4


def broken_status() -> EngineStatus:
    """The status, which tells what is installed and that it does not run."""
    status = devices.engine_status()
    assert not status.usable
    assert status.devices == ()
    assert status.version == "0.3.36"
    assert status.build_id
    return status


@linux_loader
@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("abort();", "(SIGABRT)"),
        ("raise(11);", "(SIGSEGV)"),
        ("raise(9);", "(SIGKILL)"),
        ("exit(3);", "(status 3)"),
        ('fprintf(stderr, "driver: no such thing\\n"); abort();', "driver: no such thing"),
        ('puts("noise"); fflush(stdout); abort();', "(SIGABRT)"),
    ],
)
def test_a_driver_that_kills_its_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, body: str, words: str
) -> None:
    """It takes the place of the function with which a backend looks for its devices."""
    source = (
        "#include <signal.h>\n#include <stdio.h>\n#include <stdlib.h>\n"
        f"void *ggml_backend_cpu_reg(void) {{ {body} return 0; }}\n"
    )
    driver = libraries.build(tmp_path, "libdriver.so", source)
    monkeypatch.setenv("LD_PRELOAD", str(driver))
    status = broken_status()
    assert "crashed while it was loaded" in status.reason
    assert words in status.reason


@linux_loader
def test_a_library_that_does_not_load_gives_the_loaders_own_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One of the engine's own libraries is another one, as a bad update leaves it."""
    libraries.build(tmp_path, "libggml-base.so.0", "int nothing;")
    monkeypatch.setenv("LD_LIBRARY_PATH", str(tmp_path))
    status = broken_status()
    assert "undefined symbol" in status.reason
    assert "libllama" in status.reason or "libggml" in status.reason


@linux_loader
def test_what_a_library_prints_is_kept_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = (
        "#include <stdio.h>\n__attribute__((constructor)) static void start(void)"
        ' { puts("{\\"usable\\": false}"); fflush(stdout); }\n'
    )
    noisy = libraries.build(tmp_path, "libnoisy.so", source)
    answer = subprocess.run(
        [sys.executable, "-c", PROBE_WITH_NOISE, str(noisy)],
        cwd=ROOT,
        env=os.environ | {"GGML_NO_BACKTRACE": "1"},
        check=True,
        capture_output=True,
    )
    report = msgspec.json.decode(answer.stdout, type=ProbeReport)
    assert report.usable
    assert b'"usable": false' in answer.stderr


PROBE_WITH_NOISE = """
import ctypes, sys
from backends.llama_cpp import library, probe
load = library.load
def noisy():
    ctypes.CDLL(sys.argv[1])
    return load()
library.load = noisy
probe.main()
"""


def test_an_engine_that_is_not_installed(tmp_path: Path) -> None:
    """An interpreter that has the program's libraries, but not this one."""
    script = (
        "import importlib.util, sys\n"
        "find = importlib.util.find_spec\n"
        "importlib.util.find_spec = lambda name, *rest: "
        "None if name == 'llama_cpp' else find(name, *rest)\n"
        "from backends import devices\n"
        "status = devices.engine_status()\n"
        "print(status.usable, status.version, status.build_id, status.reason)\n"
    )
    answer = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert answer.stdout.startswith("False None  The llama.cpp engine is not installed.")
    assert "uv run quantbench" in answer.stdout
    assert "C++ compiler" in answer.stdout


def test_a_check_that_takes_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_TIMEOUT_SECONDS", 0.0)
    status = devices.engine_status()
    assert not status.usable
    assert "did not answer within" in status.reason
