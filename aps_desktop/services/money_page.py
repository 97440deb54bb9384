"""What a page of money says about one record: measures, facts, and tables behind them.

Only what is seen is read: a page carries how its tables are read, not the tables.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from functools import partial

from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities import entity
from aps_desktop.services.records import Record
from aps_desktop.services.sheet_cells import Card, Sheet

Read = Callable[[Connection], Sheet]
SheetOf = Callable[[Connection, str, int, date], Sheet]
"""Reads a table of the records that refer to one by a column, as of a day."""


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the tables; `count` stands behind its title, `why` says how it is counted."""

    key: str
    title: str
    read: Read
    count: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class MoneyPage:
    """`facts` are (label, words) in their order; `note` says what was left out of the measures.

    `details` reads the cards again with what they are made of, which takes longer.
    """

    facts: tuple[tuple[str, str], ...]
    cards: tuple[Card, ...]
    tabs: tuple[Tab, ...]
    note: str = ""
    details: Callable[[Connection], tuple[Card, ...]] | None = None

    def tab(self, key: str) -> Tab:
        """The tab of that key, else the first."""
        return next((tab for tab in self.tabs if tab.key == key), self.tabs[0])


Load = Callable[[Connection, Record, date], MoneyPage]
"""Reads the page of a record as it stood at the end of a day."""


def related_tab(
    c: Connection, key: str, title: str, name: str, read: SheetOf, column: str, rid: int, day: date,
    why: str = "",
) -> Tab:  # fmt: skip
    """A tab with records of an entity that refer to this one by `column`, with their number."""
    count = 0
    if column in entity(name).by_name:
        count = int(c.value(f"SELECT count(*) FROM {name} WHERE {column} = ?", (rid,)))
    return Tab(key, title, partial(_sheet, read, column, rid, day), count or None, why)


def _sheet(read: SheetOf, column: str, rid: int, day: date, c: Connection) -> Sheet:
    return read(c, column, rid, day)
