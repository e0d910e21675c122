"""The files that will go with a message: each with its name, its cost in tokens, and a cross."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal, Slot
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.attachment import Attachment
from app.domain.units import file_text
from app.ui.artwork import icon, icon_pixmap, secondary_font
from app.ui.language import tr
from app.ui.theme import DARK, GRID, Theme
from app.ui.widgets.picture import Pictures, SmallPicture

# A chip with its picture, its name and its cross; as many in a row as there is room for.
_CHIP = 56 * GRID
_NAME_PIXELS = 130
_MOST_COLUMNS = 16
_PICTURE = 7 * GRID


class AttachmentChip(QFrame):
    """One file. While it is read there is only its name."""

    removed = Signal(object)

    def __init__(self, name: str, theme: Theme, pictures: Pictures) -> None:
        super().__init__()
        self._pictures = pictures
        self._small: SmallPicture | None = None
        pictures.arrived.connect(self._draw)
        self.attachment: Attachment | None = None
        self.tokens: int | None = None
        self._name = name
        self.setProperty("kind", "card")
        self.setFixedWidth(_CHIP)
        self._picture = QLabel()
        self._picture.setFixedSize(_PICTURE, _PICTURE)
        self._picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._words = QLabel()
        self._words.setTextFormat(Qt.TextFormat.PlainText)
        self._words.setFont(secondary_font())
        self._close = QToolButton()
        self._close.setProperty("kind", "quiet")
        self._close.setIconSize(QSize(14, 14))
        self._close.setAccessibleName(tr("Remove {name}").format(name=name))
        self._close.setToolTip(tr("Remove"))
        self._close.clicked.connect(self._remove)
        row = QHBoxLayout(self)
        row.setContentsMargins(2 * GRID, GRID, GRID, GRID)
        row.setSpacing(2 * GRID)
        row.addWidget(self._picture)
        row.addWidget(self._words, 1)
        row.addWidget(self._close)
        self.set_theme(theme)

    @Slot()
    def _remove(self) -> None:
        self.removed.emit(self)

    def take(self, attachment: Attachment) -> None:
        """The file was read."""
        self.attachment = attachment
        self._say()
        if attachment.kind == "image":
            side = round(_PICTURE * self.devicePixelRatioF())
            self._small = SmallPicture(attachment.data, QSize(side, side))
            self._pictures.want(self._small)
        self._draw()

    def set_tokens(self, tokens: int | None) -> None:
        """What it costs, as far as that is known."""
        self.tokens = tokens
        self._say()

    def _say(self) -> None:
        metrics = self._words.fontMetrics()
        name = metrics.elidedText(self._name, Qt.TextElideMode.ElideMiddle, _NAME_PIXELS)
        self._words.setText(f"{name}\n{self.cost()}")
        self.setAccessibleName(f"{self._name}, {self.cost()}")
        self.setToolTip("")
        if self.attachment is not None and self.attachment.kind == "image":
            self.setToolTip(tr("No engine of this program reads pictures: only the name is sent."))

    def cost(self) -> str:
        """The tokens that it adds, or what is known instead."""
        found = self.attachment
        if found is None:
            return tr("Reading…")
        if found.kind == "image":
            return tr("not seen by the model")
        if self.tokens is not None:
            return tr("%Ln tokens", "", self.tokens)
        return file_text(len(found.text.encode("utf-8", "replace")))

    def set_theme(self, theme: Theme) -> None:
        """Draw with other colours."""
        self._theme = theme
        self._close.setIcon(icon("x", theme.dim_text))
        self._words.setStyleSheet(f"color: {theme.text};")
        self._say()
        self._draw()

    @Slot()
    def _draw(self) -> None:
        scale = self.devicePixelRatioF()
        if self._small is None or self._small.image is None:
            name = "file-text" if self._small is None else "image"
            self._picture.setPixmap(icon_pixmap(name, self._theme.dim_text, 20, scale))
            return
        pixmap = QPixmap.fromImage(self._small.image)
        pixmap.setDevicePixelRatio(scale)
        self._picture.setPixmap(pixmap)


class AttachmentTray(QWidget):
    """`changed()` when something was added, read, or removed. Each chat keeps its own files."""

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = DARK
        self.pictures = Pictures(self)
        self._chat: int | None = None
        self._kept: dict[int | None, list[AttachmentChip]] = {}
        self.chips: list[AttachmentChip] = []
        self._grid = QGridLayout()
        self._grid.setSpacing(2 * GRID)
        self._grid.setColumnStretch(_MOST_COLUMNS, 1)
        self._columns = 1
        self.setMinimumWidth(1)  # else a row of chips would keep the window wide
        self.blindness = QLabel(
            tr("The model will not see pictures: the engines here read text. It gets their names."),
            self,
        )
        self.blindness.setWordWrap(True)
        self.blindness.setFont(secondary_font())
        self.blindness.setProperty("tone", "warn")
        # Below the grid: in it, a label across all columns is given the gaps of the empty ones.
        column = QVBoxLayout(self)
        column.setContentsMargins(0, GRID, 0, GRID)
        column.setSpacing(2 * GRID)
        column.addLayout(self._grid)
        column.addWidget(self.blindness)
        self.setAccessibleName(tr("Attached files"))
        self.changed.connect(self._tell_of_pictures)
        self.hide()

    @property
    def attachments(self) -> tuple[Attachment, ...]:
        """The files that were read."""
        return tuple(each.attachment for each in self.chips if each.attachment is not None)

    @property
    def is_reading(self) -> bool:
        """Whether a file is still being read."""
        return any(each.attachment is None for each in self.chips)

    def add(self, name: str) -> AttachmentChip:
        """Show a file that is being read; its chip is told what comes."""
        chip = AttachmentChip(name, self._theme, self.pictures)
        chip.removed.connect(self.remove)
        self.chips.append(chip)
        self._arrange()
        return chip

    @Slot(object)
    def remove(self, chip: AttachmentChip) -> None:
        """Take a file away."""
        for chips in (self.chips, *self._kept.values()):
            if chip in chips:
                chips.remove(chip)
        chip.hide()
        chip.deleteLater()
        self._arrange()

    def clear(self) -> None:
        """Take all files away."""
        for chip in list(self.chips):
            self.remove(chip)

    def set_attachments(self, attachments: Sequence[Attachment]) -> None:
        """Show files that were read before."""
        self.clear()
        for attachment in attachments:
            self.add(attachment.name).take(attachment)
        self.changed.emit()

    def show_chat(self, chat: int | None) -> None:
        """Show the files of another chat; those of this one are kept."""
        if chat == self._chat:
            return
        for chip in self.chips:
            chip.hide()
        self._kept[self._chat] = self.chips
        self._chat, self.chips = chat, self._kept.pop(chat, [])
        self._arrange()

    def adopt(self, chat: int) -> None:
        """The chat that is shown has been stored under this number."""
        self._chat = chat

    def forget(self, chat: int | None) -> None:
        """Take the files of a chat away that is not shown."""
        for chip in self._kept.pop(chat, []):
            chip.deleteLater()

    def _arrange(self) -> None:
        self._fill_rows()
        for chip in self.chips:
            chip.show()
        self.setVisible(bool(self.chips))
        self.changed.emit()

    def _fill_rows(self) -> None:
        for number, chip in enumerate(self.chips):
            self._grid.addWidget(chip, number // self._columns, number % self._columns)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As many chips in a row as fit."""
        super().resizeEvent(event)
        gap = self._grid.spacing()
        columns = max(1, min((self.width() + gap) // (_CHIP + gap), _MOST_COLUMNS))
        if columns != self._columns:
            self._columns = columns
            self._fill_rows()

    @Slot()
    def _tell_of_pictures(self) -> None:
        self.blindness.setVisible(any(each.kind == "image" for each in self.attachments))

    def set_theme(self, theme: Theme) -> None:
        """Draw with other colours."""
        self._theme = theme
        for chips in (self.chips, *self._kept.values()):
            for chip in chips:
                chip.set_theme(theme)
