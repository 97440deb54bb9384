"""Horizontal bars with their names on the left and their values at the end."""

from __future__ import annotations

from aps_desktop.charts.frame import keys, rows_that_fit
from aps_desktop.charts.sheet import Sheet, measure, told_apart
from aps_desktop.charts.style import SMALL, TEXT, text_on
from aps_desktop.services.chart_data import Bar, Bars

_THICKEST, _LEAST_ROW, _MOST_ROW = 40.0, 12.0, 76.0
_LABEL_SHARE, _NAMES_SHARE = 0.38, 0.5
"""What names take of the width at most; more where bars end at a known length."""


def draw(sheet: Sheet, body: Bars) -> None:
    inner = keys(sheet, body.keys)
    step, count = rows_that_fit(inner, len(body.rows), inner.height, _LEAST_ROW, _MOST_ROW)
    size = TEXT if step >= 18 else SMALL if step >= 14 else SMALL - 1.5
    rows = body.rows[:count]
    widest = max((measure(row.label, size) for row in rows), default=0.0)
    share = _NAMES_SHARE if body.limit else _LABEL_SHARE
    left = min(widest, inner.width * share) + 12
    names = told_apart([row.label for row in rows], left - 10, size)
    # Beside the bar's end stands its total, so the longest bar leaves room for it.
    ends = max((measure(row.total, size) for row in rows), default=0.0)
    span = max(10.0, inner.width - left - ends - 10)
    longest = body.limit or max((max(_length(r), r.goal or 0.0) for r in rows), default=0.0)
    scale = span / longest if longest > 0 else 0.0
    inner.lines([[(left, -2), (left, len(rows) * step)]], inner.tokens.axis)
    for place, (row, name) in enumerate(zip(rows, names, strict=True)):
        _row(inner, row, name, place * step, step, left, scale, size)


def _length(row: Bar) -> float:
    return sum(max(0.0, part.value) for part in row.parts)


def _row(
    sheet: Sheet, row: Bar, name: str, top: float, step: float, left: float, scale: float,
    size: float,
) -> None:  # fmt: skip
    thick = min(_THICKEST, step * 0.7)
    middle = top + step / 2
    faint = sheet.tokens.muted if row.faint else ""
    sheet.text(left - 8, middle, name, size=size, align="right", colour=faint)
    if row.goal is not None:  # the way to the goal, on which the bar lies
        end, half = left + row.goal * scale, thick / 2
        sheet.box(left, middle - half, end, middle + half, sheet.tokens.nothing)
    x = left
    for part in row.parts:
        end = x + max(0.0, part.value) * scale
        colour = sheet.hue(part.hue)
        sheet.box(
            x,
            middle - thick / 2,
            max(end, x + (1 if part.value else 0)),
            middle + thick / 2,
            colour,
        )
        if part.text and end - x > measure(part.text, SMALL) + 8 and thick >= 12:
            words = text_on(colour)
            sheet.text((x + end) / 2, middle, part.text, size=SMALL, colour=words, align="center")
        # A bar alone in its row is met anywhere in the row.
        reach = sheet.width if len(row.parts) == 1 else max(end, x + 6)
        sheet.hit(part.mark, x, top, reach, top + step)
        x = end
    if row.goal is not None:
        at = left + row.goal * scale
        sheet.lines(
            [[(at, middle - thick / 2 - 3), (at, middle + thick / 2 + 3)]], sheet.tokens.text, 2
        )
    at = max(x, left + (row.goal or 0.0) * scale) + 7
    sheet.text(at, middle, row.total, size=size, bold=not row.faint)
    if row.parts:
        sheet.hit(row.parts[0].mark, 0, top, left, top + step)
