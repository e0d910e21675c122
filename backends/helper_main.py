"""What the programs for helper processes have in common: each finds or answers, and ends.

Standard output is theirs, a line of JSON for each answer; what libraries and drivers print goes to
standard error.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from typing import BinaryIO, TypeVar

import msgspec

from app.domain.errors import AppError
from app.domain.words import Sentence, sentence

_Question = TypeVar("_Question")


def report(find: Callable[[], msgspec.Struct]) -> None:
    """Tell what is found, and end the process."""
    output = _claimed_output()
    _tell(output, find())
    sys.stderr.flush()
    # Drivers have crashed in their exit handlers; what was found is true all the same.
    os._exit(0)


def serve(
    start: Callable[[], Callable[[_Question], msgspec.Struct]],
    decoder: msgspec.json.Decoder[_Question],
    refused: Callable[[Sentence], msgspec.Struct],
) -> None:
    """Answer the questions on standard input until it ends, by the function that `start` makes.

    An `AppError` of `start`, after which nothing is answered, or of an answer is `refused`, and so
    is a question that cannot be read.
    """
    output = _claimed_output()
    try:
        answer = start()
    except AppError as error:
        _tell(output, refused(error.sentence))
        return
    for line in sys.stdin.buffer:
        try:
            found = answer(decoder.decode(line))
        except AppError as error:
            found = refused(error.sentence)
        except msgspec.MsgspecError as error:
            found = refused(
                sentence(
                    "The helper was asked something that it cannot read: {error}.",
                    error=str(error),
                )
            )
        _tell(output, found)


def _claimed_output() -> BinaryIO:
    """A private copy of standard output, to which nobody else writes from here on."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return output


def _tell(output: BinaryIO, answer: msgspec.Struct) -> None:
    output.write(msgspec.json.encode(answer) + b"\n")
    output.flush()
