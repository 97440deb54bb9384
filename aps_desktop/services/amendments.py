"""Deciding on amendments: what came after its period was locked is accepted or rejected."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from aps_desktop.db.engine import Database
from aps_desktop.db.store import setting
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import Applied, Change, ChangeSet, Create, Update
from aps_desktop.domain.clock import today
from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.values import Value
from aps_desktop.services import records
from aps_desktop.services.locked_periods import FIGURES, PLACE, VALUE


def decide(db: Database, ids: Sequence[UUID], *, accept: bool, comment: str = "") -> Applied:
    """Accepts amendments (their values get the new figures and place, approved) or rejects them."""
    if not accept and not comment.strip():
        raise InvalidValue("Say why it is rejected.", "Whoever sent it will read it.")
    c = db.reader()
    day, who = today(db.clock), setting(c, "officer")
    changes: list[Change] = []
    for id in ids:
        record = records.get(c, "value_amendment", id)
        if record.values.get("status") != "pending":
            raise UserError("This amendment was decided already.", "Look at the list again.")
        if accept:
            changes += _accepted(db, record, day, who)
        done: dict[str, Value] = {
            "status": "accepted" if accept else "rejected", "decided_on": day,
            "decided_by": who or None, "comment": comment or None,
        }  # fmt: skip
        changes += [Update("value_amendment", id, name, value) for name, value in done.items()]
    verb = "accept" if accept else "reject"
    number = f"{len(ids):,} amendments" if len(ids) != 1 else "an amendment"
    return apply(db, ChangeSet(f"{verb} {number}", tuple(changes)))


def _accepted(db: Database, record: records.Record, day: date, who: str) -> list[Change]:
    figures = {name: record.values.get(name) for name in FIGURES}
    place = {name: record.values.get(name) for name in PLACE}
    reviewed: dict[str, Value] = {
        "status": "approved", "reviewed_on": day, "reviewed_by": who or None, "correction": True,
    }  # fmt: skip
    amends = record.values.get("amends")
    if isinstance(amends, UUID):
        now = records.get(db.reader(), VALUE, amends).values
        moved = {name: value for name, value in place.items() if value != now.get(name)}
        new = {**moved, **figures, **reviewed}
        return [Update(VALUE, amends, name, value) for name, value in new.items()]
    new = {n: value for n, value in {**place, **figures, **reviewed}.items() if value is not None}
    return [Create(VALUE, db.ids.new(), {**new, "reported_on": record.values.get("asked_on")})]
