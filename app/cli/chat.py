"""`quantbench chat`: one reply, or a conversation, in the terminal."""

from __future__ import annotations

import asyncio
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path

import msgspec

from app.bootstrap import Services
from app.cli.reply import Reply, interrupts, stream_reply
from app.cli.terminal import Terminal
from app.domain.engine import (
    ChatMessage,
    EngineSession,
    GenerationEvent,
    GenerationRequest,
    ReasoningDelta,
    Sampling,
    TextDelta,
)
from app.domain.errors import EngineError, ModelFileError, SchemaError, UsageError
from app.domain.load_options import KvType, LoadOptions
from app.domain.units import file_text

STANDARD_INPUT = "-"
_LONGEST_SCHEMA_BYTES = 1_000_000
# More than any context holds.
_LONGEST_QUESTION_BYTES = 16_000_000


class ChatOptions(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line asked for; None leaves the choice to the program."""

    # With `remote`, the server's own name of it; None takes the server's first.
    model: str | None = None
    # The name of a server that is set up, or the address of any.
    remote: str | None = None
    prompt: str | None = None
    system: str | None = None
    max_tokens: int | None = None
    temperature: float | None = None
    seed: int | None = None
    context_tokens: int | None = None
    kv_type: KvType = "f16"
    # A model that guesses ahead, and whether to guess from the text as well.
    draft: str | None = None
    lookup: bool = False
    schema: str | None = None
    as_json: bool = False


def prompt_text(prompt: str | None) -> str | None:
    """The question of `--prompt`, which may come from standard input. Raises `UsageError`.

    It is read before there is an event loop, which would not hear the first Ctrl+C.
    """
    if prompt == STANDARD_INPUT:
        data = sys.stdin.buffer.read(_LONGEST_QUESTION_BYTES + 1)
        _refuse_endless(data)
        prompt = data.decode("utf-8", "replace")
    if prompt is not None and not prompt.strip():
        raise UsageError("The prompt is empty: give the question after `--prompt`.")
    return prompt


def _refuse_endless(question: str | bytes) -> None:
    if len(question) > _LONGEST_QUESTION_BYTES:
        raise UsageError(
            f"The question on standard input is longer than {file_text(_LONGEST_QUESTION_BYTES)}, "
            "which no model can read. Give a shorter one."
        )


def schema_text(path: Path | None) -> str | None:
    """The text of a schema's file, which may be a pipe: a JSON object. Raises `AppError`."""
    if path is None:
        return None
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST_SCHEMA_BYTES + 1)
    except OSError as error:
        raise UsageError(f"The schema {path} cannot be read: {error.strerror}.") from error
    if len(data) > _LONGEST_SCHEMA_BYTES:
        raise SchemaError(
            f"The schema {path} is longer than {file_text(_LONGEST_SCHEMA_BYTES)}. "
            "Give a file with a JSON schema."
        )
    try:
        msgspec.json.decode(data, type=dict[str, object])
        return data.decode("utf-8")
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise SchemaError(
            f"The schema {path} is no JSON object ({error}). Give a file with a JSON schema."
        ) from error


class _Shown:
    """Shows a reply while it streams: the answer, and on a screen the reasoning before it."""

    def __init__(self, terminal: Terminal) -> None:
        self._terminal = terminal
        self._in_reasoning = False

    def show(self, event: GenerationEvent) -> None:
        """Show what an event brings."""
        if isinstance(event, ReasoningDelta) and self._terminal.shows_answers:
            self._in_reasoning = True
            self._terminal.answer(event.text, "dim")
        elif isinstance(event, TextDelta):
            if self._in_reasoning:
                self._terminal.answer("\n\n")
                self._in_reasoning = False
            self._terminal.answer(event.text)


def _show_nothing(_event: GenerationEvent) -> None:
    """For JSON, which is written at the end."""


async def chat(services: Services, terminal: Terminal, options: ChatOptions) -> int:
    """Answer the prompt, or talk until the input ends. Returns the exit status.

    Raises `AppError`; what had come of a reply is shown before that.
    """
    if options.as_json and options.prompt is None:
        raise UsageError("`--json` needs a question: add `--prompt TEXT`, or `--prompt -`.")
    session = await _open(services, terminal, options)
    if session.info.notice is not None:
        terminal.note(str(session.info.notice))
    request = GenerationRequest(
        messages=(ChatMessage("system", options.system),) if options.system else (),
        sampling=_sampling(options),
        max_tokens=options.max_tokens,
        json_schema=options.schema,
    )
    try:
        if options.prompt is None:
            return await _conversation(session, terminal, request)
        asked = _asked(request, options.prompt)
        return await _answer(session, terminal, asked, as_json=options.as_json)
    finally:
        await session.close()


async def _open(services: Services, terminal: Terminal, options: ChatOptions) -> EngineSession:
    load_options = LoadOptions(
        context_tokens=options.context_tokens,
        kv_type=options.kv_type,
        speculation="lookup" if options.lookup else "off",
        draft_model=await _draft_path(services, options),
    )
    with terminal.load_progress() as on_progress:
        if options.remote is not None:
            server = services.servers.named_or_at(options.remote)
            return await services.servers.open(server, options.model, load_options, on_progress)
        if options.model is None:
            raise UsageError("Name a model. `quantbench models` lists those on this computer.")
        model = await services.library.find(options.model)
        return await services.host.load(model, load_options, on_progress)


async def _draft_path(services: Services, options: ChatOptions) -> bytes | None:
    if options.remote is not None and (options.draft is not None or options.lookup):
        raise UsageError(
            "A server guesses ahead by itself or not at all: leave out `--draft` and `--lookup`."
        )
    if options.draft is None:
        return None
    draft = await services.library.find(options.draft)
    if draft.problem is not None:
        raise ModelFileError(draft.problem)
    return draft.path


async def _answer(
    session: EngineSession, terminal: Terminal, request: GenerationRequest, *, as_json: bool
) -> int:
    show = _show_nothing if as_json else _Shown(terminal).show
    reply = await stream_reply(session, request, show)
    if as_json and (reply.timings is not None or reply.error is None):
        terminal.answer_json(reply.report(session.info))
    elif reply.text:
        terminal.answer("\n")
    if reply.error is not None:
        raise reply.error
    if terminal.shows_answers and not as_json:
        terminal.note(reply.summary())
    if reply.reason == "cancelled":
        terminal.failure("Stopped: the reply is not complete.")
    return 1 if reply.reason == "cancelled" else 0


async def _conversation(
    session: EngineSession, terminal: Terminal, request: GenerationRequest
) -> int:
    """Ask and answer until the input ends. An engine that died ends it too, by its `AppError`."""
    terminal.note(
        f"{session.info.model_name} on {session.info.device}. Ctrl+C stops a reply, Ctrl+D leaves."
    )
    while (question := await _next_question(terminal)) is not None:
        if not question.strip():
            continue
        asked = _asked(request, question)
        reply = await stream_reply(session, asked, _Shown(terminal).show)
        if reply.text:
            terminal.answer("\n")
        if isinstance(reply.error, EngineError):
            raise reply.error
        if reply.error is not None:
            terminal.failure(str(reply.error))
            continue
        terminal.note(reply.summary())
        request = _answered(asked, reply)
    return 0


async def _next_question(terminal: Terminal) -> str | None:
    """One line of the user's; None at the end of the input."""

    def remind() -> None:
        terminal.note("\nCtrl+D leaves.")

    with interrupts(remind):
        return await asyncio.to_thread(_read_line)


def _read_line() -> str | None:
    """A line of standard input, with editing and history where a person types it."""
    if not sys.stdin.isatty():
        line = sys.stdin.readline(_LONGEST_QUESTION_BYTES + 1)
        _refuse_endless(line)
        return line or None
    with suppress(ImportError):  # gives `input` its editing; not there on Windows
        import_module("readline")
    try:
        return input("> ")
    except EOFError:
        return None


def _asked(request: GenerationRequest, question: str) -> GenerationRequest:
    """The chat with one more question."""
    messages = (*request.messages, ChatMessage("user", _readable(question)))
    return msgspec.structs.replace(request, messages=messages)


def _answered(request: GenerationRequest, reply: Reply) -> GenerationRequest:
    """The chat with its reply; a question whose reply was stopped at once is taken back."""
    if not reply.text:
        return msgspec.structs.replace(request, messages=request.messages[:-1])
    messages = (*request.messages, ChatMessage("assistant", reply.text))
    return msgspec.structs.replace(request, messages=messages)


def _sampling(options: ChatOptions) -> Sampling:
    temperature = Sampling().temperature if options.temperature is None else options.temperature
    return Sampling(temperature=temperature, seed=options.seed)


def _readable(text: str) -> str:
    """Text of an argument or a line; bytes that are not UTF-8 are shown as replaced."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
