"""The models on this computer: what each is, loading one, and removing one."""

from __future__ import annotations

import os
from pathlib import PurePath

from PySide6.QtCore import QSize, Qt, QUrl, Signal, Slot
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QMenu,
    QPushButton,
    QStackedLayout,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import AppError
from app.domain.model import LocalModel
from app.domain.storage import Removal
from app.domain.units import file_text
from app.ui.artwork import heading_font, icon
from app.ui.language import list_text, tr, with_keys
from app.ui.model_shelf import ModelShelf
from app.ui.model_states import ModelStates
from app.ui.storage import Storage
from app.ui.theme import GRID, Theme
from app.ui.widgets.disk_bar import DiskBar
from app.ui.widgets.empty_state import Emptiness, EmptyState
from app.ui.widgets.model_choices import facts_text
from app.ui.widgets.model_table import ModelTable
from app.ui.widgets.removal_question import RemovalQuestion


def _reading() -> Emptiness:
    return Emptiness("hard-drive", tr("Looking for models"), tr("Reading the model folders…"))


def _no_models() -> Emptiness:
    return Emptiness(
        "box",
        tr("No models yet"),
        tr(
            "Open a .gguf file or an MLX folder, or drag one onto this window. Models of "
            "LM Studio, Ollama and Hugging Face are found by themselves."
        ),
        ("open_file", tr("Open .gguf file…")),
        ("refresh", tr("Look again")),
    )


class ModelsPage(QWidget):
    """A table with a filter; the button below acts on the selected row."""

    file_requested = Signal()
    folder_requested = Signal()
    load_requested = Signal(object)
    eject_requested = Signal(object)

    def __init__(
        self, shelf: ModelShelf, states: ModelStates, storage: Storage, theme: Theme
    ) -> None:
        super().__init__()
        self.setAccessibleName(tr("Models"))
        self._shelf = shelf
        self._states = states
        self._storage = storage
        self.table = ModelTable(theme, states)
        self.empty = EmptyState(theme)
        self.disk = DiskBar(theme)
        self._build_header()
        self._build_footer()
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self._show_models(shelf.models)

    def _build_header(self) -> None:
        self._title = QLabel(tr("Models on this computer"))
        self._title.setFont(heading_font())
        self.filter = QLineEdit()
        self.filter.setPlaceholderText(tr("Filter"))
        self.filter.setAccessibleName(tr("Filter the models"))
        self.filter.setClearButtonEnabled(True)
        self.filter.setFixedWidth(220)
        for button in self.filter.findChildren(QToolButton):
            button.setAccessibleName(tr("Clear the filter"))
        self._refresh = QToolButton()
        self._refresh.setIconSize(QSize(16, 16))
        self._refresh.setAccessibleName(tr("Look for models again"))
        self._refresh.setToolTip(tr("Look for models again"))
        self.open_button = QPushButton(tr(" Open model"))
        self.open_button.setIconSize(QSize(16, 16))
        self.open_button.setAccessibleName(tr("Open a model from the disk"))
        menu = QMenu(self.open_button)
        menu.addAction(tr("GGUF file…")).triggered.connect(self.file_requested)
        menu.addAction(tr("MLX folder…")).triggered.connect(self.folder_requested)
        self.open_button.setMenu(menu)

    def _build_footer(self) -> None:
        self.summary = QLabel()
        self.summary.setTextFormat(Qt.TextFormat.PlainText)
        self.summary.setWordWrap(True)
        self.summary.setProperty("tone", "dim")
        self.reveal_button = self._tool(tr("Reveal in its folder"))
        self.delete_button = self._tool(tr("Delete"))
        self.options_button = QPushButton(tr("Load with options…"))
        self.options_button.setToolTip(
            with_keys(tr("Context, KV cache and GPU layers"), "Ctrl+Return")
        )
        self.load_button = QPushButton(tr("Load"))
        self.load_button.setProperty("kind", "primary")
        self.eject_button = QPushButton(tr("Eject"))
        self.eject_button.setToolTip(with_keys(tr("Release the model and its memory"), "Ctrl+E"))

    def _tool(self, name: str) -> QToolButton:
        button = QToolButton()
        button.setProperty("kind", "quiet")
        button.setIconSize(QSize(16, 16))
        button.setToolTip(name)
        button.setAccessibleName(name)
        return button

    def _lay_out(self) -> None:
        header = QHBoxLayout()
        header.setSpacing(2 * GRID)
        header.addWidget(self._title, 1)
        header.addWidget(self.filter)
        header.addWidget(self._refresh)
        header.addWidget(self.open_button)
        footer = QHBoxLayout()
        footer.setContentsMargins(4 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        footer.setSpacing(2 * GRID)
        footer.addWidget(self.summary, 1)
        footer.addWidget(self.reveal_button)
        footer.addWidget(self.delete_button)
        footer.addWidget(self.eject_button)
        footer.addWidget(self.options_button)
        footer.addWidget(self.load_button)
        self._listing = QWidget()
        listing = QVBoxLayout(self._listing)
        listing.setContentsMargins(1, 1, 1, 1)
        listing.setSpacing(0)
        listing.addWidget(self.table, 1)
        line = QFrame()
        line.setProperty("kind", "rule")
        line.setFixedHeight(1)
        listing.addWidget(line)
        listing.addLayout(footer)
        card = QFrame()
        card.setProperty("kind", "card")
        self._stack = QStackedLayout(card)
        self._stack.addWidget(self._listing)
        self._stack.addWidget(self.empty)
        column = QVBoxLayout(self)
        column.setContentsMargins(5 * GRID, 4 * GRID, 5 * GRID, 5 * GRID)
        column.setSpacing(4 * GRID)
        column.addLayout(header)
        column.addWidget(card, 1)
        column.addWidget(self.disk)

    def _connect(self) -> None:
        self.filter.textChanged.connect(self.table.matching.search)
        self.filter.textChanged.connect(self._show_summary)
        self._refresh.clicked.connect(self._shelf.refresh)
        self.load_button.clicked.connect(self._load_selected)
        self.options_button.clicked.connect(self.table.ask_for_options)
        self.eject_button.clicked.connect(self._eject_selected)
        self.reveal_button.clicked.connect(self._reveal_selected)
        self.delete_button.clicked.connect(self._delete_selected)
        self._storage.changed.connect(self._show_storage)
        self._storage.removal_planned.connect(self._ask_removal)
        self.table.load_requested.connect(self.load_requested)
        self.table.selected.connect(self._show_summary)
        self.empty.step_requested.connect(self._take_step)
        self._shelf.refresh_started.connect(self._show_reading)
        self._shelf.models_changed.connect(self._show_models)
        self._shelf.refresh_failed.connect(self._show_failed)
        self._states.listed.connect(self._show_summary)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._refresh.setIcon(icon("refresh-cw", theme.text))
        self.open_button.setIcon(icon("folder-open", theme.text))
        self.reveal_button.setIcon(icon("folder", theme.text))
        self.delete_button.setIcon(icon("trash-2", theme.text))
        self.disk.set_theme(theme)
        self.table.rows.set_theme(theme)
        self.empty.set_theme(theme)

    @Slot(str)
    def _take_step(self, step: str) -> None:
        if step == "open_file":
            self.file_requested.emit()
        elif step == "refresh":
            self._shelf.refresh()

    @Slot()
    def _show_reading(self) -> None:
        self._refresh.setEnabled(False)
        if not self._shelf.models:
            self.empty.say(_reading())
            self._stack.setCurrentWidget(self.empty)

    @Slot(list)
    def _show_models(self, models: list[LocalModel]) -> None:
        self._refresh.setEnabled(True)
        selected = self.table.selected_model
        self.table.rows.set_models(models)
        if models:
            self._select(selected or self._last_loaded() or models[0])
            self._stack.setCurrentWidget(self._listing)
        else:
            self.empty.say(_no_models() if self._shelf.is_known else _reading())
            self._stack.setCurrentWidget(self.empty)
        self._show_summary()

    def _last_loaded(self) -> LocalModel | None:
        found = (model for model in reversed(self._states.loaded) if isinstance(model, LocalModel))
        return next(found, None)

    def _select(self, model: LocalModel) -> None:
        for row in range(self.table.matching.rowCount()):
            if self.table.matching.index(row, 0).data(Qt.ItemDataRole.UserRole).path == model.path:
                self.table.selectRow(row)
                return

    @Slot(object)
    def _show_failed(self, _: AppError) -> None:
        self._show_models(self._shelf.models)

    @Slot()
    @Slot(object)
    def _show_summary(self, _: object = None) -> None:
        model = self.table.selected_model
        kind = "" if model is None else self._states.of(model).kind
        is_loaded = kind == "loaded"
        self.load_button.setEnabled(model is not None and model.problem is None and not kind)
        self.load_button.setVisible(not is_loaded)
        self.options_button.setEnabled(model is not None and model.problem is None)
        self.eject_button.setVisible(is_loaded)
        self.reveal_button.setEnabled(model is not None)
        self.delete_button.setEnabled(model is not None and not kind)
        self.delete_button.setToolTip(tr("Eject it first") if is_loaded else tr("Delete"))
        if model is not None:
            self.load_button.setAccessibleName(tr("Load {name}").format(name=model.name))
            memory = self._states.memory_text(model)
            words = model.problem or facts_text(model)
            if is_loaded:
                words = " ".join((tr("Loaded."), memory)).strip()
            if model.license:  # its column is the first to give way in a narrow window
                words = f"{words} · {model.license}"
            if same := self._storage.duplicates.get(model.path):
                also = tr("same content as {models}").format(models=list_text(same))
                words = f"{words} · {also}"
            self.summary.setText(f"{model.name}: {words}")
            return
        models, shown = self._shelf.models, self.table.matching.rowCount()
        if models and shown == 0:
            words = tr("None of %Ln models matches “{filter}”.", "", len(models))
            self.summary.setText(words.format(filter=self.filter.text()))
        else:
            total = file_text(sum(each.size_bytes for each in models))
            self.summary.setText(tr("%Ln models, {size}", "", len(models)).format(size=total))

    @Slot()
    def _load_selected(self) -> None:
        model = self.table.selected_model
        if model is not None:
            self.load_requested.emit(model)

    @Slot()
    def _eject_selected(self) -> None:
        model = self.table.selected_model
        if model is not None:
            self.eject_requested.emit(model)

    @Slot()
    def _show_storage(self) -> None:
        self.disk.show_use(self._storage.disk_use)
        self._show_summary()

    @Slot()
    def _reveal_selected(self) -> None:
        model = self.table.selected_model
        if model is not None:
            folder = PurePath(os.fsdecode(model.path)).parent
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

    @Slot()
    def _delete_selected(self) -> None:
        model = self.table.selected_model
        if model is not None:
            self._storage.plan_removal(model)

    @Slot(object)
    def _ask_removal(self, removal: Removal) -> None:
        question = RemovalQuestion(self, removal)
        question.confirmed.connect(self._storage.remove)
        question.open()
