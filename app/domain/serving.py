"""How a vLLM server would hold a model that is too large here: GPUs, nodes, and its command."""

from __future__ import annotations

import math
import shlex

import msgspec

from app.domain.errors import UsageError
from app.domain.units import memory_text

# vLLM's own default for --gpu-memory-utilization.
GPU_MEMORY_FRACTION = 0.9
# Of each GPU, for the CUDA context, graphs and activations.
_OVERHEAD_BYTES = 2 * 2**30


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
    layer_count: int


class ServingPlan(msgspec.Struct, frozen=True, kw_only=True):
    """Parallel sizes for vLLM; `commands` are run in this order, the first ones on each node."""

    tensor_parallel: int
    pipeline_parallel: int
    nodes: int
    bytes_per_gpu: int
    commands: tuple[str, ...]


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
    whole = need.weights_bytes + need.kv_bytes
    for nodes in range(1, min(fleet.nodes, need.layer_count) + 1):
        for tensor in _tensor_sizes(need.attention_heads, fleet.gpus_per_node):
            share = math.ceil(whole / (tensor * nodes))
            if share <= usable:
                return _plan(need, tensor, nodes, share)
    raise UsageError(
        f"{need.repository} needs {memory_text(whole)} at a context of {need.context_tokens:,} "
        f"tokens. {fleet.nodes * fleet.gpus_per_node} GPUs with {memory_text(fleet.gpu_bytes)} "
        "each cannot hold it: name more or larger ones, or a smaller context."
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
    ray = (
        ("ray start --head --port=6379", "ray start --address=HEAD_NODE:6379") if nodes > 1 else ()
    )
    return ServingPlan(
        tensor_parallel=tensor,
        pipeline_parallel=nodes,
        nodes=nodes,
        bytes_per_gpu=share,
        commands=(*ray, shlex.join(words)),
    )
