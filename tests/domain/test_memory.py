"""The formula: known sizes, options that are refused, and where weights and layers go."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.errors import UsageError
from app.domain.gguf import Header, read_header
from app.domain.hardware import Device
from app.domain.kv_cache import layer_kv_bytes, total_cells
from app.domain.layer_places import place_layers
from app.domain.memory import MemoryEstimate, estimate_memory
from app.domain.memory_options import MemoryOptions
from app.domain.model_memory import ModelMemory, read_model
from app.domain.units import GIB, MIB
from tests.fakes.gguf_models import MODELS, header_only

HOST = Device(name="CPU", kind="cpu", description="", free_bytes=64 * GIB)
CUDA = Device(name="CUDA0", kind="cuda", description="", free_bytes=24 * GIB)


def model(name: str, kind: str = "F16", features: tuple[str, ...] = ()) -> ModelMemory:
    file = header_only(name, kind)
    header = read_header(file.header(), file.size())
    assert isinstance(header, Header)
    return read_model([header], features)


def priced(name: str, gpus: tuple[Device, ...] = (), **options: object) -> MemoryEstimate:
    chosen = msgspec.convert({"context_tokens": 4096, **options}, MemoryOptions)
    found = estimate_memory(model(name), chosen, HOST, gpus)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("name", "mib"),
    [
        ("llama-3.1-8B", 512),
        ("qwen3-30B-A3B", 384),
        ("gemma-3-12B", 736),
        ("deepseek-v2-lite", 121.5),
        ("gpt-oss-20B", 114),
        ("qwen3-next-80B", 171.375),
    ],
)
def test_kv_cache_of_known_models_at_4096_tokens(name: str, mib: float) -> None:
    assert priced(name).kv_bytes == mib * MIB


@pytest.mark.parametrize("name", sorted(MODELS))
def test_weights_are_the_sum_of_the_tensors_that_are_loaded(name: str) -> None:
    file = header_only(name)
    header = read_header(file.header(), file.size())
    assert isinstance(header, Header)
    loaded = model(name).weights
    assert loaded.total_bytes + loaded.draft_bytes == header.weights_bytes


@pytest.mark.parametrize("name", sorted(MODELS))
def test_devices_add_up_to_the_whole(name: str) -> None:
    layers = model(name).architecture.layer_count + 1
    for gpu_layers in (0, 1, layers // 2, layers):
        found = priced(name, (CUDA,), gpu_layers=gpu_layers)
        assert found.kv_bytes == sum(device.kv_bytes for device in found.devices)
        assert found.total_bytes == sum(device.total_bytes for device in found.devices)
        alone = priced(name)
        assert found.kv_bytes == alone.kv_bytes
        tied = model(name).weights.tied_bytes if gpu_layers else 0
        assert found.weights_bytes == alone.weights_bytes + tied


def test_context_is_padded_and_shared_by_sequences() -> None:
    assert total_cells(MemoryOptions(context_tokens=1)) == 256
    assert total_cells(MemoryOptions(context_tokens=1000, parallel=3)) == 3 * 512
    assert total_cells(MemoryOptions(context_tokens=1000, parallel=3, unified=True)) == 1024


def test_full_window_costs_what_it_costs() -> None:
    sliding = priced("gemma-3-12B", context_tokens=32768)
    full = priced("gemma-3-12B", context_tokens=32768, full_window=True)
    assert (sliding.kv_bytes // MIB, full.kv_bytes // MIB) == (2528, 12288)


def test_a_recurrent_state_does_not_grow_with_the_context() -> None:
    small, large = priced("mamba-2.8B"), priced("mamba-2.8B", context_tokens=131072)
    assert small.kv_bytes == large.kv_bytes > 0
    assert priced("mamba-2.8B", parallel=4).kv_bytes == 4 * small.kv_bytes


def test_embeddings_stay_on_the_host_and_a_tied_head_is_copied() -> None:
    tied = priced("gemma-3-270M", (CUDA,), gpu_layers=1)
    embeddings = 262144 * 640 * 2
    assert tied.devices[0].weights_bytes == priced("gemma-3-270M").weights_bytes - 640 * 4
    assert tied.devices[1].weights_bytes == embeddings + 640 * 4


@pytest.mark.parametrize("name", MODELS)
def test_any_part_of_the_layers_has_a_price(name: str) -> None:
    found = model(name)
    for layers in range(0, found.architecture.layer_count + 2, 3):
        options = MemoryOptions(context_tokens=4096, gpu_layers=layers)
        priced = estimate_memory(found, options, HOST, [CUDA])
        assert priced is not None
        assert priced.weights_bytes >= found.weights.total_bytes


def test_experts_on_the_host_leave_the_rest_on_the_gpu() -> None:
    whole = priced("qwen3-30B-A3B", (CUDA,), gpu_layers=49)
    split = priced("qwen3-30B-A3B", (CUDA,), gpu_layers=49, experts_on_cpu=True)
    experts = 48 * 128 * 3 * 2048 * 768 * 2
    assert whole.devices[1].weights_bytes - split.devices[1].weights_bytes == experts
    assert split.devices[1].kv_bytes == whole.devices[1].kv_bytes
    assert split.weights_bytes == whole.weights_bytes


def test_layers_fill_the_gpus_from_the_back_by_free_memory() -> None:
    small = msgspec.structs.replace(CUDA, name="CUDA1", free_bytes=8 * GIB)
    options = MemoryOptions(context_tokens=512, gpu_layers=9)
    first, second = place_layers(options, 32, (CUDA, small))
    assert first + second == tuple(range(24, 33))
    assert len(first) > len(second) > 0


def test_repacked_weights_are_counted_apart() -> None:
    plain = model("llama-3.1-8B", "Q4_K")
    packed = model("llama-3.1-8B", "Q4_K", ("avx2",))
    options = MemoryOptions(context_tokens=512)
    before = estimate_memory(plain, options, HOST)
    after = estimate_memory(packed, options, HOST)
    assert before is not None
    assert after is not None
    assert before.repacked_bytes == 0
    assert after.total_bytes - before.total_bytes == after.repacked_bytes
    matrices = 8_030_261_248 - 128_256 * 4096 - 65 * 4096  # all but embeddings and norms
    assert after.repacked_bytes == matrices * 144 // 256
    assert after.mapped_bytes == after.weights_bytes == before.weights_bytes


def test_an_architecture_that_is_not_known_gives_no_number() -> None:
    known = model("smollm2-135M")
    other = msgspec.structs.replace(known.architecture, is_known=False, name="novel")
    unknown = msgspec.structs.replace(known, architecture=other)
    assert estimate_memory(unknown, MemoryOptions(context_tokens=512), HOST) is None


@pytest.mark.parametrize(
    ("name", "options", "reason"),
    [
        ("llama-3.1-8B", {"context_tokens": 0}, "context"),
        ("llama-3.1-8B", {"context_tokens": -5}, "context"),
        ("llama-3.1-8B", {"key_type": "q3_k"}, "no KV type called"),
        ("llama-3.1-8B", {"value_type": "q8_0", "flash_attention": False}, "flash attention"),
        ("deepseek-v2-lite", {"key_type": "q8_0"}, "same KV type"),
        ("llama-3.1-8B", {"gpu_layers": -1}, "GPU layers"),
    ],
)
def test_options_that_are_refused(name: str, options: dict[str, object], reason: str) -> None:
    with pytest.raises(UsageError, match=reason):
        priced(name, **options)


def test_heads_that_a_quantized_cache_cannot_hold() -> None:
    architecture = model("llama-3.1-8B").architecture
    odd = msgspec.structs.replace(architecture, head_values=80, value_head_values=80)
    options = MemoryOptions(context_tokens=512, key_type="q8_0", value_type="q8_0")
    with pytest.raises(UsageError, match="no multiple of 32"):
        layer_kv_bytes(odd, options)
