"""Records as JSON documents: for the command line, and for whoever reads its answers."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.layout import column_names, field_columns, value_of
from aps_desktop.db.queries.labels import label_sql, member_sql, reference_sql
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import FileRef, Period, Value
from aps_desktop.services import records

_PAGE = 500


def as_json(value: Value, labels: dict[UUID, str]) -> Any:
    """A value as JSON: amounts as "USD 1234.50", dates as ISO, references with their label.

    Numbers with decimals are texts, so that nothing is rounded on the way.
    """
    match value:
        case None | bool() | int() | str():
            return value
        case Money():
            return f"{value.currency} {value.amount:f}"
        case Decimal():
            return f"{value:f}"
        case date():
            return value.isoformat()
        case Period():
            return f"{value.start.isoformat()}/{value.end.isoformat()}"
        case UUID():
            return {"id": str(value), "label": labels.get(value, "")}
        case FileRef():
            return {"sha256": value.sha256, "name": value.name}
    members = sorted(as_json(v, labels) for v in value if not isinstance(v, UUID))
    references = [as_json(v, labels) for v in value if isinstance(v, UUID)]
    return members or sorted(references, key=lambda r: (r["label"], r["id"]))


def document(c: Connection, name: str, id: UUID) -> dict[str, Any]:
    """One record with its labels."""
    record = records.get(c, name, id)
    labels = dict(record.labels)
    values = {field: as_json(value, labels) for field, value in record.values.items()}
    return {"id": str(record.id), "entity": name, "label": record.title, **values}


def documents(c: Connection, name: str, rids: list[int]) -> list[dict[str, Any]]:
    """Many records by row number, a few queries for all instead of some for each."""
    found: list[dict[str, Any]] = []
    for start in range(0, len(rids), _PAGE):
        found += _page(c, entity(name), rids[start : start + _PAGE])
    return found


def _page(c: Connection, kind: Entity, rids: list[int]) -> list[dict[str, Any]]:
    marks = placeholders(rids)
    references = [f for f in kind.columns if f.kind is Kind.REFERENCE]
    named = "".join(
        f", (SELECT x.uuid FROM record x WHERE x.rid = t.{f.name}), "
        f"{reference_sql(entity(f.target), f't.{f.name}')}"
        for f in references
    )
    columns = ", ".join(f"t.{name}" for name in column_names(kind))
    sets = _sets(c, kind, rids)
    by_rid = {}
    for row in c.all(
        f"SELECT t.rid, t.id, {label_sql(kind, 't')}, {columns}{named} FROM {kind.name} t "
        f"WHERE t.rid IN ({marks})",
        rids,
    ):
        by_rid[row[0]] = _row(kind, row, references, sets[row[0]])
    return [by_rid[rid] for rid in rids if rid in by_rid]


def _row(
    kind: Entity, row: tuple[Any, ...], references: list[Field], sets: dict[int, list[Any]]
) -> dict[str, Any]:
    found: dict[str, Any] = {"id": str(UUID(bytes=bytes(row[1]))), "label": row[2] or kind.label}
    at = 3 + len(column_names(kind))
    named = {f: row[at + 2 * n : at + 2 * n + 2] for n, f in enumerate(references)}
    at = 3
    for field in kind.columns:
        stored = row[at : at + len(field_columns(field))]
        at += len(stored)
        if field.kind is Kind.REFERENCE:
            uuid, label = named[field]
            id = str(UUID(bytes=bytes(uuid))) if uuid is not None else ""
            found[field.name] = {"id": id, "label": label or "(not here)"} if id else None
        else:
            found[field.name] = as_json(value_of(field, stored), {})
    for field in kind.sets:
        found[field.name] = sets.get(field.number, [])
    return found


def _sets(c: Connection, kind: Entity, rids: list[int]) -> dict[int, dict[int, list[Any]]]:
    """By row number and field number: the members of the rows' sets."""
    found: dict[int, dict[int, list[Any]]] = defaultdict(lambda: defaultdict(list))
    marks = placeholders(rids)
    for field in kind.sets:
        for owner, word, uuid, label in c.all(
            f"SELECT m.owner, m.word, x.uuid, {member_sql(field)} FROM set_member m "
            "LEFT JOIN record x ON x.rid = m.member "
            f"WHERE m.field_number = {field.number} AND m.owner IN ({marks}) ORDER BY 4, 3",
            rids,
        ):
            member = word
            if field.kind is Kind.REFERENCES:
                id = str(UUID(bytes=bytes(uuid)))
                member = {"id": id, "label": label or "(not here)"}
            found[owner][field.number].append(member)
    return found
