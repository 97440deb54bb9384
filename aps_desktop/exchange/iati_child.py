"""The child process for IATI: the only one in which lxml reads, writes and validates.

`argv` is the task ("read", "check", "write", "lists" or "split") and its arguments as JSON. Frames
as in `children`: "activity", "record", "problems" and at last "end", or "error".
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from aps_desktop.children import read_frame, write_frame
from aps_desktop.domain.errors import UserError
from aps_desktop.exchange import iati_own_lists, iati_split
from aps_desktop.exchange.gc_pause import collector_paused
from aps_desktop.exchange.iati_check import Validator
from aps_desktop.exchange.iati_problem import Problem
from aps_desktop.exchange.iati_read import Reader, left_out, look, plain
from aps_desktop.exchange.iati_source import Activity, Head, Label, Record
from aps_desktop.exchange.iati_write import CLOSING, ActivityWriter, opening
from aps_desktop.exchange.iati_xml import Lines
from aps_desktop.exchange.limits import Limits, limit_process

MOST_PROBLEMS = 2_000
"""So many are told one by one; of the others only how many there are."""


class Task(msgspec.Struct):
    """What the child is asked to do. `today` is an ISO date."""

    path: str
    today: str
    out: str = ""
    limits: Limits = Limits()
    most: int = 0


class _Problems:
    """What was found so far."""

    def __init__(self) -> None:
        self.told: list[Problem] = []
        self.count = 0

    def add(self, found: list[Problem]) -> None:
        self.count += len(found)
        self.told += found[: MOST_PROBLEMS - len(self.told)]


def main(argv: Sequence[str]) -> int:
    """Does one task; the frames go to standard output."""
    task = msgspec.json.decode(argv[1], type=Task)
    limit_process(task.limits)
    out = sys.stdout.buffer
    try:
        with collector_paused():  # nothing here refers to itself
            _TASKS[argv[0]](task, out)
    except UserError as error:
        write_frame(out, ["error", error.message, error.hint])
    except MemoryError:
        words = f"“{Path(task.path).name}” cannot be read: it needs too much memory."
        write_frame(out, ["error", words, "Ask for the file in parts."])
    except OSError as error:
        write_frame(out, ["error", f"{Path(task.path).name}: {error.strerror or error}.", ""])
    out.flush()
    return 0


def _read(task: Task, out: BinaryIO) -> None:
    """Every activity as plain values, with what is wrong with it."""
    path = Path(task.path)
    version = look(path)
    reader = Reader(path, date.fromisoformat(task.today))
    write_frame(out, ["version", version])
    told = False
    for element, problems, at in reader.activities():
        if not told:
            write_frame(out, ["head", reader.withheld, reader.mark])
            told = True
        write_frame(out, ["activity", plain(element), problems + left_out(element), at])
    write_frame(out, ["end"])


def _check(task: Task, out: BinaryIO) -> None:
    """How many activities there are, and what is wrong with them."""
    path = Path(task.path)
    look(path)
    found, count = _Problems(), 0
    reader = Reader(path, date.fromisoformat(task.today))
    for element, problems, at in reader.activities():
        count += element.tag == "iati-activity"
        found.add(problems)
        if count % 100 == 0:
            write_frame(out, ["at", at])
    found.add(reader.around)
    if not count:
        words = "No activity stands in the file, and the standard asks for one."
        found.add([Problem(1, "", "iati-activities", words, "schema")])
    write_frame(out, ["checked", count, found.count, found.told])
    write_frame(out, ["end"])


def _write(task: Task, out: BinaryIO) -> None:
    """Composes activities from the frames on standard input, and validates each as it stands."""
    from lxml import etree

    source = sys.stdin.buffer
    head = msgspec.convert(_frame(source)[1], Head)
    labels: dict[str, Label] = {}
    writer = ActivityWriter(head, labels)
    validator = Validator(date.fromisoformat(task.today))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False)
    root = opening(head)
    shell = root.partition("\n")[2].rstrip("\n")
    found, count = _Problems(), 0
    line = root.count("\n") + 1
    with Path(task.path).open("w", encoding="utf-8", newline="\n") as file:
        file.write(root)
        while (frame := _frame(source))[0] != "end":
            if frame[0] == "labels":
                labels.update({id: Label(*told) for id, told in frame[1].items()})
                continue
            if frame[0] == "record":
                text = _record(frame[1], frame[2])
            else:
                text = writer.write(msgspec.convert(frame[1], Activity))
                tree = etree.fromstring(f"{shell}{text}{CLOSING}".encode(), parser)
                found.add(validator.check(tree[0], line - 1))
                count += 1
            file.write(text)
            line += text.count("\n")
        file.write(CLOSING)
    write_frame(out, ["checked", count, found.count, found.told])
    write_frame(out, ["end"])


def _frame(source: Any) -> list[Any]:
    frame = read_frame(source)
    if frame is None:
        raise UserError("The export was cancelled.", "No file was written.")
    message: list[Any] = msgspec.msgpack.decode(frame)
    return message


def _record(entity: str, record: Record) -> str:
    out = Lines()
    out.record(entity, *record)
    return str(out)


def _lists(task: Task, out: BinaryIO) -> None:
    """Takes newer code lists, rules or schemas into the folder `out`."""
    names = iati_own_lists.take(Path(task.path), Path(task.out))
    write_frame(out, ["lists", names])
    write_frame(out, ["end"])


def _split(task: Task, out: BinaryIO) -> None:
    """Takes the file apart into files in the folder `out`."""
    names = iati_split.split(Path(task.path), Path(task.out), task.most)
    write_frame(out, ["parts", names])
    write_frame(out, ["end"])


_TASKS = {"read": _read, "check": _check, "write": _write, "lists": _lists, "split": _split}
