"""Colours, sizes and the style sheet: light and dark from one table of tokens."""

from __future__ import annotations

from dataclasses import dataclass, fields
from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette

SMALL, BODY, HEADING, TITLE = 8.25, 9.375, 12.0, 16.5
"""Points: 11, 12.5, 16 and 22 px at 96 dpi; the system scales them."""

ROW_HEIGHT = 28
GRID = 8
FORM_WIDTH = 960
SPLIT_FROM = 1366
"""Window width from which list and detail stand side by side."""

FAMILY = "Noto Sans"
FAMILIES = [FAMILY, *(f"Noto Sans {s} UI" for s in ("Thai", "Khmer", "Lao", "Myanmar", "Tamil"))]

CHART_COLOURS = (
    "#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#D55E00", "#F0E442", "#7F7F7F",
)  # fmt: skip
"""Okabe and Ito's colours, told apart by colour-blind people too."""


@dataclass(frozen=True)
class Tokens:
    """Every colour that the program uses, as "#rrggbb". `*_soft` are backgrounds of that hue."""

    window: str
    surface: str
    surface_alt: str
    hover: str
    text: str
    text_muted: str
    border: str
    border_strong: str
    handle: str
    accent: str
    accent_hover: str
    accent_text: str
    accent_soft: str
    selection: str
    selection_text: str
    ok: str
    ok_soft: str
    attention: str
    attention_soft: str
    late: str
    late_soft: str


# token: (light, dark)
_TABLE: dict[str, tuple[str, str]] = {
    "window": ("#f3f4f6", "#14161b"),
    "surface": ("#ffffff", "#1b1e25"),
    "surface_alt": ("#f8f9fa", "#21252d"),
    "hover": ("#eceef2", "#2a2f39"),
    "text": ("#1a1e26", "#e7eaf0"),
    "text_muted": ("#596170", "#a5adbb"),
    "border": ("#e0e3e8", "#30353f"),
    "border_strong": ("#848c9a", "#6f7888"),
    "handle": ("#b7bdc7", "#4b5361"),
    "accent": ("#1d4f91", "#8fb8f6"),
    "accent_hover": ("#163f75", "#a9c8f9"),
    "accent_text": ("#ffffff", "#0e1a2b"),
    "accent_soft": ("#e6edf7", "#22324a"),
    "selection": ("#d9e5f5", "#2a4165"),
    "selection_text": ("#10305a", "#eaf2ff"),
    "ok": ("#1b6b3a", "#7ccf98"),
    "ok_soft": ("#e4f3e9", "#1d3527"),
    "attention": ("#875000", "#f0bd6b"),
    "attention_soft": ("#fcf1de", "#3b2e17"),
    "late": ("#b0251c", "#ff9c92"),
    "late_soft": ("#fce9e7", "#43211f"),
}

LIGHT = Tokens(**{f.name: _TABLE[f.name][0] for f in fields(Tokens)})
DARK = Tokens(**{f.name: _TABLE[f.name][1] for f in fields(Tokens)})
SCHEMES = ("system", "light", "dark")

_choice = {"scheme": "system"}


def tokens() -> Tokens:
    """The tokens of the scheme in use."""
    return DARK if is_dark() else LIGHT


def is_dark() -> bool:
    """Whether the dark scheme is in use, chosen or by the system."""
    if _choice["scheme"] != "system":
        return _choice["scheme"] == "dark"
    hints = QGuiApplication.styleHints()
    return bool(hints and hints.colorScheme() is Qt.ColorScheme.Dark)


def choose(scheme: str) -> None:
    """Chooses "light", "dark" or "system"; anything else is the system's."""
    _choice["scheme"] = scheme if scheme in SCHEMES else "system"


def chosen() -> str:
    return _choice["scheme"]


@lru_cache(maxsize=64)
def colour(value: str) -> QColor:
    """A token as a colour object; kept, since delegates ask for it in every cell."""
    return QColor(value)


def font(size: float = BODY, *, bold: bool = False) -> QFont:
    """The program's font at one of the four sizes."""
    made = QFont(FAMILIES)
    made.setPointSizeF(size)
    if bold:
        made.setWeight(QFont.Weight.DemiBold)
    return made


def palette(of: Tokens | None = None) -> QPalette:
    """The tokens as Qt's palette, for everything that the style sheet does not name."""
    t = of or tokens()
    made = QPalette()
    role = QPalette.ColorRole
    for target, value in (
        (role.Window, t.window),
        (role.WindowText, t.text),
        (role.Base, t.surface),
        (role.AlternateBase, t.surface_alt),
        (role.Text, t.text),
        (role.PlaceholderText, t.text_muted),
        (role.Button, t.surface),
        (role.ButtonText, t.text),
        (role.BrightText, t.late),
        (role.ToolTipBase, t.surface),
        (role.ToolTipText, t.text),
        (role.Highlight, t.selection),
        (role.HighlightedText, t.selection_text),
        (role.Link, t.accent),
        (role.LinkVisited, t.accent),
        (role.Mid, t.border),
        (role.Dark, t.border_strong),
        (role.Light, t.surface_alt),
        (role.Midlight, t.hover),
        (role.Shadow, t.border_strong),
        (role.Accent, t.accent),
    ):
        made.setColor(target, QColor(value))
    for target in (role.WindowText, role.Text, role.ButtonText):
        made.setColor(QPalette.ColorGroup.Disabled, target, QColor(t.border_strong))
    return made
