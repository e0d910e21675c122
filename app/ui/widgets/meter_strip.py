"""The strip at the bottom of the window: what the engine and the machine do right now."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLayout

from app.domain.units import (
    count_text,
    duration_text,
    memory_text,
    percent_text,
    power_text,
    rate_text,
)
from app.domain.words import marked
from app.ui.language import tr
from app.ui.theme import GRID, Theme
from app.ui.widgets.meter import GAP, SPARKLINE_WIDTH, TEXT_WIDTH, Meter, MeterKind
from app.ui.widgets.sparkline import binary_ceiling, decimal_ceiling

# Not before the first paint: msgspec takes a fifth of the time to it.
if TYPE_CHECKING:
    from app.domain.context_look import ContextLook
    from app.domain.engine import ServerLoad, Timings
    from app.domain.hardware import GpuSample, MachineSample


def _speed_text(tokens_per_second: float) -> str:
    return tr("{rate} t/s").format(rate=rate_text(tokens_per_second))


def _tokens_text(tokens: float) -> str:
    return count_text(round(tokens))


# Shown from left to right; where room is short the last of _PRIORITY go first.
_KINDS = (
    MeterKind(
        "ttft",
        marked("First token"),
        marked("Time to first token"),
        duration_text,
        decimal_ceiling,
        "reply",
    ),
    MeterKind(
        "prefill",
        marked("Prefill"),
        marked("Prefill, tokens/s"),
        _speed_text,
        decimal_ceiling,
        "reply",
    ),
    MeterKind(
        "decode",
        marked("Decode"),
        marked("Decode, tokens/s"),
        _speed_text,
        decimal_ceiling,
        "reply",
    ),
    MeterKind(
        "context",
        marked("Context"),
        marked("Tokens of the context"),
        _tokens_text,
        decimal_ceiling,
        "reply",
    ),
    MeterKind(
        "server_cache",
        marked("Server KV"),
        marked("KV cache of the server"),
        percent_text,
        decimal_ceiling,
    ),
    MeterKind(
        "server_requests",
        marked("Server load"),
        marked("Requests on the server, running and waiting"),
        _tokens_text,
        decimal_ceiling,
    ),
    MeterKind(
        "worker",
        marked("Model memory"),
        marked("Memory of the worker"),
        memory_text,
        binary_ceiling,
    ),
    MeterKind("ram", marked("RAM"), marked("RAM in use"), memory_text, binary_ceiling),
    MeterKind(
        "gpu_memory", marked("GPU memory"), marked("GPU memory in use"), memory_text, binary_ceiling
    ),
    MeterKind("gpu_load", marked("GPU load"), marked("GPU load"), percent_text, decimal_ceiling),
    MeterKind("gpu_power", marked("GPU power"), marked("GPU power"), power_text, decimal_ceiling),
)
_PRIORITY = (
    "decode",
    "context",
    "gpu_memory",
    "server_requests",
    "server_cache",
    "worker",
    "prefill",
    "ttft",
    "ram",
    "gpu_load",
    "gpu_power",
)
_GPU_KEYS = ("gpu_memory", "gpu_load", "gpu_power")
_SERVER_KEYS = ("server_requests", "server_cache")


def _total(values: list[float | None]) -> float | None:
    """The sum of what is known; None when nothing is."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def _highest(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return max(known, default=None)


class MeterStrip(QFrame):
    """Throughput of the running reply, and memory, load and power of the machine."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "strip")
        self.setAccessibleName(tr("Meters"))
        self._meters = {kind.key: Meter(kind, theme) for kind in _KINDS}
        self._generating = False
        self._context_tokens: int | None = None
        self._process_id: int | None = None
        self._has_gpu = False
        self._has_server_load = False
        row = QHBoxLayout(self)
        row.setContentsMargins(5 * GRID, 2 * GRID, 5 * GRID, 2 * GRID + 2)
        row.setSpacing(GAP + GRID)
        # What is shown follows the width: it must not be what keeps the window from shrinking.
        row.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        for meter in self._meters.values():
            row.addWidget(meter, 1)
        self._arrange()

    def meter(self, key: str) -> Meter:
        """The meter `key`: ttft, prefill, decode, context, worker, ram, gpu_memory, ..."""
        return self._meters[key]

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for meter in self._meters.values():
            meter.set_theme(theme)

    @Slot(object)
    def show_timings(self, timings: Timings) -> None:
        """Show the readings that came with an event of the running reply."""
        self._generating = True
        self._meters["ttft"].show_value(timings.ttft_ms)
        self._meters["prefill"].show_value(timings.prefill_tps)
        self._meters["decode"].show_value(timings.decode_tps)
        self._context_tokens = timings.context_tokens
        used = timings.context_used_tokens if timings.prompt_tokens else None
        self._meters["context"].show_value(used, timings.context_tokens)
        self._show_server(timings.server_load)

    @Slot()
    def end_generation(self) -> None:
        """The reply ended: its last readings stay, the curves pause."""
        self._generating = False

    def show_model(self, context_tokens: int | None, process_id: int | None) -> None:
        """The model of the shown chat has this context and runs in this process; None: neither
        is there. A reply, or a count, tells what of the context is used.
        """
        self._context_tokens, self._process_id = context_tokens, process_id
        if not self._generating or context_tokens is None:
            self.clear_reply()

    @Slot()
    def clear_reply(self) -> None:
        """Another chat is shown, in which nothing streams: the readings were not of it."""
        self._generating = False
        for key in ("ttft", "prefill", "decode"):
            self._meters[key].show_value(None)
        self._show_server(None)
        self._meters["context"].show_value(None, self._context_tokens)

    @Slot(object)
    def show_look(self, look: ContextLook) -> None:
        """Show what the shown chat takes without its draft, counted while nothing streams."""
        if look.is_exact and self._context_tokens and not self._generating:
            used = look.system_tokens + look.history_tokens
            self._meters["context"].show_value(used, self._context_tokens)

    @Slot(object)
    def show_sample(self, sample: MachineSample) -> None:
        """Show a reading of the machine, and move all curves on by it."""
        process = self._process_id
        held = None if process is None else sample.workers.get(process)
        self._meters["worker"].show_value(held)
        self._meters["ram"].show_value(sample.ram_used_bytes, sample.ram_total_bytes)
        self._show_gpus(list(sample.gpus))
        for key, meter in self._meters.items():
            of_reply = key in ("ttft", "prefill", "decode")
            meter.record(sample.at_seconds, measured=self._generating or not of_reply)
        if self._has_gpu != bool(sample.gpus):
            self._has_gpu = bool(sample.gpus)
            self._arrange()

    def _show_server(self, load: ServerLoad | None) -> None:
        """Meters that exist only where a server tells how busy it is."""
        used = None if load is None else load.kv_used_fraction
        requests = None if load is None else load.running_requests + load.waiting_requests
        self._meters["server_requests"].show_value(requests)
        self._meters["server_cache"].show_value(None if used is None else 100 * used, 100.0)
        if self._has_server_load != (load is not None):
            self._has_server_load = load is not None
            self._arrange()

    def _show_gpus(self, gpus: list[GpuSample]) -> None:
        used = _total([gpu.used_bytes for gpu in gpus])
        self._meters["gpu_memory"].show_value(used, _total([gpu.total_bytes for gpu in gpus]))
        load = _highest([gpu.load_percent for gpu in gpus])
        self._meters["gpu_load"].show_value(load, 100.0)
        self._meters["gpu_power"].show_value(_total([gpu.power_watts for gpu in gpus]))

    def minimumSizeHint(self) -> QSize:
        """As narrow as one meter."""
        return QSize(TEXT_WIDTH + 10 * GRID, super().minimumSizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Give the room to what matters most."""
        super().resizeEvent(event)
        self._arrange()

    def _arrange(self) -> None:
        missing = () if self._has_gpu else _GPU_KEYS
        missing += () if self._has_server_load else _SERVER_KEYS
        keys = [key for key in _PRIORITY if key not in missing]
        gap, margins, curve = GAP + GRID, 10 * GRID, SPARKLINE_WIDTH + GRID
        ends = list(accumulate(self._meters[key].text_width + gap for key in keys))
        room = self.width() - margins + gap
        # One curve is worth more than the last of the meters.
        shown = keys[: max(1, bisect_right(ends, room - curve))]
        curves = shown[: max(0, (room - ends[len(shown) - 1]) // curve)]
        for key, meter in self._meters.items():
            meter.set_sparkline_visible(visible=key in curves)
            meter.setVisible(key in shown)
