"""The dashboards: which tabs there are, and which charts in each."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from importlib import import_module

from aps_desktop.db.connection import Connection
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.services import provisional
from aps_desktop.services.chart_data import Chart
from aps_desktop.services.dashboard_selection import Selection, ready

Build = Callable[[Connection, Selection, date], Chart | tuple[Chart, ...]]


@dataclass(frozen=True)
class ChartSpec:
    """A chart: its name on the command line, what it is called, and "module:function".

    A function may make several charts at once, where they stand on the same figures.
    """

    name: str
    title: str
    source: str
    height: int = 340
    """Pixels that it needs at least, so that nothing is left out."""
    wide: bool = False
    """Whether it needs the room of two charts beside each other."""

    def build(self, c: Connection, selection: Selection, today: date) -> Chart:
        """The chart with its figures; `today` is the local day."""
        return together(c, (self,), selection, today)[0]


def together(
    c: Connection, specs: Sequence[ChartSpec], selection: Selection, today: date
) -> tuple[Chart, ...]:
    """Charts of one source, in their order."""
    module, function = specs[0].source.split(":")
    make: Build = getattr(import_module(f"aps_desktop.services.{module}"), function)
    made = make(c, ready(c, selection), today)
    whole = provisional.noted(c, (made,) if isinstance(made, Chart) else made)
    charts = {one.key: one for one in whole}
    return tuple(charts[spec.name] for spec in specs)


def by_source(specs: Sequence[ChartSpec]) -> list[tuple[ChartSpec, ...]]:
    """The charts in groups that are made together."""
    found: dict[str, list[ChartSpec]] = {}
    for spec in specs:
        found.setdefault(spec.source, []).append(spec)
    return [tuple(group) for group in found.values()]


@dataclass(frozen=True)
class Tab:
    """One dashboard."""

    key: str
    title: str
    charts: tuple[ChartSpec, ...]


TABS: tuple[Tab, ...] = (
    Tab("portfolio", "Portfolio", (
        ChartSpec("portfolio-status", "Projects by status", "dashboard_portfolio:status", 384),
        ChartSpec("portfolio-pillar", "Projects by pillar", "dashboard_portfolio:pillar"),
        ChartSpec("portfolio-body", "Projects by body", "dashboard_portfolio:body"),
        ChartSpec("portfolio-timeline", "Running projects in time", "dashboard_portfolio:timeline"),
    )),
    Tab("funding", "Funding", (
        ChartSpec("funding-flow", "From partners through funds to pillars", "dashboard_flow:flow",
                  wide=True),
        ChartSpec("funding-funnel", "From pledge to expenditure", "dashboard_funding:funnel"),
        ChartSpec("funding-partner", "Funding by partner", "dashboard_funding:partners"),
        ChartSpec("funding-year", "Funding by year", "dashboard_funding:years"),
        ChartSpec("funding-gap", "Funding gap", "dashboard_funding:gap"),
    )),
    Tab("delivery", "Delivery", (
        ChartSpec("delivery-burn", "Burn against plan", "dashboard_delivery:burn"),
        ChartSpec("delivery-s-curve", "Spending so far against plan",
                  "dashboard_delivery:s_curve"),
        ChartSpec("delivery-rate", "Delivery by fund", "dashboard_delivery:rates", 360),
        ChartSpec("delivery-ageing", "Waiting in approval steps", "dashboard_delivery:ageing"),
    )),
    Tab("results", "Results", (
        ChartSpec("results-bands", "Indicators by progress", "dashboard_results:progress"),
        ChartSpec("results-bullets", "Actual against target", "dashboard_results:progress"),
        ChartSpec("results-states", "Indicators by member state", "dashboard_results:states"),
        ChartSpec("results-reporting", "Values reported", "dashboard_results:reporting"),
    )),
    Tab("meetings", "Meetings", (
        ChartSpec("meetings-decided-done", "Decided against done",
                  "dashboard_meetings:decided_done"),
        ChartSpec("meetings-overdue", "Overdue actions by body", "dashboard_meetings:overdue"),
        ChartSpec("meetings-held", "Meetings held", "dashboard_meetings:held"),
        ChartSpec("meetings-decisions", "Decisions by type", "dashboard_meetings:decisions"),
    )),
    Tab("outreach", "Knowledge and outreach", (
        ChartSpec("outreach-participants", "Participants by state and sex",
                  "dashboard_outreach:participants"),
        ChartSpec("outreach-over-time", "Participants over time",
                  "dashboard_outreach:participants_over_time"),
        ChartSpec("outreach-reach", "People reached", "dashboard_outreach:reach"),
        ChartSpec("knowledge-channels", "Readers by channel", "dashboard_outreach:channels"),
    )),
    Tab("map", "Map", (
        ChartSpec("map-projects", "Projects by member state", "dashboard_portfolio:state_map"),
    )),
)  # fmt: skip
CHARTS: dict[str, ChartSpec] = {chart.name: chart for tab in TABS for chart in tab.charts}


def chart(name: str) -> ChartSpec:
    """A chart by its name. InvalidValue if there is none."""
    if name not in CHARTS:
        raise InvalidValue(f"There is no chart “{name}”.", "`chart list` names them all.")
    return CHARTS[name]


def tab(key: str) -> Tab:
    """A tab by its key; the first one for an unknown key."""
    return next((one for one in TABS if one.key == key), TABS[0])
