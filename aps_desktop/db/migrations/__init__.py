"""Brings a database of an older version up to this one, in one transaction, from a copy kept first.

The entities' tables are worked out from the change log, so a table that no longer agrees with its
description is made anew and filled from the log: values that the older version could not show (a
field or entity that it did not know, from a colleague's newer bundle) appear by that. Numbered
steps are needed only where the log's own tables change.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from aps_desktop.db import chain, rebuild, summaries, title_index
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database, crash_point
from aps_desktop.db.layout import MEMBER, column_names, entity_columns
from aps_desktop.domain.entities import BY_NUMBER, ENTITIES
from aps_desktop.domain.fields import Entity


def layout_mark() -> str:
    """A short hash of how the entities' tables must look; it tells whether a file's do."""
    parts = [
        f"{e.number} {e.name} {e.code} {e.order[:1]} {c} {stored} {f.kind} {f.target}"
        for e in (*ENTITIES, MEMBER)
        for c, stored, f in entity_columns(e)
    ]
    parts += [summaries.mark(), "united", "seal", "unborn", "codes", "revoked", title_index.MARK]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def migrate(db: Database, from_version: int, to_version: int) -> None:
    """Brings the file to this version: all of it, or it stays as it was."""
    if not db.postgres:
        _keep_copy(db, to_version)
    with db.writing() as c:
        for version in range(from_version, to_version):
            step = STEPS.get(version)
            if step:
                step(c)
            crash_point(f"migrated-{version}")
        _missing_tables(c)
        _missing_indexes(c)
        changed = _renew_tables(c)
        crash_point("tables-renewed")
        summaries.renew(c)
        title_index.make(c)
        rebuild.rebuild(c, changed)
        put_meta(c, "schema", str(to_version))
        put_meta(c, "layout", layout_mark())
        if not c.postgres:
            c.run(f"PRAGMA user_version = {int(to_version)}")
        crash_point("migrated")


def told(db: Database) -> str:
    """What people are told once a file of an older program was brought to this version."""
    kept = "." if db.postgres else ", and a copy from before is kept with the backups."
    return (
        f"This database has the form of this version of the program now; nothing was lost{kept} An "
        "office whose program is older can open your bundles once it has the update too; you can "
        "open theirs."
    )


def put_meta(c: Connection, name: str, value: str) -> None:
    """Keeps a fact about the file's format."""
    c.run(
        "INSERT INTO meta(name, value) VALUES (?, ?) "
        "ON CONFLICT(name) DO UPDATE SET value = excluded.value",
        (name, value),
    )


def _keep_copy(db: Database, to_version: int) -> None:
    from aps_desktop.db import backup

    at = datetime.fromtimestamp(db.clock.millis() / 1000)
    backup.copy_to(db, backup.new_name(db.path, at, f"before format {to_version}"))


def _missing_tables(c: Connection) -> None:
    """Makes the log's own tables that came with this version; they begin empty."""
    from aps_desktop.db.schema import TABLES, metadata, table_statements

    for table in metadata.sorted_tables:
        there = c.value(
            "SELECT to_regclass(?)" if c.postgres
            else "SELECT name FROM sqlite_master WHERE type = 'table' AND name = ?",
            (table.name,),
        )  # fmt: skip
        if there is None and table.name not in TABLES:
            for statement in table_statements(table, postgres=c.postgres):
                c.run(statement)


def _missing_indexes(c: Connection) -> None:
    """Makes the indexes of the log's own tables that came with this version."""
    from aps_desktop.db.schema import TABLES, index_statements, metadata

    for table in metadata.sorted_tables:
        if table.name not in TABLES:
            for statement in index_statements(table, postgres=c.postgres, missing=True):
                c.run(statement)


def _renew_chains(c: Connection) -> None:
    """Steps got hashes of another kind, of which a part can be shown."""
    _missing_tables(c)
    chain.renew(c)


STEPS: dict[int, Callable[[Connection], None]] = {1: _renew_chains}
"""By the format that it starts from: the step to the next format."""


def _renew_tables(c: Connection) -> list[Entity]:
    """Makes the entities' tables that are missing or differ from their description."""
    from aps_desktop.db.schema import entity_statements

    changed = []
    for kind in (*BY_NUMBER.values(), MEMBER):
        if _looks_right(c, kind):
            continue
        c.run(f"DROP TABLE IF EXISTS {kind.name}")
        for statement in entity_statements(kind.name, postgres=c.postgres):
            c.run(statement)
        changed.append(kind)
    return changed


def _looks_right(c: Connection, kind: Entity) -> bool:
    from aps_desktop.db.schema import entity_statements

    if c.postgres:
        rows = c.all(
            "SELECT column_name FROM information_schema.columns WHERE table_name = ? "
            "AND table_schema = current_schema() ORDER BY ordinal_position",
            (kind.name,),
        )
        return [row[0] for row in rows] == ["rid", "id", *column_names(kind)]
    there = {
        _plain(row[0])
        for row in c.all(
            "SELECT sql FROM sqlite_master WHERE tbl_name = ? AND sql IS NOT NULL "
            f"AND name NOT LIKE '{summaries.TRIGGERS}%'",
            (kind.name,),
        )
    }
    return there == {_plain(s) for s in entity_statements(kind.name, postgres=False)}


def _plain(sql: str) -> str:
    return " ".join(sql.split())
