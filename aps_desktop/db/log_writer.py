"""Appends to the change log inside the write transaction: ops, their index, the step's own row."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from aps_desktop import __version__
from aps_desktop.db import log, steps
from aps_desktop.db.chain import StepHash, derived_seed
from aps_desktop.db.connection import Connection
from aps_desktop.db.counts import put_counts
from aps_desktop.db.engine import Database, crash_point
from aps_desktop.db.layout import MEMBER
from aps_desktop.db.store import SCHEMA_VERSION, setting
from aps_desktop.domain.changes import NAME_LIMIT, SECRETARIAT, Applied, Why
from aps_desktop.domain.clock import next_stamp, stamp_millis
from aps_desktop.domain.entities import BY_NUMBER, entity
from aps_desktop.domain.errors import NotFound, UserError
from aps_desktop.domain.fields import LIFE, Entity
from aps_desktop.domain.hash_tree import SALT


@dataclass(frozen=True, slots=True)
class Author:
    """Who a step is by. `stamp` 0 means: now, by this computer's clock. `id` is the device's."""

    device: int
    officer: str
    office: str
    stamp: int = 0
    id: bytes = b""


class LogWriter:
    """The log's side of one write transaction; `Work` adds the rows."""

    def __init__(
        self,
        db: Database,
        connection: Connection,
        label: str,
        why: Why,
        author: Author | None = None,
    ) -> None:
        self.c = connection
        self.label = label
        self.why = why
        self.author = author or this_author(connection)
        self._own = author is None
        if self._own:
            db.ids.made_on(self.author.id)  # it may have got a new one since
        state = connection.one("SELECT seq, hlc, seen_hlc, txn, rid FROM local_state")
        if state is None:
            raise UserError("The database has no device of its own.", "Restore a backup.")
        self._seq, last, seen, txn, self._rid = state
        if not self._own:
            self._seq, last, seen, txn = 0, 0, 0, 0
        self._wall = stamp_millis(self.author.stamp) or db.clock.millis()
        self.hlc = self.author.stamp or next_stamp(self._wall, last, seen)
        self.txn = txn + 1
        self._first = self._seq + 1
        self._seed = os.urandom(SALT) if self._own else self._derived_seed()
        self._hash = StepHash(connection, self._seed)
        self._buffers: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self._counts: dict[int, int] = defaultdict(int)
        self._touched: dict[str, set[int]] = defaultdict(set)
        self.skipped: list[str] = []
        self._proposed = 0

    def append(
        self, rid: int, id: UUID, tid: int, number: int, prev: int | None, val: str | None
    ) -> int:
        """One op; its dot."""
        self._seq += 1
        dot = log.dot_of(self.author.device, self._seq)
        cell = log.cell_of(rid, number)
        self._buffers["op"].append((dot, prev, cell, self.hlc, self.txn, val))
        self._buffers["history"].append((cell, dot))
        self._hash.change(id.hex, tid, number, prev, val)
        return dot

    def append_life(self, rid: int, id: UUID, tid: int, val: str, seen: dict[int, int]) -> int:
        """A deletion ("0", with what it had seen of the record) or a restoration ("1")."""
        dot = self.append(rid, id, tid, LIFE, None, val)
        self.append_seen(dot, seen)
        return dot

    def append_seen(self, dot: int, seen: dict[int, int]) -> None:
        """What an op had seen of its record: by device, up to which change."""
        rows = [(dot, *item) for item in sorted(seen.items())]
        self._buffers["op_seen"] += rows
        self._hash.seen(rows)

    def append_parents(self, dot: int, parents: list[int]) -> None:
        """Further ops that an op replaces, beside its `prev`: it settles them."""
        rows = [(dot, parent) for parent in parents]
        self._buffers["op_parent"] += rows
        self._hash.parents(rows)

    def append_proposal(self, dot: int) -> None:
        """Marks an op as a proposal to the office that owns the record."""
        self._buffers["op_proposal"].append((dot,))
        self._proposed += 1

    def allowed(self, office: str | None) -> bool:
        """True if this author's changes of a record of that office stand by themselves."""
        return not office or self.author.office in (office, SECRETARIAT)

    def flush(self) -> None:
        """Writes the buffered rows: records first, so that references find them."""
        if not self._buffers:
            return
        buffers, self._buffers = self._buffers, defaultdict(list)
        for table, marks in _SYSTEM_ROWS.items():
            rows = buffers.pop(table, None)
            if rows:
                self.c.many(f"INSERT INTO {table} VALUES ({marks}){_OR_ELSE.get(table, '')}", rows)
        for name, rows in buffers.items():
            self.c.many(log.insert_sql(kind_named(name)), rows)

    def finish(self) -> Applied:
        """Writes what is buffered and the step's row; the last thing before the commit."""
        self.flush()
        if self._seq < self._first:
            return Applied(0, self.label, {}, tuple(self.skipped))
        crash_point("log-written")
        author = self.author
        numbers = (self.txn, self._first, self._seq, self._wall, self.hlc)
        chain = self._hash.digest(numbers, author.officer, author.office, str(self.why))
        self.c.run(
            "INSERT INTO txn VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(author.device, self.txn, self._first, self._seq, self._wall, self.hlc),
                *(author.officer, author.office, str(self.why), self.label),
                *(__version__, SCHEMA_VERSION, chain),
            ),
        )
        self.c.run("INSERT INTO step_seed VALUES (?, ?, ?)", (author.device, self.txn, self._seed))
        if self._own:
            self.c.run(
                "UPDATE local_state SET seq = ?, hlc = ?, txn = ?, rid = ?",
                (self._seq, self.hlc, self.txn, self._rid),
            )
            steps.remember(self.c, self.txn, self.label, self.why)
        else:
            self.c.run("UPDATE local_state SET rid = ?", (self._rid,))
        self.c.run("UPDATE device SET max_seq = ? WHERE ord = ?", (self._seq, author.device))
        put_counts(self.c, self._counts)
        touched = {name: frozenset(rids) for name, rids in self._touched.items()}
        return Applied(self.txn, self.label, touched, tuple(self.skipped), self._proposed)

    def _derived_seed(self) -> bytes:
        """Of a step that every office makes alike."""
        uuid = self.c.value("SELECT uuid FROM device WHERE ord = ?", (self.author.device,))
        return derived_seed(bytes(uuid), self.txn)


_SYSTEM_ROWS = {
    "record": "?, ?, ?, ?, ?, ?, ?",
    "op": "?, ?, ?, ?, ?, ?, 0",
    "history": "?, ?",
    "op_seen": "?, ?, ?",
    "op_parent": "?, ?",
    "op_proposal": "?",
    "search_title": "?, ?, ?",
}


_OR_ELSE = {
    "record": " ON CONFLICT(rid) DO UPDATE SET tid = excluded.tid, birth = excluded.birth, "
    "alive = excluded.alive, parent = excluded.parent, office = excluded.office"
}
"""A record that was known by reference only is born."""


def this_author(c: Connection) -> Author:
    """This device, its office, and who is working on it."""
    row = c.one(
        "SELECT l.device, d.office, d.uuid FROM local_state l JOIN device d ON d.ord = l.device"
    )
    if row is None:
        raise UserError("The database has no device of its own.", "Restore a backup.")
    officer = setting(c, "officer")[:NAME_LIMIT]
    return Author(row[0], officer, str(row[1] or ""), id=bytes(row[2]))


def kind_of(tid: int) -> Entity:
    """The entity of a table number, set members included. NotFound for one of a newer version."""
    if tid == MEMBER.number:
        return MEMBER
    if tid not in BY_NUMBER:
        raise NotFound("This record is of a kind that only a newer version knows.", "Update.")
    return BY_NUMBER[tid]


def kind_named(name: str) -> Entity:
    """The entity of a table name, set members included."""
    return MEMBER if name == MEMBER.name else entity(name)
