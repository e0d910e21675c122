"""What Settings changes beside the look: token, offline switch, folders; and what went out."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal, Slot

from app.domain.context_plan import ContextPolicy
from app.domain.errors import AppError, UsageError
from app.domain.network import HostTotal
from app.domain.settings import LanguageChoice, NoticeChoice, Settings
from app.domain.storage import StateUsage
from app.services.access_token import AccessToken, TokenStatus
from app.services.kept_states import KeptStates
from app.services.network import Network
from app.services.paths import Paths
from app.services.settings_store import SettingsStore
from app.ui.model_shelf import ModelShelf
from app.ui.tasks import Tasks


class FolderUser(Protocol):
    """Whoever writes into the models folder."""

    def use_folder(self, models: Path) -> None: ...


class Services(Protocol):
    """The services that Settings changes."""

    @property
    def paths(self) -> Paths: ...
    @property
    def settings(self) -> SettingsStore: ...
    @property
    def network(self) -> Network: ...
    @property
    def token(self) -> AccessToken: ...
    @property
    def downloads(self) -> FolderUser: ...
    @property
    def states(self) -> KeptStates: ...


class Preferences(QObject):
    """Each change is told by a signal once it is kept, or `failed` says why it is not."""

    token_told = Signal(object)
    went_offline = Signal()
    language_changed = Signal(str)
    scale_changed = Signal(float)
    folders_changed = Signal()
    states_told = Signal(object)
    policy_changed = Signal()
    failed = Signal(object)

    def __init__(
        self, services: Services, shelf: ModelShelf, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._paths = services.paths
        self._settings = services.settings
        self._network = services.network
        self._token = services.token
        self._downloads = services.downloads
        self._states = services.states
        self._shelf = shelf
        self._tasks = tasks

    # The access token

    def read_token(self) -> None:
        """Find out where the token is kept."""
        self._tasks.run(self._token.status(), done=self._tell_token, failed=self._fail)

    @Slot(str)
    def save_token(self, token: str) -> None:
        """Keep a token."""
        self._tasks.write(self._token.save(token), done=self._tell_token, failed=self._fail)

    @Slot()
    def forget_token(self) -> None:
        """Remove the token that this program keeps."""
        self._tasks.write(self._token.forget(), done=self._tell_token, failed=self._fail)

    @Slot(object)
    def _tell_token(self, status: TokenStatus) -> None:
        self.token_told.emit(status)

    # The network

    @property
    def is_offline(self) -> bool:
        """Whether nothing may leave this computer."""
        return self._network.offline

    @property
    def hosts(self) -> Sequence[HostTotal]:
        """What went out since the program started, the latest host first."""
        return self._network.ledger.totals()

    @Slot()
    def go_offline(self) -> None:
        """Refuse all connections; at once, and for later starts."""
        self._network.offline = True
        self.went_offline.emit()
        self._update(self._settings.update(offline=True))

    @Slot()
    def go_online(self) -> None:
        """Allow connections again; at once, and for later starts."""
        self._network.offline = False
        self._update(self._settings.update(offline=False))

    # The language, the size of everything, and what the desktop is told

    @property
    def language(self) -> LanguageChoice:
        """In which the window's texts are from its next start on."""
        return self._settings.current.language

    @Slot(str)
    def choose_language(self, language: LanguageChoice) -> None:
        """Use another one from the next start on."""
        self.language_changed.emit(language)
        self._tasks.write(self._settings.update(language=language), failed=self._fail)

    @property
    def window_scale(self) -> float:
        """How much larger than usual everything is from the next start on."""
        return self._settings.current.window_scale

    @Slot(float)
    def choose_scale(self, scale: float) -> None:
        """Use another size from the next start on."""
        self.scale_changed.emit(scale)
        self._tasks.write(self._settings.update(window_scale=scale), failed=self._fail)

    @property
    def reply_notices(self) -> NoticeChoice:
        """What the desktop is told of long replies."""
        return self._settings.current.reply_notices

    @Slot(str)
    def choose_notices(self, choice: NoticeChoice) -> None:
        """Tell it something else from now on."""
        self._tasks.write(self._settings.update(reply_notices=choice), failed=self._fail)

    @property
    def context_policy(self) -> ContextPolicy:
        """What happens in chats that do not fit into the context, unless it is chosen there."""
        return self._settings.current.context_policy

    @Slot(str)
    def choose_policy(self, policy: ContextPolicy) -> None:
        """Let something else happen from now on."""
        work = self._settings.update(context_policy=policy)
        self._tasks.write(work, done=self._tell_policy, failed=self._fail)

    @Slot(object)
    def _tell_policy(self, _: Settings) -> None:
        self.policy_changed.emit()

    # Loaded models

    @property
    def eject_after_minutes(self) -> int | None:
        """After how long a model that is not used is ejected; None: never."""
        return self._settings.current.eject_after_minutes

    @Slot(object)
    def eject_after(self, minutes: int | None) -> None:
        """Eject it after so long from now on."""
        self._tasks.write(self._settings.update(eject_after_minutes=minutes), failed=self._fail)

    # Evaluated chats on disk

    @property
    def keeps_states(self) -> bool:
        """Whether evaluated chats are kept."""
        return self._settings.current.keep_states

    @property
    def state_limit_bytes(self) -> int:
        """How much of them."""
        return self._settings.current.state_limit_bytes

    def read_states(self) -> None:
        """Find out what is on disk."""
        self._tasks.run(self._states.usage(), done=self._tell_states, failed=self._fail)

    @Slot(object)
    def keep_states(self, limit_bytes: int | None) -> None:
        """Keep so much of evaluated chats from now on; None: nothing, and what is on disk goes."""
        kept = limit_bytes is not None
        work = self._states.keep(kept=kept, limit_bytes=limit_bytes or self.state_limit_bytes)
        self._tasks.write(work, done=self._tell_states, failed=self._fail)

    @Slot()
    def clear_states(self) -> None:
        """Delete all that is on disk."""
        self._tasks.write(self._states.clear(), done=self._tell_states, failed=self._fail)

    @Slot(object)
    def _tell_states(self, usage: StateUsage) -> None:
        self.states_told.emit(usage)

    # Folders

    @property
    def models_folder(self) -> Path:
        """Where downloads go."""
        return Path(self._settings.current.models_folder or self._paths.models)

    @property
    def more_folders(self) -> tuple[str, ...]:
        """Where models are looked for too."""
        return self._settings.current.model_folders

    @Slot(str)
    def move_models(self, folder: str) -> None:
        """Have downloads go elsewhere; the old folder stays among those that are looked at."""
        if folder == str(self.models_folder):
            return
        try:
            self._downloads.use_folder(Path(folder))
        except UsageError as error:
            self._fail(error)
            return

        def change(now: Settings) -> dict[str, object]:
            old = now.models_folder or str(self._paths.models)
            more = (each for each in (*now.model_folders, old) if each != folder)
            return {"models_folder": folder, "model_folders": tuple(dict.fromkeys(more))}

        self._update(self._settings.revise(change))

    @Slot(str)
    def add_folder(self, folder: str) -> None:
        """Look for models there too."""
        self._change_folders(lambda before: tuple(dict.fromkeys((*before, folder))))

    @Slot(str)
    def remove_folder(self, folder: str) -> None:
        """Look there no more; nothing in it is touched."""
        self._change_folders(lambda before: tuple(each for each in before if each != folder))

    def _change_folders(self, change: Callable[[tuple[str, ...]], tuple[str, ...]]) -> None:
        self._update(
            self._settings.revise(lambda now: {"model_folders": change(now.model_folders)})
        )

    def _update(self, work: Coroutine[Any, Any, Settings]) -> None:
        self._tasks.write(work, done=self._tell_folders, failed=self._fail)

    @Slot(object)
    def _tell_folders(self, _: Settings) -> None:
        self.folders_changed.emit()
        self._shelf.refresh()

    @Slot(object)
    def _fail(self, error: AppError) -> None:
        self.failed.emit(error)
