"""The office list: which computers belong to which office, signed by the secretariat.

Values only; every change makes a new list with a higher version. An office's own administrator
may add computers of that office between two versions; such additions are signed one by one.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.office_names import the_office
from aps_desktop.sync.keys import (
    FOR_ADDITION,
    FOR_LIST,
    FOR_REQUEST,
    DeviceKeys,
    SigningKey,
    fingerprint,
    verify,
)
from aps_desktop.sync.manifest import (
    Code,
    Hex16,
    Hex32,
    Millis,
    Name,
    Position,
    Recipient,
    Sender,
    canonical,
    read_canonical,
)

MOST_LIST = 4 * 2**20
MOST_REQUEST = 10_000
_Signature = Annotated[str, Meta(pattern=r"^[0-9a-f]{128}\Z")]


class TrustError(UserError):
    """Something in the office list or a request that must not be believed or done."""


class ListRefused(TrustError):
    """The list is not signed by the secretariat, or not as it was signed."""


class ListOlder(TrustError):
    """A newer list is in force."""


class BadRequest(TrustError):
    """A request file that is damaged or not signed by the computer it names."""


class NotAllowed(TrustError):
    """Somebody may not do this with the list."""


class Device(Struct, frozen=True, kw_only=True):
    """A computer of an office; its number of the last good bundle, and change, once revoked."""

    device: Hex16
    office: Code
    name: Name
    key: Hex32
    recipient: Recipient
    added: Millis
    revoked_after: Position | None = None
    revoked_change: Position | None = None

    @property
    def fingerprint(self) -> str:
        return fingerprint(self.key, self.recipient)

    @property
    def revoked(self) -> bool:
        return self.revoked_after is not None


class Office(Struct, frozen=True):
    """An office by the code that records and bundles carry."""

    code: Code
    name: Name


class Admin(Struct, frozen=True):
    """Whose key may add computers of one office."""

    office: Code
    key: Hex32


class OfficeList(Struct, frozen=True, kw_only=True):
    """What the secretariat signs."""

    format: Annotated[int, Meta(ge=1, le=1)] = 1
    root: Hex32
    version: Annotated[int, Meta(ge=1, le=2**40)]
    made: Millis
    offices: Annotated[tuple[Office, ...], Meta(max_length=2_000)] = ()
    devices: Annotated[tuple[Device, ...], Meta(max_length=10_000)] = ()
    admins: Annotated[tuple[Admin, ...], Meta(max_length=2_000)] = ()


class Addition(Struct, frozen=True):
    """A computer that its office's administrator added to a list of this root."""

    device: Device
    key: Hex32
    signature: _Signature


class SignedList(Struct, frozen=True):
    """An office list as it travels."""

    list: OfficeList
    signature: _Signature
    additions: Annotated[tuple[Addition, ...], Meta(max_length=2_000)] = ()

    def to_bytes(self) -> bytes:
        return canonical(self)

    @property
    def devices(self) -> tuple[Device, ...]:
        """Everyone on the list, and who was rightly added to it since."""
        return (*self.list.devices, *(one.device for one in self.additions))


class Request(Struct, frozen=True, kw_only=True):
    """A new computer asks to be put on the list; signed by itself."""

    format: Annotated[int, Meta(ge=1, le=1)] = 1
    kind: Annotated[str, Meta(pattern=r"^aps-device-request\Z")] = "aps-device-request"
    device: Hex16
    office: Code
    office_name: Name = ""
    name: Name
    key: Hex32
    recipient: Recipient
    made: Millis
    signature: Annotated[str, Meta(pattern=r"^([0-9a-f]{128})?\Z")] = ""

    @property
    def fingerprint(self) -> str:
        """What the two people compare by phone before the request is granted."""
        return fingerprint(self.key, self.recipient)


def sender_of(keys: DeviceKeys, device: str, office: str, name: str) -> Sender:
    """How a device presents itself in its bundles."""
    return Sender(device, office, name, keys.public, keys.recipient)


def make_request(
    keys: DeviceKeys, *, device: str, office: str, office_name: str, name: str, made: int
) -> bytes:
    """The request file of this computer."""
    bare = Request(
        device=device,
        office=office,
        office_name=office_name,
        name=name,
        key=keys.public,
        recipient=keys.recipient,
        made=made,
    )
    signature = keys.signing.sign(FOR_REQUEST, canonical(bare)).hex()
    data = canonical(replace(bare, signature=signature))
    try:
        read_request(data)
    except BadRequest as error:
        raise InvalidValue(
            "The office code or a name cannot be used in a request.",
            "Use letters and digits for the code, and at most 120 characters for a name.",
        ) from error
    return data


def read_request(data: bytes) -> Request:
    """A request that its own key has signed. BadRequest for anything else."""
    try:
        if len(data) > MOST_REQUEST:
            raise ValueError("too large")
        request = read_canonical(data, Request)
        signed = canonical(replace(request, signature=""))
        if not verify(request.key, FOR_REQUEST, signed, bytes.fromhex(request.signature)):
            raise ValueError("signature")
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise BadRequest(
            "This is not a request of a computer, or it is damaged.",
            "Ask for the request file once more.",
        ) from error
    return request


def sign_list(root: SigningKey, bare: OfficeList) -> SignedList:
    """The list signed by its root."""
    if root.public != bare.root:
        raise NotAllowed(
            "Only the secretariat's list key can change the office list.",
            "Send the request to the secretariat.",
        )
    return SignedList(bare, root.sign(FOR_LIST, canonical(bare)).hex())


def new_list(root: SigningKey, offices: Iterable[Office], made: int) -> SignedList:
    """Version 1, with offices and no computers."""
    return sign_list(
        root, OfficeList(root=root.public, version=1, made=made, offices=tuple(offices))
    )


def read_list(data: bytes, root: str = "") -> SignedList:
    """A list that its root has signed; with `root`, that root and no other. ListRefused if not.

    Additions that their administrator may not make are left out.
    """
    try:
        if len(data) > MOST_LIST:
            raise ValueError("too large")
        signed = read_canonical(data, SignedList)
        bare = signed.list
        ids = [one.device for one in bare.devices]
        right = verify(bare.root, FOR_LIST, canonical(bare), bytes.fromhex(signed.signature))
        if not right or len(set(ids)) != len(ids):
            raise ValueError("signature")
    except (msgspec.MsgspecError, ValueError, RecursionError) as error:
        raise ListRefused(
            "The office list is damaged or was changed after it was signed.",
            "The list in force here stays. Ask the secretariat for its list.",
        ) from error
    if root and bare.root != root:
        raise ListRefused(
            "The office list is signed by another secretariat.", "The list in force here stays."
        )
    return replace(signed, additions=_right_additions(bare, signed.additions))


def unite(one: SignedList, other: SignedList) -> SignedList:
    """The newer of two lists of one root, with the additions of both that still stand."""
    newer = max(one, other, key=lambda signed: (signed.list.version, canonical(signed.list)))
    additions = _right_additions(newer.list, (*one.additions, *other.additions))
    return replace(newer, additions=additions)


def _right_additions(bare: OfficeList, additions: Iterable[Addition]) -> tuple[Addition, ...]:
    listed = {device.device for device in bare.devices}
    keys = {device.key for device in bare.devices}
    admins = {(admin.office, admin.key) for admin in bare.admins}
    right: dict[str, Addition] = {}
    for one in sorted(additions, key=canonical):
        device = one.device
        known = device.device in listed or device.key in keys or device.device in right
        if known or device.revoked or (device.office, one.key) not in admins:
            continue
        text = bare.root.encode() + canonical(device)
        if verify(one.key, FOR_ADDITION, text, bytes.fromhex(one.signature)):
            right[device.device] = one
    return tuple(right[device] for device in sorted(right))


def add_request(signed: SignedList, signer: SigningKey, request: Request, now: int) -> SignedList:
    """The list with one more computer: a new version by the root, an addition by an administrator.

    The caller has had the fingerprint compared. NotAllowed when the signer may not, or when the
    computer or its key stands on the list differently.
    """
    device = Device(
        device=request.device,
        office=request.office,
        name=request.name,
        key=request.key,
        recipient=request.recipient,
        added=now,
    )
    for known in signed.devices:
        if known.key == device.key and known.office == device.office and not known.revoked:
            return signed  # also after a restore: the key answers for the new device id
        if device.key == known.key or device.device == known.device:
            raise NotAllowed(
                f"This computer or its key is on the list already, as “{known.name}” of "
                f"{the_office(known.office)}.",
                "Revoke that entry, and make a new database on the computer.",
            )
    if signer.public == signed.list.root:
        return _next(signed, signer, now, add=(device,), office=_office_of(signed, request))
    return _add_by_admin(signed, signer, device)


def _office_of(signed: SignedList, request: Request) -> tuple[Office, ...]:
    known = any(office.code == request.office for office in signed.list.offices)
    return () if known else (Office(request.office, request.office_name or request.office),)


def _add_by_admin(signed: SignedList, signer: SigningKey, device: Device) -> SignedList:
    text = signed.list.root.encode() + canonical(device)
    addition = Addition(device, signer.public, signer.sign(FOR_ADDITION, text).hex())
    additions = _right_additions(signed.list, (*signed.additions, addition))
    if addition not in additions:
        raise NotAllowed(
            f"Only the secretariat or an administrator of {the_office(device.office)} can add this "
            "computer.",
            "Send the request to the secretariat.",
        )
    return replace(signed, additions=additions)


def _next(
    signed: SignedList,
    root: SigningKey,
    now: int,
    *,
    add: tuple[Device, ...] = (),
    office: tuple[Office, ...] = (),
    admins: tuple[Admin, ...] | None = None,
) -> SignedList:
    """The next version; what administrators added becomes part of the list itself."""
    bare = signed.list
    return sign_list(
        root,
        replace(
            bare,
            version=bare.version + 1,
            made=now,
            devices=(*signed.devices, *add),
            offices=(*bare.offices, *office),
            admins=bare.admins if admins is None else admins,
        ),
    )


def revoke(
    signed: SignedList,
    root: SigningKey,
    device: str,
    after: int,
    now: int,
    after_change: int | None = None,
) -> SignedList:
    """A new version in which a device's work counts up to its bundle `after` and no further.

    `after_change` is the same as the number of its change, for bundles that others pass on.
    """
    folded = _next(signed, root, now)
    if all(one.device != device for one in folded.list.devices):
        raise NotAllowed("This computer is not on the office list.", "Look at the list again.")
    devices = tuple(
        replace(one, revoked_after=after, revoked_change=after_change)
        if one.device == device
        else one
        for one in folded.list.devices
    )
    return sign_list(root, replace(folded.list, devices=devices))


def add_devices(
    signed: SignedList, root: SigningKey, devices: tuple[Device, ...], now: int
) -> SignedList:
    """A new version with further entries as they are."""
    return _next(signed, root, now, add=devices)


def set_admins(
    signed: SignedList, root: SigningKey, admins: Iterable[Admin], now: int
) -> SignedList:
    """A new version in which these keys, and no others, may add computers of their offices."""
    return _next(signed, root, now, admins=tuple(admins))
