"""Columns over time: stacked, or one inside the other (of what was decided, what was done)."""

from __future__ import annotations

from aps_desktop.charts.frame import keys
from aps_desktop.charts.sheet import Sheet, fitted, measure
from aps_desktop.charts.style import SMALL
from aps_desktop.services.chart_data import Bar, Columns

_FOOT, _HEAD = 22.0, 18.0


def draw(sheet: Sheet, body: Columns) -> None:
    inner = keys(sheet, body.keys)
    ticks = body.ticks
    left = max((measure(words, SMALL) for _, words in ticks), default=0.0) + 10
    base = inner.height - _FOOT
    highest = max(
        max((_height(row, body.nested) for row in body.rows), default=0.0),
        max((value for value, _ in ticks), default=0.0),
    )
    scale = (base - _HEAD) / highest if highest > 0 else 0.0
    for value, words in ticks:
        y = base - value * scale
        colour = inner.tokens.axis if not value else inner.tokens.grid
        inner.lines([[(left, y), (inner.width, y)]], colour)
        inner.text(left - 6, y, words, size=SMALL, colour=inner.tokens.muted, align="right")
    step = (inner.width - left) / max(1, len(body.rows))
    every = _every([row.label for row in body.rows], step)
    for place, row in enumerate(body.rows):
        middle = left + step * (place + 0.5)
        _column(inner, row, middle, min(64.0, step * 0.68), base, scale, body.nested)
        if (len(body.rows) - 1 - place) % every == 0:
            words = fitted(row.label, min(inner.width, step * every) - 4, SMALL)
            half = measure(words, SMALL) / 2
            x = min(max(middle, half), inner.width - half)
            muted = inner.tokens.muted
            inner.text(x, base + 13, words, size=SMALL, align="center", colour=muted)


def _height(row: Bar, nested: bool) -> float:
    values = [max(0.0, part.value) for part in row.parts]
    return max(values, default=0.0) if nested else sum(values)


def _every(labels: list[str], step: float) -> int:
    """Each how manieth label has room; the last one is always there."""
    widest = max((measure(label, SMALL) for label in labels), default=0.0) + 8
    return max(1, -(-int(widest) // max(1, int(step))))


def _column(
    sheet: Sheet, row: Bar, middle: float, thick: float, base: float, scale: float, nested: bool
) -> None:
    y = base
    for place, part in enumerate(row.parts):
        height = max(0.0, part.value) * scale
        half = thick / 2 * (0.72**place if nested else 1.0)
        bottom = base if nested else y
        y = bottom - height
        if part.value > 0:
            sheet.box(middle - half, min(y, bottom - 1), middle + half, bottom, sheet.hue(part.hue))
        sheet.hit(part.mark, middle - half, min(y, bottom - 6), middle + half, bottom)
    top = base - _height(row, nested) * scale
    if row.total and measure(row.total, SMALL) <= thick / 0.68 + 2:
        sheet.text(middle, top - 9, row.total, size=SMALL, align="center", bold=not row.faint)
