"""Sums of the ledger by whatever it is grouped by, from the narrowest summary table that has it.

Every summary table is added up from the same facts (`db/summary_money.py`), so whichever is read,
the figures are the same; only the time differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from aps_desktop.db.connection import Connection
from aps_desktop.db.summary_kinds import BASE
from aps_desktop.db.summary_money import MONEY

_TIMES = {"year": 4, "month": 7}
"""Parts of a day that summary tables are grouped by: how many characters of it they are."""


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
        return _of_facts(c, group, only, "currency", "amount")
    cube = _cube_for({*group, *only.values}, timed=bool(only.until or only.since))
    if cube is None:
        return _of_facts(c, group, only, "unit", "value")
    if not (only.until or only.since):
        return _rows(c, *_cube_sql(cube, group, only.values, "", []))
    return _of_span(c, cube, group, only)


def _cube_for(wanted: set[str], *, timed: bool) -> str | None:
    """The narrowest summary table that has all dimensions; None: the facts themselves."""
    for cube in MONEY.cubes:
        keys = set(cube.keys) if "unit" in cube.keys else set()
        if wanted <= keys and (not timed or keys & _TIMES.keys()):
            return cube.name
    return None


def _time_of(cube: str) -> str:
    keys = next(one.keys for one in MONEY.cubes if one.name == cube)
    return "month" if "month" in keys else "year"


def _of_span(c: Connection, cube: str, group: tuple[str, ...], only: Narrowed) -> list[Sum]:
    """Whole years or months from the summary table, days that are left over from the facts."""
    time = _time_of(cube)
    first, last = only.since or date.min, only.until or date.max
    low, high = _part(time, _next_start(time, first)), _part(time, _last_end(time, last))
    parts = []
    if low <= high:
        parts.append(_cube_sql(cube, group, only.values, f"{time} BETWEEN ? AND ?", [low, high]))
        before = (first, _next_start(time, first) - timedelta(1)) if only.since else None
        after = (_last_end(time, last) + timedelta(1), last) if only.until else None
        for span in (before, after):
            if span and span[0] <= span[1]:
                parts.append(_facts_sql(group, only.values, span, "unit", "value"))
    else:
        parts.append(_facts_sql(group, only.values, (first, last), "unit", "value"))
    return _rows(c, " UNION ALL ".join(sql for sql, _ in parts), [p for _, v in parts for p in v])


def _next_start(time: str, day: date) -> date:
    """The first day of the year or month that begins on this day or next."""
    start = day.replace(day=1) if time == "month" else day.replace(month=1, day=1)
    if start == day:
        return day
    return _following(time, start)


def _last_end(time: str, day: date) -> date:
    """The last day of the year or month that ends on this day or ended last."""
    if day == date.max:
        return day
    start = (day + timedelta(1)).replace(day=1)
    return (start if time == "month" else start.replace(month=1)) - timedelta(1)


def _following(time: str, start: date) -> date:
    if time == "year":
        return date(start.year + 1, 1, 1)
    return (start + timedelta(31)).replace(day=1)


def _part(time: str, day: date) -> Any:
    return day.year if time == "year" else day.isoformat()[:7]


def _cube_sql(
    cube: str, group: tuple[str, ...], values: Mapping[str, tuple[Any, ...]], more: str,
    params: list[Any],
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
    group: tuple[str, ...], values: Mapping[str, tuple[Any, ...]],
    span: tuple[date, date] | None, unit: str, value: str,
) -> tuple[str, list[Any]]:  # fmt: skip
    test, params = _tests(values)
    if span:
        test = ["day BETWEEN ? AND ?", *test]
        params = [span[0].isoformat(), span[1].isoformat(), *params]
    keys = "".join(f"{name}, " for name in group)
    return (
        f"SELECT {keys}{unit}, sum({value} / {BASE}), sum({value} % {BASE}), count(*) "
        f"FROM {MONEY.name}{' WHERE ' + ' AND '.join(test) if test else ''} GROUP BY {keys}{unit}",
        params,
    )


def _of_facts(
    c: Connection, group: tuple[str, ...], only: Narrowed, unit: str, value: str
) -> list[Sum]:
    span = (only.since or date.min, only.until or date.max) if only.since or only.until else None
    return _rows(c, *_facts_sql(group, only.values, span, unit, value))


def _tests(values: Mapping[str, tuple[Any, ...]]) -> tuple[list[str], list[Any]]:
    tests: list[str] = []
    params: list[Any] = []
    for name, wanted in values.items():
        tests.append(f"{name} IN ({','.join('?' * len(wanted))})" if wanted else "1 = 0")
        params += wanted
    return tests, params


def _rows(c: Connection, sql: str, params: list[Any]) -> list[Sum]:
    found: dict[tuple[Any, ...], list[int]] = {}
    for *keys, high, low, rows in c.each(sql, params):
        kept = found.setdefault(tuple(keys), [0, 0])
        kept[0] += int(high) * BASE + int(low)
        kept[1] += int(rows)
    return [Sum(keys[:-1], keys[-1], minor, rows) for keys, (minor, rows) in found.items()]
