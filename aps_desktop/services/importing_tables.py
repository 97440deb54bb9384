"""Takes a sheet apart that holds several tables, below one another or side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from aps_desktop.exchange.cells import Row, Sheet, cell_text, folded, is_blank
from aps_desktop.exchange.detect import Table
from aps_desktop.exchange.guess import Guesser
from aps_desktop.exchange.mapping import SheetMapping

_TABLE_HITS = 2
_TITLE_ROWS = 3
_FORM_LINES = 4
_LONGEST_FORM = 60
_FORM_ABOVE = 12
_LOOKED_AT = 500


def tables_of(sheet: Sheet, guesser: Guesser) -> list[Sheet]:
    """The sheet, or its tables; each keeps its cells where they are, so that addresses stay those
    of the file."""
    turned = _turned(sheet, guesser)
    if turned is not None:
        return [turned]
    found: list[Sheet] = []
    for one in _below_one_another(sheet, guesser):
        found += _side_by_side(one, guesser)
    return [
        one if number == 1 else replace(one, name=f"{sheet.name} (table {number})")
        for number, one in enumerate(found, 1)
    ]


def _turned(sheet: Sheet, guesser: Guesser) -> Sheet | None:
    """A form, with its headings one below another and a single value beside each, as a table of
    one row; None for anything else."""
    if len(sheet.rows) > _LONGEST_FORM * 2:
        return None
    lines = [[cell for cell in row if not is_blank(cell)] for row in sheet.rows]
    lines = [line for line in lines if line]
    pairs = [line for line in lines if len(line) == 2 and isinstance(line[0], str)]
    if not _FORM_LINES <= len(pairs) <= _LONGEST_FORM or len(pairs) * 1.3 < len(lines):
        return None
    if any(len(line) > 2 for line in lines):
        return None
    known = guesser.headings.known
    heads = [" ".join(cell_text(line[0]).split()).rstrip(":： ") for line in pairs]
    if sum(folded(head) in known for head in heads) < max(_FORM_LINES, len(heads) * 0.6):
        return None
    return replace(sheet, rows=[tuple(heads), tuple(line[1] for line in pairs)], merged=())


def _is_form(rows: Sequence[Row]) -> bool:
    """Whether the rows above a table are a few words with what they mean beside them."""
    lines = [[cell for cell in row if not is_blank(cell)] for row in rows]
    lines = [line for line in lines if line]
    return len(lines) < _FORM_ABOVE and all(len(line) <= 2 for line in lines) and any(
        len(line) == 2 and cell_text(line[0]).rstrip().endswith((":", "：")) for line in lines
    )  # fmt: skip


def _side_by_side(sheet: Sheet, guesser: Guesser) -> list[Sheet]:
    """The tables that empty columns part, where each is a whole one: of another kind of record, or
    with the same headings again."""
    table = guesser.table(replace(sheet, rows=sheet.rows[:_LOOKED_AT]))
    if table is None or not table.rows:
        return [sheet]
    blocks = _blocks(sheet, table)
    if len(blocks) < 2 or any(sum(map(bool, table.headers[a:b])) < 2 for a, b in blocks):
        return [sheet]
    table = guesser.table(sheet) or table
    blocks = _blocks(sheet, table)
    parts = [_only(sheet, a, b) for a, b in blocks]
    mapped = [_whole(part, table.header_row, guesser) for part in parts]
    if not all(mapped):
        return [sheet]
    heads = [{folded(h) for h in table.headers[a:b] if h} for a, b in blocks]
    kinds = [m.parts[0].entity for m in mapped if m]
    apart = all(
        one != other or heads[n] == heads[n + 1] for n, (one, other) in enumerate(pairwise(kinds))
    )
    return parts if apart else [sheet]


def _blocks(sheet: Sheet, table: Table) -> list[tuple[int, int]]:
    """The columns between those that are empty from the headings down: first, and behind last."""
    width = max(sheet.width, len(table.headers))
    rows = (table.header_row, *table.rows)
    filled = [any(not is_blank(sheet.at(r, c)) for r in rows) for c in range(width)]
    blocks: list[tuple[int, int]] = []
    start = None
    for column, is_filled in enumerate([*filled, False]):
        if is_filled and start is None:
            start = column
        elif not is_filled and start is not None:
            blocks.append((start, column))
            start = None
    return blocks


def _only(sheet: Sheet, first: int, behind: int) -> Sheet:
    """The sheet with nothing but these columns, and rows as far as they reach."""
    rows: list[Row] = [(*[None] * first, *row[first:behind]) for row in sheet.rows]
    while rows and all(map(is_blank, rows[-1])):
        rows.pop()
    merged = tuple(m for m in sheet.merged if first <= m[1] and m[3] < behind)
    return replace(sheet, rows=rows, merged=merged)


def _whole(sheet: Sheet, header_row: int, guesser: Guesser) -> SheetMapping | None:
    """How a table is understood that names its records; None where it does not stand alone."""
    table = guesser.table(sheet, header_row)
    mapping = guesser.guess(sheet, table) if table and table.rows else None
    if mapping is None or not mapping.parts:
        return None
    kind = guesser.entities[mapping.parts[0].entity]
    filled = {t.field for t in mapping.targets if t.part == 0}
    named = filled.intersection({kind.code, kind.title[0], *kind.key}) if kind.title else set()
    needs = {f.name for f in kind.fields if f.required and not f.default and not f.target}
    return mapping if named and needs <= filled else None


def _below_one_another(sheet: Sheet, guesser: Guesser) -> list[Sheet]:
    """The sheet, or its tables where a blank row and other headings begin another one.

    Each keeps its rows where they are, so that addresses stay those of the file.
    """
    starts = {
        begin: at
        for at in _after_blanks(sheet)
        if (begin := _begin(sheet, at)) and _heads(sheet, at, guesser)
    }
    if not starts:
        return [sheet]
    begins = list(starts)
    first = guesser.table(replace(sheet, rows=sheet.rows[: begins[0]]))
    if first is None or not first.rows or _is_form(sheet.rows[: begins[0]]):
        return [sheet] if len(begins) == 1 else _cut(sheet, begins[1:])
    head = {folded(text) for text in first.headers if text}
    others = [begin for begin, at in starts.items() if _texts(sheet, at) != head]
    return _cut(sheet, others) if others else [sheet]


def _after_blanks(sheet: Sheet) -> list[int]:
    """The rows where another table's headings may be: near below a blank row, of which a long list
    has few."""
    blanks = [at for at, row in enumerate(sheet.rows) if all(map(is_blank, row))]
    near = {at for blank in blanks for at in range(blank + 1, blank + 2 + _TITLE_ROWS)}
    return sorted(at for at in near if 2 <= at < len(sheet.rows))


def _begin(sheet: Sheet, at: int) -> int:
    """Where a table whose headings are in this row begins, its title rows included; 0 if the rows
    above belong to it."""
    begin = at
    while begin > 1 and at - begin < _TITLE_ROWS:
        filled = sum(not is_blank(cell) for cell in sheet.rows[begin - 1])
        if filled != 1:
            break
        begin -= 1
    return begin if all(map(is_blank, sheet.rows[begin - 1])) else 0


def _cut(sheet: Sheet, starts: list[int]) -> list[Sheet]:
    pieces = []
    edges = [0, *starts, len(sheet.rows)]
    for begin, end in pairwise(edges):
        rows = [*[()] * begin, *sheet.rows[begin:end]]
        merged = tuple(m for m in sheet.merged if begin <= m[0] < end)
        pieces.append(replace(sheet, rows=rows, merged=merged))
    return pieces


def _heads(sheet: Sheet, at: int, guesser: Guesser) -> bool:
    """Whether a row reads as column headings with records below it."""
    filled = [cell for cell in sheet.rows[at] if not is_blank(cell)]
    if len(filled) < _TABLE_HITS or not all(isinstance(cell, str) for cell in filled):
        return False
    known = guesser.headings.known
    hits = sum(text in known for text in _texts(sheet, at))
    below = sheet.rows[at + 1] if at + 1 < len(sheet.rows) else ()
    return (
        hits >= max(_TABLE_HITS, len(filled) * 0.5)
        and sum(not is_blank(cell) for cell in below) >= _TABLE_HITS
    )


def _texts(sheet: Sheet, at: int) -> set[str]:
    return {folded(cell_text(cell)) for cell in sheet.rows[at] if not is_blank(cell)}
