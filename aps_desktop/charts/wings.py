"""Two-sided bars around the names in the middle, such as women and men by member state."""

from __future__ import annotations

from aps_desktop.charts import style
from aps_desktop.charts.frame import rows_that_fit
from aps_desktop.charts.sheet import Sheet, fitted, measure
from aps_desktop.charts.style import SMALL, TEXT
from aps_desktop.services.chart_data import Part, Wings

_HEAD = 22.0


def draw(sheet: Sheet, body: Wings) -> None:
    room = sheet.height - _HEAD
    step, count = rows_that_fit(
        sheet.part(0, _HEAD, sheet.width, room), len(body.rows), room, 13.0, 36.0
    )
    rows = body.rows[:count]
    names = min(max((measure(r.label) for r in rows), default=0.0), sheet.width * 0.3) + 24
    longest = max((max(r.left.value, r.right.value) for r in rows), default=0.0)
    values = max((measure(p.text, SMALL) for r in rows for p in (r.left, r.right)), default=0.0)
    centre = sheet.width / 2
    scale = (centre - names / 2 - values - 10) / longest if longest > 0 else 0.0
    for side, words, hue in ((-1, body.heads[0], "left"), (1, body.heads[1], "right")):
        part = getattr(rows[0], hue) if rows else Part(0, "plain")
        align = "right" if side < 0 else "left"
        x = centre + side * names / 2
        ink = style.ink(part.hue, sheet.dark)
        sheet.text(x, 7, words, size=SMALL, bold=True, colour=ink, align=align)
    for place, row in enumerate(rows):
        top = _HEAD + place * step
        label = fitted(row.label, names - 14)
        sheet.text(centre, top + step / 2, label, size=TEXT, align="center")
        for side, part in ((-1, row.left), (1, row.right)):
            _wing(sheet, part, centre + side * names / 2, side, top, step, scale)


def _wing(
    sheet: Sheet, part: Part, x: float, side: int, top: float, step: float, scale: float
) -> None:
    half = min(10.0, step * 0.36)
    middle = top + step / 2
    end = x + side * max(part.value * scale, 0.0)
    if part.value > 0:
        end = end if abs(end - x) > 1 else x + side
        left, right = min(x, end), max(x, end)
        sheet.box(left, middle - half, right, middle + half, sheet.hue(part.hue))
    align = "right" if side < 0 else "left"
    muted = sheet.tokens.muted
    sheet.text(end + side * 6, middle, part.text, size=SMALL, colour=muted, align=align)
    sheet.hit(part.mark, min(x, end + side * 40), top, max(x, end + side * 40), top + step)
