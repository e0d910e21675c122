"""What was foretold of a load beside what it took, part by part where the engine tells it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from app.domain.engine import LoadedBuffers, SessionInfo, Timings
from app.domain.memory import MemoryEstimate
from app.domain.units import memory_text
from app.domain.words import marked, said


def device_bytes(info: SessionInfo, timings: Timings | None) -> int | None:
    """The most that a reply took of memory that is not the CPU's; None where nobody tells it.

    MLX counts what it uses; of llama.cpp it is the buffers that it allocated, which do not grow.
    """
    if info.device == "CPU":
        return None
    if timings is not None and timings.peak_device_bytes is not None:
        return timings.peak_device_bytes
    taken = sum(
        buffer.weights_bytes + buffer.kv_bytes + buffer.compute_bytes
        for buffer in info.buffers
        if buffer.device != "CPU"
    )
    return taken or None


class HeldMemory(msgspec.Struct, frozen=True, kw_only=True):
    """What a loaded model holds now; foretold unless it was measured."""

    held_bytes: int
    is_measured: bool


def held_memory(
    info: SessionInfo, estimate: MemoryEstimate | None, resident_bytes: int | None
) -> HeldMemory | None:
    """What a model's process holds, with what it allocated on GPUs; None where nobody knows.

    `resident_bytes` is what the system counts for the process, mapped weights included.
    """
    if resident_bytes is not None:
        held = resident_bytes + (device_bytes(info, None) or 0)
        return HeldMemory(held_bytes=held, is_measured=True)
    if estimate is None:
        return None
    return HeldMemory(held_bytes=estimate.total_bytes, is_measured=False)


class MeasuredPart(msgspec.Struct, frozen=True, kw_only=True):
    """Weights, KV cache or compute buffers over all devices."""

    name: str
    predicted_bytes: int
    measured_bytes: int

    @property
    def text(self) -> str:
        """`KV cache 180 MiB`, or both numbers where they differ: `KV cache 190 for 180 MiB`."""
        predicted, measured = memory_text(self.predicted_bytes), memory_text(self.measured_bytes)
        if predicted == measured:
            return f"{said(self.name)} {measured}"
        words = said("{part} {measured} instead of {predicted}")
        return words.format(part=said(self.name), measured=measured, predicted=predicted)


class MeasuredLoad(msgspec.Struct, frozen=True, kw_only=True):
    """What was foretold of the loaded model, and what its process took at its peak."""

    predicted_bytes: int
    measured_bytes: int
    parts: tuple[MeasuredPart, ...] = ()


def measured_parts(
    estimate: MemoryEstimate, buffers: Sequence[LoadedBuffers]
) -> tuple[MeasuredPart, ...]:
    """The parts that the engine told of its buffers; empty if it told none."""
    if not buffers:
        return ()
    told = (
        # Copies in another order are weights like their originals.
        (marked("weights"), estimate.weights_bytes + estimate.repacked_bytes, "weights_bytes"),
        (marked("KV cache"), estimate.kv_bytes, "kv_bytes"),
        (marked("compute"), estimate.compute_bytes, "compute_bytes"),
    )
    return tuple(
        MeasuredPart(
            name=name,
            predicted_bytes=predicted,
            measured_bytes=sum(getattr(buffer, field) for buffer in buffers),
        )
        for name, predicted, field in told
    )


def parts_sentence(parts: Sequence[MeasuredPart]) -> str:
    """`The engine took weights 92 MiB, KV cache 180 MiB and compute 11 MiB.`; empty for none."""
    if not parts:
        return ""
    *first, last = (part.text for part in parts)
    words = said("The engine took {parts} and {last}.")
    return words.format(parts=", ".join(first), last=last)
