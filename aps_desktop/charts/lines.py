"""Lines over time, each named at its end."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, sin, tau

from aps_desktop.charts import style
from aps_desktop.charts.sheet import Sheet, fitted, measure
from aps_desktop.charts.style import SMALL
from aps_desktop.services.chart_data import Line, Lines

_FOOT = 22.0
_APART = 16.0
_VEIL = "d0"
"""How much of a line the ground of a name that lies over it covers (hexadecimal)."""


@dataclass(frozen=True)
class _Scale:
    """From values to pixels."""

    left: float
    right: float
    base: float
    low: float
    high: float
    top: float

    def x(self, value: float) -> float:
        if self.high == self.low:  # a single moment stands in the middle
            return (self.left + self.right) / 2
        share = (value - self.low) / (self.high - self.low)
        return self.left + share * (self.right - self.left)

    def y(self, value: float) -> float:
        return self.base - value / self.top * (self.base - 8)


def draw(sheet: Sheet, body: Lines) -> None:
    left = max((measure(words, SMALL) for _, words in body.y_ticks), default=0.0) + 10
    ends = max((measure(line.label, SMALL, bold=True) for line in body.lines), default=0.0)
    xs = [x for line in body.lines for x, _, _ in line.points] + [x for x, _ in body.x_ticks]
    ys = [y for line in body.lines for _, y, _ in line.points] + [y for y, _ in body.y_ticks]
    scale = _Scale(
        left, sheet.width - min(ends, sheet.width * 0.3) - 13, sheet.height - _FOOT,
        min(xs, default=0.0), max(xs, default=1.0), max(ys, default=1.0) or 1.0,
    )  # fmt: skip
    _grid(sheet, body, scale)
    for line in body.lines:
        _line(sheet, line, scale)
    _names(sheet, body.lines, scale)


def _grid(sheet: Sheet, body: Lines, scale: _Scale) -> None:
    t = sheet.tokens
    for value, words in body.y_ticks:
        y = scale.y(value)
        sheet.lines([[(scale.left, y), (scale.right, y)]], t.grid if value else t.axis)
        sheet.text(scale.left - 6, y, words, size=SMALL, colour=t.muted, align="right")
    for value, words in body.x_ticks:
        x = scale.x(value)
        sheet.lines([[(x, scale.base), (x, scale.base + 4)]], t.axis)
        sheet.text(x, scale.base + 13, words, size=SMALL, colour=t.muted, align="center")
    if body.today is not None and scale.low <= body.today <= scale.high:
        x = scale.x(body.today)
        sheet.lines([[(x, 0), (x, scale.base)]], t.axis, dashed=True)
        near = x - scale.left < 48  # no room before the line
        at, side = (x + 5, "left") if near else (x - 5, "right")
        sheet.text(at, 5, "Today", size=SMALL, colour=t.muted, align=side)


def _line(sheet: Sheet, line: Line, scale: _Scale) -> None:
    points = [(scale.x(x), scale.y(y)) for x, y, _ in line.points]
    if len(points) > 1:
        sheet.lines([points], sheet.hue(line.hue), 2.2, dashed=line.dashed)
    for (x, y), (_, _, mark) in zip(points, line.points, strict=True):
        sheet.hit(mark, x - 7, y - 7, x + 7, y + 7)


def _dot(sheet: Sheet, x: float, y: float, hue: str) -> None:
    """Where a line ends, so that its name is found again."""
    shape = [(x + 3.2 * cos(tau * n / 16), y + 3.2 * sin(tau * n / 16)) for n in range(16)]
    sheet.polygons([shape], [sheet.hue(hue)], edge=sheet.tokens.surface, width=1.0)


def _names(sheet: Sheet, lines: Sequence[Line], scale: _Scale) -> None:
    """The names at the lines' ends, moved apart where they would cover each other."""
    named = sorted((line for line in lines if line.points), key=lambda one: -one.points[-1][1])
    ends = [(scale.x(line.points[-1][0]), scale.y(line.points[-1][1])) for line in named]
    for line, (x, y), at in zip(named, ends, _apart([y for _, y in ends], scale), strict=True):
        _dot(sheet, x, y, line.hue)
        words = fitted(line.label, sheet.width - x - 9, SMALL, bold=True)
        ink = style.ink(line.hue, sheet.dark)
        if x + 8 < scale.right:  # other lines go on behind the name
            end = x + 10 + measure(words, SMALL, bold=True)
            sheet.box(x + 6, at - 7, end, at + 7, sheet.tokens.surface + _VEIL)
        sheet.text(x + 8, at, words, size=SMALL, bold=True, colour=ink)


def _apart(wanted: Sequence[float], scale: _Scale) -> list[float]:
    """Heights from above to below, each far enough from the next, and none below the axis."""
    places: list[float] = []
    for y in wanted:
        places.append(max(y, places[-1] + _APART) if places else y)
    below = scale.base + _APART - 4
    for n in reversed(range(len(places))):
        places[n] = below = min(places[n], below - _APART)
    return places
