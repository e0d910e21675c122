"""MLX models: the formula against mlx-lm's own classes, the hub, odd configurations, real peaks."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from app.domain.engine import ChatMessage, Finished, GenerationRequest
from app.domain.errors import ModelFileError, ModelUnsupportedError, UsageError
from app.domain.hardware import Device
from app.domain.hub import HubFile, group_files
from app.domain.load_memory import options_of_load
from app.domain.load_options import LoadOptions, LoadPlan
from app.domain.memory_options import MemoryOptions
from app.domain.mlx_model import config_from, read_mlx_model
from app.services.access_token import AccessToken
from app.services.estimator import Estimator
from app.services.mlx_headers import MlxHeaders, read_mlx_headers
from app.services.network import Network
from app.services.remote_header import RemoteHeader
from backends.local import LocalEngine
from tests.fakes.hub import FakeHub
from tests.fakes.hub_repos import COMMIT
from tests.fakes.mlx_shapes import CONFIGS, UNKNOWN

pytestmark = pytest.mark.usefixtures("mlx_here")
HOST = Device(name="CPU", kind="cpu", description="", free_bytes=8 * 2**30)
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def shapes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("mlx") / "shapes"
    command = [sys.executable, "-m", "tests.fakes.mlx_shapes", folder]
    subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
    return folder


@pytest.fixture
async def estimator(tmp_path: Path) -> AsyncIterator[Estimator]:
    estimator = Estimator(tmp_path / "estimates")
    yield estimator
    await estimator.close()
    assert list((tmp_path / "estimates").glob("*")) == []


def points() -> list[MemoryOptions]:
    return [
        MemoryOptions(context_tokens=context, key_type=kind, value_type=kind)
        for context in (512, 8192, 100_000)
        for kind in ("f16", "q8_0", "q4_0")
    ]


@pytest.mark.long
async def test_formula_is_what_mlx_lm_lays_out(estimator: Estimator, shapes: Path) -> None:
    for name in CONFIGS:
        headers = read_mlx_headers(shapes / name)
        for options in points():
            if name == "gpt-oss-20B" and options.key_type != "f16":
                with pytest.raises(UsageError, match="Keep f16"):
                    await estimator.estimate(headers, options, HOST)
                continue
            formula = (await estimator.estimate(headers, options, HOST, (), "formula")).estimate
            told = await estimator.estimate(headers, options, HOST)
            assert told.notice is None
            assert (formula.tier, told.estimate.tier) == ("formula", "dry_run")
            assert formula.weights_bytes == told.estimate.weights_bytes, name
            assert formula.kv_bytes == told.estimate.kv_bytes, (name, options)


@pytest.mark.long
async def test_what_the_formula_does_not_know_is_asked_of_mlx_lm(
    estimator: Estimator, shapes: Path
) -> None:
    for name in UNKNOWN:
        headers = read_mlx_headers(shapes / name)
        with pytest.raises(ModelUnsupportedError, match="unknown to the formula"):
            await estimator.estimate(headers, points()[0], HOST, (), "formula")
        told = (await estimator.estimate(headers, points()[0], HOST)).estimate
        assert told.weights_bytes == headers.files[0].header.weights_bytes
        assert told.kv_bytes > 0


@pytest.mark.long
async def test_a_repository_is_laid_out_from_its_headers(
    estimator: Estimator, shapes: Path, tmp_path: Path
) -> None:
    name = "qwen3-0.6B"
    local = await estimator.estimate(read_mlx_headers(shapes / name), points()[1], HOST)
    with FakeHub() as hub:
        hub.add_folder("tester/qwen-mlx", shapes / name)
        network = Network(endpoint=hub.endpoint, offline=False)
        token = AccessToken(tmp_path, network.endpoint_host)
        remote = RemoteHeader(network, token, tmp_path / "cache")
        files = [
            HubFile(path=file.name, size_bytes=file.size, sha256=file.sha256)
            for file in hub.repos["tester/qwen-mlx"].files.values()
        ]
        (row,) = group_files("tester/qwen-mlx", files, is_mlx=True)
        try:
            headers = await remote.read("tester/qwen-mlx", COMMIT, row)
            again = await remote.read("tester/qwen-mlx", COMMIT, row)
        finally:
            await remote.close()
        assert sum(answer.sent_bytes for answer in hub.answers) < 2**20
    assert isinstance(headers, MlxHeaders)
    assert headers == again
    assert headers.folder is None
    assert (await estimator.estimate(headers, points()[1], HOST)).estimate == local.estimate


def test_a_configuration_that_is_none(shapes: Path) -> None:
    headers = read_mlx_headers(shapes / "qwen3-0.6B")
    tables = [file.header for file in headers.files]
    config = json.loads(headers.config)
    for text in (b"", b"{", b"[1]", b"\xff", b"[" * 100_000):
        with pytest.raises(ModelFileError, match="Download it again"):
            config_from(text)
    for change in (
        {"num_hidden_layers": -1},
        {"num_hidden_layers": 10**12},
        {"num_hidden_layers": "28"},
        {"model_type": None},
    ):
        with pytest.raises(ModelFileError, match="how many layers"):
            read_mlx_model({**config, **change}, tables, 0)
    with pytest.raises(ModelUnsupportedError, match="asks for code"):
        read_mlx_model({**config, "auto_map": {"AutoModel": "x.Y"}}, tables, 0)
    with pytest.raises(ModelFileError, match="no weights"):
        read_mlx_model(config, [], 0)
    # Values that make no sense are as if they were not there.
    odd = {"hidden_size": "x", "head_dim": [], "vocab_size": -5, "text_config": 3}
    assert read_mlx_model({**config, **odd}, tables, 0).architecture.is_known


@pytest.mark.long
async def test_a_helper_that_is_refused_falls_back_and_says_so(
    estimator: Estimator, shapes: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    for file in (shapes / "qwen3-0.6B").iterdir():
        (folder / file.name).symlink_to(file)
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").unlink()
    (folder / "config.json").write_text(json.dumps({**config, "hidden_size": 64}))
    told = await estimator.estimate(read_mlx_headers(folder), points()[0], HOST)
    assert told.estimate.tier == "formula"
    assert told.notice is not None
    assert told.notice.endswith("The numbers are the formula's.")


@pytest.mark.long
async def test_predicted_total_beside_the_peak_of_a_worker(
    estimator: Estimator, quick_mlx_path: Path, tmp_path: Path
) -> None:
    headers = read_mlx_headers(quick_mlx_path)
    load = LoadOptions(context_tokens=1024)
    told = await estimator.estimate(headers, options_of_load(load, headers.model()), HOST)
    engine = LocalEngine("mlx", tmp_path / "run")
    plan = LoadPlan(name="quick", path=os.fsencode(quick_mlx_path), options=load)
    session = await engine.load(plan, lambda _: None)
    text = "The quick brown fox jumps over the lazy dog. " * 70
    request = GenerationRequest(messages=(ChatMessage("user", text),), max_tokens=4)
    try:
        events = [event async for event in session.generate(request)]
    finally:
        await session.close()
    last = events[-1]
    assert isinstance(last, Finished)
    peak, device = last.timings.peak_rss_bytes, last.timings.peak_device_bytes
    assert peak is not None
    assert device is not None
    estimate = told.estimate
    assert estimate.total_bytes == pytest.approx(peak, rel=0.15)
    held = estimate.total_bytes - estimate.overhead_bytes
    assert held == pytest.approx(device, rel=0.1)
