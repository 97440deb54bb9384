"""Change and ChangeSet: the one vocabulary of edit, undo, import, merge and audit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from uuid import UUID

from aps_desktop.domain.values import Value

NAME_LIMIT = 200
"""Characters of an officer's or a computer's name, in the log and in bundles."""
SECRETARIAT = "ASEC"
"""The office whose edits of any office's records stand; other offices' arrive as proposals."""


class Why(StrEnum):
    """What kind of work a change set is; stored with it for good."""

    EDIT = "edit"
    IMPORT = "import"
    UNDO = "undo"
    REDO = "redo"
    MERGE = "merge"
    RESOLVE = "resolve"
    REVERT = "revert"
    SETUP = "setup"


@dataclass(frozen=True, slots=True)
class Create:
    """A new record. Set fields take the whole set; a missing field is empty."""

    entity: str
    id: UUID
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Update:
    """One field of one record gets a value (a set field: the whole new set)."""

    entity: str
    id: UUID
    field: str
    value: Value


@dataclass(frozen=True, slots=True)
class Delete:
    """A record goes, with the records that are a part of it."""

    entity: str
    id: UUID


@dataclass(frozen=True, slots=True)
class Restore:
    """A deleted record comes back as it was."""

    entity: str
    id: UUID


@dataclass(frozen=True, slots=True)
class Unite:
    """A record turns out to be the same as another: that one stands for both from now on."""

    entity: str
    id: UUID
    into: UUID


@dataclass(frozen=True, slots=True)
class Separate:
    """A record that was united with another stands for itself again."""

    entity: str
    id: UUID


Change = Create | Update | Delete | Restore | Unite | Separate


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """What is applied in one transaction: all of it, or nothing.

    `label` says what it is in words that fit behind "Undo": "edit project ACP-ACDM-2025-014".
    """

    label: str
    changes: tuple[Change, ...]
    why: Why = Why.EDIT


@dataclass(frozen=True, slots=True)
class Applied:
    """What became of a change set: its number on this device, and what it touched.

    `number` is 0 when nothing changed. `touched` maps an entity's name to the local row numbers
    (rid) whose row appeared, changed or went; panes refresh by it. `proposed` counts the changes
    that only propose something to the office that owns the record.
    """

    number: int
    label: str
    touched: Mapping[str, frozenset[int]] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    proposed: int = 0
