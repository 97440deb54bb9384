"""What is drawn on a figure, in the order in which it was: shapes, lines and texts.

One artist for all of it: an artist for each takes ten times as long to make and to draw, and what
matplotlib's own do besides (clipping, picking, keeping themselves up to date) is not wanted here.
Coordinates are pixels of the whole sheet, from its top left.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from matplotlib.artist import Artist
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.font_manager import FontProperties, fontManager
from matplotlib.path import Path
from matplotlib.transforms import Affine2D

from aps_desktop.charts import letters, style
from aps_desktop.paths import resource_path

DPI = 100.0
"""Pixels of a sheet to an inch of its figure."""
POINT = 72 / DPI
"""Points to a pixel."""
_DASHES = (4.0, 3.0)
"""On and off, in widths of the line."""
Colour = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Shape:
    """A path that is filled, edged or both; `width` is that of its edge."""

    path: Path
    fill: Colour | None
    edge: Colour | None = None
    width: float = 0.0
    dashed: bool = False

    def draw(self, renderer: Any, place: Affine2D) -> None:
        context = renderer.new_gc()
        points = self.width * POINT if self.edge is not None else 0.0
        context.set_linewidth(points)
        if self.edge is not None:
            context.set_foreground(self.edge, isRGBA=True)
            context.set_joinstyle("round")
            context.set_capstyle("round" if self.width > 1 else "butt")
            if self.dashed:
                context.set_dashes(0, [length * points for length in _DASHES])
        renderer.draw_path(context, self.path, place, self.fill)
        context.restore()


@dataclass(frozen=True, slots=True)
class Text:
    """One line of text that begins at a point on its line; `size` in pixels."""

    x: float
    y: float
    words: str
    size: float
    bold: bool
    colour: Colour

    def draw(self, renderer: Any, place: Affine2D) -> None:
        x, y = place.transform((self.x, self.y))
        context = renderer.new_gc()
        picture = isinstance(renderer, RendererAgg)
        if picture:
            # In a picture it stands on a whole pixel, where it is sharpest.
            context.set_linewidth(0)
            context.set_snap(False)
            size = self.size * place.get_matrix()[0, 0]
            at = Affine2D.from_values(size, 0, 0, size, x, round(y))
            shape = letters.outline(self.words, self.bold)
            renderer.draw_path(context, shape, at, self.colour)
        else:  # in a file it stays text, which a reader can look for
            context.set_foreground(self.colour, isRGBA=True)
            down = renderer.get_canvas_width_height()[1] - y if renderer.flipy() else y
            font = _font(self.size, self.bold, letters.plain(self.words))
            renderer.draw_text(context, x, down, self.words, font, 0)
        context.restore()


class Ink(Artist):
    """Everything on a figure."""

    def __init__(self) -> None:
        super().__init__()
        self.drawn: list[Shape | Text] = []

    def draw(self, renderer: Any) -> None:
        """Called by the figure, with the renderer of a picture or a file."""
        figure: Any = self.get_figure()
        pixel = figure.dpi / DPI
        place = Affine2D.from_values(pixel, 0, 0, -pixel, 0, figure.bbox.height)
        for one in self.drawn:
            one.draw(renderer, place)


@lru_cache(maxsize=64)
def _font(size: float, bold: bool, plain: bool) -> FontProperties:
    """The shipped fonts, script after script; only the first where it has all letters."""
    _register()
    families = style.FAMILIES[:1] if plain else style.FAMILIES
    return FontProperties(family=families, size=size * POINT, weight="bold" if bold else 400)


@cache
def _register() -> None:
    for name in style.FILES:
        fontManager.addfont(str(resource_path("fonts", name)))
