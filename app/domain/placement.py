"""Where a model goes: the plan for its layers, the verdict, and the cheapest change that helps.

What the user fixes stays fixed and is only priced; what is left open is chosen. The context is
never made smaller in silence: a smaller one is offered as a change like the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import msgspec

from app.domain.errors import ModelUnsupportedError, UsageError
from app.domain.fit import DeviceFit, Fit, device_fits, shortage_text, worst
from app.domain.hardware import Device
from app.domain.load_estimate import estimate_load
from app.domain.memory import MemoryEstimate, Overheads
from app.domain.memory_options import MemoryOptions
from app.domain.model_memory import ModelMemory
from app.domain.units import count_text, memory_text
from app.domain.words import marked, said

LEAST_CONTEXT_TOKENS = 512
_SMALL_MICRO_BATCH = 128
NOT_FIT = marked("It does not fit.")


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """The memory to place into. `released_bytes`: what the model that goes gives back to RAM."""

    host: Device
    gpus: tuple[Device, ...] = ()
    released_bytes: int = 0
    overheads: Overheads | None = None

    @property
    def shared(self) -> frozenset[str]:
        """The GPUs that have no memory of their own: they take the host's."""
        return frozenset(gpu.name for gpu in self.gpus if gpu.is_integrated or gpu.kind == "metal")


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that could be different: in words, and the bytes that it saves over all devices."""

    sentence: str
    saved_bytes: int
    options: MemoryOptions
    fit: Fit


class Placement(msgspec.Struct, frozen=True, kw_only=True):
    """A plan with its price. `gpus` are the devices that it uses, best first.

    `changes` are offered when it does not fit, the cheapest to the user first; `advice` is the
    sentence that says so, empty when all is well.
    """

    options: MemoryOptions
    estimate: MemoryEstimate
    gpus: tuple[Device, ...]
    fits: tuple[DeviceFit, ...]
    fit: Fit
    changes: tuple[Change, ...] = ()
    advice: str = ""


def plan(
    model: ModelMemory,
    options: MemoryOptions,
    machine: Machine,
    *,
    gpu_layers: int | None = None,
) -> Placement:
    """The best placement for these options; `gpu_layers` None leaves the number of layers open.

    Raises `UsageError` for options that make no sense, `ModelUnsupportedError` for an architecture
    that the formula does not know.
    """
    placed = _place(model, options, machine, gpu_layers)
    if placed.fit == "fits":
        return placed
    changes = tuple(_changes(model, placed, machine, gpu_layers))
    whole = placed
    if placed.fit == "partial":
        whole = _price(model, options, machine, placed.gpus, _everything(model))
    return msgspec.structs.replace(placed, changes=changes, advice=_advice(placed, changes, whole))


def _everything(model: ModelMemory) -> int:
    """The layers to offload for all of a model: the output is one more."""
    return model.architecture.layer_count + 1


def _price(
    model: ModelMemory,
    options: MemoryOptions,
    machine: Machine,
    gpus: tuple[Device, ...],
    gpu_layers: int,
) -> Placement:
    options = msgspec.structs.replace(options, gpu_layers=gpu_layers if gpus else 0)
    estimate = estimate_load(model, options, machine.host, gpus, machine.overheads)
    if estimate is None:
        raise ModelUnsupportedError(
            "What the architecture '{name}' takes is unknown to the formula.",
            name=model.architecture.name,
        )
    fits = device_fits(estimate, machine.released_bytes, machine.shared)
    return Placement(options=options, estimate=estimate, gpus=gpus, fits=fits, fit=worst(fits))


def _place(
    model: ModelMemory, options: MemoryOptions, machine: Machine, gpu_layers: int | None
) -> Placement:
    everything = _everything(model)
    if not machine.gpus or gpu_layers == 0:
        return _price(model, options, machine, (), 0)
    groups = _groups(options, machine.gpus)
    wanted = everything if gpu_layers is None else min(gpu_layers, everything)
    whole = [_price(model, options, machine, gpus, wanted) for gpus in groups]
    for placed in whole:
        if placed.fit == "fits":
            return placed
    for placed in whole:
        if placed.fit == "tight":
            return placed
    if gpu_layers is not None:
        return whole[-1]
    return _partial(model, options, machine, groups[-1])


def _groups(options: MemoryOptions, gpus: tuple[Device, ...]) -> list[tuple[Device, ...]]:
    """One GPU if it is enough, because there are no copies between cards then; at last all."""
    if options.tensor_split:  # shares are for all of them, in this order
        return [gpus]
    by_room = sorted(gpus, key=lambda gpu: -(gpu.free_bytes or 0))
    return [*((gpu,) for gpu in by_room), *([tuple(by_room)] if len(by_room) > 1 else [])]


def _partial(
    model: ModelMemory, options: MemoryOptions, machine: Machine, gpus: tuple[Device, ...]
) -> Placement:
    """As many layers on the GPUs as fit with their margin; the rest on the CPU."""

    def offloads(layers: int) -> bool:
        placed = _price(model, options, machine, gpus, layers)
        return worst(placed.fits[1:]) == "fits"

    layers = _largest(0, _everything(model), offloads)
    placed = _price(model, options, machine, gpus if layers else (), layers)
    if layers and placed.fit != "too_big":
        return msgspec.structs.replace(placed, fit="partial")
    return placed


def _largest(least: int, most: int, good: Callable[[int], bool]) -> int:
    """The largest number that is good; `least` is taken to be so."""
    while least < most:
        middle = (least + most + 1) // 2
        if good(middle):
            least = middle
        else:
            most = middle - 1
    return least


def _changes(
    model: ModelMemory, placed: Placement, machine: Machine, gpu_layers: int | None
) -> Iterator[Change]:
    """Changes that save memory, the cheapest to the user first."""
    alternatives = _alternatives if model.mlx is None else _mlx_alternatives
    for text, options in alternatives(model, placed):
        try:
            other = _place(model, options, machine, gpu_layers)
        except UsageError:  # such as a KV type that these heads cannot have
            continue
        saved = placed.estimate.total_bytes - other.estimate.total_bytes
        better = _order(other.fit) < _order(placed.fit)
        if saved > 0 or better:
            yield Change(
                sentence=f"{text} ({_saving(saved)})",
                saved_bytes=saved,
                options=other.options,
                fit=other.fit,
            )
    yield from _smaller_context(model, placed, machine, gpu_layers)


def _saving(saved: int) -> str:
    if saved > 0:
        return said("saves {memory}").format(memory=memory_text(saved))
    return said("frees the GPU")


_BEST: tuple[Fit, ...] = ("fits", "tight", "partial", "too_big")


def _order(fit: Fit) -> int:
    return _BEST.index(fit)


def _alternatives(model: ModelMemory, placed: Placement) -> Iterator[tuple[str, MemoryOptions]]:
    options = placed.options
    change = msgspec.structs.replace
    if not options.flash_attention:
        yield said("Switch flash attention on"), change(options, flash_attention=True)
    if options.outputs > options.parallel:
        yield said("Keep one row of logits"), change(options, outputs=options.parallel)
    if options.full_window:
        yield said("Keep only the sliding window"), change(options, full_window=False)
    if options.key_type == "f16" and model.architecture.has_cache:
        quantized = change(options, key_type="q8_0", value_type="q8_0", flash_attention=True)
        yield said("Store the KV cache as q8_0"), quantized
    if options.micro_batch_tokens > _SMALL_MICRO_BATCH:
        smaller = change(options, micro_batch_tokens=_SMALL_MICRO_BATCH)
        words = said("Read prompts {count} tokens at a time")
        yield words.format(count=_SMALL_MICRO_BATCH), smaller
    if placed.gpus and model.architecture.is_mixture and not options.experts_on_cpu:
        yield (
            said("Keep the experts in RAM and the rest on the GPU"),
            change(options, experts_on_cpu=True),
        )


def _mlx_alternatives(_: ModelMemory, placed: Placement) -> Iterator[tuple[str, MemoryOptions]]:
    if placed.options.key_type == "f16":
        change = msgspec.structs.replace
        yield (
            said("Store the KV cache as q8_0"),
            change(placed.options, key_type="q8_0", value_type="q8_0"),
        )


def _smaller_context(
    model: ModelMemory, placed: Placement, machine: Machine, gpu_layers: int | None
) -> Iterator[Change]:
    """The largest context that fits, if one does."""
    options = placed.options

    def priced(blocks: int) -> Placement:
        smaller = msgspec.structs.replace(options, context_tokens=blocks * 256)
        return _place(model, smaller, machine, gpu_layers)

    least, most = LEAST_CONTEXT_TOKENS // 256, (options.context_tokens - 1) // 256
    wanted = priced(least).fit
    if most < least or _order(wanted) >= _order(placed.fit):
        return
    blocks = _largest(least, most, lambda count: _order(priced(count).fit) <= _order(wanted))
    other = priced(blocks)
    saved = placed.estimate.total_bytes - other.estimate.total_bytes
    yield Change(
        sentence=said("Take a context of {count} tokens ({saving})").format(
            count=count_text(blocks * 256), saving=_saving(saved)
        ),
        saved_bytes=saved,
        options=other.options,
        fit=other.fit,
    )


def _advice(placed: Placement, changes: Sequence[Change], whole: Placement) -> str:
    """`whole` has all layers where some are now: so much less a file has to take."""
    helpful = [change for change in changes if _order(change.fit) < _order(placed.fit)]
    shortage = shortage_text(placed.fits)
    start = said("It fits with little room to spare.")
    if shortage:
        start = f"{said(NOT_FIT)} {shortage}."
    if placed.fit == "partial":
        start = said("{layers} layers fit the GPU, the others run on the CPU.").format(
            layers=count_text(placed.options.gpu_layers)
        )
    if helpful:
        return f"{start} {helpful[0].sentence}."
    if placed.fit == "partial":
        return " ".join(
            (start, *_more_layers(placed, changes), _smaller_quantization(whole, on_gpu=True))
        )
    if placed.fit != "too_big":
        return start
    biggest = max(changes, key=lambda change: change.saved_bytes, default=None)
    if biggest is not None and biggest.saved_bytes > 0:
        best = said("The biggest saving, not enough alone: {change}.")
        start = f"{start} {best.format(change=biggest.sentence)}"
    return f"{start} {_smaller_quantization(placed)}"


def _more_layers(placed: Placement, changes: Sequence[Change]) -> Iterator[str]:
    """The change after which most layers fit the GPU, if more do."""
    best = max(changes, key=lambda change: change.options.gpu_layers, default=None)
    if best is not None and best.options.gpu_layers > placed.options.gpu_layers:
        words = said("The best change: {change}, then {layers} fit.")
        layers = count_text(best.options.gpu_layers)
        yield words.format(change=best.sentence, layers=layers)


def _smaller_quantization(placed: Placement, *, on_gpu: bool = False) -> str:
    """By the device that has room for the smallest share of its weights."""
    part = min(
        (device.weights_bytes - fit.short_bytes) * 100 // max(device.weights_bytes, 1)
        for device, fit in zip(placed.estimate.devices, placed.fits, strict=True)
        if fit.short_bytes
    )
    if on_gpu:
        if part <= 0:
            return said("No quantization of this model fits the GPU whole.")
        words = said("A quantization of at most {part} % of this one's size fits the GPU whole.")
        return words.format(part=part)
    if part <= 0:
        return said("No quantization of this model would fit; choose a smaller model.")
    words = said("A quantization of at most {part} % of this one's size would fit.")
    return words.format(part=part)
