"""From finding to action: what an evaluation found, recommended, was answered, and what is done.

The action of a recommendation is an action item like those of meetings, so it is followed up, late
and reported in the same lists.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.queries.results_reading import uuid
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import Applied, Change, ChangeSet, Create, Update
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.values import Value
from aps_desktop.services import records

RECOMMENDATION = "recommendation"
RESPONSES = entity(RECOMMENDATION).field("response").choices


@dataclass(frozen=True)
class Step:
    """One recommendation with the finding it follows from and the action that follows from it.

    A finding without recommendation stands alone: then `id` is None.
    """

    finding: str
    finding_id: UUID | None
    kind: str
    id: UUID | None = None
    number: str = ""
    text: str = ""
    priority: str = ""
    response: str = ""
    response_text: str = ""
    action: UUID | None = None
    action_status: str = ""
    who: str = ""
    due: date | None = None
    status: str = ""


def chain(c: Connection, evaluation: UUID) -> list[Step]:
    """Everything that an evaluation led to, in the order of its recommendations and findings."""
    rid = c.value("SELECT rid FROM record WHERE uuid = ?", (evaluation.bytes,))
    rows = c.all(
        "SELECT f.number, f.text, f.id, f.kind, r.id, r.number, r.text, r.priority, r.response, "
        "r.response_text, a.id, a.status, coalesce(a.responsible, b.code, b.name, r.addressed_to), "
        "coalesce(a.due, r.due), r.status FROM recommendation r "
        "LEFT JOIN finding f ON f.rid = r.finding LEFT JOIN action_item a ON a.rid = r.action_item "
        "LEFT JOIN body b ON b.rid = r.body WHERE r.evaluation = ? ORDER BY r.number, r.rid",
        (rid,),
    )
    steps = [_step(row) for row in rows]
    alone = c.all(
        "SELECT f.number, f.text, f.id, f.kind FROM finding f WHERE f.evaluation = ? "
        "AND NOT EXISTS (SELECT 1 FROM recommendation r WHERE r.finding = f.rid) "
        "ORDER BY f.number, f.rid",
        (rid,),
    )
    return steps + [_alone(row) for row in alone]


def _step(row: Sequence[Any]) -> Step:
    number, text, finding, kind, id, own, words, priority, response, answer, action = row[:11]
    state, who, due, status = row[11:]
    return Step(
        _numbered(number, text), uuid(finding) if finding else None, kind or "", uuid(id),
        own or "", words or "", priority or "", response or "pending", answer or "",
        uuid(action) if action else None, state or "", who or "",
        date.fromisoformat(due) if due else None, status or "open",
    )  # fmt: skip


def _alone(row: Sequence[Any]) -> Step:
    number, text, finding, kind = row
    return Step(_numbered(number, text), uuid(finding), kind or "")


def _numbered(number: str | None, text: str | None) -> str:
    return " ".join(part for part in (number, text) if part)


def answer(db: Database, id: UUID, response: str, words: str) -> Applied:
    """Records management's response. InvalidValue when a refusal has no reason."""
    if response not in dict(RESPONSES):
        raise InvalidValue(f"“{response}” is not a response.", field="response")
    if response == "rejected" and not words.strip():
        raise InvalidValue("Say why it is not accepted.", field="response_text")
    changes: list[Change] = [
        Update(RECOMMENDATION, id, "response", response),
        Update(RECOMMENDATION, id, "response_text", words.strip() or None),
    ]
    if response == "rejected":
        changes.append(Update(RECOMMENDATION, id, "status", "dropped"))
    return apply(db, ChangeSet("answer a recommendation", tuple(changes)))


def make_action(db: Database, id: UUID) -> Applied:
    """Makes an action item of a recommendation, as one step: who, until when and why come along.

    UserError when it has one already, or was not accepted.
    """
    c = db.reader()
    record = records.get(c, RECOMMENDATION, id)
    values = record.values
    if values.get("action_item"):
        raise UserError("There is an action of this recommendation already.", "Open that one.")
    if values.get("response") == "rejected":
        raise UserError("This recommendation was not accepted.", "Change the response first.")
    evaluation = values.get("evaluation")
    project: Value = None
    if isinstance(evaluation, UUID):
        project = records.get(c, "evaluation", evaluation).values.get("project")
    action = db.ids.new()
    made: dict[str, Value] = {
        **records.defaults(entity("action_item")),
        "text": values.get("text"), "responsible": values.get("addressed_to"),
        "responsible_body": values.get("body"), "due": values.get("due"), "project": project,
    }  # fmt: skip
    given = {name: value for name, value in made.items() if value is not None}
    changes: tuple[Change, ...] = (
        Create("action_item", action, given),
        Update(RECOMMENDATION, id, "action_item", action),
        Update(RECOMMENDATION, id, "status", "in_progress"),
    )
    if values.get("response") in (None, "", "pending"):
        changes = (*changes, Update(RECOMMENDATION, id, "response", "accepted"))
    return apply(db, ChangeSet("make an action of a recommendation", changes))
