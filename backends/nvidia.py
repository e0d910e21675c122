"""NVIDIA graphics cards, read through the driver's own management library (NVML)."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any, Protocol, TypeVar, cast

from app.domain.hardware import Gpu, GpuSample

T = TypeVar("T")


class _Memory(Protocol):
    total: int
    free: int
    used: int


class _Rates(Protocol):
    gpu: int


class _Nvml(Protocol):
    """The part of the module `pynvml` that is used here, because it has no types of its own."""

    NVMLError: type[Exception]

    def nvmlInit(self) -> None: ...
    def nvmlShutdown(self) -> None: ...
    def nvmlSystemGetDriverVersion(self) -> str: ...
    def nvmlDeviceGetCount(self) -> int: ...
    def nvmlDeviceGetHandleByIndex(self, index: int) -> Any: ...
    def nvmlDeviceGetName(self, handle: Any) -> str: ...
    def nvmlDeviceGetCudaComputeCapability(self, handle: Any) -> list[int]: ...
    def nvmlDeviceGetMemoryInfo(self, handle: Any) -> _Memory: ...
    def nvmlDeviceGetUtilizationRates(self, handle: Any) -> _Rates: ...
    def nvmlDeviceGetPowerUsage(self, handle: Any) -> int: ...


class NvidiaCards:
    """The cards of this machine; none when there is no driver or it fails.

    No error of NVML leaves this class: what cannot be read is None. One thread at a time.
    """

    def __init__(self) -> None:
        self._nvml = cast("_Nvml", import_module("pynvml"))
        self._is_open = self._ask(self._open) is not None
        self._cards = self._find() if self._is_open else []

    def gpus(self) -> tuple[Gpu, ...]:
        """The cards with their memory and the version of the driver."""
        driver = self._ask(self._nvml.nvmlSystemGetDriverVersion) if self._cards else None
        return tuple(self._gpu(name, handle, driver) for name, handle in self._cards)

    def samples(self) -> tuple[GpuSample, ...]:
        """One reading of every card, in the order of `gpus`."""
        return tuple(self._sample(name, handle) for name, handle in self._cards)

    def close(self) -> None:
        """Let the driver go; may be called twice."""
        self._cards = []
        if self._is_open:
            self._is_open = False
            self._ask(self._nvml.nvmlShutdown)

    def _open(self) -> bool:
        self._nvml.nvmlInit()
        return True

    def _find(self) -> list[tuple[str, Any]]:
        cards: list[tuple[str, Any]] = []
        for index in range(self._ask(self._nvml.nvmlDeviceGetCount) or 0):
            handle = self._ask(self._nvml.nvmlDeviceGetHandleByIndex, index)
            if handle is not None:
                name = self._ask(self._nvml.nvmlDeviceGetName, handle)
                cards.append((name or f"NVIDIA GPU {index}", handle))
        return cards

    def _gpu(self, name: str, handle: Any, driver: str | None) -> Gpu:
        memory = self._ask(self._nvml.nvmlDeviceGetMemoryInfo, handle)
        capability = self._ask(self._nvml.nvmlDeviceGetCudaComputeCapability, handle)
        return Gpu(
            name=name,
            vendor="nvidia",
            total_bytes=None if memory is None else int(memory.total),
            free_bytes=None if memory is None else int(memory.free),
            driver=driver,
            compute_capability=None if capability is None else (capability[0], capability[1]),
        )

    def _sample(self, name: str, handle: Any) -> GpuSample:
        memory = self._ask(self._nvml.nvmlDeviceGetMemoryInfo, handle)
        rates = self._ask(self._nvml.nvmlDeviceGetUtilizationRates, handle)
        milliwatts = self._ask(self._nvml.nvmlDeviceGetPowerUsage, handle)
        return GpuSample(
            name=name,
            used_bytes=None if memory is None else int(memory.used),
            total_bytes=None if memory is None else int(memory.total),
            load_percent=None if rates is None else float(rates.gpu),
            power_watts=None if milliwatts is None else milliwatts / 1000,
        )

    def _ask(self, question: Callable[..., T], *arguments: Any) -> T | None:
        """The driver's answer; None when it has none (unsupported, lost, or not readable)."""
        try:
            return question(*arguments)
        except (self._nvml.NVMLError, UnicodeDecodeError):
            return None
