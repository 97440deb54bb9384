"""The descriptions of the entities are sound, and their numbers never change.

After adding entities or fields: `python tests/unit/test_entities.py` adds them to the list of
numbers. Nothing else may change in that list.
"""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from uuid import UUID

import pytest
import sqlcipher3

from aps_desktop.db.layout import MEMBER, column_names
from aps_desktop.db.schema import create_statements
from aps_desktop.domain.entities import BY_NAME, BY_NUMBER, ENTITIES, entity
from aps_desktop.domain.entities.vocabularies import CLASSES
from aps_desktop.domain.errors import NotFound
from aps_desktop.domain.fields import BIRTH, LIFE, Entity, Kind
from aps_desktop.domain.money import CURRENCIES, display_digits, minor_digits
from aps_desktop.domain.rules import check_record
from aps_desktop.domain.values import FileRef, from_wire, members, to_wire
from aps_desktop.services import reference_data
from aps_desktop.services.reference_data import reference_changes, reference_id

NUMBERS = Path(__file__).with_name("entity_numbers.json")
BLOCKS = {
    "organisation": range(1, 30),
    "planning": range(30, 70),
    "coordination": range(70, 100),
    "funding": range(100, 130),
    "monitoring": range(130, 160),
    "knowledge": range(160, 180),
    "outreach": range(180, 200),
}
WANTED = """
    office department officer vacancy member_state partner organisation body tenure focal_point
    classification period_calendar saved_view framework framework_node programme project
    project_alignment project_state_event appraisal appraisal_criterion appraisal_score
    approval_step extension realignment work_plan work_plan_line task task_dependency budget
    budget_line risk meeting_series meeting agenda_item attendance decision action_item
    circulation circulation_reply fund contribution fund_transaction tranche condition
    pipeline_proposal exchange_rate correspondence result indicator disaggregation_dimension target
    indicator_value value_amendment reporting_request evaluation finding recommendation lesson
    compliance_status knowledge_product document document_version dissemination exchange_programme
    outreach_activity participation_count associated_entity
""".split()
RESERVED = frozenset(
    """
    id rid all alter analyse analyze and any array as asc asymmetric authorization between binary
    both by case cast check collate collation column commit concurrently constraint create cross
    current_catalog current_date current_role current_schema current_time current_timestamp
    current_user default deferrable delete desc distinct do drop else end escape except exists
    false fetch for foreign freeze from full glob grant group having ilike in index indexed
    initially inner insert intersect into is isnull join lateral leading left like limit localtime
    localtimestamp match natural not notnull null offset on only or order outer overlaps placing
    primary raise references regexp replace returning right rollback select session_user set
    similar some start symmetric table tablesample then to trailing transaction true union unique
    update user using values variadic verbose when where window with
    """.split()
)
each_entity = pytest.mark.parametrize("kind", ENTITIES, ids=lambda e: e.name)
FIELDS = [(e, f) for e in ENTITIES for f in e.fields]


def numbers_now() -> dict[str, dict[str, object]]:
    return {
        e.name: {
            "number": e.number,
            "fields": {
                f.name: f"{f.number} {f.kind} {f.decimals}".removesuffix(" 0") for f in e.fields
            },
        }
        for e in sorted(ENTITIES, key=lambda e: e.number)
    }


def test_all_entities_are_there() -> None:
    assert sorted(BY_NAME) == sorted(WANTED)


def test_numbers_names_and_plurals_are_unique() -> None:
    assert len(BY_NUMBER) == len(BY_NAME) == len(ENTITIES)
    assert len({e.label for e in ENTITIES}) == len(ENTITIES)
    assert len({e.plural for e in ENTITIES}) == len(ENTITIES)
    assert MEMBER.number not in BY_NUMBER


def test_numbers_stay_in_the_block_of_their_module() -> None:
    from aps_desktop.domain import entities

    for module, block in BLOCKS.items():
        for kind in getattr(entities, module).ENTITIES:
            assert kind.number in block, (module, kind.name)


def test_no_number_or_kind_ever_changes() -> None:
    """Old change logs and bundles speak of fields by their numbers."""
    kept = json.loads(NUMBERS.read_text(encoding="utf-8"))
    assert numbers_now() == kept, f"added something? run: python {Path(__file__).name}"


@each_entity
def test_field_numbers_and_names_are_unique(kind: Entity) -> None:
    assert len({f.number for f in kind.fields}) == len(kind.fields)
    assert len({f.name for f in kind.fields}) == len(kind.fields)
    assert len({f.label.casefold() for f in kind.fields}) == len(kind.fields)
    assert all(BIRTH < f.number < LIFE for f in kind.fields)


@each_entity
def test_names_are_plain_and_no_words_of_sql(kind: Entity) -> None:
    names = [kind.name, *(f.name for f in kind.fields), *column_names(kind)]
    assert [n for n in names if not re.fullmatch(r"[a-z][a-z0-9_]*", n)] == []
    assert RESERVED.isdisjoint(names)
    assert len(set(column_names(kind))) == len(column_names(kind))


def test_the_tables_can_be_named_without_quotes() -> None:
    connection = sqlcipher3.connect(":memory:")
    for statement in create_statements(postgres=False):
        connection.execute(statement)
    for kind in ENTITIES:
        columns = ", ".join(f"t.{name}, {name}" for name in column_names(kind))
        connection.execute(f"SELECT {columns} FROM {kind.name} t ORDER BY {column_names(kind)[0]}")
    connection.close()


@each_entity
def test_what_an_entity_says_of_itself_is_there(kind: Entity) -> None:
    assert kind.title
    assert kind.key
    assert kind.order
    named = {*kind.title, *kind.key, *(name.lstrip("-") for name in kind.order)}
    named |= {name for name in (kind.code, kind.tree) if name}
    assert named <= set(kind.by_name)
    assert not any(kind.field(name).is_set for name in named)
    assert kind.label[0].isupper()
    assert kind.plural[0].isupper()
    assert re.fullmatch(r"[A-Z].*\.", kind.purpose)
    if kind.code:
        assert kind.field(kind.code).kind is Kind.TEXT


@each_entity
def test_lists_show_the_useful_columns(kind: Entity) -> None:
    assert 3 <= sum(f.listed for f in kind.fields) <= 10
    assert any(f.listed for f in kind.fields if f.name in kind.title)


@each_entity
def test_a_tree_refers_to_its_own_kind(kind: Entity) -> None:
    if kind.tree:
        assert kind.field(kind.tree).target == kind.name
        assert kind.field(kind.tree).kind is Kind.REFERENCE


@each_entity
def test_a_record_is_part_of_one_other_at_most(kind: Entity) -> None:
    owners = [f for f in kind.fields if f.part_of]
    assert len(owners) <= 1
    for field in owners:
        assert field.kind is Kind.REFERENCE
        assert field.required
        assert field.target != kind.name


def test_parts_do_not_own_one_another() -> None:
    for kind in ENTITIES:
        chain, above = [kind], kind.owner
        while above:
            chain.append(entity(above.target))
            assert chain.count(chain[-1]) == 1
            above = chain[-1].owner


@each_entity
def test_fields_are_described_in_full(kind: Entity) -> None:
    for field in kind.fields:
        refers = field.kind in (Kind.REFERENCE, Kind.REFERENCES)
        assert refers == bool(field.target), field
        assert not field.target or field.target in BY_NAME, field
        assert (field.kind is Kind.CHOICE) == bool(field.choices), field
        assert not field.decimals or field.kind in (Kind.NUMBER, Kind.PERCENT), field
        assert field.label[0].isupper(), field
        assert not field.help or field.help.endswith("."), field
        if field.default:
            assert to_wire(field, from_wire(field, field.default)) == field.default, field


@each_entity
def test_choices_have_plain_unique_keys(kind: Entity) -> None:
    for field in kind.fields:
        keys = [key for key, _ in field.choices]
        labels = {label.casefold() for _, label in field.choices}
        assert len(set(keys)) == len(keys) == len(labels), field
        assert all(re.fullmatch(r"[a-z0-9_]{1,40}", key) for key in keys), field
        assert not keys or not field.default or field.default in keys, field


def test_every_kind_of_field_is_used() -> None:
    assert {f.kind for _, f in FIELDS} == set(Kind)


def test_a_document_class_is_the_same_everywhere() -> None:
    classed = [f for _, f in FIELDS if f.name == "document_class"]
    assert len(classed) >= 15
    assert {f.choices for f in classed} == {CLASSES}
    assert {f.default for f in classed} == {"limited"}


def test_headings_of_real_workbooks_are_known() -> None:
    def knows(kind: str, field: str, heading: str) -> bool:
        spec = entity(kind).field(field)
        return heading in (spec.label, *spec.aliases)

    assert knows("project", "fund", "Source of fund")
    assert knows("project", "participating_states", "Participating AMS")
    assert knows("project", "sponsoring_body", "Sectoral body")
    assert knows("project", "budget", "Approved budget")
    assert knows("project", "planned_start", "Start")
    assert knows("project", "planned_end", "End")
    assert knows("meeting", "starts_on", "Date")
    assert knows("decision", "item", "Item")
    assert knows("decision", "text", "Decision / follow-up")
    assert knows("action_item", "responsible", "Responsible")


def test_an_unknown_entity_is_refused_in_words() -> None:
    with pytest.raises(NotFound, match="no entity"):
        entity("spaceship")


def test_shipped_records_stand_behind_those_they_refer_to() -> None:
    seen: set[UUID] = set()
    for change in reference_changes():
        for name, value in change.values.items():
            field = entity(change.entity).field(name)
            if field.is_set:
                assert field.kind is Kind.TAGS or {UUID(m) for m in members(field, value)} <= seen
            elif field.kind is Kind.REFERENCE:
                assert value in seen, (change.entity, name)
            else:
                assert from_wire(field, to_wire(field, value)) == value
        assert change.id not in seen
        seen.add(change.id)


def test_shipped_records_pass_the_rules() -> None:
    found = [
        (change.entity, change.values.get("code"), problem)
        for change in reference_changes()
        for problem in check_record(entity(change.entity), change.values)
    ]
    assert found == []


def test_every_shipped_record_says_how_sure_it_is() -> None:
    for change in reference_changes():
        assert change.values.get("confidence") in ("high", "medium", "low"), change


def test_shipped_ids_follow_from_codes() -> None:
    ids = {c.id: c for c in reference_changes()}
    assert ids[reference_id("member_state", "TL")].values["name"] == "Timor-Leste"
    assert ids[reference_id("body", "ACDM")].values["parent"] == reference_id("body", "AMMDM")
    assert ids[reference_id("framework_node", "AEC-SP/1")].values["code"] == "1"
    assert ids[reference_id("classification", "sector/health")].values["scheme"] == "sector"


def test_funds_know_who_pays_into_them() -> None:
    funds = {c.values["code"]: c.values for c in reference_changes() if c.entity == "fund"}
    assert funds["JAIF"]["partner"] == reference_id("partner", "JP")
    assert len(funds["APTCF"]["co_partners"]) == 2
    assert funds["SCP"]["contributing_states"] == {reference_id("member_state", "SG")}
    states = [c for c in reference_changes() if c.entity == "member_state"]
    assert len(funds["COSTSHARE"]["contributing_states"]) == len(states)


def test_the_issue_of_shipped_lists_is_what_it_was() -> None:
    """All offices hold the same ops for an issue: after a release, corrections need a new one."""

    def plain(value: object) -> str:
        if isinstance(value, frozenset):
            return ";".join(sorted(map(str, value)))
        return value.sha256 if isinstance(value, FileRef) else str(value)

    lines = [
        f"{c.entity} {c.id} {name} {plain(value)}"
        for c in reference_changes()
        for name, value in sorted(c.values.items())
    ]
    digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()
    assert (reference_data.ISSUE, digest[:16]) == (1, "dd784565714d5f2d")


def test_shipped_currencies_agree_with_the_money_that_is_counted() -> None:
    for item in reference_data._items("currencies"):
        code = item["code"]
        assert code in CURRENCIES
        assert minor_digits(code) == item["minor_units"], code
        assert display_digits(code) == item["display_decimals"], code
    codes = {code for code, _ in reference_data.usual_currencies()}
    assert codes >= {
        c.values["currency"] for c in reference_changes() if c.entity == "member_state"
    }


def _add_numbers() -> None:
    kept = json.loads(NUMBERS.read_text(encoding="utf-8")) if NUMBERS.exists() else {}
    now = numbers_now()
    for name, known in kept.items():
        assert now[name]["number"] == known["number"], name
        assert known["fields"].items() <= now[name]["fields"].items(), name  # type: ignore[attr-defined]
    NUMBERS.write_text(json.dumps(now, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    _add_numbers()
