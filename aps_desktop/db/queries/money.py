"""Sums of the ledger by whatever it is grouped by, from the narrowest summary table that has it.

Every summary table is added up from the same facts (`db/summary_money.py`), so whichever is read,
the figures are the same; only the time differs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from aps_desktop.db.connection import Connection
from aps_desktop.db.summary_kinds import BASE
from aps_desktop.db.summary_money import MONEY


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
    if only.until or only.since:
        parts = _span_parts(c, group, only, wanted)
        params = [value for _, values in parts for value in values]
        return " UNION ALL ".join(sql for sql, _ in parts), params
    cube = _cube_for(wanted)
    if cube is None:
        return _facts_of(c, group, only, "unit", "value")
    return _cube_sql(c, cube, group, only.values, "", [])


def largest(
    c: Connection, by: str, only: Narrowed, signs: Mapping[str, int], limit: int
) -> tuple[tuple[Any, ...], int]:
    """The groups with the most money, and how many more there are.

    `signs` says which measures count, and whether they add to it or lessen it. The order is by what
    is in US dollars: it decides what is shown, never what is counted.
    """
    group = (by, "type", "nature", "in_kind")
    each = " ".join(f"WHEN '{measure}' THEN {sign}" for measure, sign in signs.items())
    size = (
        "sum(CASE WHEN unit = 'USD' AND nature = 'actual' AND in_kind = 0 "
        f"THEN {{}} * CASE type {each} ELSE 0 END ELSE 0 END) AS size"
    )
    if _only_facts({*group, *only.values}):
        test, params = _facts_test(c, only.values, _span_of(only))
        keys = f"SELECT {by} AS key, {size.format('1.0 * value')} FROM {MONEY.name}{test}"
        begin = f"WITH total AS ({keys} GROUP BY {by})"
    else:
        sql, params = statement(c, group, only)
        keys = f"SELECT key, {size.format(f'(1.0 * high * {BASE} + low)')} FROM part GROUP BY key"
        columns = "key, type, nature, in_kind, unit, high, low, n"
        begin = f"WITH part({columns}) AS ({sql}), total AS ({keys})"
    rows = c.all(
        f"{begin} SELECT key, (SELECT count(*) FROM total) FROM total "
        f"ORDER BY size DESC, key LIMIT {limit}",
        params,
    )
    return tuple(row[0] for row in rows), max(0, rows[0][1] - limit) if rows else 0


def _only_facts(wanted: set[str]) -> bool:
    """Whether no summary table has these dimensions, alone or by year or month."""
    return all(_cube_for({*wanted, *time}) is None for time in ((), ("year",), ("month",)))


def _cube_for(wanted: set[str]) -> str | None:
    """The narrowest summary table that has all dimensions; None: the facts themselves."""
    for cube in MONEY.cubes:
        if "unit" in cube.keys and wanted <= set(cube.keys):
            return cube.name
    return None


def _span_parts(
    c: Connection, group: tuple[str, ...], only: Narrowed, wanted: set[str]
) -> list[tuple[str, list[Any]]]:
    """Whole years and whole months from summary tables, what is left over from the facts."""
    spans = [(only.since or date.min, only.until or date.max)]
    parts: list[tuple[str, list[Any]]] = []
    for time in ("year", "month"):
        cube = _cube_for({*wanted, time})
        if cube is None:
            continue
        left = []
        for span in spans:
            first, last = _whole(time, span)
            if first > last:
                left.append(span)
                continue
            bounds = [_part(time, first), _part(time, last)]
            test = f"{time} BETWEEN ? AND ?"
            parts.append(_cube_sql(c, cube, group, only.values, test, bounds))
            left += _around(span, (first, last))
        spans = left
    return parts + [_facts_sql(c, group, only.values, span, "unit", "value") for span in spans]


def _whole(time: str, span: tuple[date, date]) -> tuple[date, date]:
    """The whole years or months within a span; the last is before the first where there is none."""
    first, last = span
    start = first.replace(day=1) if time == "month" else first.replace(month=1, day=1)
    if start < first:
        start = _following(time, start)
    if last == date.max:
        return start, last
    end = (last + timedelta(1)).replace(day=1)
    end = end if time == "month" else end.replace(month=1)
    return (start, end - timedelta(1)) if end > date.min else (last, first)


def _following(time: str, start: date) -> date:
    if time == "year":
        return start.replace(year=start.year + 1)
    return (start + timedelta(31)).replace(day=1)


def _around(span: tuple[date, date], inner: tuple[date, date]) -> list[tuple[date, date]]:
    """What of a span is before and after the inner one."""
    found = []
    if span[0] < inner[0]:
        found.append((span[0], inner[0] - timedelta(1)))
    if inner[1] < span[1]:
        found.append((inner[1] + timedelta(1), span[1]))
    return found


def _part(time: str, day: date) -> Any:
    return day.year if time == "year" else day.isoformat()[:7]


def _cube_sql(
    c: Connection, cube: str, group: tuple[str, ...], values: Mapping[str, tuple[Any, ...]],
    more: str, params: list[Any],
) -> tuple[str, list[Any]]:  # fmt: skip
    test, found = _tests(values)
    keys = "".join(f"{name}, " for name in group)
    where = " AND ".join(part for part in (more, *test) if part)
    return (
        f"SELECT {keys}unit, sum(value_hi), sum(value_lo), sum(n) FROM {cube}"
        f"{' WHERE ' + where if where else ''} GROUP BY {keys}unit HAVING sum(n) <> 0",
        [*params, *found],
    )


def _facts_sql(
    c: Connection, group: tuple[str, ...], values: Mapping[str, tuple[Any, ...]],
    span: tuple[date, date] | None, unit: str, value: str,
) -> tuple[str, list[Any]]:  # fmt: skip
    test, params = _facts_test(c, values, span)
    keys = "".join(f"{name}, " for name in group)
    return (
        f"SELECT {keys}{unit}, sum({value} / {BASE}), sum({value} % {BASE}), count(*) "
        f"FROM {MONEY.name}{test} GROUP BY {keys}{unit}",
        params,
    )


def _span_of(only: Narrowed) -> tuple[date, date] | None:
    if only.since or only.until:
        return only.since or date.min, only.until or date.max
    return None


def _facts_of(
    c: Connection, group: tuple[str, ...], only: Narrowed, unit: str, value: str
) -> tuple[str, list[Any]]:
    return _facts_sql(c, group, only.values, _span_of(only), unit, value)


def _facts_test(
    c: Connection, values: Mapping[str, tuple[Any, ...]], span: tuple[date, date] | None
) -> tuple[str, list[Any]]:
    """The WHERE clause for the facts; rows are found by whatever is expected to give the fewest."""
    costs = {name: len(values[name]) * _ROWS[name] for name in values.keys() & _ROWS.keys()}
    if span:
        costs["day"] = (span[1] - span[0]).days * _ROWS_A_DAY
    lead = min(costs, key=lambda name: (costs[name], name), default="")

    def column(name: str) -> str:
        # A plus keeps SQLite from an index: it does not know which is best. Servers do.
        return f"+{name}" if name in costs and name != lead and not c.postgres else name

    tests, params = _tests(values, column)
    if span:
        tests.append(f"{column('day')} BETWEEN ? AND ?")
        params += [day.isoformat() for day in span]
    return (" WHERE " + " AND ".join(tests) if tests else ""), params


_ROWS = {"project": 20, "programme": 500, "body": 5000, "state": 9000, "partner": 10_000,
         "fund": 29_000}  # fmt: skip
"""Facts of one value of a dimension in a ledger of a million: only how they compare counts."""
_ROWS_A_DAY = 90
"""The same for a day; they are 280, but lie together."""


def _tests(
    values: Mapping[str, tuple[Any, ...]], column: Callable[[str], str] = str
) -> tuple[list[str], list[Any]]:
    tests: list[str] = []
    params: list[Any] = []
    for name, wanted in values.items():
        tests.append(f"{column(name)} IN ({','.join('?' * len(wanted))})" if wanted else "1 = 0")
        params += wanted
    return tests, params


def _rows(c: Connection, sql: str, params: list[Any]) -> list[Sum]:
    found: dict[tuple[Any, ...], list[int]] = {}
    for *keys, high, low, rows in c.each(sql, params):
        kept = found.setdefault(tuple(keys), [0, 0])
        kept[0] += int(high) * BASE + int(low)
        kept[1] += int(rows)
    return [Sum(keys[:-1], keys[-1], minor, rows) for keys, (minor, rows) in found.items()]
