"""`quantbench estimate`: what a model takes on this machine, before it is loaded or downloaded."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec

from app.bootstrap import Services
from app.cli.estimate_elsewhere import EVERYWHERE, forecast_on, show_everywhere
from app.cli.terminal import Terminal, cell, plain_table
from app.domain.errors import ModelFileError, UsageError
from app.domain.forecast import Forecast
from app.domain.forecast_text import (
    fit_sentence,
    plan_text,
    speed_sentence,
    tier_text,
    training_sentence,
)
from app.domain.load_options import FlashAttention, KvType, LoadOptions
from app.domain.memory import DeviceMemory, Tier
from app.domain.recommendation import find_row, split_reference
from app.domain.serving import GpuFleet, ServingPlan, need_of, parse_fleet, plan_serving
from app.domain.units import count_text, memory_text, parameters_text
from app.services.forecasts import Subject

HUB_PREFIX = "hf:"


class EstimateOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asked for; None leaves the choice to the program."""

    model: str
    context_tokens: int | None
    kv_type: KvType
    gpu_layers: str
    parallel: int | None
    flash_attention: FlashAttention
    micro_batch_tokens: int
    tier: Tier
    # GPUs of a server, such as 8x80, and how many nodes with them.
    gpus: str | None = None
    nodes: int = 1
    # A device that is not here, or all of them.
    elsewhere: str | None = None
    # What is loaded beside the model.
    draft: str | None = None
    vision: Path | None = None


async def estimate(
    services: Services, terminal: Terminal, options: EstimateOptions, *, as_json: bool
) -> int:
    """Foretell a load. Returns the exit status. Raises `AppError`."""
    gpu_layers = _gpu_layers(options.gpu_layers)
    fleet = None if options.gpus is None else parse_fleet(options.gpus, options.nodes)
    machine = await services.host.machine()
    memory = await services.forecasts.memory(machine)
    subject, served_name = await _subject(services, options.model)
    device = machine.choice.device
    if device is None and gpu_layers and options.elsewhere is None:
        terminal.note("There is no GPU that the engine can use: all layers are on the CPU.")
    wanted = _load_options(options, gpu_layers, device)
    subject, wanted = await _with_companions(services, options, subject, wanted)
    _announce(services, terminal)
    if options.elsewhere == EVERYWHERE:
        await show_everywhere(services, terminal, subject, wanted, memory, as_json=as_json)
        return 0
    if options.elsewhere is not None:
        found = await forecast_on(services, subject, wanted, memory, options.elsewhere)
    else:
        found = await services.forecasts.forecast(subject, wanted, memory, options.tier)
    if found.notice is not None:
        terminal.note(found.notice)
    serving = None if fleet is None else _serving(served_name, found, fleet)
    if as_json:
        report = _report(subject, found)
        if serving is not None:
            report["serving"] = msgspec.to_builtins(serving)
        terminal.answer_json(report)
        return 0
    _show(terminal, subject, found)
    if serving is not None:
        _show_serving(terminal, serving)
    return 0


def _announce(services: Services, terminal: Terminal) -> None:
    """What the first forecast on a computer takes so long for."""
    if not services.forecasts.speed_is_measured:
        terminal.note("Measuring how fast this computer is: once, for a few seconds.")


async def _with_companions(
    services: Services, options: EstimateOptions, subject: Subject, wanted: LoadOptions
) -> tuple[Subject, LoadOptions]:
    """The model and its options with what is loaded beside it. Raises `ModelError`."""
    if options.draft is not None:
        draft = await services.library.find(options.draft)
        wanted = msgspec.structs.replace(wanted, draft_model=draft.path)
    if options.vision is not None:
        projector = await services.forecasts.projector(options.vision)
        subject = msgspec.structs.replace(subject, vision=projector)
    return subject, wanted


def _load_options(
    options: EstimateOptions, gpu_layers: int | None, device: str | None
) -> LoadOptions:
    return LoadOptions(
        context_tokens=options.context_tokens,
        kv_type=options.kv_type,
        flash_attention=options.flash_attention,
        gpu_layers=gpu_layers,
        micro_batch_tokens=options.micro_batch_tokens,
        parallel=options.parallel,
        device=device,
    )


def _serving(name: str, found: Forecast, fleet: GpuFleet) -> ServingPlan:
    need = need_of(name, found)
    if need is None:
        raise UsageError(f"How {name} could be parted among GPUs is not known: its heads are not.")
    return plan_serving(need, fleet)


def _show_serving(terminal: Terminal, plan: ServingPlan) -> None:
    terminal.answer_line(f"\nServed by vLLM. {plan_text(plan)}")
    *ray, serve = plan.commands
    for where, command in zip(("the first node", "every other node"), ray, strict=False):
        terminal.answer_line(f"  {command}    # on {where}")
    terminal.answer_line(f"  {serve}")
    if plan.note:
        terminal.answer_line(plan.note)
    terminal.answer_line("Then, here: quantbench servers add NAME http://SERVER:8000")


async def _subject(services: Services, reference: str) -> tuple[Subject, str]:
    """The model, and what a server would call it: a repository with its quantization, or a file."""
    if not reference.startswith(HUB_PREFIX):
        model = await services.library.find(reference)
        return await services.forecasts.subject(model), Path(os.fsdecode(model.path)).name
    repository, quantization, file = split_reference(reference)
    found = await services.hub.files(repository)
    if quantization or file:
        row = find_row(found.rows, quantization, file)
    elif len(found.rows) == 1:
        row = found.rows[0]
    else:
        names = ", ".join(dict.fromkeys(row.quantization or row.name for row in found.rows))
        raise UsageError(
            f"{repository} holds several quantizations: {names}. Name one of them, such as "
            f"`quantbench estimate {HUB_PREFIX}{repository}:{found.rows[0].quantization}`."
        )
    if row.problem is not None:
        raise ModelFileError(f"{row.name}: {row.problem}")
    headers = await services.remote_header.read(found.repository, found.revision, row)
    name = f"{repository}:{row.quantization or row.name}"
    return services.forecasts.subject_of(name, headers), name if row.quantization else repository


def _gpu_layers(text: str) -> int | None:
    if text == "auto":
        return None
    if not text.isascii() or not text.isdigit():
        raise UsageError(
            f"{text!r} is no number of GPU layers: give `auto`, or a number from 0 on, such as "
            "`--gpu-layers 20`."
        )
    return int(text)


def _report(subject: Subject, found: Forecast) -> dict[str, object]:
    total, passed = found.estimate, found.placement.options
    return {
        "model": subject.name,
        "architecture": subject.memory.architecture.name,
        "quantization": subject.memory.quantization,
        "parameter_count": subject.memory.parameter_count,
        "context_tokens": total.context_tokens,
        "tier": total.tier,
        "weights_bytes": total.weights_bytes,
        "kv_bytes": total.kv_bytes,
        "compute_bytes": total.compute_bytes,
        "overhead_bytes": total.overhead_bytes,
        "total_bytes": total.total_bytes,
        "devices": [msgspec.to_builtins(device) for device in total.devices],
        "repacked_bytes": total.repacked_bytes,
        "mapped_bytes": total.mapped_bytes,
        "plan": {
            "gpu_layers": passed.gpu_layers,
            "layer_count": found.layer_count,
            "kv_type": passed.key_type,
            "flash_attention": "on" if passed.flash_attention else "off",
            "ubatch": passed.micro_batch_tokens,
            "parallel": passed.parallel,
            "context_tokens": passed.context_tokens,
        },
        "fit": found.placement.fit,
        "predicted_decode_tps": None if found.speed is None else found.speed.decode_tps,
        "predicted_prefill_tps": None if found.speed is None else found.speed.prefill_tps,
        "error_bound": total.error_bound,
    }


def _show(terminal: Terminal, subject: Subject, found: Forecast) -> None:
    total = found.estimate
    facts = (
        subject.memory.architecture.name,
        subject.memory.quantization,
        f"{parameters_text(subject.memory.parameter_count)} parameters",
    )
    terminal.answer_line(f"{subject.name} ({', '.join(facts)})")
    terminal.answer_line(
        f"Context of {count_text(total.context_tokens)} tokens, {_cache(found)}, {_way(found)}"
    )
    table = plain_table("", "WEIGHTS", "KV CACHE", "COMPUTE", "OVERHEAD", "TOTAL", "FREE")
    for column in table.columns[1:]:
        column.justify = "right"
    for device in total.devices:
        table.add_row(cell(device.name), *(cell(text) for text in _sizes(device)))
    if len(total.devices) > 1:
        table.add_row(cell("Together"), *(cell(text) for text in _together(found)))
    terminal.answer_table(table)
    if total.repacked_bytes:
        repacked = memory_text(total.repacked_bytes)
        terminal.answer_line(
            f"Of the total, {repacked} are copies of weights, repacked for this processor; the "
            "system may drop what they were copied from."
        )
    terminal.answer_line(tier_text(total))
    if found.speed is not None:
        terminal.answer_line(speed_sentence(found.speed))
    terminal.answer_line(fit_sentence(found))
    trained = subject.memory.architecture.trained_context_tokens
    if warning := training_sentence(found.options.context_tokens, trained):
        terminal.answer_line(warning)


def _cache(found: Forecast) -> str:
    """How the KV cache is stored; MLX's has the model's own type unless it is quantized."""
    kind = found.placement.options.key_type
    if found.model.mlx is not None and kind == "f16":
        return "KV cache not quantized"
    return f"KV cache as {kind}"


def _way(found: Forecast) -> str:
    """How and where the model runs."""
    passed = found.placement.options
    if found.model.mlx is not None:
        return f"run by MLX on {found.estimate.devices[0].name}"
    flash = "with" if passed.flash_attention else "without"
    if not passed.gpu_layers:
        return f"{flash} flash attention, all layers on the CPU"
    layers = f"{count_text(passed.gpu_layers)} of {count_text(found.layer_count)} layers"
    return f"{flash} flash attention, {layers} on the GPU"


def _sizes(device: DeviceMemory) -> tuple[str, ...]:
    free = device.available_bytes
    return (
        memory_text(device.weights_bytes),
        memory_text(device.kv_bytes),
        memory_text(device.compute_bytes),
        memory_text(device.overhead_bytes),
        memory_text(device.total_bytes),
        "unknown" if free is None else memory_text(free),
    )


def _together(found: Forecast) -> tuple[str, ...]:
    total = found.estimate
    return (
        memory_text(total.weights_bytes),
        memory_text(total.kv_bytes),
        memory_text(total.compute_bytes),
        memory_text(total.overhead_bytes),
        memory_text(total.total_bytes),
        "",
    )
