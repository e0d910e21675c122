"""Quantizing: the size that is foretold is that of the file, for every type, and errors say why."""

from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFWriter

from app.domain.errors import AppError, ModelFileError, UsageError
from app.domain.gguf import Header, read_header
from app.domain.quant import FILE_TYPES
from app.domain.quantize import QUANTIZABLE, QuantizeJob, QuantizeProgress
from backends.llama_cpp.importance import read_importance
from backends.llama_cpp.quantize import quantize
from tests.backends.tiny_models import write_llama
from tests.fakes.layered_models import write_layers

Shapes = dict[str, tuple[int, ...]]


def header_of(path: Path) -> Header:
    data = path.read_bytes()
    header = read_header(data, len(data))
    assert isinstance(header, Header)
    return header


def shapes_of(path: Path) -> Shapes:
    return {
        tensor.name: tensor.shape for tensor in header_of(path).tensors if len(tensor.shape) > 1
    }


def write_matrix(path: Path, shapes: Shapes) -> Path:
    """An importance matrix in GGUF, each column as important as its number, seen 4 times."""
    writer = GGUFWriter(path, "imatrix")
    writer.add_type("imatrix")
    writer.add_array("imatrix.datasets", ["test"])
    writer.add_uint32("imatrix.chunk_count", 1)
    writer.add_uint32("imatrix.chunk_size", 512)
    for name, shape in shapes.items():
        sums = 4 * np.arange(1, shape[0] + 1, dtype=np.float32)
        writer.add_tensor(f"{name}.in_sum2", sums[None, :])
        writer.add_tensor(f"{name}.counts", np.array([[4.0]], np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


def write_older_matrix(path: Path, shapes: Shapes) -> Path:
    data = struct.pack("<i", len(shapes))
    for name, shape in shapes.items():
        values = 4 * np.arange(1, shape[0] + 1, dtype=np.float32)
        data += struct.pack("<i", len(name)) + name.encode()
        data += struct.pack("<ii", 4, shape[0]) + values.tobytes()
    path.write_bytes(data)
    return path


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("quantize")


@pytest.fixture(scope="module")
def source(folder: Path) -> Path:
    return write_llama(folder / "source.gguf")


@pytest.fixture(scope="module")
def matrix(folder: Path, source: Path) -> Path:
    return write_matrix(folder / "matrix.gguf", shapes_of(source))


def silent(_: QuantizeProgress) -> None:
    """Nobody looks."""


def job(source: Path, file_type: str, **more: Path | None) -> QuantizeJob:
    paths = {name: os.fsencode(path) for name, path in more.items() if path is not None}
    return QuantizeJob(source=os.fsencode(source), file_type=file_type, threads=1, **paths)


@pytest.mark.parametrize(
    "file_type",
    # The tables of the smallest types take seconds to make.
    [
        pytest.param(name, marks=pytest.mark.long if name[:3] in ("IQ1", "IQ2", "IQ3") else ())
        for name in QUANTIZABLE
    ],
)
def test_every_type_has_the_size_and_the_tensors_that_were_foretold(
    source: Path, matrix: Path, tmp_path: Path, file_type: str
) -> None:
    foretold = quantize(job(source, file_type, matrix=matrix), silent)
    target = tmp_path / "new.gguf"
    seen: list[QuantizeProgress] = []
    quantize(job(source, file_type, matrix=matrix, target=target), seen.append)
    assert foretold.file_bytes == target.stat().st_size
    header = header_of(target)
    assert FILE_TYPES[header.integer("general.file_type") or 0] == file_type
    assert {each.name: (each.type.upper(), each.size_bytes) for each in foretold.tensors} == {
        tensor.name: (tensor.type.name, tensor.byte_size) for tensor in header.tensors
    }
    assert [each.tensor for each in seen] == [each.name for each in foretold.tensors]
    fractions = [each.fraction for each in seen]
    assert fractions == sorted(fractions)
    assert 0.0 == fractions[0] < fractions[-1] < 1.0


@pytest.mark.parametrize("file_type", ["Q4_K_M", "Q2_K"])
def test_rows_that_do_not_divide_get_another_type(
    starter_path: Path, tmp_path: Path, file_type: str
) -> None:
    small = write_layers(starter_path, tmp_path / "small.gguf", range(2))
    target = tmp_path / "new.gguf"
    plan = quantize(job(small, file_type, target=target), silent)
    assert plan.file_bytes == target.stat().st_size
    assert plan.fallback_tensors > 0
    assert plan.is_requantized


def test_need_of_a_matrix_is_foretold(source: Path, tmp_path: Path) -> None:
    assert quantize(job(source, "IQ2_XXS"), silent).needs_matrix
    assert not quantize(job(source, "Q4_K_M"), silent).needs_matrix
    assert not quantize(job(source, "Q8_0"), silent).is_requantized
    with pytest.raises(UsageError, match="IQ2_XXS needs an importance matrix"):
        quantize(job(source, "IQ2_XXS", target=tmp_path / "new.gguf"), silent)


def test_matrix_formats_agree_and_make_a_difference(
    source: Path, matrix: Path, tmp_path: Path
) -> None:
    older = write_older_matrix(tmp_path / "matrix.dat", shapes_of(source))
    new, old = read_importance(matrix), read_importance(older)
    assert new.keys() == old.keys()
    assert all(np.array_equal(values, old[name]) for name, values in new.items())
    assert new["blk.0.ffn_down.weight"][:3].tolist() == [1.0, 2.0, 3.0]
    files = [tmp_path / name for name in ("none.gguf", "new.gguf", "old.gguf")]
    for path, chosen in zip(files, (None, matrix, older), strict=True):
        quantize(job(source, "Q4_K_M", target=path, matrix=chosen), silent)
    none, with_new, with_old = (path.read_bytes() for path in files)
    assert none != with_new == with_old


@pytest.mark.parametrize(
    "content", [b"", b"GGUF", b"GGUF" + bytes(40), b"\x01\0\0\0\xff\xff\xff\x7f", bytes(4)]
)
def test_a_broken_matrix_is_a_sentence(source: Path, tmp_path: Path, content: bytes) -> None:
    broken = tmp_path / "matrix.gguf"
    broken.write_bytes(content)
    with pytest.raises(ModelFileError, match=r"(no|The) importance matrix"):
        quantize(job(source, "Q4_K_M", matrix=broken), silent)


def test_a_matrix_of_another_model_is_a_sentence(source: Path, tmp_path: Path) -> None:
    shapes = {name: (64, *shape[1:]) for name, shape in shapes_of(source).items()}
    other = write_matrix(tmp_path / "other.gguf", shapes)
    with pytest.raises(UsageError, match=r"does not suit source\.gguf: imatrix size 64"):
        quantize(job(source, "Q4_K_M", matrix=other, target=tmp_path / "new.gguf"), silent)


@pytest.mark.parametrize(
    ("name", "said"),
    [("missing.gguf", "cannot quantize missing.gguf"), ("text.gguf", "cannot quantize text.gguf")],
)
def test_a_source_that_is_no_model_is_a_sentence(tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "text.gguf").write_text("this is no model")
    with pytest.raises(ModelFileError, match=said):
        quantize(job(tmp_path / name, "Q4_K_M"), silent)


def test_types_that_cannot_be_made_are_refused(source: Path) -> None:
    for file_type in ("NVFP4", "Q9_9"):
        with pytest.raises(AppError, match=f"no files of the type {file_type}"):
            quantize(job(source, file_type), silent)


def test_file_that_is_read_is_never_written(tmp_path: Path, source: Path) -> None:
    """llama.cpp would empty it first. A path it reads up to its NUL, as that of another file."""
    model = tmp_path / "model.gguf"
    model.write_bytes(source.read_bytes())
    name, link = os.fsencode(model), os.fsencode(tmp_path / "link.gguf")
    os.link(name, link)
    for target, said in ((name, "its own file"), (link, "its own file"), (name + b"\0", "NUL")):
        with pytest.raises(UsageError, match=said):
            quantize(QuantizeJob(source=name, target=target, file_type="Q4_0"), silent)
    with pytest.raises(UsageError, match="NUL"):
        quantize(QuantizeJob(source=b"\0", file_type="Q4_0"), silent)
    assert model.read_bytes() == source.read_bytes()
