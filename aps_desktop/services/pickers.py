"""What pickers in forms offer: groups of member states, and words used before."""

from __future__ import annotations

from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.domain.fields import Field
from aps_desktop.domain.states import GROUPS

_STATES = "member_state"


def state_groups(c: Connection) -> list[tuple[str, frozenset[UUID]]]:
    """(name, ids) of all states and of the usual groups of them that are in this database."""
    rows = c.all(f"SELECT code, id FROM {_STATES}")
    by_code = {code: UUID(bytes=bytes(id)) for code, id in rows}
    groups = [("All", frozenset(by_code.values()))]
    for name, codes in GROUPS.items():
        groups.append((name, frozenset(by_code[code] for code in codes if code in by_code)))
    return [(name, ids) for name, ids in groups if ids]


def words_used(field: Field, c: Connection) -> list[str]:
    """The words in use in a field of tags, the most used first."""
    rows = c.all(
        "SELECT word, count(*) FROM set_member WHERE field_number = ? AND word IS NOT NULL "
        "GROUP BY word ORDER BY count(*) DESC, word LIMIT 500",
        (field.number,),
    )
    return [str(row[0]) for row in rows]
