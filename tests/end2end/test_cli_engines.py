"""`quantbench servers` and `quantbench engines`, run as a user runs them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

from app.services.paths import Paths
from tests.fakes.commands import quantbench
from tests.fakes.engine_wheels import crashing, make_wheel
from tests.fakes.model_server import Request, lists, replies, running, usage


@pytest.fixture(autouse=True)
def no_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Never the keyring of whoever runs the tests."""
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")


@pytest.mark.long
async def test_server_is_added_with_its_key_and_answers() -> None:
    async def guarded(request: Request) -> None:
        if request.headers.get("authorization") == "Bearer secret-1":
            await lists("tiny", owned_by="vllm")(request)
        else:
            await request.json({"error": "no"}, status=401)

    async with running(replies("Hello", closing=[usage(9, 1)]), models=guarded) as server:

        def commands() -> None:
            done = quantbench("servers", "add", "lab", server.address)
            assert (done.returncode, "wants a key" in done.stderr) == (0, True)
            done = quantbench("servers", "add", "lab", server.address, "--key", stdin=b"secret-1\n")
            assert "vLLM" in done.stdout
            assert "secret-1" not in done.stdout + done.stderr
            listed = json.loads(quantbench("servers", "--json").stdout)["servers"]
            assert listed == [{"name": "lab", "address": server.address, "models": ["tiny"]}]
            report = json.loads(quantbench("servers", "test", "lab", "--json").stdout)
            assert [model["id"] for model in report["models"]] == ["tiny"]
            done = quantbench("chat", "--remote", "lab", "--prompt", "Hi", "--json")
            assert json.loads(done.stdout)["usage"]["prompt_tokens"] == 9

        await asyncio.to_thread(commands)
    assert quantbench("servers", "test", "lab").returncode == 1
    assert quantbench("servers", "remove", "lab").returncode == 0
    done = quantbench("servers", "test", "lab")
    assert (done.returncode, "no server called lab" in done.stderr) == (2, True)


@pytest.mark.long
def test_build_is_installed_used_for_a_model_and_removed(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path)
    done = quantbench("engines", "install", "other", "--wheel", str(wheel), "--json")
    assert (done.returncode, "is installed and works" in done.stderr) == (0, True)
    assert json.loads(done.stdout)["made_from"] == wheel.name
    done = quantbench("engines", "use", "other", "--model", "starter", "--json")
    assert json.loads(done.stdout)["name"] == "other"
    done = quantbench("engines", "check", "other", "--json")
    assert json.loads(done.stdout) == {"name": "other", "usable": True}
    builds = json.loads(quantbench("engines", "--json").stdout)["builds"]
    assert [(build["name"], build["chosen"]) for build in builds] == [
        ("bundled", True),
        ("other", False),
    ]
    assert len(builds[1]["models"]) == 1
    assert quantbench("engines", "use", "other").returncode == 0
    for library in Paths.default().engines.rglob("libllama.so*"):
        library.write_bytes(library.read_bytes()[:1000])
    _, bundled, other = quantbench("engines").stdout.splitlines()[:3]
    assert (bundled.split()[0], other.split()[0]) == ("used", "broken")
    done = quantbench("engines", "remove", "other", "--json")
    assert json.loads(done.stdout) == {"name": "other"}
    assert quantbench("engines", "use", "other").returncode == 2
    done = quantbench("engines", "install", "other")
    assert (done.returncode, "Give one of" in done.stderr) == (2, True)
    done = quantbench("engines", "install", "other", "--wheel", str(wheel), "--version", "1.0")
    assert (done.returncode, "goes with `--index`" in done.stderr) == (2, True)


@pytest.mark.long
def test_broken_build_is_a_sentence(tmp_path: Path) -> None:
    wheel = make_wheel(tmp_path, crashing)
    done = quantbench("engines", "install", "broken", "--wheel", str(wheel), "--quiet")
    assert done.returncode == 1
    assert done.stderr.strip().endswith("or be damaged.")
    assert len(done.stderr.strip().splitlines()) == 1


@pytest.mark.long
def test_server_for_a_model_is_computed_for_the_gpus_that_are_named() -> None:
    done = quantbench("estimate", "starter", "--tier", "formula", "--gpus", "2x24", "--json")
    serving = json.loads(done.stdout)["serving"]
    assert (serving["tensor_parallel"], serving["nodes"]) == (1, 1)
    assert serving["commands"][0].startswith("vllm serve ")
    done = quantbench("estimate", "starter", "--gpus", "many")
    assert (done.returncode, "names no GPUs" in done.stderr) == (2, True)
