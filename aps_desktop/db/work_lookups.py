"""What a write transaction has to know of records before it changes them."""

from __future__ import annotations

from uuid import UUID

from aps_desktop.db import namesakes
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.layout import MEMBER
from aps_desktop.db.log_writer import Author, LogWriter
from aps_desktop.db.standing import raw_rid_of
from aps_desktop.db.standing import rid_of as standing_rid
from aps_desktop.domain.changes import Why
from aps_desktop.domain.errors import NotFound
from aps_desktop.domain.fields import Entity, Field, Kind


class WorkLookups(LogWriter):
    """Finds records for `unit_of_work.Work`; those that it made itself need no query."""

    def __init__(
        self,
        db: Database,
        connection: Connection,
        label: str,
        why: Why,
        author: Author | None = None,
    ) -> None:
        super().__init__(db, connection, label, why, author)
        self._rids: dict[str, int] = {}
        self._born: dict[int, int] = {}

    def rid_of(self, wire: str) -> int:
        """The row number of what stands for a referred record. NotFound when it is not here."""
        rid = self._rids.get(wire)
        if rid is None:
            rid = self._rids[wire] = _known(standing_rid(self.c, wire))
        return rid

    def raw_rid_of(self, wire: str) -> int:
        """The row number of a referred record itself."""
        rid = self._rids.get(wire)
        return rid if rid in self._born else _known(raw_rid_of(self.c, wire))

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

    def _office(self, rid: int | None) -> str:
        """The office that owns a record; a new record of this step is the author's own."""
        if rid is None or rid in self._born:
            return self.author.office
        return str(self.c.value("SELECT office FROM record WHERE rid = ?", (rid,)) or "")

    def _uuid(self, rid: int) -> UUID:
        uuid = self.c.value("SELECT uuid FROM record WHERE rid = ?", (rid,))
        return UUID(bytes=namesakes.id_of(uuid))

    def _new_rid(self, kind: Entity, id: UUID) -> int:
        """A new record's row number; one that was known by reference only keeps its own."""
        row = None
        if id.version != 7:  # a random id is new; a named one may have come from elsewhere
            row = self.c.one("SELECT rid, birth, tid FROM record WHERE uuid = ?", (id.bytes,))
        if row is not None and row[2] not in (0, kind.number):
            row = self._as(kind, id, *row)
        if row is not None and row[1] is not None:
            raise NotFound(f"A record with the id {id} is there already.")
        if row is None:
            self._rid += 1
        rid = int(row[0] if row else self._rid)
        self._rids[id.hex] = rid
        return rid

    def _as(
        self, kind: Entity, id: UUID, rid: int, birth: int | None, tid: int
    ) -> tuple[int, int | None]:
        """A record that somebody named as another kind before it was made here as this one.

        Also where he had made one of it: a set's member and the shipped lists are not his.
        """
        if birth is not None and self._own and kind is not MEMBER:
            return rid, birth
        apart = namesakes.apart_id(id.bytes, kind.number)
        place = self.c.value("SELECT rid FROM record WHERE uuid = ?", (apart,))
        if place is None:
            self._rid += 1
            place = self._rid
            self.c.run("INSERT INTO record(rid, uuid, tid, alive) VALUES (?, ?, ?, 0)",
                       (place, apart, kind.number))  # fmt: skip
        namesakes.swap(self.c, [(rid, place)])
        return rid, None


def _known(rid: int | None) -> int:
    if rid is None:
        raise NotFound("A record is referred to that is not here.", "Choose another one.")
    return rid


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
