"""Placement: one GPU if it is enough, as many layers as fit, and the cheapest change in words."""

from __future__ import annotations

import msgspec
import pytest

from app.domain.fit import margin_bytes
from app.domain.gguf import Header, read_header
from app.domain.hardware import Device
from app.domain.memory_options import MemoryOptions
from app.domain.model_memory import ModelMemory, read_model
from app.domain.placement import Machine, Placement, plan
from app.domain.units import GIB
from tests.fakes.gguf_models import header_only

OPTIONS = MemoryOptions(context_tokens=8192)


def model(name: str, kind: str = "Q4_K") -> ModelMemory:
    file = header_only(name, kind)
    header = read_header(file.header(), file.size())
    assert isinstance(header, Header)
    return read_model([header])


def machine(ram_gib: float, *gpu_gib: float, released: int = 0) -> Machine:
    host = Device(name="CPU", kind="cpu", description="", free_bytes=round(ram_gib * GIB))
    gpus = tuple(
        Device(name=f"CUDA{n}", kind="cuda", description="", free_bytes=round(size * GIB))
        for n, size in enumerate(gpu_gib)
    )
    return Machine(host=host, gpus=gpus, released_bytes=released)


def test_everything_goes_to_a_gpu_that_is_large_enough() -> None:
    placed = plan(model("llama-3.1-8B"), OPTIONS, machine(16, 24))
    assert (placed.fit, placed.options.gpu_layers) == ("fits", 33)
    assert placed.advice == ""


def test_one_gpu_is_preferred_to_two() -> None:
    placed = plan(model("llama-3.1-8B"), OPTIONS, machine(16, 12, 24))
    assert [gpu.name for gpu in placed.gpus] == ["CUDA1"]
    both = plan(model("qwen3-30B-A3B"), OPTIONS, machine(16, 12, 12))
    assert [gpu.name for gpu in both.gpus] == ["CUDA0", "CUDA1"]
    assert both.fit == "fits"


def test_a_small_gpu_gets_as_many_layers_as_leave_its_margin() -> None:
    placed = plan(model("llama-3.1-8B"), OPTIONS, machine(16, 4))
    assert placed.fit == "partial"
    assert 0 < placed.options.gpu_layers < 33
    gpu = placed.fits[1]
    assert gpu.needed_bytes <= gpu.available_bytes - margin_bytes(gpu.available_bytes)
    more = plan(
        model("llama-3.1-8B"), OPTIONS, machine(16, 4), gpu_layers=placed.options.gpu_layers + 1
    )
    assert more.fit in ("tight", "too_big")
    assert "layers fit the GPU" in placed.advice


def test_layers_that_no_change_brings_to_the_gpu_have_a_lever_all_the_same() -> None:
    small = machine(16, 4)
    placed = plan(model("llama-3.1-8B"), OPTIONS, small)
    assert all(change.fit == "partial" for change in placed.changes)
    most = max(placed.changes, key=lambda change: change.options.gpu_layers)
    assert plan(model("llama-3.1-8B"), most.options, small).options.gpu_layers == 18
    assert f"The best change: {most.sentence}, then 18 fit." in placed.advice
    ending = "A quantization of at most 65 % of this one's size fits the GPU whole."
    assert placed.advice.endswith(ending)
    for kind, share, fit in (("IQ3_XXS", 0.68, "partial"), ("Q2_K", 0.58, "tight")):
        other = plan(model("llama-3.1-8B", kind), OPTIONS, small)
        size = other.estimate.weights_bytes / placed.estimate.weights_bytes
        assert (size, other.fit) == (pytest.approx(share, abs=0.01), fit)
    chosen = plan(model("llama-3.1-8B"), most.options, small)
    assert "The best change" not in chosen.advice, "what remains brings no layer more"


def test_what_the_user_fixes_is_only_priced() -> None:
    placed = plan(model("llama-3.1-8B"), OPTIONS, machine(16, 24), gpu_layers=5)
    assert (placed.options.gpu_layers, placed.fit) == (5, "fits")
    alone = plan(model("llama-3.1-8B"), OPTIONS, machine(16, 24), gpu_layers=0)
    assert alone.gpus == ()


def test_a_smaller_file_is_named_for_the_layers_that_the_user_fixed() -> None:
    small = machine(16, 1)
    placed = plan(model("llama-3.1-8B"), OPTIONS, small, gpu_layers=5)
    assert placed.fit == "too_big"
    ending = "A quantization of at most 62 % of this one's size would fit."
    assert placed.advice.endswith(ending)
    for kind, fit in (("IQ3_XXS", "too_big"), ("Q2_K", "tight")):
        assert plan(model("llama-3.1-8B", kind), OPTIONS, small, gpu_layers=5).fit == fit


def test_the_context_is_never_reduced_in_silence() -> None:
    options = MemoryOptions(context_tokens=131072)
    placed = plan(model("llama-3.1-8B"), options, machine(16))
    assert placed.options.context_tokens == 131072
    assert placed.fit == "too_big"
    contexts = [change for change in placed.changes if "context" in change.sentence]
    assert len(contexts) == 1
    assert contexts[0].fit == "fits"
    again = plan(model("llama-3.1-8B"), contexts[0].options, machine(16))
    assert again.fit == "fits"
    larger = msgspec.structs.replace(
        options, context_tokens=contexts[0].options.context_tokens + 256
    )
    assert plan(model("llama-3.1-8B"), larger, machine(16)).fit != "fits"


def test_the_cheapest_change_that_helps_comes_first_with_its_number() -> None:
    options = MemoryOptions(context_tokens=32768, flash_attention=False)
    placed = plan(model("llama-3.1-8B"), options, machine(9.9))
    assert placed.fit == "too_big"
    assert placed.advice.startswith("It does not fit. CPU: ")
    assert "Switch flash attention on (saves 1." in placed.advice
    quantized = next(change for change in placed.changes if "q8_0" in change.sentence)
    assert quantized.saved_bytes > 1.8 * GIB


def test_experts_go_to_ram_and_the_rest_stays_on_the_gpu() -> None:
    placed = plan(model("qwen3-30B-A3B"), OPTIONS, machine(32, 6), gpu_layers=49)
    assert placed.fit == "too_big"
    experts = next(change for change in placed.changes if "experts" in change.sentence)
    assert experts.options.experts_on_cpu
    assert experts.fit == "fits"


def test_no_change_helps_a_model_that_is_far_too_big() -> None:
    placed = plan(model("mixtral-8x7B"), OPTIONS, machine(8))
    assert placed.fit == "too_big"
    assert "A quantization of at most" in placed.advice
    assert "The biggest saving" in placed.advice


def test_memory_that_the_old_model_frees_is_counted() -> None:
    short: Placement = plan(model("llama-3.1-8B"), OPTIONS, machine(4))
    assert short.fit == "too_big"
    assert plan(model("llama-3.1-8B"), OPTIONS, machine(4, released=5 * GIB)).fit == "fits"


@pytest.mark.parametrize(("free", "margin"), [(8, 1.0), (100, 3.0)])
def test_margin(free: int, margin: float) -> None:
    assert margin_bytes(free * GIB) == margin * GIB


def test_tight_is_between_fits_and_too_big() -> None:
    needed = plan(model("llama-3.1-8B"), OPTIONS, machine(64)).fits[0].needed_bytes / GIB
    assert plan(model("llama-3.1-8B"), OPTIONS, machine(needed + 1.01)).fit == "fits"
    assert plan(model("llama-3.1-8B"), OPTIONS, machine(needed + 0.5)).fit == "tight"
    assert plan(model("llama-3.1-8B"), OPTIONS, machine(needed - 0.01)).fit == "too_big"


def unified(ram_gib: float, limit_gib: float) -> Machine:
    """A machine whose GPU takes what it needs of the host's memory, up to a limit."""
    gpu = Device(
        name="Metal", kind="metal", description="", free_bytes=int(limit_gib * GIB),
        is_integrated=True,
    )  # fmt: skip
    return msgspec.structs.replace(machine(ram_gib), gpus=(gpu,))


def test_shared_memory_is_judged_once() -> None:
    whole = plan(model("llama-3.1-8B"), OPTIONS, unified(64, 48), gpu_layers=33)
    assert whole.fit == "fits"
    host, gpu = whole.fits
    assert gpu.available_bytes == 48 * GIB
    needed = (host.needed_bytes + gpu.needed_bytes) / GIB
    # Other programs hold most of it: the limit of the GPU says nothing then.
    short = plan(model("llama-3.1-8B"), OPTIONS, unified(needed - 0.5, 48), gpu_layers=33)
    assert short.fit == "too_big"
    assert short.fits[1].available_bytes == short.fits[0].available_bytes - host.needed_bytes
    # One margin for both together.
    enough = plan(model("llama-3.1-8B"), OPTIONS, unified(needed + 1.1, 48), gpu_layers=33)
    assert enough.fit == "fits"
