"""What titles above a table, and headings between its rows, say of the records below: the plan that
some lines are of, the project of a budget, the country of contacts. It becomes a further column."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from aps_desktop.domain.entities import BY_NAME, entity
from aps_desktop.domain.fields import Kind
from aps_desktop.exchange.cells import Cell, Row, Sheet, cell_text, folded, is_blank
from aps_desktop.exchange.detect import Table
from aps_desktop.exchange.mapping import SheetMapping
from aps_desktop.exchange.parse import Resolver, id_text

TITLE = "from the title"
HEADING = "from the headings between"
_NAMERS = (
    "project", "meeting", "work_plan", "fund", "programme", "evaluation", "exchange_programme",
    "outreach_activity", "framework", "budget", "body", "partner", "member_state",
)  # fmt: skip
"""Kinds of records by which titles name what stands below, the surest first."""
_WHOLE = ("partner", "member_state")
"""They stand in many a title that is about something else, and for money: the whole text is one."""
_AROUND = ("body", "partner", "member_state")
"""Beside the name of a project, plan or meeting they say whose that is, nothing of the rows."""
_LONGEST = 250
_MADE = ("work_plan", "meeting", "evaluation")
"""Kinds of records that a title may make: their title is their key."""
_LABEL = re.compile(r"\s*(?P<label>[^:：]{3,40}?)\s*[:：]\s*(?P<value>.*)", re.S)
_PARTS = re.compile(r"\s*(?:[,;:：(]|\s[-–—|]\s|[–—|])\s*")
_MOST_TITLES = 12
_SAMPLE = 400


@dataclass(frozen=True)
class Said:
    """A kind of record that titles or headings name: by row of the table the text to read.

    `new` says that there is no such record yet: the text is its title. Where a title says a field
    of the records themselves, `label` is the field's.
    """

    entity: str
    where: str
    texts: dict[int, str]
    new: bool = False
    label: str = ""

    @property
    def heading(self) -> str:
        """The heading of the column that says it."""
        return f"{self.label or entity(self.entity).label} ({self.where})"


def said_above(sheet: Sheet, table: Table, resolver: Resolver) -> list[Said]:
    """What titles above the table, or else headings between its rows, name."""
    found: dict[str, Said] = {}
    finder = _Finder(resolver)
    for name, text, new in finder.titles(_title_cells(sheet, table)):
        if name not in found or (found[name].new and not new):
            found[name] = Said(name, TITLE, dict.fromkeys(table.rows, text), new)
    surest = next((name for name in _NAMERS if name in found), "")
    if surest not in _AROUND and not (found and found[surest].new):
        for name in _AROUND:
            found.pop(name, None)
    for said in finder.headings(sheet, table):
        found.setdefault(said.entity, said)
    return list(found.values())


def choices_above(sheet: Sheet, table: Table, mapping: SheetMapping) -> list[Said]:
    """What titles, or the sheet's name, say of a choice that every record must have and no column
    fills: "Disbursement report" of the type. One that names several says nothing."""
    kind = entity(mapping.parts[0].entity)
    filled = {t.field for t in mapping.targets if t.part == 0}
    titles = [folded(sheet.name), *(folded(text) for text, _ in _title_cells(sheet, table))]
    said = []
    for spec in kind.fields:
        if spec.kind is Kind.CHOICE and spec.required and not spec.default:
            named = [
                label for _, label in spec.choices
                if any(re.search(rf"\b{re.escape(folded(label))}s?\b", text) for text in titles)
            ]  # fmt: skip
            if spec.name not in filled and len(named) == 1:
                texts = dict.fromkeys(table.rows, named[0])
                said.append(Said(kind.name, TITLE, texts, label=spec.label))
    return said


def with_told(sheet: Sheet, table: Table, said: Sequence[Said]) -> Sheet:
    """The sheet with a further column for each, right of all others."""
    rows = list(sheet.rows)
    width = max(sheet.width, len(table.headers))
    told, making = list(sheet.told), list(sheet.making)
    for place, one in enumerate(said, width):
        rows[table.header_row] = _longer(rows[table.header_row], place, one.heading)
        for at, text in one.texts.items():
            rows[at] = _longer(rows[at], place, text)
        told.append(place)
        if one.where == TITLE and any(other.new for other in said):
            making.append(place)
    return replace(sheet, rows=rows, told=tuple(told), making=tuple(making))


def wanted(
    said: Iterable[Said], mapping: SheetMapping | None, sheet: Sheet, table: Table
) -> list[Said]:
    """Those that fill a reference which no column of the mapping fills."""
    if mapping is None:
        return list(said)
    empty = {
        target.column for target in mapping.targets
        if all(is_blank(sheet.at(row, target.column)) for row in table.rows[:_SAMPLE])
    }  # fmt: skip
    full = tuple(target for target in mapping.targets if target.column not in empty)
    mapping = replace(mapping, targets=full)
    numbers = range(len(mapping.parts))
    return [one for one in said if any(_lacks(mapping, number, one) for number in numbers)]


def _lacks(mapping: SheetMapping, number: int, said: Said) -> bool:
    """Whether a part of the mapping has a reference of that kind, and nothing fills it."""
    part = mapping.parts[number]
    if part.entity == said.entity:
        return False
    kind = entity(part.entity)
    filled = {t.field for t in mapping.targets if t.part == number} | set(part.links)
    open_fields = [
        f for f in kind.fields
        if f.target == said.entity and f.kind is Kind.REFERENCE and f.name not in filled
    ]  # fmt: skip
    if said.new:
        return any(f.required or f.part_of for f in open_fields)
    through = any(
        f.required and f.target and f.name not in filled
        and any(g.target == said.entity for g in entity(f.target).fields)
        for f in kind.fields
    )  # fmt: skip
    return bool(open_fields) or through


def _longer(row: Row, place: int, cell: Cell) -> Row:
    return (*row, *[None] * (place - len(row)), cell)


def _title_cells(sheet: Sheet, table: Table) -> Iterator[tuple[str, str]]:
    """(text, the text right of it) of the cells above the headings, the nearest last."""
    last = table.header_row - (1 if any(table.groups) else 0)
    for row in sheet.rows[max(0, last - _MOST_TITLES) : last]:
        texts = [cell_text(cell).strip() for cell in row if not is_blank(cell)]
        for number, text in enumerate(texts):
            yield text, texts[number + 1] if number + 1 < len(texts) else ""


class _Finder:
    """Finds the records that lines of text name."""

    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver
        self._labels: dict[str, str] = {}
        for name in _NAMERS:
            kind = BY_NAME[name]
            for word in (kind.label, *kind.aliases, f"name of {kind.label}", f"{kind.label} title",
                         f"{kind.label} code", f"{kind.label} name"):  # fmt: skip
                self._labels.setdefault(folded(word), name)

    def titles(self, cells: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str, bool]]:
        """(entity, text, whether it is to be made) of title cells."""
        for text, beside in cells:
            if len(text) > _LONGEST:
                continue
            label, value = self._labelled(text, beside)
            if label:
                id = self._named(label, value)
                if id is not None:
                    yield label, id_text(id), False
                elif label in _MADE and value and len(value) > 3:
                    yield label, value, True
                continue
            for name in _NAMERS:
                id = self._named(name, text)
                if id is not None:
                    yield name, id_text(id), False
                    break

    def headings(self, sheet: Sheet, table: Table) -> Iterator[Said]:
        """What the headings between the rows name, if most of them name the same kind."""
        lines = {
            at: _first(sheet.rows[at]) for at, why in table.skipped.items() if why == "heading"
        }
        if not lines:
            return
        for name in _NAMERS:
            known = {at: self._heading(name, text) for at, text in lines.items()}
            hits = {at: id for at, id in known.items() if id is not None}
            if len(hits) * 2 > len(lines):
                yield Said(name, HEADING, _below(hits, list(lines), table.rows))
                return

    def _heading(self, name: str, text: str) -> UUID | None:
        label, value = self._labelled(text, "")
        if label and label != name:
            return None
        return self._named(name, value if label else text)

    def _labelled(self, text: str, beside: str) -> tuple[str, str]:
        """(entity, what it is called) of "Project: P-1", "Project P-1" or "Project" beside it."""
        m = _LABEL.fullmatch(text)
        if m and (name := self._labels.get(folded(m["label"]))):
            return name, m["value"].strip() or beside
        if (name := self._labels.get(folded(text))) and beside:
            return name, beside
        words = text.split()
        for count in (3, 2, 1):
            name = self._labels.get(folded(" ".join(words[:count]))) if count < len(words) else None
            if name and self._named(name, " ".join(words[count:])) is not None:
                return name, " ".join(words[count:])
        return "", text

    def _named(self, name: str, text: str) -> UUID | None:
        """The record of that kind that a text names, whole or by one of its parts."""
        if not text or len(text) < 2 or len(text) > _LONGEST:
            return None
        found = self._resolver.resolve(name, text)
        if found is not None:
            return found
        if name in _WHOLE:
            return None
        pieces = [piece.strip(" )") for piece in _PARTS.split(text)]
        pieces += [text.split(maxsplit=1)[0].strip(",;:")]
        known = {
            id for piece in pieces
            if len(piece) > 2 and (id := self._resolver.resolve(name, piece)) is not None
        }  # fmt: skip
        return known.pop() if len(known) == 1 else None


def _first(row: Row) -> str:
    return next((cell_text(cell).strip() for cell in row if not is_blank(cell)), "")


def _below(hits: dict[int, UUID], headings: list[int], rows: Iterable[int]) -> dict[int, str]:
    """Each row with what the heading above it names; under another heading nothing."""
    texts: dict[int, str] = {}
    for row in rows:
        above = max((at for at in headings if at < row), default=-1)
        if above in hits:
            texts[row] = id_text(hits[above])
    return texts
