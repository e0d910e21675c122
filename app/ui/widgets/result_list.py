"""Search results as a list: name, who made it, and the facts that decide, in two lines each."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QFontMetrics, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from app.domain.hub import ModelCard
from app.domain.units import compact_text, parameters_text
from app.ui.artwork import body_font, icon, secondary_font
from app.ui.language import tr
from app.ui.theme import GRID, RADIUS, Theme
from app.ui.widgets.item_views import LEFT, ROOT, Index, paint_ground, paint_line

CARD_ROLE = Qt.ItemDataRole.UserRole
ROW_HEIGHT = 76
_ICON = 14


def card_facts(card: ModelCard) -> str:
    """What tells one model from another: `8.03B · GGUF · apache-2.0 · vision`."""
    known = [
        None if card.parameter_count is None else parameters_text(card.parameter_count),
        ", ".join(one.upper() for one in card.formats),
        card.license,
        *card.capabilities,
    ]
    return " · ".join(fact for fact in known if fact)


def card_sentence(card: ModelCard) -> str:
    """The same and all marks, as a screen reader says it."""
    counts = tr("{downloads} downloads, {likes} likes").format(
        downloads=compact_text(card.downloads), likes=compact_text(card.likes)
    )
    words = (card.repository, tr("gated") if card.gated else "", card_facts(card), counts)
    return ", ".join(each for each in words if each)


class Results(QAbstractListModel):
    """The cards of one search."""

    def __init__(self) -> None:
        super().__init__()
        self._cards: list[ModelCard] = []

    def set_cards(self, cards: list[ModelCard]) -> None:
        """Replace all rows."""
        self.beginResetModel()
        self._cards = list(cards)
        self.endResetModel()

    def rowCount(self, parent: Index = ROOT) -> int:
        """The number of cards."""
        return 0 if parent.isValid() else len(self._cards)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        """The card, and what is said of it."""
        if not index.isValid():
            return None
        card = self._cards[index.row()]
        if role == CARD_ROLE:
            return card
        if role == Qt.ItemDataRole.DisplayRole:
            return card.repository
        return card_sentence(card) if role == Qt.ItemDataRole.AccessibleTextRole else None

    def row_of(self, repository: str) -> int | None:
        """Where a repository is."""
        for row, card in enumerate(self._cards):
            if card.repository == repository:
                return row
        return None


class _CardDelegate(QStyledItemDelegate):
    """Paints names literally: nothing of them is markup."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        """One height for all rows."""
        return QSize(0, ROW_HEIGHT)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        """Draw one card."""
        card: ModelCard = index.data(CARD_ROLE)
        rect: QRect = option.rect
        state: QStyle.StateFlag = option.state
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._ground(painter, rect, state)
        inner = rect.adjusted(4 * GRID, 2 * GRID + 2, -4 * GRID, -2 * GRID)
        top = QRect(inner.left(), inner.top(), inner.width(), 18)
        self._title(painter, top, card)
        painter.setFont(secondary_font())
        painter.setPen(QColor(self.theme.dim_text))
        paint_line(painter, top.translated(0, 20), card_facts(card))
        self._counts(painter, top.translated(0, 39), card)
        painter.restore()

    def _ground(self, painter: QPainter, rect: QRect, state: QStyle.StateFlag) -> None:
        chosen = bool(state & QStyle.StateFlag.State_Selected)
        if chosen or state & QStyle.StateFlag.State_MouseOver:
            paint_ground(painter, rect.adjusted(4, 1, -4, -1), self.theme.hover, RADIUS)
        if chosen:
            bar = QRect(rect.left() + 4, rect.top() + 14, 3, rect.height() - 28)
            paint_ground(painter, bar, self.theme.accent, 1.5)

    def _title(self, painter: QPainter, rect: QRect, card: ModelCard) -> None:
        painter.setFont(body_font(strong=True))
        painter.setPen(QColor(self.theme.text))
        if card.gated:
            icon("lock", self.theme.warn).paint(
                painter, QRect(rect.right() - _ICON, rect.top() + 2, _ICON, _ICON)
            )
            rect = rect.adjusted(0, 0, -_ICON - 2 * GRID, 0)
        paint_line(painter, rect, card.repository.partition("/")[2])

    def _counts(self, painter: QPainter, rect: QRect, card: ModelCard) -> None:
        metrics = QFontMetrics(secondary_font())
        x = rect.right()
        for name, count in (("heart", card.likes), ("download", card.downloads)):
            text = compact_text(count)
            x -= metrics.horizontalAdvance(text)
            painter.drawText(QRect(x, rect.top(), rect.right(), rect.height()), LEFT, text)
            x -= _ICON + GRID
            icon(name, self.theme.dim_text).paint(painter, QRect(x, rect.top() + 2, _ICON, _ICON))
            x -= 3 * GRID
        room = QRect(rect.left(), rect.top(), x - rect.left(), rect.height())
        paint_line(painter, room, card.author)


class ResultList(QListView):
    """Selecting a card opens it: by click, Enter, or the arrow keys and a pause."""

    card_chosen = Signal(object)

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.results = Results()
        self._delegate = _CardDelegate(theme)
        self.setModel(self.results)
        self.setItemDelegate(self._delegate)
        self.setAccessibleName(tr("Models found"))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)

    def set_cards(self, cards: list[ModelCard], chosen: str) -> None:
        """Show these, and mark the one that is open."""
        self.results.set_cards(cards)
        row = self.results.row_of(chosen)
        if row is not None:
            self.setCurrentIndex(self.results.index(row))
        self.scrollToTop()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._delegate.theme = theme
        self.viewport().update()

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        card = index.data(CARD_ROLE)
        if card is not None:
            self.card_chosen.emit(card)
