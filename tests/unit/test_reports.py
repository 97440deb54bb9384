"""What reports say: each on made-up data as every kind of file, and nothing above its class."""

import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from aps_desktop.cli import main
from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.db.queries.lists import Filter
from aps_desktop.domain.clock import FixedClock
from aps_desktop.domain.money import Money
from aps_desktop.reports import html
from aps_desktop.reports.document import Picture, Table, words
from aps_desktop.services import demo, offices, records, report_parts, reports
from aps_desktop.services.report_parts import Reader
from aps_desktop.services.reports import REPORTS, Asked
from tests.report_kit import DAY, NOON, made, section


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    location = str(tmp_path_factory.mktemp("reports") / "sample.aps")
    database = offices.start(location, office="ASEC", device="D", clock=FixedClock(NOON))
    demo.fill(database, "small", 1)
    yield database
    database.close()


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def office(tmp_path: Path, clock: FixedClock) -> Iterator[Database]:
    location = str(tmp_path / "office.aps")
    database = offices.start(location, office="LA", device="D", clock=clock)
    yield database
    database.close()


def first_of(db: Database, name: str, condition: str = "1 = 1") -> UUID:
    row = db.reader().one(f"SELECT id FROM {name} WHERE {condition} ORDER BY rid LIMIT 1")
    assert row is not None
    return UUID(bytes=bytes(row[0]))


def test_every_report_is_made_from_sample_data_as_every_kind_of_file(
    sample: Database, tmp_path: Path
) -> None:
    for report in REPORTS:
        record = first_of(sample, report.entity) if report.entity else None
        for ending in report.formats:
            target = tmp_path / f"{report.name}.{ending}"
            reports.write(sample, Asked(report.name, record), target)
            assert target.stat().st_size > 2_000, target.name


def test_every_report_is_made_where_there_is_nothing_yet(office: Database, tmp_path: Path) -> None:
    project = records.new(office, "project", {"code": "P-1", "title": "Empty"})
    fund = records.new(office, "fund", {"code": "F-1", "name": "Empty fund"})
    body = records.new(office, "body", {"code": "B-1", "name": "Empty body"})
    about = {"project": project, "fund": fund, "body": body, "": None}
    for report in REPORTS:
        document = made(office, report.name, about[report.entity])
        assert document.office == "Lao PDR office"
        assert "Nothing" in html.text(document) or "No " in html.text(document)


def test_the_progress_report_tells_what_the_lists_tell(sample: Database) -> None:
    c = sample.reader()
    project = first_of(sample, "project", "status = 'commenced'")
    document = made(sample, "progress", project)
    rid = c.value("SELECT rid FROM project WHERE id = ?", (project.bytes,))
    tasks = section(document, "Activities and milestones")
    assert len(tasks.rows) == c.value("SELECT count(*) FROM task WHERE project = ?", (rid,))
    changes = section(document, "Where it stands")
    wanted = c.all(
        "SELECT changed_on FROM project_state_event WHERE project = ? ORDER BY changed_on", (rid,)
    )
    assert [row[0].value.isoformat() for row in changes.rows] == [day for (day,) in wanted]


def test_a_year_narrows_the_changes_of_status(office: Database) -> None:
    project = records.new(office, "project", {"code": "P-1", "title": "T"})
    for day in (date(2025, 12, 31), date(2026, 1, 1), date(2026, 12, 31), date(2027, 1, 1)):
        event = {"project": project, "status": "draft", "changed_on": day}
        records.new(office, "project_state_event", event)
    rows = section(made(office, "progress", project, year=2026), "Where it stands").rows
    assert [words(row[0]) for row in rows] == ["1 Jan 2026", "31 Dec 2026"]


def budgeted(db: Database, project: UUID, version: str, status: str, day: date | None) -> None:
    """A version of the project's budget with one line, called after it."""
    told = {"project": project, "version": version, "status": status, "approved_on": day}
    budget = records.new(db, "budget", told)
    line = {"budget": budget, "description": f"Line of {version}", "amount": Money.of(5, "USD")}
    records.new(db, "budget_line", line)


def test_the_budgets_lines_are_those_of_the_version_in_force(
    office: Database, clock: FixedClock
) -> None:
    project = records.new(office, "project", {"code": "P-1", "title": "T"})

    def lines() -> list[str]:
        blocks = made(office, "completion", project).blocks
        tables = [b for b in blocks if isinstance(b, Table) and b.caption == "The budget's lines"]
        return [words(row[1]) for table in tables for row in table.rows]

    assert lines() == []
    budgeted(office, project, "2", "draft", None)
    clock.now += 1_000
    budgeted(office, project, "1", "draft", None)
    assert lines() == ["Line of 1"]  # the newest, whatever it is called
    budgeted(office, project, "10", "approved", date(2026, 5, 1))
    budgeted(office, project, "9", "approved", date(2026, 1, 1))
    budgeted(office, project, "99", "proposed", None)
    budgeted(office, project, "98", "superseded", date(2026, 6, 1))
    assert lines() == ["Line of 10"]


def test_reports_show_charts_of_what_is_there_and_none_of_nothing(
    sample: Database, office: Database, tmp_path: Path
) -> None:
    project = first_of(sample, "project", "status = 'completed'")
    document = reports.report_charts.drawn(made(sample, "completion", project))
    pictures = [block for block in document.blocks if isinstance(block, Picture)]
    assert pictures
    for one in pictures:
        assert one.png.startswith(b"\x89PNG")
        assert not one.chart
        assert "Expenditure" in one.words or "target" in one.words
    empty = records.new(office, "project", {"code": "P-1", "title": "T"})
    blocks = made(office, "completion", empty).blocks
    assert not [block for block in blocks if isinstance(block, Picture)]


def test_a_body_s_year_names_the_work_that_was_due_or_is_late(office: Database) -> None:
    body = records.new(office, "body", {"code": "B", "name": "B"})
    plan = records.new(office, "work_plan", {"code": "WP", "title": "W", "body": body})
    for name, due, status in (
        ("in the year", date(2026, 5, 1), "completed"), ("late", date(2024, 5, 1), "delayed"),
        ("done before", date(2024, 5, 1), "completed"), ("later", date(2027, 5, 1), "ongoing"),
    ):  # fmt: skip
        line = {"work_plan": plan, "measure": name, "owner_body": body, "due": due}
        records.new(office, "work_plan_line", {**line, "status": status})
    document = made(office, "body-annual", body, year=2026)
    lines = section(document, "Work plan: due in 2026, or late")
    assert {words(row[1]) for row in lines.rows} == {"in the year", "late"}
    numbers = dict(section(document, "The year in numbers").rows)
    assert numbers["Work plan lines due or late"] == 2
    assert numbers["Work plan lines completed"] == 1


def test_the_quality_report_lists_only_what_is_not_complete(office: Database) -> None:
    full = records.new(office, "body", {"code": "FULL", "name": "Full"})
    part = records.new(office, "body", {"code": "PART", "name": "Part"})
    whole = dict.fromkeys(("description",), "Words")
    fund = records.new(office, "fund", {"code": "F", "name": "F"})
    officer = records.new(office, "officer", {"name": "O"})
    records.new(office, "project", {
        **whole, "code": "P1", "title": "T", "sponsoring_body": full, "fund": fund,
        "budget": Money.of(1, "USD"), "planned_start": DAY, "planned_end": DAY, "pillar": "aec",
        "desk_officer": officer, "status_date": DAY, "document_class": "public",
    })  # fmt: skip
    records.new(office, "project", {"code": "P2", "title": "T", "sponsoring_body": part})
    table = section(made(office, "data-quality"), "Projects by sponsoring body")
    assert [words(row[0]) for row in table.rows] == ["PART"]
    assert table.caption == "Least complete first; 1 more are complete."


def test_the_completion_report_names_what_completion_lacks(office: Database) -> None:
    values = {"code": "P-1", "title": "T", "approval_notified_on": date(2025, 1, 1),
              "first_disbursement_on": date(2025, 2, 1), "activities_done_on": date(2026, 1, 1),
              "completion_report_on": date(2026, 2, 1)}  # fmt: skip
    project = records.new(office, "project", values)
    page = html.text(made(office, "completion", project))
    assert "unspent balance was received" in page
    assert "completion report was received" not in page
    records.put(office, "project", project, {"unspent_received_on": date(2026, 2, 2),
                                             "verified_on": date(2026, 2, 3)})  # fmt: skip
    assert "All that completion asks for is there." in html.text(
        made(office, "completion", project)
    )


def test_a_bodys_year_counts_the_bodies_under_it_once(office: Database) -> None:
    top = records.new(office, "body", {"code": "TOP", "name": "Top"})
    under = records.new(office, "body", {"code": "SUB", "name": "Sub", "parent": top})
    for body, day in (
        (top, date(2026, 3, 1)),
        (under, date(2026, 4, 1)),
        (under, date(2025, 4, 1)),
    ):
        meeting = {"title": f"Meeting {day}", "body": body, "starts_on": day}
        id = records.new(office, "meeting", meeting)
        records.new(office, "decision", {"meeting": id, "type": "agreed", "text": "Agreed."})
    numbers = dict(section(made(office, "body-annual", top, year=2026), "The year in numbers").rows)
    assert numbers["Meetings"] == 2
    assert numbers["Decisions"] == 2
    alone = dict(section(made(office, "body-annual", under, year=2026), "The year in numbers").rows)
    assert alone["Meetings"] == 1


def test_the_public_pack_holds_public_records_and_no_name_of_others(office: Database) -> None:
    secret = records.new(office, "meeting", {"title": "SECRETMEETING", "body": None,
                                             "document_class": "restricted"})  # fmt: skip
    hidden = records.new(office, "project", {"code": "HIDDENCODE", "title": "Hidden",
                                             "document_class": "limited"})  # fmt: skip
    records.new(office, "project", {"code": "SHOWN", "title": "Shown", "document_class": "public"})
    records.new(office, "decision", {"text": "Public decision", "meeting": secret,
                                     "document_class": "public"})  # fmt: skip
    money = {"type": "receipt", "date": DAY, "amount": Money.of(5, "USD"), "project": hidden,
             "document_class": "public"}  # fmt: skip
    records.new(office, "fund_transaction", money)
    page = html.text(made(office, "public-pack"))
    assert "Public decision" in page
    assert "SHOWN" in page
    assert "USD\u00a05.00" in page
    assert "SECRETMEETING" not in page
    assert "HIDDENCODE" not in page


def test_the_public_pack_tells_what_happened_and_not_what_is_planned(office: Database) -> None:
    for minor, nature in ((111, "actual"), (222, "planned"), (333, None)):
        money = {"type": "receipt", "date": DAY, "amount": Money(minor, "USD"), "nature": nature,
                 "document_class": "public"}  # fmt: skip
        records.new(office, "fund_transaction", money)
    table = section(made(office, "public-pack"), "Transactions")
    assert "111" in str(table.rows)
    assert "333" in str(table.rows)
    assert "222" not in str(table.rows)


def test_the_public_pack_counts_what_is_cut(
    office: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(report_parts, "_MOST", 2)
    for number in range(3):
        values = {"code": f"P{number}", "title": "T", "document_class": "public"}
        records.new(office, "project", values)
    document = made(office, "public-pack")
    assert section(document, "What is in it").rows == (("Projects", 3),)
    assert section(document, "Projects").caption == "The first 2 of 3."
    assert len(section(document, "Projects").rows) == 2


def test_a_report_is_of_one_moment(
    pg_url: Callable[[], str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In a database that several work in, since a file is held still while it is read."""
    office = store.create(pg_url(), office="LA", device="here")
    values = {"code": "P", "title": "T", "document_class": "public"}
    project = records.new(office, "project", values)
    count = Reader.count

    def counted(reader: Reader, name: str, *filters: Filter) -> int:
        number = count(reader, name, *filters)
        if name == "project":
            records.put(office, "project", project, {"document_class": "restricted"})
        return number

    monkeypatch.setattr(Reader, "count", counted)
    document = reports.write(office, Asked("public-pack"), tmp_path / "pack.html")
    office.close()
    assert len(section(document, "Projects").rows) == 1


def test_data_quality_counts_what_is_filled(office: Database) -> None:
    records.new(office, "project", {"code": "A", "title": "A", "pillar": "aec"})
    records.new(office, "project", {"code": "B", "title": "B"})
    document = made(office, "data-quality")
    missing = {
        (row[0], row[1]): row[2] for row in section(document, "Fields that are missing").rows
    }
    assert missing["Projects", "Pillar"] == 1
    assert missing["Projects", "Budget"] == 2
    by_body = section(document, "Projects by sponsoring body").rows
    assert [row[:2] for row in by_body] == [("Not stated", 2)]


def test_the_entities_that_offer_reports_are_those_that_have_some() -> None:
    assert {report.entity for report in REPORTS if report.entity} == {"project", "body", "fund"}
    assert [r.name for r in reports.reports_of("project")] == ["progress", "completion"]


def test_the_command_line_makes_and_lists_reports(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = ["--database", str(tmp_path / "o.aps")]
    assert main(["init", "--office", "LA", "--device", "D", *database]) == 0
    assert main(["record", "new", "project", "code=P-1", "title=Early warning", *database]) == 0
    out = tmp_path / "progress.docx"
    capsys.readouterr()
    call = ["report", "progress", str(out), "--for", "project:P-1", "--json", *database]
    assert main(call) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Early warning"
    assert out.stat().st_size > 2_000
    assert main(["report", "list", "--json", *database]) == 0
    assert {one["report"] for one in json.loads(capsys.readouterr().out)} == {
        report.name for report in REPORTS
    }
    for wrong in (
        ["report", "progress", str(out)],
        ["report", "progress", str(out), "--for", "fund:P-1"],
        ["report", "progress", str(tmp_path / "x.txt"), "--for", "project:P-1"],
        ["report", "public-pack", str(tmp_path / "x.xlsx")],
        ["report", "nothing", str(out)],
        ["report", "data-quality"],
    ):
        assert main([*wrong, *database]) == 1, wrong
        assert capsys.readouterr().err.strip()
