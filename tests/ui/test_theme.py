"""The look: contrast computed, all colours set, icons in any colour and sharp."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QFont, QFontInfo, QFontMetrics, QPalette
from PySide6.QtSvg import QSvgRenderer

from app.ui.artwork import (
    RESOURCES,
    body_font,
    code_font,
    icon,
    icon_pixmap,
    load_chat_fonts,
)
from app.ui.theme import DARK, LIGHT, Theme, palette, style_sheet, theme_for

THEMES = [pytest.param(theme, id=theme.name) for theme in (DARK, LIGHT)]
AA_TEXT = 4.5
AA_PARTS = 3.0


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def test_contrast_is_computed_as_the_standard_says() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("ink", ["text", "dim_text", "good", "warn", "bad"])
@pytest.mark.parametrize("surface", ["background", "sidebar", "card", "hover"])
def test_text_can_be_read_on_every_surface(theme: Theme, ink: str, surface: str) -> None:
    assert contrast(getattr(theme, ink), getattr(theme, surface)) >= AA_TEXT


@pytest.mark.parametrize("theme", THEMES)
def test_text_can_be_read_on_filled_parts(theme: Theme) -> None:
    assert contrast(theme.button_text, theme.button) >= AA_TEXT
    assert contrast(theme.button_text, theme.button_hover) >= AA_TEXT
    assert contrast(theme.text, theme.own_message) >= AA_TEXT
    assert contrast(theme.text, theme.selection) >= AA_TEXT
    assert contrast(theme.text, theme.found) >= AA_TEXT
    assert contrast(theme.text, theme.found_now) >= AA_TEXT


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("surface", ["background", "sidebar", "card", "hover"])
def test_focus_can_be_seen(theme: Theme, surface: str) -> None:
    assert contrast(theme.accent, getattr(theme, surface)) >= AA_PARTS


@pytest.mark.parametrize("theme", THEMES)
def test_no_colour_of_the_palette_comes_from_the_system(theme: Theme) -> None:
    made = palette(theme)
    for role in QPalette.ColorRole:
        if role not in (QPalette.ColorRole.NoRole, QPalette.ColorRole.NColorRoles):
            assert made.isBrushSet(QPalette.ColorGroup.Active, role), role
    assert made.color(QPalette.ColorRole.Window) == QColor(theme.background)


@pytest.mark.parametrize("theme", THEMES)
def test_style_sheet_sets_no_fonts(theme: Theme) -> None:
    assert "font" not in style_sheet(theme)


@pytest.mark.parametrize(
    ("choice", "system_is_dark", "expected"),
    [
        ("system", True, DARK),
        ("system", False, LIGHT),
        ("dark", False, DARK),
        ("light", True, LIGHT),
    ],
)
def test_setting_overrides_the_system(choice: str, system_is_dark: bool, expected: Theme) -> None:
    assert theme_for(choice, system_is_dark=system_is_dark) == expected


def test_icons_take_their_colour() -> None:
    image = icon("plus", "#ff0000").pixmap(16, 16).toImage()
    inked = {
        image.pixelColor(x, y).name()
        for x in range(image.width())
        for y in range(image.height())
        if image.pixelColor(x, y).alpha() > 200
    }
    assert inked == {"#ff0000"}


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
def test_icons_have_a_pixel_for_each_pixel_of_the_screen(scale: float) -> None:
    pixmap = icon_pixmap("box", "#000000", 20, scale)
    assert pixmap.width() == round(20 * scale)
    assert pixmap.deviceIndependentSize().width() == 20


def test_unknown_icon_is_an_error() -> None:
    with pytest.raises(FileNotFoundError):
        icon_pixmap("no-such-icon", "#000000", 16)


@pytest.mark.parametrize("path", sorted((RESOURCES / "icons").glob("*.svg")), ids=lambda p: p.stem)
def test_every_bundled_icon_can_be_drawn_and_recoloured(path: Path) -> None:
    assert b"currentColor" in path.read_bytes()
    assert QSvgRenderer(str(path)).isValid()


def test_licences_are_bundled() -> None:
    for name in ("fonts/Inter-LICENSE.txt", "fonts/JetBrainsMono-LICENSE.txt", "icons/LICENSE.txt"):
        assert "Copyright" in (RESOURCES / name).read_text("utf-8")


def test_fonts_are_the_bundled_ones_with_figures_of_one_width() -> None:
    load_chat_fonts()
    assert QFontInfo(body_font()).family() == "Inter"
    assert QFontInfo(body_font(strong=True)).weight() == QFont.Weight.DemiBold
    assert QFontInfo(code_font()).family() == "JetBrains Mono"
    metrics = QFontMetrics(body_font())
    assert metrics.horizontalAdvance("1111") == metrics.horizontalAdvance("0000")
