"""What is known of this machine: how fast its devices are, and what loads and runs taught."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from app.domain.engine import Timings
from app.domain.forecast import Forecast, busiest
from app.domain.hardware import Device
from app.domain.hardware_table import KnownDevice, best_match, read_table
from app.domain.measured_load import MeasuredLoad, measured_parts
from app.domain.memory import Overheads
from app.domain.speed import Corrections, Throughput, predict
from app.services.bandwidth import host_throughput
from app.services.calibration import Calibration, RateKind, SpeedLesson
from app.services.engine_host import Loaded

BANDWIDTH_FILE: Final = "bandwidth.json"
# Enough to fill the memory bus of a desktop; each takes some memory for the moment.
_MOST_THREADS: Final = 8
# Fewer tokens than these say little about a rate, or leave the compute buffers untouched.
_LEAST_REPLY_TOKENS: Final = 16
_LEAST_PROMPT_TOKENS: Final = 512
_LEAST_RATED_PROMPT: Final = 64


def host_threads() -> int:
    """As many threads as the bandwidth is measured with."""
    return min(os.cpu_count() or 1, _MOST_THREADS)


class Experience:
    """Measures the host's bandwidth at first use, and keeps lessons in the program's home."""

    def __init__(self, home: Path, resources: Path) -> None:
        self._calibration = Calibration(home / "calibration.json")
        self._bandwidth = home / BANDWIDTH_FILE
        self._table = resources / "hardware" / "devices.toml"
        self._known: tuple[KnownDevice, ...] | None = None
        self._host: Throughput | None = None
        self._lock = asyncio.Lock()

    @property
    def is_measured(self) -> bool:
        """Whether this computer's speed is known; else the first forecast measures it."""
        return self._host is not None or self._bandwidth.exists()

    async def throughputs(self, devices: Sequence[Device]) -> dict[str, Throughput]:
        """How fast each device is, by its name; a device that nobody knows is left out."""
        async with self._lock:
            if self._host is None:
                self._host = await host_throughput(self._bandwidth, host_threads())
        known = await self.known_devices()
        found = {device.name: self._host for device in devices if device.kind == "cpu"}
        for device in devices:
            card = best_match(known, device)
            if device.kind != "cpu" and card is not None:
                found[device.name] = card.throughput()
        return found

    async def known_devices(self) -> Sequence[KnownDevice]:
        """The cards and chips of the hardware table."""
        if self._known is None:
            text = await asyncio.to_thread(self._table.read_text, encoding="utf-8")
            self._known = read_table(text)
        return self._known

    def overheads(self, engine: str) -> Overheads | None:
        """What loads with this engine build taught; None before the first lesson."""
        return self._calibration.overheads(engine)

    def corrections(self, engine: str, devices: Sequence[Device]) -> Mapping[str, Corrections]:
        """Ratios of real to predicted rates, by device."""
        known = self._calibration.corrections
        return {
            device.name: Corrections(
                decode=known(engine, device.name), prefill=known(engine, device.name, "prefill")
            )
            for device in devices
        }

    async def learn(self, engine: str, loaded: Loaded, timings: Timings) -> MeasuredLoad | None:
        """Keep what a finished reply taught. The peak of memory beside its prediction, if both
        are known.
        """
        forecast = loaded.forecast
        if forecast is None:
            return None
        peak, told = timings.peak_rss_bytes, forecast.estimate
        parts = measured_parts(told, loaded.session.info.buffers)
        await self._learn_rates(engine, forecast, timings)
        # Of a GPU's memory the process tells nothing.
        if peak is None or any(device.kind != "cpu" for device in told.devices):
            return None
        measured = MeasuredLoad(predicted_bytes=told.total_bytes, measured_bytes=peak, parts=parts)
        if timings.evaluated_tokens >= _LEAST_PROMPT_TOKENS:
            await asyncio.to_thread(
                self._calibration.learn_load,
                engine,
                told,
                forecast.model.vocabulary_entries,
                measured,
            )
        return measured

    async def _learn_rates(self, engine: str, forecast: Forecast, timings: Timings) -> None:
        placed = forecast.placement
        host = Device(name=placed.estimate.devices[0].name, kind="cpu", description="")
        raw = predict(
            forecast.model,
            placed.options,
            placed.estimate,
            await self.throughputs((host, *placed.gpus)),
            depth_tokens=timings.context_used_tokens,
        )
        if raw is None:
            return
        device = busiest(placed.estimate)
        pairs: list[tuple[RateKind, float | None, float | None]] = []
        if timings.completion_tokens >= _LEAST_REPLY_TOKENS:
            pairs.append(("decode", raw.decode_tps, timings.decode_tps))
        if timings.evaluated_tokens >= _LEAST_RATED_PROMPT:
            pairs.append(("prefill", raw.prefill_tps, timings.prefill_tps))
        for kind, predicted, real in pairs:
            if predicted is not None and real is not None:
                lesson = SpeedLesson(
                    engine=engine,
                    device=device,
                    predicted_tps=predicted,
                    measured_tps=real,
                    of=kind,
                )
                await asyncio.to_thread(self._calibration.learn_run, lesson)
