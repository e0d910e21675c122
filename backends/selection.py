"""Which device a model runs on, and why, in words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from app.domain.hardware import BackendChoice, Device, DeviceKind, EngineStatus, Gpu
from app.domain.units import memory_text
from app.domain.words import marked, said

# The maker's own interface before one that several makers share.
_PREFERENCE: tuple[DeviceKind, ...] = ("cuda", "metal", "rocm", "vulkan", "other_gpu")
_TITLES: dict[DeviceKind, str] = {
    "cuda": "CUDA",
    "metal": "Metal",
    "rocm": "ROCm",
    "vulkan": "Vulkan",
    "other_gpu": marked("The graphics device"),
    "cpu": marked("The CPU"),
}
# Drivers that draw on the CPU and call themselves graphics cards: slower than the CPU itself.
_SOFTWARE = ("llvmpipe", "lavapipe", "swiftshader", "softpipe")
# A model on a machine at the other end of a network is asked for by name, never chosen.
_REMOTE = "RPC"
# Interfaces that serve the cards of a maker, best first: ggml's name, build option, title.
_Interface = tuple[tuple[str, ...], str, str]
_CUDA: _Interface = (("CUDA",), "GGML_CUDA", "CUDA")
_ROCM: _Interface = (("ROCm",), "GGML_HIP", "ROCm")
_METAL: _Interface = (("MTL", "Metal"), "GGML_METAL", "Metal")
_VULKAN: _Interface = (("Vulkan",), "GGML_VULKAN", "Vulkan")
INTERFACES: dict[Literal["nvidia", "amd", "apple"], tuple[_Interface, ...]] = {
    "nvidia": (_CUDA, _VULKAN),
    "amd": (_ROCM, _VULKAN),
    "apple": (_METAL,),
}


def choose(status: EngineStatus, gpus: Sequence[Gpu]) -> BackendChoice:
    """The device for this engine on this machine, with a reason for people.

    CUDA, Metal, ROCm or Vulkan in that order; of several devices of one kind a card of its own
    before an integrated one, then the one with the most memory. Else the CPU, with the reason why
    a card that is there is not used.
    """
    if not status.usable:
        return _cpu(status, f"{_unusable(status)} {status.reason}")
    device = _best_gpu(status.devices)
    if device is None:
        return _cpu(status, _why_cpu(status, gpus))
    return BackendChoice(
        engine=status.name, device=device.name, kind=device.kind, reason=_why(device, status, gpus)
    )


def _best_gpu(devices: Sequence[Device]) -> Device | None:
    candidates = [device for device in devices if _is_candidate(device)]
    return min(candidates, key=_rank, default=None)


def _rank(device: Device) -> tuple[int, bool, int]:
    """An integrated card counts all memory of the machine as its own, so it comes after others."""
    return _PREFERENCE.index(device.kind), device.is_integrated, -(device.total_bytes or 0)


def _is_candidate(device: Device) -> bool:
    return device.kind in _PREFERENCE and not is_software(device) and not is_remote(device)


def is_remote(device: Device) -> bool:
    """Whether the device is on a machine at the other end of a network."""
    return device.name.startswith(_REMOTE)


def is_software(device: Device) -> bool:
    """Whether the device only pretends to be a graphics card."""
    return any(name in device.description.lower() for name in _SOFTWARE)


def _unusable(status: EngineStatus) -> str:
    return said("{engine} cannot be used.").format(engine=status.name)


def _cpu(status: EngineStatus, reason: str) -> BackendChoice:
    return BackendChoice(engine=status.name, device=None, kind="cpu", reason=reason)


def _why(device: Device, status: EngineStatus, gpus: Sequence[Gpu]) -> str:
    reason = said("{interface} on {device}").format(
        interface=said(_TITLES[device.kind]), device=device.description or device.name
    )
    if device.total_bytes and device.free_bytes is not None:
        reason += said(" ({total}, {free} free)").format(
            total=memory_text(device.total_bytes), free=memory_text(device.free_bytes)
        )
    elif device.total_bytes:
        reason += f" ({memory_text(device.total_bytes)})"
    rivals = [each for each in status.devices if _is_candidate(each) and each != device]
    if any(_rank(each)[:2] == _rank(device)[:2] for each in rivals):
        reason += said(", the one with the most memory")
    return f"{reason}. {_unused_better_way(device, status, gpus)}".strip()


def _unused_better_way(device: Device, status: EngineStatus, gpus: Sequence[Gpu]) -> str:
    """A hint when a card runs over a shared interface though its maker's own is missing."""
    for gpu in gpus:
        backends, option, title = INTERFACES[gpu.vendor][0]
        if device.kind == "vulkan" and not is_built_in(backends, status):
            words = said("A build of llama.cpp with {title} ({option}=ON) may be faster.")
            return words.format(title=title, option=option)
    return ""


def _why_cpu(status: EngineStatus, gpus: Sequence[Gpu]) -> str:
    """Why the CPU computes: no card, or for the first card the thing that is missing."""
    if not gpus:
        if any(is_software(device) for device in status.devices):
            return said("The CPU, because the only graphics device draws in software.")
        return said("The CPU, because no graphics card was found that llama.cpp can use.")
    gpu = max(gpus, key=lambda each: each.total_bytes or 0)
    card = _with_article(gpu.name)
    interfaces = INTERFACES[gpu.vendor]
    found = next((each for each in interfaces if is_built_in(each[0], status)), None)
    if found is not None:
        return said(
            "{card} is present, but {interface} finds no usable device: its driver may be missing "
            "or too old. The CPU is used. Update the driver and run `quantbench doctor` again."
        ).format(card=card, interface=found[2])
    _, option, title = interfaces[0]
    return said(
        "{card} is present, but this build of llama.cpp has no {title}: the CPU is used. A build "
        "with {option}=ON would use the card."
    ).format(card=card, title=title, option=option)


def is_built_in(backends: tuple[str, ...], status: EngineStatus) -> bool:
    """Whether the engine was built with one of these interfaces."""
    return any(name in status.backends for name in backends)


def _with_article(name: str) -> str:
    """The article by the sound of the first letter: an NVIDIA, an AMD, an Apple, a Radeon."""
    first = name.partition(" ")[0]
    sounds_open = "AEFHILMNORSX" if first.isupper() else "AEIOU"
    words = said("An {name}") if first[:1].upper() in sounds_open else said("A {name}")
    return words.format(name=name)
