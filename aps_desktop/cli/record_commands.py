"""Commands about records: list, get, history, new, set, delete, undo, redo, search, entities."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from aps_desktop.cli.rows import listed
from aps_desktop.cli.session import DONE, NEEDS_A_PERSON, Session
from aps_desktop.cli.values import read_values
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.clock import today as local_day
from aps_desktop.domain.entities import ENTITIES, entity
from aps_desktop.domain.fields import Field
from aps_desktop.services import codes, history, records, searching, today
from aps_desktop.services.documents import document as document_of


def entities(session: Session) -> int:
    """The entities and their fields, as described in the code."""
    document = [
        {
            "entity": kind.name,
            "label": kind.label,
            "plural": kind.plural,
            "area": str(kind.area),
            "number": kind.number,
            "fields": [_field(field) for field in kind.fields],
        }
        for kind in ENTITIES
    ]
    words = "\n".join(f"{kind.name}: {', '.join(f.name for f in kind.fields)}" for kind in ENTITIES)
    session.answer(document, words)
    return DONE


def _field(field: Field) -> dict[str, Any]:
    found: dict[str, Any] = {
        "name": field.name,
        "label": field.label,
        "kind": str(field.kind),
        "required": field.required,
        "number": field.number,
    }
    if field.target:
        found["target"] = field.target
        found["part_of"] = field.part_of
    if field.choices:
        found["choices"] = [{"value": key, "label": label} for key, label in field.choices]
    if field.decimals:
        found["decimals"] = field.decimals
    return found


def list_records(session: Session) -> int:
    """Rows of an entity."""
    a = session.arguments
    with session.database() as db:
        rows = listed(db, a.entity, a.where, a.limit)
    session.answer(rows, "\n".join(f"{row['id']}  {row['label']}" for row in rows))
    return DONE


def get(session: Session) -> int:
    """One record."""
    a = session.arguments
    with session.database() as db:
        id = records.find_id(db.reader(), a.entity, a.id)
        document = document_of(db.reader(), a.entity, id)
    session.answer(document, _in_words(document))
    return DONE


def _in_words(document: dict[str, Any]) -> str:
    lines = []
    for name, value in document.items():
        members = value if isinstance(value, list) else [value]
        words = [
            str(m.get("label") or m.get("name")) if isinstance(m, dict) else str(m)
            for m in members
            if m not in (None, "")
        ]
        if words:
            lines.append(f"{name}: {', '.join(words)}")
    return "\n".join(lines)


def record_history(session: Session) -> int:
    """A record's changes, newest first; deleted records have one too."""
    a = session.arguments
    with session.database() as db:
        id = records.find_id(db.reader(), a.entity, a.id)
        entries = history.of_record(db.reader(), a.entity, id)
    document = [{**asdict(e), "at": _moment(e.at)} for e in entries]
    words = [
        f"{d['at']}  {d['office']} {d['officer']}  "
        + ("proposed: " if d["proposed"] else "")
        + ("" if d["counts"] else "does not count, its computer was revoked: ")
        + d["event"]
        + (f" {d['label']}: {d['old']} → {d['new']}" if d["label"] else "")
        for d in document
    ]
    session.answer(document, "\n".join(words))
    return DONE


def _moment(millis: int) -> str:
    try:
        return datetime.fromtimestamp(millis / 1000, UTC).isoformat(timespec="milliseconds")
    except (OverflowError, OSError, ValueError):  # whatever a laptop's clock said
        return ""


def new(session: Session) -> int:
    """A new record."""
    a = session.arguments
    with session.database() as db:
        entity(a.entity)
        values = read_values(db, a.entity, a.values)
        code = codes.filled(db.reader(), a.entity, frozenset(values), local_day(db.clock))
        id = records.new(db, a.entity, {**code, **values})
    session.answer({"id": str(id)}, str(id))
    return DONE


def put(session: Session) -> int:
    """Changes fields of a record."""
    a = session.arguments
    with session.database() as db:
        id = records.find_id(db.reader(), a.entity, a.id)
        applied = records.put(db, a.entity, id, read_values(db, a.entity, a.values))
    return applied_answer(session, applied, _done(applied))


def delete(session: Session) -> int:
    """Deletes a record with its parts."""
    a = session.arguments
    with session.database() as db:
        id = records.find_id(db.reader(), a.entity, a.id)
        applied = records.delete(db, a.entity, [id])
    return applied_answer(session, applied, "Deleted")


def undo(session: Session) -> int:
    """Takes back this device's last step."""
    with session.database() as db:
        return applied_answer(session, records.undo(db), "Undone")


def redo(session: Session) -> int:
    """Does again what was undone last."""
    with session.database() as db:
        return applied_answer(session, records.redo(db), "Done again")


def _done(applied: Applied) -> str:
    """In words: an edit of another office's record only proposes."""
    if applied.proposed:
        return "Proposed to the office that owns the record"
    return "Changed" if applied.number else "Nothing to change"


def applied_answer(
    session: Session, applied: Applied, word: str, further: dict[str, Any] | None = None
) -> int:
    """What a step did, with what else there is to say about it."""
    document = {
        **(further or {}),
        "change_set": applied.number,
        "label": applied.label,
        "skipped": list(applied.skipped),
        "proposed": applied.proposed,
    }
    session.answer(document, f"{word}: {applied.label}")
    for one in applied.skipped:
        session.say(f"Left alone, because it was changed since: {one}")
    return NEEDS_A_PERSON if applied.skipped else DONE


def alarms(session: Session) -> int:
    """What the Today page shows."""
    with session.database() as db:
        found = today.alarms(db.reader(), local_day(db.clock))
    document = [
        {
            "rule": alarm.rule,
            "entity": alarm.entity,
            "id": str(alarm.id) if alarm.id else None,
            "title": alarm.title,
            "due": alarm.due.isoformat() if alarm.due else None,
            "message": alarm.message,
        }
        for alarm in found
    ]
    session.answer(document, "\n".join(f"{a.message}  {a.title}" for a in found))
    return DONE


def search(session: Session) -> int:
    """Full-text search."""
    a = session.arguments
    with session.database() as db:
        hits = searching.search(db.reader(), " ".join(a.words), limit=a.limit)
    document = [{**asdict(hit), "id": str(hit.id)} for hit in hits]
    session.answer(document, "\n".join(f"{h.entity} {h.id}  {h.title}" for h in hits))
    return DONE
