"""What all pages share, and the order in which the services are started after the first paint."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from typing import Protocol

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.conversation import Conversation
from app.domain.errors import AppError
from app.domain.estimates import Estimates
from app.domain.hardware import MachineSample
from app.domain.model import AnyModel, LocalModel, ModelRef, find_model
from app.domain.transfer import DownloadFinished, DownloadProgress
from app.services.access_token import AccessToken
from app.services.attachments import Attachments
from app.services.build_choice import BuildChoice
from app.services.chat import ChatService
from app.services.chat_files import ChatFiles
from app.services.conversation_store import ConversationStore
from app.services.engine_builds import EngineBuilds
from app.services.engine_host import Machine
from app.services.forecasts import Forecasts
from app.services.kept_states import KeptStates
from app.services.network import Network
from app.services.paths import Paths
from app.services.settings_store import SettingsStore
from app.ui.arrivals import LaterStarts
from app.ui.conversations import Conversations
from app.ui.discovery import Discovery, Hub, Starters
from app.ui.download_queue import DownloadQueue, Downloads
from app.ui.drafts import Drafts
from app.ui.errors import Notice, notice_of
from app.ui.idle_ejection import IdleEjection
from app.ui.language import list_text, tr
from app.ui.live_forecast import Host as ForecastHost
from app.ui.live_forecast import LiveForecast
from app.ui.loaded_models import Host, LoadedModels
from app.ui.loading import ModelLoading
from app.ui.machine_tuning import Host as TuningHost
from app.ui.machine_tuning import MachineTuning
from app.ui.measured_memory import MeasuredMemory
from app.ui.model_shelf import Library, ModelShelf, suggested
from app.ui.model_states import Estimates as LocalEstimates
from app.ui.model_states import ModelStates
from app.ui.reply_choice import ReplyChoice
from app.ui.servers import Servers, ServerStore
from app.ui.storage import ModelFiles
from app.ui.tasks import Tasks, load_modules
from app.ui.turns import Turns
from app.ui.typesetting import Typesetter

# What the first reply needs: imported when it comes, it would stall the window for 60 ms.
_NEEDED_SOON = ("markdown_it",)


class EngineHost(Host, TuningHost, ForecastHost, Protocol):
    """What the window needs of the engine host."""

    async def look_again(self) -> Machine: ...

    async def close(self) -> None: ...


class Monitor(Protocol):
    """What the window needs of the monitor."""

    def watch(self, process_ids: Collection[int]) -> None: ...

    def samples(self) -> AsyncIterator[MachineSample]: ...

    async def close(self) -> None: ...


class Services(Protocol):
    """All services, made once by the composition root."""

    @property
    def paths(self) -> Paths: ...
    @property
    def later_starts(self) -> LaterStarts: ...
    @property
    def settings(self) -> SettingsStore: ...
    @property
    def builds(self) -> EngineBuilds: ...
    @property
    def build_choice(self) -> BuildChoice: ...
    @property
    def servers(self) -> ServerStore: ...
    @property
    def library(self) -> Library: ...
    @property
    def store(self) -> ConversationStore: ...
    @property
    def chat(self) -> ChatService: ...
    @property
    def chat_files(self) -> ChatFiles: ...
    @property
    def monitor(self) -> Monitor: ...
    @property
    def host(self) -> EngineHost: ...
    @property
    def network(self) -> Network: ...
    @property
    def token(self) -> AccessToken: ...
    @property
    def hub(self) -> Hub: ...
    @property
    def starters(self) -> Starters: ...
    @property
    def estimates(self) -> Estimates | None: ...
    @property
    def local_estimates(self) -> LocalEstimates: ...
    @property
    def downloads(self) -> Downloads: ...
    @property
    def model_files(self) -> ModelFiles: ...
    @property
    def forecasts(self) -> Forecasts: ...
    @property
    def states(self) -> KeptStates: ...
    @property
    def typesetter(self) -> Typesetter: ...
    @property
    def attachments(self) -> Attachments: ...


class Workspace(QObject):
    """The shared state of the window, and its life from the first paint to the end."""

    noticed = Signal(object)
    # A notice that need not stand any longer.
    settled = Signal(object)
    sampled = Signal(object)
    engine_refused = Signal(object)
    suggestion_changed = Signal(object)
    memory_found = Signal(object)
    # The window is closed: what is being written has to be handed over now.
    closing = Signal()

    def __init__(self, services: Services, tasks: Tasks, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.services = services
        self.tasks = tasks
        self.models = LoadedModels(services.host, tasks, self)
        self.loading = ModelLoading(self.models, services.store, self.find_model, tasks, self)
        self.shelf = ModelShelf(services.library, tasks, self)
        self.conversations = Conversations(services.store, tasks, self)
        self.drafts = Drafts(services.store, tasks, self)
        self.reply_choice = ReplyChoice(services.store, services.settings, tasks, self)
        self.turns = Turns(services.chat, services.store, self.models, tasks, self)
        self.discovery = Discovery(services.hub, services.starters, services.estimates, tasks, self)
        self.downloads = DownloadQueue(services.downloads, tasks, self)
        self.servers = Servers(services.servers, tasks, self)
        self._awaited: bytes | None = None
        # Of the machine, once the first sample told it.
        self.memory_bytes: int | None = None
        self.measured = MeasuredMemory(services.forecasts, self.models, tasks, self)
        self.measured.follow(self.loading, self.turns)
        estimates = services.local_estimates
        self.states = ModelStates(self.models, self.measured, estimates, tasks, self)
        self.measured.failed.connect(self._fail)
        self.sampled.connect(self.measured.show_sample)
        self.idle = IdleEjection(self.models, self.turns, services.settings, parent=self)
        self.tuning = MachineTuning(services.host, tasks, self)
        self.tuning.follow(self.loading, self.turns)
        self._first_choice_made = False
        self._connect()

    def _connect(self) -> None:
        self.models.changed.connect(self._watch_workers)
        self.loading.failed.connect(self._fail)
        self.loading.missed.connect(self._tell_missed)
        self.conversations.opened.connect(self.loading.open)
        self.turns.chat_created.connect(self.loading.adopt)
        self.shelf.models_changed.connect(self.loading.resolve)
        self.servers.models_changed.connect(self.loading.resolve)
        self.shelf.file_added.connect(self.loading.load)
        self.shelf.models_changed.connect(self._offer)
        self.shelf.refresh_failed.connect(self._fail)
        self.shelf.file_refused.connect(self._fail)
        self.conversations.failed.connect(self._fail)
        self.conversations.opened.connect(self.reply_choice.open)
        self.turns.chat_created.connect(self.reply_choice.adopt)
        self.reply_choice.failed.connect(self._fail)
        self.loading.loaded.connect(self.reply_choice.show_loaded)
        self.drafts.failed.connect(self._fail)
        self.downloads.failed.connect(self._fail)
        self.downloads.finished.connect(self._note_download)
        self.downloads.interrupted_found.connect(self._offer_resume)
        self.shelf.models_changed.connect(self._load_awaited)
        self.conversations.opened.connect(self.turns.show)
        self.conversations.deleted.connect(self._offer_undo)

    def start(self, open_files: list[str]) -> None:
        """Open the store, look for models and at the engine, and start the meters."""
        services = self.services
        if services.settings.notice is not None:
            self.noticed.emit(Notice(services.settings.notice, "warn"))
        # A file that was named takes the place of the model that would be loaded by itself.
        self._first_choice_made = bool(open_files)
        self.tasks.run(services.store.open(), done=self._show_chats, failed=self._fail)
        self.tasks.run(services.host.machine(), done=self._note_machine, failed=self._refuse)
        self.downloads.start()
        self.shelf.refresh()
        self.shelf.watch()
        for path in open_files:
            self.shelf.add_file(path)
        self.tasks.run(load_modules(*_NEEDED_SOON), failed=self._fail)
        self.tasks.stream(
            services.monitor.samples(), received=self._show_samples, failed=self._fail
        )

    def live_forecast(self) -> LiveForecast:
        """What a dialog asks while options are chosen in it."""
        return LiveForecast(self.services.forecasts, self.services.host, self.tasks)

    async def close(self) -> None:
        """Stop the reply so that it is stored, then close everything. Nothing is lost."""
        self.closing.emit()
        self.reply_choice.keep()
        await self.tasks.close()
        services = self.services
        await services.downloads.close()
        await services.hub.close()
        if services.estimates is not None:
            await services.estimates.close()
        await services.host.close()
        await services.forecasts.close()
        await services.typesetter.close()
        await services.monitor.close()
        await services.store.close()

    @Slot(object)
    def _show_chats(self, notice: str | None) -> None:
        if notice is not None:
            self.noticed.emit(Notice(notice, "warn"))
        self.conversations.refresh()
        self.drafts.read(self.conversations.current_id)

    @Slot(object)
    def _note_machine(self, machine: Machine) -> None:
        status = machine.status
        self.engine_refused.emit(None if status.usable else status.reason)

    @Slot(object)
    def _refuse(self, error: AppError) -> None:
        self.engine_refused.emit(error.said())

    @Slot(list)
    def _offer(self, models: list[LocalModel]) -> None:
        choice = suggested(models, self.services.settings.current.last_model)
        self.suggestion_changed.emit(choice)
        if not self._first_choice_made:
            self._first_choice_made = True
            if choice is not None:
                self.loading.begin_with(choice)

    def find_model(self, ref: ModelRef) -> AnyModel | None:
        """A model among those that can be chosen."""
        return find_model(ref, [*self.shelf.models, *self.servers.models])

    @Slot(str)
    def _tell_missed(self, name: str) -> None:
        if self.shelf.is_known:
            words = tr("The model of this chat, {name}, is not on this computer any more.")
            chat = self.conversations.current_id
            self.noticed.emit(Notice(words.format(name=name), "info", chat=chat))

    @Slot()
    def _watch_workers(self) -> None:
        found = (each.session.process_id for each in self.models.all)
        self.services.monitor.watch([number for number in found if number is not None])

    @Slot(list)
    def _show_samples(self, samples: list[MachineSample]) -> None:
        for sample in samples:
            self.sampled.emit(sample)
            self._notice_dead(sample)
        if self.memory_bytes is None and samples:
            self.memory_bytes = samples[-1].ram_total_bytes
            self.memory_found.emit(self.memory_bytes)

    def _notice_dead(self, sample: MachineSample) -> None:
        """Of a model that answers nothing now; a reply tells of it by itself."""
        for each in self.models.all:
            is_gone = sample.workers.get(each.session.process_id or 0, 0) is None
            if is_gone and each.session not in self.turns.sessions:
                self.models.lose(each.session)
                words = tr("The process of {name} has ended. Asking loads it again.")
                text = words.format(name=each.model.name)
                self.noticed.emit(Notice(text, "warn", "reload"))

    @Slot(object)
    def _offer_undo(self, chat: Conversation) -> None:
        self.turns.stop_in(chat.id)
        text = tr("“{title}” is in the trash.").format(title=chat.title)
        self.noticed.emit(Notice(text, "info", "undo_delete"))

    # Downloads

    @Slot(str)
    def load_download(self, key: str) -> None:
        """Load the model that a download brought, as soon as the library lists it."""
        finished = self.downloads.result(key)
        if finished is None:
            return
        self._awaited = finished.path
        if not self._take_awaited(self.shelf.models):
            self.shelf.refresh()

    @Slot(object)
    def _note_download(self, _: DownloadFinished) -> None:
        self.shelf.refresh()

    @Slot(list)
    def _load_awaited(self, models: list[LocalModel]) -> None:
        self._take_awaited(models)

    def _take_awaited(self, models: list[LocalModel]) -> bool:
        for model in models:
            if self._awaited is not None and model.path == self._awaited:
                self._awaited = None
                self.loading.load(model)
                return True
        return False

    @Slot(object)
    def _offer_resume(self, left: tuple[DownloadProgress, ...]) -> None:
        names = [one.plan.name for one in left[:2]]
        if len(left) > 2:
            names.append(tr("%Ln more", "downloads", len(left) - 2))
        words = tr("The download of {names} was interrupted; what came is kept.")
        text = words.format(names=list_text(names))
        self.noticed.emit(Notice(text, "info", "resume_downloads"))

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        self.noticed.emit(notice_of(error))
