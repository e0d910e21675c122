"""The dry-run helper: lets llama.cpp lay out a model without its weights, and tells the sizes.

Run as `python -m backends.llama_cpp.dry_run PORTS [FOLDER ...]`. Questions come on standard input,
answers go to standard output, a line each; it ends when its input closes. llama.cpp loads with
`no_alloc`: it plans every buffer for the options and devices that are asked for and allocates none,
so that the file may be a header that is followed by a hole of the right size. Devices are really
opened.
With ports, llama.cpp's RPC servers there on loopback are devices too: stand-ins for GPUs.
"""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec

from app.domain.words import Sentence, sentence
from backends.helper_main import serve
from backends.llama_cpp import ggml, library
from backends.llama_cpp.dry_run_log import flash_attention, read_buffers, read_pipeline
from backends.llama_cpp.dry_run_protocol import (
    Answer,
    DeviceBuffers,
    DryRunFailed,
    Measure,
    Measured,
    Opened,
    OpenModel,
    Question,
    question_decoder,
)

_FLASH = {"auto": -1, "off": 0, "on": 1}
_LEVEL_CONTINUED = 5
_FLOAT_BYTES = 4


class LineLog:
    """Collects llama.cpp's log as lines, debugging ones too."""

    def __init__(self, api: Any) -> None:
        self._lines: list[str] = []
        library.listen(api, self._hear)

    def _hear(self, level: int, text: bytes, _user_data: object) -> None:
        line = text.decode("utf-8", "replace")
        if level == _LEVEL_CONTINUED and self._lines:
            self._lines[-1] += line
        else:
            self._lines.append(line)

    def take(self) -> list[str]:
        """The lines since the last call."""
        lines = [line.rstrip("\n") for line in self._lines]
        self._lines.clear()
        return lines


class DryRun:
    """One model at a time, laid out without its weights."""

    def __init__(self, rpc_ports: Sequence[int] = ()) -> None:
        """Raises `EngineMissingError`."""
        self._api = library.load()
        self._log = LineLog(self._api)
        self._api.llama_backend_init()
        self._function = partial(ggml.function, self._api)
        for port in rpc_ports:
            self._add_server(port)
        self._model: Any = None
        # The open devices by the names of their buffer types.
        self._owners: dict[str, str] = {}

    def _add_server(self, port: int) -> None:
        add = self._function("ggml_backend_rpc_add_server", ctypes.c_void_p, ctypes.c_char_p)
        register = self._function("ggml_backend_register", None, ctypes.c_void_p)
        register(add(f"127.0.0.1:{port}".encode()))

    def answer(self, question: Question) -> Answer:
        """Answer one question; what llama.cpp refuses becomes a sentence."""
        try:
            if isinstance(question, OpenModel):
                return self._open(question)
            return self._measure(question)
        except AttributeError as error:  # a type or a function that it does not have
            return DryRunFailed(
                sentence("This build of llama.cpp cannot answer: {error}.", error=str(error))
            )

    def _open(self, question: OpenModel) -> Answer:
        api = self._api
        self.close()
        parameters = api.llama_model_default_params()
        parameters.no_alloc = True
        parameters.load_mode = api.LLAMA_LOAD_MODE_NONE
        parameters.use_extra_bufts = question.extra_buffer_types
        parameters.n_gpu_layers = question.gpu_layers if question.devices else 0
        devices = (ctypes.c_void_p * (len(question.devices) + 1))()
        self._owners = {}
        for place, name in enumerate(question.devices):
            device = devices[place] = ggml.device(api, name)
            if device is None:
                return DryRunFailed(sentence("There is no device {name}.", name=name))
            self._owners[self._buffer_type(device)] = name
        parameters.devices = ctypes.cast(devices, ctypes.c_void_p)
        split = (ctypes.c_float * api.LLAMA_MAX_DEVICES)(*question.tensor_split)
        if question.tensor_split:
            parameters.tensor_split = split
        overrides = ggml.experts_on_cpu(api)
        if question.experts_on_cpu:
            parameters.tensor_buft_overrides = ctypes.cast(overrides, ctypes.c_void_p)
        self._log.take()
        self._model = api.llama_model_load_from_file(question.path, parameters)
        if not self._model:
            return DryRunFailed(_reason(self._log.take()))
        layers: int = api.llama_model_n_layer(self._model)
        return Opened(layers, library.version(), ggml.cpu_features(api))

    def _buffer_type(self, device: int) -> str:
        pointer = ctypes.c_void_p
        type_of = self._function("ggml_backend_dev_buffer_type", pointer, pointer)
        name_of = self._function("ggml_backend_buft_name", ctypes.c_char_p, pointer)
        return name_of(type_of(device)).decode("utf-8", "replace")

    def _measure(self, question: Measure) -> Answer:
        if self._model is None:
            return DryRunFailed(sentence("No model is open."))
        api = self._api
        parameters = api.llama_context_default_params()
        parameters.n_ctx = question.context_tokens
        parameters.n_batch = question.batch_tokens
        parameters.n_ubatch = question.micro_batch_tokens
        parameters.n_seq_max = question.parallel
        parameters.n_outputs_max = question.outputs
        parameters.kv_unified = question.unified
        parameters.swa_full = question.full_window
        parameters.flash_attn_type = _FLASH[question.flash_attention]
        parameters.type_k = getattr(api, f"GGML_TYPE_{question.key_type.upper()}")
        parameters.type_v = getattr(api, f"GGML_TYPE_{question.value_type.upper()}")
        parameters.n_threads = parameters.n_threads_batch = 1
        self._log.take()
        context = api.llama_init_from_model(self._model, parameters)
        lines = self._log.take()
        if not context:
            return DryRunFailed(_reason(lines))
        tokens = api.llama_n_ctx(context)
        api.llama_free(context)
        flash = flash_attention(lines, asked=question.flash_attention != "off")
        return Measured(self._buffers(lines), tokens, flash)

    def _buffers(self, lines: list[str]) -> tuple[DeviceBuffers, ...]:
        """The buffers of each device.

        Where several devices work at once, llama.cpp plans the rows that one hands to the next in
        several copies, and without allocating it counts these twice: seen in 4 of 4 layouts that
        were compared with real loads.
        """
        found = read_buffers(lines, self._owners)
        copies, tokens = read_pipeline(lines)
        later = list(self._owners.values())[1:]
        if copies < 2 or not later:
            return found
        twice = copies * tokens * self._api.llama_model_n_embd(self._model) * _FLOAT_BYTES
        return tuple(
            msgspec.structs.replace(one, compute_bytes=max(one.compute_bytes - twice, 0))
            if one.device in later
            else one
            for one in found
        )

    def close(self) -> None:
        """Forget the open model."""
        if self._model is not None:
            self._api.llama_model_free(self._model)
            self._model = None


def _reason(lines: list[str]) -> Sentence:
    telling = [line for line in lines if "error" in line.lower() or "failed" in line.lower()]
    lines = [line.split(": ", 1)[-1].strip()[:300] for line in telling or lines]
    return sentence(
        "llama.cpp cannot lay out this model: {cause}",
        cause=lines[0] if lines else sentence("no reason is given"),
    )


def main() -> None:
    """Arguments: ports of RPC servers with commas between or "", and folders to import from
    first.
    """
    ports, *folders = sys.argv[1:]
    sys.path[:0] = folders
    rpc_ports = [int(port) for port in ports.split(",") if port]
    serve(lambda: DryRun(rpc_ports).answer, question_decoder, DryRunFailed)


if __name__ == "__main__":
    main()
