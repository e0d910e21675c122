"""Ever safer ways to load, for builds that crash on the machine they find themselves on.

A native build can use instructions that a virtual machine advertises and does not run, a driver
can crash in a kernel: the first load decodes a few tokens, and when its process dies the next
configuration is tried.
"""

from __future__ import annotations

import msgspec

from app.domain.load_options import LoadOptions
from app.domain.words import marked


class Configuration(msgspec.Struct, frozen=True):
    """One way to load: the name it is remembered by, and in words what is switched off."""

    name: str
    without: str
    options: LoadOptions


def configurations(options: LoadOptions) -> list[Configuration]:
    """`options` as they are, then with more and more switched off, the safest last."""
    no_extra = msgspec.structs.replace(options, extra_buffer_types=False)
    no_flash = msgspec.structs.replace(no_extra, flash_attention="off", kv_type="f16")
    cpu_only = msgspec.structs.replace(no_flash, device=None, gpu_layers=0)
    found = [
        Configuration("full", "", options),
        Configuration("no-extra-buffers", marked("repacked weights"), no_extra),
        Configuration(
            "no-flash-attention", marked("repacked weights and flash attention"), no_flash
        ),
    ]
    if options.device is not None:
        found.append(Configuration("cpu-only", marked("the graphics card"), cpu_only))
    return found


def remembered(options: LoadOptions, name: str | None) -> Configuration | None:
    """The configuration of that name; None for a name that is not known (any more)."""
    return next((each for each in configurations(options) if each.name == name), None)
