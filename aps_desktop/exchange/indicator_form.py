"""The Excel form in which an office reports its values: rows indicators, columns what is asked.

Everything but the cells to fill is locked, and those take only what fits. Hidden ids and a hidden
sheet say which cell is which value, so it is read back however its columns were moved.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from aps_desktop.domain.fields import Entity
from aps_desktop.exchange.cells import Cell, Sheet, Workbook, cell_text
from aps_desktop.exchange.long_texts import META_SHEET
from aps_desktop.exchange.mapping import RECORD_ID, VALUE, Part, SheetMapping, Target

FORM = "form"
_ID_HEADER = "APS id"
_SHEET = "Values"
_FIRST_ROWS = 20
_HEAD = {"bold": True, "bg_color": "#1F3A5F", "font_color": "#FFFFFF", "text_wrap": True,
         "valign": "vcenter", "border": 1, "border_color": "#C9CED6"}  # fmt: skip
_SAID = ("Indicator code", "Indicator", "Unit", "How it is measured", "Value before", "Target")
_WIDTHS = (14.0, 52.0, 14.0, 26.0, 14.0, 12.0)


@dataclass(frozen=True)
class FormColumn:
    """A column to fill: a figure of a part (`constants` of the value) of every row.

    `kind` is "number", "yes_no", "text" or "comment"; it chooses what the cell takes.
    """

    header: str
    field: str
    kind: str
    constants: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class FormRow:
    """One indicator: what is told about it, and by header what is in the cells already.

    `open` names the columns that are asked of this one; the others are grey. `choices` are the
    words of a scale, `lowest` and `highest` what a number may be.
    """

    id: UUID
    said: tuple[str, ...]
    open: frozenset[str]
    filled: dict[str, Cell] = field(default_factory=dict)
    choices: tuple[str, ...] = ()
    lowest: float | None = None
    highest: float | None = None


@dataclass(frozen=True)
class Form:
    """A form with its titles, its columns and its rows."""

    titles: tuple[str, ...]
    columns: tuple[FormColumn, ...]
    rows: tuple[FormRow, ...]


class _Meta(msgspec.Struct):
    v: int
    sheet: str
    columns: list[tuple[str, str, dict[str, str]]]


def write_form(path: Path, form: Form) -> None:
    """Writes the form; it appears whole or not at all."""
    import xlsxwriter

    draft = path.with_name(f".{path.name}.part")
    options = {
        "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False,
    }  # fmt: skip
    try:
        with xlsxwriter.Workbook(str(draft), options) as book:
            _Page(book, form).write()
            hidden = book.add_worksheet(META_SHEET)
            for column, text in enumerate(("kind", "name", "part", "text")):
                hidden.write_string(0, column, text)
            hidden.write_row(1, 0, [FORM, _SHEET, 0])
            hidden.write_string(1, 3, _told(form))
            hidden.hide()
        os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def _told(form: Form) -> str:
    columns = [(c.header, c.field, dict(c.constants)) for c in form.columns]
    return msgspec.json.encode(_Meta(1, _SHEET, columns)).decode()


class _Page:
    """The sheet to fill in."""

    def __init__(self, book: Any, form: Form) -> None:
        self._form = form
        self._page = book.add_worksheet(_SHEET)
        self._head = book.add_format(_HEAD)
        self._title = book.add_format({"bold": True, "font_size": 14})
        self._note = book.add_format({"font_color": "#596170"})
        plain = {"text_wrap": True, "valign": "top", "border": 1, "border_color": "#E0E3E8"}
        self._told = book.add_format({**plain, "font_color": "#404754"})
        self._closed = book.add_format({**plain, "bg_color": "#E6E8EC"})
        fill = {**plain, "locked": False, "bg_color": "#FFF9E5"}
        self._open = {
            "number": book.add_format({**fill, "num_format": "#,##0.####"}),
            "other": book.add_format(fill),
        }

    def write(self) -> None:
        page, form = self._page, self._form
        for row, text in enumerate(form.titles):
            page.write_string(row, 1, text, self._note if row else self._title)
        top = len(form.titles) + 1
        page.set_column(0, 0, 4.0, None, {"hidden": True})
        for column, width in enumerate(_WIDTHS, 1):
            page.set_column(column, column, width)
        page.set_row(top, 34)
        page.write_string(top, 0, _ID_HEADER, self._head)
        heads = (*_SAID, *(c.header for c in form.columns))
        for column, text in enumerate(heads, 1):
            page.write_string(top, column, text, self._head)
        for number, spec in enumerate(form.columns, 1 + len(_SAID)):
            page.set_column(number, number, 34.0 if spec.kind in ("text", "comment") else 15.0)
        for row, one in enumerate(form.rows, top + 1):
            self._row(row, one)
        page.freeze_panes(top + 1, 3)
        page.set_landscape()
        page.set_paper(9)  # A4
        page.fit_to_pages(1, 0)
        page.repeat_rows(top)
        page.protect("", {"format_columns": True, "format_rows": True, "autofilter": True})

    def _row(self, at: int, one: FormRow) -> None:
        long = any(len(text) > width for text, width in zip(one.said, _WIDTHS, strict=True))
        self._page.set_row(at, 32 if long else 18)
        self._page.write_string(at, 0, one.id.hex)
        for column, text in enumerate(one.said, 1):
            self._page.write_string(at, column, text, self._told)
        for column, spec in enumerate(self._form.columns, 1 + len(_SAID)):
            if spec.header not in one.open:
                self._page.write_blank(at, column, None, self._closed)
                continue
            look = self._open["number" if spec.kind == "number" else "other"]
            self._cell(at, column, one.filled.get(spec.header), look)
            rule = _validation(spec, one)
            if rule:
                self._page.data_validation(at, column, at, column, rule)

    def _cell(self, row: int, column: int, cell: Cell, look: Any) -> None:
        if cell is None:
            self._page.write_blank(row, column, None, look)
        elif isinstance(cell, str):
            self._page.write_string(row, column, cell, look)
        else:
            self._page.write_number(row, column, cell, look)


def _validation(spec: FormColumn, one: FormRow) -> dict[str, Any]:
    """What Excel lets into a cell, and what it says otherwise."""
    if spec.kind == "yes_no":
        return {"validate": "list", "source": ["Yes", "No"]}
    if spec.kind == "text" and one.choices and len(",".join(one.choices)) < 250:
        return {"validate": "list", "source": list(one.choices)}
    if spec.kind != "number":
        return {}
    low = -1e12 if one.lowest is None else one.lowest
    high = 1e12 if one.highest is None else one.highest
    return {
        "validate": "decimal", "criteria": "between", "minimum": low, "maximum": high,
        "error_title": "A number is needed",
        "error_message": "Type a number, or leave the cell empty if there is no value.",
    }  # fmt: skip


# Reading it back ----------------------------------------------------------------------------------


def form_mappings(workbook: Workbook, indicator: Entity, value: Entity) -> dict[str, SheetMapping]:
    """Sheet name -> its mapping, for forms; columns are found by their headings."""
    found: dict[str, SheetMapping] = {}
    for told in _forms(workbook):
        sheet = workbook.sheet(told.sheet)
        mapping = _mapping(sheet, told, indicator, value) if sheet else None
        if mapping:
            found[mapping.sheet] = mapping
    return found


def _forms(workbook: Workbook) -> Iterator[_Meta]:
    hidden = workbook.sheet(META_SHEET)
    for row in hidden.rows if hidden else ():
        if len(row) >= 4 and row[0] == FORM:
            try:
                yield msgspec.json.decode(cell_text(row[3]), type=_Meta)
            except msgspec.MsgspecError:
                continue


def _mapping(sheet: Sheet, told: _Meta, indicator: Entity, value: Entity) -> SheetMapping | None:
    top = _header_row(sheet)
    if top is None:
        return None
    headers = tuple(cell_text(cell).strip() for cell in sheet.rows[top])
    places = {text: column for column, text in enumerate(headers) if text}
    parts: list[Part] = [Part(indicator.name)]
    targets = [Target(places[_ID_HEADER], 0, "", RECORD_ID)]
    numbers: dict[tuple[tuple[str, str], ...], int] = {}
    for header, name, constants in told.columns:
        if header not in places or name not in value.by_name:
            continue
        key = tuple(sorted(constants.items()))
        if key not in numbers:
            numbers[key] = len(parts)
            known = {n: text for n, text in constants.items() if n in value.by_name}
            parts.append(Part(value.name, {"indicator": 0}, known, optional=True))
        targets.append(Target(places[header], numbers[key], name, VALUE))
    return SheetMapping(sheet.name, top, tuple(parts), tuple(targets), headers=headers)


def _header_row(sheet: Sheet) -> int | None:
    """The row of the headings, wherever the titles above it went."""
    rows: Sequence[Sequence[Cell]] = sheet.rows[:_FIRST_ROWS]
    return next(
        (at for at, row in enumerate(rows) if any(cell_text(c).strip() == _ID_HEADER for c in row)),
        None,
    )
