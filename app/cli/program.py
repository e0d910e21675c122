"""The commands and their options, read from the arguments and run to an exit status."""

from __future__ import annotations

import os
import sys
from typing import Annotated, Any, cast

import typer

import app
from app.bootstrap import Services
from app.cli.chat import ChatOptions, chat, prompt_text, schema_text
from app.cli.doctor import doctor
from app.cli.engine_commands import engines
from app.cli.estimate import EstimateOptions, estimate
from app.cli.hub import files, search
from app.cli.models import models
from app.cli.options import (
    AsJson,
    BesideDraft,
    BesideVision,
    ChatModel,
    Context,
    Draft,
    Elsewhere,
    EstimatedModel,
    EstimateTier,
    FlashAttentionMode,
    FormatName,
    GpuLayers,
    KvTypeName,
    Limit,
    Lookup,
    MaxTokens,
    MicroBatch,
    ModelName,
    Parallel,
    Prompt,
    PullReference,
    Quiet,
    Remote,
    Repository,
    Schema,
    SearchText,
    Seed,
    ServerGpus,
    ServerNodes,
    SortName,
    System,
    Temperature,
)
from app.cli.pull import pull
from app.cli.remove import remove
from app.cli.running import with_services
from app.cli.server_commands import servers
from app.cli.terminal import Terminal
from app.domain.errors import AppError, GatedError, UsageError
from app.domain.hub import SearchQuery

DONE, FAILED, WRONG_USAGE = 0, 1, 2
# What typer makes of Ctrl+C.
_INTERRUPTED = 130

program = typer.Typer(
    name="quantbench",
    help="Run language models on this computer. Without a command: open the window.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)
program.add_typer(engines, name="engines")
program.add_typer(servers, name="servers")


def run(arguments: list[str]) -> int:
    """Run one command; the exit status. Failures are told in one sentence on standard error.

    Raises `KeyboardInterrupt`.
    """
    for stream in (sys.stdout, sys.stderr):
        cast("Any", stream).reconfigure(errors="replace")
    try:
        return _run(arguments)
    except UsageError as error:
        Terminal().failure(str(error))
        return WRONG_USAGE
    except GatedError as error:
        Terminal().failure(f"{error} Commands take the token from HF_TOKEN, too.")
        return FAILED
    except AppError as error:
        Terminal().failure(str(error))
        return FAILED
    except BrokenPipeError:  # whoever read the answer has left
        _write_no_more()
        return FAILED
    except OSError as error:
        if error.filename is not None:  # files are the matter of who opens them
            raise
        _write_no_more()
        Terminal().failure(f"The answer cannot be written: {error.strerror}.")
        return FAILED


def _write_no_more() -> None:
    """What is left of the answer goes nowhere, also at exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: list[str]) -> int:
    command = typer.main.get_command(program)
    try:
        status = command.main(args=arguments, prog_name="quantbench", standalone_mode=False)
        if status == _INTERRUPTED:
            raise KeyboardInterrupt
        sys.stdout.flush()
    except typer.TyperException as error:
        context = getattr(error, "ctx", None)
        path = "quantbench" if context is None else context.command_path
        sentence = error.format_message().rstrip(".").replace("Value error, ", "")
        raise UsageError(f"{sentence}. `{path} --help` explains the usage.") from error
    return int(status or DONE)


@program.callback(invoke_without_command=True)
def main(
    *,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Run language models on this computer. Without a command: open the window."""
    if version:
        sys.stdout.write(f"quantbench {app.__version__}\n")
        raise typer.Exit(DONE)


@program.command(name="chat")
def chat_command(
    model: ChatModel = None,
    *,
    remote: Remote = None,
    prompt: Prompt = None,
    system: System = None,
    max_tokens: MaxTokens = None,
    temperature: Temperature = None,
    seed: Seed = None,
    context: Context = None,
    kv_type: KvTypeName = "f16",
    draft: Draft = None,
    lookup: Lookup = False,
    schema: Schema = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Chat with a model in the terminal."""
    options = ChatOptions(
        model=model,
        remote=remote,
        prompt=prompt_text(prompt),
        system=system,
        max_tokens=max_tokens,
        temperature=temperature,
        seed=seed,
        context_tokens=context,
        kv_type=kv_type,
        draft=draft,
        lookup=lookup,
        schema=schema_text(schema),
        as_json=as_json,
    )

    async def work(services: Services, terminal: Terminal) -> int:
        return await chat(services, terminal, options)

    return with_services(work, quiet=quiet)


@program.command(name="doctor")
def doctor_command(*, as_json: AsJson = False, quiet: Quiet = False) -> int:
    """Tell what this machine has, which device is chosen and why."""

    async def work(services: Services, terminal: Terminal) -> int:
        return await doctor(services, terminal, as_json=as_json)

    return with_services(work, quiet=quiet)


@program.command(name="models")
def models_command(*, as_json: AsJson = False, quiet: Quiet = False) -> int:
    """List the models on this computer."""

    async def work(services: Services, terminal: Terminal) -> int:
        return await models(services, terminal, as_json=as_json)

    return with_services(work, quiet=quiet)


@program.command(name="search")
def search_command(
    query: SearchText,
    *,
    format_name: FormatName = None,
    sort: SortName = "downloads",
    limit: Limit = 20,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Search the hub for models that this program can run."""

    asked = SearchQuery(text=query, format=format_name, limit=limit, sort=sort)

    async def work(services: Services, terminal: Terminal) -> int:
        return await search(services, terminal, asked, as_json=as_json)

    return with_services(work, quiet=quiet)


@program.command(name="files")
def files_command(
    repository: Repository,
    *,
    context: Context = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """List a repository's quantizations: size, memory, fit."""

    async def work(services: Services, terminal: Terminal) -> int:
        return await files(services, terminal, repository, context, as_json=as_json)

    return with_services(work, quiet=quiet)


@program.command(name="pull")
def pull_command(reference: PullReference, *, as_json: AsJson = False, quiet: Quiet = False) -> int:
    """Download a model, or go on with one that was interrupted."""

    async def work(services: Services, terminal: Terminal) -> int:
        return await pull(services, terminal, reference, as_json=as_json)

    return with_services(work, quiet=quiet)


@program.command(name="remove")
def remove_command(model: ModelName, *, as_json: AsJson = False, quiet: Quiet = False) -> int:
    """Move a model to the trash."""

    async def work(services: Services, terminal: Terminal) -> int:
        return await remove(services, terminal, model, as_json=as_json)

    return with_services(work, quiet=quiet)


@program.command(name="estimate")
def estimate_command(
    model: EstimatedModel,
    *,
    context: Context = None,
    kv_type: KvTypeName = "f16",
    gpu_layers: GpuLayers = "auto",
    parallel: Parallel = None,
    flash_attention: FlashAttentionMode = "auto",
    ubatch: MicroBatch = 512,
    tier: EstimateTier = "dry-run",
    gpus: ServerGpus = None,
    nodes: ServerNodes = 1,
    draft: BesideDraft = None,
    vision: BesideVision = None,
    elsewhere: Elsewhere = None,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Tell what a model takes in memory, before it is loaded."""
    options = EstimateOptions(
        model=model,
        context_tokens=context,
        kv_type=kv_type,
        gpu_layers=gpu_layers,
        parallel=parallel,
        flash_attention=flash_attention,
        micro_batch_tokens=ubatch,
        tier="formula" if tier == "formula" else "dry_run",
        gpus=gpus,
        nodes=nodes,
        draft=draft,
        vision=vision,
        elsewhere=elsewhere,
    )

    async def work(services: Services, terminal: Terminal) -> int:
        return await estimate(services, terminal, options, as_json=as_json)

    return with_services(work, quiet=quiet)
