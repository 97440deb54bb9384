"""A page of one entity: its list beside the open record, or one in place of the other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QPushButton, QSplitter, QVBoxLayout, QWidget

from aps_desktop.domain.entities import entity
from aps_desktop.views import icons, theme
from aps_desktop.views.form_banner import FormBanner
from aps_desktop.views.list_view import ListView
from aps_desktop.views.navigation import ENTITY
from aps_desktop.views.pane import Pane, set_sizes

if TYPE_CHECKING:
    from aps_desktop.db.queries.lists import ListQuery
    from aps_desktop.domain.changes import Applied
    from aps_desktop.views.context import Context
    from aps_desktop.views.detail_view import DetailView

_LIST_SHARE = 0.46


class EntityPane(Pane):
    """Composes list and detail. The list has all the room until a record is chosen; below 1366 px
    the record stands in the list's place.
    """

    def __init__(self, context: Context, key: str, title: str, area: str) -> None:
        super().__init__(context, key, title, area)
        self.entity = entity(key.removeprefix(ENTITY))
        self._record: UUID | None = None
        self._sought: UUID | None = None
        self._kept: UUID | None = None
        self._detail: DetailView | None = None
        self._wide = True
        self._shown = False
        self._sizes: list[int] = []
        self.list = ListView(context, self.entity.name)
        self._side = self._detail_side()
        self._splitter = QSplitter(Qt.Orientation.Horizontal, self)
        self._splitter.setObjectName("list_and_record")
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self.list)
        self._splitter.addWidget(self._side)
        self._splitter.setStretchFactor(0, 0)
        self._splitter.setStretchFactor(1, 1)
        self._splitter.splitterMoved.connect(self._on_splitter_moved)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._splitter)
        self.list.selected.connect(self._on_selected)
        self.list.opened.connect(self._on_opened)
        self.list.counted.connect(self._on_counted)
        self.list.model.completed.connect(self._on_list_completed)
        self.list.new_requested.connect(self.new_record)
        self.list.import_requested.connect(self._on_import)
        self.list.bulk_edit_requested.connect(self._on_bulk_edit)
        self.list.export_requested.connect(self._on_export)
        swap = QShortcut(QKeySequence("F6"), self)
        swap.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        swap.activated.connect(self._on_swap)
        edit = QShortcut(QKeySequence("F2"), self.list)
        edit.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        edit.activated.connect(self._on_edit)
        self._arrange()

    def _detail_side(self) -> QWidget:
        side = QWidget(self)
        side.setProperty("ground", "surface")
        side.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._back = QPushButton(f"All {self.entity.plural.lower()}", side)
        self._back.setObjectName("back_to_list")
        self._back.setProperty("kind", "quiet")
        self._back.setIcon(icons.icon("chevron-left", "accent"))
        self._back.clicked.connect(self.show_list)
        layout = QVBoxLayout(side)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._back, 0, Qt.AlignmentFlag.AlignLeft)
        self.several = FormBanner(side)
        self.several.setObjectName("several_chosen")
        self.several.pressed.connect(self._on_change_all)
        layout.addWidget(self.several)
        return side

    # What the window asks -----------------------------------------------------------------------

    def activate(self) -> None:
        self._arrange()
        if self._record is None or self._wide:
            self.list.setFocus()

    def on_changed(self, applied: Applied) -> None:
        self.list.on_changed(applied)
        if self._detail is not None:
            self._detail.on_changed(applied)

    def show_target(self, target: dict[str, Any]) -> None:
        self._kept = None
        if "filters" in target:
            self.list.set_filters(target["filters"])
            self._close_record()
        if target.get("record"):
            id = UUID(target["record"])
            self._seek(id)
            self.show_record(id)

    def leave(self) -> None:
        if self._detail is not None:
            self._detail.leave()

    def target(self) -> dict[str, Any]:
        return {"record": self._record.hex} if self._record else {}

    def save_state(self) -> dict[str, Any]:
        kept = {"list": self.list.save_state(), "sizes": self._sizes}
        return {**kept, "record": self._record.hex} if self._record else kept

    def restore_state(self, state: dict[str, Any]) -> None:
        kept = state.get("list")
        if isinstance(kept, dict):
            self.list.restore_state(kept)
        if set_sizes(self._splitter, state.get("sizes")):
            self._sizes = state["sizes"]
        self._kept = _id(state.get("record"))

    def new_record(self) -> None:
        """Opens an empty form for a new record: a related one while the keyboard is in its list."""
        from aps_desktop.views.related_tabs import RelatedTab

        at = QApplication.focusWidget()
        while at is not None and at is not self:
            if isinstance(at, RelatedTab):
                at.new_record()
                return
            at = at.parentWidget()
        self._made_detail().new_record()
        self._record = None
        self._show_detail()

    def find(self) -> None:
        """Puts the keyboard into the list's filter."""
        self.show_list()
        self.list.find()

    # Records ------------------------------------------------------------------------------------

    def show_record(self, id: UUID) -> None:
        """Shows a record beside the list, or in its place."""
        self._record = id
        self._made_detail().show_record(id)
        self._show_detail()

    def _seek(self, id: UUID) -> None:
        """Selects a record in the list; once the list is whole, if it is still being read."""
        self._sought = None if self.list.model.complete else id
        self.list.show_record(id)

    def _on_list_completed(self) -> None:
        sought, self._sought = self._sought, None
        kept, self._kept = self._kept, None
        if sought is not None and sought == self._record:
            self.list.show_record(sought)
        elif kept is not None and self._record is None:
            self.list.model.find(kept, partial(self._on_kept_found, kept))

    def _on_kept_found(self, id: UUID, row: int) -> None:
        """The record that was open at the end of the last session; it may be gone since."""
        if row >= 0 and self._record is None:
            self.show_record(id)
            self.list.show_record(id)

    def show_list(self) -> None:
        """In a narrow window: back from the record to the list."""
        if not self._wide:
            self._close_record()
        self.list.setFocus()

    def _close_record(self) -> None:
        """The list has all the room: what was open may not be among what it shows now."""
        self._record = None
        self._shown = False
        self.crumb_changed.emit("")
        self._arrange()
        self.list.setFocus()

    def _made_detail(self) -> DetailView:
        if self._detail is None:
            from aps_desktop.views.record_pages import page_for

            self._detail = page_for(self.context, self.entity.name, self._side)
            self._side.layout().addWidget(self._detail, 1)
            self._detail.title_changed.connect(self.crumb_changed)
            self._detail.created.connect(self._on_created)
            self._detail.back_requested.connect(self.show_list)
        return self._detail

    def _show_detail(self) -> None:
        self._shown = True
        self._arrange()
        if not self._wide:
            self._detail.setFocus()

    # Room ---------------------------------------------------------------------------------------

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        self._arrange()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self._arrange()
        return super().event(event)

    def _arrange(self) -> None:
        wide = self.window().width() >= theme.SPLIT_FROM
        self._wide = wide
        shown = self._shown
        self._back.setVisible(not wide)
        self.list.setVisible(wide or not shown)
        self._side.setVisible(shown)
        if wide and shown and not self._sizes and self.width() > 400:
            share = round(self.width() * _LIST_SHARE)
            self._splitter.setSizes([share, self.width() - share])

    def _on_splitter_moved(self) -> None:
        if self._wide:
            self._sizes = self._splitter.sizes()

    def _on_selected(self, id: UUID | None) -> None:
        if self._wide and id is not None:
            self.show_record(id)

    def _on_counted(self, number: int) -> None:
        """With several chosen, the form still shows the one that was chosen first."""
        if number < 2:
            self.several.say_nothing()
            return
        words = f"{number:,} {self.entity.plural.lower()} are chosen. The form is of this one only."
        button = "" if self.context.db.read_only else f"Change all {number:,}…"
        self.several.ask("all", words, button)

    def _on_change_all(self) -> None:
        self._on_counted(self.list.table.selected_count())  # the line stays while they are chosen
        self.list.actions_.bulk_edit()

    def _on_opened(self, id: UUID) -> None:
        self.show_record(id)
        self._detail.setFocus()

    def _on_created(self, id: UUID) -> None:
        self._record = id
        self._seek(id)

    def _on_export(self, query: ListQuery) -> None:
        from aps_desktop.views.export_dialog import export_list

        export_list(self.context, query, self.window())

    def _on_import(self) -> None:
        self.context.command_wanted.emit("import")

    def _on_bulk_edit(self, ids: list[UUID]) -> None:
        from aps_desktop.views.bulk_edit_dialog import BulkEditDialog

        dialog = BulkEditDialog(self.context, self.entity.name, ids, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _on_edit(self) -> None:
        if self._detail is not None and self._side.isVisible():
            self._detail.focus_form()

    def _on_swap(self) -> None:
        inside = self._detail is not None and self._detail.isAncestorOf(self.focusWidget())
        if inside:
            self.show_list()
        elif self._detail is not None and self._side.isVisible():
            self._detail.setFocus()


def _id(kept: Any) -> UUID | None:
    """A record's id as it was kept, of whatever version; None where it is none."""
    try:
        return UUID(kept) if isinstance(kept, str) else None
    except ValueError:
        return None
