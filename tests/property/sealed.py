"""Offices that seal what they do and pass on parts of it, and how they take it in.

The oracle is what each device wrote itself: nobody may come to hold anything else in its name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

import msgspec

from aps_desktop.db import chain
from aps_desktop.db.connection import Connection
from aps_desktop.domain.errors import UserError
from aps_desktop.sync import merge, payload, proofs, seals
from aps_desktop.sync.keys import SigningKey
from tests.property import edits, offices
from tests.property.offices import Knowledge, Office

Lines = dict[str, list[Any]]
Written = tuple[int, int, bytes]
"""Of a change: its step, its stamp, and what it says."""
EDITS = (
    *(edits.create, edits.change, edits.change, edits.change_many, edits.delete),
    *(edits.bring_in, edits.bring_in, edits.undo, edits.unite),
)


@dataclass
class Parcel:
    """A bundle's lines, decoded; `whole` if it is of all records."""

    sender: bytes
    whole: bool
    lines: Lines
    covers: dict[str, tuple[int, int]]

    def encoded(self) -> offices.Bundle:
        encode = msgspec.json.encode
        return {member: [encode(line) for line in found] for member, found in self.lines.items()}


@dataclass
class House:
    """Offices with keys that all know, and what their devices wrote."""

    folder: Path
    rnd: Random
    people: list[Office] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    keys: dict[str, SigningKey] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)
    limits: dict[bytes, int] = field(default_factory=dict)
    """Of revoked devices: the last good change."""
    truth: dict[tuple[str, int], Written] = field(default_factory=dict)

    def begin(self, names: tuple[str, ...], server: str = "") -> None:
        """Every office has some records and knows that the others seal."""
        for number, name in enumerate(names):
            if server and number == 0:
                one = offices.office_on_server(server, name, offices.NOW, number)
            else:
                path = self.folder / f"{number}.aps"
                one = offices.office_on_file(path, name, offices.NOW, self.rnd.getrandbits(32))
            self.people.append(one)
            self.names.append(name)
            self.keys.setdefault(name, SigningKey.generate())
            self.listed.add(self.device(one).hex())
        edits.begin(self.people[0].db)
        for one in self.people[1:]:
            edits.create(one.db, self.rnd)
        for one in self.people:
            self.note(one)
        for _ in range(2):
            for one in self.people:
                parcel = self.parcel(one)
                for other in self.people:
                    if other is not one:
                        self.take_in(other, parcel)

    def device(self, office: Office) -> bytes:
        sql = "SELECT d.uuid FROM device d JOIN local_state l ON l.device = d.ord"
        return bytes(office.c.value(sql))

    def key(self, office: Office) -> SigningKey:
        return self.keys[self.names[self.people.index(office)]]

    def edit(self, office: Office) -> None:
        office.tick(self.rnd.choice((0, 1, 60_000)))
        self.rnd.choice(EDITS)(office.db, self.rnd)
        self.note(office)

    def note(self, office: Office) -> None:
        device = self.device(office).hex()
        for (who, number), written in held(office.c).items():
            if who == device:
                assert self.truth.setdefault((who, number), written) == written

    def parcel(
        self, office: Office, known: Knowledge | None = None, scope: str = "",
        within: Connection | None = None,
    ) -> Parcel:  # fmt: skip
        """A bundle; `scope` is the SQL of the records that it may hold."""
        c = within or office.c
        payload.chosen(c, known or {}, scope)
        sealed = seals.lines(c, self.key(office))
        shown = proofs.gather(c, seals.reach(c, sealed))
        found = {
            "devices.jsonl": payload.device_lines(c),
            "records.jsonl": payload.record_lines(c),
            "steps.jsonl": payload.step_lines(c, hide_labels=bool(scope)),
            "changes.jsonl": payload.change_lines(c, shown.salts),
            seals.MEMBER: map(msgspec.json.encode, sealed),
            proofs.MEMBER: shown.lines,
        }
        lines = {member: [msgspec.json.decode(x) for x in some] for member, some in found.items()}
        known = known or {}
        covers = {
            id.hex(): (known.get(id, 0), upto)
            for id, upto in payload.knowledge(c).items()
            if not scope
        }
        return Parcel(self.device(office), not scope, lines, covers)

    def some_parcel(self, office: Office, within: Connection | None = None) -> Parcel:
        """Of everything, of what another one lacks, behind a gap, or of some records."""
        known = self.rnd.choice(({}, self.rnd.choice(self.people).knows()))
        known = {device: max(0, upto - self.rnd.randint(0, 2)) for device, upto in known.items()}
        if self.rnd.random() < 0.6:
            return self.part(office, known, within)
        return self.parcel(office, known, "", within)

    def part(
        self, office: Office, known: Knowledge | None = None, within: Connection | None = None
    ) -> Parcel:
        """A bundle of some records."""
        some = self.rnd.randint(2, 4)
        scope = f"SELECT rid FROM record WHERE (rid * 7919) % {some} = {self.rnd.randrange(some)}"
        return self.parcel(office, known, scope, within)

    def rewritten(self, office: Office, work: Callable[[Connection], None]) -> Parcel:
        """What an office sends that rewrote its own log; afterwards all is as it was."""
        found: list[Parcel] = []
        try:
            with office.db.writing() as c:
                work(c)
                found.append(self.some_parcel(office, c))
                raise _OnlyTrying
        except _OnlyTrying:
            return found[0]

    def take_in(self, office: Office, parcel: Parcel) -> dict[str, int]:
        """What no seal covered. A UserError where it is refused: then nothing changed."""
        number = next(offices._merges)
        with office.db.writing() as c:
            unsealed = self._merged(c, office, parcel, number)
        office.merges.append(number)
        return unsealed

    def attempt(self, office: Office, parcel: Parcel) -> str:
        """What would happen: "refused", "true", "unsealed", or "false" where it is taken in."""
        try:
            with office.db.writing() as c:
                unsealed = self._merged(c, office, parcel, 2**31)
                found = "unsealed" if unsealed else "true"
                raise _OnlyTrying(found if self.true(c) else "false")
        except UserError:
            return "refused"
        except _OnlyTrying as tried:
            return str(tried)

    def _merged(self, c: Connection, office: Office, parcel: Parcel, number: int) -> dict[str, int]:
        lines, now = parcel.encoded(), office.clock.now << 16
        if not merge.merge(c, lines.__getitem__, number, now, None, self.limits).merged:
            return {}
        covers = {id: s for id, s in parcel.covers.items() if bytes.fromhex(id) not in self.limits}
        return seals.check(
            c,
            seals.read([_joined(lines[seals.MEMBER])]),
            seals.read_nodes([_joined(lines[proofs.MEMBER])]),
            seals.Sent(parcel.sender, parcel.whole, covers, self.limits, (), ()),
            self._keys,
            self.listed,
        )

    def _keys(self, _: str, office: str) -> list[str]:
        return [self.keys[office].public] if office in self.keys else []

    def true(self, c: Connection) -> bool:
        """Whether all that is held was written so by the device that it says."""
        return all(self.truth.get(id) == written for id, written in held(c).items())


class _OnlyTrying(Exception):
    """No error: it rolls the attempt back."""


def _joined(lines: list[bytes]) -> bytes:
    return b"".join(line + b"\n" for line in lines)


def held(c: Connection) -> dict[tuple[str, int], Written]:
    """What is in a log, by device and number."""
    found = {}
    for number, uuid in c.all("SELECT ord, uuid FROM device WHERE status <> 'shipped'"):
        span = number << 40, (number + 1) << 40
        for dot, step, stamp, text in chain.texts(c, span):
            found[bytes(uuid).hex(), dot - span[0]] = step, stamp, text
    return found
