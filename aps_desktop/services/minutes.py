"""Minutes while the meeting goes on: one line is a decision and the action that follows."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import Applied, Change, ChangeSet, Create, Update
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue, NotFound
from aps_desktop.domain.values import Value
from aps_desktop.services import records


@dataclass(frozen=True)
class Line:
    """One line; `decision` is None until it is written, `action` until somebody is responsible."""

    decision: UUID | None = None
    action: UUID | None = None
    item: str = ""
    type: str = ""
    text: str = ""
    responsible: str = ""
    due: date | None = None


@dataclass(frozen=True)
class Minutes:
    """A meeting's agenda as (number, title), and its lines in the order of the agenda."""

    agenda: tuple[tuple[str, str], ...]
    lines: tuple[Line, ...]


def load(c: Connection, meeting: UUID) -> Minutes:
    """What was minuted so far."""
    rid = c.value("SELECT rid FROM record WHERE uuid = ?", (meeting.bytes,))
    agenda = c.all(
        "SELECT number, title FROM agenda_item WHERE meeting = ? ORDER BY sort_order, rid", (rid,)
    )
    rows = c.all(
        "SELECT d.id, a.id, d.item, d.type, d.text, a.responsible, a.due FROM decision d "
        "LEFT JOIN action_item a ON a.rid = "
        "(SELECT min(x.rid) FROM action_item x WHERE x.decision = d.rid) "
        "WHERE d.meeting = ? ORDER BY d.rid",
        (rid,),
    )
    order = {number: place for place, (number, _) in enumerate(agenda)}
    lines = sorted((_line(row) for row in rows), key=lambda e: order.get(e.item, len(order)))
    return Minutes(tuple((str(number), str(title)) for number, title in agenda), tuple(lines))


def save(db: Database, meeting: UUID, line: Line) -> tuple[Applied, Line]:
    """Writes a line as one undo step; the line as it is then. InvalidValue without a text."""
    if not line.text.strip():
        raise InvalidValue("The decision has no text.", "Type what was decided.", field="text")
    changes: list[Change] = []
    written = _decision(db, meeting, line, changes)
    written = _action(db, meeting, written, changes)
    label = f"minute item {line.item}" if line.item else "minute a decision"
    return apply(db, ChangeSet(label, tuple(changes))), written


def _decision(db: Database, meeting: UUID, line: Line, changes: list[Change]) -> Line:
    values: dict[str, Value] = {
        "item": line.item or None, "type": line.type or None, "text": line.text,
    }  # fmt: skip
    if line.decision is not None:
        changes += _updates("decision", line.decision, values)
        return line
    id = db.ids.new()
    base = records.defaults(entity("decision"))
    changes.append(Create("decision", id, {**base, **values, "meeting": meeting}))
    return replace(line, decision=id)


def _action(db: Database, meeting: UUID, line: Line, changes: list[Change]) -> Line:
    if line.action is None and not line.responsible and line.due is None:
        return line
    values: dict[str, Value] = {"responsible": line.responsible or None, "due": line.due}
    values |= _who(db.reader(), line.responsible)
    if line.action is not None:
        changes += _updates("action_item", line.action, values)
        return line
    id = db.ids.new()
    base = records.defaults(entity("action_item"))
    own: dict[str, Value] = {"text": line.text, "meeting": meeting, "decision": line.decision}
    changes.append(Create("action_item", id, {**base, **values, **own}))
    return replace(line, action=id)


def _who(c: Connection, words: str) -> dict[str, Value]:
    """The body or member state that the words name, when they name one."""
    found: dict[str, Value] = {"responsible_body": None, "responsible_state": None}
    for field, target in (("responsible_body", "body"), ("responsible_state", "member_state")):
        try:
            found[field] = records.find_id(c, target, words) if words else None
        except (InvalidValue, NotFound):
            continue
    return found


def _updates(name: str, id: UUID, values: dict[str, Value]) -> Iterable[Change]:
    return [Update(name, id, field, value) for field, value in values.items()]


def _line(row: tuple[object, ...]) -> Line:
    decision, action, item, type, text, responsible, due = row
    return Line(
        UUID(bytes=bytes(decision)),  # type: ignore[call-overload]
        UUID(bytes=bytes(action)) if action is not None else None,  # type: ignore[call-overload]
        str(item or ""),
        str(type or ""),
        str(text or ""),
        str(responsible or ""),
        date.fromisoformat(str(due)) if due else None,
    )
