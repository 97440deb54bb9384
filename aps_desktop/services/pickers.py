"""What pickers in forms offer: groups of member states, and words used before."""

from __future__ import annotations

from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities import ENTITIES
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
    kind = next((e for e in ENTITIES if field in e.fields), None)
    if kind is None:
        return []
    rows = c.all(
        "SELECT m.word, count(*) FROM set_member m JOIN record r ON r.rid = m.owner "
        "WHERE r.tid = ? AND m.field_number = ? AND m.word IS NOT NULL "
        "GROUP BY m.word ORDER BY count(*) DESC, m.word LIMIT 500",
        (kind.number, field.number),
    )
    return [str(row[0]) for row in rows]
