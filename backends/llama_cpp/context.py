"""A llama.cpp context: the KV cache of several sequences, and the batches evaluated in it."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from app.domain.errors import EngineError
from app.domain.load_options import MOST_DRAFT_TOKENS, LoadOptions, parallel_sequences
from backends.llama_cpp.library import EngineLog
from backends.llama_cpp.load_errors import context_error
from backends.llama_cpp.model import Model
from backends.llama_cpp.options import set_context_options
from backends.llama_cpp.threads import Threads, default_threads

# One more look at the cancel flag and one more progress event for each chunk of a prompt.
CHUNK_TOKENS = 256
_CELLS = 256
MOST_CHECKPOINT_BYTES = 256 * 2**20
_DECODED, _FULL, _ABORTED = 0, 1, 2


class AbortedError(Exception):
    """The evaluation was interrupted; what it added must be taken back with `forget`."""


class CacheFullError(Exception):
    """There are too few free cells in the KV cache for the batch; nothing was evaluated."""


class Context:
    """Owns the KV cache and one batch, filled by `add` and evaluated by `evaluate`."""

    def __init__(
        self,
        api: Any,
        log: EngineLog,
        model: Model,
        options: LoadOptions,
        outputs: int | None = None,
    ) -> None:
        """`outputs`: rows of logits of one batch, when they are more than replies need.

        Raises `MemoryShortError` or `EngineError` with llama.cpp's own words.
        """
        self._api = api
        self._outputs = outputs
        wanted = options.context_tokens or model.trained_context_tokens
        self.threads = options.threads or default_threads()
        self.sequences = parallel_sequences(
            options, window_tokens=model.window_tokens, is_recurrent=model.is_recurrent
        )
        self.window_tokens = model.window_tokens
        self.is_recurrent = model.is_recurrent
        self.handle = api.llama_init_from_model(model.handle, self._parameters(options, wanted))
        if not self.handle:
            raise context_error(wanted, log.take_complaints())
        self.capacity: int = api.llama_n_ctx(self.handle)
        # A small context has small batches, and one that is larger than these ends the process.
        room = api.llama_n_batch(self.handle) - self.sequences - self.draft_tokens
        self.chunk_tokens = max(1, min(_chunk_tokens(options), room))
        # Where a device does the work, threads that wait for it look like starved ones.
        self._adapts = options.device is None
        self.thread_counts = Threads(api, self.handle)
        self.use_threads(self.threads, options.prompt_threads or self.threads)
        self._memory = api.llama_get_memory(self.handle)
        # Models that make vectors of texts (BERT) remember none: to decode with them is the end.
        self.can_reply = bool(self._memory)
        self._batch_tokens = self.chunk_tokens + self.sequences + self.draft_tokens
        self._batch = api.llama_batch_init(self._batch_tokens, 0, 1)
        self._batch_rows = 0
        self._listen_for_interrupt()

    def _parameters(self, options: LoadOptions, context_tokens: int) -> Any:
        parameters = self._api.llama_context_default_params()
        # llama.cpp rounds up its cells as well, but then has batches of the tokens asked for.
        parameters.n_ctx = -(-context_tokens // _CELLS) * _CELLS
        parameters.n_batch = _chunk_tokens(options) + self.sequences + MOST_DRAFT_TOKENS
        parameters.n_seq_max = self.sequences
        # One pool of cells for all sequences: one of them alone can use the whole context, and a
        # common beginning is kept once.
        parameters.kv_unified = True
        # One row of logits a sequence, or one a token of a draft: by default a whole micro-batch
        # of rows is reserved.
        drafts = options.guesses_ahead and not self.is_recurrent
        self.draft_tokens = MOST_DRAFT_TOKENS if drafts else 0
        self._most_rows = self._outputs or self.sequences + self.draft_tokens
        parameters.n_outputs_max = self._most_rows
        parameters.n_threads = self.threads
        parameters.n_threads_batch = options.prompt_threads or self.threads
        set_context_options(self._api, parameters, options)
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

    def use_threads(self, decode: int, prompt: int) -> None:
        """Evaluate with so many threads from now on: one token, and more of them at once."""
        self.thread_counts.use((decode, prompt), adapts=self._adapts)

    def interrupt(self) -> None:
        """Make the evaluation that is running return (on a CPU); from any thread."""
        self._interrupt[0] = b"\x01"

    def clear_interrupt(self) -> None:
        """Evaluations go on again."""
        self._interrupt[0] = b"\x00"

    # The batch.

    def begin(self) -> None:
        """Start a new batch."""
        self._batch.n_tokens = self._batch_rows = 0

    def add(self, sequence: int, tokens: Sequence[int], first: int, rows: int) -> int:
        """Add tokens of a sequence at the positions from `first` on.

        The last `rows` of them will have logits. Returns the place in the batch of the last
        token, which `logits` and samplers take. Raises `EngineError` for what would end the
        process: more tokens or rows than the context was made for.
        """
        batch, at = self._batch, self._batch.n_tokens
        count = len(tokens)
        if at + count > self._batch_tokens:
            raise EngineError(
                "A batch of {count} tokens is over {batch_tokens}.",
                count=at + count,
                batch_tokens=self._batch_tokens,
            )
        if self._batch_rows + rows > self._most_rows:
            wanted = self._batch_rows + rows
            raise EngineError(
                "A batch with {wanted} rows of logits is over {most_rows}.",
                wanted=wanted,
                most_rows=self._most_rows,
            )
        self._batch_rows += rows
        wanted_from = count - rows
        for index, token in enumerate(tokens):
            batch.token[at] = token
            batch.pos[at] = first + index
            batch.n_seq_id[at] = 1
            batch.seq_id[at][0] = sequence
            batch.logits[at] = index >= wanted_from
            at += 1
        batch.n_tokens = at
        return at - 1

    def evaluate(self) -> None:
        """Evaluate the batch. Raises `AbortedError`, `CacheFullError` or `EngineError`; after the
        first and the last of these, all sequences of the batch must be taken back by `forget`.
        """
        self.thread_counts.start()
        result = self._api.llama_decode(self.handle, self._batch)
        self._api.llama_synchronize(self.handle)  # a device may still be at it
        self.thread_counts.stop(self._batch.n_tokens)
        if result == _DECODED:
            return
        if result == _ABORTED:
            raise AbortedError
        if result == _FULL:
            raise CacheFullError
        count = self._batch.n_tokens
        raise EngineError(
            "llama.cpp could not evaluate {count} tokens (status {result}).",
            count=count,
            result=result,
        )

    # Sequences.

    def forget(self, sequence: int, keep: int) -> int:
        """Keep the first `keep` tokens of a sequence; how many are really kept: `keep` or 0.

        A recurrent state cannot go back, and a sliding window may have dropped what the part that
        stays would need: then everything goes.
        """
        api, memory = self._api, self._memory
        has_window = keep > 0 and self.has_window(sequence, keep)
        if has_window and api.llama_memory_seq_rm(memory, sequence, keep, -1):
            return keep
        api.llama_memory_seq_rm(memory, sequence, -1, -1)
        return 0

    @property
    def can_go_back(self) -> bool:
        """Whether tokens can be forgotten without a checkpoint."""
        return not self.is_recurrent and self.window_tokens <= 0

    def has_window(self, sequence: int, keep: int) -> bool:
        """Whether the sequence still has all cells that a token at position `keep` looks at."""
        if self.window_tokens <= 0:
            return True
        oldest = self._api.llama_memory_seq_pos_min(self._memory, sequence)
        return 0 <= oldest <= max(0, keep - self.window_tokens + 1)

    def clear(self) -> None:
        """Forget all sequences."""
        also_data = True
        self._api.llama_memory_clear(self._memory, also_data)

    def share(self, source: int, target: int, count: int) -> None:
        """Let an empty sequence begin with the first `count` tokens of another; no cell is copied.

        Of a recurrent state, `count` must be all that the source has.
        """
        self._api.llama_memory_seq_cp(self._memory, source, target, 0, count)

    # States outside of the context.

    def state_bytes(self, sequence: int) -> int:
        """The size of a sequence's state."""
        return self._api.llama_state_seq_get_size(self.handle, sequence)

    def save(self, sequence: int, tokens: list[int], path: Path) -> bool:
        """Write a sequence's state to a file; whether it was written."""
        array = (ctypes.c_int32 * len(tokens))(*tokens)
        name = os.fsencode(path)
        written = self._api.llama_state_seq_save_file(
            self.handle, name, sequence, array, len(tokens)
        )
        return written > 0

    def load(self, sequence: int, path: Path) -> list[int]:
        """Read an empty sequence's state from a file: its tokens, none if it cannot be used."""
        array = (ctypes.c_int32 * self.capacity)()
        count = ctypes.c_size_t(0)
        read = self._api.llama_state_seq_load_file(
            self.handle, os.fsencode(path), sequence, array, self.capacity, ctypes.byref(count)
        )
        if read:
            return array[: count.value]
        self.forget(sequence, 0)
        return []

    def checkpoint(self, sequence: int) -> Any:
        """What cannot be taken back of a sequence (recurrent state, sliding windows), as bytes;
        None when that is too much to keep.
        """
        api, partial = self._api, self._api.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY
        size = api.llama_state_seq_get_size_ext(self.handle, sequence, partial)
        if not 0 < size <= MOST_CHECKPOINT_BYTES:
            return None
        data = (ctypes.c_uint8 * size)()
        written = api.llama_state_seq_get_data_ext(self.handle, data, size, sequence, partial)
        return data if written == size else None

    def rewind(self, sequence: int, checkpoint: Any, count: int) -> bool:
        """Go back to a checkpoint of the sequence, made when it had `count` tokens."""
        api, partial = self._api, self._api.LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY
        size = len(checkpoint)
        read = api.llama_state_seq_set_data_ext(self.handle, checkpoint, size, sequence, partial)
        return read == size and api.llama_memory_seq_rm(self._memory, sequence, count, -1)

    def close(self) -> None:
        """Free the KV cache and the compute buffers."""
        self._api.llama_batch_free(self._batch)
        self._api.llama_free(self.handle)


def _chunk_tokens(options: LoadOptions) -> int:
    """A device wants its micro-batches full, and a chunk takes it milliseconds."""
    return CHUNK_TOKENS if options.device is None else max(CHUNK_TOKENS, options.micro_batch_tokens)
