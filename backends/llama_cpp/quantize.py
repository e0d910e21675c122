"""Quantizes a model file in this process, which is a worker's: `llama_model_quantize` for one job.

It cannot be stopped from within; the process is ended instead. First comes the library's own dry
run, which decides the type of each tensor; the size of the file follows exactly.
"""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from app.domain.errors import AppError, EngineError, ModelFileError, UsageError
from app.domain.quant import FILE_TYPES
from app.domain.quantize import (
    QUANTIZABLE,
    QuantizedTensor,
    QuantizeJob,
    QuantizePlan,
    QuantizeProgress,
)
from app.domain.words import sentence
from backends.llama_cpp import ggml, library
from backends.llama_cpp.importance import Importance, read_importance
from backends.llama_cpp.options import refuse_cut_paths
from backends.llama_cpp.quantize_log import QuantizeLog, SourceTensor
from backends.llama_cpp.threads import default_threads

_SPLIT_KEYS = (b"split.no", b"split.count", b"split.tensors.count")
_VALUE_KEYS = (b"general.quantization_version", b"general.file_type")
_ALIGNMENT = 32


def quantize(job: QuantizeJob, on_progress: Callable[[QuantizeProgress], None]) -> QuantizePlan:
    """Do the job. Raises `UsageError`, `ModelFileError`, `EngineError`."""
    if job.file_type not in QUANTIZABLE:
        raise UsageError(
            "llama.cpp makes no files of the type {file_type}. It makes {names}.",
            file_type=job.file_type,
            names=", ".join(QUANTIZABLE),
        )
    refuse_cut_paths(job.source, job.target, job.matrix)
    if job.target is not None and _is_same_file(job.source, job.target):
        raise UsageError(
            "A model cannot be quantized into its own file, which is read meanwhile. Choose "
            "another name."
        )
    api = library.load()
    matrix = None if job.matrix is None else read_importance(Path(os.fsdecode(job.matrix)))
    run = _Run(api, job, matrix, on_progress)
    plan = run.plan()
    if job.target is not None:
        run.write(plan)
    return plan


def _is_same_file(one: bytes, other: bytes) -> bool:
    try:
        return Path(os.fsdecode(one)).samefile(os.fsdecode(other))
    except OSError:  # the new file is not there yet
        return False


class _Run:
    """One job's calls into the library, and what is heard of them."""

    def __init__(
        self,
        api: Any,
        job: QuantizeJob,
        matrix: Importance | None,
        on_progress: Callable[[QuantizeProgress], None],
    ) -> None:
        self._api = api
        self._job = job
        self._matrix = matrix
        self._on_progress = on_progress
        self._total = self._done = 0
        self._log = QuantizeLog(api, self._begin_tensor)
        api.llama_backend_init()

    def plan(self) -> QuantizePlan:
        """What the new file will be."""
        self._call(dry_run=True)
        tensors = tuple(self._log.tensors)
        return QuantizePlan(
            file_bytes=_file_bytes(self._api, self._job.source, tensors),
            tensors=tensors,
            needs_matrix=self._log.needs_matrix,
            fallback_tensors=self._log.fallbacks,
        )

    def write(self, plan: QuantizePlan) -> None:
        """Make it."""
        self._total = sum(tensor.source_bytes for tensor in plan.tensors)
        self._log.clear()
        self._call(dry_run=False)

    def _call(self, *, dry_run: bool) -> None:
        api, job = self._api, self._job
        parameters = api.llama_model_quantize_default_params()
        parameters.ftype = next(code for code, name in FILE_TYPES.items() if name == job.file_type)
        parameters.nthread = job.threads or default_threads()
        parameters.allow_requantize = True
        parameters.dry_run = dry_run
        if self._matrix is not None:
            parameters.imatrix = _entries(api, self._matrix)
        status = api.llama_model_quantize(job.source, job.target or b"", ctypes.byref(parameters))
        if status != 0:
            raise _failure(job, self._log.failure)

    def _begin_tensor(self, tensor: SourceTensor) -> None:
        if self._total:
            self._on_progress(QuantizeProgress(self._done / self._total, tensor.name))
            self._done += tensor.bytes_as(tensor.type)


def _entries(api: Any, matrix: Importance) -> Any:
    """The matrix as the library takes it: a list that ends with an entry without a name."""
    entries = (api.llama_model_imatrix_data * (len(matrix) + 1))()
    for entry, (name, values) in zip(entries, matrix.items(), strict=False):
        entry.name = name.encode()
        entry.data = values.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        entry.size = len(values)
    return entries


def _failure(job: QuantizeJob, cause: str) -> AppError:
    """Why the library gave up, out of its own words."""
    name = Path(os.fsdecode(job.source)).name
    if "imatrix" in cause or "importance matrix" in cause:
        if job.matrix is None:
            return UsageError(
                "{file_type} needs an importance matrix: without one the model would talk "
                "nonsense. Give the matrix of this model, or choose Q3_K_S or larger.",
                file_type=job.file_type,
            )
        return UsageError(
            "The importance matrix does not suit {name}: {cause}.",
            name=name,
            cause=cause.rstrip("."),
        )
    return ModelFileError(
        "llama.cpp cannot quantize {name}: {cause}.",
        name=name,
        cause=cause.rstrip(".") or sentence("no reason is given"),
    )


class _GgufParameters(ctypes.Structure):
    """`gguf_init_params`."""

    _fields_ = (("no_alloc", ctypes.c_bool), ("ctx", ctypes.c_void_p))


def _file_bytes(api: Any, source: bytes, tensors: Sequence[QuantizedTensor]) -> int:
    """The size of the new file: ggml's own header for it, and each tensor padded."""
    declared, pointer, text = partial(ggml.function, api), ctypes.c_void_p, ctypes.c_char_p
    find = declared("gguf_find_tensor", ctypes.c_int64, pointer, text)
    remove = declared("gguf_remove_key", ctypes.c_int64, pointer, text)
    set_number = declared("gguf_set_val_u32", None, pointer, text, ctypes.c_uint32)
    parameters = _GgufParameters(no_alloc=True, ctx=None)
    context = declared("gguf_init_from_file", pointer, text, _GgufParameters)(source, parameters)
    if not context:
        raise EngineError("llama.cpp cannot read the header of the model a second time.")
    try:
        for key in _SPLIT_KEYS:
            remove(context, key)
        for key in _VALUE_KEYS:
            set_number(context, key, 0)
        # The tensors of further files come to those of the first.
        more = [each for each in tensors if find(context, each.name.encode()) < 0]
        header: int = declared("gguf_get_meta_size", ctypes.c_size_t, pointer)(context)
    finally:
        declared("gguf_free", None, pointer)(context)
    return _padded(header + sum(map(_entry_bytes, more))) + sum(
        _padded(tensor.size_bytes) for tensor in tensors
    )


def _entry_bytes(tensor: QuantizedTensor) -> int:
    """What a tensor takes in the header: name, dimensions, type, offset."""
    dimensions = max(
        (place for place, length in enumerate(tensor.shape, 1) if length > 1), default=1
    )
    return 8 + len(tensor.name.encode()) + 4 + 8 * dimensions + 4 + 8


def _padded(size: int) -> int:
    return -(-size // _ALIGNMENT) * _ALIGNMENT
