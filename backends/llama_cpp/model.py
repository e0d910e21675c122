"""A model and its context in this process: owned memory, tokens, and evaluation."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable, Sequence
from typing import Any

from app.domain.engine import LoadOptions, LoadPlan
from app.domain.errors import (
    EngineError,
    MemoryShortError,
    ModelFileError,
    ModelUnsupportedError,
)
from app.domain.units import count_text
from backends.llama_cpp.library import EngineLog

# One more look at the cancel flag and one more progress event for each chunk of a prompt.
CHUNK_TOKENS = 256
_KV_TYPES = {"f16": "GGML_TYPE_F16", "q8_0": "GGML_TYPE_Q8_0", "q4_0": "GGML_TYPE_Q4_0"}
_FLASH_ATTENTION = {"auto": -1, "off": 0, "on": 1}
_DECODED, _ABORTED = 0, 2


class AbortedError(Exception):
    """The evaluation was interrupted."""


class Model:
    """Weights and vocabulary of one file. `close` frees them; the log must outlive it."""

    def __init__(
        self, api: Any, log: EngineLog, plan: LoadPlan, on_fraction: Callable[[float], None]
    ) -> None:
        """Raises `ModelFileError`, `ModelUnsupportedError` or `MemoryShortError`."""
        self._api = api
        self._devices = _device_list(api, plan.options.device)
        parameters = api.llama_model_default_params()
        parameters.n_gpu_layers = _gpu_layers(plan.options)
        parameters.devices = ctypes.cast(self._devices, ctypes.c_void_p)
        parameters.use_extra_bufts = plan.options.extra_buffer_types
        self._progress = api.llama_progress_callback(_progress(on_fraction))
        parameters.progress_callback = self._progress
        self.handle = api.llama_model_load_from_file(plan.path, parameters)
        if not self.handle:
            raise _load_error(plan.name, log.take_complaints())
        self.vocabulary = api.llama_model_get_vocab(self.handle)
        self.trained_context_tokens: int = api.llama_model_n_ctx_train(self.handle)
        self.layer_count: int = api.llama_model_n_layer(self.handle)
        self.window_tokens: int = api.llama_model_n_swa(self.handle)
        self._piece = ctypes.create_string_buffer(256)

    def text_of(self, key: str) -> str:
        """A metadata value as llama.cpp prints it; empty when there is none."""
        size = 64
        while True:
            buffer = ctypes.create_string_buffer(size)
            length = self._api.llama_model_meta_val_str(self.handle, key.encode(), buffer, size)
            if length < size:
                return buffer.value.decode("utf-8", "replace") if length >= 0 else ""
            size = length + 1

    def chat_template(self) -> str | None:
        """The template that the model brings, or None."""
        source = self._api.llama_model_chat_template(self.handle, None)
        return None if source is None else source.decode("utf-8", "replace")

    def boundary_texts(self) -> tuple[str, str]:
        """The texts of the tokens BOS and EOS; empty when the model has none."""
        api, vocabulary = self._api, self.vocabulary
        tokens = (api.llama_vocab_bos(vocabulary), api.llama_vocab_eos(vocabulary))
        texts = [self._piece_of(token, special=True) if token >= 0 else b"" for token in tokens]
        return texts[0].decode("utf-8", "replace"), texts[1].decode("utf-8", "replace")

    def tokenize(self, text: str) -> list[int]:
        """Tokens of a rendered prompt: control tokens recognized, BOS put first if it is due."""
        data = text.encode("utf-8", "replace")
        size = len(data) + 16
        tokens = (ctypes.c_int32 * size)()
        add_special, parse_special = False, True
        count = self._api.llama_tokenize(
            self.vocabulary, data, len(data), tokens, size, add_special, parse_special
        )
        if count < 0:
            raise EngineError(f"The prompt of {count_text(len(data))} bytes cannot be tokenized.")
        found: list[int] = tokens[:count]
        bos: int = self._api.llama_vocab_bos(self.vocabulary)
        if self._api.llama_vocab_get_add_bos(self.vocabulary) and bos >= 0 and found[:1] != [bos]:
            found.insert(0, bos)
        return found

    def piece(self, token: int) -> bytes:
        """The bytes that a token of the reply stands for; control tokens stand for none."""
        return self._piece_of(token, special=False)

    def _piece_of(self, token: int, *, special: bool) -> bytes:
        buffer = self._piece
        length: int = self._api.llama_token_to_piece(
            self.vocabulary, token, buffer, len(buffer), 0, special
        )
        if length < 0:  # tokens have no longest length: this one says what it needs
            self._piece = ctypes.create_string_buffer(-length)
            return self._piece_of(token, special=special)
        return buffer.raw[:length]

    def ends_reply(self, token: int) -> bool:
        """Whether the model ends its reply with this token."""
        return self._api.llama_vocab_is_eog(self.vocabulary, token)

    def close(self) -> None:
        """Free the weights; contexts must be closed before."""
        self._api.llama_model_free(self.handle)


class Context:
    """One sequence of evaluated tokens with its KV cache."""

    def __init__(self, api: Any, log: EngineLog, model: Model, options: LoadOptions) -> None:
        """Raises `MemoryShortError` or `EngineError` with llama.cpp's own words."""
        self._api = api
        self._model = model
        wanted = options.context_tokens or model.trained_context_tokens
        self.threads = options.threads or default_threads()
        self.handle = api.llama_init_from_model(model.handle, self._parameters(options, wanted))
        if not self.handle:
            raise _context_error(wanted, log.take_complaints())
        self.capacity: int = api.llama_n_ctx(self.handle)
        self._memory = api.llama_get_memory(self.handle)
        self._batch = api.llama_batch_init(CHUNK_TOKENS, 0, 1)
        self.tokens: list[int] = []
        self._listen_for_interrupt()

    def _parameters(self, options: LoadOptions, context_tokens: int) -> Any:
        parameters = self._api.llama_context_default_params()
        parameters.n_ctx = context_tokens
        parameters.n_batch = max(options.micro_batch_tokens, CHUNK_TOKENS)
        parameters.n_ubatch = options.micro_batch_tokens
        parameters.n_seq_max = 1
        # One row of logits a step: by default a whole micro-batch of rows is reserved.
        parameters.n_outputs_max = 1
        parameters.n_threads = parameters.n_threads_batch = self.threads
        parameters.flash_attn_type = _FLASH_ATTENTION[options.flash_attention]
        parameters.type_k = parameters.type_v = getattr(self._api, _KV_TYPES[options.kv_type])
        parameters.swa_full = False
        parameters.no_perf = True
        return parameters

    def _listen_for_interrupt(self) -> None:
        """ggml asks before every node whether to stop. A Python function there would cost 0.5 ms a
        token, so the question goes to C: `strlen` of an empty string is 0, false; of one
        character 1, true.
        """
        self._interrupt = ctypes.create_string_buffer(2)
        c_library = ctypes.CDLL("msvcrt" if os.name == "nt" else None)
        answer = ctypes.cast(c_library.strlen, self._api.ggml_abort_callback)
        address = ctypes.cast(self._interrupt, ctypes.c_void_p)
        self._api.llama_set_abort_callback(self.handle, answer, address)

    def interrupt(self) -> None:
        """Make the evaluation that is running return; from any thread."""
        self._interrupt[0] = b"\x01"

    def reuse(self, tokens: Sequence[int]) -> int:
        """Keep what is evaluated already of `tokens`, forget the rest; how many are kept.

        At least one token is left to evaluate, because its logits are needed. An interrupt that
        came too late for the reply before is forgotten too.
        """
        self._interrupt[0] = b"\x00"
        keep = 0
        for kept, wanted in zip(self.tokens, tokens[:-1], strict=False):
            if kept != wanted:
                break
            keep += 1
        if keep < len(self.tokens):
            keep = self._forget_after(keep)
        del self.tokens[keep:]
        return keep

    def _forget_after(self, keep: int) -> int:
        """Recurrent models refuse to forget a part, and a sliding window may have dropped what
        the part that stays would need: then everything goes.
        """
        api, window = self._api, self._model.window_tokens
        gone = window > 0 and api.llama_memory_seq_pos_min(self._memory, 0) > max(0, keep - window)
        if not gone and api.llama_memory_seq_rm(self._memory, 0, keep, -1):
            return keep
        also_data = True
        api.llama_memory_clear(self._memory, also_data)
        return 0

    def evaluate(self, tokens: Sequence[int]) -> None:
        """Evaluate up to `CHUNK_TOKENS` tokens; the last one's logits can be sampled after.

        Raises `AbortedError` (nothing of the chunk is kept) and `EngineError`.
        """
        batch, first = self._batch, len(self.tokens)
        batch.n_tokens = count = len(tokens)
        for index, token in enumerate(tokens):
            batch.token[index] = token
            batch.pos[index] = first + index
            batch.n_seq_id[index] = 1
            batch.seq_id[index][0] = 0
            batch.logits[index] = 0
        batch.logits[count - 1] = 1
        result = self._api.llama_decode(self.handle, batch)
        if result == _DECODED:
            self.tokens.extend(tokens)
            return
        if self._forget_after(first) < first:
            self.tokens.clear()
        if result == _ABORTED:
            raise AbortedError
        raise EngineError(f"llama.cpp could not evaluate {count} tokens (status {result}).")

    def close(self) -> None:
        """Free the KV cache and the compute buffers."""
        self._api.llama_batch_free(self._batch)
        self._api.llama_free(self.handle)


def default_threads() -> int:
    """One thread for each core that this process may use; a second one on a core slows decode."""
    import psutil

    allowed = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else None
    cores = psutil.cpu_count(logical=False) or os.cpu_count() or 1
    return max(1, min(cores, allowed or cores))


def _gpu_layers(options: LoadOptions) -> int:
    if options.device is None:
        return 0
    return -1 if options.gpu_layers is None else options.gpu_layers


def _device_list(api: Any, name: str | None) -> Any:
    """A NULL-terminated list of devices to offload to; empty keeps everything on the CPU."""
    devices = (ctypes.c_void_p * 2)()
    if name is None:
        return devices
    by_name = api._lib.ggml_backend_dev_by_name  # noqa: SLF001 - not declared by the bindings
    by_name.restype, by_name.argtypes = ctypes.c_void_p, [ctypes.c_char_p]
    devices[0] = by_name(name.encode())
    if devices[0] is None:
        raise EngineError(
            f"The device {name} is gone. Run `quantbench doctor` to see which devices there are."
        )
    return devices


def _progress(on_fraction: Callable[[float], None]) -> Callable[[float, object], bool]:
    """llama.cpp reports every tensor; a report for each percent is enough."""
    last = -1

    def report(fraction: float, _user_data: object) -> bool:
        nonlocal last
        percent = int(fraction * 100)
        if percent > last:
            last = percent
            on_fraction(fraction)
        return True

    return report


def _load_error(name: str, complaints: Sequence[str]) -> Exception:
    text = " ".join(complaints)
    if "unknown model architecture" in text:
        architecture = text.split("unknown model architecture:", 1)[1].split("'")[1]
        return ModelUnsupportedError(
            f"{name} is a model of the architecture “{architecture}”, which this version of "
            "llama.cpp does not know. A newer engine may know it."
        )
    if _speaks_of_memory(text):
        return MemoryShortError(
            f"There is not enough memory to load {name}: {_last(complaints)}. "
            "Choose a smaller quantization, or close other programs."
        )
    return ModelFileError(f"llama.cpp refuses {name}: {_last(complaints)}.")


def _context_error(context_tokens: int, complaints: Sequence[str]) -> Exception:
    if _speaks_of_memory(" ".join(complaints)):
        return MemoryShortError(
            f"There is not enough memory for a context of {count_text(context_tokens)} tokens: "
            f"{_last(complaints)}. Load the model with a smaller context or KV type q8_0."
        )
    return EngineError(
        f"llama.cpp cannot make a context of {count_text(context_tokens)} tokens with these "
        f"options: {_last(complaints)}."
    )


def _speaks_of_memory(text: str) -> bool:
    return any(
        sign in text.lower()
        for sign in ("failed to allocate", "unable to allocate", "out of memory", "bad_alloc")
    )


def _last(complaints: Sequence[str]) -> str:
    """The most telling complaint: llama.cpp names the cause first, then repeats that it failed."""
    telling = [text for text in complaints if "error" in text.lower() or "fail" in text.lower()]
    text = (telling or list(complaints) or ["no reason is given"])[0]
    return text.split(": ", 1)[-1].rstrip(". ")[:300]
