"""What many projects have of a measure, at once: from the table with one row a project."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from aps_desktop.db.connection import Connection, Row, placeholders
from aps_desktop.db.queries import money
from aps_desktop.db.queries.money import Sum
from aps_desktop.db.summary_kinds import BASE
from aps_desktop.domain.funding_measures import ACTUAL, Formula
from aps_desktop.domain.money import Money
from aps_desktop.domain.totals import Total, summed
from aps_desktop.services.funding import total_of

_FEW = 100
"""So many projects are looked up with all that is known of each."""
_MANY = 10_000
"""For more projects than this the whole table is read."""

Key = tuple[int, str]


@dataclass(frozen=True)
class ProjectSums:
    """Actual and in cash, by project and measure. `usd` has (cents, transactions)."""

    usd: Mapping[Key, tuple[int, int]]
    exact: Mapping[int, Mapping[str, Total]]
    """Of projects that have amounts without a value in US dollars."""

    @classmethod
    def of(
        cls, c: Connection, measures: tuple[str, ...], until: date | None, projects: set[int]
    ) -> ProjectSums:
        """Of these projects."""
        if len(projects) <= _FEW:
            return cls({}, _one_by_one(c, measures, until, projects))
        usd, odd = _of_all(c, measures, projects)
        if until:
            for key, (cents, rows) in _later(c, measures, until, projects).items():
                if key in usd:
                    usd[key] = usd[key][0] - cents, usd[key][1] - rows
        return cls(usd, _one_by_one(c, measures, until, odd))

    def total(self, project: int, measure: str) -> Total:
        """The total of a measure."""
        exact = self.exact.get(project)
        if exact is not None:
            return exact.get(measure, Total())
        cents, rows = self.usd.get((project, measure), (0, 0))
        return Total((Money(cents, "USD"),), rows) if rows else Total()

    def by_formula(self, project: int, formula: Formula) -> Total:
        """What a formula comes to, of rows of the project itself."""
        if project not in self.exact:
            cents = rows = 0
            for term in formula.terms:
                one, number = self.usd.get((project, term.measure), (0, 0))
                cents, rows = cents + term.sign * one, rows + number
            return Total((Money(cents, "USD"),), rows) if rows else Total()
        total = Total()
        for term in formula.terms:
            part = self.total(project, term.measure)
            total = total.plus(part) if term.sign > 0 else total.less(part)
        return total

    def open_pledges(self, project: int) -> Total:
        """What is pledged and not yet committed, never below zero."""
        total = self.total(project, "pledge").less(self.total(project, "commitment"))
        value = total.value
        if value is None or value.minor >= 0:
            return total
        return Total((Money(0, value.currency),), total.rows, total.unvalued)

    def of_donors(self, projects: Iterable[int]) -> tuple[Total, Total, Total]:
        """What many projects have committed, pledged and not yet committed, and pledged in all.

        What is not yet committed is never below zero for any of them.
        """
        committed = left = pledged = commitments = pledges = 0
        odd = []
        for rid in projects:
            parts = self._donors.get(rid)
            if parts is not None:
                committed, left = committed + parts[0], left + parts[1]
                pledged = pledged + parts[2]
                commitments, pledges = commitments + parts[3], pledges + parts[4]
            elif rid in self.exact:
                odd.append(rid)

        def whole(cents: int, rows: int, exact: Callable[[int], Total]) -> Total:
            dollars = Total((Money(cents, "USD"),), rows) if rows else Total()
            return summed((dollars, *(exact(rid) for rid in odd)))

        return (
            whole(committed, commitments, lambda rid: self.total(rid, "commitment")),
            whole(left, commitments + pledges, self.open_pledges),
            whole(pledged, pledges, lambda rid: self.total(rid, "pledge")),
        )

    @cached_property
    def _donors(self) -> dict[int, tuple[int, int, int, int, int]]:
        """By project: cents committed, open and pledged; how many commitments and pledges."""
        found = {}
        for (rid, measure), (pledged, pledges) in self.usd.items():
            if measure == "pledge" and rid not in self.exact:
                committed, commitments = self.usd.get((rid, "commitment"), (0, 0))
                left = max(0, pledged - committed)
                found[rid] = committed, left, pledged, commitments, pledges
        return found

    def all_by_formula(self, projects: Iterable[int], formula: Formula) -> Total:
        """What a formula comes to over many projects."""
        cents = rows = 0
        odd = []
        for rid in projects:
            if rid in self.exact:
                odd.append(self.by_formula(rid, formula))
                continue
            for term in formula.terms:
                one, number = self.usd.get((rid, term.measure), (0, 0))
                cents, rows = cents + term.sign * one, rows + number
        dollars = Total((Money(cents, "USD"),), rows) if rows else Total()
        return summed((dollars, *odd))

    def covered(self, project: int) -> int | None:
        """US cents committed, or pledged and not yet committed; None where that is refused."""
        if project in self.exact:
            parts = (self.total(project, "commitment"), self.open_pledges(project))
            cents = [one.usd for one in parts]
            return None if None in cents else sum(one for one in cents if one is not None)
        committed, left, *_ = self._donors.get(project, (0, 0))
        return committed + left


def _of_all(
    c: Connection, measures: tuple[str, ...], projects: set[int]
) -> tuple[dict[Key, tuple[int, int]], set[int]]:
    """The sums in US dollars, and which projects have amounts without a value."""
    columns = ", ".join(f"{m}_hi, {m}_lo, {m}_n" for m in measures)
    select = f"SELECT project, unvalued, {columns} FROM money_of_project"
    usd: dict[Key, tuple[int, int]] = {}
    odd: set[int] = set()
    for project, unvalued, *parts in _chosen(c, select, projects):
        if unvalued:
            odd.add(project)
        for place, measure in enumerate(measures):
            high, low, rows = parts[3 * place : 3 * place + 3]
            usd[project, measure] = high * BASE + low, rows
    return usd, odd


def _chosen(c: Connection, select: str, projects: set[int]) -> Iterator[Row]:
    """The rows of these projects: one by one, or out of all."""
    if len(projects) > _MANY:
        yield from (row for row in c.each(select) if row[0] in projects)
        return
    wanted = sorted(projects)
    for at in range(0, len(wanted), 500):
        part = wanted[at : at + 500]
        yield from c.all(f"{select} WHERE project IN ({placeholders(part)})", part)


def _later(
    c: Connection, measures: tuple[str, ...], until: date, projects: set[int]
) -> dict[Key, tuple[int, int]]:
    """What is dated after a day: of these projects, or of all where they are many."""
    if c.value("SELECT 1 FROM money_fact WHERE day > ? LIMIT 1", (until.isoformat(),)) is None:
        return {}
    marks = placeholders(measures)
    sql = (
        f"SELECT project, type, sum(value / {BASE}), sum(value % {BASE}), count(*) "
        f"FROM money_fact WHERE day > ? AND type IN ({marks}) AND nature = 'actual' "
        "AND in_kind = 0 AND unit = 'USD' {} GROUP BY project, type"
    )
    wanted = sorted(projects) if len(projects) <= _MANY else []
    tests: list[tuple[str, list[int]]] = [
        (f"AND project IN ({placeholders(part)})", part)
        for part in (wanted[at : at + 500] for at in range(0, len(wanted), 500))
    ]
    return {
        (project, measure): (int(high) * BASE + int(low), rows)
        for test, part in tests or [("", [])]
        for project, measure, high, low, rows in c.each(
            sql.format(test), (until.isoformat(), *measures, *part)
        )
    }


def _one_by_one(
    c: Connection, measures: tuple[str, ...], until: date | None, projects: set[int]
) -> dict[int, dict[str, Total]]:
    found: dict[Key, list[Sum]] = {}
    wanted = sorted(projects)
    for at in range(0, len(wanted), 500):
        values = {
            "project": tuple(wanted[at : at + 500]), "type": measures, "nature": (ACTUAL,),
            "in_kind": (0,),
        }  # fmt: skip
        for one in money.sums(c, ("project", "type"), money.Narrowed(values, until)):
            found.setdefault((one.keys[0], one.keys[1]), []).append(one)
    return {p: {m: total_of(found.get((p, m), ())) for m in measures} for p in projects}
