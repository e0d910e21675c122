"""Rows of a repository: shards joined, companions attached, quantizations named."""

from __future__ import annotations

import pytest

from app.domain.hub import (
    HubFile,
    RepositoryFiles,
    group_files,
    is_companion,
    parameter_count_of,
    plan_download,
    quantization_of,
)


def files(*names: str, size: int = 100) -> list[HubFile]:
    return [HubFile(path=name, size_bytes=size, sha256="0" * 64) for name in names]


NAMES = {
    "Llama-3.2-1B-Instruct-Q4_K_M.gguf": "Q4_K_M",
    "Qwen3-30B-A3B-UD-Q4_K_XL.gguf": "UD-Q4_K_XL",
    "gpt-oss-20b-MXFP4_MOE.gguf": "MXFP4_MOE",
    "gpt-oss-20b-mxfp4.gguf": "MXFP4",
    "model-TQ1_0.gguf": "TQ1_0",
    "phi-2.Q2_K.gguf": "Q2_K",
    "mistral-7b-instruct-v0.2.q8_0.gguf": "Q8_0",
    "gemma-3-27b-it-IQ3_XXS.gguf": "IQ3_XXS",
    "model-i1-IQ4_NL.gguf": "IQ4_NL",
    "Qwen2.5-7B-bf16.gguf": "BF16",
    "model-fp16.gguf": "F16",
    "model.f32.gguf": "F32",
    "Q4_0-and-then-Q5_1.gguf": "Q5_1",
    "Qwen3-4B-4bit": "4-bit",
    "Qwen3-4B-8-bits": "8-bit",
    "model-nvfp4.gguf": "NVFP4",
    "Llama-3.2-1B-Q4_0_4_4.gguf": "Q4_0_4_4",
    "nothing.gguf": None,
    "quality.gguf": None,
}


@pytest.mark.parametrize("name", NAMES)
def test_quantization_by_name(name: str) -> None:
    assert quantization_of(name.removesuffix(".gguf")) == NAMES[name]


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("Llama-3.2-1B-GGUF", 10**9),
        ("SmolLM2-135M", 135 * 10**6),
        ("Qwen3-0.6B", 6 * 10**8),
        ("gemma", None),
        ("Q8-bits", None),
    ],
)
def test_parameters_by_name(name: str, count: int | None) -> None:
    assert parameter_count_of(name) == count


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("mmproj-F16.gguf", True),
        ("sub/mmproj-model-f16.gguf", True),
        ("model-mmproj-f16.gguf", True),
        ("mtp-model.gguf", True),
        ("MMPROJ-x.gguf", True),
        ("prompt.gguf", False),
        ("mtpx-7B.gguf", False),
    ],
)
def test_companions(path: str, expected: bool) -> None:
    assert is_companion(path) is expected


def test_shards_are_one_row_in_order() -> None:
    names = [f"Q8_0/big-Q8_0-0000{n}-of-00003.gguf" for n in (3, 1, 2)]
    (row,) = group_files("a/b", files(*names), is_mlx=False)
    assert [file.path[-15] for file in row.files] == ["1", "2", "3"]
    assert (row.name, row.quantization, row.size_bytes, row.problem) == (
        "big-Q8_0",
        "Q8_0",
        300,
        None,
    )


@pytest.mark.parametrize("missing", [1, 2, 3])
def test_a_missing_shard_is_told(missing: int) -> None:
    names = [f"big-Q8_0-0000{n}-of-00003.gguf" for n in (1, 2, 3) if n != missing]
    (row,) = group_files("a/b", files(*names), is_mlx=False)
    assert row.problem is not None
    assert "2 of the 3 parts" in row.problem


def test_the_same_name_in_two_folders_is_two_rows() -> None:
    rows = group_files("a/b", files("Q4_0/m.gguf", "Q8_0/m.gguf"), is_mlx=False)
    assert sorted(row.quantization or "" for row in rows) == ["Q4_0", "Q8_0"]


def test_rows_are_sorted_by_size_and_companions_are_no_rows() -> None:
    listed = [*files("m-Q8_0.gguf", size=8), *files("m-Q4_0.gguf", size=4)]
    listed += files("mmproj-F32.gguf", "mmproj-F16.gguf", "mmproj-Q8_0.gguf", "README.md", size=1)
    rows = group_files("a/b", listed, is_mlx=False)
    assert [row.quantization for row in rows] == ["Q4_0", "Q8_0"]
    assert {len(row.companions) for row in rows} == {3}
    repository = RepositoryFiles(repository="a/b", revision="0" * 40, rows=rows)
    plan = plan_download(repository, rows[0])
    assert [file.path for file in plan.files] == ["m-Q4_0.gguf", "mmproj-F16.gguf"]
    assert plan.size_bytes == 5


def test_mlx_needs_a_config_and_leaves_folders_code_and_pickles_out() -> None:
    names = (
        "config.json",
        "model.safetensors",
        "chat_template.jinja",
        "original/x.safetensors",
        "modeling_x.py",
        "pytorch_model.bin",
        "x.pkl",
        "README.md",
        ".gitattributes",
    )
    (row,) = group_files("mlx-community/X-1B-4bit", files(*names), is_mlx=True)
    assert [file.path for file in row.files] == [
        "chat_template.jinja",
        "config.json",
        "model.safetensors",
    ]
    assert (row.name, row.quantization, row.format) == ("X-1B-4bit", "4-bit", "mlx")
    assert group_files("a/b", files("model.safetensors"), is_mlx=True) == ()
    assert group_files("a/b", files(*names), is_mlx=False) == ()
