"""What an import found and did, as plain values: by sheet, by kind of record, by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any
from uuid import UUID

from aps_desktop.domain.changes import Applied
from aps_desktop.domain.values import Value
from aps_desktop.exchange.cells import Sheet, Workbook
from aps_desktop.exchange.detect import Table
from aps_desktop.exchange.drafts import DraftRecord, Note, Problem, RowResult
from aps_desktop.exchange.mapping import SheetMapping
from aps_desktop.exchange.parse import Draft

Progress = Callable[[int, int, str], None]
"""How far: (done, of how much - 0 when unknown, what is being done)."""
Cancelled = Callable[[], bool]


def no_progress(done: int, of: int, words: str) -> None:
    """Nobody watches."""
    del done, of, words


def never() -> bool:
    """Nobody cancels."""
    return False


class Verdict(StrEnum):
    """What becomes of a record of a workbook."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"
    REFUSED = "refused"
    WAITING = "waiting"


@dataclass(slots=True)
class Decided:
    """One record of a row and what becomes of it. `changes` holds (old, new) by field."""

    record: DraftRecord
    verdict: Verdict
    id: UUID | None = None
    rid: int = 0
    changes: Mapping[str, tuple[Value, Any]] = field(default_factory=dict)

    @property
    def entity(self) -> str:
        return self.record.entity

    @property
    def row(self) -> int:
        """The row, counted from 0."""
        return self.record.draft.row


@dataclass(frozen=True)
class FoundSheet:
    """A sheet (or one of its tables), and how it is to be understood.

    `mapping` is None where nothing fits or the sheet is left out; `why` says so in words.
    `source` says where the mapping comes from: "guessed", "remembered", "exported" or "chosen".
    """

    sheet: Sheet
    table: Table | None
    mapping: SheetMapping | None
    source: str = "guessed"
    why: str = ""
    base: str = ""

    @property
    def name(self) -> str:
        return self.sheet.name


@dataclass(frozen=True)
class FoundWorkbook:
    """A workbook that was read: its sheets in their order. `split`: a sheet held two tables."""

    path: Path
    workbook: Workbook
    sheets: tuple[FoundSheet, ...]
    rests: Mapping[str, str]
    split: bool = False


@dataclass
class PlannedSheet:
    """What would become of each record of a sheet."""

    found: FoundSheet
    rows: list[RowResult] = field(default_factory=list)
    records: list[Decided] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    warnings: list[Note] = field(default_factory=list)

    @property
    def name(self) -> str:
        return self.found.name

    def count(self, verdict: Verdict, entity: str = "") -> int:
        return sum(
            number for (what, kind), number in self.counts().items()
            if what is verdict and entity in ("", kind)
        )  # fmt: skip

    def counts(self) -> Counter[tuple[Verdict, str]]:
        """How many records of each kind meet each verdict."""
        return Counter([(one.verdict, one.record.entity) for one in self.records])

    def problems(self) -> list[Problem]:
        """What is wrong with cells, in the order of rows."""
        return [p for row in self.rows for p in row.problems]


@dataclass
class Plan:
    """What an import would do. `seen` marks the state of the database that it was made for."""

    found: FoundWorkbook
    sheets: list[PlannedSheet]
    seen: str = ""
    ids: dict[Draft, UUID] = field(default_factory=dict)

    def count(self, verdict: Verdict) -> int:
        return sum(sheet.count(verdict) for sheet in self.sheets)

    @property
    def empty(self) -> bool:
        """Whether nothing would be written."""
        return not self.count(Verdict.NEW) and not self.count(Verdict.CHANGED)


@dataclass(frozen=True, slots=True)
class CellError:
    """Why a cell, and mostly its row with it, did not come in. `row` is Excel's own number.

    `level`: "refused", "waiting" (for another row) or "cell" (only the cell was left out).
    """

    row: int
    column: str
    value: str
    message: str
    cell: str = ""
    hint: str = ""
    level: str = "refused"


@dataclass(frozen=True, slots=True)
class SheetReport:
    """What became of one sheet. The counts are of records; a row may hold several of them.

    `left_out` names the columns that hold something but fill nothing, `passed_over` the rows that
    were taken for totals, headings or notes.
    """

    sheet: str
    entity: str
    header_row: int
    mapping: Mapping[str, str]
    rows: int
    new: int
    changed: int
    same: int
    refused: int
    waiting: int
    parts: tuple[Mapping[str, Any], ...]
    errors: tuple[CellError, ...]
    notes: tuple[Mapping[str, Any], ...]
    source: str
    left_out: tuple[Mapping[str, Any], ...] = ()
    passed_over: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did. `skipped` names sheets that hold nothing to import, and why."""

    file: str
    sheets: tuple[SheetReport, ...]
    skipped: tuple[Mapping[str, str], ...] = ()
    dry_run: bool = False
    change_set: int = 0
    label: str = ""
    backup: Path | None = None
    errors_file: Path | None = None
    errors_rows: int = 0
    applied: Applied | None = None

    @property
    def complete(self) -> bool:
        """Whether no cell was refused."""
        return not any(sheet.errors for sheet in self.sheets)

    def as_json(self) -> dict[str, Any]:
        """The document of `import-excel --json`."""
        from dataclasses import asdict

        return {
            "file": self.file,
            "sheets": [asdict(sheet) for sheet in self.sheets],
            "skipped": [dict(one) for one in self.skipped],
            "dry_run": self.dry_run,
            "change_set": self.change_set,
            "backup": str(self.backup) if self.backup else None,
            "errors_file": str(self.errors_file) if self.errors_file else None,
        }
