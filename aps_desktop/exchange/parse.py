"""From a cell to the value of a field; what cannot be read is refused with a reason."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import NamedTuple, Protocol
from uuid import UUID

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.domain.states import parse_states
from aps_desktop.domain.values import LONG_TEXT_LIMIT, TEXT_LIMIT, FileRef, Value, clean_text
from aps_desktop.exchange import amounts, words
from aps_desktop.exchange.cells import ERRORS, NO_RESULT, PERCENT, Cell, cell_text, is_blank
from aps_desktop.exchange.dates import Reader
from aps_desktop.exchange.long_texts import is_cut

STATE_ENTITY = "member_state"
_LAST_DAY_NAMES = re.compile(r"(^|_)(end|ends|due|until|to|deadline|completed|expiry|closes)(_|$)")
_INTEGER_LIMIT = 2**63 - 1
_ZERO_WIDE = "\u200b\ufeff"
"""What copying from a web page leaves around a text; within one, it divides Khmer words."""
_FILE = re.compile(r"(?P<name>.+) \(sha256 (?P<sha>[0-9a-f]{64})\)", re.S)
_ID = re.compile(r"\[#([0-9a-f]{32})\]")


class NoValue(InvalidValue):
    """A cell that says that there is no value ("n/a"): it is reported, and counts as empty."""


class Draft(NamedTuple):
    """A record that the same workbook makes: `part` of which sheet's row (both counted from 0)."""

    sheet: str
    row: int
    part: int


Read = Value | Draft | frozenset[UUID | Draft]
"""What a cell can mean: a value, or a record that is not yet in the database."""


class Resolver(Protocol):
    """Finds the records that words mean; the service looks them up in the database."""

    def resolve(self, entity: str, text: str) -> UUID | None:
        """The record of that code, acronym or name; None if there is none, or more than one."""
        ...

    def suggest(self, entity: str, text: str) -> str | None:
        """The name of a record that is written nearly like this."""
        ...


class Finder(Protocol):
    """A resolver that may also find records which the same workbook makes."""

    def resolve(self, entity: str, text: str) -> UUID | Draft | None: ...

    def suggest(self, entity: str, text: str) -> str | None: ...


class NoRecords:
    """A resolver for a program without a database: it knows nothing."""

    def resolve(self, entity: str, text: str) -> UUID | None:
        del entity, text
        return None

    def suggest(self, entity: str, text: str) -> str | None:
        del entity, text
        return None


@dataclass(frozen=True)
class Habits:
    """How a workbook writes dates and numbers; declared by the person, shown in the preview."""

    day_first: bool = True
    decimal_comma: bool = False
    allow_buddhist: bool = False
    currency: str = ""
    year: int | None = None


@dataclass
class ParseContext:
    """What reading needs to know; `notes` gathers how doubtful cells were understood."""

    resolver: Finder = field(default_factory=NoRecords)
    habits: Habits = field(default_factory=Habits)
    notes: list[str] = field(default_factory=list)


Parser = Callable[[Cell, str], tuple[Read, str]]
"""Reads a cell and its mark ("%" or a currency): the value, and a note if it was in doubt."""


def parse_cell(
    spec: Field, cell: Cell, context: ParseContext, *, mark: str = "", currency: str = ""
) -> Read:
    """The value of a cell. InvalidValue says why not; NoValue when the cell says "none".

    `mark` is what the number format says, `currency` what a currency column of the same row says.
    """
    if spec.kind is Kind.MONEY:
        value, note = parse_money(spec, cell, context, mark=mark, currency=currency)
    else:
        value, note = parser(spec, context)(cell, mark)
    if note:
        context.notes.append(note)
    return value


def parse_money(
    spec: Field, cell: Cell, context: ParseContext, *, mark: str = "", currency: str = ""
) -> tuple[Read, str]:
    """An amount, whose currency may stand in its own column or in the cell's number format."""
    if is_blank(cell):
        return None, ""
    refuse_error(cell)
    _refuse_words(spec, cell)
    habits = context.habits
    return amounts.read_money(
        cell,
        currency=currency or (mark if mark != PERCENT else ""),
        decimal_comma=habits.decimal_comma,
        default=habits.currency,
    )


def parser(spec: Field, context: ParseContext) -> Parser:
    """The reader of one column, made once."""
    maker = _MAKERS[spec.kind]
    read = maker(spec, context)

    def parse(cell: Cell, mark: str = "") -> tuple[Read, str]:
        if cell is None or (isinstance(cell, str) and not cell.strip()):
            return None, ""
        refuse_error(cell)
        return read(cell, mark)

    return parse


def refuse_error(cell: Cell) -> None:
    """InvalidValue where the cell shows that its formula went wrong."""
    if isinstance(cell, str) and cell.strip() in ERRORS:
        raise InvalidValue(
            f"The formula of this cell shows the error {cell.strip()}.",
            "Correct the formula, or write the value.",
        )
    if cell == NO_RESULT:
        raise InvalidValue(
            "The formula of this cell has no result stored with it.",
            "Open the workbook in a spreadsheet program, save it there, and import it again.",
        )


def takes_last_day(spec: Field) -> bool:
    """Whether "May 2027" in this field means 31 May: ends and due dates."""
    return _LAST_DAY_NAMES.search(spec.name) is not None


def _refuse_words(spec: Field, cell: Cell) -> None:
    if not isinstance(cell, str):
        return
    if amounts.is_no_value(cell):
        raise NoValue(f"“{cell.strip()}” is not a value.", "The cell counts as empty.")
    if amounts.is_pending(cell):
        raise InvalidValue(
            f"“{cell.strip()}” is not {_WANTED.get(spec.kind, 'a value')}.",
            "Fill it in, or leave the cell empty.",
        )


def _text(spec: Field, _: ParseContext) -> Parser:
    lines = spec.kind is Kind.LONG_TEXT
    limit = LONG_TEXT_LIMIT if lines else TEXT_LIMIT

    def read(cell: Cell, _: str) -> tuple[Read, str]:
        text = clean_text(cell if isinstance(cell, str) else cell_text(cell), lines=lines)
        text = text.strip(_ZERO_WIDE)
        if is_cut(text):
            raise InvalidValue(
                "The rest of this long text is missing.",
                "Import the exported workbook itself, with its hidden sheet.",
            )
        if len(text) > limit:
            raise InvalidValue(f"The text is longer than {limit:,} characters.", "Shorten it.")
        return text or None, ""

    return read


def _number(spec: Field, context: ParseContext) -> Parser:
    comma = context.habits.decimal_comma

    def read(cell: Cell, mark: str) -> tuple[Read, str]:
        _refuse_words(spec, cell)
        if mark == PERCENT:
            shown = f"{cell * 100:g}%" if isinstance(cell, int | float) else cell_text(cell)
            raise InvalidValue(
                f"“{shown}” is a percentage; a number is needed.", amounts.NUMBER_HINT
            )
        value, note = amounts.read_number(cell, decimal_comma=comma)
        return _fitted(spec, value, cell, note)

    return read


def _percent(spec: Field, context: ParseContext) -> Parser:
    comma = context.habits.decimal_comma

    def read(cell: Cell, mark: str) -> tuple[Read, str]:
        _refuse_words(spec, cell)
        if mark == PERCENT and isinstance(cell, (int, float)):
            value, note = amounts.read_number(cell)[0] * 100, ""
        else:
            value, note = amounts.read_percent(cell, decimal_comma=comma)
        return _fitted(spec, value, cell, note)

    return read


def _fitted(spec: Field, value: Decimal, cell: Cell, note: str) -> tuple[Read, str]:
    """The number at the field's own scale."""
    if abs(value.scaleb(spec.decimals)) > _INTEGER_LIMIT:
        raise InvalidValue(f"“{cell_text(cell)}” is too large.", "Check the digits.")
    if spec.decimals == 0:
        if value != value.to_integral_value():
            raise InvalidValue(
                f"“{cell_text(cell)}” is not a whole number.", "Write a whole number."
            )
        return int(value), note
    rounded = round(value, spec.decimals)
    if rounded != value:
        extra = f"rounded to {spec.decimals} decimals"
        note = f"{note}; {extra}" if note else extra
    return rounded, note


def _money(spec: Field, context: ParseContext) -> Parser:
    return lambda cell, mark: parse_money(spec, cell, context, mark=mark)


def _date(spec: Field, context: ParseContext) -> Parser:
    habits = context.habits
    reader = Reader(day_first=habits.day_first, allow_buddhist=habits.allow_buddhist)
    last = takes_last_day(spec)

    def read(cell: Cell, _: str) -> tuple[Read, str]:
        _refuse_words(spec, cell)
        return reader.day(cell, last=last)

    return read


def _period(spec: Field, context: ParseContext) -> Parser:
    habits = context.habits
    reader = Reader(
        day_first=habits.day_first, allow_buddhist=habits.allow_buddhist, year=habits.year
    )

    def read(cell: Cell, _: str) -> tuple[Read, str]:
        _refuse_words(spec, cell)
        return reader.period(cell)

    return read


def _choice(spec: Field, _: ParseContext) -> Parser:
    def read(cell: Cell, _: str) -> tuple[Read, str]:
        try:
            return words.read_choice(spec.choices, cell_text(cell))
        except InvalidValue:
            _refuse_words(spec, cell)
            raise

    return read


def _yes_no(spec: Field, _: ParseContext) -> Parser:
    def read(cell: Cell, _: str) -> tuple[Read, str]:
        if isinstance(cell, bool):
            return cell, ""
        try:
            return words.read_yes_no(cell_text(cell)), ""
        except InvalidValue:
            _refuse_words(spec, cell)
            raise

    return read


def _reference(spec: Field, context: ParseContext) -> Parser:
    def read(cell: Cell, _: str) -> tuple[Read, str]:
        text = clean_text(cell_text(cell))
        found = _find(spec, text, context.resolver)
        if found is None:
            _refuse_words(spec, cell)
            raise unknown_record(spec, text, context.resolver)
        return found, ""

    return read


def id_text(record: UUID) -> str:
    """How a record without a name is written into a cell."""
    return f"[#{record.hex}]"


def _find(spec: Field, text: str, finder: Finder) -> UUID | Draft | None:
    m = _ID.fullmatch(text)
    return UUID(m[1]) if m else finder.resolve(spec.target, text)


def unknown_record(spec: Field, text: str, resolver: Finder) -> InvalidValue:
    """The refusal of words that name no record, with the nearest name if there is one."""
    near = resolver.suggest(spec.target, text)
    what = spec.target.replace("_", " ") or "record"
    return InvalidValue(
        f"There is no {what} “{text[:80]}”.",
        f"Did you mean {near}?" if near else f"Add the {what} first, or correct the name.",
        field=spec.name,
    )


def _references(spec: Field, context: ParseContext) -> Parser:
    def read(cell: Cell, _: str) -> tuple[Read, str]:
        text = clean_text(cell_text(cell), lines=True)
        names: list[str]
        if spec.target == STATE_ENTITY:
            names = sorted(parse_states(text))
        else:
            whole = _find(spec, clean_text(text), context.resolver)
            if whole is not None:
                return frozenset({whole}), ""
            names = words.split_list(text)
        found: set[UUID | Draft] = set()
        for name in names:
            one = _find(spec, name, context.resolver)
            if one is None:
                _refuse_words(spec, cell)
                raise unknown_record(spec, name, context.resolver)
            found.add(one)
        return frozenset(found), ""

    return read


def _tags(_: Field, __: ParseContext) -> Parser:
    def read(cell: Cell, _: str) -> tuple[Read, str]:
        text = clean_text(cell_text(cell), lines=True)
        tags = frozenset(tag for tag in (clean_text(t) for t in words.split_list(text)) if tag)
        return tags or None, ""

    return read


def _file(_: Field, __: ParseContext) -> Parser:
    def read(cell: Cell, _: str) -> tuple[Read, str]:
        m = _FILE.fullmatch(cell_text(cell).strip())
        if not m:
            raise NoValue("A workbook cannot bring a file.", "Attach the file in the program.")
        return FileRef(m["sha"], m["name"]), ""

    return read


_WANTED = {
    Kind.NUMBER: "a number",
    Kind.PERCENT: "a percentage",
    Kind.MONEY: "an amount of money",
    Kind.DATE: "a date",
    Kind.PERIOD: "a period",
}
_MAKERS: dict[Kind, Callable[[Field, ParseContext], Parser]] = {
    Kind.TEXT: _text,
    Kind.LONG_TEXT: _text,
    Kind.NUMBER: _number,
    Kind.PERCENT: _percent,
    Kind.MONEY: _money,
    Kind.DATE: _date,
    Kind.PERIOD: _period,
    Kind.CHOICE: _choice,
    Kind.REFERENCE: _reference,
    Kind.TAGS: _tags,
    Kind.YES_NO: _yes_no,
    Kind.FILE: _file,
    Kind.REFERENCES: _references,
}
