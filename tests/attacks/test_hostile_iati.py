"""Files of IATI that were made to do harm, or are no files of IATI: none crashes, each says why."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from aps_desktop.db.engine import Database
from aps_desktop.domain.errors import UserError
from aps_desktop.exchange import iati_read
from aps_desktop.services import iati_import, iati_validate
from tests.iati_kit import HEAD, TAIL, activity, office, transaction, write

XML = '<?xml version="1.0"?>\n'
BOMB = (
    XML + '<!DOCTYPE a [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{f"&{chr(97 + n)};" * 10}">' for n in range(9))
    + ']>\n<iati-activities version="2.03"><iati-activity>&j;</iati-activity></iati-activities>'
)  # fmt: skip
XXE = (
    XML + '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]>\n'
    '<iati-activities version="2.03"><iati-activity>&x;</iati-activity></iati-activities>'
)
NETWORK = (
    XML + '<!DOCTYPE iati-activities SYSTEM "http://127.0.0.1:9/evil.dtd">\n'
    '<iati-activities version="2.03"></iati-activities>'
)
REFUSED: dict[str, tuple[str | bytes, str]] = {
    "bomb": (BOMB, "document type"),
    "xxe": (XXE, "document type"),
    "network": (NETWORK, "document type"),
    "utf16 xxe": (XXE.replace(XML, "").encode("utf-16"), "document type"),
    "empty": ("", "the file is empty"),
    "blank": ("  \n ", "it is not XML"),
    "text": ("Dear colleague, please find attached", "it is not XML"),
    "binary": (bytes(range(256)) * 20, "it is not XML"),
    "html": ("<html><body>Log in first</body></html>", "it begins with “html”"),
    "organisations": ('<iati-organisations version="2.03"/>', "a file of organisations"),
    "old": ('<iati-activities version="1.05"/>', "written in IATI 1.05"),
    "future": ('<iati-activities version="3.01"/>', "names version “3.01”"),
    "no version": ("<iati-activities/>", "names no version"),
    "broken": (HEAD + activity()[:300], "it is broken at line"),
    "wrong nesting": (HEAD + activity().replace("</title>", "</titel>") + TAIL, "it is broken at"),
    "two roots": (HEAD + activity() + TAIL + TAIL, "it is broken at line"),
    "bad bytes": (HEAD.encode() + b"<x>\xff\xfe</x>" + TAIL.encode(), "it is broken at line"),
    "unknown entity": (HEAD + activity(title="&nobody;") + TAIL, "it is broken at line"),
    "unknown encoding": ('<?xml version="1.0" encoding="klingon"?><a/>', "it is not XML"),
    "deep": (HEAD + "<a>" * 100_000 + TAIL, "it is broken at line"),
}  # fmt: skip


def read(path: Path) -> None:
    """As the child process does it."""
    iati_read.look(path)
    for _ in iati_read.Reader(path, date(2026, 11, 25)).activities():
        pass


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = office(tmp_path)
    yield db
    db.close()


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_with_a_reason(name: str, tmp_path: Path) -> None:
    data, reason = REFUSED[name]
    path = tmp_path / "received.xml"
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    with pytest.raises(UserError) as refused:
        read(path)
    assert "“received.xml” cannot be read" in refused.value.message
    assert reason in refused.value.message


@pytest.mark.parametrize("name", ["bomb", "deep"])
def test_the_child_process_says_the_same(name: str, tmp_path: Path) -> None:
    path = tmp_path / "received.xml"
    path.write_text(str(REFUSED[name][0]))
    with pytest.raises(UserError, match=REFUSED[name][1]):
        iati_validate.validate(path)


def test_an_archive_and_a_missing_file(tmp_path: Path) -> None:
    path = tmp_path / "received.xml"
    with pytest.raises(UserError, match="no file"):
        iati_validate.validate(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("a.xml", "<a/>")
    with pytest.raises(UserError, match="a workbook or an archive"):
        iati_validate.validate(path)


def test_nothing_of_a_broken_file_comes_in(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "half.xml"
    path.write_text(HEAD + activity() + activity(id="XM-DAC-701-A2")[:500])
    with pytest.raises(UserError, match="broken at line"):
        iati_import.import_file(db, path)
    assert not db.reader().value("SELECT count(*) FROM project")


@pytest.mark.parametrize(
    "part",
    [
        transaction(value="1e400"), transaction(value="1e99999999"), transaction(value="NaN"),
        transaction(value="9" * 40),
        transaction(day="0000-00-00"), transaction(code="' OR 1=1 --"),
        '<transaction/>', '<budget/>', '<result/>', '<planned-disbursement/>',
        '<result type="1"><title/><indicator measure="x"><period/></indicator></result>',
        f'<document-link url="{"x" * 5_000}"><title><narrative>{"y" * 5_000}</narrative></title>'
        '</document-link>',
        '<aps:record xmlns:aps="urn:x-aps-desktop:1" entity="office" id="nonsense"/>',
        '<x:any xmlns:x="urn:other"><x:thing/></x:any>', "<!-- a comment --><?an instruction?>",
    ],
)  # fmt: skip
def test_nonsense_inside_is_listed_and_the_rest_comes_in(
    part: str, db: Database, tmp_path: Path
) -> None:
    done = iati_import.import_file(db, write(tmp_path, activity(part)))
    assert db.reader().all("SELECT title FROM project") == [("An activity",)]
    assert done.activities[0].identifier == "XM-DAC-701-A1"


def test_marks_of_ours_by_others_only_make_records_that_exist(db: Database, tmp_path: Path) -> None:
    """A file may claim to be ours; what it says still goes through every check."""
    head = HEAD.replace(">\n<iati", ">\n<iati").replace(
        'version="2.03"', 'version="2.03" xmlns:aps="urn:x-aps-desktop:1"'
    )
    told = activity(attributes='aps:record="project 00"') + activity(
        '<aps:field name="nonsense">x</aps:field><aps:field name="budget">many</aps:field>'
        '<aps:record entity="nothing" id="0190a0a0a0a07000800000000000000a"/>',
        attributes='aps:record="project 0190a0a0a0a070008000000000000001"', id="XM-DAC-701-A2",
    )  # fmt: skip
    path = tmp_path / "claims.xml"
    path.write_text(head + told + TAIL)
    done = iati_import.import_file(db, path)
    words = " ".join(problem.message for problem in done.problems)
    assert "is no id of a record" in words
    assert "knows no field “nonsense”" in words
    assert "records of the kind “nothing”" in words
    assert not db.reader().value("SELECT count(*) FROM project")  # it has no code


def test_json_without_a_bottom_is_no_text(db: Database, tmp_path: Path) -> None:
    told = activity(
        f'<aps:field name="code">A-1</aps:field><aps:field name="remarks" as="json">'
        f'{"[" * 200_000}</aps:field>',
        attributes='xmlns:aps="urn:x-aps-desktop:1" '
        'aps:record="project 0190a0a0a0a070008000000000000001"',
    )  # fmt: skip
    done = iati_import.import_file(db, write(tmp_path, told))
    assert any("cannot be read" in problem.message for problem in done.problems)
    assert db.reader().all("SELECT code, remarks FROM project") == [("A-1", None)]


def test_memory_and_time_do_not_grow_with_a_large_file(tmp_path: Path) -> None:
    path = tmp_path / "large.xml"
    one = activity("".join(transaction() for _ in range(20)), id="XM-DAC-701-{n}", core="{id}")
    with path.open("w") as file:
        file.write(HEAD)
        for number in range(2_000):
            file.write(one.replace("{n}", str(number)))
        file.write(TAIL)
    done = iati_validate.validate(path)
    assert done.activities == 2_000
    assert done.problem_count > len(done.problems) == 2_000
