"""Commands about what merging leaves to people: conflicts, proposals, issues."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any
from uuid import UUID

from aps_desktop.cli.bundle_commands import moment
from aps_desktop.cli.record_commands import applied_answer
from aps_desktop.cli.session import DONE, Session
from aps_desktop.cli.values import read_value
from aps_desktop.db.engine import Database
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.domain.values import from_wire, to_wire
from aps_desktop.services import conflicts, duplicates, proposals
from aps_desktop.services.conflicts import Conflict
from aps_desktop.services.documents import as_json
from aps_desktop.services.proposals import Proposal


def list_conflicts(session: Session) -> int:
    """Fields that were changed apart and wait for a decision."""
    with session.database() as db:
        found = conflicts.open_conflicts(db.reader())
    words = [
        f"{c.id}  {c.title}: {c.label}: " + " | ".join(f"{v.office}: {v.value}" for v in c.versions)
        for c in found
    ]
    session.answer([_conflict(c) for c in found], "\n".join(words) or "There are no conflicts.")
    return DONE


def _conflict(found: Conflict) -> dict[str, Any]:
    field = entity(found.entity).field(found.field)
    return {
        "id": found.id,
        "entity": found.entity,
        "record": str(found.record),
        "title": found.title,
        "field": found.field,
        "base": _value(field, found.base_wire, found.base),
        "values": [
            {
                "value": _value(field, v.wire, v.value),
                "words": v.value,
                "office": v.office,
                "user": v.officer,
                "device": v.device,
                "at": moment(v.at),
                "mine": v.mine,
                "shown": v.shown,
            }
            for v in found.versions
        ],
        "proposals": [
            {
                "value": _value(field, p.wire, p.value),
                "words": p.value,
                "office": p.office,
                "user": p.officer,
                "at": moment(p.at),
            }
            for p in found.proposals
        ],
    }


def _value(field: Field, wire: str | None, words: str) -> Any:
    """A value as `record get` says it; of a set, the member."""
    if wire is None or field.kind is Kind.TAGS:
        return wire
    value = UUID(wire) if field.is_set else from_wire(field, wire)
    return as_json(value, {value: words} if isinstance(value, UUID) else {})


def resolve(session: Session) -> int:
    """Settle a conflict with one of its values, or with another."""
    a = session.arguments
    with session.database() as db:
        found = conflicts.by_id(db.reader(), a.id)
        wire = _taken(db, found, a.take)
        applied = conflicts.settle(db, [(found, wire)])
    session.answer({"change_set": applied.number}, applied.label)
    return DONE


def _taken(db: Database, found: Conflict, take: str) -> str | None:
    if take in ("mine", "theirs", "base"):
        return conflicts.choice(found, take)
    field = entity(found.entity).field(found.field)
    if not take:
        return None
    for version in found.versions:  # a file has its name here, and no place
        if version.value == take:
            return version.wire
    return to_wire(field, read_value(db, field, take))


def issues(session: Session) -> int:
    """What merging left to be settled beside conflicts: equal codes, lost references, circles."""
    with session.database() as db:
        found = duplicates.issues(db.reader())
    document = [
        {**asdict(i), "record": str(i.record), "others": [str(o) for o in i.others]} for i in found
    ]
    words = "\n".join(f"{i.title}: {i.words}" for i in found)
    session.answer(document, words or "There is nothing to settle.")
    return DONE


def list_proposals(session: Session) -> int:
    """What offices would have records of others say; the owners answer."""
    with session.database() as db:
        found = proposals.waiting(db.reader())
    words = [f"{p.id}  {p.office}: {p.title}: {p.label}: {p.words}" for p in found]
    session.answer([_proposal(p) for p in found], "\n".join(words) or "No proposals wait.")
    return DONE


def _proposal(found: Proposal) -> dict[str, Any]:
    field = entity(found.entity).by_name.get(found.field)
    return {
        "id": found.id,
        "entity": found.entity,
        "record": str(found.record),
        "title": found.title,
        "event": found.event,
        "field": found.field,
        "value": _value(field, found.wire, found.value) if field else None,
        "words": found.words,
        "owner": found.owner,
        "office": found.office,
        "user": found.officer,
        "device": found.device,
        "at": moment(found.at),
        "may_answer": found.may_answer,
        "own": found.own,
    }


def accept(session: Session) -> int:
    """Do what was proposed."""
    return _answer(session, proposals.accept, "Accepted")


def decline(session: Session) -> int:
    """Keep what is there; an own proposal is withdrawn."""
    return _answer(session, proposals.decline, "Declined")


_Answer = Callable[[Database, Sequence[Proposal]], Applied]


def _answer(session: Session, answer: _Answer, word: str) -> int:
    with session.database() as db:
        c = db.reader()
        applied = answer(db, [proposals.by_id(c, id) for id in session.arguments.ids])
    return applied_answer(session, applied, word)
