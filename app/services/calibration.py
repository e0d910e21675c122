"""What real loads and runs on this machine taught: overheads, and how far predictions were off.

One JSON file, replaced atomically. A lesson holds for one engine build and one device; the newest
ones count. A file that cannot be read is started anew.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import msgspec

from app.domain.measured_load import MeasuredLoad, MeasuredPart
from app.domain.memory import MemoryEstimate, Overheads
from app.services.files import replace_file

_KEPT = 20
RateKind = Literal["decode", "prefill"]


class LoadLesson(msgspec.Struct, frozen=True, kw_only=True):
    """One load: what was predicted without overhead, and what its process really took."""

    engine: str
    device_kind: str
    vocabulary_entries: int
    predicted_bytes: int
    measured_bytes: int
    # The parts that the engine told of its buffers.
    parts: tuple[MeasuredPart, ...] = ()


class SpeedLesson(msgspec.Struct, frozen=True, kw_only=True):
    """One run: rates of one kind, predicted without correction and real."""

    engine: str
    device: str
    predicted_tps: float
    measured_tps: float
    of: RateKind = "decode"


class _Lessons(msgspec.Struct):
    loads: tuple[LoadLesson, ...] = ()
    runs: tuple[SpeedLesson, ...] = ()


class Calibration:
    """Reads and keeps lessons in `path`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lessons: _Lessons | None = None

    def learn_load(
        self,
        engine: str,
        estimate: MemoryEstimate,
        vocabulary_entries: int,
        measured: MeasuredLoad,
    ) -> None:
        """Remember what the process of a load took at its peak, for loads on the CPU."""
        host = estimate.devices[0]
        lesson = LoadLesson(
            engine=engine,
            device_kind=host.kind,
            vocabulary_entries=vocabulary_entries,
            predicted_bytes=host.total_bytes - host.overhead_bytes,
            measured_bytes=measured.measured_bytes,
            parts=measured.parts,
        )
        lessons = self._read()
        lessons.loads = (*lessons.loads, lesson)[-_KEPT:]
        self._write(lessons)

    def learn_run(self, lesson: SpeedLesson) -> None:
        """Remember how fast a reply or its prompt really was."""
        lessons = self._read()
        others = tuple(each for each in lessons.runs if each.of != lesson.of)
        same = tuple(each for each in lessons.runs if each.of == lesson.of)
        lessons.runs = (*others, *(*same, lesson)[-_KEPT:])
        self._write(lessons)

    def overheads(self, engine: str) -> Overheads | None:
        """Overheads as loads with this engine showed them; None before there was one."""
        default = Overheads()
        found = sorted(
            lesson.measured_bytes
            - lesson.predicted_bytes
            - lesson.vocabulary_entries * default.vocabulary_entry_bytes
            for lesson in self._read().loads
            if lesson.engine == engine and lesson.device_kind == "cpu"
        )
        if not found:
            return None
        return msgspec.structs.replace(default, host_bytes=max(found[len(found) // 2], 0))

    def corrections(self, engine: str, device: str, of: RateKind = "decode") -> tuple[float, ...]:
        """Ratios of real to predicted rates of this kind, the newest last."""
        return tuple(
            lesson.measured_tps / lesson.predicted_tps
            for lesson in self._read().runs
            if (lesson.engine, lesson.device, lesson.of) == (engine, device, of)
            and lesson.predicted_tps > 0
        )

    def _read(self) -> _Lessons:
        if self._lessons is None:
            try:
                self._lessons = msgspec.json.decode(self._path.read_bytes(), type=_Lessons)
            except (OSError, msgspec.DecodeError):
                self._lessons = _Lessons()
        return self._lessons

    def _write(self, lessons: _Lessons) -> None:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        replace_file(self._path, msgspec.json.encode(lessons))
