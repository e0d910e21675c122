"""How the replies of the open chat are made: kept with the chat, and presets to choose from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from msgspec import structs
from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.domain.context_plan import ContextPolicy
from app.domain.engine import SessionInfo
from app.domain.reply_options import BUILT_IN, DEFAULT, Preset, ReplyOptions, preset_named
from app.domain.settings import Settings
from app.services.settings_store import SettingsStore
from app.ui.tasks import Job, Tasks

# Options change with every step of a field; a killed program loses at most so much of it.
_SAVE_MILLISECONDS = 300


class Store(Protocol):
    """What the options need of the conversation store."""

    async def options(self, conversation_id: int) -> ReplyOptions | None: ...

    async def set_options(self, conversation_id: int, options: ReplyOptions | None) -> None: ...


class ReplyChoice(QObject):
    """The options of the open chat. A new one begins with the preset of its model."""

    changed = Signal(object)
    presets_changed = Signal()
    failed = Signal(object)

    def __init__(
        self, store: Store, settings: SettingsStore, tasks: Tasks, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._store = store
        self._settings = settings
        self._tasks = tasks
        self._chat: int | None = None
        self._model: str | None = None
        self._is_touched = False
        self._reading: Job | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SAVE_MILLISECONDS)
        self._timer.timeout.connect(self.keep)
        self.options = ReplyOptions()

    # The open chat

    @Slot(object)
    def open(self, conversation_id: int | None) -> None:
        """Another chat is open, None for a new one."""
        self.keep()
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
        self._chat, self._is_touched = conversation_id, False
        self._show(self.usual().options)
        if conversation_id is not None:
            work = self._store.options(conversation_id)
            self._reading = self._tasks.run(work, done=self._take, failed=self.failed.emit)

    @Slot(int)
    def adopt(self, conversation_id: int) -> None:
        """The new chat has its number now; what was chosen for it is kept with it."""
        if self._chat is None:
            self._chat, self._is_touched = conversation_id, True
            self.keep()

    @Slot(object)
    def set(self, options: ReplyOptions) -> None:
        """Change the options of the open chat."""
        if options != self.options:
            self._is_touched = True
            self._show(options)
            self._timer.start()

    @property
    def usual_policy(self) -> ContextPolicy:
        """What happens in chats without a choice of their own when they do not fit."""
        return self._settings.current.context_policy

    @property
    def policy(self) -> ContextPolicy:
        """What happens when the open chat does not fit into the context."""
        return self.options.context_policy or self.usual_policy

    @Slot(object)
    def set_policy(self, policy: ContextPolicy | None) -> None:
        """Choose it for the open chat; None: as is usual."""
        self.set(structs.replace(self.options, context_policy=policy))

    @Slot()
    def tell_again(self) -> None:
        """What is usual has changed."""
        self.changed.emit(self.options)

    def apply(self, preset: Preset) -> None:
        """Take the options of a preset; what happens to a chat that does not fit is none of it."""
        policy = self.options.context_policy
        self.set(structs.replace(preset.options, context_policy=policy))

    @Slot()
    def keep(self) -> None:
        """Save what was changed, such as before a question is asked."""
        self._timer.stop()
        if self._is_touched and self._chat is not None:
            self._is_touched = False
            work = self._store.set_options(self._chat, self.options)
            self._tasks.write(work, failed=self.failed.emit)

    @Slot(object)
    def show_loaded(self, info: SessionInfo) -> None:
        """Another model answers; a new chat that nobody has touched takes its preset."""
        self._model = info.model_name
        if self._chat is None and not self._is_touched:
            self._show(self.usual().options)
        self.presets_changed.emit()

    @Slot(object)
    def _take(self, options: ReplyOptions | None) -> None:
        self._reading = None
        if not self._is_touched:
            self._show(options or ReplyOptions())

    def _show(self, options: ReplyOptions) -> None:
        self.options = options
        self.changed.emit(options)

    # Presets

    @property
    def model(self) -> str | None:
        """The model that answers."""
        return self._model

    @property
    def own(self) -> tuple[Preset, ...]:
        """The user's own presets."""
        return self._settings.current.presets

    def presets(self) -> tuple[Preset, ...]:
        """The user's own presets and the built-in ones that have none of their names."""
        names = {preset.name for preset in self.own}
        return (*self.own, *(preset for preset in BUILT_IN if preset.name not in names))

    def usual(self) -> Preset:
        """The preset of the model."""
        name = self._settings.current.model_presets.get(self._model or "")
        return preset_named(name, self.own) or DEFAULT

    def chosen(self) -> Preset | None:
        """The preset that the options of the open chat are, if they are one."""
        return next((each for each in self.presets() if each.options == self._plain), None)

    @property
    def _plain(self) -> ReplyOptions:
        """The options as a preset has them."""
        return structs.replace(self.options, context_policy=None)

    def save_as(self, name: str) -> None:
        """Keep the options as a preset, which takes the place of one of the same name."""
        made = Preset(name=name, options=self._plain)
        self._revise(
            lambda now: {"presets": (*(each for each in now.presets if each.name != name), made)}
        )

    def rename(self, name: str, new_name: str) -> None:
        """Give an own preset another name, for its models too; one that has it gives way."""
        if new_name != name:
            self._revise(lambda now: _renamed(now, name, new_name))

    def delete(self, name: str) -> None:
        """Forget an own preset; models that had it begin with the usual options again."""
        self._revise(lambda now: _without(now, name))

    def set_for_model(self, name: str) -> None:
        """Let new chats with the model begin with a preset."""
        if self._model is not None:
            chosen = {self._model: name}
            self._revise(lambda now: {"model_presets": now.model_presets | chosen})

    def _revise(self, change: Callable[[Settings], dict[str, object]]) -> None:
        work = self._settings.revise(change)
        self._tasks.write(work, done=self._tell, failed=self.failed.emit)

    @Slot(object)
    def _tell(self, _: object) -> None:
        self.presets_changed.emit()


def _renamed(settings: Settings, name: str, new_name: str) -> dict[str, object]:
    presets = tuple(
        structs.replace(each, name=new_name) if each.name == name else each
        for each in settings.presets
        if each.name != new_name
    )
    models = {
        model: new_name if each == name else each for model, each in settings.model_presets.items()
    }
    return {"presets": presets, "model_presets": models}


def _without(settings: Settings, name: str) -> dict[str, object]:
    presets = tuple(each for each in settings.presets if each.name != name)
    models = {model: each for model, each in settings.model_presets.items() if each != name}
    return {"presets": presets, "model_presets": models}
