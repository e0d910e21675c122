"""The evaluated tokens of one chat with their keys and values, kept from turn to turn."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import msgspec

from app.domain.errors import EngineError, MemoryShortError
from app.domain.load_options import KvType, LoadOptions
from app.domain.units import memory_words
from backends.mlx.library import Mlx

# A chunk of a prompt is evaluated in about this time, so that a cancel is heard soon.
_CHUNK_SECONDS = 0.12
_FIRST_CHUNK, _LARGEST_CHUNK = 32, 1024
_BITS: dict[KvType, int] = {"q8_0": 8, "q4_0": 4}
# Of the memory that MLX may use: for activations, logits and the like.
COMPUTE_BYTES = 256 * 2**20
_STEP = 256
_USUAL_PARALLEL = 4


class CacheCost(msgspec.Struct, frozen=True, kw_only=True):
    """What the cache of a model takes: for each token, and once."""

    bytes_per_token: float
    fixed_bytes: int
    head_size: int
    bits: int | None
    # Windows, which are among `fixed_bytes`: bytes of a token, and how many tokens fill each.
    windows: tuple[tuple[float, int], ...] = ()

    def bytes_at(self, tokens: int) -> int:
        """What the cache of a context of so many tokens takes."""
        cells = -(-tokens // _STEP) * _STEP
        unfilled = sum(size * max(most - cells, 0) for size, most in self.windows)
        return round(self.bytes_per_token * cells + self.fixed_bytes - unfilled)

    @property
    def group_size(self) -> int:
        """Values that share a scale when the cache is quantized."""
        return 64 if self.head_size % 64 == 0 else 32


def measure(mlx: Mlx, network: Any, options: LoadOptions) -> CacheCost:
    """Let the model lay out its cache for one token without evaluating anything.

    Raises `EngineError` for a KV type that this model cannot have.
    """
    caches = mlx.cache.make_prompt_cache(network)
    network(mlx.core.array([[0]]), cache=caches)
    plain = [one for one in caches if type(one) is mlx.cache.KVCache]
    growing = sum(one.nbytes for one in plain) / _STEP
    fixed = sum(_full_bytes(mlx, one) for one in caches if type(one) is not mlx.cache.KVCache)
    head = plain[0].keys.shape[-1] if plain else 0
    bits = _BITS.get(options.kv_type)
    if bits is not None and plain:
        if any(size % 32 for one in plain for size in (one.keys.shape[-1], one.values.shape[-1])):
            raise EngineError(
                "MLX cannot store the KV cache of this model as {kv_type}: its heads have {head} "
                "values, which is no multiple of 32. Load it with KV type f16.",
                kv_type=options.kv_type,
                head=head,
            )
        size = plain[0].keys.dtype.size
        growing *= (bits / 8 + 2 * size / (64 if head % 64 == 0 else 32)) / size
    return CacheCost(
        bytes_per_token=growing,
        fixed_bytes=fixed,
        head_size=head,
        bits=bits,
        windows=tuple(
            (one.nbytes / one.keys.shape[2], one.max_size)
            for one in caches
            if isinstance(one, mlx.cache.RotatingKVCache) and one.keys is not None
        ),
    )


def _full_bytes(mlx: Mlx, cache: Any) -> int:
    """A window's cache grows to its size and no further; others are as large as they are."""
    if isinstance(cache, mlx.cache.RotatingKVCache) and cache.keys is not None:
        return cache.nbytes // cache.keys.shape[2] * cache.max_size
    return cache.nbytes


def together(costs: Sequence[CacheCost]) -> CacheCost:
    """What a model's cache and that of its draft model take."""
    return msgspec.structs.replace(
        costs[0],
        bytes_per_token=sum(cost.bytes_per_token for cost in costs),
        fixed_bytes=sum(cost.fixed_bytes for cost in costs),
    )


def capacity(cost: CacheCost, wanted: int, weights_bytes: int, limit_bytes: int) -> int:
    """The tokens that a context can have: those wanted, or fewer if memory allows no more.

    Raises `MemoryShortError` if the weights alone do not fit.
    """
    room = limit_bytes - weights_bytes - COMPUTE_BYTES - cost.fixed_bytes
    most = wanted if cost.bytes_per_token == 0 else int(room / cost.bytes_per_token)
    if room <= 0 or most < _STEP:
        raise MemoryShortError(
            "The model takes {weights} and its smallest context more, and MLX may use {limit} "
            "here. Choose a smaller quantization, or close other programs.",
            weights=memory_words(weights_bytes),
            limit=memory_words(limit_bytes),
        )
    return wanted if wanted <= most else most // _STEP * _STEP


def parallel_replies(cost: CacheCost, options: LoadOptions, context_tokens: int, room: int) -> int:
    """The replies that can be in the making at once: each may fill its context within `room`.

    One, where mlx-lm cannot join the caches of several: quantized ones, windows, recurrent layers.
    """
    if cost.bits is not None or cost.fixed_bytes or options.rotate_when_full or options.draft_model:
        return 1
    wanted = options.parallel or _USUAL_PARALLEL
    return max(1, min(wanted, room // max(1, cost.bytes_at(context_tokens))))


def refuse_capped(cost: CacheCost, wanted: int, possible: int) -> None:
    """Raise `MemoryShortError` for a context that was asked for and does not fit."""
    if possible < wanted:
        needed = memory_words(cost.bytes_per_token * wanted)
        raise MemoryShortError(
            "A context of {wanted} tokens takes {needed}. Beside the model there is memory for "
            "{possible} tokens: load it with that, or with KV type q8_0.",
            wanted=wanted,
            needed=needed,
            possible=possible,
        )


class PromptCache:
    """Keys and values of the tokens so far; the first part of the next prompt is not repeated."""

    def __init__(self, mlx: Mlx, network: Any, cost: CacheCost, window_tokens: int | None) -> None:
        """`window_tokens`: forget the oldest tokens beyond so many; None keeps all."""
        self._mlx = mlx
        self._network = network
        self._cost = cost
        self._window = window_tokens
        self._chunk = _FIRST_CHUNK
        self.rotates = window_tokens is not None
        self.tokens: list[int] = []
        self.caches: list[Any] = self._fresh()
        # The chat that it holds, if it is one that is saved.
        self.conversation_id: int | None = None

    def _fresh(self) -> list[Any]:
        kinds, cost = self._mlx.cache, self._cost
        caches = kinds.make_prompt_cache(self._network, max_kv_size=self._window)
        if cost.bits is None:
            return caches
        return [
            kinds.QuantizedKVCache(group_size=cost.group_size, bits=cost.bits)
            if type(one) is kinds.KVCache
            else one
            for one in caches
        ]

    @property
    def bytes_held(self) -> int:
        """What it takes now."""
        return sum(one.nbytes for one in self.caches)

    @property
    def can_go_back(self) -> bool:
        """Whether its last tokens can be forgotten."""
        return bool(self._mlx.cache.can_trim_prompt_cache(self.caches))

    def can_guess(self, tokens: int) -> bool:
        """Whether so many tokens can be added and forgotten again: a window lets none go."""
        return self.can_go_back and all(
            getattr(one, "max_size", None) is None or one.offset + tokens < one.max_size
            for one in self.caches
        )

    def reuse(self, prompt: Sequence[int]) -> int:
        """Keep what is evaluated already of `prompt`, forget the rest; how many are kept.

        At least one token is left to evaluate. A cache that cannot forget a part (recurrent
        layers, a window that has moved on) is made anew.
        """
        keep = 0
        for kept, wanted in zip(self.tokens, prompt[:-1], strict=False):
            if kept != wanted:
                break
            keep += 1
        surplus = len(self.tokens) - keep
        if surplus and self._mlx.cache.can_trim_prompt_cache(self.caches):
            self._mlx.cache.trim_prompt_cache(self.caches, surplus)
        elif surplus:
            self.clear()
            return 0
        del self.tokens[keep:]
        return keep

    def shorten(self, count: int) -> None:
        """Keep the first `count` tokens. Only for caches that can forget a part."""
        surplus = len(self.tokens) - count
        if surplus > 0:
            self._mlx.cache.trim_prompt_cache(self.caches, surplus)
            del self.tokens[count:]

    def settle(self, tokens: Sequence[int]) -> None:
        """mlx-lm's loop has fed the caches some of these tokens: they know how many."""
        fed = getattr(self.caches[0], "offset", len(tokens)) if self.caches else 0
        self.tokens = list(tokens[:fed])

    def restore(self, caches: list[Any], tokens: Sequence[int]) -> None:
        """Take back what mlx-lm's batch made of it."""
        self.caches, self.tokens = caches, list(tokens)

    def evaluate(self, tokens: Sequence[int]) -> int:
        """Evaluate the first of `tokens`, as many as take about `_CHUNK_SECONDS`; how many."""
        core, started = self._mlx.core, time.monotonic()
        part = list(tokens[: self._chunk])
        self._network(core.array([part]), cache=self.caches)
        core.eval([one.state for one in self.caches])
        core.clear_cache()
        self.tokens.extend(part)
        if len(part) == self._chunk:
            self._adapt(time.monotonic() - started)
        return len(part)

    def _adapt(self, seconds: float) -> None:
        if seconds < _CHUNK_SECONDS / 2:
            self._chunk = min(2 * self._chunk, _LARGEST_CHUNK)
        elif seconds > _CHUNK_SECONDS:
            self._chunk = max(self._chunk // 2, 1)

    def clear(self) -> None:
        """Forget everything."""
        self.conversation_id = None
        self.tokens.clear()
        self.caches = self._fresh()
