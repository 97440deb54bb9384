"""Shapes that files of real publishers have: what comes in, and that nothing is lost unsaid."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from aps_desktop.db.engine import Database
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import Period
from aps_desktop.exchange.iati_problem import in_words
from aps_desktop.services import iati_export, iati_import, iati_validate, records
from aps_desktop.services.iati_scope import Scope
from tests.iati_kit import CORE, activity, office, transaction, write

PARTIES = (
    "<description><narrative>Travel</narrative></description>\n"
    '<provider-org ref="XX-1"><narrative>Health Agency</narrative></provider-org>\n'
    "<receiver-org><narrative>Power Company</narrative></receiver-org>\n"
)
BUDGET = (
    '<budget type="{}" status="2"><period-start iso-date="{}+08:00"/>\n'
    '<period-end iso-date="{}"/><value value-date="2025-01-01">{}</value></budget>\n'
)
WITHOUT_PLACE = """<contact-info type="1"><email>a@b.example</email></contact-info>
<activity-scope code="4"/>
<policy-marker vocabulary="1" code="1" significance="0"/>
<policy-marker vocabulary="1" code="2" significance="0"/>
<default-flow-type code="10"/><default-aid-type code="C01"/>
"""
INDICATOR = """<result type="1"><title><narrative>Roads</narrative></title>
<document-link url="https://example.org/r"><title><narrative>Report</narrative></title>
<category code="A08"/></document-link>
<reference vocabulary="99" code="R.1"/>
<indicator measure="1"><title><narrative>Travel time</narrative></title>
<reference vocabulary="99" code="R.1.2"/>
<baseline year="2014" value="113"><comment><narrative>Survey</narrative></comment></baseline>
<baseline year="2015" value="112"/>
<period><period-start iso-date="2025-01-01"/><period-end iso-date="2025-12-31"/>
<target value="29,000.00">

</target><actual value="54,478 "><location ref="1"/></actual></period></indicator></result>
"""


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = office(tmp_path)
    yield db
    db.close()


def bring(db: Database, folder: Path, *activities: str) -> list[str]:
    """Imports them; what was said."""
    done = iati_import.import_file(db, write(folder, *activities))
    return [problem.message for problem in done.problems if problem.kind == "import"]


def all_of(db: Database, name: str) -> list[records.Values]:
    rows = db.reader().all(f"SELECT id FROM {name} ORDER BY rid")
    return [records.get(db.reader(), name, UUID(bytes=bytes(id))).values for (id,) in rows]


def test_who_paid_whom_is_kept_in_words(db: Database, tmp_path: Path) -> None:
    """A transaction here has no field for its receiver; without one it would be lost."""
    bare = transaction("1", more='<receiver-org ref="XX-2"/>\n')
    file = write(tmp_path, activity(transaction("4", more=PARTIES) + bare))
    iati_import.import_file(db, file)
    told = [one.get("remarks") for one in all_of(db, "fund_transaction")]
    assert told == ["Travel\nFrom Health Agency to Power Company", "To XX-2"]
    assert iati_import.plan(db, file).plan.empty


def test_a_revised_budget_replaces_the_original_of_its_period(db: Database, tmp_path: Path) -> None:
    first, second = ("2025-01-01", "2025-12-31"), ("2026-01-01", "2026-12-31")
    more = BUDGET.format(1, *first, 100) + BUDGET.format(2, *first, 150)
    said = bring(db, tmp_path, activity(more + BUDGET.format(1, *second, 70)))
    lines = all_of(db, "budget_line")
    assert [(one["period"], one["amount"]) for one in lines] == [
        (Period.year(2025), Money(15_000, "USD")), (Period.year(2026), Money(7_000, "USD")),
    ]  # fmt: skip
    assert "The original budget for 2025, USD 100.00, stays out: it was revised." in said


def test_money_in_and_out_is_not_counted_twice(db: Database, tmp_path: Path) -> None:
    """An agency that passes on what donors promised it has one commitment, not two."""
    passed = transaction("2", "113") + transaction("11", "86") + transaction("12", "7")
    said = bring(db, tmp_path, activity(passed))
    flows = [(one["type"], one["amount"].minor) for one in all_of(db, "fund_transaction")]
    assert flows == [("commitment", 8_600), ("pledge", 700)]
    assert (
        "Outgoing commitments stay out (1): the activity has incoming ones too, "
        "and together they would count twice."
    ) in said


def test_finer_amounts_are_rounded_and_told_once(db: Database, tmp_path: Path) -> None:
    more = transaction("3", "14155.0825000000") + transaction("4", "0.3333")
    said = bring(db, tmp_path, activity(more + transaction("1", "73.5000")))
    amounts = [one["amount"] for one in all_of(db, "fund_transaction")]
    assert amounts == [Money(1_415_508, "USD"), Money(33, "USD"), Money(7_350, "USD")]
    assert (
        "Amounts are rounded to what their currency has: "
        "“14155.0825000000” to USD 14,155.08, and 1 more."
    ) in said


def test_what_has_no_place_is_told_once_an_activity(db: Database, tmp_path: Path) -> None:
    more = WITHOUT_PLACE + transaction(more='<aid-type code="C01"/>\n') + INDICATOR
    said = bring(db, tmp_path, activity(more))
    assert (
        "Left out, since it has no place here: percentages, contacts, the geographical scope, "
        "policy markers, the kinds of flow, finance, aid and tying, documents of results, "
        "places of results."
    ) in said
    assert len([one for one in said if one.startswith("Left out, since it")]) == 1


def test_every_organisation_is_kept_or_told(db: Database, tmp_path: Path) -> None:
    more = "".join(
        f'<participating-org role="{role}"><narrative>{name}</narrative></participating-org>\n'
        for role, name in (("4", "First"), ("4", "Second"), ("3", "Basque Country"),
                           ("2", "Basque Country"), ("2", "SOMHD"))
    )  # fmt: skip
    core = CORE.replace("<activity-status", more + "<activity-status")
    said = bring(db, tmp_path, activity(core=core))
    (project,) = all_of(db, "project")
    assert project["implementing_agency"] == "First; Second"
    assert project["sponsoring_body"] is not None
    assert (
        "Left out, since no field names them: Ministry of Tests (funding); "
        "Basque Country (extending, accountable)."
    ) in said


def test_further_descriptions_stay(db: Database, tmp_path: Path) -> None:
    more = "".join(
        f'<description type="{type}"><narrative>{text}</narrative></description>\n'
        for type, text in (("2", "Aims"), ("3", "Farmers"), ("1", "More"))
    )
    bring(db, tmp_path, activity(core=CORE.replace("<participating", more + "<participating", 1)))
    (project,) = all_of(db, "project")
    assert project["description"] == "What it is about.\n\nTarget groups: Farmers\n\nMore"
    assert project["outcomes"] == "Aims"


def test_a_publishers_own_sector_code_is_not_one_of_ours(db: Database, tmp_path: Path) -> None:
    """“10” may be a goal of the United Nations here and telecommunication there."""
    goals = '<recipient-country code="KH"/><sector vocabulary="7" code="10"/>\n'
    bring(db, tmp_path, activity(place=goals))
    own = (
        '<sector vocabulary="99" code="10"><narrative>Telecommunication</narrative></sector>\n'
        '<sector vocabulary="99" code="7"><narrative>Transport</narrative></sector>\n'
        '<sector vocabulary="98" code="Water &amp; more"/>\n'
    )
    said = bring(db, tmp_path, activity(id="XM-DAC-701-A2", place=own))
    sql = "SELECT id, scheme, label FROM classification WHERE scheme IN ('sector', 'sdg_goal')"
    terms = {bytes(id): (scheme, label) for id, scheme, label in db.reader().all(sql)}
    first, second = (
        [terms[one.bytes] for one in project["sectors"]] for project in all_of(db, "project")
    )
    assert first == [("sdg_goal", "Reduced inequalities")]
    assert second == [("sector", "Transport")]
    assert (
        "Sectors of lists that are not known here are left out: “Telecommunication”, "
        "“Water & more”."
    ) in said


def test_tags_of_goals_and_targets_become_terms(db: Database, tmp_path: Path) -> None:
    tags = (
        '<tag vocabulary="2" code="3"/><tag vocabulary="3" code="3.3"/>'
        '<tag vocabulary="99" code="x"><narrative>Ours</narrative></tag>\n'
    )
    said = bring(db, tmp_path, activity(tags))
    sql = "SELECT scheme, code, label FROM classification WHERE scheme LIKE 'sdg%' ORDER BY code"
    assert db.reader().all(sql) == [
        ("sdg_goal", "3", "Good health and well-being"), ("sdg_target", "3.3", "SDG target 3.3"),
    ]  # fmt: skip
    (project,) = all_of(db, "project")
    assert len(project["sectors"]) == 3
    assert any("tags of other lists" in one for one in said)


def test_goals_are_sectors_where_nothing_else_is(db: Database, tmp_path: Path) -> None:
    """What came in with goals as its only sectors leaves as a valid file, and comes back whole."""
    place = '<recipient-country code="KH"/>\n' + "".join(
        f'<sector vocabulary="7" code="{code}" percentage="50"/>\n' for code in (3, 5)
    )
    bring(db, tmp_path, activity(place=place))
    out = tmp_path / "out.xml"
    done = iati_export.export(db, out, Scope(max_class="limited"))
    assert (done.activities, done.problems) == (1, ())
    assert out.read_text().count('<sector vocabulary="7"') == 2
    assert iati_import.plan(db, out).plan.empty


def test_a_baseline_with_a_year_alone_and_references(db: Database, tmp_path: Path) -> None:
    said = bring(db, tmp_path, activity(INDICATOR))
    (indicator,) = all_of(db, "indicator")
    assert (indicator["baseline"], indicator.get("baseline_date")) == (Decimal(113), None)
    assert (indicator["baseline_comment"], indicator["code"]) == ("2014: Survey", "R.1.2")
    assert all_of(db, "result")[0]["code"] == "R.1"
    assert all_of(db, "target")[0]["value"] == Decimal(29_000)
    assert all_of(db, "indicator_value")[0]["value"] == Decimal(54_478)
    assert "Only the first baseline is taken: a record here has one." in said


def test_a_planned_disbursement_keeps_its_period_and_parties(db: Database, tmp_path: Path) -> None:
    more = (
        '<planned-disbursement type="1"><period-start iso-date="2025-01-01"/>\n'
        '<period-end iso-date="2025-12-31"/><value value-date="2025-01-01">5</value>\n'
        "<receiver-org><narrative>Power Company</narrative></receiver-org>\n"
        "</planned-disbursement>\n"
        '<conditions attached="1"><condition type="3"><narrative>Audited</narrative></condition>'
        "</conditions>\n"
    )
    bring(db, tmp_path, activity(more))
    (tranche,) = all_of(db, "tranche")
    assert (tranche["due"], tranche["notes"]) == (date(2025, 1, 1), "For 2025.\nTo Power Company")
    assert all_of(db, "condition")[0]["notes"] == "Fiduciary condition"


def test_countries_that_are_no_member_states_are_told_once(db: Database, tmp_path: Path) -> None:
    place = "".join(
        f'<recipient-country code="{code}" percentage="{share}"/>\n'
        for code, share in (("BR", 50), ("ID", 30), ("mx", 20))
    )
    said = bring(db, tmp_path, activity(place=place))
    assert "“BR”, “MX” are no member states: these countries are left out." in said


def test_elements_of_a_publishers_namespace_are_told(db: Database, tmp_path: Path) -> None:
    own = '<usg:account xmlns:usg="https://usg.example" code="72"/>\n'
    said = bring(db, tmp_path, activity(transaction(more=own) + own))
    assert [one for one in said if "namespace" in one] == [
        "Elements of the publisher’s own namespace (https://usg.example) are left out."
    ]


# Words of the check -----------------------------------------------------------------------------


def test_an_empty_code_is_called_empty(tmp_path: Path) -> None:
    more = '<policy-marker vocabulary="1" code="1" significance=""/>\n'
    found = iati_validate.validate(write(tmp_path, activity(more)))
    assert [one.message for one in found.problems] == ["Its code is empty: it stands for nothing."]


def test_vocabularies_of_later_years_are_known(tmp_path: Path) -> None:
    """Goals as tags, and earmarking, whose codes are none of the list of aid types."""
    more = '<tag vocabulary="2" code="3"/>\n' + transaction(
        more='<aid-type vocabulary="2" code="1"/>\n<aid-type code="X99"/>\n'
    )
    found = iati_validate.validate(write(tmp_path, activity(more)))
    assert [one.message for one in found.problems] == [
        "“X99” is not in the list AidType as it is here; a newer list may have it."
    ]


def test_percentages_are_told_without_zeros(tmp_path: Path) -> None:
    place = "".join(
        f'<sector vocabulary="1" code="{code}" percentage="{share}"/>\n'
        for code, share in (("11110", "80.0000000"), ("14010", "40.00"))
    )
    found = iati_validate.validate(
        write(tmp_path, activity(place='<recipient-country code="KH"/>\n' + place))
    )
    assert [one.message for one in found.problems] == [
        "The sectors of vocabulary 1 add up to 120 %, not to 100 %."
    ]


def test_a_wrong_order_is_not_called_a_missing_element() -> None:
    said = "Element 'recipient-country': This element is not expected. Expected is one of ( a, b )."
    assert in_words(said) == (
        "It stands in the wrong place, or what must come before it is missing: here belongs a or b."
    )
