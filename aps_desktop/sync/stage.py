"""A bundle's lines become rows with local numbers: new devices, records, steps and changes.

Everything is checked here, line by line, before a single change enters the log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

import msgspec

from aps_desktop.db import log
from aps_desktop.db.connection import Connection
from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.fields import LIFE
from aps_desktop.sync.checks import check_of, references
from aps_desktop.sync.payload import ChangeLine, DeviceLine, RecordLine, StepLine

_CHUNK = 5000
_T = TypeVar("_T")
_MAX_SEQUENCE = (1 << log.SEQUENCE_BITS) - 1


class Forked(UserError):
    """Two databases write as one device: a copy that does not know that it is one."""


class BadContent(UserError):
    """A bundle whose container is sound but whose lines are not what they must be."""


@dataclass
class Staged:
    """What the bundle held: how many changes, how many were known already, which were new."""

    merge: int
    limits: Mapping[int, int] = field(default_factory=dict)
    """By local device number: the last change of a revoked device that is still taken."""
    changes: int = 0
    already: int = 0
    refused: int = 0
    devices: dict[int, int] = field(default_factory=dict)
    stamps: dict[tuple[int, int], int] = field(default_factory=dict)
    records: dict[int, tuple[int, int]] = field(default_factory=dict)
    """By the bundle's number: local row number and entity number."""


Lines = Callable[[str], Iterable[bytes]]
"""A member's lines in pieces, each of one or more whole lines."""


def stage(
    c: Connection, lines: Lines, merge: int, limits: Mapping[bytes, int] | None = None
) -> Staged:
    """Puts a bundle's new changes into the log (op, history, txn) and the table `n`.

    `lines(member)` gives a member's lines. BadContent names the member and line that is wrong,
    Forked the device as which two databases write. `limits` says of revoked devices, by id, up to
    which change their work is good: what comes after that is refused, whoever passes it on.
    """
    staged = Staged(merge)
    _devices(c, staged, lines)
    staged.limits = {
        number: limits[bytes(uuid)]
        for number, uuid in c.all("SELECT ord, uuid FROM device")
        if limits and bytes(uuid) in limits
    }
    _records(c, staged, lines)
    _steps(c, staged, lines)
    _changes(c, staged, lines)
    staged.already += _append(c, merge)
    return staged


def _decoded(lines: Lines, member: str, kind: type[_T]) -> Iterator[tuple[int, _T]]:
    for first, batch in _batches(lines, member, kind):
        yield from enumerate(batch, first)


def _batches(lines: Lines, member: str, kind: type[_T]) -> Iterator[tuple[int, list[_T]]]:
    """(number of the first line, decoded lines), for every piece: many at once are far quicker."""
    decoder = msgspec.json.Decoder(kind)
    first = 1
    for piece in lines(member):
        try:
            batch = decoder.decode_lines(piece)
        except (msgspec.DecodeError, RecursionError) as error:
            raise _first_bad(piece, first, member, decoder) from error
        yield first, batch
        first += len(batch)


def _first_bad(piece: bytes, first: int, member: str, decoder: Any) -> BadContent:
    for number, line in enumerate(piece.split(b"\n"), first):
        try:
            decoder.decode(line)
        except (msgspec.DecodeError, RecursionError) as error:
            return _bad(member, number, str(error))
    return _bad(member, first, "its lines cannot be told apart")


def _bad(member: str, number: int, why: str) -> BadContent:
    return BadContent(
        f"Line {number} of {member} in this bundle is not valid: {why}.",
        "Nothing was merged. Ask the sender for the bundle again.",
    )


def _id(text: str, member: str, number: int) -> bytes:
    try:
        raw = bytes.fromhex(text)
    except ValueError:
        raw = b""
    if len(raw) != 16 or raw.hex() != text:
        raise _bad(member, number, "an id is not 32 hexadecimal digits")
    return raw


def _devices(c: Connection, staged: Staged, lines: Lines) -> None:
    known = {bytes(uuid): number for uuid, number in c.all("SELECT uuid, ord FROM device")}
    last = max(known.values(), default=0)
    member = "devices.jsonl"
    for number, line in _decoded(lines, member, DeviceLine):
        uuid = _id(line.id, member, number)
        if uuid not in known:
            last += 1
            known[uuid] = last
            status = "shipped" if line.status == "shipped" else "other"
            c.run(
                "INSERT INTO device(ord, uuid, office, name, status) VALUES (?, ?, ?, ?, ?)",
                (last, uuid, line.office, line.name, status),
            )
        staged.devices[line.number] = known[uuid]


def _records(c: Connection, staged: Staged, lines: Lines) -> None:
    member = "records.jsonl"
    batch: dict[bytes, list[tuple[int, int]]] = {}
    for number, line in _decoded(lines, member, RecordLine):
        if not 0 < line.entity < 2**31:
            raise _bad(member, number, "an entity number is out of range")
        batch.setdefault(_id(line.id, member, number), []).append((line.number, line.entity))
        if len(batch) >= _CHUNK:
            _enter(c, staged, batch)
            batch = {}
    _enter(c, staged, batch)


def _enter(c: Connection, staged: Staged, batch: dict[bytes, list[tuple[int, int]]]) -> None:
    """Gives records their local row numbers; a new one is known by reference only, until born."""
    found = _rids(c, batch)
    fresh = [uuid for uuid in batch if uuid not in found]
    rid = c.value("SELECT rid FROM local_state")
    rows = []
    for uuid in fresh:
        rid += 1
        found[uuid] = rid, batch[uuid][0][1]
        rows.append((rid, uuid, batch[uuid][0][1]))
    c.many("INSERT INTO record(rid, uuid, tid, alive) VALUES (?, ?, ?, 0)", rows)
    c.run("UPDATE local_state SET rid = ?", (rid,))
    for uuid, entries in batch.items():
        for number, entity in entries:
            local, tid = found[uuid]
            if tid == 0 and entity:
                c.run("UPDATE record SET tid = ? WHERE rid = ?", (entity, local))
            elif tid != entity:
                raise BadContent(
                    "This bundle calls a record something else than this database does.",
                    "Nothing was merged. Report this to the secretariat.",
                )
            staged.records[number] = local, entity


def _rids(c: Connection, uuids: Iterable[bytes]) -> dict[bytes, tuple[int, int]]:
    wanted = list(uuids)
    if not wanted:
        return {}
    marks = ",".join("?" * len(wanted))
    rows = c.all(f"SELECT uuid, rid, tid FROM record WHERE uuid IN ({marks})", wanted)
    return {bytes(uuid): (rid, tid) for uuid, rid, tid in rows}


def _steps(c: Connection, staged: Staged, lines: Lines) -> None:
    member = "steps.jsonl"
    rows = []
    for number, s in _decoded(lines, member, StepLine):
        device = staged.devices.get(s.device)
        if device is None:
            raise _bad(member, number, "it names a device that the bundle does not describe")
        if not (0 < s.first <= s.last <= _MAX_SEQUENCE and 0 <= s.stamp < 2**63 and s.number > 0):
            raise _bad(member, number, "a number is out of range")
        staged.stamps[s.device, s.number] = s.stamp
        chain = bytes.fromhex(s.chain) if len(s.chain) == 64 else b""
        rows.append(
            (
                *(device, s.number, s.first, s.last, s.wall, s.stamp, s.officer, s.office),
                *(s.why, s.label, s.app, s.schema, chain),
            )
        )
    _refuse_fork(c, rows)
    marks = ", ".join("?" * 13)
    c.many(f"INSERT INTO txn VALUES ({marks}) ON CONFLICT DO NOTHING", rows)


def _refuse_fork(c: Connection, rows: list[tuple[Any, ...]]) -> None:
    """A step that is here already must be the very same one: its hash tells its whole content."""
    c.run("DROP TABLE IF EXISTS came")
    c.run(
        f"CREATE TEMP TABLE came (device BIGINT, n BIGINT, first BIGINT, last BIGINT, "
        f"chain {'BYTEA' if c.postgres else 'BLOB'}, PRIMARY KEY (device, n))"
    )
    c.many(
        "INSERT INTO came VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
        [(*row[:4], row[12]) for row in rows],
    )
    device = c.value(
        "SELECT t.device FROM came x JOIN txn t ON t.device = x.device AND t.n = x.n "
        "WHERE t.first_seq <> x.first OR t.last_seq <> x.last "
        "OR (length(t.chain) = 32 AND length(x.chain) = 32 AND t.chain <> x.chain) LIMIT 1"
    )
    if device is not None:
        raise _forked(c, device)


def _forked(c: Connection, device: int) -> Forked:
    office, name = c.one("SELECT office, name FROM device WHERE ord = ?", (device,)) or ("", "")
    return Forked(
        f"Two databases make changes under the name “{name}” of {office}: one is a copy of the "
        "other, and both are in use.",
        "Nothing was merged. Ask that office which one it works with; the other must be opened "
        "from a backup once, so that it gets a name of its own.",
    )


def _changes(c: Connection, staged: Staged, lines: Lines) -> None:
    """Checks every change and loads those that are not known into the table `arrived`."""
    for table in ("arrived", "n", "arrived_reference"):
        c.run(f"DROP TABLE IF EXISTS {table}")
    c.run(
        f"CREATE TEMP TABLE arrived (dot {c.key}, prev BIGINT, cell BIGINT, "
        "hlc BIGINT, txn BIGINT, val TEXT)"
    )
    reader = _Changes(c, staged)
    member = "changes.jsonl"
    for first, batch in _batches(lines, member, ChangeLine):
        try:
            reader.take(batch)
        except (KeyError, OverflowError) as error:
            number = first + reader.at
            raise _bad(member, number, "it names what the bundle does not describe") from error
        except InvalidValue as error:
            raise _bad(member, first + reader.at, error.message) from error
    c.many("INSERT INTO op_parent VALUES (?, ?) ON CONFLICT DO NOTHING", reader.parents)
    c.many("INSERT INTO op_seen VALUES (?, ?, ?) ON CONFLICT DO NOTHING", reader.seen)
    _enter_referred(c, reader.referred)


class _Changes:
    """Takes decoded changes in batches; `at` says which of a batch was read when one is wrong."""

    def __init__(self, c: Connection, staged: Staged) -> None:
        self._c = c
        self._staged = staged
        self._held = {n: log.dot_of(n, seq) for n, seq in c.all("SELECT ord, max_seq FROM device")}
        self._checks: dict[int, tuple[Callable[[str], object] | None, bool]] = {}
        self.at = 0
        self.parents: list[tuple[int, int]] = []
        self.seen: list[tuple[int, int, int]] = []
        self.referred: set[str] = set()

    def take(self, batch: list[ChangeLine]) -> None:
        """Checks a batch and loads it. Local numbers: see `db.log`."""
        staged, held, rows = self._staged, self._held, []
        limits = staged.limits
        records, devices, stamps = staged.records, staged.devices, staged.stamps
        bits, most = log.SEQUENCE_BITS, _MAX_SEQUENCE
        for self.at, line in enumerate(batch):
            rid, tid = records[line.record]
            number, sequence = line.field, line.sequence
            device = devices[line.device]
            before = line.prev_sequence if line.prev_device else 1
            if not (0 <= number <= LIFE and 0 < sequence <= most and 0 < before <= most):
                raise InvalidValue("a number is out of range")
            dot = device << bits | sequence
            prev = devices[line.prev_device] << bits | before if line.prev_device else None
            stamp = stamps[line.device, line.step]
            if dot > held[device]:
                if sequence > limits.get(device, sequence):
                    staged.refused += 1
                    continue
                self._check(tid, number, line.value)
                if line.replaces or line.seen:
                    self.parents += [(dot, _dot(staged, *pair)) for pair in line.replaces]
                    self.seen += [(dot, devices[n], seq) for n, seq in line.seen]
            rows.append((dot, prev, rid << log.FIELD_BITS | number, stamp, line.step, line.value))
        staged.changes += len(batch)
        self._c.many("INSERT INTO arrived VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING", rows)

    def _check(self, entity: int, number: int, value: str | None) -> None:
        if 0 < number < LIFE and value is not None:
            known = self._checks.get(entity << log.FIELD_BITS | number)
            if known is None:
                known = self._checks[entity << log.FIELD_BITS | number] = check_of(entity, number)
            check, refers = known
            if not refers and (check is None or check(value)):
                return
        self.referred.update(references(entity, number, value))


def _dot(staged: Staged, device: int, sequence: int) -> int:
    if not 0 < sequence <= _MAX_SEQUENCE:
        raise InvalidValue("a number is out of range")
    return staged.devices[device] << log.SEQUENCE_BITS | sequence


def _enter_referred(c: Connection, referred: set[str]) -> None:
    """Records that are referred to and not here yet get a row number to be referred by."""
    wanted = sorted(referred)
    for start in range(0, len(wanted), _CHUNK):
        part = [bytes.fromhex(text) for text in wanted[start : start + _CHUNK]]
        known = _rids(c, part)
        rid = c.value("SELECT rid FROM local_state")
        fresh = [uuid for uuid in part if uuid not in known]
        rows = [(rid + at, uuid) for at, uuid in enumerate(fresh, 1)]
        c.many("INSERT INTO record(rid, uuid, tid, alive) VALUES (?, ?, 0, 0)", rows)
        c.run("UPDATE local_state SET rid = ?", (rid + len(rows),))


def _append(c: Connection, merge: int) -> int:
    """The changes that are really new go to the end of the log, and by cell into `n`.

    Returns how many were there already. Forked when one of those says something else here.
    """
    known, other = c.one(
        "SELECT count(*), max(CASE WHEN o.cell <> a.cell OR o.val IS DISTINCT FROM a.val "
        "OR coalesce(o.prev, 0) <> coalesce(a.prev, 0) THEN a.dot END) "
        "FROM arrived a JOIN op o ON o.dot = a.dot"
    ) or (0, None)
    if other is not None:
        raise _forked(c, log.device_of(other))
    if known:
        c.run("DELETE FROM arrived WHERE EXISTS (SELECT 1 FROM op o WHERE o.dot = arrived.dot)")
    c.run(
        "INSERT INTO op SELECT dot, prev, cell, hlc, txn, val, CAST(? AS BIGINT) FROM arrived "
        "ORDER BY dot",
        (merge,),
    )
    clustered = "" if c.postgres else " WITHOUT ROWID"
    c.run(
        "CREATE TEMP TABLE n (cell BIGINT, dot BIGINT, prev BIGINT, hlc BIGINT, txn BIGINT, "
        f"PRIMARY KEY (cell, dot)){clustered}"
    )
    c.run("INSERT INTO n SELECT cell, dot, prev, hlc, txn FROM arrived ORDER BY cell, dot")
    c.run("INSERT INTO history SELECT cell, dot FROM n ORDER BY cell, dot")
    c.run("DROP TABLE arrived")
    if c.postgres:
        c.run("ANALYZE n")
    return int(known)
