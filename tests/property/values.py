"""Random values for every kind of field, from small sets, so that devices meet each other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import FileRef, Period, Value

FIELDS = {
    "body": "code name parent active chair_months mandate terms_of_reference former_names",
    "fund": "code name realignment_threshold valid_from approving_body",
    "project": "code title status budget planned_end sponsoring_body co_funds tags",
    "budget": "project version total rate",
    "budget_line": "budget description category period amount quantity fund",
}
"""A tree, records in common, a whole with parts and parts of parts; every kind of field."""
PARTS = {"budget": "project", "budget_line": "budget"}

Present = dict[str, list[UUID]]
"""The ids of the live records, by entity."""

_TEXTS = ("Lao", "Biển Đông", "50 % of 'a' \\ ?", "កម្ពុជា", "=SUM(A1)")
_SIMPLE: dict[Kind, Callable[[Random], Value]] = {
    Kind.TEXT: lambda rnd: rnd.choice(_TEXTS),
    Kind.LONG_TEXT: lambda rnd: rnd.choice(("One line", "Two\nlines", 'ประชุม\n\n– "รับทราบ"')),
    Kind.MONEY: lambda rnd: Money(rnd.choice((0, 1, 2**53 + 1)), rnd.choice(("USD", "LAK"))),
    Kind.PERCENT: lambda rnd: Decimal(rnd.randint(0, 400)) / 4,
    Kind.DATE: lambda rnd: date(rnd.choice((1999, 2026, 2100)), 2, 28),
    Kind.PERIOD: lambda rnd: Period.quarter(2026, rnd.randint(1, 4)),
    Kind.TAGS: lambda rnd: frozenset(rnd.sample("abcd", rnd.randint(0, 3))),
    Kind.YES_NO: lambda rnd: rnd.random() < 0.5,
    Kind.FILE: lambda rnd: FileRef(rnd.choice("ab") * 64, "minutes.pdf"),
}


def present(c: Connection) -> Present:
    """The live records of the entities used here, in an order that is the same in every run."""
    return {
        name: sorted(UUID(bytes=bytes(id)) for (id,) in c.all(f"SELECT id FROM {name}"))
        for name in FIELDS
    }


def fields(name: str) -> list[Field]:
    return [entity(name).field(one) for one in FIELDS[name].split()]


def value(field: Field, there: Present, rnd: Random) -> Value:
    """What an officer may put into a field; now and then nothing, where that may be."""
    if not field.required and not field.is_set and rnd.random() < 0.2:
        return None
    if field.kind is Kind.REFERENCE:
        return rnd.choice(there[field.target]) if there[field.target] else None
    if field.kind is Kind.REFERENCES:
        some = there[field.target]
        return frozenset(rnd.sample(some, min(len(some), rnd.randint(0, 3))))
    if field.kind is Kind.NUMBER:
        return Decimal(rnd.randint(0, 3)).scaleb(-field.decimals)
    if field.kind is Kind.CHOICE:
        return rnd.choice(field.choices[:3])[0]
    return _SIMPLE[field.kind](rnd)


def record(kind: Entity, there: Present, rnd: Random) -> dict[str, Value]:
    """The values of a new record: what is required, and some of the rest."""
    some = [f for f in fields(kind.name) if f.required or rnd.random() < 0.5]
    return {f.name: value(f, there, rnd) for f in some}


def some_values(kind: Entity, there: Present, rnd: Random) -> dict[str, Value]:
    """New values for one to three fields."""
    some = rnd.sample(fields(kind.name), rnd.randint(1, 3))
    return {f.name: value(f, there, rnd) for f in some}
