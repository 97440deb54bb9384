"""Puts what is wrong with a record to the cell of its row where a person would look for it."""

from __future__ import annotations

from typing import Any

from aps_desktop.domain.fields import Entity, Field
from aps_desktop.domain.values import show
from aps_desktop.exchange.cells import address, cell_text
from aps_desktop.exchange.drafts import REFUSED, Note, Problem, RowResult
from aps_desktop.exchange.mapping import VALUE
from aps_desktop.services.importing_types import PlannedSheet


class Complaints:
    """The problems and warnings of one part of a sheet's rows."""

    def __init__(self, sheet: PlannedSheet, part: int, kind: Entity) -> None:
        self._sheet = sheet
        self._part = part
        self._kind = kind
        mapping = sheet.found.mapping
        targets = [t for t in mapping.targets if t.part == part] if mapping else []
        self._columns = {t.field: t.column for t in targets if t.role == VALUE}
        self._first = min(self._columns.values(), default=0)
        self._warned: dict[tuple[str, str], int] = {}

    def add(self, row: RowResult, name: str, words: str, hint: str, level: str) -> None:
        """Something that keeps the record (or, by its level, the cell) out."""
        column = self._column(name)
        raw = cell_text(self._sheet.found.sheet.at(row.row, column))
        row.problems.append(
            Problem(row.row, column, self._label(column, name), raw, words, hint, self._part, level)
        )

    def missing(self, row: RowResult, name: str) -> None:
        """A field that must be filled is not: by this row, or by no column at all."""
        label = self._kind.field(name).label
        hint = "Fill in this cell."
        if name not in self._columns:
            hint = f"No column gives it: add one with the heading “{label}”, or choose its column."
        self.add(row, name, f"{label} is missing.", hint, REFUSED)

    def warn(self, row: RowResult, name: str, words: str) -> None:
        """Something doubtful that comes in all the same; alike ones are counted together."""
        warnings = self._sheet.warnings
        place = self._warned.get((name, words))
        if place is None:
            self._warned[name, words] = len(warnings)
            column = self._column(name)
            warnings.append(Note(address(row.row, column), self._label(column, name), words))
        else:
            one = warnings[place]
            warnings[place] = Note(one.address, one.label, one.text, one.count + 1)

    @staticmethod
    def words(spec: Field, value: Any) -> str:
        """A value in a sentence."""
        text = show(spec, value)
        return f"“{text[:80]}”" if text else "nothing"

    def _column(self, name: str) -> int:
        return self._columns.get(name, self._first)

    def _label(self, column: int, name: str) -> str:
        table = self._sheet.found.table
        headers = table.headers if table else ()
        if column < len(headers) and headers[column]:
            return headers[column]
        return self._kind.by_name[name].label if name in self._kind.by_name else ""
