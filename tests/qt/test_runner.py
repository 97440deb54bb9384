"""The runner: reads beside, writes in turn, tells once, drops what nobody waits for."""

import gc
import logging
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from aps_desktop.db import store
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.errors import UserError
from aps_desktop.services import records
from aps_desktop.tasks.runner import InlineRunner, Runner

ENDLESS = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n"


@pytest.fixture
def runner(qapp: QApplication, db: Database) -> Iterator[Runner]:
    made = Runner(db)
    yield made
    made.shutdown()


def one(c: Connection) -> Any:
    return threading.current_thread().name, c.value("SELECT 1")


def endless(c: Connection) -> Any:
    return c.value(ENDLESS)


def make_body(name: str, db: Database) -> Applied:
    return records.create(db, "body", db.ids.new(), {"code": name, "name": name})


def refuse(_: object) -> Any:
    raise UserError("No.", "Ask again.")


def blunder(_: object) -> Any:
    return 1 / 0


def test_a_query_runs_in_a_reading_thread(runner: Runner, qtbot: QtBot) -> None:
    found: list[Any] = []
    runner.query(one, found.append)
    qtbot.waitUntil(lambda: bool(found))
    assert found[0][0].startswith("aps-read-")
    assert runner.idle()


def test_a_later_query_of_the_same_key_interrupts_the_earlier(runner: Runner, qtbot: QtBot) -> None:
    owner, found = QObject(), []
    runner.query(endless, found.append, owner=owner, key="list")
    qtbot.wait(50)
    begun = time.monotonic()
    runner.query(one, found.append, owner=owner, key="list")
    qtbot.waitUntil(runner.idle)
    assert time.monotonic() - begun < 2
    assert [result[1] for result in found] == [1]


def test_queries_of_other_keys_or_owners_stay(runner: Runner, qtbot: QtBot) -> None:
    owners, found = [QObject(), QObject()], []
    for owner in owners:
        runner.query(one, found.append, owner=owner, key="list")
        runner.query(one, found.append, owner=owner)
    qtbot.waitUntil(lambda: len(found) == 4)


def test_what_a_gone_owner_asked_for_is_dropped(runner: Runner, qtbot: QtBot) -> None:
    owner, found = QWidget(), []
    runner.query(one, found.append, owner=owner)
    owner.deleteLater()
    del owner
    qtbot.waitUntil(runner.idle)
    assert found == []


def test_a_write_tells_who_asked_and_then_everybody(
    runner: Runner, db: Database, qtbot: QtBot
) -> None:
    told: list[str] = []
    runner.changed.connect(lambda applied: told.append(f"all {sorted(applied.touched)}"))
    runner.mutate(partial(make_body, "A"), lambda applied: told.append(f"me {applied.number > 0}"))
    qtbot.waitUntil(lambda: len(told) == 2)
    assert told == ["me True", "all ['body']"]
    assert db.reader().value("SELECT name FROM body") == "A"


def test_writes_run_in_turn(runner: Runner, db: Database, qtbot: QtBot) -> None:
    done: list[Any] = []
    for n in range(20):
        runner.mutate(partial(make_body, f"{n:02}"), done.append)
    qtbot.waitUntil(lambda: len(done) == 20)
    names = [row[0] for row in db.reader().all("SELECT name FROM body ORDER BY rid")]
    assert names == [f"{n:02}" for n in range(20)]


def test_a_write_is_kept_when_its_asker_is_gone(runner: Runner, db: Database, qtbot: QtBot) -> None:
    owner, done, told = QObject(), [], []
    runner.changed.connect(told.append)
    runner.mutate(partial(make_body, "A"), done.append, owner=owner)
    del owner
    qtbot.waitUntil(lambda: len(told) == 1)
    assert done == []


def test_shutdown_finishes_writes_and_drops_queries(db: Database, qapp: QApplication) -> None:
    runner, found = Runner(db), []
    runner.query(endless, found.append)
    runner.mutate(partial(make_body, "A"))
    time.sleep(0.05)
    begun = time.monotonic()
    runner.shutdown()
    assert time.monotonic() - begun < 3
    assert db.reader().value("SELECT count(*) FROM body") == 1
    runner.query(one, found.append)
    assert found == []
    assert gc.isenabled()


@pytest.mark.parametrize("kind", ["query", "mutate", "long"])
def test_a_refusal_goes_to_who_asked_or_else_to_the_window(
    runner: Runner, qtbot: QtBot, kind: str
) -> None:
    heard: list[str] = []
    runner.failed.connect(lambda error: heard.append(f"window {error.message}"))
    ask = getattr(runner, kind)
    work = refuse if kind != "long" else (lambda db, progress, cancelled: refuse(db))
    ask(work, heard.append, lambda error: heard.append(f"asker {error.message}"))
    ask(work, heard.append)
    qtbot.waitUntil(lambda: len(heard) == 2)
    assert sorted(heard) == ["asker No.", "window No."]  # two threads read


def test_a_bug_is_told_with_its_traceback(
    runner: Runner, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged: list[str] = []
    log = logging.getLogger("aps_desktop.tasks.runner")
    monkeypatch.setattr(log, "error", lambda words, text: logged.append(text))
    with qtbot.waitSignal(runner.crashed) as crash:
        runner.query(blunder, print, print)
    assert "ZeroDivisionError" in crash.args[0]
    assert "blunder" in logged[0]


def test_long_work_tells_how_far_it_is_and_can_be_stopped(runner: Runner, qtbot: QtBot) -> None:
    steps: list[tuple[int, int, str]] = []
    ended: list[bool] = []

    def work(db: Database, progress: Any, cancelled: Any) -> None:
        number = 0
        while not cancelled():
            number += 1
            progress(number, 0, "reading")
            time.sleep(0.001)
        ended.append(True)

    job = runner.long(work, progressed=lambda *step: steps.append(step))
    qtbot.waitUntil(lambda: len(steps) > 1)
    job.cancel()
    qtbot.waitUntil(runner.idle)
    assert ended == [True]
    assert steps[-1][2] == "reading"
    assert len(steps) < 100  # told twenty times a second, not at each step


def test_files_can_be_replaced_after_reopen(
    runner: Runner, db: Database, qtbot: QtBot, tmp_path: Path
) -> None:
    found: list[Any] = []
    runner.query(one, found.append)
    qtbot.waitUntil(lambda: bool(found))
    assert runner.window_connection().value("SELECT 1") == 1
    runner.reopen()
    other = store.create(str(tmp_path / "b.db"), office="AHQ", device="desk")
    records.new(other, "body", {"code": "New", "name": "New"})
    other.close()
    db.close()
    (tmp_path / "b.db").replace(db.path)
    runner.query(lambda c: c.value("SELECT name FROM body"), found.append)
    qtbot.waitUntil(lambda: len(found) == 2)
    assert found[1] == "New"
    assert runner.window_connection().value("SELECT name FROM body") == "New"


def test_dead_widgets_are_destroyed_in_the_window_s_thread(runner: Runner, qtbot: QtBot) -> None:
    """Collected in a reading thread, a widget in a cycle took the program down."""
    found: list[Any] = []

    def rubbish(c: Connection) -> int:
        return len([[[]] for _ in range(50_000)])

    for _ in range(5):
        widget = QWidget()
        widget.me = widget
        runner.query(rubbish, found.append, owner=widget)
        found.clear()
        runner.query(rubbish, found.append)
        del widget
        qtbot.waitUntil(runner.idle)
    assert set(found) == {50_000}


def test_the_inline_runner_is_the_same_at_once(qapp: QApplication, db: Database) -> None:
    runner, told = InlineRunner(db), []
    runner.changed.connect(lambda applied: told.append("all"))
    runner.failed.connect(lambda error: told.append(error.message))
    runner.mutate(partial(make_body, "A"), lambda applied: told.append("me"))
    runner.query(lambda c: c.value("SELECT name FROM body"), told.append)
    runner.query(refuse, told.append)
    runner.long(lambda db, progress, cancelled: progress(1, 1, "") or cancelled(), told.append)
    assert told == ["me", "all", "A", "No.", False]
    with pytest.raises(ZeroDivisionError):
        runner.query(blunder, told.append)
    runner.shutdown()
