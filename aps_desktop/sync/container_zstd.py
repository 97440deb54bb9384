"""A member of lines is one Zstandard frame from its first byte to its last, and nothing else.

The decompressor stops at the end of the first frame: what follows, and frames that are to be
skipped, would be signed bytes that nobody ever reads. So the frame's own account of its blocks
(RFC 8878, section 3.1.1) is followed to its end before anything is unpacked.
"""

from __future__ import annotations

from typing import BinaryIO

_MAGIC = b"\x28\xb5\x2f\xfd"
_SIZE_BYTES = (0, 2, 4, 8)
"""Of the size of the content, by the two flag bits; a single segment states at least one byte."""
_SINGLE, _RESERVED, _CHECKSUM, _DICTIONARY = 0x20, 0x08, 0x04, 0x03
_RLE, _NO_BLOCK = 1, 3


def is_one_frame(file: BinaryIO, start: int, end: int) -> bool:
    """Whether the bytes from `start` to `end` of a file are one frame without a dictionary."""
    file.seek(start)
    head = file.read(5)
    if len(head) < 5 or head[:4] != _MAGIC or head[4] & (_RESERVED | _DICTIONARY):
        return False
    single = bool(head[4] & _SINGLE)
    at = start + 5 + (not single) + (_SIZE_BYTES[head[4] >> 6] or single)
    last = False
    while not last and at < end:
        file.seek(at)
        block = int.from_bytes(file.read(3), "little")
        last, kind, size = bool(block & 1), block >> 1 & 3, block >> 3
        if kind == _NO_BLOCK:
            return False
        at += 3 + (1 if kind == _RLE else size)
    return last and at + (4 if head[4] & _CHECKSUM else 0) == end
