"""`quantbench estimate --on`: the same estimate for machines that are not here."""

from __future__ import annotations

import msgspec

from app.bootstrap import Services
from app.cli.terminal import Terminal, cell, plain_table
from app.domain.forecast import Forecast
from app.domain.forecast_text import FIT_TITLES
from app.domain.hardware_table import KnownDevice, find_device, machine_with
from app.domain.load_options import LoadOptions
from app.domain.placement import Machine as MachineMemory
from app.domain.units import memory_text, rate_text
from app.services.forecasts import Subject

EVERYWHERE = "all"


async def forecast_on(
    services: Services, subject: Subject, wanted: LoadOptions, here: MachineMemory, name: str
) -> Forecast:
    """The formula's forecast on a machine with the device of this name. Raises `AppError`."""
    device = find_device(await services.forecasts.known_devices(), name)
    return await _forecast(services, subject, wanted, here, device)


async def show_everywhere(
    services: Services,
    terminal: Terminal,
    subject: Subject,
    wanted: LoadOptions,
    here: MachineMemory,
    *,
    as_json: bool,
) -> None:
    """What each known device would make of it. Raises `AppError`."""
    known = await services.forecasts.known_devices()
    found = [(each, await _forecast(services, subject, wanted, here, each)) for each in known]
    if as_json:
        rows = [_row(device, forecast) for device, forecast in found]
        terminal.answer_json({"model": subject.name, "runs_on": rows})
        return
    table = plain_table("DEVICE", "MEMORY", "FIT", "GPU LAYERS", "NEEDS", "REPLIES", "PROMPTS")
    for device, forecast in found:
        speed, placed = forecast.speed, forecast.placement
        rates = (None, None) if speed is None else (speed.decode_tps, speed.prefill_tps)
        table.add_row(
            cell(device.name),
            cell(memory_text(device.device().free_bytes or 0)),
            cell(FIT_TITLES[placed.fit]),
            cell(str(placed.options.gpu_layers)),
            cell(memory_text(forecast.estimate.total_bytes)),
            *(cell("" if rate is None else f"{rate_text(rate)} tokens/s") for rate in rates),
        )
    terminal.answer_table(table)


async def _forecast(
    services: Services,
    subject: Subject,
    wanted: LoadOptions,
    here: MachineMemory,
    device: KnownDevice,
) -> Forecast:
    there = machine_with(device, here)
    options = msgspec.structs.replace(wanted, device=there.gpus[0].name)
    return await services.forecasts.forecast(subject, options, there, "formula")


def _row(device: KnownDevice, forecast: Forecast) -> dict[str, object]:
    speed, placed = forecast.speed, forecast.placement
    return {
        "name": device.name,
        "memory_bytes": device.device().free_bytes,
        "fit": placed.fit,
        "gpu_layers": placed.options.gpu_layers,
        "total_bytes": forecast.estimate.total_bytes,
        "predicted_decode_tps": None if speed is None else speed.decode_tps,
        "predicted_prefill_tps": None if speed is None else speed.prefill_tps,
        "source": device.source,
        "memory_source": device.memory_source or device.source,
    }
