"""SQL for what a record is called, and for a field's value as a list shows and sorts it."""

from __future__ import annotations

from functools import lru_cache

from aps_desktop.db.connection import Connection
from aps_desktop.db.layout import field_columns
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Entity, Field, Kind

_DEPTH = 3


@lru_cache(maxsize=1024)
def label_sql(kind: Entity, alias: str, *, short: bool = False, depth: int = 0) -> str:
    """SQL for a record's name: its code where `short`, else its title fields joined by a dot."""
    names = (kind.code,) if short and kind.code else kind.title
    parts = [_part_sql(kind.by_name[name], alias, depth) for name in names]
    if len(parts) == 1:
        return parts[0]
    joined = " || ".join(f"coalesce(' · ' || {part}, '')" for part in parts)
    return f"substr({joined}, 4)"


def _part_sql(field: Field, alias: str, depth: int) -> str:
    column = f"{alias}.{field_columns(field)[0]}"
    if field.kind is not Kind.REFERENCE:
        return f"CAST({column} AS TEXT)"
    if depth >= _DEPTH:
        return "NULL"
    return reference_sql(entity(field.target), column, depth + 1)


def reference_sql(target: Entity, column: str, depth: int = 1) -> str:
    """SQL for the short name of the record whose row number is in `column`."""
    alias = f"r{depth}"
    label = label_sql(target, alias, short=True, depth=depth)
    return f"(SELECT {label} FROM {target.name} {alias} WHERE {alias}.rid = {column})"


def set_sql(c: Connection, field: Field, alias: str) -> str:
    """SQL for a set's members as one text, sorted."""
    return (
        f"(SELECT {c.joined(member_sql(field))} FROM set_member m "
        f"WHERE m.owner = {alias}.rid AND m.field_number = {field.number})"
    )


def member_sql(field: Field) -> str:
    """SQL for what one member `m` of a set is called."""
    if field.kind is Kind.TAGS:
        return "m.word"
    return reference_sql(entity(field.target), "m.member")


def cell_sql(c: Connection, field: Field, alias: str = "t") -> list[str]:
    """The SQL expressions that a list reads for a field: one, or two for money."""
    if field.is_set:
        return [set_sql(c, field, alias)]
    columns = [f"{alias}.{name}" for name in field_columns(field)]
    if field.kind is Kind.REFERENCE:
        return [reference_sql(entity(field.target), columns[0])]
    return columns


def sort_sql(c: Connection, field: Field, alias: str = "t") -> list[str]:
    """What a list orders by: money by currency first, since amounts of two do not compare.

    A choice sorts in the order in which it is described, which is a lifecycle's own: by the place
    of its key in a text of all keys, which is much quicker than comparing it with each.
    """
    expressions = cell_sql(c, field, alias)
    if field.kind is Kind.CHOICE and field.choices:
        keys = "".join(f"|{key}" for key, _ in field.choices)
        find = "strpos" if c.postgres else "instr"
        return [f"{find}('{keys}|', '|' || {expressions[0]} || '|')", *expressions]
    return expressions[::-1] if field.kind is Kind.MONEY else expressions
