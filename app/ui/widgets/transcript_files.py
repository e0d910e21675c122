"""The files of an own message: pictures as small ones, others by name and size."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath, QPen

from app.domain.attachment import Attachment
from app.domain.units import file_text
from app.ui.artwork import icon_pixmap, secondary_font
from app.ui.language import tr
from app.ui.theme import GRID, RADIUS, Theme
from app.ui.widgets.picture import Pictures, SmallPicture

_PICTURE = QSize(160, 120)
_FILE = QSize(220, 48)
_GAP = 2 * GRID
_ICON = 20


def size_text(attachment: Attachment) -> str:
    """What a file is, and how large."""
    size = file_text(attachment.size_bytes)
    if attachment.pages is None:
        return size
    pages = tr("%Ln pages", "", attachment.pages)
    return f"{pages}, {size}"


class _Tile:
    """One file with its place."""

    def __init__(self, attachment: Attachment) -> None:
        self.attachment = attachment
        self.rect = QRect()
        # At twice its size on the screen.
        self.picture = SmallPicture(attachment.data, _PICTURE * 2)

    @property
    def size(self) -> QSize:
        return _PICTURE if self.attachment.kind == "image" else _FILE


class FilesStrip:
    """Lays the files of one message out, and draws them."""

    def __init__(self, attachments: Sequence[Attachment]) -> None:
        self._tiles = [_Tile(each) for each in attachments]
        self.width = self.height = 0

    def lay_out(self, width: int) -> None:
        """Place the files in rows of at most `width` pixels; the height has a gap below."""
        x = y = row = 0
        self.width = 0
        for tile in self._tiles:
            if x and x + tile.size.width() > width:
                x, y, row = 0, y + row + _GAP, 0
            tile.rect = QRect(x, y, min(tile.size.width(), width), tile.size.height())
            x += tile.size.width() + _GAP
            row = max(row, tile.size.height())
            self.width = max(self.width, x - _GAP)
        self.height = y + row + _GAP if self._tiles else 0

    def paint(self, painter: QPainter, theme: Theme, pictures: Pictures) -> None:
        """Draw the files, by their names until `pictures` has decoded them.

        The origin is their top left corner.
        """
        for tile in self._tiles:
            if tile.attachment.kind == "image":
                pictures.want(tile.picture)
            painter.save()
            path = QPainterPath()
            path.addRoundedRect(QRectF(tile.rect).adjusted(0.5, 0.5, -0.5, -0.5), RADIUS, RADIUS)
            painter.setPen(QPen(QColor(theme.edge), 1))
            painter.setBrush(QColor(theme.card))
            painter.drawPath(path)
            if tile.picture.image is not None:
                painter.setClipPath(path)
                _paint_picture(painter, tile.picture.image, tile.rect)
            else:
                _paint_file(painter, tile, theme)
            painter.restore()

    def names(self) -> Iterator[str]:
        """The names of the files."""
        return (tile.attachment.name for tile in self._tiles)


def _paint_picture(painter: QPainter, image: QImage, rect: QRect) -> None:
    """Fill the place, and cut what is too much."""
    size = image.size().scaled(rect.size(), Qt.AspectRatioMode.KeepAspectRatioByExpanding)
    place = QRect(rect.topLeft(), size)
    place.moveCenter(rect.center())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.drawImage(place, image)


def _paint_file(painter: QPainter, tile: _Tile, theme: Theme) -> None:
    rect, attachment = tile.rect, tile.attachment
    name = "image" if attachment.kind == "image" else "file-text"
    scale = painter.device().devicePixelRatioF()
    left, top = rect.left() + 3 * GRID, rect.center().y() - _ICON // 2
    pixmap = icon_pixmap(name, theme.dim_text, _ICON, scale)
    painter.drawPixmap(QPointF(left, top), pixmap)
    words = rect.adjusted(_ICON + 6 * GRID, GRID, -2 * GRID, -GRID)
    upper = QRect(words.left(), words.top(), words.width(), words.height() // 2)
    painter.setFont(secondary_font(strong=True))
    painter.setPen(QColor(theme.text))
    elide = Qt.TextElideMode.ElideMiddle
    shown = painter.fontMetrics().elidedText(attachment.name, elide, words.width())
    painter.drawText(upper, Qt.AlignmentFlag.AlignVCenter, shown)
    painter.setFont(secondary_font())
    painter.setPen(QColor(theme.dim_text))
    lower = upper.translated(0, words.height() // 2)
    painter.drawText(lower, Qt.AlignmentFlag.AlignVCenter, size_text(attachment))
