"""Nothing above its class stands in a report: not as a part, not as a name, not in a list."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aps_desktop.db.engine import Database
from aps_desktop.domain.clock import FixedClock
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.money import Money
from aps_desktop.reports import html
from aps_desktop.services import offices, records
from aps_desktop.services.report_parts import Reader
from tests.report_kit import DAY, NOON, made, section


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Database]:
    location = str(tmp_path / "office.aps")
    database = offices.start(location, office="LA", device="D", clock=FixedClock(NOON))
    yield database
    database.close()


def test_a_report_holds_nothing_above_its_class(office: Database) -> None:
    project = records.new(office, "project", {"code": "P", "title": "T",
                                              "document_class": "limited"})  # fmt: skip
    meeting = records.new(office, "meeting", {"title": "M"})
    for text, kind in (("MAYBESEEN", "limited"), ("NOTSEEN", "confidential"), ("UNCLASSED", None)):
        values = {"text": text, "project": project, "meeting": meeting, "document_class": kind}
        records.new(office, "decision", values)
    usual = html.text(made(office, "progress", project))
    assert "MAYBESEEN" in usual
    assert "UNCLASSED" in usual
    assert "NOTSEEN" not in usual
    assert "NOTSEEN" in html.text(made(office, "progress", project, max_class="confidential"))


def test_parts_of_a_record_above_the_class_are_left_out(office: Database) -> None:
    fund = records.new(office, "fund", {"code": "F", "name": "Fund"})
    for code, kind in (("SEENCODE", None), ("HIDDENCODE", "restricted")):
        values = {"code": code, "title": f"Title {code}", "document_class": kind}
        project = records.new(office, "project", values)
        part = {"title": f"Part {code}", "project": project, "fund": fund}
        records.new(office, "tranche", {**part, "status": "planned"})
        records.new(office, "condition", {**part, "status": "open"})
        money = {"type": "receipt", "date": DAY, "amount": Money.of(5, "USD"), "fund": fund}
        records.new(office, "fund_transaction", {**money, "project": project})
        budget = records.new(office, "budget", {"project": project, "version": code})
        line = {"budget": budget, "description": code, "amount": Money.of(1, "USD")}
        records.new(office, "budget_line", line)
    usual = html.text(made(office, "fund-annual", fund))
    assert "Part SEENCODE" in usual
    assert "HIDDENCODE" not in usual
    assert "HIDDENCODE" in html.text(made(office, "fund-annual", fund, max_class="restricted"))
    reader = Reader(office.reader(), DAY)
    for name in ("tranche", "condition", "budget_line"):
        assert reader.count(name) == 1, name
        assert Reader(office.reader(), DAY, "public").count(name) == 0, name


def test_facts_do_not_name_a_record_above_the_class(office: Database) -> None:
    values = {"code": "HIDDENCODE", "title": "Hidden", "document_class": "confidential"}
    programme = records.new(office, "programme", values)
    project = records.new(office, "project", {"code": "P", "title": "T", "programme": programme})
    assert "HIDDENCODE" not in html.text(made(office, "progress", project))
    more = made(office, "progress", project, max_class="confidential")
    assert "Hidden" in html.text(more)


def test_sums_say_that_they_count_every_class(office: Database) -> None:
    project = records.new(office, "project", {"code": "P", "title": "T"})
    money = {"type": "receipt", "date": DAY, "amount": Money.of(5, "USD"), "project": project}
    records.new(office, "fund_transaction", {**money, "document_class": "confidential"})
    page = html.text(made(office, "progress", project))
    assert "USD\u00a05.00" in page
    assert "These sums count transactions of every document class." in page


def test_data_quality_names_nothing_above_its_class(office: Database) -> None:
    for code, kind in (("SEEN", None), ("HIDDEN", "restricted")):
        for _ in range(2):
            values = {"code": code, "title": f"Title {code}", "document_class": kind}
            records.new(office, "project", values)
    usual = section(made(office, "data-quality"), "What does not fit together")
    assert len(usual.rows) == 1
    assert "HIDDEN" not in str(usual.rows)
    more = made(office, "data-quality", max_class="restricted")
    assert len(section(more, "What does not fit together").rows) == 2


def test_a_report_about_a_restricted_record_is_restricted(office: Database) -> None:
    project = records.new(office, "project", {"code": "P", "title": "T",
                                              "document_class": "restricted"})  # fmt: skip
    assert made(office, "progress", project).mark == "Restricted"
    with pytest.raises(InvalidValue, match="itself is “Restricted”"):
        made(office, "progress", project, max_class="public")
