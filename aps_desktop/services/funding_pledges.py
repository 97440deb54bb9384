"""Pledges that run out, and unspent balances that are to be refunded."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import lists, money
from aps_desktop.db.queries.lists import Filter, ListQuery
from aps_desktop.db.queries.money import Sum
from aps_desktop.domain.funding_measures import ACTUAL, UNSPENT
from aps_desktop.domain.money import Money
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
    names_of,
    total_of,
)

EXPIRING_DAYS = 90
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
    open_of = open_pledges(c, {row[1] for row in rows.values() if row[1]}, ledger.until)
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


def open_pledges(c: Connection, projects: set[int], until: date | None) -> dict[int, Total]:
    """By project: what is pledged and not yet committed, never below zero."""
    sums = sums_of_projects(c, projects, ("pledge", "commitment"), until)
    return {
        project: _above_zero(sums[project, "pledge"].less(sums[project, "commitment"]))
        for project in projects
    }


def sums_of_projects(
    c: Connection, projects: set[int], measures: tuple[str, ...], until: date | None
) -> dict[tuple[int, str], Total]:
    """By project and measure, actual and in cash; every pair asked for is there."""
    found: dict[tuple[int, str], list[Sum]] = {}
    wanted = sorted(projects)
    for at in range(0, len(wanted), 500):
        values = {
            "project": tuple(wanted[at : at + 500]), "type": measures, "nature": (ACTUAL,),
            "in_kind": (0,),
        }  # fmt: skip
        for one in money.sums(c, ("project", "type"), money.Narrowed(values, until)):
            found.setdefault((one.keys[0], one.keys[1]), []).append(one)
    return {(p, m): total_of(found.get((p, m), ())) for p in projects for m in measures}


def _above_zero(total: Total) -> Total:
    value = total.value
    if value is None or value.minor >= 0:
        return total
    return Total((Money(0, value.currency),), total.rows, total.unvalued)


def _least(one: Total, other: Total | None) -> Total:
    """The smaller of two totals in one currency; the first where they cannot be compared."""
    if other is None or one.value is None or other.value is None:
        return one
    if one.value.currency != other.value.currency:
        return one
    return one if one.value.minor <= other.value.minor else other


# Refunds due --------------------------------------------------------------------------------------

_DONE = ("activities_done", "reporting_due", "completed", "cancelled")


def refunds_due(c: Connection, scope: Scope) -> Answer:
    """Projects that ended with money left over, and when it is due back."""
    ledger = Ledger.of(c, scope)
    ended = dict(_ended(c, ledger))
    measures = tuple(dict.fromkeys(term.measure for term in UNSPENT.terms))
    sums = sums_of_projects(c, set(ended), measures, ledger.until)
    unspent = {rid: _unspent(sums, rid) for rid in ended}
    due = [rid for rid, total in unspent.items() if total.value is None or total.value.minor > 0]
    called = names_of(c, "project", due)
    lines = []
    everything = Total()
    for rid in sorted(due, key=lambda rid: (ended[rid] or "9", rid)):
        done = ended[rid]
        on = date.fromisoformat(done) + timedelta(REFUND_DAYS) if done else None
        everything = everything.plus(unspent[rid])
        opens = _of_project(ledger, measures, rid)
        figures = (
            Figure("unspent", "To be refunded", unspent[rid], opens=opens),
            Figure("due", "Due on", day=on),
        )
        lines.append(called.line(rid, figures, "" if on else "the day of completion is missing"))
    opens = ledger.opens(measures, more=_ended_filters())
    totals = name_missing(c, (Figure("unspent", "To be refunded", everything, opens=opens),))
    return Answer(
        "refunds_due", "Refunds due", tuple(lines), totals,
        (f"{UNSPENT.label}: {UNSPENT.words}.",
         "Of projects whose activities are done, or which were cancelled; due 60 days after that.",
         "Projects that spent more than they got are left out, and do not lessen the others."),
    )  # fmt: skip


def _ended_filters() -> list[Filter]:
    return [Filter("project.status", "any_of", _DONE)]


def _ended(c: Connection, ledger: Ledger) -> list[tuple[int, str | None]]:
    """(row number, day of full implementation) of the projects that ended, in scope.

    Those that have an unspent balance in US dollars, or amounts without a value, and no others.
    """
    values = {k: v for k, v in ledger.values.items() if k in _OF_PROJECT}
    tests = [f"p.status IN ({','.join('?' * len(_DONE))})", f"({_LEFT} <> 0 OR m.unvalued > 0)"]
    params: list[object] = list(_DONE)
    for name, wanted in values.items():
        tests.append(f"p.{_OF_PROJECT[name]} IN ({','.join('?' * len(wanted))})")
        params += wanted
    return [
        (row[0], row[1])
        for row in c.all(
            "SELECT p.rid, coalesce(p.activities_done_on, p.actual_end) FROM project p "
            f"JOIN money_of_project m ON m.project = p.rid WHERE {' AND '.join(tests)}",
            params,
        )
    ]


_OF_PROJECT = {"pillar": "pillar", "body": "sponsoring_body", "programme": "programme",
               "project": "rid", "fund": "fund"}  # fmt: skip
_LEFT = " + ".join(
    f"{term.sign} * (m.{term.measure}_hi * 1000000000.0 + m.{term.measure}_lo)"
    for term in UNSPENT.terms
)


def _unspent(sums: dict[tuple[int, str], Total], rid: int) -> Total:
    total = Total()
    for term in UNSPENT.terms:
        part = sums[rid, term.measure]
        total = total.plus(part) if term.sign > 0 else total.less(part)
    return total


def _of_project(ledger: Ledger, measures: tuple[str, ...], rid: int) -> ListQuery:
    return ledger.opens(measures, more=[Filter("project", "any_of", (rid,))])
