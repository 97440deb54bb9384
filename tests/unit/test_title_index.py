"""The index of titles finds what reading every title finds, whatever it has taken in so far."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from aps_desktop.db import migrations, store, title_index
from aps_desktop.db.engine import Database
from aps_desktop.db.queries import lists
from aps_desktop.db.queries.lists import ListQuery
from aps_desktop.db.titles import fold
from aps_desktop.domain.entities import ENTITIES
from aps_desktop.services import checking, find_records, offices, records, searching
from aps_desktop.services.title_catch_up import catch_up

PIECES = (
    "gender", "Early Warning", "hợp tác", "Hop Tac", "ความร่วมมือ", "កិច្ចសហប្រតិបត្តិការ",
    "ຮ່ວມມື", "ပူးပေါင်း", "100 %", "a_b", "it's", 'the "new" one', "ABC-01", "x", "Đức", "😀😀😀",
)  # fmt: skip
TITLES = st.lists(st.sampled_from(PIECES) | st.text(min_size=1, max_size=6), min_size=1, max_size=4)
WORDS = st.one_of(
    st.sampled_from(PIECES),
    st.sampled_from(["gen", "ender", "wa", "ร่วม", "ប្រតិ", "ມມ", "100", "_b", '"ne', "%", "tac"]),
    st.text(min_size=1, max_size=5),
)
CODES = itertools.count()
KIND = next(e for e in ENTITIES if e.name == "project")


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    location = str(tmp_path_factory.mktemp("titles") / "office.aps")
    database = offices.start(location, office="ASEC", device="desk")
    yield database
    database.close()


def new(db: Database, values: dict[str, Any]) -> UUID:
    return records.new(db, "project", {"code": f"P{next(CODES)}", **values})


def found(db: Database, words: str) -> tuple[object, ...]:
    c = db.reader()
    query = ListQuery("project", (), text=words)
    return (
        title_index.find(c, [KIND.number, 47, 102], fold(words).split() or ["x"], 400),
        find_records.find(c, words),
        list(lists.ids(c, query)),
        list(lists.ids(c, query, limit=20, walk=True)),
        lists.count(c, query),
        sorted((hit.entity, hit.id) for hit in searching.search(c, words)),
    )


@settings(
    max_examples=15, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(titles=st.lists(TITLES, min_size=1, max_size=6), words=WORDS, taken_in=st.booleans())
def test_the_index_finds_what_reading_every_title_finds(
    db: Database,
    monkeypatch: pytest.MonkeyPatch,
    titles: list[list[str]],
    words: str,
    taken_in: bool,
) -> None:
    made = [new(db, {"title": " ".join(title).strip() or "-"}) for title in titles]
    if taken_in:
        with db.writing() as c:
            title_index.catch_up(c)
    records.put(db, "project", made[0], {"title": f"renamed {words}".replace("\0", "")})
    records.delete(db, "project", made[1:2])
    quick = found(db, words)
    with monkeypatch.context() as patch:
        patch.setattr(title_index, "_is_useful", lambda c: False)
        assert found(db, words) == quick


def test_common_words_are_read_where_they_stand(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(12):
        new(db, {"title": f"Common knowledge {n}"})
    with db.writing() as c:
        title_index.catch_up(c)
    expected = found(db, "knowledge")
    monkeypatch.setattr(title_index, "_COMMON", 5)
    assert title_index.narrowed(db.reader(), KIND.number, ["knowledge"]) is None
    assert found(db, "knowledge") == expected


def test_titles_are_taken_in_with_a_commit_or_in_the_background(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    def waiting() -> int:
        newer = "SELECT l.rid - s.upto FROM local_state l, title_state s"
        changed = "SELECT count(*) FROM title_tail"
        return int(db.reader().value(newer)) + int(db.reader().value(changed))

    with db.writing() as c:
        title_index.catch_up(c)
    assert waiting() == 0
    made = new(db, {"title": "One more"})
    assert waiting() == 1
    with db.writing() as c:
        title_index.catch_up(c)
    records.put(db, "project", made, {"title": "One more, renamed"})
    assert waiting() == 1
    monkeypatch.setattr(title_index, "_FEW", 2)
    for n in range(3):
        new(db, {"title": f"And more {n}"})
    assert waiting() <= 2
    monkeypatch.setattr(title_index, "_MANY", 2)
    for n in range(4):
        new(db, {"title": f"Too many {n}"})
    assert waiting() > 2
    assert catch_up(db) is False
    assert waiting() == 0
    assert len(lists.ids(db.reader(), ListQuery("project", (), text="too many"))) == 4


def test_a_damaged_index_is_found_and_worked_out_anew(tmp_path: Path) -> None:
    db = offices.start(str(tmp_path / "office.aps"), office="ASEC", device="desk")
    new(db, {"title": "Peatlands and haze"})
    with db.writing() as c:
        title_index.catch_up(c)
    assert checking.check(db).problems == ()
    with db.writing() as c:
        c.run("INSERT INTO title_index(title_index) VALUES ('delete-all')")
    assert [problem.table for problem in checking.check(db).problems] == ["title_index"]
    for n in range(30):
        new(db, {"title": f"Written {n} since the last check"})
        with db.writing() as c:
            title_index.catch_up(c)
    assert [problem.table for problem in checking.check(db).problems] == ["title_index"]
    assert checking.repair(db).problems == ()
    assert len(lists.ids(db.reader(), ListQuery("project", (), text="peatlands"))) == 1
    db.close()


def test_an_older_file_gets_the_index_when_it_is_opened(tmp_path: Path) -> None:
    location = str(tmp_path / "office.aps")
    db = offices.start(location, office="ASEC", device="desk")
    new(db, {"title": "Peatlands and haze"})
    with db.writing() as c:
        tables = ("TABLE title_state", "TABLE title_index", "TABLE title_tail")
        for what in ("TRIGGER titled_insert", "TRIGGER titled_update", *tables):
            c.run(f"DROP {what}")
        migrations.put_meta(c, "layout", "older")
        title_index._seen.discard(c)
    db.close()
    db = store.open_database(location)
    hits = find_records.find(db.reader(), "peatl")
    assert [hit.title for hit in hits] == ["Peatlands and haze"]
    assert catch_up(db) is False
    assert checking.check(db).problems == ()
    db.close()


def test_a_server_finds_the_same(pg_url: Callable[[], str]) -> None:
    db = offices.start(pg_url(), office="ASEC", device="desk")
    for title in ("Gender and peace", "hợp tác", "ความร่วมมือ", "100 % of it"):
        new(db, {"title": title})
    for words, number in (("gend", 1), ("hop tac", 1), ("ร่วม", 1), ("100 %", 1), ("zzz", 0)):
        assert len(lists.ids(db.reader(), ListQuery("project", (), text=words))) == number
        assert len(find_records.find(db.reader(), words)) >= number
    indexed = db.reader().value("SELECT to_regclass('ix_search_title_trigrams') IS NOT NULL")
    offered = db.reader().value(
        "SELECT count(*) FROM pg_available_extensions WHERE name = 'pg_trgm'"
    )
    assert bool(indexed) == bool(offered)
    assert catch_up(db) is False
    assert checking.check(db).problems == ()
    db.close()
