"""Charts without a window."""

from __future__ import annotations

from pathlib import Path

from aps_desktop.cli.session import DONE, Session
from aps_desktop.domain.clock import today
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.services import class_marks, dashboard_report, dashboards
from aps_desktop.services.dashboard_selection import Selection

_KINDS = (".png", ".svg", ".pdf")


def draw(session: Session) -> int:
    """Draws a dashboard chart into a .png, .svg or .pdf file; `chart list` names them."""
    name = session.arguments.name
    if name == "list":
        return _listed(session)
    spec = dashboards.chart(name)
    path = Path(session.arguments.out or f"{name}.png")
    if path.suffix.lower() not in _KINDS:
        raise InvalidValue(f"“{path.name}” is no picture.", "End the name with .png, .svg or .pdf.")
    from aps_desktop.charts import draw as drawing  # matplotlib takes long to import

    selection = Selection(year=session.arguments.year, pillar=session.arguments.pillar)
    with session.database() as db:
        made = spec.build(db.reader(), selection, today(db.clock))
        made = dashboard_report.marked(made, class_marks.mark(db.reader()))
    sheet = drawing.chart(made.head, made.body, *drawing.FILE_SIZE, dark=session.arguments.dark)
    drawing.save(sheet, path)
    document = {
        "chart": name, "file": str(path), "finding": made.head.finding,
        "table": [list(made.table.headings), *map(list, made.table.texts())],
    }  # fmt: skip
    session.answer(document, f"{path}: {made.head.finding}")
    return DONE


def _listed(session: Session) -> int:
    document = [
        {"name": chart.name, "tab": tab.title, "title": chart.title}
        for tab in dashboards.TABS
        for chart in tab.charts
    ]
    words = "\n".join(f"{one['name']:<26}{one['tab']}: {one['title']}" for one in document)
    session.answer(document, words)
    return DONE
