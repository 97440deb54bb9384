"""What a list shows: the ids in order, then pages of rows by id; sorted and filtered in SQL."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.queries import rows as rows_of
from aps_desktop.db.queries.conditions import Filter, Op, where
from aps_desktop.db.queries.labels import label_sql, sort_sql
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Entity

__all__ = [
    "Filter", "ListQuery", "ListRow", "Op", "count", "default_sort", "find", "groups", "ids",
    "labels_of", "page",
]  # fmt: skip


NOT_STATED = "Not stated"
"""The heading of the records that have nothing in the field that a list is grouped by."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """A list: of which entity, which fields, how sorted, what it leaves out.

    `sort` pairs a field with "descending"; `text` are words looked for in the records' names;
    `group` brings records of equal value in that field together.
    """

    entity: str
    fields: tuple[str, ...]
    sort: tuple[tuple[str, bool], ...] = ()
    filters: tuple[Filter, ...] = ()
    text: str = ""
    group: str = ""

    @property
    def narrowed(self) -> bool:
        return bool(self.filters or self.text.strip())


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row: local row number, the texts to show, and the stored values behind them."""

    rid: int
    id: bytes
    shown: tuple[str, ...]
    stored: tuple[Any, ...]


def ids(
    c: Connection, query: ListQuery, *, limit: int | None = None, walk: bool = False
) -> array[int]:
    """The row numbers of a list in order: all of them, or the first `limit`.

    `walk` goes along the sort's index and tests each row: at once for common matches, slow for
    rare ones. A list that is being opened asks both ways and takes the first answer.
    """
    kind = entity(query.entity)
    condition, params = where(c, kind, query.filters, query.text, walk=walk)
    order = _order(c, kind, query, scan=_scans(kind, query) and not walk)
    sql = f"SELECT t.rid AS n FROM {kind.name} t{condition} ORDER BY {', '.join(order)}"
    if limit is not None:
        sql += f" LIMIT {limit}"
    return c.numbers(sql, params)


def count(c: Connection, query: ListQuery) -> int:
    """How many records a list shows: kept for a whole entity, counted for a narrowed one."""
    kind = entity(query.entity)
    if not query.narrowed:
        return int(c.value("SELECT n FROM entity_count WHERE tid = ?", (kind.number,)) or 0)
    condition, params = where(c, kind, query.filters, query.text)
    return int(c.value(f"SELECT count(*) FROM {kind.name} t{condition}", params))


def groups(c: Connection, query: ListQuery) -> list[tuple[str, int]]:
    """(shown value, records) of each group of a grouped list, in the list's order."""
    kind = entity(query.entity)
    field = kind.field(query.group)
    condition, params = where(c, kind, query.filters, query.text)
    keys = sort_sql(c, field)
    names = [f"k{number}" for number in range(len(keys))]
    inner = ", ".join(f"{key} AS {name}" for key, name in zip(keys, names, strict=True))
    listed = ", ".join(names)
    rows = c.all(
        f"SELECT {listed}, count(*) FROM (SELECT {inner} FROM {kind.name} t{condition}) g "
        f"GROUP BY {listed} ORDER BY {listed}",
        params,
    )
    return [(rows_of.show_stored(field, row[:-1][::-1]) or NOT_STATED, row[-1]) for row in rows]


def page(c: Connection, query: ListQuery, rids: Iterable[int]) -> list[ListRow]:
    """The rows of these records, in this order; a record that is gone is left out."""
    wanted = list(rids)
    raw = rows_of.read(c, query.entity, query.fields, wanted)
    showers = rows_of.showers(query.entity, query.fields)
    slots = rows_of.slots(query.entity, query.fields)
    return [
        ListRow(
            rid,
            bytes(row[1]),
            tuple([show(row) for show in showers]),
            tuple([row[at] for at in slots]),
        )
        for rid in wanted
        if (row := raw.get(rid)) is not None
    ]


def find(c: Connection, target: str, text: str, limit: int = 50) -> list[tuple[int, bytes, str]]:
    """(row number, id, label) of records whose name has these words: for a reference's picker."""
    kind = entity(target)
    query = ListQuery(target, (), default_sort(kind), text=text)
    found = ids(c, query, limit=limit)
    labels = labels_of(c, target, found)
    return [(rid, *labels[rid]) for rid in found if rid in labels]


def labels_of(c: Connection, target: str, rids: Sequence[int]) -> dict[int, tuple[bytes, str]]:
    """(id, full label) by row number."""
    if not rids:
        return {}
    kind = entity(target)
    if not rids:
        return {}
    marks = placeholders(rids)
    rows = c.all(
        f"SELECT t.rid, t.id, {label_sql(kind, 't')} FROM {kind.name} t WHERE t.rid IN ({marks})",
        list(rids),
    )
    if kind.code and kind.code not in kind.title:
        sql = f"SELECT rid, {kind.code} FROM {kind.name} WHERE rid IN ({marks})"
        codes = {row[0]: row[1] for row in c.all(sql, list(rids))}
        return {r: (bytes(i), " · ".join(x for x in (codes[r], t) if x)) for r, i, t in rows}
    return {r: (bytes(i), t or "") for r, i, t in rows}


def default_sort(kind: Entity) -> tuple[tuple[str, bool], ...]:
    """The order in which an entity describes itself as listed: (field, descending)."""
    return tuple((name.lstrip("-"), name.startswith("-")) for name in kind.order)


def _order(c: Connection, kind: Entity, query: ListQuery, *, scan: bool) -> list[str]:
    terms: list[str] = []
    if query.group:
        terms += _direction(sort_sql(c, kind.field(query.group)), False)
    descending = False
    for name, down in query.sort or default_sort(kind):
        terms += _direction(sort_sql(c, kind.field(name)), down)
        descending = down
    terms += _direction(["t.rid"], descending)
    # A plus keeps SQLite from walking the sort's index, which reads the table in random order.
    return [f"+{term}" for term in terms] if scan and not c.postgres else terms


def _scans(kind: Entity, query: ListQuery) -> bool:
    """Whether to read a narrowed list whole and sort what is left, rather than walk an index."""
    sort = query.sort or default_sort(kind)
    ranged = {f.field for f in query.filters if f.op in ("from", "to")}
    return query.narrowed and not (sort and sort[0][0] in ranged)


def _direction(keys: list[str], down: bool) -> list[str]:
    return [f"{key} DESC" if down else key for key in keys]
