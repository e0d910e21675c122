"""What a vLLM server needs for a model: the fewest GPUs, and sizes that the model can be cut in."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.errors import UsageError
from app.domain.serving import (
    GPU_MEMORY_FRACTION,
    GpuFleet,
    ServingNeed,
    ServingPlan,
    plan_serving,
)

GIB = 2**30
# Llama 3.3 70B in BF16 at 32,768 tokens: 80 layers, 64 heads, 8 KV heads of 128.
LLAMA_70B = ServingNeed(
    repository="meta-llama/Llama-3.3-70B-Instruct",
    weights_bytes=141_107_412_992,
    kv_bytes=80 * 2 * 8 * 128 * 2 * 32_768,
    context_tokens=32_768,
    attention_heads=64,
    kv_heads=8,
    layer_count=80,
)


def plan(gpu_gib: int, per_node: int, nodes: int = 1) -> ServingPlan:
    fleet = GpuFleet(gpu_bytes=gpu_gib * GIB, gpus_per_node=per_node, nodes=nodes)
    return plan_serving(LLAMA_70B, fleet)


def test_one_node_is_cut_by_tensors() -> None:
    found = plan(80, 8)
    assert (found.tensor_parallel, found.pipeline_parallel) == (4, 1)
    assert found.commands == (
        "vllm serve meta-llama/Llama-3.3-70B-Instruct --max-model-len 32768 "
        "--tensor-parallel-size 4",
    )


def test_a_gguf_file_is_served_with_the_plugin_and_its_makers_tokenizer() -> None:
    need = msgspec.structs.replace(LLAMA_70B, repository="o/m-GGUF:Q4_K_M", format="gguf")
    fleet = GpuFleet(gpu_bytes=80 * GIB, gpus_per_node=8)
    found = plan_serving(need, fleet)
    assert found.commands[0].endswith("--tokenizer OWNER/MODEL")
    assert "vllm-gguf-plugin" in found.note
    found = plan_serving(msgspec.structs.replace(need, format="mlx"), fleet)
    assert "does not read MLX" in found.note
    assert not plan(80, 8).note


def test_several_nodes_are_a_pipeline_on_ray() -> None:
    found = plan(24, 4, nodes=2)
    assert (found.tensor_parallel, found.pipeline_parallel, found.nodes) == (4, 2, 2)
    assert found.commands[:2] == (
        "ray start --head --port=6379",
        "ray start --address=HEAD_NODE:6379",
    )
    assert "--pipeline-parallel-size 2 --distributed-executor-backend ray" in found.commands[2]


def test_heads_are_never_cut() -> None:
    assert plan(80, 3, nodes=2).tensor_parallel == 2


def test_gpus_that_are_too_small_are_refused_with_numbers() -> None:
    with pytest.raises(UsageError, match=r"needs 141\.4 GiB.*1 x 4 GPUs with 24\.0 GiB each"):
        plan(24, 4)
    with pytest.raises(UsageError, match="at least one node"):
        plan(24, 0)


@given(gib=st.integers(8, 200), per_node=st.integers(1, 16), nodes=st.integers(1, 8))
def test_plan_always_fits_what_was_named(gib: int, per_node: int, nodes: int) -> None:
    try:
        found = plan(gib, per_node, nodes)
    except UsageError:
        return
    assert found.tensor_parallel <= per_node
    assert found.nodes <= nodes
    assert LLAMA_70B.attention_heads % found.tensor_parallel == 0
    assert found.bytes_per_gpu < gib * GIB * GPU_MEMORY_FRACTION
    whole = LLAMA_70B.weights_bytes + LLAMA_70B.kv_bytes
    assert found.bytes_per_gpu * found.tensor_parallel * found.pipeline_parallel >= whole
