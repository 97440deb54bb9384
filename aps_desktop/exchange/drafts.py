"""What the rows of a workbook become: draft records, and what is wrong with their cells."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from aps_desktop.exchange.cells import address
from aps_desktop.exchange.parse import Draft, Read

REFUSED = "refused"
CELL = "cell"
WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with a cell. `level`: REFUSED (its record is refused), CELL (only the cell is
    left out), WAITING (the record waits for another row that is refused)."""

    row: int
    column: int
    label: str
    raw: str
    message: str
    hint: str = ""
    part: int = 0
    level: str = REFUSED

    @property
    def address(self) -> str:
        return address(self.row, self.column)


@dataclass(slots=True)
class DraftRecord:
    """One record of a row. `values` lacks what is blank; Draft values stand for records to come.

    `same_as` names an earlier draft that is the same record. `missing` are required fields without
    value: a reason to refuse it if the record is new. `blank` are mapped fields left blank, told
    only when the row names the record's `id`: there, blank means empty. `apart`: it stands for the
    record of its `id` or for a new one, and never for another that has the same key.
    """

    entity: str
    draft: Draft
    values: dict[str, Read]
    refused: bool = False
    waiting: bool = False
    id: UUID | None = None
    base: str = ""
    same_as: Draft | None = None
    missing: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()
    apart: bool = False


@dataclass(slots=True)
class RowResult:
    """One row (counted from 0) and what became of it."""

    row: int
    drafts: list[DraftRecord]
    problems: list[Problem] = field(default_factory=list)

    @property
    def refused(self) -> int:
        """How many of its records are refused for what stands in their own cells."""
        return sum(d.refused for d in self.drafts)

    @property
    def waiting(self) -> int:
        return sum(d.waiting for d in self.drafts)


@dataclass(frozen=True, slots=True)
class Note:
    """How doubtful cells were understood: the first of them, and how many were alike."""

    address: str
    label: str
    text: str
    count: int = 1
