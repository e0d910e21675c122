"""Real services for the window, with the scripted engine and a library that lists given models."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

from app.domain.errors import AppError, ModelFileError
from app.domain.hardware import BackendChoice, Device, EngineStatus
from app.domain.load_options import LoadOptions
from app.domain.model import LocalModel
from app.services.access_token import AccessToken
from app.services.attachments import Attachments
from app.services.build_choice import BuildChoice
from app.services.chat import ChatService
from app.services.chat_files import ChatFiles
from app.services.conversation_store import ConversationStore
from app.services.downloads import Downloads
from app.services.engine_builds import EngineBuilds
from app.services.engine_host import EngineHost, Machine, Neighbours, Planned
from app.services.estimator import Estimator
from app.services.experience import Experience
from app.services.forecasts import Forecasts
from app.services.hub import Hub
from app.services.kept_states import KeptStates
from app.services.later_starts import LaterStarts
from app.services.local_estimates import LocalEstimates
from app.services.model_files import ModelFiles
from app.services.monitor import Monitor
from app.services.network import Network
from app.services.paths import Paths
from app.services.remote_header import RemoteHeader
from app.services.remote_servers import RemoteServers
from app.services.row_estimates import RowEstimates
from app.services.settings_store import SettingsStore
from app.services.starters import Starters
from app.services.typesetting import Typesetting
from tests.fakes.download_scene import ONE_CONNECTION
from tests.fakes.hub import FakeHub
from tests.fakes.machine_speed import write_measured_speed
from tests.fakes.scripted_engine import ScriptedEngine


def local_model(name: str, **facts: object) -> LocalModel:
    """A model of the library with plausible facts."""
    known: dict[str, object] = {
        "name": name,
        "path": os.fsencode(f"/models/{name}.gguf"),
        "format": "gguf",
        "source": "quantbench",
        "size_bytes": 98_000_000,
        "architecture": "llama",
        "quantization": "Q4_1",
        "parameter_count": 134_515_008,
        "context_tokens": 8192,
    }
    return LocalModel(**(known | facts))


@dataclass
class ListedLibrary:
    """Lists what it is given; opening a file succeeds only for what lies in `files`."""

    listed: list[LocalModel] = field(default_factory=list)
    files: dict[str, LocalModel] = field(default_factory=dict)
    error: AppError | None = None

    async def models(self) -> list[LocalModel]:
        if self.error is not None:
            raise self.error
        return list(self.listed)

    async def changes(self) -> AsyncIterator[None]:
        for _ in ():
            yield

    async def add_file(self, path: str) -> LocalModel:
        if path not in self.files:
            raise ModelFileError(f"{path} is not a GGUF file. Choose a file that ends in .gguf.")
        return self.files[path]


class TakesAll:
    """Plans every load as it was asked for: the models of these tests need not exist."""

    async def plan(
        self, _model: LocalModel, options: LoadOptions, _machine: Machine, _neighbours: Neighbours
    ) -> Planned:
        return Planned(options)


@dataclass
class WindowServices:
    """As `app.bootstrap.Services`, with the engine and the library in the test's hands."""

    paths: Paths
    later_starts: LaterStarts
    settings: SettingsStore
    library: ListedLibrary
    store: ConversationStore
    chat: ChatService
    chat_files: ChatFiles
    monitor: Monitor
    host: EngineHost
    builds: EngineBuilds
    build_choice: BuildChoice
    servers: RemoteServers
    forecasts: Forecasts
    network: Network
    token: AccessToken
    hub: Hub
    starters: Starters
    estimates: RowEstimates
    local_estimates: LocalEstimates
    typesetter: Typesetting
    attachments: Attachments
    states: KeptStates
    downloads: Downloads
    model_files: ModelFiles
    engine: ScriptedEngine


def machine(*, usable: bool = True, reason: str = "The CPU build runs.") -> Machine:
    """A machine with a CPU and an engine that is usable or not."""
    cpu = Device(name="CPU", kind="cpu", description="A processor")
    status = EngineStatus(
        name="llama.cpp",
        version="1" if usable else None,
        usable=usable,
        reason=reason,
        devices=(cpu,),
        build_id="scripted",
    )
    return Machine(
        status, (), BackendChoice(engine="llama.cpp", device=None, kind="cpu", reason=reason)
    )


def window_services(
    home: Path,
    engine: ScriptedEngine | None = None,
    models: list[LocalModel] | None = None,
    found: Machine | None = None,
    fake_hub: FakeHub | None = None,
) -> WindowServices:
    """Services under `home`; nothing is opened yet. Without a hub they are offline."""
    paths = Paths.under(home)
    paths.create()
    write_measured_speed(paths.home)
    settings = SettingsStore(paths.settings)
    states = KeptStates(paths.cache / "states", settings)
    store = ConversationStore(paths.database, on_removed=states.forget)
    engine = engine or ScriptedEngine()
    look = found or machine()
    endpoint = None if fake_hub is None else fake_hub.endpoint
    network = Network(endpoint=endpoint, offline=fake_hub is None)
    servers = RemoteServers(settings, network, paths.home / "server-keys")
    host = EngineHost({"gguf": engine}, lambda _: look, TakesAll(), settings, servers)
    forecasts = Forecasts(
        Estimator(paths.run / "estimates"),
        lambda _: look.status.devices,
        Experience(paths.home, paths.resources),
    )
    token = AccessToken(paths.home, network.endpoint_host)
    remote_header = RemoteHeader(network, token, paths.cache)
    library = ListedLibrary(models or [])
    builds = EngineBuilds(paths.engines, paths.run, None, network, library.models)
    return WindowServices(
        paths=paths,
        later_starts=LaterStarts(paths.run),
        settings=settings,
        library=library,
        store=store,
        chat=ChatService(store),
        chat_files=ChatFiles(store),
        monitor=Monitor(interval_seconds=0.05),
        host=host,
        builds=builds,
        build_choice=BuildChoice(builds, settings),
        servers=servers,
        forecasts=forecasts,
        network=network,
        token=token,
        hub=Hub(network, token),
        starters=Starters(paths.resources),
        estimates=RowEstimates(remote_header, forecasts, host),
        local_estimates=LocalEstimates(forecasts, host),
        typesetter=Typesetting(paths.run),
        attachments=Attachments(paths.run),
        states=states,
        downloads=Downloads(paths.models, network, token, ONE_CONNECTION),
        model_files=ModelFiles(paths, settings),
        engine=engine,
    )
