"""Texts that do not fit into one cell: their rest goes to the hidden sheet, and comes back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from aps_desktop.exchange.cells import Cell, Workbook, cell_text

META_SHEET = "_aps"
REST = "rest"
CELL_LIMIT = 32_767
_PIECE = 16_000
_MARK = re.compile(r" …\[(L\d+): [\d,]+ characters in all, edit them in APS Desktop\]$")


def fits(text: str) -> bool:
    """Whether a cell can hold the text; a cell counts UTF-16 units."""
    return len(text) <= CELL_LIMIT // 2 or _units(text) <= CELL_LIMIT


def _units(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def is_cut(text: str) -> bool:
    """Whether a text says that it continues elsewhere."""
    return text.endswith("]") and _MARK.search(text) is not None


class Cutter:
    """Takes long texts apart on the way out; `rows` are those for the hidden sheet."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, int, str]] = []
        self._count = 0

    def cut(self, text: str) -> str:
        """The first piece with a mark that names the others."""
        self._count += 1
        name = f"L{self._count}"
        first, *rest = _pieces(text)
        self.rows.extend((name, number, piece) for number, piece in enumerate(rest, 1))
        return f"{first} …[{name}: {len(text):,} characters in all, edit them in APS Desktop]"


def _pieces(text: str) -> Iterator[str]:
    """Pieces that a cell can hold, cut away from blanks (which readers may trim) where possible."""
    start = 0
    while start < len(text):
        end = min(start + _PIECE, len(text))
        for near in range(end, max(start, end - 64), -1) if end < len(text) else ():
            if not text[near - 1].isspace() and not text[near].isspace():
                end = near
                break
        yield text[start:end]
        start = end


def rests(workbook: Workbook) -> dict[str, str]:
    """Name -> the rest of a long text, from the workbook's hidden sheet."""
    sheet = workbook.sheet(META_SHEET)
    found: dict[str, list[tuple[float, str]]] = {}
    for row in sheet.rows if sheet else ():
        if len(row) >= 4 and row[0] == REST and isinstance(row[2], int | float):
            found.setdefault(cell_text(row[1]), []).append((row[2], cell_text(row[3])))
    return {name: "".join(text for _, text in sorted(found[name])) for name in found}


def joined(cells: Sequence[Cell], rest: dict[str, str]) -> Sequence[Cell]:
    """The cells with their long texts whole again; a mark without its rest stays and is refused."""
    if not any(type(cell) is str and is_cut(cell) for cell in cells):
        return cells
    return [_join(cell, rest) if isinstance(cell, str) else cell for cell in cells]


def _join(text: str, rest: dict[str, str]) -> str:
    m = _MARK.search(text)
    return text[: m.start()] + rest[m[1]] if m and m[1] in rest else text
