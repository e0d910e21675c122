"""The dry-run helper as the program sees it: started when needed, asked, and given up on."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec

from app.domain.errors import EngineDiedError, EngineError, EngineMissingError, EngineSilentError
from app.domain.os_causes import cause_of
from app.domain.words import Sentence
from backends.helper_process import end_helper, start_helper
from backends.llama_cpp.dry_run_protocol import (
    Answer,
    AnyQuestion,
    DryRunFailed,
    answer_decoder,
    encode,
)

OPEN_SECONDS = 30.0
MEASURE_SECONDS = 10.0


class DryRunProcess:
    """One helper process. Questions are answered one after the other."""

    def __init__(
        self,
        folder: Path,
        rpc_ports: Sequence[int] = (),
        module: str = "backends.llama_cpp.dry_run",
    ) -> None:
        """`module` is what the helper runs; llama.cpp's also serves the RPC servers named here."""
        self._folder = folder
        self._module = module
        self._ports = ",".join(map(str, rpc_ports))
        self._python_path: tuple[str, ...] = ()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def process_id(self) -> int | None:
        """The helper's process; None while none is alive."""
        process = self._process
        return None if process is None or process.poll() is not None else process.pid

    async def use_build(self, python_path: tuple[str, ...]) -> None:
        """Ask another build of llama.cpp from now on: the one in these folders, or the bundled."""
        if python_path != self._python_path:
            self._python_path = python_path
            await self.close()

    async def ask(self, question: AnyQuestion, seconds: float = MEASURE_SECONDS) -> Answer:
        """The helper's answer. What llama.cpp refuses is an answer too (`DryRunFailed`).

        Raises `EngineMissingError`, `EngineDiedError` or `EngineSilentError`; the next question
        starts a new helper, in which no model is open.
        """
        if self.process_id is None:
            await self.close()
            self._process = await self._start()
        process = self._process
        assert process is not None
        try:
            line = await asyncio.wait_for(asyncio.to_thread(_exchange, process, question), seconds)
        except TimeoutError as error:
            await self.close()
            raise EngineSilentError(
                "The dry run gave no answer within {seconds} seconds.", seconds=f"{seconds:g}"
            ) from error
        except asyncio.CancelledError:
            await self.close()
            raise
        if not line:
            await self.close()
            status = process.returncode
            raise EngineDiedError(
                "The dry run ended in the middle (status {status}).", status=status
            )
        return _decoded(line)

    async def _start(self) -> subprocess.Popen[bytes]:
        try:
            return await start_helper(self._module, self._folder, (self._ports, *self._python_path))
        except OSError as error:
            raise EngineMissingError(
                "The dry-run helper cannot be started: {cause}.", cause=cause_of(error)
            ) from error

    async def close(self) -> None:
        """End the helper. May be called twice."""
        process, self._process = self._process, None
        if process is not None:
            await end_helper(process)


def _exchange(process: subprocess.Popen[bytes], question: AnyQuestion) -> bytes:
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        process.stdin.write(encode(question))
        process.stdin.flush()
        return process.stdout.readline()
    except (OSError, ValueError):  # it died, or it was closed meanwhile
        return b""


def _decoded(line: bytes) -> Answer:
    try:
        return answer_decoder.decode(line)
    except msgspec.MsgspecError as error:
        raise EngineError(
            "The dry run's answer cannot be read: {error}", error=str(error)
        ) from error


def refused(answer: Answer) -> Sentence | None:
    """Why llama.cpp refused, or None."""
    return answer.sentence if isinstance(answer, DryRunFailed) else None
