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

_OPS = frozenset(
    {"contains", "any_of", "from", "to", "empty", "filled", "rid", "currency", "these", "either"}
)
_MOST_ROWS = 500
"""So many records chosen one by one are kept in a view."""
_DEEPEST = 4
"""Groups of conditions within groups; figures need two."""
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
            "filters": [_stored(c, kind, one) for one in settings.filters],
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


def _filter(kind: Entity, parts: Sequence[Any], deep: int = 0) -> Filter | None:
    name, op, values = parts
    if not isinstance(name, str) or not has_field(kind, name) or op not in _OPS:
        return None
    if op == "either":
        return _either(kind, name, values, deep)
    plain = (str, int, type(None))
    if not isinstance(values, list) or not all(isinstance(value, plain) for value in values):
        return None
    if op in ("contains", "from", "to") and not (values and values[0] is not None):
        return None
    return Filter(name, op, tuple(values))


def _either(kind: Entity, name: str, values: Any, deep: int) -> Filter | None:
    """What lets through one of several groups of conditions, if all of them are understood."""
    if deep == _DEEPEST or not isinstance(values, list) or len(values) < 2:
        return None
    words, *groups = values
    found = [[_filter(kind, parts, deep + 1) for parts in _lists(group, 3)] for group in groups]
    whole = all(
        isinstance(group, list) and group and len(inner) == len(group) and None not in inner
        for group, inner in zip(groups, found, strict=True)
    )
    if not whole or not isinstance(words, str):
        return None
    return Filter(name, "either", (words[:200], *map(_group, found)))


def _group(filters: Sequence[Filter | None]) -> tuple[tuple[Any, ...], ...]:
    return tuple((one.field, one.op, one.values) for one in filters if one is not None)


def _here(c: Connection, kind: Entity, item: Filter) -> Filter | None:
    """A filter with the row numbers that its records have in this file."""
    if item.op == "either":
        words, *groups = item.values
        found = [[_here(c, kind, Filter(*parts)) for parts in group] for group in groups]
        known = [_group(group) for group in found if None not in group]
        return replace(item, values=(words, *known)) if known else None
    if not _by_row(kind, item.field, item.op):
        return item
    rows = [_row_number(c, value) for value in item.values]
    return replace(item, values=tuple(rows)) if any(rows) else None


def _by_row(kind: Entity, name: str, op: str) -> bool:
    """Whether a filter's values are row numbers of records."""
    return op == "these" or (field_of(kind, name).kind in _REFERENCES and op in ("rid", "any_of"))


def _public(c: Connection, kind: Entity, item: Filter) -> list[Any]:
    if item.op == "either":
        words, *groups = item.values
        return [words, *([_stored(c, kind, Filter(*parts)) for parts in one] for one in groups)]
    if item.op == "these" and len(item.values) > _MOST_ROWS:
        raise InvalidValue(
            f"A view keeps {_MOST_ROWS} records that were chosen one by one, and these are "
            f"{len(item.values):,}.", "Narrow the list by its fields instead.",
        )  # fmt: skip
    if not _by_row(kind, item.field, item.op):
        return list(item.values)
    return [_public_id(c, value) for value in item.values]


def _stored(c: Connection, kind: Entity, item: Filter) -> list[Any]:
    return [item.field, item.op, _public(c, kind, item)]


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
