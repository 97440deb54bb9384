"""Sums kept in the same write: facts worked out from records, and tables added up from them.

A `Fact` has one narrow row for each record of its entity, with everything that is grouped by, also
what stands in the records it refers to (a project's pillar). Triggers on the entities' tables only
note which rows were touched; before the commit `fold` takes the touched rows' old facts out of the
summary tables, works their facts out anew and puts them in. So every writer is covered (the write
path, merging, its undo, rebuilding), in whatever order it writes.

Nothing here is data: `refill` works all of it out anew, `differences` says what differs from that,
and the digest leaves it out. Sums are exact: wide ones are kept in two parts, so that not even
absurd amounts from elsewhere can stop a merge by an overflow.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator

from aps_desktop.db import worked
from aps_desktop.db.connection import Connection
from aps_desktop.db.summary_facts import FACTS, WORKED
from aps_desktop.db.summary_kinds import TYPES, Cube, Fact, Source, Worked

_ALL: tuple[Fact | Worked, ...] = (*FACTS, *WORKED)
TRIGGERS = "summed_"
"""What the names of all triggers here begin with."""


def mark() -> str:
    """A short hash of the descriptions: whether a file's summaries are the ones of this version."""
    return hashlib.sha256(repr(_ALL).encode()).hexdigest()[:16]


def tables() -> tuple[str, ...]:
    """The names of all tables that are kept here."""
    cubes = tuple(cube.name for fact in FACTS for cube in fact.cubes)
    return (*(name for one in _ALL for name in (_touched(one), one.name)), *cubes)


# Making them --------------------------------------------------------------------------------------


def create_statements(*, postgres: bool) -> list[str]:
    """Tables, indexes and triggers of all facts, in order; the entities' tables are there."""
    made: list[str] = []
    for fact in FACTS:
        made += _table_statements(fact, postgres=postgres)
    for one in WORKED:
        made += worked.table_statements(one, postgres=postgres)
    key = "rid BIGINT PRIMARY KEY" if postgres else "rid INTEGER PRIMARY KEY"
    for each in _ALL:
        made.append(f"CREATE TABLE {_touched(each)} ({key})")
        for source in each.sources:
            made += (_postgres_triggers if postgres else _sqlite_triggers)(each, source)
    return made


def renew(c: Connection) -> None:
    """Makes all tables and triggers anew, empty: for files of another version, before a refill."""
    _drop(c)
    for statement in create_statements(postgres=c.postgres):
        c.run(statement)


def _drop(c: Connection) -> None:
    for entity in {source.entity for one in _ALL for source in one.sources}:
        for name in _triggers_of(c, entity):
            c.run(f"DROP TRIGGER {name}" + (f" ON {entity}" if c.postgres else ""))
    for name in tables():
        c.run(f"DROP TABLE IF EXISTS {name}")


def _triggers_of(c: Connection, entity: str) -> list[str]:
    if c.postgres:
        sql = (
            "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgrelid = to_regclass(?) "
            f"AND starts_with(tgname, '{TRIGGERS}')"
        )
    else:
        sql = (
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ? "
            f"AND substr(name, 1, {len(TRIGGERS)}) = '{TRIGGERS}'"
        )
    return [row[0] for row in c.all(sql, (entity,))]


def _table_statements(fact: Fact, *, postgres: bool) -> list[str]:
    """The facts in a table of their own, the cubes in their keys' order."""
    columns = "".join(f", {name} {TYPES[stored]}" for name, stored, _ in fact.columns)
    types = {name: TYPES[stored] for name, stored, _ in fact.columns}
    key = "rid BIGINT PRIMARY KEY" if postgres else "rid INTEGER PRIMARY KEY"
    made: list[str] = []
    if fact.order and not postgres:
        made += [
            f"CREATE TABLE {fact.name} (rid INTEGER NOT NULL{columns}, "
            f"PRIMARY KEY ({fact.order}, rid)) WITHOUT ROWID",
            f"CREATE UNIQUE INDEX ix_{fact.name}_rid ON {fact.name} (rid)",
        ]
    else:
        made.append(f"CREATE TABLE {fact.name} ({key}{columns})")
    indexes = (*fact.indexes, *(((fact.order,),) if fact.order and postgres else ()))
    for index in indexes:
        name = f"ix_{fact.name}_{index[0]}"
        made.append(f"CREATE INDEX {name} ON {fact.name} ({', '.join(index)})")
    for cube in fact.cubes:
        keys = ", ".join(f"{name} {types[name]}" for name in cube.keys)
        sums = ", ".join(f"{name} BIGINT NOT NULL" for name in _sum_columns(cube))
        made.append(
            f"CREATE TABLE {cube.name} ({keys}, {sums}, PRIMARY KEY ({', '.join(cube.keys)}))"
            + ("" if postgres else " WITHOUT ROWID")
        )
    return made


_OF_ROW = re.compile(r"\bx\.")
"""Where SQL names a column of the changed row."""


def _moves(source: Source) -> bool:
    """Whether an edit can change which facts depend on a row."""
    return bool(re.search(r"\bx\.(?!rid\b)", source.facts))


def _sqlite_triggers(fact: Fact | Worked, source: Source) -> list[str]:
    made = []
    changed = " OR ".join(f"OLD.{name} IS NOT NEW.{name}" for name in source.fields)
    both = ("NEW", "OLD") if _moves(source) else ("NEW",)
    for event, rows, when in (
        ("INSERT", ("NEW",), ""),
        ("DELETE", ("OLD",), ""),
        (f"UPDATE OF {', '.join(source.fields)}", both, f" WHEN {changed}"),
    ):
        noted = " ".join(
            f"INSERT OR IGNORE INTO {_touched(fact)}(rid) {_OF_ROW.sub(f'{row}.', source.facts)};"
            for row in rows
        )
        name = f"{TRIGGERS}{fact.name}_{source.entity}_{event.split()[0].lower()}"
        made.append(
            f"CREATE TRIGGER {name} AFTER {event} ON {source.entity}{when} BEGIN {noted} END"
        )
    return made


def _postgres_triggers(fact: Fact | Worked, source: Source) -> list[str]:
    """Once a statement, for all its rows together."""
    made = []
    changed = " OR ".join(f"o.{name} IS DISTINCT FROM n.{name}" for name in source.fields)
    joined = f"FROM new_rows n JOIN old_rows o ON o.rid = n.rid WHERE {changed}"
    both = f"(SELECT n.* {joined} UNION ALL SELECT o.* {joined})"
    for event, rows, seen in (
        ("INSERT", "new_rows", "NEW TABLE AS new_rows"),
        ("DELETE", "old_rows", "OLD TABLE AS old_rows"),
        ("UPDATE", both, "OLD TABLE AS old_rows NEW TABLE AS new_rows"),
    ):
        name = f"{TRIGGERS}{fact.name}_{source.entity}_{event.lower()}"
        found = f"SELECT f.rid FROM {rows} x CROSS JOIN LATERAL ({source.facts}) f(rid)"
        made += [
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"INSERT INTO {_touched(fact)}(rid) {found} ON CONFLICT DO NOTHING; "
            "RETURN NULL; END $$",
            f"CREATE TRIGGER {name} AFTER {event} ON {source.entity} REFERENCING {seen} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {name}()",
        ]
    return made


# Keeping them -------------------------------------------------------------------------------------


def fold(c: Connection) -> None:
    """Brings facts and summary tables to what the touched records say; before every commit."""
    touched = [one for one in _ALL if c.value(f"SELECT 1 FROM {_touched(one)} LIMIT 1") is not None]
    names = {one.name for one in touched}
    for fact in FACTS:
        if fact.follows and fact.follows[0] in names:
            found = fact.follows[1].format(touched=f"{fact.follows[0]}_touched")
            c.run(f"INSERT INTO {_touched(fact)}(rid) {found} ON CONFLICT DO NOTHING")
            touched += [] if fact in touched else [fact]
    for one in touched:
        if isinstance(one, Worked):
            worked.fold(c, one, _touched(one))
        else:
            _fold(c, one)


def _fold(c: Connection, fact: Fact) -> None:
    touched = int(c.value(f"SELECT count(*) FROM {_touched(fact)}"))
    if touched > 1000 and touched * 2 > _about(c, fact):
        _refill(c, fact)
        return
    if c.value(f"SELECT 1 FROM {_touched(fact)} x JOIN {fact.name} f ON f.rid = x.rid LIMIT 1"):
        for cube in fact.cubes:
            c.run(_add_sql(fact, cube, -1))
        c.run(f"DELETE FROM {fact.name} WHERE rid IN (SELECT rid FROM {_touched(fact)})")
    names = ", ".join(("rid", *fact.names))
    c.run(
        f"INSERT INTO {fact.name}({names}) {fact.rows_sql} "
        f"AND t.rid IN (SELECT rid FROM {_touched(fact)})"
    )
    for cube in fact.cubes:
        c.run(_add_sql(fact, cube, 1))
    c.run(f"DELETE FROM {_touched(fact)}")


def _about(c: Connection, fact: Fact) -> int:
    """How many facts there are, without counting many."""
    limit = 2 * int(c.value(f"SELECT count(*) FROM {_touched(fact)}"))
    return int(c.value(f"SELECT count(*) FROM (SELECT 1 FROM {fact.name} LIMIT {limit}) x"))


def _add_sql(fact: Fact, cube: Cube, sign: int) -> str:
    """Adds the touched rows' facts to a cube, or takes them out."""
    keys = ", ".join(cube.keys)
    added = ", ".join(f"{n} = {cube.name}.{n} + excluded.{n}" for n in _sum_columns(cube))
    grouped = ", ".join(f"{sign} * {sql}" for sql in _sums_sql(cube))
    # CROSS JOIN: the touched rows first; they have no statistics.
    return (
        f"INSERT INTO {cube.name}({keys}, {', '.join(_sum_columns(cube))}) "
        f"SELECT {keys}, {grouped} FROM {_touched(fact)} x CROSS JOIN {fact.name} f "
        f"WHERE f.rid = x.rid GROUP BY {keys} ON CONFLICT({keys}) DO UPDATE SET {added}"
    )


def _sum_columns(cube: Cube) -> tuple[str, ...]:
    return ("n", *(column for one in cube.sums for column in one.columns))


def _sums_sql(cube: Cube) -> list[str]:
    parts = [part for one in cube.sums for part in one.parts]
    return ["count(*)", *(f"CAST(sum({part}) AS BIGINT)" for part in parts)]


def _grouped_sql(fact: Fact, cube: Cube) -> str:
    keys = ", ".join(cube.keys)
    return f"SELECT {keys}, {', '.join(_sums_sql(cube))} FROM {fact.name} GROUP BY {keys}"


def _touched(fact: Fact | Worked) -> str:
    return f"{fact.name}_touched"


# Working them out anew ----------------------------------------------------------------------------


def refill(c: Connection) -> None:
    """Works all facts and summary tables out anew, inside a write transaction."""
    for fact in FACTS:
        _refill(c, fact)
    for one in WORKED:
        worked.refill(c, one, _touched(one))


def _refill(c: Connection, fact: Fact) -> None:
    c.run(f"DELETE FROM {_touched(fact)}")
    c.run(f"DELETE FROM {fact.name}")
    order = f"{fact.order}, rid" if fact.order else "rid"
    c.run(f"INSERT INTO {fact.name}(rid, {', '.join(fact.names)}) {fact.rows_sql} ORDER BY {order}")
    made: list[Cube] = []
    for cube in sorted(fact.cubes, key=lambda one: len(one.keys), reverse=True):
        c.run(f"DELETE FROM {cube.name}")
        names = ", ".join((*cube.keys, *_sum_columns(cube)))
        c.run(f"INSERT INTO {cube.name}({names}) {_added_up_sql(fact, cube, made)}")
        made.append(cube)


def _added_up_sql(fact: Fact, cube: Cube, made: list[Cube]) -> str:
    """A cube from one that was made and is grouped by more, else from the facts."""
    wider = [one for one in made if one.sums == cube.sums and {*cube.keys} <= {*one.keys}]
    if not wider:
        return _grouped_sql(fact, cube)
    keys = ", ".join(cube.keys)
    sums = ", ".join(f"CAST(sum({name}) AS BIGINT)" for name in _sum_columns(cube))
    return f"SELECT {keys}, {sums} FROM {wider[-1].name} GROUP BY {keys}"


def differences(c: Connection) -> Iterator[tuple[str, int]]:
    """(table, differing rows) of what is not as it would be worked out anew."""
    for fact in FACTS:
        names = ", ".join(("rid", *fact.names))
        yield from _differing(c, fact.name, f"SELECT {names} FROM {fact.name}", fact.rows_sql)
        for cube in fact.cubes:
            kept = ", ".join((*cube.keys, *_sum_columns(cube)))
            sql = f"SELECT {kept} FROM {cube.name} WHERE n <> 0"
            yield from _differing(c, cube.name, sql, _grouped_sql(fact, cube))
    for one in WORKED:
        if number := worked.differing(c, one):
            yield one.name, number
    for each in _ALL:
        if waiting := int(c.value(f"SELECT count(*) FROM {_touched(each)}")):
            yield _touched(each), waiting


def _differing(c: Connection, name: str, kept: str, true: str) -> Iterator[tuple[str, int]]:
    number = c.value(
        f"SELECT count(*) FROM (SELECT * FROM ({kept} EXCEPT {true}) a "
        f"UNION ALL SELECT * FROM ({true} EXCEPT {kept}) b) d"
    )
    if number:
        yield name, int(number)
