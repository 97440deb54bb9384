"""What is wrong with a record, the project's life, and lists of member states."""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aps_desktop.domain import lifecycle, states
from aps_desktop.domain.entities import ENTITIES, entity
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Entity, Kind
from aps_desktop.domain.money import Money
from aps_desktop.domain.rules import PAIRS, RULES, Problem, check_record
from aps_desktop.domain.states import ALL, GROUPS, parse_states
from aps_desktop.domain.values import Period, Value
from aps_desktop.paths import resource_path

DAYS = st.dates(date(2000, 1, 1), date(2060, 1, 1))
ID = UUID(int=7)
PROJECT = {"code": "ACP-1", "title": "Early warning", "status": "draft"}


def fields_with(severity: str, name: str, values: dict[str, Value]) -> set[str]:
    return {p.field for p in check_record(entity(name), values) if p.severity == severity}


def errors(name: str, values: dict[str, Value]) -> set[str]:
    return fields_with("error", name, values)


def warnings(name: str, values: dict[str, Value]) -> set[str]:
    return fields_with("warning", name, values)


def test_every_rule_is_of_an_entity_and_its_fields() -> None:
    assert set(RULES) <= {e.name for e in ENTITIES}
    for first, last in PAIRS:
        assert any({first, last} <= set(e.by_name) for e in ENTITIES), (first, last)


@pytest.mark.parametrize("kind", ENTITIES, ids=lambda e: e.name)
def test_an_empty_record_lacks_what_is_required_and_breaks_nothing(kind: Entity) -> None:
    found = check_record(kind, {})
    assert {p.field for p in found if p.severity == "error"} == {
        f.name for f in kind.fields if f.required
    }
    assert all(p.field in kind.by_name for p in found)
    assert all(p.message[0].isupper() and p.message[-1] in ".?" for p in found)


def test_errors_come_before_warnings() -> None:
    found = check_record(entity("work_plan_line"), {})
    assert [p.severity for p in found] == sorted(p.severity for p in found)


def test_a_complete_project_has_no_problem() -> None:
    assert check_record(entity("project"), PROJECT) == []


def test_blanks_are_nothing() -> None:
    assert errors("project", {**PROJECT, "title": "   "}) == {"title"}


def test_a_choice_of_a_newer_version_is_kept_with_a_warning() -> None:
    assert warnings("project", {**PROJECT, "pillar": "space"}) == {"pillar"}


@given(DAYS, DAYS)
def test_nothing_ends_before_it_starts(first: date, last: date) -> None:
    for kind in ENTITIES:
        pairs = [(a, b) for a, b in PAIRS if {a, b} <= set(kind.by_name)]
        for start, end in pairs:
            wrong = any(
                p.field == end and p.severity == "error" and "before" in p.message
                for p in check_record(kind, {start: first, end: last})
            )
            assert wrong == (last < first), (kind.name, start, end)


@given(st.decimals(-1000, 1000, places=2))
def test_a_share_lies_between_0_and_100(share: Decimal) -> None:
    for kind in ENTITIES:
        for field in kind.fields:
            if field.kind is Kind.PERCENT:
                refused = field.name in errors(kind.name, {field.name: share})
                assert refused == (not 0 <= share <= 100)


def test_a_brief_description_has_300_words_at_most() -> None:
    assert warnings("project", {**PROJECT, "description": "word " * 300}) == set()
    assert warnings("project", {**PROJECT, "description": "word " * 301}) == {"description"}


def test_a_recurring_project_names_the_one_before() -> None:
    assert warnings("project", {**PROJECT, "recurring": True}) == {"previous_code"}
    assert warnings("project", {**PROJECT, "recurring": True, "previous_code": "ACP-0"}) == set()
    assert warnings("project", {**PROJECT, "recurring": True, "previous_project": ID}) == set()


def test_a_commenced_project_needs_both_dates() -> None:
    wanted = {"approval_notified_on", "first_disbursement_on"}
    assert warnings("project", {**PROJECT, "status": "commenced"}) == wanted
    dated = dict.fromkeys(wanted, date(2026, 3, 1))
    assert warnings("project", {**PROJECT, "status": "commenced", **dated}) == set()


def test_a_completed_project_needs_report_balance_and_verification() -> None:
    day = date(2026, 3, 1)
    values = {**PROJECT, "status": "completed", **dict.fromkeys(lifecycle.FACTS, day)}
    assert warnings("project", values) == set()
    for name in ("completion_report_on", "unspent_received_on", "verified_on"):
        assert warnings("project", {**values, name: None}) == {name}


def test_a_report_after_60_days_is_late() -> None:
    values = {**PROJECT, "activities_done_on": date(2026, 1, 1)}
    assert warnings("project", {**values, "completion_report_on": date(2026, 3, 2)}) == set()
    late = {**values, "completion_report_on": date(2026, 3, 3)}
    assert warnings("project", late) == {"completion_report_on"}


def test_a_work_plan_line_without_owner_date_or_output_is_doubtful() -> None:
    line = {"work_plan": ID, "measure": "Adopt the guideline"}
    assert warnings("work_plan_line", line) == {"owner_body", "due", "key_output"}
    full = {**line, "owner_body": ID, "due": date(2026, 5, 1), "key_output": "Guideline"}
    assert check_record(entity("work_plan_line"), full) == []


PAID: dict[str, Value] = {
    "type": "disbursement",
    "date": date(2026, 2, 1),
    "project": ID,
    "amount": Money(100_00, "EUR"),
}


@pytest.mark.parametrize(
    ("changed", "severity", "field"),
    [
        ({"rate": Decimal(0), "rate_date": date(2026, 2, 1)}, "error", "rate"),
        ({"rate": Decimal("1.08")}, "warning", "rate_date"),
        ({"usd_value": Money(1, "EUR")}, "error", "usd_value"),
        ({"amount": Money(0, "EUR")}, "warning", "amount"),
        ({"amount": Money(-5, "EUR")}, "warning", "amount"),
        ({"amount": Money(-5, "EUR"), "type": "refund"}, "warning", "amount"),
        ({"project": None}, "warning", "project"),
    ],
)
def test_doubtful_transactions(changed: dict[str, Value], severity: str, field: str) -> None:
    assert check_record(entity("fund_transaction"), PAID) == []
    found = check_record(entity("fund_transaction"), {**PAID, **changed})
    assert [(p.severity, p.field) for p in found] == [(severity, field)]


@pytest.mark.parametrize(
    ("name", "values", "severity", "field"),
    [
        ("exchange_rate", {"usd_per_unit": Decimal(0)}, "error", "usd_per_unit"),
        ("exchange_rate", {"currency": "USD", "usd_per_unit": Decimal(2)}, "error", "usd_per_unit"),
        ("exchange_rate", {"currency": "XXQ"}, "error", "currency"),
        ("project_alignment", {"weight": Decimal(0)}, "warning", "weight"),
        ("indicator", {"lowest": Decimal(5), "highest": Decimal(1)}, "error", "highest"),
        ("indicator_value", {"denominator": Decimal(0)}, "error", "denominator"),
        ("indicator_value", {"numerator": Decimal(1)}, "warning", "denominator"),
        ("indicator_value", {}, "warning", "value"),
        ("target", {"revised_value": Decimal(4)}, "error", "revised_value"),
        ("approval_step", {"outcome": "endorsed"}, "warning", "decided_on"),
        ("approval_step", {"outcome": "endorsed", "channel": "meeting"}, "warning", "meeting"),
        (
            "approval_step",
            {"outcome": "endorsed", "channel": "ad_referendum"},
            "warning",
            "circulation",
        ),
        ("approval_step", {}, "warning", "body"),
        ("tenure", {}, "warning", "body"),
        ("action_item", {"status": "done"}, "warning", "done_on"),
        ("action_item", {}, "warning", "responsible"),
        ("knowledge_product", {"status": "released"}, "warning", "released_by"),
        ("member_state", {"code": "Laos"}, "error", "code"),
        (
            "task",
            {"milestone": True, "starts_on": date(2026, 1, 1), "ends_on": date(2026, 1, 2)},
            "warning",
            "ends_on",
        ),
        ("task_dependency", {"task": ID, "predecessor": ID}, "error", "predecessor"),
        ("attendance", {"women": -1}, "error", "women"),
        ("participation_count", {"people": -1}, "error", "people"),
        ("project", {"budget": Money(-1, "USD")}, "error", "budget"),
        (
            "period_calendar",
            {"period": Period.quarter(2026, 1), "due": date(2026, 3, 1)},
            "warning",
            "due",
        ),
    ],
)
def test_rules_of_single_entities(
    name: str, values: dict[str, Value], severity: str, field: str
) -> None:
    plain = check_record(entity(name), {})
    found = check_record(entity(name), values)
    assert field in {p.field for p in found if p.severity == severity}
    if values:
        assert any(p not in plain for p in found if p.field == field)


def test_a_problem_is_an_error_unless_it_says_otherwise() -> None:
    assert Problem("title", "Title is missing.").severity == "error"


def test_there_are_17_states_in_4_stages() -> None:
    assert len(lifecycle.STATES) == 17
    assert {s.stage for s in lifecycle.STATES.values()} == {key for key, _ in lifecycle.STAGES}
    assert all(1 <= s.iati <= 6 for s in lifecycle.STATES.values())
    assert entity("project").field("status").choices == lifecycle.STATE_CHOICES


def test_every_state_can_be_reached_and_left_or_is_an_end() -> None:
    assert set(lifecycle.NEXT) == set(lifecycle.STATES)
    reached = {"concept"}
    for _ in lifecycle.STATES:
        reached |= {after for state in reached for after in lifecycle.NEXT[state]}
    assert reached == set(lifecycle.STATES)
    assert {s for s, after in lifecycle.NEXT.items() if not after} == lifecycle.ENDED


def test_the_usual_way_is_offered_first() -> None:
    way = ["concept"]
    while lifecycle.NEXT[way[-1]]:
        way.append(lifecycle.NEXT[way[-1]][0])
    assert (
        way
        == (
            "concept draft submitted under_appraisal endorsed final_approval approved commenced "
            "activities_done reporting_due completed"
        ).split()
    )


@pytest.mark.parametrize(
    ("after", "state", "may"),
    [
        ("under_appraisal", "returned", True),
        ("returned", "under_appraisal", True),
        ("commenced", "on_hold", True),
        ("on_hold", "commenced", True),
        ("concept", "approved", False),
        ("completed", "draft", False),
        ("unheard_of", "draft", True),
    ],
)
def test_ways_between_states(after: str, state: str, may: bool) -> None:
    assert lifecycle.may_follow(state, after) is may


@given(DAYS, DAYS)
def test_commenced_is_the_later_day(one: date, other: date) -> None:
    assert lifecycle.commenced_on(one, other) == max(one, other)
    assert lifecycle.commenced_on(one, None) is None
    assert lifecycle.commenced_on(None, other) is None


def test_completed_takes_all_three() -> None:
    a, b, c = date(2026, 1, 1), date(2026, 3, 1), date(2026, 2, 1)
    assert lifecycle.completed_on(a, b, c) == b
    assert lifecycle.completed_on(a, None, c) is None


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [
        (date(2026, 1, 1), date(2026, 6, 29), "under_6"),
        (date(2026, 1, 1), date(2026, 6, 30), "6_to_12"),
        (date(2026, 1, 1), date(2026, 12, 31), "6_to_12"),
        (date(2026, 1, 1), date(2027, 1, 1), "over_12"),
        (date(2025, 8, 31), date(2026, 2, 27), "6_to_12"),
        (date(2026, 5, 5), date(2026, 5, 5), "under_6"),
    ],
)
def test_duration_classes(start: date, end: date, wanted: str) -> None:
    assert lifecycle.duration_class(start, end) == wanted
    assert wanted in dict(lifecycle.DURATIONS)


@given(DAYS, st.integers(0, 2000), st.integers(0, 400))
def test_a_longer_project_is_never_of_a_shorter_class(start: date, days: int, more: int) -> None:
    rank = [key for key, _ in lifecycle.DURATIONS]
    short = lifecycle.duration_class(start, start + timedelta(days=days))
    long = lifecycle.duration_class(start, start + timedelta(days=days + more))
    assert rank.index(short) <= rank.index(long)


def test_a_project_that_ends_before_it_starts_has_no_duration() -> None:
    with pytest.raises(ValueError, match="before"):
        lifecycle.duration_class(date(2026, 2, 1), date(2026, 1, 1))


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("All AMS", "BN ID KH LA MM MY PH SG TH TL VN"),
        ("CLMV", "KH LA MM VN"),
        ("CLMV + TL", "KH LA MM TL VN"),
        ("CLMV+T", "KH LA MM TL VN"),
        ("SG, MM, VN, MY", "MM MY SG VN"),
        ("ID; TH; KH", "ID KH TH"),
        ("Lao PDR and Vietnam", "LA VN"),
        ("Laos/Viet Nam", "LA VN"),
        ("Việt Nam", "VN"),
        ("CLMV + TL, Singapore", "KH LA MM SG TL VN"),
        ("BN ID SG", "BN ID SG"),
        ("Brunei\nThe Philippines", "BN PH"),
        ("All AMS except Singapore and Brunei Darussalam", "ID KH LA MM MY PH TH TL VN"),
        ("All (excluding Myanmar)", "BN ID KH LA MY PH SG TH TL VN"),
    ],
)
def test_lists_of_member_states(text: str, wanted: str) -> None:
    assert sorted(parse_states(text)) == wanted.split()


@pytest.mark.parametrize(
    "text", ["", "TBC", "ASEC", "Indonesia, Atlantis", "except Singapore", "?"]
)
def test_what_is_no_list_of_member_states_is_refused(text: str) -> None:
    with pytest.raises(InvalidValue, match="not a member state"):
        parse_states(text)


@given(
    st.sets(st.sampled_from(sorted(ALL)), min_size=1), st.sampled_from([", ", "; ", " / ", "\n"])
)
def test_names_and_codes_are_read_back(codes: set[str], separator: str) -> None:
    assert parse_states(separator.join(codes)) == codes
    assert parse_states(separator.join(states.state_name(code) for code in codes)) == codes


def test_groups_are_of_known_states() -> None:
    assert all(codes < ALL for codes in GROUPS.values())
    assert all(parse_states(name) == codes for name, codes in GROUPS.items())


def test_names_agree_with_the_shipped_member_states() -> None:
    file = resource_path("reference", "member_states.json")
    items = json.loads(file.read_text(encoding="utf-8"))["items"]
    assert {item["iso2"] for item in items} == ALL
    for item in items:
        assert states.state_name(item["iso2"]) == item["name"]
        assert parse_states(item["official_name"]) == {item["iso2"]}
        assert parse_states(item["iso3"]) == {item["iso2"]}
    assert {i["iso2"] for i in items if i["iai_beneficiary"]} == GROUPS["CLMV + TL"]
    assert states.state_name("XX") == "XX"
