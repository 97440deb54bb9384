"""Edits one field or several of many records in one step."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.fields import Field
from aps_desktop.domain.values import Value
from aps_desktop.services import bulk, records
from aps_desktop.views.context import OK, Context
from aps_desktop.views.editors import editor_for
from aps_desktop.views.fitting import fit
from aps_desktop.views.form_field import restyle
from aps_desktop.views.form_host import FormHost
from aps_desktop.views.plain_label import PlainLabel

_NOTHING = (None, frozenset())
_MANY = "Different values. Tick the box to give all of them one."


class BulkField(QWidget):
    """One field: kept as it is until its box is ticked."""

    def __init__(self, field: Field, host: FormHost, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.field = field
        self.change = QCheckBox(field.label, self)
        self.change.setObjectName(f"change_{field.name}")
        self.change.setAccessibleName(f"Change {field.label}")
        self.editor = editor_for(field, host, self)
        self.editor.hide()
        self.now = PlainLabel("", self, role="small")
        self.error = PlainLabel("", self, role="small", wrap=True)
        self.error.setProperty("status", "late")
        self.error.hide()
        self.change.toggled.connect(self._on_toggled)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3)
        for part in (self.change, self.now, self.editor, self.error):
            column.addWidget(part)

    def show_now(self, found: bulk.Together) -> None:
        """Says what the records have now; what they have in common is the editor's start."""
        same, value = found.common(self.field.name)
        self.editor.set_value(value if same else None, found.labels)
        if not same:
            self.now.setText(_MANY)
        elif value in _NOTHING:
            self.now.setText("Empty in all of them.")
        else:
            self.now.setText("The same in all of them.")

    def read(self) -> Value:
        """The value to give; InvalidValue, told in place, when it is none."""
        self.editor.leaving()
        try:
            value = self.editor.value()
        except InvalidValue as error:
            self.say(str(error))
            raise
        self.say("")
        return value

    def say(self, words: str) -> None:
        self.error.setText(f"✕ {words}" if words else "")
        restyle(self.error)
        self.error.setVisible(bool(words))

    def _on_toggled(self, ticked: bool) -> None:
        self.editor.setVisible(ticked)
        self.now.setVisible(not ticked)
        if ticked:
            self.editor.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.say("")


class BulkEditDialog(QDialog):
    """Ticked fields get one value in all the records; the others keep theirs. One undo step."""

    def __init__(
        self, context: Context, entity_name: str, ids: Sequence[UUID], parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._kind = entity(entity_name)
        self._ids = list(ids)
        self._found: bulk.Together | None = None
        self._words = f"{len(self._ids):,} {self._kind.plural.lower()}"
        self.setObjectName("bulk_edit")
        self.setWindowTitle(f"Edit {self._words}")
        fit(self, 560, 640)
        host = FormHost(context, self)
        self.fields = {f.name: BulkField(f, host) for f in bulk.editable(self._kind)}
        self._area = QScrollArea(self)
        self.preview = PlainLabel("", self, role="muted", wrap=True)
        self.preview.setObjectName("bulk_preview")
        self.apply = QPushButton(f"Change {self._words}", self)
        self._lay_out()
        next(iter(self.fields.values())).change.setFocus()
        self._tell()
        context.runner.query(
            partial(_together, entity_name, self._ids),
            self._on_found,
            context.show_failure,
            owner=self,
        )

    def _lay_out(self) -> None:
        buttons = QDialogButtonBox(self)
        self.apply.setObjectName("bulk_apply")
        self.apply.setProperty("kind", "primary")
        buttons.addButton(self.apply, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel).setAutoDefault(False)
        self.apply.setDefault(True)
        self.apply.clicked.connect(self._on_apply)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addWidget(
            PlainLabel("Tick what is to change. Everything else stays as it is.", self, wrap=True)
        )
        self._fill_area()
        column.addWidget(self._area, 1)
        column.addWidget(self.preview)
        column.addWidget(buttons)

    def _fill_area(self) -> None:
        sheet = QWidget(self)
        sheet.setProperty("ground", "surface")
        lines = QVBoxLayout(sheet)
        lines.setSpacing(12)
        section = ""
        for row in self.fields.values():
            if row.field.section != section:
                section = row.field.section
                lines.addWidget(PlainLabel(section, sheet, role="heading"))
            lines.addWidget(row)
            row.change.toggled.connect(self._tell)
            row.change.toggled.connect(self._on_ticked)
            row.editor.typed.connect(self._tell)
            row.editor.done.connect(self._tell)
        lines.addStretch(1)
        area = self._area
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setAccessibleName("Fields")
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setWidget(sheet)

    def _on_ticked(self) -> None:
        """Brings the editor that a tick opens into sight, once it has its place."""
        row = self.sender().parentWidget()
        QTimer.singleShot(0, row, partial(self._area.ensureWidgetVisible, row))

    def _ticked(self) -> list[BulkField]:
        return [row for row in self.fields.values() if row.change.isChecked()]

    def _tell(self) -> None:
        """Says before anything happens what would."""
        ticked = self._ticked()
        self.apply.setEnabled(bool(ticked) and self._found is not None)
        if not ticked or self._found is None:
            self.preview.setText("Nothing is ticked: nothing will change.")
            return
        values = {}
        for row in ticked:
            try:
                values[row.field.name] = row.editor.value()
            except InvalidValue:
                self.preview.setText(f"{row.field.label} is not valid yet.")
                return
            row.say("")
        touched = self._found.touched(values)
        fields = ", ".join(
            f"“{row.field.label}”{' (emptied)' if values[row.field.name] in _NOTHING else ''}"
            for row in ticked
        )
        self.preview.setText(
            f"{touched:,} of {self._words} will change: {fields}. One step back with Undo."
        )

    def _on_found(self, found: bulk.Together) -> None:
        self._found = found
        for row in self.fields.values():
            row.show_now(found)
        self._tell()

    def _on_apply(self) -> None:
        values: dict[str, Value] = {}
        try:
            for row in self._ticked():
                values[row.field.name] = row.read()
        except InvalidValue:
            return
        self.apply.setEnabled(False)
        self._context.runner.mutate(
            partial(_put, self._kind.name, self._ids, values), self._on_done, self._on_refused
        )

    def _on_done(self, applied: Applied) -> None:
        del applied
        self._context.say(f"Changed {self._words}.", OK)
        self.accept()

    def _on_refused(self, error: Exception) -> None:
        self.apply.setEnabled(True)
        if not isinstance(error, UserError):
            raise error
        row = self.fields.get(error.field)
        if row is not None:
            row.say(str(error))
        else:
            self.preview.setText(str(error))


def _together(name: str, ids: list[UUID], c: Connection) -> bulk.Together:
    return bulk.together(c, name, ids)


def _put(name: str, ids: list[UUID], values: dict[str, Value], db: Database) -> Applied:
    return records.put_many(db, name, ids, values)
