"""How a fact and its summary tables are described; `db/summaries.py` makes them work."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from aps_desktop.db.connection import Connection

TYPES = {"text": "TEXT NOT NULL", "integer": "BIGINT NOT NULL"}
BASE = 1_000_000_000
"""A wide sum is `name_hi` * BASE + `name_lo`, both sums of the parts of each value."""


@dataclass(frozen=True, slots=True)
class Source:
    """An entity whose records decide about facts.

    `fields` are the columns that matter. `facts` is SQL for the row numbers of the facts that
    depend on a changed row `x`: "SELECT x.rid" for the entity itself. Where it names other columns
    of `x`, it is asked for the row before an edit too.
    """

    entity: str
    fields: tuple[str, ...]
    facts: str = "SELECT x.rid"


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum of a summary table: SQL over the fact's columns. Wide ones are kept in two parts."""

    name: str
    sql: str
    wide: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        return (f"{self.name}_hi", f"{self.name}_lo") if self.wide else (self.name,)

    @property
    def parts(self) -> tuple[str, ...]:
        """SQL for each column, of one fact."""
        if self.wide:  # division and remainder round towards zero in both databases
            return (f"({self.sql}) / {BASE}", f"({self.sql}) % {BASE}")
        return (self.sql,)


@dataclass(frozen=True, slots=True)
class Cube:
    """A summary table: what it is grouped by, and its sums; `n` counts the facts by itself."""

    name: str
    keys: tuple[str, ...]
    sums: tuple[Sum, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """One row a record. `columns` are (name, "text" or "integer", SQL over `tables`), never NULL.

    `tables` is a FROM clause in which `t` is the entity whose records these are; `where` leaves out
    records that are no fact. `indexes` are for what no summary table answers, each named by its
    first column. The facts lie in the order of `order` (a column), so that a span of it is read at
    once. `follows` names another table of facts, and SQL for the facts to work out anew after its
    touched rows (`FROM {touched}`): what a trigger would find again for every row written.
    """

    name: str
    columns: tuple[tuple[str, str, str], ...]
    tables: str
    where: str
    sources: tuple[Source, ...]
    cubes: tuple[Cube, ...]
    indexes: tuple[tuple[str, ...], ...] = ()
    order: str = ""
    follows: tuple[str, str] | None = None

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _, _ in self.columns)

    @property
    def rows_sql(self) -> str:
        """The facts as the records say now; more conditions may follow with AND."""
        columns = ", ".join(f"{sql} AS {name}" for name, _, sql in self.columns)
        return f"SELECT t.rid AS rid, {columns} FROM {self.tables} WHERE {self.where}"


@dataclass(frozen=True, slots=True)
class Worked:
    """Rows about each record of an entity that Python works out (`db/worked.py`).

    `columns` are (name, "text" or "integer"), never NULL, of which `key` names a row; the first
    column of the key, `record`, is the record's row number. `work` gives the rows of some records
    (those that are there), their columns in order. A change of it raises `version`, so that older
    files get new rows.
    """

    name: str
    entity: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]
    sources: tuple[Source, ...]
    work: Callable[[Connection, Sequence[int]], Iterable[tuple[Any, ...]]] = field(repr=False)
    version: int = 1
    indexes: tuple[tuple[str, ...], ...] = ()

    @property
    def record(self) -> str:
        return self.key[0]

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(name for name, _ in self.columns)
