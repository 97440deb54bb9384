"""A bundle's lines become rows with local numbers: new devices, records, steps and changes.

Everything is checked here, line by line, before a single change can be seen by anybody.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from aps_desktop.db import namesakes
from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.layout import MEMBER
from aps_desktop.domain.ids import shipped_ids
from aps_desktop.sync.arrivals import take_changes
from aps_desktop.sync.bundle_lines import (
    CHUNK,
    Lines,
    Staged,
    bad,
    batches,
    decoded,
    forked,
)
from aps_desktop.sync.checks import is_name, storable
from aps_desktop.sync.payload import DeviceLine, RecordLine, StepLine

_ID = re.compile(r"[0-9a-f]{32}").fullmatch
_STEPS = "steps.jsonl"


def stage(
    c: Connection,
    lines: Lines,
    merge: int,
    limits: Mapping[bytes, int] | None = None,
    offices: Mapping[bytes, str] | None = None,
) -> Staged:
    """Puts a bundle's new changes into the log (op, history, txn) and the table `n`.

    `lines(member)` gives a member's lines. BadContent names the member and line that is wrong,
    Forked the device as which two databases write. `limits` says of revoked devices, by id, up to
    which change their work is good: what comes after that is refused, whoever passes it on.
    `offices` says whose the devices on the office list are, whatever a bundle says of them.
    """
    staged = Staged(merge)
    _devices(c, staged, lines, offices or {})
    staged.limits = {**_ends_of_lists(c), **{
        number: limits[bytes(uuid)]
        for number, uuid in c.all("SELECT ord, uuid FROM device")
        if limits and bytes(uuid) in limits
    }}  # fmt: skip
    _records(c, staged, lines)
    _steps(c, staged, lines)
    take_changes(c, staged, lines)
    _end_steps(c, staged)
    namesakes.settle(c, cells_of=("n",))
    namesakes.tidy(c)
    return staged


def _devices(c: Connection, staged: Staged, lines: Lines, offices: Mapping[bytes, str]) -> None:
    known = {
        bytes(uuid): (n, who) for n, uuid, who in c.all("SELECT ord, uuid, office FROM device")
    }
    others = {row[0] for row in c.all("SELECT ord FROM device WHERE status = 'other'")}
    last = max((number for number, _ in known.values()), default=0)
    member = "devices.jsonl"
    for at, line in decoded(lines, member, DeviceLine):
        if line.number in staged.devices:
            raise bad(member, at, "a number is used twice")
        uuid = bytes.fromhex(line.id)
        shipped = line.status == "shipped"
        if shipped != (uuid in shipped_ids()) or (shipped and line.office):
            raise bad(member, at, "it says of an office's computer that it came with the program")
        if not is_name(line.name + line.office):
            raise bad(member, at, "a name cannot be kept")
        if uuid not in known:
            last += 1
            known[uuid] = last, offices.get(uuid, line.office)
            status = "shipped" if shipped else "other"
            c.run(
                "INSERT INTO device(ord, uuid, office, name, status) VALUES (?, ?, ?, ?, ?)",
                (last, uuid, known[uuid][1], line.name, status),
            )
        number, office = known[uuid]
        # On nobody's list: somebody else may have called it his before. The seals tell.
        right = offices.get(uuid, line.office if number in others else office)
        if right != office:
            office = right
            c.run("UPDATE device SET office = ? WHERE ord = ?", (office, number))
        staged.devices[line.number] = number
        staged.offices[number] = office or ""


def _ends_of_lists(c: Connection) -> dict[int, int]:
    """Where the shipped lists that are here end: nobody adds to what came with the program."""
    return dict(
        c.all(
            "SELECT d.ord, max(t.last_seq) FROM device d JOIN txn t ON t.device = d.ord "
            "WHERE d.status = 'shipped' GROUP BY d.ord"
        )
    )


def _records(c: Connection, staged: Staged, lines: Lines) -> None:
    """Gives records their local row numbers; a new one is known by reference only, until born."""
    member = "records.jsonl"
    c.run("DROP TABLE IF EXISTS named")
    c.run(f"CREATE TEMP TABLE named (number BIGINT, uuid {c.blob}, tid BIGINT)")
    for first, batch in batches(lines, member, RecordLine):
        for number, line in enumerate(batch, first):
            if not _ID(line.id):
                raise bad(member, number, "an id is not 32 hexadecimal digits")
            if line.entity == MEMBER.number:
                staged.members[line.number] = line.id
        if c.postgres:
            c.load("named", [(x.number, bytes.fromhex(x.id), x.entity) for x in batch])
            continue
        c.many(
            # As text: bytes take the driver three times as long to hand over.
            f"INSERT INTO named VALUES (?, {c.unhex('?')}, ?)",
            [(line.number, line.id, line.entity) for line in batch],
        )
    if not _numbered(c, staged, 0):
        last = c.value("SELECT rid FROM local_state")
        entered = c.run(
            "INSERT INTO record(rid, uuid, tid, alive) SELECT "
            "CAST(? AS BIGINT) + row_number() OVER (ORDER BY min(x.number)), x.uuid, min(x.tid), 0 "
            "FROM named x WHERE NOT EXISTS (SELECT 1 FROM record r WHERE r.uuid = x.uuid) "
            "GROUP BY x.uuid ORDER BY 1",
            (last,),
        )
        c.run("UPDATE local_state SET rid = rid + ?", (entered,))
        _numbered(c, staged, last)


def _numbered(c: Connection, staged: Staged, above: int) -> bool:
    """Notes the row numbers beyond one; False when a record has none yet."""
    complete = True
    named: dict[int, int] = {}
    others: list[tuple[int, int, bytes]] = []
    for number, entity, uuid, rid, tid in c.each(
        "SELECT x.number, x.tid, x.uuid, r.rid, r.tid FROM named x "
        "LEFT JOIN record r ON r.uuid = x.uuid"
    ):
        if rid is None:
            complete = False
        elif rid > above:
            if number in staged.records:
                raise bad("records.jsonl", len(staged.records), "a number is used twice")
            if tid != entity and named.setdefault(rid, entity if tid == 0 else tid) != entity:
                others.append((number, entity, bytes(uuid)))
            staged.records[number] = rid, entity
    c.many("UPDATE record SET tid = ? WHERE rid = ?", [(e, rid) for rid, e in named.items()])
    _set_apart(c, staged, others)
    return complete


def _set_apart(c: Connection, staged: Staged, others: list[tuple[int, int, bytes]]) -> None:
    """What is named as another kind than here gets row numbers of its own (hardly ever any).

    It may be right: which kind the record is of is known when its birth has come.
    """
    wanted = {namesakes.apart_id(uuid, entity): entity for _, entity, uuid in others}
    rids: dict[bytes, int] = {}
    for start in range(0, len(others), CHUNK):
        part = list(wanted)[start : start + CHUNK]
        found = c.all(f"SELECT uuid, rid FROM record WHERE uuid IN ({placeholders(part)})", part)
        rids.update((bytes(uuid), rid) for uuid, rid in found)
    last = c.value("SELECT rid FROM local_state")
    fresh = [id for id in wanted if id not in rids]
    rids.update((id, last + at) for at, id in enumerate(fresh, 1))
    rows = [(rids[id], id, wanted[id]) for id in fresh]
    c.many("INSERT INTO record(rid, uuid, tid, alive) VALUES (?, ?, ?, 0)", rows)
    c.run("UPDATE local_state SET rid = rid + ?", (len(rows),))
    for number, entity, uuid in others:
        staged.records[number] = rids[namesakes.apart_id(uuid, entity)], entity


def _steps(c: Connection, staged: Staged, lines: Lines) -> None:
    rows: list[tuple[Any, ...]] = []
    seeds: list[bytes | None] = []
    cut: list[tuple[int, int, bytes]] = []
    for number, s in decoded(lines, _STEPS, StepLine):
        device = _maker(staged, number, s)
        staged.steps[s.device, s.number] = s.stamp, s.first, s.last
        # What format 1 calls the chain is another kind of hash.
        chain = bytes.fromhex(s.chain) if s.seed is not None else b""
        seed = bytes.fromhex(s.seed or "") or None
        limit = staged.limits.get(device, s.last)
        if s.first > limit:
            cut.append((device, s.number, chain))
            continue  # nothing of it is taken
        if s.last > limit:
            staged.cut_steps[device, s.number] = s.first, seed or b""
        seeds.append(seed)
        rows.append(
            (
                *(device, s.number, s.first, s.last, s.wall, s.stamp, s.officer, s.office),
                *(s.why, s.label, s.app, s.schema, chain),
            )
        )
    _note_came(c, rows, seeds, cut)
    _refuse_fork(c)
    marks = ", ".join("?" * 13)
    c.many(f"INSERT INTO txn VALUES ({marks}) ON CONFLICT DO NOTHING", rows)
    c.run(
        "UPDATE txn SET chain = x.chain FROM came x WHERE x.device = txn.device AND x.n = txn.n "
        "AND x.fresh = 0 AND coalesce(length(txn.chain), 0) <> 32 AND length(x.chain) = 32"
    )


def _maker(staged: Staged, number: int, s: StepLine) -> int:
    """The local number of the device that did a step. BadContent where the line is not right."""
    device = staged.devices.get(s.device)
    if device is None:
        raise bad(_STEPS, number, "it names a device that the bundle does not describe")
    if s.office != staged.offices[device]:
        raise bad(_STEPS, number, "it speaks for another office than its computer's")
    if s.first > s.last:
        raise bad(_STEPS, number, "it ends before it begins")
    if (s.device, s.number) in staged.steps:
        raise bad(_STEPS, number, "it describes a step a second time")
    if not is_name(s.officer + s.why + s.app) or not storable(s.label):
        raise bad(_STEPS, number, "its words cannot be kept")
    return device


def _end_steps(c: Connection, staged: Staged) -> None:
    """Steps without a change are not kept: whoever wrote one in another's name would fork him.

    With the others their seeds are.
    """
    c.many(
        "DELETE FROM txn WHERE device = ? AND n = ? AND NOT EXISTS (SELECT 1 FROM op o WHERE o.dot "
        "BETWEEN ((txn.device << 40) | first_seq) AND ((txn.device << 40) | last_seq))",
        [(staged.devices[device], n) for device, n in staged.steps.keys() - staged.filled],
    )
    c.run("DELETE FROM came WHERE NOT EXISTS "
          "(SELECT 1 FROM txn t WHERE t.device = came.device AND t.n = came.n)")  # fmt: skip
    c.run("INSERT INTO step_seed SELECT device, n, seed FROM came WHERE fresh = 1 "
          "AND seed IS NOT NULL ON CONFLICT DO NOTHING")  # fmt: skip


def _note_came(
    c: Connection,
    rows: list[tuple[Any, ...]],
    seeds: list[bytes | None],
    cut: list[tuple[int, int, bytes]],
) -> None:
    """The tables that seals are checked by: `came` (steps; `fresh` 1 where they are not known),

    `came_salt` (salts of changes whose step is not whole) and `cut` (hashes of what is not taken).
    """
    for table in ("came", "came_salt", "cut"):
        c.run(f"DROP TABLE IF EXISTS {table}")
    c.run(
        "CREATE TEMP TABLE came (device BIGINT, n BIGINT, first BIGINT, last BIGINT, wall BIGINT, "
        f"hlc BIGINT, chain {c.blob}, seed {c.blob}, fresh BIGINT, PRIMARY KEY (device, n))"
    )
    c.many(
        "INSERT INTO came VALUES (?, ?, ?, ?, ?, ?, ?, ?, 1) ON CONFLICT DO NOTHING",
        [(*row[:6], row[12], seed) for row, seed in zip(rows, seeds, strict=True)],
    )
    c.run("UPDATE came SET fresh = 0 WHERE EXISTS "
          "(SELECT 1 FROM txn t WHERE t.device = came.device AND t.n = came.n)")  # fmt: skip
    c.run(f"CREATE TEMP TABLE came_salt (dot {c.key}, salt {c.blob})")
    c.run(f"CREATE TEMP TABLE cut (device BIGINT, step BIGINT, place BIGINT, hash {c.blob})")
    c.many(
        "INSERT INTO cut VALUES (?, 0, ?, ?)",
        [(device, step - 1, chain) for device, step, chain in cut if chain],
    )


def _refuse_fork(c: Connection) -> None:
    """A step that is here already must be the very same one: its hash tells its whole content."""
    row = c.one(
        "SELECT t.device, min(CASE WHEN t.first_seq < x.first THEN t.first_seq ELSE x.first END) "
        "FROM came x JOIN txn t ON t.device = x.device AND t.n = x.n "
        "WHERE t.first_seq <> x.first OR t.last_seq <> x.last OR t.wall <> x.wall "
        "OR t.hlc <> x.hlc OR (length(t.chain) = 32 AND length(x.chain) = 32 "
        "AND t.chain <> x.chain) GROUP BY t.device ORDER BY t.device LIMIT 1"
    )
    if row is not None:
        raise forked(c, row[0], row[1] - 1)
