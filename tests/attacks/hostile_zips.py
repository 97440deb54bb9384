"""Of the corpus: other files, what is left of good ones, and zips that lie."""

from __future__ import annotations

import io
import struct
import zipfile

from aps_desktop.sync import bundle_errors as errors
from tests.attacks.hostile_attack import Make, add, attack, good
from tests.bundle_kit import (
    FILE_HASH,
    Forge,
    Piece,
    pieces,
    zip_of,
)

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


def _checksum_lies(name: str) -> Make:
    """In the directory and at the entry alike, so that the frame is as a writer would make it."""

    def make(forge: Forge) -> bytes:
        data = good(forge)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            crc = struct.pack("<I", archive.getinfo(name).CRC)
        assert data.count(crc) == 2
        return data.replace(crc, bytes(4))

    return make


for _name, _member in {
    "lines": "changes.jsonl.zst", "a_file": f"files/{FILE_HASH}",
    "the_manifest": "manifest.json", "the_signature": "manifest.sig",
}.items():  # fmt: skip
    add(f"checksum_of_{_name}_lies_twice", _checksum_lies(_member))


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
