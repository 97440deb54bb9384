"""The form of a record that is not made yet; what is typed is kept until it is made."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.clock import today
from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.fields import Entity
from aps_desktop.domain.values import Value
from aps_desktop.services import codes, drafts, record_page, records
from aps_desktop.views.context import Context
from aps_desktop.views.form import RecordForm
from aps_desktop.views.form_banner import FormBanner
from aps_desktop.views.form_host import FormHost

_KEEP_AFTER_MS = 1_500


class NewRecordForm(QWidget):
    """`created` carries the new record's id; `discarded` says that the officer gave it up."""

    created = Signal(object)
    discarded = Signal()

    def __init__(
        self, context: Context, kind: Entity, host: FormHost, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._kind = kind
        self._host = host
        self._preset: dict[str, Value] = {}
        self._key = ""
        self._labels: dict[UUID, str] = {}
        self._kept: drafts.Draft = {}
        self._initial: drafts.Draft = {}
        self._at_work = False
        self._form: RecordForm | None = None
        self.setObjectName("new_record")
        words = kind.label.lower()
        self.banner = FormBanner(self)
        self.banner.pressed.connect(self._on_start_afresh)
        self.create_button = QPushButton(f"Create {words}", self)
        self.create_button.setProperty("kind", "primary")
        self.create_button.setObjectName("create_record")
        self.create_button.setToolTip("Ctrl+Enter")
        self.create_button.clicked.connect(self.create)
        self.discard_button = QPushButton("Discard", self)
        self.discard_button.setObjectName("discard_record")
        self.discard_button.clicked.connect(self._on_discard)
        self._shortcuts()
        self._timer = QTimer(self)
        self._timer.setObjectName("keep_draft")
        self._timer.setSingleShot(True)
        self._timer.setInterval(_KEEP_AFTER_MS)
        self._timer.timeout.connect(self.keep)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.banner)
        self._column.addLayout(self._foot())

    def _shortcuts(self) -> None:
        """They go before keys: in a reference, Ctrl+Enter would else open the record chosen."""
        for keys in ("Ctrl+Return", "Ctrl+Enter"):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(self.create)

    def _foot(self) -> QHBoxLayout:
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 8, 16, 12)
        foot.setSpacing(8)
        foot.addWidget(self.create_button)
        foot.addWidget(self.discard_button)
        foot.addStretch(1)
        return foot

    @property
    def form(self) -> RecordForm:
        """The form, made when a first record is about to be entered."""
        if self._form is None:
            self._form = RecordForm(self._kind, self._host, self)
            self._form.build()
            self._form.setObjectName(f"new_{self._kind.name}")
            self._form.typed.connect(self._timer.start)
            self._column.insertWidget(1, self._form, 1)
            self._form.show()  # a layout would show it only after the next turn of the loop
            QWidget.setTabOrder(self._form, self.create_button)
        return self._form

    def start(self, preset: Mapping[str, Value]) -> None:
        """Begins with these values; the draft that was left unfinished comes back."""
        self._preset = {**records.defaults(self._kind), **preset}
        self._key = drafts.new_key(preset)
        self._at_work = True
        self.banner.say_nothing()
        self._context.runner.query(
            partial(
                _before, self._kind.name, self._key, self._preset, today(self._context.db.clock)
            ),
            self._on_ready,
            self._context.show_failure,
            owner=self,
        )

    def keep(self) -> None:
        """Keeps what is typed, so that nothing is lost when the officer looks elsewhere."""
        self._timer.stop()
        if not self._at_work or self._form is None:
            return
        typed = self._form.unsaved()
        if typed == self._initial:
            typed = {}
        if typed != self._kept:
            self._kept = typed
            self._put_draft(typed)

    def create(self) -> None:
        """Makes the record, or shows what is missing."""
        values = self.form.read()
        if values is None:
            return
        wrong = [p for p in records.problems(self._kind.name, values) if p.severity == "error"]
        if wrong:
            self.form.show_problems(wrong)
            self.form.go_to_first([p.field for p in wrong])
            return
        id = self._context.db.ids.new()
        self.create_button.setEnabled(False)
        self._context.runner.mutate(
            partial(_create, self._kind.name, id, values),
            partial(self._on_made, id),
            self._on_refused,
        )

    def _put_draft(self, draft: drafts.Draft) -> None:
        self._context.runner.mutate(
            partial(_keep, self._kind.name, self._key, draft), None, self._context.show_failure
        )

    def _on_ready(self, found: _Before) -> None:
        draft, labels, code = found
        self._labels = labels
        self._preset = {**code, **self._preset}
        self.form.show_values({}, labels)
        self.form.show_preset(self._preset, labels)
        self._initial, self._kept = self.form.unsaved(), draft
        if draft and self.form.recall(draft):
            words = self._kind.label.lower()
            self.banner.ask("afresh", f"You began this {words} earlier.", "Start afresh")
        self.form.go_first()

    def _on_start_afresh(self) -> None:
        self._kept = {}
        self._put_draft({})
        self._on_ready(({}, self._labels, {}))
        self.banner.say_nothing()

    def _on_made(self, id: UUID, applied: Applied) -> None:
        del applied
        self.create_button.setEnabled(True)
        self._stop()
        self.created.emit(id)

    def _on_refused(self, error: Exception) -> None:
        self.create_button.setEnabled(True)
        if not isinstance(error, UserError):
            raise error
        row = self.form.rows.get(error.field) if isinstance(error, InvalidValue) else None
        if row is None:
            self.banner.ask("", str(error), "")
            return
        row.show_error(error)
        self.form.go_to(error.field)

    def _on_discard(self) -> None:
        self._stop()
        self.discarded.emit()

    def _stop(self) -> None:
        """The draft has served: made, or given up."""
        self._timer.stop()
        self._at_work = False
        if self._kept:
            self._kept = {}
            self._put_draft({})


_Before = tuple[drafts.Draft, dict[UUID, str], dict[str, str]]


def _before(name: str, key: str, preset: Mapping[str, Value], day: date, c: Connection) -> _Before:
    """The unfinished draft, what the records that the preset refers to are called, a free code."""
    code = codes.filled(c, name, frozenset(preset), day)
    return drafts.load(c, name, key), record_page.labels_of(c, name, preset), code


def _keep(name: str, key: str, draft: drafts.Draft, db: Database) -> Applied:
    return drafts.keep(db, name, key, draft)


def _create(name: str, id: UUID, values: dict[str, Value], db: Database) -> Applied:
    return records.create(db, name, id, values)
