"""`quantbench doctor`: what this machine has, what runs on it, and why."""

from __future__ import annotations

import asyncio
import dataclasses
import os
import platform

import msgspec

import app
from app.bootstrap import Services
from app.cli.engine_commands import builds_report, install_command_of, state_of
from app.cli.terminal import Terminal
from app.domain.engine_build import offers, origin_text
from app.domain.hardware import Device, DeviceFinding, EngineStatus
from app.domain.units import memory_text
from app.services.engine_host import Machine
from app.services.machine_look import tried_mlx
from app.services.safe_load import runs_without

_STATES = {
    "": "",
    "used": ", used",
    "broken": ", chosen, and does not load any more: the bundled one is used",
}


async def doctor(services: Services, terminal: Terminal, *, as_json: bool) -> int:
    """Look at this machine and tell. An engine that cannot be used is a finding, not a failure."""
    machine, mlx = await asyncio.gather(services.host.machine(), tried_mlx())
    machine = dataclasses.replace(machine, status=_with_self_check(services, machine.status))
    report = _report(services, machine, mlx)
    if as_json:
        terminal.answer_json(report)
        return 0
    terminal.answer_line(f"Quantbench {report['version']}, Python {report['python']}")
    terminal.answer_line(f"System     {report['platform']}")
    terminal.answer_line(f"CPU        {report['cpu']}")
    terminal.answer_line(f"Memory     {memory_text(_ram_bytes())}")
    for gpu in machine.gpus:
        terminal.answer_line(f"Card       {gpu.name}{_memory_of(gpu.total_bytes, gpu.free_bytes)}")
    terminal.answer_line(f"Engine     {_engine_line(machine.status)}")
    for device in machine.status.devices:
        terminal.answer_line(f"  device   {_device_line(device)}")
    for build in services.builds.installed():
        state = state_of(build, services.settings.current, machine)
        words = f"{build.name}: {origin_text(build)}{_STATES[state]}"
        terminal.answer_line(f"  build    {words}")
    for finding in machine.findings:
        terminal.answer_line(f"  {finding.state:<8} {finding.name}: {_why(finding)}")
    terminal.answer_line(f"Engine     {_engine_line(mlx)}")
    terminal.answer_line(f"Chosen     {machine.choice.device or 'CPU'}: {machine.choice.reason}")
    for proposal in offers(machine.gpus, machine.status, machine.choice):
        terminal.answer_line(f"Better     {proposal.reason} {install_command_of(proposal)}")
    for name, path in _paths(services).items():
        terminal.answer_line(f"{name:<10} {path}")
    return 0


def _with_self_check(services: Services, status: EngineStatus) -> EngineStatus:
    """The status, whose reason tells what the build runs without since its self-check."""
    without = runs_without(services.settings.current, status.build_id)
    if not without:
        return status
    words = f"It crashed in its self-check on this computer and runs without {without}."
    return msgspec.structs.replace(status, reason=f"{status.reason} {words}")


def _why(finding: DeviceFinding) -> str:
    return f"{finding.reason} {finding.next_step}".strip()


def _report(services: Services, machine: Machine, mlx: EngineStatus) -> dict[str, object]:
    status, choice = machine.status, machine.choice
    return {
        "version": app.__version__,
        "python": platform.python_version(),
        "platform": platform.platform(),
        "cpu": _cpu_name(status),
        "ram_bytes": _ram_bytes(),
        "devices": [msgspec.to_builtins(device) for device in status.devices],
        "engines": [
            {
                "name": each.name,
                "version": each.version,
                "usable": each.usable,
                "reason": each.reason,
            }
            for each in (status, mlx)
        ],
        "builds": builds_report(services),
        "chosen": {
            "engine": choice.engine,
            "device": choice.device or "CPU",
            "reason": choice.reason,
        },
        "paths": _paths(services),
    }


def _cpu_name(status: EngineStatus) -> str:
    """The processor as the engine names it, or else as the system does."""
    names = [device.description for device in status.devices if device.kind == "cpu"]
    return next(filter(None, [*names, platform.processor(), platform.machine()]), "unknown")


def _ram_bytes() -> int:
    import psutil

    return psutil.virtual_memory().total


def _paths(services: Services) -> dict[str, str]:
    return {
        field.name: os.fsdecode(getattr(services.paths, field.name))
        for field in dataclasses.fields(services.paths)
    }


def _engine_line(status: EngineStatus) -> str:
    version = f" {status.version}" if status.version else ""
    return f"{status.name}{version}, {'usable' if status.usable else 'not usable'}: {status.reason}"


def _device_line(device: Device) -> str:
    memory = _memory_of(device.total_bytes, device.free_bytes)
    return f"{device.name}: {device.description}{memory}"


def _memory_of(total_bytes: int | None, free_bytes: int | None) -> str:
    if total_bytes is None:
        return ""
    free = "" if free_bytes is None else f", {memory_text(free_bytes)} free"
    return f", {memory_text(total_bytes)}{free}"
