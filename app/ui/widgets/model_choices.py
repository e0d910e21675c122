"""Models as rows of a list: a name, what is known of it, and how it stands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from PySide6.QtCore import QAbstractListModel, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.domain.forecast_text import FIT_TITLES
from app.domain.measured_load import HeldMemory
from app.domain.model import AnyModel, ModelRef, ServedModel, ref_of
from app.domain.units import file_text, memory_text, parameters_text, percent_text
from app.domain.words import marked
from app.ui.artwork import icon, secondary_font
from app.ui.language import tr
from app.ui.model_states import ModelState
from app.ui.theme import GRID, SMALL_RADIUS, Theme
from app.ui.widgets.file_table import FIT_ICONS
from app.ui.widgets.item_views import RIGHT, ROOT, Index, paint_ground, paint_line

MODEL_ROLE = Qt.ItemDataRole.UserRole
ROW_HEIGHT = 48
# At the right end of a row: how the model stands, and the mark that ejects it.
_STATE_WIDTH = 168
_EJECT_WIDTH = 8 * GRID

SOURCE_NAMES = {
    "starter": marked("Starter model"),
    "quantbench": "Quantbench",
    "hf-cache": "Hugging Face",
    "lm-studio": "LM Studio",
    "ollama": "Ollama",
    "file": marked("Opened file"),
}
FORMAT_NAMES = {"gguf": "GGUF", "mlx": "MLX"}
_ORDER = {"loaded": 0, "loading": 1, "": 2}


def facts_text(model: AnyModel) -> str:
    """What tells one model from another: `Q4_1 · 135M · 98 MB · GGUF · Starter model`."""
    if isinstance(model, ServedModel):
        return tr("On the server {server}").format(server=model.server)
    known = [
        model.quantization,
        None if model.parameter_count is None else parameters_text(model.parameter_count),
        file_text(model.size_bytes),
        FORMAT_NAMES[model.format],
        tr(SOURCE_NAMES[model.source]),
    ]
    return " · ".join(fact for fact in known if fact)


def short_name(model: AnyModel) -> str:
    """Name and quantization, which is not said twice; of a server's model, the server."""
    if isinstance(model, ServedModel):
        return f"{model.name} · {model.server}"
    quantization = model.quantization
    if not quantization or quantization.lower() in model.name.lower():
        return model.name
    return f"{model.name} · {quantization}"


class Badge(NamedTuple):
    """How a model stands in two short lines, with a symbol in a colour of the theme."""

    title: str = ""
    detail: str = ""
    symbol: str = ""
    tone: str = "dim_text"


def held_text(held: HeldMemory | None) -> str:
    """`329 MiB measured` or `329 MiB predicted`."""
    if held is None:
        return ""
    words = tr("{memory} measured") if held.is_measured else tr("{memory} predicted")
    return words.format(memory=memory_text(held.held_bytes))


def badge_of(state: ModelState) -> Badge:
    """`Loaded`, `329 MiB measured`; `Loading 43 %`; `Fits`, `needs 329 MiB`."""
    if state.kind == "loaded":
        return Badge(tr("Loaded"), held_text(state.held), "circle-check", "good")
    if state.kind == "loading":
        far = "…" if state.fraction is None else f" {percent_text(100 * state.fraction)}"
        return Badge(tr("Loading") + far, "", "hourglass", "accent")
    estimate = state.estimate
    if estimate is None:
        return Badge()
    needs = tr("needs {memory}").format(memory=memory_text(estimate.needed_bytes))
    if estimate.needs_room:
        return Badge(tr("Fits after ejecting"), needs, "eject", "warn")
    tone = {"fits": "good", "too_big": "bad"}.get(estimate.fit, "warn")
    return Badge(tr(FIT_TITLES[estimate.fit]), needs, FIT_ICONS[estimate.fit], tone)


def _unknown(_: AnyModel) -> ModelState:
    return ModelState()


class ModelChoices(QAbstractListModel):
    """The models that match what was typed: loaded ones first, then those being loaded."""

    def __init__(self, state_of: Callable[[AnyModel], ModelState] = _unknown) -> None:
        super().__init__()
        self.state_of = state_of
        # What is searched in stands beside each model.
        self._models: list[tuple[str, AnyModel]] = []
        self._rows: list[AnyModel] = []
        self._words: list[str] = []

    def set_models(self, models: Sequence[AnyModel]) -> None:
        """Replace all models; what was typed still counts."""
        self._models = [(f"{each.name} {facts_text(each)}".lower(), each) for each in models]
        self.arrange()

    def search(self, text: str) -> None:
        """Keep the models whose name or facts hold every word."""
        self._words = text.lower().split()
        self.arrange()

    def arrange(self) -> None:
        """Find the rows and their order anew."""
        rows = [model for text, model in self._models if all(word in text for word in self._words)]
        rows.sort(key=lambda model: _ORDER[self.state_of(model).kind])
        if rows != self._rows:
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
        self.show_states()

    def show_states(self) -> None:
        """How models stand may have changed."""
        if self._rows:
            self.dataChanged.emit(self.index(0), self.index(len(self._rows) - 1))

    def row_of(self, ref: ModelRef | None) -> int:
        """The row of a model; the first one if it is not there."""
        found = (row for row, model in enumerate(self._rows) if ref_of(model) == ref)
        return next(found, 0)

    def rowCount(self, parent: Index = ROOT) -> int:
        """The number of models that match."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """Name, facts for screen readers, and the model itself."""
        if not index.isValid():
            return None
        model = self._rows[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            return model.name
        if role == Qt.ItemDataRole.AccessibleTextRole:
            badge = badge_of(self.state_of(model))
            known = (model.name, model.problem or facts_text(model), badge.title, badge.detail)
            return ", ".join(part for part in known if part)
        if role == Qt.ItemDataRole.ToolTipRole:
            estimate = self.state_of(model).estimate
            return model.problem or (None if estimate is None else estimate.note)
        return model if role == MODEL_ROLE else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """A model with a problem is shown and cannot be chosen."""
        flags = super().flags(index)
        if index.isValid() and self._rows[index.row()].problem is not None:
            return flags & ~Qt.ItemFlag.ItemIsEnabled
        return flags


def eject_place(row: QRect) -> QRect:
    """Where a loaded model's row is pressed to eject it."""
    return QRect(row.right() - _EJECT_WIDTH, row.top(), _EJECT_WIDTH, row.height())


class ModelDelegate(QStyledItemDelegate):
    """Two lines: the name, and below it the facts or the problem; to the right how it stands."""

    def __init__(self, theme: Theme, choices: ModelChoices) -> None:
        super().__init__()
        self.theme = theme
        self._choices = choices

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines with air."""
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw name, facts and badge."""
        model: AnyModel = index.data(MODEL_ROLE)
        dim = model.problem is not None
        active = QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver
        row: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & active and not dim:
            paint_ground(painter, row, self.theme.hover, SMALL_RADIUS)
        inner = row.adjusted(2 * GRID + 2, 6, -2 * GRID, -6)
        if not dim:
            inner.setRight(self._paint_state(painter, row, self._choices.state_of(model)))
        self._line(painter, inner, model.name, self.theme.dim_text if dim else self.theme.text)
        inner.setTop(inner.top() + 19)
        painter.setFont(secondary_font())
        note = model.problem or facts_text(model)
        self._line(painter, inner, note, self.theme.warn if dim else self.theme.dim_text)
        painter.restore()

    def _paint_state(self, painter: QPainter, row: QRect, state: ModelState) -> int:
        """Draw the badge; gives where it begins."""
        badge = badge_of(state)
        right = row.right() - 2 * GRID
        if state.kind == "loaded":
            place = QRect(0, 0, 16, 16)
            place.moveCenter(eject_place(row).center())
            icon("eject", self.theme.dim_text).paint(painter, place)
            right = eject_place(row).left() - GRID
        if not badge.title:
            return right
        left = right - _STATE_WIDTH
        font = painter.font()
        painter.setFont(secondary_font())
        height = painter.fontMetrics().height()
        painter.setPen(QColor(getattr(self.theme, badge.tone)))
        title = QRect(left, row.top() + 7, _STATE_WIDTH, height)
        painter.drawText(title, RIGHT, badge.title)
        width = painter.fontMetrics().horizontalAdvance(badge.title)
        symbol = QRect(right - width - 18, row.top() + 7 + (height - 14) // 2, 14, 14)
        icon(badge.symbol, getattr(self.theme, badge.tone)).paint(painter, symbol)
        painter.setPen(QColor(self.theme.dim_text))
        painter.drawText(title.translated(0, 18), RIGHT, badge.detail)
        painter.setFont(font)
        return left - 2 * GRID

    @staticmethod
    def _line(painter: QPainter, rect: QRect, text: str, colour: str) -> None:
        line = QRect(rect.left(), rect.top(), rect.width(), painter.fontMetrics().height())
        painter.setPen(QColor(colour))
        paint_line(painter, line, text, Qt.TextElideMode.ElideMiddle)
