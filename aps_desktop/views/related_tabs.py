"""The tabs of a record's page: the form, what belongs to the record, and its history."""

from __future__ import annotations

from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAction, QResizeEvent
from PySide6.QtWidgets import QMenu, QTabWidget, QToolButton, QVBoxLayout, QWidget

from aps_desktop.db.queries.lists import ListQuery
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.fields import Entity
from aps_desktop.services.record_page import RecordPage, Related, related_to
from aps_desktop.services.records import Record
from aps_desktop.views.context import Context
from aps_desktop.views.history_view import HistoryView
from aps_desktop.views.list_view import ListView

NO_RECORD = UUID(int=0)
_MOST = 7
_FEWEST = 3
_TAB_WIDTH = 112


class RelatedTab(QWidget):
    """The list of one kind of related records; the list is made when it is first seen."""

    def __init__(self, context: Context, related: Related, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.related = related
        self._context = context
        self._rid = 0
        self._id = NO_RECORD
        self._shown_rid = 0
        self.list: ListView | None = None
        self.setObjectName(f"related_{related.key}")
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)

    def show_for(self, record: Record) -> None:
        """Takes the record whose related records are shown."""
        self._rid, self._id = record.rid, record.id
        if self.isVisible():
            self._fill()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)
        self._fill()

    def on_changed(self, applied: Applied) -> None:
        if self.list is not None:
            self.list.on_changed(applied)

    def new_record(self) -> None:
        """Asks for a new record that belongs to the one shown."""
        self._on_new()

    def _fill(self) -> None:
        if not self._rid or self._rid == self._shown_rid:
            return
        self._shown_rid = self._rid
        if self.list is not None:
            self._column.removeWidget(self.list)
            self.list.deleteLater()
        filters = (self.related.filter(self._rid),)
        self.list = ListView(self._context, self.related.kind.name, fixed_filters=filters)
        self.list.opened.connect(self._on_opened)
        self.list.new_requested.connect(self._on_new)
        self.list.bulk_edit_requested.connect(self._on_bulk_edit)
        self.list.import_requested.connect(self._on_import)
        self.list.export_requested.connect(self._on_export)
        self._column.addWidget(self.list)

    def _on_opened(self, id: UUID) -> None:
        self._context.show_record(self.related.kind.name, id)

    def _on_new(self) -> None:
        from aps_desktop.views.new_record_dialog import new_record

        by = self.related.by
        value = frozenset({self._id}) if by.is_set else self._id
        new_record(self._context, self.related.kind, {by.name: value}, self.window())

    def _on_bulk_edit(self, ids: list[UUID]) -> None:
        from aps_desktop.views.bulk_edit_dialog import BulkEditDialog

        dialog = BulkEditDialog(self._context, self.related.kind.name, ids, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _on_export(self, query: ListQuery) -> None:
        from aps_desktop.views.export_dialog import export_list

        export_list(self._context, query, self.window())

    def _on_import(self) -> None:
        self._context.command_wanted.emit("import")


class RecordTabs(QTabWidget):
    """Overview first, then parts, then other related records that are there, history last."""

    tab_opened = Signal(str)

    def __init__(
        self, context: Context, kind: Entity, overview: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._kind = kind
        self._related = {one.key: one for one in related_to(kind.name)}
        self._counts: dict[str, int] = {}
        self._asked_for: list[str] = []
        self._rid = 0
        self._record: Record | None = None
        self._own = 0
        self._fits = 0
        self._tabs: dict[str, RelatedTab] = {}
        self.setObjectName("record_tabs")
        self.setAccessibleName("Parts of this record")
        self.setDocumentMode(True)
        self.tabBar().setAccessibleName("Parts of this record")
        self.tabBar().setElideMode(Qt.TextElideMode.ElideNone)
        self.tabBar().setUsesScrollButtons(True)
        self.addTab(overview, "Overview")
        self.history = HistoryView(context, kind, self)
        self.addTab(self.history, "History")
        self._more = QToolButton(self)
        self._more.setText("More ▾")
        self._more.setObjectName("more_tabs")
        self._more.setAccessibleName("More related records")
        self._more.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._more.setMenu(QMenu(self._more))
        self.setCornerWidget(self._more)

    def add_own(self, widget: QWidget, title: str) -> None:
        """A tab that one entity's page has besides; it stands behind the overview."""
        self._own += 1
        self.insertTab(self._own, widget, title)

    def show_page(self, page: RecordPage) -> None:
        """Takes a record; only what is visible is read."""
        if page.record.rid != self._rid:
            self._asked_for.clear()
        self._rid = page.record.rid
        self._record = page.record
        self._counts = page.counts
        self._arrange()
        for tab in self._tabs.values():
            tab.show_for(self._record)
        self.history.show_record(page.record.id)

    def show_overview_only(self) -> None:
        """For a record that is not made yet."""
        self._rid = 0
        self.setCurrentIndex(0)
        self.tabBar().hide()
        self._more.hide()

    def on_changed(self, applied: Applied) -> None:
        for tab in self._tabs.values():
            if tab.list is not None:
                tab.on_changed(applied)

    def touches_related(self, applied: Applied) -> bool:
        """Whether a change concerns records of a kind that has a tab or may get one."""
        return any(one.kind.name in applied.touched for one in self._related.values())

    def open_tab(self, key: str) -> None:
        """Brings a kind of related records to the front, in a tab of its own."""
        if key not in self._wanted():
            self._asked_for.append(key)
            self._arrange()
        self.setCurrentWidget(self._tabs[key])

    def _wanted(self) -> list[str]:
        """The tabs to show, always in the same order: what is there, and parts to begin with."""
        chosen = [key for key in self._related if self._counts.get(key)][: self._room()]
        parts = [key for key, one in self._related.items() if one.by.part_of]
        for key in parts:
            if len(chosen) < min(_FEWEST, self._room()) and key not in chosen:
                chosen.append(key)
        chosen += self._asked_for
        chosen += [key for key, tab in self._tabs.items() if tab is self.currentWidget()]
        return [key for key in self._related if key in chosen]

    def _room(self) -> int:
        """How many related tabs fit beside overview, history and the menu of the others."""
        own = 2 + self._own
        return max(1, min(_MOST, (self.width() - 90 - own * 90) // _TAB_WIDTH))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._rid and self._room() != self._fits:
            self._fits = self._room()
            self._arrange()

    def _arrange(self) -> None:
        self.tabBar().show()
        wanted = self._wanted()
        for key in [k for k in self._tabs if k not in wanted]:
            tab = self._tabs.pop(key)
            self.removeTab(self.indexOf(tab))
            tab.deleteLater()
        for at, key in enumerate(wanted, start=1 + self._own):
            if key not in self._tabs:
                tab = RelatedTab(self._context, self._related[key], self)
                self._tabs[key] = tab
                tab.show_for(self._record)
                self.insertTab(at, tab, "")
            words = self._words(key)
            place = self.indexOf(self._tabs[key])
            if self.tabText(place) != words:
                self.setTabText(place, words)
        self._fill_menu([k for k in self._related if k not in wanted])

    def _words(self, key: str) -> str:
        count = self._counts.get(key, 0)
        label = self._related[key].label.replace("&", "&&")
        return f"{label} {count:,}" if count else label

    def _fill_menu(self, keys: list[str]) -> None:
        menu = self._more.menu()
        menu.clear()
        for key in keys:
            action = QAction(self._words(key), menu)
            action.triggered.connect(partial(self.open_tab, key))
            menu.addAction(action)
        self._more.setVisible(bool(keys))
