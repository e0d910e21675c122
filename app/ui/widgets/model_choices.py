"""Models as rows of a list: a name, what is known of it, and whether it is loaded."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from app.domain.model import AnyModel, ServedModel
from app.domain.units import file_text, parameters_text
from app.ui.artwork import icon, secondary_font
from app.ui.theme import GRID, SMALL_RADIUS, Theme
from app.ui.widgets.item_views import ROOT, Index, paint_ground, paint_line

MODEL_ROLE = Qt.ItemDataRole.UserRole
ROW_HEIGHT = 48

SOURCE_NAMES = {
    "starter": "Starter model",
    "quantbench": "Quantbench",
    "hf-cache": "Hugging Face",
    "lm-studio": "LM Studio",
    "ollama": "Ollama",
    "file": "Opened file",
}


def facts_text(model: AnyModel) -> str:
    """What tells one model from another: `Q4_1 · 135M · 98 MB · Starter model`."""
    if isinstance(model, ServedModel):
        return f"On the server {model.server}"
    known = [
        model.quantization,
        None if model.parameter_count is None else parameters_text(model.parameter_count),
        file_text(model.size_bytes),
        SOURCE_NAMES[model.source],
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


class ModelChoices(QAbstractListModel):
    """The models that match what was typed."""

    def __init__(self) -> None:
        super().__init__()
        self._models: Sequence[AnyModel] = []
        self._rows: list[AnyModel] = []
        self._words: list[str] = []
        self.loaded: AnyModel | None = None

    def set_models(self, models: Sequence[AnyModel]) -> None:
        """Replace all models; what was typed still counts."""
        self._models = list(models)
        self._match()

    def search(self, text: str) -> None:
        """Keep the models whose name or facts hold every word."""
        self._words = text.lower().split()
        self._match()

    def _match(self) -> None:
        self.beginResetModel()
        self._rows = [
            model
            for model in self._models
            if all(word in f"{model.name} {facts_text(model)}".lower() for word in self._words)
        ]
        self.endResetModel()

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
            loaded = ", loaded" if model == self.loaded else ""
            return f"{model.name}, {facts_text(model)}{loaded}"
        if role == MODEL_ROLE:
            return model
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        """A model with a problem is shown and cannot be chosen."""
        flags = super().flags(index)
        if index.isValid() and self._rows[index.row()].problem is not None:
            return flags & ~Qt.ItemFlag.ItemIsEnabled
        return flags


class ModelDelegate(QStyledItemDelegate):
    """Two lines: the name, and below it the facts or the problem."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """Two lines with air."""
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw name and facts; a tick marks the loaded model."""
        model: AnyModel = index.data(MODEL_ROLE)
        choices = index.model()
        loaded = isinstance(choices, ModelChoices) and choices.loaded == model
        active = QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if option.state & active and model.problem is None:
            paint_ground(painter, rect, self.theme.hover, SMALL_RADIUS)
        if loaded:
            tick = QRect(rect.right() - 28, rect.top() + 16, 16, 16)
            icon("check", self.theme.good).paint(painter, tick)
        inner = rect.adjusted(2 * GRID + 2, 6, -10 * GRID if loaded else -2 * GRID, -6)
        dim = model.problem is not None
        self._line(painter, inner, model.name, self.theme.dim_text if dim else self.theme.text)
        inner.setTop(inner.top() + 19)
        painter.setFont(secondary_font())
        note = model.problem or facts_text(model)
        self._line(painter, inner, note, self.theme.warn if dim else self.theme.dim_text)
        painter.restore()

    @staticmethod
    def _line(painter: QPainter, rect: QRect, text: str, colour: str) -> None:
        line = QRect(rect.left(), rect.top(), rect.width(), painter.fontMetrics().height())
        painter.setPen(QColor(colour))
        paint_line(painter, line, text, Qt.TextElideMode.ElideMiddle)
