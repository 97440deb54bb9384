"""How the first cells of each column would be understood: shown while columns are chosen."""

from __future__ import annotations

from dataclasses import dataclass, replace
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.domain.values import show
from aps_desktop.exchange.cells import Cell, cell_text, is_blank
from aps_desktop.exchange.column_readers import column_reader
from aps_desktop.exchange.mapping import CURRENCY, VALUE, SheetMapping, Target
from aps_desktop.exchange.parse import ParseContext, Read
from aps_desktop.services.importing_resolver import DatabaseResolver
from aps_desktop.services.importing_types import FoundSheet

_ROWS = 300
_MOST = 3
LATER = "Looked for when all rows are checked"


@dataclass(frozen=True, slots=True)
class Sample:
    """A cell as it stands, how it is understood ("" where it is not), and a note or the reason."""

    raw: str
    understood: str
    note: str = ""


def samples(c: Connection, found: FoundSheet) -> dict[int, list[Sample]]:
    """The first different cells of each column."""
    mapping, table = found.mapping, found.table
    if table is None:
        return {}
    resolver = DatabaseResolver(c)
    shown: dict[int, list[Sample]] = {}
    for column, header in enumerate(table.headers):
        places = _places(found, column)
        targets = [t for t in mapping.targets if t.column == column] if mapping else []
        target = next((t for t in targets if t.role == VALUE), None)
        if mapping is not None and target is not None:
            shown[column] = _read(found, mapping, target, places, resolver)
        elif header or places:
            shown[column] = [
                Sample(cell_text(found.sheet.at(row, column))[:80], "") for row in places
            ]
    return shown


def _places(found: FoundSheet, column: int) -> list[int]:
    """The rows of the first cells that differ."""
    seen: set[Cell] = set()
    rows: list[int] = []
    for row in found.table.rows[:_ROWS] if found.table else ():
        cell = found.sheet.at(row, column)
        if not is_blank(cell) and cell not in seen:
            seen.add(cell)
            rows.append(row)
            if len(rows) == _MOST:
                break
    return rows


def _read(
    found: FoundSheet,
    mapping: SheetMapping,
    target: Target,
    rows: list[int],
    resolver: DatabaseResolver,
) -> list[Sample]:
    spec = entity(mapping.parts[target.part].entity).field(target.field)
    money = next(
        (t.column for t in mapping.targets
         if (t.part, t.field, t.role) == (target.part, target.field, CURRENCY)), None
    )  # fmt: skip
    cells = [found.sheet.at(row, target.column) for row in rows]
    currencies = [found.sheet.at(row, money) for row in rows] if money is not None else []
    marks = [found.sheet.marks.get((row, target.column), "") for row in rows]
    read = column_reader(spec, replace(target), ParseContext(resolver, mapping.habits))
    column = read(cells, currencies, marks if any(marks) else [])
    shown = []
    for place, cell in enumerate(cells):
        raw = " ".join(cell_text(cell).split())[:80]
        error = column.errors.get(place)
        if error is not None:
            shown.append(Sample(raw, "", _why(spec, error)))
        else:
            words = _words(spec, column.values[place], resolver)
            shown.append(Sample(raw, words, column.notes.get(place, "")))
    return shown


def _why(spec: Field, error: UserError) -> str:
    if spec.kind in (Kind.REFERENCE, Kind.REFERENCES):
        return LATER  # another row of the workbook may make the record
    return error.message


def _words(spec: Field, value: Read, resolver: DatabaseResolver) -> str:
    if isinstance(value, UUID):
        return resolver.text_of(spec.target, value) or "a record"
    if isinstance(value, frozenset) and spec.target:
        names = (resolver.text_of(spec.target, one) for one in value if isinstance(one, UUID))
        return ", ".join(sorted(names))
    if isinstance(value, tuple):
        return "a row of this workbook"
    return " ".join(show(spec, value).split())[:120]  # type: ignore[arg-type]
