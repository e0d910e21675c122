"""What a load would take and how fast it would be: the same answer for every face of the program.

Options that the user left open are decided here, and the estimate is of what is really passed to
the engine.
"""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from app.domain.engine import (
    DEFAULT_CONTEXT_TOKENS,
    LoadOptions,
    chunk_tokens,
    parallel_sequences,
)
from app.domain.fit import device_fits, worst
from app.domain.memory import MemoryEstimate
from app.domain.memory_options import MemoryOptions
from app.domain.model_memory import ModelMemory
from app.domain.placement import Machine, Placement, plan
from app.domain.speed import Speed, Throughput, predict


class Forecast(msgspec.Struct, frozen=True, kw_only=True):
    """One load foretold. `options` are complete: loading with them does what is foretold.

    `speed` None: that of a device is not known. `notice`: why the tier is not the one asked for.
    """

    options: LoadOptions
    placement: Placement
    layer_count: int
    speed: Speed | None = None
    notice: str | None = None

    @property
    def estimate(self) -> MemoryEstimate:
        """The memory over all devices and the host."""
        return self.placement.estimate


def default_context_tokens(model: ModelMemory) -> int:
    """The context where nobody chose one: what the model was trained for, within reason."""
    trained = model.architecture.trained_context_tokens or DEFAULT_CONTEXT_TOKENS
    return min(trained, DEFAULT_CONTEXT_TOKENS)


def memory_options(options: LoadOptions, model: ModelMemory) -> MemoryOptions:
    """What the llama.cpp engine passes for these options, as far as memory depends on it."""
    architecture = model.architecture
    sequences = parallel_sequences(
        options,
        window_tokens=architecture.window_tokens,
        is_recurrent=any(layer.state_values for layer in architecture.layers),
    )
    return MemoryOptions(
        context_tokens=(
            default_context_tokens(model)
            if options.context_tokens is None
            else options.context_tokens
        ),
        key_type=options.kv_type,
        value_type=options.kv_type,
        flash_attention=options.flash_attention != "off",
        micro_batch_tokens=options.micro_batch_tokens,
        batch_tokens=chunk_tokens(options) + sequences,
        parallel=sequences,
        unified=True,
        outputs=sequences,
    )


def forecast(
    model: ModelMemory,
    options: LoadOptions,
    machine: Machine,
    throughputs: Mapping[str, Throughput],
) -> Forecast:
    """The plan for these options with its price, by the formula.

    Raises `UsageError` for options that make no sense, `ModelUnsupportedError` for an architecture
    that the formula does not know.
    """
    machine = on_device(machine, options)
    gpu = machine.gpus[0].name if machine.gpus else None
    options = msgspec.structs.replace(options, device=gpu)
    placed = plan(model, memory_options(options, model), machine, gpu_layers=options.gpu_layers)
    if gpu is not None and not placed.gpus:  # the CPU reads prompts in other portions
        options = msgspec.structs.replace(options, device=None)
        placed = plan(model, memory_options(options, model), machine, gpu_layers=0)
    return Forecast(
        options=msgspec.structs.replace(
            options,
            context_tokens=placed.options.context_tokens,
            gpu_layers=placed.options.gpu_layers if placed.gpus else options.gpu_layers,
        ),
        placement=placed,
        layer_count=model.architecture.layer_count + 1,
        speed=predict(model, placed.options, placed.estimate, throughputs),
    )


def on_device(machine: Machine, options: LoadOptions) -> Machine:
    """The machine with the one GPU that these options name; the engine loads on no more."""
    gpus = tuple(gpu for gpu in machine.gpus if gpu.name == options.device)
    return msgspec.structs.replace(machine, gpus=gpus[:1])


def measured(forecast: Forecast, estimate: MemoryEstimate, machine: Machine) -> Forecast:
    """The forecast with the estimate of a dry run in place of the formula's."""
    placed = forecast.placement
    fits = device_fits(estimate, machine.released_bytes)
    fit = worst(fits)
    if placed.fit == "partial" and fit != "too_big":
        fit = "partial"
    changed = msgspec.structs.replace(placed, estimate=estimate, fits=fits, fit=fit)
    return msgspec.structs.replace(forecast, placement=changed)
