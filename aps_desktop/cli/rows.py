"""Which rows "record list" shows."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from aps_desktop.cli.values import read_value, split_pair
from aps_desktop.db.engine import Database
from aps_desktop.db.layout import stored_values
from aps_desktop.db.queries import lists
from aps_desktop.db.queries.lists import Filter, ListQuery
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import members, to_wire
from aps_desktop.services.documents import documents


def listed(db: Database, name: str, where: list[str], limit: int | None) -> list[dict[str, Any]]:
    """The rows of a list in its order, as JSON."""
    kind = entity(name)
    filters, currencies = [], []
    for pair in where:
        field, text = split_pair(kind, pair)
        filters.append(_filter(db, field, text))
        value = read_value(db, field, text)
        if isinstance(value, Money):
            currencies.append((field.name, f"{value.currency} "))
    c = db.reader()
    query = ListQuery(name, (), filters=tuple(filters))
    rids = lists.ids(c, query, limit=None if currencies else limit)
    rows = documents(c, name, list(rids))
    for field_name, currency in currencies:
        rows = [r for r in rows if str(r[field_name]).startswith(currency)]
    return rows[:limit]


def _filter(db: Database, field: Field, text: str) -> Filter:
    value = read_value(db, field, text)
    if value is None:
        return Filter(field.name, "empty")
    c = db.reader()

    def rid_of(wire: str) -> int:
        return int(c.value("SELECT rid FROM record WHERE uuid = ?", (UUID(wire).bytes,)))

    if field.is_set:
        wires = members(field, value)
        found = wires if field.kind is Kind.TAGS else [rid_of(wire) for wire in wires]
        return Filter(field.name, "any_of", tuple(found))
    return Filter(field.name, "any_of", stored_values(field, to_wire(field, value), rid_of)[:1])
