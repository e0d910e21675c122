"""The graphics processor of Apple Silicon, which shares the memory of the machine."""

from __future__ import annotations

import platform
import subprocess

from app.domain.hardware import Gpu

_QUERY = ("sysctl", "-n", "machdep.cpu.brand_string", "hw.memsize")
_TIMEOUT_SECONDS = 5.0


def gpus() -> tuple[Gpu, ...]:
    """The one graphics processor of an Apple Silicon Mac; none elsewhere."""
    if platform.system() != "Darwin" or platform.machine() != "arm64":
        return ()
    try:
        answer = subprocess.run(
            _QUERY, capture_output=True, timeout=_TIMEOUT_SECONDS, check=True, encoding="utf-8"
        ).stdout
    except (OSError, subprocess.SubprocessError):
        answer = ""
    return (gpu_from(answer, platform.mac_ver()[0]),)


def gpu_from(answer: str, system_version: str) -> Gpu:
    """The processor that `sysctl` described: its name on one line, the bytes on the next."""
    name, _, size = answer.strip().partition("\n")
    return Gpu(
        name=name or "Apple Silicon",
        vendor="apple",
        total_bytes=int(size) if size.strip().isdecimal() else None,
        driver=f"macOS {system_version}" if system_version else None,
    )
