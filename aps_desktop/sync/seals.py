"""Origin seals: an office's signature over the hash chain of its own steps, passed on by others.

A bundle is signed by whoever sends it. What it passes on of others is believed because of their
seals: an office cannot alter, leave out or invent a step of another one unnoticed.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Annotated

import msgspec

from aps_desktop.db import chain, log
from aps_desktop.db.connection import Connection
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.office_names import the_office
from aps_desktop.sync.bundle_lines import UNREADABLE
from aps_desktop.sync.keys import FOR_SEAL, SigningKey, verify
from aps_desktop.sync.manifest import Hex16, Hex32, Sequence

MEMBER = "seals.jsonl"
Keys = Callable[[str, str], Collection[str]]
"""By device id and office: the public keys whose seals are that device's."""


class SealLine(msgspec.Struct, array_like=True, forbid_unknown_fields=True):
    """Up to which step and change the chain of a device has this hash, and its signature."""

    device: Hex16
    step: Sequence
    upto: Sequence
    chain: Hex32
    signature: Annotated[str, msgspec.Meta(pattern=r"^[0-9a-f]{128}\Z")]


class Altered(UserError):
    """What a bundle passes on is not what its office had sealed."""


def lines(c: Connection, key: SigningKey) -> Iterator[bytes]:
    """The seals of this installation's own devices, made now, and those kept of others."""
    encode = msgspec.json.encode
    own = c.all("SELECT ord, uuid FROM device WHERE status IN ('self', 'retired') ORDER BY ord")
    for device, uuid in own:
        row = c.one(
            "SELECT n, last_seq, chain FROM txn WHERE device = ? ORDER BY n DESC LIMIT 1", (device,)
        )
        if row is not None and row[2] is not None:
            bare = (bytes(uuid).hex(), row[0], row[1], bytes(row[2]).hex())
            yield encode((*bare, key.sign(FOR_SEAL, encode(bare)).hex()))
    for uuid, step, upto, hashed, signature in c.all(
        "SELECT d.uuid, s.step, s.upto, s.chain, s.signature FROM seal s "
        "JOIN device d ON d.ord = s.device WHERE d.status NOT IN ('self', 'retired') ORDER BY d.ord"
    ):
        yield encode((bytes(uuid).hex(), step, upto, bytes(hashed).hex(), bytes(signature).hex()))


def read(pieces: Iterable[bytes]) -> list[SealLine]:
    """A bundle's seals. Altered when they cannot be read."""
    decoder = msgspec.json.Decoder(SealLine)
    try:
        return [seal for piece in pieces for seal in decoder.decode_lines(piece)]
    except UNREADABLE as error:
        raise Altered("The seals in this bundle cannot be read.", _AGAIN) from error


_AGAIN = "Nothing was merged. Ask the sender for the bundle again."


def check(
    c: Connection,
    found: Collection[SealLine],
    sender: bytes,
    keys: Keys,
    listed: Collection[str],
    *,
    whole: bool,
) -> dict[str, int]:
    """Compares what was passed on (the table `n`, already in the log) with the seals; keeps those.

    Altered when a seal is not its device's, when the changes are not what was sealed, or when a
    whole bundle (`whole`) brings no seal of a device that is known to seal, or of one that nobody
    listed (`listed`) under the name of an office whose keys are known. How much no seal covers is
    returned by office: a part of a step, or steps behind a gap, cannot be compared.
    """
    by_device = {seal.device: seal for seal in sorted(found, key=lambda seal: seal.upto)}
    unsealed: dict[str, int] = {}
    for device, uuid, office, status in c.all(
        "SELECT d.ord, d.uuid, d.office, d.status FROM device d "
        "WHERE d.status <> 'shipped' ORDER BY d.ord"
    ):
        own = status in ("self", "retired")
        seal = by_device.get(bytes(uuid).hex())
        known = keys(bytes(uuid).hex(), office or "")
        if seal is not None and known:
            _refuse_forged(seal, known, office or "")
        else:
            seal = None  # nobody has confirmed this computer: its seal proves nothing
        if bytes(uuid) != sender:
            missing = _compare(c, device, seal)
            must = own or (known and bytes(uuid).hex() not in listed) or _seals(c, device)
            if missing and (own or (seal is None and whole and must)):
                raise _altered(office or "", "came without the seal that it gives them")
            if missing:
                unsealed[office or ""] = unsealed.get(office or "", 0) + missing
        if seal is not None and not own:
            _keep(c, device, seal)
    return unsealed


def is_by(key: str, bare: tuple[str, int, int, str], signature: bytes) -> bool:
    """Whether a seal (device id, step, change, chain) was given with this key."""
    return verify(key, FOR_SEAL, msgspec.json.encode(bare), signature)


def _refuse_forged(seal: SealLine, keys: Collection[str], office: str) -> None:
    signature = bytes.fromhex(seal.signature)
    bare = (seal.device, seal.step, seal.upto, seal.chain)
    if not any(is_by(key, bare, signature) for key in keys):
        raise _altered(office, "carry a seal that it did not give")


def _altered(office: str, what: str) -> Altered:
    return Altered(
        f"Changes of {the_office(office)} in this bundle {what}.",
        f"Nothing was merged. Ask {office or 'that office'} itself for a bundle, and tell the "
        "secretariat who sent this one.",
    )


def _compare(c: Connection, device: int, seal: SealLine | None) -> int:
    """How many new changes of a device no seal covers. Altered where a seal does not fit."""
    span = log.dot_of(device, 0), log.dot_of(device + 1, 0)
    new, first = c.one("SELECT count(*), min(dot) FROM n WHERE dot > ? AND dot < ?", span) or (
        0,
        None,
    )
    if not new or seal is None:
        return int(new)
    step = c.value("SELECT txn FROM op WHERE dot = ?", (first,))
    before = b"" if step == 1 else c.value(
        "SELECT chain FROM txn WHERE device = ? AND n = ?", (device, step - 1)
    )  # fmt: skip
    while before is not None and step <= seal.step:
        before = chain.computed(c, device, step, bytes(before))
        step += 1
    if before is None or step != seal.step + 1:
        return int(new)
    if bytes(before).hex() != seal.chain:
        raise _altered(_office(c, device), "are not what it had sealed")
    beyond = (log.dot_of(device, seal.upto), span[1])
    if c.value("SELECT 1 FROM n WHERE dot > ? AND dot < ? LIMIT 1", beyond):
        raise _altered(_office(c, device), "go beyond what it had sealed")
    return 0


def _office(c: Connection, device: int) -> str:
    return str(c.value("SELECT office FROM device WHERE ord = ?", (device,)) or "")


def _seals(c: Connection, device: int) -> bool:
    return c.value("SELECT 1 FROM seal WHERE device = ?", (device,)) is not None


def _keep(c: Connection, device: int, seal: SealLine) -> None:
    """The furthest seal of each device is passed on."""
    c.run(
        "INSERT INTO seal(device, step, upto, chain, signature) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT(device) DO UPDATE SET step = excluded.step, upto = excluded.upto, "
        "chain = excluded.chain, signature = excluded.signature WHERE excluded.upto > seal.upto",
        (
            *(device, seal.step, seal.upto),
            *(bytes.fromhex(seal.chain), bytes.fromhex(seal.signature)),
        ),
    )
