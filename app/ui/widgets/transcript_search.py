"""A transcript in which words can be found, with the line to type them into."""

from __future__ import annotations

from PySide6.QtCore import Slot
from PySide6.QtWidgets import QWidget

from app.ui.theme import GRID, Theme
from app.ui.widgets.find_bar import FindBar
from app.ui.widgets.transcript_find import Finder
from app.ui.widgets.transcript_view import TranscriptView

_LONGEST_SELECTION = 100


class SearchableTranscript(TranscriptView):
    """`open_find`, `find_next`, `find_previous` and `close_find` are there for shortcuts."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.finder = Finder(self)
        self._find_bar = FindBar(self)
        self._find_bar.searched.connect(self.finder.search)
        self._find_bar.stepped.connect(self.finder.step)
        self._find_bar.closed.connect(self.close_find)
        self.finder.state_changed.connect(self._find_bar.show_state)

    @Slot()
    def open_find(self) -> None:
        """Open the line to find words in; what is selected is searched for."""
        if self.flow.entries:
            words = self.selection.text()
            usable = 0 < len(words) <= _LONGEST_SELECTION and "\n" not in words
            self._make_room()
            self._find_bar.begin(words if usable else "")
            self._place_find_bar()

    @Slot()
    def find_next(self) -> None:
        """Go to the next place with the words."""
        self.finder.step(1)

    @Slot()
    def find_previous(self) -> None:
        """Go to the place before with the words."""
        self.finder.step(-1)

    @Slot()
    def close_find(self) -> None:
        """Close the line, and show no hits any more."""
        self.setFocus()  # hiding first, Qt would send the keys on as the Tab key does
        self._find_bar.hide()
        self.setViewportMargins(0, 0, 0, 0)
        self.finder.search("")

    def view_changed(self) -> None:
        super().view_changed()
        self._place_find_bar()

    def _make_room(self) -> None:
        """The line lies above the messages, not over what is found in them."""
        self._find_bar.adjustSize()
        self.setViewportMargins(0, self._find_bar.height() + 3 * GRID, 0, 0)

    def _place_find_bar(self) -> None:
        bar = self._find_bar
        if not bar.isHidden():
            bar.adjustSize()
            bar.move(self.viewport().width() - bar.width() - 4 * GRID, 2 * GRID)

    def set_theme(self, theme: Theme) -> None:
        """Draw with other colours."""
        self._find_bar.set_theme(theme)
        super().set_theme(theme)
