"""Turns mapped rows into draft records: good ones, refused ones with their cells, waiting ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date

from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.fields import Entity, Kind
from aps_desktop.domain.money import Money
from aps_desktop.domain.rules import PAIRS
from aps_desktop.domain.values import show_date
from aps_desktop.exchange.amounts import read_percent
from aps_desktop.exchange.cells import Cell, Sheet, address, cell_text
from aps_desktop.exchange.column_readers import (
    ColumnReader,
    ReadColumn,
    column_reader,
    is_percent,
)
from aps_desktop.exchange.detect import Table
from aps_desktop.exchange.drafts import (
    CELL,
    REFUSED,
    WAITING,
    DraftRecord,
    Note,
    Problem,
    RowResult,
)
from aps_desktop.exchange.gc_pause import collector_paused
from aps_desktop.exchange.mapping import CURRENCY, RECORD_ID, VALUE, SheetMapping
from aps_desktop.exchange.parse import (
    Draft,
    NoValue,
    ParseContext,
    Read,
    Resolver,
    parse_cell,
)
from aps_desktop.exchange.planned import Planned, Waiting, referred_to
from aps_desktop.exchange.row_cells import RowCells

_CHUNK = 4096
_PERCENT_UNITS = frozenset({"%", "percent", "percentage", "per cent", "pct", "persen"})

Check = Callable[[str, Mapping[str, Read]], Iterable[UserError]]
"""Looks over the values of one record of an entity; each error names its field."""


def dates_in_order(entity: Entity) -> Callable[[Mapping[str, Read]], UserError | None]:
    """A check that the last of two dates is not before the first, by the names of the fields."""
    by_words = (
        (a.name, a.name.replace(first, last))
        for first, last in (("start", "end"), ("from", "to"), ("begin", "end"), ("opens", "closes"))
        for a in entity.fields
        if first in a.name.split("_")
    )
    pairs = [
        (entity.field(a), entity.field(b))
        for a, b in dict.fromkeys((*PAIRS, *by_words))
        if all(n in entity.by_name and entity.field(n).kind is Kind.DATE for n in (a, b))
    ]

    def check(values: Mapping[str, Read]) -> UserError | None:
        for first, last in pairs:
            start, end = values.get(first.name), values.get(last.name)
            if isinstance(start, date) and isinstance(end, date) and end < start:
                return InvalidValue(
                    f"{last.label} ({show_date(end)}) is before "
                    f"{first.label.lower()} ({show_date(start)}).",
                    "Correct one of the two dates.",
                    field=last.name,
                )
        return None

    return check


class Planner:
    """Plans the sheets of one workbook, one after another; rows may refer to earlier sheets.

    `check` looks over each record; `rests` are the rests of long texts (`long_texts.rests`).
    """

    def __init__(
        self,
        entities: Iterable[Entity],
        resolver: Resolver,
        *,
        check: Check | None = None,
        rests: dict[str, str] | None = None,
    ) -> None:
        self._entities = {e.name: e for e in entities}
        self._resolver = resolver
        self._check = check
        self.rests = rests or {}
        self.planned = Planned(resolver, self._entities)
        self.doubts: dict[tuple[str, str, str, str], tuple[str, int]] = {}

    def notes(self, sheet: str) -> list[Note]:
        """How doubtful cells of a sheet were understood; call it when its drafts are through."""
        return [
            Note(place, self._entities[entity].field(name).label, text, count)
            for (of, entity, name, text), (place, count) in self.doubts.items()
            if of == sheet
        ]

    def drafts(self, sheet: Sheet, table: Table, mapping: SheetMapping) -> Iterator[RowResult]:
        """The rows of a sheet as drafts, in order."""
        plan = _SheetPlan(self, sheet, table, mapping)
        for start in range(0, len(table.rows), _CHUNK):
            with collector_paused():
                results = list(plan.chunk(table.rows[start : start + _CHUNK]))
            yield from results

    def in_order(self, mappings: Sequence[SheetMapping]) -> list[SheetMapping]:
        """Sheets that others refer to come first; tells which records need to be findable."""
        self.planned.wanted = set().union(
            *(referred_to(mapping, self._entities) for mapping in mappings)
        )
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
            column_reader(
                entity.field(t.field), t, replace(context, habits=t.habits(context.habits))
            )
            for t in self.targets
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
        self._cells = RowCells(sheet, table, mapping, owner.rests)
        self._planned.expect(sheet, table.rows, mapping)

    def chunk(self, rows: Sequence[int]) -> Iterator[RowResult]:
        """The drafts of some rows."""
        cells = self._cells.of(rows)
        read = [[self._read(p, n, rows, cells) for n in range(len(p.targets))] for p in self._parts]
        for part, columns in zip(self._parts, read, strict=True):
            self._note(part, columns, rows)
        troubled = {i for columns in read for column in columns for i in column.errors}
        rowwise = [
            zip(*(c.values for c in columns), strict=True) if columns else iter([()] * len(rows))
            for columns in read
        ]
        full = [all(column.full for column in columns) for columns in read]
        for i, row in enumerate(rows):
            result = RowResult(row, [])
            for part, columns, source, whole in zip(self._parts, read, rowwise, full, strict=True):
                pairs = zip(part.names, next(source), strict=True)
                values = (
                    dict(pairs) if whole else {n: value for n, value in pairs if value is not None}
                )
                errors = self._errors(part, columns, i) if i in troubled else []
                if part.part.only_with and not _has_its_value(part, values, errors):
                    continue
                if values or errors or not part.part.optional:
                    self._one(part, values, errors, i, result, cells)
            yield result

    def _read(
        self, part: _PartPlan, n: int, rows: Sequence[int], cells: Mapping[int, Sequence[Cell]]
    ) -> ReadColumn:
        target = part.targets[n]
        currency = part.currency.get(target.field)
        money = cells[currency] if currency is not None else ()
        marks = self._cells.marks(target.column, rows)
        return part.readers[n](cells[target.column], money, marks)

    def _note(self, part: _PartPlan, columns: list[ReadColumn], rows: Sequence[int]) -> None:
        """Gathers the notes on doubtful cells, alike ones together."""
        for target, column in zip(part.targets, columns, strict=True):
            for i, text in column.notes.items():
                key = self._sheet.name, part.entity.name, target.field, text
                place, count = self._owner.doubts.get(key, (address(rows[i], target.column), 0))
                self._owner.doubts[key] = place, count + 1

    @staticmethod
    def _errors(part: _PartPlan, columns: list[ReadColumn], i: int) -> list[tuple[int, UserError]]:
        errors = []
        said: set[tuple[int, str]] = set()
        for target, column in zip(part.targets, columns, strict=True):
            if i in column.errors:
                error = column.errors[i]
                place = target.column
                if error.field == "currency" and target.field in part.currency:
                    place = part.currency[target.field]
                if (place, str(error)) not in said:  # one column may fill two fields
                    errors.append((place, _with_field(error, target.field)))
                said.add((place, str(error)))
        return errors

    def _one(
        self,
        part: _PartPlan,
        values: dict[str, Read],
        errors: list[tuple[int, UserError]],
        i: int,
        result: RowResult,
        cells: Mapping[int, Sequence[Cell]],
    ) -> None:
        """Adds the part's record to the row."""
        row = result.row
        draft = DraftRecord(part.entity.name, Draft(self._sheet.name, row, part.number), values)
        for column, error in errors:
            if not self._mended(part, draft, error, cells[column][i], column, result):
                self._refuse(part, draft, error, column, cells[column][i], result)
        if part.id_column is not None:
            draft.blank = tuple(name for name in part.names if name not in draft.values)
            draft.id, draft.base = self._cells.identity(row, part.id_column)
        if part.part.links and not self._linked(part, draft, result):
            return
        if part.constants:
            values.update(part.constants)
        if not draft.refused and not draft.waiting:
            self._look_over(part, draft, result)
        if part.required:
            draft.missing = tuple(n for n in part.required if n not in values)
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
        # What a known record holds already is not this workbook's fault; its changes are checked.
        wrong = part.in_order(draft.values) if draft.id is None else None
        if wrong:
            found.append(wrong)
        elif self._owner._check:  # noqa: SLF001
            found.extend(self._owner._check(part.entity.name, draft.values))  # noqa: SLF001
        clash = self._planned.claim(part.entity, draft, part.part.links)
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


def _has_its_value(
    part: _PartPlan, values: Mapping[str, Read], errors: list[tuple[int, UserError]]
) -> bool:
    """Whether the cell that makes the record holds something: no dash, and no amount of nothing."""
    value = values.get(part.part.only_with)
    if value is None:
        column = part.columns[part.names.index(part.part.only_with)]
        return any(at == column and not isinstance(e, NoValue) for at, e in errors)
    return not (isinstance(value, Money) and not value.minor)


def _with_field(error: UserError, name: str) -> UserError:
    if error.field == name:
        return error
    kind = type(error)
    return kind(error.message, error.hint, field=name)
