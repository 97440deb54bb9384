"""Tables of exchange rates as banks and the United Nations give them, turned into one rate a row.

They come with a currency in each column, with a day in each column, as pairs ("USD/JPY"), with the
currency's name before its code, in euros instead of dollars, with the day in a title. What they
mean is decided by their words and by the sizes of their figures; where the two disagree or say
nothing, the table is left as it stands, for a person.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.money import CURRENCIES
from aps_desktop.exchange import rate_words
from aps_desktop.exchange.amounts import read_number
from aps_desktop.exchange.cells import Cell, Row, Sheet, cell_text, is_blank
from aps_desktop.exchange.dates import Reader
from aps_desktop.exchange.rate_words import DIRECT, UNITS

HEADINGS = (
    "Rate currency", "Rate date", "USD for one unit", "Units for one US dollar",
    "Source of the rate",
)  # fmt: skip
_DEEP = 15
_MOST = 0.8
"""A column is of codes, days or numbers when so much of it is."""
_PAIR = re.compile(r"([A-Z]{3}) ?[/:-]? ?([A-Z]{3})")
_RATE_HEADING = re.compile(
    r"\b(mid|middle|average|tengah|rates?|units?|value|kurs|operational|usd|taux|taxa|closing"
    r"|reference)\b|tỷ giá|อัตรา|tukar|\$",
    re.I,
)
_SIDES = re.compile(r"\b(buy|buying|sell|selling|bid|ask|offer|jual|beli|cash|transfer)\b", re.I)
_NUMBER = re.compile(r"\s*\d+(?:[.,]\d+)?\s*")
_NOMINAL = re.compile(r"\s*(?:no\.? of )?(?:units?|per|nominal|quantity|scale|satuan)\s*", re.I)
_SOURCE = re.compile(r"\b(source|sumber|provider)\b", re.I)
_TITLE_DAY = re.compile(
    r"\d{4}-\d\d?-\d\d?|\d\d?[./-]\d\d?[./-]\d{4}|\d\d?(?:st|nd|rd|th)? \w+,? \d{4}"
    r"|[A-Za-z]+ \d\d?(?:st|nd|rd|th)?,? \d{4}"
)
_UNITS_SCALE, _DIRECT_SCALE = Decimal("1e-6"), Decimal("1e-10")


@dataclass(frozen=True)
class _Rate:
    """A figure of a table: of which currency, of which day, and who says so."""

    code: str
    day: Cell
    figure: Decimal
    source: str = ""


@dataclass(frozen=True)
class _Found:
    """The figures of a table and how they are quoted: UNITS, DIRECT, or "" when nothing says."""

    rates: list[_Rate]
    way: str = ""


def as_rows(sheet: Sheet, file: str) -> Sheet | None:
    """The sheet's rates, one a row; None where it is no table of rates, or not a sure one."""
    top = [row for row in sheet.rows[:_DEEP] if not all(map(is_blank, row))]
    texts = [cell for row in top for cell in row if isinstance(cell, str)]
    words = " ".join((re.sub(r"[_.-]+", " ", file), sheet.name, *texts))
    if len(top) < 2 or not rate_words.speaks_of_rates(words):
        return None
    source = next((" ".join(t.split())[:120] for t in texts), "")
    for shape in (_one_column_a_currency, _one_column_a_day, _one_row_a_rate):
        found = shape(sheet, words)
        if found is not None and found.rates:
            rows = _in_dollars(found, words)
            if rows:
                head = _title(sheet, source, file)
                lines = [(*row[:4], row[4] or head) for row in rows]
                name = f"{sheet.name} (exchange rates)"
                return Sheet(name, [HEADINGS, *lines])
    return None


def _title(sheet: Sheet, first: str, file: str) -> str:
    """Who says so, where no column does: the first line above the table, else the file's name."""
    line = [cell for cell in sheet.rows[0] if not is_blank(cell)] if sheet.rows else []
    return first if len(line) == 1 and cell_text(line[0]).strip() == first else file


# The shapes -------------------------------------------------------------------------------------


def _one_column_a_currency(sheet: Sheet, words: str) -> _Found | None:
    """Days below one another, a column for each currency: central banks."""
    for at, row in enumerate(sheet.rows[:_DEEP]):
        codes = {c: code for c, cell in enumerate(row) if (code := _code(cell))}
        below = sheet.rows[at + 1 :]
        if len(codes) < 2 or 0 in codes or not below or _of_something_else(sheet, at):
            continue
        if _share([r[0] for r in below if r and not is_blank(r[0])], _is_day) < _MOST:
            continue
        number = _numbers(cell for line in below for cell in line[1:])
        rates = [
            _Rate(code, line[0], figure)
            for line in below if line and _is_day(line[0])
            for c, code in codes.items()
            if c < len(line) and (figure := number(line[c])) is not None
        ]  # fmt: skip
        return _Found(rates, "")
    return None


def _one_column_a_day(sheet: Sheet, words: str) -> _Found | None:
    """Currencies below one another, a column for each day: the International Monetary Fund."""
    for at, row in enumerate(sheet.rows[:_DEEP]):
        days = {c: cell for c, cell in enumerate(row) if _is_day(cell)}
        below = sheet.rows[at + 1 :]
        column = _best(sheet, at, lambda cell: bool(_code(cell)))
        if len(days) < 2 or column is None or column in days or _of_something_else(sheet, at):
            continue
        number = _numbers(line[c] for line in below for c in days if c < len(line))
        rates = [
            _Rate(_code(sheet.at(at + 1 + n, column)), day, figure)
            for n, line in enumerate(below)
            for c, day in days.items()
            if _code(sheet.at(at + 1 + n, column)) and c < len(line)
            and (figure := number(line[c])) is not None
        ]  # fmt: skip
        return _Found(rates, "")
    return None


def _one_row_a_rate(sheet: Sheet, words: str) -> _Found | None:
    """A row for each currency: its code (or a pair), perhaps a day, and a figure."""
    at = _heading_row(sheet)
    if at is None or _of_something_else(sheet, at):
        return None
    pair = _best(sheet, at, lambda cell: bool(_pair(cell)))
    column = _best(sheet, at, lambda cell: bool(_code(cell)))
    figure = _figure_column(sheet, at)
    if figure is None or (pair is None and column is None):
        return None
    below = range(at + 1, len(sheet.rows))
    number = _numbers(sheet.at(r, figure) for r in below)
    day = _day_of(sheet, at)
    per = _nominal(sheet, at, figure)
    source = next((c for c, t in _heads(sheet, at) if _SOURCE.search(t)), None)
    rates: list[_Rate] = []
    ways: set[str] = set()
    for r in below:
        value = number(sheet.at(r, figure))
        if value is None or not day(r):
            continue
        value /= per(r)
        told = cell_text(sheet.at(r, source)).strip() if source is not None else ""
        if pair is not None:
            known = _of_pair(sheet.at(r, pair), value)
            if known is None:
                continue
            code, value = known
            ways.add(UNITS)
        else:
            code = _code(sheet.at(r, column or 0))
        if code:
            rates.append(_Rate(code, day(r), value, told))
    return _Found(rates, UNITS if ways else _heading_way(sheet, at, figure))


def _heading_way(sheet: Sheet, at: int, figure: int) -> str:
    return rate_words.said(cell_text(sheet.at(at, figure)))


def _of_pair(cell: Cell, value: Decimal) -> tuple[str, Decimal] | None:
    """(currency, units of it for one US dollar) of a pair: USD/JPY is yen for one dollar."""
    first, second = _pair(cell) or ("", "")
    if first == "USD":
        return second, value
    return (first, 1 / value) if second == "USD" and value else None


# What stands where ------------------------------------------------------------------------------


def _heads(sheet: Sheet, at: int) -> list[tuple[int, str]]:
    row = sheet.rows[at]
    return [(c, cell_text(cell)) for c, cell in enumerate(row) if not is_blank(cell)]


def _of_something_else(sheet: Sheet, at: int) -> bool:
    return rate_words.of_something_else(" ".join(text for _, text in _heads(sheet, at)))


def _heading_row(sheet: Sheet) -> int | None:
    """The row above the first currency code that stands among texts alone."""
    for at in range(1, min(_DEEP, len(sheet.rows))):
        row, above = sheet.rows[at], sheet.rows[at - 1]
        coded = any(_code(cell) or _pair(cell) for cell in row)
        heads = [cell for cell in above if not is_blank(cell)]
        if coded and len(heads) > 1 and all(isinstance(h, str) for h in heads):
            return at - 1
    return None


def _best(sheet: Sheet, at: int, test: Callable[[Cell], bool]) -> int | None:
    """The first column of which most cells below a row pass a test."""
    for column in range(sheet.width):
        cells = [cell for cell in _below(sheet, at, column) if not is_blank(cell)]
        if cells and _share(cells, test) >= _MOST:
            return column
    return None


def _below(sheet: Sheet, at: int, column: int) -> list[Cell]:
    return [sheet.at(r, column) for r in range(at + 1, min(len(sheet.rows), at + 400))]


def _figure_column(sheet: Sheet, at: int) -> int | None:
    """The column of numbers that is named as one of rates; of two ways of quoting, the units."""
    numeric = []
    for column, text in _heads(sheet, at):
        cells = [cell for cell in _below(sheet, at, column) if not is_blank(cell)]
        number = _numbers(cells)
        if cells and sum(number(cell) is not None for cell in cells) >= _MOST * len(cells):
            numeric.append((column, text))
    nominal = {c for c, text in numeric if _NOMINAL.fullmatch(text)} if len(numeric) > 1 else set()
    numeric = [(c, text) for c, text in numeric if c not in nominal]
    named = [(c, t) for c, t in numeric if _RATE_HEADING.search(t) and not _SIDES.search(t)]
    if len(named) == 1:
        return named[0][0]
    ways = {rate_words.said(text): column for column, text in reversed(named)}
    return ways.get(UNITS, ways.get(DIRECT))


def _nominal(sheet: Sheet, at: int, figure: int) -> Callable[[int], Decimal]:
    """For how many units a row's figure is: "JPY 100"."""
    column = next((c for c, t in _heads(sheet, at) if c != figure and _NOMINAL.fullmatch(t)), None)

    def per(row: int) -> Decimal:
        cell = sheet.at(row, column) if column is not None else None
        text = cell_text(cell).strip()
        return Decimal(text) if text in ("10", "100", "1000", "10000") else Decimal(1)

    return per


def _day_of(sheet: Sheet, at: int) -> Callable[[int], Cell]:
    """The day of a row: in a column, or for all of them in a title."""
    column = _best(sheet, at, _is_day)
    if column is not None:
        return lambda row: sheet.at(row, column)
    titles = " ".join(
        cell_text(cell) for row in sheet.rows[:at] for cell in row if not is_blank(cell)
    )
    found = [m[0] for m in _TITLE_DAY.finditer(titles) if _is_day(m[0])]
    return lambda row: found[0] if found else None


def _code(cell: Cell) -> str:
    text = cell.strip() if isinstance(cell, str) else ""
    return text if text in CURRENCIES else ""


def _pair(cell: Cell) -> tuple[str, str] | None:
    found = _PAIR.fullmatch(cell.strip()) if isinstance(cell, str) else None
    known = found and found[1] in CURRENCIES and found[2] in CURRENCIES
    return (found[1], found[2]) if found and known else None


def _is_day(cell: Cell) -> bool:
    if isinstance(cell, date):
        return True
    if not isinstance(cell, str) or not re.search(r"\d", cell) or _NUMBER.fullmatch(cell):
        return False  # “15000” is a rate here, though it may be the number of a day elsewhere
    try:
        Reader().day(cell)
    except InvalidValue:
        return False
    return True


def _share(cells: Sequence[Cell], test: Callable[[Cell], bool]) -> float:
    return sum(map(test, cells)) / len(cells) if cells else 0.0


def _numbers(cells: Iterator[Cell] | Sequence[Cell]) -> Callable[[Cell], Decimal | None]:
    """What reads figures above zero, with the decimal mark that these cells show."""
    texts = [cell for cell in cells if isinstance(cell, str)]
    comma = any(re.fullmatch(r"\s*\d+,(\d{1,2}|\d{4,})\s*", text) for text in texts) and not any(
        re.fullmatch(r"\s*\d+\.\d+\s*", text) for text in texts
    )

    def number(cell: Cell) -> Decimal | None:
        if is_blank(cell) or isinstance(cell, bool | date):
            return None
        try:
            value = read_number(cell, decimal_comma=comma)[0]
        except InvalidValue:
            return None
        return value if value > 0 else None

    return number


# Dollars ----------------------------------------------------------------------------------------


def _in_dollars(found: _Found, words: str) -> list[Row]:
    """A row for each rate, quoted against the dollar; none where nothing says how it is quoted."""
    dollars = {str(one.day): one.figure for one in found.rates if one.code == "USD"}
    if found.way != UNITS and any(figure != 1 for figure in dollars.values()):
        return _crossed(found, words, dollars)
    others = [one for one in found.rates if one.code != "USD"]
    if rate_words.of_euro(words) and not found.way:
        return []  # quoted for a euro, and nothing says what a dollar is
    sizes = {one.code: one.figure for one in others}
    way = found.way if not rate_words.shown(sizes) else ""
    way = way or rate_words.quoted(words, sizes)
    if found.way and way != found.way:
        return []
    return [_row(one, way) for one in others] if way else []


def _crossed(found: _Found, words: str, dollars: dict[str, Decimal]) -> list[Row]:
    """Rates that are quoted for another currency, by what the same table says of the dollar."""
    rates = [
        replace(one, figure=one.figure / dollars[str(one.day)])
        for one in found.rates if one.code != "USD" and str(one.day) in dollars
    ]  # fmt: skip
    way = rate_words.shown({one.code: one.figure for one in rates})
    if way == UNITS and rate_words.of_euro(words) and all(one.code != "EUR" for one in rates):
        days = {str(one.day): one.day for one in found.rates}
        rates += [_Rate("EUR", days[day], 1 / figure) for day, figure in dollars.items()]
    return [_row(one, way) for one in rates] if way else []


def _row(one: _Rate, way: str) -> Row:
    """The cells of a rate; small figures keep more decimals as dollars for one unit."""
    if way == UNITS and one.figure < 1 and one.figure != round(one.figure, 6):
        one, way = replace(one, figure=1 / one.figure), DIRECT
    scale = _UNITS_SCALE if way == UNITS else _DIRECT_SCALE
    figure = float(one.figure.quantize(scale, rounding=ROUND_HALF_EVEN))
    direct, units = (None, figure) if way == UNITS else (figure, None)
    return one.code, one.day, direct, units, one.source
