"""The command line and the hub: search, files, pull, models, chat, remove; on a stand-in hub."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.fakes.commands import one_sentence, quantbench, said_in_one_sentence, started
from tests.fakes.download_scene import random_bytes
from tests.fakes.gguf_files import tiny_llama
from tests.fakes.hub import FakeHub
from tests.fakes.hub_faults import Fault
from tests.systems import unix_signals

pytestmark = pytest.mark.timeout(300)

REPO = "tester/SmolLM2-135M-Instruct-GGUF"
OTHER = "tester/other-8B-GGUF"
NAME = "SmolLM2-135M-Instruct.Q4_1"
MIB = 2**20


@pytest.fixture
def fake() -> Iterator[FakeHub]:
    with FakeHub() as hub:
        yield hub


@pytest.fixture
def ways(fake: FakeHub) -> Mapping[str, str | None]:
    """The environment in which the commands find the stand-in."""
    return {"HF_ENDPOINT": fake.endpoint, "HF_HUB_OFFLINE": None}


def test_search_files_pull_models_chat_remove(
    fake: FakeHub, ways: Mapping[str, str | None], home: Path, starter_path: Path
) -> None:
    fake.add(REPO, {f"{NAME}.gguf": starter_path}, downloads=12_345, likes=6)
    fake.add(OTHER, {"other-Q8_0.gguf": b"x" * 100}, downloads=7, gated=True)

    found = json.loads(quantbench("search", "gguf", "--json", environment=ways).stdout)
    assert found["models"] == [
        {"repo": REPO, "downloads": 12_345, "likes": 6, "formats": ["gguf"],
         "parameter_count": 135_000_000, "gated": False},
        {"repo": OTHER, "downloads": 7, "likes": 0, "formats": ["gguf"],
         "parameter_count": 8_000_000_000, "gated": True},
    ]  # fmt: skip
    table = quantbench("search", "SmolLM2", environment=ways)
    assert (table.returncode, table.stderr) == (0, "")
    assert table.stdout.splitlines()[1].split() == [REPO, "135M", "GGUF", "unknown", "12.3k", "6"]

    listed = json.loads(quantbench("files", REPO, "--json", environment=ways).stdout)
    sha256 = hashlib.sha256(starter_path.read_bytes()).hexdigest()
    (row,) = listed["files"]
    assert listed["repo"] == REPO
    advised = listed["recommended"]
    assert (advised["name"], advised["quantization"]) == (row["name"], "Q4_1")
    assert advised["reason"].endswith(".")
    assert (row["name"], row["quantization"]) == (f"{NAME}.gguf", "Q4_1")
    assert (row["size_bytes"], row["sha256"]) == (starter_path.stat().st_size, sha256)
    assert row["total_bytes"] > row["size_bytes"]
    assert row["fit"] in ("fits", "tight", "partial", "too_big")

    pulled = json.loads(quantbench("pull", f"{REPO}:q4_1", "--json", environment=ways).stdout)
    path = home / "quantbench" / "models" / REPO / f"{NAME}.gguf"
    assert pulled["path"] == str(path)
    assert pulled["sha256"] == sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert pulled["transferred_bytes"] == pulled["size_bytes"] == path.stat().st_size
    assert pulled["resumed_from_bytes"] == 0
    again = json.loads(quantbench("pull", f"{REPO}/{NAME}.gguf", "--json", environment=ways).stdout)
    assert again["transferred_bytes"] == 0

    models = json.loads(quantbench("models", "--json").stdout)["models"]
    (own,) = (model for model in models if model["source"] == "quantbench")
    assert own["path"] == str(path)

    options = ("--max-tokens", "4", "--context", "512", "--json")
    reply = quantbench("chat", path, "--prompt", "Hello", *options)
    assert json.loads(reply.stdout)["text"], reply.stderr

    removed = quantbench("remove", path, "--json")
    assert json.loads(removed.stdout) == {
        "name": own["name"], "path": str(path), "frees_bytes": starter_path.stat().st_size,
    }  # fmt: skip
    assert not path.parent.exists(), "empty folders go too"
    (trashed,) = home.rglob(f"Trash/files/{NAME}.gguf")
    assert hashlib.sha256(trashed.read_bytes()).hexdigest() == sha256


@pytest.mark.long
@unix_signals
def test_ctrl_c_pauses_a_pull_and_the_same_command_resumes_it(
    fake: FakeHub, ways: Mapping[str, str | None], home: Path
) -> None:
    content = random_bytes(8 * MIB)
    fake.add(OTHER, {"other-Q8_0.gguf": content})
    fake.faults.append(Fault("stall", value=5 * MIB))
    environment = {**os.environ, **ways}
    child = started("pull", OTHER, env={k: v for k, v in environment.items() if v is not None})
    fake.wait_for_bytes(5 * MIB)
    child.send_signal(signal.SIGINT)
    out, complaint = child.communicate()
    assert child.returncode == 1
    assert out == b""
    one_sentence(complaint.decode(), "paused", f"quantbench pull {OTHER}")
    fake.faults.clear()
    done = json.loads(quantbench("pull", OTHER, "--json", environment=ways).stdout)
    # What the sockets held when it was stopped is fetched again.
    assert 0 < done["resumed_from_bytes"] <= 5 * MIB
    assert done["transferred_bytes"] == len(content) - done["resumed_from_bytes"]
    assert done["sha256"] == hashlib.sha256(content).hexdigest()


@pytest.mark.long
def test_the_recommended_quantization_is_taken_and_named(
    fake: FakeHub, ways: Mapping[str, str | None]
) -> None:
    names = ("Q2_K", "Q4_K_M", "Q8_0")
    fake.add(OTHER, {f"other-8B-{name}.gguf": tiny_llama().whole() for name in names})
    listed = quantbench("files", OTHER, environment=ways)
    assert f"quantbench pull {OTHER}:Q4_K_M" in listed.stderr
    done = quantbench("pull", OTHER, environment=ways)
    assert done.returncode == 0
    assert done.stdout.endswith("other-8B-Q4_K_M.gguf\n")
    assert "Taking Q4_K_M" in done.stderr
    assert "quantbench chat" in done.stderr
    quiet = quantbench("pull", OTHER, "--quiet", environment=ways)
    assert (quiet.stderr, quiet.stdout) == ("", done.stdout)


@pytest.mark.long
def test_a_row_that_is_no_model_does_not_hide_the_others(
    fake: FakeHub, ways: Mapping[str, str | None]
) -> None:
    sound = tiny_llama().whole()
    fake.add(OTHER, {"other-8B-Q4_K_M.gguf": b"Dear reader, " * 99, "other-8B-Q8_0.gguf": sound})
    listed = quantbench("files", OTHER, environment=ways)
    assert listed.returncode == 0
    assert "other-8B-Q4_K_M: The file is not a GGUF model" in listed.stderr
    assert "Recommended: Q8_0." in listed.stderr
    report = json.loads(quantbench("files", OTHER, "--json", environment=ways).stdout)
    rows = {row["quantization"]: row for row in report["files"]}
    pulled = quantbench("pull", f"{OTHER}:Q4_K_M", environment=ways)
    assert pulled.returncode == 0
    assert "cannot be loaded. The file is not a GGUF model" in pulled.stderr
    assert report["recommended"]["name"] == rows["Q8_0"]["name"]
    assert rows["Q4_K_M"]["total_bytes"] is None
    assert rows["Q8_0"]["total_bytes"] > len(sound)
    assert rows["Q8_0"]["bits_per_weight"] == 8 * len(sound) / 8e9


@pytest.mark.long
def test_what_cannot_be_is_one_sentence(
    fake: FakeHub, ways: Mapping[str, str | None], home: Path
) -> None:
    fake.add(OTHER, {"other-Q8_0.gguf": b"x" * 100}, gated=True)
    wrong = quantbench("pull", f"{OTHER}:Q3_K_M", environment=ways)
    said_in_one_sentence(wrong, "holds no Q3_K_M", "Q8_0")
    said_in_one_sentence(
        quantbench("pull", f"{OTHER}:Q8_0", environment=ways), "gated", "terms", "HF_TOKEN"
    )
    said_in_one_sentence(quantbench("files", "tester/none", environment=ways), "no repository")
    said_in_one_sentence(quantbench("files", "none", environment=ways), "owner/model")
    offline = {**ways, "HF_HUB_OFFLINE": "1"}
    said_in_one_sentence(quantbench("search", "x", environment=offline), "offline")
    said_in_one_sentence(quantbench("remove", "starter"), "came with the program")
    said_in_one_sentence(quantbench("remove", "nothing-like-it"), "no model")
    fake.faults.append(Fault("status", where="api", value=429, retry_after="7"))
    said_in_one_sentence(quantbench("search", "x", environment=ways), "in 7 s", "token")


@pytest.mark.long
def test_nothing_found_is_an_answer(ways: Mapping[str, str | None]) -> None:
    done = quantbench("search", "no-such-model", environment=ways)
    assert (done.returncode, done.stdout) == (0, "")
    assert "no-such-model" in done.stderr
    as_json = quantbench("search", "no-such-model", "--json", environment=ways)
    assert json.loads(as_json.stdout) == {"models": []}
