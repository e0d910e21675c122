"""Evaluated conversations on disk: a bounded folder of KV states, the least recently used out.

A file is what `llama_state_seq_save_file` writes: magic, version and token count (uint32 each), the
tokens (int32), the state. It suits one model and one way to load it, which its folder is named by.
Its own name begins with the number of its chat, with which it goes, and ends with the checksum of
its content: llama.cpp aborts at a file that was cut short.
"""

from __future__ import annotations

import os
import struct
import time

# Python's own; `hashlib`, which gives it too, brings OpenSSL: 4 MB in each worker.
from _blake2 import blake2b
from array import array
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from app.domain.load_options import LoadOptions, LoadPlan
from backends.llama_cpp.prefix import common_prefix

# Fewer tokens are evaluated faster than they are worth a file.
LEAST_TOKENS = 256
_HEAD = struct.Struct("<III")
_MOST_TOKENS = 2**24
_SUFFIX = ".kv"
_ABANDONED_SECONDS = 600.0
_READ_BYTES = 2**20


class StoredState(msgspec.Struct, frozen=True):
    """One conversation on disk."""

    path: Path
    tokens: list[int]


class StateCache:
    """The states of one model, loaded in one way; the bound is that of all models together."""

    def __init__(self, fingerprint: str) -> None:
        """`fingerprint`: what its states depend on, see the function of this name."""
        self._fingerprint = fingerprint
        self._root: Path | None = None
        self._limit_bytes = 0
        self._known: dict[Path, StoredState] | None = None

    def keep_in(self, folder: bytes | None, limit_bytes: int) -> None:
        """Keep states in this folder from now on, or none. What lies in it is found again."""
        is_one = folder is not None and b"\0" not in folder
        self._root = Path(os.fsdecode(folder or b"")) if is_one else None
        self._limit_bytes, self._known = limit_bytes, None

    def change_to(self, fingerprint: str) -> None:
        """What states depend on has changed: those that were kept under the same are found."""
        self._fingerprint, self._known = fingerprint, None

    def find(self, prompt: Sequence[int], least: int, *, whole: bool) -> StoredState | None:
        """The state that has more than `least` tokens of the prompt, the one with the most.

        `whole`: only one of which nothing must be taken back.
        """
        best: StoredState | None = None
        for state in self._states().values():
            common = common_prefix(state.tokens, prompt, len(prompt) - 1)
            if common > least and not (whole and common < len(state.tokens)):
                best, least = state, common
        return best

    def use(self, state: StoredState, load: Callable[[Path], list[int]]) -> bool:
        """Load a state, if there is room for it; one that is damaged is deleted."""
        if not _is_whole(state.path):
            self._forget(state.path)
            return False
        if load(state.path) != state.tokens:
            return False
        os.utime(state.path)
        return True

    def has(self, state: StoredState) -> bool:
        """Whether a state is there still."""
        return state.path in self._states()

    def save(
        self, conversation_id: int, tokens: list[int], size: int, write: Callable[[Path], bool]
    ) -> None:
        """Keep a state of `size` bytes, unless it is too small, too large, or there already.

        A full or broken disk is no reason to disturb a chat: then nothing is kept.
        """
        folder = self._folder
        if folder is None or len(tokens) < LEAST_TOKENS or size > self._limit_bytes // 2:
            return
        states = self._states()
        if any(state.tokens[: len(tokens)] == tokens for state in states.values()):
            return
        from backends.disk import free_bytes

        part = folder / f"{os.getpid()}.part"
        try:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._make_room(size)
            if free_bytes(folder) < 2 * size or not write(part):
                return
            path = folder / f"{conversation_id}-{len(tokens)}-{_checksum(part)}{_SUFFIX}"
            part.replace(path)
        except OSError:
            return
        finally:
            _remove(part)
        for old in [each for each in states.values() if tokens[: len(each.tokens)] == each.tokens]:
            self._forget(old.path)  # the beginning of the one that is kept now
        states[path] = StoredState(path, list(tokens))

    @property
    def _folder(self) -> Path | None:
        return self._root / self._fingerprint if self._root else None

    def _states(self) -> dict[Path, StoredState]:
        folder = self._folder
        if folder is None:
            return {}
        if self._known is None:
            self._remove_parts()
            found = (_read(path) for path in folder.glob(f"*{_SUFFIX}"))
            self._known = {state.path: state for state in found if state is not None}
        return self._known

    def _remove_parts(self) -> None:
        """What a worker that was killed while it wrote has left behind."""
        for part in self._files("part"):
            try:
                if time.time() - part.stat().st_mtime > _ABANDONED_SECONDS:
                    part.unlink()
            except OSError:
                continue

    def _files(self, ending: str) -> list[Path]:
        """Of all models together."""
        return [] if self._root is None else list(self._root.glob(f"*/*.{ending}"))

    def _make_room(self, size: int) -> None:
        files = [(path, path.stat()) for path in self._files("kv")]
        total = sum(status.st_size for _, status in files)
        for path, status in sorted(files, key=lambda each: each[1].st_mtime_ns):
            if total + size <= self._limit_bytes:
                break
            self._forget(path)
            total -= status.st_size

    def _forget(self, path: Path) -> None:
        self._states().pop(path, None)
        _remove(path)


def fingerprint(plan: LoadPlan, engine_version: str) -> str:
    """What a state depends on: the files, the build, and the options that change its numbers."""
    paths = (plan.path, *(adapter.path for adapter in plan.options.adapters))
    neutral = LoadOptions()
    options = msgspec.structs.replace(
        plan.options,
        **{name: getattr(neutral, name) for name in ("context_tokens", "threads", "prompt_threads",
           "parallel", "self_check", "micro_batch_tokens", "speculation", "draft_model",
           "memory_map", "memory_lock")},
    )  # fmt: skip
    facts = ([_stamp(path) for path in paths], engine_version, options)
    return blake2b(msgspec.msgpack.encode(facts), digest_size=16).hexdigest()


def _stamp(path: bytes) -> tuple[bytes, int, int]:
    try:
        status = Path(os.fsdecode(path)).stat()
    except OSError:  # it is asked for soon, and then there is a sentence
        return path, 0, 0
    return path, status.st_size, status.st_mtime_ns


def _read(path: Path) -> StoredState | None:
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD.size)
            if len(head) < _HEAD.size:
                return None
            _, _, count = _HEAD.unpack(head)
            raw = file.read(4 * min(count, _MOST_TOKENS))
    except OSError:
        return None
    return StoredState(path, array("i", raw).tolist()) if len(raw) == 4 * count else None


def _checksum(path: Path) -> str:
    digest = blake2b(digest_size=16)
    with path.open("rb") as file:
        while part := file.read(_READ_BYTES):
            digest.update(part)
    return digest.hexdigest()


def _is_whole(path: Path) -> bool:
    try:
        return path.stem.endswith(_checksum(path))
    except OSError:
        return False


def _remove(path: Path) -> None:
    try:
        path.unlink(missing_ok=True)
    except OSError:
        return
