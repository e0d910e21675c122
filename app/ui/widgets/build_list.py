"""The builds of the engine that are installed, which one is used, and for which models another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QPushButton,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.engine_build import BUNDLED, EngineBuild, origin_text, shown_name
from app.ui.engines import ModelBuild
from app.ui.language import tr
from app.ui.theme import GRID
from app.ui.widgets.labels import plain
from app.ui.widgets.settings_card import SettingsCard


class BuildRow(QWidget):
    """One build: chosen or not, where it came from, and what can be done with it."""

    def __init__(self, build: EngineBuild, *, is_chosen: bool) -> None:
        super().__init__()
        self.build = build
        name = shown_name(build.name)
        self.choice = QRadioButton(name)
        self.choice.setChecked(is_chosen)
        self.choice.setAccessibleName(tr("Use the build {name}").format(name=name))
        self.check_button = QPushButton(tr("Check"))
        self.check_button.setAccessibleName(tr("Check the build {name}").format(name=name))
        self.check_button.setToolTip(tr("Load a model with it and decode a few tokens"))
        self.remove_button = QPushButton(tr("Remove"))
        self.remove_button.setAccessibleName(tr("Remove the build {name}").format(name=name))
        self.remove_button.setVisible(build.name != BUNDLED)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(self.choice)
        facts = plain(origin_text(build), "dim")
        facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        row.addWidget(facts, 1)
        row.addWidget(self.check_button)
        row.addWidget(self.remove_button)


class BuildsCard(SettingsCard):
    """Each signal carries the name of a build."""

    chosen = Signal(str)
    check_requested = Signal(str)
    remove_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Builds of llama.cpp"))
        self.rows: dict[str, BuildRow] = {}
        self._group = QButtonGroup(self)
        self._list = QVBoxLayout()
        self._list.setSpacing(GRID)
        self.status = plain(tr("Looking at this computer…"), "dim")
        self.column.addLayout(self._list)
        self.column.addWidget(self.status)
        self._group.buttonClicked.connect(self._choose)

    def show_builds(self, builds: Sequence[EngineBuild], chosen: str) -> None:
        """Show what is installed now."""
        for row in self.rows.values():
            self._group.removeButton(row.choice)
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = {}
        for build in builds:
            row = self.rows[build.name] = BuildRow(build, is_chosen=build.name == chosen)
            self._group.addButton(row.choice)
            self._list.addWidget(row)
            row.check_button.clicked.connect(self._check)
            row.remove_button.clicked.connect(self._remove)

    @Slot()
    def _choose(self) -> None:
        for name, row in self.rows.items():
            if row.choice.isChecked():
                self.chosen.emit(name)

    @Slot()
    def _check(self) -> None:
        for name, row in self.rows.items():
            if row.check_button is self.sender():
                self.check_requested.emit(name)

    @Slot()
    def _remove(self) -> None:
        for name, row in self.rows.items():
            if row.remove_button is self.sender():
                self.remove_requested.emit(name)


class ModelBuildsCard(SettingsCard):
    """Models that are loaded with a build of their own; `chosen` carries a `ModelBuild`."""

    chosen = Signal(object)
    forget_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("For single models"))
        self.model = QComboBox()
        self.model.setAccessibleName(tr("Model"))
        self.model.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.model.setMinimumContentsLength(20)
        self.build = QComboBox()
        self.build.setAccessibleName(tr("Build for this model"))
        self.build.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.add_button = QPushButton(tr("Use for this model"))
        self.forget_buttons: dict[QPushButton, str] = {}
        self._rows: list[QWidget] = []
        self._list = QVBoxLayout()
        self._list.setSpacing(GRID)
        line = QHBoxLayout()
        line.setSpacing(2 * GRID)
        line.addWidget(self.model, 1)
        line.addWidget(self.build)
        line.addWidget(self.add_button)
        self.column.addLayout(self._list)
        self.column.addLayout(line)
        self.add_button.clicked.connect(self._choose)

    def show_models(self, models: Sequence[str]) -> None:
        """The models that a build can be chosen for."""
        before = self.model.currentText()
        self.model.clear()
        self.model.addItems(list(models))
        self.model.setCurrentIndex(max(0, self.model.findText(before)))
        self._allow()

    def show_builds(self, builds: Sequence[EngineBuild], chosen: Mapping[str, str]) -> None:
        """The builds, and the models that have one of their own."""
        before = self.build.currentText()
        self.build.clear()
        for build in builds:
            self.build.addItem(shown_name(build.name), build.name)
        found = self.build.findText(before)
        self.build.setCurrentIndex(found if found > 0 else len(builds) - 1)
        for row in self._rows:
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self._rows, self.forget_buttons = [], {}
        for model, build in chosen.items():
            self._add_row(model, build)
        self._allow()

    def _allow(self) -> None:
        self.add_button.setEnabled(self.model.count() > 0 and self.build.count() > 0)

    def _add_row(self, model: str, build: str) -> None:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        button = QPushButton(tr("Forget"))
        button.setAccessibleName(
            tr("Load {model} with the build of all models").format(model=model)
        )
        button.clicked.connect(self._forget)
        line.addWidget(plain(f"{model}: {shown_name(build)}"), 1)
        line.addWidget(button)
        self.forget_buttons[button] = model
        self._rows.append(row)
        self._list.addWidget(row)

    @Slot()
    def _choose(self) -> None:
        self.chosen.emit(ModelBuild(self.model.currentText(), self.build.currentData()))

    @Slot()
    def _forget(self) -> None:
        button = self.sender()
        if isinstance(button, QPushButton):
            self.forget_requested.emit(self.forget_buttons[button])
