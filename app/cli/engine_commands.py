"""`quantbench engines`: builds of llama.cpp, installed, checked, chosen, removed."""

from __future__ import annotations

import os

import msgspec
import typer

from app.bootstrap import Services
from app.cli.options import (
    AsJson,
    BuildName,
    CmakeArgs,
    ForModel,
    Index,
    NewBuildName,
    Quiet,
    Source,
    Version,
    Wheel,
)
from app.cli.running import with_services
from app.cli.terminal import Terminal, cell, plain_table
from app.domain.engine_build import (
    BUNDLED,
    BuildProposal,
    BuildSource,
    EngineBuild,
    SourceCode,
    WheelFile,
    WheelIndex,
    offers,
    origin_text,
)
from app.domain.errors import UsageError
from app.domain.settings import Settings
from app.services.engine_host import Machine

engines = typer.Typer(
    help="List the builds of llama.cpp; install, use, check, remove.",
    rich_markup_mode=None,
    invoke_without_command=True,
)


def builds_report(services: Services) -> list[dict[str, object]]:
    """The builds as JSON, with the models that each is chosen for."""
    return [_report(services, build) for build in services.builds.installed()]


def _report(services: Services, build: EngineBuild) -> dict[str, object]:
    settings = services.settings.current
    return {
        **msgspec.to_builtins(build),
        "chosen": build.name == settings.engine_build,
        "models": models_of(settings, build.name),
    }


def state_of(build: EngineBuild, settings: Settings, machine: Machine) -> str:
    """Whether a build is used; one that was chosen and does not load any more is "broken"."""
    chosen = settings.engine_build
    used = chosen if machine.python_path else BUNDLED
    if build.name == used:
        return "used"
    return "broken" if build.name == chosen else ""


def models_of(settings: Settings, build: str) -> list[str]:
    """The models that have this build for themselves."""
    return [model for model, chosen in settings.model_builds.items() if chosen == build]


def install_command_of(proposal: BuildProposal) -> str:
    """The command that installs what is proposed."""
    if proposal.index is not None:
        return f"quantbench engines install {proposal.name} --index {proposal.index.address}"
    return (
        f"quantbench engines install {proposal.name} --source {proposal.source.requirement} "
        f"--cmake-args={proposal.source.cmake_args}"
    )


@engines.callback()
def list_command(
    context: typer.Context, *, as_json: AsJson = False, quiet: Quiet = False
) -> int | None:
    """List the builds, which one is used, and those that would use a card which is not used."""
    if context.invoked_subcommand is not None:
        return None

    async def work(services: Services, terminal: Terminal) -> int:
        machine = await services.host.machine()
        proposals = offers(machine.gpus, machine.status, machine.choice)
        if as_json:
            proposed = [msgspec.to_builtins(each) for each in proposals]
            terminal.answer_json({"builds": builds_report(services), "proposals": proposed})
            return 0
        settings = services.settings.current
        table = plain_table("", "NAME", "BUILD", "FOR THESE MODELS")
        for build in services.builds.installed():
            models = ", ".join(models_of(settings, build.name))
            state = state_of(build, settings, machine)
            table.add_row(state, cell(build.name), cell(origin_text(build)), cell(models))
        terminal.answer_table(table)
        terminal.answer_line(machine.choice.reason)
        for proposal in proposals:
            terminal.answer_line(f"{proposal.reason} {install_command_of(proposal)}")
        return 0

    return with_services(work, quiet=quiet)


@engines.command(name="install")
def install_command(
    name: NewBuildName,
    *,
    wheel: Wheel = None,
    index: Index = None,
    version: Version = None,
    source: Source = None,
    cmake_args: CmakeArgs = "",
    as_json: AsJson = False,
    quiet: Quiet = False,
) -> int:
    """Install a build of a wheel, an index or source, and check it."""
    given: list[BuildSource] = []
    if wheel is not None:
        given.append(WheelFile(os.fsencode(wheel)))
    if index is not None:
        given.append(WheelIndex(index, version))
    if source is not None:
        given.append(SourceCode(source, cmake_args))
    if len(given) != 1:
        raise UsageError("Give one of --wheel, --index and --source.")
    if (version is not None and index is None) or (cmake_args and source is None):
        raise UsageError("`--version` goes with `--index`, and `--cmake-args` with `--source`.")

    async def work(services: Services, terminal: Terminal) -> int:
        build = await services.builds.install(name, given[0], terminal.note)
        terminal.note(f"`quantbench engines use {name}` has models loaded with it.")
        if as_json:
            terminal.answer_json(_report(services, build))
        return 0

    return with_services(work, quiet=quiet)


@engines.command(name="use")
def use_command(
    name: BuildName, *, model: ForModel = None, as_json: AsJson = False, quiet: Quiet = False
) -> int:
    """Load all models with a build, or one model."""

    async def work(services: Services, terminal: Terminal) -> int:
        known = None if model is None else (await services.library.find(model)).name
        await services.build_choice.choose(name, known)
        terminal.note(f"{known or 'All models'}: loaded with the build “{name}” from now on.")
        if as_json:
            terminal.answer_json({"name": name, "model": known})
        return 0

    return with_services(work, quiet=quiet)


@engines.command(name="check")
def check_command(name: BuildName, *, as_json: AsJson = False, quiet: Quiet = False) -> int:
    """Load a model with a build and decode a few tokens."""

    async def work(services: Services, terminal: Terminal) -> int:
        await services.builds.check(services.builds.python_path(name))
        if as_json:
            terminal.answer_json({"name": name, "usable": True})
        else:
            terminal.answer_line(f"The build “{name}” loads a model and decodes: it works here.")
        return 0

    return with_services(work, quiet=quiet)


@engines.command(name="remove")
def remove_command(name: BuildName, *, as_json: AsJson = False, quiet: Quiet = False) -> int:
    """Delete a build; what used it goes back to the bundled one."""

    async def work(services: Services, terminal: Terminal) -> int:
        await services.build_choice.remove(name)
        terminal.note(f"The build “{name}” was removed.")
        if as_json:
            terminal.answer_json({"name": name})
        return 0

    return with_services(work, quiet=quiet)
