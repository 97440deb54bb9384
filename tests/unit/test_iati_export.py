"""What an export says of a project: money by type and direction, years, shares, identifiers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from lxml import etree

from aps_desktop.cli.values import read_values
from aps_desktop.db.engine import Database
from aps_desktop.domain.entities import entity as entity_of
from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.fields import Kind
from aps_desktop.domain.money import Money
from aps_desktop.exchange import iati_lists
from aps_desktop.exchange.iati_decimals import decimal, money, number, shares
from aps_desktop.exchange.iati_names import RECORD
from aps_desktop.exchange.iati_source import Reporter
from aps_desktop.exchange.iati_write_documents import _MEDIA, _UNKNOWN
from aps_desktop.services import iati_export, iati_scope, records
from aps_desktop.services.iati_scope import Scope, parse
from tests.iati_kit import office

LIMITED = Scope(max_class="limited")


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = office(tmp_path)
    yield db
    db.close()


@pytest.fixture
def project(db: Database) -> UUID:
    return make(
        db, "project", code="ACP 2026/1", title="Early warning", planned_start="2026-01-01",
        planned_end="2026-12-31", sponsoring_body="ACDM", budget="USD 100", status="extended",
        participating_states="KH, LA, MM", implementing_agency="The agency", pillar="ascc",
    )  # fmt: skip


def make(db: Database, entity: str, **values: str) -> UUID:
    return records.new(db, entity, read_values(db, entity, [f"{n}={v}" for n, v in values.items()]))


def exported(db: Database, folder: Path, scope: Scope = LIMITED) -> Any:
    """The only activity of an export, which must be valid."""
    file = folder / "out.xml"
    done = iati_export.export(db, file, scope)
    assert done.problems == ()
    return etree.parse(str(file)).getroot()[0]


def test_what_a_project_says(db: Database, project: UUID, tmp_path: Path) -> None:
    one = exported(db, tmp_path)
    assert one.findtext("iati-identifier") == "XX-APS-ACP-2026-1"
    assert one.find("other-identifier").get("ref") == "ACP 2026/1"
    assert one.find("activity-status").get("code") == "2"
    shown = [(e.get("code"), e.get("percentage")) for e in one.iter("recipient-country")]
    assert shown == [("KH", "33.33"), ("LA", "33.33"), ("MM", "33.34")]
    roles = {e.get("role"): e.findtext("narrative") for e in one.iter("participating-org")}
    assert roles["2"] == "ASEAN Committee on Disaster Management"
    assert roles["4"] == "The agency"
    assert roles["3"] == "ASEAN Programme Secretariat"
    assert one.find("budget/value").text == "100.00"


def test_money_has_its_type_and_direction(db: Database, project: UUID, tmp_path: Path) -> None:
    told = {
        "pledge": ("JPY 4000", "13"), "commitment": ("USD 10", "11"), "receipt": ("USD 1", "1"),
        "disbursement": ("VND 7", "3"), "expenditure": ("USD 0.05", "4"), "refund": ("USD 2", "3"),
        "interest": ("USD 3", "5"),
    }  # fmt: skip
    for type, (amount, _) in told.items():
        make(db, "fund_transaction", type=type, amount=amount, date="2026-02-01", partner="JP",
             project=str(project))  # fmt: skip
    make(db, "fund_transaction", type="commitment", amount="USD 8", date="2026-02-01", fund="JAIF",
         project=str(project))  # fmt: skip
    make(db, "fund_transaction", type="expenditure", amount="USD 9", date="2026-02-01",
         nature="planned", project=str(project))  # fmt: skip
    one = exported(db, tmp_path)
    found = [
        (
            e.find("transaction-type").get("code"),
            e.find("value").text,
            e.find("value").get("currency"),
        )
        for e in one.iter("transaction")
    ]
    assert sorted(found) == sorted([
        ("13", "4000", "JPY"), ("11", "10.00", "USD"), ("1", "1.00", "USD"), ("3", "7", "VND"),
        ("4", "0.05", "USD"), ("3", "-2.00", "USD"), ("5", "3.00", "USD"), ("2", "8.00", "USD"),
    ])  # fmt: skip
    planned = [e for e in one.iter(RECORD) if e.get("entity") == "fund_transaction"]
    assert len(planned) == 1


def test_in_kind_is_never_cash(db: Database, project: UUID, tmp_path: Path) -> None:
    make(db, "fund_transaction", type="receipt", amount="USD 5", date="2026-02-01", in_kind="yes",
         in_kind_description="Rooms", project=str(project))  # fmt: skip
    one = exported(db, tmp_path)
    assert one.find("transaction/disbursement-channel").get("code") == "4"


def test_budgets_stand_by_year_and_currency(db: Database, project: UUID, tmp_path: Path) -> None:
    budget = make(db, "budget", project=str(project), version="2", status="approved")
    make(db, "budget", project=str(project), version="1", status="superseded")
    for period, amount, kind in (
        ("2026-Q1", "USD 10", "no"), ("2026-Q3", "USD 5.50", "no"), ("2026-Q3", "LAK 700", "no"),
        ("2027", "USD 1", "no"), ("2027", "USD 99", "yes"),
    ):  # fmt: skip
        make(db, "budget_line", budget=str(budget), description="x", period=period, amount=amount,
             in_kind=kind)  # fmt: skip
    one = exported(db, tmp_path)
    found = [
        (e.find("period-start").get("iso-date")[:4], e.find("value").get("currency"),
         e.find("value").text, e.get("status"))
        for e in one.iter("budget")
    ]  # fmt: skip
    assert found == [
        ("2026", "LAK", "700.00", "2"), ("2026", "USD", "15.50", "2"), ("2027", "USD", "1.00", "2"),
    ]  # fmt: skip


def test_the_budget_in_force_is_the_one_that_reports_show(
    db: Database, project: UUID, tmp_path: Path
) -> None:
    def drafted(version: str, amount: str, **more: str) -> None:
        budget = make(db, "budget", project=str(project), version=version, **more)
        make(db, "budget_line", budget=str(budget), period="2026", amount=amount, description="x")

    def shown() -> list[tuple[str, str]]:
        budgets = exported(db, tmp_path).iter("budget")
        return [(one.find("value").text, one.get("status")) for one in budgets]

    drafted("2", "USD 2")
    drafted("1", "USD 1")
    drafted("0", "USD 7", status="superseded")
    assert shown() == [("1.00", "1")]
    drafted("10", "USD 10", status="approved", approved_on="2026-05-01")
    drafted("9", "USD 9", status="approved", approved_on="2026-01-01")
    assert shown() == [("10.00", "2")]


def test_results_with_and_without_numbers(db: Database, project: UUID, tmp_path: Path) -> None:
    result = make(db, "result", title="More trained", level="output", project=str(project))
    make(db, "result", title="Nothing measured", project=str(project))
    indicator = make(db, "indicator", title="Officials", result=str(result), project=str(project),
                     baseline="5", baseline_date="2025-12-31")  # fmt: skip
    loose = make(db, "indicator", title="Alone", project=str(project), measure_type="qualitative")
    make(
        db,
        "target",
        indicator=str(indicator),
        period="2026-Q1",
        value="60",
        revised_value="70",
        reason="More",
    )
    make(db, "indicator_value", indicator=str(indicator), period="2026-Q1", value="52.5",
         sex="female", member_state="KH")  # fmt: skip
    make(db, "indicator_value", indicator=str(indicator), period="2026-Q1", text="not yet")
    make(db, "indicator_value", indicator=str(loose), period="2026-Q1", text="Much better")
    one = exported(db, tmp_path)
    assert [e.get("type") for e in one.iter("result")] == ["1", "9"]
    assert one.find("result/indicator/baseline").get("value") == "5"
    assert one.find(".//target").get("value") == "70"
    actual, words = one.iter("actual")
    assert actual.get("value") == "52.5"
    told = {d.get("name"): d.get("value") for d in actual.iter("dimension")}
    assert told == {"member state": "KH", "sex": "female"}
    assert words.findtext("comment/narrative") == "Much better"


def test_a_project_without_a_start_is_told(db: Database, tmp_path: Path) -> None:
    id = make(db, "project", code="P", title="No dates")
    done = iati_export.export(db, tmp_path / "out.xml", LIMITED)
    assert not done.valid
    assert {problem.record for problem in done.problems} == {f"project {id.hex}"}
    words = " ".join(problem.message for problem in done.problems)
    assert "It needs a planned or actual start." in words
    assert "activity-date is missing" in words


# Whom, and what ---------------------------------------------------------------------------------


def test_scopes(db: Database, project: UUID, tmp_path: Path) -> None:
    programme = make(db, "programme", code="PRG", title="Programme", starts_on="2026-01-01")
    below = make(db, "programme", code="SUB", title="Below", starts_on="2026-01-01",
                 parent=str(programme))  # fmt: skip
    records.put(db, "project", project, {"programme": below})
    other = make(
        db, "project", code="P2", title="Other", co_funds="JAIF", planned_start="2026-01-01"
    )
    make(db, "fund_transaction", type="receipt", amount="USD 5", date="2026-02-01", fund="JAIF")
    for scope, codes in {
        "all": ["PRG", "SUB", "JAIF", "ACP-2026-1", "P2"],
        "project:ACP 2026/1": ["ACP-2026-1"],
        "programme:PRG": ["PRG", "SUB", "ACP-2026-1"],
        "fund:JAIF": ["JAIF", "P2"],
    }.items():
        iati_export.export(db, tmp_path / "out.xml", parse(scope, "limited"))
        root = etree.parse(str(tmp_path / "out.xml"))
        found = [e.text.removeprefix("XX-APS-") for e in root.iter("iati-identifier")]
        assert found == codes, scope
    assert other
    related = iati_export.export(db, tmp_path / "out.xml", parse("programme:PRG", "limited"))
    assert related.activities == 3
    root = etree.parse(str(tmp_path / "out.xml"))
    links = [(e.get("ref"), e.get("type")) for e in root.iter("related-activity")]
    assert links == [("XX-APS-SUB", "2"), ("XX-APS-PRG", "1"), ("XX-APS-ACP-2026-1", "2"),
                     ("XX-APS-SUB", "1")]  # fmt: skip


def test_the_preview_counts_what_the_export_leaves_out(
    db: Database, project: UUID, tmp_path: Path
) -> None:
    records.put(db, "project", project, {"document_class": "public"})
    make(db, "fund_transaction", type="receipt", amount="USD 5", date="2026-02-01",
         project=str(project))  # fmt: skip
    make(db, "project", code="P2", title="Other", planned_start="2026-01-01")
    told = iati_export.preview(db.reader(), Scope())
    done = iati_export.export(db, tmp_path / "out.xml", Scope())
    assert told.left_out == done.left_out
    assert told.count == done.activities == 1
    assert told.left_out["projects above the class of the file"] == 1
    assert told.left_out["transactions above the class of the file"] == 1


def test_who_publishes_is_kept(db: Database, project: UUID, tmp_path: Path) -> None:
    iati_export.set_reporter(db, Reporter("XM-DAC-47005", "The Secretariat", "40"))
    one = exported(db, tmp_path)
    assert one.findtext("iati-identifier") == "XM-DAC-47005-ACP-2026-1"
    assert one.find("reporting-org").get("ref") == "XM-DAC-47005"
    for ref, name in (("XM 1", "A"), ("A/B", "A"), ("", "A"), ("XM-1", " ")):
        with pytest.raises(UserError):
            iati_export.set_reporter(db, Reporter(ref, name))


def test_refusals(db: Database, project: UUID, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="may leave in a file of the class public"):
        iati_export.export(db, tmp_path / "out.xml", Scope())
    with pytest.raises(UserError, match="no folder"):
        iati_export.export(db, tmp_path / "none" / "out.xml", LIMITED)
    with pytest.raises(UserError, match="cancelled"):
        iati_export.export(db, tmp_path / "out.xml", LIMITED, cancelled=lambda: True)
    for text, name in (("everything", "public"), ("body:ACDM", "public"), ("all", "secret")):
        with pytest.raises(InvalidValue):
            parse(text, name)
    assert list(tmp_path.glob("*out.xml*")) == []


def test_media_types_are_codes_of_the_standard() -> None:
    codes = iati_lists.code_lists()["FileFormat"].codes
    assert set(_MEDIA.values()) | {_UNKNOWN} <= set(codes)


# What a public file keeps back ------------------------------------------------------------------

PUBLIC_TEXTS = {
    "project": "title code asec_code previous_code iati_identifier proponent implementing_agency "
    "description justification outcomes sustainability gender_inclusion visibility",
    "programme": "title code objective description",
    "fund": "code name short_name currency rules",
    "project_alignment": "explanation",
    "approval_step": "conditions",
    "budget": "version rate_source",
    "budget_line": "code description unit",
    "tranche": "title",
    "condition": "title",
    "fund_transaction": "reference rate_source",
    "document": "number title language",
    "document_version": "version",
    "knowledge_product": "code title year language summary website",
    "result": "code title description assumptions",
    "indicator": "code title unit baseline_comment source_of_verification frequency definition "
    "scale",
    "target": "text reason",
    "indicator_value": "text dimension_value",
}
"""What people type freely and a public file may show; a field that is new belongs here or into
`iati_scope.INTERNAL`."""


def test_every_free_text_is_public_or_kept_back_by_decision() -> None:
    parts = {name for told in iati_scope.PARTS.values() for name, _ in told}
    for name in sorted(parts | set(iati_scope.KINDS)):
        texts = {
            spec.name for spec in entity_of(name).fields
            if spec.kind in (Kind.TEXT, Kind.LONG_TEXT) or spec.target == "officer"
        }  # fmt: skip
        shown = texts - set(iati_scope.INTERNAL)
        assert shown == set(PUBLIC_TEXTS.get(name, "").split()), name
        kept = [entity_of(name).by_name[n] for n in iati_scope.INTERNAL if n in texts]
        assert not any(spec.required for spec in kept), name


def test_no_person_and_no_remark_stands_in_a_public_file(
    db: Database, project: UUID, tmp_path: Path
) -> None:
    mark = "Somebody Named"
    told = {"document_class": "public", "contact_person": mark}
    records.put(db, "project", project, told)
    indicator = make(db, "indicator", title="Officials", project=str(project), responsible=mark)
    make(db, "indicator_value", indicator=str(indicator), period="2026-Q1", value="5",
         status="approved", comment=mark, reviewed_by=mark, entered_by=mark)  # fmt: skip
    make(db, "condition", title="Report", project=str(project), responsible=mark)
    make(db, "approval_step", project=str(project), step="endorsement", actor=mark)
    make(db, "knowledge_product", title="Book", project=str(project), authors=mark,
         released_by=mark, document_class="public")  # fmt: skip
    one = exported(db, tmp_path, Scope())
    assert one.find(".//actual").get("value") == "5"
    assert mark not in etree.tostring(one, encoding="unicode")


def test_a_review_remark_is_never_the_narrative_of_a_value(
    db: Database, project: UUID, tmp_path: Path
) -> None:
    indicator = make(db, "indicator", title="Officials", project=str(project))
    make(db, "indicator_value", indicator=str(indicator), period="2026-Q1", value="5",
         comment="Ask again")  # fmt: skip
    one = exported(db, tmp_path)
    assert one.find(".//actual/comment") is None
    assert "Ask again" in etree.tostring(one, encoding="unicode")  # as a field of ours


# Numbers ----------------------------------------------------------------------------------------


def test_shares_are_exactly_a_hundred() -> None:
    for count in range(1, 60):
        assert sum(map(Decimal, shares(count))) == 100
    assert shares(4) == ["25"] * 4


def test_amounts_are_written_in_whole_units() -> None:
    assert money("USD -5") == ("-0.05", "USD")
    assert money("VND 1200") == ("1200", "VND")
    assert money("KWD 1") == ("0.001", "KWD")
    assert number("525000", 4) == "52.5"
    assert number("-10000", 4) == "-1"
    assert decimal(" 1,200.50 ") == Decimal("1200.50")
    assert decimal("-1,234,567") == Decimal(-1234567)
    assert decimal("") is None
    for text in ("Infinity", "1e", "n/a"):
        with pytest.raises(ValueError, match=text):
            decimal(text)


@pytest.mark.parametrize("text", ["1234,56", "1.234,56", "12,34", "1,2345", ",123", "1,234,56"])
def test_a_decimal_comma_is_refused_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        decimal(text)


@pytest.mark.parametrize("text", ["1e99999999", "-1e99999999", "1e400", "1e-99999999", "0e999999"])
def test_a_number_beyond_all_measure_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        decimal(text)


@pytest.mark.parametrize("text", ["1e99999999", "1e400", "NaN", "Infinity", "x"])
def test_what_is_no_amount_is_refused_in_words(text: str) -> None:
    with pytest.raises(InvalidValue, match="is not an amount"):
        Money.of(text, "USD")
