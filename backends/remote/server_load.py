"""How busy a server is, read from the counters that it publishes for Prometheus."""

from __future__ import annotations

import math
import re

from app.domain.engine import ServerLoad
from app.domain.remote import ServerKind

# Running, waiting, share of the KV cache in use. vLLM renamed the last one in 0.10.
_METRICS: dict[ServerKind, tuple[str, str, tuple[str, ...]]] = {
    "vllm": (
        "vllm:num_requests_running",
        "vllm:num_requests_waiting",
        ("vllm:kv_cache_usage_perc", "vllm:gpu_cache_usage_perc"),
    ),
    "sglang": ("sglang:num_running_reqs", "sglang:num_queue_reqs", ("sglang:token_usage",)),
    "llama-server": (
        "llamacpp:requests_processing",
        "llamacpp:requests_deferred",
        ("llamacpp:kv_cache_usage_ratio",),
    ),
}
_SAMPLE = re.compile(r"^([A-Za-z_:][\w:]*)(?:\{[^}]*\})? +(\S+)", re.MULTILINE)


def publishes(kind: ServerKind) -> bool:
    """Whether servers of this kind may have such counters."""
    return kind in _METRICS


def read_load(text: str, kind: ServerKind) -> ServerLoad | None:
    """The load in a page of `/metrics`; None when the counters are not there.

    Counts of several engines behind one address are added, their cache use is averaged.
    Format: https://prometheus.io/docs/instrumenting/exposition_formats/
    """
    running_name, waiting_name, cache_names = _METRICS[kind]
    samples: dict[str, list[float]] = {}
    for name, value in _SAMPLE.findall(text):
        try:
            number = float(value)
        except ValueError:
            continue
        if math.isfinite(number):
            samples.setdefault(name, []).append(number)
    running, waiting = samples.get(running_name), samples.get(waiting_name)
    if running is None or waiting is None:
        return None
    used = next((samples[name] for name in cache_names if name in samples), None)
    return ServerLoad(
        running_requests=round(sum(running)),
        waiting_requests=round(sum(waiting)),
        kv_used_fraction=None if used is None else sum(used) / len(used),
    )
