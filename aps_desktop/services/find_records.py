"""Finds records of every kind by a few letters of their names: what Ctrl+K looks in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from uuid import UUID

from aps_desktop.db import title_index
from aps_desktop.db.connection import Connection
from aps_desktop.db.queries.labels import label_sql
from aps_desktop.db.standing import standing
from aps_desktop.db.titles import fold
from aps_desktop.domain.entities import BY_NAME, BY_NUMBER, ENTITIES

_CANDIDATES = 400
_FIRST = ("project", "meeting", "body", "programme", "fund", "partner", "member_state")
_LAST = ("classification", "document", "document_version")
"""Lists that are shipped, and papers that are named after what they are about."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A record whose name has the words: what it is, its id, its code and its title."""

    entity: str
    id: UUID
    code: str
    title: str


def find(c: Connection, text: str, *, limit: int = 12) -> list[Hit]:
    """The best matches first: words that begin a name, then any; shorter names before longer."""
    words = fold(text).split()
    if not words:
        return []
    rows = _candidates(c, words, _main(), inside=True)
    if len(rows) < limit:
        rows += _candidates(c, words, _main(), inside=False)
    rows.sort(key=lambda row: _rank(row[0], row[2], words))
    found: dict[UUID, Hit] = {}
    for tid, rid, _ in rows[:limit]:
        hit = _hit(c, tid, standing(c, rid))
        if hit is not None:
            found.setdefault(hit.id, hit)  # by its own name and by that of a duplicate
    return list(found.values())


@lru_cache(maxsize=1)
def _main() -> tuple[int, ...]:
    """The entities that stand for themselves; parts of other records come after them."""
    return tuple(e.number for e in ENTITIES if e.owner is None)


@lru_cache(maxsize=1)
def _places() -> dict[int, int]:
    """Entity number -> its place among those that are looked for most, the last after all."""
    places = {BY_NAME[name].number: place for place, name in enumerate(_FIRST)}
    return places | {BY_NAME[name].number: len(_FIRST) + 1 for name in _LAST}


def _candidates(
    c: Connection, words: Sequence[str], numbers: Sequence[int], *, inside: bool
) -> list[tuple[int, int, str]]:
    wanted = numbers if inside else [n for n in BY_NUMBER if n not in numbers]
    rows = title_index.find(c, wanted, words, _CANDIDATES)
    return [(tid, rid, folded) for tid, rid, folded in rows]


def _rank(tid: int, folded: str, words: Sequence[str]) -> tuple[int, int, int, int]:
    """How far a name is from what was typed; smaller is better."""
    spaced = f" {folded}"
    misses = sum(1 for word in words if f" {word}" not in spaced)
    first = 0 if folded.startswith(words[0]) else 1
    return misses, _places().get(tid, len(_FIRST)), first, len(folded)


def _hit(c: Connection, tid: int, rid: int) -> Hit | None:
    kind = BY_NUMBER[tid]
    short = label_sql(kind, "t", short=True)
    row = c.one(
        f"SELECT t.id, {short}, {label_sql(kind, 't')} FROM {kind.name} t WHERE t.rid = ?", (rid,)
    )
    if row is None:
        return None
    code = str(row[1] or "") if kind.code and kind.code not in kind.title else ""
    return Hit(kind.name, UUID(bytes=bytes(row[0])), code, str(row[2] or kind.label))
