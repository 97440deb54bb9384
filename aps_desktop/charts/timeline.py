"""A timeline: spans one below the other, years across, and the present."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from aps_desktop.charts.frame import keys
from aps_desktop.charts.sheet import Sheet, measure, told_apart
from aps_desktop.charts.style import SMALL
from aps_desktop.services.chart_data import Span, Timeline

_FOOT, _LEAST_ROW, _MOST_ROW = 20.0, 13.0, 30.0
_LABEL_SHARE = 0.42


def draw(sheet: Sheet, body: Timeline) -> None:
    inner = keys(sheet, body.keys)
    base = inner.height - _FOOT
    # A span has a text of its own: those that do not fit are told in the note below the chart.
    step = max(_LEAST_ROW, min(_MOST_ROW, base / max(1, len(body.spans))))
    spans = body.spans[: max(1, int(base / step + 0.001))]
    widest = max((measure(span.label, SMALL) for span in spans), default=0.0)
    left = min(widest, inner.width * _LABEL_SHARE) + 12
    first = min((s.start for s in spans), default=body.today)
    last = max(max((s.end for s in spans), default=body.today), body.today + 30)
    scale = (inner.width - left) / max(1, last - first)
    bottom = len(spans) * step
    for day, words in _ticks(first, last, inner.width - left):
        x = left + (day - first) * scale
        inner.lines([[(x, 0), (x, bottom)]], inner.tokens.grid)
        inner.text(x + 2, bottom + 11, words, size=SMALL, colour=inner.tokens.muted)
    names = told_apart([span.label for span in spans], left - 10, SMALL)
    for place, (span, name) in enumerate(zip(spans, names, strict=True)):
        _span(inner, span, name, place * step, step, left, left + (span.start - first) * scale,
              left + (span.end - first) * scale)  # fmt: skip
    x = left + (body.today - first) * scale
    inner.lines([[(x, -4), (x, bottom)]], inner.tokens.late, 1.4)
    side = "right" if x > inner.width - 60 else "left"
    inner.text(
        x + (-5 if side == "right" else 5),
        -6,
        "Today",
        size=SMALL,
        colour=inner.tokens.late,
        align=side,
    )


def _span(
    sheet: Sheet, span: Span, name: str, top: float, step: float, left: float, start: float,
    end: float,
) -> None:  # fmt: skip
    middle, half = top + step / 2, min(6.0, step * 0.3)
    sheet.text(left - 8, middle, name, size=SMALL, align="right")
    end = max(end, start + 3)
    sheet.box(start, middle - half, end, middle + half, sheet.hue(span.hue))
    if span.late:  # told by its edge as well as by its colour
        sheet.lines([[(end, middle - half - 3), (end, middle + half + 3)]], sheet.tokens.text, 2)
    sheet.hit(span.mark, 0, top, left, top + step)
    sheet.hit(span.mark, start - 2, top, end + 2, top + step)


def _ticks(first: int, last: int, width: float) -> Iterator[tuple[int, str]]:
    """Years, or quarters where a year is wide."""
    start, end = date.fromordinal(first), date.fromordinal(last)
    years = end.year - start.year + 1
    quarters = width / max(1, (last - first) / 91.3) > 52
    every = max(1, -(-years * 44 // max(1, int(width))))
    for year in range(start.year, end.year + 1):
        for month in (1, 4, 7, 10) if quarters else (1,):
            day = date(year, month, 1).toordinal()
            if first <= day <= last and (quarters or year % every == 0):
                yield day, (str(year) if month == 1 else f"Q{month // 3 + 1}")
