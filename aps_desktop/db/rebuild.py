"""The tables that can be worked out from the log, worked out anew: for checks and migrations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from typing import Any
from uuid import UUID

from aps_desktop.db import births, lives, log, namesakes, summaries, title_index, united
from aps_desktop.db.connection import Connection
from aps_desktop.db.counts import put_counts
from aps_desktop.db.layout import MEMBER, column_names, stored_values
from aps_desktop.db.titles import fold_title
from aps_desktop.domain.entities import BY_NUMBER, ENTITIES
from aps_desktop.domain.fields import BIRTH, LIFE, Entity, Kind

_BATCH = 2000
_NUMBER = f"(o.cell & {(1 << log.FIELD_BITS) - 1})"

Heads = list[tuple[int, int]]
"""(dot, hlc) of a cell's heads, the shown one first."""


def known_kinds() -> dict[int, Entity]:
    """Every entity with a table of its own, by number, set members included."""
    return {**BY_NUMBER, MEMBER.number: MEMBER}


def rebuild(c: Connection, kinds: Collection[Entity] | None = None) -> None:
    """Fills all derived tables from the log; with `kinds`, only the rows of those entities.

    Runs inside a write transaction. The log itself, files and settings are never touched.
    """
    forgotten: dict[int, int] = dict(c.all("SELECT rid, survivor FROM united"))
    c.run("DELETE FROM united")
    settle_log(c)
    rebuild_rows(c, (*ENTITIES, MEMBER) if kinds is None else kinds)
    c.run(f"UPDATE record SET office = {OFFICE_SQL} WHERE tid = {MEMBER.number}")
    counts: dict[int, int] = {}
    united.refresh(c, counts, {}, forgotten=forgotten)
    put_counts(c, counts)
    summaries.refill(c)
    if kinds is None:
        title_index.refill(c)


def settle_log(c: Connection) -> None:
    """History, births, lives and heads from the ops."""
    c.run("DELETE FROM history")
    c.run("INSERT INTO history(cell, dot) SELECT cell, dot FROM op ORDER BY cell, dot")
    namesakes.settle(c)
    for device, seq in c.all("SELECT ord, max_seq FROM device WHERE max_seq > 0"):
        c.run("UPDATE device SET max_seq = ? WHERE ord = ?", (reach(c, device, seq), device))
    c.run(f"UPDATE record SET birth = {lives.BIRTH_SQL}")
    c.run(f"UPDATE record SET office = {OFFICE_SQL} WHERE birth IS NOT NULL")
    c.many(
        "UPDATE record SET birth = ?, office = ? WHERE rid = ?",
        [(one.dot, one.office, rid) for rid, one in births.chosen(c).items()],
    )
    c.run(f"UPDATE record SET alive = {lives.ALIVE_SQL}")
    c.run("DELETE FROM cell")
    c.run("DELETE FROM cell_extra")
    cells: list[tuple[int, ...]] = []
    extra: list[tuple[int, ...]] = []
    for cell, heads in list(settled_cells(c)):
        cells.append((cell, *heads[0], len(heads) - 1))
        extra += [(cell, *head) for head in heads[1:]]
    c.many("INSERT INTO cell(cell, dot, hlc, extra) VALUES (?, ?, ?, ?)", cells)
    c.many("INSERT INTO cell_extra(cell, dot, hlc) VALUES (?, ?, ?)", extra)


OFFICE_SQL = (
    f"(CASE WHEN tid = {MEMBER.number} "
    "THEN (SELECT p.office FROM record p WHERE p.rid = record.parent) "
    "ELSE (SELECT t.office FROM op o JOIN txn t ON t.device = (o.dot >> 40) AND t.n = o.txn "
    "WHERE o.dot = record.birth) END)"
)
"""Whose a row of `record` with one birth is; a set's member is of the office that has the whole."""


def reach(c: Connection, device: int, upto: int) -> int:
    """Up to which of a device's first `upto` changes all are here."""
    low = log.dot_of(device, 0)
    here = c.value("SELECT count(*) FROM op WHERE dot > ? AND dot <= ?", (low, low + upto))
    if here == upto:
        return upto
    found = c.value(
        "SELECT coalesce(max(seq), 0) FROM (SELECT dot - ? AS seq, row_number() OVER "
        "(ORDER BY dot) AS place FROM op WHERE dot > ? AND dot <= ?) x WHERE seq = place",
        (low, low, low + upto),
    )
    return int(found)


def settled_cells(c: Connection) -> Iterator[tuple[int, Heads]]:
    """(cell, heads) of every cell that an op other than its record's birth was written for.

    The set-based twin of `log.heads`.
    """
    for cell, rows in groupby(c.each(_HEADS_SQL), key=lambda row: row[0]):
        candidates = list(rows)  # in a circle all are named: then all are heads
        heads = [row for row in candidates if not row[3]] or candidates
        yield cell, [(row[1], row[2]) for row in heads]


_CELL_OPS = (
    f"FROM op o WHERE {_NUMBER} NOT IN ({BIRTH}, {LIFE}) AND {lives.COUNTS} "
    f"AND (o.cell >> {log.FIELD_BITS}) NOT IN (SELECT rid FROM record WHERE birth IS NULL)"
)
_BIRTH_CELL = f"((e.cell >> {log.FIELD_BITS}) << {log.FIELD_BITS})"
_HEADS_SQL = (
    f"WITH written AS (SELECT o.cell, o.dot, o.prev, o.hlc {_CELL_OPS}), "
    "edge AS (SELECT cell, prev AS dot FROM written WHERE prev IS NOT NULL UNION "
    "SELECT w.cell, p.parent FROM op_parent p JOIN written w ON w.dot = p.dot), "
    # Whichever of a record's births was replaced, it is the one that counts which is.
    "named AS (SELECT e.cell, CASE WHEN h.dot IS NULL THEN e.dot ELSE r.birth END AS dot "
    f"FROM edge e LEFT JOIN history h ON h.cell = {_BIRTH_CELL} AND h.dot = e.dot "
    f"LEFT JOIN record r ON r.rid = (e.cell >> {log.FIELD_BITS})), "
    "candidate AS (SELECT cell, dot, hlc FROM written UNION "
    "SELECT w.cell, b.dot, b.hlc FROM written w "
    f"JOIN record r ON r.rid = (w.cell >> {log.FIELD_BITS}) JOIN op b ON b.dot = r.birth) "
    "SELECT o.cell, o.dot, o.hlc, EXISTS "
    "(SELECT 1 FROM named n WHERE n.cell = o.cell AND n.dot = o.dot) "
    f"FROM candidate o JOIN device d ON {lives.DEVICE_OF} "
    "ORDER BY o.cell, o.hlc DESC, d.uuid DESC, o.dot DESC"
)


def rebuild_rows(c: Connection, kinds: Iterable[Entity]) -> None:
    """The entities' own tables, their titles, owners and counters from the settled log."""
    wanted = {kind.number: kind for kind in kinds}
    for kind in wanted.values():
        c.run(f"DELETE FROM {kind.name}")
        c.run("DELETE FROM search_title WHERE tid = ?", (kind.number,))
        c.run("DELETE FROM entity_count WHERE tid = ?", (kind.number,))
    writer = _RowWriter(c)
    dead = {row[0] for row in c.each("SELECT rid FROM record WHERE alive = 0")}
    for rid, uuid, tid, image in log.all_images(c, alive_only=False):
        if tid in wanted:
            writer.add(wanted[tid], rid, uuid, image, alive=rid not in dead)
    writer.flush()
    c.many("INSERT INTO entity_count(tid, n) VALUES (?, ?)", list(writer.counts.items()))


class _RowWriter:
    """Buffers rows and writes them in batches; the database finds the references' row numbers."""

    def __init__(self, c: Connection) -> None:
        self._c = c
        self._rows: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self._size = 0
        self.counts: dict[int, int] = defaultdict(int)

    def add(self, kind: Entity, rid: int, uuid: bytes, image: log.Image, *, alive: bool) -> None:
        owner = kind.owner
        if owner:
            parent = image.get(owner.number)
            self._rows[_PARENT].append((_raw(parent), rid))
        if not alive:
            return
        values: list[Any] = [rid, uuid]
        for field in kind.columns:
            wire = image.get(field.number)
            if field.kind is Kind.REFERENCE:
                values.append(_raw(wire))
            else:
                values += stored_values(field, wire, _no_reference)
        self._rows[insert_by_id_sql(kind)].append(tuple(values))
        title = fold_title(kind, image)
        if title:
            self._rows[_TITLE].append((kind.number, rid, title))
        self.counts[kind.number] += 1
        self._size += 1
        if self._size >= _BATCH:
            self.flush()

    def flush(self) -> None:
        for sql, rows in self._rows.items():
            self._c.many(sql, rows)
        self._rows.clear()
        self._size = 0


_PARENT = "UPDATE record SET parent = (SELECT p.rid FROM record p WHERE p.uuid = ?) WHERE rid = ?"
_TITLE = "INSERT INTO search_title(tid, rid, folded) VALUES (?, ?, ?)"


def insert_by_id_sql(kind: Entity) -> str:
    """The INSERT of a row whose references are given as record ids."""
    marks = ["?", "?"]
    for field in kind.columns:
        if field.kind is Kind.REFERENCE:
            marks.append("(SELECT rid FROM record WHERE uuid = ?)")
        else:
            marks += ["?"] * len(stored_values(field, None, _no_reference))
    names = ", ".join(("rid", "id", *column_names(kind)))
    return f"INSERT INTO {kind.name} ({names}) VALUES ({', '.join(marks)})"


def _raw(wire: str | None) -> bytes | None:
    return UUID(wire).bytes if wire else None


def _no_reference(_: str) -> None:
    return None
