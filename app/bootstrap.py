"""Makes every object of the program once and hands each what it needs."""

from __future__ import annotations

from dataclasses import dataclass

from app.services.chat import ChatService
from app.services.conversation_store import ConversationStore
from app.services.engine_host import EngineHost, Machine
from app.services.library import Library
from app.services.memory_check import refuse_too_large
from app.services.monitor import Monitor
from app.services.paths import Paths
from app.services.settings_store import SettingsStore
from backends import devices, selection
from backends.local import LocalEngine


@dataclass(frozen=True)
class Services:
    """What the window and the command line work with."""

    paths: Paths
    settings: SettingsStore
    library: Library
    store: ConversationStore
    chat: ChatService
    monitor: Monitor
    host: EngineHost


def build_services(paths: Paths) -> Services:
    """Connect the services; nothing is opened, loaded or started yet."""
    settings = SettingsStore(paths.settings)
    store = ConversationStore(paths.database)
    engine = LocalEngine("llama_cpp", paths.run, paths.logs / "engine.log")
    return Services(
        paths=paths,
        settings=settings,
        library=Library(paths, settings),
        store=store,
        chat=ChatService(store),
        monitor=Monitor(),
        host=EngineHost({"gguf": engine}, look_at_machine, refuse_too_large, settings),
    )


def look_at_machine() -> Machine:
    """Engine, graphics cards and the choice between them; blocks while a child process looks."""
    status, gpus = devices.engine_status(), devices.gpus()
    return Machine(status, gpus, selection.choose(status, gpus))
