"""LoRA adapters: loaded once, applied in any combination."""

from __future__ import annotations

import ctypes
import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.domain.errors import ModelFileError, UsageError
from app.domain.load_options import Adapter
from app.domain.words import sentence
from backends.llama_cpp.context import Context
from backends.llama_cpp.library import EngineLog
from backends.llama_cpp.model import Model
from backends.llama_cpp.options import refuse_cut_paths


class Adapters:
    """All adapters that were asked for so far. The model's end frees them."""

    def __init__(self, model: Model, log: EngineLog) -> None:
        self._model = model
        self._log = log
        self._loaded: dict[bytes, Any] = {}
        # Those that were applied last.
        self.applied: tuple[Adapter, ...] = ()

    def apply(self, context: Context, adapters: Sequence[Adapter]) -> None:
        """Apply these and no others. Raises `ModelFileError`, `UsageError`; then nothing has
        changed.
        """
        for adapter in adapters:
            if not math.isfinite(adapter.scale):
                raise UsageError(
                    "A LoRA adapter cannot be applied {scale} times: give a number, such as 1.",
                    scale=str(adapter.scale),
                )
        self._set(context.handle, adapters)
        self.applied = tuple(adapters)

    def apply_same(self, handle: Any) -> None:
        """Apply to another native context of the model what was applied last."""
        self._set(handle, self.applied)

    def _set(self, context: Any, adapters: Sequence[Adapter]) -> None:
        api = self._model.api
        handles = [self._load(adapter.path) for adapter in adapters]
        array = (api.llama_adapter_lora_p_ctypes * len(handles))(*handles)
        scales = (ctypes.c_float * len(handles))(*(adapter.scale for adapter in adapters))
        status = api.llama_set_adapters_lora(context, array, len(handles), scales)
        if status != 0:
            raise ModelFileError(
                "llama.cpp cannot apply the LoRA adapters (status {status}).", status=status
            )

    def _load(self, path: bytes) -> Any:
        handle = self._loaded.get(path)
        if handle is not None:
            return handle
        refuse_cut_paths(path)
        file = Path(os.fsdecode(path))
        name = file.name
        if not file.is_file():
            raise ModelFileError(
                "There is no LoRA adapter {name}. Choose its file again.", name=name
            )
        self._log.take_complaints()
        handle = self._model.api.llama_adapter_lora_init(self._model.handle, path)
        if not handle:
            told = self._log.take_complaints()
            why = told[0].strip(". ") if told else sentence("no reason is given")
            raise ModelFileError(
                "{name} is no LoRA adapter for this model: {why}. Choose one that was made for it.",
                name=name,
                why=why,
            )
        self._loaded[path] = handle
        return handle
