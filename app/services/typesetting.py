"""Code in colours and formulas in pictures, made in a process of their own.

pygments and the drawing of formulas are pure Python: in a thread they would hold up the window,
and the text that they read was written by a model.
"""

from __future__ import annotations

import asyncio
import re
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.domain.typesetting import Formula, Set, Setting, Unset
from backends.helper_process import end_helper, exchange, start_helper

# The first question waits for the libraries to be imported, on a machine that decodes meanwhile.
_START_SECONDS = 15.0
# What one question may take; a common one takes 2 to 20 ms.
_SECONDS = 3.0

_LONE_SURROGATE = re.compile("[\ud800-\udfff]")
_decoder = msgspec.json.Decoder(tuple[Set, ...])


class Typesetting:
    """Asks the helper process, which is started with the first question."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = asyncio.Lock()
        self._answered = False

    @property
    def process_id(self) -> int | None:
        """The helper's process; None while none is alive."""
        process = self._process
        return None if process is None or process.poll() is not None else process.pid

    async def prepare(self, settings: Sequence[Setting]) -> tuple[Set, ...]:
        """What each of `settings` looks like, in their order. Never raises: what the helper
        dies of, or does not finish in time, is `Unset`.
        """
        async with self._turn:
            was_alive = self._answered
            sets = await self._ask(settings)
            if sets is not None:
                return sets
            # Only what it died of is to pay for it, and it may have died before it was asked.
            again = settings if was_alive or settings[1:] else ()
            one_by_one = [await self._ask((each,)) for each in again] or [None]
            return tuple(each[0] if each is not None else Unset() for each in one_by_one)

    async def _ask(self, settings: Sequence[Setting]) -> tuple[Set, ...] | None:
        try:
            if self.process_id is None:
                await self.close()
                self._answered = False
                self._process = await start_helper("app.services.typesetter", self._folder)
            process = self._process
            assert process is not None
            seconds = _SECONDS if self._answered else _START_SECONDS
            asking = asyncio.to_thread(exchange, process, _encoded(settings))
            sets = _decoder.decode(await asyncio.wait_for(asking, seconds))
        except (TimeoutError, OSError, msgspec.MsgspecError):
            await self.close()
            return None
        except asyncio.CancelledError:
            await self.close()
            raise
        self._answered = True
        return sets if len(sets) == len(settings) else None

    async def close(self) -> None:
        """End the helper. May be called twice; the next question starts it again."""
        process, self._process = self._process, None
        if process is not None:
            await end_helper(process)


def _encoded(settings: Sequence[Setting]) -> bytes:
    return msgspec.json.encode([_sendable(each) for each in settings]) + b"\n"


def _sendable(setting: Setting) -> Setting:
    """Without lone surrogates, which no encoding has; each becomes one other character."""
    if isinstance(setting, Formula):
        return msgspec.structs.replace(setting, source=_whole(setting.source))
    return msgspec.structs.replace(setting, text=_whole(setting.text))


def _whole(text: str) -> str:
    return _LONE_SURROGATE.sub("\ufffd", text)
