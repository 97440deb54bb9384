"""A list of one entity's records: find, sort, filter, group, choose, keep as a view."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from aps_desktop.db.queries import conflicts as in_conflict
from aps_desktop.db.queries.lists import Filter, ListQuery
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import UserError
from aps_desktop.models.list_model import ListModel
from aps_desktop.services.saved_views import SavedView, ViewSettings
from aps_desktop.views import list_states as states
from aps_desktop.views.list_actions import ListActions
from aps_desktop.views.list_bar import ListBar
from aps_desktop.views.list_chips import FilterChips
from aps_desktop.views.list_columns import ListColumns
from aps_desktop.views.list_kept import from_state, to_state
from aps_desktop.views.list_naming import chip_words
from aps_desktop.views.list_saved import SavedViews
from aps_desktop.views.list_table import ListTable
from aps_desktop.views.list_wanted import ListWanted

if TYPE_CHECKING:
    from aps_desktop.domain.changes import Applied
    from aps_desktop.views.context import Context

_PATIENCE_MS = 200
_SETTLE_MS = 40
"""An arrow key held down goes through many rows; the record shows where it rests."""


class ListView(QWidget):
    """`selected` carries the id of the one current record or None, `opened` that of Enter's,
    `counted` how many are selected.

    The other wishes: a new record, an import, several records to edit at once (a list of ids), the
    list as it is to be exported (a ListQuery).
    """

    selected = Signal(object)
    opened = Signal(object)
    counted = Signal(int)
    new_requested = Signal()
    import_requested = Signal()
    bulk_edit_requested = Signal(object)
    export_requested = Signal(object)

    def __init__(
        self,
        context: Context,
        name: str,
        fixed_filters: Sequence[Filter] = (),
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.context = context
        self.entity = entity(name)
        self.setObjectName(f"list_{name}")
        self.setAccessibleName(self.entity.plural)
        self._asked = False
        self._told: UUID | None = None
        self.model = ListModel(context.runner, ListQuery(name, ()), self)
        self.bar = ListBar(self.entity, self)
        self.chips = FilterChips(self)
        self.table = ListTable(self.model, self)
        self.table.setAccessibleName(self.entity.plural)
        hidden = frozenset(f.field for f in fixed_filters if f.op == "rid")
        self.columns = ListColumns(self.entity, self.table, hidden)
        self._wanted = ListWanted(name, self.columns.default, fixed_filters)
        self.states = states.ListStates(self.entity, self.table.viewport())
        self.views = SavedViews(context, self.entity, self.bar.view, self.settings)
        self.actions_ = ListActions(self)
        self.setFocusProxy(self.table)
        self._lay_out()
        self._timers()
        self._connect()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.bar)
        column.addWidget(self.chips)
        column.addWidget(self.table, 1)
        QWidget.setTabOrder(self.bar.box, self.table)
        self.table.horizontalHeader().before = self.bar.filters
        self.bar.show_group("")

    def _timers(self) -> None:
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(_PATIENCE_MS)
        self._late.timeout.connect(self._on_late)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(_SETTLE_MS)
        self._rest.timeout.connect(self._tell_selected)

    def _connect(self) -> None:
        header = self.table.horizontalHeader()
        header.sectionClicked.connect(self._on_header_clicked)
        header.filtered.connect(self._on_filtered)
        header.columns_menu_requested.connect(self.columns.popup)
        self.columns.changed.connect(self.show_columns)
        self.bar.typed.connect(self.set_text)
        self.bar.box.left.connect(self._on_box_left)
        self.bar.group_chosen.connect(self.set_group)
        self.bar.filters_toggled.connect(header.show_filter_row)
        self.bar.filters.clicked.connect(header.enter_filter_row)
        self.bar.columns_requested.connect(self._on_columns_requested)
        self.bar.menu_requested.connect(self._on_more)
        self.chips.removed.connect(self._on_chip_removed)
        self.states.wished.connect(self._on_wished)
        self.views.chosen.connect(self._on_view_chosen)
        self.table.row_opened.connect(self._on_row_opened)
        self.table.wished.connect(self._on_wished)
        self.table.menu_requested.connect(self.actions_.popup)
        self.table.resized.connect(self._cover)
        self.table.settled.connect(self._on_settled)
        self.table.selectionModel().selectionChanged.connect(self._on_selection_changed)
        self.model.opened.connect(self._on_opened)
        self.model.completed.connect(self._on_completed)
        self.model.rowsInserted.connect(self._show_count)
        self.model.failed.connect(self._on_failed)

    # What others ask -----------------------------------------------------------------------------

    def query(self) -> ListQuery:
        """What the list shows now."""
        return self._wanted.query()

    def set_filters(self, filters: Sequence[Filter]) -> None:
        """Narrows the list to these filters in place of those there are."""
        self._wanted.narrow(filters)
        self._narrowed()

    def set_fixed_filters(self, filters: Sequence[Filter]) -> None:
        """Shows the records of another owner: filters that the officer cannot take away."""
        self._wanted.fixed = tuple(filters)
        self._told = None
        self.table.clearSelection()
        self.refresh()

    def set_text(self, text: str) -> None:
        """The quick filter: words that the records' names contain."""
        if text.split() != self._wanted.text.split():
            self._wanted.text = text
            self.refresh()

    def set_group(self, name: str) -> None:
        """Groups the rows by a field; "" for none."""
        self._wanted.group = name
        self.bar.show_group(name)
        self.refresh()

    def set_sort(self, sort: Sequence[tuple[str, bool]]) -> None:
        """Sorts by (field, descending); nothing for the entity's own order."""
        self._wanted.sort = tuple(sort)
        self._show_sort()
        self.refresh()

    def sort_by(self, name: str) -> None:
        """As a click on its heading: upwards, then downwards, then the entity's own order."""
        self.set_sort(self._wanted.next_sort(name))

    def show_columns(self, names: Sequence[str]) -> None:
        """Shows these fields as columns."""
        self._wanted.fields = tuple(names)
        if self._asked:
            self.model.show_fields(self._wanted.fields)
            self._show_sort()

    def show_record(self, id: UUID) -> None:
        """Selects a record where the list shows it."""
        self._told = id
        self.model.find(id, self._on_found)

    def find(self) -> None:
        """Puts the keyboard into the quick filter."""
        self.bar.box.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.bar.box.selectAll()

    def clear_filters(self) -> None:
        """Takes away all that the officer narrowed the list by."""
        self.set_filters(())

    def refresh(self) -> None:
        """Asks the database again."""
        if self._asked:
            self._late.start()
            self.table.verticalScrollBar().setValue(0)
            self.model.open(self.query())

    def on_changed(self, applied: Applied) -> None:
        """Takes in what a write touched."""
        self.views.on_changed(applied)
        if self._asked:
            self.model.on_changed(applied)
            self._read_marks()

    def settings(self) -> ViewSettings:
        """How the list is looked at, for keeping as a view."""
        shown = self.columns.shown() if self._asked else self._wanted.fields
        return self._wanted.settings(shown, self.columns.widths)

    def show_settings(self, settings: ViewSettings) -> None:
        """Looks at the list in another way."""
        self._wanted.take(settings, self.columns.default)
        self.columns.widths = dict(settings.widths)
        self.bar.show_group(self._wanted.group)
        self._narrowed()

    def save_state(self) -> dict[str, Any]:
        """What is found again at the next start; plain JSON."""
        return to_state(self.settings(), self.views.current, self.bar.filters.isChecked())

    def restore_state(self, state: dict[str, Any]) -> None:
        """Takes back what `save_state` gave, of whatever version."""
        settings, view, row_shown = from_state(self.entity, state)
        self.views.show_current(view)
        self.bar.filters.setChecked(row_shown)
        self.show_settings(settings)

    # What happens --------------------------------------------------------------------------------

    def showEvent(self, event: object) -> None:
        super().showEvent(event)
        if not self._asked:
            self._asked = True
            self.views.load()
            self.refresh()

    def _narrowed(self) -> None:
        self.bar.box.setText(self._wanted.text)
        self.table.horizontalHeader().show_filters(self._wanted.filters)
        self._show_chips()
        self.refresh()

    def _on_filtered(self, name: str, filters: tuple[Filter, ...]) -> None:
        self._wanted.narrow_field(name, filters)
        self._show_chips()
        self.refresh()

    def _show_chips(self) -> None:
        words = chip_words(self.context.runner, self.entity, self._wanted.filters)
        self.chips.show_words(words)
        self.bar.show_filtered(bool(self._wanted.filters))

    def _on_chip_removed(self, name: str) -> None:
        if not name:
            self.clear_filters()
            return
        self._wanted.narrow_field(name, ())
        self._narrowed()

    def _on_header_clicked(self, column: int) -> None:
        self.sort_by(self.model.fields[column].name)

    def _show_sort(self) -> None:
        header = self.table.horizontalHeader()
        names = [field.name for field in self.model.fields]
        name, down = self._wanted.sort[0] if self._wanted.sort else ("", False)
        header.setSortIndicatorShown(name in names)
        if name in names:
            order = Qt.SortOrder.DescendingOrder if down else Qt.SortOrder.AscendingOrder
            header.setSortIndicator(names.index(name), order)

    def _on_view_chosen(self, view: SavedView | None) -> None:
        self.show_settings(view.settings if view is not None else ViewSettings())

    def _on_columns_requested(self) -> None:
        self.columns.popup(self.bar.columns.mapToGlobal(QPoint(0, self.bar.columns.height())))

    def _on_more(self) -> None:
        self.actions_.popup(self.bar.more.mapToGlobal(QPoint(0, self.bar.more.height())))

    def _on_wished(self, wish: str) -> None:
        {
            "new": self.new_requested.emit,
            "import": self.import_requested.emit,
            "clear": self.clear_filters,
            "find": self.find,
            "delete": self.actions_.delete,
            "copy": self.actions_.copy,
        }[wish]()

    def _on_box_left(self) -> None:
        self.table.setFocus()
        if self.model.rowCount() and not self.table.selectionModel().hasSelection():
            self.table.select_row(0)

    # What the model says -------------------------------------------------------------------------

    def _on_opened(self) -> None:
        self._late.stop()
        self._show_sort()
        self._show_count()
        self._show_state()

    def _on_completed(self) -> None:
        self._late.stop()
        self._show_count()
        self._show_state()
        self._read_marks()

    def _read_marks(self) -> None:
        """Asks which records have fields in conflict."""
        work = partial(in_conflict.records, entity_number=self.entity.number)
        self.context.runner.query(work, self.table.mark, owner=self, key="marks")

    def _on_late(self) -> None:
        self.bar.count.setText("reading…")
        if not self.model.rowCount() and self.states.state == states.FULL:
            self.states.show_state(states.LOADING)
            self._cover()

    def _on_failed(self, error: UserError) -> None:
        self._late.stop()
        self.context.show_failure(error)

    def _show_state(self) -> None:
        if self.model.records:
            self.states.show_state(states.FULL)
        else:
            self.states.show_state(states.NOTHING if self._wanted.narrowed else states.EMPTY)
        self._cover()

    def _cover(self) -> None:
        self.states.setGeometry(self.table.viewport().rect())

    def _show_count(self) -> None:
        chosen = self.table.selected_count()
        known = self.model.complete or not self.model.query.narrowed
        shown = f"{self.model.records:,}" if known else "…"
        several = f"{chosen:,} of {shown} selected"
        self.bar.count.setText(several if chosen > 1 else f"{shown} shown")
        self.counted.emit(chosen)

    # Selection -----------------------------------------------------------------------------------

    def selected_id(self) -> UUID | None:
        """The id of the one selected record; None for none or several."""
        rows = self.table.spans()
        one = len(rows) == 1 and rows[0][0] == rows[0][1]
        return self.model.id_at(rows[0][0]) if one else None

    def _on_selection_changed(self) -> None:
        self._show_count()
        self._rest.start()

    def _on_settled(self) -> None:
        self._show_count()
        self.actions_.after_delete()
        self._rest.start()

    def _tell_selected(self) -> None:
        id = self.selected_id()
        if id != self._told and not self.model.loading:
            self._told = id
            self.selected.emit(id)

    def _on_row_opened(self, row: int) -> None:
        id = self.model.id_at(row)
        if id is not None:
            self._told = id
            self.opened.emit(id)

    def _on_found(self, row: int) -> None:
        if row >= 0:
            self.table.select_row(row)
