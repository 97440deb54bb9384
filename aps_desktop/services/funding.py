"""What all questions about money share: what they are narrowed to, and how they answer.

An answer is made of frozen values. Every figure carries the list that opens exactly the rows that
make it, and every total says itself whether it is one (`domain/totals.py`). What was left out, or
counted once though it stands in several places, is said in `explained`.

The questions are in the `funding_*` modules; `figures.QUESTIONS` names them all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import lists
from aps_desktop.db.queries.conditions import where
from aps_desktop.db.queries.lists import Filter, ListQuery
from aps_desktop.db.queries.money import Narrowed, Sum
from aps_desktop.domain.entities import entity
from aps_desktop.domain.entities.vocabularies import PILLARS
from aps_desktop.domain.funding_measures import ACTUAL, PLANNED
from aps_desktop.domain.money import Money
from aps_desktop.domain.totals import Missing, Total
from aps_desktop.services.ledger import UNVALUED, missing_row

NAME = "fund_transaction"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a question is narrowed to; records by their row numbers. Nothing given: everything.

    Bodies and programmes stand for themselves and all below them. `years` are the first and the
    last year. `as_of` leaves out everything dated later.
    """

    years: tuple[int, int] | None = None
    pillars: tuple[str, ...] = ()
    bodies: tuple[int, ...] = ()
    partners: tuple[int, ...] = ()
    states: tuple[int, ...] = ()
    funds: tuple[int, ...] = ()
    programmes: tuple[int, ...] = ()
    projects: tuple[int, ...] = ()
    as_of: date | None = None


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure: an amount, or a share in percent, or a number of records, or a day.

    `opens` is the list of exactly the rows that make it; None where no one list does.
    """

    key: str
    label: str
    total: Total | None = None
    percent: Decimal | None = None
    count: int | None = None
    day: date | None = None
    opens: ListQuery | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an answer: of a record (`entity` and `id`), or of a year, a month, a pillar."""

    key: str
    label: str
    figures: tuple[Figure, ...]
    entity: str = ""
    id: UUID | None = None
    note: str = ""

    def figure(self, key: str) -> Figure:
        """The figure of that key; KeyError if there is none."""
        return _named(self.figures, key)


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question. `totals` are of everything, not only of the lines that are shown.

    `more` counts the lines that were left out because there are too many.
    """

    question: str
    title: str
    lines: tuple[Line, ...]
    totals: tuple[Figure, ...]
    explained: tuple[str, ...] = ()
    more: int = 0

    def total(self, key: str) -> Figure:
        """The total of that key; KeyError if there is none."""
        return _named(self.totals, key)

    def line(self, key: object) -> Line:
        """The line of that key; KeyError if there is none."""
        return next((one for one in self.lines if one.key == str(key)), None) or _none(key)


def _named(figures: Iterable[Figure], key: str) -> Figure:
    return next((one for one in figures if one.key == key), None) or _none(key)


def _none(key: object) -> Any:
    raise KeyError(key)


# What is counted ----------------------------------------------------------------------------------

GROUPS: dict[str, tuple[str, str]] = {
    "fund": ("fund", "fund"),
    "partner": ("partner", "partner"),
    "state": ("member_state", "member_state"),
    "project": ("project", "project"),
    "programme": ("project.programme", "programme"),
    "body": ("project.sponsoring_body", "body"),
    "pillar": ("project.pillar", ""),
}
"""By dimension: the field of a transaction that it is, and the entity of its records."""
GROUP_LABELS = {
    "fund": "Fund", "partner": "Partner", "state": "Member state", "project": "Project",
    "programme": "Programme", "body": "Body", "pillar": "Pillar", "year": "Year",
}  # fmt: skip


@dataclass(frozen=True)
class Ledger:
    """A scope made ready for one database: whole trees, and the days that count."""

    scope: Scope
    values: Mapping[str, tuple[Any, ...]]
    since: date | None
    until: date | None
    kept: dict[Any, tuple[Filter, ...]] = field(default_factory=dict)
    """Filters by what they are for: there are thousands of figures, and few kinds of them."""

    @classmethod
    def of(cls, c: Connection, scope: Scope) -> Ledger:
        values: dict[str, tuple[Any, ...]] = {}
        for name, wanted in (
            ("pillar", scope.pillars),
            ("body", with_parts(c, "body", scope.bodies)),
            ("partner", scope.partners),
            ("state", scope.states),
            ("fund", scope.funds),
            ("programme", with_parts(c, "programme", scope.programmes)),
            ("project", scope.projects),
        ):
            if wanted:
                values[name] = tuple(wanted)
        first, last = scope.years or (None, None)
        ends = [day for day in (last and date(last, 12, 31), scope.as_of) if day]
        return cls(scope, values, date(first, 1, 1) if first else None, min(ends, default=None))

    @property
    def earlier(self) -> bool:
        """Whether it ends at a day of its own, not with the last of its years."""
        return self.scope.as_of is not None and self.until == self.scope.as_of

    def narrowed(
        self, *, measures: Sequence[str] = (), nature: str = ACTUAL, in_kind: int | None = 0,
        more: Mapping[str, tuple[Any, ...]] | None = None,
    ) -> Narrowed:  # fmt: skip
        """What the summary tables are asked for."""
        values = {**self.values, **(more or {})}
        if measures:
            values["type"] = tuple(measures)
        if nature:
            values["nature"] = (nature,)
        if in_kind is not None:
            values["in_kind"] = (in_kind,)
        return Narrowed(values, self.until, self.since)

    def opens(
        self, measures: Sequence[str], *, nature: str = ACTUAL, in_kind: int | None = 0,
        more: Sequence[Filter] = (),
    ) -> ListQuery:  # fmt: skip
        """The list of the transactions that such figures are made of."""
        key = (tuple(measures), nature, in_kind)
        filters = self.kept.get(key)
        if filters is None:
            filters = self.kept[key] = self._filters(*key)
        return listed(NAME, (*filters, *more))

    def _filters(
        self, measures: tuple[str, ...], nature: str, in_kind: int | None
    ) -> tuple[Filter, ...]:
        filters = [of_group(name, wanted) for name, wanted in self.values.items()]
        if measures:
            filters.append(Filter("type", "any_of", measures))
        if nature:  # the figures take a transaction of which nothing is said as an actual one
            natures = (PLANNED,) if nature == PLANNED else (nature, None)
            filters.append(Filter("nature", "any_of", natures))
        if in_kind is not None:
            filters.append(Filter("in_kind", "any_of", (1,) if in_kind else (0, None)))
        return (*filters, *between("date", self.since, self.until))


def of_group(name: str, wanted: Sequence[Any]) -> Filter:
    """The filter for a dimension's values; 0 and "" are what has none."""
    values = or_none(wanted)
    if values == (None,):
        return Filter(GROUPS[name][0], "empty")
    return Filter(GROUPS[name][0], "any_of", values)


def between(name: str, first: date | None, last: date | None) -> list[Filter]:
    """The filters for a span of days that may be open."""
    found = [Filter(name, "from", (first.isoformat(),))] if first else []
    return found + ([Filter(name, "to", (last.isoformat(),))] if last else [])


def or_none(wanted: Sequence[Any]) -> tuple[Any, ...]:
    """What a filter lets through: 0 and "" are what has none."""
    return tuple(value or None for value in wanted)


def of_records(field: str, rids: Iterable[int], words: str) -> Filter:
    """Records of so many others that they are called by `words`, "the projects of these lines"."""
    return Filter(field, "either", (words, ((field, "any_of", tuple(rids)),)))


def these(field: str, rids: Iterable[int], words: str) -> Filter:
    """These records and no others, called by `words`; `field` is where a list shows them."""
    return Filter(field, "either", (words, ((field, "these", tuple(rids)),)))


def listed(name: str, filters: Sequence[Filter] = ()) -> ListQuery:
    """A list of an entity with its usual columns."""
    return ListQuery(name, *_shape(name), tuple(filters))


@lru_cache(maxsize=64)
def _shape(name: str) -> tuple[tuple[str, ...], tuple[tuple[str, bool], ...]]:
    kind = entity(name)
    return tuple(one.name for one in kind.fields if one.listed), lists.default_sort(kind)


def with_parts(c: Connection, name: str, roots: Sequence[int]) -> tuple[int, ...]:
    """Records of a tree with all below them, each once."""
    if not roots:
        return ()
    below: dict[int, list[int]] = {}
    for rid, parent in c.all(f"SELECT rid, parent FROM {name} WHERE parent IS NOT NULL"):
        below.setdefault(parent, []).append(rid)
    found: dict[int, None] = {}
    waiting = list(roots)
    while waiting:
        rid = waiting.pop(0)
        if rid not in found:
            found[rid] = None
            waiting += below.get(rid, ())
    return tuple(found)


# What lines are called ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Names:
    """Labels and ids of the records that lines are about."""

    entity: str
    found: Mapping[int, tuple[bytes, str]] = field(default_factory=dict)

    def line(self, key: Any, figures: Iterable[Figure], note: str = "") -> Line:
        """The line of a group; 0 and "" are what has no such record."""
        if not key:
            return Line("", "Not stated", tuple(figures), self.entity, None, note)
        if not self.entity:
            return Line(str(key), dict(PILLARS).get(key, str(key)), tuple(figures), note=note)
        id, label = self.found.get(key, (None, "(not here)"))
        made = UUID(bytes=bytes(id)) if id is not None else None
        return Line(str(key), label, tuple(figures), self.entity, made, note)


def names(c: Connection, by: str, keys: Iterable[Any]) -> Names:
    """The labels of a group's records."""
    target = GROUPS[by][1] if by in GROUPS else ""
    if not target:
        return Names("")
    return names_of(c, target, keys)


def names_of(c: Connection, name: str, keys: Iterable[Any]) -> Names:
    """The labels of records of an entity."""
    rids = [key for key in keys if key]
    found: dict[int, tuple[bytes, str]] = {}
    for at in range(0, len(rids), 500):
        found.update(lists.labels_of(c, name, rids[at : at + 500]))
    return Names(name, found)


def first_of(shown: int, more: int) -> tuple[str, ...]:
    """What is said where there are too many lines."""
    if not more:
        return ()
    return (f"The first {shown:,} of {shown + more:,} are shown; the totals are of all.",)


# Totals -------------------------------------------------------------------------------------------


def total_of(sums: Iterable[Sum]) -> Total:
    """The total of sums, which tell by their units whether it is one."""
    return signed_total((1, sums))


def signed_total(*parts: tuple[int, Iterable[Sum]]) -> Total:
    """The total of sums that are added (1) or taken away (-1)."""
    found: dict[str, int] = {}
    rows = unvalued = 0
    for sign, sums in parts:
        for one in sums:
            found[one.unit] = found.get(one.unit, 0) + sign * one.minor
            rows += one.rows
            if one.unit != "USD":
                unvalued += one.rows
    return Total(tuple(Money(found[unit], unit) for unit in sorted(found)), rows, unvalued)


def name_missing(c: Connection, figures: Iterable[Figure], limit: int = 20) -> tuple[Figure, ...]:
    """The figures, with the first records that keep a refused total from being one."""
    made = []
    for one in figures:
        if one.total is not None and one.total.refused and one.opens and one.opens.entity == NAME:
            lacking = _missing(c, one.opens.filters, limit)
            made.append(replace(one, total=one.total.with_missing(lacking)))
        else:
            made.append(one)
    return tuple(made)


def _missing(c: Connection, filters: Sequence[Filter], limit: int) -> list[Missing]:
    """The first transactions of a list that have no value in US dollars."""
    test, params = where(c, entity(NAME), filters, "")
    rows = c.all(
        "SELECT t.id, t.reference, t.amount_minor, t.amount_currency, t.date "
        f"FROM fund_transaction t{test} AND {UNVALUED} ORDER BY t.date, t.rid LIMIT {limit}",
        params,
    )
    return [missing_row(row) for row in rows]
