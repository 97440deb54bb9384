"""How large a workbook may be before it is refused."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Limits:
    """Sizes in rows, columns, bytes and seconds; a sheet of 100,000 rows is well inside them."""

    rows: int = 200_000
    columns: int = 200
    cells: int = 8_000_000
    cell_text: int = 32_767
    members: int = 5_000
    unpacked: int = 512 * MEBIBYTE
    ratio: int = 200
    memory: int = 1024 * MEBIBYTE
    seconds: int = 60
    looked: bool = False
    """The file was looked at already, beside the child that reads it."""
