"""What officers do at random, through the services that the window and the command line use."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any
from uuid import UUID

from aps_desktop.db.engine import Database
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import (
    Applied,
    Change,
    ChangeSet,
    Create,
    Delete,
    Restore,
    Separate,
    Unite,
    Update,
    Why,
)
from aps_desktop.domain.entities import BY_NUMBER, entity
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.fields import SAME_AS
from aps_desktop.services import history, records
from tests.property import values


def tried(work: Callable[..., Applied], *arguments: Any) -> Applied | None:
    """What an edit did; None when it was refused in words."""
    try:
        return work(*arguments)
    except UserError:
        return None


def begin(db: Database) -> None:
    """A whole with parts and parts of parts, and what it refers to."""
    body, fund, project, budget, line = (db.ids.new() for _ in range(5))
    changes = (
        Create("body", body, {"code": "SOMTC", "name": "Tourism", "former_names": frozenset("a")}),
        Create("fund", fund, {"code": "ADF", "name": "Fund", "approving_body": body}),
        Create(
            "project",
            project,
            {
                **{"code": "P1", "title": "Project", "sponsoring_body": body},
                **{"tags": frozenset("ab"), "co_funds": frozenset([fund])},
            },
        ),
        Create("budget", budget, {"project": project, "version": "1"}),
        Create("budget_line", line, {"budget": budget, "description": "Travel", "fund": fund}),
    )
    apply(db, ChangeSet("begin", changes))


def create(db: Database, rnd: Random) -> Applied | None:
    """A new record of a kind whose whole is there."""
    there = values.present(db.reader())
    names = [n for n in values.FIELDS if n not in values.PARTS or there[values.PARTS[n]]]
    kind = entity(rnd.choice(names))
    return tried(records.create, db, kind.name, db.ids.new(), values.record(kind, there, rnd))


def change(db: Database, rnd: Random) -> Applied | None:
    """New values for some fields of a record, which then shows them."""
    found = _one(db, rnd)
    if found is None:
        return create(db, rnd)
    name, id = found
    new = values.some_values(entity(name), values.present(db.reader()), rnd)
    return tried(records.put, db, name, id, new)


def change_many(db: Database, rnd: Random) -> Applied | None:
    """The same values for several records, in one step."""
    found = _one(db, rnd)
    if found is None:
        return create(db, rnd)
    name, _ = found
    there = values.present(db.reader())
    ids = rnd.sample(there[name], min(len(there[name]), rnd.randint(1, 3)))
    return tried(records.put_many, db, name, ids, values.some_values(entity(name), there, rnd))


def delete(db: Database, rnd: Random) -> Applied | None:
    """A record with its parts, unless others refer to it."""
    found = _one(db, rnd)
    if found is None:
        return create(db, rnd)
    name, id = found
    return tried(records.delete, db, name, [id])


def put_back(db: Database, rnd: Random) -> Applied | None:
    """An older value of a field, from the record's history."""
    found = _one(db, rnd)
    if found is None:
        return create(db, rnd)
    name, id = found
    entries = [e for e in history.of_record(db.reader(), name, id) if e.field]
    return tried(history.put_back, db, name, id, rnd.choice(entries))


def bring_in(db: Database, rnd: Random) -> Applied | None:
    """A change set as an import makes it: several records, new and old, some touched twice."""
    there = values.present(db.reader())
    changes: list[Change] = []
    for _ in range(rnd.randint(1, 5)):
        changes += _part_of_import(db, rnd, there)
    return tried(apply, db, ChangeSet("import workbook", tuple(changes), Why.IMPORT))


def _part_of_import(db: Database, rnd: Random, there: values.Present) -> list[Change]:
    """One record's changes; `there` learns of new records, so that later ones refer to them."""
    old = [(name, id) for name, ids in there.items() for id in ids]
    what = rnd.choice(("create", "update", "delete") if old else ("create",))
    if what == "create":
        names = [n for n in values.FIELDS if n not in values.PARTS or there[values.PARTS[n]]]
        name, id = rnd.choice(names), db.ids.new()
        made: Change = Create(name, id, values.record(entity(name), there, rnd))
        there[name].append(id)
        return [made]
    name, id = rnd.choice(old)
    if what == "delete":
        back = rnd.random() < 0.5
        if not back:
            there[name].remove(id)
        return [Delete(name, id), Restore(name, id)] if back else [Delete(name, id)]
    new = values.some_values(entity(name), there, rnd)
    return [Update(name, id, field, value) for field, value in new.items()]


def unite(db: Database, rnd: Random) -> Applied | None:
    """Two records turn out to be one; or one of those that did stands for itself again."""
    united = db.reader().all(
        "SELECT r.uuid, r.tid FROM set_member m JOIN record r ON r.rid = m.owner "
        f"WHERE m.field_number = {SAME_AS} AND r.tid BETWEEN 1 AND {max(BY_NUMBER)} ORDER BY r.uuid"
    )
    if united and rnd.random() < 0.3:
        uuid, tid = rnd.choice(united)
        name = BY_NUMBER[tid].name
        return tried(apply, db, ChangeSet("separate", (Separate(name, UUID(bytes=bytes(uuid))),)))
    there = values.present(db.reader())
    name = rnd.choice(("body", "fund", "project"))
    if len(there[name]) < 2:
        return create(db, rnd)
    one, other = rnd.sample(there[name], 2)
    return tried(apply, db, ChangeSet("unite", (Unite(name, one, other),)))


def undo(db: Database, _: Random | None) -> Applied | None:
    return tried(records.undo, db)


def redo(db: Database, _: Random | None) -> Applied | None:
    return tried(records.redo, db)


def _one(db: Database, rnd: Random) -> tuple[str, UUID] | None:
    """(entity, id) of a live record; None when there is none."""
    there = values.present(db.reader())
    living = [(name, id) for name, ids in there.items() for id in ids]
    return rnd.choice(living) if living else None
