"""What a load would take and how fast it would be: the same answer for every face of the program.

Options that the user left open are decided here, and the estimate is of what is really passed to
the engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import msgspec

from app.domain.fit import device_fits, worst
from app.domain.layer_places import layer_shares
from app.domain.load_memory import options_of_load
from app.domain.load_options import LoadOptions
from app.domain.memory import MemoryEstimate, Overheads
from app.domain.model_memory import ModelMemory
from app.domain.placement import Machine, Placement, plan
from app.domain.speed import Corrections, Speed, Throughput, predict

# Kinds of GPUs that share a model's layers without being asked to.
_TEAMS: Final = frozenset({"cuda", "rocm", "vulkan"})


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """One load foretold. `options` are complete: loading with them does what is foretold.

    `speed` None: that of a device is not known. `notice`: why the tier is not the one asked for.
    """

    model: ModelMemory
    options: LoadOptions
    placement: Placement
    layer_count: int
    speed: Speed | None = None
    notice: str | None = None

    @property
    def estimate(self) -> MemoryEstimate:
        """The memory over all devices and the host."""
        return self.placement.estimate


def forecast(
    model: ModelMemory,
    options: LoadOptions,
    machine: Machine,
    throughputs: Mapping[str, Throughput],
    corrections: Mapping[str, Corrections],
) -> Forecast:
    """The plan for these options with its price, by the formula.

    `corrections` are by the device that does most.

    Raises `UsageError` for options that make no sense, `ModelUnsupportedError` for an architecture
    that the formula does not know.
    """
    machine = on_device(machine, options)
    gpu = machine.gpus[0].name if machine.gpus else None
    options = msgspec.structs.replace(options, device=gpu)
    placed = plan(model, options_of_load(options, model), machine, gpu_layers=options.gpu_layers)
    if gpu is not None and not placed.gpus:  # the CPU reads prompts in other portions
        options = msgspec.structs.replace(options, device=None)
        placed = plan(model, options_of_load(options, model), machine, gpu_layers=0)
    known = corrections.get(busiest(placed.estimate), Corrections())
    return Forecast(
        model=model,
        options=_decided(options, placed),
        placement=placed,
        layer_count=model.architecture.layer_count + 1,
        speed=_speed(model, placed, throughputs, known),
    )


def _speed(
    model: ModelMemory,
    placed: Placement,
    throughputs: Mapping[str, Throughput],
    corrections: Corrections,
) -> Speed | None:
    """Rates at the beginning of a chat, and where its context is full."""
    start, full = (
        predict(
            model,
            placed.options,
            placed.estimate,
            throughputs,
            depth_tokens=depth,
            corrections=corrections,
        )
        for depth in (0, placed.options.context_tokens)
    )
    if start is None or full is None:
        return None
    return msgspec.structs.replace(start, full_decode_tps=full.decode_tps)


def _decided(options: LoadOptions, placed: Placement) -> LoadOptions:
    """The options with what was left open: context, layers, and which GPUs share them."""
    options = msgspec.structs.replace(options, context_tokens=placed.options.context_tokens)
    if not placed.gpus:
        return options
    first, *others = placed.gpus
    return msgspec.structs.replace(
        options,
        gpu_layers=placed.options.gpu_layers,
        device=first.name,
        more_devices=tuple(gpu.name for gpu in others),
        tensor_split=layer_shares(placed.options, placed.gpus) if others else (),
    )


def busiest(estimate: MemoryEstimate) -> str:
    """The device that holds most of the weights: its name stands for where a model runs."""
    return max(estimate.devices, key=lambda device: device.weights_bytes).name


def on_device(machine: Machine, options: LoadOptions) -> Machine:
    """The machine with the GPU that these options name, the best first, and those that may help it:
    the others that are named, or else cards of its kind, with memory of their own.
    """
    by_name = {gpu.name: gpu for gpu in machine.gpus}
    first = by_name.get(options.device or "")
    if first is None:
        return msgspec.structs.replace(machine, gpus=())
    if options.more_devices:
        others = tuple(by_name[name] for name in options.more_devices if name in by_name)
    else:
        others = tuple(
            gpu
            for gpu in machine.gpus
            if gpu is not first and gpu.kind == first.kind and gpu.kind in _TEAMS
        )
    if options.split_mode == "none" or first.is_integrated:
        others = ()
    own = tuple(gpu for gpu in others if not gpu.is_integrated)
    return msgspec.structs.replace(machine, gpus=(first, *own))


def on_unified_memory(machine: Machine, overheads: Overheads | None) -> Machine:
    """The machine as MLX uses it: one place, the GPU that shares the memory or the CPU."""
    shared = next((gpu for gpu in machine.gpus if gpu.kind == "metal"), None)
    place = machine.host
    if shared is not None:
        limits = (shared.free_bytes, machine.host.free_bytes)
        free = min((limit for limit in limits if limit is not None), default=None)
        place = msgspec.structs.replace(shared, free_bytes=free)
    return msgspec.structs.replace(machine, host=place, gpus=(), overheads=overheads)


def measured(forecast: Forecast, estimate: MemoryEstimate, machine: Machine) -> Forecast:
    """The forecast with the estimate of a dry run in place of the formula's."""
    placed = forecast.placement
    fits = device_fits(estimate, machine.released_bytes, machine.shared)
    fit = worst(fits)
    if placed.fit == "partial" and fit != "too_big":
        fit = "partial"
    changed = msgspec.structs.replace(placed, estimate=estimate, fits=fits, fit=fit)
    return msgspec.structs.replace(forecast, placement=changed)
