"""A sheet to draw on, in pixels from the top left, over one matplotlib Figure without axes.

Charts place every line and text themselves: that is quicker than axes with their ticks (a picture
must be there within a tenth of a second), nothing is clipped, and hit regions are what was drawn.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence

from matplotlib.colors import to_rgba
from matplotlib.figure import Figure
from matplotlib.path import Path

from aps_desktop.charts import letters, style
from aps_desktop.charts.ink import Ink, Shape, Text
from aps_desktop.charts.style import Tokens

_AMOUNT = re.compile(r"[A-Z]{3} [\d.,]+(?: (?:m|bn))?")
"""An amount, which a line break must not part."""
_ALIKE = 12
"""Letters: labels that share so many at the beginning are hard to tell apart by it."""
_ALIGN = {"left": 0.0, "center": 0.5, "right": 1.0}
Points = Sequence[tuple[float, float]]
Region = tuple[int, list[float]]
"""A mark's place, and its box (left, top, right, bottom) or polygon (x, y, ...), in pixels."""


class Sheet:
    """A rectangle of a figure; `part` gives a smaller one of the same figure."""

    def __init__(
        self, figure: Figure, left: float, top: float, width: float, height: float, *, dark: bool,
        regions: list[Region] | None = None, ink: Ink | None = None, scale: float = 1.0,
    ) -> None:  # fmt: skip
        self.figure = figure
        self.left, self.top, self.width, self.height = left, top, width, height
        self.dark = dark
        self.scale = scale
        self.tokens: Tokens = style.tokens(dark)
        self.regions: list[Region] = [] if regions is None else regions
        self.ink: Ink = _ink(figure) if ink is None else ink

    def part(self, left: float, top: float, width: float, height: float) -> Sheet:
        return Sheet(
            self.figure, self.left + left, self.top + top, width, height, dark=self.dark,
            regions=self.regions, ink=self.ink, scale=self.scale,
        )  # fmt: skip

    def hue(self, key: str) -> str:
        return style.hue(key, self.dark)

    # Drawing ------------------------------------------------------------------------------------

    def box(self, left: float, top: float, right: float, bottom: float, colour: str) -> None:
        self.polygons([[(left, top), (right, top), (right, bottom), (left, bottom)]], [colour])

    def polygons(
        self, shapes: Sequence[Points], colours: Sequence[str], *, edge: str = "",
        width: float = 0.0,
    ) -> None:  # fmt: skip
        around = to_rgba(edge) if edge else None
        for points, colour in zip(shapes, colours, strict=True):
            path = self._path([*points, points[0]], closed=True)
            self.ink.drawn.append(Shape(path, to_rgba(colour), around, width * self.scale))

    def lines(
        self, lines: Sequence[Points], colour: str, width: float = 1.0, *, dashed: bool = False
    ) -> None:
        edge = to_rgba(colour)
        for points in lines:
            shape = Shape(self._path(points), None, edge, width * self.scale, dashed)
            self.ink.drawn.append(shape)

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
        path = Path(self._moved(points), codes)
        self.ink.drawn.append(Shape(path, to_rgba(colour, opacity)))

    def text(
        self, x: float, y: float, words: str, *, size: float = style.TEXT, colour: str = "",
        align: str = "left", bold: bool = False,
    ) -> None:  # fmt: skip
        """One line of text; `y` is the middle of its small letters."""
        if not words:
            return
        shift = _ALIGN[align] and _ALIGN[align] * measure(words, size, bold=bold)
        [(x, y)] = self._moved([(x - shift, y + size * 0.36)])
        ink = to_rgba(colour or self.tokens.text)
        self.ink.drawn.append(Text(x, y, words, size * self.scale, bold, ink))

    def hit(self, mark: int, *at: float) -> None:
        """A mark's box or polygon, for pointing and clicking."""
        if mark >= 0:
            moved = [v + (self.top if n % 2 else self.left) for n, v in enumerate(at)]
            self.regions.append((mark, [round(v * self.scale, 1) for v in moved]))

    def _path(self, points: Points, *, closed: bool = False) -> Path:
        return Path(self._moved(points), closed=closed)

    def _moved(self, points: Points) -> list[tuple[float, float]]:
        """From this rectangle to the whole sheet."""
        left, top, scale = self.left, self.top, self.scale
        return [((x + left) * scale, (y + top) * scale) for x, y in points]


def _ink(figure: Figure) -> Ink:
    made = Ink()
    made.set_figure(figure)
    figure.artists.append(made)
    return made


def measure(words: str, size: float = style.TEXT, *, bold: bool = False) -> float:
    """How wide a text is drawn, in pixels."""
    return letters.width(words, bold) * size


def fitted(words: str, width: float, size: float = style.TEXT, *, bold: bool = False) -> str:
    """The text, or as much of it as fits, with an ellipsis."""
    whole = measure(words, size, bold=bold)
    if whole <= width:
        return words

    room = width - measure("…", size, bold=bold)

    def fits(count: int) -> bool:
        return measure(words[:count].rstrip(), size, bold=bold) <= room

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
    first = _first_words(words, width * 0.45, size)

    def fits(count: int) -> bool:
        return measure(f"{first}… {words[-count:].lstrip()}", size) <= width

    guess = int(len(words) * (width / measure(words, size))) - len(first)
    count = most_that_fit(len(words) - len(first), fits, guess)
    rest = words[len(words) - count :]
    # Better a whole word than the end of one.
    rest = rest.split(" ", 1)[-1] if " " in rest.strip() and words[-count - 1] != " " else rest
    rest = rest.lstrip()
    if not rest:
        return fitted(words, width, size)
    # What the last words leave free is the first ones'.
    longer = _first_words(words, width - measure(f" {rest}", size), size)
    return f"{max(first, longer, key=len)}… {rest}"


def _first_words(words: str, width: float, size: float) -> str:
    """As many whole words as fit with an ellipsis; where not even one does, a part of it."""
    first = fitted(words, width, size)
    if not first.endswith("…"):
        return first
    cut = first[:-1]
    whole = cut if words[len(cut) : len(cut) + 1] == " " else cut.rsplit(" ", 1)[0]
    return whole.rstrip(" ,·")


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
