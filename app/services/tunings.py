"""What suits each model on this machine best, as it was measured: one JSON file.

A measurement holds for one build of the engine, one processor, one device and one model file. What
cannot be read is started anew.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
from pathlib import Path

import msgspec

from app.domain.hardware import EngineStatus
from app.domain.model import LocalModel
from app.domain.tuning import MOST_OTHER_CORES, Tuning
from app.services.files import replace_file

_KEPT = 200
_LOOK_SECONDS = 2.0


class Tunings:
    """Reads and keeps measurements in `path`; all of it blocks."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._known: dict[str, Tuning] | None = None

    def find(self, status: EngineStatus, device: str | None, model: LocalModel) -> Tuning | None:
        """The measurement of this model with this build on this device; None before the first."""
        return self._read().get(_key(status, device, model))

    def keep(
        self, status: EngineStatus, device: str | None, model: LocalModel, tuning: Tuning
    ) -> None:
        """Keep a measurement in place of an earlier one."""
        known = self._read()
        known.pop(key := _key(status, device, model), None)
        known[key] = tuning
        self._known = dict(list(known.items())[-_KEPT:])
        self._path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self._path, msgspec.json.encode(self._known))

    def _read(self) -> dict[str, Tuning]:
        if self._known is None:
            try:
                self._known = msgspec.json.decode(self._path.read_bytes(), type=dict[str, Tuning])
            except (OSError, msgspec.DecodeError):
                self._known = {}
        return self._known


async def is_quiet() -> bool:
    """Whether the machine has had next to nothing to do for two seconds, and is on the mains."""
    import psutil

    battery = psutil.sensors_battery()
    if battery is not None and not battery.power_plugged:
        return False
    idle = -_idle_seconds()
    await asyncio.sleep(_LOOK_SECONDS)
    idle += _idle_seconds()
    return (os.cpu_count() or 1) - idle / _LOOK_SECONDS <= MOST_OTHER_CORES


def _idle_seconds() -> float:
    import psutil

    times = psutil.cpu_times()
    return times.idle + getattr(times, "iowait", 0.0)


def _key(status: EngineStatus, device: str | None, model: LocalModel) -> str:
    try:
        file = Path(os.fsdecode(model.path)).stat()
        size, changed = file.st_size, file.st_mtime_ns
    except OSError:
        size = changed = 0
    processor = [each.description for each in status.devices if each.kind == "cpu"]
    facts = (status.build_id, processor, os.cpu_count(), device, model.path, size, changed)
    return hashlib.sha256(msgspec.msgpack.encode(facts)).hexdigest()[:32]
