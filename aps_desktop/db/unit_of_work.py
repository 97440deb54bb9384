"""The one write path: rows and change log in one transaction, or nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from aps_desktop.db import log, united
from aps_desktop.db.engine import Database
from aps_desktop.db.layout import MEMBER, column_places, field_columns, follows, stored_values
from aps_desktop.db.log_writer import Author, kind_of
from aps_desktop.db.standing import standing
from aps_desktop.db.titles import fold_title, title_numbers
from aps_desktop.db.work_lookups import WorkLookups, set_members
from aps_desktop.domain.changes import (
    Applied,
    Change,
    ChangeSet,
    Create,
    Delete,
    Restore,
    Unite,
    Update,
    Why,
)
from aps_desktop.domain.entities import BY_NUMBER, entity
from aps_desktop.domain.errors import NotFound
from aps_desktop.domain.fields import BIRTH, SAME_AS, Entity, Field, Kind
from aps_desktop.domain.ids import member_id, shipped_id
from aps_desktop.domain.values import members, to_wire

_FLUSH_AT = 5000
_SHIPPED_STAMP = 1_735_689_600_000 << 16
"""1 January 2025: older than any office's own edit, so an edit always shows over shipped data."""


def apply(db: Database, change_set: ChangeSet) -> Applied:
    """Applies a change set: all of it in one transaction, with its log. Nothing on any error."""
    with db.writing() as connection:
        work = Work(db, connection, change_set.label, change_set.why)
        for change in _coalesced(change_set.changes):
            work.do(change)
        return work.finish()


def apply_shipped(db: Database, version: int, changes: Iterable[Create]) -> Applied:
    """Loads the lists that the program ships, as ops of a device that is the same everywhere.

    So all offices hold the very same ops, and merging their databases finds nothing new in them.
    They belong to no office: every office may correct them. A list that is loaded already stays.
    """
    id = shipped_id(version)
    label = f"lists shipped with the program, issue {version}"
    with db.writing() as c:
        number = c.value("SELECT ord FROM device WHERE uuid = ?", (id.bytes,))
        if number and c.value("SELECT 1 FROM txn WHERE device = ?", (number,)):
            return Applied(0, label)
        if number is None:  # else a bundle of a newer program named it
            number = c.value("SELECT max(ord) FROM device") + 1
            c.run(
                "INSERT INTO device(ord, uuid, office, name, status) "
                "VALUES (?, ?, '', ?, 'shipped')",
                (number, id.bytes, label),
            )
        author = Author(number, "", "", _SHIPPED_STAMP + version)
        work = Work(db, c, label, Why.SETUP, author)
        for change in changes:
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


class Work(WorkLookups):
    """What one write transaction does to the rows, with its log."""

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
        elif isinstance(change, Restore):
            self.restore(self._found(kind, change.id))
        elif isinstance(change, Unite):
            self._unite(kind, change.id, change.into)
        else:
            self._separate(self._found(kind, change.id))

    def create(self, kind: Entity, id: UUID, values: Any) -> int:
        """A new record; its local row number."""
        unknown = set(values) - set(kind.by_name)
        if unknown:
            raise NotFound(f"{kind.label} has no field {', '.join(sorted(unknown))}.")
        image = {}
        for name, value in values.items():
            field = kind.by_name[name]
            wire = to_wire(field, value) if value is not None and not field.is_set else None
            if wire is not None:
                image[field.number] = wire
        rid = self.birth(kind, id, image)
        for field in kind.sets:
            for member in sorted(members(field, values.get(field.name))):
                self._add_member(rid, id, field, member)
        return rid

    def birth(self, kind: Entity, id: UUID, image: log.Image) -> int:
        """A new record from its canonical texts."""
        rid = self._new_rid(kind, id)
        width, places = column_places(kind)
        columns: list[Any] = [None] * width
        for number, wire in image.items():
            if number in places:
                field, first, end = places[number]
                find = self.rid_of if follows(kind, field, image) else self.raw_rid_of
                columns[first:end] = stored_values(field, wire, find)
        owner = kind.owner
        parent = columns[places[owner.number][1]] if owner else None
        dot = self.append(rid, id, kind.number, BIRTH, None, log.write_image(image))
        office = self.author.office if kind is not MEMBER else self._office(parent)
        stands = self.allowed(office)
        self._buffers["record"].append(
            (rid, id.bytes, kind.number, dot, int(stands), parent, office)
        )
        self._born[rid] = kind.number
        if stands:
            self._buffers[kind.name].append((rid, id.bytes, *columns))
            self._retitle(kind, rid, image)
            self._touch(kind, rid, 1, parent)
        else:
            self._propose(dot, kind, rid, parent)
        if len(self._buffers["op"]) >= _FLUSH_AT:
            self.flush()
        return rid

    def _update(self, kind: Entity, id: UUID, field: Field, value: Any) -> None:
        rid = standing(self.c, self._found(kind, id))
        if not self._record(rid)[1]:
            raise NotFound(f"This {kind.label.lower()} was deleted.", "Undo the deletion first.")
        if field.is_set:
            self._set_members(rid, self._uuid(rid), field, members(field, value))
        else:
            self.write(kind, rid, field, to_wire(field, value))

    def write(
        self,
        kind: Entity,
        rid: int,
        field: Field,
        wire: str | None,
        *,
        settles: bool = False,
        asks: Sequence[int] = (),
    ) -> None:
        """A field gets a canonical text; nothing happens when it shows or is proposed that already.

        `settles` makes it the answer to a conflict or a proposal: it replaces every head and every
        waiting proposal, also when it keeps the value that is shown. `asks` are proposals whose
        answer it takes back, so that they wait again.
        """
        self.flush()
        shown, head = log.shown_wire(self.c, rid, field.number)
        if shown == wire and not settles and not asks:
            return
        stands = self.allowed(self._office(rid))
        waiting = [] if stands else log.proposals(self.c, rid, field.number, self.author.office)
        if {log.wire_of(self.c, each, field.number) for each in waiting} == {wire} and not settles:
            return
        columns = stored_values(field, wire, self.rid_of)
        dot = self.append(rid, self._uuid(rid), kind.number, field.number, head, wire)
        if not stands:
            self._propose(dot, kind, rid, None)
            self.append_parents(dot, waiting)
            return
        self.append_parents(dot, [*asks])
        cell = log.cell_of(rid, field.number)
        if settles or self.c.value("SELECT extra FROM cell WHERE cell = ?", (cell,)):
            self.append_parents(dot, self._replaced(rid, field, shown, settles=settles))
            self.flush()
            self.resettle(kind, rid, field)
            return
        self._put_head(cell, dot, self.hlc, 0)
        self._put_columns(kind, rid, field, columns)

    def spread(
        self,
        kind: Entity,
        rid: int,
        field: Field,
        head: int | None,
        wires: list[str | None],
        asks: Sequence[int] = (),
    ) -> None:
        """Several values at once, each in the place of one head: a conflict, the last is shown.

        `asks` as in `write`.
        """
        stands = self.allowed(self._office(rid))
        for wire in wires if stands else wires[-1:]:
            dot = self.append(rid, self._uuid(rid), kind.number, field.number, head, wire)
            self.append_parents(dot, [*asks])
            if not stands:
                self.append_proposal(dot)
        self.flush()
        if stands:
            self.resettle(kind, rid, field)

    def _replaced(self, rid: int, field: Field, shown: str | None, *, settles: bool) -> list[int]:
        """Which other heads a new op replaces: those that say what was shown, or all of them."""
        others = [dot for dot, _ in log.heads(self.c, rid, field.number)[1:]]
        if not settles:
            return [dot for dot in others if log.wire_of(self.c, dot, field.number) == shown]
        return others + log.proposals(self.c, rid, field.number)

    def resettle(self, kind: Entity, rid: int, field: Field) -> None:
        """Works out a cell's heads anew from all its ops (a cell that is or was in conflict)."""
        cell = log.cell_of(rid, field.number)
        found = log.heads(self.c, rid, field.number)
        self.c.run("DELETE FROM cell_extra WHERE cell = ?", (cell,))
        if not found:
            return
        self.c.many("INSERT INTO cell_extra VALUES (?, ?, ?)", [(cell, *h) for h in found[1:]])
        self._put_head(cell, *found[0], len(found) - 1)
        wire, _ = log.shown_wire(self.c, rid, field.number)
        self._put_columns(kind, rid, field, stored_values(field, wire, self.rid_of))

    def _put_head(self, cell: int, dot: int, hlc: int, extra: int) -> None:
        self.c.run(
            "INSERT INTO cell(cell, dot, hlc, extra) VALUES (?, ?, ?, ?) ON CONFLICT(cell) "
            "DO UPDATE SET dot = excluded.dot, hlc = excluded.hlc, extra = excluded.extra",
            (cell, dot, hlc, extra),
        )

    def delete(self, rid: int) -> None:
        """A record goes; what the deletion had seen of it goes into the log with it."""
        self.flush()
        tid, alive, parent = self._record(rid)
        if not alive:
            return
        kind = kind_of(tid)
        dot = self.append_life(rid, self._uuid(rid), tid, "0", log.seen_of(self.c, rid))
        if not self.allowed(self._office(rid)):
            self._propose(dot, kind, rid, parent)
            return
        self.flush()
        self.c.run("UPDATE record SET alive = 0 WHERE rid = ?", (rid,))
        self.c.run(f"DELETE FROM {kind.name} WHERE rid = ?", (rid,))
        self.c.run("DELETE FROM search_title WHERE tid = ? AND rid = ?", (tid, rid))
        self._touch(kind, rid, -1, parent)

    def restore(self, rid: int) -> None:
        """A deleted record comes back as the log knows it."""
        self.flush()
        tid, alive, whole = self._record(rid)
        if alive or standing(self.c, rid) != rid:
            return
        if self.c.value("SELECT birth FROM record WHERE rid = ?", (rid,)) is None:
            raise NotFound("This record has not arrived yet.", "Merge the bundle that brings it.")
        kind = kind_of(tid)
        dot = self.append_life(rid, self._uuid(rid), tid, "1", {})
        if not self.allowed(self._office(rid)):
            self._propose(dot, kind, rid, whole)
            return
        self.flush()
        image = log.images(self.c, [rid])[rid]
        values = log.row_values(self.c, kind, image)
        parent = log.parent_in(kind, values)  # it may have moved while it was deleted
        self.c.run("UPDATE record SET alive = 1, parent = ? WHERE rid = ?", (parent, rid))
        self.c.run(log.insert_sql(kind), (rid, self._uuid(rid).bytes, *values))
        self._retitle(kind, rid, image)
        self._touch(kind, rid, 1, parent)

    def keep(self, rid: int, names: Sequence[int]) -> None:
        """States that a record stays as it is, living or not: it answers the proposals it names."""
        self.flush()
        tid, alive, parent = self._record(rid)
        seen = {} if alive else log.seen_of(self.c, rid)
        dot = self.append_life(rid, self._uuid(rid), tid, str(int(alive)), seen)
        self.append_parents(dot, [*names])
        if not self.allowed(self._office(rid)):
            self._propose(dot, kind_of(tid), rid, parent)

    def _propose(self, dot: int, kind: Entity, rid: int, parent: int | None) -> None:
        """Marks an op as a proposal; the record (a set's member: whose set it is) is read anew."""
        self.append_proposal(dot)
        if kind is not MEMBER:
            self._touched[kind.name].add(rid)
        elif parent is not None:
            self._touch_owner(parent)

    # Sets ---------------------------------------------------------------------------------------

    def _set_members(self, rid: int, id: UUID, field: Field, wanted: frozenset[str]) -> None:
        self.flush()
        present = set_members(self.c, rid, field)  # two united records are one member twice
        for wire in sorted(wanted - {wire for wire, _ in present}):
            self._add_member(rid, id, field, wire)
        for wire, member in sorted(present):
            if wire not in wanted:
                self.delete(member)

    def _add_member(self, rid: int, owner: UUID, field: Field, wire: str) -> None:
        id = member_id(owner, field.number, wire)
        if rid not in self._born:  # a new record's members are new
            found = f"SELECT rid FROM record WHERE uuid = ? AND tid = {MEMBER.number} "
            known = self.c.value(f"{found} AND birth IS NOT NULL", (id.bytes,))
            if known is not None:
                self.restore(int(known))
                return
        image = {1: owner.hex, 2: str(field.number)}
        image[4 if field.kind is Kind.TAGS else 3] = wire
        self.birth(MEMBER, id, image)

    # Duplicates ---------------------------------------------------------------------------------

    def _unite(self, kind: Entity, id: UUID, into: UUID) -> None:
        """A member of the duplicate's set of what it was united with, and what it had seen."""
        rid, survivor = self._found(kind, id), standing(self.c, self._found(kind, into))
        if rid in (survivor, standing(self.c, survivor)) or standing(self.c, rid) != rid:
            raise NotFound("This record was united with another already.", "Separate it first.")
        if not self._record(rid)[1] or not self._record(survivor)[1]:
            raise NotFound(f"This {kind.label.lower()} was deleted.", "Undo the deletion first.")
        seen, before = log.seen_of(self.c, rid), self._seq
        self._add_member(rid, id, kind.same_as, self._uuid(survivor).hex)
        if self._seq > before:
            self.append_seen(log.dot_of(self.author.device, self._seq), seen)

    def _separate(self, rid: int) -> None:
        for (member,) in self.c.all(
            f"SELECT rid FROM set_member WHERE owner = ? AND field_number = {SAME_AS}", (rid,)
        ):
            self.delete(member)

    def finish(self) -> Applied:
        """Unites or separates records where their members say so; then the log's own end."""
        self.flush()
        if self._touched.get(MEMBER.name):
            united.refresh(self.c, self._counts, self._touched)
        return super().finish()

    # Rows ---------------------------------------------------------------------------------------

    def _put_columns(self, kind: Entity, rid: int, field: Field, columns: tuple[Any, ...]) -> None:
        names = ", ".join(f"{name} = ?" for name in field_columns(field))
        self.c.run(f"UPDATE {kind.name} SET {names} WHERE rid = ?", (*columns, rid))
        if kind.owner is field:
            self.c.run("UPDATE record SET parent = ? WHERE rid = ?", (columns[0], rid))
        if field.number in title_numbers(kind):
            self.flush()  # the new title is read back from the log
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
