"""The database schema, derived from the entity descriptions, plus the tables of the change log.

Numbers: `rid` is a record's local row number, `dot` = device << 40 | sequence names one change,
`cell` = rid << 10 | field number names one field of one record. Local numbers never leave the file.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.schema import CreateIndex, CreateTable
from sqlalchemy.sql import ClauseElement

from aps_desktop.db.layout import MEMBER, STORED, code_scope, entity_columns
from aps_desktop.domain.entities import ENTITIES
from aps_desktop.domain.fields import SAME_AS, Entity, Kind

metadata = sa.MetaData()

_TEXT = sa.Text().with_variant(sa.Text(collation="NOCASE"), "sqlite")
_TYPES: dict[str, Any] = {"text": _TEXT, "integer": sa.BigInteger}


def _id(name: str = "id", **options: Any) -> sa.Column[Any]:
    return sa.Column(name, sa.BigInteger().with_variant(sa.Integer, "sqlite"), **options)


def _key(name: str) -> sa.Column[Any]:
    return _id(name, primary_key=True, autoincrement=False)


def _number(name: str, *, default: int | None = None) -> sa.Column[Any]:
    if default is None:
        return sa.Column(name, sa.BigInteger)
    return sa.Column(name, sa.BigInteger, nullable=False, server_default=str(default))


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text)


def _bytes(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.LargeBinary)


def _index_table(name: str, *columns: sa.Column[Any]) -> sa.Table:
    return sa.Table(name, metadata, *columns, sqlite_with_rowid=False)


# What the change log keeps: see ARCHITECTURE.md, "The change log".
sa.Table("meta", metadata, sa.Column("name", sa.Text, primary_key=True), _text("value"))
sa.Table(
    "local_state",
    metadata,
    _key("id"),
    *(_number(n, default=0) for n in ("writing", "device", "seq", "hlc", "seen_hlc", "txn", "rid")),
)
sa.Table(
    "device",
    metadata,
    _key("ord"),
    sa.Column("uuid", sa.LargeBinary, nullable=False, unique=True),
    _text("office"),
    _text("name"),
    _bytes("public_key"),
    _text("recipient"),
    _bytes("parent"),
    _number("max_seq", default=0),
    _text("status"),
)
sa.Table(
    "record",
    metadata,
    _key("rid"),
    sa.Column("uuid", sa.LargeBinary, nullable=False, unique=True),
    _number("tid", default=0),
    _number("birth"),
    _number("alive", default=0),
    _number("parent"),
    _text("office"),
)
sa.Table(
    "op",
    metadata,
    _key("dot"),
    _number("prev"),
    sa.Column("cell", sa.BigInteger, nullable=False),
    sa.Column("hlc", sa.BigInteger, nullable=False),
    sa.Column("txn", sa.BigInteger, nullable=False),
    _text("val"),
    _number("merge", default=0),
)
_index_table("history", _key("cell"), _key("dot"))
_index_table("op_parent", _key("dot"), _key("parent"))
_index_table("op_held", _key("dot"))
_index_table("op_proposal", _key("dot"))
_index_table("op_seen", _key("dot"), _key("device"), _number("seq"))
sa.Table("united", metadata, _key("rid"), _number("survivor"))
# Revoked computers' last good changes by the office list, and what is here beyond: `sync/revoked`.
_index_table("revoked", sa.Column("uuid", sa.LargeBinary, primary_key=True), _number("upto"))
sa.Table(
    "op_revoked",
    metadata,
    _key("dot"),
    *(_number(n) for n in ("prev", "cell", "hlc", "txn")),
    _text("val"),
    _number("merge", default=0),
)
sa.Table(
    "seal",
    metadata,
    _key("device"),
    *(_number(n) for n in ("step", "upto")),
    *(_bytes(n) for n in ("chain", "signature")),
)
sa.Table(
    "cell", metadata, _key("cell"), _number("dot"), _number("hlc"), _number("extra", default=0)
)
_index_table("cell_extra", _key("cell"), _key("dot"), _number("hlc"))
_index_table(
    "txn",
    _key("device"),
    _key("n"),
    *(_number(n) for n in ("first_seq", "last_seq", "wall", "hlc")),
    *(_text(n) for n in ("officer", "office", "why", "label", "app")),
    _number("schema"),
    _bytes("chain"),
)
# What shows that changes are of the step that their device sealed: see `db/chain`.
_index_table("step_seed", _key("device"), _key("n"), _bytes("seed"))
_index_table("change_salt", _key("dot"), _bytes("salt"))
_index_table("chain_node", *(_key(n) for n in ("device", "step", "level", "place")), _bytes("hash"))
sa.Table("undo_entry", metadata, _key("n"), _number("current"), _text("state"), _text("label"))
sa.Table("entity_count", metadata, _key("tid"), _number("n", default=0))
_index_table("search_title", _key("tid"), _key("rid"), _text("folded"))
sa.Table(
    "file_blob",
    metadata,
    sa.Column("sha256", sa.Text, primary_key=True),
    _number("size"),
    _bytes("data"),
)
_index_table(
    "known", sa.Column("peer", sa.LargeBinary, primary_key=True), _key("device"), _number("upto")
)
sa.Table(
    "bundle_log",
    metadata,
    _key("n"),
    _text("direction"),
    sa.Column("bundle", sa.LargeBinary, nullable=False),
    _bytes("device"),
    *(_number(n) for n in ("sequence", "at", "changes")),
    *(_text(n) for n in ("state", "file", "scope", "report", "backup")),
)
sa.Table("setting", metadata, sa.Column("name", sa.Text, primary_key=True), _text("value"))

sa.Index(
    "record_parent", metadata.tables["record"].c.parent, sqlite_where=sa.text("parent IS NOT NULL")
)
sa.Index(
    "record_unborn", metadata.tables["record"].c.rid, sqlite_where=sa.text("birth IS NULL"),
    postgresql_where=sa.text("birth IS NULL"),
)  # fmt: skip
sa.Index(
    "record_gone", metadata.tables["record"].c.rid, sqlite_where=sa.text("alive = 0"),
    postgresql_where=sa.text("alive = 0"),
)  # fmt: skip
sa.Index(
    "cell_conflict", metadata.tables["cell"].c.cell, sqlite_where=sa.text("extra > 0"),
    postgresql_where=sa.text("extra > 0"),
)  # fmt: skip


def _entity_table(entity: Entity) -> sa.Table:
    columns: list[sa.Column[Any]] = [sa.Column("id", sa.LargeBinary, nullable=False)]
    for name, stored, field in entity_columns(entity):
        if field.kind is Kind.REFERENCE:
            columns.append(sa.Column(name, sa.BigInteger, sa.ForeignKey("record.rid")))
        else:
            columns.append(sa.Column(name, _TYPES[stored]))
    table = sa.Table(entity.name, metadata, _key("rid"), *columns)
    for name in _indexed(entity):
        ordered = entity.order and name == entity.order[0].lstrip("-")
        where = {} if ordered else _only(f"{name} IS NOT NULL")
        # A code with what it counts in: codes that were given twice are found from it alone.
        within = code_scope(entity, texts=False) if name == entity.code else ()
        sa.Index(f"ix_{entity.name}_{name}", *(table.c[n] for n in (name, *within)), **where)
    _special_indexes(entity, table)
    return table


def _only(test: str) -> dict[str, Any]:
    """What makes an index partial, on both databases."""
    return {"sqlite_where": sa.text(test), "postgresql_where": sa.text(test)}


def _special_indexes(entity: Entity, table: sa.Table) -> None:
    if {"status", "due"} <= entity.by_name.keys():  # what is overdue, asked at every start
        kind = (table.c.kind,) if "kind" in entity.by_name else ()
        sa.Index(f"ix_{entity.name}_status_due", table.c.status, table.c.due, *kind)
    if {"status", "status_date"} <= entity.by_name.keys():
        sa.Index(f"ix_{entity.name}_status_since", table.c.status, table.c.status_date)
    if {"period", "member_state", "indicator", "status"} <= entity.by_name.keys():
        # Who has reported for a period is told from this index alone.
        names = ("period", "member_state", "indicator", "status")
        sa.Index(f"ix_{entity.name}_reported", *(table.c[name] for name in names))
    if "document_class" in entity.by_name:  # few, and asked for at every start too
        unclassed = _only("document_class IS NULL")
        sa.Index(f"ix_{entity.name}_unclassed", table.c.rid, **unclassed)
    if entity.name == "fund_transaction":  # few, and named wherever a total lacks them
        unvalued = _only("usd_value_minor IS NULL")
        sa.Index("ix_fund_transaction_unvalued", table.c.date, table.c.rid, **unvalued)
    if entity.name == "project":
        _project_alarms(table.c)


def _project_alarms(columns: Any) -> None:
    """Each holds all that one kind of alarm reads: whole rows took half of what Today takes."""
    for name, wanted in {
        "overrun": ("planned_end",),
        "reports": ("activities_done_on", "completion_report_on", "unspent_received_on"),
        "budgets": ("budget_currency", "budget_minor"),
    }.items():
        sa.Index(f"ix_project_{name}", columns.status, *(columns[column] for column in wanted))


def _indexed(entity: Entity) -> list[str]:
    """What lists sort by and what related records are found by."""
    wanted = [f.name for f in entity.columns if f.kind is Kind.REFERENCE]
    wanted += [name for name in ("expires_on",) if name in entity.by_name]
    for name in (entity.code, entity.order[0].lstrip("-") if entity.order else ""):
        if name and name not in wanted and name in entity.by_name:
            field = entity.by_name[name]
            wanted.append(STORED[field.kind][0][0].format(name))
    return list(dict.fromkeys(wanted))


TABLES: dict[str, sa.Table] = {e.name: _entity_table(e) for e in (*ENTITIES, MEMBER)}


sa.Index(
    "set_member_same_as",
    TABLES[MEMBER.name].c.owner,
    sqlite_where=sa.text(f"field_number = {SAME_AS}"),
    postgresql_where=sa.text(f"field_number = {SAME_AS}"),
)


@lru_cache(maxsize=1)
def _dialects() -> dict[bool, Any]:
    return {
        False: sqlite.dialect(paramstyle="qmark"),
        True: postgresql.dialect(paramstyle="format"),  # type: ignore[no-untyped-call]
    }


def create_statements(*, postgres: bool) -> list[str]:
    """Everything that makes an empty database ready, in order."""
    statements = []
    for table in metadata.sorted_tables:
        statements += table_statements(table, postgres=postgres)
    return statements + guard_statements(postgres=postgres)


def entity_statements(name: str, *, postgres: bool) -> list[str]:
    """What makes one entity's table, its indexes and its guards (a migration makes them anew)."""
    return table_statements(TABLES[name], postgres=postgres) + guard_statements(
        (name,), postgres=postgres
    )


def table_statements(table: sa.Table, *, postgres: bool) -> list[str]:
    """What makes one table and its indexes."""
    made = str(CreateTable(table).compile(dialect=_dialects()[postgres]))
    return [made, *index_statements(table, postgres=postgres)]


def index_statements(table: sa.Table, *, postgres: bool, missing: bool = False) -> list[str]:
    """What makes a table's indexes; with `missing` those that are not there yet."""
    indexes = sorted(table.indexes, key=lambda i: str(i.name))
    made = (CreateIndex(i, if_not_exists=missing) for i in indexes)
    return [str(one.compile(dialect=_dialects()[postgres])) for one in made]


def guard_statements(tables: Iterable[str] = (), *, postgres: bool) -> list[str]:
    """Triggers that refuse a write to entity tables (by default all) outside the write path."""
    guarded = tuple(tables) or tuple(TABLES)
    words = "Records are changed by APS Desktop only, so that the change log stays true."
    if not postgres:
        return [
            f"CREATE TRIGGER guard_{name}_{event.lower()} BEFORE {event} ON {name} "
            "WHEN (SELECT writing FROM local_state) = 0 "
            f"BEGIN SELECT RAISE(ABORT, '{words}'); END"
            for name in guarded
            for event in ("INSERT", "UPDATE", "DELETE")
        ]
    function = (
        "CREATE OR REPLACE FUNCTION aps_guard() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF current_setting('aps.writing', true) IS DISTINCT FROM '1' THEN "
        f"RAISE EXCEPTION '{words}'; END IF; RETURN NULL; END $$"
    )
    return [function] + [
        f"CREATE TRIGGER guard_{name} BEFORE INSERT OR UPDATE OR DELETE ON {name} "
        "FOR EACH STATEMENT EXECUTE FUNCTION aps_guard()"
        for name in guarded
    ]


def compiled(statement: ClauseElement, *, postgres: bool) -> tuple[str, Sequence[Any]]:
    """A Core statement as SQL with "?" parameters in order."""
    done: Any = statement.compile(
        dialect=_dialects()[postgres], compile_kwargs={"render_postcompile": True}
    )
    names = done.positiontup or []
    sql = str(done)
    if postgres:
        sql = sql.replace("%s", "?").replace("%%", "%")
    return sql, [done.params[name] for name in names]
