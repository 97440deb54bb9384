"""A sheet to draw on, in pixels from the top left, over one matplotlib Figure without axes.

Charts place every line and text themselves: that is quicker than axes with their ticks (a picture
must be there within a tenth of a second), nothing is clipped, and hit regions are what was drawn.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.collections import LineCollection, PolyCollection
from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.patches import PathPatch
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from aps_desktop.charts import style
from aps_desktop.charts.style import Tokens
from aps_desktop.paths import resource_path

DPI = 100.0
# Letters keep their own widths at every size, and are drawn in half the time.
mpl.rcParams["text.hinting"] = "none"
_AMOUNT = re.compile(r"[A-Z]{3} [\d.,]+(?: (?:m|bn))?")
"""An amount, which a line break must not part."""
_ALIKE = 12
"""Letters: labels that share so many at the beginning are hard to tell apart by it."""
_ALIGN = {"left": 0.0, "center": 0.5, "right": 1.0}
Region = tuple[int, list[float]]
"""A mark's place, and its box (left, top, right, bottom) or polygon (x, y, ...), in pixels."""


class Sheet:
    """A rectangle of a figure; `part` gives a smaller one of the same figure."""

    def __init__(
        self, figure: Figure, left: float, top: float, width: float, height: float, *, dark: bool,
        regions: list[Region] | None = None, whole: float = 0.0, scale: float = 1.0,
    ) -> None:  # fmt: skip
        self.figure = figure
        self.left, self.top, self.width, self.height = left, top, width, height
        self.dark = dark
        self.scale = scale
        self.tokens: Tokens = style.tokens(dark)
        self.regions: list[Region] = [] if regions is None else regions
        self._whole = whole or height
        self._transform = (
            Affine2D().translate(left, top).scale(scale, -scale)
            .translate(0, self._whole * scale).scale(1 / DPI) + figure.dpi_scale_trans
        )  # fmt: skip
        self._order = 1.0

    def part(self, left: float, top: float, width: float, height: float) -> Sheet:
        return Sheet(
            self.figure, self.left + left, self.top + top, width, height, dark=self.dark,
            regions=self.regions, whole=self._whole, scale=self.scale,
        )  # fmt: skip

    def hue(self, key: str) -> str:
        return style.hue(key, self.dark)

    # Drawing ------------------------------------------------------------------------------------

    def box(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        self.polygons([[(left, top), (right, top), (right, bottom), (left, bottom)]], [colour])

    def polygons(
        self, shapes: Sequence[Sequence[tuple[float, float]]], colours: Sequence[str],
        *, edge: str = "none", width: float = 0.0,
    ) -> None:  # fmt: skip
        """Many shapes at once, which is much quicker than one by one."""
        made = PolyCollection(
            shapes, facecolors=colours, edgecolors=edge, linewidths=width * 0.72 * self.scale,
            closed=True, zorder=self._next(),
        )  # fmt: skip
        self._add(made)

    def lines(
        self, pairs: Sequence[Sequence[tuple[float, float]]], colour: str, width: float = 1.0,
        *, dashed: bool = False,
    ) -> None:  # fmt: skip
        made = LineCollection(
            pairs, colors=colour, linewidths=width * 0.72 * self.scale,
            linestyles=(0, (4, 3)) if dashed else "solid", capstyle="round" if width > 1 else None,
            joinstyle="round", zorder=self._next(),
        )  # fmt: skip
        self._add(made)

    def band(
        self, left: float, top: float, bottom: float, right: float, end_top: float,
        end_bottom: float, colour: str, opacity: float,
    ) -> None:  # fmt: skip
        """A curved band between two edges, as in a Sankey diagram."""
        middle = (left + right) / 2
        points = [
            (left, top), (middle, top), (middle, end_top), (right, end_top),
            (right, end_bottom), (middle, end_bottom), (middle, bottom), (left, bottom),
            (left, top),
        ]  # fmt: skip
        codes = [Path.MOVETO, *[Path.CURVE4] * 3, Path.LINETO, *[Path.CURVE4] * 3, Path.CLOSEPOLY]
        patch = PathPatch(
            Path(points, codes), facecolor=colour, edgecolor="none", alpha=opacity,
            zorder=self._next(),
        )  # fmt: skip
        self._add(patch)

    def text(
        self, x: float, y: float, words: str, *, size: float = style.TEXT, colour: str = "",
        align: str = "left", bold: bool = False,
    ) -> None:  # fmt: skip
        """One line of text; `y` is the middle of its small letters."""
        if not words:
            return
        shift = _ALIGN[align] and _ALIGN[align] * measure(words, size, bold=bold)
        at = (x - shift, y + size * 0.36)
        font = _font(size * self.scale, bold, _plain(words))
        self._add(_Words(at, words, colour or self.tokens.text, font, self._next()))

    def hit(self, mark: int, *at: float) -> None:
        """A mark's box or polygon, for pointing and clicking."""
        if mark >= 0:
            moved = [v + (self.top if n % 2 else self.left) for n, v in enumerate(at)]
            self.regions.append((mark, [round(v * self.scale, 1) for v in moved]))

    def _add(self, artist: Any) -> None:
        artist.set_transform(self._transform)
        artist.set_clip_on(False)
        artist.set_figure(self.figure)
        self.figure.artists.append(artist)

    def _next(self) -> float:
        self._order += 0.001
        return self._order


class _Words(Artist):
    """One line of text that begins at a point: matplotlib's own Text lays it out twice over."""

    def __init__(
        self, at: tuple[float, float], words: str, colour: str, font: FontProperties, order: float
    ) -> None:
        super().__init__()
        self._at, self._words, self._font = at, words, font
        self._colour = to_rgba(colour)
        self.set_zorder(order)

    def draw(self, renderer: Any) -> None:
        """Called by the figure, with the renderer of a picture or a file."""
        x, y = self.get_transform().transform(self._at)
        if renderer.flipy():
            y = renderer.get_canvas_width_height()[1] - y
        context = renderer.new_gc()
        context.set_foreground(self._colour, isRGBA=True)
        renderer.draw_text(context, x, y, self._words, self._font, 0)
        context.restore()


def measure(words: str, size: float = style.TEXT, *, bold: bool = False) -> float:
    """How wide a text is drawn, in pixels."""
    return _measure(words, size, bold)


def fitted(words: str, width: float, size: float = style.TEXT, *, bold: bool = False) -> str:
    """The text, or as much of it as fits, with an ellipsis."""
    whole = measure(words, size, bold=bold)
    if whole <= width:
        return words

    def fits(count: int) -> bool:
        return measure(words[:count].rstrip() + "…", size, bold=bold) <= width

    count = most_that_fit(len(words), fits, int(len(words) * width / whole))
    return words[:count].rstrip() + "…" if count else ""


def most_that_fit(count: int, fits: Callable[[int], bool], guess: int) -> int:
    """The largest number up to `count` that fits, where all smaller ones do; 0 where none does.

    It is looked for around the guess: a text's width is nearly in proportion to its letters, and
    measuring is what takes the time of drawing a chart of long names.
    """
    low, high, step = 0, count, 1
    while low < high:
        probe = guess if low < guess <= high else (low + high + 1) // 2
        if fits(probe):
            low, guess = probe, probe + step
        else:
            high, guess = probe - 1, probe - step
        step *= 2
    return low


def told_apart(labels: Sequence[str], width: float, size: float = style.TEXT) -> list[str]:
    """The labels as far as they fit; those that begin alike keep their ends, not their middles."""
    cut = [fitted(label, width, size) for label in labels]
    begin = Counter(words[:_ALIKE] for words in set(labels))
    return [
        _ends(label, width, size) if short != label and begin[label[:_ALIKE]] > 1 else short
        for label, short in zip(labels, cut, strict=True)
    ]


def _ends(words: str, width: float, size: float) -> str:
    """The first words, and as many of the last letters as fit, around an ellipsis."""
    first = fitted(words, width * 0.45, size).rstrip("…")
    first = first.rsplit(" ", 1)[0] if " " in first else first

    def fits(count: int) -> bool:
        return measure(f"{first}… {words[-count:].lstrip()}", size) <= width

    guess = int(len(words) * (width / measure(words, size))) - len(first)
    count = most_that_fit(len(words) - len(first), fits, guess)
    rest = words[len(words) - count :]
    # Better a whole word than the end of one.
    rest = rest.split(" ", 1)[-1] if " " in rest.strip() and words[-count - 1] != " " else rest
    return f"{first}… {rest.lstrip()}" if count else fitted(words, width, size)


def wrapped(
    words: str, width: float, size: float, *, bold: bool = False, most: int = 2
) -> list[str]:
    """The text in at most so many lines; the last one is cut where it must be."""
    lines: list[str] = []
    rest = _AMOUNT.sub(lambda found: found[0].replace(" ", "\xa0"), words).split(" ")
    while rest and len(lines) < most - 1:
        count = len(rest)
        while count > 1 and measure(" ".join(rest[:count]), size, bold=bold) > width:
            count -= 1
        lines.append(" ".join(rest[:count]))
        rest = rest[count:]
    if rest:
        lines.append(fitted(" ".join(rest), width, size, bold=bold))
    return lines


@lru_cache(maxsize=8192)
def _measure(words: str, size: float, bold: bool) -> float:
    ruler: Any = _ruler()
    font = _font(size, bold, _plain(words))
    width, _, _ = ruler.get_text_width_height_descent(words, font, False)
    return float(width)


@cache
def _ruler() -> Any:
    made: Any = RendererAgg
    return made(8, 8, DPI)


def _plain(words: str) -> bool:
    """Whether Noto Sans itself has all letters: no other font need be asked (half the time)."""
    return all(ord(letter) < 0x0600 or 0x1E00 <= ord(letter) < 0x2200 for letter in words)


@lru_cache(maxsize=64)
def _font(size: float, bold: bool, plain: bool) -> FontProperties:
    """The shipped fonts, script after script; sizes are pixels of a sheet of `DPI`."""
    _register()
    families = style.FAMILIES[:1] if plain else style.FAMILIES
    return FontProperties(family=families, size=size * 72 / DPI, weight="bold" if bold else 400)


@cache
def _register() -> None:
    for name in style.FILES:
        font_manager.fontManager.addfont(str(resource_path("fonts", name)))
