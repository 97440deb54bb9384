"""Lists: what they show, sort, filter and group by, for every kind of field, on both databases."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.db.queries import lists
from aps_desktop.db.queries.lists import Filter, ListQuery
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import ChangeSet, Create, Delete
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Kind
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import FileRef, Period, Value
from aps_desktop.services import records, saved_views
from aps_desktop.services.list_text import ids_of, rows_as_text
from aps_desktop.services.saved_views import ViewSettings

# field kind: (entity, field, values in the order of a sort, what the list shows of each)
KINDS: dict[Kind, tuple[str, str, list[Value], list[str]]] = {
    Kind.TEXT: ("project", "title", ["Alpha", "beta", "Gamma"], ["Alpha", "beta", "Gamma"]),
    Kind.LONG_TEXT: ("project", "remarks", ["a\nb", "bb", "c"], ["a b", "bb", "c"]),
    Kind.NUMBER: ("vacancy", "applications", [2, 10, 1500], ["2", "10", "1,500"]),
    Kind.MONEY: (
        "project",
        "budget",
        [Money(5, "JPY"), Money(100, "USD"), Money(25_000_000, "USD")],
        ["JPY 5", "USD 1.00", "USD 250,000.00"],
    ),
    Kind.PERCENT: (
        "fund",
        "realignment_threshold",
        [Decimal(5), Decimal(10), Decimal(20)],
        ["5 %", "10 %", "20 %"],
    ),
    Kind.DATE: (
        "project",
        "planned_start",
        [date(2025, 12, 1), date(2026, 1, 2), date(2026, 11, 23)],
        ["1 Dec 2025", "2 Jan 2026", "23 Nov 2026"],
    ),
    Kind.PERIOD: (
        "period_calendar",
        "period",
        [Period.year(2025), Period.quarter(2026, 1), Period.quarter(2026, 2)],
        ["2025", "Q1 2026", "Q2 2026"],
    ),
    Kind.CHOICE: (
        "project",
        "status",
        ["draft", "approved", "completed"],
        ["Draft proposal", "Approved", "Completed"],
    ),
    Kind.REFERENCE: ("project", "sponsoring_body", ["@A", "@B", "@C"], ["A", "B", "C"]),
    Kind.TAGS: (
        "project",
        "tags",
        [frozenset({"a", "z"}), frozenset({"b"}), frozenset({"c"})],
        ["a, z", "b", "c"],
    ),
    Kind.YES_NO: ("project", "recurring", [False, True], ["No", "Yes"]),
    Kind.FILE: (
        "vacancy",
        "announcement",
        [FileRef("a" * 64, "one.pdf"), FileRef("b" * 64, "two.pdf")],
        ["one.pdf", "two.pdf"],
    ),
    Kind.REFERENCES: (
        "project",
        "participating_states",
        [frozenset({"@A"}), frozenset({"@B", "@C"}), frozenset({"@C"})],
        ["A", "B, C", "C"],
    ),
}


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def database(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    pg_url: Callable[[], str],
) -> Iterator[Database]:
    file = str(tmp_path_factory.mktemp("lists") / "a.db")
    opened = store.create(
        file if request.param == "sqlite" else pg_url(), office="AHQ", device="desk"
    )
    yield opened
    opened.close()


@pytest.fixture
def db(database: Database) -> Iterator[Database]:
    """The same database for all, emptied after each test."""
    yield database
    apply(database, ChangeSet("clear", tuple(Delete(name, id) for name, id in MADE)))
    MADE.clear()


MADE: list[tuple[str, UUID]] = []


def made(db: Database, name: str, /, **values: Any) -> UUID:
    """A record with these values and no others: what the rules think of it is no matter here."""
    id = db.ids.new()
    apply(db, ChangeSet("test", (Create(name, id, values),)))
    MADE.insert(0, (name, id))
    return id


def filled(db: Database, kind: Kind) -> tuple[str, str]:
    """Records with each of the kind's values, made last first, and one without a value."""
    name, field, values, _ = KINDS[kind]
    target = entity(name).field(field).target
    named = {
        f"@{code}": made(db, target, code=code, name=f"The {code} one")
        for code in ("A", "B", "C")
        if target
    }
    for value in reversed(values):
        own: object = named.get(value, value) if isinstance(value, str) else value
        if isinstance(value, frozenset):
            own = frozenset(named.get(str(one), one) for one in value)
        made(db, name, **{field: own})
    made(db, name)
    return name, field


def shown(db: Database, query: ListQuery) -> list[str]:
    c = db.reader()
    return [row.shown[0] for row in lists.page(c, query, lists.ids(c, query))]


def test_every_kind_is_tried() -> None:
    assert set(KINDS) == set(Kind)


@pytest.mark.parametrize("kind", list(Kind))
def test_each_kind_shows_and_sorts(db: Database, kind: Kind) -> None:
    name, field = filled(db, kind)
    wanted = KINDS[kind][3]
    query = ListQuery(name, (field,), ((field, False),), (Filter(field, "filled"),))
    assert shown(db, query) == wanted
    down = ListQuery(name, (field,), ((field, True),), (Filter(field, "filled"),))
    assert shown(db, down) == wanted[::-1]
    assert shown(db, ListQuery(name, (field,), (), (Filter(field, "empty"),))) == [""]


@pytest.mark.parametrize(
    ("kind", "op", "values", "wanted"),
    [
        (Kind.TEXT, "contains", ("ET",), ["beta"]),
        (Kind.LONG_TEXT, "contains", ("bb",), ["bb"]),
        (Kind.NUMBER, "from", (10,), ["10", "1,500"]),
        (Kind.NUMBER, "to", (10,), ["2", "10"]),
        (Kind.MONEY, "from", ("5",), ["JPY 5", "USD 250,000.00"]),
        (Kind.MONEY, "to", ("1",), ["USD 1.00"]),
        (Kind.MONEY, "from", (101,), ["USD 250,000.00"]),
        (Kind.PERCENT, "from", (1000,), ["10 %", "20 %"]),
        (Kind.DATE, "from", ("2026-01-02",), ["2 Jan 2026", "23 Nov 2026"]),
        (Kind.DATE, "to", ("2026-01-01",), ["1 Dec 2025"]),
        (Kind.PERIOD, "to", ("2026-01-01",), ["2025", "Q1 2026"]),
        (Kind.CHOICE, "any_of", ("draft", "completed"), ["Draft proposal", "Completed"]),
        (Kind.CHOICE, "any_of", ("draft", None), ["", "Draft proposal"]),
        (Kind.REFERENCE, "contains", ("The B",), ["B"]),
        (Kind.REFERENCE, "contains", ("c",), ["C"]),
        (Kind.TAGS, "contains", ("z",), ["a, z"]),
        (Kind.TAGS, "any_of", ("b", "c"), ["b", "c"]),
        (Kind.TAGS, "any_of", ("b", None), ["", "b"]),
        (Kind.YES_NO, "any_of", ("1",), ["Yes"]),
        (Kind.FILE, "contains", ("two",), ["two.pdf"]),
        (Kind.REFERENCES, "contains", ("C",), ["B, C", "C"]),
    ],
)
def test_each_kind_filters(
    db: Database, kind: Kind, op: Any, values: tuple[Any, ...], wanted: list[str]
) -> None:
    name, field = filled(db, kind)
    if kind is Kind.PERCENT:
        decimals = entity(name).field(field).decimals
        values = (10 * 10**decimals,)
    query = ListQuery(name, (field,), ((field, False),), (Filter(field, op, values),))
    found = sorted(shown(db, query), key=wanted.index) if set(wanted) else shown(db, query)
    assert found == wanted
    assert lists.count(db.reader(), query) == len(wanted)


@pytest.mark.parametrize(
    "kind", [Kind.CHOICE, Kind.REFERENCE, Kind.YES_NO, Kind.TAGS, Kind.REFERENCES, Kind.MONEY]
)
def test_groups_follow_the_rows(db: Database, kind: Kind) -> None:
    name, field = filled(db, kind)
    query = ListQuery(name, (field,), group=field)
    groups = lists.groups(db.reader(), query)
    rows = shown(db, query)
    named = [label for label, count in groups for _ in range(count)]
    assert named == [row or "Not stated" for row in rows]
    if kind is Kind.CHOICE:
        known = [label for label, _ in groups if label != "Not stated"]
        assert known == ["Draft proposal", "Approved", "Completed"]


def test_words_are_found_without_their_marks_in_either_way(db: Database) -> None:
    for title in ("Hợp tác kinh tế", "Đông Nam Á", "Health"):
        made(db, "project", title=title)
    c = db.reader()
    for text, wanted in (("hop tac", 1), ("dong á", 1), ("HEALTH", 1), ("h", 2), ("hop x", 0)):
        query = ListQuery("project", ("title",), text=text)
        found = lists.ids(c, query)
        assert len(found) == wanted, text
        assert lists.ids(c, query, walk=True) == found
        assert lists.ids(c, query, limit=1) == found[:1]


def test_signs_of_a_pattern_are_looked_for_as_they_are(db: Database) -> None:
    made(db, "project", title="100 % done")
    made(db, "project", title="100 done")
    item = Filter("title", "contains", ("0 %",))
    assert shown(db, ListQuery("project", ("title",), (), (item,))) == ["100 % done"]
    assert shown(db, ListQuery("project", ("title",), text="_")) == []


def test_a_refused_operation_names_itself(db: Database) -> None:
    with pytest.raises(Exception, match="cannot be filtered"):
        lists.ids(db.reader(), ListQuery("project", (), (), (Filter("tags", "from", ("a",)),)))


def test_rows_come_in_the_order_asked_for_and_leave_out_what_is_gone(db: Database) -> None:
    ids = [made(db, "project", code=code, title=code) for code in "ABC"]
    c = db.reader()
    query = ListQuery("project", ("code",))
    rids = lists.ids(c, query)
    assert [row.shown[0] for row in lists.page(c, query, rids[::-1])] == ["C", "B", "A"]
    records.delete(db, "project", [ids[1]])
    assert [row.shown[0] for row in lists.page(c, query, rids)] == ["A", "C"]
    assert lists.count(c, query) == 2
    assert ids_of(c, "project", list(rids)) == [ids[0], ids[2]]


def test_copied_rows_keep_tabs_and_harm_no_spreadsheet(db: Database) -> None:
    made(db, "project", code="A", title='=HYPERLINK("x")')
    made(db, "project", code="-5", title='He said "no"')
    c = db.reader()
    query = ListQuery("project", ("code", "title"))
    text = rows_as_text(c, query, list(lists.ids(c, query)))
    head, *lines = text.splitlines()
    assert head == "Project code\tTitle"
    assert lines == ['-5\t"He said ""no"""', 'A\t"\'=HYPERLINK(""x"")"']


def test_a_saved_view_names_records_by_their_public_ids(db: Database) -> None:
    body = made(db, "body", code="A", name="One")
    c = db.reader()
    rid = c.value("SELECT rid FROM record WHERE uuid = ?", (body.bytes,))
    settings = ViewSettings(
        columns=("title", "status"),
        widths={"title": 333},
        sort=(("title", True),),
        filters=(
            Filter("sponsoring_body", "rid", (rid,)),
            Filter("status", "any_of", ("draft", None)),
        ),
        text="health",
        group="status",
    )
    id = db.ids.new()
    saved_views.save(db, id, "project", " Mine ", settings)
    stored = c.value("SELECT settings FROM saved_view")
    assert body.hex in stored
    assert str(rid) not in stored.replace(body.hex, "").replace("333", "")
    (view,) = saved_views.views_of(c, "project")
    assert (view.id, view.name, view.settings) == (id, "Mine", settings)
    saved_views.rename(db, id, "Ours")
    saved_views.update(db, id, "project", ViewSettings(columns=("code",)))
    (view,) = saved_views.views_of(c, "project")
    assert (view.name, view.settings.columns) == ("Ours", ("code",))
    saved_views.delete(db, id)
    assert saved_views.views_of(c, "project") == []


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "null",
        "[1]",
        "{",
        '{"columns": "title", "sort": [["nothing", 1], 5], "filters": [["title", "drop", []]]}',
        '{"columns": [1, "nothing"], "widths": {"title": "wide"}}',
        '{"filters": [["title", "from", []]]}',
        '{"filters": [["sponsoring_body", "rid", ["not an id"]]], "group": 5, "text": {}}',
        "[" * 5000,
    ],
)
def test_settings_from_elsewhere_are_not_taken_on_trust(db: Database, stored: str) -> None:
    assert saved_views.read(db.reader(), "project", stored) == ViewSettings()
