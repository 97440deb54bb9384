"""One record: header, form, related records and history. What is typed saves itself."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue, NotFound, UserError
from aps_desktop.domain.values import Value
from aps_desktop.services import drafts, record_page, records
from aps_desktop.services.record_page import RecordPage
from aps_desktop.services.records import Record
from aps_desktop.views.context import ATTENTION, INFO, Context
from aps_desktop.views.form import RecordForm
from aps_desktop.views.form_banner import FormBanner
from aps_desktop.views.form_host import FormHost
from aps_desktop.views.new_record_form import NewRecordForm
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.record_header import RecordHeader
from aps_desktop.views.related_tabs import RecordTabs

_KEEP_AFTER_MS = 1_500


class DetailView(QWidget):
    """`created` carries a new record's id, `back_requested` wishes the focus back in the list.

    `title_changed` carries the name of the record that is now seen.
    """

    created = Signal(object)
    back_requested = Signal()
    title_changed = Signal(str)

    def __init__(self, context: Context, entity_name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.context = context
        self.kind = entity(entity_name)
        self.record: Record | None = None
        self._wanted: UUID | None = None
        self._has_draft = False
        self._lost: dict[UUID, drafts.Draft] = {}
        self.setObjectName(f"detail_{entity_name}")
        self.setAccessibleName(self.kind.label)
        self.setProperty("ground", "surface")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.host = FormHost(context, self)
        self.header = RecordHeader(self.kind, self)
        self.banner = FormBanner(self)
        self._pages = QStackedWidget(self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.header)
        column.addWidget(self.banner)
        column.addWidget(self._pages, 1)
        self.form = RecordForm(self.kind, self.host, self._pages)
        self.tabs = RecordTabs(context, self.kind, self.form, self._pages)
        self.draft = NewRecordForm(context, self.kind, self.host, self._pages)
        words = f"Choose {self.kind.one} in the list."
        self.nothing = PlainLabel(words, self._pages, role="muted")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for page in (self.nothing, self.tabs, self.draft):
            self._pages.addWidget(page)
        self.form.build()
        self.dress_overview()
        self._connect()
        self.clear()

    def _connect(self) -> None:
        self._pause = QTimer(self)
        self._pause.setObjectName("keep_typed")
        self._pause.setSingleShot(True)
        self._pause.setInterval(_KEEP_AFTER_MS)
        self._pause.timeout.connect(self._on_pause)
        self.form.typed.connect(self._pause.start)
        self.form.value_given.connect(self._on_value_given)
        self.banner.pressed.connect(self._on_banner)
        self.banner.refused.connect(self._on_dropped)
        self.header.action_requested.connect(self._on_action)
        self.draft.created.connect(self._on_created)
        self.draft.discarded.connect(self._on_discarded)

    # For pages of one entity --------------------------------------------------------------------

    def dress_overview(self) -> None:
        """An entity's own page puts more over the form here."""

    def load_extra(self) -> record_page.Extra | None:
        """What else to read with the record; a plain function, it runs in a reading thread."""
        return None

    def show_extra(self, page: RecordPage) -> str:
        """Shows what was read besides; the words for the header's step clock."""
        del page
        return ""

    # What the pane calls ------------------------------------------------------------------------

    def show_record(self, id: UUID) -> None:
        """Shows a record. What is typed in the one before is saved, or kept as its draft."""
        if self.record is None or self.record.id != id:
            self.leave()
        self._wanted = id
        self._load()

    def new_record(self, preset: Mapping[str, Value] | None = None) -> None:
        """Shows a form for a new record; an unfinished one is offered again."""
        self.leave()
        self.record, self._wanted = None, None
        self.header.show_new()
        self.header.show()
        self.banner.say_nothing()
        self._pages.setCurrentWidget(self.draft)
        self.draft.start(preset or {})
        self.title_changed.emit(f"New {self.kind.label.lower()}")

    def clear(self) -> None:
        """Shows that no record is chosen."""
        self.leave()
        self.record, self._wanted = None, None
        self.header.hide()
        self.banner.say_nothing()
        self._pages.setCurrentWidget(self.nothing)

    def on_changed(self, applied: Applied) -> None:
        """Refreshes what a change concerns; unfinished typing, focus and cursor stay."""
        if self.record is None:
            return
        own = self.record.rid in applied.touched.get(self.kind.name, ())
        if own or self.tabs.touches_related(applied) or self._names_touched(applied):
            self._load()
        self.tabs.on_changed(applied)

    def focus_form(self) -> None:
        """Gives the first field the keyboard (F2 in the list)."""
        if self._pages.currentWidget() is self.draft:
            self.draft.form.go_first()
        elif self.record is not None:
            self.tabs.setCurrentIndex(0)
            self.form.go_first()

    def leave(self) -> None:
        """Saves what is typed; what cannot be saved is kept and shown again with its record."""
        if self._pages.currentWidget() is self.draft:
            self.draft.keep()
        elif self.record is not None:
            self._pause.stop()
            self.form.flush()
            self._keep(self.form.unsaved_invalid())

    # Loading ------------------------------------------------------------------------------------

    def _load(self) -> None:
        if self._wanted is not None:
            self.context.runner.query(
                partial(_read_page, self.kind.name, self._wanted, self.load_extra()),
                self._on_loaded,
                self._on_load_failed,
                owner=self,
                key="page",
            )

    def _on_loaded(self, page: RecordPage) -> None:
        if page.record.id != self._wanted:
            return
        same = self.record is not None and self.record.id == page.record.id
        self.record = page.record
        self.tabs.show_page(page)
        if same:
            self.form.refresh_values(page.record.values, page.record.labels)
            self.form.clear_messages()
            if self.banner.kind == "draft" and not self.form.unsaved():
                self.banner.say_nothing()  # saved on the way, without being asked
        else:
            self.form.show_values(page.record.values, page.record.labels)
            self.form.verticalScrollBar().setValue(0)
            self.banner.say_nothing()
            self._recall(page.draft)
        self.form.show_problems(page.problems)
        self.form.show_conflicts(page.conflicts, self._on_conflict)
        self.form.show_proposals(page.proposals, self._on_proposal)
        self._say_waiting(page)
        self.form.set_read_only(self.context.db.read_only)
        self.header.show_record(page.record, self.show_extra(page))
        self.header.show()
        self._pages.setCurrentWidget(self.tabs)
        self.title_changed.emit(page.record.title)

    def _on_load_failed(self, error: Exception) -> None:
        if isinstance(error, NotFound):
            self.record = None
            self.clear()
            return
        self.context.show_failure(error)

    def _names_touched(self, applied: Applied) -> bool:
        """Whether a record that this one names may have got another name."""
        targets = {f.target for f in self.kind.fields if f.target}
        return any(name in applied.touched for name in targets)

    # Saving -------------------------------------------------------------------------------------

    def _on_value_given(self, name: str, value: object) -> None:
        if self.record is None:
            return
        self.context.runner.mutate(
            partial(_put, self.kind.name, self.record.id, {name: value}),
            partial(self._on_saved, self.record.id, name, value),
            partial(self._on_refused, self.record.id, name, self.form.rows[name].editor.keep()),
        )

    def _on_saved(self, id: UUID, name: str, value: object, applied: Applied) -> None:
        only_proposed = applied.proposed or not applied.number
        if only_proposed and self.record is not None and self.record.id == id:
            self.form.rows[name].give_back(value, self.record.labels)
        if self.banner.kind == "retry":
            self.banner.say_nothing()
        if not applied.number:
            self._load()
        if self._has_draft:
            self._pause.start()

    def _on_refused(self, id: UUID, name: str, typed: Any, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        row = self.form.rows[name]
        if self.record is None or self.record.id != id:
            self._lost.setdefault(id, {})[name] = typed
            words = f"Not saved: {row.field.label}. {error}"
            self.context.say(words, ATTENTION, "Show", partial(self.show_record, id))
            return
        row.failed()
        if isinstance(error, InvalidValue):
            self.form.rows.get(error.field, row).show_error(error)
        else:
            self.banner.ask("retry", f"Not saved: {error}", "Retry")

    def _on_pause(self) -> None:
        """Keeps what stands in a field that was not left yet: the power may fail."""
        if self._pages.currentWidget() is self.tabs and not self.context.db.read_only:
            self._keep(self.form.unsaved())

    def _keep(self, draft: drafts.Draft) -> None:
        if self.record is None or (not draft and not self._has_draft):
            return
        self._has_draft = bool(draft)
        self.context.runner.mutate(
            partial(_keep, self.kind.name, self.record.id.hex, draft),
            None,
            self.context.show_failure,
        )

    def _recall(self, draft: drafts.Draft) -> None:
        self._has_draft = bool(draft)
        lost = self._lost.pop(self.record.id, {}) if self.record else {}
        labels = self.form.recall({**draft, **lost})
        if labels:
            words = ", ".join(labels)
            words = f"Typed last time and not saved, here again: {words}."
            self.banner.ask("draft", words, "Save it", "Drop it")
            self.form.check_pending()

    # What can be asked for ----------------------------------------------------------------------

    def _on_banner(self, kind: str) -> None:
        if kind in ("proposal", "conflict"):
            self._open_in_sync(f"{kind}s")
            return
        self.form.flush(again=True)
        bad = next(iter(self.form.unsaved_invalid()), "")
        if bad and kind == "draft":
            self.form.go_to(bad)  # where it says why it cannot be saved
        else:
            self.banner.say_nothing()

    def _on_dropped(self, _kind: str) -> None:
        self.banner.say_nothing()
        if self.record is not None:
            self.form.show_values(self.record.values, self.record.labels)
            self._keep({})

    def _on_conflict(self) -> None:
        self._open_in_sync("conflicts")

    def _on_proposal(self) -> None:
        self._open_in_sync("proposals")

    def _open_in_sync(self, place: str) -> None:
        if self.record is not None:
            self.context.open_place.emit(place, {"record": self.record.id.hex})

    def _say_waiting(self, page: RecordPage) -> None:
        """What is proposed about the record as a whole, or in conflict, stands over the form."""
        labels = [field.label for field in self.kind.fields if field.name in page.conflicts]
        if words := page.proposals.get(""):
            self.banner.ask("proposal", f"Proposed {words}.", "Decide…")
        elif labels and self.banner.kind in ("", "conflict"):
            words = f"Changed apart by two offices, and not settled: {', '.join(labels)}."
            self.banner.ask("conflict", words, "Settle…")
        elif self.banner.kind in ("proposal", "conflict"):
            self.banner.say_nothing()

    def _on_action(self, name: str) -> None:
        if self.record is None:
            return
        if name == "copy_name":
            QGuiApplication.clipboard().setText(self.record.title)
            self.context.say("Copied.", INFO)
        elif name == "report":
            from aps_desktop.views.report_dialog import open_report

            self.form.flush()
            open_report(self.context, self.record, self.window())
        elif name == "iati":
            from aps_desktop.views.iati_export_dialog import open_export

            self.form.flush()
            open_export(self.context, self.record, self.window())
        elif name == "duplicate":
            names = {f.name for f in self.kind.fields} - {self.kind.code, *self.kind.key}
            self.new_record({n: v for n, v in self.record.values.items() if n in names and v})
        elif name == "delete":
            self.context.runner.mutate(
                partial(_delete, self.kind.name, self.record.id),
                partial(self._on_deleted, self.record.title),
                self.context.show_failure,
            )

    def _on_deleted(self, title: str, applied: Applied) -> None:
        del applied
        self.context.say(f"Deleted {title}.", INFO, "Undo", self._undo)

    def _undo(self) -> None:
        self.context.runner.mutate(records.undo, None, self.context.show_failure)

    def _on_created(self, id: UUID) -> None:
        self.show_record(id)
        self.created.emit(id)

    def _on_discarded(self) -> None:
        self.clear()
        self.back_requested.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_form()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.back_requested.emit()
            return
        super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.leave()
        super().hideEvent(event)


def _read_page(name: str, id: UUID, extra: record_page.Extra | None, c: Connection) -> RecordPage:
    return record_page.load(c, name, id, extra)


def _put(name: str, id: UUID, values: dict[str, Any], db: Database) -> Applied:
    return records.put(db, name, id, values)


def _keep(name: str, key: str, draft: drafts.Draft, db: Database) -> Applied:
    return drafts.keep(db, name, key, draft)


def _delete(name: str, id: UUID, db: Database) -> Applied:
    return records.delete(db, name, [id])
