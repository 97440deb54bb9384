"""Ctrl+K: which records a few letters find, and in which order; and the log told to people."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.services import audit, records
from aps_desktop.services.find_records import find


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = store.create(str(tmp_path / "office.aps"), office="LA", device="Laptop 3")
    for code, title in (
        ("ACP-1", "Early warning for floods"),
        ("ACP-2", "Flood insurance"),
        ("ACP-3", "Inflow of goods"),
        ("ACP-4", "Hợp tác y tế"),
    ):
        records.new(database, "project", {"code": code, "title": title})
    yield database
    database.close()


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("flo", ["ACP-2", "ACP-1", "ACP-3"]),
        ("floods warn", ["ACP-1"]),
        ("hop tac", ["ACP-4"]),
        ("acp-3", ["ACP-3"]),
        ("100%", []),
        ("  ", []),
    ],
)
def test_words_find_records_the_best_first(db: Database, typed: str, codes: list[str]) -> None:
    assert sorted(h.code for h in find(db.reader(), typed)) == sorted(codes)
    if typed == "flo":
        assert find(db.reader(), typed)[-1].code == "ACP-3"


def test_the_log_is_told_step_by_step(db: Database) -> None:
    id = records.find_id(db.reader(), "project", "ACP-1")
    records.put(db, "project", id, {"title": "Early warning for storms"})
    records.undo(db)
    c = db.reader()
    newest = audit.page(c, limit=2)
    assert [step.what for step in newest][1] == "Edited: edit project ACP-1"
    assert newest[0].why == "undo"
    changes = audit.changes_of(c, newest[1].device, newest[1].number)
    assert [(x.record, x.field, x.old, x.new) for x in changes] == [
        ("ACP-1", "Title", "Early warning for floods", "Early warning for storms")
    ]
    rest = audit.page(c, before=newest[1].stamp)
    assert len(rest) == 4
    assert audit.page(c, office="KH") == []
    assert audit.people(c)[0] == ["LA"]
