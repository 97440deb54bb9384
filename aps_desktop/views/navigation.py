"""Where one can go in the window: the areas of the rail, and the places in each of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from importlib import import_module
from typing import TYPE_CHECKING

from aps_desktop.domain.entities import ENTITIES
from aps_desktop.domain.fields import Area

if TYPE_CHECKING:
    from aps_desktop.views.context import Context
    from aps_desktop.views.pane import Pane

ENTITY = "entity:"
_ENTITY_PANE = "aps_desktop.views.entity_pane:EntityPane"


@dataclass(frozen=True)
class AreaItem:
    """One area of the rail: key, words, icon."""

    key: str
    title: str
    icon: str


@dataclass(frozen=True)
class Place:
    """One page that can be opened. `pane` is "module:class", imported when it is first opened.

    `minor` places stand under "More": records that live inside others, and rare lists.
    """

    key: str
    title: str
    area: str
    pane: str
    minor: bool = False

    @property
    def entity(self) -> str:
        """The entity whose records the page lists; empty for a page designed by hand."""
        return self.key.removeprefix(ENTITY) if self.key.startswith(ENTITY) else ""

    def make(self, context: Context) -> Pane:
        """Builds the page."""
        module, name = self.pane.split(":")
        return getattr(import_module(module), name)(context, self.key, self.title, self.area)


AREAS = (
    AreaItem("today", "Today", "today"),
    AreaItem("dashboards", "Dashboards", "dashboards"),
    AreaItem(Area.PROGRAMMES.value, "Programmes", "programmes"),
    AreaItem(Area.COMMITTEES.value, "Committees", "committees"),
    AreaItem(Area.FUNDING.value, "Funding", "funding"),
    AreaItem(Area.MONITORING.value, "Monitoring", "monitoring"),
    AreaItem(Area.KNOWLEDGE.value, "Knowledge", "knowledge"),
    AreaItem(Area.OUTREACH.value, "Outreach", "outreach"),
    AreaItem(Area.ORGANISATION.value, "Organisation", "organisation"),
    AreaItem("sync", "Sync", "sync"),
)

HAND_MADE = (
    Place("today", "Today", "today", "aps_desktop.views.today_pane:TodayPane"),
    Place(
        "dashboards",
        "Dashboards",
        "dashboards",
        "aps_desktop.views.dashboards_pane:DashboardsPane",
    ),
    Place("questions", "Questions", "funding", "aps_desktop.views.questions_pane:QuestionsPane"),
    Place("rates", "Exchange rates", "funding", "aps_desktop.views.rates_pane:RatesPane"),
    Place(
        "reporting",
        "Who has reported",
        "monitoring",
        "aps_desktop.views.reporting_pane:ReportingPane",
    ),
    Place("levels", "Three levels", "monitoring", "aps_desktop.views.levels_pane:LevelsPane"),
    Place("checks", "Checks of values", "monitoring", "aps_desktop.views.checks_pane:ChecksPane"),
    Place("sync", "Exchange", "sync", "aps_desktop.views.sync_pane:SyncPane"),
    Place("conflicts", "Conflicts", "sync", "aps_desktop.views.conflict_window:ConflictsPane"),
    Place("proposals", "Proposals", "sync", "aps_desktop.views.proposals_pane:ProposalsPane"),
    Place("issues", "To settle", "sync", "aps_desktop.views.issues_pane:IssuesPane"),
    Place("trust", "Offices and trust", "sync", "aps_desktop.views.trust_pane:TrustPane"),
    Place("changes", "Changes", "sync", "aps_desktop.views.changes_pane:ChangesPane"),
    Place("backups", "Backups", "sync", "aps_desktop.views.changes_backups_pane:BackupsPane"),
)
"""The pages designed by hand; in their area they come before the lists."""


_MAIN = """
project programme work_plan work_plan_line risk framework framework_node
meeting action_item decision body circulation meeting_series tenure focal_point
fund fund_transaction tranche condition contribution pipeline_proposal partner correspondence
indicator indicator_value result reporting_request evaluation recommendation compliance_status
lesson period_calendar document knowledge_product dissemination
exchange_programme outreach_activity participation_count associated_entity
officer department office member_state organisation vacancy classification
""".split()
"""The lists that people open, in their order; every other entity stands under "More"."""


@lru_cache(maxsize=1)
def places() -> dict[str, Place]:
    """Every place by its key: the pages designed by hand, then a list for each entity."""
    order = {name: at for at, name in enumerate(_MAIN)}
    entities = sorted(ENTITIES, key=lambda e: order.get(e.name, len(order)))
    taken = {place.title for place in HAND_MADE}
    lists = [
        Place(
            ENTITY + e.name,
            f"All {e.plural.lower()}" if e.plural in taken else e.plural,
            e.area.value,
            _ENTITY_PANE,
            minor=e.name not in order,
        )
        for e in entities
    ]
    return {place.key: place for place in (*HAND_MADE, *lists)}


@lru_cache(maxsize=16)
def places_in(area: str) -> tuple[Place, ...]:
    """An area's places, those under "More" last."""
    found = [place for place in places().values() if place.area == area]
    return tuple(sorted(found, key=lambda place: place.minor))


def area_of(key: str) -> AreaItem:
    """The area with that key."""
    return next(area for area in AREAS if area.key == key)
