"""How an entity is described: what feeds its table, list, form, Excel columns and history."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Kind(StrEnum):
    """The closed set of field kinds; every layer handles all of them (a test loops over it)."""

    TEXT = "text"
    LONG_TEXT = "long_text"
    NUMBER = "number"
    MONEY = "money"
    PERCENT = "percent"
    DATE = "date"
    PERIOD = "period"
    CHOICE = "choice"
    REFERENCE = "reference"
    TAGS = "tags"
    YES_NO = "yes_no"
    FILE = "file"
    REFERENCES = "references"


SET_KINDS = frozenset({Kind.TAGS, Kind.REFERENCES})
"""Kinds whose value is a set: stored as member rows, so that additions made apart survive."""

BIRTH = 0
SAME_AS = 1022
LIFE = 1023
"""Field numbers that the change log keeps for itself: the row image, the records that a duplicate
was united with (a set), and delete/restore."""


class Area(StrEnum):
    """The areas of the navigation rail that own entities, in its order."""

    PROGRAMMES = "programmes"
    COMMITTEES = "committees"
    FUNDING = "funding"
    MONITORING = "monitoring"
    KNOWLEDGE = "knowledge"
    OUTREACH = "outreach"
    ORGANISATION = "organisation"


@dataclass(frozen=True, eq=False)
class Field:
    """One field of an entity; there is one object a field, compared by identity.

    `number` (1 to 1022) names the field in the change log and in bundles: stable, never reused.
    `decimals` is the fixed scale of NUMBER and PERCENT, which are stored as scaled integers.
    `part_of` on a REFERENCE: the target owns this record, which is deleted with it.
    `aliases` are further column headings under which workbooks carry the field.
    """

    number: int
    name: str
    label: str
    kind: Kind = Kind.TEXT
    required: bool = False
    target: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    decimals: int = 0
    part_of: bool = False
    listed: bool = False
    section: str = ""
    help: str = ""
    default: str = ""
    aliases: tuple[str, ...] = ()

    @property
    def is_set(self) -> bool:
        return self.kind in SET_KINDS

    def choice_label(self, key: str) -> str:
        """The words for a choice's key; a key that this version does not know shows as itself."""
        return next((label for k, label in self.choices if k == key), key)


@dataclass(frozen=True, eq=False)
class Entity:
    """One entity. `number` is its stable table number in the change log.

    `title` names the fields whose values, joined by a space dot, make a record's name;
    `code` the field shown where there is no room for it. `key` are the fields by which an import
    recognises a record; `order` is the default sort, with a leading "-" for descending.
    `tree` names the reference to its own kind that makes it a tree. `unitable` is False where
    each record stands for itself: what was posted or counted is reversed or deleted instead.
    """

    number: int
    name: str
    label: str
    plural: str
    area: Area
    fields: tuple[Field, ...]
    title: tuple[str, ...]
    code: str = ""
    key: tuple[str, ...] = ()
    order: tuple[str, ...] = ()
    tree: str = ""
    purpose: str = ""
    aliases: tuple[str, ...] = ()
    unitable: bool = True

    @cached_property
    def by_name(self) -> dict[str, Field]:
        return {f.name: f for f in self.fields}

    @cached_property
    def by_number(self) -> dict[int, Field]:
        return {f.number: f for f in (*self.fields, self.same_as)}

    @cached_property
    def columns(self) -> tuple[Field, ...]:
        """The fields that live in the entity's own table (sets live in member rows)."""
        return tuple(f for f in self.fields if not f.is_set)

    @cached_property
    def sets(self) -> tuple[Field, ...]:
        return tuple(f for f in self.fields if f.is_set)

    @cached_property
    def same_as(self) -> Field:
        """The set of records that this one is a duplicate of; no form or list shows it."""
        return Field(SAME_AS, "united_with", "United with", Kind.REFERENCES, target=self.name)

    @property
    def unites(self) -> bool:
        """Whether two of its records can turn out to be one: parts belong to their whole."""
        return self.owner is None and self.unitable

    @cached_property
    def one(self) -> str:
        """The label with its article, within a sentence: "an indicator"."""
        words = self.label[:1].lower() + self.label[1:]
        return f"an {words}" if words[:1] in "aeio" else f"a {words}"

    @cached_property
    def owner(self) -> Field | None:
        """The reference to the record that this one is a part of, if any."""
        return next((f for f in self.fields if f.part_of), None)

    def field(self, name: str) -> Field:
        """The field of that name; KeyError if there is none."""
        return self.by_name[name]
