"""`quantbench servers`: servers with models, added, listed, tested, removed."""

from __future__ import annotations

import getpass
import sys

import msgspec
import typer

from app.bootstrap import Services
from app.cli.options import (
    AsJson,
    KeyFromInput,
    NamedServer,
    NewServerName,
    Quiet,
    ServerAddress,
    ServerName,
)
from app.cli.running import with_services
from app.cli.terminal import Terminal, cell, plain_table
from app.domain.errors import AppError
from app.domain.remote import KIND_NAMES, RemoteServer, ServerReport
from app.domain.units import duration_text

servers = typer.Typer(
    help="List the servers with models; add, test and remove them.",
    rich_markup_mode=None,
    invoke_without_command=True,
)


@servers.callback()
def list_servers(
    context: typer.Context, *, as_json: AsJson = False, quiet: Quiet = False
) -> int | None:
    """List the servers that are set up. None is asked anything."""
    if context.invoked_subcommand is not None:
        return None

    async def work(services: Services, terminal: Terminal) -> int:
        found = services.servers.all()
        if as_json:
            terminal.answer_json({"servers": [msgspec.to_builtins(server) for server in found]})
        elif not found:
            terminal.note("No server is set up. Add one: `quantbench servers add NAME ADDRESS`.")
        else:
            table = plain_table("NAME", "ADDRESS", "MODELS")
            for server in found:
                models = ", ".join(server.models) or "not asked yet"
                table.add_row(cell(server.name), cell(server.address), cell(models))
            terminal.answer_table(table)
        return 0

    return with_services(work, quiet=quiet)


@servers.command(name="add")
def add_server(
    name: NewServerName,
    address: ServerAddress,
    *,
    key: KeyFromInput = False,
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Keep a server under a name, and test it."""

    async def work(services: Services, terminal: Terminal) -> int:
        secret = _read_key(terminal) if key else None
        entered = RemoteServer(name=name, address=address)
        server = await services.servers.save(entered, secret)
        terminal.note(f"{server.name} is kept with the address {server.address}.")
        try:
            report = await services.servers.test(server)
        except AppError as error:
            # It may be down for the moment; the command has done what was asked.
            terminal.failure(str(error))
            if as_json:
                terminal.answer_json({"name": server.name, "error": str(error)})
            return 0
        _tell(terminal, server.name, report, as_json=as_json)
        return 0

    return with_services(work, quiet=quiet)


@servers.command(name="test")
def ask_server(name: NamedServer, *, as_json: AsJson = False, quiet: Quiet = False) -> int:
    """Ask a server for its models, or learn what is wrong."""

    async def work(services: Services, terminal: Terminal) -> int:
        server = services.servers.named_or_at(name)
        _tell(terminal, server.name, await services.servers.test(server), as_json=as_json)
        return 0

    return with_services(work, quiet=quiet)


@servers.command(name="remove")
def remove_server(name: ServerName, *, as_json: AsJson = False, quiet: Quiet = False) -> int:
    """Forget a server and its key."""

    async def work(services: Services, terminal: Terminal) -> int:
        await services.servers.remove(name)
        terminal.note(f"{name} and its key are forgotten.")
        if as_json:
            terminal.answer_json({"name": name})
        return 0

    return with_services(work, quiet=quiet)


def _read_key(terminal: Terminal) -> str:
    """A key never stands in the arguments, which every program on this computer can read."""
    if not sys.stdin.isatty():
        return sys.stdin.readline().strip()
    terminal.note("The key is not shown while you type it.")
    return getpass.getpass("Key: ")


def _tell(terminal: Terminal, name: str, report: ServerReport, *, as_json: bool) -> None:
    if as_json:
        found = msgspec.to_builtins(report)
        terminal.answer_json({"name": name, **found, "error": None})
        return
    after = duration_text(report.round_trip_ms)
    terminal.answer_line(f"{name} answers after {after}: {KIND_NAMES[report.kind]}, with")
    for model in report.models:
        terminal.answer_line(f"  {model.id}")
