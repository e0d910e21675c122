"""Pictures that were attached, small, from bytes that nobody has checked."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QImageReader

# A file of a few kilobytes can claim to be gigabytes of pixels.
_MOST_PIXELS = 16_000_000


def thumbnail(data: bytes, largest: QSize) -> QImage | None:
    """The picture in at most this size; None when it cannot, or should not, be decoded."""
    bytes_of_it = QByteArray(data)
    buffer = QBuffer(bytes_of_it)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer)
    reader.setDecideFormatFromContent(True)
    reader.setAutoTransform(True)
    size = reader.size()
    if not size.isValid() or size.width() * size.height() > _MOST_PIXELS:
        return None
    if size.width() > largest.width() or size.height() > largest.height():
        scaled = size.scaled(largest, Qt.AspectRatioMode.KeepAspectRatio)
        reader.setScaledSize(scaled.expandedTo(QSize(1, 1)))
    image = reader.read()
    return None if image.isNull() else image
