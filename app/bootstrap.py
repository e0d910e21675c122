"""Makes every object of the program once and hands each what it needs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from app.domain.engine import Engine
from app.domain.model import ModelFormat
from app.domain.settings import Settings
from app.services.access_token import AccessToken
from app.services.attachments import Attachments
from app.services.build_choice import BuildChoice
from app.services.chat import ChatService
from app.services.chat_files import ChatFiles
from app.services.chosen_engine import ChosenEngine
from app.services.conversation_store import ConversationStore
from app.services.downloads import Downloads
from app.services.engine_builds import EngineBuilds
from app.services.engine_host import EngineHost
from app.services.estimator import Estimator
from app.services.experience import Experience
from app.services.forecasts import Forecasts
from app.services.hub import Hub
from app.services.kept_states import KeptStates, StateKeepingEngine
from app.services.later_starts import LaterStarts
from app.services.library import Library
from app.services.local_estimates import LocalEstimates
from app.services.machine_look import MachineLook, look_at_devices
from app.services.model_files import ModelFiles
from app.services.monitor import Monitor
from app.services.network import Network
from app.services.paths import Paths
from app.services.remote_header import RemoteHeader
from app.services.remote_servers import RemoteServers
from app.services.row_estimates import RowEstimates
from app.services.settings_store import SettingsStore
from app.services.starters import Starters
from app.services.tunings import Tunings
from app.services.typesetting import Typesetting
from backends.local import LocalEngine


@dataclass(frozen=True)
class Services:
    """What the window and the command line work with."""

    paths: Paths
    later_starts: LaterStarts
    settings: SettingsStore
    library: Library
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
    remote_header: RemoteHeader
    downloads: Downloads
    model_files: ModelFiles
    starters: Starters
    estimates: RowEstimates
    local_estimates: LocalEstimates
    typesetter: Typesetting
    attachments: Attachments
    states: KeptStates


def build_services(paths: Paths) -> Services:
    """Connect the services; nothing but the settings is read. Raises `StoreError`, `UsageError`."""
    settings = SettingsStore(paths.settings)
    chosen = settings.load()
    paths = replace(paths, models=Path(chosen.models_folder or paths.models))
    network, token, downloads = _network(paths, chosen)
    states, store = _chats(paths, settings)
    library = Library(paths, settings)
    builds = _builds(paths, network, library)
    forecasts = _forecasts(paths)
    servers = RemoteServers(settings, network, paths.home / "server-keys")
    host = _host(paths, settings, builds, forecasts, servers, states)
    remote_header = RemoteHeader(network, token, paths.cache)
    return Services(
        paths=paths,
        later_starts=LaterStarts(paths.run),
        settings=settings,
        library=library,
        store=store,
        chat=ChatService(store),
        chat_files=ChatFiles(store),
        monitor=Monitor(),
        host=host,
        forecasts=forecasts,
        builds=builds,
        build_choice=BuildChoice(builds, settings),
        servers=servers,
        network=network,
        token=token,
        hub=Hub(network, token),
        remote_header=remote_header,
        downloads=downloads,
        model_files=ModelFiles(paths, settings),
        starters=Starters(paths.resources),
        estimates=RowEstimates(remote_header, forecasts, host),
        local_estimates=LocalEstimates(forecasts, host),
        typesetter=Typesetting(paths.run),
        attachments=Attachments(paths.run),
        states=states,
    )


def _chats(paths: Paths, settings: SettingsStore) -> tuple[KeptStates, ConversationStore]:
    states = KeptStates(paths.cache / "states", settings)
    return states, ConversationStore(paths.database, on_removed=states.forget)


def _network(paths: Paths, chosen: Settings) -> tuple[Network, AccessToken, Downloads]:
    network = Network(offline=True if chosen.offline else None)
    token = AccessToken(paths.home, network.endpoint_host)
    downloads = Downloads(paths.models, network, token)
    downloads.limit_speed(chosen.download_limit_bytes)
    return network, token, downloads


def _builds(paths: Paths, network: Network, library: Library) -> EngineBuilds:
    log = paths.logs / "engine.log"
    return EngineBuilds(paths.engines, paths.run, log, network, library.models)


def _forecasts(paths: Paths) -> Forecasts:
    estimator = Estimator(paths.run / "estimates")
    return Forecasts(estimator, look_at_devices, Experience(paths.home, paths.resources))


def _host(
    paths: Paths,
    settings: SettingsStore,
    builds: EngineBuilds,
    forecasts: Forecasts,
    servers: RemoteServers,
    states: KeptStates,
) -> EngineHost:
    engines: dict[ModelFormat, Engine] = {
        "gguf": StateKeepingEngine(ChosenEngine(builds.engine, settings), states),
        "mlx": StateKeepingEngine(LocalEngine("mlx", paths.run, paths.logs / "mlx.log"), states),
    }
    tunings = Tunings(paths.home / "tunings.json")
    return EngineHost(engines, MachineLook(builds), forecasts, settings, servers, tunings)
