"""Pledges that run out, and what of them is not committed yet."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import lists
from aps_desktop.db.queries.lists import Filter, ListQuery
from aps_desktop.domain.totals import Total
from aps_desktop.services.funding import (
    NAME,
    Answer,
    Figure,
    Ledger,
    Line,
    Scope,
    between,
    name_missing,
)
from aps_desktop.services.funding_sums import ProjectSums

EXPIRING_DAYS = 90
LIMIT = 200
"""Lines that are shown at most; the totals are of all."""


def expiring(c: Connection, scope: Scope, days: int = EXPIRING_DAYS) -> Answer:
    """Pledges that expire within so many days of `as_of`, each with what of it is not committed.

    Not committed is what the project's pledges are more than its commitments, at most the pledge.
    """
    day = scope.as_of or date.today()
    ledger = Ledger.of(c, scope)
    more = between("expires_on", day, day + timedelta(days))
    opens = ledger.opens(("pledge",), more=more)
    query = ListQuery(NAME, (), (("expires_on", False),), opens.filters)
    rids = list(lists.ids(c, query))
    rows = _pledges(c, rids)
    taken = _taken_back(c, rids)
    projects = {row[1] for row in rows.values() if row[1]}
    sums = ProjectSums.of(c, ("pledge", "commitment"), ledger.until, projects)
    open_of = {rid: sums.open_pledges(rid) for rid in projects}
    labels = lists.labels_of(c, NAME, rids)
    lines = []
    pledged, left = Total(), Total()
    for rid in rids:
        if rid in taken or rid not in rows:
            continue
        value, project, expires = rows[rid]
        part = _least(value, open_of.get(project)) if project else value
        pledged, left = pledged.plus(value), left.plus(part)
        until = date.fromisoformat(expires)
        both = _of_project(ledger, project) if project else None
        figures = (
            Figure("pledged", "Pledged", value),
            Figure("open", "Not committed", part, opens=both),
            Figure("expires", "Expires on", day=until, count=(until - day).days),
        )
        id, label = labels[rid]
        lines.append(Line(str(rid), label, figures, NAME, UUID(bytes=bytes(id))))
    totals = (
        Figure("pledged", "Pledged", pledged, opens=opens),
        Figure("open", "Not committed", left, opens=opens),
    )
    return Answer(
        "expiring",
        f"Pledges expiring within {days} days",
        tuple(lines),
        name_missing(c, totals),
        ("Cash only. Pledges that were taken back by a reversing entry are left out.",),
    )


def _of_project(ledger: Ledger, rid: int) -> ListQuery:
    """What a project's pledges and commitments are made of."""
    project = Filter("project", "any_of", (rid,))
    return ledger.opens(("pledge", "commitment"), more=[project])


def _pledges(c: Connection, rids: list[int]) -> dict[int, tuple[Total, int, str]]:
    found = {}
    for at in range(0, len(rids), 500):
        part = rids[at : at + 500]
        marks = ",".join("?" * len(part))
        for rid, unit, value, project, expires in c.all(
            "SELECT f.rid, f.unit, f.value, f.project, t.expires_on FROM money_fact f "
            f"JOIN fund_transaction t ON t.rid = f.rid WHERE f.rid IN ({marks})",
            part,
        ):
            found[rid] = Total.of([(unit, value, 1)]), project, expires
    return found


def _taken_back(c: Connection, rids: list[int]) -> set[int]:
    """Those of the transactions that another one reverses, or that reverse one."""
    found: set[int] = set()
    for at in range(0, len(rids), 500):
        part = rids[at : at + 500]
        marks = ",".join("?" * len(part))
        for (rid,) in c.all(
            f"SELECT reverses FROM fund_transaction WHERE reverses IN ({marks}) UNION "
            f"SELECT rid FROM fund_transaction WHERE reverses IS NOT NULL AND rid IN ({marks})",
            [*part, *part],
        ):
            found.add(rid)
    return found


def _least(one: Total, other: Total | None) -> Total:
    """The smaller of two totals in one currency; the first where they cannot be compared."""
    if other is None or one.value is None or other.value is None:
        return one
    if one.value.currency != other.value.currency:
        return one
    return one if one.value.minor <= other.value.minor else other
