"""Whether what a sender says of its own steps gives the hashes that it says they have.

For a very large bundle this takes a third of what the merge takes, so a process of its own does it
meanwhile (`step_check_child`). It needs no database: only the lines of the bundle.
"""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Iterable, Iterator
from typing import IO, Any

import msgspec

from aps_desktop.children import start_child, write_frame
from aps_desktop.db import chain
from aps_desktop.domain.hash_tree import Row, leaf, salts
from aps_desktop.sync.payload import ChangeLine, DeviceLine, RecordLine, StepLine

RIGHT, ALTERED, UNKNOWN = "right", "altered", "unknown"
"""UNKNOWN: it must be found out in another way."""
_PIECE = 1 << 20
Packed = Iterable[tuple[str, Iterable[bytes]]]
"""The members of a bundle that are needed, in order, as they stand in it."""


class StepCheck:
    """The check under way, from its making on. `close` it whatever happens."""

    def __init__(self, device: str, packed: Packed) -> None:
        """`packed` is read at once: whoever reads the bundle meanwhile is not disturbed."""
        held = [(member, b"".join(pieces)) for member, pieces in packed]
        self._child = start_child(
            "sync.step_check_child", [device],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        self._feeder = threading.Thread(
            target=_feed, args=(self._child.stdin, held), name="aps-step-check", daemon=True
        )
        self._feeder.start()

    def verdict(self) -> str:
        """RIGHT, ALTERED or UNKNOWN, once it is known."""
        self._feeder.join()
        said = self._child.stdout.read().decode("ascii", "replace")
        done = self._child.wait() == 0
        return said if done and said in (RIGHT, ALTERED) else UNKNOWN

    def close(self) -> None:
        """Ends it."""
        self._child.kill()
        self._child.wait()
        self._feeder.join()
        for stream in (self._child.stdin, self._child.stdout):
            try:
                stream.close()
            except OSError:  # what was still on its way to it
                continue


def _feed(out: IO[bytes], packed: list[tuple[str, bytes]]) -> None:
    try:
        for member, data in packed:
            write_frame(out, [member.encode()])
            for start in range(0, len(data), _PIECE):
                write_frame(out, [data[start : start + _PIECE]])
            write_frame(out, [b""])
        out.close()
    except (OSError, ValueError):  # it has ended, or was ended
        return


class Checking:
    """What the child does: takes the members' lines in the order of `payload.MEMBERS`."""

    def __init__(self, device: str) -> None:
        self._device = device
        self._devices: dict[int, str] = {}
        self._records: dict[int, tuple[str, int]] = {}
        self._steps: dict[int, StepLine] = {}
        self._rows: dict[int, tuple[Row, Iterator[bytes]]] = {}

    def take(self, member: str, block: bytes) -> None:
        """Whole lines of a member. LookupError, msgspec's errors: they cannot be followed."""
        if member == "devices.jsonl":
            for device in _decoded(DeviceLine, block):
                self._devices[device.number] = device.id
        elif member == "records.jsonl":
            for record in _decoded(RecordLine, block):
                self._records[record.number] = record.id, record.entity
        elif member == "steps.jsonl":
            for step in _decoded(StepLine, block):
                if step.seed and self._devices[step.device] == self._device:
                    self._steps[step.number] = step
                    self._rows[step.number] = Row(), salts(bytes.fromhex(step.seed))
        else:
            self._changes(_decoded(ChangeLine, block))

    def _changes(self, lines: list[ChangeLine]) -> None:
        devices, records, content = self._devices, self._records, chain.content
        for line in lines:
            step = self._steps.get(line.step)
            if step is None or line.device != step.device:
                continue
            row, salted = self._rows[line.step]
            if line.sequence != step.first + row.count:
                raise LookupError("not in order")
            id, entity = records[line.record]
            prev = line.prev_device
            before = f"{devices[prev]}:{line.prev_sequence}" if prev else ""
            replaces = [f"{devices[d]}:{s}" for d, s in line.replaces]
            saw = [f"{devices[d]}:{s}" for d, s in line.seen]
            text = content(id, entity, line.field, before, line.value, replaces, saw)
            row.add(leaf(next(salted), text))

    def verdict(self) -> str:
        for number, step in self._steps.items():
            row, _ = self._rows[number]
            if row.count != step.last - step.first + 1:
                return UNKNOWN
            numbers = (step.number, step.first, step.last, step.wall, step.stamp)
            hashed = chain.link(numbers, step.officer, step.office, step.why, row.root())
            if hashed.hex() != step.chain:
                return ALTERED
        return RIGHT


def _decoded(kind: Any, block: bytes) -> list[Any]:
    found: list[Any] = msgspec.json.Decoder(kind).decode_lines(block)
    return found
