"""F1, F2: the process dies at any moment; what was acknowledged is there, and nothing half done."""

import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.conftest import Worker, sound, state, state_of
from tests.faults.worker import BATCH

ROUNDS = 20
LONG_ROUNDS = 200


def killed(worker: Worker, task: str, office: Path, chance: random.Random) -> int:
    """Runs a worker, kills it at a random moment after its first save; what it acknowledged."""
    process = worker(task, office)
    assert process.stdout is not None
    last = int(process.stdout.readline())
    time.sleep(chance.uniform(0.005, 0.12))
    process.kill()
    rest = process.stdout.read().split("\n")
    return int(next((line for line in reversed(rest[:-1]) if line), last))


def edits(worker: Worker, office: Path, rounds: int) -> None:
    chance = random.Random(office.name)  # other moments in each database
    for _ in range(rounds):
        acknowledged = killed(worker, "edit", office, chance)
        db = sound(office)
        title = str(db.reader().value("SELECT title FROM project"))
        db.close()
        assert int(title.split()[1]) in (acknowledged, acknowledged + 1)


def batches(worker: Worker, office: Path, rounds: int) -> None:
    chance = random.Random(office.name)
    before = 0
    for _ in range(rounds):
        acknowledged = killed(worker, "batches", office, chance)
        db = sound(office)
        count = int(db.reader().value("SELECT count(*) FROM body"))
        db.close()
        assert count % BATCH == 0
        assert count // BATCH - before in (acknowledged, acknowledged + 1)
        before = count // BATCH


def test_killed_while_editing(worker: Worker, office: Path) -> None:
    edits(worker, office, ROUNDS // 2)


def test_killed_in_the_middle_of_large_steps(worker: Worker, office: Path) -> None:
    batches(worker, office, ROUNDS // 2)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("work", [edits, batches])
@pytest.mark.parametrize("number", range(LONG_ROUNDS // ROUNDS))
def test_killed_again_and_again(
    worker: Worker, office: Path, work: Callable[[Worker, Path, int], None], number: int
) -> None:
    """In pieces, each in a database of its own: a round checks all that is there."""
    work(worker, office.rename(office.with_name(f"{work.__name__} {number}.aps")), ROUNDS)


@pytest.mark.parametrize("point", ["log-written", "before-commit", "after-commit"])
def test_dead_at_a_named_point_of_a_save(worker: Worker, office: Path, point: str) -> None:
    process = worker("edit", office, APS_CRASH_AT=point)
    process.communicate()
    assert process.returncode == 9
    db = sound(office)
    wanted = "Title 1" if point == "after-commit" else "One"
    assert db.reader().value("SELECT title FROM project") == wanted
    assert not db.notice
    db.close()


@pytest.mark.parametrize(
    "point",
    ["backup-written", "restore-ready", "restore-sides-gone", "before-rename", "after-rename"],
)
def test_dead_at_a_named_point_of_a_restore(worker: Worker, office: Path, point: str) -> None:
    from aps_desktop.db import store
    from aps_desktop.services import backup, records

    db = store.open_database(str(office))
    backup.to_file(db, office.with_name("copy.aps"))
    old = state(db)
    id = records.find_id(db.reader(), "project", "P-1")
    records.put(db, "project", id, {"title": "Newer"})
    new = state(db)
    db.close()
    process = worker("restore", office, APS_CRASH_AT=point)
    process.communicate()
    assert process.returncode == 9
    db = sound(office)
    assert state(db) in (old, new)
    db.close()
    assert not office.with_name("office.aps.restoring").exists()
    process = worker("restore", office)
    out, error = process.communicate()
    assert out == "restored\n", error
    assert state_of(office) == old


@pytest.mark.parametrize("point", ["backup-written", "before-rename"])
def test_dead_at_a_named_point_of_a_backup(worker: Worker, office: Path, point: str) -> None:
    before = state_of(office)
    process = worker("backup", office, APS_CRASH_AT=point)
    process.communicate()
    assert process.returncode == 9
    assert not list(office.parent.glob("out-*.aps"))  # a part has another name
    assert state_of(office) == before


def test_dead_in_the_middle_of_a_repair(worker: Worker, office: Path) -> None:
    from aps_desktop.db import store

    db = store.open_database(str(office))
    with db.writing() as c:
        c.run("UPDATE project SET title = 'forged'")
    db.close()
    process = worker("repair", office, APS_CRASH_AT="before-commit")
    process.communicate()
    assert process.returncode == 9
    db = store.open_database(str(office))
    assert db.reader().value("SELECT title FROM project") == "forged"
    db.close()
    out, _ = worker("repair", office).communicate()
    assert out == "opened True\n"
    sound(office).close()
