"""Unspent balances that are to be refunded: of which projects, how much, and by when."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.queries.lists import Filter, ListQuery
from aps_desktop.db.summary_kinds import BASE
from aps_desktop.domain.funding_measures import UNSPENT
from aps_desktop.domain.money import Money
from aps_desktop.domain.totals import Total
from aps_desktop.services.funding import (
    Answer,
    Figure,
    Ledger,
    Line,
    Scope,
    first_of,
    name_missing,
    names_of,
    of_records,
)
from aps_desktop.services.funding_sums import ProjectSums

REFUND_DAYS = 60
"""An unspent balance is due with the completion report, within 60 days of full implementation."""
LIMIT = 200
"""Lines that are shown at most; the totals are of all."""
_MEASURES = tuple(dict.fromkeys(term.measure for term in UNSPENT.terms))
_DONE = ("activities_done", "reporting_due", "completed", "cancelled")
_CASH = "nature = 'actual' AND in_kind = 0 AND on_project = 1"
_ENDED_ON = "coalesce(p.activities_done_on, p.actual_end)"
_NAMING = "p.rid IN (SELECT f.project FROM money_fact f WHERE f.{} IN ({}))"
_OF_PROJECT = {
    "pillar": ("coalesce(p.pillar, '') IN ({0})",),
    "body": ("coalesce(p.sponsoring_body, 0) IN ({0})",),
    "programme": ("coalesce(p.programme, 0) IN ({0})",),
    "project": ("p.rid IN ({0})",),
    "fund": ("p.fund IN ({0})", _NAMING.format("fund", "{0}")),
    "partner": (
        "p.fund IN (SELECT f.rid FROM fund f WHERE f.partner IN ({0}))",
        _NAMING.format("partner", "{0}"),
    ),
    "state": (_NAMING.format("state", "{0}"),),
}  # fmt: skip
"""By dimension: the tests (SQL over a project `p`) of which one must hold."""


Left = dict[int, list[tuple[int, str]]]
"""By project: (minor units, currency) of what is left, in each currency that comes to something."""
Ended = dict[int, str | None]
"""By project: the day on which it ended, where that is known."""


def refunds_due(c: Connection, scope: Scope) -> Answer:
    """Projects that ended with money left over, and when it is due back.

    What is left is counted in the currencies as entered, where exchange rates make no difference:
    a project that spent in its own currency all that it got owes nothing, whatever the rates were.
    """
    ledger = Ledger.of(c, Scope(as_of=scope.as_of))
    left, ended = _due(c, Ledger.of(c, replace(scope, years=None)), scope.years)
    sums = ProjectSums.of(c, _MEASURES, ledger.until, set(ended))
    due = sorted(ended, key=lambda rid: (ended[rid] or "9", rid))
    lines = _lines(c, ledger, due[:LIMIT], left, ended, sums)
    words = f"the {len(due):,} projects that owe something"
    total = Figure(
        "usd", "In US dollars", sums.all_by_formula(due, UNSPENT),
        opens=_opens(ledger, [of_records("project", due, words)]),
    )  # fmt: skip
    more = len(due) - len(lines)
    return Answer(
        "refunds_due", "Refunds due", tuple(lines), name_missing(c, (total,)),
        (*first_of(len(lines), more),
         f"{UNSPENT.label}: {UNSPENT.words}.",
         "Of projects whose activities are done, or which were cancelled; due 60 days after that.",
         "In US dollars by the rates that were frozen with each entry, which may differ.",
         "Projects that spent more than they got are left out, and do not lessen the others.",
         "A fund, partner or member state stands for the projects that it pays for: by the "
         "project's fund, or by a transaction that names it. What is left is the whole project's."),
        more,
    )  # fmt: skip


def _lines(
    c: Connection, ledger: Ledger, shown: list[int], left: Left, ended: Ended, sums: ProjectSums
) -> list[Line]:
    """What each project owes: in the currency in which it got it, where that is only one."""
    called = names_of(c, "project", shown)
    lines = []
    for rid in shown:
        done, usd = ended[rid], sums.by_formula(rid, UNSPENT)
        on = date.fromisoformat(done) + timedelta(REFUND_DAYS) if done else None
        opens = _opens(ledger, [Filter("project", "any_of", (rid,))])
        owed = Total((Money(*left[rid][0]),), usd.rows) if len(left[rid]) == 1 else usd
        figures = (
            Figure("unspent", "To be refunded", owed, opens=opens),
            Figure("usd", "In US dollars", usd, opens=opens),
            Figure("due", "Due on", day=on),
        )
        lines.append(called.line(rid, figures, "" if on else "the day of completion is missing"))
    return lines


def _is_due(left: list[tuple[int, str]]) -> bool:
    """Whether something is left; in several currencies at once rates would have to say how much."""
    return any(minor > 0 for minor, _ in left)


def _due(c: Connection, ledger: Ledger, years: tuple[int, int] | None) -> tuple[Left, Ended]:
    """What is left of the projects that ended (in those years), in each currency; and when.

    Only projects are read of which something may be left: of which something is left today (a sum
    of two parts is above nothing only where one of them is), or which have something later.
    """
    test, params = _ended(ledger, years)
    later = _later(c, ledger.until, test, params) if ledger.until else {}
    some = "SELECT project FROM money_left WHERE unspent_hi > 0 OR unspent_lo > 0"
    if later:
        named = ",".join(str(project) for project in {project for project, _ in later})
        some += f" UNION SELECT rid FROM project WHERE rid IN ({named})"
    left: Left = {}
    ended: Ended = {}
    for project, currency, high, low, done in c.each(
        f"SELECT l.project, l.currency, l.unspent_hi, l.unspent_lo, {_ENDED_ON} FROM project p "
        f"JOIN money_left l ON l.project = p.rid WHERE {test} AND p.rid IN ({some})",
        params,
    ):
        minor = high * BASE + low - later.get((project, currency), 0)
        if minor:
            left.setdefault(project, []).append((minor, currency))
            ended[project] = done
    due = {rid: found for rid, found in left.items() if _is_due(found)}
    return due, {rid: ended[rid] for rid in due}


def _later(
    c: Connection, until: date, test: str, params: list[object]
) -> dict[tuple[int, str], int]:
    """By project and currency: what is dated after a day, as it counts for what is left.

    Of the projects that meet a test: those that ended by then have little of it.
    """
    day = until.isoformat()
    if c.value("SELECT 1 FROM money_fact WHERE day > ? LIMIT 1", (day,)) is None:
        return {}
    signs = " ".join(f"WHEN '{term.measure}' THEN {term.sign}" for term in UNSPENT.terms)
    return {
        (project, currency): int(high) * BASE + int(low)
        for project, currency, high, low in c.each(
            "SELECT f.project, f.currency, "
            f"sum(f.amount / {BASE} * CASE f.type {signs} ELSE 0 END), "
            f"sum(f.amount % {BASE} * CASE f.type {signs} ELSE 0 END) "
            f"FROM project p CROSS JOIN money_fact f WHERE f.project = p.rid AND f.day > ? "
            f"AND {_CASH} AND {test} GROUP BY f.project, f.currency",
            [day, *params],
        )
    }


def _ended(ledger: Ledger, years: tuple[int, int] | None) -> tuple[str, list[object]]:
    """The test (SQL over a project `p`) for those that ended (in those years), and its values."""
    tests = [f"p.status IN ({', '.join(repr(one) for one in _DONE)})"]
    params: list[object] = []
    if years:
        tests.append(f"{_ENDED_ON} BETWEEN ? AND ?")
        params += [f"{years[0]:04}-01-01", f"{years[1]:04}-12-31"]
    if ledger.until:
        tests.append(f"({_ENDED_ON} IS NULL OR {_ENDED_ON} <= ?)")
        params.append(ledger.until.isoformat())
    for name, wanted in ledger.values.items():
        test = " OR ".join(_OF_PROJECT[name]).format(placeholders(wanted))
        tests.append(f"({test})")
        params += wanted * len(_OF_PROJECT[name])
    return " AND ".join(tests), params


def _opens(ledger: Ledger, more: list[Filter]) -> ListQuery:
    return ledger.opens(_MEASURES, more=more)
