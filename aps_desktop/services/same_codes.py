"""Records that took the same code apart: found from the indexes of the codes, never row by row.

Two codes are the same when their casefolded texts are, which no database works out alike. Those
of plain letters are grouped by the database; the few others are looked at here.
"""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from aps_desktop.db.connection import Connection, Row, placeholders
from aps_desktop.db.layout import code_scope
from aps_desktop.domain.fields import Entity, Kind

_AT_ONCE = 300


def groups(c: Connection, kind: Entity) -> Iterator[list[UUID]]:
    """The records of an entity that share a code within what it counts in, smallest id first."""
    if not kind.code or kind.by_name[kind.code].kind is not Kind.TEXT:
        return
    rows = [*_alike(c, kind), *_beyond_ascii(c, kind)]
    found: dict[tuple[object, ...], set[UUID]] = {}
    for id, code, *scope in rows:
        found.setdefault((str(code).casefold(), *scope), set()).add(UUID(bytes=bytes(id)))
    yield from (sorted(members) for members in found.values() if len(members) > 1)


def _alike(c: Connection, kind: Entity) -> Iterator[Row]:
    """The records whose codes differ at most in the case of plain letters.

    The groups come from the index of the code alone; texts that the code counts in are looked at
    by whoever reads this.
    """
    code, short = kind.code, code_scope(kind, texts=False)
    same = [f"{_plain(c, f't.{code}')} = {_plain(c, 'g.code')}"]
    same += [f"t.{name} IS NOT DISTINCT FROM g.{name}" for name in short]
    names = ", ".join(["", *short])
    one = f"min({code})" if c.postgres else code  # in SQLite the group is of this very text
    yield from c.each(
        f"SELECT {_columns(kind)} FROM (SELECT {one} AS code{names} FROM {kind.name} "
        f"WHERE {code} IS NOT NULL GROUP BY {_plain(c, code)}{names} HAVING count(*) > 1) g "
        f"CROSS JOIN {kind.name} t WHERE {' AND '.join(same)}"
    )


def _beyond_ascii(c: Connection, kind: Entity) -> Iterator[Row]:
    """The records whose codes hold other letters, and those that these may be the same as."""
    code = kind.code
    rows = c.all(
        f"SELECT {_columns(kind)} FROM {kind.name} t WHERE t.{code} IS NOT NULL "
        f"AND octet_length(t.{code}) > length(t.{code})"
    )
    yield from rows
    folded = sorted({str(row[1]).casefold() for row in rows})
    for start in range(0, len(folded), _AT_ONCE):
        part = folded[start : start + _AT_ONCE]
        yield from c.each(
            f"SELECT {_columns(kind)} FROM {kind.name} t "
            f"WHERE {_plain(c, f't.{code}')} IN ({placeholders(part)})",
            part,
        )


def _plain(c: Connection, text: str) -> str:
    """A code by which the case of plain letters makes no difference; SQLite's columns are so."""
    return f'lower({text} COLLATE "C")' if c.postgres else text


def _columns(kind: Entity) -> str:
    return ", ".join(f"t.{name}" for name in ("id", kind.code, *code_scope(kind)))
