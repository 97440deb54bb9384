"""Restored and copied databases of revoked computers: they go on under new ids, with the same key.

Their own bundles are refused by that key. So that what they did counts no more either where others
pass it on, the office list names their ids too, as soon as the secretariat learns of them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from aps_desktop.db.connection import Connection
from aps_desktop.sync import seals, trust_list
from aps_desktop.sync.keys import SigningKey
from aps_desktop.sync.trust_list import Device, SignedList


def named(
    c: Connection, signed: SignedList, root: SigningKey, now: int, good: Collection[str] = ()
) -> SignedList:
    """The list with the ids that revoked computers go on under, as far as they are known here.

    What such an id did counts up to what is here where the computer is among `good` (whose every
    bundle that came was good), else not at all. The same list when there is none.
    """
    listed = {one.device for one in signed.devices}
    added: dict[str, Device] = {}
    for entry in signed.devices:
        if not entry.revoked:
            continue
        for id, name, bundle, change in _going_on(c, entry):
            if id not in listed:
                counts = entry.device in good
                added[id] = Device(
                    device=id, office=entry.office, name=name, key=entry.key,
                    recipient=entry.recipient, added=now,
                    revoked_after=bundle if counts else 0, revoked_change=change if counts else 0,
                )  # fmt: skip
    return trust_list.add_devices(signed, root, tuple(added.values()), now) if added else signed


def _going_on(c: Connection, entry: Device) -> Iterator[tuple[str, str, int, int]]:
    """(id, name, last bundle, last change) of what signs or seals with a computer's key."""
    for uuid, name, upto, key, step, sealed, chain, signature, bundle in c.all(
        "SELECT d.uuid, d.name, d.max_seq, d.public_key, s.step, s.upto, s.chain, s.signature, "
        "(SELECT max(b.sequence) FROM bundle_log b WHERE b.direction = 'in' AND b.device = d.uuid) "
        "FROM device d LEFT JOIN seal s ON s.device = d.ord "
        "WHERE d.status = 'other' AND d.office = ? ORDER BY d.ord",
        (entry.office,),
    ):
        id = bytes(uuid).hex()
        signs = key is not None and bytes(key).hex() == entry.key
        if signs or (
            signature is not None
            and seals.is_by(entry.key, (id, step, sealed, bytes(chain).hex()), bytes(signature))
        ):
            yield id, name or entry.name, int(bundle or 0), int(upto)
