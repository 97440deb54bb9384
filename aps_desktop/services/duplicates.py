"""What merging left to be settled: facts that no single edit made wrong, but several together did.

Each list follows from the live records and the log alone, so every office sees the same one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aps_desktop.db import log
from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.engine import Database
from aps_desktop.db.layout import MEMBER, field_columns
from aps_desktop.db.queries.labels import label_sql
from aps_desktop.db.queries.lists import Filter
from aps_desktop.db.unit_of_work import Work
from aps_desktop.domain.changes import Applied, Why
from aps_desktop.domain.entities import BY_NUMBER, ENTITIES, entity
from aps_desktop.domain.fields import LIFE, SAME_AS, Entity, Field, Kind
from aps_desktop.services import same_codes, uniting
from aps_desktop.services.funding import these
from aps_desktop.services.history import words as called_words

SAME_CODE = "same_code"
SAME_NAME = "same_name"
UNITED_TWICE = "united_twice"
EDITED_AFTER_UNITING = "edited_after_uniting"
PART_OF_DELETED = "part_of_deleted"
REFERS_TO_DELETED = "refers_to_deleted"
REFERS_TO_MISSING = "refers_to_missing"
CYCLE = "cycle"
EDITED_AFTER_DELETION = "edited_after_deletion"

_NAMED = {
    "officer": ("name", "email"),
    "partner": ("name",),
    "organisation": ("name",),
    "body": ("name",),
    "associated_entity": ("name",),
    "focal_point": ("name", "body"),
}
"""Organisations and people: several records of one name are probably one."""
_AT_ONCE = 500
_UNKNOWN = 0
"""The kind of a record that is known only because others refer to it."""


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing to settle: what it is, about which record, and which others it concerns."""

    kind: str
    entity: str
    record: UUID
    title: str
    others: tuple[UUID, ...]
    words: str


def issues(c: Connection) -> list[Issue]:
    """Everything that waits to be settled, by kind, entity and record."""
    dead = _not_there(c)
    found: list[Issue] = []
    for kind in ENTITIES:
        found += _same_code(c, kind)
        if kind.name in _NAMED:
            found += _same_name(c, kind, _NAMED[kind.name])
        found += _references(c, kind, dead)
        if kind.tree:
            found += _cycles(c, kind)
    found += _united(c)
    found += _members(c, dead)
    found += _edited_after_deletion(c)
    return sorted(set(found), key=lambda i: (_ORDER.index(i.kind), i.entity, i.record, i.others))


KINDS = {
    SAME_CODE: "Same code",
    SAME_NAME: "Same name",
    UNITED_TWICE: "United twice",
    EDITED_AFTER_UNITING: "Edited after uniting",
    EDITED_AFTER_DELETION: "Edited after deletion",
    PART_OF_DELETED: "Part of a deleted record",
    REFERS_TO_DELETED: "Refers to a deleted record",
    REFERS_TO_MISSING: "Refers to a missing record",
    CYCLE: "Circle",
}
"""What they are called, in the order in which they are listed."""
_ORDER = tuple(KINDS)


def number(c: Connection) -> int:
    """How many there are."""
    return len(issues(c))


# Codes ------------------------------------------------------------------------------------------


def concerned(c: Connection, issue: Issue) -> Filter:
    """The list of just the records that an issue concerns, its own among them."""
    kind, ids = entity(issue.entity), (issue.record, *issue.others)
    rows = c.all(
        f"SELECT rid FROM record WHERE uuid IN ({placeholders(ids)})", [id.bytes for id in ids]
    )
    return these(kind.code or kind.title[0], [rid for (rid,) in rows], f"these {len(ids)}")


def _same_code(c: Connection, kind: Entity) -> Iterator[Issue]:
    for members in same_codes.groups(c, kind):
        first, *others = members
        title, code = c.one(
            f"SELECT {label_sql(kind, 't')}, t.{kind.code} FROM {kind.name} t WHERE t.id = ?",
            (first.bytes,),
        ) or ("", "")
        words = f"{len(members)} {kind.plural.lower()} have the code {code}: each needs its own"
        words += ", or unite them if they are one." if kind.unites else "."
        yield Issue(SAME_CODE, kind.name, first, str(title or code), tuple(others), words)


def _same_name(c: Connection, kind: Entity, names: tuple[str, ...]) -> Iterator[Issue]:
    """Different codes, one name; those with one code are listed for that already."""
    columns = [field_columns(kind.by_name[name])[0] for name in names]
    code = kind.code or "''"
    groups: dict[tuple[object, ...], list[tuple[UUID, str, str]]] = {}
    for id, held, name, *rest in c.each(
        f"SELECT id, {code}, {', '.join(columns)} FROM {kind.name} WHERE {columns[0]} IS NOT NULL"
    ):
        key = (" ".join(str(name).casefold().split()), *rest)
        groups.setdefault(key, []).append((_uuid(id), str(held or "").casefold(), str(name)))
    for members in groups.values():
        codes = {held for _, held, _ in members}
        if len(members) > 1 and (len(codes) > 1 or not kind.code):
            (first, _, name), *others = sorted(members)
            words = (
                f"{len(members)} {kind.plural.lower()} have this name: unite them if they are one."
            )
            yield Issue(SAME_NAME, kind.name, first, name, tuple(o[0] for o in others), words)


# Unitings ---------------------------------------------------------------------------------------


def _united(c: Connection) -> Iterator[Issue]:
    """What offices united apart differently, or edited without knowing of the uniting."""
    for one, field, wire in uniting.later_edits(c):
        words = (
            f"{field.label} of the duplicate “{one.title}” was changed to "
            f"“{called_words(c, field, wire)}” by an office that did not know of the uniting."
        )
        yield Issue(EDITED_AFTER_UNITING, one.entity, one.into, one.into_title, (one.id,), words)
    several = c.all(
        "SELECT r.uuid FROM set_member m JOIN united u ON u.rid = m.owner "
        f"JOIN record r ON r.rid = m.owner WHERE m.field_number = {SAME_AS} "
        "GROUP BY r.uuid HAVING count(*) > 1"
    )
    twice = {_uuid(uuid) for (uuid,) in several}
    for one in uniting.united(c):
        if one.id in twice:
            words = f"“{one.title}” was united with two records: unite these too, or separate it."
            yield Issue(UNITED_TWICE, one.entity, one.into, one.into_title, (one.id,), words)


# References -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Gone:
    """A record that others may still refer to: deleted, or never arrived (then not `born`)."""

    id: UUID
    born: bool
    tid: int


def _not_there(c: Connection) -> dict[int, _Gone]:
    rows = c.all(
        "SELECT rid, uuid, birth, tid FROM record WHERE alive = 0 AND tid <> ? "
        "AND length(uuid) = 16",
        (MEMBER.number,),
    )
    return {rid: _Gone(_uuid(uuid), birth is not None, tid) for rid, uuid, birth, tid in rows}


def _references(c: Connection, kind: Entity, dead: dict[int, _Gone]) -> Iterator[Issue]:
    of_kind: dict[int, list[int]] = {}
    for rid in sorted(dead):
        of_kind.setdefault(dead[rid].tid, []).append(rid)
    for field in kind.columns:
        if field.kind is not Kind.REFERENCE:
            continue
        column = field_columns(field)[0]
        target = entity(field.target).number
        for part in _chunks([*of_kind.get(target, ()), *of_kind.get(_UNKNOWN, ())]):
            for id, title, rid in c.all(
                f"SELECT t.id, {label_sql(kind, 't')}, t.{column} FROM {kind.name} t "
                f"WHERE t.{column} IN ({part})"
            ):
                yield _dangling(kind, field, _uuid(id), title, dead[rid])


def _members(c: Connection, dead: dict[int, _Gone]) -> Iterator[Issue]:
    for part in _chunks(sorted(dead)):
        for uuid, tid, number, rid in c.all(
            "SELECT r.uuid, r.tid, m.field_number, m.member FROM set_member m "
            f"JOIN record r ON r.rid = m.owner WHERE r.alive = 1 AND m.member IN ({part})"
        ):
            kind = BY_NUMBER.get(tid)
            field = kind.by_number.get(int(number)) if kind else None
            if kind is not None and field is not None:
                title = c.value(
                    f"SELECT {label_sql(kind, 't')} FROM {kind.name} t WHERE t.id = ?", (uuid,)
                )
                yield _dangling(kind, field, _uuid(uuid), title, dead[rid])


def _dangling(kind: Entity, field: Field, id: UUID, title: object, target: _Gone) -> Issue:
    label = field.label.lower()
    if not target.born:
        what, words = REFERS_TO_MISSING, f"Its {label} has not been received yet."
    elif field.part_of:
        what = PART_OF_DELETED
        words = f"Its {label} was deleted: restore that, or delete this {kind.label.lower()} too."
    else:
        what, words = REFERS_TO_DELETED, f"Its {label} was deleted: choose another, or restore it."
    return Issue(what, kind.name, id, str(title or kind.label), (target.id,), words)


# Trees ------------------------------------------------------------------------------------------


def _cycles(c: Connection, kind: Entity) -> Iterator[Issue]:
    column = field_columns(kind.by_name[kind.tree])[0]
    above: dict[int, int] = dict(
        c.all(f"SELECT rid, {column} FROM {kind.name} WHERE {column} IS NOT NULL")
    )
    for ring in rings(above):
        rows = c.all(
            f"SELECT t.id, {label_sql(kind, 't')} FROM {kind.name} t "
            f"WHERE t.rid IN ({', '.join(map(str, ring))})"
        )
        (first, title), *others = sorted((_uuid(id), str(title)) for id, title in rows)
        words = f"{len(ring)} {kind.plural.lower()} stand above each other in a circle."
        if len(ring) == 1:
            words = f"This {kind.label.lower()} stands above itself."
        yield Issue(CYCLE, kind.name, first, title, tuple(id for id, _ in others), words)


def rings(above: dict[int, int]) -> list[list[int]]:
    """The circles among "stands below" pairs; each once."""
    found: list[list[int]] = []
    seen: set[int] = set()
    for start in above:
        path: dict[int, int] = {}
        at: int | None = start
        while at is not None and at not in seen and at not in path:
            path[at] = len(path)
            at = above.get(at)
        if at is not None and at in path:
            found.append([one for one, place in path.items() if place >= path[at]])
        seen.update(path)
    return found


# Deletions --------------------------------------------------------------------------------------


def _edited_after_deletion(c: Connection) -> Iterator[Issue]:
    """Records that live although they were deleted, since nobody has said that they shall."""
    rows = c.all(
        "SELECT r.uuid, r.tid FROM (SELECT DISTINCT o.cell >> 10 AS rid FROM op_seen s "
        "CROSS JOIN op o WHERE o.dot = s.dot AND o.val = '0' "
        "AND NOT EXISTS (SELECT 1 FROM op_proposal p WHERE p.dot = o.dot)) x CROSS JOIN record r "
        "WHERE r.rid = x.rid AND r.alive = 1 AND r.tid <> ? AND NOT EXISTS "
        "(SELECT 1 FROM history h JOIN op o ON o.dot = h.dot "
        "WHERE h.cell = ((r.rid << 10) | 1023) AND o.val = '1' "
        "AND NOT EXISTS (SELECT 1 FROM op_proposal p WHERE p.dot = o.dot))",
        (MEMBER.number,),
    )
    for uuid, tid in rows:
        kind = BY_NUMBER.get(tid)
        if kind is not None:
            title = c.value(
                f"SELECT {label_sql(kind, 't')} FROM {kind.name} t WHERE t.id = ?", (uuid,)
            )
            words = "Deleted in one office and edited in another, so it is still here: keep it, or "
            words += "delete it again."
            if number := _parts_gone(c, uuid):
                what, are = ("1 part", "is") if number == 1 else (f"{number:,} parts", "are")
                words += f" {what} of it {are} still deleted."
            yield Issue(EDITED_AFTER_DELETION, kind.name, _uuid(uuid), str(title), (), words)


def _parts_gone(c: Connection, uuid: bytes) -> int:
    """How many parts were deleted with a record in one step, and did not come back with it."""
    return int(
        c.value(
            "SELECT count(DISTINCT m.rid) FROM record r JOIN record m ON m.parent = r.rid "
            "JOIN history h ON h.cell = ((m.rid << 10) | 1023) JOIN op o ON o.dot = h.dot "
            "JOIN history w ON w.cell = ((r.rid << 10) | 1023) JOIN op d ON d.dot = w.dot "
            "WHERE r.uuid = ? AND m.alive = 0 AND m.tid <> ? AND o.val = '0' AND d.val = '0' "
            "AND d.txn = o.txn AND (d.dot >> 40) = (o.dot >> 40)",
            (uuid, MEMBER.number),
        )
    )


def keep(db: Database, issue: Issue) -> Applied:
    """A record that was edited after its deletion shall stay: settled at all offices."""
    with db.writing() as c:
        work = Work(db, c, f"keep {uniting.old_name(issue.title)}", Why.RESOLVE)
        rid = c.value("SELECT rid FROM record WHERE uuid = ?", (issue.record.bytes,))
        gone = c.all(
            "SELECT o.dot FROM history h JOIN op o ON o.dot = h.dot WHERE h.cell = ? "
            "AND o.val = '0' AND NOT EXISTS (SELECT 1 FROM op_proposal p WHERE p.dot = o.dot)",
            (log.cell_of(rid, LIFE),),
        )
        work.keep(rid, [dot for (dot,) in gone])
        return work.finish()


def _chunks(rids: Sequence[int]) -> Iterable[str]:
    for start in range(0, len(rids), _AT_ONCE):
        yield ", ".join(map(str, rids[start : start + _AT_ONCE]))


def _uuid(data: Any) -> UUID:
    return UUID(bytes=bytes(data))
