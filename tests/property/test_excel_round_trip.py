"""Whatever records hold, an export and its import change nothing, for every kind of field."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import ChangeSet, Create, Update
from aps_desktop.domain.entities import ENTITIES
from aps_desktop.domain.fields import Kind
from aps_desktop.domain.money import CURRENCIES, Money
from aps_desktop.domain.values import FileRef, Period, clean_text
from aps_desktop.services import exporting, importing, offices, records
from aps_desktop.services.reference_data import reference_id

NO_SHRINKING = (Phase.explicit, Phase.generate)
"""Each example writes and reads a workbook: making a failure smaller would take minutes."""

TEXT = st.text(min_size=1, max_size=40).map(clean_text).filter(bool)
LONG = st.text(min_size=1, max_size=120).map(lambda t: clean_text(t, lines=True)).filter(bool)
DAYS = st.dates(date(1900, 1, 1), date(2200, 12, 31))
STATES = st.sampled_from(["KH", "LA", "MM", "VN", "TL"]).map(
    lambda c: reference_id("member_state", c)
)
BODIES = st.sampled_from(["ACDM", "SEOM", "SOMY"]).map(lambda c: reference_id("body", c))


def whole(field):
    scale = field.decimals
    return st.integers(-(10**9), 10**9) if not scale else st.decimals(
        min_value=-(10**6), max_value=10**6, places=scale
    )  # fmt: skip


def of_kind(field):
    """Values of one field; None where records of the field's target are not at hand."""
    match field.kind:
        case Kind.TEXT:
            return st.sampled_from(sorted(CURRENCIES)) if field.name == "currency" else TEXT
        case Kind.LONG_TEXT:
            return LONG
        case Kind.NUMBER:
            return whole(field)
        case Kind.PERCENT:
            return st.decimals(min_value=0, max_value=100, places=field.decimals)
        case Kind.MONEY:
            return st.builds(Money, st.integers(0, 10**15), st.sampled_from(sorted(CURRENCIES)))
        case Kind.DATE:
            return DAYS
        case Kind.PERIOD:
            return st.builds(lambda a, b: Period(min(a, b), max(a, b)), DAYS, DAYS)
        case Kind.CHOICE:
            return st.sampled_from([key for key, _ in field.choices]) if field.choices else None
        case Kind.YES_NO:
            return st.booleans()
        case Kind.TAGS:
            return st.frozensets(TEXT, min_size=1, max_size=3)
        case Kind.FILE:
            return st.builds(FileRef, st.from_regex(r"\A[0-9a-f]{64}\Z"), TEXT)
    one = {"body": BODIES, "member_state": STATES}.get(field.target)
    if one is None:
        return None
    return st.frozensets(one, min_size=1, max_size=3) if field.is_set else one


def values_of(kind):
    """Values of a record's fields, required ones always."""
    known = {f.name: made for f in kind.fields if (made := of_kind(f)) is not None}
    required = {n: s for n, s in known.items() if kind.field(n).required}
    return st.fixed_dictionaries(
        required, optional={n: s for n, s in known.items() if n not in required}
    )


KINDS = [
    e for e in ENTITIES
    if all(not f.required or of_kind(f) is not None for f in e.fields)
]  # fmt: skip


def test_every_kind_of_field_takes_part():
    assert {f.kind for e in KINDS for f in e.fields if of_kind(f) is not None} == set(Kind)


@pytest.fixture(scope="module")
def db(tmp_path_factory):
    folder = tmp_path_factory.mktemp("office")
    database = offices.start(str(folder / "a.aps"), office="ASEC", device="desk")
    yield database
    database.close()


@settings(
    max_examples=40, phases=NO_SHRINKING, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(data=st.data())
def test_export_and_import_is_nothing(db, tmp_path_factory, data):
    kind = data.draw(st.sampled_from(KINDS))
    drawn = data.draw(st.lists(values_of(kind), min_size=1, max_size=5))
    ids = [db.ids.new() for _ in drawn]
    apply(db, ChangeSet("some", tuple(
        Create(kind.name, id, values) for id, values in zip(ids, drawn, strict=True)
    )))  # fmt: skip
    path = tmp_path_factory.mktemp("out") / "a.xlsx"
    exporting.export_workbook(db, path, [kind.name])
    planned = importing.plan(db, importing.read(db, path))
    mine = [one for one in planned.sheets[0].records if one.id in ids]
    told = [(p.address, p.message) for p in planned.sheets[0].problems()]
    assert not told
    assert [(one.verdict, dict(one.changes)) for one in mine] == [("same", {})] * len(ids)


@settings(
    max_examples=25, phases=NO_SHRINKING, deadline=None, suppress_health_check=list(HealthCheck)
)
@given(data=st.data())
def test_an_old_export_never_takes_newer_work_back(db, tmp_path_factory, data):
    kind = next(e for e in ENTITIES if e.name == "project")
    first = {"proponent": "P", **data.draw(values_of(kind)), "code": data.draw(st.uuids()).hex}
    id: UUID = db.ids.new()
    apply(db, ChangeSet("one", (Create("project", id, first),)))
    path = tmp_path_factory.mktemp("out") / "a.xlsx"
    exporting.export_workbook(db, path, ["project"])
    name = data.draw(st.sampled_from(sorted(n for n in first if n not in ("code", "title"))))
    apply(db, ChangeSet("clear", (Update("project", id, name, None),)))
    planned = importing.plan(db, importing.read(db, path))
    (mine,) = [one for one in planned.sheets[0].records if one.id == id]
    assert mine.verdict == "same", "only the database has changed, so it stays"
    assert not records.get(db.reader(), "project", id).values[name]
