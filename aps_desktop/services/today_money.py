"""Alarms about money that no list can find by its filters: they compare records with the ledger."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.queries import lists
from aps_desktop.db.queries.lists import Filter
from aps_desktop.db.summary_kinds import BASE
from aps_desktop.domain.money import format_money
from aps_desktop.domain.values import show_date
from aps_desktop.services import rates

_MOST = 500
"""Projects that one alarm names at most."""
_FUNDED = ("approved", "commenced", "on_hold", "extended")


@dataclass(frozen=True, slots=True)
class Matter:
    """One record that something is the matter with."""

    id: UUID
    title: str
    message: str
    due: date | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """What a comparison found: the records' entity, the records, and the list of just those."""

    entity: str
    matters: tuple[Matter, ...]
    filters: tuple[Filter, ...]


def unfunded(c: Connection, _: date) -> Compared:
    """Running projects whose commitments do not come to their budget, whatever the day.

    Compared in the budget's currency, where all commitments are in it; in cash and actual.
    """
    rows = [*_in_dollars(c), *_in_others(c)][:_MOST]
    labels: dict[int, tuple[bytes, str]] = {}
    for at in range(0, len(rows), 500):
        labels.update(lists.labels_of(c, "project", [row[0] for row in rows[at : at + 500]]))
    matters = tuple(
        Matter(
            UUID(bytes=bytes(labels[rid][0])),
            labels[rid][1],
            f"budget {format_money(budget, currency)}, committed {format_money(found, currency)}",
        )
        for rid, budget, currency, found in rows
        if rid in labels
    )
    rids = tuple(row[0] for row in rows)
    codes = [
        code
        for at in range(0, len(rids), 500)
        for (code,) in c.all(
            f"SELECT code FROM project WHERE rid IN ({placeholders(rids[at : at + 500])})",
            rids[at : at + 500],
        )
    ]
    return Compared("project", matters, (Filter("code", "any_of", tuple(codes)),))


def _in_dollars(c: Connection) -> list[tuple[Any, ...]]:
    """(row number, budget, currency, committed) of projects with a budget in US dollars."""
    found = f"(m.commitment_hi * {BASE} + m.commitment_lo)"
    return c.all(
        f"SELECT p.rid, p.budget_minor, 'USD', {found} FROM project p "
        "JOIN money_of_project m ON m.project = p.rid "
        f"WHERE p.status IN ({placeholders(_FUNDED)}) AND p.budget_currency = 'USD' "
        f"AND m.unvalued = 0 AND m.commitment_n > 0 AND abs(m.commitment_hi) < {BASE} "
        f"AND {found} <> p.budget_minor ORDER BY p.rid LIMIT {_MOST}",
        _FUNDED,
    )


def _in_others(c: Connection) -> list[tuple[Any, ...]]:
    """The same of projects with a budget in another currency, whose commitments are all in it."""
    return c.all(
        "SELECT * FROM (SELECT p.rid, p.budget_minor, p.budget_currency, "
        "(SELECT CASE WHEN min(f.currency) = p.budget_currency AND max(f.currency) = "
        "p.budget_currency THEN CAST(sum(f.amount) AS BIGINT) END FROM money_fact f "
        "WHERE f.project = p.rid AND f.type = 'commitment' AND f.nature = 'actual' "
        f"AND f.in_kind = 0 AND abs(f.amount) < {BASE * 1000}) AS found FROM project p "
        f"WHERE p.status IN ({placeholders(_FUNDED)}) AND p.budget_currency <> 'USD') q "
        f"WHERE found <> budget_minor ORDER BY rid LIMIT {_MOST}",
        _FUNDED,
    )


def rate_gaps(c: Connection, day: date) -> Compared:
    """Currencies with transactions whose rate is missing, or from long before their day.

    What is planned for a later month is not in it: it cannot have a rate of its time yet.
    """
    found: dict[str, list[rates.Gap]] = {}
    for gap in rates.gaps(c, until=day):
        found.setdefault(gap.currency, []).append(gap)
    matters = []
    for currency, gaps in found.items():
        first = date.fromisoformat(f"{gaps[0].month}-01")
        number = sum(gap.transactions for gap in gaps)
        id = c.value(
            "SELECT t.id FROM money_fact f JOIN fund_transaction t ON t.rid = f.rid "
            "WHERE f.day >= ? AND f.currency = ? ORDER BY f.day, f.rid LIMIT 1",
            (first.isoformat(), currency),
        )
        words = f"{number:,} transactions lack a rate of their time, from {show_date(first)}"
        matters.append(Matter(UUID(bytes=bytes(id)), currency, words))
    first_month = min((gaps[0].month for gaps in found.values()), default="")
    since: tuple[Filter, ...] = (Filter("amount", "currency", tuple(found)),)
    if first_month:
        month_end = (day.replace(day=1) + timedelta(31)).replace(day=1) - timedelta(1)
        since = (
            *since,
            Filter("date", "from", (f"{first_month}-01",)),
            Filter("date", "to", (month_end.isoformat(),)),
        )
    return Compared("fund_transaction", tuple(matters), since)
