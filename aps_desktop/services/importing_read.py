"""Reads a workbook and finds out what its sheets hold, before anything is compared."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

from aps_desktop.db.engine import Database
from aps_desktop.domain.entities import ENTITIES, entity
from aps_desktop.domain.errors import UserError
from aps_desktop.exchange.cells import Sheet, Workbook, cell_text, folded, is_blank
from aps_desktop.exchange.exported import exported_base, exported_mappings
from aps_desktop.exchange.gc_pause import collector_paused
from aps_desktop.exchange.guess import Guesser
from aps_desktop.exchange.long_texts import META_SHEET, rests
from aps_desktop.exchange.parse import Resolver
from aps_desktop.exchange.read_workbook import read_workbook
from aps_desktop.services import importing_mappings as mappings
from aps_desktop.services.importing_resolver import DatabaseResolver
from aps_desktop.services.importing_types import (
    Cancelled,
    FoundSheet,
    FoundWorkbook,
    Progress,
    never,
    no_progress,
)

NO_TABLE = "No row of column headings was found."
NO_FIT = "Its columns are none of a kind of record."
LEFT_OUT = "Left out."
HIDDEN = "It is a hidden sheet: choose it by its name to import it."
_TABLE_HITS = 2
_TITLE_ROWS = 3


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
    guesser = Guesser(ENTITIES, resolver or DatabaseResolver(db.reader()))
    exported = exported_mappings(workbook, ENTITIES)
    bases = exported_base(workbook)
    found: list[FoundSheet] = []
    split = False
    for sheet in workbook.sheets:
        if sheet.name == META_SHEET:
            continue
        if sheet.name in exported:
            table = guesser.table(sheet, 0)
            base = bases.get(sheet.name, "")
            found.append(FoundSheet(sheet, table, exported[sheet.name], "exported", "", base))
            continue
        tables = _tables(sheet, guesser)
        split = split or len(tables) > 1
        found += [_found(db, one, guesser) for one in tables]
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
    mapping = replace(mapping, habits=mappings.understood_habits(found.sheet, table, mapping))
    return replace(found, table=table, mapping=mapping, source="chosen", why="")


def _found(db: Database, sheet: Sheet, guesser: Guesser) -> FoundSheet:
    table = guesser.table(sheet)
    if table is None or not table.rows:
        return FoundSheet(sheet, table, None, why=NO_TABLE)
    known = mappings.remembered(db.reader(), sheet, table)
    if known is not None:
        if not known.parts:
            return FoundSheet(sheet, table, None, "remembered", LEFT_OUT)
        return FoundSheet(sheet, table, known, "remembered")
    if sheet.hidden:
        return FoundSheet(sheet, table, None, why=HIDDEN)
    mapping = guesser.guess(sheet, table)
    if mapping is None or not mapping.targets:
        return FoundSheet(sheet, table, None, why=NO_FIT)
    mapping = replace(mapping, habits=mappings.understood_habits(sheet, table, mapping))
    return FoundSheet(sheet, table, mapping)


def _tables(sheet: Sheet, guesser: Guesser) -> list[Sheet]:
    """The sheet, or its tables where a blank row and other headings begin another one.

    Each keeps its rows where they are, so that addresses stay those of the file.
    """
    starts = {
        begin: at
        for at in _after_blanks(sheet)
        if (begin := _begin(sheet, at)) and _heads(sheet, at, guesser)
    }
    if not starts:
        return [sheet]
    begins = list(starts)
    first = guesser.table(replace(sheet, rows=sheet.rows[: begins[0]]))
    if first is None or not first.rows:
        return [sheet] if len(begins) == 1 else _cut(sheet, begins[1:])
    head = {folded(text) for text in first.headers if text}
    others = [begin for begin, at in starts.items() if _texts(sheet, at) != head]
    return _cut(sheet, others) if others else [sheet]


def _after_blanks(sheet: Sheet) -> list[int]:
    """The rows where another table's headings may be: near below a blank row, of which a long list
    has few."""
    blanks = [at for at, row in enumerate(sheet.rows) if all(map(is_blank, row))]
    near = {at for blank in blanks for at in range(blank + 1, blank + 2 + _TITLE_ROWS)}
    return sorted(at for at in near if 2 <= at < len(sheet.rows))


def _begin(sheet: Sheet, at: int) -> int:
    """Where a table whose headings are in this row begins, its title rows included; 0 if the rows
    above belong to it."""
    begin = at
    while begin > 1 and at - begin < _TITLE_ROWS:
        filled = sum(not is_blank(cell) for cell in sheet.rows[begin - 1])
        if filled != 1:
            break
        begin -= 1
    return begin if all(map(is_blank, sheet.rows[begin - 1])) else 0


def _cut(sheet: Sheet, starts: list[int]) -> list[Sheet]:
    pieces = []
    edges = [0, *starts, len(sheet.rows)]
    for number, (begin, end) in enumerate(pairwise(edges), 1):
        rows = [*[()] * begin, *sheet.rows[begin:end]]
        name = sheet.name if number == 1 else f"{sheet.name} (table {number})"
        merged = tuple(m for m in sheet.merged if begin <= m[0] < end)
        pieces.append(replace(sheet, name=name, rows=rows, merged=merged))
    return pieces


def _heads(sheet: Sheet, at: int, guesser: Guesser) -> bool:
    """Whether a row reads as column headings with records below it."""
    filled = [cell for cell in sheet.rows[at] if not is_blank(cell)]
    if len(filled) < _TABLE_HITS or not all(isinstance(cell, str) for cell in filled):
        return False
    known = guesser.headings.known
    hits = sum(text in known for text in _texts(sheet, at))
    below = sheet.rows[at + 1] if at + 1 < len(sheet.rows) else ()
    return (
        hits >= max(_TABLE_HITS, len(filled) * 0.5)
        and sum(not is_blank(cell) for cell in below) >= _TABLE_HITS
    )


def _texts(sheet: Sheet, at: int) -> set[str]:
    return {folded(cell_text(cell)) for cell in sheet.rows[at] if not is_blank(cell)}


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
