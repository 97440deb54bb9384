"""What stands around every chart: the finding, what is measured, the source; colour keys."""

from __future__ import annotations

from collections.abc import Sequence

from aps_desktop.charts.sheet import Sheet, fitted, measure, wrapped
from aps_desktop.charts.style import FINDING, SMALL, TEXT
from aps_desktop.services.chart_data import Head, Nothing

MARGIN = 20.0
_LINE = 21.0


def framed(sheet: Sheet, head: Head) -> Sheet:
    """Draws the words around a chart and gives what is left for the chart itself."""
    t = sheet.tokens
    sheet.box(0, 0, sheet.width, sheet.height, t.surface)
    room = sheet.width - 2 * MARGIN
    y = MARGIN + 8
    # The first line leaves room for the card's buttons.
    for line in wrapped(head.finding, room - 44, FINDING, bold=True):
        sheet.text(MARGIN, y, line, size=FINDING, bold=True)
        y += _LINE
    sheet.text(MARGIN, y, fitted(head.subtitle, room, SMALL), size=SMALL, colour=t.muted)
    foot = sheet.height - 15
    source = fitted(head.source, room, SMALL)
    sheet.text(MARGIN, foot, source, size=SMALL, colour=t.muted)
    if head.note:
        note = fitted(head.note, room - measure(source, SMALL) - 16, SMALL)
        sheet.text(sheet.width - MARGIN, foot, note, size=SMALL, colour=t.muted, align="right")
    top = y + 18
    return sheet.part(MARGIN, top, room, max(20.0, sheet.height - top - 32))


def keys(sheet: Sheet, entries: Sequence[tuple[str, str]]) -> Sheet:
    """A line of colour keys (hue, words) on top, where parts cannot be labelled directly."""
    if not entries:
        return sheet
    x = 0.0
    y = 7.0
    for hue, words in entries:
        width = 22 + measure(words, SMALL)
        if x and x + width > sheet.width:
            x, y = 0.0, y + 18
        sheet.box(x, y - 5, x + 10, y + 5, sheet.hue(hue))
        sheet.text(x + 15, y, words, size=SMALL, colour=sheet.tokens.muted)
        x += width + 4
    used = y + 16
    return sheet.part(0, used, sheet.width, sheet.height - used)


def rows_that_fit(
    sheet: Sheet, rows: int, room: float, least: float, most: float
) -> tuple[float, int]:
    """(height of a row, number of rows); where not all fit, a last line says how many do not."""
    step = max(least, min(most, room / max(1, rows)))
    count = min(rows, int(room / step + 0.001))
    if count < rows:
        count = max(1, count - 1)
        words = f"and {rows - count:,} more: enlarge the window, or show the table"
        y = min(sheet.height - 6, (count + 0.6) * step + sheet.height - room)
        sheet.text(0, y, fitted(words, sheet.width, SMALL), size=SMALL, colour=sheet.tokens.muted)
    return step, count


def draw_nothing(sheet: Sheet, body: Nothing) -> None:
    """What to do about it; that there is no chart is said above, in place of a finding."""
    middle, muted = sheet.height / 2 - 10, sheet.tokens.muted
    for number, line in enumerate(wrapped(body.hint, sheet.width * 0.8, TEXT, most=3)):
        sheet.text(sheet.width / 2, middle + 19 * number, line, align="center", colour=muted)
