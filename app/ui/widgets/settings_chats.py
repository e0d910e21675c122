"""Settings of chats: what happens when one does not fit into the context."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QComboBox

from app.domain.context_look import POLICY_NAMES
from app.domain.context_plan import ContextPolicy
from app.ui.language import tr
from app.ui.widgets.labels import plain
from app.ui.widgets.settings_card import SettingsCard


class ChatsCard(SettingsCard):
    """`policy_requested` carries what holds in all chats without a choice of their own."""

    policy_requested = Signal(str)

    def __init__(self, policy: ContextPolicy) -> None:
        super().__init__(tr("When a chat does not fit into the context"))
        self.policies = QComboBox()
        self.policies.setAccessibleName(tr("When a chat does not fit into the context"))
        for name, words in POLICY_NAMES.items():
            self.policies.addItem(tr(words), name)
        self.policies.setCurrentIndex(self.policies.findData(policy))
        self.policies.activated.connect(self._choose)
        note = tr(
            "What would be left out is grey in the chat before you send, and pinned messages stay. "
            "Each chat can choose otherwise, below the line you write in. Nothing is left out "
            "silently."
        )
        self.column.addWidget(plain(note, "dim"))
        self.column.addWidget(self.policies, 0, Qt.AlignmentFlag.AlignLeft)

    @Slot(int)
    def _choose(self, place: int) -> None:
        self.policy_requested.emit(self.policies.itemData(place))
