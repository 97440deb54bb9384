"""Files of IATI, valid and invalid: each finding names its line, element and reason in words."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from pathlib import Path

import pytest
from lxml import etree

from aps_desktop.domain.errors import UserError
from aps_desktop.exchange import iati_lists, iati_own_lists
from aps_desktop.exchange.iati_check import Validator
from aps_desktop.exchange.iati_problem import Problem, in_words
from aps_desktop.services import iati_validate
from tests.iati_kit import ATTRIBUTES, CORE, HEAD, PLACE, TAIL, activity, transaction

TODAY = date(2026, 11, 25)
BUDGET = (
    '<budget type="1" status="2"><period-start iso-date="{}"/><period-end iso-date="{}"/>'
    '<value value-date="2025-01-01">5</value></budget>\n'
)
INDICATOR = (
    '<result type="1"><title><narrative>R</narrative></title>\n'
    '<indicator measure="1"><title><narrative>I</narrative></title>\n{}</indicator></result>\n'
)


def found(*activities: str) -> list[Problem]:
    validator = Validator(TODAY)
    root = etree.fromstring((HEAD + "".join(activities) + TAIL).encode())
    return [problem for one in root for problem in validator.check(one)]


VALID = {
    "plain": activity(),
    "money": activity(transaction("11") + transaction("1", "-5.50") + transaction("3", "0")),
    "budget": activity(BUDGET.format("2025-01-01", "2025-12-31")),
    "region only": activity(place='<recipient-region code="789"/><sector code="11110"/>'),
    "thirds": activity(place='<recipient-country code="KH" percentage="33.33"/>'
                       '<recipient-country code="LA" percentage="33.33"/>'
                       '<recipient-country code="MM" percentage="33.33"/>'
                       '<sector code="11110"/>'),
    "two vocabularies": activity(place=PLACE + '<sector vocabulary="99" vocabulary-uri="urn:x" '
                                 'code="A" percentage="100"/>'),
    "indicator": activity(INDICATOR.format('<baseline year="2024" value="0"/>')),
    "foreign namespace": activity('<x:y xmlns:x="urn:other">z</x:y>'),
    "languages": activity(attributes='default-currency="USD"',
                          core=CORE.replace("<narrative>", '<narrative xml:lang="fr">')),
}  # fmt: skip


@pytest.mark.parametrize("name", VALID)
def test_nothing_is_said_against_a_valid_file(name: str) -> None:
    assert found(VALID[name]) == []


NO_DATE = CORE.replace('<activity-date type="2" iso-date="2024-03-01"/>\n', "")
INVALID = {
    "no activity date": (activity(core=NO_DATE), "schema", "Before it, activity-date is missing"),
    "planned end only": (
        activity(core=CORE.replace('type="2"', 'type="3"')), "rule",
        "It needs a planned or actual start.",
    ),
    "wrong order": (
        activity(core=CORE.replace("<activity-st", "<activity-scope code='2'/><activity-st")),
        "schema", "It stands in the wrong place, or what must come",
    ),
    "bad date": (activity(core=CORE.replace("2024-03-01", "1 March")), "schema",
                 "“1 March” is not a date such as"),
    "no title": (activity(core=CORE.replace("title>", "titel>")),
                 "schema", "Before it, title is missing"),
    "no role": (activity(core=CORE.replace('role="1" ', "")), "schema", "the attribute “role”."),
    "unknown attribute": (activity(attributes=ATTRIBUTES + ' colour="red"'), "schema",
        "It has the attribute “colour”"),
    "ends before it starts": (
        activity(core=CORE + '<activity-date type="4" iso-date="2023-01-01"/>\n'), "rule",
        "The actual start (2024-03-01) is after the actual end (2023-01-01).",
    ),
    "began tomorrow": (activity(core=CORE.replace("2024-03-01", "2026-11-26")), "rule",
                       "The actual start (2026-11-26) is after today"),
    "paid tomorrow": (activity(transaction(day="2027-01-01")), "rule",
                      "The date of the transaction (2027-01-01) is after today"),
    "countries": (activity(place=PLACE.replace('"40"', '"30"')), "rule",
                  "The recipient countries and regions add up to 90 %, not to 100 %."),
    "a share missing": (activity(place=PLACE.replace(' percentage="40"', "")), "rule",
                        "Not all recipient countries and regions have a percentage."),
    "no sector": (activity(place=""), "rule", "It needs a sector or a sector of its transactions."),
    "no currency": (activity(transaction(), attributes='xml:lang="en"'), "rule",
                    "It has no currency, and the activity has no default currency."),
    "identifier": (activity(id="XM/DAC|701"), "rule", "has one of / & | ?"),
    "identifier blanks": (activity(id=" XM-DAC-701-1"), "rule", "blanks around the identifier"),
    "no name": (
        activity(core=CORE.replace('role="1" type="10"><narrative>Ministry of Tests</narrative>',
                                   'role="1" type="10">')),
        "rule", "It needs an identifier or a name.",
    ),
    "status": (activity(core=CORE.replace('code="2"', 'code="9"')), "code",
               "“9” is no code of the list ActivityStatus."),
    "transaction type": (activity(transaction("99")), "code", "“99” is no code of the list"),
    "budget order": (activity(BUDGET.format("2025-12-31", "2025-01-01")), "rule",
                     "The start of the period (2025-12-31) is after the end of the period"),
    "baseline without value": (activity(INDICATOR.format('<baseline year="2024"/>')), "rule",
                               "It needs a value."),
    "no text": (activity(transaction(value="a lot")), "schema", "“a lot” is not a number."),
}  # fmt: skip


@pytest.mark.parametrize("name", INVALID)
def test_what_is_wrong_is_said_in_words(name: str) -> None:
    text, kind, words = INVALID[name]
    errors = [p for p in found(text) if p.level == "error"]
    assert any(p.kind == kind and words in p.message for p in errors), errors
    for problem in errors:
        assert problem.activity.strip().startswith("XM")
        assert 2 < problem.line < 40


WARNINGS = {
    "long budget": (activity(BUDGET.format("2025-01-01", "2027-12-31")), "more than a year"),
    "new currency": (activity(attributes='xml:lang="en" default-currency="XQQ"'), "list Currency"),
    "no language": (activity(attributes='default-currency="USD"'), "has no language"),
    "other publisher": (activity(id="GB-1-1"), "does not begin with the publisher’s “XM-DAC-701”"),
}


@pytest.mark.parametrize("name", WARNINGS)
def test_advice_is_no_error(name: str) -> None:
    text, words = WARNINGS[name]
    problems = found(text)
    assert any(words in p.message for p in problems)
    assert all(p.level == "warning" for p in problems)


def test_the_line_is_the_elements_own() -> None:
    text = activity() + activity(transaction() + transaction("99"), id="XM-DAC-701-A2")
    (problem,) = found(text)
    line = (HEAD + text).splitlines()[problem.line - 1]
    assert line.startswith('<transaction-type code="99"')
    assert problem.activity == "XM-DAC-701-A2"


def test_lines_beyond_65535_are_told(tmp_path: Path) -> None:
    path = tmp_path / "long.xml"
    before = HEAD + activity() + "\n" * 70_000
    path.write_text(before + activity(id="XM-DAC-701-A2", place="") + TAIL)
    done = iati_validate.validate(path)
    (problem,) = done.problems
    line = before.count("\n") + 1
    assert line <= problem.line <= line + 1  # libxml2 takes the line of the first child there
    assert not done.valid


def test_an_identifier_may_stand_once() -> None:
    (problem,) = found(activity(), activity())
    assert problem.message == "Another activity has this identifier, in line 3."


def test_a_message_that_is_not_known_stays() -> None:
    assert in_words("Element 'a': Something new.") == "Something new."


# Newer lists ------------------------------------------------------------------------------------

LIST = """<codelist name="Currency" xml:lang="en" complete="1"><codelist-items>
<codelist-item><code>XQQ</code><name><narrative>Quibble</narrative></name></codelist-item>
</codelist-items></codelist>"""


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))
    return tmp_path / "data" / "iati"


def test_a_newer_list_takes_the_place_of_the_shipped_one(own: Path, tmp_path: Path) -> None:
    file = tmp_path / "Currency.xml"
    file.write_text(LIST)
    assert iati_validate.take_lists(file) == ["Currency"]
    assert dict(iati_lists.code_lists()["Currency"].codes) == {"XQQ": "Quibble"}
    assert "KH" in iati_lists.code_lists()["Country"].codes
    assert found(activity(attributes='xml:lang="en" default-currency="XQQ"')) == []


def test_an_archive_brings_lists_rules_and_schemas(own: Path, tmp_path: Path) -> None:
    file = tmp_path / "standard.zip"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("codelists/Currency.xml", LIST)
        archive.writestr("rulesets/standard_ruleset.json", json.dumps({}))
        for name in iati_lists.SCHEMAS:
            archive.write(iati_lists.file_of(name), f"schemas/{name}")
    taken = iati_own_lists.take(file, own)
    assert taken == sorted(["Currency", "ruleset.json", *iati_lists.SCHEMAS])
    assert iati_lists.schema_folder() == own
    told = found(activity(core=CORE.replace('type="2"', 'type="3"')))
    assert {problem.kind for problem in told} == {"code"}  # no rule is left


@pytest.mark.parametrize(
    ("name", "data", "reason"),
    [
        ("a.xml", "<other/>", "holds no code list"),
        ("a.xml", "not xml", "not XML that can be read"),
        ("a.xml", '<!DOCTYPE a [<!ENTITY b "c">]><codelist name="X"/>', "not XML that can be read"),
        ("a.xml", '<codelist name="X"/>', "has no codes"),
        ("iati-common.xsd", "<a/>", "The schema lacks"),
        ("standard_ruleset.json", "[]", "not a rule set"),
    ],
)
def test_what_is_no_list_changes_nothing(
    own: Path, tmp_path: Path, name: str, data: str, reason: str
) -> None:
    file = tmp_path / name
    file.write_text(data)
    with pytest.raises(UserError, match=reason):
        iati_own_lists.take(file, own)
    assert not own.exists()


def test_taking_lists_can_be_stopped(own: Path, tmp_path: Path) -> None:
    file = tmp_path / "Currency.xml"
    file.write_text(LIST)
    with pytest.raises(UserError, match="was not read to its end"):
        iati_validate.take_lists(file, lambda: True)
    assert not own.exists()


# Traits of the test files that the standard's own repositories carry ------------------------------


def checked(tmp_path: Path, text: str) -> list[Problem]:
    path = tmp_path / "file.xml"
    path.write_text(text, encoding="utf-8")
    return list(iati_validate.validate(path).problems)


@pytest.mark.parametrize(("wrong", "words"), [
    (' generated-datetime="yesterday"', "“yesterday” is not a day and time such as"),
    (' default-currency="USD"', "It has the attribute “default-currency”, which the standard"),
])  # fmt: skip
def test_the_outermost_element_is_checked_too(wrong: str, words: str, tmp_path: Path) -> None:
    head = HEAD.replace('version="2.03"', f'version="2.03"{wrong}')
    (problem,) = checked(tmp_path, head + activity() + TAIL)
    assert (problem.element, problem.level, problem.line) == ("iati-activities", "error", 2)
    assert words in problem.message


def test_what_stands_beside_the_activities_is_told(tmp_path: Path) -> None:
    foreign = '<x:y xmlns:x="urn:other">z</x:y>\n'
    (problem,) = checked(tmp_path, HEAD + foreign + activity() + "<activity/>\n" + TAIL)
    assert (problem.element, problem.kind) == ("activity", "schema")
    assert problem.message.startswith("It must not stand here")


def test_an_element_too_many_says_so() -> None:
    twice = '<tied-status code="3"/>' * 2
    (problem,) = found(activity(transaction(more=twice)))
    assert problem.message.startswith("It must not stand here: the standard has it elsewhere, or")


def test_a_code_that_is_an_elements_text_is_looked_up() -> None:
    (problem,) = found(activity("<crs-add><channel-code>no-such</channel-code></crs-add>\n"))
    assert "“no-such” is not in the list CRSChannelCode" in problem.message
    assert found(activity("<crs-add><channel-code>21039</channel-code></crs-add>\n")) == []


def test_a_missing_identifier_is_said_once() -> None:
    (problem,) = found(activity(id=""))
    assert problem.message == "The identifier is empty."


def test_a_blank_line_before_the_declaration_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="a blank line, stands before its line"):
        checked(tmp_path, "\n" + HEAD + activity() + TAIL)
