"""Writes lists as a workbook that can be edited and read back: hidden ids, real dates, no formulas.

Every text is written as a text cell, so nothing in it can run (a test looks for formulas). A hidden
sheet says which column is which field.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.exchange.cell_values import number_format
from aps_desktop.exchange.cells import Cell
from aps_desktop.exchange.long_texts import CELL_LIMIT, META_SHEET, REST, Cutter, fits
from aps_desktop.exchange.mapping import CURRENCY, RECORD_ID, VALUE
from aps_desktop.exchange.plain_sheet import Chunk, PlainSheet
from aps_desktop.exchange.xlsx_file import write_xlsx

META_VERSION = 1
SHEET = "sheet"
_ID_HEADER = "APS id"
_WIDTHS = {
    Kind.LONG_TEXT: 50.0, Kind.TEXT: 24.0, Kind.REFERENCE: 22.0, Kind.REFERENCES: 26.0,
    Kind.TAGS: 24.0, Kind.MONEY: 17.0, Kind.DATE: 13.0, Kind.CHOICE: 18.0, Kind.FILE: 28.0,
    Kind.PERIOD: 14.0,
}  # fmt: skip
_WORDY = frozenset({Kind.TEXT, Kind.LONG_TEXT, Kind.TAGS, Kind.REFERENCES, Kind.FILE})


@dataclass(frozen=True)
class SheetOut:
    """One list to write. `fields` and their order are the caller's choice.

    The chunks may be a stream. Their first column has the records' ids (`id_cell`), then come the
    fields' cells, an amount's currency in a column of its own behind it. `base` is kept in the
    hidden sheet: it says which state of the database this is.
    """

    entity: Entity
    chunks: Iterable[Chunk]
    fields: tuple[Field, ...] = ()
    name: str = ""
    base: str = ""


def id_cell(record: bytes, state: str = "") -> str:
    """A record's id as the hidden column has it, and a text that names its present state."""
    return f"{record.hex()} {state}" if state else record.hex()


def write_workbook(
    path: Path,
    sheets: Iterable[SheetOut],
    *,
    progress: Callable[[int], None] = lambda rows: None,
) -> int:
    """Writes the sheets; returns the number of records. The file appears whole or not at all.

    `progress` is told of about every thousandth row.
    """
    draft = path.with_name(f".{path.name}.part")
    counter = Counter(progress)
    try:
        write_xlsx(draft, list(plain(sheets, counter)))
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    return counter.rows


class Counter:
    """Counts records, and tells when another thousand is full."""

    def __init__(self, progress: Callable[[int], None]) -> None:
        self.rows = 0
        self._progress = progress

    def add(self, rows: int) -> None:
        before, self.rows = self.rows, self.rows + rows
        if before // 1000 != self.rows // 1000:
            self._progress(self.rows)


def plain(sheets: Iterable[SheetOut], counter: Counter) -> Iterator[PlainSheet]:
    """The sheets as headers and cells; last the hidden one that tells of columns."""
    cutter = Cutter()
    taken: set[str] = {META_SHEET.casefold()}
    told: list[tuple[str, str]] = []
    for sheet in sheets:
        name = sheet_name(sheet.name or sheet.entity.plural, taken)
        layout = _Layout(sheet)
        told.append((name, layout.meta(name)))
        yield PlainSheet(
            name, layout.headers, layout.cells(sheet.chunks, cutter, counter),
            layout.widths, layout.formats, hide_first=True,
        )  # fmt: skip
    yield PlainSheet(
        META_SHEET, ["kind", "name", "part", "text"], _meta_rows(told, cutter),
        [10, 10, 10, 10], [""] * 4, hidden=True,
    )  # fmt: skip


def _meta_rows(told: list[tuple[str, str]], cutter: Cutter) -> Iterator[Chunk]:
    """What the hidden sheet says; asked for last, when the rests of all long texts are known."""
    for name, text in told:
        yield [[SHEET], [name], [0], [text]]
    for name, part, text in cutter.rows:
        yield [[REST], [name], [part], [text]]


class _Layout:
    """The columns of one sheet: the hidden id, the fields, and a currency beside each amount."""

    def __init__(self, sheet: SheetOut) -> None:
        self.entity = sheet.entity
        self.base = sheet.base
        self.fields = sheet.fields or sheet.entity.fields
        self.headers = [_ID_HEADER]
        self.widths = [4.0]
        self.formats = [""]
        self._columns: list[tuple[str, str]] = [("", RECORD_ID)]
        self._wordy = [False]
        for spec in self.fields:
            self._add(spec.label, spec, VALUE, _WIDTHS.get(spec.kind, 12.0), number_format(spec))
            if spec.kind is Kind.MONEY:
                self._add(f"{spec.label} currency", spec, CURRENCY, 9.0, "")

    def _add(self, header: str, spec: Field, role: str, width: float, look: str) -> None:
        text, number = header, 1
        while text in self.headers:
            number += 1
            text = f"{header} ({number})"
        self.headers.append(text)
        self.widths.append(max(width, min(len(text) + 3.0, 30.0)))
        self.formats.append(look)
        self._columns.append((spec.name, role))
        self._wordy.append(role == VALUE and spec.kind in _WORDY)

    def meta(self, name: str) -> str:
        columns = [
            {"header": header, "field": field, "role": role}
            for header, (field, role) in zip(self.headers, self._columns, strict=True)
        ]
        told = {
            "v": META_VERSION, "sheet": name, "entity": self.entity.name, "columns": columns,
            "base": self.base,
        }  # fmt: skip
        return msgspec.json.encode(told).decode()

    def cells(self, chunks: Iterable[Chunk], cutter: Cutter, counter: Counter) -> Iterator[Chunk]:
        """The chunks, with what is too long for a cell cut."""
        for chunk in chunks:
            fitted = [
                _fitting(cells, cutter) if wordy else cells
                for cells, wordy in zip(chunk, self._wordy, strict=True)
            ]
            counter.add(len(chunk[0]))
            yield fitted


def _fitting(cells: Sequence[Cell], cutter: Cutter) -> Sequence[Cell]:
    """The cells, those that hold more than a cell can cut."""
    texts = [cell for cell in cells if type(cell) is str]
    if max(map(len, texts), default=0) <= CELL_LIMIT // 2:
        return cells
    return [cutter.cut(c) if isinstance(c, str) and not fits(c) else c for c in cells]


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that spreadsheets accept and no other sheet has; it is added to `taken`."""
    base = re.sub(r"[\[\]:*?/\\]", " ", wanted).strip().strip("'")[:31].strip() or "Sheet"
    name, number = base, 1
    while name.casefold() in taken:
        number += 1
        name = f"{base[:27]} {number}"
    taken.add(name.casefold())
    return name
