"""Engines: the builds of llama.cpp that are here, the one for the card that is there, and MLX."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QWidget,
)

from app.domain.engine_build import BuildProposal
from app.domain.model import LocalModel
from app.domain.words import marked
from app.ui.engines import Engines, Found
from app.ui.language import tr
from app.ui.model_shelf import ModelShelf
from app.ui.theme import GRID, Theme
from app.ui.widgets.build_form import BuildForm
from app.ui.widgets.build_list import BuildsCard, ModelBuildsCard
from app.ui.widgets.labels import plain
from app.ui.widgets.settings_card import SettingsCard, lay_out_cards

_ABOUT = marked(
    "Builds live side by side, each in a folder of its own, and are used by the process of a model "
    "alone. One that stops working is replaced by the bundled one, with a sentence."
)


class OfferCard(SettingsCard):
    """The builds that would use a card which this one cannot use."""

    def __init__(self, form: BuildForm) -> None:
        super().__init__(tr("A build for your graphics card"))
        self._form = form
        self.reason = plain()
        self.column.addWidget(self.reason)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(2 * GRID)
        self._buttons.addStretch(1)
        self.column.addLayout(self._buttons)
        self.buttons: dict[QPushButton, tuple[BuildProposal, bool]] = {}

    def show_proposals(self, reason: str, proposals: tuple[BuildProposal, ...]) -> None:
        """Say why the card is not used, and offer what would use it; nothing hides the card."""
        for button in self.buttons:
            self._buttons.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = {}
        self.reason.setText(reason)
        for proposal in proposals:
            title = proposal.interfaces[-1]
            if proposal.index is not None:
                words = tr("{interface} from the index…").format(interface=title)
                self._add(words, proposal, from_source=False)
            words = tr("{interface} from source…").format(interface=title)
            self._add(words, proposal, from_source=True)
        self.setVisible(bool(proposals))

    def _add(self, text: str, proposal: BuildProposal, *, from_source: bool) -> None:
        button = QPushButton(text)
        button.setAccessibleName(tr("Install a build: {build}").format(build=text.rstrip("…")))
        button.clicked.connect(self._propose)
        self.buttons[button] = (proposal, from_source)
        self._buttons.insertWidget(self._buttons.count() - 1, button)

    @Slot()
    def _propose(self) -> None:
        button = self.sender()
        if isinstance(button, QPushButton):
            proposal, from_source = self.buttons[button]
            self._form.propose(proposal, from_source=from_source)


class EnginesPage(QWidget):
    """Cards: an offer for a card that is not used, the builds, single models, a form, MLX."""

    def __init__(self, engines: Engines, shelf: ModelShelf, mlx: str, theme: Theme) -> None:
        """`mlx`: a sentence on whether MLX is here."""
        super().__init__()
        self.setAccessibleName(tr("Engines"))
        self._engines = engines
        self.builds = BuildsCard()
        self.models = ModelBuildsCard()
        self.form = BuildForm()
        self.offer = OfferCard(self.form)
        self.offer.hide()
        other = SettingsCard("MLX")
        other.column.addWidget(plain(mlx, "dim"))
        cards = (self.offer, self.builds, self.form, self.models, other)
        lay_out_cards(self, tr("Engines"), plain(tr(_ABOUT), "dim"), *cards)
        engines.changed.connect(self._show)
        engines.log_arrived.connect(self._add_lines)
        engines.install_started.connect(self.form.show_running)
        engines.install_ended.connect(self._end_install)
        self.builds.chosen.connect(engines.choose)
        self.builds.check_requested.connect(self._check)
        self.builds.remove_requested.connect(engines.remove)
        self.models.chosen.connect(engines.choose_for)
        self.models.forget_requested.connect(engines.forget_for)
        self.form.install_requested.connect(engines.install)
        self.form.cancel_requested.connect(engines.cancel)
        shelf.models_changed.connect(self._show_models)
        self._show_models(shelf.models)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """All colours come from the style sheet."""

    def showEvent(self, event: QShowEvent) -> None:
        """What is installed is read whenever the page comes into view."""
        super().showEvent(event)
        self._engines.refresh()

    @Slot(object)
    def _show(self, found: Found) -> None:
        settings, machine = self._engines.settings, found.machine
        self.builds.show_builds(found.builds, settings.engine_build)
        self.models.show_builds(found.builds, settings.model_builds)
        self.builds.status.setText(f"{machine.status.reason} {machine.choice.reason}")
        self.offer.show_proposals(machine.choice.reason, found.proposals)

    @Slot(list)
    def _show_models(self, models: list[LocalModel]) -> None:
        usable = [model.name for model in models if model.format == "gguf" and not model.problem]
        self.models.show_models(usable)

    @Slot(list)
    def _add_lines(self, lines: list[str]) -> None:
        self.form.add_lines(lines)

    @Slot()
    def _end_install(self) -> None:
        self.form.show_running(None)

    @Slot(str)
    def _check(self, name: str) -> None:
        self.builds.status.setText(tr("Checking {name} with a real model…").format(name=name))
        self._engines.check(name)
