"""What people see of trust: this computer's fingerprint, and the office list in force."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from aps_desktop.db.engine import Database
from aps_desktop.db.store import this_device
from aps_desktop.domain.errors import UserError
from aps_desktop.services import trusting
from aps_desktop.sync.keys import fingerprint

LISTED, CONFIRMED, REVOKED, OWN = "listed", "confirmed", "revoked", "own"


@dataclass(frozen=True, slots=True)
class Computer:
    """One computer that is known here, and on whose word. `last` is its last bundle merged here."""

    device: str
    office: str
    name: str
    fingerprint: str
    added: int
    state: str
    revoked_after: int | None
    last: int
    own: bool = False


@dataclass(frozen=True, slots=True)
class Overview:
    """`listed`: this computer stands on the list; `secretariat`: the list is signed here.

    `signer` is the fingerprint of the key that signs the list; empty without one.
    """

    office: str
    name: str
    fingerprint: str
    version: int
    made: int
    listed: bool
    secretariat: bool
    computers: tuple[Computer, ...]
    signer: str = ""


def overview(db: Database) -> Overview:
    """Everything at once; makes this computer's keys where there are none yet."""
    keys = trusting.keys(db)
    c = db.reader()
    store = trusting.kept(c)
    device, office, name = this_device(c)
    on_list = {one.device for one in store.signed.devices} if store.signed else set()
    listed_keys = {one.key for one in store.signed.devices} if store.signed else set()
    last: dict[bytes, int] = {
        bytes(device): sequence
        for device, sequence in c.all(
            "SELECT device, max(sequence) FROM bundle_log WHERE direction = 'in' GROUP BY device"
        )
    }
    computers = []
    for one in store.devices():
        own = one.device == device.hex
        state = LISTED if one.device in on_list else OWN if own else CONFIRMED
        computers.append(
            Computer(
                *(one.device, one.office, one.name, one.fingerprint, one.added),
                REVOKED if one.revoked else state,
                one.revoked_after,
                int(last.get(bytes.fromhex(one.device), 0)),
                own,
            )
        )
    computers.sort(key=lambda one: (one.office, one.name))
    made = store.signed.list.made if store.signed else 0
    return Overview(
        *(office, name, keys.fingerprint, store.version, made, keys.public in listed_keys),
        trusting.is_secretariat(c),
        tuple(computers),
        fingerprint(store.root) if store.root else "",
    )


def write_request(db: Database, target: Path) -> str:
    """Writes this computer's request; its fingerprint. UserError where it cannot be written."""
    try:
        return trusting.write_request(db, target).fingerprint
    except OSError as error:
        raise UserError(
            f"{target.name} could not be written there.", "Choose another folder or stick."
        ) from error
