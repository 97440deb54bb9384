"""A list of any length, kept true to the database while it is shown.

A thread finds the rows; the first page shows as soon as it is found, the rest when it is. Sorting
and filtering is the database's work, never Python's.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import QObject, QTimer
from PySide6.QtCore import Signal as QtSignal

from aps_desktop.db.connection import DatabaseFault, Interrupted, Row
from aps_desktop.db.queries.lists import ListQuery
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.errors import UserError
from aps_desktop.models import list_reading as reading
from aps_desktop.models.list_groups import GroupLayout
from aps_desktop.models.list_pages import PAGE, Pages
from aps_desktop.models.list_rows import NO_INDEX, ListRows, read_rows

_STEPS = 150_000
"""About 5 ms of SQLite's work: what the window's own thread may spend on the first rows."""
_AFTER_PAINT_MS = 60
"""The rest of a list is read once its first page is painted: the two would share the processor."""

_FEW = 64
"""So many touched rows are looked at one by one; more, and the list is read again."""


class ListModel(ListRows):
    """Rows of one entity as a `ListQuery` asks for them.

    `opened`: the first rows of a new query are there. `completed`: all of them are. `renewed`
    carries {row number: row} of the kept records after a change moved rows. `failed` a UserError.
    `keep(refresh)` is asked before rows move for the row numbers that are to be found again.
    """

    opened = QtSignal()
    completed = QtSignal()
    renewed = QtSignal(object)
    failed = QtSignal(object)

    def __init__(self, runner: Any, query: ListQuery, parent: QObject | None = None) -> None:
        super().__init__(runner, query, parent)
        self.keep: Callable[[bool], tuple[int, ...]] = _nothing
        self._kept: tuple[int, ...] = ()
        self.complete = False
        self.loading = False
        self._asked = query
        self._unsure = False
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.setInterval(_AFTER_PAINT_MS)
        self._later.timeout.connect(self._on_later)

    def _dress(self, query: ListQuery) -> None:
        super()._dress(query)
        self._named = reading.named_entities(query)

    # Asking the database -------------------------------------------------------------------------

    def open(self, query: ListQuery) -> None:
        """Shows another query; the rows there are stay until its first ones have come."""
        self._kept = self._kept or self.keep(False)
        self._asked = query
        self.loading, self.complete = True, False
        fields = Pages(query.entity, query.fields, reading.watched_fields(query)).read_fields
        self._later.stop()
        self._runner.cancel(self, "all")
        self._runner.cancel(self, "first")
        found = self._at_once(query, fields)
        if found is not None:
            self._on_first(found)
        elif not query.narrowed or self._unsure:
            self._ask("first", partial(reading.first_rows, query, fields), self._on_first)
        if query.narrowed and not self.complete:
            self._read_all(query, None)

    def _at_once(self, query: ListQuery, fields: tuple[str, ...]) -> reading.Found | None:
        """The first rows without a thread's detour, where they take a few milliseconds.

        A narrowed list that cannot be had so has few matches: only reading it whole finds them.
        """
        self._unsure = False
        try:
            connection = self._runner.window_connection()
            self._unsure = connection.postgres
            with connection.brief(_STEPS):
                return reading.first_rows(query, fields, connection)
        except Interrupted:
            return None
        except DatabaseFault:
            self._unsure = True
            return None

    def show_fields(self, names: tuple[str, ...]) -> None:
        """Shows other columns of the same rows."""
        if self.loading:
            self.open(replace(self._asked, fields=names))
            return
        self._asked = replace(self.query, fields=names)
        kept = self.keep(True)[:_FEW]
        self.beginResetModel()
        self._dress(self._asked)
        self.endResetModel()
        self.renewed.emit(self._rows_of(reading.places(self._ids, kept)))

    def reload(self) -> None:
        """Reads the list again, keeping what is shown until something else is known."""
        if self.loading or not self.complete:
            self.open(self._asked)
        else:
            self._kept = self.keep(True)
            self._read_all(self.query, self._ids)

    def _ask(self, key: str, work: Callable[..., Any], done: Callable[[Any], None]) -> None:
        self._runner.query(work, done, self._on_failed, owner=self, key=key)

    def _read_all(self, query: ListQuery, old: array[int] | None) -> None:
        fields = Pages(query.entity, query.fields, reading.watched_fields(query)).read_fields
        known = self._layout.groups if self._layout is not None and not self.loading else ()
        groups = known if old is None else ()
        work = partial(reading.all_rows, query, fields, old, self._kept, groups)
        self._ask("all", work, self._on_all if old is None else self._on_renewed)

    def _on_failed(self, error: UserError) -> None:
        self.loading = False
        self.failed.emit(error)

    def _on_first(self, found: reading.Found) -> None:
        if not self.loading:
            return
        self._replace(self._asked, found)
        self.opened.emit()
        if self.complete:
            self._runner.cancel(self, "all")
            self._settle(reading.places(found.ids, self._kept))
        elif not self.query.narrowed:
            self._later.start()

    def _on_later(self) -> None:
        if not self.loading and not self.complete:
            self._read_all(self.query, None)

    def _on_all(self, found: reading.Found) -> None:
        if self.loading:
            self._runner.cancel(self, "first")
            self._replace(self._asked, found)
            self.opened.emit()
        elif not self._fits(found):
            self._replace(self.query, found)
        else:
            self._extend(found)
        self._settle(found.places)

    def _settle(self, places: dict[int, int]) -> None:
        """All rows are known: those that were to be kept in sight can be."""
        self._kept = ()
        self.completed.emit()
        self.renewed.emit(self._rows_of(places))

    def _on_renewed(self, found: reading.Found) -> None:
        if found.same and (not found.groups or self._same_groups(found)):
            self._ids, self._kept = found.ids, ()
            self._repaint()
            return
        self._replace(self.query, found)
        self._settle(found.places)

    def _same_groups(self, found: reading.Found) -> bool:
        return self._layout is not None and self._layout.groups == found.groups

    def _fits(self, found: reading.Found) -> bool:
        """Whether the whole list begins with the rows that are shown already."""
        if self._layout is not None and self._layout.groups != found.groups:
            return False
        return found.ids[: len(self._ids)] == self._ids

    def _replace(self, query: ListQuery, found: reading.Found) -> None:
        self.beginResetModel()
        collapsed = self._layout.collapsed if self._layout else frozenset()
        if query.group != self.query.group:
            collapsed = frozenset()
        self._dress(query)
        self.loading = False
        self._waiting.clear()
        self._ids = found.ids
        self._count = found.count if found.count >= 0 else len(found.ids)
        self._layout = GroupLayout(found.groups, collapsed) if query.group else None
        self.complete = found.whole
        self._pages.put(self._ids, 0, found.rows)
        self.endResetModel()

    def _extend(self, found: reading.Found) -> None:
        """The rest of the row numbers has come: rows that were promised can now be read."""
        self.complete = True
        if self._layout is None and found.count > self._count:
            self.beginInsertRows(NO_INDEX, self._count, found.count - 1)
            self._ids, self._count = found.ids, found.count
            self.endInsertRows()
        elif self._layout is None and found.count < self._count:
            self.beginRemoveRows(NO_INDEX, found.count, self._count - 1)
            self._ids, self._count = found.ids, found.count
            self.endRemoveRows()
        else:
            self._ids = found.ids
        self._pages.drop()
        self._repaint()

    # After a write -------------------------------------------------------------------------------

    def on_changed(self, applied: Applied) -> None:
        """Repaints or reads again what a write touched; nothing when it touched other things."""
        touched = applied.touched.get(self.query.entity, frozenset())
        renamed = self._named & applied.touched.keys()
        if not touched and not renamed:
            return
        if self.loading or not self.complete:
            self.open(self._asked)
        elif renamed - {self.query.entity} or len(touched) > _FEW:
            self._pages.drop()
            self._repaint()
            self.reload()
        else:
            self._look_at(touched)

    def _look_at(self, touched: frozenset[int]) -> None:
        """Few rows changed: when all are in sight and keep their order, only they are painted."""
        cached = self._pages.cached(touched)
        if len(cached) < len(touched):
            for number, _ in cached.values():
                self._pages.forget_page(number)
            self._repaint()
            self.reload()
            return
        fields, name = self._pages.read_fields, self.query.entity
        work = partial(read_rows, name, fields, tuple(touched))
        self._runner.query(work, partial(self._on_looked, self._pages), owner=self)

    def _on_looked(self, pages: Pages, found: dict[int, Row]) -> None:
        if pages is not self._pages:
            return
        places = pages.cached(found)
        steady = len(places) == len(found) and bool(found)
        for rid, (number, at) in places.items():
            steady &= pages.replace(number, at, found[rid])
            row = self.row_of_place(number * PAGE + at)
            if row >= 0:
                self.dataChanged.emit(self.index(row, 0), self.index(row, len(self.fields) - 1))
        if not steady:
            self.reload()

    def find(self, id: UUID, done: Callable[[int], None]) -> None:
        """Tells `done` the row of a record, -1 when the list does not show it."""
        work = partial(_place, self._ids, id)
        self._runner.query(work, partial(self._on_place, done), owner=self, key="find")

    def _on_place(self, done: Callable[[int], None], place: int) -> None:
        done(self.row_of_place(place) if 0 <= place < self._count else -1)


def _nothing(refresh: bool) -> tuple[int, ...]:
    return ()


def _place(ids: array[int], id: UUID, c: Any) -> int:
    rid = c.value("SELECT rid FROM record WHERE uuid = ?", (id.bytes,))
    return reading.places(ids, (rid,)).get(rid, -1) if rid is not None else -1
