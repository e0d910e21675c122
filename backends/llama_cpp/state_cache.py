"""Evaluated conversations on disk: a bounded folder of KV states, the least recently used out.

A file is what `llama_state_seq_save_file` writes: magic, version and token count (uint32 each), the
tokens (int32), the state. It suits one model and one way to load it, which its folder is named by.
Its own name ends with the checksum of its content: llama.cpp aborts at a file that was cut short.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import struct
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


class StoredState(msgspec.Struct, frozen=True):
    """One conversation on disk."""

    path: Path
    tokens: list[int]


class StateCache:
    """The states of one model, loaded in one way; the bound is that of all models together."""

    def __init__(self, folder: Path, limit_bytes: int, fingerprint: str) -> None:
        self._root = folder
        self._folder = folder / fingerprint
        self._limit_bytes = limit_bytes
        self._known: dict[Path, StoredState] | None = None

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
        """Load a state; one that is damaged or cannot be loaded is deleted."""
        if _is_whole(state.path) and load(state.path) == state.tokens:
            os.utime(state.path)
            return True
        self._forget(state.path)
        return False

    def save(self, tokens: list[int], size: int, write: Callable[[Path], bool]) -> None:
        """Keep a state of `size` bytes, unless it is too small, too large, or there already.

        A full or broken disk is no reason to disturb a chat: then nothing is kept.
        """
        if len(tokens) < LEAST_TOKENS or size > self._limit_bytes // 2:
            return
        states = self._states()
        if any(state.tokens[: len(tokens)] == tokens for state in states.values()):
            return
        part = self._folder / f"{os.getpid()}.part"
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._make_room(size)
            if shutil.disk_usage(self._folder).free < 2 * size or not write(part):
                return
            path = self._folder / f"{len(tokens)}-{_checksum(part)}{_SUFFIX}"
            part.replace(path)
        except OSError:
            return
        finally:
            _remove(part)
        for old in [each for each in states.values() if tokens[: len(each.tokens)] == each.tokens]:
            self._forget(old.path)  # the beginning of the one that is kept now
        states[path] = StoredState(path, list(tokens))

    def _states(self) -> dict[Path, StoredState]:
        if self._known is None:
            found = (_read(path) for path in self._folder.glob(f"*{_SUFFIX}"))
            self._known = {state.path: state for state in found if state is not None}
        return self._known

    def _make_room(self, size: int) -> None:
        files = [(path, path.stat()) for path in self._root.glob(f"*/*{_SUFFIX}")]
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
    """What a state depends on: the file, the build, and the options that change its numbers."""
    status = os.stat(plan.path)  # noqa: PTH116 - a path that may not be UTF-8
    neutral = LoadOptions()
    options = msgspec.structs.replace(
        plan.options,
        **{name: getattr(neutral, name) for name in ("context_tokens", "threads", "parallel",
           "self_check", "micro_batch_tokens")},
    )  # fmt: skip
    facts = (plan.path, status.st_size, status.st_mtime_ns, engine_version, options)
    return hashlib.sha256(msgspec.msgpack.encode(facts)).hexdigest()[:32]


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
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:32]


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
