"""The look: colour tokens for dark and light, type scale, spacing, palette, and style sheet.

The bundled fonts and icons are in `app.ui.artwork`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from PySide6.QtGui import QColor, QPalette

# Everything is a multiple of GRID pixels; corners have one radius, small parts half of it.
GRID = 4
RADIUS = 8
SMALL_RADIUS = 4
# Text sizes in pixels.
BODY, SECONDARY, HEADING = 13, 12, 15
# The longest comfortable line of a chat, in pixels.
READING_WIDTH = 760

# Drawings that a style sheet names by file, in the colours of a theme.
_DRAWINGS = Path(__file__).resolve().parents[2] / "resources" / "themes"
_CHEVRONS = {name: (_DRAWINGS / f"chevron-{name}.svg").as_posix() for name in ("dark", "light")}
_STEPS = {name: (_DRAWINGS / f"step-{name}.svg").as_posix() for name in ("dark", "light")}
_TICK = (_DRAWINGS / "tick.svg").as_posix()

ThemeChoice = Literal["system", "dark", "light"]
THEME_CHOICES: dict[str, ThemeChoice] = {"system": "system", "dark": "dark", "light": "light"}


@dataclass(frozen=True)
class Theme:
    """Colours as `#rrggbb`. Text on any surface of its theme has a contrast of at least 4.5."""

    name: Literal["dark", "light"]
    background: str
    sidebar: str
    card: str
    line: str
    # The border of things that take input: more visible than `line`.
    edge: str
    hover: str
    text: str
    dim_text: str
    accent: str
    button: str
    button_hover: str
    button_text: str
    own_message: str
    selection: str
    # Behind words that were found, and behind the present ones of them.
    found: str
    found_now: str
    good: str
    warn: str
    bad: str


DARK = Theme(
    name="dark",
    background="#17181c",
    sidebar="#121317",
    card="#1f2126",
    line="#2c2f36",
    edge="#3d424c",
    hover="#262930",
    text="#e6e7ea",
    dim_text="#9a9ea8",
    accent="#4c8dff",
    button="#2563eb",
    button_hover="#1d4fd0",
    button_text="#ffffff",
    own_message="#24344f",
    selection="#2f4d84",
    found="#4d4116",
    found_now="#7a5c0e",
    good="#3fb950",
    warn="#d29922",
    bad="#f97066",
)

LIGHT = Theme(
    name="light",
    background="#ffffff",
    sidebar="#f5f6f8",
    card="#f8f9fb",
    line="#e1e4ea",
    edge="#c4c9d4",
    hover="#eceff4",
    text="#1b1d22",
    dim_text="#5d6471",
    accent="#2563eb",
    button="#2563eb",
    button_hover="#1d4fd0",
    button_text="#ffffff",
    own_message="#e6effe",
    selection="#c9dcfd",
    found="#fdf0b8",
    found_now="#f8cd57",
    good="#17692f",
    warn="#865900",
    bad="#c21f2b",
)


def theme_for(choice: ThemeChoice, *, system_is_dark: bool) -> Theme:
    """The theme of a setting; "system" follows what the desktop says."""
    if choice == "system":
        return DARK if system_is_dark else LIGHT
    return DARK if choice == "dark" else LIGHT


def palette(theme: Theme) -> QPalette:
    """The palette of a theme for Fusion, with every role set: no colour comes from the system."""
    roles = {
        QPalette.ColorRole.Window: theme.background,
        QPalette.ColorRole.WindowText: theme.text,
        QPalette.ColorRole.Base: theme.background,
        QPalette.ColorRole.AlternateBase: theme.card,
        QPalette.ColorRole.Text: theme.text,
        QPalette.ColorRole.Button: theme.card,
        QPalette.ColorRole.ButtonText: theme.text,
        QPalette.ColorRole.BrightText: theme.bad,
        QPalette.ColorRole.ToolTipBase: theme.card,
        QPalette.ColorRole.ToolTipText: theme.text,
        QPalette.ColorRole.PlaceholderText: theme.dim_text,
        QPalette.ColorRole.Highlight: theme.selection,
        QPalette.ColorRole.HighlightedText: theme.text,
        QPalette.ColorRole.Link: theme.accent,
        QPalette.ColorRole.LinkVisited: theme.accent,
        QPalette.ColorRole.Accent: theme.accent,
        QPalette.ColorRole.Light: theme.hover,
        QPalette.ColorRole.Midlight: theme.line,
        QPalette.ColorRole.Mid: theme.line,
        QPalette.ColorRole.Dark: theme.line,
        QPalette.ColorRole.Shadow: theme.sidebar,
    }
    made = QPalette()
    for role, colour in roles.items():
        made.setColor(role, QColor(colour))
    dim = QColor(theme.dim_text)
    for role in (
        QPalette.ColorRole.WindowText,
        QPalette.ColorRole.Text,
        QPalette.ColorRole.ButtonText,
    ):
        made.setColor(QPalette.ColorGroup.Disabled, role, dim)
    return made


def style_sheet(theme: Theme) -> str:
    """The rules that Fusion and the palette cannot say.

    Widgets choose among them with the dynamic properties `kind` (what it is) and `tone` (colour of
    its text). Fonts are never set here: a rule would override the ones set in code.
    """
    return f"""
QToolTip {{ color: {theme.text}; background: {theme.card}; border: 1px solid {theme.edge};
  padding: {GRID}px {2 * GRID}px; }}
QLabel {{ background: transparent; }}
QLabel[tone="dim"] {{ color: {theme.dim_text}; }}
QLabel[tone="good"] {{ color: {theme.good}; }}
QLabel[tone="warn"] {{ color: {theme.warn}; }}
QLabel[tone="bad"] {{ color: {theme.bad}; }}
QFrame[kind="sidebar"] {{ background: {theme.sidebar}; border: none;
  border-right: 1px solid {theme.line}; }}
QFrame[kind="panel"] {{ background: {theme.background}; border: none;
  border-right: 1px solid {theme.line}; }}
QFrame[kind="options"] {{ background: {theme.sidebar}; border: none;
  border-left: 1px solid {theme.line}; }}
QFrame[kind="strip"] {{ background: {theme.sidebar}; border: none;
  border-top: 1px solid {theme.line}; }}
QFrame[kind="card"] {{ background: {theme.card}; border: 1px solid {theme.line};
  border-radius: {RADIUS}px; }}
QFrame[kind="popup"] {{ background: {theme.card}; border: 1px solid {theme.edge}; }}
QPushButton, QToolButton {{ color: {theme.text}; background: {theme.card};
  border: 1px solid {theme.edge}; border-radius: {RADIUS}px; padding: 6px 14px; min-height: 18px; }}
QToolButton {{ padding: 6px; min-width: 18px; }}
QToolButton::menu-indicator {{ image: none; }}
QPushButton:hover, QToolButton:hover {{ background: {theme.hover}; }}
QPushButton:focus, QToolButton:focus {{ border: 1px solid {theme.accent}; }}
QPushButton:disabled, QToolButton:disabled {{ color: {theme.dim_text};
  border-color: {theme.line}; }}
QPushButton[kind="primary"] {{ color: {theme.button_text}; background: {theme.button};
  border: 1px solid {theme.button}; }}
QPushButton[kind="primary"]:hover {{ background: {theme.button_hover}; }}
QPushButton[kind="primary"]:focus {{ border: 1px solid {theme.text}; }}
QPushButton[kind="primary"]:disabled {{ color: {theme.dim_text}; background: {theme.hover};
  border-color: {theme.line}; }}
QPushButton[kind="quiet"], QToolButton[kind="quiet"] {{ background: transparent;
  border: 1px solid transparent; padding: 6px; }}
QPushButton[kind="quiet"]:hover, QToolButton[kind="quiet"]:hover {{ background: {theme.hover}; }}
QPushButton[kind="quiet"]:focus, QToolButton[kind="quiet"]:focus {{
  border: 1px solid {theme.accent}; }}
QPushButton[kind="nav"] {{ background: transparent; border: 1px solid transparent;
  color: {theme.dim_text}; text-align: left; padding: 8px 10px; }}
QPushButton[kind="nav"]:hover {{ background: {theme.hover}; color: {theme.text}; }}
QPushButton[kind="nav"]:checked {{ background: {theme.hover}; color: {theme.text}; }}
QPushButton[kind="nav"]:focus {{ border: 1px solid {theme.accent}; }}
QPushButton[kind="choice"]:checked {{ background: {theme.selection};
  border: 1px solid {theme.accent}; }}
QPushButton[kind="field"] {{ text-align: left; padding: 6px 12px; }}
QRadioButton {{ color: {theme.text}; border: 1px solid transparent;
  border-radius: {SMALL_RADIUS}px; padding: {GRID}px; spacing: {2 * GRID}px; }}
QRadioButton:focus {{ border: 1px solid {theme.accent}; }}
QRadioButton::indicator {{ width: 12px; height: 12px; border: 1px solid {theme.dim_text};
  border-radius: 7px; background: {theme.background}; }}
QRadioButton::indicator:checked {{ width: 6px; height: 6px; border: 4px solid {theme.accent};
  background: {theme.button_text}; }}
QLineEdit {{ color: {theme.text}; background: {theme.card}; border: 1px solid {theme.edge};
  border-radius: {RADIUS}px; padding: 6px 10px; min-height: 18px;
  selection-background-color: {theme.selection}; }}
QLineEdit:focus {{ border: 1px solid {theme.accent}; }}
QPlainTextEdit[kind="log"] {{ color: {theme.text}; background: {theme.background};
  border: 1px solid {theme.edge}; border-radius: {RADIUS}px; padding: 6px 10px;
  selection-background-color: {theme.selection}; }}
QPlainTextEdit[kind="log"]:focus {{ border: 1px solid {theme.accent}; }}
QSpinBox, QDoubleSpinBox {{ color: {theme.text}; background: {theme.card};
  border: 1px solid {theme.edge};
  border-radius: {RADIUS}px; padding: 5px 10px; min-height: 18px;
  selection-background-color: {theme.selection}; }}
QSpinBox:focus, QDoubleSpinBox:focus {{ border: 1px solid {theme.accent}; }}
QSpinBox QLineEdit, QDoubleSpinBox QLineEdit {{ background: transparent; border: none;
  border-radius: 0; padding: 0 4px; min-height: 0; }}
QSpinBox::up-button, QDoubleSpinBox::up-button, QSpinBox::down-button,
QDoubleSpinBox::down-button {{ subcontrol-origin: border; width: 20px; border: none;
  margin-right: 3px; background: transparent; }}
QSpinBox::up-button, QDoubleSpinBox::up-button {{ subcontrol-position: top right;
  margin-top: 3px; }}
QSpinBox::down-button, QDoubleSpinBox::down-button {{ subcontrol-position: bottom right;
  margin-bottom: 3px; }}
QSpinBox::up-button:hover, QDoubleSpinBox::up-button:hover, QSpinBox::down-button:hover,
QDoubleSpinBox::down-button:hover {{ background: {theme.hover};
  border-radius: {SMALL_RADIUS}px; }}
QSpinBox::up-arrow, QDoubleSpinBox::up-arrow {{ image: url("{_STEPS[theme.name]}");
  width: 12px; height: 12px; }}
QSpinBox::down-arrow, QDoubleSpinBox::down-arrow {{ image: url("{_CHEVRONS[theme.name]}");
  width: 12px; height: 12px; }}
QComboBox {{ color: {theme.text}; background: {theme.card}; border: 1px solid {theme.edge};
  border-radius: {RADIUS}px; padding: 5px 10px; min-height: 18px; }}
QComboBox:hover {{ background: {theme.hover}; }}
QComboBox:focus {{ border: 1px solid {theme.accent}; }}
QComboBox::drop-down {{ border: none; width: 22px; }}
QComboBox::down-arrow {{ image: url("{_CHEVRONS[theme.name]}"); width: 14px; height: 14px; }}
QComboBox QAbstractItemView {{ background: {theme.card}; border: 1px solid {theme.edge};
  padding: {GRID}px; selection-background-color: {theme.hover}; selection-color: {theme.text}; }}
QCheckBox {{ color: {theme.text}; border: 1px solid transparent;
  border-radius: {SMALL_RADIUS}px; padding: {GRID}px; spacing: {2 * GRID}px; }}
QCheckBox:focus {{ border: 1px solid {theme.accent}; }}
QCheckBox:disabled {{ color: {theme.dim_text}; }}
QCheckBox::indicator {{ width: 14px; height: 14px; border: 1px solid {theme.dim_text};
  border-radius: {SMALL_RADIUS}px; background: {theme.background}; }}
QCheckBox::indicator:checked {{ background: {theme.button}; border-color: {theme.button};
  image: url("{_TICK}"); }}
QSlider::groove:horizontal {{ height: 4px; background: {theme.line}; border-radius: 2px; }}
QSlider::sub-page:horizontal {{ background: {theme.accent}; border-radius: 2px; }}
QSlider::handle:horizontal {{ width: 16px; height: 16px; margin: -7px 0; border-radius: 9px;
  background: {theme.accent}; border: 1px solid {theme.background}; }}
QSlider::handle:horizontal:focus {{ border: 2px solid {theme.text}; }}
QSplitter::handle {{ background: transparent; }}
QTabWidget::pane {{ border: none; }}
QTabBar {{ background: transparent; }}
QTabBar::tab {{ color: {theme.dim_text}; background: transparent; border: none;
  border-bottom: 2px solid transparent; padding: 6px 2px; margin-right: 18px; }}
QTabBar::tab:selected {{ color: {theme.text}; border-bottom: 2px solid {theme.accent}; }}
QTabBar::tab:hover, QTabBar::tab:focus {{ color: {theme.text}; }}
QAbstractItemView {{ background: transparent; border: none; outline: none; }}
QListView[kind="rows"] {{ border: 1px solid {theme.line}; border-radius: {RADIUS}px;
  padding: {GRID}px; }}
QListView[kind="rows"]:focus {{ border: 1px solid {theme.accent}; }}
QListView[kind="rows"]::item {{ padding: 0 {2 * GRID}px; border-radius: {SMALL_RADIUS}px; }}
QListView[kind="rows"]::item:hover, QListView[kind="rows"]::item:selected {{
  background: {theme.hover}; color: {theme.text}; }}
QFrame[kind="rule"] {{ background: {theme.line}; border: none; }}
QTableView {{ selection-background-color: {theme.hover}; selection-color: {theme.text}; }}
QTableView::item {{ padding: 0 10px; border: none; }}
QTableView::item:selected {{ background: {theme.hover}; color: {theme.text}; }}
QHeaderView {{ background: transparent; border: none; }}
QHeaderView::section {{ color: {theme.dim_text}; background: transparent; border: none;
  border-bottom: 1px solid {theme.line}; padding: 8px 13px; }}
QProgressBar {{ background: {theme.line}; border: none; border-radius: 2px; max-height: 4px;
  min-height: 4px; }}
QProgressBar::chunk {{ background: {theme.accent}; border-radius: 2px; }}
QMenu {{ background: {theme.card}; border: 1px solid {theme.edge}; padding: {GRID}px; }}
QMenu::item {{ padding: 6px 20px; border-radius: {SMALL_RADIUS}px; }}
QMenu::item:selected {{ background: {theme.hover}; }}
QScrollBar {{ background: transparent; border: none; width: 10px; height: 10px; margin: 0; }}
QScrollBar::handle {{ background: {theme.edge}; border-radius: 3px; min-height: 32px;
  min-width: 32px; margin: 2px; }}
QScrollBar::handle:hover {{ background: {theme.dim_text}; }}
QScrollBar::add-line, QScrollBar::sub-line, QScrollBar::add-page, QScrollBar::sub-page {{
  background: transparent; border: none; width: 0; height: 0; }}
"""
