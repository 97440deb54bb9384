"""Finds records by words, in their names first and then in all their texts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aps_desktop.db import title_index
from aps_desktop.db.connection import Connection
from aps_desktop.db.queries.labels import label_sql
from aps_desktop.db.standing import any_united
from aps_desktop.db.title_index import pattern
from aps_desktop.db.titles import fold
from aps_desktop.domain.entities import ENTITIES
from aps_desktop.domain.fields import Entity, Kind

_SHOWN = 120


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found, and the piece of text that made it so."""

    entity: str
    id: UUID
    title: str
    snippet: str


def search(c: Connection, text: str, *, limit: int = 50) -> list[Hit]:
    """Records that have all these words; those named by them come first."""
    words = text.split()
    if not words:
        return []
    hits: list[Hit] = []
    for everywhere in (False, True):
        for kind in ENTITIES:
            found = {hit.id for hit in hits}
            wanted = limit - len(hits)
            if wanted <= 0:
                return hits
            hits += [h for h in _in_entity(c, kind, words, limit, everywhere) if h.id not in found][
                :wanted
            ]
    return hits


def _in_entity(
    c: Connection, kind: Entity, words: list[str], limit: int, everywhere: bool
) -> Iterator[Hit]:
    columns = _texts(kind) if everywhere else []
    if everywhere and not columns:
        return
    params: list[Any] = []
    tests = []
    for word in words:
        in_name = "s.folded LIKE ? ESCAPE '!'"
        in_texts = [f"t.{name} {c.like()} ? ESCAPE '!'" for name in columns]
        tests.append(f"({' OR '.join([in_name, *in_texts])})")
        params += [pattern(fold(word)), *[pattern(word)] * len(columns)]
    folded = [fold(word) for word in words]
    hint = None if everywhere else title_index.narrowed(c, kind.number, folded)
    among, within = hint or ("", [])
    inside = f"s.rid IN ({among}) AND " if hint else ""
    join = "LEFT JOIN" if everywhere else "JOIN"
    texts = "".join(f", t.{name}" for name in columns)
    # What stands for a duplicate is found by the duplicate's names too.
    rid = "coalesce((SELECT w.survivor FROM united w WHERE w.rid = s.rid), s.rid)"
    if everywhere or not any_united(c):
        rid = "s.rid"
    rows = c.all(
        f"SELECT t.id, {label_sql(kind, 't')}{texts} FROM {kind.name} t "
        f"{join} search_title s ON s.tid = {kind.number} AND {rid} = t.rid "
        f"WHERE {inside}{' AND '.join(tests)} ORDER BY t.rid DESC LIMIT {int(limit)}",
        [*within, *params],
    )
    for row in {row[0]: row for row in rows}.values():
        title = str(row[1] or kind.label)
        yield Hit(kind.name, UUID(bytes=bytes(row[0])), title, _snippet(row[2:], words) or title)


def _texts(kind: Entity) -> list[str]:
    return [f.name for f in kind.columns if f.kind in (Kind.TEXT, Kind.LONG_TEXT)]


def _snippet(texts: tuple[Any, ...], words: list[str]) -> str:
    """The text around the first word that stands in one of the texts."""
    for text in texts:
        for word in words:
            at = str(text or "").casefold().find(word.casefold())
            if at >= 0:
                start = max(0, at - _SHOWN // 3)
                piece = " ".join(str(text)[start : start + _SHOWN].split())
                return ("…" if start else "") + piece
    return ""
