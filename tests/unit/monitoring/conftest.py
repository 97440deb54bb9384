"""A project of two states whose values are asked for, on a file and on a server."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import ChangeSet, Create
from aps_desktop.domain.clock import FixedClock
from aps_desktop.domain.values import Period
from aps_desktop.services import records

DAY = date(2026, 7, 23)
NOON = 1_784_800_800_000  # 23 Jul 2026
Q1, Q2 = Period.quarter(2026, 1), Period.quarter(2026, 2)
YEAR = Period.year(2026)


@pytest.fixture(params=["file", "server"])
def db(
    request: pytest.FixtureRequest, tmp_path: Path, pg_url: Callable[[], str]
) -> Iterator[Database]:
    location = pg_url() if request.param == "server" else str(tmp_path / "a.aps")
    made = store.create(location, office="ASEC", device="here", clock=FixedClock(NOON))
    for code, name in (("VN", "Viet Nam"), ("TH", "Thailand"), ("TL", "Timor-Leste")):
        records.new(made, "member_state", {"code": code, "name": name})
    records.new(made, "partner", {"code": "JP", "name": "Japan"})
    yield made
    made.close()


class Filled:
    """A project of two states with an indicator of each sort that the queries tell apart."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.viet_nam = records.find_id(db.reader(), "member_state", "VN")
        self.thailand = records.find_id(db.reader(), "member_state", "TH")
        self.body = self.new("body", code="XCDM", name="Disaster management, made up")
        self.fund = self.new(
            "fund", code="XF", name="Fund, made up",
            partner=records.find_id(db.reader(), "partner", "JP"),
        )  # fmt: skip
        self.project = self.new(
            "project", code="P-1", title="Flood warning", status="commenced", pillar="ascc",
            sponsoring_body=self.body, fund=self.fund,
            participating_states=frozenset({self.viet_nam, self.thailand}),
        )  # fmt: skip
        by_state = self.new("disaggregation_dimension", name="Member state", kind="member_state")
        by_sex = self.new("disaggregation_dimension", name="Sex", kind="sex")
        self.top = self.new("indicator", code="K", title="All trained", unit="people", kpi=True,
                            me_level="impact", body=self.body)  # fmt: skip
        self.trained = self.new(
            "indicator", code="I-1", title="Trained", unit="people", project=self.project,
            body=self.body, baseline=Decimal(0), counts_towards=self.top,
            dimensions=frozenset({by_state, by_sex}),
        )  # fmt: skip
        self.sites = self.new(
            "indicator", code="I-2", title="Sites", unit="sites", project=self.project,
            accumulation="cumulative", aggregation="latest",
        )  # fmt: skip
        self.new("target", indicator=self.trained, period=YEAR, value=Decimal(100))
        self.calendar = self.new(
            "period_calendar", name="Q2 2026", period=Q2, kind="quarter", due=date(2026, 7, 15)
        )

    def new(self, entity: str, **values: Any) -> UUID:
        return records.new(self.db, entity, values)

    def value(self, indicator: UUID, period: Period, number: int, **more: Any) -> UUID:
        more.setdefault("status", "approved")
        return self.new(
            "indicator_value", indicator=indicator, period=period, value=Decimal(number), **more
        )

    def brought(self, indicator: UUID, period: Period, number: int, **more: Any) -> UUID:
        """A value as a merge brings it: entering it would be refused."""
        id = uuid4()
        values = {"indicator": indicator, "period": period, "value": Decimal(number), **more}
        apply(self.db, ChangeSet("brought", (Create("indicator_value", id, values),)))
        return id


@pytest.fixture
def filled(db: Database) -> Filled:
    return Filled(db)
