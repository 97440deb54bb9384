"""SQL for what a record is called, and for a field's value as a list shows and sorts it."""

from __future__ import annotations

from functools import lru_cache

from aps_desktop.db.connection import Connection
from aps_desktop.db.layout import field_columns
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Entity, Field, Kind

_DEPTH = 3
_MONTHS = "JanFebMarAprMayJunJulAugSepOctNovDec"


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
    if field.kind is Kind.DATE:
        return _day_sql(column, 1)
    if field.kind is Kind.PERIOD:
        return _period_sql(column)
    if field.kind is not Kind.REFERENCE:
        return f"CAST({column} AS TEXT)"
    if depth >= _DEPTH:
        return "NULL"
    return reference_sql(entity(field.target), column, depth + 1)


def _day_sql(column: str, at: int) -> str:
    """A date as `values.show_date` words it, from its ten characters that begin at `at`."""
    month = f"substr('{_MONTHS}', 3 * CAST(substr({column}, {at + 5}, 2) AS INTEGER) - 2, 3)"
    day = f"ltrim(substr({column}, {at + 8}, 2), '0')"
    return f"({day} || ' ' || {month} || ' ' || substr({column}, {at}, 4))"


def _period_sql(column: str) -> str:
    """A period as people read it: a year, a quarter, else its first and last day."""
    year = f"substr({column}, 1, 4)"
    inside = f"substr({column}, 6, 5) || substr({column}, 17, 5)"
    quarters = "".join(
        f"WHEN '{days}' THEN 'Q{quarter} ' || {year} "
        for quarter, days in enumerate(("01-0103-31", "04-0106-30", "07-0109-30", "10-0112-31"), 1)
    )
    return (
        f"(CASE CASE WHEN {year} = substr({column}, 12, 4) THEN {inside} END "
        f"WHEN '01-0112-31' THEN {year} {quarters}"
        f"ELSE {_day_sql(column, 1)} || ' – ' || {_day_sql(column, 12)} END)"
    )


def reference_sql(target: Entity, column: str, depth: int = 1) -> str:
    """SQL for the short name of the record whose row number is in `column`."""
    alias = f"r{depth}"
    label = label_sql(target, alias, short=True, depth=depth)
    return f"(SELECT {label} FROM {target.name} {alias} WHERE {alias}.rid = {column})"


def set_sql(c: Connection, field: Field, alias: str) -> str:
    """SQL for a set's members as one text, sorted."""
    members = f"FROM set_member m WHERE m.owner = {alias}.rid AND m.field_number = {field.number}"
    if field.kind is Kind.TAGS:
        return f"(SELECT {c.joined(member_sql(field))} {members})"
    # Two records that were united are one member.
    distinct = f"SELECT DISTINCT {member_sql(field)} AS word {members}"
    return f"(SELECT {c.joined('x.word')} FROM ({distinct}) x)"


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
