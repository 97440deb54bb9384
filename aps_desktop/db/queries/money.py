"""Sums of the ledger by whatever it is grouped by, from the narrowest summary table that has it.

Every summary table is added up from the same facts (`db/summary_money.py`), so whichever is read,
the figures are the same; only the time differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.summary_kinds import BASE, Cube
from aps_desktop.db.summary_money import MONEY

Span = tuple[date, date]
"""The first and the last day."""


@dataclass(frozen=True, slots=True)
class Sum:
    """One group: its keys in the order asked for, the currency, minor units, and records."""

    keys: tuple[Any, ...]
    unit: str
    minor: int
    rows: int


@dataclass(frozen=True, slots=True)
class Narrowed:
    """What is counted: by dimension, the values that are let through; and up to which day."""

    values: Mapping[str, tuple[Any, ...]]
    until: date | None = None
    since: date | None = None


def sums(
    c: Connection, group: tuple[str, ...], only: Narrowed, *, native: bool = False
) -> list[Sum]:
    """The sums by `group` and unit. `native`: in the currencies as entered, not in US dollars."""
    if native:
        return _rows(c, *_facts_of(c, group, only, "currency", "amount"))
    return _rows(c, *statement(c, group, only))


def statement(c: Connection, group: tuple[str, ...], only: Narrowed) -> tuple[str, list[Any]]:
    """The SQL (keys, unit, two parts of the sum, records) and its parameters.

    A group may come in several rows: of the years, the months and the days of a span.
    """
    wanted = {*group, *only.values}
    cube = _cube_for(wanted)
    span, known = _within(c, only)
    if span is None:
        if cube is None:
            return _facts_of(c, group, only, "unit", "value")
        return _cube_sql(cube, group, only.values, _years(cube, only.values, known))
    parts, days = _span_parts(c, group, only.values, span, known)
    if cube and days:
        everything = _years(cube, only.values, known)
        outside, others = [_cube_sql(cube, group, only.values, everything)], 0
        for one in _around((date.min, date.max), span):
            taken, more = _span_parts(c, group, only.values, one, known, "-")
            outside, others = outside + taken, others + more
        if others < days:  # everything, less what is outside
            parts = outside
    return " UNION ALL ".join(sql for sql, _ in parts), [one for _, of in parts for one in of]


def _within(c: Connection, only: Narrowed) -> tuple[Span | None, Span]:
    """The span, None where everything lies in it; and the days from the first fact to the last."""
    first, last = (
        date.fromisoformat(c.value(f"SELECT {end}(day) FROM {MONEY.name}") or "0001-01-01")
        for end in ("min", "max")
    )
    since = only.since if only.since and only.since > first else date.min
    until = only.until if only.until and only.until < last else date.max
    whole = (since, until) == (date.min, date.max)
    return None if whole else (since, until), (first, last)


def largest(
    c: Connection, by: str, only: Narrowed, signs: Mapping[str, int], limit: int
) -> tuple[tuple[Any, ...], int]:
    """The groups with the most money, and how many more there are.

    `signs` says which measures count, and whether they add to it or lessen it. The order is by what
    is in US dollars: it decides what is shown, never what is counted.
    """
    each = " ".join(f"WHEN '{measure}' THEN {sign}" for measure, sign in signs.items())
    signed = f"CASE type {each} ELSE 0 END"
    if _only_facts({by, "type", "nature", "in_kind", *only.values}):
        test, params = _facts_test(c, only.values, _span_of(only))
        key = _unordered(c, by)
        begin = (
            f"WITH total AS (SELECT {key} AS key, sum(CASE WHEN unit = 'USD' AND nature = 'actual' "
            f"AND in_kind = 0 THEN 1.0 * value * {signed} ELSE 0 END) AS size "
            f"FROM {MONEY.name}{test} GROUP BY {key})"
        )
    else:
        counted = {**only.values, "type": tuple(signs), "nature": ("actual",), "in_kind": (0,),
                   "unit": ("USD",)}  # fmt: skip
        narrow = Narrowed(counted, only.until, only.since)
        sized, params = statement(c, (by, "type"), narrow)
        every, more = statement(c, (by,), only)
        params = [*params, *more]
        begin = (
            f"WITH part(key, type, unit, high, low, n) AS ({sized}), "
            f"sized AS (SELECT key, sum((1.0 * high * {BASE} + low) * {signed}) AS size "
            f"FROM part GROUP BY key), every(key, unit, high, low, n) AS ({every}), "
            "known AS (SELECT key FROM every GROUP BY key HAVING sum(n) <> 0), "
            "total AS (SELECT k.key, coalesce(s.size, 0) AS size FROM known k "
            "LEFT JOIN sized s ON s.key = k.key)"
        )
    rows = c.all(
        f"{begin} SELECT key, (SELECT count(*) FROM total) FROM total "
        f"ORDER BY size DESC, key LIMIT {limit}",
        params,
    )
    return tuple(row[0] for row in rows), max(0, rows[0][1] - limit) if rows else 0


def _only_facts(wanted: set[str]) -> bool:
    """Whether no summary table has these dimensions, alone or by year or month."""
    return all(_cube_for({*wanted, *time}) is None for time in ((), *((one,) for one in _PERIODS)))


def _cube_for(wanted: set[str]) -> Cube | None:
    """The narrowest summary table that has all dimensions; None: the facts themselves."""
    for cube in MONEY.cubes:
        if "unit" in cube.keys and wanted <= {*cube.keys, *_derived(cube)}:
            return cube
    return None


def _derived(cube: Cube) -> dict[str, str]:
    """What a summary table knows besides its keys: a month and a quarter are of a year."""
    if "month" in cube.keys:
        return {"year": "CAST(substr(month, 1, 4) AS INTEGER)"}
    return {"year": "(quarter / 4)"} if "quarter" in cube.keys else {}


def _span_parts(
    c: Connection, group: tuple[str, ...], values: Mapping[str, tuple[Any, ...]], span: Span,
    known: Span, sign: str = "",
) -> tuple[list[tuple[str, list[Any]]], int]:  # fmt: skip
    """Whole years, quarters and months from summary tables, what is left over from the facts.

    Also of how many days facts are read. With the sign "-" it is what is taken away.
    """
    spans = [span]
    parts: list[tuple[str, list[Any]]] = []
    for time in _PERIODS:
        cube = _cube_for({*group, *values, time})
        if cube is None or time not in cube.keys:
            continue
        left = []
        for one in spans:
            first, last = _whole(time, one)
            if first > last:
                left.append(one)
                continue
            bounds = [_part(time, first), _part(time, last)]
            test = f"{time} BETWEEN ? AND ?"
            within = max(first, known[0]), min(last, known[1])
            if named := _years(cube, values, within):
                test, bounds = named, []
            parts.append(_cube_sql(cube, group, values, test, bounds, sign))
            left += _around(one, (first, last))
        spans = left
    parts += [_facts_sql(c, group, values, one, "unit", "value", sign) for one in spans]
    days = [min(last, known[1]) - max(first, known[0]) for first, last in spans]
    return parts, sum(max(0, one.days + 1) for one in days)


def _years(cube: Cube, values: Mapping[str, tuple[Any, ...]], span: Span) -> str:
    """The years one by one, where a summary table lies by year and what comes next is given.

    Then a programme's few rows are found in each year, instead of all programmes' read.
    """
    first, last = span[0].year, span[1].year
    if cube.keys[0] != "year" or cube.keys[1] not in values or last - first > _FAR:
        return ""
    named = ",".join(str(year) for year in range(first, last + 1))
    return f"year IN ({named})" if named else "1 = 0"


_FAR = 100
"""So many years are named one by one; a mistyped day may lie farther."""


def _whole(time: str, span: Span) -> Span:
    """The whole years or months within a span; the last is before the first where there is none."""
    first, last = span
    start = _begin(time, first)
    if start < first:
        start = _following(time, start)
    if last == date.max:
        return start, last
    end = _begin(time, last + timedelta(1))
    return (start, end - timedelta(1)) if end > date.min else (last, first)


_PERIODS = {"year": 12, "quarter": 3, "month": 1}
"""Their months: what summary tables are kept by, the longest first."""


def _begin(time: str, day: date) -> date:
    """The first day of the period in which a day lies."""
    months = _PERIODS[time]
    return day.replace(month=(day.month - 1) // months * months + 1, day=1)


def _following(time: str, start: date) -> date:
    """The first day of the next period; the last day of all where there is none."""
    months = start.year * 12 + start.month - 1 + _PERIODS[time]
    return date(months // 12, months % 12 + 1, 1) if months // 12 <= date.max.year else date.max


def _around(span: Span, inner: Span) -> list[Span]:
    """What of a span is before and after the inner one."""
    found = []
    if span[0] < inner[0]:
        found.append((span[0], inner[0] - timedelta(1)))
    if inner[1] < span[1]:
        found.append((inner[1] + timedelta(1), span[1]))
    return found


def _part(time: str, day: date) -> Any:
    if time == "quarter":
        return day.year * 4 + (day.month - 1) // 3
    return day.year if time == "year" else day.isoformat()[:7]


def _cube_sql(
    cube: Cube, group: tuple[str, ...], values: Mapping[str, tuple[Any, ...]],
    more: str = "", params: Sequence[Any] = (), sign: str = "",
) -> tuple[str, list[Any]]:  # fmt: skip
    derived = _derived(cube)
    test, found = _tests(values, lambda name: derived.get(name, name))
    keys = "".join(f"{derived.get(name, name)}, " for name in group)
    where = " AND ".join(part for part in (more, *test) if part)
    found_in = f"{cube.name} WHERE {where}" if where else cube.name
    return (
        f"SELECT {keys}unit, {sign}sum(value_hi), {sign}sum(value_lo), {sign}sum(n) "
        f"FROM {found_in} GROUP BY {keys}unit HAVING sum(n) <> 0",
        [*params, *found],
    )


def _facts_sql(
    c: Connection, group: tuple[str, ...], values: Mapping[str, tuple[Any, ...]],
    span: Span | None, unit: str, value: str, sign: str = "",
) -> tuple[str, list[Any]]:  # fmt: skip
    test, params = _facts_test(c, values, span)
    keys = "".join(f"{_unordered(c, name)}, " for name in group)
    return (
        f"SELECT {keys}{unit}, {sign}sum({value} / {BASE}), {sign}sum({value} % {BASE}), "
        f"{sign}count(*) FROM {MONEY.name}{test} GROUP BY {keys}{unit}",
        params,
    )


def _unordered(c: Connection, name: str) -> str:
    """A column to group facts by; a plus keeps SQLite from reading all of them in its order."""
    return name if c.postgres else f"+{name}"


def _span_of(only: Narrowed) -> Span | None:
    if only.since or only.until:
        return only.since or date.min, only.until or date.max
    return None


def _facts_of(
    c: Connection, group: tuple[str, ...], only: Narrowed, unit: str, value: str
) -> tuple[str, list[Any]]:
    return _facts_sql(c, group, only.values, _span_of(only), unit, value)


def _facts_test(
    c: Connection, values: Mapping[str, tuple[Any, ...]], span: Span | None
) -> tuple[str, list[Any]]:
    """The WHERE clause for the facts; rows are found by whatever is expected to give the fewest."""
    costs: dict[str, float] = {
        name: len(values[name]) * _ROWS[name] for name in values.keys() & _ROWS.keys()
    }
    if span:
        days = (span[1] - span[0]).days
        for name in costs.keys() & _THEN_DAY:
            costs[name] *= min(1, days / _DAYS)
        costs["day"] = days * _ROWS_A_DAY
    lead = min(costs, key=lambda name: (costs[name], name), default="")

    def column(name: str) -> str:
        # A plus keeps SQLite from an index: it does not know which is best. Servers do.
        leads = name == lead or (name == "day" and lead in _THEN_DAY)
        return f"+{name}" if name in costs and not leads and not c.postgres else name

    tests, params = _tests(values, column)
    if span:
        tests.append(f"{column('day')} BETWEEN ? AND ?")
        params += [day.isoformat() for day in span]
    return (" WHERE " + " AND ".join(tests) if tests else ""), params


_ROWS = {"project": 20, "programme": 500, "body": 5000, "state": 9000, "partner": 10_000,
         "fund": 29_000}  # fmt: skip
"""Facts of one value of a dimension in a ledger of a million: only how they compare counts."""
_ROWS_A_DAY, _DAYS = 90, 3600
"""The same for a day; they are 280, but lie together. And how many days there are."""
_THEN_DAY = {"project", "programme"}
"""Dimensions whose index goes on with the day."""


def _tests(
    values: Mapping[str, tuple[Any, ...]], column: Callable[[str], str] = str
) -> tuple[list[str], list[Any]]:
    tests: list[str] = []
    params: list[Any] = []
    for name, wanted in values.items():
        tests.append(f"{column(name)} IN ({placeholders(wanted)})" if wanted else "1 = 0")
        params += wanted
    return tests, params


def _rows(c: Connection, sql: str, params: list[Any]) -> list[Sum]:
    found: dict[tuple[Any, ...], list[int]] = {}
    for *keys, high, low, rows in c.each(sql, params):
        kept = found.setdefault(tuple(keys), [0, 0])
        kept[0] += int(high) * BASE + int(low)
        kept[1] += int(rows)
    return [Sum(keys[:-1], keys[-1], minor, rows) for keys, (minor, rows) in found.items() if rows]
