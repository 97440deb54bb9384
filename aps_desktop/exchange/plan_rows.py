"""Turns mapped rows into draft records: good ones, refused ones with their cells, waiting ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.fields import Entity, Kind
from aps_desktop.exchange.amounts import read_percent
from aps_desktop.exchange.cells import Cell, Sheet, address, cell_text
from aps_desktop.exchange.column_readers import (
    ReadColumn,
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
from aps_desktop.exchange.mapping import SheetMapping
from aps_desktop.exchange.parse import (
    Draft,
    NoValue,
    ParseContext,
    Read,
    Resolver,
)
from aps_desktop.exchange.plan_parts import PartPlan
from aps_desktop.exchange.planned import Planned, Waiting, referred_to
from aps_desktop.exchange.row_cells import RowCells

_CHUNK = 4096
_PERCENT_UNITS = frozenset({"%", "percent", "percentage", "per cent", "pct", "persen"})

Check = Callable[[str, Mapping[str, Read]], Iterable[UserError]]
"""Looks over the values of one record of an entity; each error names its field."""


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
        self.checks = check is not None
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


class _SheetPlan:
    def __init__(self, owner: Planner, sheet: Sheet, table: Table, mapping: SheetMapping) -> None:
        self._owner = owner
        self._sheet = sheet
        self._mapping = mapping
        self._headers = table.headers
        self._planned = owner.planned
        context = ParseContext(self._planned, mapping.habits)
        self._parts = [
            PartPlan(i, owner._entities[p.entity], mapping, context)  # noqa: SLF001
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
        if not troubled and (alike := self._alike(rows, read)):
            yield from alike
            return
        valued = [iter(p.values(c, len(rows))) for p, c in zip(self._parts, read, strict=True)]
        for i, row in enumerate(rows):
            result = RowResult(row, [])
            for part, columns, source in zip(self._parts, read, valued, strict=True):
                values = next(source)
                errors = self._errors(part, columns, i) if i in troubled else []
                if part.part.only_with and not part.has_its_value(values, errors):
                    continue
                if values or errors or not part.part.optional:
                    self._one(part, values, errors, i, result, cells)
            yield result

    def _alike(
        self, rows: Sequence[int], read: Sequence[Sequence[ReadColumn]]
    ) -> list[RowResult] | None:
        """The usual rows, each a new record of its own, made at once; None where any differs."""
        part, columns = self._parts[0], read[0]
        keys = part.keys(columns) if len(self._parts) == 1 and not self._owner.checks else None
        if keys is None:
            return None
        values = part.values(columns, len(rows))
        name, sheet = part.entity.name, self._sheet.name
        records = [
            DraftRecord(name, Draft(sheet, row, 0), one)
            for row, one in zip(rows, values, strict=True)
        ]
        if not self._planned.claim_all(part.entity, keys, records):
            return None
        for i, record in enumerate(records):
            if not record.values.keys() >= part.required_names:
                record.missing = tuple(n for n in part.required if n not in record.values)
            self._planned.remember(self._sheet, part.entity, record, {}, i)
        return [RowResult(row, [record]) for row, record in zip(rows, records, strict=True)]

    def _read(
        self, part: PartPlan, n: int, rows: Sequence[int], cells: Mapping[int, Sequence[Cell]]
    ) -> ReadColumn:
        target = part.targets[n]
        currency = part.currency.get(target.field)
        money = cells[currency] if currency is not None else ()
        marks = self._cells.marks(target.column, rows)
        return part.readers[n](cells[target.column], money, marks)

    def _note(self, part: PartPlan, columns: list[ReadColumn], rows: Sequence[int]) -> None:
        """Gathers the notes on doubtful cells, alike ones together."""
        for target, column in zip(part.targets, columns, strict=True):
            for i, text in column.notes.items():
                key = self._sheet.name, part.entity.name, target.field, text
                place, count = self._owner.doubts.get(key, (address(rows[i], target.column), 0))
                self._owner.doubts[key] = place, count + 1

    @staticmethod
    def _errors(part: PartPlan, columns: list[ReadColumn], i: int) -> list[tuple[int, UserError]]:
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
        part: PartPlan,
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
        if not values.keys() >= part.required_names:
            draft.missing = tuple(n for n in part.required if n not in values)
        result.drafts.append(draft)
        self._planned.remember(self._sheet, part.entity, draft, cells, i)

    def _linked(self, part: PartPlan, draft: DraftRecord, result: RowResult) -> bool:
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
        part: PartPlan,
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
        part: PartPlan,
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

    def _look_over(self, part: PartPlan, draft: DraftRecord, result: RowResult) -> None:
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


def _with_field(error: UserError, name: str) -> UserError:
    if error.field == name:
        return error
    kind = type(error)
    return kind(error.message, error.hint, field=name)
