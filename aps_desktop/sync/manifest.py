"""The manifest: what a bundle says about itself, in one text that has only one spelling."""

from __future__ import annotations

import hashlib
import re
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

FORMAT = 2
"""The newest format this program writes and reads."""
OLDEST_READER = 2
"""The oldest format whose readers can read what this program writes."""

LINE_MEMBERS = (
    *("devices.jsonl", "records.jsonl", "steps.jsonl", "changes.jsonl"),
    *("seals.jsonl", "nodes.jsonl"),
)
"""What a bundle's payload consists of besides files; see docs/bundle-format.md."""

OFFICES = "offices.json"
MANIFEST = "manifest.json"
SIGNATURE = "manifest.sig"

Hex16 = Annotated[str, Meta(pattern=r"^[0-9a-f]{32}\Z")]
Hex32 = Annotated[str, Meta(pattern=r"^[0-9a-f]{64}\Z")]
HexOrNone = Annotated[str, Meta(pattern=r"^([0-9a-f]{64})?\Z")]
Chain = Annotated[str, Meta(pattern=r"^[0-9a-f]{0,128}\Z")]
Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,31}\Z")]
Name = Annotated[
    str, Meta(max_length=120, pattern=r"^[^\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]*\Z")
]
Recipient = Annotated[str, Meta(pattern=r"^age1[0-9a-z]{10,120}\Z")]
Count = Annotated[int, Meta(ge=0, le=2**53)]
Sequence = Annotated[int, Meta(ge=1, le=2**40)]
Position = Annotated[int, Meta(ge=0, le=2**40)]
Millis = Annotated[int, Meta(ge=0, le=2**53)]
Version = Annotated[str, Meta(max_length=40, pattern=r"^[0-9A-Za-z.+_-]*\Z")]


class Sender(Struct, frozen=True):
    """The device that made the bundle."""

    device: Hex16
    office: Code
    name: Name
    key: Hex32
    recipient: Recipient


class Scope(Struct, frozen=True):
    """Whose records are inside: "all", or of which bodies, pillars or programmes."""

    kind: Annotated[str, Meta(pattern=r"^[a-z_]{1,20}\Z")] = "all"
    ids: Annotated[tuple[Annotated[str, Meta(max_length=64)], ...], Meta(max_length=1000)] = ()


class Member(Struct, frozen=True):
    """One part of the zip: its SHA-256 is over the bytes as they stand there (compressed)."""

    name: Annotated[str, Meta(max_length=100)]
    size: Count
    packed: Count
    lines: Count
    sha256: Hex32


class Manifest(Struct, frozen=True, kw_only=True):
    """Everything that must be known before the first change is read."""

    format: Annotated[int, Meta(ge=1, le=2**31)] = FORMAT
    min_reader: Annotated[int, Meta(ge=1, le=2**31)] = OLDEST_READER
    app: Version
    newest_app: Version = ""
    schema: Annotated[int, Meta(ge=0, le=2**31)]
    bundle: Hex16
    sender: Sender
    sequence: Sequence
    previous: HexOrNone = ""
    made: Millis
    for_offices: Annotated[tuple[Code, ...], Meta(max_length=500)] = ()
    for_devices: Annotated[tuple[Hex16, ...], Meta(max_length=5000)] = ()
    scope: Scope = Scope()
    max_class: Annotated[str, Meta(max_length=40)] = ""
    covers: dict[Hex16, tuple[Position, Position]]
    knowledge: dict[Hex16, Position]
    chains: dict[Hex16, Chain] = {}
    counts: dict[Annotated[str, Meta(max_length=60)], Count] = {}
    members: tuple[Member, ...] = ()

    @property
    def changes(self) -> int:
        """How many lines of changes there are: `counts` are words of the sender."""
        wanted = lines_name("changes.jsonl")
        return sum(one.lines for one in self.members if one.name == wanted)


class _Reach(Struct):
    """The little that every format to come keeps: how new it is, and who wrote it."""

    format: int
    min_reader: int
    app: str = ""


S = TypeVar("S")


class NotCanonical(ValueError):
    """Readable, but not in the one spelling that may be signed."""


class FromNewer(Exception):
    """The manifest asks for a newer reader."""

    def __init__(self, app: str, format_number: int) -> None:
        super().__init__(app)
        self.app = app
        self.format = format_number


def canonical(value: Any) -> bytes:
    """JSON with sorted keys, without spaces, UTF-8: the only spelling that is signed."""
    return msgspec.json.encode(value, order="sorted")


def read_canonical(data: bytes, kind: type[S]) -> S:
    """Typed value of a canonical text; MsgspecError or ValueError for any other text.

    Encoding what was understood and comparing finds doubled keys, unknown keys, spaces and
    second spellings of numbers in one go.
    """
    value = msgspec.json.decode(data, type=kind)
    if canonical(value) != data:
        raise NotCanonical("not in canonical form")
    return value


def read_manifest(data: bytes) -> Manifest:
    """The manifest of a canonical text. FromNewer, MsgspecError or ValueError when it is not."""
    reach = msgspec.json.decode(data, type=_Reach)
    if reach.min_reader > FORMAT:
        raise FromNewer(reach.app, reach.format)
    if reach.format <= FORMAT:
        return read_canonical(data, Manifest)
    # A newer format that says we can read it may carry keys that we do not know.
    if canonical(msgspec.json.decode(data)) != data:
        raise NotCanonical("not in canonical form")
    return msgspec.json.decode(data, type=Manifest)


def digest(data: bytes) -> str:
    """SHA-256 as 64 hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


_LINES = re.compile(r"([a-z]{1,20}\.jsonl)\.zst", re.ASCII)
_FILE = re.compile(r"files/([0-9a-f]{64})", re.ASCII)


def lines_name(member: str) -> str:
    """The name in the zip of a member of lines: they are compressed."""
    return f"{member}.zst"


def file_name(sha256: str) -> str:
    """The name in the zip of a file."""
    return f"files/{sha256}"


def lines_of(name: str) -> str | None:
    """The member ("changes.jsonl") that a name in the zip stands for; None: no lines."""
    found = _LINES.fullmatch(name)
    return found[1] if found else None


def file_of(name: str) -> str | None:
    """The SHA-256 that a file's name states; None for any other name."""
    found = _FILE.fullmatch(name)
    return found[1] if found else None


def may_be_member(name: str, format_number: int) -> bool:
    """Whether a bundle of this format may list a member of this name."""
    if name == OFFICES or file_of(name):
        return True
    member = lines_of(name)
    return member is not None and (member in LINE_MEMBERS or format_number > FORMAT)
