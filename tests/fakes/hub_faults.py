"""Misbehaviour of the stand-in of the hub: what to do wrong, for which file, how often."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

FaultKind = Literal[
    "status",  # answers `value` as the status, with `retry_after` and `error_code`
    "ignore_range",  # answers 200 with the whole file
    "drop",  # closes the connection after `value` bytes of the body
    "stall",  # sends `value` bytes of the body, then nothing, the connection open
    "wrong_range",  # Content-Range is shifted by `value` bytes
    "wrong_total",  # Content-Range states a total that is `value` bytes off
    "wrong_length",  # Content-Length is `value` bytes off
    "new_etag",  # another ETag, as if the file had been replaced
    "zero_half",  # the second half of the file is zeroes
    "html",  # a web page in place of the file
    "redirect",  # 302 to `location`
    "throttle",  # at most `value` bytes a second
]
Where = Literal["hub", "cdn", "api"]

HTML = b"<!DOCTYPE html><html><title>Sign in to the network</title><p>Accept the terms.</html>"
_CHUNK = 64 * 1024


@dataclass
class Fault:
    """One misbehaviour. It holds for requests whose path ends with `path`.

    `skip` requests are answered well before it begins; `times` None means for ever.
    """

    kind: FaultKind
    path: str = ""
    where: Where = "cdn"
    value: int = 0
    times: int | None = None
    skip: int = 0
    retry_after: str | None = None
    error_code: str | None = None
    location: str = ""

    def applies(self, where: Where, path: str) -> bool:
        """Whether it strikes this request; counts it. Call under the server's lock."""
        if where != self.where or not path.endswith(self.path):
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        if self.times is not None:
            self.times -= 1
        return self.times is None or self.times >= 0


class Faults:
    """The faults that strike one request, by kind."""

    def __init__(self, faults: list[Fault]) -> None:
        self._faults = {fault.kind: fault for fault in faults}

    def __contains__(self, kind: FaultKind) -> bool:
        return kind in self._faults

    def __getitem__(self, kind: FaultKind) -> Fault:
        return self._faults[kind]

    def value(self, kind: FaultKind) -> int:
        """The fault's number; 0 where there is no such fault."""
        return self._faults[kind].value if kind in self._faults else 0

    @property
    def is_plain(self) -> bool:
        """Whether the body is to be sent as it is, at full speed."""
        return not {"drop", "stall", "zero_half", "throttle"} & set(self._faults)

    def body(
        self, chunks: Iterator[bytes], start: int, size: int, closing: threading.Event
    ) -> Iterator[bytes]:
        """The body as the faults have it; ends early where the connection is to break.

        `start` is the offset of the first byte in a file of `size` bytes.
        """
        sent = 0
        limit = min(
            (f.value for k, f in self._faults.items() if k in {"drop", "stall"}), default=-1
        )
        for chunk in chunks:
            part = chunk
            if "zero_half" in self:
                kept = max(0, size // 2 - start - sent)
                part = chunk[:kept] + bytes(max(0, len(chunk) - kept))
            if limit >= 0:
                part = part[: max(0, limit - sent)]
            if part:
                yield part
            sent += len(chunk)
            if "throttle" in self:
                closing.wait(len(chunk) / self.value("throttle"))
            if 0 <= limit <= sent:
                break
        if "stall" in self:
            closing.wait()


def read_chunks(content: memoryview, start: int, end: int) -> Iterator[bytes]:
    """Bytes `start` to `end` in pieces of 64 KiB."""
    for offset in range(start, end, _CHUNK):
        yield bytes(content[offset : min(offset + _CHUNK, end)])
