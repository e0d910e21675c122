"""`quantbench estimate` on the real starter model and on a stand-in of the hub; bad options."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from app.__main__ import main
from tests.fakes.commands import one_sentence, quantbench, said_in_one_sentence
from tests.fakes.hub import FakeHub
from tests.fakes.machine_speed import write_measured_speed

pytestmark = [pytest.mark.usefixtures("starter_path", "speed"), pytest.mark.timeout(300)]
REPO = "tester/SmolLM2-135M-Instruct-GGUF"
MIB = 2**20


@pytest.fixture
def speed(home: Path) -> None:
    """Not measured anew by each command."""
    write_measured_speed(home / "quantbench")


def report(
    *arguments: str, environment: Mapping[str, str | None] | None = None
) -> dict[str, object]:
    done = quantbench("estimate", *arguments, "--json", environment=environment or {})
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_estimate_as_json() -> None:
    found = report("starter", "--context", "4096")
    assert list(found) == [
        "model", "architecture", "quantization", "parameter_count", "context_tokens", "tier",
        "weights_bytes", "kv_bytes", "compute_bytes", "overhead_bytes", "total_bytes", "devices",
        "repacked_bytes", "mapped_bytes", "plan", "fit", "predicted_decode_tps",
        "predicted_prefill_tps", "error_bound",
    ]  # fmt: skip
    assert (found["architecture"], found["tier"]) == ("llama", "dry_run")
    assert found["context_tokens"] == 4096
    assert found["kv_bytes"] == 90 * MIB
    devices = found["devices"]
    assert isinstance(devices, list)
    assert found["total_bytes"] == sum(device["total_bytes"] for device in devices)
    assert list(devices[0]) == [
        "name", "kind", "weights_bytes", "kv_bytes", "compute_bytes", "overhead_bytes",
        "total_bytes", "available_bytes",
    ]  # fmt: skip
    plan = found["plan"]
    assert isinstance(plan, dict)
    assert list(plan) == [
        "gpu_layers", "layer_count", "kv_type", "flash_attention", "ubatch", "parallel",
        "context_tokens",
    ]  # fmt: skip
    assert (plan["kv_type"], plan["flash_attention"], plan["ubatch"]) == ("f16", "on", 512)
    assert found["fit"] == "fits"
    assert isinstance(found["predicted_decode_tps"], float)
    assert isinstance(found["predicted_prefill_tps"], float)


@pytest.mark.long
def test_options_change_the_numbers() -> None:
    found = report(
        "starter", "--context", "4096", "--kv-type", "q8_0", "--parallel", "2", "--ubatch", "64",
        "--flash-attention", "on", "--gpu-layers", "0", "--tier", "formula",
    )  # fmt: skip
    assert found["tier"] == "formula"
    assert found["kv_bytes"] == 90 * MIB * 34 // 64
    plan = found["plan"]
    assert isinstance(plan, dict)
    assert (plan["parallel"], plan["ubatch"], plan["gpu_layers"]) == (2, 64, 0)


def test_estimate_for_people() -> None:
    done = quantbench("estimate", "starter", "--context", "4096")
    assert (done.returncode, done.stderr) == (0, "")
    assert "90 MiB" in done.stdout
    assert "Dry run: laid out by the engine itself" in done.stdout
    assert "Fits: CPU" in done.stdout


@pytest.mark.long
def test_estimate_of_a_repository_equals_that_of_its_file(starter_path: Path) -> None:
    local = report(str(starter_path), "--context", "4096")
    with FakeHub() as hub:
        hub.add(REPO, {starter_path.name: starter_path, "SmolLM2-135M.Q2_K.gguf": b"GGUF"})
        ways = {"HF_ENDPOINT": hub.endpoint, "HF_HUB_OFFLINE": None}
        remote = report(f"hf:{REPO}:Q4_1", "--context", "4096", environment=ways)
        unnamed = quantbench("estimate", f"hf:{REPO}", environment=ways)
        missing = quantbench("estimate", f"hf:{REPO}:Q8_0", environment=ways)
        nowhere = quantbench("estimate", "hf:tester/none:Q8_0", environment=ways)
    for name in ("weights_bytes", "kv_bytes", "compute_bytes", "overhead_bytes", "total_bytes"):
        assert remote[name] == local[name]
    assert remote["model"] == f"{REPO}:Q4_1"
    assert unnamed.returncode == 2
    one_sentence(unnamed.stderr, f"hf:{REPO}:Q2_K", "Q4_1")
    said_in_one_sentence(missing, "Q4_1")
    said_in_one_sentence(nowhere, "tester/none")


@pytest.mark.long
def test_a_draft_model_beside_it(starter_path: Path, tmp_path: Path) -> None:
    alone = report("starter", "--context", "4096", "--tier", "formula")
    both = report(
        "starter", "--context", "4096", "--tier", "formula", "--draft", str(starter_path)
    )  # fmt: skip
    assert both["weights_bytes"] == 2 * int(str(alone["weights_bytes"]))
    assert both["kv_bytes"] == 2 * int(str(alone["kv_bytes"]))
    wrong = quantbench("estimate", "starter", "--vision", str(starter_path))
    said_in_one_sentence(wrong, "no projector")
    said_in_one_sentence(quantbench("estimate", "starter", "--vision", str(tmp_path / "x")), "x")


@pytest.mark.long
def test_what_would_this_run_on() -> None:
    one = report("starter", "--context", "4096", "--on", "rtx 4090")
    devices = one["devices"]
    assert isinstance(devices, list)
    assert [device["name"] for device in devices] == ["CPU", "GeForce RTX 4090"]
    assert (one["fit"], one["tier"]) == ("fits", "formula")
    rows = report("starter", "--context", "4096", "--on", "all")["runs_on"]
    assert isinstance(rows, list)
    assert {row["fit"] for row in rows} == {"fits"}
    (same,) = (row for row in rows if row["name"] == "GeForce RTX 4090")
    assert same["total_bytes"] == one["total_bytes"]
    assert same["predicted_decode_tps"] == one["predicted_decode_tps"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--context", "-5"), ("--context", "greater")),
        (("--context", "99999999999"), ("context", "134,217,728")),
        (("--kv-type", "q9"), ("q9", "q8_0")),
        (("--kv-type", "q8_0", "--flash-attention", "off"), ("flash attention",)),
        (("--gpu-layers", "-1"), ("-1", "GPU layers")),
        (("--gpu-layers", "many"), ("many", "GPU layers")),
        (("--parallel", "0"), ("--parallel",)),
        (("--tier", "guess"), ("guess", "dry-run")),
        (("--on", "voodoo"), ("voodoo", "--on all")),
        (("--on", "rtx 40"), ("RTX 4060", "RTX 4090")),
    ],
)
def test_options_that_make_no_sense(
    options: tuple[str, ...], words: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["estimate", "starter", *options]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    one_sentence(said.err, *words)


def test_what_is_no_model(tmp_path: Path) -> None:
    letter = tmp_path / "letter.gguf"
    letter.write_text("Dear reader, this is not a model. " * 100)
    said_in_one_sentence(quantbench("estimate", str(letter)), "not a GGUF")
    said_in_one_sentence(quantbench("estimate", "no-such-model"), "no-such-model")
