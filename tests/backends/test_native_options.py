"""Every load option in llama.cpp's own structures, as they are passed."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import pytest

from app.domain.load_options import KvType, LoadOptions, Rope, RopeScaling, SplitMode
from backends.llama_cpp import library
from backends.llama_cpp.options import ModelParameters, set_context_options
from tests.backends.stepped import Stepped, ask

_SCALINGS = {"none": 0, "linear": 1, "yarn": 2, "longrope": 3}
_SPLITS = {"none": 0, "layer": 1, "row": 2}


@pytest.fixture(scope="module")
def api() -> Any:
    return library.load()


@pytest.fixture(scope="module")
def engine(starter_path: Path) -> Iterator[Stepped]:
    engine = Stepped(starter_path, context_tokens=256, parallel=3)
    yield engine
    engine.close()


def model_values(api: Any, **options: object) -> Any:
    """`llama_model_params` of these options, with what they point to."""
    parameters = ModelParameters(api, LoadOptions(**options))
    parameters.values.owner = parameters
    return parameters.values


def context_values(api: Any, **options: object) -> Any:
    """`llama_context_params` of these options."""
    values = api.llama_context_default_params()
    set_context_options(api, values, LoadOptions(**options))
    return values


@pytest.mark.parametrize("kind", get_args(KvType))
def test_kv_types(api: Any, kind: KvType) -> None:
    values = context_values(api, kv_type=kind)
    wanted = 30 if kind == "bf16" else getattr(api, f"GGML_TYPE_{kind.upper()}")
    assert (values.type_k, values.type_v) == (wanted, wanted)
    values = context_values(api, kv_type="f16", value_kv_type=kind)
    assert (values.type_k, values.type_v) == (api.GGML_TYPE_F16, wanted)


@pytest.mark.parametrize(("mode", "value"), [("auto", -1), ("off", 0), ("on", 1)])
def test_flash_attention(api: Any, mode: str, value: int) -> None:
    assert context_values(api, flash_attention=mode).flash_attn_type == value


@pytest.mark.parametrize("scaling", get_args(RopeScaling))
def test_rope(api: Any, scaling: RopeScaling) -> None:
    rope = Rope(scaling=scaling, frequency_base=5e5, scale=0.25, trained_context_tokens=4096)
    values = context_values(api, rope=rope)
    assert values.rope_scaling_type == _SCALINGS[scaling]
    assert values.rope_freq_base == 5e5
    assert values.rope_freq_scale == 0.25
    assert values.yarn_orig_ctx == 4096


def test_rope_is_the_models_own_by_default(api: Any) -> None:
    values = context_values(api)
    assert values.rope_scaling_type == api.LLAMA_ROPE_SCALING_TYPE_UNSPECIFIED
    assert (values.rope_freq_base, values.rope_freq_scale, values.yarn_orig_ctx) == (0, 0, 0)


def test_micro_batch(api: Any) -> None:
    assert context_values(api, micro_batch_tokens=96).n_ubatch == 96


@pytest.mark.parametrize(
    ("mapped", "locked", "mode"),
    [(True, False, "MMAP"), (True, True, "MMAP_MLOCK"), (False, True, "MLOCK"),
     (False, False, "NONE")],
)  # fmt: skip
def test_memory_map_and_lock(api: Any, mode: str, *, mapped: bool, locked: bool) -> None:
    values = model_values(api, memory_map=mapped, memory_lock=locked)
    assert values.load_mode == getattr(api, f"LLAMA_LOAD_MODE_{mode}")


def test_layers_stay_on_the_cpu_without_a_device(api: Any) -> None:
    values = model_values(api, gpu_layers=7)
    assert values.n_gpu_layers == 0
    assert ctypes.cast(values.devices, ctypes.POINTER(ctypes.c_void_p))[0] is None


@pytest.mark.parametrize(("layers", "passed"), [(None, -1), (0, 0), (7, 7)])
def test_layers_of_a_device(api: Any, layers: int | None, passed: int) -> None:
    assert model_values(api, device="CPU", gpu_layers=layers).n_gpu_layers == passed


@pytest.mark.parametrize("mode", get_args(SplitMode))
def test_devices_and_their_shares(api: Any, mode: SplitMode) -> None:
    """The first device is the main one: llama.cpp counts from the list that it is given."""
    values = model_values(
        api, device="CPU", more_devices=("CPU",), tensor_split=(3.0, 1.0), split_mode=mode
    )
    devices = ctypes.cast(values.devices, ctypes.POINTER(ctypes.c_void_p))
    assert devices[0]
    assert devices[1] == devices[0]
    assert devices[2] is None
    assert values.main_gpu == 0
    assert values.split_mode == _SPLITS[mode]
    assert list(values.tensor_split[:3]) == [3.0, 1.0, 0.0]


def test_experts_on_the_cpu(api: Any) -> None:
    assert not model_values(api).tensor_buft_overrides
    values = model_values(api, experts_on_cpu=True)
    first = ctypes.cast(values.tensor_buft_overrides, ctypes.POINTER(ctypes.c_char_p))[0]
    assert first is not None
    assert b"exps" in first


def test_repacking_can_be_switched_off(api: Any) -> None:
    assert model_values(api).use_extra_bufts
    assert not model_values(api, extra_buffer_types=False).use_extra_bufts


@pytest.mark.parametrize(
    ("options", "outputs"), [({"parallel": 3}, 3), ({"parallel": 1}, 1), ({"parallel": 16}, 16)]
)
def test_no_memory_is_reserved_for_rows_that_nobody_reads(
    starter_path: Path, options: dict[str, object], outputs: int
) -> None:
    engine = Stepped(starter_path, context_tokens=256, **options)
    values = engine.model._context._parameters(engine.model.info.options, 256)
    engine.close()
    assert values.n_outputs_max == outputs
    assert values.n_seq_max == outputs
    assert values.kv_unified
    assert not values.swa_full


@pytest.mark.parametrize(
    ("options", "counts"),
    [({"threads": 3}, (3, 3)), ({"threads": 3, "prompt_threads": 5}, (3, 5))],
)
def test_threads(starter_path: Path, options: dict[str, int], counts: tuple[int, int]) -> None:
    engine = Stepped(starter_path, context_tokens=256, **options)
    context, api = engine.model._context, engine.model._model.api
    found = (api.llama_n_threads(context.handle), api.llama_n_threads_batch(context.handle))
    engine.close()
    assert found == counts


def test_context_has_the_tokens_that_were_asked_for(engine: Stepped) -> None:
    assert engine.model._context.capacity == 256
    assert engine.reply(ask("Say yes.", max_tokens=2))
