"""Brings files of IATI in: read in a child, compared with the database, written as one step.

The preview and the writing are those of every import (`importing_compare`, `importing_apply`): new,
changed, the same, refused. What the program wrote itself comes back whole, with its ids.
"""

from __future__ import annotations

import glob
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.store import this_device
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.clock import SystemClock, today
from aps_desktop.domain.entities import entity as entity_of
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.fields import Entity, Kind
from aps_desktop.exchange import iati_own, iati_process
from aps_desktop.exchange.cells import Sheet, Workbook
from aps_desktop.exchange.drafts import WAITING, DraftRecord, RowResult
from aps_desktop.exchange.gc_pause import collector_paused
from aps_desktop.exchange.iati_drafts import Activity, Drafts, Element
from aps_desktop.exchange.iati_foreign import Foreign
from aps_desktop.exchange.iati_problem import ERROR, WARNING, Problem
from aps_desktop.exchange.mapping import Part, SheetMapping, Target
from aps_desktop.exchange.parse import Draft
from aps_desktop.services import backup
from aps_desktop.services.iati_codes import DatabaseLookups
from aps_desktop.services.importing_apply import apply_plan, state_of
from aps_desktop.services.importing_base import read_mark
from aps_desktop.services.importing_compare import Comparer
from aps_desktop.services.importing_current import rids_of
from aps_desktop.services.importing_types import (
    Cancelled,
    FoundSheet,
    FoundWorkbook,
    Plan,
    PlannedSheet,
    Progress,
    Verdict,
    never,
    no_progress,
)

ORDER = (
    "department", "officer", "partner", "organisation", "classification", "body", "framework",
    "framework_node", "disaggregation_dimension", "fund", "programme", "project",
    "project_alignment", "approval_step", "budget", "budget_line", "tranche", "condition",
    "contribution", "fund_transaction", "document", "document_version", "knowledge_product",
    "result", "indicator", "target", "indicator_value",
)  # fmt: skip
"""What is referred to comes first."""
PART_VERDICTS = (Verdict.NEW, Verdict.CHANGED, Verdict.SAME, Verdict.REFUSED)
_MOST_TOLD = 2_000
MOST_RECORDS = 400_000
"""A file is compared as a whole before anything is written, so all its records are in memory at
once: 1.6 KB each to look at, 3 KB to write, so 1.2 GB of these."""
PART = 200_000
"""So many records has a part of a file that was split: both look at home on a small laptop."""
_WAITS = "It belongs to a record that is refused, so it stays out too."


class TooLarge(UserError):
    """A file that must be split before it can be imported."""


@dataclass
class ActivityReport:
    """What becomes of one activity: how many of its records are new, changed, the same, refused."""

    identifier: str
    title: str
    line: int
    own: bool
    counts: dict[str, int]
    problems: list[Problem]

    def as_json(self) -> dict[str, Any]:
        return {
            "identifier": self.identifier,
            "title": self.title,
            "line": self.line,
            **{str(verdict): self.counts.get(verdict, 0) for verdict in PART_VERDICTS},
            "problems": len(self.problems),
        }


@dataclass
class IatiPlan:
    """What an import would do, and what nobody has explained: (kind, code) -> (name, how often)."""

    path: Path
    version: str
    plan: Plan
    activities: list[ActivityReport]
    unknown: dict[tuple[str, str], tuple[str, int]]
    applied: Applied | None = None
    backup: Path | None = None
    dry_run: bool = True

    def count(self, verdict: Verdict) -> int:
        return self.plan.count(verdict)

    @property
    def problems(self) -> list[Problem]:
        return [problem for one in self.activities for problem in one.problems]

    @property
    def lost(self) -> bool:
        """Whether records are refused, or something in the file could become none."""
        refused = self.count(Verdict.REFUSED) or self.count(Verdict.WAITING)
        wrong = (one.kind == "import" and one.level == ERROR for one in self.problems)
        return bool(refused) or any(wrong)

    @property
    def complete(self) -> bool:
        """Whether everything came in, and every code was understood."""
        return not (self.lost or self.unknown)

    @property
    def label(self) -> str:
        """What the step is called."""
        count = sum(1 for one in self.activities if one.identifier)
        kind = "activity" if count == 1 else "activities"
        return f"import {count:,} {kind} from {self.path.name}"

    def as_json(self) -> dict[str, Any]:
        """The document of `iati import --json`."""
        problems = self.problems
        kinds = {sheet.records[0].entity: sheet for sheet in self.plan.sheets if sheet.records}
        return {
            "file": str(self.path),
            "version": self.version,
            "activities": sum(1 for one in self.activities if one.identifier),
            **{str(verdict): self.count(verdict) for verdict in PART_VERDICTS},
            "records": {
                name: {str(v): sheet.count(v) for v in PART_VERDICTS}
                for name, sheet in kinds.items()
            },
            "report": [one.as_json() for one in self.activities],
            "unknown": [
                {"kind": kind, "code": code, "name": name, "count": count}
                for (kind, code), (name, count) in self.unknown.items()
            ],
            "problems": [msgspec.structs.asdict(one) for one in problems[:_MOST_TOLD]],
            "problem_count": len(problems),
            "dry_run": self.dry_run,
            "change_set": self.applied.number if self.applied else 0,
            "backup": str(self.backup) if self.backup else None,
        }


def import_file(
    db: Database,
    path: Path,
    *,
    dry_run: bool = False,
    progress: Progress = no_progress,
    cancelled: Cancelled = never,
) -> IatiPlan:
    """The whole way from a file to records: one step to undo, after a backup."""
    planned = plan(db, path, progress, cancelled)
    return planned if dry_run else apply(db, planned, progress, cancelled)


def plan(
    db: Database, path: Path, progress: Progress = no_progress, cancelled: Cancelled = never
) -> IatiPlan:
    """What an import would do; nothing is written. UserError when the file cannot be read."""
    path = Path(path)
    with collector_paused():
        c = db.reader()
        seen = state_of(c)
        found = _Reading(c, path)
        found.read(db, progress, cancelled)
        _settle_references(c, found.drafts)
        sheets = _compared(c, found.drafts, found.base, progress, cancelled)
        workbook = FoundWorkbook(path, Workbook(path.name, ()), (), {})
        planned = Plan(workbook, sheets, seen)
        _keep_ids(c, planned)
        reports = _reports(planned, found.drafts, found.told)
    return IatiPlan(path, found.version, planned, reports, found.foreign.unknown.found)


def split(path: Path, folder: Path, cancelled: Cancelled = never) -> list[Path]:
    """Takes a file apart into files that can be imported one after another, in that folder.

    UserError, and no part is left, when it is broken or an export of this program.
    """
    before = set(folder.glob("*.xml"))
    try:
        names = iati_process.split(Path(path), folder, PART, today(SystemClock()), cancelled)
    except UserError:  # a process that was stopped has taken nothing away itself
        for part in set(folder.glob(f"{glob.escape(path.stem)} part *.xml")) - before:
            part.unlink(missing_ok=True)
        raise
    return [folder / name for name in names]


def apply(
    db: Database, planned: IatiPlan, progress: Progress = no_progress, cancelled: Cancelled = never
) -> IatiPlan:
    """Writes what the plan says, as one step, after a backup."""
    if not planned.plan.empty:
        progress(0, 0, "Making a backup first")
        planned.backup = backup.before(db, "import")
        planned.applied = apply_plan(db, planned.plan, progress, cancelled, planned.label)
    planned.dry_run = False
    return planned


@dataclass
class _Reading:
    """A file on its way to drafts."""

    c: Connection
    path: Path
    version: str = ""
    base: str = ""
    drafts: Drafts = field(default_factory=Drafts)
    told: list[tuple[int, list[Problem]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.foreign = Foreign(self.drafts, DatabaseLookups(self.c))

    def read(self, db: Database, progress: Progress, cancelled: Cancelled) -> None:
        withheld: list[str] = []
        size = self.path.stat().st_size if self.path.is_file() else 0
        with iati_process.reading(self.path, today(db.clock), cancelled) as messages:
            for message in messages:
                _go_on(cancelled)
                if message[0] == "version":
                    self.version = message[1]
                    continue
                if message[0] == "head":
                    withheld, self.base = message[1], self._base(message[2])
                    continue
                element = Element.of(message[1])
                if iati_own.is_own(element) or element.tag == "aps:record":
                    iati_own.take(self.drafts, element, withheld)
                else:
                    self.foreign.take(element)
                problems = msgspec.convert(message[2], list[Problem])
                self.told.append((len(self.drafts.activities) - 1, problems))
                if len(self.drafts) > MOST_RECORDS:
                    raise TooLarge(
                        f"“{self.path.name}” holds more than {MOST_RECORDS:,} records. They are "
                        "compared all at once before anything is written, and more would take "
                        "over a gigabyte of memory.",
                        "Split the file, and import its parts one after another.",
                    )
                progress(message[3], size, f"Reading “{self.path.name}”")

    def _base(self, mark: str) -> str:
        """The mark of a file that was exported here: only then is it known what is newer here."""
        known = read_mark(mark) or {}
        return mark if this_device(self.c)[0] in known else ""


def _settle_references(c: Connection, drafts: Drafts) -> None:
    """Ids of records in this file become drafts; ids of records that are nowhere are left out."""
    wanted: set[UUID] = set()
    fields = {
        name: [f for f in entity_of(name).fields if f.target] for name in drafts.records
    }  # fmt: skip
    for name, records in drafts.records.items():
        for record in records:
            for spec in fields[name]:
                value = record.values.get(spec.name)
                ones = value if isinstance(value, frozenset) else (value,)
                wanted.update(one for one in ones if isinstance(one, UUID))
    there = {id: alive for id, (_, _, alive) in rids_of(c, wanted).items()}
    for name, records in drafts.records.items():
        for record in records:
            for spec in fields[name]:
                if spec.name in record.values:
                    _settle(drafts, record, spec.name, spec.kind is Kind.REFERENCES, there)


def _settle(
    drafts: Drafts, record: DraftRecord, name: str, many: bool, there: dict[UUID, bool]
) -> None:
    def known(one: Any) -> Any:
        if not isinstance(one, UUID) or there.get(one):
            return one
        return drafts.by_id.get(one) or (one if one in there else None)

    value: Any = record.values[name]
    found = frozenset(known(v) for v in value) - {None} if many and value else known(value)
    missing = (
        bool(value) and found != value and (len(value) != len(found) if many else found is None)
    )
    if missing:
        activity, line = drafts.place(record.draft)
        spec = entity_of(record.entity).field(name)
        where = drafts.activities[activity]
        words = f"{spec.label} is not in this database nor in the file: it is left empty."
        where.problems.append(Problem(line, where.identifier, "", words, "import", WARNING))
    if found or found is False:
        record.values[name] = found
    else:
        del record.values[name]
        if missing:
            record.blank = tuple(one for one in record.blank if one != name)


def _go_on(cancelled: Cancelled) -> None:
    if cancelled():
        raise UserError("The import was cancelled.", "Nothing was written.")


def _compared(
    c: Connection, drafts: Drafts, base: str, progress: Progress, cancelled: Cancelled
) -> list[PlannedSheet]:
    comparer = Comparer(c)
    sheets = []
    for number, name in enumerate(sorted(drafts.records, key=_place)):
        _go_on(cancelled)
        words = f"Comparing {entity_of(name).plural.lower()} with what is here"
        progress(number, len(drafts.records), words)
        sheet = PlannedSheet(_sheet(entity_of(name), base))
        sheet.rows = [RowResult(one.draft.row, [one]) for one in drafts.records[name]]
        comparer.compare(sheet)
        sheets.append(sheet)
    return sheets


def _place(name: str) -> int:
    return ORDER.index(name) if name in ORDER else len(ORDER)


def _sheet(kind: Entity, base: str) -> FoundSheet:
    """The drafts of one entity, as the comparison knows them: a sheet with a column for a field."""
    targets = tuple(Target(n, 0, f.name) for n, f in enumerate(kind.fields))
    mapping = SheetMapping(kind.plural, 0, (Part(kind.name),), targets)
    return FoundSheet(Sheet(kind.plural, ()), None, mapping, source="exported", base=base)


def _keep_ids(c: Connection, planned: Plan) -> None:
    """New records of our own keep the id that they left with."""
    new = [
        one for sheet in planned.sheets for one in sheet.records
        if one.verdict is Verdict.NEW and one.record.id is not None
    ]  # fmt: skip
    taken = rids_of(c, [one.record.id for one in new if one.record.id])
    for one in new:
        if one.record.id not in taken:
            one.id = one.record.id


def _reports(
    planned: Plan, drafts: Drafts, told: list[tuple[int, list[Problem]]]
) -> list[ActivityReport]:
    counts: list[Counter[str]] = [Counter() for _ in drafts.activities]
    for sheet in planned.sheets:
        for decided in sheet.records:
            verdict = Verdict.REFUSED if decided.verdict is Verdict.WAITING else decided.verdict
            counts[drafts.place(decided.record.draft)[0]][verdict] += 1
        for place, problem in _against(sheet, drafts):
            drafts.activities[place].problems.append(problem)
    for place, problems in told:
        drafts.activities[place].problems.extend(problems)
    return [
        _report(one, counted) for one, counted in zip(drafts.activities, counts, strict=True)
    ]  # fmt: skip


def _report(one: Activity, counted: Counter[str]) -> ActivityReport:
    problems = sorted(one.problems, key=lambda problem: problem.line)
    return ActivityReport(one.identifier, one.title, one.line, one.own, dict(counted), problems)


def _against(sheet: PlannedSheet, drafts: Drafts) -> Iterator[tuple[int, Problem]]:
    """What the comparison says against records, with the line and activity that they stand in."""
    for row in sheet.rows:
        for problem in row.problems:
            draft: Draft = row.drafts[0].draft
            place, line = drafts.place(draft)
            kind = row.drafts[0].entity
            why = _WAITS if problem.level == WAITING else problem.message
            words = f"{entity_of(kind).label}: {why}"
            identifier = drafts.activities[place].identifier
            yield place, Problem(line, identifier, kind, words, "import", ERROR)
