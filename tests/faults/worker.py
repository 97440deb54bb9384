"""A process to be killed: does one kind of work and says after each step what is saved."""

import sys
from datetime import datetime
from pathlib import Path

from aps_desktop.db import store
from aps_desktop.domain.changes import ChangeSet, Create, Why
from aps_desktop.services import backup, checking, records

BATCH = 400


def edit(location: str) -> None:
    """Small saves, each told once it is acknowledged."""
    db = store.open_database(location)
    id = records.find_id(db.reader(), "project", "P-1")
    number = 0
    while True:
        number += 1
        records.put(db, "project", id, {"title": f"Title {number}"})
        print(number, flush=True)


def batches(location: str) -> None:
    """Large steps as an import makes them: all of one, or none of it."""
    from aps_desktop.db.unit_of_work import apply

    db = store.open_database(location)
    number = 0
    while True:
        number += 1
        changes = tuple(
            Create("body", db.ids.new(), {"code": f"B{number}-{n}", "name": f"Body {n}"})
            for n in range(BATCH)
        )
        apply(db, ChangeSet(f"import {number}", changes, Why.IMPORT))
        print(number, flush=True)


def restore(location: str) -> None:
    """Puts the backup beside it in its place."""
    backup.restore(location, Path(location).with_name("copy.aps"))
    print("restored", flush=True)


def back_up(location: str) -> None:
    db = store.open_database(location)
    backup.to_file(db, Path(location).with_name(f"out-{datetime.now():%H%M%S%f}.aps"))
    print("copied", flush=True)


def repair(location: str) -> None:
    print("opened", checking.repair(store.open_database(location)).ok, flush=True)


if __name__ == "__main__":
    {"edit": edit, "batches": batches, "restore": restore, "backup": back_up, "repair": repair}[
        sys.argv[1]
    ](sys.argv[2])
