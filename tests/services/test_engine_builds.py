"""Builds of the engine: real wheels, real workers, and builds that are broken on purpose."""

from __future__ import annotations

import asyncio
import hashlib
import os
import zipfile
from pathlib import Path

import psutil
import pytest

from app.domain.engine import ChatMessage, GenerationRequest
from app.domain.engine_build import (
    BUNDLED,
    BuildSource,
    SourceCode,
    WheelFile,
    WheelIndex,
)
from app.domain.errors import EngineDiedError, EngineError, OfflineError, UsageError
from app.domain.load_options import LoadOptions, LoadPlan
from app.domain.model import LocalModel
from app.services.chosen_engine import ChosenEngine
from app.services.engine_builds import EngineBuilds
from app.services.network import Network
from app.services.settings_store import SettingsStore
from app.services.wheels import choose
from backends.local import LocalEngine
from tests.fakes.engine_wheels import (
    VERSION,
    Spoil,
    asking_for,
    crashing,
    cut_library,
    make_source,
    make_wheel,
    refusing,
    wheel_name,
)
from tests.fakes.model_server import Behaviour, Request, replies, running
from tests.fakes.processes import end_soon


@pytest.fixture(scope="session")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_wheel(tmp_path_factory.mktemp("wheels"))


@pytest.fixture
def builds(tmp_path: Path, starter_path: Path) -> EngineBuilds:
    return builds_in(tmp_path, starter_path)


def builds_in(folder: Path, *models: Path) -> EngineBuilds:
    """Builds below a folder, checked with the given models."""

    async def found() -> list[LocalModel]:
        return [
            LocalModel(
                name="starter", path=os.fsencode(path), format="gguf", source="file", size_bytes=1
            )
            for path in models
        ]

    network = Network(offline=False)
    return EngineBuilds(folder / "engines", folder / "run", None, network, found)


async def install(
    builds: EngineBuilds, source: Path | BuildSource, name: str = "other"
) -> list[str]:
    log: list[str] = []
    wanted = WheelFile(os.fsencode(source)) if isinstance(source, Path) else source
    await builds.install(name, wanted, log.append)
    return log


def left_in(builds: EngineBuilds) -> list[Path]:
    return list(builds._folder.iterdir()) if builds._folder.exists() else []


def small_plan(model: Path) -> LoadPlan:
    options = LoadOptions(context_tokens=256)
    return LoadPlan(name="starter", path=os.fsencode(model), options=options)


async def test_wheel_is_installed_checked_and_used_by_the_worker_alone(
    builds: EngineBuilds, wheel: Path, starter_path: Path, tmp_path: Path
) -> None:
    log = await install(builds, wheel)
    assert log[-1] == "other is installed and works."
    bundled, other = builds.installed()
    assert (bundled.name, other.name) == (BUNDLED, "other")
    assert (other.version, other.origin, other.made_from) == (VERSION, "wheel", wheel.name)
    versions = []
    for name in (BUNDLED, "other"):
        engine = LocalEngine("llama_cpp", tmp_path / "run", None, builds.python_path(name))
        session = await engine.load(small_plan(starter_path), lambda _: None)
        request = GenerationRequest(messages=(ChatMessage("user", "Hi"),), max_tokens=2)
        assert [event async for event in session.generate(request)]
        await session.close()
        versions.append(session.info.engine_version)
    assert versions == [bundled.version, VERSION]


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (cut_library, "crashes on this computer"),
        (crashing, "crashes on this computer"),
        (refusing, "does not work and was not kept.*library does not load: no such symbol"),
        (asking_for("libcudart.so.99"), r"libcudart\.so\.99: install NVIDIA's CUDA runtime"),
    ],
)
async def test_broken_build_is_not_offered(
    builds: EngineBuilds, tmp_path: Path, spoil: Spoil, reason: str
) -> None:
    broken = make_wheel(tmp_path / "wheels", spoil)
    with pytest.raises(EngineError, match=reason):
        await install(builds, broken)
    assert not left_in(builds)
    assert [build.name for build in builds.installed()] == [BUNDLED]


def zip_of(path: Path, *names: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name in names:
            archive.writestr(name, "x")
    return path


async def test_what_is_no_wheel_of_the_engine_is_refused(
    builds: EngineBuilds, tmp_path: Path
) -> None:
    text = tmp_path / "a.whl"
    text.write_text("no zip")
    cases = [
        (text, "not a wheel"),
        (zip_of(tmp_path / "b.whl", "other/x.py"), "no llama_cpp package"),
        (zip_of(tmp_path / "c.whl", "../../evil.py"), "write outside"),
        (zip_of(tmp_path / "d.whl", "/etc/evil.py"), "write outside"),
        (zip_of(tmp_path / "e.whl", "C:\\evil.py"), "write outside"),
    ]
    for path, reason in cases:
        with pytest.raises(UsageError, match=reason):
            await install(builds, path)
    with pytest.raises(UsageError, match=r"There is no file .*nothing\.whl"):
        await install(builds, tmp_path / "nothing.whl")
    assert not left_in(builds)
    assert not list(tmp_path.rglob("evil.py"))


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", BUNDLED, "x" * 61])
async def test_name_that_cannot_be_a_folder_is_refused(
    builds: EngineBuilds, wheel: Path, name: str
) -> None:
    with pytest.raises(UsageError):
        await install(builds, wheel, name)
    assert not left_in(builds)


@pytest.mark.long
async def test_build_is_removed_and_can_be_installed_again(
    builds: EngineBuilds, wheel: Path
) -> None:
    await install(builds, wheel)
    with pytest.raises(UsageError, match="already"):
        await install(builds, wheel)
    await builds.remove("other")
    assert not left_in(builds)
    with pytest.raises(UsageError, match="no build called other"):
        builds.python_path("other")
    with pytest.raises(UsageError, match="stays"):
        await builds.remove(BUNDLED)


async def test_build_is_not_offered_without_a_model_to_check_it(
    tmp_path: Path, wheel: Path
) -> None:
    builds = builds_in(tmp_path)
    with pytest.raises(UsageError, match="Download a GGUF model first"):
        await install(builds, wheel)
    assert not left_in(builds)


# --- from source ----------------------------------------------------------------------------


@pytest.mark.long
async def test_source_is_built_with_its_options_and_a_live_log(
    builds: EngineBuilds, tmp_path: Path, wheel: Path
) -> None:
    step = "print('[3/9] /usr/bin/g++ -O3 -MF a/b.o.d -o a/b.cpp.o -c b.cpp', flush=True)"
    source = make_source(tmp_path / "source", wheel, step)
    log = await install(builds, SourceCode(str(source), "-DGGML_AVX2=OFF"))
    assert "[3/9] b.cpp.o" in log
    assert any("compiling with -DGGML_AVX2=OFF" in line for line in log)
    assert builds.installed()[-1].made_from == "-DGGML_AVX2=OFF"


async def test_nothing_is_asked_of_an_index_while_offline(
    builds: EngineBuilds, tmp_path: Path, wheel: Path
) -> None:
    builds._network.offline = True
    with pytest.raises(OfflineError, match="Switch offline mode off"):
        await install(builds, SourceCode("llama-cpp-python"))
    assert not left_in(builds)
    await install(builds, SourceCode(str(make_source(tmp_path / "source", wheel))))


async def test_failed_build_tells_why(builds: EngineBuilds, tmp_path: Path, wheel: Path) -> None:
    action = "sys.exit('error: no C++ compiler was found')"
    source = make_source(tmp_path / "source", wheel, action)
    with pytest.raises(EngineError, match=r"build failed.*no C\+\+ compiler was found"):
        await install(builds, SourceCode(str(source)))
    assert not left_in(builds)


async def test_cancelled_build_ends_the_compiler_and_leaves_nothing(
    builds: EngineBuilds, tmp_path: Path, wheel: Path
) -> None:
    source = make_source(tmp_path / "source", wheel, "import threading; threading.Event().wait()")
    compiling = asyncio.Event()

    def hear(line: str) -> None:
        if "compiling" in line:
            compiling.set()

    task = asyncio.create_task(builds.install("other", SourceCode(str(source)), hear))
    await compiling.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not left_in(builds)
    assert end_soon(*psutil.Process().children(recursive=True))


# --- from an index --------------------------------------------------------------------------


def page(*links: str) -> Behaviour:
    async def answer(request: Request) -> None:
        await request.head(200, "text/html")
        await request.send("".join(f'<a href="{link}">x</a>' for link in links).encode())

    return answer


def file(path: Path) -> Behaviour:
    async def answer(request: Request) -> None:
        data = path.read_bytes()
        await request.head(200, "application/octet-stream", content_length=str(len(data)))
        await request.send(data)

    return answer


@pytest.mark.long
async def test_index_gives_the_wheel_that_fits(builds: EngineBuilds, wheel: Path) -> None:
    sha256 = hashlib.sha256(wheel.read_bytes()).hexdigest()
    links = (
        "llama_cpp_python-9.9.9-cp27-cp27m-win32.whl",
        f"{wheel_name('8.0.0')}",
        f"../../files/{wheel.name}#sha256={sha256}",
    )
    pages = {"whl/llama-cpp-python/": page(*links), f"files/{wheel.name}": file(wheel)}
    async with running(replies(), **pages) as server:
        log = await install(builds, WheelIndex(f"{server.address}/whl", VERSION))
    assert f"Downloading {wheel.name}" in log
    assert builds.installed()[-1].origin == "index"


async def test_wheel_with_another_checksum_is_thrown_away(
    builds: EngineBuilds, wheel: Path
) -> None:
    pages = {
        "whl/llama-cpp-python/": page(f"/files/{wheel.name}#sha256={'0' * 64}"),
        f"files/{wheel.name}": file(wheel),
    }
    async with running(replies(), **pages) as server:
        with pytest.raises(EngineError, match="checksum differs"):
            await install(builds, WheelIndex(f"{server.address}/whl", VERSION))
        with pytest.raises(EngineError, match="status 404"):
            await install(builds, WheelIndex(f"{server.address}/nothing", VERSION))
    with pytest.raises(EngineError, match="cannot be reached"):
        await install(builds, WheelIndex(f"{server.address}/whl", VERSION))
    assert not left_in(builds)


def test_newest_fitting_wheel_is_chosen() -> None:
    links = [wheel_name(version) for version in ("0.3.9", "0.3.36", "0.3.4")]
    text = "".join(f'<a data-x="1" href="{link}">x</a>' for link in [*links, "junk", "a-1.whl"])
    assert choose(text, "https://x/y/", None).version == "0.3.36"
    assert choose(text, "https://x/y/", "0.3.9").address == f"https://x/y/{wheel_name('0.3.9')}"
    cuda = wheel_name("0.3.36+cu124")
    assert choose(f'<a href="{cuda}">x</a>', "https://x/y/", "0.3.36").file_name == cuda
    with pytest.raises(EngineError, match=r"no build of version 7\.7.*0\.3\.36"):
        choose(text, "https://x/y/", "7.7")


# --- what happens when a build stops working ------------------------------------------------


async def test_build_that_stops_working_falls_back_with_a_sentence(
    builds: EngineBuilds, wheel: Path, tmp_path: Path, starter_path: Path
) -> None:
    await install(builds, wheel)
    settings = SettingsStore(tmp_path / "settings.toml")
    settings.load()
    await settings.update(model_builds={"starter": "other"})
    chosen = ChosenEngine(builds.engine, settings)
    whole = await chosen.load(small_plan(starter_path), lambda _: None)
    await whole.close()
    assert (whole.info.engine_version, whole.info.notice) == (VERSION, None)
    for library in (builds._folder / "other").rglob("libllama.so*"):
        library.write_bytes(library.read_bytes()[:1000])
    broken = await chosen.load(small_plan(starter_path), lambda _: None)
    await broken.close()
    assert broken.info.engine_version != VERSION
    assert "other of the engine does not work any more" in str(broken.info.notice)
    assert str(broken.info.notice).endswith("It crashed.")
    with pytest.raises(EngineDiedError, match="build crashes on this computer"):
        await builds.check(builds.python_path("other"))
    await builds.remove("other")
    gone = await chosen.load(small_plan(starter_path), lambda _: None)
    await gone.close()
    assert "no build called other" in str(gone.info.notice)
