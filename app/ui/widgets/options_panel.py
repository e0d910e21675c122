"""The options of the open chat: preset, system prompt, limits, sampling, and the reply's form."""

from __future__ import annotations

from msgspec import structs
from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.engine import Sampling
from app.domain.reply_options import ReplyOptions
from app.domain.sampling_options import GROUP_TITLES, SAMPLING_OPTIONS, Group
from app.ui.artwork import body_font, heading_font, icon, secondary_font
from app.ui.language import tr, with_keys
from app.ui.reply_choice import ReplyChoice
from app.ui.theme import GRID, Theme
from app.ui.widgets.binding_box import BindingBox
from app.ui.widgets.option_row import OptionRow
from app.ui.widgets.preset_bar import PresetBar

_WIDTH = 88 * GRID
_RANDOM, _NO_LIMIT = -1, 0
_LARGEST_SEED = 2**31 - 1
_USUAL = Sampling()


def _heading(text: str) -> QLabel:
    label = QLabel(text)
    label.setFont(body_font(strong=True))
    label.setContentsMargins(0, 2 * GRID, 0, 0)
    return label


def _field(name: str, special: str, least: int, most: int) -> QSpinBox:
    field = QSpinBox()
    field.setAccessibleName(name)
    field.setRange(least, most)
    field.setSpecialValueText(special)
    field.setGroupSeparatorShown(True)
    field.setKeyboardTracking(False)
    field.setMinimumWidth(36 * GRID)  # what it names is long in some languages
    field.lineEdit().setTextMargins(2 * GRID, 0, 2 * GRID, 0)
    return field


class OptionsPanel(QFrame):
    """Shows what `choice` has, and sets what is changed here; `closed` asks to put it away."""

    closed = Signal()

    def __init__(self, choice: ReplyChoice, theme: Theme) -> None:
        super().__init__()
        self.setProperty("kind", "options")
        self.setAccessibleName(tr("Options of this chat"))
        self.setFixedWidth(_WIDTH)
        self._choice = choice
        self.presets = PresetBar(choice)
        self._make_fields()
        self.rows = {
            option.field: OptionRow(option, float(getattr(_USUAL, option.field)), theme)
            for option in SAMPLING_OPTIONS
        }
        self._lay_out()
        self._connect()
        self.set_theme(theme)
        self._show(choice.options)

    def _make_fields(self) -> None:
        self.system = QPlainTextEdit()
        self.system.setProperty("kind", "log")
        self.system.setFont(body_font())
        self.system.setAccessibleName(tr("System prompt"))
        self.system.setPlaceholderText(tr("What the model should know, and how it should answer"))
        self.system.setTabChangesFocus(True)
        self.system.setFixedHeight(28 * GRID)
        self.limit = _field(tr("Limit of a reply in tokens"), tr("No limit"), _NO_LIMIT, 2**20)
        self.limit.setSuffix(tr(" tokens"))
        self.seed = _field(tr("Seed"), tr("Random"), _RANDOM, _LARGEST_SEED)
        self.seed.setGroupSeparatorShown(False)
        self.stop = QPlainTextEdit()
        self.stop.setProperty("kind", "log")
        self.stop.setAccessibleName(tr("Stop strings, one on a line"))
        self.stop.setPlaceholderText(tr("A reply ends before any of these, one on a line"))
        self.stop.setTabChangesFocus(True)
        self.stop.setFixedHeight(16 * GRID)
        self.binding = BindingBox()
        self.more_button = QPushButton(tr(" More sampling options"))
        self.more_button.setProperty("kind", "quiet")
        self.more_button.setCheckable(True)
        self.close_button = QToolButton()
        self.close_button.setProperty("kind", "quiet")
        self.close_button.setIconSize(QSize(16, 16))
        self.close_button.setAccessibleName(tr("Close the options"))
        self.close_button.setToolTip(with_keys(tr("Close"), "Ctrl+Shift+O"))

    def _lay_out(self) -> None:
        title = QLabel(tr("Options"))
        title.setFont(heading_font())
        head = QHBoxLayout()
        head.setContentsMargins(5 * GRID, 4 * GRID, 3 * GRID, 2 * GRID)
        head.addWidget(title, 1)
        head.addWidget(self.close_button)
        inner = QWidget()
        column = QVBoxLayout(inner)
        column.setContentsMargins(5 * GRID, GRID, 4 * GRID, 5 * GRID)
        column.setSpacing(3 * GRID)
        column.addWidget(self.presets)
        column.addWidget(_heading(tr("System prompt")))
        column.addWidget(self.system)
        column.addLayout(self._reply_form())
        column.addWidget(_heading(tr(GROUP_TITLES["common"])))
        for row in self._rows_of("common"):
            column.addWidget(row)
        column.addWidget(self.more_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self._more())
        column.addWidget(_heading(tr("Form of the reply")))
        column.addWidget(self.binding)
        column.addWidget(_heading(tr("Stop strings")))
        column.addWidget(self.stop)
        column.addStretch(1)
        scroll = QScrollArea()
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inner)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addWidget(scroll, 1)

    def _reply_form(self) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(4 * GRID)
        form.setVerticalSpacing(2 * GRID)
        for words, field in ((tr("Reply limit"), self.limit), (tr("Seed"), self.seed)):
            label = QLabel(words)
            label.setMinimumHeight(field.sizeHint().height())  # else it stands above its middle
            label.setBuddy(field)
            form.addRow(label, field)
        return form

    def _rows_of(self, group: Group) -> list[OptionRow]:
        return [self.rows[each.field] for each in SAMPLING_OPTIONS if each.group == group]

    def _more(self) -> QWidget:
        self.more = QWidget()
        self.more.setVisible(False)
        column = QVBoxLayout(self.more)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3 * GRID)
        for group in ("choice", "repetition", "other"):
            title = QLabel(tr(GROUP_TITLES[group]))
            title.setFont(secondary_font(strong=True))
            title.setProperty("tone", "dim")
            column.addWidget(title)
            for row in self._rows_of(group):
                column.addWidget(row)
        return self.more

    def _connect(self) -> None:
        self._choice.changed.connect(self._show)
        self.close_button.clicked.connect(self.closed)
        self.more_button.toggled.connect(self.more.setVisible)
        self.more_button.toggled.connect(self._turn_chevron)
        self.system.textChanged.connect(self._take_texts)
        self.stop.textChanged.connect(self._take_texts)
        self.limit.valueChanged.connect(self._take_limits)
        self.seed.valueChanged.connect(self._take_limits)
        self.binding.changed.connect(self._take_binding)
        for row in self.rows.values():
            row.changed.connect(self._take_number)

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self._theme = theme
        self.close_button.setIcon(icon("x", theme.dim_text))
        self.presets.set_theme(theme)
        for row in self.rows.values():
            row.set_theme(theme)
        self._turn_chevron()

    @Slot()
    def _turn_chevron(self) -> None:
        name = "chevron-down" if self.more_button.isChecked() else "chevron-right"
        self.more_button.setIcon(icon(name, self._theme.dim_text))

    # What is shown

    @Slot(object)
    def _show(self, options: ReplyOptions) -> None:
        sampling = options.sampling
        with QSignalBlocker(self.limit), QSignalBlocker(self.seed):
            self.limit.setValue(options.max_tokens or _NO_LIMIT)
            self.seed.setValue(_RANDOM if sampling.seed is None else sampling.seed)
        _show_text(self.system, options.system)
        if self._stops() != options.stop:
            _show_text(self.stop, "\n".join(options.stop))
        self.binding.show_binding(options.json_schema, options.grammar)
        for name, row in self.rows.items():
            row.set_value(float(getattr(sampling, name)))

    # What is changed

    def _stops(self) -> tuple[str, ...]:
        return tuple(line for line in self.stop.toPlainText().split("\n") if line)

    @Slot()
    def _take_texts(self) -> None:
        system = self.system.toPlainText()
        self._choice.set(structs.replace(self._choice.options, system=system, stop=self._stops()))

    @Slot(int)
    def _take_limits(self, _: int) -> None:
        options, seed = self._choice.options, self.seed.value()
        sampling = structs.replace(options.sampling, seed=None if seed == _RANDOM else seed)
        limit = self.limit.value() or None
        self._choice.set(structs.replace(options, max_tokens=limit, sampling=sampling))

    @Slot(object)
    def _take_binding(self, binding: tuple[str | None, str | None]) -> None:
        schema, grammar = binding
        options = self._choice.options
        self._choice.set(structs.replace(options, json_schema=schema, grammar=grammar))

    @Slot(object)
    def _take_number(self, change: tuple[str, float]) -> None:
        name, value = change
        options = self._choice.options
        sampling = structs.replace(options.sampling, **{name: value})
        self._choice.set(structs.replace(options, sampling=sampling))


def _show_text(edit: QPlainTextEdit, text: str) -> None:
    """Show a text without telling of it; the cursor stays where it is while one types."""
    if edit.toPlainText() != text:
        with QSignalBlocker(edit):
            edit.setPlainText(text)
