"""The command line on the real starter model: answers, JSON, pipes, Ctrl+C, a conversation."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import typer

from app.__main__ import COMMANDS, main
from app.cli.program import program
from app.services.paths import Paths
from app.services.settings_store import SettingsStore
from backends.devices import engine_status
from tests.backends.tiny_models import write_llama
from tests.fakes.commands import ROOT, one_sentence, quantbench, started, worker_of
from tests.fakes.processes import end_soon
from tests.systems import terminals, unix_signals

# A command starts an engine, which takes a while on a machine that does other things too.
pytestmark = [pytest.mark.usefixtures("starter_path"), pytest.mark.timeout(300)]

ASK = ("chat", "starter", "--temperature", "0", "--seed", "1", "--context", "2048")
STORY = ("--prompt", "Write a very long story about a lighthouse.")


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for the module, so that this build is checked once, as on a user's machine."""
    return tmp_path_factory.mktemp("shared") / "quantbench"


@pytest.fixture(autouse=True)
def checked_home(shared_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("QUANTBENCH_HOME", str(shared_home))
    return shared_home


def test_chat_answers_as_json() -> None:
    done = quantbench(*ASK, "--prompt", "What is 2+2?", "--max-tokens", "16", "--json")
    assert done.returncode == 0, done.stderr
    assert done.stderr == ""
    report = json.loads(done.stdout)
    assert list(report) == [
        "text", "reasoning", "finish_reason", "usage", "timings", "memory", "engine",
    ]  # fmt: skip
    assert report["text"].strip()
    assert report["reasoning"] == ""
    assert report["finish_reason"] in ("stop", "length")
    usage, timings = report["usage"], report["timings"]
    assert list(usage) == ["prompt_tokens", "cached_tokens", "completion_tokens"]
    assert usage["prompt_tokens"] > 5
    assert usage["cached_tokens"] >= 0
    assert 0 < usage["completion_tokens"] <= 16
    assert list(timings) == [
        "load_ms", "ttft_ms", "prefill_tps", "decode_tps",
        "itl_p50_ms", "itl_p95_ms", "itl_p99_ms",
    ]  # fmt: skip
    assert all(value > 0 for value in timings.values())
    assert timings["itl_p50_ms"] <= timings["itl_p95_ms"] <= timings["itl_p99_ms"]
    assert list(report["memory"]) == ["peak_rss_bytes", "peak_vram_bytes"]
    assert report["memory"]["peak_rss_bytes"] > 98_000_000
    assert list(report["engine"]) == ["name", "version", "device"]


@pytest.mark.long
def test_the_same_seed_gives_the_same_reply() -> None:
    seeded = ("chat", "starter", "--context", "2048", "--prompt", "Invent a name.", "--quiet")
    first, again, other = (
        quantbench(*seeded, "--max-tokens", "24", "--temperature", "1.5", "--seed", seed).stdout
        for seed in ("7", "7", "8")
    )
    assert first == again
    assert first != other


@pytest.mark.long
def test_the_question_comes_from_standard_input() -> None:
    question = "Say hello to Zoë.".encode()
    done = quantbench(*ASK, "--prompt", "-", "--max-tokens", "8", stdin=question)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    assert done.stdout.endswith("\n")
    assert done.stderr == ""


@pytest.mark.long
def test_the_system_prompt_and_the_schema_are_obeyed(tmp_path: Path) -> None:
    schema = tmp_path / "schema.json"
    properties = {"answer": {"type": "integer"}, "sure": {"type": "boolean"}}
    schema.write_text(
        json.dumps({"type": "object", "properties": properties, "required": list(properties)})
    )
    options = ("--system", "Answer in JSON.", "--schema", schema, "--max-tokens", "64")
    done = quantbench(*ASK, "--prompt", "What is 2+2?", *options, "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    answer = json.loads(report["text"])
    assert report["finish_reason"] == "stop"
    assert isinstance(answer["answer"], int)
    assert isinstance(answer["sure"], bool)


@pytest.mark.long
def test_context_and_kv_type_are_passed_on() -> None:
    sizes = {}
    for context, kv_type in (("512", "q8_0"), ("8192", "f16")):
        options = ("--context", context, "--kv-type", kv_type, "--max-tokens", "4", "--json")
        done = quantbench("chat", "starter", "--prompt", "Hi", *options)
        assert done.returncode == 0, done.stderr
        sizes[context] = json.loads(done.stdout)["memory"]["peak_rss_bytes"]
    assert sizes["8192"] - sizes["512"] > 8192 * 23_040 / 2  # 23,040 bytes a token in f16


@pytest.mark.long
def test_a_conversation_remembers_what_was_said() -> None:
    lines = b"My name is Ada, and I keep a lighthouse. Say hello.\n\nWho am I?\n"
    done = quantbench(*ASK, "--max-tokens", "16", stdin=lines)
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()
    notes = done.stderr.splitlines()
    assert "Ctrl+D leaves" in notes[0]
    meters = [line for line in notes if "tokens/s" in line]
    assert len(meters) == 2
    first, second = (
        int(re.search(r"(\d+) of 2,048 tokens of the context", line)[1]) for line in meters
    )
    # The second question alone is shorter than the first: what was said before is there too.
    assert second > first + 16


@unix_signals
def test_ctrl_c_stops_the_reply_and_keeps_what_came() -> None:
    process = started(*ASK, *STORY)
    assert process.stdout
    first = process.stdout.read(20)
    worker = worker_of(process)
    process.send_signal(signal.SIGINT)
    rest, complaint = process.communicate()
    assert process.returncode == 1
    assert len(first) == 20
    assert rest.endswith(b"\n")
    one_sentence(complaint.decode(), "stopped")
    assert end_soon(worker)


@unix_signals
def test_ctrl_c_in_a_conversation_stops_only_the_reply() -> None:
    process = started(*ASK)
    assert process.stdin
    assert process.stdout
    assert process.stderr
    process.stdin.write(STORY[1].encode() + b"\n")
    process.stdin.flush()
    process.stdout.read(20)
    process.send_signal(signal.SIGINT)
    notes = iter(process.stderr.readline, b"")
    stopped = next(line for line in notes if b"tokens/s" in line)
    assert b"stopped" in stopped
    process.stdout.readline()
    rest, complaint = process.communicate(b"Say hi.\n")
    assert process.returncode == 0
    assert rest.strip()
    assert b"tokens/s" in complaint


@pytest.mark.long
@unix_signals
def test_a_reader_that_leaves_ends_the_command_quietly() -> None:
    process = started(*ASK, *STORY)
    assert process.stdout
    assert process.stderr
    process.stdout.read(5)
    process.stdout.close()
    assert process.stderr.read() == b""
    assert process.wait() == 1
    process.stderr.close()
    assert process.stdin
    process.stdin.close()


def test_models_lists_the_starter() -> None:
    done = quantbench("models", "--json")
    assert done.returncode == 0, done.stderr
    (model,) = json.loads(done.stdout)["models"]
    assert list(model) == [
        "name", "path", "format", "architecture", "quantization", "size_bytes",
        "context_tokens", "source",
    ]  # fmt: skip
    assert model["format"] == "gguf"
    assert model["architecture"] == "llama"
    assert model["quantization"] == "Q4_1"
    assert model["size_bytes"] == Path(model["path"]).stat().st_size
    assert model["context_tokens"] == 8192
    assert model["source"] == "starter"
    table = quantbench("models").stdout.splitlines()
    assert table[0].split() == ["NAME", "QUANTIZATION", "SIZE", "CONTEXT", "SOURCE"]
    assert model["name"] in table[1]
    assert "98 MB" in table[1]


@terminals
def test_a_narrow_terminal_breaks_no_number() -> None:
    ours, theirs = os.openpty()
    process = started("models", stdout=theirs, env={**os.environ, "COLUMNS": "20"})
    os.close(theirs)
    said = b""
    with suppress(OSError):  # EIO: nobody has the other end any more
        while part := os.read(ours, 65536):
            said += part
    lines = said.decode().splitlines()
    _, complaint = process.communicate()
    os.close(ours)
    assert complaint == b""
    assert any(re.search(r"Q4_1 +98 MB +8,192 +starter", line) for line in lines), lines


def test_doctor_tells_the_choice(checked_home: Path) -> None:
    done = quantbench("doctor", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert list(report) == [
        "version", "python", "platform", "cpu", "ram_bytes", "devices", "engines", "builds",
        "chosen", "paths",
    ]  # fmt: skip
    assert report["python"] == sys.version.split()[0]
    assert report["ram_bytes"] > 2**29
    assert any(device["kind"] == "cpu" for device in report["devices"])
    engine, mlx = report["engines"]
    assert mlx["name"] == "MLX"
    assert [build["name"] for build in report["builds"] if build["chosen"]] == ["bundled"]
    assert list(engine) == ["name", "version", "usable", "reason"]
    assert engine["usable"] is True
    assert list(report["chosen"]) == ["engine", "device", "reason"]
    assert report["chosen"]["engine"] == engine["name"]
    assert report["chosen"]["reason"].endswith(".")
    assert report["paths"]["home"] == str(checked_home)
    text = quantbench("doctor").stdout
    assert report["chosen"]["reason"] in text
    assert report["cpu"] in text


@pytest.mark.long
async def test_doctor_tells_what_a_build_runs_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QUANTBENCH_HOME", str(tmp_path))
    settings = SettingsStore(Paths.default().settings)
    settings.load()
    survived = {engine_status().build_id: "no-flash-attention"}
    await settings.update(safe_configurations=survived)
    assert "runs without repacked weights and flash attention." in quantbench("doctor").stdout


def test_version_and_help() -> None:
    assert quantbench("--version").stdout == "quantbench 0.1.0\n"
    for command in ((), ("chat",)):
        done = quantbench(*command, "--help")
        assert done.returncode == 0
        assert done.stdout.startswith(" ".join(("Usage: quantbench", *command)))


def test_every_command_answers_as_json_and_quietly_and_its_help_is_whole(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """In this process: help starts nothing."""
    paths = list(_commands(typer.main.get_command(program), ()))
    assert {path[0] for path in paths if path} == set(COMMANDS)
    for path in paths:
        assert main([*path, "--help"]) == 0
        said = capsys.readouterr().out
        assert "..." not in said.replace("[ARGS]...", ""), path
        assert not path or ("--json" in said and "--quiet" in said), path


def _commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """The words of every command below this one, and of itself."""
    yield path
    for name, each in getattr(command, "commands", {}).items():
        yield from _commands(each, (*path, name))


def test_usage_that_is_wrong_names_the_help_of_its_own_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["servers", "remove", "lab", "--forever"]) == 2
    assert "`quantbench servers remove --help`" in capsys.readouterr().err


def test_the_installed_command_is_the_same_program() -> None:
    script = Path(sys.executable).with_name("quantbench")
    done = subprocess.run([script, "--version"], capture_output=True, check=True, cwd=ROOT)
    assert done.stdout.decode().split() == ["quantbench", "0.1.0"]


@pytest.mark.long
def test_chat_guesses_ahead_with_the_same_text() -> None:
    question = ("--prompt", "Repeat: one cat, two cats, three cats.", "--max-tokens", "24")
    plain = quantbench(*ASK, *question)
    guessed = quantbench(*ASK, *question, "--lookup", "--draft", "starter", "--json")
    assert guessed.returncode == 0, guessed.stderr
    report = json.loads(guessed.stdout)
    assert report["text"].strip() == plain.stdout.strip()
    assert report["timings"]["draft_tokens"] >= report["timings"]["accepted_tokens"] >= 0


@pytest.mark.long
def test_guessing_ahead_is_for_models_of_this_computer(tmp_path: Path) -> None:
    done = quantbench("chat", "--remote", "http://127.0.0.1:9", "--draft", "starter")
    assert done.returncode == 2
    assert "leave out `--draft` and `--lookup`" in done.stderr
    poor = write_llama(tmp_path / "tiny.gguf")
    done = quantbench(*ASK, "--prompt", "Hello", "--draft", str(poor))
    assert done.returncode == 1
    assert "its vocabulary is another one" in done.stderr
