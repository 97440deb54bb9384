"""The class that stands on charts, dashboards and tables of figures: the highest that they hold."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from aps_desktop.db import store
from aps_desktop.reports.document import footer
from aps_desktop.services import (
    class_marks,
    dashboard_report,
    dashboards,
    records,
    sheet_cells,
    sheet_export,
)
from aps_desktop.services.dashboard_selection import Selection
from aps_desktop.services.sheet_cells import Column, Line, Sheet
from aps_desktop.services.sheet_export import Heading

DAY = date(2026, 11, 23)
MARK = "May hold up to “Restricted”"


@pytest.mark.parametrize("postgres", [False, True])
def test_the_mark_is_the_highest_class_of_any_record(
    tmp_path: Path, pg_url: Callable[[], str], *, postgres: bool
) -> None:
    location = pg_url() if postgres else str(tmp_path / "a.db")
    db = store.create(location, office="LA", device="here")
    found = [class_marks.mark(db.reader())]
    for name, kind in (("project", "public"), ("project", None), ("meeting", "restricted")):
        values = {"title": "T", "document_class": kind}
        records.new(db, name, {**values, "code": f"P{len(found)}"} if name == "project" else values)
        found.append(class_marks.mark(db.reader()))
    db.close()
    limited = "May hold up to “Limited distribution”"
    assert found == [limited, "May hold up to “Public”", limited, MARK]


def test_what_charts_become_carries_the_mark(tmp_path: Path) -> None:
    db = store.create(str(tmp_path / "a.db"), office="LA", device="here")
    project = {"code": "P", "title": "T", "status": "commenced", "document_class": "restricted"}
    records.new(db, "project", project)
    c = db.reader()
    made = dashboards.chart("portfolio-status").build(c, Selection(), DAY)
    mark = class_marks.mark(c)
    assert dashboard_report.marked(made, mark).head.source.startswith(f"{MARK} · Source")
    whole = dashboard_report.document("Portfolio", "AEC", [made], b"", DAY, "Lao PDR", mark)
    one = dashboard_report.table(made, "Projects by status", DAY, mark)
    assert whole.subtitle == f"{MARK} · AEC"
    assert footer(whole).endswith(MARK)
    assert one.subtitle.startswith(MARK)
    assert footer(one).endswith(MARK)
    db.close()


def test_a_table_of_figures_carries_the_mark() -> None:
    sheet = Sheet((Column("Fund"),), (Line((sheet_cells.text("JAIF"),)),))
    made = sheet_export.as_document(sheet, Heading("Money by fund", "2026", mark=MARK))
    assert made.subtitle == f"{MARK} · 2026"
    assert footer(made).endswith(MARK)
