"""How the exchange stands: who has what of ours, what waits, and what was ever sent and merged."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import conflicts
from aps_desktop.services import proposals
from aps_desktop.sync.waiting import never_born

_OWN = "(SELECT ord FROM device WHERE status IN ('self', 'retired'))"


@dataclass(frozen=True, slots=True)
class Counts:
    """What needs somebody: fields in conflict, missing bundles, proposals to this office."""

    conflicts: int
    waiting: int
    proposals: int

    @property
    def total(self) -> int:
        return self.conflicts + self.waiting + self.proposals


@dataclass(frozen=True, slots=True)
class Peer:
    """Another computer. `lacks` of our `ours` changes it has not confirmed, the first at `since`.

    `state` is "listed", "confirmed" (here only), "revoked" or "unknown".
    """

    device: str
    office: str
    name: str
    state: str
    ours: int
    lacks: int
    since: int | None
    heard: int | None
    last: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """Changes that came and cannot stand yet, and whose earlier bundle they wait for."""

    office: str
    name: str
    changes: int
    bundles: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Exchange:
    """One bundle that was made ("out") or merged ("in"); `number` is its line in the history."""

    number: int
    direction: str
    office: str
    device: str
    sequence: int
    made: int
    at: int
    changes: int
    state: str
    file: str
    scope: str
    report: dict[str, Any]


def counts(c: Connection) -> Counts:
    """The numbers beside "Sync"; quick also where there is nothing."""
    return Counts(conflicts.count(c), len(waiting(c)), proposals.count(c))


def waiting(c: Connection) -> list[Waiting]:
    """Whose earlier bundles are missing: the devices of changes that others here build on."""
    if c.value("SELECT 1 FROM bundle_log WHERE direction = 'in' LIMIT 1") is None:
        return []  # nothing came yet: spares a look through all records
    found: dict[int, int] = {}
    if c.value("SELECT 1 FROM op_held LIMIT 1") is not None:
        for device, changes in c.all(
            "SELECT o.prev >> 40, count(*) FROM op_held h JOIN op o ON o.dot = h.dot "
            "WHERE NOT EXISTS (SELECT 1 FROM op p WHERE p.dot = o.prev) GROUP BY o.prev >> 40"
        ):
            found[device] = changes
    never = never_born(c)
    for device, changes, rid, uuid in c.all(_UNBORN):
        if not never(rid, bytes(uuid)):
            found[device] = found.get(device, 0) + changes
    return [_waiting(c, device, changes) for device, changes in sorted(found.items())]


_UNBORN = (
    "SELECT h.dot >> 40, count(*), r.rid, r.uuid FROM record r CROSS JOIN history h "
    "WHERE h.cell BETWEEN (r.rid << 10) AND ((r.rid << 10) | 1023) "
    "AND r.birth IS NULL AND length(r.uuid) = 16 GROUP BY h.dot >> 40, r.rid, r.uuid"
)
"""Changes of records whose making has not arrived."""


def _waiting(c: Connection, device: int, changes: int) -> Waiting:
    uuid, office, name = c.one(
        "SELECT uuid, office, name FROM device WHERE ord = ?", (device,)
    ) or (
        b"",
        "",
        "",
    )
    came = {
        row[0]
        for row in c.all(
            "SELECT sequence FROM bundle_log WHERE direction = 'in' AND device = ? "
            "AND state = 'merged'",
            (uuid,),
        )
    }
    missing = tuple(n for n in range(1, max(came, default=0)) if n not in came)
    return Waiting(office or "", name or "", changes, missing)


def peers(c: Connection) -> list[Peer]:
    """Every other computer that is believed here or whose changes are here, by office."""
    from aps_desktop.services import trusting  # cryptography: not before somebody looks

    store = trusting.kept(c) if trusting.founded(c) else None
    own = {
        bytes(row[0]).hex()
        for row in c.all("SELECT uuid FROM device WHERE status IN ('self', 'retired')")
    }
    listed = {one.device for one in store.signed.devices} if store and store.signed else set()
    known: dict[str, tuple[str, str, str]] = {}
    keys: dict[str, str] = {}
    for one in store.devices() if store else ():
        state = "revoked" if one.revoked else "listed" if one.device in listed else "confirmed"
        known[one.device] = (one.office, one.name, state)
        keys[one.device] = one.key
    for uuid, office, name, key in c.all(
        "SELECT uuid, office, name, public_key FROM device "
        "WHERE status NOT IN ('self', 'retired', 'shipped')"
    ):
        id = bytes(uuid).hex()
        known.setdefault(id, (office or "", name or "", "unknown"))
        keys.setdefault(id, bytes(key or b"").hex())
    for old, new in _replaced(c, keys).items():
        office, name, state = known.pop(old)
        if known[new][2] == "unknown":  # the entry of its key answers for it
            known[new] = (office, name, state)
    found = [_peer(c, id, *about) for id, about in known.items() if id not in own]
    return sorted(found, key=lambda peer: (peer.office, peer.name))


def _replaced(c: Connection, keys: dict[str, str]) -> dict[str, str]:
    """Devices whose database goes on under another name (restored, or on another computer).

    By device: the newest one with the same key. While both speak, both are there.
    """
    heard = {
        bytes(uuid).hex(): (first, last)
        for uuid, first, last in c.all(
            "SELECT device, min(n), max(n) FROM bundle_log WHERE direction = 'in' GROUP BY device"
        )
        if uuid is not None
    }
    newest: dict[str, str] = {}
    for id in sorted(keys, key=lambda id: heard.get(id, (0, 0))):
        if keys[id] and id in heard:
            newest[keys[id]] = id
    return {
        id: newest[key]
        for id, key in keys.items()
        if key in newest and heard.get(id, (0, 0))[1] < heard[newest[key]][0]
    }


def _peer(c: Connection, device: str, office: str, name: str, state: str) -> Peer:
    has = {
        row[0]: row[1]
        for row in c.all(
            f"SELECT device, upto FROM known WHERE peer = ? AND device IN {_OWN}",
            (bytes.fromhex(device),),
        )
    }
    ours, lacks, since = unconfirmed(c, has)
    heard = c.one(
        "SELECT at, sequence FROM bundle_log WHERE direction = 'in' AND device = ? "
        "ORDER BY sequence DESC LIMIT 1",
        (bytes.fromhex(device),),
    )
    return Peer(device, office, name, state, ours, lacks, since, *(heard if heard else (None, 0)))


def unconfirmed(c: Connection, has: dict[int, int]) -> tuple[int, int, int | None]:
    """(our changes, how many of them are not known to be there, when the first of those was made).

    `has` says by device number of ours how far its changes are there.
    """
    ours = lacks = 0
    since: int | None = None
    for number, top in c.all(f"SELECT ord, max_seq FROM device WHERE ord IN {_OWN}"):
        upto = min(has.get(number, 0), top)
        ours += top
        lacks += top - upto
        if upto < top:
            at = c.value(
                "SELECT min(wall) FROM txn WHERE device = ? AND last_seq > ?", (number, upto)
            )
            since = at if since is None else min(since, at or since)
    return ours, lacks, since


def seen_of_ours(c: Connection, knowledge: dict[str, int]) -> tuple[int, int, int | None]:
    """The same for what a bundle says that its sender holds, by device id."""
    own = c.all(f"SELECT ord, uuid FROM device WHERE ord IN {_OWN}")
    return unconfirmed(c, {n: knowledge.get(bytes(uuid).hex(), 0) for n, uuid in own})


def history(c: Connection) -> list[Exchange]:
    """Every bundle that was ever made or merged here, newest first."""
    rows = c.all(
        "SELECT b.n, b.direction, coalesce(d.office, ''), coalesce(d.name, ''), b.sequence, b.at, "
        "b.changes, b.state, b.file, b.scope, b.report FROM bundle_log b "
        "LEFT JOIN device d ON d.uuid = b.device ORDER BY b.n DESC"
    )
    found = []
    for n, direction, office, name, sequence, at, changes, state, file, scope, report in rows:
        said = json.loads(report or "{}")
        found.append(
            Exchange(
                *(n, direction, office, name, sequence or 0, at or 0, said.get("done", at or 0)),
                *(changes or 0, state or "", file or "", scope or "", said),
            )
        )
    return found
