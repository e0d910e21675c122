"""Settings of what the desktop is told: long replies that end while the window is not looked at."""

from __future__ import annotations

from PySide6.QtCore import Signal

from app.domain.settings import NoticeChoice
from app.domain.words import marked
from app.ui.language import tr
from app.ui.widgets.choice_row import ChoiceRow
from app.ui.widgets.labels import plain
from app.ui.widgets.settings_card import SettingsCard

_CHOICES = {
    "off": marked("Nothing"),
    "plain": marked("That it is ready"),
    "text": marked("Its chat and first words"),
}


class NoticesCard(SettingsCard):
    """`chosen` carries what shall be told."""

    chosen = Signal(str)

    def __init__(self, choice: NoticeChoice) -> None:
        super().__init__(tr("Notifications"))
        note = tr(
            "When a reply took long and another program is in front, the desktop tells that it "
            "is ready. Others may see it: what was written is shown only if you choose so."
        )
        self.choice = ChoiceRow(tr("Tell of a long reply"), _CHOICES, choice)
        self.column.addWidget(plain(note, "dim"))
        self.column.addWidget(self.choice)
        self.choice.chosen.connect(self.chosen)
