"""The quantizations of a repository as a table: size, bits a weight, memory, and fit."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QColor, QResizeEvent
from PySide6.QtWidgets import QTableView

from app.domain.errors import ModelFileError
from app.domain.estimates import RowAnswer, RowEstimate
from app.domain.fit import Fit
from app.domain.forecast_text import FIT_TITLES
from app.domain.hub import ModelFile, RepositoryFiles, bits_per_weight
from app.domain.units import bits_text, file_text, memory_text, rate_text
from app.domain.words import marked
from app.ui.artwork import body_font, icon
from app.ui.language import tr
from app.ui.theme import Theme
from app.ui.widgets.item_views import LEFT, RIGHT, ROOT, Index, give_room, show_whole_rows

ROW_ROLE = Qt.ItemDataRole.UserRole
ROW_HEIGHT = 36
NAME, SIZE, BITS, MEMORY, FIT, SPEED = range(6)
_TITLES = (
    marked("Quantization"),
    marked("Size"),
    marked("Bits"),
    marked("Memory"),
    marked("Fit"),
    marked("Tokens/s"),
)
_UNKNOWN = marked("unknown")
_WIDTHS = (0, 88, 56, 88, 164, 76)
_NAME_WIDTH, _LEAST_FIT_WIDTH = 112, 84
# Hidden in a narrow window: the first one first.
_DISPENSABLE = (BITS, SPEED)
FIT_ICONS: dict[Fit, str] = {
    "fits": "circle-check",
    "tight": "triangle-alert",
    "partial": "triangle-alert",
    "too_big": "circle-alert",
}


def row_title(row: ModelFile) -> str:
    """`Q4_K_M · 3 files`."""
    parts = [row.quantization or row.name]
    if len(row.weight_files) > 1:
        parts.append(tr("%Ln files", "", len(row.weight_files)))
    return " · ".join(parts)


def _note(answer: RowAnswer | None) -> str | None:
    """What more there is to say of a number, or why there is none."""
    if answer is None:
        return None
    return answer.note if isinstance(answer, RowEstimate) else answer.said()


class FileRows(QAbstractTableModel):
    """Rows of a repository with what is known of each."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._rows: tuple[ModelFile, ...] = ()
        self._parameter_count: int | None = None
        self._estimates: Mapping[str, RowAnswer] = {}
        self._recommended: str | None = None

    def set_files(self, files: RepositoryFiles) -> None:
        """Show a repository."""
        self.beginResetModel()
        self._rows, self._parameter_count = files.rows, files.parameter_count
        self._estimates, self._recommended = {}, None
        self.endResetModel()

    def set_estimates(self, estimates: Mapping[str, RowAnswer], recommended: str | None) -> None:
        """Show memory and fit, and mark the recommended row."""
        self._estimates, self._recommended = estimates, recommended
        self._changed()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self._changed()

    def _changed(self) -> None:
        if self._rows:
            last = self.index(len(self._rows) - 1, len(_TITLES) - 1)
            self.dataChanged.emit(self.index(0, 0), last)

    def rowCount(self, parent: Index = ROOT) -> int:
        """The number of quantizations."""
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = ROOT) -> int:
        """The number of columns."""
        return 0 if parent.isValid() else len(_TITLES)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        """Titles stand over their numbers."""
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return tr(_TITLES[section])
        if role == Qt.ItemDataRole.ToolTipRole and section == BITS:
            return tr("Bits per weight, over the whole file")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return LEFT if section in (NAME, FIT) else RIGHT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """What a cell shows."""
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], index.column()
        if role == ROW_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(row, column)
        if role == Qt.ItemDataRole.AccessibleTextRole:
            is_advised = column == NAME and row.name == self._recommended
            text = self._text(row, column)
            return tr("{name}, recommended").format(name=text) if is_advised else text
        return self._look(row, column, role)

    def _look(self, row: ModelFile, column: int, role: int) -> object:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return LEFT if column in (NAME, FIT) else RIGHT
        if role == Qt.ItemDataRole.FontRole and column == NAME:
            return body_font(strong=row.name == self._recommended)
        if role == Qt.ItemDataRole.ForegroundRole:
            known = row.problem is None and self._text(row, column) not in ("", tr(_UNKNOWN))
            return QColor(self._theme.text if known else self._theme.dim_text)
        if role == Qt.ItemDataRole.DecorationRole:
            return self._symbol(row, column)
        if role == Qt.ItemDataRole.ToolTipRole and column in (MEMORY, FIT):
            return _note(self._estimates.get(row.name))
        return None

    def _text(self, row: ModelFile, column: int) -> str:
        if column == NAME:
            return row_title(row)
        if column == SIZE:
            return file_text(row.size_bytes)
        if column == BITS:
            bits = bits_per_weight(row, self._parameter_count)
            return "" if bits is None else bits_text(bits)
        if row.problem is not None:
            return tr("Incomplete") if column == FIT else ""
        return self._estimate_text(self._estimates.get(row.name), column)

    @staticmethod
    def _estimate_text(estimate: RowAnswer | None, column: int) -> str:
        if isinstance(estimate, ModelFileError) and column == FIT:
            return tr("Damaged")
        if not isinstance(estimate, RowEstimate):
            return tr(_UNKNOWN) if column == MEMORY else ""
        if column == MEMORY:
            return memory_text(estimate.needed_bytes)
        if column == FIT:
            return tr(FIT_TITLES[estimate.fit])
        return "" if estimate.decode_tps is None else rate_text(estimate.decode_tps)

    def _symbol(self, row: ModelFile, column: int) -> object:
        theme = self._theme
        if column == NAME:
            if row.name == self._recommended:
                return icon("star", theme.accent)
            return icon("triangle-alert", theme.warn) if row.problem else None
        estimate = self._estimates.get(row.name)
        if column != FIT or not isinstance(estimate, RowEstimate) or row.problem is not None:
            return None
        colours = {"fits": theme.good, "too_big": theme.bad}
        return icon(FIT_ICONS[estimate.fit], colours.get(estimate.fit, theme.warn))

    def place_of(self, name: str) -> int | None:
        """The row of that name."""
        return next((place for place, row in enumerate(self._rows) if row.name == name), None)

    @property
    def has_bits(self) -> bool:
        """Whether the number of parameters is known, and with it the bits of each."""
        return bool(self._parameter_count)

    @property
    def has_speeds(self) -> bool:
        """Whether any speed was predicted."""
        estimates = [one for one in self._estimates.values() if isinstance(one, RowEstimate)]
        return any(one.decode_tps is not None for one in estimates)


class FileTable(QTableView):
    """Whole rows are selected; Enter or a double click asks for the download."""

    row_selected = Signal(object)
    download_requested = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.rows = FileRows(theme)
        self._told = False
        self.setModel(self.rows)
        self.setAccessibleName(tr("Quantizations of this repository"))
        self._widths = show_whole_rows(self, _WIDTHS, ROW_HEIGHT)
        self.selectionModel().selectionChanged.connect(self._tell_selected)
        self.activated.connect(self._ask)

    def show_columns(self, *, estimates: bool) -> None:
        """Memory, fit and speed are shown where they can be told at all."""
        self._told = estimates
        self.setColumnHidden(MEMORY, not estimates)
        self.setColumnHidden(FIT, not estimates)
        self._give_room()

    def _give_room(self) -> None:
        give_room(self, self._widths, _DISPENSABLE, _NAME_WIDTH)
        if not self.rows.has_bits:
            self.hideColumn(BITS)
        if not (self._told and self.rows.has_speeds):
            self.hideColumn(SPEED)
        numbers = _NAME_WIDTH + self._widths[SIZE] + self._widths[MEMORY]
        has_room = self.viewport().width() >= numbers + _LEAST_FIT_WIDTH
        self.setColumnHidden(SIZE, self._told and not has_room)  # the button tells it
        others = [n for n in range(len(_WIDTHS)) if n != FIT and not self.isColumnHidden(n)]
        room = self.viewport().width() - _NAME_WIDTH - sum(self._widths[n] for n in others)
        self.setColumnWidth(FIT, max(_LEAST_FIT_WIDTH, min(self._widths[FIT], room)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Show as many columns as leave the name its width."""
        self._give_room()
        super().resizeEvent(event)

    @property
    def selected_row(self) -> ModelFile | None:
        """The quantization that is selected."""
        rows = self.selectionModel().selectedRows()
        return rows[0].data(ROW_ROLE) if rows else None

    def select_name(self, name: str) -> None:
        """Select a quantization."""
        place = self.rows.place_of(name)
        if place is not None:
            self.selectRow(place)

    @Slot()
    def _tell_selected(self) -> None:
        self.row_selected.emit(self.selected_row)

    @Slot(QModelIndex)
    def _ask(self, _: QModelIndex) -> None:
        self.download_requested.emit()
