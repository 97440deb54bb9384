"""Summaries that SQL cannot work out: rows made in Python from the touched records.

They are kept like the facts of `db/summaries.py`, in the same write and by the same triggers.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from typing import Any

from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.summary_kinds import TYPES, Worked

_PIECE, _AT_A_TIME, _TURN = 500, 25, 0.001
"""Records that are read together, those worked out in one go (some milliseconds), and the seconds
between: this is Python's own work, and the window must have its turns meanwhile."""


def table_statements(one: Worked, *, postgres: bool) -> list[str]:
    columns = ", ".join(f"{name} {TYPES[stored]}" for name, stored in one.columns)
    made = [
        f"CREATE TABLE {one.name} ({columns}, PRIMARY KEY ({', '.join(one.key)}))"
        + ("" if postgres else " WITHOUT ROWID")
    ]
    for index in one.indexes:
        name = f"ix_{one.name}_{index[0]}"
        made.append(f"CREATE INDEX {name} ON {one.name} ({', '.join(index)})")
    return made


def fold(c: Connection, one: Worked, touched: str) -> None:
    """Works the touched records' rows out anew; `touched` is the table of their row numbers."""
    c.run(f"DELETE FROM {one.name} WHERE {one.record} IN (SELECT rid FROM {touched})")
    _insert(c, one, [row[0] for row in c.all(f"SELECT rid FROM {touched} ORDER BY rid")])
    c.run(f"DELETE FROM {touched}")


def refill(c: Connection, one: Worked, touched: str) -> None:
    """Works all rows out anew."""
    c.run(f"DELETE FROM {touched}")
    c.run(f"DELETE FROM {one.name}")
    _insert(c, one, _every(c, one))


def differing(c: Connection, one: Worked) -> int:
    """How many rows are not as they would be worked out anew."""
    names = ", ".join(one.names)
    rids = _every(c, one)
    number = int(
        c.value(
            f"SELECT count(*) FROM {one.name} WHERE {one.record} NOT IN "
            f"(SELECT rid FROM {one.entity})"
        )
    )
    for at in range(0, len(rids), _PIECE):
        part = rids[at : at + _PIECE]
        marks = placeholders(part)
        kept = c.all(f"SELECT {names} FROM {one.name} WHERE {one.record} IN ({marks})", part)
        number += len(set(map(tuple, kept)) ^ set(_rows(c, one, part)))
    return number


def _every(c: Connection, one: Worked) -> list[int]:
    return [row[0] for row in c.all(f"SELECT rid FROM {one.entity} ORDER BY rid")]


def _insert(c: Connection, one: Worked, rids: Sequence[int]) -> None:
    marks = placeholders(one.columns)
    insert = f"INSERT INTO {one.name}({', '.join(one.names)}) VALUES ({marks})"
    for at in range(0, len(rids), _PIECE):
        c.many(insert, list(_rows(c, one, rids[at : at + _PIECE])))


def _rows(c: Connection, one: Worked, rids: Sequence[int]) -> Iterator[tuple[Any, ...]]:
    for at in range(0, len(rids), _AT_A_TIME):
        if at:
            time.sleep(_TURN)
        yield from one.work(c, rids[at : at + _AT_A_TIME])
