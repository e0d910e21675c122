"""Settings of the look: the colours, the language of the window's texts, and their size."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtWidgets import QGridLayout, QSpinBox, QWidget

from app.domain.settings import LanguageChoice
from app.domain.settings import Theme as ThemeChoice
from app.domain.words import marked
from app.ui.language import tr
from app.ui.theme import GRID
from app.ui.widgets.choice_row import ChoiceRow
from app.ui.widgets.labels import plain
from app.ui.widgets.settings_card import SettingsCard
from app.ui.widgets.transcript_look import LARGEST_ZOOM, SMALLEST_ZOOM, ZOOM_STEP

_THEMES = {
    "system": marked("Follow the system"),
    "dark": marked("Dark"),
    "light": marked("Light"),
}
# A language is called as those who look for it call it.
_LANGUAGES = {
    "system": marked("Follow the system"),
    "en": "English",
    "de": "Deutsch",
}
_SCALES = {f"{percent / 100:g}": f"{percent} %" for percent in (100, 115, 130, 150, 200)}


class AppearanceCard(SettingsCard):
    """Colours and the size of chats change at once, all else when the program is opened again."""

    theme_requested = Signal(str)
    language_requested = Signal(str)
    scale_requested = Signal(float)
    zoom_requested = Signal(float)

    def __init__(self, theme: ThemeChoice, language: LanguageChoice, scale: float) -> None:
        super().__init__(tr("Appearance"))
        self.themes = ChoiceRow(tr("Colours"), _THEMES, theme)
        self.languages = ChoiceRow(tr("Language"), _LANGUAGES, language)
        self.scales = ChoiceRow(tr("Size of everything"), _SCALES, f"{scale:g}")
        self.zoom = QSpinBox()
        self.zoom.setAccessibleName(tr("Text size of chats"))
        self.zoom.setRange(round(100 * SMALLEST_ZOOM), round(100 * LARGEST_ZOOM))
        self.zoom.setSingleStep(round(100 * ZOOM_STEP))
        self.zoom.setSuffix(" %")
        self.zoom.lineEdit().setTextMargins(2 * GRID, 0, 2 * GRID, 0)
        self.zoom.setKeyboardTracking(False)
        self.note = plain(tr("This changes when Quantbench is opened again."), "dim")
        self.note.hide()
        self._lay_out()
        self.themes.chosen.connect(self.theme_requested)
        self.languages.chosen.connect(self._choose_language)
        self.scales.chosen.connect(self._choose_scale)
        self.zoom.valueChanged.connect(self._choose_zoom)

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(4 * GRID)
        grid.setVerticalSpacing(2 * GRID)
        grid.setColumnStretch(1, 1)
        rows: tuple[QWidget, ...] = (self.themes, self.languages, self.scales, self.zoom)
        for row, widget in enumerate(rows):
            label = plain(widget.accessibleName(), "dim")
            label.setWordWrap(False)
            grid.addWidget(label, row, 0)
            grid.addWidget(widget, row, 1, Qt.AlignmentFlag.AlignLeft)
        self.column.addLayout(grid)
        self.column.addWidget(self.note)

    @Slot(float)
    def show_zoom(self, zoom: float) -> None:
        """Show how large the text of chats is now."""
        with QSignalBlocker(self.zoom):
            self.zoom.setValue(round(100 * zoom))

    @Slot(str)
    def _choose_language(self, language: LanguageChoice) -> None:
        self.note.show()
        self.language_requested.emit(language)

    @Slot(str)
    def _choose_scale(self, scale: str) -> None:
        self.note.show()
        self.scale_requested.emit(float(scale))

    @Slot(int)
    def _choose_zoom(self, percent: int) -> None:
        self.zoom_requested.emit(percent / 100)
