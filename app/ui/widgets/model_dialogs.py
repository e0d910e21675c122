"""The system's dialogs in which a model on the disk is chosen."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QWidget

from app.ui.language import tr


def ask_for_file(parent: QWidget, chosen: Callable[[str], None]) -> None:
    """Ask for a GGUF file; of an MLX model, any of its files stands for the folder."""
    filters = tr("Models (*.gguf config.json *.safetensors);;All files (*)")
    _open(
        QFileDialog(parent, tr("Open a model"), "", filters),
        QFileDialog.FileMode.ExistingFile,
        chosen,
    )


def ask_for_folder(parent: QWidget, chosen: Callable[[str], None]) -> None:
    """Ask for the folder of an MLX model."""
    dialog = QFileDialog(parent, tr("Open the folder of an MLX model"))
    _open(dialog, QFileDialog.FileMode.Directory, chosen)


def _open(dialog: QFileDialog, mode: QFileDialog.FileMode, chosen: Callable[[str], None]) -> None:
    # exec() would stop the event loop that all coroutines run on: the dialog only opens.
    dialog.setFileMode(mode)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(chosen)
    dialog.open()
