"""Finds the records that words in a workbook mean: by code, acronym, name, also former ones."""

from __future__ import annotations

import re
from collections.abc import Iterator
from uuid import UUID

from aps_desktop.db import log
from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities import entity as entity_of
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.fields import Entity, Kind
from aps_desktop.domain.states import parse_states
from aps_desktop.exchange.cells import folded
from aps_desktop.exchange.parse import STATE_ENTITY
from aps_desktop.exchange.planned import name_key

_EVERY_NAME = 200_000
"""Up to so many records, all their names are read at once; above, each text is looked up."""
_SUGGESTIONS = 300
"""So many unknown names of an entity get a suggestion; more of them are another mistake."""
_WORDS_OF = 5_000
_ACRONYM = 20
"""Names shorter than this are the same with and without their dashes and blanks: SOM-AMAF."""
_FURTHER = (
    "short_name", "acronym", "official_name", "iso2", "iso3", "asec_code", "name", "email",
    "iati_identifier", "number",
)  # fmt: skip
_FORMER = "former_names"
_WITH_CODE = (
    re.compile(r"(?P<name>.+?)\s*\((?P<code>[^()]+)\)"),
    re.compile(r"(?P<code>[^\s:·–—-]+(?:-[^\s:·–—-]+)*)\s*(?:[:·–—]|\s-)\s+(?P<name>.+)"),
)


class DatabaseResolver:
    """The `Resolver` of an import; it keeps what it has read as long as the import lasts."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection
        self._names: dict[str, _Names] = {}

    def resolve(self, entity: str, text: str) -> UUID | None:
        """The record that a text means; None if there is none, or more than one."""
        names = self._of(entity)
        found = names.find(text)
        if found is None and entity == STATE_ENTITY:
            found = self._state(names, text)
        return found if found is not None else names.find_with_code(text)

    def suggest(self, entity: str, text: str) -> str | None:
        """The name of a record that is written nearly like this."""
        return self._of(entity).suggest(text)

    def text_of(self, entity: str, id: UUID) -> str:
        """The shortest text that this resolver takes for the record; "" when there is none."""
        return self._of(entity).text_of(id)

    def _of(self, entity: str) -> _Names:
        names = self._names.get(entity)
        if names is None:
            names = self._names[entity] = _Names(self._c, entity_of(entity))
        return names

    @staticmethod
    def _state(names: _Names, text: str) -> UUID | None:
        try:
            codes = parse_states(text)
        except UserError:
            return None
        return names.find(next(iter(codes))) if len(codes) == 1 else None


class _Names:
    """Every name of one entity's records. A better kind of name wins: the code, then the title."""

    def __init__(self, c: Connection, kind: Entity) -> None:
        self._c = c
        self._kind = kind
        self._columns = _name_columns(kind)
        self._by_text: dict[str, UUID | None] = {}
        self._by_folded: dict[str, UUID | None] = {}
        self._closed: dict[str, UUID | None] = {}
        self._texts: dict[UUID, str] = {}
        self._shown: list[str] = []
        self._upper: list[str] = []
        self._suggested: dict[str, str | None] = {}
        count = c.value("SELECT n FROM entity_count WHERE tid = ?", (kind.number,)) or 0
        self._whole = count <= _EVERY_NAME
        if self._whole and self._columns:
            self._read()

    def _read(self) -> None:
        listed = ", ".join(self._columns)
        rows = self._c.all(f"SELECT id, {listed} FROM {self._kind.name}")
        ids = [UUID(bytes=bytes(row[0])) for row in rows]
        for place in range(len(self._columns)):
            column: dict[str, UUID | None] = {}
            for id, row in zip(ids, rows, strict=True):
                text = row[place + 1]
                if text:
                    self._take(column, name_key(text), id)
                    if place < 2:
                        self._shown.append(text)
            self._add(column)
        former: dict[str, UUID | None] = {}
        for id, text in self._former():
            self._take(former, name_key(text), id)
        self._add(former)
        self._add(self._of_duplicates())
        by_folded: dict[str, UUID | None] = {}
        for text, known in self._by_text.items():
            if known is not None:
                self._take(by_folded, folded(text), known)
        self._by_folded = by_folded
        closed: dict[str, UUID | None] = {}
        for text, known in by_folded.items():
            if known is not None and len(text) < _ACRONYM:
                self._take(closed, text.replace(" ", ""), known)
        self._closed = closed
        self._name_them(ids, rows)
        self._upper = [text.upper() for text in self._shown]

    def _of_duplicates(self) -> dict[str, UUID | None]:
        """The names of records that were united with another: they mean that one."""
        stands: dict[int, bytes] = dict(
            self._c.all(
                "SELECT u.rid, s.uuid FROM united u JOIN record r ON r.rid = u.rid "
                "JOIN record s ON s.rid = u.survivor WHERE r.tid = ?",
                (self._kind.number,),
            )
        )
        names: dict[str, UUID | None] = {}
        for rid, image in log.images(self._c, stands).items():
            for column in self._columns:
                text = image.get(self._kind.by_name[column].number)
                if text:
                    self._take(names, name_key(text), UUID(bytes=bytes(stands[rid])))
        return names

    def _former(self) -> Iterator[tuple[UUID, str]]:
        spec = self._kind.by_name.get(_FORMER)
        if spec is None or spec.kind is not Kind.TAGS:
            return
        sql = (
            f"SELECT t.id, m.word FROM set_member m JOIN {self._kind.name} t ON t.rid = m.owner "
            "WHERE m.field_number = ?"
        )
        for id, word in self._c.all(sql, (spec.number,)):
            yield UUID(bytes=bytes(id)), word

    @staticmethod
    def _take(names: dict[str, UUID | None], text: str, id: UUID) -> None:
        """Two records of one name cannot be told apart: it means neither."""
        names[text] = id if names.get(text, id) == id else None

    def _add(self, names: dict[str, UUID | None]) -> None:
        for text, id in names.items():
            self._by_text.setdefault(text, id)

    def _name_them(self, ids: list[UUID], rows: list[tuple[object, ...]]) -> None:
        for id, row in zip(ids, rows, strict=True):
            for text in row[1:]:
                if isinstance(text, str) and text and self._by_text.get(name_key(text)) == id:
                    self._texts[id] = text
                    break

    def find(self, text: str) -> UUID | None:
        key = name_key(text)
        if not key or not self._columns:
            return None
        if not self._whole:
            return self._ask(key, text)
        if key in self._by_text:
            return self._by_text[key]
        plain = folded(text)
        if plain in self._by_folded or len(plain) >= _ACRONYM:
            return self._by_folded.get(plain)
        return self._closed.get(plain.replace(" ", ""))

    def _ask(self, key: str, text: str) -> UUID | None:
        """One text in a very large table: by its code, which is indexed, or else its title."""
        if key not in self._by_text:
            self._by_text[key] = None
            for column in self._columns[:2]:
                sql = f"SELECT id FROM {self._kind.name} WHERE {column} = ? LIMIT 2"
                rows = self._c.all(sql, (" ".join(text.split()),))
                if rows:
                    if len(rows) == 1:
                        self._by_text[key] = UUID(bytes=bytes(rows[0][0]))
                    break
        return self._by_text[key]

    def find_with_code(self, text: str) -> UUID | None:
        """A name with its acronym: "ACW – ASEAN Committee on Women", or with it in brackets."""
        for pattern in _WITH_CODE:
            m = pattern.fullmatch(text.strip())
            if m is None:
                continue
            code, name = self.find(m["code"]), self.find(m["name"])
            if (code or name) and (code is None or name is None or code == name):
                return code or name
        return None

    def text_of(self, id: UUID) -> str:
        if self._whole:
            return self._texts.get(id, "")
        found = self._texts.get(id)
        if found is None and self._columns:
            sql = f"SELECT {', '.join(self._columns[:2])} FROM {self._kind.name} WHERE id = ?"
            row = self._c.one(sql, (id.bytes,)) or ()
            found = next((t for t in row if t and self._ask(name_key(t), t) == id), "")
            self._texts[id] = found
        return found or ""

    def suggest(self, text: str) -> str | None:
        if text in self._suggested:
            return self._suggested[text]
        if len(self._suggested) >= _SUGGESTIONS or not self._shown:
            return None
        from rapidfuzz import fuzz, process

        # Letters that are nearly right first; then names of which the words are a part.
        near = process.extractOne(text.upper(), self._upper, scorer=fuzz.ratio, score_cutoff=70)
        if near is None and len(self._upper) < _WORDS_OF:
            near = next(
                (
                    one for one in process.extract(
                        text.upper(), self._upper, scorer=fuzz.WRatio, score_cutoff=80, limit=8
                    ) if len(one[0]) * 2 >= len(text)  # LA is a part of Atlantis, but not meant
                ),
                None,
            )  # fmt: skip
        self._suggested[text] = self._shown[near[2]] if near else None
        return self._suggested[text]


def _name_columns(kind: Entity) -> list[str]:
    """The text fields that name a record, the best first."""
    wanted = dict.fromkeys((kind.code, *kind.title, *_FURTHER))
    fields = [kind.by_name[name] for name in wanted if name in kind.by_name]
    texts = [f.name for f in fields if f.kind in (Kind.TEXT, Kind.LONG_TEXT)]
    return texts if kind.title and kind.by_name[kind.title[0]].kind in (
        Kind.TEXT, Kind.LONG_TEXT
    ) else [name for name in texts if name == kind.code]  # fmt: skip
