"""Which projects and programmes are shown where there are too many for one answer."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from typing import Any

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.queries import money
from aps_desktop.db.queries.money import Narrowed, Sum
from aps_desktop.db.summary_kinds import BASE
from aps_desktop.domain.funding_measures import ACTUAL
from aps_desktop.services.funding import Ledger

_COLUMNS = {"pillar": "pillar", "body": "sponsoring_body", "programme": "programme"}
_UNSPENT = {"disbursement": 1, "interest": 1, "expenditure": -1, "refund": -1}
_SIZE = {"commitment": 1, "pledge": 1}
_ALL = 10**9


def largest(
    c: Connection, ledger: Ledger, by: str, limit: int, *, by_unspent: bool
) -> tuple[tuple[Any, ...], int]:
    """The groups with most unspent (or committed and pledged) money, and how many more.

    The sizes of all of them on any day are not kept. Of an old day those programmes are shown that
    are the largest today, and those projects that were at the end of that year; which had anything
    by that day, and every figure, is exact.
    """
    signs = _UNSPENT if by_unspent else _SIZE
    if by == "project" and ledger.values.keys() <= {*_COLUMNS, "project"}:
        if ledger.scope.years or ledger.earlier:
            signs = {"unspent" if by_unspent else "promised": 1}
        return _projects(c, ledger, limit, signs)
    only = ledger.narrowed(nature="", in_kind=None)
    if by == "programme" and ledger.earlier and ledger.values.keys() <= {"pillar", "programme"}:
        return _programmes(c, ledger, only, signs, limit)
    return money.largest(c, by, only, signs, limit)


def size(found: Iterable[Sum], *, by_unspent: bool) -> int:
    """What groups are ordered by, in US cents."""
    signs = _UNSPENT if by_unspent else _SIZE
    return sum(
        signs.get(one.keys[0], 0) * one.minor
        for one in found
        if one.unit == "USD" and tuple(one.keys[1:3]) == (ACTUAL, 0)
    )


def _programmes(
    c: Connection, ledger: Ledger, only: Narrowed, signs: dict[str, int], limit: int
) -> tuple[tuple[int, ...], int]:
    """By what they have today (or in those years), of those that had anything by that day."""
    years = ledger.scope.years
    now = replace(only, until=date(years[1], 12, 31) if years else None)
    ordered, _ = money.largest(c, "programme", now, signs, _ALL)
    test, params = _by_then(ledger, "programme", "k.programme")
    pillars = ledger.values.get("pillar", ())
    if pillars:
        test = test[:-1] + f" AND f.pillar IN ({placeholders(pillars)}))"
    there = {
        row[0]
        for row in c.all(
            "SELECT k.programme FROM (SELECT DISTINCT programme FROM money_by_programme) k "
            f"WHERE {test}",
            [*params, *pillars],
        )
    }
    found = tuple(key for key in ordered if key in there)
    return found[:limit], max(0, len(found) - limit)


def _by_then(ledger: Ledger, name: str, column: str) -> tuple[str, list[str]]:
    """The test for groups that had anything by the day that is asked for."""
    days = [(ledger.since or date.min).isoformat(), (ledger.until or date.max).isoformat()]
    return (
        f"EXISTS (SELECT 1 FROM money_fact f WHERE f.{name} = {column} AND f.day BETWEEN ? AND ?)"
    ), days


def _projects(
    c: Connection, ledger: Ledger, limit: int, signs: dict[str, int]
) -> tuple[tuple[int, ...], int]:
    """From the table that has one row a project; of years, or an old day, one for each year."""
    params: list[Any] = []
    table, tests = "money_of_project", ["m.n <> 0"]
    if ledger.scope.years or ledger.earlier:
        columns = ", ".join(
            f"sum({s}_{part}) AS {s}_{part}" for s in signs for part in ("hi", "lo")
        )
        table = (
            f"(SELECT project, min(year) AS first, count(*) AS n, {columns} "
            "FROM money_of_project_year WHERE n <> 0 AND year BETWEEN ? AND ? GROUP BY project)"
        )
        last = (ledger.until or date.max).year
        params += [(ledger.since or date.min).year, last]
        if ledger.earlier:
            test, days = _by_then(ledger, "project", "m.project")
            tests.append(f"(m.first < ? OR {test})")
            params += [last, *days]
    order = " + ".join(
        f"{sign} * (m.{name}_hi * {BASE}.0 + m.{name}_lo)" for name, sign in signs.items()
    )
    for name, wanted in ledger.values.items():
        column = f"p.{_COLUMNS[name]}" if name in _COLUMNS else "m.project"
        known = [value for value in wanted if value or name == "project"]
        test = f"{column} IN ({placeholders(known)})" if known else "1 = 0"
        tests.append(test if len(known) == len(wanted) else f"({test} OR {column} IS NULL)")
        params += known
    joined = ""
    if not ledger.values.keys() <= {"project"}:
        joined = " LEFT JOIN project p ON p.rid = m.project"
    rows = c.all(
        f"WITH known AS MATERIALIZED (SELECT m.project AS project, {order} AS size FROM {table} m"
        f"{joined} WHERE {' AND '.join(tests)}) SELECT project, (SELECT count(*) FROM known) "
        f"FROM known ORDER BY size DESC, project LIMIT {limit}",
        params,
    )
    return tuple(row[0] for row in rows), max(0, rows[0][1] - limit) if rows else 0
