"""Evaluated chats on disk, so that coming back to a chat does not evaluate it again.

The engine writes and reads them. They are a second copy of what the chats say: here is whether they
are kept, how much of them, what they take, and that a chat which is deleted takes its own along.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast
from weakref import WeakSet

import msgspec

from app.domain.engine import Engine, EngineSession, LocalModelSession
from app.domain.errors import AppError
from app.domain.load_options import LoadPlan, LoadProgress
from app.domain.storage import StateUsage
from app.services.settings_store import SettingsStore

# As the engine names them: the chat's number first.
_STATES = "*/*.kv"


class KeptStates:
    """The folder of states, and the loaded models that write into it."""

    def __init__(self, folder: Path, settings: SettingsStore) -> None:
        self._folder = folder
        self._settings = settings
        self._sessions: WeakSet[LocalModelSession] = WeakSet()

    def planned(self, plan: LoadPlan) -> LoadPlan:
        """The plan of a load, with where the model keeps states."""
        return msgspec.structs.replace(
            plan,
            state_folder=self._wanted_folder,
            state_limit_bytes=self._settings.current.state_limit_bytes,
        )

    def follow(self, session: EngineSession) -> None:
        """A session that was loaded, as long as it lives."""
        if session.info.capabilities.kept_states:
            self._sessions.add(cast("LocalModelSession", session))

    async def usage(self) -> StateUsage:
        """What is on disk."""
        return await asyncio.to_thread(self._usage)

    async def keep(self, *, kept: bool, limit_bytes: int) -> StateUsage:
        """Keep states or not, and how much of them; gives what is on disk then.

        What is not to be kept any more is deleted at once. Raises `StoreError`.
        """
        await self._settings.update(keep_states=kept, state_limit_bytes=limit_bytes)
        for session in tuple(self._sessions):
            with contextlib.suppress(AppError):  # it has ended, and writes nothing more
                await session.keep_states(self._wanted_folder, limit_bytes)
        return await asyncio.to_thread(self._shrink, limit_bytes if kept else 0)

    async def clear(self) -> StateUsage:
        """Delete all that is on disk; gives what is there then."""
        return await asyncio.to_thread(self._shrink, 0)

    async def forget(self, conversation_ids: Sequence[int]) -> None:
        """These chats are deleted, and with them what was evaluated of them."""
        for session in tuple(self._sessions):
            with contextlib.suppress(AppError):
                await session.forget_chats(conversation_ids)
        await asyncio.to_thread(self._forget, frozenset(map(str, conversation_ids)))

    @property
    def _wanted_folder(self) -> bytes | None:
        return os.fsencode(self._folder) if self._settings.current.keep_states else None

    def _files(self) -> list[tuple[Path, os.stat_result]]:
        """The states with the one that was used last at the end; some may be gone by now."""
        found: list[tuple[Path, os.stat_result]] = []
        for path in self._folder.glob(_STATES):
            with contextlib.suppress(OSError):
                found.append((path, path.stat()))
        return sorted(found, key=lambda each: each[1].st_mtime_ns)

    def _usage(self) -> StateUsage:
        files = self._files()
        return StateUsage(len(files), sum(status.st_size for _, status in files))

    def _shrink(self, limit_bytes: int) -> StateUsage:
        files = self._files()
        total = sum(status.st_size for _, status in files)
        for path, status in files:
            if total <= limit_bytes:
                break
            _remove(path)
            total -= status.st_size
        return self._usage()

    def _forget(self, numbers: frozenset[str]) -> None:
        for path, _ in self._files():
            if path.name.split("-")[0] in numbers:
                _remove(path)


class StateKeepingEngine:
    """Loads models that keep states, by an engine that can."""

    def __init__(self, engine: Engine, states: KeptStates) -> None:
        self._engine = engine
        self._states = states

    async def load(
        self, plan: LoadPlan, on_progress: Callable[[LoadProgress], None]
    ) -> EngineSession:
        """As the engine itself does."""
        session = await self._engine.load(self._states.planned(plan), on_progress)
        self._states.follow(session)
        return session


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):
        path.unlink()
