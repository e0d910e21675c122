"""Discover: search the hub, look into a repository, and choose what to download."""

from __future__ import annotations

from PySide6.QtCore import Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.deep_link import DeepLink
from app.domain.errors import AppError, GatedError, OfflineError, RateLimitError
from app.domain.hub import ModelCard, RepositoryFiles
from app.domain.starter import Starter, suitable
from app.ui.discovery import Discovery
from app.ui.language import tr
from app.ui.theme import GRID, Theme
from app.ui.widgets.empty_state import Emptiness, EmptyState, WordedStep
from app.ui.widgets.labels import page_title
from app.ui.widgets.link_question import ask_to_open
from app.ui.widgets.repository_view import RepositoryView
from app.ui.widgets.result_list import ResultList
from app.ui.widgets.search_filters import SearchFilters
from app.ui.widgets.starter_list import StarterList

_LIST_WIDTH = 330


def trouble(error: AppError, what: str) -> Emptiness:
    """How an error of the hub looks on a page: its sentence, and the next steps."""
    again: WordedStep = ("search_again", tr("Try again"))
    settings: WordedStep = ("show_settings", tr("Open Settings"))
    if isinstance(error, OfflineError):
        return Emptiness("wifi-off", tr("Offline"), error.said(), again, settings)
    if isinstance(error, RateLimitError):
        title = tr("The hub asks for patience")
        return Emptiness("hourglass", title, error.said(), again, settings)
    if isinstance(error, GatedError):
        page: WordedStep = ("open_page", tr("Open its page"))
        return Emptiness("lock", tr("This model is gated"), error.said(), page, settings)
    return Emptiness("circle-alert", what, error.said(), again)


class DiscoverPage(QWidget):
    """The results on the left, the repository that is open on the right."""

    download_requested = Signal(object)
    settings_requested = Signal()

    def __init__(self, discovery: Discovery, endpoint: str, theme: Theme) -> None:
        super().__init__()
        self.setAccessibleName(tr("Discover"))
        self._discovery = discovery
        self._endpoint = endpoint
        self._memory_bytes: int | None = None
        self._starters: list[Starter] = []
        self._wanted: str | None = None
        self._cards: list[ModelCard] = []
        self.has_token = False
        self.filters = SearchFilters(theme)
        self.results = ResultList(theme)
        self.repository = RepositoryView(theme, has_estimates=discovery.has_estimates)
        self.starters = StarterList()
        self.trouble = EmptyState(theme)
        self.repository_trouble = EmptyState(theme)
        self._make_list()
        self._lay_out()
        self._connect()
        self.filters.set_theme(theme)
        discovery.query = self.filters.query
        discovery.read_starters()
        discovery.search_now()

    def _make_list(self) -> None:
        self._busy = QProgressBar()
        self._busy.setRange(0, 1)
        self._busy.setTextVisible(False)
        self._busy.setAccessibleName(tr("Searching"))
        policy = self._busy.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._busy.setSizePolicy(policy)
        self._busy.hide()
        self._note = QLabel()
        self._note.setTextFormat(Qt.TextFormat.PlainText)
        self._note.setWordWrap(True)
        self._note.setProperty("tone", "dim")
        self._note.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._clear = QPushButton(tr("Clear the filters"))
        self._clear.clicked.connect(self.filters.clear_choices)
        nothing = QWidget()
        column = QVBoxLayout(nothing)
        column.setContentsMargins(6 * GRID, 6 * GRID, 6 * GRID, 6 * GRID)
        column.setSpacing(4 * GRID)
        column.addStretch(1)
        column.addWidget(self._note)
        column.addWidget(self._clear, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(2)
        self._listing = QStackedWidget()
        self._listing.addWidget(self.results)
        self._listing.addWidget(nothing)

    def _lay_out(self) -> None:
        left = QFrame()
        left.setProperty("kind", "card")
        list_column = QVBoxLayout(left)
        list_column.setContentsMargins(1, 2, 1, 1)
        list_column.setSpacing(0)
        list_column.addWidget(self._busy)
        list_column.addWidget(self._listing, 1)
        self._right = QStackedWidget()
        for part in (self.starters, self.repository, self.repository_trouble):
            self._right.addWidget(part)
        right = QFrame()
        right.setProperty("kind", "card")
        right_column = QHBoxLayout(right)
        right_column.setContentsMargins(1, 1, 1, 1)
        right_column.addWidget(self._right)
        self._split = split = QSplitter(Qt.Orientation.Horizontal)
        self._was_divided = False  # by the user
        split.splitterMoved.connect(self._note_division)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(3 * GRID)
        split.addWidget(left)
        split.addWidget(right)
        split.setStretchFactor(1, 1)
        self._body = QStackedWidget()
        self._body.addWidget(split)
        self._body.addWidget(self.trouble)
        column = QVBoxLayout(self)
        column.setContentsMargins(5 * GRID, 4 * GRID, 5 * GRID, 5 * GRID)
        column.setSpacing(3 * GRID)
        column.addWidget(page_title(tr("Discover")))
        column.addWidget(self.filters)
        column.addWidget(self._body, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """In a small window the repository needs the room more than the list does."""
        super().resizeEvent(event)
        if not self._was_divided:
            width = min(_LIST_WIDTH, self.width() // 3)
            self._split.setSizes([width, self.width() - width])

    @Slot()
    def _note_division(self) -> None:
        self._was_divided = True

    def _connect(self) -> None:
        found, view = self._discovery, self.repository
        self.filters.changed.connect(self._ask)
        self.filters.submitted.connect(found.search_now)
        self.results.card_chosen.connect(self._open_card)
        self.starters.chosen.connect(self._open_starter)
        self.trouble.step_requested.connect(self._take_step)
        self.repository_trouble.step_requested.connect(self._take_repository_step)
        found.search_started.connect(self._show_searching)
        found.results_changed.connect(self._show_results)
        found.search_failed.connect(self._show_trouble)
        found.repository_started.connect(self._show_opening)
        found.repository_opened.connect(self._show_files)
        found.repository_failed.connect(self._show_repository_trouble)
        found.card_arrived.connect(view.show_card)
        found.estimates_changed.connect(view.show_estimates)
        found.starters_arrived.connect(self._take_starters)
        view.download_requested.connect(self.download_requested)
        view.context_changed.connect(found.set_context)
        view.page_requested.connect(self._open_page)
        view.settings_requested.connect(self.settings_requested)
        view.link_requested.connect(self._ask_to_open)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        for part in (self.filters, self.results, self.repository):
            part.set_theme(theme)
        self.trouble.set_theme(theme)
        self.repository_trouble.set_theme(theme)

    @Slot(object)
    def set_memory(self, memory_bytes: int) -> None:
        """Learn how much memory this machine has: for the filter and the suggestions."""
        if memory_bytes != self._memory_bytes:
            self._memory_bytes = memory_bytes
            self.filters.set_memory(memory_bytes)
            self._show_starters()

    @Slot(object)
    def set_token(self, token: str | None) -> None:
        """Learn whether there is an access token, which gated repositories need."""
        self.has_token = token is not None

    # The list

    @Slot()
    def _ask(self) -> None:
        """Another question for the hub, or only another choice among its answers."""
        if self.filters.query == self._discovery.query:
            self._fill_list()
        else:
            self._discovery.ask(self.filters.query)

    @Slot()
    def _show_searching(self) -> None:
        self._busy.setRange(0, 0)
        self._busy.show()

    @Slot(list)
    def _show_results(self, cards: list[ModelCard]) -> None:
        self._cards = cards
        self._end_busy()
        self._body.setCurrentIndex(0)
        self._fill_list()

    def _end_busy(self) -> None:
        # An indeterminate bar animates, and would do so for ever behind the scenes.
        self._busy.setRange(0, 1)
        self._busy.hide()

    def _fill_list(self) -> None:
        shown = [card for card in self._cards if self.filters.accepts(card)]
        self.results.set_cards(shown, self._discovery.repository)
        self._listing.setCurrentIndex(0 if shown else 1)
        words = self.filters.words.text().strip()
        self._note.setText(
            tr("No model found for “{words}”. Try fewer or other words.").format(words=words)
            if words
            else tr("No model found. Try fewer or other words.")
        )
        self._clear.setVisible(self.filters.is_narrow)

    @Slot(object)
    def _show_trouble(self, error: AppError) -> None:
        self._end_busy()
        self.trouble.say(trouble(error, tr("The search failed")))
        self._body.setCurrentWidget(self.trouble)

    @Slot(str)
    def _take_step(self, step: str) -> None:
        if step == "show_settings":
            self.settings_requested.emit()
        else:
            self._discovery.search_now()

    # The repository

    @Slot(object)
    def _open_card(self, card: ModelCard) -> None:
        if card.repository != self._discovery.repository or self._discovery.files is None:
            self._wanted = None
            self._discovery.open(card.repository)

    @Slot(object)
    def _open_starter(self, starter: Starter) -> None:
        self._wanted = starter.quantization
        self._discovery.open(starter.repository)

    def open_link(self, link: DeepLink) -> None:
        """Open the repository that a link names, and mark its file."""
        self._wanted = link.path
        self._discovery.open(link.repository)

    @Slot(str)
    def _show_opening(self, repository: str) -> None:
        text = tr("Asking the hub what {repository} holds…").format(repository=repository)
        self.repository_trouble.say(Emptiness("hourglass", tr("One moment"), text))
        self._right.setCurrentWidget(self.repository_trouble)

    @Slot(object)
    def _show_files(self, files: RepositoryFiles) -> None:
        context = self._discovery.context_tokens
        self.repository.show_files(files, context, has_token=self.has_token)
        if self._wanted is not None:
            self.repository.choose(self._wanted)
        self._right.setCurrentWidget(self.repository)

    @Slot(object)
    def _show_repository_trouble(self, error: AppError) -> None:
        self.repository_trouble.say(trouble(error, tr("This repository cannot be shown")))
        self._right.setCurrentWidget(self.repository_trouble)

    @Slot(str)
    def _take_repository_step(self, step: str) -> None:
        if step == "show_settings":
            self.settings_requested.emit()
        elif step == "open_page":
            self._open_page()
        else:
            self._discovery.reopen()

    @Slot()
    def _open_page(self) -> None:
        QDesktopServices.openUrl(QUrl(f"{self._endpoint}/{self._discovery.repository}"))

    @Slot(str)
    def _ask_to_open(self, address: str) -> None:
        ask_to_open(self, address)

    # Starters

    @Slot(list)
    def _take_starters(self, starters: list[Starter]) -> None:
        self._starters = starters
        self._show_starters()

    def _show_starters(self) -> None:
        memory = self._memory_bytes
        chosen = suitable(self._starters, memory) if memory is not None else self._starters[:4]
        self.starters.show_starters(chosen, memory)
