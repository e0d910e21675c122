"""Settings of folders: where downloads go, and where else models are looked for."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from app.ui.language import tr
from app.ui.theme import GRID
from app.ui.widgets.labels import plain
from app.ui.widgets.settings_card import SettingsCard


class FoldersCard(SettingsCard):
    """Each signal carries a folder's path."""

    move_requested = Signal(str)
    add_requested = Signal(str)
    remove_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__(tr("Model folders"))
        self.models = plain()
        self.models.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.move_button = QPushButton(tr("Change…"))
        self.move_button.setAccessibleName(tr("Change the folder that downloads go to"))
        self.move_button.clicked.connect(self._ask_move)
        row = QHBoxLayout()
        row.setSpacing(3 * GRID)
        row.addWidget(plain(tr("Downloads go to"), "dim"))
        row.addWidget(self.models, 1)
        row.addWidget(self.move_button)
        self.column.addLayout(row)
        self.column.addWidget(
            plain(
                tr(
                    "Models are read where they are, never copied. The folders of LM Studio, "
                    "Ollama and Hugging Face are looked at by themselves; add others here."
                ),
                "dim",
            )
        )
        self._list = QVBoxLayout()
        self._list.setSpacing(GRID)
        self.column.addLayout(self._list)
        self.add_button = QPushButton(tr("Add a folder…"))
        self.add_button.clicked.connect(self._ask_add)
        self.column.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)
        self._removers: dict[QPushButton, str] = {}
        self._rows: list[QWidget] = []

    @property
    def listed(self) -> list[str]:
        """The further folders."""
        return list(self._removers.values())

    def show_folders(self, models: str, more: Sequence[str]) -> None:
        """Show the folders as they are now."""
        self.models.setText(models)
        for row in self._rows:
            self._list.removeWidget(row)
            row.deleteLater()
        self._rows, self._removers = [], {}
        for folder in more:
            self._add_row(folder)

    def _add_row(self, folder: str) -> None:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        name: QLabel = plain(folder)
        button = QPushButton(tr("Remove"))
        button.setAccessibleName(tr("Stop looking for models in {folder}").format(folder=folder))
        button.clicked.connect(self._remove)
        line.addWidget(name, 1)
        line.addWidget(button)
        self._removers[button] = folder
        self._rows.append(row)
        self._list.addWidget(row)

    def _dialog(self, title: str) -> QFileDialog:
        dialog = QFileDialog(self, title)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    @Slot()
    def _ask_move(self) -> None:
        dialog = self._dialog(tr("Choose the folder that downloads go to"))
        dialog.fileSelected.connect(self.move_requested)
        dialog.open()

    @Slot()
    def _ask_add(self) -> None:
        dialog = self._dialog(tr("Choose a folder with models"))
        dialog.fileSelected.connect(self.add_requested)
        dialog.open()

    @Slot()
    def _remove(self) -> None:
        button = self.sender()
        if isinstance(button, QPushButton):
            self.remove_requested.emit(self._removers[button])
