"""Counts under filters from the kept facts of `db/summary_counts.py`, where they say all that is
asked; the narrowest table that does is read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from aps_desktop.db.connection import Connection, Row, placeholders
from aps_desktop.db.queries.conditions import Filter
from aps_desktop.db.summary_counts import COUNTED, PARTICIPATIONS, SET, Counted

_SIGNS = {"from": ">=", "to": "<="}


def grouped(
    c: Connection, name: str, filters: Sequence[Filter], by: Sequence[str]
) -> list[Row] | None:
    """Rows of (key, ..., number of records); None where no fact says what is asked."""
    for counted in COUNTED:
        if counted.entity == name and (SET in by) == (counted is PARTICIPATIONS):
            keys = [_key(counted, one) for one in by]
            tests = _tests(counted, filters)
            if tests is not None and None not in keys:
                return _read(c, counted, [key for key in keys if key], tests)
    return None


Test = tuple[str, str, list[Any]]
"""The column it needs, its SQL, and its parameters."""


def _read(c: Connection, counted: Counted, keys: list[str], tests: list[Test]) -> list[Row]:
    wanted = {*keys, *(column for column, _, _ in tests)}
    cube = next((q.name for q in counted.fact.cubes if wanted <= set(q.keys)), None)
    number = "sum(n)" if cube else "count(*)"
    where = " AND ".join(sql for _, sql, _ in tests)
    chosen = ", ".join([*keys, number])
    sql = f"SELECT {chosen} FROM {cube or counted.fact.name}"
    sql += f" WHERE {where}" if where else ""
    if keys:
        sql += f" GROUP BY {', '.join(keys)} HAVING {number} <> 0"
    rows = c.all(sql, [value for _, _, values in tests for value in values])
    return [(*(key or None for key in row[:-1]), int(row[-1] or 0)) for row in rows]


def _key(counted: Counted, wanted: str) -> str | None:
    part, _, field = wanted.rpartition(":")
    if part:
        return part if field == counted.day else None
    return counted.columns.get(field)


def _tests(counted: Counted, filters: Sequence[Filter]) -> list[Test] | None:
    """None where a filter asks for what the facts do not say."""
    year, rest = _whole_year(counted, filters)
    found: list[Test] = [("year", "year = ?", [year])] if year else []
    for one in rest:
        test = _test(counted, one)
        if test is None:
            return None
        found.append(test)
    return found


def _whole_year(counted: Counted, filters: Sequence[Filter]) -> tuple[str, list[Filter]]:
    """The year that the day lies in ("" for none), and the other filters."""
    of_day = [one for one in filters if one.field == counted.day and one.op in _SIGNS]
    bounds = {one.op: str(one.values[0]) for one in of_day}
    year = bounds.get("from", "")[:4]
    if year and len(of_day) == 2 and bounds == {"from": f"{year}-01-01", "to": f"{year}-12-31"}:
        return year, [one for one in filters if one not in of_day]
    return "", list(filters)


def _test(counted: Counted, one: Filter) -> Test | None:
    column = counted.columns.get(one.field)
    if column is None:
        return None
    if one.op in _SIGNS:
        return column, f"{column} {_SIGNS[one.op]} ? AND {column} <> ''", list(one.values)
    if one.op not in ("any_of", "rid") or not one.values:
        return None
    whole = {name: stored for name, stored, _ in counted.fact.columns}[column] == "integer"
    nothing: Any = 0 if whole else ""
    values = [nothing if v is None else int(v) if whole else v for v in one.values]
    test = f"{column} IN ({placeholders(values)})"
    if one.field == SET:  # the record has it among others
        key = counted.record
        found = f"SELECT project FROM {PARTICIPATIONS.fact.name} WHERE {test}"
        return key, f"{key} IN ({found})", values
    return column, test, values
