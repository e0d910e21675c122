"""The messages between the program and a worker process, and how they are framed.

A frame is a 4-byte little-endian length and a MessagePack body. Commands go to the worker's
standard input, reports come from its standard output; nothing else may use either.
"""

from __future__ import annotations

import struct
from typing import BinaryIO

import msgspec

from app.domain import errors
from app.domain.chances import PromptToken
from app.domain.context_plan import ContextCount
from app.domain.engine import (
    ChatMessage,
    Embedding,
    GenerationEvent,
    GenerationRequest,
    SessionInfo,
)
from app.domain.load_options import Adapter, LoadPlan, LoadProgress
from app.domain.quantize import QuantizeJob, QuantizePlan, QuantizeProgress
from app.domain.scoring import Score as ScoreOfText
from app.domain.scoring import ScoreProgress, ScoreRequest
from app.domain.tuning import Tuning
from app.domain.words import Sentence

LONGEST_FRAME = 64 * 2**20

_LENGTH = struct.Struct("<I")


class Load(msgspec.Struct, frozen=True, tag=True):
    """Load this model; the first command, sent once. To cancel it, end the process."""

    plan: LoadPlan


class Generate(msgspec.Struct, frozen=True, tag=True):
    """Stream a reply; every report about it carries `request_id`."""

    request_id: int
    request: GenerationRequest


class Cancel(msgspec.Struct, frozen=True, tag=True):
    """Stop this request, in its prompt or in its reply; answered by its `Finished`."""

    request_id: int


class CountTokens(msgspec.Struct, frozen=True, tag=True):
    """Tell how many tokens the prompt of a request has; answered by `Counted`."""

    request_id: int
    request: GenerationRequest


class CountContext(msgspec.Struct, frozen=True, tag=True):
    """Tell how many tokens each message of a chat has; answered by `ContextCounted`.

    `earlier` None: those that were sent with the number `base`.
    """

    request_id: int
    base: int
    earlier: tuple[ChatMessage, ...] | None
    last: ChatMessage
    continue_reply: bool = False


class ReadPrompt(msgspec.Struct, frozen=True, tag=True):
    """Tell the tokens of a request's prompt and of a reply to it; answered by `PromptRead`."""

    request_id: int
    request: GenerationRequest
    reply: str
    # Evaluate all of it again, for the probabilities.
    measured: bool


class Embed(msgspec.Struct, frozen=True, tag=True):
    """Make a vector of each text; answered by `Embedded`."""

    request_id: int
    texts: tuple[str, ...]


class SetAdapters(msgspec.Struct, frozen=True, tag=True):
    """Apply these LoRA adapters from now on; answered by `AdaptersSet`."""

    request_id: int
    adapters: tuple[Adapter, ...]


class KeepStates(msgspec.Struct, frozen=True, tag=True):
    """Keep evaluated chats in this folder from now on, or nowhere; answered by `StatesChanged`."""

    request_id: int
    folder: bytes | None
    limit_bytes: int


class ForgetChats(msgspec.Struct, frozen=True, tag=True):
    """Drop what was evaluated of these chats from memory, and keep none of it; answered by
    `StatesChanged`.
    """

    request_id: int
    conversation_ids: tuple[int, ...]


class Tune(msgspec.Struct, frozen=True, tag=True):
    """Measure the options that suit the model on this machine best, and use its threads from then
    on; answered by `TuningProgress` and a `Tuned`. Whatever else is asked ends it.
    """

    request_id: int


class Score(msgspec.Struct, frozen=True, tag=True):
    """Score a text beside the replies; answered by `ScoringProgress` and a `Scored`."""

    request_id: int
    request: ScoreRequest


class Quantize(msgspec.Struct, frozen=True, tag=True):
    """Make a smaller file of a model; answered by `Quantizing` and a `Quantized`. Needs no loaded
    model. To cancel it, end the process.
    """

    request_id: int
    job: QuantizeJob


class Shutdown(msgspec.Struct, frozen=True, tag=True):
    """Release the model and end."""


Count = CountTokens | CountContext
Question = Count | ReadPrompt | Embed | SetAdapters | KeepStates | ForgetChats | Tune | Score
Command = Load | Generate | Cancel | Question | Quantize | Shutdown


class Loading(msgspec.Struct, frozen=True, tag=True):
    """The load goes on."""

    progress: LoadProgress


class Loaded(msgspec.Struct, frozen=True, tag=True):
    """The model is ready."""

    info: SessionInfo


class Generated(msgspec.Struct, frozen=True, tag=True):
    """One event of one reply."""

    request_id: int
    event: GenerationEvent


class Failed(msgspec.Struct, frozen=True, tag=True):
    """A load (`request_id` None) or a request failed; the worker itself lives on."""

    request_id: int | None
    # The name of a class of `app.domain.errors`, and the sentence for the user.
    kind: str
    sentence: Sentence


class Counted(msgspec.Struct, frozen=True, tag=True):
    """The answer to `CountTokens`."""

    request_id: int
    tokens: int


class ContextCounted(msgspec.Struct, frozen=True, tag=True):
    """The answer to `CountContext`; None: the messages of that number are not here any more."""

    request_id: int
    count: ContextCount | None


class PromptRead(msgspec.Struct, frozen=True, tag=True):
    """The answer to `ReadPrompt`."""

    request_id: int
    tokens: tuple[PromptToken, ...]


class Embedded(msgspec.Struct, frozen=True, tag=True):
    """The answer to `Embed`."""

    request_id: int
    embeddings: tuple[Embedding, ...]


class AdaptersSet(msgspec.Struct, frozen=True, tag=True):
    """The answer to `SetAdapters`."""

    request_id: int


class TuningProgress(msgspec.Struct, frozen=True, tag=True):
    """A measurement goes on; `fraction` of its time is over."""

    request_id: int
    fraction: float


class Tuned(msgspec.Struct, frozen=True, tag=True):
    """The end of a measurement; None when something else was asked meanwhile."""

    request_id: int
    tuning: Tuning | None


class ScoringProgress(msgspec.Struct, frozen=True, tag=True):
    """A text is being scored."""

    request_id: int
    progress: ScoreProgress


class Scored(msgspec.Struct, frozen=True, tag=True):
    """The answer to `Score`."""

    request_id: int
    score: ScoreOfText


class Quantizing(msgspec.Struct, frozen=True, tag=True):
    """A job of `Quantize` goes on."""

    request_id: int
    progress: QuantizeProgress


class Quantized(msgspec.Struct, frozen=True, tag=True):
    """The end of a job of `Quantize`: what the new file is, or would be."""

    request_id: int
    plan: QuantizePlan


class StatesChanged(msgspec.Struct, frozen=True, tag=True):
    """The answer to `KeepStates` and `ForgetChats`."""

    request_id: int


class Heartbeat(msgspec.Struct, frozen=True, tag=True):
    """The worker is alive, sent twice a second whatever else it does."""


Answer = (
    Counted
    | ContextCounted
    | PromptRead
    | Embedded
    | AdaptersSet
    | StatesChanged
    | TuningProgress
    | Tuned
    | ScoringProgress
    | Scored
)
Report = Loading | Loaded | Generated | Failed | Answer | Quantizing | Quantized | Heartbeat

_encoder = msgspec.msgpack.Encoder()
_command_decoder = msgspec.msgpack.Decoder(Command)
_report_decoder = msgspec.msgpack.Decoder(Report)


class ProtocolError(Exception):
    """The other side sent something that is no message."""


def encode_frame(message: Command | Report) -> bytes:
    """A message as the bytes of one frame."""
    return framed(_encoder.encode(message))


def read_command(stream: BinaryIO) -> Command | None:
    """The next command, or None at the end of the stream. Raises `ProtocolError`."""
    body = read_frame(stream)
    if body is None:
        return None
    try:
        return _command_decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise ProtocolError(str(error)) from error


def read_report(stream: BinaryIO) -> Report | None:
    """The next report, or None at the end of the stream. Raises `ProtocolError`."""
    body = read_frame(stream)
    if body is None:
        return None
    try:
        return _report_decoder.decode(body)
    except msgspec.MsgspecError as error:
        raise ProtocolError(str(error)) from error


def framed(body: bytes) -> bytes:
    """The bytes of one frame. Raises `ProtocolError` for one that is too long."""
    if len(body) > LONGEST_FRAME:
        raise ProtocolError(f"a message of {len(body)} bytes is longer than {LONGEST_FRAME}")
    return _LENGTH.pack(len(body)) + body


def read_frame(stream: BinaryIO) -> bytes | None:
    """The body of the next frame, or None at the end of the stream. Raises `ProtocolError`."""
    prefix = stream.read(_LENGTH.size)
    if len(prefix) < _LENGTH.size:
        return None
    (length,) = _LENGTH.unpack(prefix)
    if length > LONGEST_FRAME:
        raise ProtocolError(f"a frame claims {length} bytes, more than {LONGEST_FRAME}")
    body = stream.read(length)
    return body if len(body) == length else None


def failed(request_id: int | None, error: errors.AppError) -> Failed:
    """An error as it crosses the pipe."""
    return Failed(request_id, type(error).__name__, error.sentence)


def raised(report: Failed) -> errors.AppError:
    """The error that crossed the pipe, as its own class again."""
    kind = getattr(errors, report.kind, None)
    if isinstance(kind, type) and issubclass(kind, errors.AppError):
        return kind(report.sentence)
    return errors.EngineError(report.sentence)
