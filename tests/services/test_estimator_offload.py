"""Offload to a device that is not the CPU: the estimate against a real load, per device."""

from __future__ import annotations

import contextlib
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.domain.hardware import Device
from app.domain.memory import DeviceMemory
from app.domain.memory_options import MemoryOptions
from app.services.estimator import Estimator
from app.services.model_headers import read_model_headers

HOST = Device(name="CPU", kind="cpu", description="", free_bytes=8 * 2**30)
GPU = Device(name="RPC0", kind="other_gpu", description="", free_bytes=8 * 2**30)
ROOT = Path(__file__).parents[2]
BUFFER = re.compile(
    r"(CPU|CPU_Mapped|RPC0)(?:\[[^\]]*\])? +(model|KV|compute) buffer size = +([\d.]+)"
)


@pytest.fixture(scope="module")
def rpc_port() -> Iterator[int]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "tests.fakes.rpc_device", "serve", str(port)],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    while server.poll() is None:  # until it listens
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                break
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(0.05)
    yield port
    server.kill()
    server.wait()


def really_loaded(port: int, model: Path, layers: int, context: int) -> dict[str, dict[str, float]]:
    """Bytes of each device's buffers in a real load."""
    result = subprocess.run(
        [sys.executable, "-m", "tests.fakes.rpc_device", "load", str(port), str(model),
         str(layers), str(context)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert "decoded: 0" in result.stdout
    sizes: dict[str, dict[str, float]] = {"CPU": {}, "RPC0": {}}
    for device, kind, mib in BUFFER.findall(result.stdout):
        found = sizes["CPU" if device.startswith("CPU") else device]
        found[kind] = found.get(kind, 0) + float(mib) * 2**20
    return sizes


def assert_like(device: DeviceMemory, real: dict[str, float]) -> None:
    # llama.cpp prints two decimals of a MiB.
    assert device.kv_bytes == pytest.approx(real.get("KV", 0), rel=0.01, abs=6000)
    assert device.compute_bytes == pytest.approx(real.get("compute", 0), rel=0.01, abs=6000)
    if device.kind != "cpu":
        assert device.weights_bytes == pytest.approx(real["model"], rel=0.01)


@pytest.mark.parametrize("layers", [31, 30, 16, 1])
async def test_each_device_within_one_percent(
    rpc_port: int, starter_path: Path, tmp_path: Path, layers: int
) -> None:
    real = really_loaded(rpc_port, starter_path, layers, 2048)
    estimator = Estimator(tmp_path / "estimates", rpc_ports=[rpc_port])
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
    if layers == 31:  # all of it: the formula is exact too
        for device, name in zip(formula.estimate.devices, ("CPU", "RPC0"), strict=True):
            assert_like(device, real[name])
