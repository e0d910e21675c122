"""AMD graphics cards, read from the files of the Linux driver amdgpu.

The files are described in the kernel's documentation, "AMDGPU driver: misc. AMDGPU driver
information" and "GPU power/thermal controls and monitoring".
"""

from __future__ import annotations

import re
from pathlib import Path

from app.domain.hardware import Gpu, GpuSample

SYSFS = Path("/sys")
_VENDOR = "0x1002"
_CARD = re.compile(r"card\d+")


class AmdCards:
    """The cards of this machine; none where there is no such driver. What is unknown is None."""

    def __init__(self, sysfs: Path = SYSFS) -> None:
        self._driver = _read(sysfs / "module/amdgpu/version")
        self._cards = [(_name(device), device) for device in _devices(sysfs)]

    def gpus(self) -> tuple[Gpu, ...]:
        """The cards with their memory."""
        return tuple(self._gpu(name, device) for name, device in self._cards)

    def samples(self) -> tuple[GpuSample, ...]:
        """One reading of every card, in the order of `gpus`."""
        return tuple(
            GpuSample(
                name=name,
                used_bytes=_number(device / "mem_info_vram_used"),
                total_bytes=_number(device / "mem_info_vram_total"),
                load_percent=_number(device / "gpu_busy_percent"),
                power_watts=_power_watts(device),
            )
            for name, device in self._cards
        )

    def close(self) -> None:
        """There is nothing to let go of."""

    def _gpu(self, name: str, device: Path) -> Gpu:
        total = _number(device / "mem_info_vram_total")
        used = _number(device / "mem_info_vram_used")
        free = None if total is None or used is None else max(total - used, 0)
        return Gpu(name=name, vendor="amd", total_bytes=total, free_bytes=free, driver=self._driver)


def _devices(sysfs: Path) -> list[Path]:
    """The folders of the cards, without their connectors ("card0-DP-1")."""
    try:
        cards = [each for each in (sysfs / "class/drm").iterdir() if _CARD.fullmatch(each.name)]
    except OSError:
        return []
    devices = [card / "device" for card in sorted(cards, key=lambda card: int(card.name[4:]))]
    return [device for device in devices if _read(device / "vendor") == _VENDOR]


def _name(device: Path) -> str:
    """The board's name where the card carries one, else its PCI device number."""
    name = _read(device / "product_name")
    return name or f"AMD GPU {_read(device / 'device') or ''}".strip()


def _power_watts(device: Path) -> float | None:
    for name in ("power1_average", "power1_input"):
        for meter in sorted((device / "hwmon").glob(f"hwmon*/{name}")):
            microwatts = _number(meter)
            if microwatts is not None:
                return microwatts / 1e6
    return None


def _number(path: Path) -> int | None:
    text = _read(path)
    return int(text) if text is not None and text.isdecimal() else None


def _read(path: Path) -> str | None:
    """The text of a file of the driver; None when there is none or the card does not answer."""
    try:
        return path.read_text("utf-8", "replace").strip() or None
    except OSError:
        return None
