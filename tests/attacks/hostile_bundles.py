"""The corpus: files that somebody might send, each breaking one rule. Made by code, none stored."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass

import pyrage
import zstandard

from aps_desktop.sync import bundle_errors as errors
from aps_desktop.sync import manifest as m
from aps_desktop.sync import trust_list as lists
from aps_desktop.sync.bundle_errors import BundleError
from aps_desktop.sync.keys import FOR_LIST, SigningKey
from tests.bundle_kit import (
    FILE,
    FILE_HASH,
    NOW,
    Forge,
    Machine,
    Piece,
    World,
    packed,
    pieces,
    zip_of,
)


@dataclass(frozen=True)
class Attack:
    """A file, and how it must be refused."""

    make: Callable[[Forge], bytes]
    expected: tuple[type[BundleError], ...]


ATTACKS: dict[str, Attack] = {}
Make = Callable[[Forge], bytes]


def attack(*expected: type[BundleError]) -> Callable[[Make], Make]:
    def remember(make: Make) -> Make:
        add(make.__name__, make, *expected)
        return make

    return remember


def add(name: str, make: Make, *expected: type[BundleError]) -> None:
    assert name not in ATTACKS
    ATTACKS[name] = Attack(make, expected or (errors.Altered,))


# Other files, and what is left of good ones

for _name, _data in {
    "empty_file": b"",
    "only_magic": b"PK\x03\x04",
    "half_of_magic": b"PK",
    "a_part_header_only": b"APS bundle part 1\n",
    "age_header_only": b"age-encryption.org/v1\n",
    "text": "ສະບາຍດີ".encode() * 99,
    "sqlite_database": b"SQLite format 3\x00" + bytes(4096),
    "zeros": bytes(100_000),
    "empty_zip": b"PK\x05\x06" + bytes(18),
    "elf_program": b"\x7fELF" + bytes(2000),
}.items():
    add(
        _name,
        lambda forge, data=_data: data,  # type: ignore[misc]
        errors.NotABundle, errors.Truncated, errors.Altered, errors.OnePart,
    )  # fmt: skip

for _share in (3, 20, 50, 80, 99):
    add(
        f"cut_to_{_share}_percent",
        lambda forge, share=_share: good(forge)[: len(good(forge)) * share // 100],  # type: ignore[misc]
        errors.Truncated,
    )


def good(forge: Forge) -> bytes:
    return forge.bundle()


@attack(errors.Truncated)
def last_byte_missing(forge: Forge) -> bytes:
    return good(forge)[:-1]


@attack(errors.Truncated)
def something_behind_the_end(forge: Forge) -> bytes:
    return good(forge) + b"MZ program"


@attack(errors.NotABundle)
def something_before_the_start(forge: Forge) -> bytes:
    return b"MZ program" + good(forge)


@attack()
def two_bundles_in_a_row(forge: Forge) -> bytes:
    return good(forge) + good(forge)


# The zip: names, sizes, overlaps (A1, A2)

NAMES = [
    "../../evil.txt", "/etc/passwd", "C:\\evil.exe", "..\\..\\evil2.txt", "CON.txt", "a:stream",
    "dot.", "space ", "inv\u202efdp.exe", "nul\x00.txt", "FILES/" + FILE_HASH,
    "files/" + FILE_HASH.upper(), "files/../manifest.json", "files/", "files/" + "0" * 63,
    "changes.jsonl", "Changes.jsonl.zst", "maps.jsonl.zst", "changes.jsonl.zst/", "x" * 5000,
]  # fmt: skip


def _unlisted(name: str) -> Make:
    def make(forge: Forge) -> bytes:
        out = io.BytesIO(good(forge))
        with zipfile.ZipFile(out, "a") as archive:
            info = zipfile.ZipInfo("x")
            info.filename = name
            archive.writestr(info, b"evil")
        return out.getvalue()

    return make


def _signed(name: str) -> Make:
    """Worse: the forger is a colleague whose signature is right."""

    def make(forge: Forge) -> bytes:
        raw = name.encode("utf-8")
        stands_for = "q" * len(raw)
        data = forge.bundle(
            [*pieces(), Piece(name, b"evil", size=4, lines=0)],
            zipped=[(p.name, p.data) for p in pieces()] + [(stands_for, b"evil")],
        )
        return data.replace(stands_for.encode(), raw)

    return make


for _number, _text in enumerate(NAMES):
    add(f"name_{_number}_unlisted", _unlisted(_text))
    add(f"name_{_number}_signed", _signed(_text))


def _rezipped(forge: Forge, compression: int) -> bytes:
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(good(forge))) as old,
        zipfile.ZipFile(out, "w", compression) as new,
    ):
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return out.getvalue()


@attack()
def deflated(forge: Forge) -> bytes:
    return _rezipped(forge, zipfile.ZIP_DEFLATED)


@attack()
def symbolic_link(forge: Forge) -> bytes:
    data = bytearray(good(forge))
    at = data.index(b"PK\x01\x02")
    data[at + 38 : at + 42] = (0o120777 << 16).to_bytes(4, "little")
    return bytes(data)


def _patched(signature: bytes, offset: int, value: bytes, last: bool = False) -> Make:
    def make(forge: Forge) -> bytes:
        data = bytearray(good(forge))
        at = data.rindex(signature) if last else data.index(signature)
        assert data[at + offset : at + offset + len(value)] != value
        data[at + offset : at + offset + len(value)] = value
        return bytes(data)

    return make


_HUGE = struct.pack("<I", 2**31)
for _name, _where in {
    "size_lies_in_the_directory": (b"PK\x01\x02", 24, _HUGE),
    "packed_size_lies_in_the_directory": (b"PK\x01\x02", 20, _HUGE),
    "size_lies_at_the_entry": (b"PK\x03\x04", 22, _HUGE),
    "checksum_lies": (b"PK\x03\x04", 14, b"\0\0\0\0"),
    "says_encrypted": (b"PK\x01\x02", 8, b"\x01"),
    "says_size_follows": (b"PK\x03\x04", 6, b"\x08"),
    "says_deflated": (b"PK\x01\x02", 10, b"\x08"),
    "says_bzip2": (b"PK\x03\x04", 8, b"\x0c"),
    "extra_field_claimed": (b"PK\x01\x02", 30, b"\xff\x7f"),
    "name_length_lies": (b"PK\x01\x02", 28, b"\xff\xff"),
    "starts_elsewhere": (b"PK\x01\x02", 42, b"\x01"),
}.items():
    add(_name, _patched(*_where))
for _name, _where in {
    "number_of_entries_lies": (b"PK\x05\x06", 8, b"\xff\xff\xff\xff"),
    "directory_lies_beyond_the_end": (b"PK\x05\x06", 16, b"\xff\xff\xff\x7f"),
    "directory_is_huge": (b"PK\x05\x06", 12, b"\xff\xff\xff\x7f"),
    "comment_claimed": (b"PK\x05\x06", 20, b"\x05"),
    "many_disks": (b"PK\x05\x06", 4, b"\x02"),
}.items():
    add(_name, _patched(*_where, last=True), errors.Altered, errors.TooLarge)


@attack()
def overlapping_entries(forge: Forge) -> bytes:
    """All entries of the directory point to the one large entry: 2 GB out of 20 KB."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("changes.jsonl.zst", bytes(20_000_000))
        first = archive.infolist()[0]
        for number in range(100):
            twin = zipfile.ZipInfo(f"files/{number:064x}")
            for field in ("compress_size", "file_size", "CRC", "header_offset", "compress_type"):
                setattr(twin, field, getattr(first, field))
            archive.filelist.append(twin)
    return out.getvalue()


@attack()
def nested_zip_bomb(forge: Forge) -> bytes:
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("bomb", bytes(50_000_000))
    return forge.bundle([Piece("changes.jsonl.zst", inner.getvalue(), size=99, lines=1)])


@attack()
def hidden_data_between_entries(forge: Forge) -> bytes:
    data = good(forge)
    at = data.index(b"PK\x03\x04", 4)
    return data[:at] + b"hidden" + data[at:]


@attack(errors.TooLarge)
def too_many_members(forge: Forge) -> bytes:
    return zip_of([(f"files/{n:064x}", b"") for n in range(20_003)])


# The manifest (A5)

TEXTS: dict[str, Callable[[bytes], bytes]] = {
    "not_a_number": lambda t: t.replace(b'"sequence":3', b'"sequence":NaN'),
    "endless_number": lambda t: t.replace(b'"sequence":3', b'"sequence":' + b"9" * 5000),
    "a_float": lambda t: t.replace(b'"sequence":3', b'"sequence":3.0'),
    "sequence_zero": lambda t: t.replace(b'"sequence":3', b'"sequence":0'),
    "negative_sequence": lambda t: t.replace(b'"sequence":3', b'"sequence":-3'),
    "number_as_text": lambda t: t.replace(b'"sequence":3', b'"sequence":"3"'),
    "a_key_twice": lambda t: t.replace(b'"sequence":3', b'"sequence":2,"sequence":3'),
    "another_order": lambda t: b'{"sequence":3,' + t[1:].replace(b'"sequence":3,', b""),
    "spaces": lambda t: t.replace(b'"sequence":3', b'"sequence": 3'),
    "byte_order_mark": lambda t: b"\xef\xbb\xbf" + t,
    "line_feed_at_the_end": lambda t: t + b"\n",
    "deep": lambda t: b"[" * 100_000 + b"]" * 100_000,
    "deep_object": lambda t: b'{"a":' * 100_000,
    "deep_value": lambda t: t.replace(b'"counts":{', b'"aa":' + b"[" * 99_999 + b',"counts":{'),
    "lone_surrogate": lambda t: t.replace(b"Laptop", b"\\ud800"),
    "not_utf8": lambda t: t.replace(b"Laptop", b"\xff\xfe"),
    "escaped_letter": lambda t: t.replace(b"Laptop", b"\\u004captop"),
    "direction_override": lambda t: t.replace(b"Laptop", "\u202eLaptop".encode()),
    "control_character": lambda t: t.replace(b"Laptop", b"Lap\\u0000top"),
    "code_with_line_feed": lambda t: t.replace(b'"office":"LA"', b'"office":"LA\\n"'),
    "unknown_key": lambda t: t.replace(b'"app"', b'"aaa":1,"app"'),
    "missing_key": lambda t: t.replace(b'"schema":1,', b""),
    "a_list": lambda t: b"[]",
    "nothing": lambda t: b"",
    "null": lambda t: b"null",
    "member_size_negative": lambda t: t.replace(b'"lines":1,', b'"lines":-1,'),
    "member_size_huge": lambda t: t.replace(b'"lines":1,', b'"lines":99999999999999999999,'),
}
for _name, _change in TEXTS.items():
    add(f"manifest_{_name}", lambda forge, c=_change: forge.bundle(text=c))  # type: ignore[misc]


@attack(errors.TooLarge)
def manifest_of_50_megabytes(forge: Forge) -> bytes:
    return forge.bundle(text=b'"' + b"x" * 50_000_000 + b'"')


@attack(errors.TooLarge, errors.Altered)
def manifest_of_seven_megabytes_of_brackets(forge: Forge) -> bytes:
    return forge.bundle(text=b"[" + b"[]," * 2_300_000 + b"[]]")


@attack()
def member_listed_twice(forge: Forge) -> bytes:
    members = pieces()
    return forge.bundle([*members, members[-1]])


@attack()
def member_missing(forge: Forge) -> bytes:
    return forge.bundle(zipped=[(p.name, p.data) for p in pieces()[1:]])


@attack()
def member_not_listed(forge: Forge) -> bytes:
    data = b"more"
    zipped = [*((p.name, p.data) for p in pieces()), (m.file_name(m.digest(data)), data)]
    return forge.bundle(zipped=zipped)


@attack(errors.NewerFormat)
def far_newer_format(forge: Forge) -> bytes:
    return forge.bundle(format=2**31, min_reader=2**31)


# Members: bombs and lies


def _with_lines(data: bytes | Callable[[], bytes], **stated: int) -> Make:
    def make(forge: Forge) -> bytes:
        made = data() if callable(data) else data
        return forge.bundle([Piece("changes.jsonl.zst", made, **stated)])

    return make


_GIGA = 2**30


def _bomb() -> bytes:
    out = io.BytesIO()
    zeros = bytes(2**20)
    with zstandard.ZstdCompressor().stream_writer(out, closefd=False) as writer:
        for _ in range(_GIGA // len(zeros)):
            writer.write(zeros)
    return out.getvalue()


def _long_line() -> bytes:
    """Dense enough to pass the ratio: only the length of the line is wrong."""
    out = io.BytesIO()
    block = bytes(range(14, 254)) * 4
    with zstandard.ZstdCompressor(level=1).stream_writer(out, closefd=False) as writer:
        for _ in range(125_000):
            writer.write(block)
        writer.write(b"\n")
    return out.getvalue() + _skippable(700_000)


def _skippable(size: int) -> bytes:
    """A frame that decompressors pass over: makes a bomb look less dense."""
    return struct.pack("<II", 0x184D2A50, size) + bytes(size)


def _wide() -> bytes:
    """A frame that asks for a window of 2 GB."""
    return b"\x28\xb5\x2f\xfd\x00" + bytes([21 << 3]) + b"\x41\x00\x00[1]\n[2]\n"


add(
    "zstd_bomb",
    _with_lines(_bomb, size=_GIGA, lines=1),
    errors.TooLarge,
)
add(
    "zstd_bomb_that_says_it_is_small",
    _with_lines(_bomb, size=1000, lines=1),
    errors.TooLarge,
)
add(
    "one_line_beyond_all_bounds",
    _with_lines(_long_line, size=120_000_001, lines=1),
    errors.TooLarge,
)
_FEW = packed([b"[1]", b"[2]"])
add("more_lines_than_stated", _with_lines(_FEW, size=8, lines=1))
add("fewer_lines_than_stated", _with_lines(_FEW, size=8, lines=3))
add("shorter_than_stated", _with_lines(_FEW, size=9, lines=2))
add("longer_than_stated", _with_lines(_FEW, size=7, lines=2), errors.TooLarge)
add("no_line_feed_at_the_end", _with_lines(zstandard.compress(b"[1]\n[2]"), size=7, lines=1))
add("zstd_cut", _with_lines(_FEW[:-3], size=8, lines=2))
add("not_zstd", _with_lines(b"[1]\n[2]\n", size=8, lines=2))
add("zstd_of_nothing", _with_lines(b"", size=8, lines=2))
add("zstd_with_huge_window", _with_lines(_wide, size=8, lines=2))
add("endless_lines", _with_lines(_FEW, size=8, lines=2**53), errors.TooLarge)


@attack(errors.TooLarge)
def file_larger_than_files_are(forge: Forge) -> bytes:
    data = bytes(65 * 2**20)
    return forge.bundle([Piece(m.file_name(m.digest(data)), data)])


@attack()
def file_under_the_hash_of_another(forge: Forge) -> bytes:
    return forge.bundle([Piece(m.file_name(FILE_HASH), b"evil")])


@attack()
def file_that_is_not_its_stated_hash(forge: Forge) -> bytes:
    return forge.bundle([Piece(m.file_name(FILE_HASH), b"evil", sha256=FILE_HASH)])


@attack(errors.TooLarge)
def file_with_a_second_size(forge: Forge) -> bytes:
    return forge.bundle([Piece(m.file_name(FILE_HASH), FILE, size=5)])


@attack()
def members_swapped(forge: Forge) -> bytes:
    first, second, *rest = pieces()
    swapped = [(first.name, second.data), (second.name, first.data)]
    return forge.bundle(zipped=[*swapped, *((p.name, p.data) for p in rest)])


@attack()
def files_of_one_size_swapped(forge: Forge) -> bytes:
    one, two = b"USD 250,000.00", b"USD 950,000.00"
    members = [Piece(m.file_name(m.digest(data)), data) for data in (one, two)]
    return forge.bundle(members, zipped=[(members[0].name, two), (members[1].name, one)])


@attack()
def members_in_another_order(forge: Forge) -> bytes:
    return forge.bundle(zipped=[(p.name, p.data) for p in reversed(pieces())])


@attack()
def content_replaced(forge: Forge) -> bytes:
    first, *rest = pieces()
    other = (first.name, packed([b"[2]"]))
    return forge.bundle(zipped=[other, *((p.name, p.data) for p in rest)])


# Who signed


def _resigned(forge: Forge, machine: Machine, **changes: object) -> bytes:
    return forge.bundle(key=machine.keys.signing, **changes)


@attack()
def unsigned(forge: Forge) -> bytes:
    entries = [(p.name, p.data) for p in pieces()]
    return zip_of([*entries, (m.MANIFEST, forge.text(pieces()))])


@attack(errors.WrongSigner)
def signature_empty(forge: Forge) -> bytes:
    return forge.bundle(signature=b"")


@attack(errors.WrongSigner)
def signature_of_zeros(forge: Forge) -> bytes:
    return forge.bundle(signature=bytes(64))


@attack(errors.TooLarge)
def signature_too_long(forge: Forge) -> bytes:
    return forge.bundle(signature=bytes(65))


@attack(errors.WrongSigner)
def signed_by_a_stranger(forge: Forge) -> bytes:
    return _resigned(forge, forge.world.stranger)


@attack(errors.WrongSigner)
def signed_by_another_office(forge: Forge) -> bytes:
    return _resigned(forge, forge.world.khm)


@attack(errors.WrongSigner)
def known_device_with_a_new_key(forge: Forge) -> bytes:
    stranger = Machine("LA", forge.world.lao.device, forge.world.stranger.keys)
    draft = forge.world.draft(stranger)
    return _resigned(forge, stranger, sender=draft.sender)


@attack(errors.WrongSigner)
def claims_another_office(forge: Forge) -> bytes:
    khm = forge.world.khm
    sender = Machine("ASEC", khm.device, khm.keys).sender
    return _resigned(forge, khm, sender=sender)


@attack(errors.WrongSigner)
def new_device_of_another_office_with_its_own_key(forge: Forge) -> bytes:
    khm = forge.world.khm
    sender = Machine("ASEC", "9" * 32, khm.keys).sender
    return _resigned(forge, khm, sender=sender)


@attack(errors.WrongSigner)
def stranger_not_even_signing_himself(forge: Forge) -> bytes:
    return forge.bundle(sender=forge.world.stranger.sender, signature=bytes(64))


@attack(errors.WrongSigner)
def signature_made_for_a_list(forge: Forge) -> bytes:
    text = forge.text(pieces())
    return forge.bundle(signature=forge.world.lao.keys.signing.sign(FOR_LIST, text))


@attack(errors.WrongSigner)
def manifest_changed_after_signing(forge: Forge) -> bytes:
    world = forge.world
    signature = world.lao.keys.signing.sign(b"APS bundle manifest 1\n", forge.text(pieces()))
    return forge.bundle(signature=signature, sequence=4)


@attack(errors.UnknownDevice)
def honest_stranger(forge: Forge) -> bytes:
    return _resigned(forge, forge.world.stranger, sender=forge.world.stranger.sender)


@attack(errors.UnknownDevice)
def stranger_with_a_list_of_his_own(forge: Forge) -> bytes:
    stranger = forge.world.stranger
    root = SigningKey.generate()
    signed = lists.add_request(lists.new_list(root, [], NOW), root, stranger.request, NOW)
    offices = Piece(m.OFFICES, signed.to_bytes())
    return _resigned(forge, stranger, members=[*pieces(), offices], sender=stranger.sender)


@attack(errors.UnknownDevice)
def stranger_with_our_list_tampered(forge: Forge) -> bytes:
    stranger = forge.world.stranger
    ours = forge.world.signed.to_bytes()
    lao = forge.world.lao
    theirs = ours.replace(lao.keys.public.encode(), stranger.keys.public.encode())
    theirs = theirs.replace(lao.device.encode(), stranger.device.encode())
    offices = Piece(m.OFFICES, theirs)
    return _resigned(forge, stranger, members=[*pieces(), offices], sender=stranger.sender)


@attack(errors.Revoked)
def revoked_by_the_list_it_brings(forge: Forge) -> bytes:
    world = forge.world
    signed = lists.revoke(world.signed, world.root, world.lao.device, 2, NOW)
    return forge.bundle([*pieces(), Piece(m.OFFICES, signed.to_bytes())])


# Encryption


def _encrypted(data: bytes, world: World) -> bytes:
    return pyrage.encrypt(data, [world.asec.keys.identity.to_public()])


@attack(errors.NotForUs)
def for_another_office(forge: Forge) -> bytes:
    return pyrage.encrypt(good(forge), [forge.world.khm.keys.identity.to_public()])


@attack(errors.NotForUs)
def for_a_passphrase(forge: Forge) -> bytes:
    return pyrage.passphrase.encrypt(good(forge), "four words or more")


@attack()
def encrypted_and_cut(forge: Forge) -> bytes:
    return _encrypted(good(forge), forge.world)[:-20]


@attack()
def encrypted_with_something_behind(forge: Forge) -> bytes:
    return _encrypted(good(forge), forge.world) + b"more"


@attack(errors.NotABundle)
def encrypted_twice(forge: Forge) -> bytes:
    return _encrypted(_encrypted(good(forge), forge.world), forge.world)


@attack(errors.NotABundle)
def encrypted_text(forge: Forge) -> bytes:
    return _encrypted(b"good morning", forge.world)


@attack(errors.NotABundle, errors.Truncated)
def encrypted_nothing(forge: Forge) -> bytes:
    return _encrypted(b"", forge.world)


@attack(errors.WrongSigner)
def encrypted_by_a_stranger_for_us(forge: Forge) -> bytes:
    """age says nothing about who encrypted: the signature inside must."""
    return _encrypted(signed_by_a_stranger(forge), forge.world)
