"""The commands and their options, read from the arguments and run to an exit status."""

from __future__ import annotations

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, Any, cast

import typer

import app
from app.bootstrap import Services, build_services
from app.cli.chat import ChatOptions, chat
from app.cli.doctor import doctor
from app.cli.models import models
from app.cli.terminal import Terminal
from app.domain.engine import KvType
from app.domain.errors import AppError, UsageError
from app.services.paths import Paths
from app.services.program_log import keep_log

DONE, FAILED, WRONG_USAGE = 0, 1, 2

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]
Quiet = Annotated[bool, typer.Option("--quiet", help="Say nothing but the answer and failures.")]

program = typer.Typer(
    name="quantbench",
    help="Run language models on this computer. Without a command: open the window.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def run(arguments: list[str]) -> int:
    """Run one command; the exit status. Failures are told in one sentence on standard error."""
    for stream in (sys.stdout, sys.stderr):
        cast("Any", stream).reconfigure(errors="replace")
    try:
        return _run(arguments)
    except UsageError as error:
        Terminal().failure(str(error))
        return WRONG_USAGE
    except AppError as error:
        Terminal().failure(str(error))
        return FAILED
    except KeyboardInterrupt:
        Terminal().failure("Stopped.")
        return FAILED
    except BrokenPipeError:
        # Whoever read the answer has left; nothing more can be written, also not at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FAILED


def _run(arguments: list[str]) -> int:
    command = typer.main.get_command(program)
    try:
        status = command.main(args=arguments, prog_name="quantbench", standalone_mode=False)
        sys.stdout.flush()
    except typer.TyperException as error:
        known = next((name for name in ("chat", "doctor", "models") if name in arguments), "")
        help_command = " ".join(filter(None, ("quantbench", known, "--help")))
        sentence = error.format_message().rstrip(".")
        raise UsageError(f"{sentence}. `{help_command}` explains the usage.") from error
    return int(status or DONE)


def _with_services(work: Callable[[Services, Terminal], Awaitable[int]], *, quiet: bool) -> int:
    """Make the services, do the work in an event loop, and release everything after it."""

    paths = Paths.default()
    paths.create()
    keep_log(paths.logs)
    services, terminal = build_services(paths), Terminal(quiet=quiet)
    services.settings.load()
    if services.settings.notice is not None:
        terminal.note(services.settings.notice)

    async def session() -> int:
        try:
            return await work(services, terminal)
        finally:
            await services.host.close()

    return asyncio.run(session())


def _print_version(value: bool) -> None:  # noqa: FBT001 - the form of a callback of Typer
    if value:
        sys.stdout.write(f"quantbench {app.__version__}\n")
        raise typer.Exit(DONE)


@program.callback(invoke_without_command=True)
def main(
    *,
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Run language models on this computer. Without a command: open the window."""


@program.command(name="chat")
def chat_command(
    model: Annotated[
        str, typer.Argument(help="A .gguf file, a name of `quantbench models`, or `starter`.")
    ],
    *,
    prompt: Annotated[
        str | None, typer.Option(help="The question; - reads it. Without it: a conversation.")
    ] = None,
    system: Annotated[str | None, typer.Option(help="The system prompt.")] = None,
    max_tokens: Annotated[
        int | None, typer.Option(min=1, help="The longest reply. Default: what the context holds.")
    ] = None,
    temperature: Annotated[
        float | None, typer.Option(min=0.0, help="0 takes the likeliest token each time.")
    ] = None,
    seed: Annotated[
        int | None,
        typer.Option(min=0, max=2**32 - 1, help="The same seed gives the same reply."),
    ] = None,
    context: Annotated[
        int | None, typer.Option(min=1, help="Tokens that the chat may hold.")
    ] = None,
    kv_type: Annotated[KvType, typer.Option(help="How the KV cache is stored.")] = "f16",
    schema: Annotated[
        Path | None, typer.Option(help="A file with a JSON schema that the reply must follow.")
    ] = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Chat with a model in the terminal."""
    options = ChatOptions(
        model=model,
        prompt=prompt,
        system=system,
        max_tokens=max_tokens,
        temperature=temperature,
        seed=seed,
        context_tokens=context,
        kv_type=kv_type,
        schema=schema,
        as_json=as_json,
    )

    async def work(services: Services, terminal: Terminal) -> int:
        return await chat(services, terminal, options)

    return _with_services(work, quiet=quiet)


@program.command(name="doctor")
def doctor_command(*, as_json: AsJson = False, quiet: Quiet = False) -> int:
    """Tell what this machine has, which device is chosen and why."""

    async def work(services: Services, terminal: Terminal) -> int:
        return await doctor(services, terminal, as_json=as_json)

    return _with_services(work, quiet=quiet)


@program.command(name="models")
def models_command(*, as_json: AsJson = False, quiet: Quiet = False) -> int:
    """List the models on this computer."""

    async def work(services: Services, terminal: Terminal) -> int:
        return await models(services, terminal, as_json=as_json)

    return _with_services(work, quiet=quiet)
