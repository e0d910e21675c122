"""Bundled fonts and icons: Inter, JetBrains Mono, and Lucide drawings in any colour."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from PySide6.QtCore import QByteArray, QFile, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from app.ui.theme import BODY, HEADING, SECONDARY

RESOURCES = Path(__file__).resolve().parents[2] / "resources"
TEXT_FAMILY = "Inter"
CODE_FAMILY = "JetBrains Mono"
# Each takes over a millisecond: those of the chats are loaded after the first paint.
_FRAME_FONTS = ("Inter-Regular.otf", "Inter-SemiBold.otf")
_CHAT_FONTS = (
    "Inter-Italic.otf",
    "Inter-SemiBoldItalic.otf",
    "JetBrainsMono-Regular.ttf",
    "JetBrainsMono-Bold.ttf",
)
# Icons are shown at these sizes, in pixels that do not depend on the screen's scale.
_ICON_SIZES = (16, 20)


def load_frame_fonts() -> None:
    """Make the fonts of the window's frame known to Qt."""
    _load(_FRAME_FONTS)


@cache
def load_chat_fonts() -> None:
    """Make the fonts known to Qt, once, that a chat shows and the frame does not."""
    _load(_CHAT_FONTS)


def _load(names: tuple[str, ...]) -> None:
    """A font that fails leaves Qt its own choice."""
    for name in names:
        QFontDatabase.addApplicationFont(str(RESOURCES / "fonts" / name))


def _font(family: str, pixels: int, weight: QFont.Weight) -> QFont:
    return QFont(_made_font(family, pixels, weight))


@cache
def _made_font(family: str, pixels: int, weight: QFont.Weight) -> QFont:
    font = QFont(family)
    font.setPixelSize(pixels)
    font.setWeight(weight)
    # Figures of one width: numbers that change do not jump, and columns line up.
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def body_font(*, strong: bool = False) -> QFont:
    """13 pixels, for nearly everything."""
    return _font(TEXT_FAMILY, BODY, QFont.Weight.DemiBold if strong else QFont.Weight.Normal)


def secondary_font(*, strong: bool = False) -> QFont:
    """12 pixels, for what stands beside or below the main text."""
    return _font(TEXT_FAMILY, SECONDARY, QFont.Weight.DemiBold if strong else QFont.Weight.Normal)


def heading_font() -> QFont:
    """15 pixels, semibold."""
    return _font(TEXT_FAMILY, HEADING, QFont.Weight.DemiBold)


def code_font() -> QFont:
    """JetBrains Mono at 12 pixels, which looks as large as Inter at 13."""
    return _font(CODE_FAMILY, SECONDARY, QFont.Weight.Normal)


@cache
def _drawing(name: str) -> bytes:
    file = QFile(str(RESOURCES / "icons" / f"{name}.svg"))
    if not file.open(QIODevice.OpenModeFlag.ReadOnly):
        raise FileNotFoundError(file.fileName())
    data = bytes(file.readAll().data())
    file.close()
    return data


@cache
def icon_pixmap(name: str, colour: str, size: int, scale: float = 1.0) -> QPixmap:
    """A Lucide drawing of `size` x `size` pixels on a screen of `scale` device pixels each."""
    renderer = QSvgRenderer(QByteArray(_drawing(name).replace(b"currentColor", colour.encode())))
    pixmap = QPixmap(QSize(size, size) * scale)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(pixmap.rect()))
    painter.end()
    pixmap.setDevicePixelRatio(scale)
    return pixmap


@cache
def _scaled_icon(name: str, colour: str, scales: frozenset[float]) -> QIcon:
    # One drawing for each size and scale: a Python QIconEngine would draw any, but PySide6 hands
    # its pixmaps back wrongly and crashes.
    made = QIcon()
    for size in _ICON_SIZES:
        for scale in sorted(scales):
            made.addPixmap(icon_pixmap(name, colour, size, scale))
    return made


def icon(name: str, colour: str) -> QIcon:
    """The Lucide icon `name` in `colour` (`#rrggbb`), sharp at 16 and 20 pixels on each screen."""
    screens = QGuiApplication.screens()
    return _scaled_icon(name, colour, frozenset(each.devicePixelRatio() for each in screens))
