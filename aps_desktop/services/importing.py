"""Brings workbooks in: read, understand, compare, write as one step, give refused rows back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from aps_desktop.db.engine import Database
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.entities import ENTITIES, entity
from aps_desktop.domain.errors import NotFound, UserError
from aps_desktop.domain.money import Money
from aps_desktop.exchange.drafts import Note
from aps_desktop.exchange.gc_pause import collector_paused
from aps_desktop.exchange.mapping import SheetMapping
from aps_desktop.exchange.plan_rows import Planner
from aps_desktop.exchange.refused import Back, write_refused
from aps_desktop.services import backup, records
from aps_desktop.services import importing_mappings as mappings
from aps_desktop.services.importing_apply import apply_plan, label_of, state_of
from aps_desktop.services.importing_compare import Comparer, refused_rows
from aps_desktop.services.importing_headings import told_by_headings
from aps_desktop.services.importing_losses import columns_left_out, rows_passed_over
from aps_desktop.services.importing_read import as_read, read, understand
from aps_desktop.services.importing_resolver import DatabaseResolver
from aps_desktop.services.importing_types import (
    Cancelled,
    CellError,
    FoundSheet,
    FoundWorkbook,
    ImportReport,
    Plan,
    PlannedSheet,
    Progress,
    SheetReport,
    Verdict,
    never,
    no_progress,
)

__all__ = [
    "FoundSheet",
    "FoundWorkbook",
    "ImportReport",
    "Plan",
    "PlannedSheet",
    "SheetReport",
    "Verdict",
    "apply",
    "import_workbook",
    "plan",
    "read",
    "report",
    "save_refused",
    "understand",
    "undo",
]  # fmt: skip

Mapped = SheetMapping | Mapping[str, str]


def import_workbook(
    db: Database,
    path: Path,
    *,
    sheet: str | None = None,
    entity: str | None = None,
    mapping: Mapped | None = None,
    currency: str = "",
    buddhist: bool = False,
    dry_run: bool = False,
    errors_out: Path | None = None,
    progress: Progress = no_progress,
    cancelled: Cancelled = never,
) -> ImportReport:
    """The whole way from a file to records. `mapping` is a SheetMapping or header -> field,
    `currency` that of amounts beside which none is written, `buddhist` takes 2569 for 2026.

    All good rows are one step to undo, after a backup. UserError when nothing could be read.
    """
    told = sheet, entity, mapping, currency, buddhist
    with collector_paused():
        return _brought(db, Path(path), told, dry_run, errors_out, progress, cancelled)


def _brought(
    db: Database,
    path: Path,
    told: tuple[str | None, str | None, Mapped | None, str, bool],
    dry_run: bool,
    errors_out: Path | None,
    progress: Progress,
    cancelled: Cancelled,
) -> ImportReport:
    if errors_out and not errors_out.parent.is_dir():
        raise UserError(f"There is no folder “{errors_out.parent}”.", "Choose another folder.")
    resolver = DatabaseResolver(db.reader())
    found = read(db, path, progress, cancelled, resolver)
    sheet, name, mapping, currency, buddhist = told
    if any(one is not None for one in (sheet, name, mapping)):
        found = _as_told(db, found, sheet, name, mapping)
    if currency or buddhist:
        code = Money.of(0, currency).currency if currency else ""
        found = _as_written(found, code, buddhist)
    planned = plan(db, found, progress, cancelled, resolver)
    if not planned.sheets:
        reasons = " ".join(f"{one.name}: {one.why}" for one in found.sheets if one.why)
        raise UserError(
            f"Nothing in “{path.name}” can be imported. {reasons}".strip(),
            "Say which columns are which."
            if any(one.table and one.table.rows for one in found.sheets)
            else "A list needs a row of column headings with its records below.",
        )
    rows = save_refused(planned, errors_out) if errors_out and _has_errors(planned) else 0
    done = report(planned, dry_run=True) if dry_run else apply(db, planned, progress, cancelled)
    return replace(done, errors_file=errors_out if rows else None, errors_rows=rows)


def plan(
    db: Database,
    found: FoundWorkbook,
    progress: Progress = no_progress,
    cancelled: Cancelled = never,
    resolver: DatabaseResolver | None = None,
) -> Plan:
    """What an import would do; nothing is written."""
    with collector_paused():
        return _planned(db, found, progress, cancelled, resolver or DatabaseResolver(db.reader()))


def _planned(
    db: Database,
    found: FoundWorkbook,
    progress: Progress,
    cancelled: Cancelled,
    resolver: DatabaseResolver,
) -> Plan:
    c = db.reader()
    seen = state_of(c)
    by_name = {one.name: one for one in found.sheets if one.mapping and one.mapping.parts}
    planner = Planner(ENTITIES, resolver, rests=dict(found.rests))
    comparer = Comparer(c)
    total = sum(len(one.table.rows) for one in by_name.values() if one.table)
    done = 0
    planned: dict[str, PlannedSheet] = {}
    wanted = [one.mapping for one in by_name.values() if one.mapping]
    for mapping in planner.in_order(wanted):
        one = by_name[mapping.sheet]
        if one.table is None:
            continue
        sheet = PlannedSheet(one)
        for row in planner.drafts(one.sheet, one.table, mapping):
            sheet.rows.append(row)
            done += 1
            if done % 500 == 0:
                if cancelled():
                    raise UserError("The import was cancelled.")
                progress(done, total, f"Checking sheet “{one.name}”")
        comparer.compare(sheet)
        sheet.notes = planner.notes(one.name)
        planned[one.name] = sheet
    progress(total, total, "Checked")
    return Plan(found, [planned[name] for name in by_name if name in planned], seen)


def apply(
    db: Database, planned: Plan, progress: Progress = no_progress, cancelled: Cancelled = never
) -> ImportReport:
    """Writes all good records as one step, after a backup; and remembers what a person chose."""
    kept: Path | None = None
    applied: Applied | None = None
    if not planned.empty:
        progress(0, 0, "Making a backup first")
        kept = backup.before(db, "import")
        applied = apply_plan(db, planned, progress, cancelled)
    chosen = [
        one.mapping for one in planned.found.sheets if one.mapping and one.source == "chosen"
    ]  # fmt: skip
    if chosen:
        mappings.remember(db, chosen)
    return report(planned, applied=applied, kept=kept)


def save_refused(planned: Plan, target: Path) -> int:
    """Writes the refused rows as the same workbook, marked; how many rows came back."""
    backs = [
        Back(one.found.sheet, one.found.table, one.found.mapping, refused_rows(one))
        for one in planned.sheets
        if one.found.table and one.found.mapping
    ]
    found = planned.found
    source = found.path.with_suffix("") if found.split else found.path
    return write_refused(source, Path(target), as_read(found), backs)


def undo(db: Database, label: str) -> Applied:
    """Takes an import back. UserError when something else was done after it."""
    last, _ = records.undo_labels(db.reader())
    if last != label:
        raise UserError(
            "Something else was changed after the import.",
            "Undo that first, with Undo in the menu.",
        )
    return records.undo(db)


def report(
    planned: Plan,
    *,
    dry_run: bool = False,
    applied: Applied | None = None,
    kept: Path | None = None,
) -> ImportReport:
    """What a plan says, or what became of it, as plain values."""
    found = planned.found
    there = {one.name for one in planned.sheets}
    return ImportReport(
        found.path.name,
        tuple(_sheet_report(one) for one in planned.sheets),
        tuple({"sheet": one.name, "why": one.why} for one in found.sheets if one.name not in there),
        dry_run=dry_run,
        change_set=applied.number if applied else 0,
        label=label_of(planned),
        backup=kept,
        applied=applied,
    )


def _sheet_report(sheet: PlannedSheet) -> SheetReport:
    found = sheet.found
    mapping = found.mapping
    names = list(dict.fromkeys(p.entity for p in mapping.parts)) if mapping else []
    counts = sheet.counts()
    whole = {v: sum(n for (what, _), n in counts.items() if what is v) for v in Verdict}
    return SheetReport(
        sheet=sheet.name,
        entity=names[0] if names else "",
        header_row=mapping.header_row + 1 if mapping else 0,
        mapping=mapping.described() if mapping else {},
        rows=len(sheet.rows),
        **{str(verdict): number for verdict, number in whole.items()},
        parts=tuple(
            {"entity": name, **{str(v): counts[v, name] for v in Verdict}} for name in names
        ),
        errors=tuple(
            CellError(p.row + 1, p.label, p.raw, p.message, p.address, p.hint, p.level)
            for p in sheet.problems()
        ),
        notes=tuple(map(_note, (*told_by_headings(found), *sheet.notes, *sheet.warnings))),
        source=found.source,
        left_out=tuple(columns_left_out(found)),
        passed_over=tuple(rows_passed_over(found, sheet.rows)),
    )


def _note(note: Note) -> dict[str, Any]:
    return {"cell": note.address, "column": note.label, "note": note.text, "count": note.count}


def _has_errors(planned: Plan) -> bool:
    return any(row.problems for sheet in planned.sheets for row in sheet.rows)


def _as_written(found: FoundWorkbook, currency: str, buddhist: bool) -> FoundWorkbook:
    """The workbook with its bare amounts in a currency, where nothing in it says another, and with
    years of the Buddhist era."""

    def written(mapping: SheetMapping) -> SheetMapping:
        habits = mapping.habits
        return replace(mapping, habits=replace(
            habits,
            currency=habits.currency or currency,
            allow_buddhist=habits.allow_buddhist or buddhist,
        ))  # fmt: skip

    sheets = [
        replace(one, mapping=written(one.mapping)) if one.mapping else one for one in found.sheets
    ]
    return replace(found, sheets=tuple(sheets))


def _as_told(
    db: Database,
    found: FoundWorkbook,
    sheet: str | None,
    name: str | None,
    mapping: Mapped | None,
) -> FoundWorkbook:
    """The workbook as the caller says that it is to be understood."""
    if name is not None:
        entity(name)
    wanted = [one for one in found.sheets if sheet is None or one.name == sheet]
    if not wanted:
        raise NotFound(
            f"There is no sheet “{sheet}”.",
            "Sheets: " + ", ".join(one.name for one in found.sheets) + ".",
        )
    if mapping is not None and len(wanted) > 1:
        raise UserError("A mapping is for one sheet.", "Say which sheet it is for.")
    if name is None and mapping is None:
        asked = [one if one.mapping else understand(db, one) for one in wanted]
        return replace(found, sheets=tuple(asked))
    told = []
    for one in wanted:
        if isinstance(mapping, SheetMapping):
            fitted = replace(mapping, sheet=one.name)
            anew = understand(db, one, name=name or "", header_row=mapping.header_row)
            told.append(replace(anew, mapping=fitted, source="chosen"))
        else:
            told.append(understand(db, one, name=name or "", words=mapping))
    return replace(found, sheets=tuple(told))
