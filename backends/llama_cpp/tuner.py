"""Measures what suits a loaded model on this machine best: about ten seconds, in short steps.

Variants take turns, so that what else the machine does hits all of them, and the best turn of each
counts. They have contexts of their own on the weights of the loaded model. The depth of a chat is
not evaluated but copied: the cells of a few tokens, over and over.
"""

from __future__ import annotations

import contextlib
import ctypes
import time
from collections.abc import Callable, Generator, Sequence
from functools import partial

import msgspec

from app.domain.errors import AppError
from app.domain.load_options import LoadOptions
from app.domain.tuning import Tuning
from backends.llama_cpp.context import CHUNK_TOKENS, Context
from backends.llama_cpp.library import EngineLog
from backends.llama_cpp.model import Model
from backends.llama_cpp.options import EXACT_TYPES
from backends.llama_cpp.threads import allowed_cores, default_threads, idle_seconds, usable_cores
from backends.process_memory import free_bytes

_CONTEXT_TOKENS = 2048
_DEPTH_TOKENS = 1024
_SEED_TOKENS = 16
_USUAL_SECONDS = 10.0
# Of the whole time.
_TURN = 0.02
_LONGEST_TURN = 0.1
_MOST_ROUNDS = 5
# What is left free of the memory when a variant takes some.
_FREE_BYTES = 2**30
# What takes the place of a default must be so much better.
_LEAST_GAIN = 1.03
# A turn of a chat has about two tokens of prompt for each of its reply.
_PROMPT_SHARE = 2.0
_SMALL_MICRO_BATCH = 128
_QUANTIZED = "q8_0"

Steps = Generator[float, None, Tuning]


class _Trial:
    """A context behind some depth of chat, in which replies and prompts are timed."""

    def __init__(self, log: EngineLog, model: Model, options: LoadOptions) -> None:
        """Raises `MemoryShortError`, `EngineError`."""
        self._api = model.api
        self._is_recurrent = model.is_recurrent
        self.context = Context(model.api, log, model, options)
        self.depth = self._position = 0

    def reply(self, threads: int, seconds: float) -> float:
        """Seconds a token, one after the other for about `seconds`."""
        self._make_room(threads)
        started, count = time.monotonic(), 0
        while (passed := time.monotonic() - started) < seconds or count < 2:
            self._evaluate(1)
            count += 1
        return passed / count

    def prompt(self, threads: int, tokens: int, chunk: int) -> float:
        """Seconds a token of so many, in chunks."""
        self._make_room(threads)
        started = time.monotonic()
        for _ in range(0, tokens, chunk):
            self._evaluate(chunk)
        return (time.monotonic() - started) / tokens

    def _make_room(self, threads: int) -> None:
        self.context.thread_counts.use((threads, threads), adapts=False)
        room = self.context.capacity - self._position
        if self._position == 0 or room < _DEPTH_TOKENS // 2:
            self.context.clear()
            self._position = 0
            self._evaluate(_SEED_TOKENS)
            while self._position < _DEPTH_TOKENS and self._double():
                self._position *= 2
            self.depth = self._position

    def _evaluate(self, count: int) -> None:
        self.context.begin()
        self.context.add(0, range(count), self._position, rows=1)
        self.context.evaluate()
        self._position += count

    def _double(self) -> bool:
        """Let the sequence go on with a copy of its cells, which comes by way of another one."""
        api, handle = self._api, self.context.handle
        memory = api.llama_get_memory(handle)
        if self._is_recurrent or not api.llama_memory_can_shift(memory):
            return False
        size = api.llama_state_seq_get_size(handle, 0)
        data = (ctypes.c_uint8 * size)()
        api.llama_state_seq_get_data(handle, data, size, 0)
        if api.llama_state_seq_set_data(handle, data, size, 1) != size:
            return False
        api.llama_memory_seq_add(memory, 1, 0, -1, self._position)
        api.llama_memory_seq_cp(memory, 1, 0, 0, -1)
        api.llama_memory_seq_rm(memory, 1, -1, -1)
        return True


class Tuner:
    """One measurement, moved on by `step` until there is a result; `close` ends it early."""

    def __init__(
        self,
        log: EngineLog,
        model: Model,
        options: LoadOptions,
        *,
        seconds: float = _USUAL_SECONDS,
    ) -> None:
        """`options` are those that the model was loaded with; `seconds` what it takes, about."""
        self._log, self._model = log, model
        self._seconds, self._turn_seconds = seconds, seconds * _TURN
        self._options = msgspec.structs.replace(
            options,
            context_tokens=min(_CONTEXT_TOKENS, model.trained_context_tokens or _CONTEXT_TOKENS),
            flash_attention="auto",
            parallel=2,
            speculation="off",
            draft_model=None,
        )
        self._open = contextlib.ExitStack()
        self._steps = self._measure()
        self._began = time.monotonic()
        self.fraction = 0.0

    def step(self) -> Tuning | None:
        """Measure for some tenths of a second. Raises `AppError`."""
        try:
            self.fraction = next(self._steps)
        except StopIteration as end:
            self.close()
            return end.value
        except AppError:
            self.close()
            raise
        return None

    def close(self) -> None:
        """Free the contexts."""
        self._steps.close()
        self._open.close()

    def _measure(self) -> Steps:
        cpu, idle = time.process_time(), idle_seconds()
        default = default_threads()
        plain = self._trial(self._options)
        threads, prompt_threads, size = yield from self._threads(plain, default)
        trials = {"auto": plain, **self._variants()}
        turns = [partial(each.reply, threads, self._turn_seconds) for each in trials.values()]
        plain_reply, *replies = yield from self._race(
            [partial(plain.reply, default, self._turn_seconds), *turns], 0.25
        )
        turns = [partial(each.prompt, prompt_threads, size, size) for each in trials.values()]
        plain_prompt, *prompts = yield from self._race(
            [partial(plain.prompt, default, size, size), *turns], 0.15
        )
        costs = [
            reply + _PROMPT_SHARE * prompt
            for name, reply, prompt in zip(trials, replies, prompts, strict=True)
            if name != _QUANTIZED
        ]
        chosen = _best(costs, 0)
        best = list(trials.values())[chosen]
        micro_batch = yield from self._micro_batch(best, prompt_threads, prompts[chosen])
        seconds = time.monotonic() - self._began
        busy = allowed_cores() * seconds - (idle_seconds() - idle)
        return Tuning(
            threads=threads,
            prompt_threads=prompt_threads,
            flash_attention="off" if list(trials)[chosen] == "off" else "auto",
            micro_batch_tokens=micro_batch,
            depth_tokens=plain.depth,
            decode_tps=1 / replies[chosen],
            default_decode_tps=1 / plain_reply,
            prefill_tps=1 / prompts[chosen],
            default_prefill_tps=1 / plain_prompt,
            quantized_decode_tps=1 / replies[-1] if _QUANTIZED in trials else None,
            other_cores=max(0.0, (busy - (time.process_time() - cpu)) / seconds),
        )

    def _threads(self, trial: _Trial, default: int) -> Generator[float, None, tuple[int, int, int]]:
        """The best threads for replies and for prompts; and the prompt that fits a turn."""
        counts = [default] if self._options.device else _thread_counts(default)
        place = counts.index(default)
        replies = yield from self._race(
            [partial(trial.reply, each, self._turn_seconds) for each in counts], 0.2
        )
        size = self._prompt_size(trial.prompt(default, _SEED_TOKENS, _SEED_TOKENS))
        prompts = yield from self._race(
            [partial(trial.prompt, each, size, size) for each in counts], 0.15
        )
        return counts[_best(replies, place)], counts[_best(prompts, place)], size

    def _variants(self) -> dict[str, _Trial]:
        """Contexts with other options, as far as there is memory for them."""
        options = self._options
        if (options.value_kv_type or options.kv_type) not in EXACT_TYPES:
            return {}  # a quantized cache needs flash attention
        found: dict[str, _Trial] = {}
        for name, changed in (
            ("off", msgspec.structs.replace(options, flash_attention="off")),
            (_QUANTIZED, msgspec.structs.replace(options, kv_type="q8_0", value_kv_type=None)),
        ):
            with contextlib.suppress(AppError):
                if free_bytes() > _FREE_BYTES:
                    found[name] = self._trial(changed)
        return found

    def _micro_batch(
        self, trial: _Trial, threads: int, token_seconds: float
    ) -> Generator[float, None, int]:
        """Smaller micro-batches take less memory; larger ones than the default are not tried."""
        usual, chunk = self._options.micro_batch_tokens, trial.context.chunk_tokens
        if token_seconds * chunk > _LONGEST_TURN * self._seconds or chunk <= _SMALL_MICRO_BATCH:
            return usual
        sizes = (chunk, _SMALL_MICRO_BATCH)
        found = yield from self._race(
            [partial(trial.prompt, threads, chunk, size) for size in sizes], 0.1
        )
        return _SMALL_MICRO_BATCH if _best(found, 0) else usual

    def _trial(self, options: LoadOptions) -> _Trial:
        trial = _Trial(self._log, self._model, options)
        self._open.callback(trial.context.close)
        return trial

    def _prompt_size(self, token_seconds: float) -> int:
        """How many tokens of a prompt take about a turn."""
        size = _SEED_TOKENS
        while size < CHUNK_TOKENS and size * token_seconds < self._turn_seconds:
            size *= 2
        return size

    def _race(
        self, turns: Sequence[Callable[[], float]], share: float
    ) -> Generator[float, None, list[float]]:
        """The best result of each, after rounds of turns for this share of the whole time."""
        best = [float("inf")] * len(turns)
        started = time.monotonic()
        for number in range(_MOST_ROUNDS):
            if number and time.monotonic() - started > share * self._seconds:
                break
            for place, turn in enumerate(turns):
                best[place] = min(best[place], turn())
                yield min(0.99, (time.monotonic() - self._began) / self._seconds)
        return best


def _thread_counts(default: int) -> list[int]:
    """Half of the default, one less, itself, and one for each logical core."""
    counts = {default // 2, default - 1, default, usable_cores()}
    return sorted(each for each in counts if each > 0)


def _best(values: Sequence[float], default: int) -> int:
    """The place of the lowest value; the default's, unless it is clearly worse."""
    lowest = min(range(len(values)), key=values.__getitem__)
    return lowest if values[lowest] * _LEAST_GAIN < values[default] else default
