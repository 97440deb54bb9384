"""Pledges that run out, and unspent balances that are to be refunded."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import lists
from aps_desktop.db.queries.lists import Filter, ListQuery
from aps_desktop.domain.funding_measures import UNSPENT
from aps_desktop.domain.totals import Total, summed
from aps_desktop.services.funding import (
    NAME,
    Answer,
    Figure,
    Ledger,
    Line,
    Scope,
    between,
    name_missing,
    names_of,
)
from aps_desktop.services.funding_sums import ProjectSums

EXPIRING_DAYS = 90
LIMIT = 200
"""Lines that are shown at most; the totals are of all."""
REFUND_DAYS = 60
"""An unspent balance is due with the completion report, within 60 days of full implementation."""


def expiring(c: Connection, scope: Scope, days: int = EXPIRING_DAYS) -> Answer:
    """Pledges that expire within so many days of `as_of`, each with what of it is not committed.

    Not committed is what the project's pledges are more than its commitments, at most the pledge.
    """
    day = scope.as_of or date.today()
    ledger = Ledger.of(c, scope)
    more = between("expires_on", day, day + timedelta(days))
    opens = ledger.opens(("pledge",), in_kind=None, more=more)
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
        both = _of_project(ledger, ("pledge", "commitment"), project) if project else None
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
        ("Pledges that were taken back by a reversing entry are left out.",),
    )


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


# Refunds due --------------------------------------------------------------------------------------


def refunds_due(c: Connection, scope: Scope) -> Answer:
    """Projects that ended with money left over, and when it is due back."""
    ledger = Ledger.of(c, scope)
    ended = _ended(c, ledger)
    measures = tuple(dict.fromkeys(term.measure for term in UNSPENT.terms))
    sums = ProjectSums.of(c, measures, ledger.until, set(ended), only=_ENDED)
    left = {rid: sums.by_formula(rid, UNSPENT) for rid in ended}
    due = [rid for rid, total in left.items() if total.value is None or total.value.minor > 0]
    due.sort(key=lambda rid: (ended[rid] or "9", rid))
    everything = summed(left[rid] for rid in due)
    called = names_of(c, "project", due[:LIMIT])
    lines = []
    for rid in due[:LIMIT]:
        done = ended[rid]
        on = date.fromisoformat(done) + timedelta(REFUND_DAYS) if done else None
        figures = (
            Figure("unspent", "To be refunded", left[rid],
                   opens=_of_project(ledger, measures, rid)),
            Figure("due", "Due on", day=on),
        )  # fmt: skip
        lines.append(called.line(rid, figures, "" if on else "the day of completion is missing"))
    opens = ledger.opens(measures, more=[Filter("project.status", "any_of", _DONE)])
    totals = name_missing(c, (Figure("unspent", "To be refunded", everything, opens=opens),))
    return Answer(
        "refunds_due", "Refunds due", tuple(lines), totals,
        (f"{UNSPENT.label}: {UNSPENT.words}.",
         "Of projects whose activities are done, or which were cancelled; due 60 days after that.",
         "Projects that spent more than they got are left out, and do not lessen the others."),
        max(0, len(due) - LIMIT),
    )  # fmt: skip


_DONE = ("activities_done", "reporting_due", "completed", "cancelled")
_ENDED = f"SELECT rid FROM project WHERE status IN ({', '.join(repr(one) for one in _DONE)})"
_OF_PROJECT = {"pillar": "pillar", "body": "sponsoring_body", "programme": "programme",
               "project": "rid", "fund": "fund"}  # fmt: skip


def _ended(c: Connection, ledger: Ledger) -> dict[int, str | None]:
    """By row number: the day of full implementation of the projects that ended, in scope."""
    tests = [f"p.rid IN ({_ENDED})"]
    params: list[object] = []
    for name, wanted in ledger.values.items():
        if name in _OF_PROJECT:
            tests.append(f"p.{_OF_PROJECT[name]} IN ({','.join('?' * len(wanted))})")
            params += wanted
    return dict(
        c.all(
            "SELECT p.rid, coalesce(p.activities_done_on, p.actual_end) FROM project p "
            f"JOIN money_of_project m ON m.project = p.rid WHERE {' AND '.join(tests)}",
            params,
        )
    )


def _of_project(ledger: Ledger, measures: tuple[str, ...], rid: int) -> ListQuery:
    return ledger.opens(measures, more=[Filter("project", "any_of", (rid,))])
