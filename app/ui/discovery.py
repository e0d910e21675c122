"""What Discover shows: the search as one types, the repository that is open, and its estimates."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.domain.errors import AppError
from app.domain.estimates import Estimates, RowAnswer, RowEstimate
from app.domain.hub import ModelCard, RepositoryFiles, SearchQuery
from app.domain.model_card import readable_card
from app.domain.starter import Starter
from app.ui.tasks import Job, Tasks

# Long enough to type on, short enough to seem at once.
DEBOUNCE_MILLISECONDS = 350
# A slider that is dragged asks for its last place only.
_SETTLE_MILLISECONDS = 60
DEFAULT_CONTEXT_TOKENS = 8192


class Hub(Protocol):
    """What the window needs of the hub."""

    async def search(self, query: SearchQuery) -> list[ModelCard]: ...
    async def files(self, repository: str, revision: str = "main") -> RepositoryFiles: ...
    async def readme(self, repository: str, revision: str = "main") -> str: ...
    async def close(self) -> None: ...


class Starters(Protocol):
    """What the window needs of the catalog of starter models."""

    async def all(self) -> list[Starter]: ...


class Discovery(QObject):
    """Asks the hub; a newer question cancels the older one."""

    search_started = Signal()
    results_changed = Signal(list)
    search_failed = Signal(object)
    repository_started = Signal(str)
    repository_opened = Signal(object)
    repository_failed = Signal(object)
    card_arrived = Signal(str)
    estimates_changed = Signal(object)
    starters_arrived = Signal(list)

    def __init__(
        self,
        hub: Hub,
        starters: Starters,
        estimates: Estimates | None,
        tasks: Tasks,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._hub = hub
        self._starters = starters
        self._estimates = estimates
        self._tasks = tasks
        self._search: Job | None = None
        self._opening: Job | None = None
        self._reading: Job | None = None
        self._estimating: Job | None = None
        self._known: dict[str, RowAnswer] = {}
        self.query = SearchQuery()
        self.repository = ""
        self.files: RepositoryFiles | None = None
        self.context_tokens = DEFAULT_CONTEXT_TOKENS
        self._typing = self._timer(DEBOUNCE_MILLISECONDS, self.search_now)
        self._settling = self._timer(_SETTLE_MILLISECONDS, self._estimate)

    def _timer(self, milliseconds: int, slot: object) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(milliseconds)
        timer.timeout.connect(slot)
        return timer

    @property
    def has_estimates(self) -> bool:
        """Whether memory and fit can be told at all."""
        return self._estimates is not None

    @property
    def estimates(self) -> Mapping[str, RowAnswer]:
        """What is known of the open repository at the chosen context, by row name."""
        return self._known

    # Search

    def ask(self, query: SearchQuery) -> None:
        """Search when nothing more is typed for a moment; the same question is not asked twice."""
        if query != self.query:
            self.query = query
            self._cancel(self._search)
            self._typing.start()

    @Slot()
    def search_now(self) -> None:
        """Search at once."""
        self._typing.stop()
        self._cancel(self._search)
        self.search_started.emit()
        self._search = self._tasks.run(
            self._hub.search(self.query), done=self._show_results, failed=self._fail_search
        )

    @Slot(object)
    def _show_results(self, cards: list[ModelCard]) -> None:
        self.results_changed.emit(cards)

    @Slot(object)
    def _fail_search(self, error: AppError) -> None:
        self.search_failed.emit(error)

    # One repository

    def open(self, repository: str) -> None:
        """List a repository's files and read its model card."""
        for job in (self._opening, self._reading, self._estimating):
            self._cancel(job)
        self.repository, self.files, self._known = repository, None, {}
        self.repository_started.emit(repository)
        self._opening = self._tasks.run(
            self._hub.files(repository), done=self._show_files, failed=self._fail_files
        )

    @Slot()
    def reopen(self) -> None:
        """Try the same repository again."""
        if self.repository:
            self.open(self.repository)

    @Slot(object)
    def _show_files(self, files: RepositoryFiles) -> None:
        self.files = files
        self.repository_opened.emit(files)
        self._reading = self._tasks.run(
            self._hub.readme(files.repository, files.revision),
            done=self._show_card,
            failed=self._show_no_card,
        )
        self._estimate()

    @Slot(object)
    def _fail_files(self, error: AppError) -> None:
        self.repository_failed.emit(error)

    @Slot(object)
    def _show_card(self, text: str) -> None:
        self.card_arrived.emit(readable_card(text))

    @Slot(object)
    def _show_no_card(self, error: AppError) -> None:
        self.card_arrived.emit(error.said())

    # Estimates

    def set_context(self, tokens: int) -> None:
        """Estimate all rows for another context."""
        if tokens != self.context_tokens:
            self.context_tokens = tokens
            self._settling.start()

    @Slot()
    def _estimate(self) -> None:
        self._cancel(self._estimating)
        if self._estimates is None or self.files is None:
            return
        self._known = {}
        self._estimating = self._tasks.stream(
            self._estimates.rows(self.files, self.context_tokens, ("formula", "dry_run")),
            received=self._take_estimates,
            failed=self._end_estimates,
        )

    @Slot(list)
    def _take_estimates(self, arrived: list[tuple[str, RowAnswer]]) -> None:
        known = dict(self._known)
        for name, answer in arrived:
            # A number that the formula told is not taken back where the engine cannot tell one.
            if isinstance(answer, RowEstimate) or name not in known:
                known[name] = answer
        self._known = known
        self.estimates_changed.emit(known)

    @Slot(object)
    def _end_estimates(self, error: AppError) -> None:
        """Rows without a number say why: the list itself is of use."""
        rows = () if self.files is None else self.files.rows
        self._known = {**{row.name: error for row in rows}, **self._known}
        self.estimates_changed.emit(self._known)

    # Starters

    def read_starters(self) -> None:
        """Read the catalog of models to begin with."""
        self._tasks.run(self._starters.all(), done=self._show_starters, failed=self._fail_search)

    @Slot(object)
    def _show_starters(self, starters: list[Starter]) -> None:
        self.starters_arrived.emit(starters)

    @staticmethod
    def _cancel(job: Job | None) -> None:
        if job is not None:
            job.cancel()
