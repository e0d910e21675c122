"""The preset that a chat has, others to choose from, and what can be done with them."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QInputDialog,
    QMenu,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from app.domain.reply_options import Preset
from app.domain.words import marked
from app.ui.artwork import icon
from app.ui.language import tr
from app.ui.reply_choice import ReplyChoice
from app.ui.theme import GRID, Theme

_OWN_OPTIONS = marked("Own options")
_LONGEST_NAME = 60


class PresetBar(QWidget):
    """A list of presets with a menu beside it."""

    def __init__(self, choice: ReplyChoice) -> None:
        super().__init__()
        self._choice = choice
        self._renamed = ""
        self.list = QComboBox()
        self.list.setAccessibleName(tr("Preset"))
        self.list.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.list.activated.connect(self._take)
        self.button = QToolButton()
        self.button.setProperty("kind", "quiet")
        self.button.setIconSize(QSize(16, 16))
        self.button.setAccessibleName(tr("More about presets"))
        self.button.setToolTip(tr("Save, rename and delete presets"))
        self.button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = self.menu = QMenu(self.button)
        self._save = menu.addAction(tr("Save as a preset…"))
        self._rename = menu.addAction(tr("Rename…"))
        self._delete = menu.addAction(tr("Delete"))
        menu.addSeparator()
        self._for_model = menu.addAction("")
        self._save.triggered.connect(self._ask_name)
        self._rename.triggered.connect(self._ask_new_name)
        self._delete.triggered.connect(self._forget)
        self._for_model.triggered.connect(self._use_for_model)
        self.button.setMenu(menu)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(GRID)
        row.addWidget(self.list, 1)
        row.addWidget(self.button)
        choice.changed.connect(self._show)
        choice.presets_changed.connect(self._show)
        self._show()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        self.button.setIcon(icon("ellipsis", theme.text))

    def _name(self, preset: Preset) -> str:
        """What the user named stays as it is."""
        return preset.name if preset in self._choice.own else tr(preset.name)

    @Slot()
    @Slot(object)
    def _show(self, _: object = None) -> None:
        chosen = self._choice.chosen()
        with QSignalBlocker(self.list):
            self.list.clear()
            for preset in self._choice.presets():
                self.list.addItem(self._name(preset), preset)
            if chosen is None:
                self.list.insertItem(0, tr(_OWN_OPTIONS))
            self.list.setCurrentText(tr(_OWN_OPTIONS) if chosen is None else self._name(chosen))
        is_own = chosen in self._choice.own
        self._rename.setEnabled(is_own)
        self._delete.setEnabled(is_own)
        model = self._choice.model
        self._for_model.setVisible(model is not None)
        self._for_model.setText(tr("Begin new chats with {model} like this").format(model=model))
        is_usual = chosen == self._choice.usual()
        self._for_model.setEnabled(chosen is not None and not is_usual)

    @Slot(int)
    def _take(self, place: int) -> None:
        preset = self.list.itemData(place)
        if preset is not None:
            self._choice.apply(preset)

    def _dialog(self, title: str, name: str) -> QInputDialog:
        dialog = QInputDialog(self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setWindowTitle(title)
        dialog.setLabelText(tr("Name of the preset"))
        dialog.setTextValue(name)
        dialog.open()
        return dialog

    @Slot()
    def _ask_name(self) -> None:
        chosen = self._choice.chosen()
        name = chosen.name if chosen is not None and chosen in self._choice.own else ""
        self._dialog(tr("Save as a preset"), name).textValueSelected.connect(self._save_as)

    @Slot()
    def _ask_new_name(self) -> None:
        chosen = self._choice.chosen()
        if chosen is not None:
            self._renamed = chosen.name
            dialog = self._dialog(tr("Rename the preset"), chosen.name)
            dialog.textValueSelected.connect(self._rename_to)

    @Slot(str)
    def _save_as(self, name: str) -> None:
        if name.strip():
            self._choice.save_as(name.strip()[:_LONGEST_NAME])

    @Slot(str)
    def _rename_to(self, name: str) -> None:
        if name.strip():
            self._choice.rename(self._renamed, name.strip()[:_LONGEST_NAME])

    @Slot()
    def _forget(self) -> None:
        chosen = self._choice.chosen()
        if chosen is not None:
            self._choice.delete(chosen.name)

    @Slot()
    def _use_for_model(self) -> None:
        chosen = self._choice.chosen()
        if chosen is not None:
            self._choice.set_for_model(chosen.name)
