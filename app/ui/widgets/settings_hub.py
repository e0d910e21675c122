"""Settings that concern the network: the access token, the offline switch, what went out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPushButton,
    QWidget,
)

from app.domain.network import HostTotal
from app.domain.units import count_text, file_text
from app.domain.words import marked
from app.services.access_token import TokenStatus
from app.ui.language import tr
from app.ui.theme import GRID
from app.ui.widgets.labels import plain
from app.ui.widgets.settings_card import SettingsCard

_NONE_YET = marked("Nothing has left this computer since the program was started.")
_TITLES = (
    *(marked("Host"), marked("Purpose"), marked("Requests"), marked("Sent"), marked("Received")),
)


class TokenCard(SettingsCard):
    """Entered once and never shown again. `save_requested` carries what was typed."""

    save_requested = Signal(str)
    forget_requested = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Access token of the hub"))
        self.status = plain("", "dim")
        self.edit = QLineEdit()
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.setPlaceholderText("hf_…")
        self.edit.setAccessibleName(tr("Access token"))
        self.save_button = QPushButton(tr("Save"))
        self.save_button.setAccessibleName(tr("Save the access token"))
        self.save_button.setEnabled(False)
        self.forget_button = QPushButton(tr("Forget"))
        self.forget_button.setAccessibleName(tr("Forget the access token"))
        self.forget_button.hide()
        row = QHBoxLayout()
        row.setSpacing(2 * GRID)
        row.addWidget(self.edit, 1)
        row.addWidget(self.save_button)
        row.addWidget(self.forget_button)
        self.column.addWidget(self.status)
        self.column.addLayout(row)
        self.edit.textChanged.connect(self._allow_saving)
        self.edit.returnPressed.connect(self._save)
        self.save_button.clicked.connect(self._save)
        self.forget_button.clicked.connect(self.forget_requested)

    @Slot(object)
    def show_status(self, status: TokenStatus) -> None:
        """Say where the token is kept."""
        self.edit.clear()
        self.status.setText(status.sentence)
        self.forget_button.setVisible(status.place in ("keyring", "file"))

    @Slot(str)
    def _allow_saving(self, text: str) -> None:
        self.save_button.setEnabled(bool(text.strip()))

    @Slot()
    def _save(self) -> None:
        if self.edit.text().strip():
            self.save_requested.emit(self.edit.text())


class NetworkCard(SettingsCard):
    """The offline switch, and every host that was asked, for what, and how much."""

    offline_requested = Signal()
    online_requested = Signal()

    def __init__(self, *, is_offline: bool) -> None:
        super().__init__(tr("Network"))
        self.offline = QCheckBox(tr("Stay offline: refuse every connection to other machines"))
        self.offline.setChecked(is_offline)
        self.offline.clicked.connect(self._switch)
        self.note = plain(tr(_NONE_YET), "dim")
        self._rows: list[list[QLabel]] = []
        self._table = QWidget()
        self._grid = QGridLayout(self._table)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(6 * GRID)
        self._grid.setVerticalSpacing(GRID)
        self._grid.setColumnStretch(0, 1)
        self.column.addWidget(self.offline)
        self.column.addWidget(self.note)
        self.column.addWidget(self._table)

    @property
    def lines(self) -> list[str]:
        """What the table says, a line for each host and purpose."""
        return [" ".join(label.text() for label in row) for row in self._rows[1:]]

    @Slot()
    def _switch(self) -> None:
        if self.offline.isChecked():
            self.offline_requested.emit()
        else:
            self.online_requested.emit()

    def show_hosts(self, hosts: Sequence[HostTotal]) -> None:
        """List what went out since the start."""
        while self._rows:
            for label in self._rows.pop():
                label.deleteLater()
        self.note.setText(
            tr("Every connection since the program was started:") if hosts else tr(_NONE_YET)
        )
        if not hosts:
            return
        self._add_row([tr(title) for title in _TITLES], "dim")
        for host in hosts:
            numbers = (
                count_text(host.requests),
                file_text(host.sent_bytes),
                file_text(host.received_bytes),
            )
            self._add_row([host.host, tr(host.purpose), *numbers], "")

    def _add_row(self, texts: Sequence[str], tone: str) -> None:
        labels = [plain(text, tone) for text in texts]
        for column, label in enumerate(labels):
            label.setWordWrap(column == 0)
            side = Qt.AlignmentFlag.AlignRight if column > 1 else Qt.AlignmentFlag.AlignLeft
            self._grid.addWidget(label, len(self._rows), column, side)
        self._rows.append(labels)
