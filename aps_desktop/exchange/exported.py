"""Recognises a workbook that this program wrote: its hidden sheet says what the columns are."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from aps_desktop.domain.fields import Entity
from aps_desktop.exchange.cells import Sheet, Workbook, cell_text, is_blank
from aps_desktop.exchange.detect import Table
from aps_desktop.exchange.long_texts import META_SHEET
from aps_desktop.exchange.mapping import RECORD_ID, Part, SheetMapping, Target
from aps_desktop.exchange.write_workbook import META_VERSION, SHEET


class _Column(msgspec.Struct):
    header: str
    field: str
    role: str


class _Told(msgspec.Struct):
    v: int
    sheet: str
    entity: str
    columns: list[_Column]
    base: str = ""


def exported_mappings(workbook: Workbook, entities: Iterable[Entity]) -> dict[str, SheetMapping]:
    """Sheet name -> its mapping, for the sheets that still look as they were written.

    Columns are found again by their headers, so they may have been moved or deleted.
    """
    known = {e.name: e for e in entities}
    found: dict[str, SheetMapping] = {}
    for told in _told(workbook):
        sheet = workbook.sheet(told.sheet)
        entity = known.get(told.entity)
        if sheet and entity and told.v == META_VERSION:
            mapping = _mapping(sheet, entity, told)
            if mapping:
                found[sheet.name] = mapping
    return found


def exported_table(sheet: Sheet) -> Table:
    """The table of a sheet that this program wrote: every row that is not blank is a record."""
    headers = tuple(cell_text(cell).strip() for cell in sheet.rows[0])
    filled = (
        number for number, row in enumerate(sheet.rows) if number and not all(map(is_blank, row))
    )
    return Table(0, headers, ("",) * len(headers), tuple(filled))


def exported_base(workbook: Workbook) -> dict[str, str]:
    """Sheet name -> the state of the database that it was written from (`SheetOut.base`)."""
    return {told.sheet: told.base for told in _told(workbook)}


def _told(workbook: Workbook) -> Iterator[_Told]:
    hidden = workbook.sheet(META_SHEET)
    for row in hidden.rows if hidden else ():
        if len(row) >= 4 and row[0] == SHEET:
            try:
                yield msgspec.json.decode(cell_text(row[3]), type=_Told)
            except msgspec.MsgspecError:
                continue


def _mapping(sheet: Sheet, entity: Entity, told: _Told) -> SheetMapping | None:
    headers = tuple(cell_text(cell).strip() for cell in sheet.rows[0]) if sheet.rows else ()
    places = {text: column for column, text in enumerate(headers)}
    targets = tuple(
        Target(places[c.header], 0, c.field, c.role)
        for c in told.columns
        if c.header in places and (c.role == RECORD_ID or c.field in entity.by_name)
    )
    if not any(t.role == RECORD_ID for t in targets):
        return None
    return SheetMapping(sheet.name, 0, (Part(entity.name),), targets, headers=headers)
