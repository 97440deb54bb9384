"""Bundles for tests: an office with keys and a list, good bundles, and a forge for bad ones."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec
import zstandard
from msgspec.structs import replace

from aps_desktop.sync import manifest as m
from aps_desktop.sync import trust_list as lists
from aps_desktop.sync.container import OpenedBundle, open_bundle
from aps_desktop.sync.container_write import BundleWriter, WrittenBundle
from aps_desktop.sync.container_zip import ZipWriter
from aps_desktop.sync.keys import FOR_MANIFEST, DeviceKeys, SigningKey
from aps_desktop.sync.limits import LIMITS, Limits
from aps_desktop.sync.trust import TrustStore

NOW = 1_795_000_000_000
LINES = {
    "devices.jsonl": [b'[1,"aa","LA","Laptop","",0]'],
    "changes.jsonl": [b'[1,%d,7,3,1,0,0,"value %d"]' % (n, n) for n in range(1, 40)],
}
FILE = b"%PDF-1.7 minutes of the meeting"
FILE_HASH = m.digest(FILE)

Content = dict[str, Any]


@dataclass
class Machine:
    """One computer of one office."""

    office: str
    device: str
    keys: DeviceKeys = field(default_factory=DeviceKeys.generate)

    @property
    def sender(self) -> m.Sender:
        return lists.sender_of(self.keys, self.device, self.office, f"Laptop of {self.office}")

    @property
    def request(self) -> lists.Request:
        return lists.read_request(
            lists.make_request(
                self.keys,
                device=self.device,
                office=self.office,
                office_name=f"Office {self.office}",
                name=f"Laptop of {self.office}",
                made=NOW,
            )
        )

    def entry(self) -> lists.Device:
        one = self.request
        return lists.Device(
            device=one.device,
            office=one.office,
            name=one.name,
            key=one.key,
            recipient=one.recipient,
            added=NOW,
        )


class World:
    """A secretariat, two offices on its list, and a stranger."""

    def __init__(self) -> None:
        self.root = SigningKey.generate()
        self.asec = Machine("ASEC", "a" * 32)
        self.lao = Machine("LA", "1" * 32)
        self.khm = Machine("KH", "2" * 32)
        self.stranger = Machine("LA", "f" * 32)
        signed = lists.new_list(self.root, [lists.Office("ASEC", "Secretariat")], NOW)
        for one in (self.asec, self.lao, self.khm):
            signed = lists.add_request(signed, self.root, one.request, NOW)
        self.signed = signed
        self.store = TrustStore(root=self.root.public, signed=signed, own=self.asec.entry())

    def draft(self, machine: Machine | None = None, **changes: Any) -> m.Manifest:
        sender = (machine or self.lao).sender
        bare = m.Manifest(
            app="0.1.0",
            schema=1,
            bundle="b" * 32,
            sender=sender,
            sequence=3,
            made=NOW,
            covers={sender.device: (0, 39)},
            knowledge={sender.device: 39},
            counts={"project": 4},
        )
        return replace(bare, **changes)

    def write(
        self,
        path: Path,
        machine: Machine | None = None,
        recipients: Iterable[str] = (),
        offices: bytes | None = b"",
        **changes: Any,
    ) -> WrittenBundle:
        """A good bundle."""
        machine = machine or self.lao
        with BundleWriter() as writer:
            for member, lines in LINES.items():
                writer.add_lines(member, lines)
            writer.add_file(FILE_HASH, FILE)
            if offices is not None:
                writer.add_offices(offices or self.signed.to_bytes())
            draft = self.draft(machine, **changes)
            return writer.finish(path, draft, machine.keys, tuple(recipients))

    def open(
        self, path: Path, store: TrustStore | None = None, limits: Limits = LIMITS
    ) -> OpenedBundle:
        return open_bundle(path, (store or self.store).judge, self.asec.keys, limits=limits)


def content(bundle: OpenedBundle) -> Content:
    """Everything that a bundle would bring into a database."""
    members = {name: list(bundle.lines(name)) for name in m.LINE_MEMBERS}
    files = {sha256: bundle.file(sha256) for sha256 in bundle.files}
    return {"manifest": m.canonical(bundle.manifest), "lines": members, "files": files}


def packed(lines: Iterable[bytes]) -> bytes:
    return zstandard.compress(b"".join(line + b"\n" for line in lines))


@dataclass
class Piece:
    """A member as a forger states it; what is None is stated rightly."""

    name: str
    data: bytes
    size: int | None = None
    lines: int | None = None
    sha256: str | None = None

    def stated(self) -> dict[str, Any]:
        raw = self.data
        count = 0
        if self.name.endswith(".zst") and (self.size is None or self.lines is None):
            raw = zstandard.decompress(self.data)
            count = raw.count(b"\n")
        return {
            "name": self.name,
            "size": len(raw) if self.size is None else self.size,
            "packed": len(self.data),
            "lines": count if self.lines is None else self.lines,
            "sha256": self.sha256 or m.digest(self.data),
        }


def pieces() -> list[Piece]:
    """The members of a good bundle."""
    found = [Piece(m.lines_name(name), packed(lines)) for name, lines in LINES.items()]
    return [*found, Piece(m.file_name(FILE_HASH), FILE)]


class Forge:
    """Makes bundles that break one rule at a time."""

    def __init__(self, world: World) -> None:
        self.world = world

    def text(self, members: list[Piece], **changes: Any) -> bytes:
        plain = msgspec.to_builtins(self.world.draft())
        plain["members"] = [piece.stated() for piece in members]
        plain.update(changes)
        return m.canonical(plain)

    def bundle(
        self,
        members: list[Piece] | None = None,
        *,
        text: bytes | Callable[[bytes], bytes] | None = None,
        key: SigningKey | None = None,
        signature: bytes | None = None,
        zipped: list[tuple[str, bytes]] | None = None,
        **changes: Any,
    ) -> bytes:
        """A zip as our writer makes it, signed by the Lao laptop unless told otherwise."""
        members = pieces() if members is None else members
        stated = text if isinstance(text, bytes) else self.text(members, **changes)
        if callable(text):
            stated = text(stated)
        signer = key or self.world.lao.keys.signing
        sign = signer.sign(FOR_MANIFEST, stated) if signature is None else signature
        entries = [(piece.name, piece.data) for piece in members] if zipped is None else zipped
        return zip_of([*entries, (m.MANIFEST, stated), (m.SIGNATURE, sign)])


def zip_of(entries: list[tuple[str, bytes]]) -> bytes:
    """Entries in the exact frame of a bundle."""
    out = io.BytesIO()
    writer = ZipWriter(out)
    for name, data in entries:
        writer.put(name, data)
    writer.close()
    return out.getvalue()
