"""Makes every object of the program once and hands each what it needs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.engine import Engine
from app.domain.hardware import Device
from app.domain.model import ModelFormat
from app.services.access_token import AccessToken
from app.services.chat import ChatService
from app.services.chosen_engine import ChosenEngine
from app.services.conversation_store import ConversationStore
from app.services.downloads import Downloads
from app.services.engine_builds import EngineBuilds
from app.services.engine_host import EngineHost, Machine
from app.services.estimator import Estimator
from app.services.experience import Experience
from app.services.forecasts import Forecasts
from app.services.later_starts import LaterStarts
from app.services.hub import Hub
from app.services.library import Library
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
from backends import devices, selection
from backends.findings import findings
from backends.local import LocalEngine


@dataclass(frozen=True)
class Services:
    """What the window and the command line work with."""
    later_starts: LaterStarts

    paths: Paths
    settings: SettingsStore
    library: Library
    store: ConversationStore
    chat: ChatService
    monitor: Monitor
    host: EngineHost
    builds: EngineBuilds
    servers: RemoteServers
    forecasts: Forecasts
    network: Network
    token: AccessToken
    hub: Hub
    remote_header: RemoteHeader
    downloads: Downloads
    model_files: ModelFiles
    starters: Starters
    estimates: RowEstimates
    typesetter: Typesetting


def build_services(paths: Paths) -> Services:
    """Connect the services; nothing is opened, loaded or started yet.

    The settings are read, because they say where models lie. Raises `StoreError`, `UsageError`.
    """
    settings = SettingsStore(paths.settings)
    chosen = settings.load()
    if chosen.models_folder is not None:
        paths = replace(paths, models=Path(chosen.models_folder))
    network = Network(offline=True if chosen.offline else None)
    token = AccessToken(paths.home, network.endpoint_host)
    downloads = Downloads(paths.models, network, token)
    downloads.limit_speed(chosen.download_limit_bytes)
    store = ConversationStore(paths.database)
    library = Library(paths, settings)
    log_path = paths.logs / "engine.log"
    builds = EngineBuilds(paths.engines, paths.run, log_path, network, library.models)
    forecasts = Forecasts(
        Estimator(paths.run / "estimates"), look_at_devices, Experience(paths.home, paths.resources)
    )
    host = EngineHost(_engines(paths, settings, builds), look_at_machine, forecasts, settings)
    remote_header = RemoteHeader(network, token, paths.cache)
    return Services(
        paths=paths,
        settings=settings,
        later_starts=LaterStarts(paths.run),
        library=library,
        store=store,
        chat=ChatService(store),
        monitor=Monitor(),
        host=host,
        forecasts=forecasts,
        builds=builds,
        servers=RemoteServers(settings, network, paths.home / "server-keys"),
        network=network,
        token=token,
        hub=Hub(network, token),
        remote_header=remote_header,
        downloads=downloads,
        model_files=ModelFiles(paths, settings),
        starters=Starters(paths.resources),
        estimates=RowEstimates(remote_header, forecasts, host),
        typesetter=Typesetting(paths.run),
    )


def _engines(
    paths: Paths, settings: SettingsStore, builds: EngineBuilds
) -> dict[ModelFormat, Engine]:
    return {
        "gguf": ChosenEngine(builds.engine, settings),
        "mlx": LocalEngine("mlx", paths.run, paths.logs / "mlx.log"),
    }


def look_at_machine() -> Machine:
    """Engine, graphics cards and the choice between them; blocks while a child process looks."""
    status, gpus = devices.engine_status(), devices.gpus()
    choice = selection.choose(status, gpus)
    return Machine(status, gpus, choice, findings(status, gpus, choice))


def look_at_devices() -> Sequence[Device]:
    """The devices of the engine with what they have free now; blocks like `look_at_machine`."""
    return devices.engine_status().devices
