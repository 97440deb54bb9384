"""T24: every sample project leaves as valid IATI 2.03 and comes back whole; and T19 for IATI."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import xmlschema

from aps_desktop.db.engine import Database
from aps_desktop.domain.entities import entity
from aps_desktop.paths import resource_path
from aps_desktop.services import iati_export, iati_import, iati_validate
from aps_desktop.services.iati_scope import Scope
from aps_desktop.services.importing_types import Verdict
from tests.acceptance.desks import NewDesk
from tests.iati_kit import activity, filled, images, office, write

EXPORTED = (
    "programme", "project", "project_alignment", "approval_step", "budget", "budget_line",
    "tranche", "condition", "fund_transaction", "document", "document_version",
    "knowledge_product", "result", "indicator", "target", "indicator_value",
)  # fmt: skip
MARK = "zarathustra"
"""In every text that must not leave."""


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    folder = tmp_path_factory.mktemp("iati")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APS_DATA_DIR", str(folder / "data"))
        db = filled(folder)
        yield db
        db.close()


@pytest.fixture(scope="module")
def file(full: Database, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Everything that the office has, in one file."""
    path = tmp_path_factory.mktemp("iati-file") / "all.xml"
    iati_export.export(full, path, Scope(max_class="confidential"))
    return path


def test_every_sample_project_is_valid(full: Database, file: Path) -> None:
    projects = full.reader().value("SELECT count(*) FROM project")
    done = iati_validate.validate(file)
    assert projects > 50
    assert done.activities > projects + full.reader().value("SELECT count(*) FROM programme")
    assert done.valid
    assert done.problems == ()


def test_another_validator_agrees(file: Path) -> None:
    schema = xmlschema.XMLSchema(str(resource_path("iati", "iati-activities-schema.xsd")))
    assert [str(error) for error in schema.iter_errors(str(file))] == []


def test_the_export_comes_back_whole(full: Database, file: Path, tmp_path: Path) -> None:
    """Into an empty office with the shipped lists; what refers to other records stays empty."""
    empty = office(tmp_path, "empty")
    try:
        done = iati_import.import_file(empty, file)
        assert done.count(Verdict.REFUSED) == 0
        left_empty = {problem.message.partition(" is not in")[0] for problem in done.problems}
        assert left_empty <= {"Meeting", "Circulation", "Office", "Counts towards"}
        sent = images(full.reader(), EXPORTED)
        came = images(empty.reader(), EXPORTED)
        loose = {
            (name, f.number) for name in EXPORTED for f in entity(name).fields
            if f.target and f.label in left_empty
        }  # fmt: skip
        in_projects = {key for key in sent if key in came}
        assert {k for k in sent if k[0] == "project"} <= in_projects
        for key in in_projects:
            wanted = {n: v for n, v in sent[key].items() if (key[0], n) not in loose}
            assert {n: v for n, v in came[key].items() if (key[0], n) not in loose} == wanted
        missing = {name for name, _ in sent.keys() - came.keys()}
        assert missing <= {"document", "document_version", "knowledge_product", "indicator",
                           "indicator_value", "target", "result"}  # fmt: skip
    finally:
        empty.close()


def test_brought_in_again_nothing_changes(full: Database, file: Path) -> None:
    again = iati_import.plan(full, file)
    assert again.count(Verdict.SAME) > 3_000
    assert again.plan.empty


def test_nothing_restricted_leaves_in_a_lower_class(new_desk: NewDesk, tmp_path: Path) -> None:
    desk = new_desk("ASEC", "alone")
    open_one = desk.new("project", code="P-1", title="Open project", document_class="public",
                        planned_start="2026-01-01", remarks=f"{MARK} note")  # fmt: skip
    closed = desk.new("project", code=f"{MARK}-2", title=f"The {MARK} project",
                      document_class="restricted", planned_start="2026-01-01")  # fmt: skip
    desk.new("project", code="P-3", title="Follow-up", previous_project=closed,
             document_class="public", planned_start="2026-01-01")  # fmt: skip
    programme = desk.new("programme", code=MARK, title=f"{MARK} programme",
                         document_class="confidential")  # fmt: skip
    desk.put("project", open_one, programme=programme)
    paper = tmp_path / f"{MARK}.txt"
    paper.write_text(f"the {MARK} paper")
    desk.new("document", title=f"{MARK} paper", file=str(paper), project=open_one,
             document_class="limited")  # fmt: skip
    desk.new("fund_transaction", type="receipt", date="2026-02-01", amount="USD 5",
             project=open_one,
             remarks=f"{MARK} money", document_class="restricted")  # fmt: skip
    desk.new("fund_transaction", type="receipt", date="2026-02-01", amount="USD 7",
             project=closed,
             reference=MARK, document_class="public")  # fmt: skip
    desk.new("knowledge_product", title=f"{MARK} book", project=open_one)
    out = tmp_path / "public.xml"
    done = desk.done("iati", "export", out)
    text = out.read_text()
    assert done["activities"] == 2
    assert MARK not in text.casefold()
    assert closed.replace("-", "") not in text
    told = " ".join(done["left_out"])
    for words in ("projects above", "programmes above", "documents above", "transactions above",
                  "knowledge products above"):  # fmt: skip
        assert words in told


def test_a_public_file_leaves_what_it_kept_back_alone(new_desk: NewDesk, tmp_path: Path) -> None:
    desk = new_desk("ASEC", "alone")
    secret = desk.new("programme", code="S", title="Secret", document_class="restricted")
    one = desk.new("project", code="P-1", title="Open project", document_class="public",
                   planned_start="2026-01-01", remarks="Our note", programme=secret)  # fmt: skip
    out = tmp_path / "public.xml"
    desk.done("iati", "export", out, "--scope", "project:P-1")
    out.write_text(out.read_text().replace("Open project", "Renamed project"))
    assert desk.done("iati", "import", out)["changed"] == 1
    record = desk.get("project", one)
    assert record["title"] == "Renamed project"
    assert record["remarks"] == "Our note"
    assert record["programme"]


def test_what_may_not_leave_is_refused_by_name(new_desk: NewDesk, tmp_path: Path) -> None:
    desk = new_desk("ASEC", "alone")
    desk.new("project", code="P-1", title="Open project", planned_start="2026-01-01")
    code, answer = desk.run("iati", "export", str(tmp_path / "x.xml"), "--scope", "project:P-1")
    assert code == 1
    assert "above the class public" in answer["error"]
    assert not (tmp_path / "x.xml").exists()


def test_the_command_line_keeps_its_contract(new_desk: NewDesk, tmp_path: Path) -> None:
    desk = new_desk("ASEC", "alone")
    good, bad = write(tmp_path, activity()), write(tmp_path, activity(place=""), name="bad.xml")
    code, answer = desk.run("iati", "validate", good)
    assert (code, answer["activities"], answer["problems"]) == (0, 1, [])
    code, answer = desk.run("iati", "validate", bad)
    assert (code, answer["valid"]) == (3, False)
    assert answer["problems"][0]["line"] == 3
    code, answer = desk.run("iati", "import", good, "--dry-run")
    assert (code, answer["activities"], answer["new"], answer["dry_run"]) == (3, 1, 2, True)
    assert [one["code"] for one in answer["unknown"]] == ["Ministry of Tests"]
    assert not desk.done("record", "list", "project")
    code, answer = desk.run("iati", "validate", tmp_path / "none.xml")
    assert (code, "no file" in answer["error"]) == (1, True)
    assert desk.run("iati", "export", tmp_path / "x.xml", "--max-class", "secret")[0] == 1
