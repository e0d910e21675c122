"""The card of the settings that tells what suits the loaded model on this machine."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QLabel, QPushButton, QVBoxLayout

from app.ui.artwork import body_font
from app.ui.language import tr
from app.ui.machine_tuning import TuningState
from app.ui.theme import GRID
from app.ui.widgets.labels import plain


class TuningCard(QFrame):
    """`measure_requested` asks for a measurement, or for the end of the one that runs."""

    measure_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setAccessibleName(tr("Speed on this machine"))
        heading = QLabel(tr("Speed on this machine"))
        heading.setFont(body_font(strong=True))
        self.text, self.details = plain(), plain(tone="dim")
        self.button = QPushButton(tr("Measure now"))
        self.button.setToolTip(tr("About ten seconds for the loaded model; a question ends it."))
        self.button.clicked.connect(self.measure_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(5 * GRID, 4 * GRID, 5 * GRID, 4 * GRID)
        column.setSpacing(2 * GRID)
        for part in (heading, self.text, self.details):
            column.addWidget(part)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignLeft)

    @Slot(object)
    def show_state(self, state: TuningState) -> None:
        """Show what is known."""
        self.text.setText(tr(state.text))
        self.details.setText(state.details)
        self.details.setVisible(bool(state.details))
        self.button.setText(tr("Stop") if state.is_measuring else tr("Measure now"))
        self.button.setEnabled(state.can_measure)
