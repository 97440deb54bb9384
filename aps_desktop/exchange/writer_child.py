"""The child process that writes large workbooks, so that the window never stutters.

Standard input carries frames (four bytes of length, then MessagePack): first the sheets with their
headers, then rows of one sheet after another; dates travel as ordinals in date columns.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import IO, Any

import msgspec

from aps_desktop.children import read_frame
from aps_desktop.exchange.cell_values import DATE_LOOK
from aps_desktop.exchange.cells import Cell
from aps_desktop.exchange.plain_sheet import PlainSheet


def main(argv: Sequence[str]) -> int:
    """`argv` is the file to write and "fast" or "slow"; exit code 0 when it is whole."""
    from aps_desktop.exchange.xlsx_writers import write_fast, write_slow

    source = _Source(sys.stdin.buffer)
    write = write_fast if argv[1] == "fast" else write_slow
    write(Path(argv[0]), source.sheets())
    return 0 if source.whole else 1


class _Source:
    """The frames, as the writers want them."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self._decode = msgspec.msgpack.Decoder(list[Any]).decode
        self.whole = False

    def _next(self) -> list[Any]:
        frame = read_frame(self._stream)
        if frame is None:
            raise EOFError("the rows ended early")
        return self._decode(frame)

    def sheets(self) -> list[PlainSheet]:
        told = self._next()
        return [
            PlainSheet(
                name, headers, self._rows(number, formats, number == len(told) - 1),
                widths, formats, hidden, hide_first,
            )
            for number, (name, headers, widths, formats, hidden, hide_first) in enumerate(told)
        ]  # fmt: skip

    def _rows(self, number: int, formats: list[str], last: bool) -> Iterator[list[Cell]]:
        days = [c for c, look in enumerate(formats) if look == DATE_LOOK]
        while True:
            of, rows = self._next()
            if of != number:
                raise EOFError("the rows came out of order")
            if rows is None:
                self.whole = last
                return
            for row in rows:
                for c in days:
                    if type(row[c]) is int:
                        row[c] = date.fromordinal(row[c])
                yield row
