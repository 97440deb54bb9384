"""Turns mapped rows into draft records: good ones, refused ones with their cells, waiting ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any
from uuid import UUID

from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.fields import Entity, Kind
from aps_desktop.exchange.amounts import read_percent
from aps_desktop.exchange.cells import Cell, Sheet, address, cell_text
from aps_desktop.exchange.column_readers import (
    ColumnReader,
    ReadColumn,
    column_reader,
    is_percent,
)
from aps_desktop.exchange.detect import Table, merged_down
from aps_desktop.exchange.long_texts import Joiner
from aps_desktop.exchange.mapping import CURRENCY, RECORD_ID, VALUE, SheetMapping
from aps_desktop.exchange.parse import (
    Draft,
    NoValue,
    ParseContext,
    Read,
    Resolver,
    parse_cell,
)
from aps_desktop.exchange.planned import Planned, Waiting

_CHUNK = 4096
REFUSED = "refused"
CELL = "cell"
WAITING = "waiting"
_PERCENT_UNITS = frozenset({"%", "percent", "percentage", "per cent", "pct", "persen"})

Check = Callable[[str, Mapping[str, Read]], Iterable[UserError]]
"""Looks over the values of one record of an entity; each error names its field."""


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
    only when the row names the record's `id`: there, blank means empty.
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
    """How a doubtful cell was understood."""

    address: str
    label: str
    text: str


def dates_in_order(entity: Entity) -> Callable[[Mapping[str, Read]], UserError | None]:
    """A check that the last of two dates is not before the first, by the names of the fields."""
    pairs = [
        (a, entity.field(a.name.replace(first, last)))
        for first, last in (("start", "end"), ("from", "to"), ("begin", "end"), ("opens", "closes"))
        for a in entity.fields
        if a.kind is Kind.DATE and first in a.name.split("_")
        and a.name.replace(first, last) in entity.by_name
    ]  # fmt: skip

    def check(values: Mapping[str, Read]) -> UserError | None:
        for first, last in pairs:
            start, end = values.get(first.name), values.get(last.name)
            if isinstance(start, date) and isinstance(end, date) and end < start:
                return InvalidValue(
                    f"{last.label} ({end}) is before {first.label} ({start}).",
                    "Correct one of the two dates.",
                    field=last.name,
                )
        return None

    return check


class Planner:
    """Plans the sheets of one workbook, one after another; rows may refer to earlier sheets."""

    def __init__(
        self, entities: Iterable[Entity], resolver: Resolver, *, check: Check | None = None
    ) -> None:
        self._entities = {e.name: e for e in entities}
        self._resolver = resolver
        self._check = check
        self.planned = Planned(resolver, self._entities)
        self.notes: list[Note] = []

    def drafts(self, sheet: Sheet, table: Table, mapping: SheetMapping) -> Iterator[RowResult]:
        """The rows of a sheet as drafts, in order."""
        plan = _SheetPlan(self, sheet, table, mapping)
        for start in range(0, len(table.rows), _CHUNK):
            yield from plan.chunk(table.rows[start : start + _CHUNK])

    def in_order(self, mappings: Sequence[SheetMapping]) -> list[SheetMapping]:
        """Sheets that others refer to come first."""
        rest = list(mappings)
        ordered: list[SheetMapping] = []
        while rest:
            made = {m.sheet: {p.entity for p in m.parts} for m in rest}
            ready = next(
                (m for m in rest
                 if not any(self._needs(m) & made[o.sheet] for o in rest if o is not m)), rest[0]
            )  # fmt: skip
            rest.remove(ready)
            ordered.append(ready)
        return ordered

    def _needs(self, mapping: SheetMapping) -> set[str]:
        own = {part.entity for part in mapping.parts}
        return {f.target for name in own for f in self._entities[name].fields if f.target} - own


class _PartPlan:
    """One part of a sheet's rows, with the readers of its columns."""

    def __init__(
        self, number: int, entity: Entity, mapping: SheetMapping, context: ParseContext
    ) -> None:
        self.number = number
        self.entity = entity
        self.part = mapping.parts[number]
        mine = [t for t in mapping.targets if t.part == number]
        self.targets = [t for t in mine if t.role == VALUE]
        self.names = tuple(t.field for t in self.targets)
        self.columns = tuple(t.column for t in self.targets)
        self.currency = {t.field: t.column for t in mine if t.role == CURRENCY}
        self.id_column = next((t.column for t in mine if t.role == RECORD_ID), None)
        self.readers: list[ColumnReader] = [
            column_reader(entity.field(t.field), t, context) for t in self.targets
        ]
        self.constants = {
            name: parse_cell(entity.field(name), text, context)
            for name, text in self.part.constants.items()
        }
        self.required = tuple(
            f.name for f in entity.fields
            if f.required and not f.default and f.name not in self.constants
            and f.name not in self.part.links
        )  # fmt: skip
        self.in_order = dates_in_order(entity)

    def label(self, name: str) -> str:
        return self.entity.field(name).label


class _SheetPlan:
    def __init__(self, owner: Planner, sheet: Sheet, table: Table, mapping: SheetMapping) -> None:
        self._owner = owner
        self._sheet = sheet
        self._mapping = mapping
        self._headers = table.headers
        self._planned = owner.planned
        context = ParseContext(self._planned, mapping.habits)
        self._parts = [
            _PartPlan(i, owner._entities[p.entity], mapping, context)  # noqa: SLF001
            for i, p in enumerate(mapping.parts)
        ]
        self._used = sorted(
            {t.column for t in mapping.targets} | set(mapping.carry_down)
        )  # fmt: skip
        self._fill = merged_down(sheet, table.header_row)
        self._carried: dict[int, Cell] = {}
        self._joiner = Joiner(mapping)
        self._planned.expect(sheet, table.rows, mapping)

    def chunk(self, rows: Sequence[int]) -> Iterator[RowResult]:
        """The drafts of some rows."""
        cells = {c: self._column(c, rows) for c in self._used}
        self._joiner.join(self._sheet, rows, cells)
        read = [[self._read(p, n, rows, cells) for n in range(len(p.targets))] for p in self._parts]
        troubled = {
            i for columns in read for column in columns for i in (*column.errors, *column.notes)
        }
        rowwise = [
            zip(*(c.values for c in columns), strict=True) if columns else iter([()] * len(rows))
            for columns in read
        ]
        for i, row in enumerate(rows):
            result = RowResult(row, [])
            for part, columns, source in zip(self._parts, read, rowwise, strict=True):
                values = dict(zip(part.names, next(source), strict=True))
                errors: list[tuple[int, UserError]] = []
                if i in troubled:
                    errors = self._troubles(part, columns, i, result, cells)
                self._one(part, values, errors, i, result, cells)
            yield result

    def _column(self, column: int, rows: Sequence[int]) -> list[Cell]:
        source = self._sheet.rows
        cells = [source[r][column] if column < len(source[r]) else None for r in rows]
        if self._fill:
            cells = [
                self._fill.get((r, column)) if cell is None else cell
                for r, cell in zip(rows, cells, strict=True)
            ]
        if column in self._mapping.carry_down:
            self._carry(column, rows, cells)
        return [None if type(c) is str and not c.strip() else c for c in cells]

    def _carry(self, column: int, rows: Sequence[int], cells: list[Cell]) -> None:
        """A blank cell continues the row above as long as the leading column is blank too."""
        lead = self._mapping.carry_down[0]
        for i, row in enumerate(rows):
            fresh = column == lead or self._sheet.at(row, lead) not in (None, "")
            if cells[i] is None and not (fresh and column != lead):
                cells[i] = self._carried.get(column)
            self._carried[column] = cells[i]

    def _read(
        self, part: _PartPlan, n: int, rows: Sequence[int], cells: dict[int, list[Cell]]
    ) -> ReadColumn:
        target = part.targets[n]
        marks: list[str] = []
        if self._sheet.marks:
            known = self._sheet.marks
            marks = [known.get((row, target.column), "") for row in rows]
            marks = marks if any(marks) else []
        currency = part.currency.get(target.field)
        money = cells[currency] if currency is not None else ()
        return part.readers[n](cells[target.column], money, marks)

    def _troubles(
        self,
        part: _PartPlan,
        columns: list[ReadColumn],
        i: int,
        result: RowResult,
        cells: dict[int, list[Cell]],
    ) -> list[tuple[int, UserError]]:
        errors = []
        for target, column in zip(part.targets, columns, strict=True):
            if i in column.notes:
                place = address(result.row, target.column)
                note = Note(place, part.label(target.field), column.notes[i])
                self._owner.notes.append(note)
            if i in column.errors:
                error = column.errors[i]
                place_column = target.column
                if error.field == "currency" and target.field in part.currency:
                    place_column = part.currency[target.field]
                errors.append((place_column, _with_field(error, target.field)))
        del cells
        return errors

    def _one(
        self,
        part: _PartPlan,
        values: dict[str, Any],
        errors: list[tuple[int, UserError]],
        i: int,
        result: RowResult,
        cells: dict[int, list[Cell]],
    ) -> None:
        """Adds the part's record to the row, unless the row has none."""
        row = result.row
        if part.part.optional and not errors and all(v is None for v in values.values()):
            return
        draft = DraftRecord(
            part.entity.name, Draft(self._sheet.name, row, part.number),
            {name: v for name, v in values.items() if v is not None},
        )  # fmt: skip
        for column, error in errors:
            if not self._mended(part, draft, error, cells[column][i], column, result):
                self._refuse(part, draft, error, column, cells[column][i], result)
        if part.id_column is not None:
            draft.blank = tuple(name for name in part.names if name not in draft.values)
            draft.id, draft.base = self._joiner.identity(self._sheet.at(row, part.id_column))
        if part.part.links and not self._linked(part, draft, result):
            return
        if part.constants:
            draft.values.update(part.constants)
        if not draft.refused and not draft.waiting:
            self._look_over(part, draft, result)
        draft.missing = tuple(name for name in part.required if name not in draft.values)
        result.drafts.append(draft)
        self._planned.remember(self._sheet, part.entity, draft, cells, i)

    def _linked(self, part: _PartPlan, draft: DraftRecord, result: RowResult) -> bool:
        """Fills references to earlier parts of the row; False if the row has no such part."""
        by_part = {d.draft.part: d for d in result.drafts}
        for name, number in part.part.links.items():
            above = by_part.get(number)
            if above is None:
                if self._mapping.parts[number].optional and not part.entity.field(name).required:
                    continue
                return False
            draft.values[name] = above.same_as or above.draft
            if (above.refused or above.waiting) and not draft.refused:
                draft.waiting = True
        return True

    def _mended(
        self,
        part: _PartPlan,
        draft: DraftRecord,
        error: UserError,
        cell: Cell,
        column: int,
        result: RowResult,
    ) -> bool:
        """ "72%" is 72 where the row's own unit is per cent."""
        spec = part.entity.field(error.field)
        mark = self._sheet.marks.get((result.row, column), "")
        if spec.kind is not Kind.NUMBER or not is_percent(error, cell, mark):
            return False
        units = [draft.values.get("unit"), *(d.values.get("unit") for d in result.drafts)]
        if not any(isinstance(u, str) and u.strip().casefold() in _PERCENT_UNITS for u in units):
            return False
        try:
            number = read_percent(cell, decimal_comma=self._mapping.habits.decimal_comma)[0]
        except InvalidValue:
            return False
        if isinstance(cell, int | float):
            number *= 100
        if spec.decimals == 0 and number != number.to_integral_value():
            return False
        draft.values[spec.name] = round(number, spec.decimals) if spec.decimals else int(number)
        return True

    def _refuse(
        self,
        part: _PartPlan,
        draft: DraftRecord,
        error: UserError,
        column: int,
        cell: Cell,
        result: RowResult,
    ) -> None:
        level = REFUSED
        spec = part.entity.field(error.field)
        if isinstance(error, Waiting):
            level = WAITING
            draft.waiting = True
        elif isinstance(error, NoValue) and not spec.required and not part.constants:
            level = CELL
        else:
            draft.refused = True
        result.problems.append(
            Problem(
                result.row,
                column,
                self._header(column, spec.label),
                cell_text(cell),
                error.message,
                error.hint,
                part.number,
                level,
            )
        )

    def _look_over(self, part: _PartPlan, draft: DraftRecord, result: RowResult) -> None:
        """Checks across the fields, and that no other row claims the same record otherwise."""
        found: list[UserError] = []
        wrong = part.in_order(draft.values)
        if wrong:
            found.append(wrong)
        elif self._owner._check:  # noqa: SLF001
            found.extend(self._owner._check(part.entity.name, draft.values))  # noqa: SLF001
        clash = self._planned.claim(part.entity, draft)
        if clash:
            found.append(clash)
        for error in found:
            name = error.field if error.field in part.names else (part.names or ("",))[0]
            column = part.columns[part.names.index(name)] if name else 0
            cell = self._sheet.at(result.row, column)
            named = _with_field(error, name)
            if name:
                self._refuse(part, draft, named, column, cell, result)
        if clash:
            draft.waiting = False

    def _header(self, column: int, label: str) -> str:
        return self._headers[column] if column < len(self._headers) else label


def _with_field(error: UserError, name: str) -> UserError:
    if error.field == name:
        return error
    kind = type(error)
    return kind(error.message, error.hint, field=name)
