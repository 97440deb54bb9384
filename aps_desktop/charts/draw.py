"""Draws a chart, or a page of charts, as a Figure; and the Figure as a picture or a file."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from aps_desktop.charts import (
    bars,
    columns,
    flows,
    heat,
    lines,
    state_map,
    style,
    timeline,
    wings,
)
from aps_desktop.charts.frame import MARGIN, draw_nothing, framed
from aps_desktop.charts.ink import DPI
from aps_desktop.charts.sheet import Sheet, fitted
from aps_desktop.charts.style import SMALL
from aps_desktop.services import chart_data
from aps_desktop.services.chart_data import Body, Head

FORMS: dict[type[Any], Callable[[Sheet, Any], None]] = {
    chart_data.Bars: bars.draw,
    chart_data.Columns: columns.draw,
    chart_data.Lines: lines.draw,
    chart_data.Timeline: timeline.draw,
    chart_data.Flows: flows.draw,
    chart_data.Heat: heat.draw,
    chart_data.Map: state_map.draw,
    chart_data.Wings: wings.draw,
    chart_data.Nothing: draw_nothing,
}
SLIDE = (1920, 1080)
_PAGE = 900
"""Pixels across the text of an upright page: its smallest words are then 6 points high."""
FILE_SIZE = (1000, 620)
"""Pixels of a single chart in a file, at 96 dpi; written at twice that."""


def chart(head: Head, body: Body, width: float, height: float, *, dark: bool = False) -> Sheet:
    """One chart as large as that, in pixels; the sheet has its figure and its regions."""
    sheet = blank(width, height, dark=dark)
    draw_on(sheet, head, body)
    return sheet


def blank(width: float, height: float, *, dark: bool = False, scale: float = 1.0) -> Sheet:
    """An empty sheet over a new figure; `scale` enlarges everything that is drawn."""
    figure = Figure(figsize=(width / DPI, height / DPI), dpi=DPI)
    figure.patch.set_facecolor(style.tokens(dark).surface)
    return Sheet(figure, 0, 0, width / scale, height / scale, dark=dark, scale=scale)


def draw_on(sheet: Sheet, head: Head, body: Body) -> None:
    inner = framed(sheet, head)
    FORMS[type(body)](inner, body)


def slide(
    title: str, subtitle: str, charts: Sequence[tuple[Head, Body]], *, dark: bool = False
) -> Sheet:
    """A dashboard on one sheet of 1920 x 1080: a heading, and its charts side by side."""
    sheet = blank(*SLIDE, dark=dark, scale=1.45)
    room, muted = sheet.width - 2 * MARGIN, sheet.tokens.muted
    sheet.text(MARGIN + 12, 34, fitted(title, room, 24.0, bold=True), size=24.0, bold=True)
    sheet.text(MARGIN + 12, 58, fitted(subtitle, room, SMALL), size=SMALL, colour=muted)
    across = 1 if len(charts) < 2 else 2 if len(charts) <= 4 else 3
    _beside(sheet.part(12, 72, sheet.width - 24, sheet.height - 76), charts, across)
    return sheet


def page(charts: Sequence[tuple[Head, Body]]) -> Sheet:
    """All charts of a dashboard for a printed page: two beside each other."""
    across = 1 if len(charts) < 2 else 2
    sheet = blank(_PAGE, (780, 1040, 1170)[min(_rows(charts, across), 3) - 1])
    _beside(sheet, charts, across)
    return sheet


def _rows(charts: Sequence[tuple[Head, Body]], across: int) -> int:
    return 1 + max((row for row, _, _ in _places(charts, across)), default=0)


def _places(charts: Sequence[tuple[Head, Body]], across: int) -> list[tuple[int, int, int]]:
    return chart_data.places([head.wide for head, _ in charts], across)


def _beside(sheet: Sheet, charts: Sequence[tuple[Head, Body]], across: int) -> None:
    width, height = sheet.width / across, sheet.height / _rows(charts, across)
    for (head, body), (row, column, taken) in zip(charts, _places(charts, across), strict=True):
        draw_on(sheet.part(width * column, height * row, width * taken, height), head, body)


def pixels(sheet: Sheet, ratio: float = 1.0) -> tuple[int, int, bytes]:
    """The picture as (width, height, RGBA bytes) of device pixels."""
    sheet.figure.dpi = DPI * ratio
    canvas: Any = FigureCanvasAgg(sheet.figure)
    canvas.draw()
    width, height = canvas.get_width_height()
    return width, height, bytes(canvas.buffer_rgba())


def save(sheet: Sheet, path: Path, ratio: float = 2.0) -> None:
    """Writes a .png, .svg or .pdf by the path's ending."""
    path.write_bytes(encoded(sheet, path.suffix.lower().lstrip("."), ratio))


def encoded(sheet: Sheet, kind: str, ratio: float = 2.0) -> bytes:
    """The bytes of a "png", "svg" or "pdf"; the same for the same chart."""
    out = io.BytesIO()
    # Text as outlines in SVG: the reader's computer need not have the fonts.
    options: Any = {"svg.fonttype": "path", "svg.hashsalt": "aps", "pdf.fonttype": 42}
    meta: dict[str, dict[str, Any]] = {
        "svg": {"Date": None, "Creator": None},
        "pdf": {"CreationDate": None, "ModDate": None, "Producer": None, "Creator": None},
        "png": {"Software": None},
    }
    _canvas(kind)(sheet.figure)
    with mpl.rc_context(options):
        sheet.figure.savefig(
            out, format=kind, dpi=DPI * ratio if kind == "png" else DPI, metadata=meta[kind],
            facecolor=sheet.figure.get_facecolor(),
        )  # fmt: skip
    return out.getvalue()


def _canvas(kind: str) -> Any:
    """The canvas that writes a kind, by name: an installer takes along what it sees imported."""
    if kind == "svg":
        from matplotlib.backends.backend_svg import FigureCanvasSVG

        return FigureCanvasSVG
    if kind == "pdf":
        from matplotlib.backends.backend_pdf import FigureCanvasPdf

        return FigureCanvasPdf
    return FigureCanvasAgg
