"""Installing a build of the engine: where from, under which name, and what it says meanwhile."""

from __future__ import annotations

import os

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QWidget,
)

from app.domain.engine_build import (
    INDEX,
    BuildProposal,
    BuildSource,
    SourceCode,
    WantedBuild,
    WheelFile,
    WheelIndex,
    requirement,
)
from app.domain.words import marked
from app.ui.artwork import code_font
from app.ui.language import tr
from app.ui.theme import GRID
from app.ui.widgets.labels import plain
from app.ui.widgets.settings_card import SettingsCard

_KINDS = (marked("A wheel file"), marked("A wheel index"), marked("Source code"))
_WHEEL, _INDEX, _SOURCE = range(3)
# The variants of the index that llama-cpp-python documents.
_VARIANTS = (
    *("cpu", "cu118", "cu121", "cu122", "cu123", "cu124", "cu125", "cu130", "cu132", "metal"),
    *("rocm72", "hip-radeon", "vulkan"),
)
_FLAGS = (
    "-DGGML_NATIVE=ON",
    "-DGGML_CUDA=ON",
    "-DGGML_HIP=ON",
    "-DGGML_VULKAN=ON",
    "-DGGML_METAL=ON",
    "-DGGML_BLAS=ON -DGGML_BLAS_VENDOR=OpenBLAS",
)
_MOST_LINES = 5000
_LOG_HEIGHT = 45 * GRID


class BuildForm(SettingsCard):
    """`install_requested` carries a `WantedBuild`."""

    install_requested = Signal(object)
    cancel_requested = Signal()

    def __init__(self) -> None:
        super().__init__(tr("Install another build"))
        self.name = QLineEdit()
        self.name.setPlaceholderText(tr("such as cuda or native"))
        self.kind = QComboBox()
        self.kind.addItems([tr(kind) for kind in _KINDS])
        self.wheel = QLineEdit()
        self.wheel.setPlaceholderText("llama_cpp_python-….whl")
        self.choose_button = QPushButton(tr("Choose…"))
        self.choose_button.setAccessibleName(tr("Choose the wheel file"))
        self.index = _editable([f"{INDEX}/{variant}" for variant in _VARIANTS])
        self.version = QLineEdit()
        self.version.setPlaceholderText(tr("that of the bundled build"))
        self.requirement = QLineEdit(requirement(None))
        self.flags = _editable(_FLAGS)
        self.note = plain("", "dim")
        self.install_button = QPushButton(tr("Install"))
        self.install_button.setProperty("kind", "primary")
        self.cancel_button = QPushButton(tr("Cancel"))
        self.cancel_button.setAccessibleName(tr("Cancel the installation"))
        self.log = QPlainTextEdit()
        self._lay_out()
        self._connect()
        self.show_running(None)
        self._show_kind(_WHEEL)

    def _lay_out(self) -> None:
        wheel = QHBoxLayout()
        wheel.setSpacing(2 * GRID)
        wheel.addWidget(self.wheel, 1)
        wheel.addWidget(self.choose_button)
        file = QWidget()
        _rows(file).addRow(_label(tr("File"), self.wheel), wheel)
        index = QWidget()
        rows = _rows(index)
        rows.addRow(_label(tr("Index"), self.index), self.index)
        rows.addRow(_label(tr("Version"), self.version), self.version)
        source = QWidget()
        rows = _rows(source)
        rows.addRow(_label(tr("Package or folder"), self.requirement), self.requirement)
        rows.addRow(_label(tr("CMake options"), self.flags), self.flags)
        self._fields = (file, index, source)
        first = QWidget()
        rows = _rows(first)
        rows.addRow(_label(tr("Name"), self.name), self.name)
        rows.addRow(_label(tr("Install from"), self.kind), self.kind)
        self.log.setProperty("kind", "log")
        self.log.setReadOnly(True)
        self.log.setMaximumBlockCount(_MOST_LINES)
        self.log.setFont(code_font())
        self.log.setFixedHeight(_LOG_HEIGHT)
        self.log.setAccessibleName(tr("Log of the installation"))
        self.log.setTabChangesFocus(True)
        self.log.hide()
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * GRID)
        buttons.addWidget(self.install_button)
        buttons.addWidget(self.cancel_button)
        buttons.addWidget(self.note, 1)
        for widget in (first, *self._fields):
            self.column.addWidget(widget)
        self.column.addLayout(buttons)
        self.column.addWidget(self.log)

    def _connect(self) -> None:
        self.kind.currentIndexChanged.connect(self._show_kind)
        self.choose_button.clicked.connect(self._choose)
        self.install_button.clicked.connect(self._install)
        self.cancel_button.clicked.connect(self.cancel_requested)
        for edit in (self.name, self.wheel, self.requirement):
            edit.textChanged.connect(self._allow)
        self.index.editTextChanged.connect(self._allow)

    def propose(self, proposal: BuildProposal, *, from_source: bool) -> None:
        """Fill the form with a proposal, ready to be installed."""
        self.name.setText(proposal.name)
        self.requirement.setText(proposal.source.requirement)
        self.flags.setEditText(proposal.source.cmake_args)
        if proposal.index is not None:
            self.index.setEditText(proposal.index.address)
            self.version.setText(proposal.index.version or "")
        by_source = from_source or proposal.index is None
        self.kind.setCurrentIndex(_SOURCE if by_source else _INDEX)
        self.install_button.setFocus()

    def show_running(self, name: str | None) -> None:
        """A build of this name is being installed; None: none is."""
        self._running = name
        if name is not None:
            self.log.clear()
            self.log.show()
        self.cancel_button.setVisible(name is not None)
        for part in (self.name, self.kind, *self._fields):
            part.setEnabled(name is None)
        self._allow()

    def add_lines(self, lines: list[str]) -> None:
        """Put lines at the end of the log, and follow it unless the user has scrolled up."""
        bar = self.log.verticalScrollBar()
        follows = bar.value() >= bar.maximum() - 1
        self.log.appendPlainText("\n".join(lines))
        if follows:
            bar.setValue(bar.maximum())

    @property
    def source(self) -> BuildSource:
        """What is chosen."""
        kind = self.kind.currentIndex()
        if kind == _WHEEL:
            return WheelFile(os.fsencode(self.wheel.text().strip()))
        if kind == _INDEX:
            version = self.version.text().strip() or None
            return WheelIndex(self.index.currentText().strip(), version)
        return SourceCode(self.requirement.text().strip(), self.flags.currentText().strip())

    @Slot(int)
    def _show_kind(self, kind: int) -> None:
        for place, fields in enumerate(self._fields):
            fields.setVisible(place == kind)
        self._allow()

    @Slot()
    @Slot(str)
    def _allow(self, _: str = "") -> None:
        needed = (self.wheel.text(), self.index.currentText(), self.requirement.text())
        known = bool(self.name.text().strip() and needed[self.kind.currentIndex()].strip())
        self.install_button.setEnabled(known and self._running is None)
        if self._running is not None:
            self.note.setText(
                tr("Installing {running}. You can go on chatting meanwhile.").format(
                    running=self._running
                )
            )
        elif self.kind.currentIndex() == _SOURCE:
            self.note.setText(
                tr("Compiles with your C++ compiler: minutes on the CPU, longer for CUDA.")
            )
        else:
            self.note.setText(tr("Checked by a real decode before it is offered."))

    @Slot()
    def _install(self) -> None:
        self.install_requested.emit(WantedBuild(self.name.text().strip(), self.source))

    @Slot()
    def _choose(self) -> None:
        dialog = QFileDialog(self, tr("Choose a wheel"), "", tr("Wheels (*.whl);;All files (*)"))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.fileSelected.connect(self.wheel.setText)
        dialog.open()


def _editable(texts: list[str] | tuple[str, ...]) -> QComboBox:
    box = QComboBox()
    box.setEditable(True)
    box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    box.addItems(list(texts))
    return box


def _rows(widget: QWidget) -> QFormLayout:
    rows = QFormLayout(widget)
    rows.setContentsMargins(0, 0, 0, 0)
    rows.setHorizontalSpacing(4 * GRID)
    rows.setVerticalSpacing(2 * GRID)
    rows.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
    rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
    return rows


def _label(text: str, field: QWidget) -> QLabel:
    """A label in a column of one width for all forms of the card; names its field too."""
    label = plain(text, "dim")
    label.setWordWrap(False)
    label.setMinimumSize(30 * GRID, 8 * GRID)
    label.setBuddy(field)
    field.setAccessibleName(text)
    return label
