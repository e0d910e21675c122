"""Servers with models: those that are set up, a form for another, and what a test found."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout, QWidget

from app.domain.errors import AppError
from app.domain.remote import KIND_NAMES, RemoteServer, ServerReport
from app.domain.units import duration_text
from app.domain.words import marked
from app.ui.language import tr
from app.ui.servers import Entered, Tested
from app.ui.theme import GRID
from app.ui.widgets.labels import plain
from app.ui.widgets.settings_card import SettingsCard

_ABOUT = marked(
    "Chat with models of any OpenAI-compatible server: vLLM, SGLang, llama-server, Ollama, LM "
    "Studio. What you write in such a chat is sent to that server. It is asked only when you test "
    "it or choose one of its models."
)
_SHOWN_MODELS = 4


def report_text(name: str, report: ServerReport) -> str:
    """What a test found, in a sentence."""
    count = len(report.models)
    words = tr("{name} answers after {time} ({kind}): %Ln models, {models}.", "", count)
    models = ", ".join(model.id for model in report.models[:_SHOWN_MODELS])
    if count > _SHOWN_MODELS:
        models = tr("{models} and %Ln more", "", count - _SHOWN_MODELS).format(models=models)
    time, kind = duration_text(report.round_trip_ms), tr(KIND_NAMES[report.kind])
    return words.format(name=name, time=time, kind=kind, models=models)


class ServerRow(QWidget):
    """One server: name, address, models, and what can be done with it."""

    def __init__(self, server: RemoteServer) -> None:
        super().__init__()
        self.server = server
        count = len(server.models)
        models = tr("%Ln models", "", count) if count else tr("no models yet")
        facts = plain(f"{server.name}\n{server.address} · {models}")
        facts.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.test_button = QPushButton(tr("Test"))
        self.test_button.setAccessibleName(tr("Test the server {name}").format(name=server.name))
        self.edit_button = QPushButton(tr("Edit"))
        self.edit_button.setAccessibleName(tr("Edit the server {name}").format(name=server.name))
        self.remove_button = QPushButton(tr("Remove"))
        self.remove_button.setAccessibleName(
            tr("Remove the server {name} and its key").format(name=server.name)
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * GRID)
        row.addWidget(facts, 1)
        for button in (self.test_button, self.edit_button, self.remove_button):
            row.addWidget(button)


class ServersCard(SettingsCard):
    """`save_requested` and `test_requested` carry an `Entered`, the others a name."""

    save_requested = Signal(object)
    test_requested = Signal(object)
    known_test_requested = Signal(str)
    remove_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Model servers"))
        self.rows: dict[str, ServerRow] = {}
        self.name = self._field(tr("Name"), tr("such as lab"))
        self.address = self._field(tr("Address"), "http://localhost:8000")
        self.key = self._field(tr("Key"), tr("key, if it needs one"))
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.save_button = QPushButton(tr("Add"))
        self.save_button.setAccessibleName(tr("Keep the server"))
        self.test_button = QPushButton(tr("Test"))
        self.test_button.setAccessibleName(tr("Test the address that was entered"))
        self.result = plain()
        self.result.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.result.hide()
        self._list = QVBoxLayout()
        self._list.setSpacing(2 * GRID)
        line = QHBoxLayout()
        line.setSpacing(2 * GRID)
        line.addWidget(self.name, 2)
        line.addWidget(self.address, 4)
        line.addWidget(self.key, 3)
        line.addWidget(self.test_button)
        line.addWidget(self.save_button)
        self.column.addWidget(plain(tr(_ABOUT), "dim"))
        self.column.addLayout(self._list)
        self.column.addLayout(line)
        self.column.addWidget(self.result)
        self.test_button.clicked.connect(self._test)
        self.save_button.clicked.connect(self._save)
        self.address.returnPressed.connect(self._save)
        self.key.returnPressed.connect(self._save)
        self._allow()

    def _field(self, name: str, hint: str) -> QLineEdit:
        field = QLineEdit()
        field.setAccessibleName(tr("{name} of the server").format(name=name))
        field.setPlaceholderText(hint)
        field.textChanged.connect(self._allow)
        return field

    def show_servers(self, servers: Sequence[RemoteServer]) -> None:
        """List what is set up."""
        for row in self.rows.values():
            self._list.removeWidget(row)
            row.hide()
            row.deleteLater()
        self.rows = {}
        for server in servers:
            row = self.rows[server.name] = ServerRow(server)
            row.test_button.clicked.connect(self._test_known)
            row.edit_button.clicked.connect(self._edit)
            row.remove_button.clicked.connect(self._remove)
            self._list.addWidget(row)
        self._allow()

    @Slot(str)
    def show_testing(self, name: str) -> None:
        """A test has begun."""
        self._say(tr("Asking {name}…").format(name=name), "dim")

    @Slot(object)
    def show_tested(self, tested: Tested) -> None:
        """Say what a test found; what was typed of a server that is kept now is cleared."""
        if tested.report is not None:
            self._say(report_text(tested.name, tested.report), "good")
        elif tested.error is not None:
            self._say(f"{tested.name}: {tested.error.said()}", "bad")
        if tested.name in self.rows and tested.name == self.name.text().strip():
            for field in (self.name, self.address, self.key):
                field.clear()

    @Slot(object)
    def show_error(self, error: AppError) -> None:
        """Say why a server is not kept."""
        self._say(error.said(), "bad")

    def _say(self, text: str, tone: str) -> None:
        self.result.setText(text)
        self.result.setProperty("tone", tone)
        self.result.style().polish(self.result)
        self.result.setAccessibleName(text)
        self.result.show()

    @property
    def entered(self) -> Entered:
        """What is typed; an empty key leaves the one that is kept."""
        address = self.address.text().strip()
        server = RemoteServer(name=self.name.text().strip() or address, address=address)
        return Entered(server=server, key=self.key.text() or None)

    @Slot()
    @Slot(str)
    def _allow(self, _: str = "") -> None:
        has_address = bool(self.address.text().strip())
        name = self.name.text().strip()
        self.test_button.setEnabled(has_address)
        self.save_button.setEnabled(has_address and bool(name))
        self.save_button.setText(tr("Save") if name in self.rows else tr("Add"))

    @Slot()
    def _test(self) -> None:
        self.test_requested.emit(self.entered)

    @Slot()
    def _save(self) -> None:
        if self.save_button.isEnabled():
            self.save_requested.emit(self.entered)

    @Slot()
    def _test_known(self) -> None:
        for name, row in self.rows.items():
            if row.test_button is self.sender():
                self.known_test_requested.emit(name)

    @Slot()
    def _edit(self) -> None:
        for row in self.rows.values():
            if row.edit_button is self.sender():
                self.name.setText(row.server.name)
                self.address.setText(row.server.address)
                self.address.setFocus()

    @Slot()
    def _remove(self) -> None:
        for name, row in self.rows.items():
            if row.remove_button is self.sender():
                self.remove_requested.emit(name)
