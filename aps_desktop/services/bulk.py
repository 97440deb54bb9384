"""Several records at once: what they have in common, and how many a change would touch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Entity, Field
from aps_desktop.domain.values import Value
from aps_desktop.services import records

_EMPTY: tuple[Value, ...] = (None, "", frozenset())


@dataclass(frozen=True)
class Together:
    """The values of several records by field, one for each record in the same order."""

    values: Mapping[str, tuple[Value, ...]]
    labels: Mapping[UUID, str]
    count: int

    def common(self, name: str) -> tuple[bool, Value]:
        """(whether all records have the same value, that value)."""
        first, *others = self.values[name]
        return all(_same(first, other) for other in others), first

    def touched(self, new: Mapping[str, Value]) -> int:
        """How many of the records would get another value."""
        return sum(
            any(not _same(self.values[name][n], value) for name, value in new.items())
            for n in range(self.count)
        )


def together(c: Connection, name: str, ids: Sequence[UUID]) -> Together:
    """What these records hold now."""
    found = [records.get(c, name, id) for id in ids]
    labels: dict[UUID, str] = {}
    for record in found:
        labels |= record.labels
    values = {
        field.name: tuple(record.values.get(field.name) for record in found)
        for field in editable(entity(name))
    }
    return Together(values, labels, len(found))


def editable(kind: Entity) -> tuple[Field, ...]:
    """The fields that several records may share: neither what names one, nor what it is part of."""
    own = {kind.code, *kind.key, *kind.title}
    return tuple(f for f in kind.fields if f.name not in own and not f.part_of)


def _same(one: Value, other: Value) -> bool:
    return one == other or (one in _EMPTY and other in _EMPTY)
