"""Unspent balances that are to be refunded: of which projects, how much, and by when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries.lists import Filter, ListQuery
from aps_desktop.db.summary_kinds import BASE
from aps_desktop.domain.funding_measures import UNSPENT
from aps_desktop.domain.money import Money
from aps_desktop.domain.totals import Total
from aps_desktop.services.funding import (
    Answer,
    Figure,
    Ledger,
    Scope,
    name_missing,
    names_of,
)
from aps_desktop.services.funding_sums import ProjectSums

REFUND_DAYS = 60
"""An unspent balance is due with the completion report, within 60 days of full implementation."""
LIMIT = 200
"""Lines that are shown at most; the totals are of all."""
_MEASURES = tuple(dict.fromkeys(term.measure for term in UNSPENT.terms))
_DONE = ("activities_done", "reporting_due", "completed", "cancelled")
_ENDED = f"SELECT rid FROM project WHERE status IN ({', '.join(repr(one) for one in _DONE)})"
_OF_PROJECT = {"pillar": "pillar", "body": "sponsoring_body", "programme": "programme",
               "project": "rid", "fund": "fund"}  # fmt: skip


def refunds_due(c: Connection, scope: Scope) -> Answer:
    """Projects that ended with money left over, and when it is due back.

    What is left is counted in the currencies as entered, where exchange rates make no difference:
    a project that spent in its own currency all that it got owes nothing, whatever the rates were.
    """
    ledger = Ledger.of(c, replace(scope, years=None))
    left = {rid: found for rid, found in _left(c, ledger).items() if _is_due(found)}
    ended = {rid: day for rid, day in _ended(c, ledger, scope.years).items() if rid in left}
    sums = ProjectSums.of(c, _MEASURES, ledger.until, set(ended), only=_ENDED)
    due = sorted(ended, key=lambda rid: (ended[rid] or "9", rid))
    usd = {rid: sums.by_formula(rid, UNSPENT) for rid in due[:LIMIT]}
    called = names_of(c, "project", due[:LIMIT])
    lines = []
    for rid in due[:LIMIT]:
        done = ended[rid]
        on = date.fromisoformat(done) + timedelta(REFUND_DAYS) if done else None
        opens = _opens(ledger, [Filter("project", "any_of", (rid,))])
        owed = Money(*left[rid][0]) if len(left[rid]) == 1 else None
        figures = (
            Figure("unspent", "To be refunded", Total((owed,), usd[rid].rows) if owed else usd[rid],
                   opens=opens),
            Figure("usd", "In US dollars", usd[rid], opens=opens),
            Figure("due", "Due on", day=on),
        )  # fmt: skip
        lines.append(called.line(rid, figures, "" if on else "the day of completion is missing"))
    total = Figure(
        "usd", "In US dollars", sums.all_by_formula(due, UNSPENT),
        opens=_opens(ledger, [Filter("project.status", "any_of", _DONE)]),
    )  # fmt: skip
    return Answer(
        "refunds_due", "Refunds due", tuple(lines), name_missing(c, (total,)),
        (f"{UNSPENT.label}: {UNSPENT.words}.",
         "Of projects whose activities are done, or which were cancelled; due 60 days after that.",
         "In US dollars by the rates that were frozen with each entry, which may differ.",
         "Projects that spent more than they got are left out, and do not lessen the others."),
        max(0, len(due) - LIMIT),
    )  # fmt: skip


def _is_due(left: list[tuple[int, str]]) -> bool:
    """Whether something is left; in several currencies at once rates would have to say how much."""
    return any(minor > 0 for minor, _ in left)


def _left(c: Connection, ledger: Ledger) -> dict[int, list[tuple[int, str]]]:
    """By project that ended: what is left, in each currency in which it is not nothing."""
    sums: dict[tuple[int, str], int] = {}
    for project, currency, high, low in c.each(
        "SELECT project, currency, unspent_hi, unspent_lo FROM money_left "
        f"WHERE project IN ({_ENDED})"
        + ("" if ledger.until else " AND (unspent_hi <> 0 OR unspent_lo <> 0)")
    ):
        sums[project, currency] = high * BASE + low
    if ledger.until:
        signs = " ".join(f"WHEN '{term.measure}' THEN {term.sign}" for term in UNSPENT.terms)
        for project, currency, high, low in c.each(
            f"SELECT project, currency, sum(amount / {BASE} * CASE type {signs} ELSE 0 END), "
            f"sum(amount % {BASE} * CASE type {signs} ELSE 0 END) FROM money_fact WHERE day > ? "
            "AND nature = 'actual' AND in_kind = 0 AND on_project = 1 GROUP BY project, currency",
            (ledger.until.isoformat(),),
        ):
            if (project, currency) in sums:
                sums[project, currency] -= int(high) * BASE + int(low)
    found: dict[int, list[tuple[int, str]]] = {}
    for (project, currency), minor in sums.items():
        if minor:
            found.setdefault(project, []).append((minor, currency))
    return found


def _ended(c: Connection, ledger: Ledger, years: tuple[int, int] | None) -> dict[int, str | None]:
    """By row number: the day of full implementation of the projects that ended (in those years)."""
    tests = [f"p.rid IN ({_ENDED})"]
    params: list[object] = []
    if years:
        tests.append("coalesce(p.activities_done_on, p.actual_end) BETWEEN ? AND ?")
        params += [f"{years[0]:04}-01-01", f"{years[1]:04}-12-31"]
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


def _opens(ledger: Ledger, more: list[Filter]) -> ListQuery:
    return ledger.opens(_MEASURES, more=more)
