"""Pledges that run out, and what of them is not committed yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.queries import lists
from aps_desktop.db.queries.lists import Filter, ListQuery
from aps_desktop.domain.clock import today
from aps_desktop.domain.money import Money
from aps_desktop.domain.totals import Total, summed
from aps_desktop.domain.values import show_date
from aps_desktop.services.funding import (
    NAME,
    Answer,
    Figure,
    Ledger,
    Scope,
    between,
    first_of,
    listed,
    name_missing,
    names_of,
    these,
)
from aps_desktop.services.funding_sums import ProjectSums

EXPIRING_DAYS = 90
LIMIT = 200
"""Lines that are shown at most; the totals are of all."""


@dataclass(frozen=True, slots=True)
class _Pledge:
    """One pledge: its project (0: of none), when it runs out, and what of it is not committed."""

    rid: int
    project: int
    expires: date
    value: Total
    open: Total


def expiring(c: Connection, scope: Scope, days: int = EXPIRING_DAYS) -> Answer:
    """Pledges that expire within so many days of `as_of`, each with what of it is not committed.

    Not committed is what the project's pledges are more than its commitments. Each of them is given
    of that at most what it is, the first to expire first, so that no dollar counts twice.
    """
    day = scope.as_of or today(c.clock)
    last = day + timedelta(days)
    pledges = _pledges(c, Ledger.of(c, scope), (day, last))
    of_projects = Ledger.of(c, Scope(as_of=scope.as_of))
    shown = pledges[:LIMIT]
    called = names_of(c, NAME, (one.rid for one in shown))
    lines = tuple(called.line(one.rid, _figures(of_projects, one, day)) for one in shown)
    words = f"pledges that expire by {show_date(last)} and were not taken back"
    opens = listed(NAME, [these("type", (one.rid for one in pledges), words)])
    totals = (
        Figure("pledged", "Pledged", summed(one.value for one in pledges), opens=opens),
        Figure("open", "Not committed", summed(one.open for one in pledges),
               opens=_open_of_all(of_projects, pledges)),
    )  # fmt: skip
    more = len(pledges) - len(shown)
    return Answer(
        "expiring", f"Pledges expiring within {days} days", lines, name_missing(c, totals),
        (*first_of(len(shown), more),
         "Cash only. Pledges that were taken back by a reversing entry are left out.",
         "Not committed: what a project's pledges are more than its commitments, counted once; of "
         "several pledges the first to expire is given it first. What is of no project is open."),
        more,
    )  # fmt: skip


def _figures(ledger: Ledger, one: _Pledge, day: date) -> tuple[Figure, ...]:
    itself = listed(NAME, [these("type", (one.rid,), "this pledge")])
    project = [Filter("project", "any_of", (one.project,))]
    both = ledger.opens(("pledge", "commitment"), more=project) if one.project else itself
    return (
        Figure("pledged", "Pledged", one.value, opens=itself),
        Figure("open", "Not committed", one.open, opens=both),
        Figure("expires", "Expires on", day=one.expires, count=(one.expires - day).days),
    )


def _open_of_all(ledger: Ledger, pledges: list[_Pledge]) -> ListQuery:
    """The pledges and commitments of all their projects, and the pledges of none."""
    projects = tuple(dict.fromkeys(one.project for one in pledges if one.project))
    loose = tuple(one.rid for one in pledges if not one.project)
    both = ledger.opens(("pledge", "commitment")).filters
    of_projects = tuple((one.field, one.op, one.values) for one in both)
    words = "what counts for “Not committed”"
    return listed(NAME, [Filter("type", "either", (
        words, (*of_projects, ("project", "any_of", projects)), (("type", "these", loose),),
    ))])  # fmt: skip


def _pledges(c: Connection, ledger: Ledger, expires_on: tuple[date, date]) -> list[_Pledge]:
    """The pledges that expire then and were not taken back, the first to expire first."""
    as_of = ledger.scope.as_of
    first, last = (ledger.since or date.min).isoformat(), (ledger.until or date.max).isoformat()
    # By when they expire alone: those are few, while a year or all up to a day are very many.
    of_any_day = replace(ledger, since=None, until=None, kept={})
    query = of_any_day.opens(("pledge",), more=between("expires_on", *expires_on))
    rids = list(lists.ids(c, query))
    taken = _taken_back(c, rids, as_of)
    rows = sorted(
        (expires, rid, project, value)
        for rid, (value, project, expires, day) in _values(c, rids).items()
        if rid not in taken and first <= day <= last
    )
    projects = {project for _, _, project, _ in rows if project}
    sums = ProjectSums.of(c, ("pledge", "commitment"), as_of, projects)
    left = {rid: sums.open_pledges(rid) for rid in projects}
    found = []
    for expires, rid, project, (unit, minor) in rows:
        value = part = Total.of([(unit, minor, 1)])
        if project:
            part, left[project] = _taken(value, left[project])
        found.append(_Pledge(rid, project, date.fromisoformat(expires), value, part))
    return found


def _taken(value: Total, left: Total) -> tuple[Total, Total]:
    """What of a pledge is open, and what is left for the next one of the project.

    Where it is refused what is left, it is refused for the first of them and counted there.
    """
    pledged, most = value.value, left.value
    if pledged is None or most is None or pledged.currency != most.currency:
        return left, Total()
    minor = max(0, min(pledged.minor, most.minor))
    part = Total((Money(minor, most.currency),), value.rows, value.unvalued)
    return part, Total((Money(most.minor - minor, most.currency),))


def _values(c: Connection, rids: list[int]) -> Mapping[int, tuple[tuple[str, int], int, str, str]]:
    """By transaction: unit and value, project, when it expires, and its day."""
    found: dict[int, tuple[tuple[str, int], int, str, str]] = {}
    for part in _parts(rids):
        for rid, unit, value, project, expires, day in c.all(
            "SELECT f.rid, f.unit, f.value, f.project, t.expires_on, f.day FROM money_fact f "
            f"JOIN fund_transaction t ON t.rid = f.rid WHERE f.rid IN ({placeholders(part)})",
            part,
        ):
            found[rid] = (unit, value), project, expires, day
    return found


def _taken_back(c: Connection, rids: list[int], as_of: date | None) -> set[int]:
    """Those that another transaction reverses up to a day, or that reverse one."""
    found: set[int] = set()
    until = as_of.isoformat() if as_of else "9999-12-31"
    for part in _parts(rids):
        marks = placeholders(part)
        for (rid,) in c.all(
            f"SELECT reverses FROM fund_transaction WHERE reverses IN ({marks}) AND date <= ? "
            f"UNION SELECT rid FROM fund_transaction WHERE reverses IS NOT NULL AND rid IN "
            f"({marks})",
            [*part, until, *part],
        ):
            found.add(rid)
    return found


def _parts(rids: list[int]) -> Iterable[list[int]]:
    return (rids[at : at + 500] for at in range(0, len(rids), 500))
