"""The child process that writes large workbooks, so that the window never stutters.

Standard input carries frames (four bytes of length, then MessagePack): first the sheets with their
headers, then some rows of one sheet after another, as columns.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

import msgspec

from aps_desktop.children import read_frame
from aps_desktop.exchange.plain_sheet import Chunk, PlainSheet
from aps_desktop.exchange.xlsx_file import write_xlsx


def main(argv: Sequence[str]) -> int:
    """`argv` is the file to write; exit code 0 when it is whole."""
    source = _Source(sys.stdin.buffer)
    write_xlsx(Path(argv[0]), source.sheets())
    return 0 if source.whole else 1


class _Source:
    """The frames, as the writer wants them."""

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
                name, headers, self._chunks(number, number == len(told) - 1),
                widths, formats, hidden, hide_first,
            )
            for number, (name, headers, widths, formats, hidden, hide_first) in enumerate(told)
        ]  # fmt: skip

    def _chunks(self, number: int, last: bool) -> Iterator[Chunk]:
        while True:
            of, chunk = self._next()
            if of != number:
                raise EOFError("the rows came out of order")
            if chunk is None:
                self.whole = last
                return
            yield chunk
