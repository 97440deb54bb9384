"""The index of titles catches up by itself while the window is open."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QObject
from pytestqt.qtbot import QtBot

from aps_desktop.db import title_index
from aps_desktop.db.engine import Database
from aps_desktop.services import offices, records
from aps_desktop.tasks import title_keeper
from aps_desktop.tasks.runner import Runner


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = offices.start(str(tmp_path / "a.aps"), office="ASEC", device="desk")
    yield database
    database.close()


def test_what_waits_is_taken_in_after_the_start_and_after_a_write(
    qtbot: QtBot, db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(title_keeper, "_SOON_MS", 1)
    monkeypatch.setattr(title_index, "_FEW", 0)
    monkeypatch.setattr(title_index, "_MANY", 0)
    monkeypatch.setattr(title_index, "_PIECE", 150)
    runner, owner = Runner(db), QObject()
    with db.writing() as c:
        c.run("UPDATE title_state SET upto = 0")
    assert title_index.waits(db.reader())
    title_keeper.TitleKeeper(runner, owner)
    qtbot.waitUntil(lambda: runner.idle() and not title_index.waits(db.reader()), timeout=20_000)
    runner.mutate(lambda d: records.put(d, "body", records.find_id(d.reader(), "body", "ACDM"),
                                        {"name": "Renamed by somebody"}))  # fmt: skip
    qtbot.waitUntil(lambda: not title_index.waits(db.reader()), timeout=20_000)
    qtbot.waitUntil(runner.idle, timeout=20_000)
    found = db.reader().value("SELECT count(*) FROM title_tail")
    assert found == 0
    runner.shutdown()
    del owner
