"""The rows of a list that are near the screen: pages of 256 records, the last 64 kept."""

from __future__ import annotations

from array import array
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from aps_desktop.db.connection import Connection, DatabaseFault, Row
from aps_desktop.db.queries import rows as rows_of
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Kind

PAGE = 256
KEPT = 64
_PATIENCE = 1.0
"""Seconds for which a file that was locked is not asked again from the window's thread."""

NOTHING: tuple[str, ...] = ()


@dataclass(slots=True)
class Page:
    """Raw rows in the list's order (None: gone or not here yet), and their texts once looked at."""

    rows: list[Row | None]
    texts: list[tuple[str, ...] | None] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.texts = [None] * len(self.rows)


class Pages:
    """Reads pages by the list's row numbers. `fields` are shown, `watched` only compared."""

    def __init__(self, name: str, fields: tuple[str, ...], watched: tuple[str, ...]) -> None:
        self.entity = name
        self.fields = fields
        self.read_fields = fields + tuple(name for name in watched if name not in fields)
        self.slots = rows_of.slots(name, self.read_fields)
        self.watched = self._columns(watched)
        self._showers = rows_of.showers(name, fields)
        self._pages: OrderedDict[int, Page] = OrderedDict()
        self._last = -1
        self._page: Page | None = None
        self._locked_until = 0.0

    def _columns(self, names: tuple[str, ...]) -> list[int]:
        kind = entity(self.entity)
        found = []
        for name in names:
            at = self.slots[self.read_fields.index(name)]
            found += [at, at + 1] if kind.field(name).kind is Kind.MONEY else [at]
        return found

    def find(self, number: int) -> Page | None:
        """A page that is here, and is now the newest."""
        if number == self._last:
            return self._page
        page = self._pages.get(number)
        if page is not None:
            self._pages.move_to_end(number)
            self._last, self._page = number, page
        return page

    def read(self, c: Connection, ids: array[int], number: int) -> Page | None:
        """Reads a page at once; None when a writer holds the file."""
        if monotonic() < self._locked_until:
            return None
        try:
            found = rows_of.read(c, self.entity, self.read_fields, self.rids(ids, number))
        except DatabaseFault:
            self._locked_until = monotonic() + _PATIENCE
            return None
        return self.put(ids, number, found)

    def rids(self, ids: array[int], number: int) -> array[int]:
        return ids[number * PAGE : (number + 1) * PAGE]

    def put(self, ids: array[int], number: int, found: Mapping[int, Row]) -> Page:
        """Keeps a page; the one looked at longest ago makes room."""
        page = Page([found.get(rid) for rid in self.rids(ids, number)])
        self._pages[number] = page
        self._pages.move_to_end(number)
        while len(self._pages) > KEPT:
            self._pages.popitem(last=False)
        self._last, self._page = number, page
        return page

    def drop(self) -> None:
        self._pages.clear()
        self._last, self._page = -1, None

    def forget_page(self, number: int) -> None:
        self._pages.pop(number, None)
        self._last, self._page = -1, None

    def texts(self, page: Page, at: int) -> tuple[str, ...]:
        """What a row shows, one text for each field; nothing for a row that is gone."""
        if at >= len(page.rows) or (row := page.rows[at]) is None:
            return NOTHING
        texts = tuple([show(row) for show in self._showers])
        page.texts[at] = texts
        return texts

    def cached(self, rids: Iterable[int]) -> dict[int, tuple[int, int]]:
        """Where those of the records that are here are: (page, place in it) by row number."""
        wanted = set(rids)
        return {
            row[0]: (number, at)
            for number, page in self._pages.items()
            for at, row in enumerate(page.rows)
            if row is not None and row[0] in wanted
        }

    def replace(self, number: int, at: int, row: Row) -> bool:
        """Puts a row's new state in place; False when its order may have changed."""
        page = self._pages[number]
        old = page.rows[at]
        page.rows[at], page.texts[at] = row, None
        return old is not None and [old[i] for i in self.watched] == [row[i] for i in self.watched]

    def stored(self, row: Row, column: int) -> Any:
        """The stored value behind a shown text: money in minor units, references as their text."""
        return row[self.slots[column]]
