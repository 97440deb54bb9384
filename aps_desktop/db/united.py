"""Duplicates that were united: which record stands for which, and what follows in the tables.

A uniting is a member of the duplicate's set number 1022: a record of the log like any other, so it
travels, belongs to the duplicate's owner, and is undone by its deletion. The log keeps every
reference as it was written; the tables show the surviving record in its place, and hold no row of
the duplicate. The table `united` follows from the live members alone, so all offices agree.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from aps_desktop.db import lives, log
from aps_desktop.db.connection import Connection
from aps_desktop.db.layout import MEMBER, field_columns
from aps_desktop.db.standing import raw_rid_of, rid_of
from aps_desktop.db.titles import fold_title
from aps_desktop.domain.entities import BY_NUMBER, ENTITIES
from aps_desktop.domain.fields import SAME_AS, Entity, Kind

_AT_ONCE = 500


def survivors(c: Connection) -> dict[int, int]:
    """By row number of a duplicate: that of the record that stands for it, as the members say.

    A member counts as soon as the surviving record has arrived, unless the two are of different
    kinds. Of several survivors the one with the smallest id is meant; so it is in a circle.
    """
    edges: dict[int, list[tuple[bytes, int]]] = {}
    ids: dict[int, bytes] = {}
    for old, old_id, new, new_id in c.all(
        "SELECT o.rid, o.uuid, s.rid, s.uuid FROM set_member m JOIN record o ON o.rid = m.owner "
        f"JOIN record s ON s.rid = m.member WHERE m.field_number = {SAME_AS} "
        "AND s.birth IS NOT NULL AND s.rid <> o.rid AND (o.birth IS NULL OR o.tid = s.tid)"
    ):
        edges.setdefault(old, []).append((bytes(new_id), new))
        ids[old], ids[new] = bytes(old_id), bytes(new_id)
    after = {old: min(found)[1] for old, found in edges.items()}
    return {old: end for old, end in _ends(after, ids).items() if end != old}


def _ends(after: Mapping[int, int], ids: Mapping[int, bytes]) -> dict[int, int]:
    """Where the way from each record leads; a circle ends with its smallest id."""
    ends: dict[int, int] = {}
    for start in after:
        path: dict[int, int] = {}
        at = start
        while at in after and at not in path and at not in ends:
            path[at] = len(path)
            at = after[at]
        if at in path:
            at = min(list(path)[path[at] :], key=ids.__getitem__)
        end = ends.get(at, at)
        ends.update(dict.fromkeys(path, end))
    return ends


def refresh(
    c: Connection,
    counts: dict[int, int],
    touched: dict[str, set[int]],
    *,
    forgotten: Mapping[int, int] | None = None,
) -> None:
    """Brings `united` and the tables to what the members say, after any change of the log.

    Adds to `counts` (live records by entity number) and `touched` (rows by entity name).
    `forgotten` is what `united` held before it was emptied: then all is worked out anew.
    """
    before: dict[int, int] = dict(c.all("SELECT rid, survivor FROM united"))
    now = survivors(c)
    changed = {rid for rid in before.keys() | now.keys() if before.get(rid) != now.get(rid)}
    if forgotten:
        changed |= forgotten.keys()
        before = dict(forgotten)
    if not changed:
        return
    marks = _marks(changed)
    c.run(f"DELETE FROM united WHERE rid IN ({marks})")
    c.many("INSERT INTO united VALUES (?, ?)", [(r, now[r]) for r in sorted(changed) if r in now])
    for rid in sorted(changed):
        _appear_or_go(c, rid, counts, touched)
    concerned = changed | {m[rid] for m in (before, now) for rid in changed if rid in m}
    _refer_anew(c, concerned, touched)
    retitle(c, changed & now.keys())


def _appear_or_go(
    c: Connection, rid: int, counts: dict[int, int], touched: dict[str, set[int]]
) -> None:
    """A duplicate's row goes; that of a record that stands for itself again comes back."""
    tid, uuid, alive = c.one("SELECT tid, uuid, alive FROM record WHERE rid = ?", (rid,)) or (
        *(0, b"", 0),
    )
    kind = _kind(tid)
    if kind is None:
        return
    now = c.value(f"SELECT {lives.ALIVE_SQL} FROM record WHERE rid = ?", (rid,))
    if kind is not MEMBER:
        touched.setdefault(kind.name, set()).add(rid)
    if not now:
        gone = c.run(f"DELETE FROM {kind.name} WHERE rid = ?", (rid,))
        counts[tid] = counts.get(tid, 0) - max(gone, 0)
        c.run("DELETE FROM search_title WHERE tid = ? AND rid = ?", (tid, rid))
    elif not alive:
        image = log.images(c, [rid])[rid]
        values = log.row_values(c, kind, image)
        c.run(log.insert_sql(kind), (rid, bytes(uuid), *values))
        c.run("UPDATE record SET parent = ? WHERE rid = ?", (log.parent_in(kind, values), rid))
        c.run("DELETE FROM search_title WHERE tid = ? AND rid = ?", (tid, rid))
        _put_title(c, kind, rid, image)
        counts[tid] = counts.get(tid, 0) + 1
    c.run("UPDATE record SET alive = ? WHERE rid = ?", (now, rid))


def _kind(number: int) -> Entity | None:
    """What a record is; a set's member too: somebody may say of its id that it is a duplicate."""
    return MEMBER if number == MEMBER.number else BY_NUMBER.get(number)


def _refer_anew(c: Connection, rids: Collection[int], touched: dict[str, set[int]]) -> None:
    """Rows that refer to one of these records get what stands for it now, from the log."""
    for kind in (*ENTITIES, MEMBER):
        for field in kind.columns:
            if field.kind is not Kind.REFERENCE or (kind is MEMBER and field.part_of):
                continue
            column = field_columns(field)[0]
            for part in _parts(rids):
                found = c.all(f"SELECT rid, {column} FROM {kind.name} WHERE {column} IN ({part})")
                for rid, shown in found:
                    right = _referred(c, kind, rid, field.number)
                    if right != shown:
                        c.run(f"UPDATE {kind.name} SET {column} = ? WHERE rid = ?", (right, rid))
                        _moved(c, kind, field.part_of, rid, right, touched)


def _referred(c: Connection, kind: Entity, rid: int, number: int) -> int | None:
    wire, _ = log.shown_wire(c, rid, number)
    if wire is None:
        return None
    raw = kind is MEMBER and log.shown_wire(c, rid, 2)[0] == str(SAME_AS)
    return rid_of(c, wire) if not raw else raw_rid_of(c, wire)


def _moved(
    c: Connection, kind: Entity, part_of: bool, rid: int, right: int | None,
    touched: dict[str, set[int]],
) -> None:  # fmt: skip
    if part_of:
        c.run("UPDATE record SET parent = ? WHERE rid = ?", (right, rid))
    if kind is not MEMBER:
        touched.setdefault(kind.name, set()).add(rid)
        return
    owner = c.one(
        "SELECT r.tid, r.rid FROM set_member m JOIN record r ON r.rid = m.owner WHERE m.rid = ?",
        (rid,),
    )
    if owner and owner[0] in BY_NUMBER:
        touched.setdefault(BY_NUMBER[owner[0]].name, set()).add(owner[1])


def retitle(c: Connection, rids: Iterable[int]) -> None:
    """Duplicates stay known by their own names: a search for one finds what stands for it."""
    wanted = sorted(rids)
    images = log.images(c, wanted)
    for rid in wanted:
        kind = _kind(c.value("SELECT tid FROM record WHERE rid = ?", (rid,)))
        if kind is not None:
            c.run("DELETE FROM search_title WHERE tid = ? AND rid = ?", (kind.number, rid))
            _put_title(c, kind, rid, images.get(rid, {}))


def _put_title(c: Connection, kind: Entity, rid: int, image: log.Image) -> None:
    folded = fold_title(kind, image)
    if folded:
        c.run("INSERT INTO search_title VALUES (?, ?, ?)", (kind.number, rid, folded))


def _parts(rids: Iterable[int]) -> Iterable[str]:
    wanted = sorted(rids)
    for start in range(0, len(wanted), _AT_ONCE):
        yield _marks(wanted[start : start + _AT_ONCE])


def _marks(rids: Iterable[int]) -> str:
    return ", ".join(map(str, rids))
