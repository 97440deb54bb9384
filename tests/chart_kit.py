"""Charts of made-up data on one day, and what their tables say."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from aps_desktop.db.engine import Database
from aps_desktop.services import dashboards, demo, offices
from aps_desktop.services.chart_data import Chart
from aps_desktop.services.dashboard_selection import Selection

DAY = date(2026, 11, 25)


def filled(folder: Path) -> Iterator[Database]:
    """For a fixture: an office with the small fiction."""
    database = offices.start(str(folder / "demo.aps"), office="ASEC", device="Charts")
    demo.fill(database, "small", 7, lambda *_: None, lambda: False)
    yield database
    database.close()


def unfilled(folder: Path) -> Iterator[Database]:
    """For a fixture: an office without any record of its own."""
    database = offices.start(str(folder / "office.aps"), office="TL", device="Charts")
    yield database
    database.close()


def chart(db: Database, name: str, **selection: object) -> Chart:
    return dashboards.chart(name).build(db.reader(), Selection(**selection), DAY)


def column(made: Chart, heading: str, of: str = "") -> dict[str, object]:
    names = made.table.headings
    at, first = names.index(heading), names.index(of) if of else 0
    return {row[first]: row[at] for row in made.table.rows}


def sql(db: Database, text: str, *params: object) -> dict[str, object]:
    return {str(row[0]): row[1] for row in db.reader().all(text, params)}
