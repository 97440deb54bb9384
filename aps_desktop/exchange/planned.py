"""The records that a workbook is about to make: references find them, duplicates are caught."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Entity
from aps_desktop.domain.money import Money
from aps_desktop.exchange.cells import Cell, Sheet, cell_text
from aps_desktop.exchange.drafts import DraftRecord
from aps_desktop.exchange.mapping import VALUE, SheetMapping
from aps_desktop.exchange.parse import Draft, Read, Resolver


class Waiting(InvalidValue):
    """A reference to a record whose own row in this workbook is refused."""


@dataclass(frozen=True)
class _Refused:
    sheet: str
    row: int
    names: frozenset[str]
    words: frozenset[str]


class Planned:
    """A resolver that also knows the records which the workbook's rows make."""

    def __init__(self, resolver: Resolver, entities: Mapping[str, Entity]) -> None:
        self._resolver = resolver
        self._entities = entities
        self._cache: dict[tuple[str, str], UUID] = {}
        self._drafts: dict[str, dict[str, Draft]] = {}
        self._claims: dict[str, dict[tuple[object, ...], DraftRecord]] = defaultdict(dict)
        self._refused: dict[str, list[_Refused]] = {}
        self.wanted: set[str] | None = None

    def resolve(self, entity: str, text: str) -> UUID | Draft | None:
        """The record in the database, or an earlier row's draft; Waiting if that is refused."""
        key = entity, text
        found = self._cache.get(key)
        if found is not None:
            return found
        known = self._resolver.resolve(entity, text)
        if known is not None:
            self._cache[key] = known
            return known
        draft = self._drafts.get(entity, {}).get(name_key(text))
        if draft is not None:
            return draft
        self._wait(entity, text)
        return None

    def suggest(self, entity: str, text: str) -> str | None:
        return self._resolver.suggest(entity, text)

    def _wait(self, entity: str, text: str) -> None:
        for refused in self._refused.get(entity, ()):
            place = f"row {refused.row + 1} of sheet “{refused.sheet}”"
            if name_key(text) in refused.names:
                raise Waiting(
                    f"“{text}” waits for {place}, which is refused.", "Correct that row first."
                )
            if _could_be(text, refused):
                raise Waiting(
                    f"No row has “{text}”; {place}, which is refused, may be meant.",
                    "Correct that row first.",
                )

    def expect(self, sheet: Sheet, rows: Sequence[int], mapping: SheetMapping) -> None:
        """Lets the rows of a sheet refer to each other, whichever comes first."""
        for number, part in enumerate(mapping.parts):
            entity = self._entities[part.entity]
            if entity.name not in referred_to(mapping, self._entities):
                continue
            names = self._drafts.setdefault(entity.name, {})
            for target in mapping.targets:
                if target.part == number and target.role == VALUE and target.field in (
                    entity.code, *entity.title
                ):  # fmt: skip
                    for row in rows:
                        text = name_key(cell_text(sheet.at(row, target.column)))
                        if text:
                            names.setdefault(text, Draft(sheet.name, row, number))

    def remember(
        self, sheet: Sheet, entity: Entity, record: DraftRecord,
        cells: Mapping[int, Sequence[Cell]], place: int,
    ) -> None:  # fmt: skip
        """Makes a good draft findable by its names, and a refused one known as refused."""
        if self.wanted is not None and entity.name not in self.wanted:
            return
        if record.refused or record.waiting:
            texts = [cell_text(column[place]) for column in cells.values()]
            counter = [cell_text(cell) for cell in sheet.rows[record.draft.row]]
            names = [str(v) for v in self._names(entity, record.values)]
            own = set(_words(" ".join(names)))
            words = frozenset(_words(" ".join((*texts, *counter)))) - own
            made = self._drafts.get(entity.name, {})
            keys = [name_key(name) for name in names]
            claimed = {key for key in keys if made.get(key, record.draft) != record.draft}
            plain = frozenset(keys) - claimed
            refused = _Refused(
                sheet.name, record.draft.row, plain, words if claimed else frozenset()
            )
            self._refused.setdefault(entity.name, []).append(refused)
            for key in plain:
                made.pop(key, None)
            return
        names_of = self._drafts.setdefault(entity.name, {})
        draft = record.same_as or record.draft
        for text in self._names(entity, record.values):
            names_of.setdefault(text.casefold(), draft)

    def _names(self, entity: Entity, values: Mapping[str, Read]) -> list[str]:
        names = (entity.code, entity.title[0] if entity.title else "")
        found = [values.get(name) for name in dict.fromkeys(names) if name]
        return [text for text in found if isinstance(text, str)]

    def claim(
        self, entity: Entity, record: DraftRecord, links: Iterable[str] = ()
    ) -> InvalidValue | None:
        """Takes the record's key for it; an error if another row has it with other values.

        `links` are references that the row itself fills: records under different ones differ.
        """
        if not entity.key or record.id is not None:
            return None  # a record that names its id is that one, whatever its key
        values = record.values
        found: list[object] = []
        for name in entity.key:
            part = values.get(name)
            if part is None:
                return None
            kind = type(part)
            if kind is str:
                found.append(part.casefold())  # type: ignore[union-attr]
            elif kind is Money:
                found += (part.minor, part.currency)  # type: ignore[union-attr]
            else:
                found.append(part)
        claims = self._claims[entity.name]
        found += [values.get(name) for name in links]
        key = tuple(found)
        first = claims.setdefault(key, record)
        return None if first is record else self._compare(entity, record, first)

    def claim_all(
        self, entity: Entity, keys: Sequence[tuple[object, ...]], records: Sequence[DraftRecord]
    ) -> bool:
        """Takes all these keys at once where nobody has them; else none, and False."""
        claims = self._claims[entity.name]
        wanted = dict(zip(keys, records, strict=True))
        if len(wanted) < len(keys) or not claims.keys().isdisjoint(wanted):
            return False
        claims.update(wanted)
        return True

    def _compare(
        self, entity: Entity, record: DraftRecord, first: DraftRecord
    ) -> InvalidValue | None:
        """The same record again, or another one with the same key."""
        differing = [
            name
            for name, value in record.values.items()
            if name in first.values and first.values[name] != value
        ]
        if not differing:
            first.values.update(
                {name: v for name, v in record.values.items() if name not in first.values}
            )
            record.same_as = first.draft
            return None
        name = next((n for n in entity.key if isinstance(record.values.get(n), str)), entity.key[0])
        spec = entity.field(name)
        other = entity.field(differing[0])
        where = f"Row {first.draft.row + 1}"
        if first.draft.sheet != record.draft.sheet:
            where += f" of sheet “{first.draft.sheet}”"
        return InvalidValue(
            f"{where} already has this {spec.label.lower()}, with another {other.label.lower()}.",
            "Correct one of the two rows.",
            field=name,
        )


def referred_to(mapping: SheetMapping, entities: Mapping[str, Entity]) -> set[str]:
    """The entities that the cells of a sheet refer to."""
    return {
        entities[mapping.parts[t.part].entity].field(t.field).target
        for t in mapping.targets if t.role == VALUE
    } - {""}  # fmt: skip


def name_key(text: str) -> str:
    """Names are found whatever their case and spacing."""
    return " ".join(text.casefold().split())


def _words(text: str) -> list[str]:
    return [word.lstrip("0") or "0" for word in re.findall(r"[^\W_]+", text.casefold())]


def _could_be(text: str, refused: _Refused) -> bool:
    """Whether a row whose code is a duplicate has the words of the code that no row has."""
    if not refused.words:
        return False
    wanted = set(_words(text))
    hits = wanted & refused.words
    return len(hits) >= 2 and len(hits) >= len(wanted) / 2
