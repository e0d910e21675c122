"""Loading a model with options: what they cost is shown while they are chosen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final, cast

import msgspec
from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import AppError
from app.domain.forecast import Forecast
from app.domain.forecast_text import training_sentence
from app.domain.load_options import (
    DEFAULT_CONTEXT_TOKENS,
    FlashAttention,
    KvType,
    LoadOptions,
)
from app.domain.model import LocalModel
from app.domain.placement import Change
from app.domain.serving import need_of
from app.domain.tuning import tuning_text
from app.domain.words import marked
from app.ui.artwork import heading_font
from app.ui.language import list_text, tr
from app.ui.live_forecast import Ground, LiveForecast
from app.ui.loaded_models import LoadRequest
from app.ui.serving_dialog import ServingDialog
from app.ui.theme import GRID, Theme
from app.ui.widgets.context_choice import ContextChoice
from app.ui.widgets.forecast_card import ForecastCard
from app.ui.widgets.guess_choice import GuessChoice, draft_models
from app.ui.widgets.labels import plain
from app.ui.widgets.model_choices import facts_text

if TYPE_CHECKING:
    from app.ui.main_window import MainWindow
    from app.ui.workspace import Workspace

_KV_TYPES: Final[tuple[tuple[str, KvType], ...]] = (
    (marked("f16, exact"), "f16"),
    (marked("q8_0, half the memory"), "q8_0"),
    (marked("q4_0, a quarter, coarse"), "q4_0"),
)
_FLASH: Final[tuple[tuple[str, FlashAttention], ...]] = (
    (marked("Automatic"), "auto"),
    (marked("On"), "on"),
    (marked("Off"), "off"),
)
_WHEN_FULL: Final = (marked("The reply ends"), marked("Its oldest tokens are forgotten"))
_AUTOMATIC: Final = -1


class LoadDialog(QDialog):
    """`load_requested` carries the model with exactly the options that are shown."""

    load_requested = Signal(object)

    def __init__(
        self,
        model: LocalModel,
        options: LoadOptions,
        live: LiveForecast,
        theme: Theme,
        parent: QWidget,
    ) -> None:
        """`live` becomes a child, so that it ends with the dialog."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("Load {name}").format(name=model.name))
        self.setMinimumWidth(140 * GRID)
        self._model, self._asked = model, options
        self._theme = theme
        self._live = live
        self._device: str | None = None
        self.forecast: Forecast | None = None
        self._trained_tokens: int | None = None
        live.setParent(self)
        self._make_choices(model, options, theme)
        self._make_verdict(theme)
        self._lay_out(model)
        self._connect()
        self._set_enabled(enabled=False)
        live.prepare(model)

    def _make_choices(self, model: LocalModel, options: LoadOptions, theme: Theme) -> None:
        self.context = ContextChoice(theme)
        trained = model.context_tokens or DEFAULT_CONTEXT_TOKENS
        chosen = options.context_tokens or min(trained, DEFAULT_CONTEXT_TOKENS)
        self.context.set_range(trained, chosen)
        self.kv_type = QComboBox()
        for title, kind in _KV_TYPES:
            self.kv_type.addItem(tr(title), kind)
        self.kv_type.setCurrentIndex(max(self.kv_type.findData(options.kv_type), 0))
        self.flash = QComboBox()
        for title, mode in _FLASH:
            self.flash.addItem(tr(title), mode)
        self.flash.setCurrentIndex(max(self.flash.findData(options.flash_attention), 0))
        self.guess = GuessChoice(options, is_mlx=model.format == "mlx")
        self.when_full = QComboBox()
        self.when_full.addItems([tr(title) for title in _WHEN_FULL])
        self.when_full.setCurrentIndex(int(options.rotate_when_full))
        self.forgets = plain(tone="dim")
        self.forgets.setText(
            tr(
                "While a reply is written, the oldest tokens of the chat, also those of the system "
                "prompt, leave the context without a question. They stay in the chat, and go with "
                "the next question again if they have room."
            )
        )
        self.gpu_layers = QSpinBox()
        self.gpu_layers.lineEdit().setTextMargins(2 * GRID, 0, 2 * GRID, 0)
        self.gpu_layers.setSpecialValueText(tr("Automatic"))
        self.gpu_layers.setRange(_AUTOMATIC, 0)
        self.elsewhere = QComboBox()
        self.elsewhere.addItem(tr("This computer"), None)

    def _make_verdict(self, theme: Theme) -> None:
        self.card = ForecastCard(theme)
        self.card.tier.setText(tr("Reading the header of the file…"))
        self.cancel_button = QPushButton(tr("Cancel"))
        self.load_button = QPushButton(tr("Load"))
        self.load_button.setProperty("kind", "primary")
        self.load_button.setDefault(True)
        self.server_button = QPushButton(tr("How a server would hold it…"))
        self.server_button.hide()

    def _lay_out(self, model: LocalModel) -> None:
        title, facts = plain(), plain(tone="dim")
        title.setText(tr("Load {name}").format(name=model.name))
        title.setFont(heading_font())
        facts.setText(facts_text(model))
        self._form = QFormLayout()
        self._form.setHorizontalSpacing(6 * GRID)
        self._form.setVerticalSpacing(2 * GRID)
        self._form.addRow(tr("&KV cache"), self.kv_type)
        self._form.addRow(tr("&Flash attention"), self.flash)
        self._form.addRow(tr("&GPU layers"), self.gpu_layers)
        self._form.addRow(tr("Guess &ahead"), self.guess)
        self._form.setRowVisible(self.guess, self.guess.count() > 1)
        self._form.addRow(tr("&When the context is full"), self.when_full)
        self._form.setRowVisible(self.when_full, model.format == "mlx")
        self._form.addRow("", self.forgets)
        self._show_forgetting()
        self._form.addRow(tr("&Runs on"), self.elsewhere)
        self._form.setRowVisible(self.gpu_layers, self._device is not None)
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * GRID)
        buttons.addWidget(self.server_button)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.load_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(6 * GRID, 5 * GRID, 6 * GRID, 5 * GRID)
        column.setSpacing(4 * GRID)
        heading = QVBoxLayout()
        heading.setSpacing(GRID)
        heading.addWidget(title)
        heading.addWidget(facts)
        column.addLayout(heading)
        column.addWidget(self.context)
        column.addLayout(self._form)
        column.addWidget(self.card)
        column.addStretch(1)
        column.addLayout(buttons)

    def _connect(self) -> None:
        self.context.context_changed.connect(self._ask)
        self.kv_type.currentIndexChanged.connect(self._ask)
        self.flash.currentIndexChanged.connect(self._ask)
        self.gpu_layers.valueChanged.connect(self._ask)
        self.guess.currentIndexChanged.connect(self._ask)
        self.when_full.currentIndexChanged.connect(self._ask)
        self.when_full.currentIndexChanged.connect(self._show_forgetting)
        self.cancel_button.clicked.connect(self.reject)
        self.load_button.clicked.connect(self._load)
        self.server_button.clicked.connect(self._show_server)
        self.elsewhere.currentIndexChanged.connect(self._go_elsewhere)
        self.card.change_requested.connect(self._change)
        self._live.prepared.connect(self._begin)
        self._live.moved.connect(self._move)
        self._live.foretold.connect(self._show)
        self._live.refused.connect(self._refuse)

    @Slot()
    def _show_forgetting(self) -> None:
        forgets = self._form.isRowVisible(self.when_full) and self.when_full.currentIndex() == 1
        self._form.setRowVisible(self.forgets, forgets)

    def offer_drafts(self, models: Sequence[LocalModel]) -> None:
        """Offer those of the models that may guess ahead for this one."""
        self.guess.offer(draft_models(self._model, models))
        self._form.setRowVisible(self.guess, self.guess.count() > 1)

    @property
    def options(self) -> LoadOptions:
        """What is chosen; None where the program decides."""
        layers = self.gpu_layers.value()
        return msgspec.structs.replace(
            self._asked,
            context_tokens=self.context.tokens,
            kv_type=cast("KvType", self.kv_type.currentData()),
            flash_attention=cast("FlashAttention", self.flash.currentData()),
            speculation=self.guess.speculation,
            draft_model=self.guess.draft_model,
            rotate_when_full=self.when_full.currentIndex() == 1,
            gpu_layers=None if layers == _AUTOMATIC else layers,
            device=None if layers == 0 else self._device,
            more_devices=(),
            tensor_split=(),
        )

    def _set_enabled(self, *, enabled: bool) -> None:
        choices = (self.context, self.kv_type, self.flash, self.gpu_layers, self.elsewhere)
        for choice in choices:
            choice.setEnabled(enabled)
        self.load_button.setEnabled(False)

    @Slot(object)
    def _begin(self, ground: Ground) -> None:
        self._device, self._beside = ground.device, ground.beside
        if ground.beside:
            names = list_text(ground.beside)
            text = tr("Counted beside what is loaded: {names}.").format(names=names)
            self.card.beside.setText(text)
            self.card.beside.show()
        architecture = ground.subject.memory.architecture
        self._trained_tokens = architecture.trained_context_tokens
        trained = self._trained_tokens or DEFAULT_CONTEXT_TOKENS
        asked = self._asked.context_tokens
        self.context.set_range(trained, asked or min(trained, DEFAULT_CONTEXT_TOKENS))
        self.gpu_layers.setRange(_AUTOMATIC, architecture.layer_count + 1)
        layers = self._asked.gpu_layers
        self.gpu_layers.setValue(_AUTOMATIC if layers is None else layers)
        is_mlx = ground.subject.memory.mlx is not None
        self._form.setRowVisible(self.gpu_layers, self._device is not None and not is_mlx)
        self._form.setRowVisible(self.flash, not is_mlx)
        for name in ground.elsewhere:
            self.elsewhere.addItem(name, name)
        if ground.tuning is not None:
            self.card.tuning.setText(tuning_text(ground.tuning))
            self.card.tuning.show()
        self._set_enabled(enabled=True)
        self.context.slider.setFocus()
        self._ask()

    @Slot(object)
    def _move(self, ground: Ground) -> None:
        """Another machine's devices: the GPU layers are for those."""
        self._device = ground.device
        is_mlx = ground.subject.memory.mlx is not None
        self._form.setRowVisible(self.gpu_layers, self._device is not None and not is_mlx)
        self._ask()

    @Slot()
    @Slot(int)
    def _ask(self, _: int = 0) -> None:
        self._live.ask(self.options)

    @Slot(object)
    def _show(self, forecast: Forecast) -> None:
        self.forecast = forecast
        self.card.show_forecast(forecast)
        warning = training_sentence(forecast.options.context_tokens, self._trained_tokens)
        self.card.training.setText(warning)
        self.card.training.setVisible(bool(warning))
        self.resize(self.width(), max(self.height(), self.sizeHint().height()))
        fits = forecast.placement.fit != "too_big"
        may_load = fits or bool(self._beside)  # others can go for it: that is asked then
        self.load_button.setEnabled(may_load and self.elsewhere.currentData() is None)
        self.server_button.setVisible(not fits)

    @Slot(object)
    def _refuse(self, error: AppError) -> None:
        self.forecast = None
        self.card.refuse(error.said())
        self.load_button.setEnabled(False)

    @Slot()
    def _show_server(self) -> None:
        need = None if self.forecast is None else need_of(self._model.name, self.forecast)
        if need is not None:
            ServingDialog(need, self).open()

    @Slot(object)
    def _change(self, change: Change) -> None:
        """Take over what would make it fit; each choice tells its own change, once at the end."""
        wanted = change.options
        self._asked = msgspec.structs.replace(
            self._asked,
            micro_batch_tokens=wanted.micro_batch_tokens,
            experts_on_cpu=wanted.experts_on_cpu,
        )
        flash, kv_type = self.flash, self.kv_type
        with QSignalBlocker(self.context), QSignalBlocker(kv_type), QSignalBlocker(flash):
            self.context.choose(wanted.context_tokens)
            kv_type.setCurrentIndex(max(kv_type.findData(wanted.key_type), 0))
            if not wanted.flash_attention:
                flash.setCurrentIndex(flash.findData("off"))
            elif flash.currentData() == "off":
                flash.setCurrentIndex(flash.findData("auto"))
        self._ask()

    @Slot(int)
    def _go_elsewhere(self, _: int) -> None:
        self._live.look_elsewhere(self.elsewhere.currentData())

    @Slot()
    def _load(self) -> None:
        self.load_requested.emit(LoadRequest(self._model, self.options))
        self.accept()


def open_load_dialog(model: LocalModel, workspace: Workspace, parent: MainWindow) -> LoadDialog:
    """Open the dialog, at the options of the last load of this model if there was one."""
    options = workspace.models.request_of(model).options
    dialog = LoadDialog(model, options, workspace.live_forecast(), parent.theme, parent)
    dialog.offer_drafts(workspace.shelf.models)
    dialog.load_requested.connect(workspace.loading.load_with)
    dialog.open()
    return dialog
