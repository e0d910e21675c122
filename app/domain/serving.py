"""How a vLLM server would hold a model that is too large here: GPUs, nodes, and its command."""

from __future__ import annotations

import math
import re
import shlex

import msgspec

from app.domain.errors import UsageError
from app.domain.forecast import Forecast
from app.domain.model import ModelFormat
from app.domain.units import GIB, count_text, memory_text
from app.domain.words import marked, said

# vLLM's own default for --gpu-memory-utilization.
GPU_MEMORY_FRACTION = 0.9
# Of each GPU, for the CUDA context, graphs and activations.
_OVERHEAD_BYTES = 2 * GIB
_FLEET = re.compile(r"(\d{1,3})\s*[xX×]\s*(\d{1,4})")
# GiB of a GPU, GPUs of a node, nodes: what is sold, the smallest first.
_USUAL_FLEETS = (
    *((24, 1, 1), (48, 1, 1), (80, 1, 1), (80, 2, 1), (80, 4, 1), (80, 8, 1), (141, 8, 1)),
    *((80, 8, 2), (141, 8, 2), (141, 8, 4), (141, 8, 8)),
)

# https://docs.vllm.ai/en/latest/features/quantization/gguf
_NOTES: dict[ModelFormat | None, str] = {
    "gguf": marked(
        "vLLM reads GGUF files with a plugin (uv pip install vllm-gguf-plugin). OWNER/MODEL is the "
        "repository that the file was made of."
    ),
    "mlx": marked(
        "vLLM does not read MLX models: serve the repository that this one was made of. The sizes "
        "are those of these weights."
    ),
}


class GpuFleet(msgspec.Struct, frozen=True, kw_only=True):
    """The GPUs that a user names: all alike, so many on each of the nodes."""

    gpu_bytes: int
    gpus_per_node: int
    nodes: int = 1


class ServingNeed(msgspec.Struct, frozen=True, kw_only=True):
    """What the model takes, from its estimate."""

    repository: str
    weights_bytes: int
    # KV cache of one context of `context_tokens`.
    kv_bytes: int
    context_tokens: int
    attention_heads: int
    # Each GPU holds at least one of them whole.
    kv_heads: int
    layer_count: int
    # None: safetensors as its maker offers them, which vLLM reads by itself.
    format: ModelFormat | None = None


class ServingPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Parallel sizes for vLLM; `commands` are run in this order, the first ones on each node."""

    tensor_parallel: int
    pipeline_parallel: int
    nodes: int
    bytes_per_gpu: int
    commands: tuple[str, ...]
    # What the format of the model asks for; empty for nothing.
    note: str = ""


def need_of(name: str, forecast: Forecast) -> ServingNeed | None:
    """What a server needs for a model; None where its heads are not known.

    `name` is what vLLM is to load: a repository, REPOSITORY:QUANTIZATION, or a file.
    """
    architecture = forecast.model.architecture
    heads = math.gcd(*(layer.heads for layer in architecture.layers))
    if heads == 0:
        return None
    shared = [layer.kv_heads for layer in architecture.layers if layer.kv_heads]
    return ServingNeed(
        repository=name,
        weights_bytes=forecast.estimate.weights_bytes,
        kv_bytes=forecast.estimate.kv_bytes,
        context_tokens=forecast.estimate.context_tokens,
        attention_heads=heads,
        kv_heads=1 if architecture.is_latent else min(shared, default=1),
        layer_count=architecture.layer_count - architecture.draft_layers,
        format="gguf" if forecast.model.mlx is None else "mlx",
    )


def parse_fleet(text: str, nodes: int = 1) -> GpuFleet:
    """GPUs as they are named: `8x80` are eight with 80 GiB each. Raises `UsageError`."""
    found = _FLEET.fullmatch(text.strip())
    if found is None:
        raise UsageError(
            "“{text}” names no GPUs. Give their number and the GiB of each, such as 8x80.",
            text=text,
        )
    return GpuFleet(gpu_bytes=int(found[2]) * GIB, gpus_per_node=int(found[1]), nodes=nodes)


def what_would(need: ServingNeed) -> str:
    """The smallest usual set of GPUs that holds a model, as a sentence; empty for none."""
    for gib, gpus, nodes in _USUAL_FLEETS:
        fleet = GpuFleet(gpu_bytes=gib * GIB, gpus_per_node=gpus, nodes=nodes)
        try:
            plan_serving(need, fleet)
        except UsageError:
            continue
        words = said("A GPU with {memory} would hold it.")
        if nodes > 1:
            words = said("{count} GPUs with {memory} each in {nodes} nodes would hold it.")
        elif gpus > 1:
            words = said("{count} GPUs with {memory} each would hold it.")
        memory = memory_text(fleet.gpu_bytes)
        return words.format(count=count_text(gpus * nodes), memory=memory, nodes=nodes)
    return ""


def plan_serving(need: ServingNeed, fleet: GpuFleet) -> ServingPlan:
    """The fewest GPUs that hold the model, tensor parallel within a node, pipeline across nodes.

    Tensor parallelism must divide the attention heads, and needs the fast links of one node;
    pipeline parallelism must not have more stages than layers. Source:
    https://docs.vllm.ai/en/stable/serving/parallelism_scaling.html. Raises `UsageError` with the
    numbers when all the GPUs together are too small.
    """
    if min(fleet.gpu_bytes, fleet.gpus_per_node, fleet.nodes) < 1:
        raise UsageError("Name at least one node with one GPU and its memory.")
    usable = int(fleet.gpu_bytes * GPU_MEMORY_FRACTION) - _OVERHEAD_BYTES
    for nodes in range(1, min(fleet.nodes, need.layer_count) + 1):
        for tensor in _tensor_sizes(need.attention_heads, fleet.gpus_per_node):
            kv_parts = min(tensor, need.kv_heads) * nodes
            share = math.ceil(need.weights_bytes / (tensor * nodes) + need.kv_bytes / kv_parts)
            if share <= usable:
                return _plan(need, tensor, nodes, share)
    raise UsageError(
        "{repository} needs {needed} at a context of {context_tokens} tokens, which {nodes} x "
        "{gpus_per_node} GPUs with {gpu} each cannot hold: name more or larger ones, or a smaller "
        "context.",
        repository=need.repository,
        needed=memory_text(need.weights_bytes + need.kv_bytes),
        context_tokens=need.context_tokens,
        nodes=fleet.nodes,
        gpus_per_node=fleet.gpus_per_node,
        gpu=memory_text(fleet.gpu_bytes),
    )


def _tensor_sizes(heads: int, gpus: int) -> list[int]:
    return [size for size in range(1, gpus + 1) if heads % size == 0]


def _plan(need: ServingNeed, tensor: int, nodes: int, share: int) -> ServingPlan:
    words = ["vllm", "serve", need.repository, "--max-model-len", str(need.context_tokens)]
    if tensor > 1:
        words += ["--tensor-parallel-size", str(tensor)]
    if nodes > 1:
        words += ["--pipeline-parallel-size", str(nodes)]
        words += ["--distributed-executor-backend", "ray"]
    if need.format == "gguf":
        words += ["--tokenizer", "OWNER/MODEL"]
    ray = (
        ("ray start --head --port=6379", "ray start --address=HEAD_NODE:6379") if nodes > 1 else ()
    )
    return ServingPlan(
        tensor_parallel=tensor,
        pipeline_parallel=nodes,
        nodes=nodes,
        bytes_per_gpu=share,
        commands=(*ray, shlex.join(words)),
        note=_NOTES.get(need.format, ""),
    )
