"""Pictures that were attached, small, from bytes that nobody has checked."""

from __future__ import annotations

from collections import deque

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QImage, QImageReader

# A file of a few kilobytes can claim to be gigabytes of pixels.
_MOST_PIXELS = 16_000_000
_TRIED = QSize(64, 64)


class SmallPicture:
    """A picture in at most one size; it has no `image` until it is decoded, and if it cannot be."""

    def __init__(self, data: bytes, largest: QSize) -> None:
        self._data = data
        self._largest = largest
        self.image: QImage | None = None
        self.is_wanted = False

    def decode(self) -> None:
        """Make the image. Blocks, up to half a second for a large one."""
        self.image = thumbnail(self._data, self._largest)


class Pictures(QObject):
    """Has pictures decoded one after the other, which bounds what they take of the memory.

    `wanted(picture)` asks for one; `take` must follow each of its emits. `arrived` tells of it.
    """

    wanted = Signal(object)
    arrived = Signal()

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._queue: deque[SmallPicture] = deque()

    def want(self, picture: SmallPicture) -> None:
        """Have a picture decoded that is seen, unless that was asked before."""
        if picture.is_wanted:
            return
        picture.is_wanted = True
        self._queue.append(picture)
        if len(self._queue) == 1:
            self.wanted.emit(picture)

    @Slot(object)
    def take(self, _: object) -> None:
        """The one that was asked for is decoded, or cannot be."""
        self._queue.popleft()
        self.arrived.emit()
        if self._queue:
            self.wanted.emit(self._queue[0])


def is_damaged(data: bytes) -> bool:
    """Whether it cannot be decoded; with too many pixels it is not tried. Blocks."""
    buffer = _buffer_of(data)
    size = _reader(buffer).size()
    is_tried = size.width() * size.height() <= _MOST_PIXELS
    return is_tried and thumbnail(data, _TRIED) is None


def thumbnail(data: bytes, largest: QSize) -> QImage | None:
    """The picture in at most this size; None when it cannot, or should not, be decoded."""
    buffer = _buffer_of(data)
    reader = _reader(buffer)
    reader.setAutoTransform(True)
    size = reader.size()
    if not size.isValid() or size.width() * size.height() > _MOST_PIXELS:
        return None
    if size.width() > largest.width() or size.height() > largest.height():
        scaled = size.scaled(largest, Qt.AspectRatioMode.KeepAspectRatio)
        reader.setScaledSize(scaled.expandedTo(QSize(1, 1)))
    image = reader.read()
    return None if image.isNull() else image


def _buffer_of(data: bytes) -> QBuffer:
    buffer = QBuffer()
    buffer.setData(QByteArray(data))
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    return buffer


def _reader(buffer: QBuffer) -> QImageReader:
    """It reads from `buffer`, which must live as long."""
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    return reader
