"""Finds the table in a sheet: its header under title rows, and the rows that are not records."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from aps_desktop.exchange.cells import Cell, Row, Sheet, cell_text, folded, is_blank

_HEADER_DEPTH = 40
_SAMPLE_ROWS = 400
_TOTAL = re.compile(
    r"\W*(grand |sub ?-?|overall )?(total|totals|sum|jumlah|subjumlah|keseluruhan|tổng( cộng)?"
    r"|รวม(ทั้งสิ้น)?|សរុប|ລວມ|စုစုပေါင်း|kabuuan|balance c/?f|carried forward)\b.{0,40}",
    re.I,
)
_BALANCE = re.compile(
    r"(opening|closing|beginning|ending|starting) balance.{0,40}"
    r"|balance (b|c)/? ?[fd]\b.{0,30}|(balance )?(brought|carried) (forward|down).{0,30}",
    re.I,
)
_FOOTNOTE = re.compile(
    r"\s*(\*|†|\(?(sources?|notes?|remarks?|n\.?b\.?|legend|disclaimer|keterangan|catatan)\b)", re.I
)
_PAGE = re.compile(
    r"(page|p\.|halaman|hal\.|trang|หน้า(ที่)?|ទំព័រ|ໜ້າ|စာမျက်နှာ|pahina)\s*\d+"
    r"(\s*(of|/|dari|trên|จาก|sa)\s*\d+)?", re.I,
)  # fmt: skip
_UNITS = re.compile(
    r"[(\[].{1,30}[)\]]|%|(US\$|USD|EUR|IDR|THB|VND|PHP|MYR|SGD) ?('?000|k|m|mn|million|thousand)?"
    r"|dd[/.-]mm[/.-]yy(yy)?|mm[/.-]dd[/.-]yy(yy)?|yyyy-mm-dd|months?|days?|persons?|pax|number|no\.?",
    re.I,
)
_YEAR = re.compile(r"(?<!\d)(20\d\d)(?!\d)")


@dataclass(frozen=True)
class Table:
    """Where the records of a sheet are. Rows and columns are counted from 0.

    `headers` are the column texts; `groups` the texts of a second header row above, or "".
    `skipped` says for each row after the header that is no record what it is instead.
    """

    header_row: int
    headers: tuple[str, ...]
    groups: tuple[str, ...]
    rows: tuple[int, ...]
    skipped: dict[int, str] = field(default_factory=dict)
    carry_down: tuple[int, ...] = ()
    year: int | None = None


def find_table(
    sheet: Sheet, known: Collection[str] = (), header_row: int | None = None
) -> Table | None:
    """The table of a sheet; None if there is none. `known` are folded column headings.

    `header_row` overrides the guess (a person, or a remembered mapping, said so).
    """
    at = header_row
    if at is None:
        at = _find_header(sheet, known)
        if at is not None and _goes_on_below(sheet, at):
            at += 1
    if at is None or at >= len(sheet.rows):
        return None
    headers, groups = _headers(sheet, at)
    if not any(headers):
        return None
    rows, skipped = _record_rows(sheet, at, headers)
    if rows and _are_units(sheet.rows[rows[0]]):
        headers = _with_units(headers, sheet.rows[rows[0]])
        skipped[rows[0]] = "units"
        rows = rows[1:]
    return Table(
        at, headers, groups, rows, skipped, _carried(sheet, rows, headers), _title_year(sheet, at)
    )


def _are_units(row: Row) -> bool:
    """Whether the first row below the headings says in what the columns are measured."""
    texts = [cell.strip() for cell in row if isinstance(cell, str) and cell.strip()]
    filled = sum(not is_blank(cell) for cell in row)
    return len(texts) == filled > 0 and all(_UNITS.fullmatch(text) for text in texts)


def _with_units(headers: tuple[str, ...], row: Row) -> tuple[str, ...]:
    units = [" ".join(cell_text(cell).split()).strip("()[]") for cell in row[: len(headers)]]
    units += [""] * (len(headers) - len(units))
    return tuple(
        f"{head} ({unit})" if head and unit else head
        for head, unit in zip(headers, units, strict=True)
    )


def _find_header(sheet: Sheet, known: Collection[str]) -> int | None:
    best, best_score = None, 0.0
    for at, row in enumerate(sheet.rows[:_HEADER_DEPTH]):
        score = _header_score(sheet, at, row, known)
        if score > best_score:
            best, best_score = at, score
    return best


def _header_score(sheet: Sheet, at: int, row: Row, known: Collection[str]) -> float:
    filled = [cell for cell in row if not is_blank(cell)]
    texts = [cell_text(cell).strip() for cell in filled if _may_head(cell)]
    if not texts or len(texts) < len(filled) * 0.7:
        return 0
    words = [folded(text) for text in texts]
    hits = sum(word in known or word.removesuffix("s") in known for word in words)
    if len(texts) < 2 and not (hits and sheet.width < 3):
        return 0
    below = sheet.rows[at + 1 : at + 30]
    data = sum(1 for r in below if sum(not is_blank(c) for c in r) >= max(1, len(filled) * 0.3))
    if not data:
        return hits * 2
    score: float = len(texts) + 3 * hits - 2 * (len(words) - len(set(words)))
    score -= sum(len(text) > 60 for text in texts) * 3
    score -= sum(bool(re.search(r"\d{3}", text)) for text in texts) * 0.5
    return score - at * 0.05


def _goes_on_below(sheet: Sheet, at: int) -> bool:
    """Whether the row below divides merged headings of this row, and holds nothing else."""
    below = sheet.rows[at + 1] if at + 1 < len(sheet.rows) else ()
    filled = [c for c, cell in enumerate(below) if not is_blank(cell)]
    wide = {
        c
        for r1, c1, r2, c2 in sheet.merged
        if r1 <= at == r2 and c2 > c1
        for c in range(c1, c2 + 1)
    }
    under = [c for c in filled if c in wide]
    return (
        len(under) >= 2
        and all(_may_head(below[c]) for c in filled)
        and all(c in wide or is_blank(sheet.at(at, c)) for c in filled)
    ) or (len(under) >= 2 and all(isinstance(below[c], str) for c in filled) and _tall(sheet, at))


def _tall(sheet: Sheet, at: int) -> bool:
    """Whether headings of this row are merged with the row below."""
    return any(r1 <= at and r2 == at + 1 for r1, _, r2, _ in sheet.merged)


def _may_head(cell: Cell) -> bool:
    """Text, a year, or a date that stands for a month."""
    if isinstance(cell, str):
        return True
    if isinstance(cell, float | int) and not isinstance(cell, bool):
        return 1990 <= cell <= 2100 and float(cell).is_integer()
    return isinstance(cell, date) and cell.day == 1


def header_text(cell: Cell) -> str:
    """A header cell as text; a date that stands for a month as "Jan 2026"."""
    if isinstance(cell, date):
        return cell.strftime("%b %Y")
    return " ".join(cell_text(cell).split())


def _headers(sheet: Sheet, at: int) -> tuple[tuple[str, ...], tuple[str, ...]]:
    width = max(sheet.width, len(sheet.rows[at]))
    own = [header_text(sheet.at(at, c)) for c in range(width)]
    groups = _groups(sheet, at, own)
    headers = tuple(text or (group if _stands_over(sheet, at, c) else "")
                    for c, (text, group) in enumerate(zip(own, groups, strict=True)))  # fmt: skip
    return headers, tuple(
        "" if group == text else group for group, text in zip(groups, headers, strict=True)
    )


def _stands_over(sheet: Sheet, at: int, column: int) -> bool:
    """Whether the header cell above this one is merged down over it, or alone in its column."""
    return not is_blank(sheet.at(at - 1, column)) if at else False


def _groups(sheet: Sheet, at: int, own: list[str]) -> list[str]:
    """The second header row above: a text reaches as far as its merged cells do."""
    groups = [""] * len(own)
    if at == 0:
        return groups
    above = sheet.rows[at - 1]
    filled = [c for c, cell in enumerate(above) if not is_blank(cell)]
    spans = {first[1]: first[3] for first in sheet.merged if first[0] <= at - 1 <= first[2]}
    used = sum(map(bool, own))
    if len(filled) == 1 and spans.get(filled[0], filled[0]) - filled[0] + 1 >= max(used - 1, 3):
        return groups
    if len(filled) == 1 and filled[0] not in spans:
        return groups
    for column in filled:
        for reach in range(column, min(spans.get(column, column), len(own) - 1) + 1):
            groups[reach] = header_text(above[column])
    return groups


def _record_rows(
    sheet: Sheet, at: int, headers: tuple[str, ...]
) -> tuple[tuple[int, ...], dict[int, str]]:
    used = [c for c, text in enumerate(headers) if text]
    first = used[0]
    wide = {r for r, c1, r2, c2 in sheet.merged if r == r2 and c2 - c1 >= 2}
    head = tuple(folded(text) for text in headers)
    rows: list[int] = []
    skipped: dict[int, str] = {}
    leads: set[str] = set()
    for at_row in range(at + 1, len(sheet.rows)):
        row = sheet.rows[at_row]
        if at_row > at + 1 and _surely_a_record(row, headers, leads):
            rows.append(at_row)
            continue
        filled = [c for c in range(min(len(row), len(headers))) if not is_blank(row[c])]
        why = _not_a_record(row, filled, first, len(used), head, at_row in wide)
        if not why:
            rows.append(at_row)
        elif why != "blank":
            skipped[at_row] = why
    return tuple(rows), skipped


def _surely_a_record(row: Row, headers: tuple[str, ...], leads: set[str]) -> bool:
    """The usual row: most of its cells are filled; its first is no total and no header.

    `leads` are first cells that were looked at before: a long list has few.
    """
    filled = len(row) - row.count(None)
    if filled <= 3 or filled <= len(row) // 2:
        return False
    lead = row[0] if row[0] is not None else row[1]
    if type(lead) is not str:
        return lead is not None
    if lead in leads:
        return True
    sure = bool(lead.strip()) and lead != headers[0] and not _TOTAL.match(lead)
    if sure:
        leads.add(lead)
    return sure


def _not_a_record(
    row: Row, filled: list[int], first: int, used: int, head: tuple[str, ...], merged: bool
) -> str:
    """Why a row is no record; "" if it is one."""
    if not filled:
        return "blank"
    lead = cell_text(row[filled[0]]).strip()
    texts = [c for c in filled if isinstance(row[c], str)]
    if _TOTAL.fullmatch(lead) and (len(texts) <= 2 or len(filled) <= used / 2):
        return "total"
    if any(_BALANCE.fullmatch(cell_text(row[c]).strip()) for c in texts):
        return "balance"
    if len(filled) == 1 and used > 2:
        if merged or _FOOTNOTE.match(lead + " "):
            return "note"
        if filled[0] <= first:
            return "note" if len(lead) > 40 else "heading"
    if len(filled) == 1 and _is_note(lead):
        return "note"
    if len(filled) > 1 and all(
        c < len(head) and folded(cell_text(row[c])) == head[c] for c in filled
    ):
        return "header"
    if len(filled) > 3 and all(
        re.sub(r"\D", "", cell_text(row[c])) == str(i + 1) and len(cell_text(row[c])) <= 4
        for i, c in enumerate(filled)
    ):
        return "numbering"
    return ""


def _is_note(text: str) -> bool:
    """Whether a text that stands alone is a footnote or a page's number."""
    return (len(text) > 12 and bool(_FOOTNOTE.match(text + " "))) or bool(_PAGE.fullmatch(text))


def _carried(sheet: Sheet, rows: tuple[int, ...], headers: tuple[str, ...]) -> tuple[int, ...]:
    """Leading columns whose blank cells continue the row above."""
    sample = rows[:_SAMPLE_ROWS]
    used = [c for c, text in enumerate(headers) if text]
    if len(sample) < 3 or len(used) < 2:
        return ()
    blanks = {c: frozenset(r for r in sample if is_blank(sheet.at(r, c))) for c in used}
    start = 1 if not blanks[used[0]] and is_counter(headers[used[0]]) else 0
    lead = blanks[used[start]]
    if sample[0] in lead or not lead or len(lead) == len(sample):
        return ()
    prefix = []
    for c in used[start:]:
        if not lead <= blanks[c] or len(blanks[c] - lead) > len(sample) * 0.2:
            break
        prefix.append(c)
    rest = [c for c in used[start:] if c not in prefix]
    if not rest or any(all(is_blank(sheet.at(r, c)) for c in rest) for r in lead):
        return ()
    merged = any(c1 == used[start] and r2 > r1 for r1, c1, r2, _ in sheet.merged)
    enough = len(lead) >= 2 and (len(prefix) > 1 or len(lead) >= len(sample) * 0.1)
    return tuple(prefix) if merged or enough else ()


def merged_down(sheet: Sheet, header_row: int) -> dict[tuple[int, int], Cell]:
    """The cells that a value merged over several rows fills: place -> value."""
    filled: dict[tuple[int, int], Cell] = {}
    for r1, c1, r2, c2 in sheet.merged:
        if r1 > header_row and r2 > r1 and c2 - c1 < 3 and r2 - r1 < 1_000:
            value = sheet.at(r1, c1)
            filled.update({(r, c1): value for r in range(r1 + 1, r2 + 1)})
    return filled


def is_counter(header: str) -> bool:
    """ "No.": a running number that belongs to the paper, not to the record."""
    return folded(header) in _COUNTERS or header.strip() in ("#", "№")


_COUNTERS = frozenset(map(
    folded,
    ("no", "nr", "s n", "sn", "s no", "sl no", "sr no", "serial no", "bil", "stt", "ลำดับ", "ที่",
     "row", "line", "num", "ល រ", "ລ ດ"),
))  # fmt: skip


def _title_year(sheet: Sheet, header_row: int) -> int | None:
    """The one year that the sheet's name or the title rows speak of."""
    texts = [sheet.name]
    for row in sheet.rows[:header_row]:
        texts += [cell for cell in row if isinstance(cell, str)]
    years = Counter(int(y) for text in texts for y in _YEAR.findall(text))
    return next(iter(years)) if len(years) == 1 else None
