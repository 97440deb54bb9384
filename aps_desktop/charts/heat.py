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
    squares = [
        (cell, left + across * place, _HEAD + at * step)
        for at, cells in enumerate(body.cells[:count])
        for place, cell in enumerate(cells)
    ]
    colours = [_colour(sheet, cell, body.hue) for cell, _, _ in squares]
    sheet.polygons([_inner(x, y, across, step) for _, x, y in squares], colours)
    for at, words in enumerate(told_apart(rows, left - 10, SMALL)):
        sheet.text(left - 8, _HEAD + (at + 0.5) * step, words, size=SMALL, align="right")
    for (cell, x, y), colour in zip(squares, colours, strict=True):
        _words(sheet, cell, x, y, across, step, colour)
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


def _colour(sheet: Sheet, cell: Cell, hue: str) -> str:
    return sheet.tokens.nothing if cell.share is None else tint(sheet, hue, cell.share)


def _inner(left: float, top: float, width: float, height: float) -> list[tuple[float, float]]:
    """The square without the gap around it."""
    right, bottom = left + width - 1, top + height - 1
    return [(left + 1, top + 1), (right, top + 1), (right, bottom), (left + 1, bottom)]


def _words(
    sheet: Sheet, cell: Cell, left: float, top: float, width: float, height: float, colour: str
) -> None:
    size = SMALL if measure(cell.text, SMALL) <= width - 5 and height >= 15 else SMALL - 2
    words = cell.text if measure(cell.text, size) <= width - 3 else ""
    ink = sheet.tokens.muted if cell.share is None else text_on(colour)
    sheet.text(left + width / 2, top + height / 2, words, size=size, colour=ink, align="center")
    sheet.hit(cell.mark, left, top, left + width, top + height)
