"""What narrows a list: conditions on fields, and words looked for in the records' names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Literal

from aps_desktop.db import title_index
from aps_desktop.db.connection import Connection, placeholders
from aps_desktop.db.layout import field_columns
from aps_desktop.db.queries.labels import cell_sql, label_sql, member_sql
from aps_desktop.db.title_index import pattern
from aps_desktop.db.titles import fold, title_numbers
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.domain.money import CURRENCIES, minor_digits

Op = Literal[
    "contains", "any_of", "from", "to", "empty", "filled", "rid", "currency", "these", "either"
]
_MANY = 1000
"""More row numbers than this stand in the statement itself: a server takes 65,535 parameters."""


@dataclass(frozen=True, slots=True)
class Filter:
    """A condition on one field, or on one of the record that is referred to ("project.pillar").

    `contains` takes words as shown; `any_of` canonical texts (choices, "0"/"1", a reference's or
    member's row numbers) and None for "empty"; `from` and `to` one canonical text each (dates,
    periods, numbers; money in minor units as an integer, or in whole units as a text); `rid` the
    row number that a reference points to; `currency` the codes of an amount's currency; `these` the
    row numbers of the records themselves, whatever the field. `either` lets through what meets all
    conditions of one of several groups: its values are what to call it, then the groups of (field,
    op, values).
    """

    field: str
    op: Op
    values: tuple[Any, ...] = ()


def where(
    c: Connection, kind: Entity, filters: Sequence[Filter], text: str, *, walk: bool = False
) -> tuple[str, list[Any]]:
    """The WHERE clause ("" for none) and its parameters.

    `walk` is for reading the first rows of a sorted list: each row is tested when it is met, which
    finds common words at once; without it the matches are collected first, which finds rare ones.
    """
    clauses: list[str] = []
    params: list[Any] = []
    for item in filters:
        clause, values = _tested(c, kind, item)
        clauses.append(clause)
        params += values
    if text.strip():
        clause, values = _named(c, kind, text.split(), walk=walk)
        clauses.append(clause)
        params += values
    return (" WHERE " + " AND ".join(clauses) if clauses else ""), params


def _tested(c: Connection, kind: Entity, item: Filter) -> tuple[str, list[Any]]:
    if item.op == "either":
        return _either(c, kind, item.values[1:])
    if item.op == "these":
        return _one_of("t.rid", item.values)
    reference, _, inner = item.field.partition(".")
    if not inner:
        return _condition(c, kind, kind.field(reference), item)
    # A field of the record that is referred to ("project.pillar"), or of one further on.
    field = kind.field(reference)
    target = entity(field.target)
    column = f"t.{field_columns(field)[0]}"
    missing = item.op == "empty" or None in item.values
    known = tuple(value for value in item.values if value is not None)
    found: list[tuple[str, list[Any]]] = []
    if missing:  # also where there is no such record: what is not filled
        test, _ = _tested(c, target, Filter(inner, "filled"))
        without = f"SELECT t.rid FROM {target.name} t WHERE {test}"
        found.append((f"({column} IS NULL OR {column} NOT IN ({without}))", []))
    if known or item.op == "filled":
        test, params = _tested(c, target, Filter(inner, item.op, known))
        found.append((f"{column} IN (SELECT t.rid FROM {target.name} t WHERE {test})", params))
    tests = " OR ".join(test for test, _ in found) or "1=0"
    return f"({tests})", [value for _, params in found for value in params]


def _either(c: Connection, kind: Entity, groups: tuple[Any, ...]) -> tuple[str, list[Any]]:
    tests: list[str] = []
    params: list[Any] = []
    for group in groups:
        found = [_tested(c, kind, Filter(*parts)) for parts in group]
        tests.append("(" + " AND ".join(test for test, _ in found) + ")")
        params += [value for _, values in found for value in values]
    return f"({' OR '.join(tests)})", params


def _named(c: Connection, kind: Entity, words: list[str], *, walk: bool) -> tuple[str, list[Any]]:
    """Records whose name has all words: by the folded titles, else by any text the entity has."""
    if not title_numbers(kind):
        texts = [e for f in kind.fields if f.listed for e in cell_sql(c, f)]
        tests = " OR ".join(f"CAST({e} AS TEXT) {c.like()} ? ESCAPE '!'" for e in texts) or "1=0"
        each = [pattern(word) for word in words for _ in texts]
        return " AND ".join(f"({tests})" for _ in words), each
    folded = [fold(word) for word in words]
    tests = " AND ".join("s.folded LIKE ? ESCAPE '!'" for _ in folded)
    patterns = map(pattern, folded)
    hint = title_index.narrowed(c, kind.number, folded)
    if hint:
        found = f"FROM search_title s WHERE s.tid = ? AND s.rid IN ({hint[0]}) AND {tests}"
        return f"t.rid IN (SELECT s.rid {found})", [kind.number, *hint[1], *patterns]
    params = [kind.number, *patterns]
    found = f"FROM search_title s WHERE s.tid = ? AND {tests}"
    if walk:
        return f"EXISTS (SELECT 1 {found} AND s.rid = t.rid)", params
    return f"t.rid IN (SELECT s.rid {found})", params


def _condition(c: Connection, kind: Entity, field: Field, item: Filter) -> tuple[str, list[Any]]:
    if field.is_set:
        return _set_condition(c, field, item)
    column = f"t.{field_columns(field)[0]}"
    match item.op:
        case "empty":
            return f"{column} IS NULL", []
        case "filled":
            return f"{column} IS NOT NULL", []
        case "any_of" | "rid":
            return _one_of(column, item.values)
        case "currency":
            return _one_of(f"t.{field_columns(field)[1]}", item.values)
        case "from" | "to":
            return _bound(field, column, item)
        case "contains":
            return _contains(c, field, column, str(item.values[0]))
    raise InvalidValue(f"A list cannot be filtered by “{item.op}”.")


def _one_of(column: str, values: tuple[Any, ...]) -> tuple[str, list[Any]]:
    known = [value for value in values if value is not None]
    if len(known) > _MANY and all(type(value) is int for value in known):
        marks, known_params = ",".join(map(str, known)), []
    else:
        marks, known_params = placeholders(known), known
    test = f"{column} IN ({marks})" if known else "1=0"
    return (test if len(known) == len(values) else f"({test} OR {column} IS NULL)"), known_params


def _bound(field: Field, column: str, item: Filter) -> tuple[str, list[Any]]:
    sign, value = (">=" if item.op == "from" else "<="), item.values[0]
    if field.kind is Kind.MONEY and isinstance(value, str):
        return _money_bound(column, field_columns(field)[1], sign, value)
    if field.kind is Kind.PERIOD and item.op == "to":
        # A period's text begins with its first day, so "up to a day" must include the rest.
        value = f"{value}~"
    return f"{column} {sign} ?", [value]


def _money_bound(column: str, currency: str, sign: str, value: str) -> tuple[str, list[Any]]:
    """An amount in whole units: the same number means other minor units in each currency."""
    amount = Decimal(value)
    unusual = {d: [x for x in sorted(CURRENCIES) if minor_digits(x) == d] for d in (0, 3)}
    cases = "".join(
        f"WHEN t.{currency} IN ({','.join(repr(code) for code in codes)}) THEN {10**digits} "
        for digits, codes in unusual.items()
    )
    scale = f"(CASE {cases}ELSE 100 END)"
    thousandths = int(amount.scaleb(3))
    return f"CAST({column} AS NUMERIC) * (1000 / {scale}) {sign} ?", [thousandths]


def _contains(c: Connection, field: Field, column: str, text: str) -> tuple[str, list[Any]]:
    if field.kind is not Kind.REFERENCE:
        return f"CAST({column} AS TEXT) {c.like()} ? ESCAPE '!'", [pattern(text)]
    # The matching targets are few and found once; a sub-query in each row costs ten times more.
    target = entity(field.target)
    short = label_sql(target, "r1", short=True, depth=1)
    full = label_sql(target, "r1", depth=1)
    like = f"{c.like()} ? ESCAPE '!'"
    test = f"SELECT r1.rid FROM {target.name} r1 WHERE {short} {like} OR {full} {like}"
    return f"{column} IN ({test})", [pattern(text)] * 2


def _set_condition(c: Connection, field: Field, item: Filter) -> tuple[str, list[Any]]:
    inner = "SELECT 1 FROM set_member m WHERE m.owner = t.rid AND m.field_number = ?"
    column = "m.word" if field.kind is Kind.TAGS else "m.member"
    match item.op:
        case "empty":
            return f"NOT EXISTS ({inner})", [field.number]
        case "filled":
            return f"EXISTS ({inner})", [field.number]
        case "contains":
            test = f"EXISTS ({inner} AND {member_sql(field)} {c.like()} ? ESCAPE '!')"
            return test, [field.number, pattern(str(item.values[0]))]
        case "any_of" | "rid":
            known = [value for value in item.values if value is not None]
            marks = placeholders(known)
            test = f"EXISTS ({inner} AND {column} IN ({marks}))"
            if len(known) == len(item.values):
                return test, [field.number, *known]
            return f"({test} OR NOT EXISTS ({inner}))", [field.number, *known, field.number]
    raise InvalidValue(f"“{field.label}” cannot be filtered by “{item.op}”.")
