"""Which birth of a record counts, where the log has several, and whose the record is.

A record is born once, on the device that its id names. A colleague can write another birth of it,
with any stamp: that one does not count, so it makes nobody the owner and changes nothing that is
shown. What has no such id is said below; nothing here depends on a clock that somebody else set.
"""

from __future__ import annotations

from collections.abc import Collection
from itertools import groupby
from typing import NamedTuple
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.layout import MEMBER
from aps_desktop.domain.changes import SECRETARIAT
from aps_desktop.domain.ids import made_by, shipped_ids


class Birth(NamedTuple):
    """One of a record's births: its op, who wrote it and when."""

    dot: int
    stamp: int
    device: bytes
    office: str

    @property
    def sequence(self) -> int:
        return self.dot & ((1 << 40) - 1)


class Chosen(NamedTuple):
    """The birth that counts, and the office whose the record is."""

    dot: int
    office: str


def choose(id: UUID, births: Collection[Birth]) -> Chosen:
    """Of several births: the maker's first; else one of the shipped lists; else the latest.

    Where neither the id nor the shipped lists decide (ids of older versions, of fictitious data)
    and several offices say that they made the record, it is the secretariat's to decide about.
    """
    made = [one for one in births if made_by(id, one.device)]
    shipped = [one for one in births if id.version == 5 and one.device in shipped_ids()]
    equals = made or shipped or births
    if made:
        birth = min(made, key=lambda one: (one.sequence, one.device))
    else:
        birth = max(equals, key=lambda one: (one.stamp, one.device, one.sequence))
    offices = {one.office for one in equals}
    return Chosen(birth.dot, offices.pop() if len(offices) == 1 else SECRETARIAT)


SEVERAL = (
    "SELECT cell >> 10 AS rid FROM history WHERE (cell & 1023) = 0 "
    "GROUP BY cell HAVING count(*) > 1"
)


def chosen(c: Connection, records: str = SEVERAL) -> dict[int, Chosen]:
    """By row number: the birth that counts, of records that have several.

    `records` is the SQL of a query for them (`rid`). A set's members are left out: their births
    all say the same, and they belong to whoever owns the whole.
    """
    rows = c.all(
        f"SELECT r.rid, r.uuid, o.dot, o.hlc, d.uuid, t.office FROM ({records}) x "
        "CROSS JOIN record r CROSS JOIN history h CROSS JOIN op o "
        "JOIN device d ON d.ord = (o.dot >> 40) "
        "JOIN txn t ON t.device = d.ord AND t.n = o.txn "
        f"WHERE r.rid = x.rid AND r.tid <> {MEMBER.number} AND length(r.uuid) = 16 "
        "AND h.cell = (x.rid << 10) AND o.dot = h.dot ORDER BY r.rid"
    )
    found: dict[int, Chosen] = {}
    for (rid, uuid), births in groupby(rows, key=lambda row: (row[0], bytes(row[1]))):
        several = [Birth(row[2], row[3], bytes(row[4]), row[5] or "") for row in births]
        found[rid] = choose(UUID(bytes=uuid), several)
    return found
