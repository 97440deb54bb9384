"""Of the corpus: manifests that are not what they must be, and members that lie."""

from __future__ import annotations

import io
import random
import struct
from collections.abc import Callable

import zstandard

from aps_desktop.sync import bundle_errors as errors
from aps_desktop.sync import manifest as m
from tests.attacks.hostile_attack import Make, add, attack
from tests.bundle_kit import (
    FILE,
    FILE_HASH,
    Forge,
    Piece,
    packed,
    pieces,
)

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
        writer.write(random.Random(1).randbytes(700_000).hex().encode() + b"\n")
        for _ in range(125_000):
            writer.write(block)
        writer.write(b"\n")
    return out.getvalue()


def _skippable(size: int) -> bytes:
    """A frame that decompressors pass over, whatever is in it."""
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
    _with_lines(_long_line, size=121_400_002, lines=2),
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
for _name, _made in {
    "zstd_in_two_frames": packed([b"[1]"]) + packed([b"[2]"]),
    "zstd_with_more_behind": _FEW + packed([b"[3]"]),
    "zstd_with_a_skippable_frame_behind": _FEW + _skippable(99),
    "zstd_with_a_skippable_frame_before": _skippable(99) + _FEW,
    "zstd_with_bytes_behind": _FEW + b"MZ program",
    "zstd_with_a_dictionary": _FEW[:4] + bytes([_FEW[4] | 1]) + b"\x01" + _FEW[5:],
}.items():
    add(_name, _with_lines(_made, size=8, lines=2))
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
