"""What to search for: words, order, format, size, use, and whether it may fit this machine."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.hub import ModelCard, SearchQuery, Sort
from app.domain.model import ModelFormat
from app.domain.units import memory_text
from app.domain.words import marked
from app.ui.artwork import icon, icon_pixmap
from app.ui.language import tr
from app.ui.theme import GRID, Theme

_SORTS: tuple[tuple[Sort, str], ...] = (
    ("trending", marked("Trending")),
    ("downloads", marked("Most downloads")),
    ("likes", marked("Most likes")),
    ("newest", marked("Newest")),
)
_FORMATS: tuple[tuple[ModelFormat | None, str], ...] = (
    (None, marked("Any format")),
    ("gguf", "GGUF"),
    ("mlx", "MLX"),
)
_BILLION = 10**9
_SIZES: tuple[tuple[tuple[int | None, int | None], str], ...] = (
    ((None, None), marked("Any size")),
    ((None, 2 * _BILLION), marked("Up to 2B")),
    ((2 * _BILLION, 5 * _BILLION), marked("2B to 5B")),
    ((5 * _BILLION, 10 * _BILLION), marked("5B to 10B")),
    ((10 * _BILLION, 20 * _BILLION), marked("10B to 20B")),
    ((20 * _BILLION, None), marked("Over 20B")),
)
_USES = (
    ("", marked("Any use")),
    ("vision", marked("Images")),
    ("audio", marked("Audio")),
    ("tools", marked("Tools")),
    ("reasoning", marked("Reasoning")),
    ("embeddings", marked("Embeddings")),
)
_LIMIT = 60
# Parameters for each byte of memory at four bits a weight: more cannot fit, whatever is chosen.
_MOST_PARAMETERS_A_BYTE = 2


class SearchFilters(QWidget):
    """A search field and, below it, choices. `changed` says that the question is another one."""

    changed = Signal()
    submitted = Signal()

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._memory_bytes: int | None = None
        self.words = QLineEdit()
        self.words.setPlaceholderText(tr("Search models on the hub: name, author, owner/model"))
        self.words.setAccessibleName(tr("Search models on the hub"))
        self.clear_button = QToolButton()
        self.clear_button.setProperty("kind", "quiet")
        self.clear_button.setIconSize(QSize(16, 16))
        self.clear_button.setCursor(Qt.CursorShape.ArrowCursor)
        self.clear_button.setAccessibleName(tr("Clear the search"))
        self.clear_button.clicked.connect(self.words.clear)
        self.clear_button.hide()
        # Qt's own icons of a line edit would be set off by the padding of the style sheet.
        self._symbol = QLabel()
        self._symbol.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        inside = QHBoxLayout(self.words)
        inside.setContentsMargins(3 * GRID, 0, 0, 0)
        inside.addWidget(self._symbol, 0, Qt.AlignmentFlag.AlignLeft)
        inside.addStretch(1)
        inside.addWidget(self.clear_button)
        self.words.setTextMargins(5 * GRID, 0, 7 * GRID, 0)
        self.set_theme(theme)
        self.sort = self._choice(tr("Order"), [tr(name) for _, name in _SORTS])
        self.format = self._choice(tr("Format"), [tr(name) for _, name in _FORMATS])
        self.parameters = self._choice(tr("Parameters"), [tr(name) for _, name in _SIZES])
        self.use = self._choice(tr("Use"), [tr(name) for _, name in _USES])
        self.may_fit = QCheckBox(tr("Fits here"))
        self.may_fit.setEnabled(False)
        self.may_fit.toggled.connect(self._tell)
        self.words.textChanged.connect(self._tell)
        self.words.returnPressed.connect(self.submitted)
        self._lay_out()

    def _choice(self, name: str, items: list[str]) -> QComboBox:
        box = QComboBox()
        box.addItems(items)
        box.setAccessibleName(name)
        box.setToolTip(name)
        box.activated.connect(self._tell)
        return box

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        for box in (self.sort, self.format, self.parameters, self.use):
            row.addWidget(box)
        row.addWidget(self.may_fit)
        row.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2 * GRID)
        column.addWidget(self.words)
        column.addLayout(row)

    @property
    def query(self) -> SearchQuery:
        """The question as it stands."""
        least, most = _SIZES[self.parameters.currentIndex()][0]
        if self.may_fit.isChecked() and self._memory_bytes is not None:
            bound = self._memory_bytes * _MOST_PARAMETERS_A_BYTE
            most = bound if most is None else min(most, bound)
        return SearchQuery(
            text=self.words.text().strip(),
            format=_FORMATS[self.format.currentIndex()][0],
            sort=_SORTS[self.sort.currentIndex()][0],
            limit=_LIMIT,
            min_parameters=least,
            max_parameters=most,
        )

    def accepts(self, card: ModelCard) -> bool:
        """What the hub cannot be asked for is filtered here, by what it tells of each model."""
        use = _USES[self.use.currentIndex()][0]
        return not use or use in card.capabilities

    @property
    def is_narrow(self) -> bool:
        """Whether anything but the words and the order was chosen."""
        choices = (self.format, self.parameters, self.use)
        return self.may_fit.isChecked() or any(box.currentIndex() for box in choices)

    def set_memory(self, memory_bytes: int) -> None:
        """Learn how much memory this machine has."""
        if memory_bytes != self._memory_bytes:
            self._memory_bytes = memory_bytes
            self.may_fit.setEnabled(True)
            self.may_fit.setToolTip(
                tr(
                    "Leaves out what cannot fit into {memory} even at four bits a weight. What a "
                    "quantization needs, the list of its repository tells."
                ).format(memory=memory_text(memory_bytes))
            )

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        scale = self.devicePixelRatioF()
        self._symbol.setPixmap(icon_pixmap("search", theme.dim_text, 16, scale))
        self.clear_button.setIcon(icon("x", theme.dim_text))

    @Slot()
    def clear_choices(self) -> None:
        """Any format, size and use again."""
        for box in (self.format, self.parameters, self.use):
            box.setCurrentIndex(0)
        self.may_fit.setChecked(False)
        self.changed.emit()

    @Slot()
    @Slot(str)
    @Slot(int)
    @Slot(bool)
    def _tell(self, _: object = None) -> None:
        self.clear_button.setVisible(bool(self.words.text()))
        self.changed.emit()
