"""What a page of money says about one record: measures, facts, and tables behind them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from aps_desktop.db.connection import Connection
from aps_desktop.services.records import Record
from aps_desktop.services.sheet_cells import Card, Sheet


@dataclass(frozen=True, slots=True)
class Tab:
    """One of the tables; `count` stands behind its title."""

    key: str
    title: str
    sheet: Sheet
    count: int | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class MoneyPage:
    """`facts` are (label, words) in their order; `note` says what was left out of the measures."""

    facts: tuple[tuple[str, str], ...]
    cards: tuple[Card, ...]
    tabs: tuple[Tab, ...]
    note: str = ""


Load = Callable[[Connection, Record, date], MoneyPage]
"""Reads the page of a record as it stood at the end of a day."""
