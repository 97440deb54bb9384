"""The rows of a list as Qt asks for them: only those near the screen are here."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from aps_desktop.db.connection import Row
from aps_desktop.db.queries import rows as rows_of
from aps_desktop.db.queries.lists import ListQuery
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.models import list_reading as reading
from aps_desktop.models.list_groups import GroupLayout
from aps_desktop.models.list_pages import NOTHING, PAGE, Page, Pages

DISPLAY = int(Qt.ItemDataRole.DisplayRole)
TOOL_TIP = int(Qt.ItemDataRole.ToolTipRole)
ALIGNMENT = int(Qt.ItemDataRole.TextAlignmentRole)
RAW = int(Qt.ItemDataRole.UserRole) + 1
ID = RAW + 1
RID = RAW + 2
HEADING = RAW + 3
"""Roles: the stored value, the record's id (bytes), its row number, and a group's heading."""

_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_HORIZONTAL = Qt.Orientation.Horizontal
_FLAGS = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
_HEADING_FLAGS = Qt.ItemFlag.ItemIsEnabled
_NO_FLAGS = Qt.ItemFlag.NoItemFlags
_NUMBERS = frozenset({Kind.NUMBER, Kind.MONEY, Kind.PERCENT})
_Index = QModelIndex | QPersistentModelIndex
NO_INDEX = QModelIndex()


def right_aligned(field: Field) -> bool:
    """Numbers stand under one another by their last digit."""
    return field.kind in _NUMBERS


class ListRows(QAbstractTableModel):
    """The rows that are there, to Qt and to the delegate; `ListModel` brings them."""

    def __init__(self, runner: Any, query: ListQuery, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._runner = runner
        self._ids: array[int] = array("q")
        self._count = 0
        self._layout: GroupLayout | None = None
        self._waiting: set[int] = set()
        self._dress(query)

    def _dress(self, query: ListQuery) -> None:
        """Prepares for a query's columns."""
        kind = entity(query.entity)
        self.query = query
        self.fields = tuple(kind.field(name) for name in query.fields)
        self._aligned = [_RIGHT if right_aligned(field) else _LEFT for field in self.fields]
        self._pages = Pages(query.entity, query.fields, reading.watched_fields(query))

    def _repaint(self) -> None:
        rows = self.rowCount()
        if rows and self.fields:
            self.dataChanged.emit(self.index(0, 0), self.index(rows - 1, len(self.fields) - 1))

    # Rows and records ----------------------------------------------------------------------------

    @property
    def records(self) -> int:
        """How many records the list has, as far as it is known."""
        return self._count

    def place_of(self, row: int) -> int:
        """Which record, counted in the list's order, a row shows; -1 for a heading."""
        return row if self._layout is None else self._layout.place(row)

    def row_of_place(self, place: int) -> int:
        return place if self._layout is None else self._layout.row(place)

    def _rows_of(self, places: dict[int, int]) -> dict[int, int]:
        rows = {rid: self.row_of_place(place) for rid, place in places.items()}
        return {rid: row for rid, row in rows.items() if row >= 0}

    def rid_at(self, row: int) -> int | None:
        """A row's local row number; None for a heading and for a row that has not come yet."""
        place = self.place_of(row)
        return self._ids[place] if 0 <= place < len(self._ids) else None

    def id_at(self, row: int) -> UUID | None:
        """The id of the record in a row."""
        found = self.raw(row)
        return UUID(bytes=bytes(found[1])) if found is not None else None

    def rids_in(self, spans: Sequence[tuple[int, int]]) -> array[int]:
        """The row numbers of the records in these spans of rows (first, last)."""
        found: array[int] = array("q")
        for first, last in spans:
            if self._layout is None:
                found += self._ids[first : last + 1]
                continue
            rids = (self.rid_at(row) for row in range(first, last + 1))
            found.extend(rid for rid in rids if rid is not None)
        return found

    def ids_snapshot(self) -> array[int]:
        """All row numbers known, in order; not to be changed."""
        return self._ids

    def raw(self, row: int) -> Row | None:
        """The stored row behind a row of the list."""
        page = self._page(place := self.place_of(row))
        at = place % PAGE
        return page.rows[at] if page is not None and at < len(page.rows) else None

    def stored(self, row: int, column: int) -> Any:
        """The stored value behind a cell: money in minor units, a choice's key."""
        found = self.raw(row)
        return None if found is None else self._pages.stored(found, column)

    def texts(self, row: int) -> tuple[str, ...]:
        """A row's texts by column; empty for a heading and while the row is on its way."""
        place = row if self._layout is None else self._layout.place(row)
        page = self._page(place)
        if page is None:
            return NOTHING
        at = place % PAGE
        return (page.texts[at] if at < len(page.texts) else None) or self._pages.texts(page, at)

    def _page(self, place: int) -> Page | None:
        if not 0 <= place < len(self._ids):
            return None
        number = place // PAGE
        page = self._pages.find(number)
        if page is None and number not in self._waiting:
            connection = self._runner.window_connection()
            page = self._pages.read(connection, self._ids, number)
            if page is None:
                self._ask_page(number)
        return page

    def _ask_page(self, number: int) -> None:
        """A writer holds the file: the page comes later, the rows stay empty until then."""
        self._waiting.add(number)
        rids = tuple(self._pages.rids(self._ids, number))
        work = partial(read_rows, self.query.entity, self._pages.read_fields, rids)
        done = partial(self._on_page, self._pages, self._ids, number)
        failed = partial(self._on_no_page, number)
        self._runner.query(work, done, failed, owner=self)

    def _on_page(self, pages: Pages, ids: array[int], number: int, found: dict[int, Row]) -> None:
        self._waiting.discard(number)
        if pages is self._pages and ids is self._ids:
            pages.put(ids, number, found)
        self._repaint()

    def _on_no_page(self, number: int, error: UserError) -> None:
        del error
        self._waiting.discard(number)

    # Groups --------------------------------------------------------------------------------------

    def heading(self, row: int) -> tuple[str, int, bool] | None:
        """(label, records, open) of the group whose heading the row is."""
        group = self._layout.heading(row) if self._layout is not None else -1
        if self._layout is None or group < 0:
            return None
        label, count = self._layout.groups[group]
        return label, count, label not in self._layout.collapsed

    def toggle(self, row: int) -> None:
        """Opens or closes the group whose heading the row is."""
        group = self._layout.heading(row) if self._layout is not None else -1
        if self._layout is None or group < 0:
            return
        label, count = self._layout.groups[group]
        layout = self._layout.toggled(group)
        if not count:
            self._layout = layout
        elif label in self._layout.collapsed:
            self.beginInsertRows(NO_INDEX, row + 1, row + count)
            self._layout = layout
            self.endInsertRows()
        else:
            self.beginRemoveRows(NO_INDEX, row + 1, row + count)
            self._layout = layout
            self.endRemoveRows()

    # What Qt asks --------------------------------------------------------------------------------

    def rowCount(self, parent: _Index = NO_INDEX) -> int:
        if parent.isValid():
            return 0
        return self._count if self._layout is None else self._layout.rows

    def columnCount(self, parent: _Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.fields)

    def data(self, index: _Index, role: int = DISPLAY) -> Any:
        if role in (DISPLAY, TOOL_TIP):
            return self._text(index.row(), index.column(), role)
        if role == ALIGNMENT:
            return self._aligned[index.column()]
        if role == RID:
            return self.rid_at(index.row())
        if role == RAW:
            return self.stored(index.row(), index.column())
        if role == ID:
            row = self.raw(index.row())
            return None if row is None else bytes(row[1])
        if role == HEADING:
            return self.heading(index.row())
        return None

    def _text(self, row: int, column: int, role: int) -> str | None:
        texts = self.texts(row)
        if texts:
            return texts[column]
        head = self.heading(row) if role == DISPLAY and column == 0 else None
        return f"{head[0]} ({head[1]:,})" if head else None

    def headerData(self, section: int, orientation: Any, role: int = DISPLAY) -> Any:
        if orientation != _HORIZONTAL or not 0 <= section < len(self.fields):
            return None
        if role == DISPLAY:
            return self.fields[section].label
        if role == TOOL_TIP:
            return self.fields[section].help or None
        return self._aligned[section] if role == ALIGNMENT else None

    def flags(self, index: _Index) -> Any:
        if not index.isValid():
            return _NO_FLAGS
        return _FLAGS if self.place_of(index.row()) >= 0 else _HEADING_FLAGS


def read_rows(name: str, fields: tuple[str, ...], rids: tuple[int, ...], c: Any) -> dict[int, Row]:
    """Raw rows by row number, read in a thread."""
    return rows_of.read(c, name, fields, rids)
