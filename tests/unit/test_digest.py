"""The digest: the same for the same state whatever way it took, on a file and on a server."""

import random
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest

from aps_desktop.db import check, digest, store
from aps_desktop.db.engine import Database
from aps_desktop.domain.clock import FixedClock
from aps_desktop.domain.ids import IdFactory
from aps_desktop.services import records


def state(db: Database) -> str:
    with db.snapshot() as c:
        return digest.digest(c)[0]


def new_office(location: str) -> Database:
    clock = FixedClock(1_795_000_000_000)
    db = store.create(location, office="KH", device="Laptop", clock=clock)
    db.ids = IdFactory(clock, random.Random(7).randbytes)
    return db


def work(db: Database) -> UUID:
    body = records.new(db, "body", {"code": "ACDM", "name": "ကော်မတီ"})
    project = records.new(
        db, "project",
        {"code": "P-1", "title": "One", "sponsoring_body": body, "tags": frozenset({"a", "b"})},
    )  # fmt: skip
    records.put(db, "project", project, {"title": "Two", "tags": frozenset({"b", "c"})})
    return project


def test_a_file_and_a_server_agree(tmp_path: Path, pg_url: Callable[[], str]) -> None:
    file, server = new_office(str(tmp_path / "a.aps")), new_office(pg_url())
    for db in (file, server):
        work(db)
    assert state(file) == state(server)
    server.close()


def test_undo_brings_the_digest_back_step_by_step(tmp_path: Path) -> None:
    db = new_office(str(tmp_path / "a.aps"))
    project = work(db)
    seen = [state(db)]
    records.put(db, "project", project, {"title": "Three", "budget": None, "tags": None})
    seen.append(state(db))
    records.delete(db, "project", [project])
    seen.append(state(db))
    assert len(set(seen)) == 3
    for wanted in (seen[1], seen[0]):
        records.undo(db)
        assert state(db) == wanted
    for wanted in seen[1:]:
        records.redo(db)
        assert state(db) == wanted
    with db.snapshot() as c:
        assert check.check(c) == []


def test_members_of_a_deleted_record_do_not_count(tmp_path: Path) -> None:
    one, other = new_office(str(tmp_path / "a.aps")), new_office(str(tmp_path / "b.aps"))
    empty = state(one)
    for db in (one, other):
        project = records.new(db, "project", {"code": "P", "title": "P", "tags": frozenset("ab")})
        if db is other:
            records.put(db, "project", project, {"tags": None})
        records.delete(db, "project", [project])
    assert state(one) == state(other) == empty


def test_the_order_of_making_does_not_matter(tmp_path: Path) -> None:
    one, other = new_office(str(tmp_path / "a.aps")), new_office(str(tmp_path / "b.aps"))
    ids = [one.ids.new() for _ in range(2)]
    for db, order in ((one, ids), (other, ids[::-1])):
        for id in order:
            code = f"B{ids.index(id)}"
            records.create(db, "body", id, {"code": code, "name": code})
    assert state(one) == state(other)


@pytest.mark.long
def test_four_hundred_thousand_records_take_seconds(tmp_path: Path) -> None:
    import time

    from aps_desktop.services import demo, offices

    db = offices.start(str(tmp_path / "full.aps"), office="ASEC", device="Demo")
    demo.fill(db, "full", 1)
    started = time.monotonic()
    state(db)
    assert time.monotonic() - started < 15
