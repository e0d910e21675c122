"""What the window shows while files are dragged over it."""

from __future__ import annotations

from PySide6.QtCore import QFileInfo, QMimeData, Qt
from PySide6.QtWidgets import QLabel, QWidget

from app.ui.artwork import heading_font
from app.ui.theme import GRID, RADIUS, Theme


def model_paths(data: QMimeData) -> list[str]:
    """The local .gguf files and folders among what is dragged; a folder may hold an MLX model."""
    files = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
    return [path for path in files if path.lower().endswith(".gguf") or QFileInfo(path).isDir()]


class DropHint(QLabel):
    """A frame over a widget that says what dropping will do."""

    def __init__(self, theme: Theme, text: str, covered: QWidget) -> None:
        super().__init__(text, covered)
        self._covered = covered
        self.setFont(heading_font())
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.set_theme(theme)
        self.hide()

    def set_theme(self, theme: Theme) -> None:
        """Take the colours of a theme."""
        red, green, blue = (int(theme.background[i : i + 2], 16) for i in (1, 3, 5))
        self.setStyleSheet(
            f"QLabel {{ background: rgba({red}, {green}, {blue}, 225); color: {theme.text};"
            f" border: 2px dashed {theme.accent}; border-radius: {RADIUS}px; margin: {2 * GRID}px;"
            " }"
        )

    def cover(self) -> None:
        """Cover what is below."""
        self.setGeometry(self._covered.rect())
        self.raise_()
        self.show()
