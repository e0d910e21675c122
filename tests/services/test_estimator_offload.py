"""Offload to a device that is not the CPU: the estimate against a real load, per device."""

from __future__ import annotations

import contextlib
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from app.domain.hardware import Device
from app.domain.memory import DeviceMemory
from app.domain.memory_options import MemoryOptions
from app.domain.model_memory import read_model
from app.services.estimator import Estimator
from app.services.model_headers import read_model_headers
from tests.fakes.gguf_models import header_only
from tests.fakes.real_servers import listening_port

HOST = Device(name="CPU", kind="cpu", description="", free_bytes=8 * 2**30)
GPU = Device(name="RPC0", kind="other_gpu", description="", free_bytes=8 * 2**30)
ROOT = Path(__file__).parents[2]
BUFFER = re.compile(
    r"(CPU|CPU_Mapped|RPC0)(?:\[127\.0\.0\.1:(\d+)\])? +(model|KV|compute) buffer size = +([\d.]+)"
)


@pytest.fixture(scope="module")
def rpc_ports() -> Iterator[list[int]]:
    """Two servers, each of which is a device."""
    with contextlib.ExitStack() as servers:
        yield [servers.enter_context(serving()) for _ in range(2)]


@contextlib.contextmanager
def serving() -> Iterator[int]:
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.rpc_device", "serve"],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        port = listening_port(server)
        assert port is not None, "the RPC server has ended"
        yield port
    finally:
        server.kill()
        server.wait()


def really_loaded(
    ports: list[int], model: Path, layers: int, shares: tuple[float, ...] = ()
) -> dict[str, dict[str, float]]:
    """Bytes of each device's buffers in a real load with a context of 2,048 tokens."""
    texts = [",".join(map(str, numbers)) for numbers in (ports, shares)]
    result = subprocess.run(
        [sys.executable, "-m", "tests.fakes.rpc_device", "load", texts[0], str(model),
         str(layers), "2048", texts[1]],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "decoded: 0" in result.stdout
    sizes: dict[str, dict[str, float]] = {"CPU": {}, "RPC0": {}, "RPC1": {}}
    for _, port, kind, mib in BUFFER.findall(result.stdout):
        found = sizes[f"RPC{ports.index(int(port))}" if port else "CPU"]
        found[kind] = found.get(kind, 0) + float(mib) * 2**20
    return sizes


def assert_like(device: DeviceMemory, real: dict[str, float]) -> None:
    # llama.cpp prints two decimals of a MiB.
    assert device.kv_bytes == pytest.approx(real.get("KV", 0), rel=0.01, abs=6000)
    assert device.compute_bytes == pytest.approx(real.get("compute", 0), rel=0.01, abs=6000)
    if device.kind != "cpu":
        assert device.weights_bytes == pytest.approx(real["model"], rel=0.01)


@pytest.mark.parametrize(
    "layers", [31, 16, *(pytest.param(layers, marks=pytest.mark.long) for layers in (30, 1))]
)
async def test_each_device_within_one_percent(
    rpc_ports: list[int], starter_path: Path, tmp_path: Path, layers: int
) -> None:
    real = really_loaded(rpc_ports[:1], starter_path, layers)
    estimator = Estimator(tmp_path / "estimates", rpc_ports=rpc_ports[:1])
    options = MemoryOptions(context_tokens=2048, gpu_layers=layers)
    try:
        headers = read_model_headers([starter_path])
        found = await estimator.estimate(headers, options, HOST, [GPU])
        formula = await estimator.estimate(headers, options, HOST, [GPU], "formula")
    finally:
        await estimator.close()
    assert found.notice is None
    host, gpu = found.estimate.devices
    assert_like(host, real["CPU"])
    assert_like(gpu, real["RPC0"])
    for device, name in zip(formula.estimate.devices, ("CPU", "RPC0"), strict=True):
        assert_like(device, real[name])


@pytest.mark.parametrize(
    "name",
    ["llama-3.1-8B", pytest.param("qwen3-0.6B", marks=pytest.mark.long),
     pytest.param("gemma-2-9B", marks=pytest.mark.long)],
)  # fmt: skip
@pytest.mark.parametrize("flash", [True, False])
async def test_a_part_of_the_layers_of_real_models(
    rpc_ports: list[int], tmp_path: Path, name: str, *, flash: bool
) -> None:
    """One layer alone, and half of them: the formula as llama.cpp lays it out."""
    file = header_only(name)
    path = tmp_path / "model.gguf"
    with path.open("wb") as output:
        output.write(file.header())
        output.truncate(file.size())
    headers = read_model_headers([path])
    count = read_model(headers.headers).architecture.layer_count
    estimator = Estimator(tmp_path / "estimates", rpc_ports=rpc_ports[:1])
    try:
        for layers in (2, count // 2):
            options = MemoryOptions(context_tokens=2048, gpu_layers=layers, flash_attention=flash)
            told = await estimator.estimate(headers, options, HOST, [GPU])
            formula = await estimator.estimate(headers, options, HOST, [GPU], "formula")
            assert told.notice is None
            for ours, theirs in zip(formula.estimate.devices, told.estimate.devices, strict=True):
                assert ours.compute_bytes == pytest.approx(theirs.compute_bytes, rel=0.01)
    finally:
        await estimator.close()


async def test_two_devices_with_shares(
    rpc_ports: list[int], starter_path: Path, tmp_path: Path
) -> None:
    shares = (1.0, 2.0)
    real = really_loaded(rpc_ports, starter_path, 31, shares)
    estimator = Estimator(tmp_path / "estimates", rpc_ports=rpc_ports)
    options = MemoryOptions(context_tokens=2048, gpu_layers=31, tensor_split=shares)
    try:
        headers = read_model_headers([starter_path])
        both = [GPU, msgspec.structs.replace(GPU, name="RPC1")]
        found = await estimator.estimate(headers, options, HOST, both)
        formula = await estimator.estimate(headers, options, HOST, both, "formula")
    finally:
        await estimator.close()
    assert found.notice is None
    for estimate in (found.estimate, formula.estimate):
        for device, name in zip(estimate.devices, ("CPU", "RPC0", "RPC1"), strict=True):
            assert_like(device, real[name])
