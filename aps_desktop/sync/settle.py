"""After a merge: which records live, what their rows show, and how they are found."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aps_desktop.db import log, united
from aps_desktop.db.connection import Connection
from aps_desktop.db.counts import put_counts
from aps_desktop.db.layout import MEMBER, column_names, field_columns, wire_sql
from aps_desktop.db.log_writer import kind_of
from aps_desktop.db.standing import any_united, found_sql
from aps_desktop.db.titles import folded_title, title_numbers
from aps_desktop.domain.entities import BY_NUMBER
from aps_desktop.domain.fields import SAME_AS, Entity, Field, Kind

_TOUCHED_LIMIT = 20_000
_TOGETHER = 60
"""Fields that one update may write: each has a bit of a whole number."""
_KNOWN = f"({','.join(str(n) for n in (*BY_NUMBER, MEMBER.number))})"


def rows(
    c: Connection, entities: dict[str, dict[str, int]], touched: dict[str, frozenset[int]]
) -> None:
    """Brings the entities' tables to what the heads in `t` and the lives in the log say."""
    _touched_records(c)
    _lives(c)
    for tid in [row[0] for row in c.all("SELECT DISTINCT tid FROM life ORDER BY tid")]:
        _appear_and_go(c, kind_of(tid), entities)
    for tid in _entities_of_cells(c):
        _values(c, kind_of(tid))
    _revive(c)
    _show_births(c)
    _titles(c)
    _count(c, entities, touched)
    _unite(c, touched)


def _touched_records(c: Connection) -> None:
    """The table `u`: the records of the touched cells, which are many more."""
    c.run("DROP TABLE IF EXISTS u")
    c.run(f"CREATE TEMP TABLE u (rid {c.key}, tid BIGINT)")
    c.run(
        "INSERT INTO u SELECT x.rid, r.tid FROM (SELECT DISTINCT cell >> 10 AS rid FROM t) x "
        "JOIN record r ON r.rid = x.rid"
    )
    if c.postgres:
        c.run("ANALYZE u")


def _lives(c: Connection) -> None:
    """The table `life`: records whose being there may have changed, before and after.

    A record lives if some op of it other than a deletion is not covered by what any deletion had
    seen: an edit made elsewhere without knowledge of the deletion brings it back.
    """
    c.run("DROP TABLE IF EXISTS life")
    c.run(
        f"CREATE TEMP TABLE life (rid {c.key}, tid BIGINT, before BIGINT, "
        "fresh BIGINT, alive BIGINT)"
    )
    c.run(
        "INSERT INTO life SELECT r.rid, r.tid, r.alive, coalesce(b.fresh, 0), 0 FROM record r "
        "LEFT JOIN b ON b.rid = r.rid WHERE r.birth IS NOT NULL "
        f"AND r.tid IN {_KNOWN} AND r.rid IN (SELECT rid FROM b "
        "UNION SELECT x.rid FROM (SELECT DISTINCT cell >> 10 AS rid FROM n) x CROSS JOIN record w "
        # One that is not there may never have been deleted: all that was said of it only proposed.
        "WHERE w.rid = x.rid AND (w.alive = 0 OR EXISTS "
        "(SELECT 1 FROM history h WHERE h.cell = (x.rid << 10 | 1023))) "
        "UNION SELECT m.rid FROM b CROSS JOIN record m "
        f"WHERE m.parent = b.rid AND m.tid = {MEMBER.number})"
    )
    c.run("CREATE INDEX life_by_tid ON life (tid)")
    c.run(
        "UPDATE life SET alive = CASE WHEN EXISTS (SELECT 1 FROM history h "
        "JOIN op o ON o.dot = h.dot "
        "WHERE h.cell BETWEEN (life.rid << 10) AND ((life.rid << 10) | 1023) "
        "AND NOT ((o.cell & 1023) = 1023 AND o.val = '0') "
        "AND NOT EXISTS (SELECT 1 FROM op_proposal p WHERE p.dot = o.dot) "
        "AND NOT EXISTS (SELECT 1 FROM history g JOIN op e ON e.dot = g.dot "
        "JOIN op_seen s ON s.dot = e.dot WHERE g.cell = ((life.rid << 10) | 1023) "
        "AND e.val = '0' AND s.device = (o.dot >> 40) AND s.seq >= (o.dot & 1099511627775) "
        "AND NOT EXISTS (SELECT 1 FROM op_proposal q WHERE q.dot = e.dot))) "
        "AND NOT EXISTS (SELECT 1 FROM united w WHERE w.rid = life.rid) THEN 1 ELSE 0 END"
    )
    c.run(
        "UPDATE record SET alive = life.alive FROM life WHERE life.rid = record.rid "
        "AND record.rid IN (SELECT rid FROM life)"
    )


def _appear_and_go(c: Connection, kind: Entity, entities: dict[str, dict[str, int]]) -> None:
    """Rows of records that were born go in from their birth; rows of deleted ones go out."""
    tid = kind.number
    gone = f"SELECT rid FROM life WHERE tid = {tid} AND before = 1 AND alive = 0"
    deleted = c.run(f"DELETE FROM {kind.name} WHERE rid IN ({gone})")
    c.run(f"DELETE FROM search_title WHERE tid = {tid} AND rid IN ({gone})")
    image = {f.number: c.json_text("b.val", f.number) for f in kind.columns}
    expressions = [sql for f in kind.columns for _, sql in _columns_sql(c, kind, f, image)]
    born = c.run(
        f"INSERT INTO {kind.name} (rid, id, {', '.join(column_names(kind))}) "
        f"SELECT r.rid, r.uuid, {', '.join(expressions)} FROM life l "
        "JOIN b ON b.rid = l.rid JOIN record r ON r.rid = l.rid "
        f"WHERE l.tid = {tid} AND l.alive = 1 AND l.before = 0 AND l.fresh = 1 ORDER BY l.rid"
    )
    if born or deleted:
        entities.setdefault(kind.name, {}).update(new=max(born, 0), deleted=max(deleted, 0))


def _columns_sql(
    c: Connection, kind: Entity, field: Field, texts: Mapping[int, str]
) -> list[tuple[str, str]]:
    """(column, SQL) of a field from the SQL of canonical texts; references by row number."""
    text = texts[field.number]
    if field.kind is not Kind.REFERENCE:
        return wire_sql(field, text)
    raw = f"(SELECT p.rid FROM record p WHERE p.uuid = {c.unhex(text)})"
    found = found_sql(c.unhex(text)) if any_united(c) else raw
    if kind is MEMBER:  # as `layout.follows` has it
        found = raw if field.part_of else (
            f"CASE WHEN {texts[2]} = '{SAME_AS}' THEN {raw} ELSE {found} END"
        )  # fmt: skip
    return [(field_columns(field)[0], found)]


def _entities_of_cells(c: Connection) -> list[int]:
    return [
        row[0] for row in c.all(f"SELECT DISTINCT tid FROM u WHERE tid IN {_KNOWN} ORDER BY tid")
    ]


def _values(c: Connection, kind: Entity) -> None:
    """The shown values of the touched cells go into the rows."""
    numbers = [
        row[0]
        for row in c.all(
            "SELECT DISTINCT t.cell & 1023 FROM t JOIN u ON u.rid = (t.cell >> 10) WHERE u.tid = ?",
            (kind.number,),
        )
    ]
    # A field of a newer version is kept in the log, and shown after an update.
    known = [kind.by_number[n] for n in sorted(numbers) if n in kind.by_number]
    fields = [field for field in known if not field.is_set]
    many = len(fields) > 1 and kind is not MEMBER and _dense(c, kind, len(fields))
    size = _TOGETHER if many else 1
    for start in range(0, len(fields), size):
        _put(c, kind, fields[start : start + size])
    if kind.owner in fields:
        column = field_columns(kind.owner)[0]
        c.run(
            f"UPDATE record SET parent = x.{column} FROM {kind.name} x "
            f"JOIN t ON t.cell = ((x.rid << 10) | {kind.owner.number}) WHERE x.rid = record.rid"
        )


def _dense(c: Connection, kind: Entity, fields: int) -> bool:
    """Whether most of the touched records got most of the touched fields."""
    cells, records = c.one(
        "SELECT (SELECT count(*) FROM t JOIN u ON u.rid = (t.cell >> 10) WHERE u.tid = ?), "
        "(SELECT count(*) FROM u WHERE tid = ?)",
        (kind.number, kind.number),
    ) or (0, 0)
    return bool(cells * 2 > records * fields)


def _put(c: Connection, kind: Entity, fields: list[Field]) -> None:
    """Writes the shown values of some fields: one update for each row that has any of them.

    Every field has its own way through `t` and the log, in the order of the records: that spares
    grouping, and each finds its next value next to the last one.
    """
    picks, joins, sets = [], [], []
    for field in fields:
        n = field.number
        birth = c.json_text(f"o{n}.val", n)
        shown = f"CASE WHEN (o{n}.cell & 1023) = 0 THEN {birth} ELSE o{n}.val END"
        picks.append(f"t{n}.dot AS d{n}, {shown} AS v{n}")
        joins.append(
            f"LEFT JOIN t t{n} ON t{n}.cell = ((u.rid << 10) | {n}) "
            f"LEFT JOIN op o{n} ON o{n}.dot = t{n}.dot"
        )
        for column, sql in _columns_sql(c, kind, field, {n: f"v.v{n}"}):
            sets.append(
                f"{column} = CASE WHEN v.d{n} IS NULL THEN {kind.name}.{column} ELSE {sql} END"
            )
    c.run(
        f"UPDATE {kind.name} SET {', '.join(sets)} FROM (SELECT u.rid AS rid, {', '.join(picks)} "
        f"FROM u {' '.join(joins)} WHERE u.tid = {kind.number}) v WHERE v.rid = {kind.name}.rid"
    )


def _revive(c: Connection) -> None:
    """Records that come back after a deletion are rebuilt from the log one by one (few)."""
    rows = c.all(
        "SELECT l.rid, l.tid, r.uuid FROM life l CROSS JOIN record r WHERE r.rid = l.rid "
        "AND l.alive = 1 AND l.before = 0 AND l.fresh = 0"
    )
    for rid, tid, uuid in rows:
        _put_row(c, kind_of(tid), rid, bytes(uuid))


def _put_row(c: Connection, kind: Entity, rid: int, uuid: bytes) -> None:
    values = log.row_values(c, kind, log.images(c, [rid])[rid])
    c.run(log.insert_sql(kind), (rid, uuid, *values))
    c.run("UPDATE record SET parent = ? WHERE rid = ?", (log.parent_in(kind, values), rid))


def note_reborn(c: Connection, records: str) -> None:
    """The table `reborn`: records whose birth is another one from now on.

    `records` is the SQL of a query for them (rid). Members are left out: all their births say the
    same.
    """
    c.run("DROP TABLE IF EXISTS reborn")
    c.run(f"CREATE TEMP TABLE reborn (rid {c.key})")
    c.run(
        f"INSERT INTO reborn SELECT x.rid FROM ({records}) x CROSS JOIN record r "
        f"WHERE r.rid = x.rid AND r.tid IN {_KNOWN} AND r.tid <> {MEMBER.number}"
    )


def _show_births(c: Connection) -> None:
    """Rows of records whose birth is another one now are written anew, one by one (hardly any)."""
    rows = c.all(
        "SELECT l.rid, l.tid, r.uuid FROM reborn x JOIN life l ON l.rid = x.rid "
        "JOIN record r ON r.rid = l.rid WHERE l.alive = 1 AND l.before = 1"
    )
    for rid, tid, uuid in rows:
        kind = kind_of(tid)
        c.run(f"DELETE FROM {kind.name} WHERE rid = ?", (rid,))
        _put_row(c, kind, rid, bytes(uuid))


def _titles(c: Connection) -> None:
    """What records are found by, for those born, revived, or with a changed title."""
    for tid in [row[0] for row in c.all(_TITLED)]:
        kind = kind_of(tid)
        numbers = title_numbers(kind)
        if not numbers:
            continue
        marks = ",".join(str(number) for number in numbers)
        names = ", ".join(kind.by_number[number].name for number in numbers)
        concerned = (
            f"SELECT rid FROM life WHERE tid = {tid} AND alive = 1 UNION "
            f"SELECT t.cell >> 10 FROM t JOIN u ON u.rid = (t.cell >> 10) WHERE u.tid = {tid} "
            f"AND (t.cell & 1023) IN ({marks})"
        )
        rows = c.all(f"SELECT rid, {names} FROM {kind.name} WHERE rid IN ({concerned})")
        found = [(tid, row[0], folded_title(row[1:])) for row in rows]
        c.run(f"DELETE FROM search_title WHERE tid = {tid} AND rid IN ({concerned})")
        # No ON CONFLICT: SQLite would apply it to what triggers on this table insert, too.
        c.load("search_title", [row for row in found if row[2]])


_TITLED = f"SELECT tid FROM life WHERE alive = 1 UNION SELECT tid FROM u WHERE tid IN {_KNOWN}"


def _count(
    c: Connection, entities: dict[str, dict[str, int]], touched: dict[str, frozenset[int]]
) -> None:
    changes: dict[int, int] = {}
    for tid, difference in c.all("SELECT tid, sum(alive - before) FROM life GROUP BY tid"):
        changes[tid] = int(difference)
    put_counts(c, changes)
    counted: list[tuple[str, str]] = [
        (
            "restored",
            "SELECT tid, count(*) FROM life WHERE alive = 1 AND before = 0 AND fresh = 0 "
            "GROUP BY tid",
        ),
        (
            "changed",
            "SELECT tid, count(*) FROM u WHERE rid NOT IN (SELECT rid FROM life WHERE fresh = 1) "
            "GROUP BY tid",
        ),
    ]
    for word, sql in counted:
        for tid, number in c.all(sql):
            if tid in BY_NUMBER or tid == MEMBER.number:
                entities.setdefault(kind_of(tid).name, {})[word] = number
    _touch(c, touched)


def _unite(c: Connection, touched: dict[str, frozenset[int]]) -> None:
    """Duplicates that were united, or are no more; names that others gave them meanwhile."""
    counts: dict[int, int] = {}
    concerned: dict[str, set[int]] = {}
    united.refresh(c, counts, concerned)
    put_counts(c, counts)
    for name, rids in concerned.items():
        if name not in touched or touched[name]:  # an empty set stands for all of them
            touched[name] = touched.get(name, frozenset()) | rids
    if any_united(c):
        renamed = "SELECT rid FROM united WHERE rid IN (SELECT rid FROM u UNION SELECT rid FROM b)"
        united.retitle(c, [rid for (rid,) in c.all(renamed)])


def _touch(c: Connection, touched: dict[str, frozenset[int]]) -> None:
    """Which rows panes have to show anew; an empty set where they are too many to name."""
    rows: list[tuple[Any, ...]] = c.all(
        f"SELECT tid, rid FROM u UNION SELECT tid, rid FROM life LIMIT {_TOUCHED_LIMIT + 1}"
    )
    found: dict[str, set[int]] = {}
    for tid, rid in rows:
        if tid in BY_NUMBER:
            found.setdefault(BY_NUMBER[tid].name, set()).add(rid)
    many = len(rows) > _TOUCHED_LIMIT
    touched.update({name: frozenset() if many else frozenset(r) for name, r in found.items()})
