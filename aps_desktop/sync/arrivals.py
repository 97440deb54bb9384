"""A bundle's changes, checked one by one, go to the end of the log; the new ones into `n`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aps_desktop.db import chain, log, namesakes
from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import LIFE
from aps_desktop.domain.hash_tree import leaf, salt_of
from aps_desktop.sync.bundle_lines import (
    CHUNK,
    MAX_SEQUENCE,
    Lines,
    Staged,
    bad,
    batches,
    forked,
)
from aps_desktop.sync.checks import check_member, check_of, references, storable
from aps_desktop.sync.payload import ChangeLine

_MEMBER = "changes.jsonl"
_MANY = 10_000
"""New changes from which on a server is told of them at once; it looks by itself, but later."""


def take_changes(c: Connection, staged: Staged, lines: Lines) -> None:
    """Puts the changes that are not known into `op` and `history`, and makes the tables

    `n` (they, by cell) and `settling` (cells that some of them settle). BadContent names the line
    that is wrong; Forked the device, where one that is known says something else here.
    """
    for table in ("arrived", "n", "settling"):
        c.run(f"DROP TABLE IF EXISTS {table}")
    c.run(
        f"CREATE TEMP TABLE arrived (dot {c.key}, prev BIGINT, cell BIGINT, "
        "hlc BIGINT, txn BIGINT, val TEXT)"
    )
    taking = _Taking(c, staged)
    for first, batch in batches(lines, _MEMBER, ChangeLine):
        try:
            taking.take(batch)
        except (KeyError, OverflowError) as error:
            number = first + taking.at
            raise bad(_MEMBER, number, "it names what the bundle does not describe") from error
        except InvalidValue as error:
            raise bad(_MEMBER, first + taking.at, error.message) from error
    known = taking.known_again()
    parents = [row for row in taking.parents if row[0] not in known]
    seen = [row for row in taking.seen if row[0] not in known]
    c.many("INSERT INTO op_parent VALUES (?, ?) ON CONFLICT DO NOTHING", parents)
    c.many("INSERT INTO op_seen VALUES (?, ?, ?) ON CONFLICT DO NOTHING", seen)
    c.many("INSERT INTO came_salt VALUES (?, ?) ON CONFLICT DO NOTHING", taking.salts)
    c.many("INSERT INTO cut VALUES (?, ?, ?, ?)", taking.cut)
    c.run(f"CREATE TEMP TABLE settling (cell {c.key})")
    c.many("INSERT INTO settling VALUES (?)", [(cell,) for cell in taking.settling])
    _enter_referred(c, taking.referred)
    staged.already += _known_again(c, staged.merge)
    _cluster(c, taking.new)
    for (device,) in c.all("SELECT low >> 40 FROM span UNION SELECT dot >> 40 FROM arrived"):
        staged.speaking.add(staged.offices[device])


class _Taking:
    """Takes decoded changes in batches; `at` says which of a batch was read when one is wrong."""

    def __init__(self, c: Connection, staged: Staged) -> None:
        self._c = c
        self._staged = staged
        self._held: dict[int, int] = {}
        """By device: up to where every change is here; what it says was checked then."""
        self._top: dict[int, int] = {}
        """By device: the last change that is here at all. What comes after it is new for sure."""
        for number, seq in c.all("SELECT ord, max_seq FROM device"):
            first, end = log.dot_of(number, 0), log.dot_of(number + 1, 0)
            last = c.value("SELECT max(dot) FROM op WHERE dot > ? AND dot < ?", (first, end))
            self._held[number] = first | seq
            self._top[number] = max(first | seq, last or 0)
        self._before = dict(self._top)
        self._tests: dict[int, Callable[[str], object]] = {}
        """By entity and field, for fields that name no record."""
        self.at = 0
        self.parents: list[tuple[int, int]] = []
        self.seen: list[tuple[int, int, int]] = []
        self.settling: set[int] = set()
        self.referred: set[str] = set()
        self.salts: list[tuple[int, bytes]] = []
        self.cut: list[tuple[int, int, int, bytes]] = []

    @property
    def new(self) -> list[tuple[int, int]]:
        """Of devices that have something new: the last change from before, and the last one now."""
        return [(old, self._top[n]) for n, old in self._before.items() if self._top[n] > old]

    def take(self, batch: list[ChangeLine]) -> None:
        """Checks a batch and loads it. Local numbers: see `db.log`.

        What belongs to a step is looked up once for its changes: they stand one after the other.
        """
        staged, tests, field_bits = self._staged, self._tests, log.FIELD_BITS
        devices, records = staged.devices, staged.records
        sender = step = device = base = held = top = stamp = limit = first = last = 0
        rows: list[tuple[Any, ...]] = []
        back: list[tuple[Any, ...]] = []
        for self.at, line in enumerate(batch):
            if line.step != step or line.device != sender:
                sender, step = line.device, line.step
                device, base, limit, stamp, first, last = self._begin(sender, step)
                held, top = self._held[device], self._top[device]
            if not first <= line.sequence <= last:
                raise InvalidValue("it is none of the changes of its step")
            rid, tid = records[line.record]
            number, value = line.field, line.value
            dot, cell = base | line.sequence, rid << field_bits | number
            before = line.prev_device
            prev = _earlier(devices, line, before, line.prev_sequence) if before else None
            if dot > limit:  # also what is here says nothing against it: a fork ends so
                staged.refused += dot > held
                staged.already += dot <= held
                self._cut(line, device)
                continue
            if dot > held:
                test = tests.get(tid << field_bits | number)
                if test is None or (value is not None and not test(value)):
                    self._check(line, tid)
                if line.replaces or line.seen or line.salt:
                    self._note_further(line, dot, cell)
            if dot > top:
                top = self._top[device] = dot
                rows.append((dot, prev, cell, stamp, step, value, staged.merge))
            else:
                back.append((dot, prev, cell, stamp, step, value))
        staged.changes += len(batch)
        self._load(rows, back)

    def _begin(self, sender: int, step: int) -> tuple[int, int, int, int, int, int]:
        """Of a step: its device and that one's first and last good dot, its stamp and changes."""
        staged = self._staged
        staged.filled.add((sender, step))
        (stamp, first, last), device = staged.steps[sender, step], staged.devices[sender]
        base = log.dot_of(device, 0)
        return device, base, base | staged.limits.get(device, MAX_SEQUENCE), stamp, first, last

    def _load(self, rows: list[tuple[Any, ...]], back: list[tuple[Any, ...]]) -> None:
        """New changes into the log, what may be here already beside it."""
        self._c.load("op", rows)
        if back:
            self._c.many(
                "INSERT INTO arrived VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", back
            )

    def known_again(self) -> set[int]:
        """Of the changes with more to say than others, those that were here: nothing is added."""
        back = {
            dot
            for dot, *_ in (*self.parents, *self.seen)
            if dot <= self._before[log.device_of(dot)]
        }
        return {dot for dot in back if self._c.value("SELECT 1 FROM op WHERE dot = ?", (dot,))}

    def _check(self, line: ChangeLine, entity: int) -> None:
        number, value = line.field, line.value
        self.referred.update(references(entity, number, value))
        if 0 < number < LIFE:
            test, refers = check_of(entity, number)
            if not refers:
                self._tests[entity << log.FIELD_BITS | number] = test or _anything
        if line.record in self._staged.members:
            check_member(self._staged.members[line.record], number, value)

    def _cut(self, line: ChangeLine, device: int) -> None:
        """Of a change that is not taken, though its step is in part: the hash."""
        if (device, line.step) not in self._staged.cut_steps:
            return
        first, seed = self._staged.cut_steps[device, line.step]
        place = line.sequence - first
        salt = bytes.fromhex(line.salt) or (seed and salt_of(seed, place))
        if salt:
            self.cut.append((device, line.step, place, leaf(salt, self._content(line))))

    def _content(self, line: ChangeLine) -> bytes:
        names, devices = chain.Names(self._c), self._staged.devices

        def name(device: int, sequence: int) -> str:
            return f"{names.device(devices[device])}:{sequence}"

        rid, tid = self._staged.records[line.record]
        uuid = namesakes.id_of(self._c.value("SELECT uuid FROM record WHERE rid = ?", (rid,)))
        prev = name(line.prev_device, line.prev_sequence) if line.prev_device else ""
        replaces, saw = ({name(*pair) for pair in pairs} for pairs in (line.replaces, line.seen))
        return chain.content(uuid.hex(), tid, line.field, prev, line.value, replaces, saw)

    def _note_further(self, line: ChangeLine, dot: int, cell: int) -> None:
        devices = self._staged.devices
        if line.salt:
            self.salts.append((dot, bytes.fromhex(line.salt)))
        if line.replaces:
            self.settling.add(cell)
        self.parents += [(dot, _earlier(devices, line, *pair)) for pair in line.replaces]
        for pair in line.seen:
            _earlier(devices, line, pair[0], pair[1] or 1)
            self.seen.append((dot, devices[pair[0]], pair[1]))


def _anything(wire: str) -> bool:
    """A field of a newer version is kept unread, if every database can keep it."""
    return storable(wire)


def _earlier(devices: Mapping[int, int], line: ChangeLine, device: int, sequence: int) -> int:
    """A change that one builds on. InvalidValue where its own computer made that one later."""
    if sequence < 1 or (device == line.device and sequence >= line.sequence):
        raise InvalidValue("it builds on what came after it, or on nothing")
    return devices[device] << log.SEQUENCE_BITS | sequence


def _enter_referred(c: Connection, referred: set[str]) -> None:
    """Records that are referred to and not here yet get a row number to be referred by."""
    wanted = sorted(referred)
    for start in range(0, len(wanted), CHUNK):
        part = [bytes.fromhex(text) for text in wanted[start : start + CHUNK]]
        known = _rids(c, part)
        rid = c.value("SELECT rid FROM local_state")
        fresh = [uuid for uuid in part if uuid not in known]
        rows = [(rid + at, uuid) for at, uuid in enumerate(fresh, 1)]
        c.many("INSERT INTO record(rid, uuid, tid, alive) VALUES (?, ?, 0, 0)", rows)
        c.run("UPDATE local_state SET rid = ?", (rid + len(rows),))


def _rids(c: Connection, uuids: Iterable[bytes]) -> dict[bytes, tuple[int, int]]:
    wanted = list(uuids)
    if not wanted:
        return {}
    marks = placeholders(wanted)
    rows = c.all(f"SELECT uuid, rid, tid FROM record WHERE uuid IN ({marks})", wanted)
    return {bytes(uuid): (rid, tid) for uuid, rid, tid in rows}


def _known_again(c: Connection, merge: int) -> int:
    """Of the changes in `arrived`, those that are not known go into the log after all.

    Returns how many were there already. Forked when one of those says something else here.
    """
    known, other = c.one(
        "SELECT count(*), min(CASE WHEN o.cell <> a.cell OR o.val IS DISTINCT FROM a.val "
        "OR o.txn <> a.txn OR o.hlc <> a.hlc "
        "OR coalesce(o.prev, 0) <> coalesce(a.prev, 0) THEN a.dot END) "
        "FROM arrived a JOIN op o ON o.dot = a.dot"
    ) or (0, None)
    if other is not None:
        raise forked(c, log.device_of(other), log.sequence_of(other) - 1)
    if known:
        c.run("DELETE FROM arrived WHERE EXISTS (SELECT 1 FROM op o WHERE o.dot = arrived.dot)")
    c.run(
        "INSERT INTO op SELECT dot, prev, cell, hlc, txn, val, CAST(? AS BIGINT) FROM arrived "
        "ORDER BY dot",
        (merge,),
    )
    return int(known)


def _cluster(c: Connection, new: Iterable[tuple[int, int]]) -> None:
    """The table `n`: what is new in the log, by cell; and so into `history`."""
    c.run("DROP TABLE IF EXISTS span")
    c.run(f"CREATE TEMP TABLE span (low {c.key}, high BIGINT)")
    c.many("INSERT INTO span VALUES (?, ?)", new)
    clustered = "" if c.postgres else " WITHOUT ROWID"
    c.run(
        "CREATE TEMP TABLE n (cell BIGINT, dot BIGINT, prev BIGINT, hlc BIGINT, txn BIGINT, "
        f"PRIMARY KEY (cell, dot)){clustered}"
    )
    c.run(
        "INSERT INTO n SELECT o.cell, o.dot, o.prev, o.hlc, o.txn FROM span s CROSS JOIN op o "
        "WHERE o.dot > s.low AND o.dot <= s.high ORDER BY o.cell, o.dot"
    )
    c.run("INSERT INTO n SELECT cell, dot, prev, hlc, txn FROM arrived WHERE true "
          "ON CONFLICT DO NOTHING")  # fmt: skip
    entered = c.run("INSERT INTO history SELECT cell, dot FROM n ORDER BY cell, dot")
    if c.postgres:
        c.run("ANALYZE n")
        if entered > _MANY:  # or the server plans as if there were none of them
            c.run("ANALYZE op, history")
