"""A reply's text out of its tokens' bytes: whole characters only, cut at a stop string."""

from __future__ import annotations

import codecs
from collections.abc import Sequence


class ReplyText:
    """Turns pieces of bytes into text that may be shown.

    A character that is spread over several tokens comes out whole; bytes that are no UTF-8 come
    out as U+FFFD. Text that may be the beginning of a stop string is held back until it is not.
    """

    def __init__(self, stop: Sequence[str] = ()) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")
        self._stop = [text for text in stop if text]
        self._held = ""
        self.stopped = False

    def feed(self, piece: bytes) -> str:
        """Text that this piece completes; sets `stopped` when a stop string is reached."""
        return self._release(self._decoder.decode(piece))

    def finish(self) -> str:
        """What is left at the end of the reply."""
        if self.stopped:
            return ""
        rest = self._release(self._decoder.decode(b"", final=True))
        rest, self._held = rest + self._held, ""
        return rest

    def _release(self, text: str) -> str:
        if self.stopped:
            return ""
        if not self._stop:
            return text
        text = self._held + text
        found = min((at for at in map(text.find, self._stop) if at >= 0), default=-1)
        if found >= 0:
            self.stopped, self._held = True, ""
            return text[:found]
        keep = max(overlap(text, stop) for stop in self._stop)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]


def overlap(text: str, mark: str) -> int:
    """The length of the longest end of `text` that `mark` begins with, but not the whole of it."""
    for length in range(min(len(text), len(mark) - 1), 0, -1):
        if text.endswith(mark[:length]):
            return length
    return 0
