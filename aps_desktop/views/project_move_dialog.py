"""Moves a project to another state: the day, who decided where, and what the state needs."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton, QVBoxLayout, QWidget

from aps_desktop.db.engine import Database
from aps_desktop.domain import lifecycle
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.fields import Field
from aps_desktop.domain.values import Value
from aps_desktop.services import project_standing
from aps_desktop.services.project_standing import Move, Standing
from aps_desktop.services.records import Record
from aps_desktop.views.context import OK, Context
from aps_desktop.views.form_field import FieldRow
from aps_desktop.views.form_host import FormHost
from aps_desktop.views.plain_label import PlainLabel

_STEP_FIELDS = ("body", "channel", "meeting", "circulation", "conditions", "file")


class ProjectMoveDialog(QDialog):
    """One decision on a project. Ctrl+Enter or the button records it, as one undo step."""

    def __init__(
        self, context: Context, record: Record, standing: Standing, to: str, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._record = record
        self._to = to
        self._label = lifecycle.STATES[to].label
        self._host = FormHost(context, self)
        self.setObjectName("project_move")
        self.setWindowTitle(f"{record.title[:60]}: {self._label.lower()}")
        self.setMinimumWidth(460)
        self._column = QVBoxLayout(self)
        self._column.setSpacing(10)
        self._column.addWidget(
            PlainLabel(f"From “{standing.label}” to “{self._label}”.", self, role="heading")
        )
        event = entity("project_state_event")
        self.on = self._row(event.field("changed_on"), self._host.today())
        asked = project_standing.asks_decision(standing.state, to)
        self.step = {name: self._step_row(name, asked) for name in _STEP_FIELDS if asked}
        self.facts = {
            name: self._row(entity("project").field(name), None, why)
            for name, why in project_standing.missing(record.values, to)
        }
        self.reason = None if asked else self._row(event.field("reason"), None)
        self.error = PlainLabel("", self, wrap=True)
        self.error.setProperty("status", "late")
        self.error.hide()
        self._column.addWidget(self.error)
        self._column.addWidget(self._buttons())
        self.on.editor.setFocus()

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(self)
        self.record_button = QPushButton(f"Record: {self._label.lower()}", self)
        self.record_button.setObjectName("record_move")
        self.record_button.setProperty("kind", "primary")
        self.record_button.setShortcut("Ctrl+Return")
        self.record_button.clicked.connect(self._on_record)
        buttons.addButton(self.record_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.rejected.connect(self.reject)
        return buttons

    def _row(self, field: Field, value: Value, why: str = "") -> FieldRow:
        row = FieldRow(field, self._host, self)
        row.show_value(value, self._record.labels)
        if why:
            row.show_note(why)
        self._column.addWidget(row)
        return row

    def _step_row(self, name: str, asked: str) -> FieldRow:
        start: Value = None
        if name == "body" and asked == "endorsement":
            start = self._record.values.get("sponsoring_body")
        if name == "channel":
            start = "meeting"
        return self._row(entity("approval_step").field(name), start)

    def _on_record(self) -> None:
        rows = [self.on, *self.step.values(), *self.facts.values()]
        wrong = [row for row in rows if row.bad()]
        if wrong:
            wrong[0].editor.setFocus()
            return
        on = self.on.editor.value()
        if on is None:
            self.on.show_error(InvalidValue("The day is missing.", "Type a date."))
            return
        self.record_button.setEnabled(False)
        self._context.runner.mutate(
            partial(_move, self._asked(on)),
            self._on_moved,
            self._on_refused,
        )

    def _asked(self, on: date) -> Move:
        facts = {name: row.editor.value() for name, row in self.facts.items()}
        return Move(
            self._record.id,
            self._to,
            on,
            {name: value for name, value in facts.items() if value is not None},
            {name: row.editor.value() for name, row in self.step.items()},
            str(self.reason.editor.value() or "") if self.reason else "",
        )

    def _on_moved(self, applied: Applied) -> None:
        del applied
        self._context.say(f"{self._record.title}: {self._label.lower()}.", OK)
        self.accept()

    def _on_refused(self, error: Exception) -> None:
        self.record_button.setEnabled(True)
        if not isinstance(error, UserError):
            raise error
        self.error.setText(str(error))
        self.error.show()


def _move(move: Move, db: Database) -> Applied:
    return project_standing.move(db, move)
