"""Keys and the office list: whose bundles are believed here. Kept in this database's settings."""

from __future__ import annotations

import base64
import json
from pathlib import Path

from msgspec.structs import replace

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.store import put_setting, setting, this_device
from aps_desktop.domain.changes import SECRETARIAT
from aps_desktop.domain.errors import NotFound, UserError
from aps_desktop.domain.office_names import the_office
from aps_desktop.services import trust_successors
from aps_desktop.sync import trust_list
from aps_desktop.sync.keys import DeviceKeys, SigningKey
from aps_desktop.sync.manifest import Sender
from aps_desktop.sync.revoked import Settled, settle_revoked
from aps_desktop.sync.trust import TrustStore
from aps_desktop.sync.trust_list import Device, Office, Request

_KEYS, _STORE, _ROOT = "device_keys", "trust_store", "list_key"
_LIST_LIMIT = 5 * 2**20


def keys(db: Database) -> DeviceKeys:
    """This installation's keys, made when they are first asked for."""
    text = setting(db.reader(), _KEYS)
    if not text:
        _found(db)
        text = setting(db.reader(), _KEYS)
    return DeviceKeys.from_bytes(base64.b64decode(text))


def store(db: Database) -> TrustStore:
    """Whom this installation believes; itself always."""
    if not setting(db.reader(), _STORE):
        _found(db)
    return kept(db.reader())


def founded(c: Connection) -> bool:
    """Whether keys and trust store have been made: they are when they are first asked for."""
    return bool(setting(c, _STORE))


def kept(c: Connection) -> TrustStore:
    """The trust store as it is kept in the settings."""
    return TrustStore.from_bytes(base64.b64decode(setting(c, _STORE)))


def keep(c: Connection, changed: TrustStore) -> Settled:
    """Keeps a changed trust store, inside a write transaction; what that changes in the state."""
    put_setting(c, _STORE, base64.b64encode(changed.to_bytes()).decode())
    return settle(c, changed)


def settle(c: Connection, present: TrustStore) -> Settled:
    """What revoked computers did beyond their last good change counts no more."""
    return settle_revoked(c, last_changes(present))


def last_changes(present: TrustStore) -> dict[bytes, int]:
    """By device: the last good change of those that are revoked."""
    return {
        bytes.fromhex(one.device): one.revoked_change
        for one in present.devices()
        if one.revoked_change is not None
    }


def sender(db: Database) -> Sender:
    """How this installation presents itself in its bundles."""
    device, office, name = this_device(db.reader())
    return trust_list.sender_of(keys(db), device.hex, office, name)


def _found(db: Database) -> None:
    """Makes the keys; at the secretariat also its list key and the first office list."""
    device, office, name = this_device(db.reader())
    own = DeviceKeys.generate()
    now = db.clock.millis()
    entry = Device(
        device=device.hex, office=office, name=name, key=own.public, recipient=own.recipient,
        added=now,
    )  # fmt: skip
    made = TrustStore(own=entry)
    root = SigningKey.generate() if office == SECRETARIAT else None
    if root is not None:
        signed = trust_list.new_list(root, [Office(office, "ASEAN programme secretariat")], now)
        request = trust_list.read_request(_request(own, device.hex, office, name, now))
        signed = trust_list.add_request(signed, root, request, now)
        made = TrustStore(root=root.public, signed=signed, own=entry)
    with db.writing() as c:
        if setting(c, _KEYS):
            return
        put_setting(c, _KEYS, base64.b64encode(own.to_bytes()).decode())
        if root is not None:
            put_setting(c, _ROOT, root.seed.hex())
        keep(c, made)


def _request(own: DeviceKeys, device: str, office: str, name: str, now: int) -> bytes:
    return trust_list.make_request(
        own, device=device, office=office, office_name=office, name=name, made=now
    )


def write_request(db: Database, target: Path) -> Request:
    """Writes the file by which this computer asks to be put on the office list."""
    device, office, name = this_device(db.reader())
    data = _request(keys(db), device.hex, office, name, db.clock.millis())
    target.write_bytes(data)
    return trust_list.read_request(data)


def add(db: Database, source: Path) -> str:
    """Takes a request (the secretariat: onto its list) or a signed office list; says what it did.

    Whoever calls this has compared the fingerprint with the other office by phone.
    """
    if source.stat().st_size > _LIST_LIMIT:
        raise UserError(f"{source.name} is neither a request nor an office list.")
    data = source.read_bytes()
    present = store(db)
    try:
        request = trust_list.read_request(data)
    except trust_list.BadRequest:
        changed = present.take(data) if present.root else present.adopt(data)
        with db.writing() as c:
            keep(c, changed)
        return f"The office list, version {changed.version}, is in force."
    return _add_request(db, present, request)


def _add_request(db: Database, present: TrustStore, request: Request) -> str:
    now = db.clock.millis()
    seed = setting(db.reader(), _ROOT)
    who = f"“{request.name}” of {the_office(request.office)}"
    if seed and present.signed:
        root = SigningKey(bytes.fromhex(seed))
        signed = trust_list.add_request(present.signed, root, request, now)
        changed = TrustStore(
            root=present.root, signed=signed, own=present.own, confirmed=present.confirmed
        )
        words = f"{who} is on the office list, version {changed.version}."
    else:
        asked = Sender(request.device, request.office, request.name, request.key, request.recipient)
        changed = present.confirm(asked, request.fingerprint, now)
        words = f"{who} is believed on this computer."
    with db.writing() as c:
        keep(c, changed)
    return words


def confirm(db: Database, sender: Sender) -> str:
    """Believes the computer that made a bundle; the secretariat also puts it on its list.

    Whoever calls this has compared the fingerprint with the other office by phone.
    """
    request = Request(
        device=sender.device, office=sender.office, name=sender.name, key=sender.key,
        recipient=sender.recipient, made=db.clock.millis(),
    )  # fmt: skip
    return _add_request(db, store(db), request)


def is_secretariat(c: Connection) -> bool:
    """Whether the office list is signed here."""
    return bool(setting(c, _ROOT))


def revoke(db: Database, device: str, after: int) -> tuple[int, Settled]:
    """Ends a computer's work after its bundle number `after`; the new list's version.

    What it did since, and was merged here, counts no more.
    """
    seed = setting(db.reader(), _ROOT)
    present = store(db)
    if not seed or present.signed is None:
        raise UserError(
            "Only the secretariat can revoke a computer.", "Tell the secretariat by phone."
        )
    entry = listed(present, device)
    if present.own is not None and entry.device == present.own.device:
        raise UserError(
            "This computer signs the office list and cannot revoke itself.",
            "What it did wrong can be undone, or put back step by step.",
        )
    root = SigningKey(bytes.fromhex(seed))
    last = last_change(db.reader(), entry.device, after)
    now = db.clock.millis()
    signed = trust_list.revoke(present.signed, root, entry.device, after, now, last)
    with db.writing() as c:
        good = (entry.device,) if after >= _last_bundle(c, entry.device) else ()
        signed = trust_successors.named(c, signed, root, now, good)
        changed = replace(present, signed=signed)
        return changed.version, keep(c, changed)


def follow_revoked(c: Connection, now: int) -> Settled:
    """At the secretariat: the list names the ids that revoked computers turn out to go on under."""
    seed, present = setting(c, _ROOT), kept(c)
    if not seed or present.signed is None:
        return Settled()
    signed = trust_successors.named(c, present.signed, SigningKey(bytes.fromhex(seed)), now)
    if signed is present.signed:
        return Settled()
    return keep(c, replace(present, signed=signed))


def _last_bundle(c: Connection, device: str) -> int:
    """The number of a computer's last bundle that was merged here; 0 for none."""
    return int(
        c.value(
            "SELECT max(sequence) FROM bundle_log WHERE direction = 'in' AND device = ?",
            (bytes.fromhex(device),),
        )
        or 0
    )


def listed(present: TrustStore, device: str) -> Device:
    """A computer by its id, the beginning of it, or its name. NotFound when it is not listed."""
    for one in present.devices():
        if device in (one.device, one.name) or one.device.startswith(device):
            return one
    raise NotFound(f"There is no computer “{device}” on the office list.", "List them first.")


def last_change(c: Connection, device: str, bundle: int) -> int | None:
    """The last change in a computer's bundles up to number `bundle`; None where none came here.

    With 0 all its changes are meant: none of them is good.
    """
    if bundle == 0:
        return 0
    rows = c.all(
        "SELECT report FROM bundle_log WHERE direction = 'in' AND device = ? AND sequence <= ?",
        (bytes.fromhex(device), bundle),
    )
    stated = max((int(json.loads(report).get("upto", 0)) for (report,) in rows), default=None)
    # The end of a step: of one that is cut in two nobody could show which part is good.
    return stated and c.value(
        "SELECT coalesce(max(t.last_seq), 0) FROM txn t JOIN device d ON d.ord = t.device "
        "WHERE d.uuid = ? AND t.last_seq <= ?",
        (bytes.fromhex(device), stated),
    )
