"""Settings of evaluated chats on disk: whether they are kept, how much of them, and their end."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QSpinBox

from app.domain.storage import StateUsage
from app.domain.units import file_text
from app.ui.language import tr
from app.ui.theme import GRID
from app.ui.widgets.labels import plain
from app.ui.widgets.settings_card import SettingsCard

_GB = 10**9
_LARGEST_GB = 1000


class StatesCard(SettingsCard):
    """`limit_requested` says how many bytes are kept at most, or None: nothing is."""

    limit_requested = Signal(object)
    clear_requested = Signal()

    def __init__(self, *, kept: bool, limit_bytes: int) -> None:
        super().__init__(tr("Chats kept ready"))
        self.kept = QCheckBox(tr("Keep on disk what models have read of a chat"))
        self.kept.setChecked(kept)
        self.kept.clicked.connect(self._choose)
        self.limit = QSpinBox()
        self.limit.setRange(1, _LARGEST_GB)
        self.limit.setSuffix(tr(" GB"))
        self.limit.lineEdit().setTextMargins(2 * GRID, 0, 2 * GRID, 0)
        self.limit.setValue(max(1, round(limit_bytes / _GB)))
        self.limit.setKeyboardTracking(False)
        self.limit.setEnabled(kept)
        self.limit.setAccessibleName(tr("The most that chats kept ready may take on the disk"))
        self.limit.valueChanged.connect(self._choose)
        self.usage = plain("", "dim")
        self.clear_button = QPushButton(tr("Clear now"))
        self.clear_button.setAccessibleName(tr("Delete all chats kept ready"))
        self.clear_button.setEnabled(False)
        self.clear_button.clicked.connect(self.clear_requested)
        most = QHBoxLayout()
        most.setSpacing(2 * GRID)
        most.addWidget(plain(tr("At most"), "dim"))
        most.addWidget(self.limit)
        most.addStretch(1)
        now = QHBoxLayout()
        now.setSpacing(2 * GRID)
        now.addWidget(self.usage, 1)
        now.addWidget(self.clear_button)
        note = tr(
            "An older chat then goes on at once, also after a restart, and is not read again from "
            "its beginning. What is kept is a second copy of what the chats say. It stays on this "
            "computer, and goes when its chat is deleted; the chats themselves are not touched."
        )
        self.column.addWidget(self.kept)
        self.column.addWidget(plain(note, "dim"))
        self.column.addLayout(most)
        self.column.addLayout(now)

    @Slot(object)
    def show_usage(self, usage: StateUsage) -> None:
        """Say what is on disk, which is what clearing frees."""
        self.clear_button.setEnabled(usage.count > 0)
        if not usage.count:
            self.usage.setText(tr("Nothing is kept now."))
            return
        words = tr("%Ln states are kept; clearing frees {size}.", "", usage.count)
        self.usage.setText(words.format(size=file_text(usage.size_bytes)))

    @Slot()
    def _choose(self) -> None:
        kept = self.kept.isChecked()
        self.limit.setEnabled(kept)
        self.limit_requested.emit(self.limit.value() * _GB if kept else None)
