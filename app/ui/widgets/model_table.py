"""The table of models: numbers to the right, problems with their sentence, sorting by value."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractTableModel,
    QDateTime,
    QModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QAction, QColor, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QTableView

from app.domain.model import LocalModel, ModelRef, ref_of
from app.domain.units import (
    ago_text,
    count_text,
    file_text,
    memory_text,
    parameters_text,
    percent_text,
)
from app.domain.words import marked
from app.ui.artwork import icon
from app.ui.language import tr
from app.ui.model_states import ModelStates
from app.ui.theme import Theme
from app.ui.widgets.item_views import LEFT, RIGHT, ROOT, Index, give_room, show_whole_rows
from app.ui.widgets.model_choices import MODEL_ROLE, SOURCE_NAMES

SORT_ROLE = MODEL_ROLE + 1
UNKNOWN = marked("unknown")
_NEVER = marked("never")
ROW_HEIGHT = 40


@dataclass(frozen=True)
class Column:
    """One column: its title, its text, what it sorts by, and its width (0 takes the rest)."""

    title: str
    text: Callable[[LocalModel], str]
    key: Callable[[LocalModel], str | int]
    width: int
    is_number: bool = False


def _parameters(model: LocalModel) -> str:
    return tr(UNKNOWN) if model.parameter_count is None else parameters_text(model.parameter_count)


def _context(model: LocalModel) -> str:
    return tr(UNKNOWN) if model.context_tokens is None else count_text(model.context_tokens)


def _last_loaded(model: LocalModel) -> str:
    if model.last_loaded is None:
        return tr(_NEVER)
    return ago_text(QDateTime.currentSecsSinceEpoch() - model.last_loaded)


def _told_by_state(_: LocalModel) -> str:
    return ""


COLUMNS = (
    Column(marked("Model"), lambda m: m.name, lambda m: m.name.lower(), 0),
    Column(
        marked("Quantization"),
        lambda m: m.quantization or tr(UNKNOWN),
        lambda m: m.quantization or "",
        104,
    ),
    Column(
        marked("Parameters"), _parameters, lambda m: m.parameter_count or 0, 100, is_number=True
    ),
    Column(
        marked("Size"),
        lambda m: file_text(m.size_bytes),
        lambda m: m.size_bytes,
        80,
        is_number=True,
    ),
    # What a loaded model holds.
    Column(marked("In memory"), _told_by_state, lambda _: 0, 92, is_number=True),
    Column(marked("Context"), _context, lambda m: m.context_tokens or 0, 84, is_number=True),
    Column(marked("Licence"), lambda m: m.license or tr(UNKNOWN), lambda m: m.license or "", 96),
    Column(marked("Last used"), _last_loaded, lambda m: m.last_loaded or 0, 96),
    Column(
        marked("Source"),
        lambda m: tr(SOURCE_NAMES[m.source]),
        lambda m: tr(SOURCE_NAMES[m.source]),
        112,
    ),
)

_NAME_WIDTH = 280
# Hidden in a narrow window, until the name has its width: the first one first.
_DISPENSABLE = tuple(
    [column.title for column in COLUMNS].index(title)
    for title in ("Licence", "Source", "Context", "Last used", "Parameters")
)
_HELD = [column.title for column in COLUMNS].index("In memory")
_LAST_USED = [column.title for column in COLUMNS].index("Last used")
_WIDTHS = [column.width for column in COLUMNS]


class ModelRows(QAbstractTableModel):
    """Models as rows of COLUMNS."""

    def __init__(self, theme: Theme, states: ModelStates) -> None:
        super().__init__()
        self._theme = theme
        self._models: list[LocalModel] = []
        self._rows: dict[ModelRef, int] = {}
        self._states = states
        states.listed.connect(self._changed)
        states.changed.connect(self._show_held)

    def set_models(self, models: list[LocalModel]) -> None:
        """Replace all rows, unless they are the same."""
        if models == self._models:
            return
        self.beginResetModel()
        self._models = list(models)
        self._rows = {ref_of(model): row for row, model in enumerate(models)}
        self.endResetModel()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._changed()

    @Slot()
    def _show_held(self) -> None:
        """Only of what is loaded: to tell of all rows would filter them all again."""
        for model in self._states.active:
            row = self._rows.get(ref_of(model))
            if row is not None:
                self.dataChanged.emit(self.index(row, _HELD), self.index(row, _HELD))

    @Slot()
    def _changed(self) -> None:
        last = self.index(len(self._models) - 1, len(COLUMNS) - 1)
        self.dataChanged.emit(self.index(0, 0), last)

    def rowCount(self, parent: Index = ROOT) -> int:
        """The number of models."""
        return 0 if parent.isValid() else len(self._models)

    def columnCount(self, parent: Index = ROOT) -> int:
        """The number of columns."""
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Titles stand over their numbers."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(COLUMNS[section].title)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if COLUMNS[section].is_number else LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a cell shows; a model with a problem has its sentence in place of the numbers."""
        if not index.isValid():
            return None
        model, number = self._models[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._text(model, number)
        if role == SORT_ROLE:
            held = self._states.of(model).held if number == _HELD else None
            return COLUMNS[number].key(model) if held is None else held.held_bytes
        return model if role == MODEL_ROLE else self._look(model, number, role)

    def _look(self, model: LocalModel, number: int, role: int) -> object:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return RIGHT if COLUMNS[number].is_number and model.problem is None else LEFT
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(self._colour(model, number))
        if role == Qt.ItemDataRole.DecorationRole and number == 0:
            return self._symbol(model)
        return None

    def _text(self, model: LocalModel, column: int) -> str:
        if model.problem is not None and column > 0:
            return model.problem if column == 1 else ""
        if column == _HELD:
            return self._held_text(model)
        if column == _LAST_USED and self._states.of(model).kind == "loaded":
            return tr("now")
        return COLUMNS[column].text(model)

    def _held_text(self, model: LocalModel) -> str:
        state = self._states.of(model)
        if state.kind == "loading":
            far = state.fraction
            return tr("loading") if far is None else percent_text(100 * far)
        if state.held is None:
            return ""
        about = "" if state.held.is_measured else "≈ "
        return about + memory_text(state.held.held_bytes)

    def _colour(self, model: LocalModel, column: int) -> str:
        if column == 0 and model.problem is None:
            return self._theme.text
        if column == 1 and model.problem is not None:
            return self._theme.warn
        text = COLUMNS[column].text(model)
        return (
            self._theme.dim_text
            if text in (tr(UNKNOWN), tr(_NEVER)) or column in (0, len(COLUMNS) - 1)
            else self._theme.text
        )

    def _symbol(self, model: LocalModel) -> object:
        if model.problem is not None:
            return icon("triangle-alert", self._theme.warn)
        if self._states.of(model).kind == "loaded":
            return icon("circle-check", self._theme.good)
        return icon("box", self._theme.dim_text)


class MatchingRows(QSortFilterProxyModel):
    """The models whose row holds every word that was typed."""

    def __init__(self) -> None:
        super().__init__()
        self._words: list[str] = []
        self.setSortRole(SORT_ROLE)

    @Slot(str)
    def search(self, text: str) -> None:
        """Keep the models that match."""
        self.beginFilterChange()
        self._words = text.lower().split()
        self.endFilterChange()

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        """Whether all words occur anywhere in the row."""
        model: LocalModel = self.sourceModel().index(source_row, 0).data(MODEL_ROLE)
        row = " ".join(column.text(model) for column in COLUMNS).lower()
        return all(word in row for word in self._words)


class ModelTable(QTableView):
    """Whole rows are selected; Enter or a double click asks to load, Ctrl+Enter for options."""

    load_requested = Signal(object)
    options_requested = Signal(object)
    selected = Signal(object)

    def __init__(self, theme: Theme, states: ModelStates) -> None:
        super().__init__()
        self.rows = ModelRows(theme, states)
        self.matching = MatchingRows()
        self.matching.setSourceModel(self.rows)
        self.setModel(self.matching)
        self.setAccessibleName(tr("Models on this computer"))
        self._widths = show_whole_rows(self, _WIDTHS, ROW_HEIGHT)
        self.setSortingEnabled(True)
        self.sortByColumn(0, Qt.SortOrder.AscendingOrder)
        self._make_actions()
        self.activated.connect(self._load)
        self.matching.layoutChanged.connect(self._span_problems)
        self.matching.modelReset.connect(self._span_problems)
        self.matching.rowsInserted.connect(self._span_problems)
        self.matching.rowsRemoved.connect(self._span_problems)
        self.selectionModel().selectionChanged.connect(self._tell_selected)

    def _make_actions(self) -> None:
        action = QAction(tr("Load with options…"), self)
        action.setShortcuts([QKeySequence("Ctrl+Return"), QKeySequence("Ctrl+Enter")])
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        action.triggered.connect(self.ask_for_options)
        self.addAction(action)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)

    @Slot()
    def ask_for_options(self) -> None:
        """Ask for the options of the selected model's load."""
        model = self.selected_model
        if model is not None and model.problem is None:
            self.options_requested.emit(model)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many columns as leave the name its width."""
        give_room(self, self._widths, _DISPENSABLE, _NAME_WIDTH)
        super().resizeEvent(event)

    @property
    def selected_model(self) -> LocalModel | None:
        """The model of the selected row."""
        rows = self.selectionModel().selectedRows()
        return rows[0].data(MODEL_ROLE) if rows else None

    @Slot()
    def _span_problems(self) -> None:
        self.clearSpans()
        for row in range(self.matching.rowCount()):
            model: LocalModel = self.matching.index(row, 0).data(MODEL_ROLE)
            if model.problem is not None:
                self.setSpan(row, 1, 1, len(COLUMNS) - 1)

    @Slot(QModelIndex)
    def _load(self, index: QModelIndex) -> None:
        model: LocalModel = index.data(MODEL_ROLE)
        if model.problem is None:
            self.load_requested.emit(model)

    @Slot()
    def _tell_selected(self) -> None:
        self.selected.emit(self.selected_model)
