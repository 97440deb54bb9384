"""Random results frameworks of two offices, and where each indicator stands worked out plainly."""

from __future__ import annotations

import random
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from aps_desktop.db import summaries
from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import results_reading as reading
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import ChangeSet, Create, Delete, Update
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.results import words_of
from aps_desktop.domain.results_bands import band
from aps_desktop.domain.values import Period
from aps_desktop.services import reporting_matrix as matrix
from aps_desktop.services import results_figures
from aps_desktop.services.results_figures import Filters
from tests.property.ledger_machine import redo, restore, undo
from tests.property.offices import Office

TODAY = date(2026, 5, 1)
QUARTERS = [Period.quarter(2024 + n // 4, n % 4 + 1) for n in range(9)]
SPANS = [*QUARTERS, Period.year(2025), Period.year(2026)]
STATUSES = ("draft", "pending", "returned", "approved", "approved", None)


@dataclass
class Book:
    """The ids that both offices use."""

    ids: dict[str, list[UUID]] = field(default_factory=lambda: defaultdict(list))
    deleted: list[tuple[str, UUID]] = field(default_factory=list)

    def one(self, name: str, dice: random.Random) -> UUID | None:
        return dice.choice((*self.ids[name], None))


def begin(office: Office, book: Book, dice: random.Random) -> None:
    """What indicators and requests refer to."""
    changes = []
    for name, number, values in (
        ("member_state", 2, {"name": "State"}), ("body", 3, {"name": "Body"}),
        ("partner", 2, {"name": "Partner"}), ("fund", 2, {"name": "Fund"}),
        ("project", 3, {"title": "Project"}),
        ("disaggregation_dimension", 1, {"name": "Sort"}),
    ):  # fmt: skip
        for place in range(number):
            id = office.db.ids.new()
            book.ids[name].append(id)
            title = "title" if "title" in values else "name"
            changes.append(Create(name, id, {title: f"{values[title]} {place}"}))
    for span in QUARTERS[-3:]:
        id = office.db.ids.new()
        book.ids["period_calendar"].append(id)
        changes.append(Create("period_calendar", id, {"name": str(span), "period": span}))
    for name, number in (("indicator", 5), ("target", 12), ("indicator_value", 25),
                         ("reporting_request", 4)):  # fmt: skip
        for _ in range(number):
            id = office.db.ids.new()
            book.ids[name].append(id)
            changes.append(Create(name, id, fields(name, book, dice)))
    apply(office.db, ChangeSet("begin", tuple(changes)))


def fields(name: str, book: Book, dice: random.Random) -> dict[str, Any]:
    """What a record of a kind may say."""
    return {key: value for key, value in _SAYS[name](book, dice).items() if value is not None}


def _number(dice: random.Random) -> Decimal:
    return round(Decimal(dice.randrange(-20, 400)) / dice.choice((1, 1, 3, 8)), 4)


def _indicator(book: Book, dice: random.Random) -> dict[str, Any]:
    return {
        "title": "Indicator", "code": f"I-{dice.randrange(99)}",
        "project": book.one("project", dice),
        "body": book.one("body", dice), "unit": dice.choice(("people", "%", None)),
        "measure_type": dice.choice(("number",) * 5 + ("percentage", "qualitative", "yes_no")),
        "direction": dice.choice(("increase", "decrease")),
        "accumulation": dice.choice(("per_period", "cumulative")),
        "aggregation": dice.choice(("sum", "average", "ratio", "latest", "none")),
        "baseline": dice.choice((None, Decimal(0), Decimal(0), _number(dice))),
        "scale": dice.choice((None, "Weak; Fair; Strong = 5")), "kpi": dice.random() < 0.5,
        "me_level": dice.choice(("outcome", "impact", None)),
    }  # fmt: skip


def _target(book: Book, dice: random.Random) -> dict[str, Any]:
    return {
        "indicator": dice.choice(book.ids["indicator"]), "period": dice.choice(SPANS),
        "value": dice.choice((None, Decimal(0), _number(dice), _number(dice))),
        "revised_value": dice.choice((None, None, _number(dice))), "reason": "Because",
        "member_state": dice.choice((None, None, book.one("member_state", dice))),
    }  # fmt: skip


def _value(book: Book, dice: random.Random) -> dict[str, Any]:
    return {
        "indicator": dice.choice(book.ids["indicator"]), "period": dice.choice(SPANS),
        "value": dice.choice((None, _number(dice), _number(dice))),
        "numerator": dice.choice((None, Decimal(3))),
        "denominator": dice.choice((None, Decimal(7), Decimal(0))),
        "text": dice.choice((None, "Fair", "unknown word")), "yes": dice.choice((None, True)),
        "member_state": book.one("member_state", dice), "status": dice.choice(STATUSES),
        "sex": dice.choice((None, None, "female")),
        "dimension": dice.choice((None, None, book.one("disaggregation_dimension", dice))),
        "dimension_value": dice.choice((None, None, "A")),
    }  # fmt: skip


def _request(book: Book, dice: random.Random) -> dict[str, Any]:
    named = frozenset(dice.sample(book.ids["indicator"], 2)) if dice.random() < 0.5 else None
    return {
        "title": "Asked", "kind": dice.choice(("values", "values", "progress")),
        "calendar": book.one("period_calendar", dice), "project": book.one("project", dice),
        "body": book.one("body", dice), "member_state": book.one("member_state", dice),
        "status": dice.choice(("to_send", "sent", "waived", "received")), "indicators": named,
        "due": dice.choice((None, date(2026, 4, 30), date(2026, 6, 1))),
    }  # fmt: skip


def _project(book: Book, dice: random.Random) -> dict[str, Any]:
    return {
        "title": "Project", "pillar": dice.choice(("aec", "apsc", None)),
        "sponsoring_body": book.one("body", dice), "fund": book.one("fund", dice),
    }  # fmt: skip


def _body(book: Book, dice: random.Random) -> dict[str, Any]:
    return {"pillar": dice.choice(("aec", "ascc")), "parent": book.ids["body"][0]}


_SAYS = {
    "indicator": _indicator, "target": _target, "indicator_value": _value,
    "reporting_request": _request, "project": _project, "body": _body,
    "member_state": lambda _, dice: {"name": f"State {dice.randrange(9)}"},
    "disaggregation_dimension": lambda _, dice: {"name": f"Sort {dice.randrange(9)}"},
    "fund": lambda book, dice: {"partner": book.one("partner", dice)},
    "period_calendar": lambda _, dice: {"period": dice.choice(QUARTERS), "due": TODAY},
}  # fmt: skip
_OFTEN = ("indicator_value",) * 4 + ("target", "indicator", "reporting_request")


def step(office: Office, book: Book, dice: random.Random) -> None:
    """One thing that happens in an office."""
    office.tick(dice.randrange(1, 10_000))
    doing = dice.choice((_new,) * 4 + (_edit,) * 4 + (_delete, restore, undo, redo))
    with suppress(UserError):  # it has not arrived here, or there is nothing to take back
        doing(office, book, dice)


def _make(office: Office, book: Book, dice: random.Random, name: str) -> None:
    id = office.db.ids.new()
    apply(office.db, ChangeSet("make", (Create(name, id, fields(name, book, dice)),)))
    book.ids[name].append(id)


def _new(office: Office, book: Book, dice: random.Random) -> None:
    _make(office, book, dice, dice.choice(_OFTEN))


def _edit(office: Office, book: Book, dice: random.Random) -> None:
    name = dice.choice((*_OFTEN, *_SAYS))
    id = book.one(name, dice)
    if id is not None:
        said = _SAYS[name](book, dice)
        said = {key: value for key, value in said.items() if not isinstance(value, frozenset)}
        if id == book.ids["body"][0]:
            del said["parent"]
        names = dice.sample(sorted(said), min(3, len(said)))
        changes = tuple(Update(name, id, key, said[key]) for key in names)
        apply(office.db, ChangeSet("edit", changes))


def _delete(office: Office, book: Book, dice: random.Random) -> None:
    name = dice.choice((*_OFTEN, "project", "member_state"))
    id = book.one(name, dice)
    if id is not None:
        apply(office.db, ChangeSet("delete", (Delete(name, id),)))
        book.deleted.append((name, id))


# Checking -----------------------------------------------------------------------------------------


def check_all(c: Connection, book: Book, _: random.Random) -> None:
    """Kept rows and every figure that stands on them."""
    assert list(summaries.differences(c)) == []
    check_standings(c, book)
    check_requests(c, book)


def check_standings(c: Connection, book: Book) -> None:
    """Every figure under every sort of filter, against the readings themselves."""
    ids = book.ids
    for year in (None, 2024, 2026):
        for filters in (
            Filters(year), Filters(year, pillar="aec"), Filters(year, body=ids["body"][0]),
            Filters(year, body=ids["body"][2], pillar="ascc"),
            Filters(year, partner=ids["partner"][0]), Filters(year, kpi_only=True),
            Filters(year, member_state=ids["member_state"][0]),
            Filters(year, member_state=ids["member_state"][1], pillar="apsc", level="outcome"),
        ):  # fmt: skip
            plain = plainly(c, filters)
            kept = results_figures.progress(c, filters)
            assert {one.id: _said(one) for one in kept} == plain
            counts = {b.key: b.number for b in results_figures.bands(c, filters)}
            for key, number in counts.items():
                assert number == sum(one[0] == key for one in plain.values())
            ways = {one.id: (one.band, one.share) for one in results_figures.ways(c, filters)}
            assert ways == {id: (o[0], o[1]) for id, o in plain.items() if o[1] is not None}
            assert results_figures.numbers(c, filters)[0] == len(plain)


def _said(one: results_figures.IndicatorFigure) -> tuple[Any, ...]:
    return (
        one.band, one.share, one.met, one.note, one.actual, one.period, one.target,
        one.target_period, one.actual_words,
    )  # fmt: skip


def plainly(c: Connection, filters: Filters) -> dict[UUID, tuple[Any, ...]]:
    """By indicator: what `_said` says of it, from its values and targets."""
    names = dict(c.all("SELECT id, rid FROM member_state"))
    state = names.get(filters.member_state.bytes, -1) if filters.member_state else None
    found = {}
    for row in reading.indicators(c):
        values = reading.values(c, [row.rid]).get(row.rid, [])
        goals = reading.targets(c, [row.rid]).get(row.rid, [])
        if not _wanted(c, row, filters):
            continue
        if state is not None:
            name = c.value("SELECT name FROM member_state WHERE rid = ?", (state,))
            if not any(one.reading.split.member_state == name for one in values):
                continue
            values = [reading.as_whole(v) for v in values
                      if v.reading.split.by == "member_state"
                      and v.reading.split.member_state == name]  # fmt: skip
            goals = [reading.for_all(one) for one in goals if one.member_state == state]
        said = [
            v for v in values if v.status in ("pending", "approved")
            and filters.year in (None, v.reading.period.start.year)
        ]  # fmt: skip
        now = reading.standing(row, said, goals)
        way, goal = now.progress, now.target
        found[row.id] = (
            band(way), way.share, way.met, way.note, now.actual.value, now.period,
            goal.value if goal else None, goal.period if goal else None,
            words_of(row.measure, now.actual.value),
        )  # fmt: skip
    return found


def _wanted(c: Connection, row: reading.IndicatorRow, filters: Filters) -> bool:
    if (filters.kpi_only and not row.kpi) or (filters.level and row.level != filters.level):
        return False
    if row.project is None:
        if filters.partner:
            return False
        body = row.body
        pillar = c.value("SELECT pillar FROM body WHERE rid = ?", (body,))
    else:
        owner = c.one(
            "SELECT pillar, sponsoring_body, f.partner FROM project p "
            "LEFT JOIN fund f ON f.rid = p.fund WHERE p.rid = ?", (row.project,)
        )  # fmt: skip
        pillar, body, partner = owner or (None, None, None)
        if filters.partner and partner != _rid(c, filters.partner):
            return False
    if filters.pillar and pillar != filters.pillar:
        return False
    if filters.body:
        wanted = _rid(c, filters.body)
        parent = c.value("SELECT parent FROM body WHERE rid = ?", (body,))
        return wanted in (body, parent) and body is not None
    return True


def _rid(c: Connection, id: UUID) -> int:
    return int(c.value("SELECT rid FROM record WHERE uuid = ?", (id.bytes,)))


def check_requests(c: Connection, book: Book) -> None:
    """What was asked and what came, of every period, request by request."""
    for calendar in matrix.calendars(c):
        for one in matrix.requests(c, calendar, TODAY):
            rid, project, body, state = c.one(
                "SELECT rid, project, body, coalesce(member_state, 0) FROM reporting_request "
                "WHERE id = ?", (one.id.bytes,)
            )  # fmt: skip
            asked = {
                r for (r,) in c.all(
                    "SELECT i.rid FROM set_member m JOIN indicator i ON i.rid = m.member "
                    "WHERE m.owner = ?", (rid,)
                )
            } or {
                r for r, p, b in c.all("SELECT rid, project, body FROM indicator")
                if (p == project if project else b == body and body is not None)
            }  # fmt: skip
            came: dict[bool, set[int]] = {False: set(), True: set()}
            for indicator, period, status, of in c.all(
                "SELECT indicator, period, status, coalesce(member_state, 0) FROM indicator_value"
            ):
                fits = indicator in asked and of == state and status not in (None, "draft")
                if fits and period == reading.stored_period(calendar.period):
                    came[status == "returned"].add(indicator)
            assert (one.expected, one.reported, one.returned) == (
                len(asked), len(came[False]), len(came[True]),
            )  # fmt: skip
            due = one.due or calendar.due
            assert one.late == (due is not None and due < TODAY)
