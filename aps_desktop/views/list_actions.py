"""What can be done with the selected records of a list: its context menu and keys."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import QObject, QPoint, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from aps_desktop.db.queries.lists import ListQuery
from aps_desktop.domain.changes import Applied
from aps_desktop.services import list_text, records
from aps_desktop.views.context import ATTENTION, OK

_MOST = 5_000
"""So many records at once for deleting, copying and editing; more is a matter for an export."""


class ListActions(QObject):
    """Acts for one `ListView`, which makes it."""

    def __init__(self, view: QWidget) -> None:
        super().__init__(view)
        self._view = view
        self._deleted_at = -1

    def popup(self, at: QPoint) -> QMenu:
        """Opens the menu of the selected records."""
        view, count = self._view, self._view.table.selected_count()
        label = view.entity.label.lower()
        many = f"{count:,} {view.entity.plural.lower()}" if count != 1 else label
        menu = QMenu(view)
        menu.setObjectName("list_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._add(menu, "open", f"Open {label}", self.open, "Return", count == 1)
        self._add(menu, "new", f"New {label}", view.new_requested.emit, "Ins")
        menu.addSeparator()
        self._add(menu, "copy", "Copy rows", self.copy, "Ctrl+C", count > 0)
        self._add(menu, "bulk", f"Edit {many} at once…", self.bulk_edit, "", count > 1)
        if view.entity.unites:
            self._add(menu, "unite", "Unite these two…", self.unite, "", count == 2)
        self._add(menu, "export", "Export this list…", self.export)
        menu.addSeparator()
        self._add_sorting(menu)
        menu.addSeparator()
        self._add(menu, "delete", f"Delete {many}", self.delete, "Del", count > 0)
        menu.popup(at)
        return menu

    def _add(
        self,
        menu: QMenu,
        name: str,
        words: str,
        slot: Callable[[], None],
        key: str = "",
        enabled: bool = True,
    ) -> None:
        action = menu.addAction(f"{words}\t{key}" if key else words)
        action.setObjectName(f"list_{name}")
        action.setEnabled(enabled)
        action.triggered.connect(slot)

    def _add_sorting(self, menu: QMenu) -> None:
        """What a click on a heading does, for the keyboard: again turns the order round."""
        view = self._view
        sort = view.query().sort
        name, down = sort[0] if sort else ("", False)
        order = menu.addMenu("Sort by")
        order.setObjectName("list_sort")
        way = "downwards" if down else "upwards"
        for column in ("", *view.columns.shown()):
            words = (
                view.entity.field(column).label.replace("&", "&&")
                if column
                else "The list’s own order"
            )
            action = order.addAction(f"{words}\t{way}" if column and column == name else words)
            action.setData(column)
            action.setCheckable(True)
            action.setChecked(column == name)
            action.triggered.connect(self._on_sort)

    def _on_sort(self) -> None:
        name = self.sender().data()
        if name:
            self._view.sort_by(name)
        else:
            self._view.set_sort(())

    def open(self) -> None:
        """Opens the one selected record."""
        id = self._view.selected_id()
        if id is not None:
            self._view.opened.emit(id)

    def export(self) -> None:
        """Asks for the list as it is shown, as a workbook."""
        self._view.export_requested.emit(self._view.query())

    def bulk_edit(self) -> None:
        """Asks for a form that changes all selected records at once."""
        self._with_ids(self._view.bulk_edit_requested.emit)

    def copy(self) -> None:
        """Puts the selected rows with their headings on the clipboard."""
        rids = self._chosen()
        if rids:
            query = self._view.query()
            shown = ListQuery(query.entity, self._view.columns.shown())
            work = partial(_text, shown, rids)
            self._view.context.runner.query(work, partial(self._on_text, len(rids)), owner=self)

    def _on_text(self, count: int, text: str) -> None:
        QGuiApplication.clipboard().setText(text)
        self._view.context.say(f"Copied {count:,} {'row' if count == 1 else 'rows'}.")

    def delete(self) -> None:
        """Deletes the selected records; what refers to them is a refusal in words."""
        spans = self._view.table.spans()
        if spans:
            self._deleted_at = spans[0][0]
            self._with_ids(self._delete)

    def _delete(self, ids: list[UUID]) -> None:
        context = self._view.context
        work = partial(_delete, self._view.entity.name, ids)
        context.runner.mutate(work, self._on_deleted, self._on_refused, owner=self)

    def _on_deleted(self, applied: Applied) -> None:
        label = applied.label[:1].upper() + applied.label[1:]
        words = label.replace("Delete ", "Deleted ", 1)
        self._view.context.say(f"{words}.", OK, "Undo", self._undo)

    def _on_refused(self, error: Exception) -> None:
        self._deleted_at = -1
        self._view.context.show_failure(error)

    def _undo(self) -> None:
        context = self._view.context
        context.runner.mutate(records.undo, None, context.show_failure)

    def after_delete(self) -> None:
        """The record that moved up is selected, so that the keyboard stays where it was."""
        at, self._deleted_at = self._deleted_at, -1
        table, rows = self._view.table, self._view.model.rowCount()
        if at >= 0 and rows and not table.selectionModel().hasSelection():
            table.select_row(min(at, rows - 1))

    def unite(self) -> None:
        """Two records that are one: which stays is asked."""
        view = self._view
        from aps_desktop.views import unite_dialog  # late: it brings what merging needs

        self._with_ids(partial(unite_dialog.open_for, view.context, view.entity.name, parent=view))

    def _chosen(self) -> tuple[int, ...]:
        if self._view.table.selected_count() > _MOST:
            words = f"Select at most {_MOST:,} rows at once, or export the list."
            self._view.context.say(words, ATTENTION)
            return ()
        return tuple(self._view.table.selected_rids())

    def _with_ids(self, then: Callable[[list[UUID]], None]) -> None:
        rids = self._chosen()
        if rids:
            work = partial(_ids, self._view.entity.name, rids)
            self._view.context.runner.query(work, then, owner=self)


def _text(query: ListQuery, rids: Sequence[int], c: object) -> str:
    return list_text.rows_as_text(c, query, rids)


def _ids(name: str, rids: Sequence[int], c: object) -> list[UUID]:
    return list_text.ids_of(c, name, rids)


def _delete(name: str, ids: Sequence[UUID], db: object) -> Applied:
    return records.delete(db, name, ids)
