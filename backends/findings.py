"""Why each device and card of this machine is used or not, in words, with the next step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal

from app.domain.hardware import (
    BackendChoice,
    BrokenDevice,
    Device,
    DeviceFinding,
    EngineStatus,
    Gpu,
)
from app.domain.words import marked, said
from backends.selection import INTERFACES, is_built_in, is_remote, is_software

_UPDATE = marked("Update the graphics driver, then look again.")
_State = Literal["used", "usable", "unusable"]


def findings(
    status: EngineStatus, gpus: Sequence[Gpu], choice: BackendChoice
) -> tuple[DeviceFinding, ...]:
    """The engine, what it computes on, and the cards that it does not see; the used one first."""
    found = [_engine(status)] if not status.usable else []
    found += [_device(device, choice) for device in status.devices] if status.usable else []
    found += [_broken(each) for each in status.broken]
    found += [_unseen(gpu, status) for gpu in gpus if not _is_seen(gpu, status)]
    alone = not status.broken and all(each.kind == "cpu" for each in status.devices)
    if not gpus and status.usable and alone:
        found.append(_no_card(status))
    return tuple(sorted(found, key=lambda each: ("used", "usable", "unusable").index(each.state)))


def mlx_finding(status: EngineStatus) -> DeviceFinding:
    """MLX, as it was tried: it finds its device itself."""
    name = f"MLX {status.version}" if status.version else "MLX"
    state: _State = "usable" if status.usable else "unusable"
    runs = " " + said("It runs MLX models.") if status.usable else ""
    return DeviceFinding(name=name, state=state, reason=status.reason + runs)


def _engine(status: EngineStatus) -> DeviceFinding:
    """The loader's own sentence."""
    return DeviceFinding(name=status.name, state="unusable", reason=status.reason)


def _broken(broken: BrokenDevice) -> DeviceFinding:
    device = broken.device
    name = f"{device.name} ({device.description})" if device.description else device.name
    return DeviceFinding(
        name=name,
        state="unusable",
        reason=said("It is there and does not open: {reason}").format(reason=broken.reason),
        next_step=said(_UPDATE),
    )


def _device(device: Device, choice: BackendChoice) -> DeviceFinding:
    is_used = device.name == choice.device or (choice.device is None and device.kind == "cpu")
    name = f"{device.name} ({device.description})" if device.description else device.name
    if is_used:
        return DeviceFinding(name=name, state="used", reason=choice.reason)
    state, reason = _why_not(device, choice)
    return DeviceFinding(name=name, state=state, reason=reason)


def _why_not(device: Device, choice: BackendChoice) -> tuple[_State, str]:
    if is_software(device):
        return "unusable", said("It draws in software, on the CPU, which is faster by itself.")
    if is_remote(device):
        return "usable", said("It belongs to another computer, so it is used only when asked for.")
    if device.kind == "cpu":
        words = said("It takes the layers that do not fit {device}.")
        return "usable", words.format(device=choice.device)
    words = said("{device} was chosen before it: {reason}")
    return "usable", words.format(device=choice.device, reason=choice.reason)


def _is_seen(gpu: Gpu, status: EngineStatus) -> bool:
    """Whether the engine has a device for this card; drivers name it with or without its maker."""
    name = gpu.name.casefold()
    devices = (*status.devices, *(each.device for each in status.broken))
    texts = (device.description.casefold() for device in devices if device.kind != "cpu")
    return any(text and (text in name or name in text) for text in texts)


def _unseen(gpu: Gpu, status: EngineStatus) -> DeviceFinding:
    reason, step = next(iter(_missing(gpu, status)))
    if gpu.driver:
        reason += " " + said("The driver is {driver}.").format(driver=gpu.driver)
    return DeviceFinding(name=gpu.name, state="unusable", reason=reason, next_step=step)


def _missing(gpu: Gpu, status: EngineStatus) -> Iterator[tuple[str, str]]:
    """What stands between the engine and a card: the engine, the driver, or how it was built."""
    if not status.usable:
        words = said("{engine} cannot be used at all: {reason}")
        reason = words.format(engine=status.name, reason=status.reason)
        yield reason, said("Repair the engine first.")
    for backends, _, title in INTERFACES[gpu.vendor]:
        if is_built_in(backends, status):
            words = said("This build of {engine} has {title}, and {title} finds no usable device.")
            yield words.format(engine=status.name, title=title), said(_UPDATE)
    _, option, title = INTERFACES[gpu.vendor][0]
    words = said("This build of {engine} has no {title}; it was built with {built}.")
    step = said("Install or build {engine} with {option}=ON, then look again.")
    yield (
        words.format(engine=status.name, title=title, built=_built(status)),
        step.format(engine=status.name, option=option),
    )


def _built(status: EngineStatus) -> str:
    return ", ".join(status.backends) or said("the CPU alone")


def _no_card(status: EngineStatus) -> DeviceFinding:
    words = said(
        "The system reports no NVIDIA, AMD or Apple card. {engine} was built with {built}."
    )
    return DeviceFinding(
        name=said("Graphics card"),
        state="unusable",
        reason=words.format(engine=status.name, built=_built(status)),
        next_step=said("If there is one, install its driver, then look again."),
    )
