"""One repository: its quantizations, what they need, the recommended one, the model card."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.conversation import Message
from app.domain.errors import AppError, GatedError, ModelFileError
from app.domain.estimates import RowAnswer
from app.domain.hub import ModelFile, RepositoryFiles, plan_download
from app.domain.recommendation import Recommendation, advise
from app.domain.units import file_text, parameters_text
from app.domain.words import marked
from app.ui.artwork import heading_font, icon, icon_pixmap
from app.ui.language import tr
from app.ui.theme import GRID, Theme
from app.ui.widgets.context_slider import ContextSlider
from app.ui.widgets.file_table import FileTable
from app.ui.widgets.labels import plain
from app.ui.widgets.transcript import Transcript

_GATED = marked(
    "The authors ask you to accept their terms first: open the page in a browser, accept, and "
    "enter an access token of that account in Settings."
)
# Below it, the reasons would leave the files no room.
_LEAST_HEIGHT_WITH_ADVICE = 105 * GRID
_NO_CARD = marked("This repository has no model card.")


def _narrowing(tone: str = "") -> QLabel:
    label = plain(tone=tone)
    label.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label


class RepositoryView(QWidget):
    """`download_requested` carries a DownloadPlan, `page_requested` asks for the web page."""

    download_requested = Signal(object)
    context_changed = Signal(int)
    page_requested = Signal()
    settings_requested = Signal()
    link_requested = Signal(str)

    def __init__(self, theme: Theme, *, has_estimates: bool) -> None:
        super().__init__()
        self._theme = theme
        self._files: RepositoryFiles | None = None
        self._answers: Mapping[str, RowAnswer] = {}
        self._advice: Recommendation | None = None
        self._chosen_by_user = False
        self._has_estimates = has_estimates
        self._make_head()
        self._make_files()
        self.card = Transcript()
        self.card.setAccessibleName(tr("Model card"))
        self.card.link_activated.connect(self.link_requested)
        self.pages = QStackedWidget()
        self.pages.addWidget(self._files_page)
        self.pages.addWidget(self.card)
        column = QVBoxLayout(self)
        column.setContentsMargins(5 * GRID, 4 * GRID, 5 * GRID, 4 * GRID)
        column.setSpacing(3 * GRID)
        column.addLayout(self._head)
        column.addWidget(self._gate)
        column.addLayout(self._tabs)
        column.addWidget(self.pages, 1)
        self.set_theme(theme)
        self._show_page(0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Where there is little room, the files have it; the star among them says as much."""
        super().resizeEvent(event)
        has_room = self.height() >= _LEAST_HEIGHT_WITH_ADVICE
        self._star.setVisible(has_room)
        self.advice.setVisible(has_room)

    # Making

    def _make_head(self) -> None:
        self.title = _narrowing()
        self.title.setFont(heading_font())
        self._facts = _narrowing("dim")
        self._page_button = QPushButton(tr(" Open page"))
        self._page_button.setProperty("kind", "quiet")
        self._page_button.setIconSize(QSize(16, 16))
        self._page_button.setAccessibleName(tr("Open the page of this repository in the browser"))
        self._page_button.clicked.connect(self.page_requested)
        titles = QVBoxLayout()
        titles.setSpacing(2)
        titles.addWidget(self.title)
        titles.addWidget(self._facts)
        self._head = QHBoxLayout()
        self._head.addLayout(titles, 1)
        self._head.addWidget(self._page_button, 0, Qt.AlignmentFlag.AlignTop)
        self._make_gate()
        self._tabs = QHBoxLayout()
        self._tabs.setSpacing(GRID)
        self.files_tab = self._tab(tr("Quantizations"), self._show_files_page)
        self.card_tab = self._tab(tr("Model card"), self._show_card_page)
        self._tabs.addStretch(1)

    def _make_gate(self) -> None:
        self._gate = QFrame()
        self._gate.setProperty("kind", "card")
        self._gate.setAccessibleName(tr("Gated. {reason}").format(reason=tr(_GATED)))
        self._lock = QLabel()
        text = _narrowing()
        text.setText(tr(_GATED))
        token = QPushButton(tr("Enter token"))
        token.setAccessibleName(tr("Enter an access token in Settings"))
        token.clicked.connect(self.settings_requested)
        row = QHBoxLayout(self._gate)
        row.setContentsMargins(3 * GRID, 2 * GRID, 2 * GRID, 2 * GRID)
        row.setSpacing(3 * GRID)
        row.addWidget(self._lock)
        row.addWidget(text, 1)
        row.addWidget(token)

    def _tab(self, name: str, slot: object) -> QPushButton:
        button = QPushButton(name)
        button.setProperty("kind", "nav")
        button.setCheckable(True)
        button.setAccessibleName(name)
        button.clicked.connect(slot)
        self._tabs.addWidget(button)
        return button

    def _make_files(self) -> None:
        self.context = ContextSlider()
        self.context.context_changed.connect(self.context_changed)
        self.table = FileTable(self._theme)
        self.table.row_selected.connect(self._show_selected)
        self.table.clicked.connect(self._note_choice)
        self.table.download_requested.connect(self._request_download)
        self._star = QLabel()
        self.advice = _narrowing()
        advice = QHBoxLayout()
        advice.setSpacing(2 * GRID)
        advice.addWidget(self._star, 0, Qt.AlignmentFlag.AlignTop)
        advice.addWidget(self.advice, 1)
        self.summary = _narrowing("dim")
        self.download_button = QPushButton(tr(" Download"))
        self.download_button.setProperty("kind", "primary")
        self.download_button.setIconSize(QSize(16, 16))
        self.download_button.clicked.connect(self._request_download)
        foot = QHBoxLayout()
        foot.setSpacing(3 * GRID)
        foot.addWidget(self.summary, 1)
        foot.addWidget(self.download_button)
        self._files_page = QWidget()
        column = QVBoxLayout(self._files_page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3 * GRID)
        column.addWidget(self.context)
        self.context.setVisible(self._has_estimates)  # before it has a place, it is a window
        column.addWidget(self.table, 1)
        column.addLayout(advice)
        column.addLayout(foot)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        scale = self.devicePixelRatioF()
        self._page_button.setIcon(icon("external-link", theme.dim_text))
        self._lock.setPixmap(icon_pixmap("lock", theme.warn, 16, scale))
        self._star.setPixmap(icon_pixmap("star", theme.accent, 16, scale))
        self.download_button.setIcon(icon("download", theme.button_text))
        self.table.rows.set_theme(theme)
        self.card.set_theme(theme)

    # Content

    def show_files(self, files: RepositoryFiles, context_tokens: int, *, has_token: bool) -> None:
        """Show a repository; its model card comes later."""
        self._files, self._chosen_by_user = files, False
        owner, _, name = files.repository.partition("/")
        self.title.setText(name)
        facts = [
            owner,
            None if files.parameter_count is None else parameters_text(files.parameter_count),
            files.license,
            tr("gated") if files.gated else None,
            None
            if files.context_tokens is None
            else tr("%Ln tokens of context", "", files.context_tokens),
        ]
        self._facts.setText(" · ".join(fact for fact in facts if fact))
        self._gate.setVisible(files.gated and not has_token)
        self.context.set_range(files.context_tokens, context_tokens)
        self.table.rows.set_files(files)
        self.table.show_columns(estimates=self._has_estimates)
        self.card.set_messages([])
        self._show_page(0)
        self.show_estimates({})

    @Slot(object)
    def show_estimates(self, answers: Mapping[str, RowAnswer]) -> None:
        """Show memory and fit of the rows, and the recommendation that follows."""
        if self._files is None:
            return
        self._answers = answers
        self._advice = advise(self._files.rows, answers, self._files.parameter_count)
        name = None if self._advice is None else self._advice.row.name
        self.table.rows.set_estimates(answers, name)
        self.table.show_columns(estimates=self._has_estimates)
        if self._advice is None:
            self.advice.setText(tr("Nothing of this repository can be downloaded as it is."))
        else:
            row = self._advice.row
            words = tr("{name} is recommended.").format(name=row.quantization or row.name)
            self.advice.setText(f"{words} {self._advice.reason}")
        if name is not None and not self._chosen_by_user:
            self.table.select_name(name)
        self._show_selected(self.table.selected_row)

    @Slot(str)
    def show_card(self, text: str) -> None:
        """Show the model card: Markdown from outside, so nothing of it is loaded or run."""
        message = Message(
            id=0,
            conversation_id=0,
            parent_id=None,
            role="assistant",
            text=text.strip() or tr(_NO_CARD),
            state="complete",
            created_at=0.0,
        )
        self.card.set_messages([message])
        self.card.verticalScrollBar().setValue(0)

    def choose(self, wanted: str) -> None:
        """Select what was asked for by its quantization or the path of a file."""
        rows = () if self._files is None else self._files.rows
        for row in rows:
            if row.quantization == wanted or any(file.path == wanted for file in row.files):
                self._chosen_by_user = True
                self.table.select_name(row.name)

    @Slot(object)
    def _show_selected(self, row: ModelFile | None) -> None:
        answer = None if row is None else self._answers.get(row.name)
        usable = row is not None and row.problem is None
        self.download_button.setEnabled(usable and not isinstance(answer, ModelFileError))
        if row is None or self._files is None:
            self.summary.setText("")
            return
        plan = plan_download(self._files, row)
        extra = len(plan.files) - len(row.files)
        words = (
            tr("%Ln files, its vision part included", "", len(plan.files))
            if extra
            else tr("%Ln files", "", len(plan.files))
        )
        # That a repository is gated is said above the table.
        if isinstance(answer, AppError) and not isinstance(answer, GatedError):
            words = answer.said()
        self.summary.setText(row.problem or f"{row.name}: {words}")
        size = file_text(plan.size_bytes)
        self.download_button.setText(tr(" Download {size}").format(size=size))
        words = tr("Download {name}, {size}").format(name=row.quantization or row.name, size=size)
        self.download_button.setAccessibleName(words)

    @Slot()
    def _request_download(self) -> None:
        row = self.table.selected_row
        if row is not None and self.download_button.isEnabled() and self._files is not None:
            self.download_requested.emit(plan_download(self._files, row))

    @Slot()
    def _note_choice(self) -> None:
        self._chosen_by_user = True

    @Slot()
    def _show_files_page(self) -> None:
        self._show_page(0)

    @Slot()
    def _show_card_page(self) -> None:
        self._show_page(1)

    def _show_page(self, number: int) -> None:
        self.pages.setCurrentIndex(number)
        for place, button in enumerate((self.files_tab, self.card_tab)):
            button.setChecked(place == number)
