"""Reads what llama.cpp says of its buffers while it lays out a context."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable

from backends.llama_cpp.dry_run_protocol import DeviceBuffers

_MIB = 2**20
# "llama_kv_cache: layer   3: dev = CUDA0", also with a comma after the name.
_LAYER = re.compile(r"^(\w+)[:,] layer +\d+: dev = (\S+)")
# "llama_kv_cache: size =  512.00 MiB (  4096 cells,  32 layers, ...". Of recurrent states, too.
_CACHE = re.compile(r"^(\w+): size = +([\d.]+) MiB \( *\d+ cells")
# "llama_kv_cache_dsv4: ... layers = 20, size =    1.00 MiB"
_STATE = re.compile(r"^\w+: .*streams = .* layers = \d+, size = +([\d.]+) MiB")
_COMPUTE = re.compile(r"^\w+: +(\S+) +compute buffer size = +([\d.]+) MiB")
_OUTPUT = re.compile(r"^\w+: +(\S+) +output buffer size = +([\d.]+) MiB")
_CONTEXT = re.compile(r"^\w+: n_ctx +(?:=|:) +(\d+)")
_FLASH_OFF = re.compile(r"Flash Attention .*(disabled|not supported|off)", re.IGNORECASE)


def _bytes(mib: str) -> int:
    return round(float(mib) * _MIB)


def _device(buffer_type: str) -> str:
    """The device that a buffer type belongs to: pinned host memory is the CPU's."""
    return "CPU" if buffer_type.endswith("_Host") else buffer_type.split("[", maxsplit=1)[0]


def read_buffers(lines: Iterable[str]) -> tuple[DeviceBuffers, ...]:
    """The buffers of each device, from the lines of one context's making.

    A cache's size is told for all devices together: it is divided by the layers on each.
    """
    kv: defaultdict[str, float] = defaultdict(float)
    compute: Counter[str] = Counter()
    output: Counter[str] = Counter()
    layers: Counter[str] = Counter()
    for line in lines:
        if found := _LAYER.match(line):
            layers[_device(found[2])] += 1
        elif found := _CACHE.match(line):
            for device, share in _shares(layers).items():
                kv[device] += _bytes(found[2]) * share
            layers.clear()
        elif found := _STATE.match(line):
            kv["CPU"] += _bytes(found[1])
        elif found := _COMPUTE.match(line):
            compute[_device(found[1])] = max(compute[_device(found[1])], _bytes(found[2]))
        elif found := _OUTPUT.match(line):
            output[_device(found[1])] += _bytes(found[2])
    devices = sorted({*kv, *compute, *output, "CPU"}, key=lambda name: (name == "CPU", name))
    return tuple(
        DeviceBuffers(
            device=device,
            kv_bytes=round(kv[device]),
            compute_bytes=compute[device],
            output_bytes=output[device],
        )
        for device in devices
    )


def _shares(layers: Counter[str]) -> dict[str, float]:
    total = layers.total()
    return {name: count / total for name, count in layers.items()} if total else {"CPU": 1.0}


def flash_attention(lines: Iterable[str], *, asked: bool) -> bool:
    """Whether the context uses flash attention, after llama.cpp's own choice."""
    return asked and not any(_FLASH_OFF.search(line) for line in lines)
