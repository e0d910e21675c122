"""Renders chat templates in a child process: a hostile one can hold up and break nothing else.

In the engine's own process even another thread would not do: a template that loops shares Python's
lock with the thread that decodes, and the memory that it may take cannot be bounded apart.
"""

from __future__ import annotations

import contextlib
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from typing import BinaryIO, cast

import msgspec

from app.domain.engine import ChatMessage, Tool
from app.domain.errors import EngineMissingError, TemplateError
from app.domain.os_causes import cause_of
from app.domain.words import Sentence
from backends.protocol import ProtocolError, framed, read_frame

DEADLINE_SECONDS = 5.0
TemplateOption = bool | int | float | str


class Render(msgspec.Struct, frozen=True, kw_only=True):
    """What the child is asked: the whole template each time, which it keeps compiled."""

    source: str
    bos: str
    eos: str
    messages: tuple[ChatMessage, ...]
    tools: tuple[Tool, ...]
    options: dict[str, TemplateOption]
    continue_reply: bool


class Rendered(msgspec.Struct, frozen=True, tag=True):
    """The prompt."""

    text: str


class Refused(msgspec.Struct, frozen=True, tag=True):
    """Why there is no prompt."""

    sentence: Sentence


_decoder = msgspec.msgpack.Decoder(Rendered | Refused)


class TemplateRenderer:
    """One template and the process that renders it, for one thread after the other."""

    def __init__(self) -> None:
        self._source = self._bos = self._eos = ""
        self._process: subprocess.Popen[bytes] | None = None
        self._turn = threading.Lock()
        # Held while the process changes: `close` comes from another thread.
        self._lock = threading.Lock()
        self._closed = False

    def use(self, source: str, bos: str = "", eos: str = "") -> None:
        """The template, and the texts of the tokens that begin and end a text."""
        self._source, self._bos, self._eos = source, bos, eos

    def start(self) -> None:
        """Start the process, so that the first chat need not wait for it."""
        if self._process is not None and self._process.poll() is not None:
            self._end()
        with self._lock:
            if self._process is None and not self._closed:
                self._process = _spawn()

    def render(
        self,
        messages: Sequence[ChatMessage],
        tools: Sequence[Tool] = (),
        options: Mapping[str, TemplateOption] | None = None,
        *,
        continue_reply: bool = False,
    ) -> str:
        """The prompt for a reply to `messages`. Raises `TemplateError`, `EngineMissingError`.

        `options` are variables of the template. A template that takes no system message gets it
        as the beginning of the first question, as the authors of such models advise. With
        `continue_reply` the prompt ends within the last message.
        """
        question = Render(
            source=self._source,
            bos=self._bos,
            eos=self._eos,
            messages=tuple(messages),
            tools=tuple(tools),
            options=dict(options or {}),
            continue_reply=continue_reply,
        )
        with self._turn:
            self.start()
            process = self._process
            if process is None:
                raise TemplateError("The model was ejected. Load it again to go on.")
            answer = self._answer(process, question)
        if isinstance(answer, Refused):
            raise TemplateError(answer.sentence)
        return answer.text

    def close(self) -> None:
        """End the process, also in the middle of a rendering. May be called twice."""
        self._closed = True
        self._end()

    def _answer(self, process: subprocess.Popen[bytes], question: Render) -> Rendered | Refused:
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(DEADLINE_SECONDS, stop)
        timer.daemon = True
        timer.start()
        try:
            body = _exchange(process, question)
        finally:
            timer.cancel()
        if body is not None:
            return _decoder.decode(body)
        self._end()
        if late.is_set():
            raise TemplateError(
                "The model's chat template ran longer than {deadline_seconds} seconds and was "
                "stopped. Use another file of this model.",
                deadline_seconds=f"{DEADLINE_SECONDS:g}",
            )
        raise TemplateError(
            "The model's chat template needs too much memory, or its prompt is too large. "
            "Use another file of this model."
        )

    def _end(self) -> None:
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for stream in (process.stdin, process.stdout):
            with contextlib.suppress(OSError):
                cast("BinaryIO", stream).close()


def _spawn() -> subprocess.Popen[bytes]:
    # -I: nothing of the user's environment or of the working directory is imported.
    try:
        return subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", "-m", "backends.template_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
    except OSError as error:
        raise EngineMissingError(
            "The process that renders chat templates cannot be started: {cause}. Close other "
            "programs if the system is out of processes or memory.",
            cause=cause_of(error),
        ) from error


def _exchange(process: subprocess.Popen[bytes], question: Render) -> bytes | None:
    try:
        stdin = cast("BinaryIO", process.stdin)
        stdin.write(framed(msgspec.msgpack.encode(question)))
        stdin.flush()
        return read_frame(cast("BinaryIO", process.stdout))
    except (OSError, ValueError, ProtocolError):  # it died, or was closed meanwhile
        return None
