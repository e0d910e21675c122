"""A card that shows how far a load has come, with a button to cancel it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout

from app.domain.load_options import LoadProgress
from app.domain.units import percent_text
from app.domain.words import marked
from app.ui.language import tr
from app.ui.theme import GRID

_STAGES = {
    "starting": marked("starting the engine"),
    "reading": marked("reading the weights"),
    "checking": marked("checking that it runs on this machine"),
}


class LoadingBar(QFrame):
    """Hidden unless a model is being loaded."""

    cancel_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setAccessibleName(tr("Loading a model"))
        self._name = ""
        self._text = QLabel()
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setAccessibleName(tr("Progress of the load"))
        self._cancel = QPushButton(tr("Cancel"))
        self._cancel.setAccessibleName(tr("Cancel loading"))
        self._cancel.clicked.connect(self.cancel_requested)
        left = QVBoxLayout()
        left.setSpacing(2 * GRID)
        left.addWidget(self._text)
        left.addWidget(self._bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(4 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        row.setSpacing(4 * GRID)
        row.addLayout(left, 1)
        row.addWidget(self._cancel)
        self.setVisible(False)

    @property
    def text(self) -> str:
        """What is shown."""
        return self._text.text()

    def begin(self, name: str) -> None:
        """Show that `name` is being loaded."""
        self._name = name
        self._text.setText(tr("Loading {name}").format(name=name))
        self._bar.setRange(0, 0)
        self._cancel.setEnabled(True)
        self.setVisible(True)

    @Slot(object)
    def show_progress(self, progress: LoadProgress) -> None:
        """Show the stage and, while weights are read, how much of them."""
        stage = tr(_STAGES[progress.stage])
        if progress.stage == "reading":
            self._bar.setRange(0, 1000)
            self._bar.setValue(round(progress.fraction * 1000))
            stage = f"{stage}, {percent_text(progress.fraction * 100)}"
        else:
            self._bar.setRange(0, 0)
        self._text.setText(tr("Loading {name}: {stage}").format(name=self._name, stage=stage))
        self.setAccessibleDescription(self._text.text())

    @Slot()
    def end(self) -> None:
        """The load is over, in whichever way."""
        self.setVisible(False)
        # An indeterminate bar animates, and would do so for ever behind the scenes.
        self._bar.setRange(0, 1)
