"""One fresh process that measures the dashboards of one database; prints figures as JSON.

Arguments: the database. Milliseconds: from the click to the last sharp picture in sight for each
tab (`tabs`, shown for the first time) and for changes of the filter (`filters`); `gap` is the
longest time that the window's thread was away meanwhile; `idle` and `busy` are medians of a
repaint of the pane, at rest and while charts are drawn. `pages` are those of monitoring: opened for
the first time, and read anew; `away` as `gap`, while they were.
"""

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import UUID

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from aps_desktop.app import Program
from aps_desktop.views.dashboards_pane import DashboardsPane
from aps_desktop.views.detail_view import DetailView
from aps_desktop.views.results_view import ResultsView

_PATIENCE = 60


class Meter:
    """Runs the event loop until something is so, and notes how long each turn takes."""

    def __init__(self, app: QApplication) -> None:
        self._app = app
        self.longest = 0.0

    def until(self, so: Callable[[], bool]) -> float:
        """Milliseconds until it is so."""
        begun = time.perf_counter()
        while not so():
            if time.perf_counter() - begun > _PATIENCE:
                raise TimeoutError("the dashboard was not drawn")
            turn = time.perf_counter()
            self._app.processEvents()
            self.longest = max(self.longest, (time.perf_counter() - turn) * 1000)
            time.sleep(0.0005)
        return (time.perf_counter() - begun) * 1000


def in_sight(pane: DashboardsPane) -> bool:
    """Whether every chart that can be seen is sharp."""
    cards = [card for card in pane.page().cards if not card.view.visibleRegion().isEmpty()]
    return bool(cards) and all(map(pane.is_current, cards))


def frame(pane: DashboardsPane, app: QApplication) -> float:
    begun = time.perf_counter()
    pane.repaint()
    app.processEvents()
    return (time.perf_counter() - begun) * 1000


def measured(app: QApplication, program: Program) -> dict[str, object]:
    window, meter = program.window, Meter(app)
    window.resize(1366, 768)
    begun = time.perf_counter()
    window.go("dashboards")
    pane = window.pane()
    meter.until(lambda: in_sight(pane))
    first = (time.perf_counter() - begun) * 1000
    meter.until(lambda: pane.is_drawn() and program.idle())
    meter.longest = 0.0
    tabs = {}
    for at in range(1, pane.tabs.count()):
        pane.tabs.setCurrentIndex(at)
        tabs[pane.tab().key] = meter.until(lambda: in_sight(pane))
        meter.until(lambda: pane.is_drawn() and program.idle())
    filters = filtered(pane, program, meter)
    pane.tabs.setCurrentIndex(0)
    meter.until(lambda: pane.is_drawn() and program.idle())
    idle = [frame(pane, app) for _ in range(40)]
    busy = []
    for year in (2022, 2023, 2024, 2025):
        pane.filters.choose(year=year)
        while not pane.is_drawn():
            busy.append(frame(pane, app))
    gap = meter.longest
    meter.longest = 0.0
    found = pages(app, program, meter)
    return {
        "pages": found, "away": meter.longest, "first": first,
        "tabs": tabs, "filters": filters, "gap": gap,
        "idle": statistics.median(idle), "busy": statistics.median(busy),
        "matplotlib": "matplotlib" in sys.modules or "numpy" in sys.modules,
    }  # fmt: skip


def filtered(pane: DashboardsPane, program: Program, meter: Meter) -> dict[str, float]:
    """Milliseconds until a tab is sharp again after another pillar was chosen, by tab."""
    filters = {}
    for at in range(pane.tabs.count()):
        pane.tabs.setCurrentIndex(at)
        meter.until(lambda: pane.is_drawn() and program.idle())
        taken = []
        for pillar in ("aec", "apsc", "ascc"):
            pane.filters.choose(pillar=pillar)
            taken.append(meter.until(lambda: in_sight(pane)))
            meter.until(lambda: pane.is_drawn() and program.idle())
        pane.filters.choose(pillar=None)
        meter.until(lambda: pane.is_drawn() and program.idle())
        filters[pane.tab().key] = statistics.median(taken)
    return filters


def pages(app: QApplication, program: Program, meter: Meter) -> dict[str, float]:
    """Milliseconds until each page of monitoring is painted."""
    window, found = program.window, {}

    def timed(name: str, act: Callable[[], object]) -> None:
        begun = time.perf_counter()
        act()
        meter.until(program.idle)
        app.processEvents()
        found[name] = (time.perf_counter() - begun) * 1000

    for key, name in (
        ("reporting", "who has reported"), ("levels", "three levels"), ("checks", "checks"),
    ):  # fmt: skip
        timed(name, partial(window.go, key))
        timed(f"{name}, read anew", window.pane().read)
    window.go("entity:project")
    meter.until(program.idle)
    row = window.context.db.reader().one(
        "SELECT p.id FROM project p JOIN indicator i ON i.project = p.rid "
        "GROUP BY p.rid, p.id ORDER BY count(*) DESC, p.rid LIMIT 1"
    )
    window.context.show_record("project", UUID(bytes=bytes(row[0])))
    meter.until(lambda: program.idle() and bool(window.pane().findChildren(ResultsView)))
    view = window.pane().findChildren(ResultsView)[0]
    tabs = next(page.tabs for page in window.pane().findChildren(DetailView) if page.record)
    timed("results grid", partial(tabs.setCurrentWidget, view))
    timed("results grid, read anew", view.read)
    return found


def main() -> int:
    with tempfile.TemporaryDirectory() as home:
        os.environ["APS_DATA_DIR"] = home
        app = QApplication(sys.argv[:1])
        program = Program(app)
        if not program.open(str(Path(sys.argv[1]))):
            return 1
        found = measured(app, program)
        program.close()
    print(json.dumps(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())
