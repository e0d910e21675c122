"""Evaluated MLX chats on disk: mlx-lm's file of a prompt cache behind the tokens that it holds."""

from __future__ import annotations

import shutil
import struct
import time
from array import array
from collections.abc import Iterable, Sequence
from pathlib import Path

from backends.llama_cpp.prefix import common_prefix
from backends.llama_cpp.state_cache import StateCache
from backends.mlx.library import Mlx
from backends.mlx.prompt_cache import PromptCache

# As all states begin: a mark, a version, and the number of tokens, which follow.
_HEAD = struct.Struct("<III")
_MARK, _VERSION = 0x584C4D51, 1
_SUFFIX = ".safetensors"
# A program that ends is not kept waiting longer for chats that are written to disk.
_LEAVING_SECONDS = 2.0


class KeptChats:
    """Writes caches that are about to be overwritten, and brings them back."""

    def __init__(self, mlx: Mlx, states: StateCache) -> None:
        self._mlx = mlx
        self._states = states

    def keep_in(self, folder: bytes | None, limit_bytes: int) -> None:
        """Keep chats in this folder from now on, or none."""
        self._states.keep_in(folder, limit_bytes)

    def save(self, cache: PromptCache) -> None:
        """Keep a chat, if it is one."""
        if cache.conversation_id is None or not cache.tokens:
            return

        def write(path: Path) -> bool:
            try:
                self._write(cache, path)
            except (RuntimeError, ValueError):  # so mlx-lm tells of a disk that is full
                return False
            return True

        self._states.save(cache.conversation_id, cache.tokens, cache.bytes_held, write)

    def save_all(self, caches: Iterable[PromptCache]) -> None:
        """Keep what can be kept while the program leaves."""
        until = time.monotonic() + _LEAVING_SECONDS
        for cache in caches:
            if time.monotonic() < until:
                self.save(cache)

    def bring_back(self, cache: PromptCache, prompt: Sequence[int]) -> None:
        """Replace a cache by a kept one that has more of this prompt."""
        known = common_prefix(cache.tokens, prompt, len(prompt) - 1)
        state = self._states.find(prompt, known, whole=not cache.can_go_back)
        if state is not None:
            self._states.use(state, lambda path: self._read(cache, path))

    def _write(self, cache: PromptCache, path: Path) -> None:
        arrays = path.with_suffix(_SUFFIX)
        try:
            self._mlx.cache.save_prompt_cache(str(arrays), cache.caches)
            with path.open("wb") as sink, arrays.open("rb") as source:
                sink.write(_HEAD.pack(_MARK, _VERSION, len(cache.tokens)))
                sink.write(array("i", cache.tokens).tobytes())
                shutil.copyfileobj(source, sink)
        finally:
            arrays.unlink(missing_ok=True)

    def _read(self, cache: PromptCache, path: Path) -> list[int]:
        arrays = path.with_suffix(_SUFFIX)
        try:
            with path.open("rb") as source, arrays.open("wb") as sink:
                _, _, count = _HEAD.unpack(source.read(_HEAD.size))
                tokens = array("i", source.read(4 * count)).tolist()
                shutil.copyfileobj(source, sink)
            caches = self._mlx.cache.load_prompt_cache(str(arrays))
            self._mlx.core.eval([one.state for one in caches])  # before its file goes
        except (OSError, RuntimeError, ValueError, LookupError):
            return []
        finally:
            arrays.unlink(missing_ok=True)
        cache.restore(caches, tokens)
        return tokens
