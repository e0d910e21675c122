"""The process that reads what model files say of themselves: a line of JSON in, one out.

Run as `python -m app.services.facts_reader`. Each line names some models as they were found; the
answer has their facts in the same order.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from app.domain.gguf_known import KnownTexts
from app.services.model_facts import read_facts
from app.services.model_scan import FoundModel


def encoded(models: tuple[FoundModel, ...]) -> bytes:
    """Models as a line; paths need not be UTF-8."""
    return msgspec.json.encode(models, enc_hook=_path_text) + b"\n"


def _path_text(path: Path) -> str:
    return os.fsencode(path).hex()


def _path(kind: type, text: Any) -> Any:
    return kind(os.fsdecode(bytes.fromhex(text)))


_decoder = msgspec.json.Decoder(tuple[FoundModel, ...], dec_hook=_path)


def serve(questions: BinaryIO, answers: int) -> None:
    """Answer one line after the other until there are no more."""
    known = KnownTexts()
    for line in questions:
        facts = [read_facts(model, known) for model in _decoder.decode(line)]
        data = memoryview(msgspec.json.encode(facts) + b"\n")
        while data:
            data = data[os.write(answers, data) :]


def main() -> None:
    """Entry point of the process."""
    if sys.platform != "win32":
        # The window and a reply that is being made come first.
        os.nice(5)
    serve(sys.stdin.buffer, 1)


if __name__ == "__main__":
    main()
