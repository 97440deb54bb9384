"""What was learned before, offered again when a similar proposal is written."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries.results_reading import uuid
from aps_desktop.domain.entities import entity
from aps_desktop.services.lesson_words import common, shared, telling
from aps_desktop.services.records import Record

_SECTORS = entity("lesson").field("sectors").number
_ALIKE, _NEARLY = 72, 55
"""How alike two titles are (0 to 100) to count alone, or beside the same body or sector."""
_WORDS, _A_WORD, _NAMED = 2, 12, 4
"""So many telling words in common count alone; what each adds to the rank; how many are named."""


@dataclass(frozen=True)
class Lesson:
    """One lesson or area for improvement. `why` says what it has in common with the proposal."""

    entity: str
    id: UUID
    text: str
    project: str
    why: str


def similar(c: Connection, project: Record, limit: int = 5) -> list[Lesson]:
    """Lessons and areas for improvement of other projects with the same body, a common sector, a
    similar title, or about the same; what has most in common comes first.

    About the same: at least two words of its title, description or outcomes that not every lesson
    has stand in the lesson, or in the title of the project that taught it.
    """
    from rapidfuzz import fuzz, utils  # late: opening any record loads this module

    rows = _candidates(c, project.rid)
    if not rows:
        return []
    sectors = _sectors(c)
    wanted = _project_sectors(c, project.rid)
    body = c.value("SELECT sponsoring_body FROM project WHERE rid = ?", (project.rid,))
    title = utils.default_process(project.title)
    said = [telling(" ".join(filter(None, (row[3], row[7], row[5])))) for row in rows]
    usual, mine = common(said), telling(_about(project))
    found: list[tuple[float, Lesson]] = []
    for row, words in zip(rows, said, strict=True):
        score = fuzz.token_set_ratio(title, utils.default_process(row[5] or row[3] or ""))
        both = shared(mine, words, usual)
        ranked = _ranked(row, score, body, wanted & sectors.get(row[1], set()), both)
        if ranked is not None:
            found.append(ranked)
    found.sort(key=lambda pair: -pair[0])
    return [lesson for _, lesson in found[:limit]]


def _about(project: Record) -> str:
    """What a proposal says of itself."""
    values = project.values
    return " ".join(str(values.get(name) or "") for name in ("title", "description", "outcomes"))


def _candidates(c: Connection, project: int) -> list[tuple[Any, ...]]:
    """(entity, rid, id, text, body, project title, project code, more text) of all that could be
    offered."""
    return c.all(
        "SELECT 'lesson', l.rid, l.id, l.title, coalesce(l.body, p.sponsoring_body), p.title, "
        "p.code, l.text FROM lesson l LEFT JOIN project p ON p.rid = l.project "
        "WHERE l.project IS NULL OR l.project <> ? "
        "UNION ALL SELECT 'finding', f.rid, f.id, f.text, p.sponsoring_body, p.title, p.code, "
        "NULL "
        "FROM finding f JOIN evaluation e ON e.rid = f.evaluation "
        "LEFT JOIN project p ON p.rid = e.project "
        "WHERE f.kind = 'improvement' AND (e.project IS NULL OR e.project <> ?)",
        (project, project),
    )


def _ranked(
    row: tuple[Any, ...], score: float, body: int | None, sectors: set[int], words: list[str]
) -> tuple[float, Lesson] | None:
    same = body is not None and row[4] == body
    reasons = []
    if same:
        reasons.append("same body")
    if sectors:
        reasons.append("same sector")
    if score >= (_NEARLY if reasons else _ALIKE):
        reasons.append("similar title")
    if len(words) >= _WORDS:
        reasons.append(f"about {', '.join(word.lower() for word in words[:_NAMED])}")
    if not reasons:
        return None
    rank = score + (40 if same else 0) + (30 if sectors else 0) + _A_WORD * len(words)
    name, _, id, text, _, _, code, _ = row
    return rank, Lesson(name, uuid(id), text or "", code or "", ", ".join(reasons))


def _sectors(c: Connection) -> dict[int, set[int]]:
    """The sectors of lessons by row number."""
    found: dict[int, set[int]] = defaultdict(set)
    rows = c.all(
        "SELECT m.owner, m.member FROM lesson l JOIN set_member m ON m.owner = l.rid "
        "WHERE m.field_number = ? AND m.member IS NOT NULL",
        (_SECTORS,),
    )
    for owner, member in rows:
        found[owner].add(member)
    return found


def _project_sectors(c: Connection, rid: int) -> set[int]:
    number = entity("project").field("sectors").number
    rows = c.all(
        "SELECT member FROM set_member WHERE owner = ? AND field_number = ? AND member IS NOT NULL",
        (rid, number),
    )
    return {row[0] for row in rows}
