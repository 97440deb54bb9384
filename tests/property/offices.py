"""Offices for state machines: small databases made quickly, bundles as lists of lines."""

from __future__ import annotations

import dataclasses
import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

from aps_desktop.db import identity, store
from aps_desktop.db.connection import Connection
from aps_desktop.db.digest import digest
from aps_desktop.db.engine import Database
from aps_desktop.domain.clock import FixedClock
from aps_desktop.domain.ids import IdFactory
from aps_desktop.sync import merge, payload, revoked, unmerge
from tests.property import model, tables
from tests.property.model import OpId, State

Bundle = dict[str, list[bytes]]
Knowledge = dict[bytes, int]
MEMORY = Path("/dev/shm")
NOW = 1_795_000_000_000
_merges = count(1)
_OWN_ID = "SELECT d.uuid FROM local_state l JOIN device d ON d.ord = l.device"


@contextmanager
def quick_folder() -> Iterator[Path]:
    """A folder in memory where the system has one: nobody needs these files after a power cut."""
    place = str(MEMORY) if MEMORY.is_dir() else None
    with TemporaryDirectory(prefix="aps-property-", dir=place) as folder:
        yield Path(folder)


@cache
def empty_file() -> bytes:
    """A new database, to be copied: ten times quicker than making its tables each time."""
    with quick_folder() as folder:
        store.create(str(folder / "empty.aps"), office="", device="").close()
        return (folder / "empty.aps").read_bytes()


def different(found: State, wanted: State) -> str:
    """In what two states differ, for whoever has to find out why."""
    lines = []
    for one in dataclasses.fields(State):
        here, there = getattr(found, one.name), getattr(wanted, one.name)
        if isinstance(here, dict):
            keys = [key for key in here.keys() | there.keys() if here.get(key) != there.get(key)]
            here, there = ({key: d.get(key) for key in keys} for d in (here, there))
        else:
            here, there = here - there, there - here
        if here != there:
            lines.append(f"{one.name}: {here} instead of {there}")
    return "\n".join(lines)


@dataclass
class Office:
    """One device with its database, on a file or on a server."""

    db: Database
    clock: FixedClock
    source: random.Random
    merges: list[int] = field(default_factory=list)
    written: dict[OpId, tuple[str, int, str | None]] = field(default_factory=dict)
    """Every change that this device was told is saved: its record, field and text."""
    saved: tuple[bytes, list[int], dict[OpId, tuple[str, int, str | None]]] | None = None

    @property
    def c(self) -> Connection:
        return self.db.reader()

    def tick(self, millis: int) -> None:
        self.clock.now = max(1, self.clock.now + millis)

    def note_written(self) -> None:
        """Remembers what this device has written by now."""
        device = bytes(
            self.c.value("SELECT uuid FROM device d JOIN local_state l ON l.device = d.ord")
        )
        for op in model.read_ops(self.c):
            if op.id[0] == device.hex():
                self.written.setdefault(op.id, (op.record, op.field, op.value))

    def check(self) -> State:
        """The tables say what the model says of the log."""
        state = tables.state_in(self.c)
        ops = model.read_ops(self.c)
        wanted = model.state_of(ops, {device.hex(): upto for device, upto in self.ends.items()})
        assert state == wanted, different(state, wanted)
        known = {device.hex(): upto for device, upto in self.knows().items()}
        assert known == model.knowledge_of(ops)
        return state

    def pack(self, known: Knowledge) -> Bundle:
        """A bundle of what somebody with that knowledge lacks."""
        payload.chosen(self.c, known)
        writers: tuple[Callable[[Connection], Iterator[bytes]], ...] = (
            payload.device_lines, payload.record_lines, payload.step_lines, payload.change_lines,
        )  # fmt: skip
        return {m: list(write(self.c)) for m, write in zip(payload.MEMBERS, writers, strict=True)}

    def knows(self) -> Knowledge:
        return payload.knowledge(self.c)

    @property
    def ends(self) -> Knowledge:
        """By device: the last change that counts of those that are revoked by its office list."""
        return {bytes(uuid): upto for uuid, upto in self.c.all("SELECT uuid, upto FROM revoked")}

    def take_list(self, ends: Knowledge) -> None:
        """An office list arrives that revokes these devices, and no others."""
        with self.db.writing() as c:
            revoked.settle_revoked(c, ends)

    def take_in(self, bundle: Bundle) -> merge.Outcome:
        """Merges a bundle."""
        number, ends = next(_merges), self.ends
        with self.db.writing() as c:
            done = merge.merge(c, bundle.__getitem__, number, self.clock.now << 16, limits=ends)
        self.merges.append(number)
        return done

    def take_back(self, number: int) -> unmerge.TakenBack:
        with self.db.writing() as c:
            return unmerge.take_back(c, number)

    def back_up(self) -> None:
        self.saved = self.db.path.read_bytes(), list(self.merges), dict(self.written)

    def restore(self) -> None:
        """Puts the backup back; it goes on as another device, as services/backup.py does it."""
        assert self.saved
        file, merges, written = self.saved
        self.db.close()
        self.db.path.write_bytes(file)
        self.merges, self.written = list(merges), dict(written)
        self.renew()

    def renew(self) -> bytes:
        """It goes on as another device; returns the id of the one that it was."""
        before = self.db.reader().value(_OWN_ID)
        with self.db.writing() as c:
            identity.renew(c)
            c.run(
                "UPDATE device SET uuid = ? WHERE ord = (SELECT device FROM local_state)",
                (self.source.randbytes(16),),
            )
        return bytes(before)

    def fingerprint(self) -> str:
        return digest(self.c)[0]


def office_on_file(path: Path, name: str, now: int, seed: int) -> Office:
    """A device of an office with an empty database of its own."""
    path.write_bytes(empty_file())
    return _office(str(path), name, now, seed)


def make_on_server(url: str) -> None:
    """The tables of a database on a server, once."""
    store.create(url, office="", device="").close()


def office_on_server(url: str, name: str, now: int, seed: int) -> Office:
    """The same on a server, where one database is emptied and used again."""
    office = _opened(url, now, seed)
    with office.db.writing() as c:
        _empty(c)
    _introduce(office, name)
    return office


def _empty(c: Connection) -> None:
    for kind in model.KINDS.values():
        if c.value(f"SELECT 1 FROM {kind.name} LIMIT 1"):
            c.run(f"DELETE FROM {kind.name}")
    for table in (
        *("op", "history", "op_parent", "op_held", "op_proposal", "op_seen", "cell", "cell_extra"),
        *("step_seed", "change_salt", "chain_node", "seal", "revoked", "op_revoked"),
        *("txn", "undo_entry", "entity_count", "search_title", "record", "known", "device"),
    ):
        c.run(f"DELETE FROM {table}")
    c.run("UPDATE local_state SET device = 1, seq = 0, hlc = 0, seen_hlc = 0, txn = 0, rid = 0")
    c.run("INSERT INTO device(ord, uuid, status) VALUES (1, ?, 'self')", (bytes(16),))


def _office(location: str, name: str, now: int, seed: int) -> Office:
    office = _opened(location, now, seed)
    _introduce(office, name)
    return office


def _opened(location: str, now: int, seed: int) -> Office:
    clock, source = FixedClock(now), random.Random(seed)
    db = Database(location, clock=clock)
    db.ids = IdFactory(clock, source.randbytes, db.device_id)
    return Office(db, clock, source)


def _introduce(office: Office, name: str) -> None:
    with office.db.writing() as c:
        c.run(
            "UPDATE device SET uuid = ?, office = ?, name = ? WHERE ord = 1",
            (office.source.randbytes(16), name, f"laptop of {name}"),
        )
