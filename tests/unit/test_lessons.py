"""Lessons offered when a similar proposal is written: by what it is about, and not by chance."""

from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest

from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.services import lessons, records
from aps_desktop.services.lesson_words import common, shared, telling

OTHERS = (
    ("Tablets for customs officers", "Buy spare batteries for handheld customs scanners."),
    ("Teacher exchange", "Visas for visiting teachers take two months: apply early."),
    ("Cocoa growers", "Farmers sell more cocoa when prices are announced by radio."),
    ("Port statistics", "Container figures differ between ports and shipping lines."),
)  # fmt: skip


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = store.create(str(tmp_path / "a.aps"), office="ASEC", device="here")
    yield made
    made.close()


def learned(db: Database, project: str, text: str) -> None:
    number = db.reader().value("SELECT count(*) FROM project")
    body = records.new(db, "body", {"code": f"B{number}", "name": f"Body {number}"})
    values = {"code": f"P-{number}", "title": project, "sponsoring_body": body}
    id = records.new(db, "project", values)
    records.new(
        db, "lesson", {"title": text.split(":", maxsplit=1)[0][:60], "text": text, "project": id}
    )


def offered(db: Database, title: str, **more: str) -> list[tuple[str, str]]:
    number = db.reader().value("SELECT count(*) FROM project")
    body = records.new(db, "body", {"code": f"N{number}", "name": f"New body {number}"})
    values = {"code": f"N-{number}", "title": title, "status": "draft", "sponsoring_body": body}
    id: UUID = records.new(db, "project", {**values, **more})
    found = lessons.similar(db.reader(), records.get(db.reader(), "project", id))
    return [(one.project, one.why) for one in found]


@pytest.fixture
def filled(db: Database) -> Database:
    haze = "Peat fires are seen too late: hourly satellite pictures warned villages of haze."
    learned(db, "Satellite pilot in Riau", haze)
    for project, text in OTHERS:
        learned(db, project, text)
    return db


def test_a_lesson_about_the_same_is_offered_whatever_its_project_is_called(
    filled: Database,
) -> None:
    found = offered(filled, "Early warning of transboundary haze from peatland fires",
                    description="Villages are told by text message.")  # fmt: skip
    assert found == [("P-0", "about warning, haze, fires, villages")]


def test_unrelated_lessons_are_not_offered(filled: Database) -> None:
    assert offered(filled, "Strengthening regional cooperation in cancer registries",
                   description="Workshops train officers of all member states.") == []  # fmt: skip
    assert offered(filled, "Teachers of mathematics") == [], "one word in common says little"


def test_many_or_general_words_tell_nothing() -> None:
    assert telling("Capacity building workshops for officials of ASEAN member states") == {}
    texts = [telling(f"Quality of seed {place}") for place in "abcdefgh"]
    assert shared(telling("Seed quality in orchards"), texts[0], frozenset()) == ["Seed", "quality"]
    assert shared(telling("Seed quality in orchards"), texts[0], common(texts)) == []
    assert common(texts[:7]) == frozenset()


@pytest.mark.parametrize(
    ("one", "other"),
    [("fisheries", "fishery"), ("monitored", "monitoring"), ("floods", "flood"),
     ("warnings", "warned"), ("businesses", "business"), ("ทะเลสาบ", "ทะเลสาบ")],
)  # fmt: skip
def test_forms_of_a_word_are_one(one: str, other: str) -> None:
    assert telling(one).keys() == telling(other).keys() != set()
