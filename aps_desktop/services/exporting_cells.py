"""Records as columns of cells, straight from what the database holds: for large exports.

No value is made of what a cell can say at once: of 100,000 transactions that was half the time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.layout import field_columns, value_of
from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.exchange.cell_values import Label, amount_cell, cell_writer
from aps_desktop.exchange.cells import Cell
from aps_desktop.exchange.plain_sheet import Chunk
from aps_desktop.exchange.write_workbook import id_cell
from aps_desktop.services.importing_current import chunks, set_column

Raw = Sequence[Sequence[Any]]
"""A field's columns in the database, of some records."""
Converter = Callable[[Raw], list[list[Cell]]]


def cell_chunks(
    c: Connection, kind: Entity, fields: Sequence[Field], rids: Sequence[int], label: Label
) -> Iterator[Chunk]:
    """The records' ids and cells (`SheetOut.chunks`) in this order, but for those that are gone."""
    flat = [f for f in fields if not f.is_set]
    converters = {f.name: _converter(c, f, label) for f in flat}
    writers = {f.name: cell_writer(f, label) for f in fields if f.is_set}
    listed = ["t.rid", "t.id", *(f"t.{name}" for f in flat for name in field_columns(f))]
    for part in chunks(rids):
        marks = placeholders(part)
        sql = f"SELECT {', '.join(listed)} FROM {kind.name} t WHERE t.rid IN ({marks})"
        by_rid = {row[0]: row for row in c.all(sql, part)}
        known = [rid for rid in part if rid in by_rid]
        if not known:
            continue
        raw = iter(list(zip(*map(by_rid.__getitem__, known), strict=True))[1:])
        made: list[list[Cell]] = [[id_cell(bytes(id)) for id in next(raw)]]
        for f in fields:
            if f.is_set:
                write = writers[f.name]
                sets = set_column(c, f, known)
                made.append([None if one is None else write(one) for one in sets])
            else:
                made += converters[f.name]([next(raw) for _ in field_columns(f)])
        yield made


def _converter(c: Connection, spec: Field, label: Label) -> Converter:
    """What turns a field's columns in the database into its columns of cells."""
    if spec.kind in (Kind.TEXT, Kind.LONG_TEXT):
        return lambda raw: [list(raw[0])]
    if spec.kind is Kind.MONEY:
        return _money
    if spec.kind is Kind.REFERENCE:
        return _References(c, spec, label)
    write = cell_writer(spec, label)
    if spec.kind is Kind.CHOICE:
        return _Known(write)
    if spec.kind is Kind.DATE:
        return _Known(lambda text: write(date.fromisoformat(text)))
    return lambda raw: [[None if one is None else write(value_of(spec, (one,))) for one in raw[0]]]


def _money(raw: Raw) -> list[list[Cell]]:
    minor, codes = raw
    amounts = [
        None if number is None else amount_cell(number, code)
        for number, code in zip(minor, codes, strict=True)
    ]
    return [amounts, [None if n is None else code for n, code in zip(minor, codes, strict=True)]]


class _Known(dict[Any, Cell]):
    """The cells of what stands in very many records: each is made once."""

    def __init__(self, write: Callable[[Any], Cell]) -> None:
        super().__init__({None: None})
        self._write = write

    def __missing__(self, value: Any) -> Cell:
        cell = self[value] = self._write(value)
        return cell

    def __call__(self, raw: Raw) -> list[list[Cell]]:
        return [list(map(self.__getitem__, raw[0]))]


class _References(dict[Any, Cell]):
    """How the records of row numbers are written; the new ones of a chunk are read at once."""

    def __init__(self, c: Connection, spec: Field, label: Label) -> None:
        super().__init__({None: None})
        self._c = c
        self._write = cell_writer(spec, label)

    def __call__(self, raw: Raw) -> list[list[Cell]]:
        new = set(raw[0]) - self.keys()
        self.update(dict.fromkeys(new))
        for part in chunks(new):
            marks = placeholders(part)
            sql = f"SELECT rid, uuid FROM record WHERE rid IN ({marks})"
            for rid, uuid in self._c.all(sql, part):
                self[rid] = self._write(UUID(bytes=bytes(uuid)))
        return [list(map(self.__getitem__, raw[0]))]
