"""Figures for charts: records counted or added up by groups, under the same conditions as lists.

Because a list opened from a chart takes the very filters that the chart was counted with, both
always agree.
"""

from __future__ import annotations

from collections.abc import Sequence

from aps_desktop.db.connection import Connection, Row
from aps_desktop.db.layout import field_columns
from aps_desktop.db.queries import counts
from aps_desktop.db.queries.conditions import Filter, where
from aps_desktop.db.queries.labels import label_sql
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Entity


def grouped(
    c: Connection,
    name: str,
    filters: Sequence[Filter],
    by: Sequence[str],
    sums: Sequence[str] = (),
) -> list[Row]:
    """Rows of (key, ..., number of records, sum, ...), in no order.

    `by` names fields; "year:F" and "month:F" take that part of a date, "R.F" the field of the
    record referred to, and a set's field counts a record under each of its members. `sums` names
    fields of whole numbers.
    """
    if not sums and (kept := counts.grouped(c, name, filters, by)) is not None:
        return kept
    return _of_records(c, name, filters, by, sums)


def _of_records(
    c: Connection, name: str, filters: Sequence[Filter], by: Sequence[str], sums: Sequence[str]
) -> list[Row]:
    """The same from the records themselves."""
    kind = entity(name)
    condition, params = where(c, kind, filters, "")
    joins, keys = "", []
    for number, wanted in enumerate(by):
        if wanted in kind.by_name and kind.field(wanted).is_set:
            joins += f" JOIN set_member g{number} ON g{number}.owner = t.rid AND "
            joins += f"g{number}.field_number = {kind.field(wanted).number}"
            keys.append(f"g{number}.member")
        elif "." in wanted:
            reference, _, name_there = wanted.partition(".")
            part, _, reference = reference.rpartition(":")
            target = entity(kind.field(reference).target)
            joins += f" LEFT JOIN {target.name} g{number} ON g{number}.rid = t.{reference}"
            keys.append(_key(target, f"{part}:{name_there}", f"g{number}"))
        else:
            keys.append(_key(kind, wanted))
    values = [f"sum(t.{field_columns(kind.field(one))[0]})" for one in sums]
    chosen = ", ".join([*keys, "count(*)", *values])
    grouping = f" GROUP BY {', '.join(str(n + 1) for n in range(len(keys)))}" if keys else ""
    return c.all(f"SELECT {chosen} FROM {kind.name} t{joins}{condition}{grouping}", params)


def _key(kind: Entity, wanted: str, alias: str = "t") -> str:
    part, _, name = wanted.rpartition(":")
    column = f"{alias}.{field_columns(kind.field(name))[0]}"
    lengths = {"": 0, "year": 4, "month": 7}
    return f"substr({column}, 1, {lengths[part]})" if part else column


def rows(
    c: Connection,
    name: str,
    filters: Sequence[Filter],
    columns: Sequence[str],
    order: str,
    limit: int,
) -> list[Row]:
    """The stored columns of so many records, in an order ("planned_end", "-due")."""
    kind = entity(name)
    condition, params = where(c, kind, filters, "")
    chosen = ", ".join(f"t.{column}" for column in columns)
    field = field_columns(kind.field(order.lstrip("-")))[0]
    direction = "DESC" if order.startswith("-") else "ASC"
    return c.all(
        f"SELECT {chosen} FROM {kind.name} t{condition} "
        f"ORDER BY t.{field} {direction}, t.rid LIMIT {int(limit)}",
        params,
    )


def names(c: Connection, name: str) -> dict[int, tuple[str, str]]:
    """(short name, full name) of every record of a small entity, by row number."""
    kind = entity(name)
    short, full = label_sql(kind, "t", short=True), label_sql(kind, "t")
    found = c.all(f"SELECT t.rid, {short}, {full} FROM {kind.name} t")
    return {int(rid): (str(a or b or "?"), str(b or a or "?")) for rid, a, b in found}


def years(c: Connection, places: Sequence[tuple[str, str]]) -> list[int]:
    """The years between the first and the last date in these (entity, field) places."""
    found: set[int] = set()
    for name, field in places:
        column = field_columns(entity(name).field(field))[0]
        # Two sub-selects: each is one step in the date's index.
        row = c.one(
            f"SELECT (SELECT min({column}) FROM {name}), (SELECT max({column}) FROM {name})"
        )
        if row and row[0] and row[1]:
            found |= set(range(int(str(row[0])[:4]), int(str(row[1])[:4]) + 1))
    return sorted(found)
