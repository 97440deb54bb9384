"""What a list shows: the ids in order, then pages of rows by id; sorted and filtered in SQL."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from aps_desktop.db.connection import Connection, Params
from aps_desktop.db.layout import field_columns, value_of
from aps_desktop.db.queries.labels import cell_sql, label_sql, member_sql, reference_sql, sort_sql
from aps_desktop.db.titles import fold, title_numbers
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.domain.values import show

Op = Literal["contains", "any_of", "from", "to", "empty", "filled", "rid"]


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on one field.

    `contains` takes words as shown; `any_of` canonical texts (choices, "0"/"1", a reference's or
    member's row numbers); `from` and `to` one canonical text each (dates, periods, numbers; money
    in minor units); `rid` the row number that a reference points to.
    """

    field: str
    op: Op
    values: tuple[Any, ...] = ()


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


def ids(c: Connection, query: ListQuery, *, limit: int | None = None) -> array[int]:
    """The row numbers of a list in order: all of them, or the first `limit`."""
    kind = entity(query.entity)
    where, params = _where(c, kind, query)
    sql = f"SELECT t.rid FROM {kind.name} t{where} ORDER BY {', '.join(_order(c, kind, query))}"
    if limit is not None:
        sql += f" LIMIT {limit}"
    found = array("q")
    for row in c.each(sql, params, size=4000):
        found.append(row[0])
    return found


def count(c: Connection, query: ListQuery) -> int:
    """How many records a list shows: kept for a whole entity, counted for a narrowed one."""
    kind = entity(query.entity)
    if not query.narrowed:
        return int(c.value("SELECT n FROM entity_count WHERE tid = ?", (kind.number,)) or 0)
    where, params = _where(c, kind, query)
    return int(c.value(f"SELECT count(*) FROM {kind.name} t{where}", params))


def groups(c: Connection, query: ListQuery) -> list[tuple[str, int]]:
    """(shown value, records) of each group of a grouped list, in the list's order."""
    kind = entity(query.entity)
    field = kind.field(query.group)
    where, params = _where(c, kind, query)
    keys = sort_sql(c, field)
    rows = c.all(
        f"SELECT {', '.join(keys)}, count(*) FROM {kind.name} t{where} "
        f"GROUP BY {', '.join(keys)} ORDER BY {', '.join(_direction(keys, False))}",
        params,
    )
    return [(_show_stored(field, row[:-1][::-1]) or "–", row[-1]) for row in rows]


def page(c: Connection, query: ListQuery, rids: Iterable[int]) -> list[ListRow]:
    """The rows of these records, in this order; a record that is gone is left out."""
    wanted = list(rids)
    if not wanted:
        return []
    kind = entity(query.entity)
    fields = [kind.field(name) for name in query.fields]
    expressions = [sql for field in fields for sql in cell_sql(c, field)]
    marks = ",".join("?" * len(wanted))
    rows = c.all(
        f"SELECT {', '.join(['t.rid', 't.id', *expressions])} "
        f"FROM {kind.name} t WHERE t.rid IN ({marks})",
        wanted,
    )
    by_rid = {row[0]: _list_row(fields, row) for row in rows}
    return [by_rid[rid] for rid in wanted if rid in by_rid]


def find(c: Connection, target: str, text: str, limit: int = 50) -> list[tuple[int, bytes, str]]:
    """(row number, id, label) of records whose name has these words: for a reference's picker."""
    kind = entity(target)
    query = ListQuery(target, (), _default_sort(kind), text=text)
    found = ids(c, query, limit=limit)
    labels = labels_of(c, target, found)
    return [(rid, *labels[rid]) for rid in found if rid in labels]


def labels_of(c: Connection, target: str, rids: Sequence[int]) -> dict[int, tuple[bytes, str]]:
    """(id, full label) by row number."""
    kind = entity(target)
    if not rids:
        return {}
    marks = ",".join("?" * len(rids))
    rows = c.all(
        f"SELECT t.rid, t.id, {label_sql(kind, 't')} FROM {kind.name} t WHERE t.rid IN ({marks})",
        list(rids),
    )
    if kind.code and kind.code not in kind.title:
        sql = f"SELECT rid, {kind.code} FROM {kind.name} WHERE rid IN ({marks})"
        codes = {rid: code for rid, code in c.all(sql, list(rids))}
        return {r: (bytes(i), " · ".join(x for x in (codes[r], t) if x)) for r, i, t in rows}
    return {r: (bytes(i), t or "") for r, i, t in rows}


def _default_sort(kind: Entity) -> tuple[tuple[str, bool], ...]:
    return tuple((name.lstrip("-"), name.startswith("-")) for name in kind.order)


def _list_row(fields: list[Field], row: tuple[Any, ...]) -> ListRow:
    shown, stored, at = [], [], 2
    for field in fields:
        width = 2 if field.kind is Kind.MONEY else 1
        part = row[at : at + width]
        at += width
        shown.append(_show_stored(field, part))
        stored.append(part[0])
    return ListRow(row[0], bytes(row[1]), tuple(shown), tuple(stored))


def _show_stored(field: Field, part: Sequence[Any]) -> str:
    """A row's stored value as text; references and sets arrive as text already."""
    if part[0] is None:
        return ""
    if field.is_set or field.kind in (Kind.REFERENCE, Kind.TEXT, Kind.LONG_TEXT):
        return str(part[0])
    return show(field, value_of(field, tuple(part)))


def _order(c: Connection, kind: Entity, query: ListQuery) -> list[str]:
    terms: list[str] = []
    if query.group:
        terms += _direction(sort_sql(c, kind.field(query.group)), False)
    descending = False
    for name, down in query.sort or _default_sort(kind):
        terms += _direction(sort_sql(c, kind.field(name)), down)
        descending = down
    return [*terms, *_direction(["t.rid"], descending)]


def _direction(keys: list[str], down: bool) -> list[str]:
    return [f"{key} DESC" if down else key for key in keys]


def _where(c: Connection, kind: Entity, query: ListQuery) -> tuple[str, Params]:
    clauses: list[str] = []
    params: list[Any] = []
    for item in query.filters:
        clause, values = _condition(c, kind, kind.field(item.field), item)
        clauses.append(clause)
        params += values
    for word in query.text.split():
        clause, values = _named(c, kind, word)
        clauses.append(clause)
        params += values
    return (" WHERE " + " AND ".join(clauses) if clauses else ""), params


def _named(c: Connection, kind: Entity, word: str) -> tuple[str, list[Any]]:
    """Records whose name has a word: by the folded titles, else by any text the entity has."""
    if title_numbers(kind):
        return (
            "t.rid IN (SELECT rid FROM search_title WHERE tid = ? AND folded LIKE ? ESCAPE '!')",
            [kind.number, _pattern(fold(word))],
        )
    texts = [e for f in kind.fields if f.listed for e in cell_sql(c, f)]
    tests = [f"CAST({e} AS TEXT) {c.like()} ? ESCAPE '!'" for e in texts]
    return f"({' OR '.join(tests)})", [_pattern(word)] * len(tests)


def _pattern(text: str) -> str:
    escaped = text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
    return f"%{escaped}%"


def _condition(c: Connection, kind: Entity, field: Field, item: Filter) -> tuple[str, list[Any]]:
    if field.is_set:
        return _set_condition(c, field, item)
    column = f"t.{field_columns(field)[0]}"
    marks = ",".join("?" * len(item.values))
    match item.op:
        case "empty":
            return f"{column} IS NULL", []
        case "filled":
            return f"{column} IS NOT NULL", []
        case "any_of" | "rid":
            return f"{column} IN ({marks})", list(item.values)
        case "from":
            return f"{column} >= ?", [item.values[0]]
        case "to":
            last = item.values[0]
            # A period's text begins with its first day, so "up to a day" must include the rest.
            return f"{column} <= ?", [f"{last}~" if field.kind is Kind.PERIOD else last]
        case "contains":
            text = column
            if field.kind is Kind.REFERENCE:
                text = reference_sql(entity(field.target), column)
                name = label_sql(entity(field.target), "r1", depth=1)
                full = f"(SELECT {name} FROM {field.target} r1 WHERE r1.rid = {column})"
                test = f"({text} {c.like()} ? ESCAPE '!' OR {full} {c.like()} ? ESCAPE '!')"
                return test, [_pattern(str(item.values[0]))] * 2
            return f"CAST({text} AS TEXT) {c.like()} ? ESCAPE '!'", [_pattern(str(item.values[0]))]
    raise InvalidValue(f"A list cannot be filtered by “{item.op}”.")


def _set_condition(c: Connection, field: Field, item: Filter) -> tuple[str, list[Any]]:
    inner = "SELECT 1 FROM set_member m WHERE m.owner = t.rid AND m.field_number = ?"
    if item.op in ("empty", "filled"):
        negation = "NOT " if item.op == "empty" else ""
        return f"{negation}EXISTS ({inner})", [field.number]
    if item.op == "contains":
        test = f"EXISTS ({inner} AND {member_sql(field)} {c.like()} ? ESCAPE '!')"
        return test, [field.number, _pattern(str(item.values[0]))]
    column = "m.word" if field.kind is Kind.TAGS else "m.member"
    marks = ",".join("?" * len(item.values))
    return f"EXISTS ({inner} AND {column} IN ({marks}))", [field.number, *item.values]
