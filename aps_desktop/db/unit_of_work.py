"""The one write path: rows and change log in one transaction, or nothing."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from typing import Any
from uuid import UUID

from aps_desktop import __version__
from aps_desktop.db import log, steps
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database, crash_point
from aps_desktop.db.layout import MEMBER, field_columns, stored_values
from aps_desktop.db.store import SCHEMA_VERSION, setting
from aps_desktop.db.titles import fold_title, title_numbers
from aps_desktop.domain.changes import Applied, Change, ChangeSet, Create, Delete, Update, Why
from aps_desktop.domain.clock import next_stamp
from aps_desktop.domain.entities import BY_NUMBER, entity
from aps_desktop.domain.errors import NotFound, UserError
from aps_desktop.domain.fields import BIRTH, LIFE, Entity, Field, Kind
from aps_desktop.domain.ids import member_id
from aps_desktop.domain.values import members, to_wire

_FLUSH_AT = 5000


def apply(db: Database, change_set: ChangeSet) -> Applied:
    """Applies a change set: all of it in one transaction, with its log. Nothing on any error."""
    with db.writing() as connection:
        work = Work(db, connection, change_set.label, change_set.why)
        for change in _coalesced(change_set.changes):
            work.do(change)
        return work.finish()


def _coalesced(changes: tuple[Change, ...]) -> list[Change]:
    """Several updates of one field become the last one: one transaction, one op a cell."""
    last: dict[tuple[UUID, str], int] = {}
    for index, change in enumerate(changes):
        if isinstance(change, Update):
            last[change.id, change.field] = index
    return [
        change
        for index, change in enumerate(changes)
        if not isinstance(change, Update) or last[change.id, change.field] == index
    ]


class Work:
    """What one write transaction has done so far: buffered rows, ops and what they touched."""

    def __init__(self, db: Database, connection: Connection, label: str, why: Why) -> None:
        self.c = connection
        self.label = label
        self.why = why
        state = connection.one("SELECT device, seq, hlc, seen_hlc, txn, rid FROM local_state")
        if state is None:
            raise UserError("The database has no device of its own.", "Restore a backup.")
        self._device, self._seq, last, seen, txn, self._rid = state
        self._wall = db.clock.millis()
        self.hlc = next_stamp(self._wall, last, seen)
        self.txn = txn + 1
        self._first = self._seq + 1
        self._chain = hashlib.blake2b(self._previous_chain(txn), digest_size=32)
        self._rids: dict[str, int] = {}
        self._born: dict[int, int] = {}
        self._buffers: dict[str, list[tuple[Any, ...]]] = defaultdict(list)
        self._counts: dict[int, int] = defaultdict(int)
        self._touched: dict[str, set[int]] = defaultdict(set)
        self.skipped: list[str] = []

    # What a change set says ---------------------------------------------------------------------

    def do(self, change: Change) -> None:
        """One change of a change set."""
        kind = entity(change.entity)
        if isinstance(change, Create):
            self.create(kind, change.id, change.values)
        elif isinstance(change, Update):
            self._update(kind, change.id, kind.field(change.field), change.value)
        elif isinstance(change, Delete):
            self.delete(self._found(kind, change.id))
        else:
            self.restore(self._found(kind, change.id))

    def create(self, kind: Entity, id: UUID, values: Any) -> int:
        """A new record; its local row number."""
        unknown = set(values) - set(kind.by_name)
        if unknown:
            raise NotFound(f"{kind.label} has no field {', '.join(sorted(unknown))}.")
        image = {}
        for field in kind.columns:
            wire = to_wire(field, values.get(field.name))
            if wire is not None:
                image[field.number] = wire
        rid = self.birth(kind, id, image)
        for field in kind.sets:
            for member in sorted(members(field, values.get(field.name))):
                self._add_member(rid, id, field, member)
        return rid

    def birth(self, kind: Entity, id: UUID, image: log.Image) -> int:
        """A new record from its canonical texts."""
        rid = self._new_rid(id)
        columns: list[Any] = []
        for field in kind.columns:
            columns += stored_values(field, image.get(field.number), self.rid_of)
        owner = kind.owner
        parent = self.rid_of(image[owner.number]) if owner and owner.number in image else None
        dot = self._append(rid, id, kind.number, BIRTH, None, log.write_image(image))
        self._buffers["record"].append((rid, id.bytes, kind.number, dot, 1, parent))
        self._buffers[kind.name].append((rid, id.bytes, *columns))
        self._retitle(kind, rid, image)
        self._born[rid] = kind.number
        self._touch(kind, rid, 1, parent)
        if len(self._buffers["op"]) >= _FLUSH_AT:
            self.flush()
        return rid

    def _update(self, kind: Entity, id: UUID, field: Field, value: Any) -> None:
        rid = self._found(kind, id)
        if not self.c.value("SELECT alive FROM record WHERE rid = ?", (rid,)):
            raise NotFound(f"This {kind.label.lower()} was deleted.", "Undo the deletion first.")
        if field.is_set:
            self._set_members(rid, id, field, members(field, value))
        else:
            self.write(kind, rid, field, to_wire(field, value))

    def write(self, kind: Entity, rid: int, field: Field, wire: str | None) -> None:
        """A field gets a canonical text; nothing happens when it shows that already."""
        self.flush()
        shown, head = log.shown_wire(self.c, rid, field.number)
        if shown == wire:
            return
        columns = stored_values(field, wire, self.rid_of)
        cell = log.cell_of(rid, field.number)
        dot = self._append(rid, self._uuid(rid), kind.number, field.number, head, wire)
        self.flush()
        extra = self.c.value("SELECT extra FROM cell WHERE cell = ?", (cell,))
        if extra:
            self.resettle(kind, rid, field)
            return
        self.c.run(
            "INSERT INTO cell(cell, dot, hlc, extra) VALUES (?, ?, ?, 0) "
            "ON CONFLICT(cell) DO UPDATE SET dot = excluded.dot, hlc = excluded.hlc",
            (cell, dot, self.hlc),
        )
        self._put_columns(kind, rid, field, columns)

    def resettle(self, kind: Entity, rid: int, field: Field) -> None:
        """Works out a cell's heads anew from all its ops (a cell that is or was in conflict)."""
        cell = log.cell_of(rid, field.number)
        found = log.heads(self.c, rid, field.number)
        self.c.run("DELETE FROM cell_extra WHERE cell = ?", (cell,))
        self.c.many("INSERT INTO cell_extra VALUES (?, ?, ?)", [(cell, *h) for h in found[1:]])
        self.c.run(
            "INSERT INTO cell(cell, dot, hlc, extra) VALUES (?, ?, ?, ?) ON CONFLICT(cell) "
            "DO UPDATE SET dot = excluded.dot, hlc = excluded.hlc, extra = excluded.extra",
            (cell, *found[0], len(found) - 1),
        )
        wire, _ = log.shown_wire(self.c, rid, field.number)
        self._put_columns(kind, rid, field, stored_values(field, wire, self.rid_of))

    def delete(self, rid: int) -> None:
        """A record goes; what the deletion had seen of it goes into the log with it."""
        self.flush()
        tid, alive, parent = self._record(rid)
        if not alive:
            return
        seen: dict[int, int] = {}
        for (dot,) in self.c.all(
            "SELECT dot FROM history WHERE cell BETWEEN ? AND ?", log.cells_of(rid)
        ):
            device, sequence = log.device_of(dot), log.sequence_of(dot)
            seen[device] = max(seen.get(device, 0), sequence)
        self._life(rid, tid, "0", seen)
        self.c.run("UPDATE record SET alive = 0 WHERE rid = ?", (rid,))
        kind = kind_of(tid)
        self.c.run(f"DELETE FROM {kind.name} WHERE rid = ?", (rid,))
        self.c.run("DELETE FROM search_title WHERE tid = ? AND rid = ?", (kind.number, rid))
        self._touch(kind, rid, -1, parent)

    def restore(self, rid: int) -> None:
        """A deleted record comes back as the log knows it."""
        self.flush()
        tid, alive, parent = self._record(rid)
        if alive:
            return
        self._life(rid, tid, "1", {})
        self.c.run("UPDATE record SET alive = 1 WHERE rid = ?", (rid,))
        kind = kind_of(tid)
        image = log.images(self.c, [rid])[rid]
        values = log.row_values(self.c, kind, image)
        self.c.run(log.insert_sql(kind), (rid, self._uuid(rid).bytes, *values))
        self._retitle(kind, rid, image)
        self._touch(kind, rid, 1, parent)

    def finish(self) -> Applied:
        """Writes what is buffered and the transaction's row; the last step before the commit."""
        self.flush()
        if self._seq < self._first:
            return Applied(0, self.label, {}, tuple(self.skipped))
        crash_point("log-written")
        self.c.run(
            "INSERT INTO txn VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                *(self._device, self.txn, self._first, self._seq, self._wall, self.hlc),
                setting(self.c, "officer"),
                self.c.value("SELECT office FROM device WHERE ord = ?", (self._device,)),
                *(str(self.why), self.label, __version__, SCHEMA_VERSION),
                self._chain.digest(),
            ),
        )
        self.c.run(
            "UPDATE local_state SET seq = ?, hlc = ?, txn = ?, rid = ?",
            (self._seq, self.hlc, self.txn, self._rid),
        )
        self.c.run("UPDATE device SET max_seq = ? WHERE ord = ?", (self._seq, self._device))
        self.c.many(
            "INSERT INTO entity_count(tid, n) VALUES (?, ?) "
            "ON CONFLICT(tid) DO UPDATE SET n = entity_count.n + excluded.n",
            [(tid, n) for tid, n in self._counts.items() if n],
        )
        steps.remember(self.c, self.txn, self.label, self.why)
        touched = {name: frozenset(rids) for name, rids in self._touched.items()}
        return Applied(self.txn, self.label, touched, tuple(self.skipped))

    # Sets ---------------------------------------------------------------------------------------

    def _set_members(self, rid: int, id: UUID, field: Field, wanted: frozenset[str]) -> None:
        self.flush()
        present = dict(set_members(self.c, rid, field))
        for wire in sorted(wanted - present.keys()):
            self._add_member(rid, id, field, wire)
        for wire in sorted(present.keys() - wanted):
            self.delete(present[wire])

    def _add_member(self, rid: int, owner: UUID, field: Field, wire: str) -> None:
        id = member_id(owner, field.number, wire)
        if rid not in self._born:  # a new record's members are new
            known = self.c.value("SELECT rid FROM record WHERE uuid = ?", (id.bytes,))
            if known is not None:
                self.restore(int(known))
                return
        image = {1: owner.hex, 2: str(field.number)}
        image[4 if field.kind is Kind.TAGS else 3] = wire
        self.birth(MEMBER, id, image)

    # The log ------------------------------------------------------------------------------------

    def _append(
        self, rid: int, id: UUID, tid: int, number: int, prev: int | None, val: str | None
    ) -> int:
        self._seq += 1
        dot = log.dot_of(self._device, self._seq)
        cell = log.cell_of(rid, number)
        self._buffers["op"].append((dot, prev, cell, self.hlc, self.txn, val))
        self._buffers["history"].append((cell, dot))
        self._chain.update(f"{id.hex}\x1f{tid}\x1f{number}\x1f{val or ''}\n".encode())
        return dot

    def _life(self, rid: int, tid: int, val: str, seen: dict[int, int]) -> None:
        dot = self._append(rid, self._uuid(rid), tid, LIFE, None, val)
        self.flush()
        self.c.many(
            "INSERT INTO op_seen VALUES (?, ?, ?)", [(dot, *item) for item in sorted(seen.items())]
        )

    def _previous_chain(self, txn: int) -> bytes:
        chain = self.c.value(
            "SELECT chain FROM txn WHERE device = ? AND n = ?", (self._device, txn)
        )
        return bytes(chain) if chain is not None else b""

    def flush(self) -> None:
        """Writes the buffered rows: records first, so that references find them."""
        if not self._buffers:
            return
        buffers, self._buffers = self._buffers, defaultdict(list)
        c = self.c
        c.many("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?)", buffers.pop("record", []))
        c.many("INSERT INTO op VALUES (?, ?, ?, ?, ?, ?)", buffers.pop("op", []))
        c.many("INSERT INTO history VALUES (?, ?)", buffers.pop("history", []))
        c.many("INSERT INTO search_title VALUES (?, ?, ?)", buffers.pop("search_title", []))
        for name, rows in buffers.items():
            c.many(log.insert_sql(MEMBER if name == MEMBER.name else entity(name)), rows)

    # Looking things up --------------------------------------------------------------------------

    def rid_of(self, wire: str) -> int:
        """The local row number of a referred record. NotFound when it is not here."""
        rid = self._rids.get(wire)
        if rid is None:
            rid = self.c.value("SELECT rid FROM record WHERE uuid = ?", (UUID(wire).bytes,))
            if rid is None:
                raise NotFound("A record is referred to that is not here.", "Choose another one.")
            self._rids[wire] = rid
        return int(rid)

    def _found(self, kind: Entity, id: UUID) -> int:
        self.flush()
        row = self.c.one("SELECT rid, tid FROM record WHERE uuid = ?", (id.bytes,))
        if row is None or row[1] != kind.number:
            raise NotFound(f"There is no {kind.label.lower()} with the id {id}.")
        return int(row[0])

    def _record(self, rid: int) -> tuple[int, int, int | None]:
        row = self.c.one("SELECT tid, alive, parent FROM record WHERE rid = ?", (rid,))
        if row is None:
            raise NotFound("This record is not in the log.")
        return row[0], row[1], row[2]

    def _uuid(self, rid: int) -> UUID:
        return UUID(bytes=bytes(self.c.value("SELECT uuid FROM record WHERE rid = ?", (rid,))))

    def _new_rid(self, id: UUID) -> int:
        if id.version != 7 and self.c.value("SELECT 1 FROM record WHERE uuid = ?", (id.bytes,)):
            raise NotFound(f"A record with the id {id} is there already.")
        self._rid += 1
        self._rids[id.hex] = self._rid
        return int(self._rid)

    # Rows ---------------------------------------------------------------------------------------

    def _put_columns(self, kind: Entity, rid: int, field: Field, columns: tuple[Any, ...]) -> None:
        names = ", ".join(f"{name} = ?" for name in field_columns(field))
        self.c.run(f"UPDATE {kind.name} SET {names} WHERE rid = ?", (*columns, rid))
        if kind.owner is field:
            self.c.run("UPDATE record SET parent = ? WHERE rid = ?", (columns[0], rid))
        if field.number in title_numbers(kind):
            self.c.run("DELETE FROM search_title WHERE tid = ? AND rid = ?", (kind.number, rid))
            self._retitle(kind, rid, log.images(self.c, [rid])[rid])
        self._touched[kind.name].add(rid)

    def _retitle(self, kind: Entity, rid: int, image: log.Image) -> None:
        folded = fold_title(kind, image)
        if folded:
            self._buffers["search_title"].append((kind.number, rid, folded))

    def _touch(self, kind: Entity, rid: int, count: int, parent: int | None) -> None:
        self._counts[kind.number] += count
        self._touched[kind.name].add(rid)
        if kind is MEMBER and parent is not None:
            self._touch_owner(parent)

    def _touch_owner(self, parent: int) -> None:
        tid = self._born.get(parent)
        if tid is None:
            tid = self.c.value("SELECT tid FROM record WHERE rid = ?", (parent,))
        if tid in BY_NUMBER:
            self._touched[BY_NUMBER[tid].name].add(parent)


def kind_of(tid: int) -> Entity:
    """The entity of a table number, set members included."""
    return MEMBER if tid == MEMBER.number else BY_NUMBER[tid]


def set_members(c: Connection, rid: int, field: Field) -> list[tuple[str, int]]:
    """(canonical text, rid of the member row) of a record's set."""
    if field.kind is Kind.TAGS:
        return [
            (word, member)
            for word, member in c.all(
                "SELECT word, rid FROM set_member WHERE owner = ? AND field_number = ?",
                (rid, field.number),
            )
        ]
    return [
        (bytes(uuid).hex(), member)
        for uuid, member in c.all(
            "SELECT r.uuid, m.rid FROM set_member m JOIN record r ON r.rid = m.member "
            "WHERE m.owner = ? AND m.field_number = ?",
            (rid, field.number),
        )
    ]
