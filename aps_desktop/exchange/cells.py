"""What a workbook holds once it is read: sheets of plain cells, with their exact addresses."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

Cell = str | int | float | bool | date | datetime | None
"""A cell's content; None when it is empty. Text is as it was typed, with its outer blanks."""

Row = tuple[Cell, ...]
Range = tuple[int, int, int, int]
"""First row, first column, last row, last column; counted from 0, both ends included."""

PERCENT = "%"
ERRORS = frozenset("#REF! #DIV/0! #VALUE! #NAME? #NUM! #NULL! #SPILL! #CALC! #GETTING_DATA".split())
"""What cells show in which a formula went wrong; #N/A means that there is no value."""
NO_RESULT = "#NO RESULT"
"""In the place of a formula beside which no result is stored: a program wrote it, and no
spreadsheet has opened it since. Readers take such a cell for an empty one."""


@dataclass(frozen=True)
class Sheet:
    """One sheet. `rows[i][j]` is the cell in row i + 1 and column j + 1, from A1; rows may be
    short.

    `marks` tells of cells whose number format says more than their number: "%" or a currency code.
    `told` are columns that the file does not have: what titles, or headings between the rows, say
    of the records below them; `making` those of them whose records are not there yet.
    """

    name: str
    rows: Sequence[Row]
    marks: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: tuple[Range, ...] = ()
    hidden: bool = False
    told: tuple[int, ...] = ()
    making: tuple[int, ...] = ()

    @property
    def width(self) -> int:
        return max(map(len, self.rows), default=0)

    def at(self, row: int, column: int) -> Cell:
        """The cell, both counted from 0; None outside the sheet."""
        if row >= len(self.rows) or column >= len(self.rows[row]):
            return None
        return self.rows[row][column]


@dataclass(frozen=True)
class Workbook:
    """All the sheets of a file, in their order."""

    name: str
    sheets: tuple[Sheet, ...]

    def sheet(self, name: str) -> Sheet | None:
        return next((s for s in self.sheets if s.name == name), None)


def column_letters(column: int) -> str:
    """ "A" for 0, "AA" for 26."""
    letters = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """0 for "A"."""
    index = 0
    for letter in letters.upper():
        index = index * 26 + ord(letter) - 64
    return index - 1


def address(row: int, column: int) -> str:
    """ "F12" for row 11 and column 5, counted from 0."""
    return f"{column_letters(column)}{row + 1}"


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip())


def cell_text(cell: Cell) -> str:
    """A cell as text, as a person would copy it."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "Yes" if cell else "No"
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() and abs(cell) < 1e15 else f"{cell:.15g}"
    if isinstance(cell, datetime) and (cell.hour, cell.minute, cell.second) == (0, 0, 0):
        return cell.date().isoformat()
    return str(cell)


_NOT_WORD = re.compile(r"[\W_]+")


def folded(text: str) -> str:
    """Text for comparing: no case, accents, punctuation or double spaces.

    Marks are dropped from Latin letters alone: in Thai, Khmer, Lao and Burmese they are the vowels.
    """
    text = unicodedata.normalize("NFKD", text.replace("đ", "d").replace("Đ", "D")).casefold()
    if not text.isascii():
        kept: list[str] = []
        for c in text:
            if unicodedata.category(c) in ("Mn", "Mc"):
                if kept and kept[-1].isascii():
                    continue
                kept.append(c)
            elif c.isalnum():
                kept.append(c)
            else:
                kept.append(" ")
        return unicodedata.normalize("NFC", " ".join("".join(kept).split()))
    return _NOT_WORD.sub(" ", text).strip()


def ascii_digits(text: str) -> str:
    """Text with the digits of every script (Thai, Khmer, Lao, Burmese) as 0 to 9."""
    if text.isascii():
        return text
    return "".join(
        str(unicodedata.digit(c)) if unicodedata.category(c) == "Nd" else c for c in text
    )
