"""Models to begin with, as cards: what each is, how large, and what speaks for it."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.starter import Starter
from app.domain.units import file_text, memory_text, parameters_text
from app.ui.artwork import body_font, heading_font
from app.ui.language import tr
from app.ui.theme import GRID
from app.ui.widgets.labels import plain


class StarterCard(QFrame):
    """One suggestion; `chosen` carries it."""

    chosen = Signal(object)

    def __init__(self, starter: Starter) -> None:
        super().__init__()
        self.starter = starter
        self.setProperty("kind", "card")
        title = plain(starter.title)
        title.setFont(body_font(strong=True))
        facts = " · ".join(
            (
                parameters_text(starter.parameter_count),
                starter.quantization,
                tr("about {size}").format(size=file_text(starter.size_bytes)),
                starter.license,
            )
        )
        self.button = QPushButton(tr("Look at it"))
        self.button.setAccessibleName(tr("Look at {title}").format(title=starter.title))
        self.button.clicked.connect(self._choose)
        row = QHBoxLayout()
        row.setSpacing(4 * GRID)
        row.addWidget(title, 1)
        row.addWidget(self.button)
        words = QVBoxLayout(self)
        words.setContentsMargins(4 * GRID, 3 * GRID, 3 * GRID, 3 * GRID)
        words.setSpacing(2)
        words.addLayout(row)
        words.addWidget(plain(tr(starter.why)))
        words.addWidget(plain(facts, "dim"))
        self.setAccessibleName(f"{starter.title}, {facts}. {tr(starter.why)}")

    @Slot()
    def _choose(self) -> None:
        self.chosen.emit(self.starter)


class StarterList(QScrollArea):
    """A heading and the cards, which scroll where there is little room."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[StarterCard] = []
        self._title = QLabel(tr("Good models to begin with"))
        self._title.setFont(heading_font())
        self._text = plain("", "dim")
        inner = QWidget()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(inner)
        self._column = QVBoxLayout(inner)
        self._column.setContentsMargins(5 * GRID, 5 * GRID, 5 * GRID, 4 * GRID)
        self._column.setSpacing(2 * GRID)
        self._column.addWidget(self._title)
        self._column.addWidget(self._text)
        self._column.addSpacing(2 * GRID)
        self._column.addStretch(1)

    def show_starters(self, starters: list[Starter], memory_bytes: int | None) -> None:
        """Show these in place of the ones before."""
        for card in self.cards:
            self._column.removeWidget(card)
            card.deleteLater()
        self.cards = [StarterCard(starter) for starter in starters]
        for place, card in enumerate(self.cards):
            card.chosen.connect(self.chosen)
            self._column.insertWidget(3 + place, card)
        words = tr(
            "Their files take at most half of the memory, which leaves room for the conversation "
            "and for other programs. Or choose any model from the list."
        )
        if memory_bytes is not None:
            known = tr("This machine has {memory}.").format(memory=memory_text(memory_bytes))
            words = f"{known} {words}"
        self._text.setText(words)
