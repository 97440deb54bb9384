"""Everything that a record's page shows at once, read in one go."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import conflicts as in_conflict
from aps_desktop.db.queries import lists
from aps_desktop.domain.entities import entity, references_to
from aps_desktop.domain.fields import Entity, Field
from aps_desktop.domain.office_names import office_name
from aps_desktop.domain.rules import Problem
from aps_desktop.domain.values import Value
from aps_desktop.services import drafts, proposals, records
from aps_desktop.services.records import Record


@dataclass(frozen=True)
class Related:
    """Records of one entity that refer to the page's record by one field."""

    kind: Entity
    by: Field
    label: str

    @property
    def key(self) -> str:
        return f"{self.kind.name}.{self.by.name}"

    def query(self, rid: int) -> lists.ListQuery:
        return lists.ListQuery(self.kind.name, (), filters=(self.filter(rid),))

    def filter(self, rid: int) -> lists.Filter:
        return lists.Filter(self.by.name, "rid", (rid,))


@dataclass(frozen=True)
class RecordPage:
    """`counts` by `Related.key`; `conflicts` names fields with more than one value.

    `draft` is what was typed and not saved; `extra` what one entity's own page needs besides;
    `proposals` says by field what other offices propose ("" for the record as a whole).
    """

    record: Record
    counts: dict[str, int]
    conflicts: frozenset[str]
    problems: list[Problem]
    draft: drafts.Draft
    extra: dict[str, Any] = field(default_factory=dict)
    proposals: dict[str, str] = field(default_factory=dict)


Extra = Callable[[Connection, Record], dict[str, Any]]


def load(c: Connection, name: str, id: UUID, extra: Extra | None = None) -> RecordPage:
    """A record with all that stands around it. NotFound when it is not there."""
    record = records.get(c, name, id)
    return RecordPage(
        record,
        {one.key: lists.count(c, one.query(record.rid)) for one in related_to(name)},
        conflicts(c, record),
        records.problems(name, record.values),
        drafts.load(c, name, id.hex),
        extra(c, record) if extra else {},
        proposed(c, id),
    )


def related_to(name: str) -> list[Related]:
    """What refers to an entity: its parts first, then the others."""
    found = sorted(references_to(name), key=_parts_first)
    kinds = [kind.name for kind, _ in found]
    return [
        Related(kind, by, kind.plural if kinds.count(kind.name) == 1 else _both(kind, by))
        for kind, by in found
    ]


def conflicts(c: Connection, record: Record) -> frozenset[str]:
    """The fields of a record that were changed in two places to different values."""
    kind = entity(record.entity)
    numbers = in_conflict.fields(c, record.rid)
    return frozenset(kind.by_number[n].name for n in numbers if n in kind.by_number)


def proposed(c: Connection, id: UUID) -> dict[str, str]:
    """What waits for the owner's answer, in words by field."""
    found: dict[str, list[str]] = {}
    for one in proposals.waiting(c, record=id):
        what = (one.value or "(empty)") if one.event == proposals.VALUE else one.words
        found.setdefault(one.field, []).append(f"by {office_name(one.office)}: {what}")
    return {name: "; ".join(words) for name, words in found.items()}


def labels_of(c: Connection, name: str, values: Mapping[str, Value]) -> dict[UUID, str]:
    """What the records are called that these values refer to."""
    labels: dict[UUID, str] = {}
    for one in entity(name).fields:
        value = values.get(one.name)
        ids = value if isinstance(value, frozenset) else {value}
        for id in ids if one.target else ():
            if not isinstance(id, UUID):
                continue
            rid = c.value("SELECT rid FROM record WHERE uuid = ?", (id.bytes,))
            found = lists.labels_of(c, one.target, [rid]) if rid is not None else {}
            labels[id] = found[rid][1] if rid in found else "(not here)"
    return labels


def _parts_first(pair: tuple[Entity, Field]) -> bool:
    return not pair[1].part_of


def _both(kind: Entity, by: Field) -> str:
    return f"{kind.plural} ({by.label.lower()})"
