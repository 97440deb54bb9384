"""Random ledgers of two offices, and every figure worked out again from the records, plainly."""

from __future__ import annotations

import random
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from aps_desktop.db import check, rebuild, summaries
from aps_desktop.db import undo as undo_stack
from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import lists
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import ChangeSet, Create, Delete, Restore, Update
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.money import Money
from aps_desktop.services import figures
from aps_desktop.services.funding import Answer, Figure, Scope
from tests.property.offices import Office

CURRENCIES = ("USD", "USD", "EUR", "VND", "JPY")
TYPES = ("pledge", "commitment", "receipt", "disbursement", "expenditure", "refund", "interest")
PILLARS = ("apsc", "aec", None)
FIRST = date(2023, 11, 20)
TARGETS = ("fund", "partner", "member_state", "body", "programme", "project")


@dataclass
class Book:
    """The ids that both offices use."""

    ids: dict[str, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    deleted: list[tuple[str, UUID]] = field(default_factory=list)


def begin(office: Office, book: Book, dice: random.Random) -> None:
    """What transactions refer to."""
    changes = []
    for name, values in (
        ("body", {"code": "B", "name": "Body"}), ("programme", {"code": "G", "title": "Programme"}),
        ("fund", {"code": "F", "name": "Fund", "modality": "asean_fund"}),
        ("partner", {"code": "P", "name": "Partner"}),
        ("member_state", {"code": "S", "name": "State"}),
        ("project", {"code": "J", "title": "Project"}),
    ):  # fmt: skip
        for number in range(2 if name != "project" else 3):
            id = office.db.ids.new()
            book.ids[name].append(id)
            named = {**values, "code": f"{values['code']}{number}"}
            changes.append(Create(name, id, named))
    apply(office.db, ChangeSet("begin", tuple(changes)))
    for id in book.ids["project"]:
        _move_project(office, book, dice, id)


def step(office: Office, book: Book, dice: random.Random) -> None:
    """One thing that happens in an office."""
    office.tick(dice.randrange(1, 10_000))
    doing = dice.choice((_post,) * 6 + (_edit,) * 2 + (_project, _delete, restore, undo, redo))
    with suppress(UserError):  # it has not arrived here, or there is nothing to take back
        doing(office, book, dice)


def _post(office: Office, book: Book, dice: random.Random) -> None:
    changes = []
    for _ in range(dice.randrange(1, 4)):
        id = office.db.ids.new()
        book.ids["fund_transaction"].append(id)
        changes.append(Create("fund_transaction", id, _values(book, dice)))
    apply(office.db, ChangeSet("post", tuple(changes)))


def _values(book: Book, dice: random.Random) -> dict[str, Any]:
    amount = Money(dice.randrange(-500, 100_000), dice.choice(CURRENCIES))
    if dice.random() < 0.05:
        amount = Money(9 * 10**17, amount.currency)
    day = FIRST + timedelta(dice.randrange(800))
    values: dict[str, Any] = {
        "type": dice.choice(TYPES), "date": day, "amount": amount,
        "nature": dice.choice(("actual", "actual", "planned", None)),
        "in_kind": dice.choice((False, None, None, True)),
        "expires_on": day + timedelta(dice.randrange(100)),
    }  # fmt: skip
    if dice.random() < 0.8:
        values["usd_value"] = Money(amount.minor // 3, "USD")
    for name in ("project", "fund", "partner", "member_state"):
        if dice.random() < 0.7:
            values[name] = dice.choice(book.ids[name])
    return values


def _edit(office: Office, book: Book, dice: random.Random) -> None:
    values = _values(book, dice)
    names = dice.sample(sorted(values), 2)
    id = dice.choice(book.ids["fund_transaction"] or book.ids["project"])
    changes = tuple(Update("fund_transaction", id, name, values[name]) for name in names)
    apply(office.db, ChangeSet("edit", changes))


def _project(office: Office, book: Book, dice: random.Random) -> None:
    _move_project(office, book, dice, dice.choice(book.ids["project"]))


def _move_project(office: Office, book: Book, dice: random.Random, id: UUID) -> None:
    changes = (
        Update("project", id, "pillar", dice.choice(PILLARS)),
        Update("project", id, "sponsoring_body", dice.choice((*book.ids["body"], None))),
        Update("project", id, "programme", dice.choice((*book.ids["programme"], None))),
    )
    apply(office.db, ChangeSet("move project", changes))


def _delete(office: Office, book: Book, dice: random.Random) -> None:
    name = dice.choice(("fund_transaction", "fund_transaction", "project"))
    if book.ids[name]:
        id = dice.choice(book.ids[name])
        apply(office.db, ChangeSet("delete", (Delete(name, id),)))
        book.deleted.append((name, id))


def restore(office: Office, book: Any, dice: random.Random) -> None:
    if book.deleted:
        name, id = dice.choice(book.deleted)
        if office.c.value("SELECT birth FROM record WHERE uuid = ?", (id.bytes,)) is None:
            return  # it has not arrived here: nothing to bring back
        apply(office.db, ChangeSet("restore", (Restore(name, id),)))


def undo(office: Office, _: object, dice: random.Random) -> None:
    undo_stack.undo(office.db)


def redo(office: Office, _: object, dice: random.Random) -> None:
    undo_stack.redo(office.db)


def exchange(sender: Office, receiver: Office) -> None:
    """One office merges what the other has; it may be taken back."""
    receiver.take_in(sender.pack(receiver.knows()))


def rebuilt(office: Office) -> None:
    with office.db.writing() as c:
        rebuild.rebuild(c)


# Checking -----------------------------------------------------------------------------------------

Row = dict[str, Any]


def rows(c: Connection) -> list[Row]:
    """The ledger as it is, each row with what its project says."""
    columns = (
        "rid", "type", "date", "amount_minor", "amount_currency", "usd_value_minor", "nature",
        "in_kind", "project", "fund", "partner", "member_state",
    )  # fmt: skip
    projects = {
        rid: found
        for rid, *found in c.all("SELECT rid, pillar, sponsoring_body, programme FROM project")
    }
    made = []
    for row in c.all(f"SELECT {', '.join(columns)} FROM fund_transaction"):
        one = dict(zip(columns, row, strict=True))
        pillar, body, programme = projects.get(one["project"], (None, None, None))
        made.append({**one, "pillar": pillar or "", "body": body or 0, "programme": programme or 0})
    return made


def counted(one: Row, scope: Scope) -> bool:
    """Whether a row is in a scope; trees are not tried here."""
    year = int(one["date"][:4])
    return (
        (not scope.years or scope.years[0] <= year <= scope.years[1])
        and (not scope.pillars or one["pillar"] in scope.pillars)
        and (not scope.bodies or one["body"] in scope.bodies)
        and (not scope.partners or one["partner"] in scope.partners)
        and (not scope.states or one["member_state"] in scope.states)
        and (not scope.funds or one["fund"] in scope.funds)
        and (not scope.programmes or one["programme"] in scope.programmes)
        and (not scope.projects or one["project"] in scope.projects)
        and (scope.as_of is None or one["date"] <= scope.as_of.isoformat())
    )


def summed(found: list[Row]) -> dict[str, int]:
    """By unit: US dollars of what has a value, else the amount in its own currency."""
    sums: dict[str, int] = {}
    for one in found:
        unit, minor = one["amount_currency"], one["amount_minor"]
        if unit != "USD" and one["usd_value_minor"] is not None:
            unit, minor = "USD", one["usd_value_minor"]
        sums[unit] = sums.get(unit, 0) + minor
    return sums


def scopes(c: Connection, dice: random.Random) -> list[Scope]:
    """A few scopes, by one and by several things."""
    rid = {name: [r for (r,) in c.all(f"SELECT rid FROM {name} ORDER BY rid")] for name in TARGETS}
    one = {name: tuple(dice.sample(found, 1)) if found else () for name, found in rid.items()}
    day = FIRST + timedelta(dice.randrange(800))
    year = dice.choice((2023, 2024, 2025))
    return [
        Scope(),
        Scope(as_of=day),
        Scope(years=(year, year)),
        Scope(pillars=("aec",), as_of=day),
        Scope(bodies=one["body"], years=(2023, year)),
        Scope(funds=one["fund"], as_of=day),
        Scope(partners=one["partner"], pillars=("apsc", "")),
        Scope(states=one["member_state"]),
        Scope(programmes=one["programme"], projects=one["project"], as_of=day),
    ]


_BY = {"fund": "fund", "partner": "partner", "state": "member_state", "body": "body",
       "programme": "programme", "pillar": "pillar", "project": "project"}  # fmt: skip


def check_all(c: Connection, _: Book, dice: random.Random) -> None:
    """Kept sums and every figure that stands on them."""
    check_kept(c)
    check_figures(c, dice)
    other_questions(c, dice)


def check_figures(c: Connection, dice: random.Random) -> None:
    """Figures of random scopes against the rows, and the rows that they open."""
    ledger = rows(c)
    for scope in scopes(c, dice):
        by = dice.choice(sorted(_BY))
        answer = figures.answer(c, "flows", scope, by=by)
        mine = [one for one in ledger if counted(one, scope)]
        check_line(c, answer.totals, mine, opens=dice.random() < 0.3)
        check_groups(c, answer, mine, by, dice)


def check_groups(
    c: Connection, answer: Answer, mine: list[Row], by: str, dice: random.Random
) -> None:
    groups: dict[Any, list[Row]] = defaultdict(list)
    for one in mine:
        groups[one[_BY[by]] or ""].append(one)
    assert {line.key for line in answer.lines} == {str(key) for key in groups}
    for line in answer.lines:
        key = line.key if by == "pillar" or not line.key else int(line.key)
        check_line(c, line.figures, groups[key], opens=dice.random() < 0.2)


def check_line(c: Connection, found: tuple[Figure, ...], mine: list[Row], *, opens: bool) -> None:
    for one in found:
        assert one.total is not None
        measure, nature, kind = _column(one.key)
        counted_rows = [r for r in mine if r["type"] == measure and _is(r, nature, kind)]
        wanted = summed(counted_rows)
        assert {m.currency: m.minor for m in one.total.by_currency} == wanted
        assert one.total.rows == len(counted_rows)
        assert (one.total.value is None) == (len(wanted) > 1)
        if opens:
            assert one.opens is not None
            assert set(lists.ids(c, one.opens)) == {r["rid"] for r in counted_rows}


def _column(key: str) -> tuple[str, str, int]:
    if key.endswith("_planned"):
        return key.removesuffix("_planned"), "planned", 0
    return key.removesuffix("_in_kind"), "actual", int(key.endswith("_in_kind"))


def _is(one: Row, nature: str, kind: int) -> bool:
    return (one["nature"] or "actual") == nature and (one["in_kind"] or 0) == kind


def check_kept(c: Connection) -> None:
    """What is kept is what would be worked out anew."""
    assert list(summaries.differences(c)) == []
    assert [p for p in check.check(c) if p.kind == "summary"] == []


def other_questions(c: Connection, dice: random.Random) -> None:
    """No question fails on such a ledger; what is refused says what is missing."""
    day = FIRST + timedelta(dice.randrange(800))
    for name in figures.QUESTIONS:
        answer = figures.answer(c, name, dice.choice((Scope(), Scope(as_of=day))))
        for one in answer.totals:
            if one.total is not None and one.total.refused and one.opens is not None:
                assert one.total.unvalued
