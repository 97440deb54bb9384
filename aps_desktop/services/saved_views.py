"""Saved views of lists: columns, sort, filters and group under a name, for every office.

They are records like any other, so they travel in bundles. What is stored names records by their
public id, never by a row number of this file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.queries.conditions import Filter
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.entities import entity, field_of, has_field
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Entity, Kind
from aps_desktop.services import records

_OPS = frozenset({"contains", "any_of", "from", "to", "empty", "filled", "rid", "currency"})
_REFERENCES = frozenset({Kind.REFERENCE, Kind.REFERENCES})


@dataclass(frozen=True)
class ViewSettings:
    """How a list is looked at. `columns` are field names; empty means the entity's own."""

    columns: tuple[str, ...] = ()
    widths: Mapping[str, int] = field(default_factory=dict)
    sort: tuple[tuple[str, bool], ...] = ()
    filters: tuple[Filter, ...] = ()
    text: str = ""
    group: str = ""


@dataclass(frozen=True, slots=True)
class SavedView:
    """A kept view of one entity's list."""

    id: UUID
    name: str
    settings: ViewSettings


def views_of(c: Connection, name: str) -> list[SavedView]:
    """The saved views of an entity's list, by name."""
    rows = c.all(
        "SELECT id, name, settings FROM saved_view WHERE entity_name = ? ORDER BY name", (name,)
    )
    return [
        SavedView(UUID(bytes=bytes(id)), title or "", read(c, name, settings or ""))
        for id, title, settings in rows
    ]


def save(db: Database, id: UUID, name: str, title: str, settings: ViewSettings) -> Applied:
    """Keeps a new view under the id and title given. InvalidValue for an empty title."""
    text = title.strip()
    if not text:
        raise InvalidValue("A view needs a name.", "Type one.", field="name")
    stored = write(db.reader(), name, settings)
    values = {"name": text, "entity_name": name, "settings": stored}
    return records.create(db, "saved_view", id, values)


def update(db: Database, id: UUID, name: str, settings: ViewSettings) -> Applied:
    """Makes a kept view show what the list shows now."""
    stored = write(db.reader(), name, settings)
    return records.put(db, "saved_view", id, {"settings": stored})


def rename(db: Database, id: UUID, title: str) -> Applied:
    """Gives a kept view another name."""
    if not title.strip():
        raise InvalidValue("A view needs a name.", "Type one.", field="name")
    return records.put(db, "saved_view", id, {"name": title.strip()})


def delete(db: Database, id: UUID) -> Applied:
    """Forgets a kept view; Undo brings it back."""
    return records.delete(db, "saved_view", [id])


def write(c: Connection, name: str, settings: ViewSettings) -> str:
    """The settings as the text that is stored."""
    kind = entity(name)
    return json.dumps(
        {
            "columns": list(settings.columns),
            "widths": dict(settings.widths),
            "sort": [list(pair) for pair in settings.sort],
            "filters": [[f.field, f.op, _public(c, kind, f)] for f in settings.filters],
            "text": settings.text,
            "group": settings.group,
        },
        ensure_ascii=False,
        sort_keys=True,
    )


def read(c: Connection, name: str, stored: str) -> ViewSettings:
    """The settings from stored text; what this version or this database does not know is left out.

    The text may come from any office, so nothing in it is taken on trust.
    """
    try:
        raw = json.loads(stored)
    except (ValueError, RecursionError):
        raw = {}
    settings = from_plain(entity(name), raw if isinstance(raw, dict) else {})
    found = (_here(c, entity(name), item) for item in settings.filters)
    return replace(settings, filters=tuple(item for item in found if item is not None))


def from_plain(kind: Entity, raw: Mapping[str, Any]) -> ViewSettings:
    """The settings from plain JSON values; references stay as they are named there."""
    known = kind.by_name
    widths, text, group = raw.get("widths"), raw.get("text"), raw.get("group")
    filters = (_filter(kind, parts) for parts in _lists(raw.get("filters"), 3))
    return ViewSettings(
        columns=tuple(dict.fromkeys(n for n in _texts(raw.get("columns")) if n in known)),
        widths={
            n: w
            for n, w in (widths.items() if isinstance(widths, dict) else ())
            if n in known and isinstance(w, int) and 20 <= w <= 2000
        },
        sort=tuple(
            (pair[0], bool(pair[1]))
            for pair in _lists(raw.get("sort"), 2)
            if isinstance(pair[0], str) and pair[0] in known
        ),
        filters=tuple(found for found in filters if found is not None),
        text=text[:200] if isinstance(text, str) else "",
        group=group if isinstance(group, str) and group in known else "",
    )


def _filter(kind: Entity, parts: Sequence[Any]) -> Filter | None:
    name, op, values = parts
    if not isinstance(name, str) or not has_field(kind, name) or op not in _OPS:
        return None
    plain = (str, int, type(None))
    if not isinstance(values, list) or not all(isinstance(value, plain) for value in values):
        return None
    if op in ("contains", "from", "to") and not (values and values[0] is not None):
        return None
    return Filter(name, op, tuple(values))


def _here(c: Connection, kind: Entity, item: Filter) -> Filter | None:
    """A filter with the row numbers that its records have in this file."""
    if not _by_row(kind, item.field, item.op):
        return item
    rows = [_row_number(c, value) for value in item.values]
    return replace(item, values=tuple(rows)) if any(rows) else None


def _by_row(kind: Entity, name: str, op: str) -> bool:
    """Whether a filter's values are row numbers of records."""
    return field_of(kind, name).kind in _REFERENCES and op in ("rid", "any_of")


def _public(c: Connection, kind: Entity, item: Filter) -> list[Any]:
    if not _by_row(kind, item.field, item.op):
        return list(item.values)
    return [_public_id(c, value) for value in item.values]


def _public_id(c: Connection, rid: Any) -> str | None:
    found = c.value("SELECT uuid FROM record WHERE rid = ?", (rid,)) if rid is not None else None
    return bytes(found).hex() if found is not None else None


def _row_number(c: Connection, id: Any) -> int | None:
    try:
        wanted = UUID(str(id)).bytes
    except ValueError:
        return None
    found = c.value("SELECT rid FROM record WHERE uuid = ?", (wanted,))
    return int(found) if found is not None else None


def _texts(value: Any) -> list[str]:
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []


def _lists(value: Any, length: int) -> list[list[Any]]:
    if not isinstance(value, list):
        return []
    return [v for v in value if isinstance(v, list) and len(v) == length]
