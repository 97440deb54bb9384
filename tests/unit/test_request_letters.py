"""The request letter: composed from the records, a Word file, attached in one step."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import docx
import pytest

from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.domain.clock import FixedClock
from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import FileRef
from aps_desktop.services import files, records, request_letters
from aps_desktop.services.request_letters import Wording

NOON = 1_795_435_200_000  # 23 Nov 2026
WORDING = Wording("ASEC/2026/7", date(2026, 11, 23), "ຫົວໜ້າ ໂຄງການ", "Siti Rahma", "Director")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    database = store.create(
        str(tmp_path / "a.db"), office="ASEC", device="here", clock=FixedClock(NOON)
    )
    yield database
    database.close()


@pytest.fixture
def tranche(db: Database) -> UUID:
    records.new(
        db, "office", {"code": "ASEC", "name": "The Secretariat", "address": "1 Road\nJakarta"}
    )
    partner = records.new(db, "partner", {"code": "JP", "name": "Japan"})
    fund = records.new(db, "fund", {"code": "F", "name": "Integration Fund", "partner": partner})
    body = records.new(db, "body", {"code": "ACDM", "name": "Disaster Committee"})
    project = records.new(
        db,
        "project",
        {"code": "P-1", "title": "Early warning", "sponsoring_body": body, "fund": fund},
    )
    records.new(
        db,
        "tranche",
        {"title": "Instalment 1", "project": project, "amount": Money(6_000_000, "JPY")},
    )
    return records.new(
        db,
        "tranche",
        {
            "title": "Instalment 2", "project": project, "fund": fund,
            "amount": Money(4_000_000, "JPY"), "due": date(2026, 12, 15), "status": "planned",
        },
    )  # fmt: skip


def words_of(path: Path) -> str:
    document = docx.Document(str(path))
    cells = [c.text for t in document.tables for r in t.rows for c in r.cells]
    return "\n".join([p.text for p in document.paragraphs] + cells).replace("\u00a0", " ")


def test_the_letter_is_written_attached_and_taken_back_in_one_step(
    db: Database, tranche: UUID, tmp_path: Path
) -> None:
    records.new(db, "condition", {"title": "Progress report accepted", "tranche": tranche})
    target = tmp_path / "letter.docx"
    request_letters.write(db, tranche, WORDING, target)
    text = words_of(target)
    for wanted in (
        "The Secretariat", "1 Road", "Ref: ASEC/2026/7", "23 Nov 2026", "ຫົວໜ້າ ໂຄງການ", "Japan",
        "“Early warning” (P-1)", "Disaster Committee",
        "amount of JPY 4,000,000 could be remitted by 15 Dec 2026", "still to be fulfilled",
        "Progress report accepted", "JPY 6,000,000",
        "This request", "Siti Rahma", "Director",
    ):  # fmt: skip
        assert wanted in text
    assert "$" not in text
    values = records.get(db.connect(), "tranche", tranche).values
    letter = values["request_letter"]
    assert isinstance(letter, FileRef)
    assert files.read(db.connect(), letter) == target.read_bytes()
    assert (values["status"], values["requested_on"]) == ("requested", date(2026, 11, 23))
    records.undo(db)
    values = records.get(db.connect(), "tranche", tranche).values
    assert values["request_letter"] is None
    assert (values["status"], values["requested_on"]) == ("planned", None)


def test_lao_words_are_marked_for_a_font_that_has_them(
    db: Database, tranche: UUID, tmp_path: Path
) -> None:
    target = tmp_path / "letter.docx"
    request_letters.write(db, tranche, WORDING, target)
    runs = [r for p in docx.Document(str(target)).paragraphs for r in p.runs]
    (lao,) = [r for r in runs if r.text == "ຫົວໜ້າ ໂຄງການ"]
    assert "Leelawadee UI" in lao._r.xml
    assert all("Leelawadee" not in r._r.xml for r in runs if r.text.isascii())


def test_conditions_that_are_met_are_said_to_be(db: Database, tranche: UUID) -> None:
    c = db.reader()
    text = request_letters.as_text(request_letters.compose(c, tranche, WORDING))
    assert "No conditions are attached" in text
    records.new(db, "condition", {"title": "Audit", "tranche": tranche, "status": "met"})
    text = request_letters.as_text(request_letters.compose(c, tranche, WORDING))
    assert "have been fulfilled: Audit" in text


def test_what_is_missing_is_named(db: Database, tmp_path: Path) -> None:
    bare = records.new(db, "tranche", {"title": "Instalment"})
    start = request_letters.start(db.reader(), bare, date(2026, 11, 23))
    assert start.missing == ("the project", "the fund", "the amount", "the sponsoring body")
    with pytest.raises(InvalidValue, match="no amount"):
        request_letters.write(db, bare, WORDING, tmp_path / "x.docx")


def test_a_folder_that_is_not_there_changes_nothing(
    db: Database, tranche: UUID, tmp_path: Path
) -> None:
    with pytest.raises(UserError, match="could not be written"):
        request_letters.write(db, tranche, WORDING, tmp_path / "none" / "x.docx")
    assert records.get(db.connect(), "tranche", tranche).values["request_letter"] is None


@pytest.mark.parametrize(("name", "wanted"), [
    ("Japan", "Mission of Japan to ASEAN"),
    ("United States", "Mission of the United States to ASEAN"),
    ("Republic of Korea", "Mission of the Republic of Korea to ASEAN"),
])  # fmt: skip
def test_a_country_has_its_article(name: str, wanted: str, db: Database, tranche: UUID) -> None:
    ((id,),) = db.reader().all("SELECT id FROM partner")
    records.put(db, "partner", UUID(bytes=bytes(id)), {"name": name})
    assert request_letters.start(db.reader(), tranche, date(2026, 11, 23)).wording.addressee == (
        wanted
    )
