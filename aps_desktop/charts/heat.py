"""A heat map: rows against columns, tinted by value, with the value written in each square."""

from __future__ import annotations

from aps_desktop.charts.frame import rows_that_fit
from aps_desktop.charts.sheet import Sheet, fitted, measure, told_apart
from aps_desktop.charts.style import SMALL, mixed, text_on
from aps_desktop.services.chart_data import Cell, Heat

_HEAD, _FOOT = 22.0, 26.0
_LABEL_SHARE = 0.4
_LEAST = 0.12


def draw(sheet: Sheet, body: Heat) -> None:
    foot = _FOOT if any(body.scale) else 0.0
    room = sheet.height - _HEAD - foot
    part = sheet.part(0, _HEAD, sheet.width, room)
    step, count = rows_that_fit(part, len(body.rows), room, 13.0, 34.0)
    rows = body.rows[:count]
    widest = max((measure(label, SMALL) for label in rows), default=0.0)
    left = min(widest, sheet.width * _LABEL_SHARE) + 12
    across = (sheet.width - left) / max(1, len(body.columns))
    for place, words in enumerate(body.columns):
        x = left + across * (place + 0.5)
        label = fitted(words, across - 2, SMALL)
        sheet.text(x, 8, label, size=SMALL, align="center", colour=sheet.tokens.muted)
    for at, words in enumerate(told_apart(rows, left - 10, SMALL)):
        top = _HEAD + at * step
        sheet.text(left - 8, top + step / 2, words, size=SMALL, align="right")
        for place, cell in enumerate(body.cells[at]):
            _cell(sheet, cell, left + across * place, top, across, step, body.hue)
    if foot:
        scale(sheet, body.hue, body.scale, left, _HEAD + len(rows) * step + 14)


def tint(sheet: Sheet, hue: str, share: float) -> str:
    """The colour of a share from 0 to 1; the least is still seen."""
    return mixed(sheet.hue(hue), sheet.tokens.surface, _LEAST + (1 - _LEAST) * min(1.0, share))


def scale(
    sheet: Sheet, hue: str, words: tuple[str, str], left: float, y: float, width: float = 110.0
) -> None:
    """The key of the tints: from which value to which."""
    muted = sheet.tokens.muted
    sheet.text(left, y, words[0], size=SMALL, colour=muted)
    x = left + measure(words[0], SMALL) + 8
    part = width / 6
    for n in range(6):
        colour = tint(sheet, hue, n / 5)
        sheet.box(x + part * n, y - 5, x + part * (n + 1), y + 5, colour)
    sheet.text(x + width + 8, y, words[1], size=SMALL, colour=muted)


def _cell(
    sheet: Sheet, cell: Cell, left: float, top: float, width: float, height: float, hue: str
) -> None:
    colour = sheet.tokens.nothing if cell.share is None else tint(sheet, hue, cell.share)
    sheet.box(left + 1, top + 1, left + width - 1, top + height - 1, colour)
    size = SMALL if measure(cell.text, SMALL) <= width - 5 and height >= 15 else SMALL - 2
    words = cell.text if measure(cell.text, size) <= width - 3 else ""
    ink = sheet.tokens.muted if cell.share is None else text_on(colour)
    sheet.text(left + width / 2, top + height / 2, words, size=size, colour=ink, align="center")
    sheet.hit(cell.mark, left, top, left + width, top + height)
