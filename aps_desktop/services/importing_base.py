"""What records held when a workbook was written: for three-way comparing on its way back.

An export notes how much of the log it had seen: the highest sequence of each device. What the log
got after that is newer; the value that a cell had before follows from the ops up to that mark.
"""

from __future__ import annotations

from collections import defaultdict
from typing import Any
from uuid import UUID

from aps_desktop.db import log
from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.layout import MEMBER
from aps_desktop.domain.entities import BY_NUMBER
from aps_desktop.domain.fields import LIFE, Field, Kind
from aps_desktop.domain.values import Value, from_wire


def mark(c: Connection) -> str:
    """How much of the log is here, as text: "device:sequence" for each device."""
    rows = c.all("SELECT uuid, max_seq FROM device WHERE max_seq > 0 ORDER BY ord")
    return " ".join(f"{bytes(uuid).hex()}:{seq}" for uuid, seq in rows)


def read_mark(text: str) -> dict[UUID, int] | None:
    """The highest sequence by device; None for a text that is no mark."""
    found: dict[UUID, int] = {}
    try:
        for piece in text.split():
            device, _, sequence = piece.partition(":")
            found[UUID(device)] = int(sequence)
    except ValueError:
        return None
    return found or None


class Base:
    """Which fields of which records are newer than an export, and what they held at it."""

    def __init__(self, c: Connection, mark_text: str) -> None:
        self._c = c
        self._upto: dict[int, int] = {}
        self._newer: dict[int, set[int]] = defaultdict(set)
        self._sets: dict[tuple[int, int], list[int]] = defaultdict(list)
        told = read_mark(mark_text)
        self.known = told is not None
        if told is not None:
            for ord, uuid in c.all("SELECT ord, uuid FROM device"):
                self._upto[ord] = told.get(UUID(bytes=bytes(uuid)), 0)
            self._read()

    def _read(self) -> None:
        for ord, upto in self._upto.items():
            sql = "SELECT cell FROM op WHERE dot > ? AND dot < ?"
            for (cell,) in self._c.each(sql, (log.dot_of(ord, upto), log.dot_of(ord + 1, 0))):
                self._newer[log.rid_of_cell(cell)].add(log.field_of_cell(cell))
        members = list(self._newer)
        for start in range(0, len(members), 500):
            part = members[start : start + 500]
            marks = placeholders(part)
            sql = f"SELECT rid, parent FROM record WHERE tid = ? AND rid IN ({marks})"
            for rid, owner in self._c.all(sql, [MEMBER.number, *part]):
                number = log.images(self._c, [rid]).get(rid, {}).get(2)
                if owner is not None and number is not None:
                    self._sets[owner, int(number)].append(rid)

    def is_newer(self, rid: int, spec: Field) -> bool:
        """Whether the field got another value after the export."""
        if spec.is_set:
            return (rid, spec.number) in self._sets
        return spec.number in self._newer.get(rid, ())

    def value(self, rid: int, spec: Field, now: Value) -> Value:
        """What the field held at the export."""
        if not self.is_newer(rid, spec):
            return now
        return self._set(rid, spec, now) if spec.is_set else self._single(rid, spec)

    def _single(self, rid: int, spec: Field) -> Value:
        """The newest of the cell's ops that the export had seen, else what the birth says."""
        sql = (
            "SELECT o.val, o.cell, o.dot, o.hlc FROM history h JOIN op o ON o.dot = h.dot "
            "WHERE h.cell = ? ORDER BY o.hlc DESC, o.dot DESC"
        )
        for number in (spec.number, 0):
            for val, cell, dot, _ in self._c.all(sql, (log.cell_of(rid, number),)):
                if self._seen(dot):
                    return from_wire(spec, log.wire_in(val, cell, spec.number))
        return None

    def _set(self, rid: int, spec: Field, now: Value) -> Value:
        """The set of now, with each member that came or went since then put back."""
        members: set[Any] = set(now) if isinstance(now, frozenset) else set()
        for member in self._sets[rid, spec.number]:
            image = log.images(self._c, [member])[member]
            wire = image.get(4) if spec.kind is Kind.TAGS else image.get(3)
            if wire is None:
                continue
            one: Any = wire if spec.kind is Kind.TAGS else UUID(wire)
            members.add(one) if self._was_there(member) else members.discard(one)
        return frozenset(members) or None

    def _was_there(self, member: int) -> bool:
        sql = (
            "SELECT o.val, o.dot FROM history h JOIN op o ON o.dot = h.dot "
            "WHERE h.cell = ? ORDER BY o.hlc DESC, o.dot DESC"
        )
        for val, dot in self._c.all(sql, (log.cell_of(member, LIFE),)):
            if self._seen(dot):
                return bool(val == "1")
        births = self._c.all(sql, (log.cell_of(member, 0),))
        return any(self._seen(dot) for _, dot in births)

    def _seen(self, dot: int) -> bool:
        return log.sequence_of(dot) <= self._upto.get(log.device_of(dot), 0)


def entity_number_is(tid: int, name: str) -> bool:
    """Whether a table number is that entity's."""
    return tid in BY_NUMBER and BY_NUMBER[tid].name == name
