"""What is said of a record as if it were of another kind: kept apart, and shown by nobody.

A change says of which kind its record is (its line in a bundle does, and its step's chain). A
record is of the kind of the birth that counts. What names it as another kind was checked as that
kind and means nothing here: it stays in the log and is passed on as it came, under a row of
`record` of its own, which is never born. Such a row's id is longer than any record's.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import TypeVar
from uuid import UUID

from aps_desktop.db import births
from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.counts import put_counts
from aps_desktop.db.layout import MEMBER
from aps_desktop.domain.entities import BY_NUMBER

_MARK = bytes(16)
_RANGE = _MARK, _MARK[:-1] + b"\1"
"""Ids that begin with the mark and go on lie between these."""
_CHUNK = 500
_T = TypeVar("_T")


def apart_id(id: bytes, tid: int) -> bytes:
    """What stands as the id of what names a record (its 16 bytes) as another kind."""
    return _MARK + id + tid.to_bytes(4, "big")


def is_apart(stored: bytes) -> bool:
    """Whether a row's id is of what is kept apart."""
    return len(stored) > 16


def id_of(stored: bytes) -> bytes:
    """The record's own 16 bytes, also where its row is one that is kept apart."""
    return bytes(stored)[16:32] if is_apart(stored) else bytes(stored)


def id_sql(column: str) -> str:
    """SQL for the same."""
    return f"CASE WHEN length({column}) > 16 THEN substr({column}, 17, 16) ELSE {column} END"


def any_apart(c: Connection) -> bool:
    """Whether anything is kept apart: hardly ever."""
    return c.value("SELECT 1 FROM record WHERE uuid > ? AND uuid < ? LIMIT 1", _RANGE) is not None


def apart(c: Connection) -> list[tuple[int, bytes, int]]:
    """(row number, the record's id, kind) of everything that is kept apart."""
    rows = c.all("SELECT rid, uuid, tid FROM record WHERE uuid > ? AND uuid < ?", _RANGE)
    return [(rid, id_of(uuid), tid) for rid, uuid, tid in rows]


def changes(c: Connection, table: str = "history") -> int:
    """How many changes (of `history`, or of `n` in a merge) count for nothing: kept apart from a
    record that is born."""
    if not any_apart(c):
        return 0
    rids = [rid for rid, born in _with_their_record(c) if born]
    found = 0
    for part in _parts(rids):
        found += c.value(
            f"SELECT count(*) FROM record r CROSS JOIN {table} h WHERE r.rid IN "
            f"({placeholders(part)}) AND h.cell BETWEEN (r.rid << 10) AND ((r.rid << 10) | 1023)",
            part,
        )
    return found


def _with_their_record(c: Connection) -> Iterator[tuple[int, bool]]:
    """(row number of what is kept apart, whether its record is born)."""
    rows = apart(c)
    for part in _parts(rows):
        ids = sorted({id for _, id, _ in part})
        born = {
            bytes(uuid)
            for (uuid,) in c.all(
                f"SELECT uuid FROM record WHERE uuid IN ({placeholders(ids)}) "
                "AND birth IS NOT NULL",
                ids,
            )
        }
        yield from ((rid, id in born) for rid, id, _ in part)


def kind_that_counts(id: UUID, found: dict[int, list[births.Birth]]) -> int:
    """Of births as several kinds: a set's member is one by its id; else whose birth counts."""
    if MEMBER.number in found:
        return MEMBER.number
    chosen = births.choose(id, [one for several in found.values() for one in several])
    return next(tid for tid, several in found.items() if chosen.dot in {b.dot for b in several})


def misplaced(c: Connection) -> list[tuple[int, int]]:
    """(record, what is kept apart and has the birth that counts), by row numbers."""
    by_id: dict[bytes, dict[int, int]] = {}
    for rid, id, tid in apart(c):
        by_id.setdefault(id, {})[tid] = rid
    pairs: list[tuple[int, int]] = []
    for part in _parts(sorted(by_id)):
        rows = {
            bytes(uuid): (rid, tid)
            for uuid, rid, tid in c.all(
                f"SELECT uuid, rid, tid FROM record WHERE uuid IN ({placeholders(part)})", part
            )
        }
        rids = [row[0] for row in rows.values()]
        rids += [rid for id in part for rid in by_id[id].values()]
        born = dict(_births(c, rids))
        for id in part:
            own, kind = rows[id]
            places = {kind: own, **by_id[id]}
            found = {tid: born[rid] for tid, rid in places.items() if rid in born}
            counts = kind_that_counts(UUID(bytes=id), found) if found else kind
            if counts != kind:
                pairs.append((own, places[counts]))
    return pairs


def _births(c: Connection, rids: list[int]) -> Iterator[tuple[int, list[births.Birth]]]:
    for part in _parts(rids):
        rows = c.all(
            "SELECT r.rid, o.dot, o.hlc, d.uuid, t.office FROM record r "
            "CROSS JOIN history h CROSS JOIN op o JOIN device d ON d.ord = (o.dot >> 40) "
            "JOIN txn t ON t.device = d.ord AND t.n = o.txn "
            f"WHERE r.rid IN ({placeholders(part)}) AND h.cell = (r.rid << 10) "
            "AND o.dot = h.dot ORDER BY r.rid",
            part,
        )
        for rid, group in groupby(rows, key=lambda row: row[0]):
            yield int(rid), [births.Birth(b[1], b[2], bytes(b[3]), b[4] or "") for b in group]


def settle(c: Connection, *, cells_of: tuple[str, ...] = ()) -> None:
    """Where the birth that counts is of another kind than before, it takes the record's place.

    The record is unborn then, and in no table: the caller settles it like one that has arrived.
    `cells_of` are temporary tables (cell, dot) that go with the log.
    """
    if any_apart(c):
        swap(c, misplaced(c), cells_of=cells_of)


def tidy(c: Connection) -> None:
    """Forgets rows of what was kept apart, of which no change is left in the log."""
    if any_apart(c):
        for part in _parts([rid for rid, _, _ in apart(c)]):
            c.run(
                f"DELETE FROM record WHERE rid IN ({placeholders(part)}) AND NOT EXISTS (SELECT 1 "
                "FROM history h WHERE h.cell BETWEEN (record.rid << 10) "
                "AND ((record.rid << 10) | 1023)) "
                "AND rid NOT IN (SELECT cell >> 10 FROM op_revoked)",
                part,
            )


def swap(c: Connection, pairs: list[tuple[int, int]], *, cells_of: tuple[str, ...] = ()) -> None:
    """Exchanges what is said of records with what is kept apart from them."""
    if not pairs:
        return
    both = [*pairs, *((other, own) for own, other in pairs)]
    for table in ("swapped", "moving"):
        c.run(f"DROP TABLE IF EXISTS {table}")
    c.run(f"CREATE TEMP TABLE swapped (rid {c.key}, other BIGINT)")
    c.many("INSERT INTO swapped VALUES (?, ?)", both)
    _unmake(c)
    c.run(f"CREATE TEMP TABLE moving (dot {c.key}, old BIGINT, cell BIGINT)")
    c.run(
        "INSERT INTO moving SELECT h.dot, h.cell, h.cell + ((x.other - x.rid) << 10) "
        "FROM swapped x CROSS JOIN history h "
        "WHERE h.cell BETWEEN (x.rid << 10) AND ((x.rid << 10) | 1023)"
    )
    c.run("DELETE FROM op_proposal WHERE dot IN (SELECT dot FROM moving)")  # judged anew
    c.run("UPDATE op SET cell = m.cell FROM moving m WHERE m.dot = op.dot")
    for table in ("history", *cells_of):
        c.run(
            f"UPDATE {table} SET cell = m.cell FROM moving m "
            f"WHERE {table}.cell = m.old AND {table}.dot = m.dot"
        )
    c.run("UPDATE op_revoked SET cell = op_revoked.cell + ((x.other - x.rid) << 10) "
          "FROM swapped x WHERE x.rid = (op_revoked.cell >> 10)")  # fmt: skip
    was = {
        rid: (bytes(uuid), tid)
        for rid, uuid, tid in c.all(
            "SELECT r.rid, r.uuid, r.tid FROM swapped x JOIN record r ON r.rid = x.rid"
        )
    }
    rows = [(was[other][1], was[own][0], own) for own, other in pairs]
    rows += [(was[own][1], apart_id(*was[own]), other) for own, other in pairs]
    c.many(
        "UPDATE record SET tid = ?, uuid = ?, birth = NULL, alive = 0, parent = NULL, "
        "office = NULL WHERE rid = ?",
        rows,
    )


def _unmake(c: Connection) -> None:
    """Rows, titles and kept heads of the records in `swapped` go; the log brings them again."""
    counts: dict[int, int] = {}
    wanted = "SELECT rid FROM swapped"
    for kind in (*BY_NUMBER.values(), MEMBER):
        gone = c.run(f"DELETE FROM {kind.name} WHERE rid IN ({wanted})")
        if gone > 0:
            counts[kind.number] = -gone
    for (tid,) in c.all(f"SELECT DISTINCT tid FROM record WHERE rid IN ({wanted})"):
        c.run(f"DELETE FROM search_title WHERE tid = {tid} AND rid IN ({wanted})")
    put_counts(c, counts)
    ranges = [(rid << 10, rid << 10 | 1023) for (rid,) in c.all(wanted)]
    for table in ("cell", "cell_extra"):
        c.many(f"DELETE FROM {table} WHERE cell BETWEEN ? AND ?", ranges)


def _parts(rows: list[_T]) -> Iterator[list[_T]]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK]
