"""The look of all charts: colours, sizes and fonts, for light and dark.

Okabe and Ito's colours, told apart by colour-blind people too. A thing has the same colour in
every chart: a pillar, a stage of a project's life, a measure of money.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

FAMILIES = [
    "Noto Sans",
    *(f"Noto Sans {s} UI" for s in ("Thai", "Khmer", "Lao", "Myanmar", "Tamil")),
]
FILES = tuple(
    f"NotoSans{script}-{weight}.ttf"
    for script in ("", "ThaiUI", "KhmerUI", "LaoUI", "MyanmarUI", "TamilUI")
    for weight in ("Regular", "Bold")
)
FINDING, TEXT, SMALL = 16.0, 12.0, 11.0
"""Pixels at 96 dpi: a chart's finding, its labels, and its subtitle, notes and ticks."""
_READABLE = 4.5
"""The contrast that WCAG asks of small text."""


@dataclass(frozen=True)
class Tokens:
    """Colours of one scheme; those that the window has too are the same there (a test compares)."""

    surface: str
    text: str
    muted: str
    grid: str
    axis: str
    accent: str
    late: str
    nothing: str


LIGHT = Tokens(
    "#ffffff", "#1a1e26", "#596170", "#e8eaee", "#848c9a", "#1d4f91", "#b0251c", "#eceef2"
)
DARK = Tokens(
    "#1b1e25", "#e7eaf0", "#a5adbb", "#2b303a", "#6f7888", "#8fb8f6", "#ff9c92", "#262b34"
)

# key: (light, dark); the dark twins are lightened so that thin marks keep their contrast.
_BLUE, _ORANGE, _GREEN = ("#0072B2", "#4AA3DA"), ("#E69F00", "#EDB23C"), ("#009E73", "#33B893")
_PINK, _SKY, _RED = ("#CC79A7", "#D994BA"), ("#56B4E9", "#7CC5EE"), ("#D55E00", "#EB8136")
_GREY, _PALE = ("#7F7F7F", "#9A9DA3"), ("#C6CAD1", "#4B515C")

HUES: dict[str, tuple[str, str]] = {
    "apsc": _BLUE, "aec": _ORANGE, "ascc": _GREEN, "connectivity": _PINK, "iai": _SKY,
    "all": _GREY, "": _PALE,
    "formulation": _SKY, "appraisal_approval": _ORANGE, "implementation_monitoring": _BLUE,
    "completion_reporting": _GREEN, "ended": _PALE,
    "pledge": _SKY, "commitment": _ORANGE, "receipt": _PINK, "disbursement": _BLUE,
    "expenditure": _GREEN, "refund": _GREY, "gap": _PALE, "planned": _GREY,
    "done": _BLUE, "open": _PALE, "overdue": _RED, "dropped": _GREY,
    "female": _ORANGE, "male": _BLUE, "not_stated": _PALE,
    "plain": _BLUE, "second": _GREEN, "pale": _PALE, "late": _RED, "on_track": _GREEN,
    "attention": _ORANGE, "partner": _GREY,
}  # fmt: skip


def tokens(dark: bool) -> Tokens:
    return DARK if dark else LIGHT


def hue(key: str, dark: bool) -> str:
    """The colour of a thing; the pale grey for what has none of its own."""
    return HUES.get(key, _PALE)[dark]


def mixed(colour: str, ground: str, share: float) -> str:
    """`colour` over `ground`: share 1 is the colour itself."""
    over, under = _rgb(colour), _rgb(ground)
    parts = (round(u + (o - u) * share) for o, u in zip(over, under, strict=True))
    return "#{:02x}{:02x}{:02x}".format(*parts)


@cache
def ink(key: str, dark: bool) -> str:
    """The colour of a thing for words: its own, as far towards the text's as can be read."""
    ground = tokens(dark).surface
    for share in (1.0, 0.85, 0.7, 0.55, 0.4, 0.25):
        colour = mixed(hue(key, dark), tokens(dark).text, share)
        if contrast(colour, ground) >= _READABLE:
            return colour
    return tokens(dark).text


def text_on(colour: str) -> str:
    """Black or white, whichever can be read better on a colour."""
    return max("#ffffff", "#14161b", key=lambda words: contrast(words, colour))


def contrast(one: str, other: str) -> float:
    """How far two colours are apart, 1 to 21, as WCAG measures it."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


@cache
def _luminance(colour: str) -> float:
    red, green, blue = (_linear(part / 255) for part in _rgb(colour))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(value: float) -> float:
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4


def _rgb(colour: str) -> tuple[int, int, int]:
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)
