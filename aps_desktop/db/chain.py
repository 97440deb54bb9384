"""The hash chain over a device's steps: what was changed, by whom, on what it was built.

Each step's hash begins with the one before, so the last one stands for all of them. It holds ids
only, no number that is local to a database: every office that has the steps works out the same.
A step's words (its label) are left out; they may be withheld where a record is not sent.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from aps_desktop.db import log, namesakes
from aps_desktop.db.connection import Connection

_SEPARATOR = "\x1f"


class StepChain:
    """Takes a step's changes in their order, then what they replace and had seen, then the step."""

    def __init__(self, c: Connection, before: bytes) -> None:
        self._c = c
        self._hash = hashlib.blake2b(before, digest_size=32)
        self._names: dict[int, str] = {}
        self._further: list[str] = []

    def change(self, uuid: str, tid: int, number: int, prev: int | None, val: str | None) -> None:
        """One change of the record with this id (32 hexadecimal digits)."""
        line = (uuid, str(tid), str(number), self._name(prev), "-" if val is None else f"={val}")
        self._hash.update((_SEPARATOR.join(line) + "\n").encode())

    def parents(self, pairs: Iterable[tuple[int, int]]) -> None:
        """(change, further change that it replaces)."""
        for dot, parent in pairs:
            self._further.append(f"{log.sequence_of(dot)} replaces {self._name(parent)}")

    def seen(self, triples: Iterable[tuple[int, int, int]]) -> None:
        """(change, device, up to which of its changes it had seen)."""
        for dot, device, upto in triples:
            name = self._name(log.dot_of(device, upto))
            self._further.append(f"{log.sequence_of(dot)} saw {name}")

    def digest(
        self, numbers: tuple[int, int, int, int, int], officer: str, office: str, why: str
    ) -> bytes:
        """The step's hash; `numbers` are its own, first and last change, wall time and stamp."""
        for line in sorted(self._further):
            self._hash.update(f"{line}\n".encode())
        header = _SEPARATOR.join((*map(str, numbers), officer, office, why))
        self._hash.update(f"{header}\n".encode())
        return self._hash.digest()

    def _name(self, dot: int | None) -> str:
        if not dot:
            return ""
        device = log.device_of(dot)
        name = self._names.get(device)
        if name is None:
            uuid = self._c.value("SELECT uuid FROM device WHERE ord = ?", (device,))
            name = self._names[device] = bytes(uuid or b"").hex()
        return f"{name}:{log.sequence_of(dot)}"


def computed(c: Connection, device: int, step: int, before: bytes) -> bytes | None:
    """A step's hash from the log; None where not all of the step is here."""
    row = c.one(
        "SELECT n, first_seq, last_seq, wall, hlc, officer, office, why FROM txn "
        "WHERE device = ? AND n = ?",
        (device, step),
    )
    if row is None:
        return None
    numbers, (officer, office, why) = row[:5], row[5:]
    span = log.dot_of(device, numbers[1]), log.dot_of(device, numbers[2])
    chain = StepChain(c, before)
    count = 0
    for cell, prev, val, uuid, tid in c.each(
        "SELECT o.cell, o.prev, o.val, r.uuid, r.tid FROM op o JOIN record r "
        f"ON r.rid = (o.cell >> {log.FIELD_BITS}) WHERE o.dot BETWEEN ? AND ? ORDER BY o.dot",
        span,
    ):
        chain.change(namesakes.id_of(uuid).hex(), tid, log.field_of_cell(cell), prev, val)
        count += 1
    if count != numbers[2] - numbers[1] + 1:
        return None
    chain.parents(c.all("SELECT dot, parent FROM op_parent WHERE dot BETWEEN ? AND ?", span))
    chain.seen(c.all("SELECT dot, device, seq FROM op_seen WHERE dot BETWEEN ? AND ?", span))
    return chain.digest(numbers, officer or "", office or "", why or "")
