"""What a model saw before a reply, asked of the model that wrote it, which is loaded on request."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QWidget

from app.domain.conversation import Message
from app.domain.model import AnyModel, LocalModel, ref_of
from app.services.engine_host import Loaded
from app.ui.language import tr
from app.ui.loaded_models import FailedLoad
from app.ui.theme import Theme
from app.ui.widgets.reply_details import ReplyDetails
from app.ui.workspace import Workspace


def may_have_written(model: AnyModel, reply: Message) -> bool:
    """Whether a model has the name and, where both are known, the quantization of a reply's."""
    if model.name != reply.model_name:
        return False
    used = reply.origins[-1].quantization if reply.origins else None
    has = model.quantization if isinstance(model, LocalModel) else None
    return used is None or has is None or used == has


class PromptReading(QObject):
    """Serves the dialog about a reply that is open."""

    def __init__(self, workspace: Workspace, page: QWidget) -> None:
        super().__init__(page)
        self._page = page
        self._workspace = workspace
        self._details: ReplyDetails | None = None
        # The model that is loaded for the dialog.
        self._awaited: AnyModel | None = None
        workspace.models.loaded.connect(self._use_loaded)
        workspace.models.load_failed.connect(self._tell_failed)
        workspace.models.load_cancelled.connect(self._offer_again)

    def open(self, reply: Message, theme: Theme) -> None:
        """Show all that is known of a reply."""
        self._awaited = None
        details = self._details = ReplyDetails(reply, theme, self._page)
        details.prompt_wanted.connect(self._read)
        details.chances_wanted.connect(self._measure)
        details.load_wanted.connect(self._load)
        details.finished.connect(self._forget)
        details.open()

    @Slot()
    def _forget(self) -> None:
        self._details = self._awaited = None

    @Slot()
    def _read(self) -> None:
        self._ask(measured=False)

    @Slot()
    def _measure(self) -> None:
        self._ask(measured=True)

    def _ask(self, *, measured: bool) -> None:
        details, shared = self._details, self._workspace
        if details is None:
            return
        writer = self._writer(details.reply)
        loaded = shared.models.find(writer)
        if loaded is None:
            self._tell_missing(details, writer)
            return
        details.reader = loaded.model.name
        work = shared.services.chat.read_prompt(loaded.session, details.reply, measured=measured)
        shared.tasks.run(work, done=details.show_prompt, failed=details.show_error)

    def _writer(self, reply: Message) -> AnyModel | None:
        """The model that wrote the end of a reply, rather one that is loaded; that of the chat for
        replies of which this is not known.
        """
        shared = self._workspace
        if reply.model_name is None:
            return shared.loading.wanted
        loaded = [each.model for each in shared.models.all]
        known = [*loaded, *shared.shelf.models, *shared.servers.models]
        return next((each for each in known if may_have_written(each, reply)), None)

    def _tell_missing(self, details: ReplyDetails, writer: AnyModel | None) -> None:
        name = details.reply.model_name
        if writer is not None:
            words = tr("{model} is not loaded. Load it to see what it saw.")
            details.offer_load(words.format(model=writer.name), writer.name)
        elif name is None:
            details.show_problem(tr("Choose a model, and ask again to see what it makes of it."))
        else:
            words = tr(
                "{model} wrote this reply, and is not among the models here any more. Only it can "
                "show what it saw."
            )
            details.show_problem(words.format(model=name))

    # The writer is loaded

    @Slot()
    def _load(self) -> None:
        writer = None if self._details is None else self._writer(self._details.reply)
        if writer is not None and self._details is not None:
            self._awaited = writer
            self._details.show_problem(tr("Loading {model}…").format(model=writer.name))
            self._workspace.models.need(writer)

    def _is_awaited(self, model: AnyModel) -> bool:
        return self._awaited is not None and ref_of(model) == ref_of(self._awaited)

    @Slot(object)
    def _use_loaded(self, loaded: Loaded) -> None:
        if self._is_awaited(loaded.model):
            self._awaited = None
            self._read()

    @Slot(object)
    def _tell_failed(self, failed: FailedLoad) -> None:
        if self._is_awaited(failed.request.model) and self._details is not None:
            self._awaited = None
            self._details.offer_load(str(failed.error), failed.request.model.name)

    @Slot(object)
    def _offer_again(self, model: AnyModel) -> None:
        if self._is_awaited(model):
            self._awaited = None
            self._read()
