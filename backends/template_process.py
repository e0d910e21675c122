"""The process in which chat templates are rendered, with bounded memory; it ends with its stdin.

Run as `python -m backends.template_process`.
"""

from __future__ import annotations

import faulthandler
import os
import sys
from pathlib import Path

import msgspec

from app.domain.errors import TemplateError
from backends.llama_cpp.chat_template import ChatTemplate
from backends.protocol import ProtocolError, framed, read_frame
from backends.template_renderer import DEADLINE_SECONDS, Refused, Render, Rendered

_MEMORY_BYTES = 512 * 2**20


def main() -> None:
    """Render until standard input closes."""
    _limit_memory()
    with Path(os.devnull).open("wb") as nowhere:
        try:
            while (body := read_frame(sys.stdin.buffer)) is not None:
                # The asking side ends this process at the deadline; should that side be gone, this
                # does, from a thread of C that needs no lock of Python's.
                faulthandler.dump_traceback_later(2 * DEADLINE_SECONDS, exit=True, file=nowhere)
                sys.stdout.buffer.write(framed(_answer(body)))
                sys.stdout.buffer.flush()
                faulthandler.cancel_dump_traceback_later()
        except (ProtocolError, OSError, MemoryError):
            return  # the asking side reads the end as too large a prompt


class _Compiled:
    """The template that was used last."""

    source: tuple[str, str, str] | None = None
    template: ChatTemplate


def _answer(body: bytes) -> bytes:
    question = msgspec.msgpack.decode(body, type=Render)
    try:
        source = (question.source, question.bos, question.eos)
        if _Compiled.source != source:
            _Compiled.template = ChatTemplate(*source)
            _Compiled.source = source
        text = _Compiled.template.render(
            question.messages,
            question.tools,
            question.options,
            continue_reply=question.continue_reply,
        )
    except TemplateError as error:
        return msgspec.msgpack.encode(Refused(error.sentence))
    return msgspec.msgpack.encode(Rendered(text.encode("utf-8", "replace").decode()))


def _limit_memory() -> None:
    """Let the process grow by `_MEMORY_BYTES` only, where the system can (Linux)."""
    if sys.platform != "linux":
        return
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    size = int(Path("/proc/self/statm").read_bytes().split()[0]) * resource.getpagesize()
    limit = size + _MEMORY_BYTES
    if hard != resource.RLIM_INFINITY:
        limit = min(limit, hard)
    resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


if __name__ == "__main__":
    main()
