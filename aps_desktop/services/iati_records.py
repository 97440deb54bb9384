"""Reads records as canonical texts for an export: many at once, and nothing above a class."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import Any

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.layout import field_columns
from aps_desktop.domain.entities import entity as entity_of
from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.exchange.iati_source import Record
from aps_desktop.services.bundle_classes import CLASSES
from aps_desktop.services.importing_current import chunks

DEFAULT_CLASS = "limited"
"""Of a record whose class was not set."""
KEPT_BACK = ""
"""Stands for a reference to a record above the class; an import leaves the field as it is."""
_Wire = Callable[[Sequence[Any]], str | None]


def allowed(max_class: str) -> str:
    """The classes up to this one, as a list in SQL."""
    return ", ".join(f"'{name}'" for name in CLASSES[: CLASSES.index(max_class) + 1])


def class_sql(kind: Entity, alias: str, max_class: str) -> str:
    """SQL that is true for records that may be in a file of the class."""
    if "document_class" not in kind.by_name:
        return "1 = 1"
    return f"coalesce({alias}.document_class, '{DEFAULT_CLASS}') IN ({allowed(max_class)})"


class RecordReader:
    """Reads records of any entity. `withheld` names fields that no record of the file shows.

    `referred` collects what they refer to: entity name -> ids in hex, in order.
    """

    def __init__(self, c: Connection, max_class: str, withheld: Iterable[str]) -> None:
        self._c = c
        self._max_class = max_class
        self._withheld = frozenset(withheld)
        self._shapes: dict[str, _Shape] = {}
        self.referred: dict[str, dict[str, None]] = {}

    def of(self, name: str, rids: Iterable[int]) -> list[tuple[int, Record]]:
        """(row number, record) in the order of the row numbers given."""
        shape = self._shape(name)
        wanted = list(rids)
        found: dict[int, Record] = {}
        for part in chunks(wanted):
            marks = placeholders(part)
            for row in self._c.all(f"{shape.sql} WHERE t.rid IN ({marks})", part):
                fields: dict[str, str | list[str]] = {}
                for field, wire in shape.wires:
                    value = wire(row)
                    if value is not None:
                        fields[field] = value
                found[row[0]] = bytes(row[1]).hex(), fields
            for spec in shape.sets:
                self._members(spec, part, found)
        for target, names in shape.targets:
            self._refer(target, names, found)
        return [(rid, found[rid]) for rid in wanted if rid in found]

    def _shape(self, name: str) -> _Shape:
        if name not in self._shapes:
            self._shapes[name] = _Shape(entity_of(name), self._max_class, self._withheld)
        return self._shapes[name]

    def _members(self, spec: Field, rids: list[int], found: dict[int, Record]) -> None:
        marks = placeholders(rids)
        tags = spec.kind is Kind.TAGS
        member = "m.word" if tags else "(SELECT x.uuid FROM record x WHERE x.rid = m.member)"
        sql = (
            f"SELECT m.owner, {member} FROM set_member m "
            f"WHERE m.owner IN ({marks}) AND m.field_number = ?"
        )
        for owner, one in self._c.all(sql, [*rids, spec.number]):
            if one is not None and owner in found:
                text = one if tags else bytes(one).hex()
                held = found[owner][1].setdefault(spec.name, [])
                if isinstance(held, list):
                    held.append(text)
        for _, fields in found.values():
            if isinstance(fields.get(spec.name), list):
                fields[spec.name] = sorted(fields[spec.name])

    def _refer(self, target: str, names: list[str], found: dict[int, Record]) -> None:
        ids = self.referred.setdefault(target, {})
        for _, fields in found.values():
            for name in names:
                value = fields.get(name)
                if isinstance(value, list):
                    ids.update(dict.fromkeys(value))
                elif value:
                    ids[value] = None


class _Shape:
    """How one entity's rows are read: the SQL, and each field's canonical text in a row."""

    def __init__(self, kind: Entity, max_class: str, withheld: frozenset[str]) -> None:
        self.wires: list[tuple[str, _Wire]] = []
        self.sets = [f for f in kind.sets if f.name not in withheld]
        listed: list[str] = []
        targets: dict[str, list[str]] = {}
        for spec in kind.columns:
            if spec.name in withheld:
                continue
            at = len(listed) + 2
            columns = [f"t.{name}" for name in field_columns(spec)]
            if spec.kind is Kind.REFERENCE:
                listed += _reference_sql(spec, columns[0], max_class)
            else:
                listed += columns
            self.wires.append((spec.name, _wire(spec, at)))
        for spec in kind.fields:
            if spec.target and spec.name not in withheld:
                targets.setdefault(spec.target, []).append(spec.name)
        self.targets = list(targets.items())
        self.sql = f"SELECT {', '.join(['t.rid', 't.id', *listed])} FROM {kind.name} t"


def _reference_sql(spec: Field, column: str, max_class: str) -> list[str]:
    """[id of the record or nothing, whether the field is filled]."""
    target = entity_of(spec.target)
    if "document_class" not in target.by_name:
        return [f"(SELECT x.uuid FROM record x WHERE x.rid = {column})", "1"]
    rule = class_sql(target, "y", max_class)
    return [
        f"(SELECT y.id FROM {target.name} y WHERE y.rid = {column} AND {rule})",
        f"CASE WHEN {column} IS NULL THEN 0 ELSE 1 END",
    ]


def _wire(spec: Field, at: int) -> _Wire:
    match spec.kind:
        case Kind.MONEY:
            return lambda row: None if row[at] is None else f"{row[at + 1]} {row[at]}"
        case Kind.REFERENCE:
            guarded = "document_class" in entity_of(spec.target).by_name

            def reference(row: Sequence[Any]) -> str | None:
                if row[at] is not None:
                    return _hex(bytes(row[at]))
                return KEPT_BACK if guarded and row[at + 1] else None

            return reference
        case Kind.NUMBER | Kind.PERCENT | Kind.YES_NO:
            return lambda row: None if row[at] is None else str(row[at])
    return lambda row: row[at]


@lru_cache(maxsize=65_536)
def _hex(raw: bytes) -> str:
    """Few records are referred to by very many."""
    return raw.hex()
