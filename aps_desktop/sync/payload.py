"""The change lines of a bundle: typed JSON arrays, one a line, in four members.

`devices.jsonl`, `records.jsonl`, `steps.jsonl`, `changes.jsonl`. Devices and records are numbered
within the bundle; changes name them by those numbers. docs/bundle-format.md describes every item.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Annotated, Any

import msgspec

from aps_desktop.db import log, namesakes
from aps_desktop.db.connection import Connection
from aps_desktop.domain.changes import NAME_LIMIT
from aps_desktop.domain.clock import LATEST
from aps_desktop.domain.fields import LIFE
from aps_desktop.sync.manifest import Hex16, HexOrNone

MEMBERS = ("devices.jsonl", "records.jsonl", "steps.jsonl", "changes.jsonl")


LABEL_LIMIT = 2000
"""Characters of a step's words: the title of a record, and what was done with it."""
Number = Annotated[int, msgspec.Meta(ge=0, le=2**62)]
_Wall = Annotated[int, msgspec.Meta(ge=0, le=LATEST)]
_Entity = Annotated[int, msgspec.Meta(ge=1, le=2**31)]
_Field = Annotated[int, msgspec.Meta(ge=0, le=LIFE)]
_Place = Annotated[int, msgspec.Meta(ge=1, le=(1 << log.SEQUENCE_BITS) - 1)]
_Before = Annotated[int, msgspec.Meta(ge=0, le=(1 << log.SEQUENCE_BITS) - 1)]
"""A sequence number, or 0 for none."""


_Word = Annotated[str, msgspec.Meta(max_length=64)]
_Name = Annotated[str, msgspec.Meta(max_length=NAME_LIMIT)]
_Salt = Annotated[str, msgspec.Meta(pattern=r"^([0-9a-f]{32})?\Z")]
_Label = Annotated[str, msgspec.Meta(max_length=LABEL_LIMIT)]


class DeviceLine(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """A device whose changes the bundle holds, or that a change refers to."""

    number: Number
    id: Hex16
    office: _Word
    name: _Name
    status: _Word


class RecordLine(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """A record that the bundle's changes are about; `entity` is its stable number.

    Whoever reads the id says whether it is one (a pattern here takes ten times as long).
    """

    number: Number
    id: str
    entity: _Entity


class StepLine(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """Who did a step, when, where and why. `wall` in milliseconds since 1970, `stamp` hybrid.

    `seed` is that of its changes' salts: empty where not all of them are here, None in format 1.
    """

    device: Number
    number: Annotated[int, msgspec.Meta(ge=1, le=2**62)]
    first: _Place
    last: _Place
    wall: _Wall
    stamp: Number
    officer: _Name
    office: _Word
    why: _Word
    label: _Label
    app: _Word
    schema: Number
    chain: HexOrNone
    seed: _Salt | None = None


class ChangeLine(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """One change. (device, sequence) is its identity, the `prev` pair what it replaced (0: none).

    `replaces` are further changes that it settles, `seen` what a deletion had seen, by device.
    `salt` is that of a change whose step is not here as a whole.
    """

    device: Number
    sequence: _Place
    record: Number
    field: _Field
    step: Number
    prev_device: Number
    prev_sequence: _Before
    value: str | None
    replaces: tuple[tuple[Number, _Place], ...] = ()
    seen: tuple[tuple[Number, _Before], ...] = ()
    salt: _Salt = ""


_encoder = msgspec.json.Encoder()
Knowledge = Mapping[bytes, int]
"""By device id: the highest sequence up to which every change is held."""


def knowledge(c: Connection) -> dict[bytes, int]:
    """What this database holds of every device."""
    rows = c.all("SELECT uuid, max_seq FROM device WHERE max_seq > 0")
    return {bytes(uuid): seq for uuid, seq in rows}


_MASK = (1 << log.SEQUENCE_BITS) - 1
SENT = (
    # CROSS JOIN: from the few devices into the log, in its order.
    "sent s CROSS JOIN op o WHERE o.dot > s.low AND o.dot < s.high AND (s.part = 0 OR EXISTS "
    "(SELECT 1 FROM sent_record x WHERE x.rid = (o.cell >> 10)))"
)


_OF_STEP = (
    f"{SENT} AND s.device = t.device AND o.txn = t.n "
    "AND o.dot BETWEEN ((t.device << 40) | t.first_seq) AND ((t.device << 40) | t.last_seq)"
)


def chosen(c: Connection, known: Knowledge, records: str = "") -> None:
    """Notes what a receiver lacks in the temporary tables `sent` (by device: its changes above one
    and below another; `part` 1 if only of some records), `sent_record` (what they are about) and
    `sent_step` (their steps, and whether all of a step is sent).

    `records` is the SQL of a query for the rids to send; empty sends all records.
    """
    for table in ("sent", "sent_record", "sent_step"):
        c.run(f"DROP TABLE IF EXISTS {table}")
    c.run(f"CREATE TEMP TABLE sent (device {c.key}, low BIGINT, high BIGINT, part BIGINT)")
    spans = [
        (number, log.dot_of(number, known.get(bytes(uuid), 0)), log.dot_of(number + 1, 0))
        for number, uuid in c.all("SELECT ord, uuid FROM device")
    ]
    c.many("INSERT INTO sent VALUES (?, ?, ?, 0)", spans)
    c.run(f"CREATE TEMP TABLE sent_record (rid {c.key})")
    scope = f" AND (o.cell >> 10) IN ({records})" if records else ""
    c.run(f"INSERT INTO sent_record SELECT DISTINCT o.cell >> 10 FROM {SENT}{scope}")
    c.run("UPDATE sent SET part = ?", (1 if records else 0,))
    c.run("CREATE TEMP TABLE sent_step (device BIGINT, n BIGINT, whole BIGINT, "
          "PRIMARY KEY (device, n))")  # fmt: skip
    c.run(
        "INSERT INTO sent_step SELECT t.device, t.n, CASE "
        f"WHEN x.part = 0 AND t.first_seq > (x.low & {_MASK}) AND t.last_seq <= d.max_seq THEN 1 "
        f"WHEN (SELECT count(*) FROM {_OF_STEP}) = t.last_seq - t.first_seq + 1 THEN 1 ELSE 0 END "
        "FROM txn t JOIN sent x ON x.device = t.device JOIN device d ON d.ord = t.device "
        f"WHERE EXISTS (SELECT 1 FROM {_OF_STEP})"
    )


def device_lines(c: Connection) -> Iterator[bytes]:
    """Every device of the log: few, and receivers learn of each other by them."""
    for row in c.each("SELECT ord, uuid, office, name, status FROM device ORDER BY ord"):
        status = "shipped" if row[4] == "shipped" else ""
        yield _encoder.encode(
            DeviceLine(
                row[0], bytes(row[1]).hex(), row[2] or "", (row[3] or "")[:NAME_LIMIT], status
            )
        )


def record_lines(c: Connection) -> Iterator[bytes]:
    """The records that the chosen changes are about."""
    return map(
        _encoder.encode,
        c.each(
            f"SELECT r.rid, {c.hex(namesakes.id_sql('r.uuid'))}, r.tid FROM sent_record s "
            "JOIN record r ON r.rid = s.rid ORDER BY s.rid"
        ),
    )


def step_lines(c: Connection, *, hide_labels: bool = False) -> Iterator[bytes]:
    """The steps that the chosen changes belong to; the seed only of what is sent as a whole.

    `hide_labels` leaves out their words, which may name a record that is not sent.
    """
    for row in c.each(
        "SELECT t.device, t.n, t.first_seq, t.last_seq, t.wall, t.hlc, t.officer, t.office, t.why, "
        "t.label, t.app, t.schema, t.chain, q.seed FROM sent_step x "
        "JOIN txn t ON t.device = x.device AND t.n = x.n LEFT JOIN step_seed q "
        "ON q.device = x.device AND q.n = x.n AND x.whole = 1 ORDER BY x.device, x.n"
    ):
        *start, label, app, schema, chain, seed = row
        words = "" if hide_labels else label[:LABEL_LIMIT]
        line = (*start, words, app, schema, bytes(chain or b"").hex(), bytes(seed or b"").hex())
        yield _encoder.encode(line)


def change_lines(c: Connection, salts: Mapping[int, str] | None = None) -> Iterator[bytes]:
    """The chosen changes, in order of device and sequence; `salts` are those that some carry."""
    sent = "sent s CROSS JOIN {0} p WHERE p.dot > s.low AND p.dot < s.high ORDER BY p.dot"
    parents = _grouped(
        c.all(
            f"SELECT p.dot, p.parent >> 40, p.parent & 1099511627775 FROM "
            f"{sent.format('op_parent')}, p.parent"
        )
    )
    seen = _grouped(c.all(f"SELECT p.dot, p.device, p.seq FROM {sent.format('op_seen')}, p.device"))
    encode = _encoder.encode
    lines = c.each(
        f"SELECT o.dot >> {log.SEQUENCE_BITS}, o.dot & {_MASK}, o.cell >> {log.FIELD_BITS}, "
        f"o.cell & {LIFE}, o.txn, coalesce(o.prev, 0) >> {log.SEQUENCE_BITS}, "
        f"coalesce(o.prev, 0) & {_MASK}, o.val FROM {SENT} ORDER BY s.device, o.dot",
        size=5000,
    )
    if not parents and not seen and not salts:
        return map(encode, lines)
    return _with_further(lines, parents, seen, salts or {})


def _with_further(
    lines: Iterable[tuple[Any, ...]],
    parents: dict[int, list[tuple[int, int]]],
    seen: dict[int, list[tuple[int, int]]],
    salts: Mapping[int, str],
) -> Iterator[bytes]:
    """The lines, with what they replace and have seen where they say more than their `prev`."""
    encode = _encoder.encode
    further = parents.keys() | seen.keys() | salts.keys()
    for line in lines:
        dot = line[0] << log.SEQUENCE_BITS | line[1]
        more: tuple[Any, ...] = ()
        if dot in further:
            more = parents.get(dot, ()), seen.get(dot, ())
            if dot in salts:
                more = *more, salts[dot]
        yield encode((*line, *more))


def _grouped(rows: Iterable[tuple[int, ...]]) -> dict[int, list[tuple[int, int]]]:
    found: dict[int, list[tuple[int, int]]] = {}
    for dot, device, sequence in rows:
        found.setdefault(dot, []).append((device, sequence))
    return found
