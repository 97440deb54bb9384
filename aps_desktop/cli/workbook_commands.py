"""Commands about workbooks: import-excel, export-excel."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from aps_desktop.cli.session import DONE, NEEDS_A_PERSON, Session
from aps_desktop.domain.errors import UserError
from aps_desktop.exchange.mapping import SheetMapping
from aps_desktop.services import exporting, importing
from aps_desktop.services.importing_losses import ROWS
from aps_desktop.services.importing_types import ImportReport


def import_excel(session: Session) -> int:
    """Brings a workbook in: all good rows in one step, the others named."""
    a = session.arguments
    with session.database() as db:
        report = importing.import_workbook(
            db,
            Path(a.file),
            sheet=a.sheet,
            entity=a.entity,
            mapping=_mapping(a.mapping),
            currency=a.currency or "",
            buddhist=a.buddhist_years,
            dry_run=a.dry_run,
            errors_out=Path(a.errors) if a.errors else None,
            progress=session.progress,
        )
    session.answer(report.as_json(), _in_words(report))
    return DONE if report.complete else NEEDS_A_PERSON


def _mapping(file: str | None) -> SheetMapping | Mapping[str, str] | None:
    """A file with a whole mapping, or simply with {"column heading": "field"}."""
    if not file:
        return None
    try:
        text = Path(file).read_text(encoding="utf-8")
        found = json.loads(text)
    except (OSError, ValueError) as error:
        raise UserError(f"The mapping {file} cannot be read.", "It is a JSON file.") from error
    if not isinstance(found, dict):
        raise UserError("This is not a mapping of columns.", '{"Column heading": "field", ...}')
    if "header_row" in found or "parts" in found:
        return SheetMapping.from_json(text)
    return {str(heading): str(field) for heading, field in found.items()}


def _in_words(report: ImportReport) -> str:
    lines = ["Nothing was written: this was a trial."] if report.dry_run else []
    for sheet in report.sheets:
        lines.append(
            f"{sheet.sheet} → {sheet.entity}: {sheet.new} new, {sheet.changed} changed, "
            f"{sheet.same} the same, {sheet.refused} refused"
        )
        lines += [f"  row {error.row}, {error.column}: {error.message}" for error in sheet.errors]
        lines += [
            f"  column {one['column']} left out: “{one['header']}” ({one['filled']:,} filled cells)"
            for one in sheet.left_out
        ]
        lines += [
            f"  row {one['row']} passed over as {ROWS[one['why']]}: {one['text']}"
            for one in sheet.passed_over
        ]
    lines += [f"{one['sheet']}: left out, {one['why']}" for one in report.skipped]
    if report.errors_file:
        lines.append(f"The refused rows are in {report.errors_file}.")
    return "\n".join(lines)


def export_excel(session: Session) -> int:
    """Writes records as a workbook that can be edited and imported again."""
    a = session.arguments
    with session.database() as db:
        rows = exporting.export_workbook(db, Path(a.out), a.entity or None, session.progress)
    session.answer({"rows": rows, "file": a.out}, f"{a.out}: {rows:,} rows.")
    return DONE
