"""Settings of the look: the colours, and the language of the window's texts."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QGridLayout, QHBoxLayout, QRadioButton, QWidget

from app.domain.settings import LanguageChoice
from app.domain.settings import Theme as ThemeChoice
from app.domain.words import marked
from app.ui.language import tr
from app.ui.theme import GRID
from app.ui.widgets.settings_hub import SettingsCard, plain

_THEMES: dict[str, str] = {
    "system": marked("Follow the system"),
    "dark": marked("Dark"),
    "light": marked("Light"),
}
# A language is called as those who look for it call it.
_LANGUAGES: dict[str, str] = {
    "system": marked("Follow the system"),
    "en": "English",
    "de": "Deutsch",
}


class _Choice(QWidget):
    """A row of which one is chosen. `chosen` carries its key."""

    chosen = Signal(str)

    def __init__(self, title: str, labels: Mapping[str, str], current: str) -> None:
        super().__init__()
        self.setAccessibleName(title)
        self.buttons = {key: QRadioButton(tr(label)) for key, label in labels.items()}
        self._group = QButtonGroup(self)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6 * GRID)
        for key, button in self.buttons.items():
            button.setAccessibleName(f"{title}: {button.text()}")
            button.setChecked(key == current)
            self._group.addButton(button)
            row.addWidget(button)
        row.addStretch(1)
        self._group.buttonClicked.connect(self._choose)

    @Slot()
    def _choose(self) -> None:
        self.chosen.emit(next(key for key, each in self.buttons.items() if each.isChecked()))


class AppearanceCard(SettingsCard):
    """`theme_requested` asks for colours at once, `language_requested` for words at the start."""

    theme_requested = Signal(str)
    language_requested = Signal(str)

    def __init__(self, theme: ThemeChoice, language: LanguageChoice) -> None:
        super().__init__(tr("Appearance"))
        self.themes = _Choice(tr("Colours"), _THEMES, theme)
        self.languages = _Choice(tr("Language"), _LANGUAGES, language)
        self.note = plain(tr("The language changes when Quantbench is opened again."), "dim")
        self.note.hide()
        grid = QGridLayout()
        grid.setHorizontalSpacing(6 * GRID)
        grid.setVerticalSpacing(2 * GRID)
        grid.setColumnStretch(1, 1)
        for row, choice in enumerate((self.themes, self.languages)):
            grid.addWidget(plain(choice.accessibleName(), "dim"), row, 0)
            grid.addWidget(choice, row, 1)
        self.column.addLayout(grid)
        self.column.addWidget(self.note)
        self.themes.chosen.connect(self.theme_requested)
        self.languages.chosen.connect(self._choose_language)

    @Slot(str)
    def _choose_language(self, language: LanguageChoice) -> None:
        self.note.show()
        self.language_requested.emit(language)
