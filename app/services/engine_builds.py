"""Builds of llama.cpp side by side: installed, checked by a real decode, chosen, removed."""

from __future__ import annotations

import asyncio
import hashlib
import importlib.metadata
import os
import shutil
import tempfile
import threading
from collections.abc import Awaitable, Callable, Sequence
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from app.domain.engine import ChatMessage, Finished, GenerationRequest, Sampling
from app.domain.engine_build import (
    BUNDLED,
    DISTRIBUTION,
    BuildSource,
    EngineBuild,
    SourceCode,
    WheelFile,
    WheelIndex,
    check_name,
    missing_library,
)
from app.domain.errors import EngineDiedError, EngineError, UsageError
from app.domain.load_options import LoadOptions, LoadPlan
from app.domain.model import LocalModel
from app.domain.os_causes import cause_of
from app.domain.units import file_text
from app.domain.words import marked, said, sentence
from app.services import source_build, wheels
from backends.local import LocalEngine

if TYPE_CHECKING:
    import httpx2

    from app.services.network import Network

_RECORD = "quantbench-build.json"
_CHECK_TOKENS = 4
_CRASH_CAUSES = sentence("It may be made for another processor or driver, or be damaged.")
OnLine = Callable[[str], None]


class EngineBuilds:
    """The builds in one folder, each in a folder of its own name."""

    def __init__(
        self,
        folder: Path,
        run_folder: Path,
        log_path: Path | None,
        network: Network,
        models: Callable[[], Awaitable[Sequence[LocalModel]]],
    ) -> None:
        """`models`: those on this computer, the smallest of which a new build is checked with."""
        self._folder = folder
        self._run_folder = run_folder
        self._log_path = log_path
        self._network = network
        self._models = models

    def installed(self) -> tuple[EngineBuild, ...]:
        """All builds, the bundled one first if there is one; reads the disk."""
        found = [bundled] if (bundled := _bundled()) is not None else []
        for record in sorted(self._folder.glob(f"*/{_RECORD}")):
            if record.parent.name.startswith("."):
                continue
            try:
                build = msgspec.json.decode(record.read_bytes(), type=EngineBuild)
            except (OSError, ValueError):
                continue  # half written or damaged: as good as not there
            found.append(msgspec.structs.replace(build, name=record.parent.name))
        return tuple(found)

    def python_path(self, name: str) -> tuple[str, ...]:
        """What the worker imports from first for this build. Raises `UsageError`."""
        if name == BUNDLED:
            return ()
        check_name(name)
        if not (self._folder / name / _RECORD).is_file():
            raise UsageError(
                "There is no build called {name}. `quantbench engines` lists them.", name=name
            )
        return (str(self._folder / name),)

    def engine(self, name: str) -> LocalEngine:
        """The engine with this build. Raises `UsageError` if there is none of that name."""
        path = self.python_path(name)
        return LocalEngine("llama_cpp", self._run_folder, self._log_path, path)

    async def install(self, name: str, source: BuildSource, on_line: OnLine) -> EngineBuild:
        """Install a build and check it. Nothing is left of one that fails or is cancelled.

        `on_line` gets the log on the event loop. Raises `AppError`.
        """
        check_name(name)
        if (self._folder / name).exists():
            raise UsageError("There is a build called {name} already. Remove it first.", name=name)
        await asyncio.to_thread(self._folder.mkdir, parents=True, exist_ok=True)
        partial = Path(tempfile.mkdtemp(prefix=f".{name}-", dir=self._folder))
        try:
            await self._fetch(source, partial, on_line)
            build = _described(name, source, wheels.version_in(partial))
            on_line(said("Checking the build with a real model..."))
            await self._check_new(partial)
            (partial / _RECORD).write_bytes(msgspec.json.encode(build))
            partial.rename(self._folder / name)
        except OSError as error:
            raise EngineError(
                "The build cannot be stored: {cause}.", cause=cause_of(error)
            ) from error
        finally:
            await asyncio.to_thread(shutil.rmtree, partial, ignore_errors=True)
        on_line(said("{name} is installed and works.").format(name=name))
        return build

    async def check(self, python_path: tuple[str, ...]) -> None:
        """Load a model with a build and decode a few tokens. Raises `AppError` if it cannot."""
        models = [one for one in await self._models() if _can_check(one)]
        if not models:
            raise UsageError(
                "A build is checked with a real model before it is offered, and there is none "
                "here. Download a GGUF model first."
            )
        options = LoadOptions(context_tokens=256, self_check=True)
        engine = LocalEngine("llama_cpp", self._run_folder, self._log_path, python_path)
        model = min(models, key=lambda one: one.size_bytes)
        plan = LoadPlan(name=model.name, path=model.path, options=options)
        try:
            await self._decode(engine, plan)
        except EngineDiedError as error:
            # Of a model that other builds load, the build is to blame.
            raise EngineDiedError(
                "The build crashes on this computer. {crash_causes}", crash_causes=_CRASH_CAUSES
            ) from error

    async def _decode(self, engine: LocalEngine, plan: LoadPlan) -> None:
        session = await engine.load(plan, lambda _: None)
        request = GenerationRequest(
            messages=(ChatMessage("user", "Hello"),),
            sampling=Sampling(temperature=0.0),
            max_tokens=_CHECK_TOKENS,
        )
        try:
            async with aclosing(session.generate(request)) as events:
                async for event in events:
                    if isinstance(event, Finished) and not event.timings.completion_tokens:
                        raise EngineError("The build loads a model and decodes nothing.")
        finally:
            await session.close()

    async def _check_new(self, folder: Path) -> None:
        try:
            await self.check((str(folder),))
        except EngineDiedError as error:
            raise EngineError(
                "The build crashes on this computer, so it was not kept. {crash_causes}",
                crash_causes=_CRASH_CAUSES,
            ) from error
        except EngineError as error:
            advice = missing_library(str(error)) or error
            raise EngineError(
                "The build does not work and was not kept. {advice}", advice=advice
            ) from error

    async def remove(self, name: str) -> None:
        """Delete a build. Raises `UsageError` and `EngineError`."""
        (path,) = self.python_path(name) or (None,)
        if path is None:
            raise UsageError("The bundled build belongs to the program and stays.")
        # Renamed first, so that a half deleted build is never offered.
        gone = Path(tempfile.mkdtemp(prefix=".gone-", dir=self._folder))
        try:
            await asyncio.to_thread(Path(path).rename, gone / name)
        except OSError as error:
            raise EngineError(
                "{name} cannot be removed: {cause}.", name=name, cause=cause_of(error)
            ) from error
        finally:
            await asyncio.to_thread(shutil.rmtree, gone, ignore_errors=True)

    async def _fetch(self, source: BuildSource, folder: Path, on_line: OnLine) -> None:
        if isinstance(source, SourceCode):
            if not Path(source.requirement).exists():
                self._network.require_online(sentence("the package index"))
            await source_build.build(source, folder, on_line, offline=self._network.offline)
        elif isinstance(source, WheelFile):
            await _unpack(Path(os.fsdecode(source.path)), folder, on_line)
        else:
            with tempfile.TemporaryDirectory(dir=self._folder, prefix=".wheel-") as place:
                wheel = await self._download(source, Path(place), on_line)
                await _unpack(wheel, folder, on_line)

    async def _download(self, index: WheelIndex, place: Path, on_line: OnLine) -> Path:
        import httpx2

        bundled = _bundled()
        version = index.version or (bundled.version if bundled else None)
        address = f"{index.address.rstrip('/')}/{DISTRIBUTION}/"
        client = self._network.async_client(marked("engine build"))
        async with client:
            try:
                page = await client.get(address, follow_redirects=True)
                page.raise_for_status()
                link = wheels.choose(page.text, str(page.url), version)
                on_line(said("Downloading {name}").format(name=link.file_name))
                async with client.stream("GET", link.address, follow_redirects=True) as answer:
                    answer.raise_for_status()
                    return await _save(answer, place / link.file_name, link.sha256, on_line)
            except httpx2.HTTPStatusError as error:
                raise EngineError(
                    "The index answers with status {status} for {url}. Check its address.",
                    status=error.response.status_code,
                    url=str(error.request.url),
                ) from error
            except httpx2.HTTPError as error:
                raise EngineError(
                    "The index cannot be reached: {error}.",
                    error=str(error) or type(error).__name__,
                ) from error


async def _save(answer: httpx2.Response, target: Path, sha256: str | None, on_line: OnLine) -> Path:
    whole, done, told = int(answer.headers.get("content-length", 0)), 0, 0
    digest = hashlib.sha256()
    with target.open("wb") as sink:
        async for block in answer.aiter_bytes():
            digest.update(block)
            await asyncio.to_thread(sink.write, block)
            done += len(block)
            if whole and done * 20 // whole > told:
                told = done * 20 // whole
                words = said("{done} of {whole}")
                on_line(words.format(done=file_text(done), whole=file_text(whole)))
    if sha256 is not None and digest.hexdigest() != sha256:
        raise EngineError(
            "{name} is not the file that the index promised (its checksum differs), so it was "
            "thrown away. Try again.",
            name=target.name,
        )
    return target


async def _unpack(wheel: Path, folder: Path, on_line: OnLine) -> None:
    on_line(said("Unpacking {name}").format(name=wheel.name))
    stop = threading.Event()

    def check() -> None:
        if stop.is_set():
            raise EngineError("Stopped.")

    unpacking = asyncio.ensure_future(asyncio.to_thread(wheels.unpack, wheel, folder, check))
    try:
        await asyncio.shield(unpacking)
    except asyncio.CancelledError:
        stop.set()
        await asyncio.wait([unpacking])
        if not unpacking.cancelled():
            unpacking.exception()  # that it stopped is no news
        raise


def _can_check(model: LocalModel) -> bool:
    return model.format == "gguf" and model.problem is None


def _bundled() -> EngineBuild | None:
    try:
        version = importlib.metadata.version(DISTRIBUTION)
    except importlib.metadata.PackageNotFoundError:
        return None
    return EngineBuild(name=BUNDLED, version=version, origin="bundled", made_from="")


def _described(name: str, source: BuildSource, version: str) -> EngineBuild:
    if isinstance(source, WheelFile):
        file = os.fsdecode(source.path).rpartition(os.sep)[2]
        return EngineBuild(name=name, version=version, origin="wheel", made_from=file)
    if isinstance(source, WheelIndex):
        return EngineBuild(name=name, version=version, origin="index", made_from=source.address)
    flags = source.cmake_args
    return EngineBuild(name=name, version=version, origin="source", made_from=flags)
