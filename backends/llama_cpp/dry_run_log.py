"""Reads what llama.cpp says of its buffers while it lays out a context."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from app.domain.engine import LoadedBuffers
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
# "load_tensors:   CPU_Mapped model buffer size =    92.10 MiB", and so on for KV, RS and compute.
_ALLOCATED = re.compile(r" (\S+) +(model|KV|RS|compute) buffer size = +([\d.]+) MiB")
_COPIES = re.compile(r"sched copies = (\d+)")
_WORST = re.compile(r"worst-case: n_tokens = (\d+)")
_CONTEXT = re.compile(r"^\w+: n_ctx +(?:=|:) +(\d+)")
_FLASH_OFF = re.compile(r"Flash Attention .*(disabled|not supported|off)", re.IGNORECASE)


def _bytes(mib: str) -> int:
    return round(float(mib) * _MIB)


def device_of(buffer_type: str, owners: Mapping[str, str] = MappingProxyType({})) -> str:
    """The device that a buffer type belongs to: pinned host memory is the CPU's, and so are weights
    mapped or repacked there.
    """
    if buffer_type.startswith("CPU") or buffer_type.endswith("_Host"):
        return "CPU"
    name = buffer_type.removesuffix("_Mapped")
    return owners.get(name) or name.split("[", maxsplit=1)[0]


def read_buffers(
    lines: Iterable[str], owners: Mapping[str, str] = MappingProxyType({})
) -> tuple[DeviceBuffers, ...]:
    """The buffers of each device, from the lines of one context's making.

    A cache's size is told for all devices together: it is divided by the layers on each. `owners`
    are the devices by the names of their buffer types, where the two differ.
    """
    kv: defaultdict[str, float] = defaultdict(float)
    compute: Counter[str] = Counter()
    output: Counter[str] = Counter()
    layers: Counter[str] = Counter()
    for line in lines:
        if found := _LAYER.match(line):
            layers[device_of(found[2])] += 1
        elif found := _CACHE.match(line):
            for device, share in _shares(layers).items():
                kv[device] += _bytes(found[2]) * share
            layers.clear()
        elif found := _STATE.match(line):
            kv["CPU"] += _bytes(found[1])
        elif found := _COMPUTE.match(line):
            device = device_of(found[1], owners)
            compute[device] = max(compute[device], _bytes(found[2]))
        elif found := _OUTPUT.match(line):
            output[device_of(found[1], owners)] += _bytes(found[2])
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


def read_loaded(lines: Iterable[str]) -> tuple[LoadedBuffers, ...]:
    """What a real load allocated on each device, in the order in which they were named."""
    fields = {"model": "weights_bytes", "KV": "kv_bytes", "RS": "kv_bytes"}
    sums: dict[str, Counter[str]] = {}
    for line in lines:
        if found := _ALLOCATED.search(line):
            device = sums.setdefault(device_of(found[1]), Counter())
            device[fields.get(found[2], "compute_bytes")] += _bytes(found[3])
    return tuple(LoadedBuffers(device=name, **sizes) for name, sizes in sums.items())


def read_pipeline(lines: Iterable[str]) -> tuple[int, int]:
    """How many copies of what devices hand on there are, and the tokens of a micro-batch."""
    copies, tokens = 1, 0
    for line in lines:
        if found := _COPIES.search(line):
            copies = int(found[1])
        elif found := _WORST.search(line):
            tokens = int(found[1])
    return copies, tokens


def _shares(layers: Counter[str]) -> dict[str, float]:
    total = layers.total()
    return {name: count / total for name, count in layers.items()} if total else {"CPU": 1.0}


def flash_attention(lines: Iterable[str], *, asked: bool) -> bool:
    """Whether the context uses flash attention, after llama.cpp's own choice."""
    return asked and not any(_FLASH_OFF.search(line) for line in lines)
