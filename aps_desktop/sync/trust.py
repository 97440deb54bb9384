"""Whom this database believes: its office list, itself, and whom its officers confirmed."""

from __future__ import annotations

from enum import StrEnum

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.sync.container import Judgement, Verdict
from aps_desktop.sync.keys import same_fingerprint
from aps_desktop.sync.manifest import Manifest, Sender
from aps_desktop.sync.trust_list import (
    Device,
    ListOlder,
    ListRefused,
    NotAllowed,
    SignedList,
    TrustError,
    read_list,
    unite,
)


class Received(StrEnum):
    """What an office list that arrived is, beside the one in force."""

    NEWER = "newer"
    SAME = "same"
    OLDER = "older"


class TrustStore(Struct, frozen=True, kw_only=True):
    """An unchanging value; the database keeps its bytes. Every change makes a new one."""

    root: str = ""
    """The secretariat's public list key; empty until the database has one."""
    signed: SignedList | None = None
    own: Device | None = None
    confirmed: tuple[Device, ...] = ()
    """Confirmed here by fingerprint; the secretariat's word goes before."""

    @classmethod
    def from_bytes(cls, data: bytes) -> TrustStore:
        """A store as `to_bytes` made it. InvalidValue when it is damaged."""
        try:
            return msgspec.json.decode(data, type=cls)
        except (msgspec.MsgspecError, ValueError, RecursionError) as error:
            raise InvalidValue("The stored office list is damaged.", "Restore a backup.") from error

    def to_bytes(self) -> bytes:
        return msgspec.json.encode(self)

    @property
    def version(self) -> int:
        """Of the office list; 0 when there is none."""
        return self.signed.list.version if self.signed else 0

    def devices(self) -> tuple[Device, ...]:
        """Every device believed here, each once."""
        found: dict[str, Device] = {}
        for one in (*(self.signed.devices if self.signed else ()), *self._local()):
            found.setdefault(one.device, one)
        return tuple(found.values())

    def device(self, device: str) -> Device | None:
        """The entry of a device id."""
        return next((one for one in self.devices() if one.device == device), None)

    def entry_of(self, sender: Sender) -> Device | None:
        """The entry that answers for a sender.

        A restored or copied database goes on under a new id with the key it had: that key's
        entry answers for it, so that nobody needs to be enrolled again after a restore.
        """
        named = self.device(sender.device)
        if named is not None:
            return named
        return next((one for one in self.devices() if one.key == sender.key), None)

    def recipients(self, offices: tuple[str, ...] | None = None) -> tuple[str, ...]:
        """What to encrypt to for these offices (None: all) and for ourselves; () if none known."""
        own = self.own.recipient if self.own else ""
        found = {
            one.recipient
            for one in self.devices()
            if not one.revoked and (offices is None or one.office in offices)
        }
        if offices is None:
            found.discard(own)
        return tuple(sorted(found | ({own} if own else set()))) if found else ()

    def without_computers(self, offices: tuple[str, ...]) -> tuple[str, ...]:
        """Which of these offices have no computer that could open an encrypted bundle."""
        here = {one.office for one in self.devices() if not one.revoked}
        return tuple(office for office in offices if office not in here)

    def receive(self, data: bytes) -> tuple[TrustStore, Received]:
        """The store after an office list arrived. ListRefused if tampered or of another root.

        Without a root nothing is taken: somebody must `adopt` one first.
        """
        if not self.root:
            raise ListRefused(
                "No secretariat is known here yet.", "Confirm the secretariat's fingerprint first."
            )
        theirs = read_list(data, self.root)
        if self.signed is None:
            return replace(self, signed=theirs), Received.NEWER
        united = unite(self.signed, theirs)
        if united != self.signed:
            return replace(self, signed=united), Received.NEWER
        older = theirs.list.version < self.version
        return self, Received.OLDER if older else Received.SAME

    def take(self, data: bytes) -> TrustStore:
        """As `receive`, for a list that somebody hands over: ListOlder when it changes nothing."""
        store, received = self.receive(data)
        if received is Received.OLDER:
            raise ListOlder(
                "This office list is older than the one in force.", "Nothing was changed."
            )
        return store

    def adopt(self, data: bytes) -> TrustStore:
        """Takes a list and its root as the secretariat, on a person's word or the installer's.

        NotAllowed when another root is in force already.
        """
        signed = read_list(data)
        if self.root and self.root != signed.list.root:
            raise NotAllowed(
                "This database belongs to another secretariat.",
                "Make a new database for the other one.",
            )
        return replace(self, root=signed.list.root).take(data)

    def names_us(self, data: bytes) -> bool:
        """Whether a list holds this very device with its own keys: its request was granted."""
        try:
            signed = read_list(data, self.root)
        except TrustError:
            return False
        own = self.own
        return own is not None and any(
            (one.device, one.key, one.recipient) == (own.device, own.key, own.recipient)
            for one in signed.devices
        )

    def confirm(self, sender: Sender, typed: str, now: int) -> TrustStore:
        """Believes a device after its fingerprint was compared. NotAllowed when it differs."""
        entry = Device(
            device=sender.device,
            office=sender.office,
            name=sender.name,
            key=sender.key,
            recipient=sender.recipient,
            added=now,
        )
        if not same_fingerprint(typed, entry.fingerprint):
            raise NotAllowed(
                "The fingerprint is another one.", "Read it once more, group by group."
            )
        if self.device(sender.device) is not None:
            raise NotAllowed("This computer is known already.", "Look at the office list.")
        return replace(self, confirmed=(*self.confirmed, entry))

    def judge(self, manifest: Manifest, offices: bytes | None) -> Judgement:
        """What to think of a bundle: by our list, or by a newer one that it brings and that is
        rightly signed. The container checks that the key really signed."""
        store, problems, newer = self._with_list(offices)
        version = store.version if newer is not None else 0
        sender = manifest.sender
        entry = store.entry_of(sender)
        if entry is None:
            words = "Nobody has confirmed this computer yet."
            problems = (*problems, words)
            return Judgement(Verdict.UNKNOWN, sender.key, sender.office, problems, newer, version)
        if entry.device != sender.device and not entry.revoked:
            problems = (*problems, f"A restored or copied database of “{entry.name}”.")
        verdict = Verdict.TRUSTED
        if _is_revoked(entry, manifest):
            verdict = Verdict.REVOKED
            problems = (*problems, "The secretariat has revoked this computer.")
        return Judgement(verdict, entry.key, entry.office, problems, newer, version)

    def _local(self) -> tuple[Device, ...]:
        return (*([self.own] if self.own else []), *self.confirmed)

    def _with_list(self, offices: bytes | None) -> tuple[TrustStore, tuple[str, ...], bytes | None]:
        if offices is None or not self.root:
            return self, (), None
        try:
            store, received = self.receive(offices)
        except ListRefused as refused:
            return self, (f"Its office list was not taken. {refused.message}",), None
        return store, (), offices if received is Received.NEWER else None


def _is_revoked(entry: Device, manifest: Manifest) -> bool:
    """Whether a bundle says more than a revoked device may still say."""
    if entry.revoked_after is None:
        return False
    sender = manifest.sender
    if sender.device != entry.device or manifest.sequence > entry.revoked_after:
        return True
    told = max(
        manifest.covers.get(sender.device, (0, 0))[1], manifest.knowledge.get(sender.device, 0)
    )
    return entry.revoked_change is not None and told > entry.revoked_change
