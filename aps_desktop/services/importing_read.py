"""Reads a workbook and finds out what its sheets hold, before anything is compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from aps_desktop.db.engine import Database
from aps_desktop.domain.entities import ENTITIES, entity
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.money import CURRENCIES
from aps_desktop.exchange.cells import Sheet, Workbook, cell_text
from aps_desktop.exchange.detect import Table
from aps_desktop.exchange.exported import exported_base, exported_mappings
from aps_desktop.exchange.gc_pause import collector_paused
from aps_desktop.exchange.guess import Guesser
from aps_desktop.exchange.indicator_form import form_mappings
from aps_desktop.exchange.long_texts import META_SHEET, rests
from aps_desktop.exchange.mapping import SheetMapping
from aps_desktop.exchange.parse import Resolver
from aps_desktop.exchange.rate_tables import as_rows
from aps_desktop.exchange.read_workbook import read_workbook
from aps_desktop.services import importing_mappings as mappings
from aps_desktop.services.importing_context import choices_above, said_above, wanted, with_told
from aps_desktop.services.importing_resolver import DatabaseResolver
from aps_desktop.services.importing_tables import tables_of
from aps_desktop.services.importing_types import (
    Cancelled,
    FoundSheet,
    FoundWorkbook,
    Progress,
    never,
    no_progress,
)

NO_TABLE = "No row of column headings was found."
NO_ROWS = "There are column headings, but no records below them."
NO_FIT = "Its columns are none of a kind of record."
LEFT_OUT = "Left out."
HIDDEN = "It is a hidden sheet: choose it by its name to import it."


def read(
    db: Database,
    path: Path,
    progress: Progress = no_progress,
    cancelled: Cancelled = never,
    resolver: Resolver | None = None,
) -> FoundWorkbook:
    """Reads the file in a child process and guesses what its sheets are. UserError if it cannot."""
    with collector_paused():
        return _read(db, path, progress, cancelled, resolver)


def _read(
    db: Database, path: Path, progress: Progress, cancelled: Cancelled, resolver: Resolver | None
) -> FoundWorkbook:
    progress(0, 0, f"Reading {path.name}")
    workbook = read_workbook(
        path, progress=lambda rows: progress(0, 0, f"{rows:,} rows read"), cancelled=cancelled
    )
    if cancelled():
        raise UserError("The import was cancelled.")
    progress(0, 0, "Finding out what the columns are")
    resolver = resolver or DatabaseResolver(db.reader())
    guesser = Guesser(ENTITIES, resolver)
    exported = exported_mappings(workbook, ENTITIES)
    exported |= form_mappings(workbook, entity("indicator"), entity("indicator_value"))
    bases = exported_base(workbook)
    found: list[FoundSheet] = []
    split = False
    for sheet in workbook.sheets:
        if sheet.name == META_SHEET:
            continue
        if sheet.name in exported:
            table = guesser.table(sheet, exported[sheet.name].header_row)
            base = bases.get(sheet.name, "")
            found.append(FoundSheet(sheet, table, exported[sheet.name], "exported", "", base))
            continue
        tables = tables_of(sheet, guesser)
        ones = [_found(db, one, guesser, resolver) for one in tables]
        rates = as_rows(sheet, path.stem) if not any(map(_as_it_stands, ones)) else None
        if rates is not None:
            ones = [_found(db, rates, guesser, resolver)]
        split = split or len(tables) > 1 or ones[0].sheet is not sheet
        found += ones
    return FoundWorkbook(path, workbook, tuple(found), rests(workbook), split)


def understand(
    db: Database,
    found: FoundSheet,
    *,
    name: str = "",
    header_row: int | None = None,
    words: Mapping[str, str] | None = None,
) -> FoundSheet:
    """The sheet anew, as a person says that it is: of that entity, with that header row (from 0),
    with those columns (header -> "entity.field")."""
    guesser = Guesser(ENTITIES, DatabaseResolver(db.reader()))
    if header_row is None and found.table is not None:
        header_row = found.table.header_row
    table = guesser.table(found.sheet, header_row)
    if table is None:
        return replace(found, table=None, mapping=None, why=NO_TABLE)
    main = name or (mappings.main_of(words) if words else "")
    mapping = guesser.guess(found.sheet, table, entity=main)
    if mapping is None and main:
        mapping = mappings.nothing_mapped(found.sheet, table, main)
    if mapping is not None and words is not None:
        mapping = mappings.from_words(words, mapping)
    if mapping is None:
        return replace(found, table=table, mapping=None, why=NO_FIT)
    mapping = mappings.understood(found.sheet, table, mapping)
    return replace(found, table=table, mapping=mapping, source="chosen", why="")


def _found(db: Database, sheet: Sheet, guesser: Guesser, resolver: Resolver) -> FoundSheet:
    table = guesser.table(sheet)
    if table is None or not table.rows:
        headings = sheet.rows[: table.header_row + 1] if table is not None else ()
        only = bool(headings) and len(sheet.rows) == len(headings)
        return FoundSheet(sheet, table, None, why=NO_ROWS if only else NO_TABLE)
    known = mappings.remembered(db.reader(), sheet, table)
    if known is not None:
        if not known.parts:
            return FoundSheet(sheet, table, None, "remembered", LEFT_OUT)
        return FoundSheet(sheet, table, known, "remembered")
    if sheet.hidden:
        return FoundSheet(sheet, table, None, why=HIDDEN)
    mapping = guesser.guess(sheet, table)
    said = wanted(said_above(sheet, table, resolver), mapping, sheet, table)
    if said:
        sheet = with_told(sheet, table, said)
        table = guesser.table(sheet, table.header_row) or table
        known = mappings.remembered(db.reader(), sheet, table)
        if known is not None and known.parts:
            return FoundSheet(sheet, table, known, "remembered")
        mapping = guesser.guess(sheet, table)
    if mapping is None or not mapping.targets:
        return FoundSheet(sheet, table, None, why=NO_FIT)
    longer, table, mapping = _with_choices(sheet, table, mapping, guesser)
    if longer is not sheet:
        sheet = longer
        known = mappings.remembered(db.reader(), sheet, table)
        if known is not None and known.parts:
            return FoundSheet(sheet, table, known, "remembered")
    mapping = mappings.understood(sheet, table, mapping)
    return FoundSheet(sheet, table, mapping)


def _with_choices(
    sheet: Sheet, table: Table, mapping: SheetMapping, guesser: Guesser
) -> tuple[Sheet, Table, SheetMapping]:
    """The sheet with what its titles say of a choice as a further column, if that is understood."""
    said = choices_above(sheet, table, mapping)
    if said:
        longer = with_told(sheet, table, said)
        anew = guesser.table(longer, table.header_row)
        guess = guesser.guess(longer, anew) if anew else None
        if anew and guess and len(guess.targets) == len(mapping.targets) + len(said):
            return longer, anew, guess
    return sheet, table, mapping


def _as_it_stands(one: FoundSheet) -> bool:
    """Whether a person has said what a sheet is, or it is a table of rates with its codes, days and
    figures where they are looked for."""
    if one.source != "guessed" or one.mapping is None or one.table is None:
        return one.source != "guessed"
    columns = {target.field: target.column for target in one.mapping.targets}
    if entity_of(one) != "exchange_rate" or not {"currency", "date"} <= columns.keys():
        return False
    cells = [cell_text(one.sheet.at(row, columns["currency"])) for row in one.table.rows]
    coded = sum(cell.strip().upper() in CURRENCIES for cell in cells)
    return coded * 2 > len(cells) and not {"usd_per_unit", "units_per_usd"}.isdisjoint(columns)


def entity_of(found: FoundSheet) -> str:
    """The main entity of a sheet; "" when it has none."""
    return found.mapping.parts[0].entity if found.mapping and found.mapping.parts else ""


def part_names(found: FoundSheet) -> list[str]:
    """What each row of the sheet holds, as labels, the main one first."""
    if found.mapping is None:
        return []
    return list(dict.fromkeys(entity(p.entity).plural for p in found.mapping.parts))


def as_read(found: FoundWorkbook) -> Workbook:
    """The workbook with its tables as sheets of their own, where a sheet held two."""
    if not found.split:
        return found.workbook
    return Workbook(found.workbook.name, tuple(one.sheet for one in found.sheets))
