"""A small office with money, for the window tests of funding; figures that a hand can check."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from aps_desktop.db.engine import Database
from aps_desktop.domain.money import Money
from aps_desktop.services import ledger, records

NOON = 1_795_435_200_000  # 23 Nov 2026
TODAY = date(2026, 11, 23)


@dataclass
class Office:
    """The records that the tests speak of."""

    db: Database
    japan: UUID
    lao: UUID
    body: UUID
    fund: UUID
    partner_fund: UUID
    project: UUID
    second: UUID


def make(db: Database) -> Office:
    """One managed fund, one of a partner, two projects, a rate for the yen."""

    def new(entity: str, **values: object) -> UUID:
        return records.new(db, entity, values)  # type: ignore[arg-type]

    japan = new("partner", code="JP", name="Japan", category="dialogue_partner")
    lao = new("member_state", code="LA", name="Lao PDR")
    body = new("body", code="ACDM", name="Disaster management")
    fund = new(
        "fund", code="JAIF", name="Integration Fund", partner=japan, manager="Management team",
        modality="partner_trust_fund", valid_from=date(2020, 1, 1),
    )  # fmt: skip
    other = new("fund", code="AUS", name="Futures", modality="partner_fund")
    project = new(
        "project", code="P-1", title="Early warning", sponsoring_body=body, fund=fund,
        pillar="ascc", budget=Money.of(50_000, "USD"), participating_states=frozenset({lao}),
    )  # fmt: skip
    second = new("project", code="P-2", title="Peat fires", sponsoring_body=body, pillar="ascc")
    new(
        "exchange_rate", currency="JPY", date=date(2026, 11, 1), source="Bank of Japan",
        usd_per_unit=Decimal("0.0066"),
    )  # fmt: skip
    return Office(db, japan, lao, body, fund, other, project, second)


def post(office: Office, type: str, amount: Money, day: date, **more: object) -> UUID:
    """One transaction of the managed fund."""
    values = {"type": type, "amount": amount, "date": day, "fund": office.fund, **more}
    return ledger.post(office.db, values).id  # type: ignore[arg-type]


def usd(amount: int | str) -> Money:
    return Money.of(amount, "USD")


def jpy(amount: int) -> Money:
    return Money.of(amount, "JPY")
