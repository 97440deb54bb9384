"""Field values as they are typed on the command line."""

from __future__ import annotations

import sys
from datetime import date
from pathlib import Path

from aps_desktop.db.engine import Database
from aps_desktop.domain.clock import today
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue, NotFound
from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.domain.values import Period, Value
from aps_desktop.services import files, parsing, records


def read_values(db: Database, name: str, pairs: list[str]) -> dict[str, Value]:
    """FIELD=VALUE pairs as values by field name."""
    kind = entity(name)
    values: dict[str, Value] = {}
    for pair in pairs:
        field, text = split_pair(kind, pair)
        values[field.name] = read_value(db, field, text)
    return values


def split_pair(kind: Entity, pair: str) -> tuple[Field, str]:
    """A FIELD=VALUE pair; NotFound names the fields there are."""
    name, equals, text = pair.partition("=")
    if not equals:
        raise InvalidValue(f"“{pair}” is not FIELD=VALUE.", "Example: title=Training.")
    field = kind.by_name.get(name.strip())
    if field is None:
        raise NotFound(
            f"{kind.label} has no field “{name.strip()}”.",
            "Fields: " + ", ".join(kind.by_name) + ".",
        )
    return field, text


def read_value(db: Database, field: Field, text: str) -> Value:
    """What a person typed as the field's value; empty text is no value."""
    if not text.strip():
        return None
    c = db.reader()
    if field.kind is Kind.REFERENCE:
        return records.find_id(c, field.target, text.strip())
    if field.kind is Kind.REFERENCES:
        return frozenset(records.find_id(c, field.target, part) for part in _parts(text))
    if field.kind is Kind.TAGS:
        return frozenset(_parts(text))
    if field.kind is Kind.FILE:
        return files.add(db, Path(text))
    if field.kind is Kind.PERIOD and "/" in text:
        start, _, end = text.partition("/")
        try:
            return Period(date.fromisoformat(start.strip()), date.fromisoformat(end.strip()))
        except ValueError:
            pass
    value, note = parsing.read(field, text, today(db.clock))
    if note:
        print(note, file=sys.stderr)
    return value


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]
