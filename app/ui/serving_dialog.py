"""How a vLLM server would hold a model that is too large here, on GPUs that the user names."""

from __future__ import annotations

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import UsageError
from app.domain.forecast_text import plan_text
from app.domain.serving import GpuFleet, ServingNeed, plan_serving, what_would
from app.domain.units import GIB, memory_text
from app.domain.words import marked
from app.ui.artwork import code_font, heading_font
from app.ui.language import tr
from app.ui.theme import GRID
from app.ui.widgets.labels import plain

_AFTER = marked(
    "When it runs, add it under Model servers in Settings: its models appear in the picker."
)


class ServingDialog(QDialog):
    """GPUs, their memory and nodes on top; sizes and commands below follow them."""

    def __init__(self, need: ServingNeed, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(tr("A server for this model"))
        self.setMinimumWidth(150 * GRID)
        self._need = need
        self.gpus = _number(tr("GPUs of a node"), 8, 64)
        self.memory = _number(tr("GiB of each GPU"), 80, 1024)
        self.nodes = _number(tr("Nodes"), 1, 256)
        self.sizes = plain()
        self.commands = QPlainTextEdit()
        self.commands.setProperty("kind", "log")
        self.commands.setReadOnly(True)
        self.commands.setFont(code_font())
        self.commands.setFixedHeight(30 * GRID)
        self.commands.setTabChangesFocus(True)
        self.commands.setAccessibleName(tr("Commands for the server"))
        self.copy_button = QPushButton(tr("Copy"))
        self.copy_button.setAccessibleName(tr("Copy the commands"))
        self.close_button = QPushButton(tr("Close"))
        self._lay_out()
        for box in (self.gpus, self.memory, self.nodes):
            box.valueChanged.connect(self._plan)
        self.copy_button.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.accept)
        self._plan()

    def _lay_out(self) -> None:
        need = self._need
        title = QLabel(tr("A server for this model"))
        title.setFont(heading_font())
        takes = memory_text(need.weights_bytes + need.kv_bytes)
        words = tr("{model} takes {memory} with a context of %Ln tokens.", "", need.context_tokens)
        about = f"{words.format(model=need.repository, memory=takes)} {what_would(need)}"
        form = QFormLayout()
        form.setHorizontalSpacing(6 * GRID)
        form.setVerticalSpacing(2 * GRID)
        for box in (self.gpus, self.memory, self.nodes):
            form.addRow(box.accessibleName(), box)
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * GRID)
        buttons.addWidget(self.copy_button)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(6 * GRID, 5 * GRID, 6 * GRID, 5 * GRID)
        column.setSpacing(3 * GRID)
        column.addWidget(title)
        column.addWidget(plain(about.strip()))
        column.addLayout(form)
        column.addWidget(self.sizes)
        column.addWidget(self.commands)
        column.addWidget(plain(tr(_AFTER), "dim"))
        column.addLayout(buttons)

    @Slot()
    @Slot(int)
    def _plan(self, _: int = 0) -> None:
        fleet = GpuFleet(
            gpu_bytes=self.memory.value() * GIB,
            gpus_per_node=self.gpus.value(),
            nodes=self.nodes.value(),
        )
        try:
            found = plan_serving(self._need, fleet)
        except UsageError as error:
            self.sizes.setText(error.said())
            self.commands.clear()
        else:
            self.sizes.setText(f"{plan_text(found)} {tr(found.note)}".strip())
            self.commands.setPlainText("\n".join(found.commands))
        self.copy_button.setEnabled(bool(self.commands.toPlainText()))

    @Slot()
    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.commands.toPlainText())


def _number(name: str, value: int, most: int) -> QSpinBox:
    box = QSpinBox()
    box.setRange(1, most)
    box.setValue(value)
    box.lineEdit().setTextMargins(2 * GRID, 0, 2 * GRID, 0)
    box.setAccessibleName(name)
    return box
