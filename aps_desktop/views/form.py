"""A form made from an entity's description: sections, two columns or one, problems in place."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Entity, Field
from aps_desktop.domain.rules import Problem
from aps_desktop.domain.values import Value
from aps_desktop.views import theme
from aps_desktop.views.editors import EditorHost
from aps_desktop.views.form_field import FieldRow
from aps_desktop.views.plain_label import PlainLabel

_TWO_COLUMNS_FROM = 560
_TAB = Qt.FocusPolicy.TabFocus


class _Section(QWidget):
    """A heading and its fields in a grid."""

    def __init__(self, title: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.rows: list[FieldRow] = []
        self._grid = QGridLayout()
        self._grid.setHorizontalSpacing(2 * theme.GRID)
        self._grid.setVerticalSpacing(theme.GRID + 4)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GRID)
        if title:
            heading = PlainLabel(title, self, role="heading")
            heading.setObjectName("section")
            column.addWidget(heading)
        column.addLayout(self._grid)

    def arrange(self, columns: int) -> None:
        for row in self.rows:
            # Not takeAt: Python would keep the old item alive, and with it a height out of date.
            self._grid.removeWidget(row)
        at, line = 0, 0
        for row in self.rows:
            wide = row.full_width or columns == 1
            if wide and at:
                at, line = 0, line + 1
            self._grid.addWidget(row, line, at, 1, columns if wide else 1)
            at = 0 if wide or at else 1
            line += 0 if at else 1
        for column in range(2):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)


class RecordForm(QScrollArea):
    """`value_given` carries (field name, value) of a field that was left with a new valid value.

    `typed` fires at each keystroke anywhere.
    """

    value_given = Signal(str, object)
    typed = Signal()

    def __init__(
        self,
        kind: Entity,
        host: EditorHost,
        parent: QWidget | None = None,
        fields: Iterable[Field] | None = None,
    ) -> None:
        super().__init__(parent)
        self.kind = kind
        self._host = host
        self._fields = tuple(kind.fields if fields is None else fields)
        self.setObjectName(f"form_{kind.name}")
        self.setAccessibleName(f"{kind.label}: fields")
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.rows: dict[str, FieldRow] = {}
        self._above: QWidget | None = None
        self._columns = 0
        sheet = QWidget(self)
        sheet.setMaximumWidth(theme.FORM_WIDTH)
        self.setProperty("ground", "surface")
        self.viewport().setProperty("ground", "surface")
        sheet.setProperty("ground", "surface")
        sheet.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._lines = QVBoxLayout(sheet)
        self._lines.setContentsMargins(16, 12, 16, 24)
        self._lines.setSpacing(2 * theme.GRID)
        self._sections: list[_Section] = []
        self.setWidget(sheet)

    def build(self) -> None:
        """Makes the fields. Called once the form has its place: the style sheet is worked out
        anew for every widget in a form that moves to another parent (0.1 s for a project).
        """
        grouped: dict[str, list[Field]] = {}
        for field in self._fields:
            grouped.setdefault(field.section, []).append(field)
        for title, fields in grouped.items():
            section = _Section(title, self.widget())
            self._sections.append(section)
            self._lines.addWidget(section)
            for field in fields:
                row = FieldRow(field, self._host, section)
                row.given.connect(partial(self.value_given.emit, field.name))
                row.typed.connect(self.typed)
                section.rows.append(row)
        self._lines.addStretch(1)
        self.rows = {row.field.name: row for section in self._sections for row in section.rows}
        columns, self._columns = max(1, self._columns), 0
        self._arrange(columns)

    # Values -------------------------------------------------------------------------------------

    def show_values(self, values: Mapping[str, Value], labels: Mapping[UUID, str]) -> None:
        """Shows a record; whatever was typed is gone."""
        for name, row in self.rows.items():
            row.show_value(values.get(name), labels)

    def refresh_values(self, values: Mapping[str, Value], labels: Mapping[UUID, str]) -> None:
        """Takes over what is stored now; focus, cursor and unfinished typing stay."""
        for name, row in self.rows.items():
            row.refresh(values.get(name), labels)

    def read(self) -> dict[str, Value] | None:
        """All values of a form for a new record; None, with the reasons in place, if any is bad."""
        values: dict[str, Value] = {}
        bad: FieldRow | None = None
        for name, row in self.rows.items():
            row.editor.leaving()
            try:
                values[name] = row.editor.value()
                row.show_note(row.editor.note)
            except InvalidValue as error:
                row.show_error(error)
                bad = bad or row
        if bad:
            self.go_to(bad.field.name)
            return None
        return {name: value for name, value in values.items() if value not in (None, frozenset())}

    def flush(self, *, again: bool = False) -> None:
        """Gives every valid value that has not been given yet."""
        for row in self.rows.values():
            if row.pending():
                row.editor.leaving()
                row.commit(again=again)

    def unsaved(self) -> dict[str, Any]:
        """What stands in editors and is not stored, as JSON by field."""
        return {name: row.editor.keep() for name, row in self.rows.items() if row.pending()}

    def unsaved_invalid(self) -> dict[str, Any]:
        """What stands in editors and cannot be stored as it is."""
        return {n: row.editor.keep() for n, row in self.rows.items() if row.pending() and row.bad()}

    def show_preset(self, values: Mapping[str, Value], labels: Mapping[UUID, str]) -> None:
        """Shows values that are not stored, as if they had been typed."""
        for name, value in values.items():
            if name in self.rows:
                self.rows[name].editor.offer(value, labels)

    def check_pending(self) -> None:
        """Says at each field what is wrong with what stands in it."""
        for row in self.rows.values():
            if row.pending():
                row.bad()

    def recall(self, kept: Mapping[str, Any]) -> list[str]:
        """Shows again what `unsaved` gave; the labels of the fields it concerned."""
        found = []
        for name, what in kept.items():
            row = self.rows.get(name)
            if row is None:
                continue
            try:
                row.editor.recall(what)
            except (TypeError, ValueError, IndexError, KeyError):
                continue  # kept by another version
            if row.pending():  # else it has been saved in the meantime
                found.append(row.field.label)
        return found

    # What is wrong ------------------------------------------------------------------------------

    def show_problems(self, problems: Iterable[Problem]) -> None:
        """Warnings and errors of the record as a whole, each at its field."""
        for problem in problems:
            row = self.rows.get(problem.field)
            if row is None or row.error is not None:
                continue
            if problem.severity == "error":
                row.show_error(InvalidValue(problem.message, field=problem.field))
            else:
                row.show_warning(problem.message)

    def show_conflicts(self, names: Collection[str], clicked: Callable[[], None]) -> None:
        """Puts a badge on the fields that were changed in two places."""
        for name, row in self.rows.items():
            row.show_conflict(name in names, clicked)

    def show_proposals(self, words: Mapping[str, str], clicked: Callable[[], None]) -> None:
        """Puts what other offices propose beside the fields."""
        for name, row in self.rows.items():
            if words.get(name) or row.proposal is not None:
                row.show_proposal(words.get(name, ""), clicked)

    def clear_messages(self) -> None:
        for row in self.rows.values():
            if not row.pending():
                row.say_nothing()

    def put_above(self, widget: QWidget) -> None:
        """Puts an entity's own widget over the fields; it scrolls with them, and the Tab key comes
        to it before them."""
        self._lines.insertWidget(0, widget)
        self._above = widget

    def showEvent(self, event: object) -> None:
        super().showEvent(event)
        if self._above is None:
            return
        before = next(iter(self.rows.values()))
        while before.isAncestorOf(self._above) or not before.focusPolicy() & _TAB:
            before = before.previousInFocusChain()  # Qt counts a holder with all that it holds
        for one in self._above.findChildren(QWidget):
            if one.focusPolicy() & _TAB:
                QWidget.setTabOrder(before, one)
                before = one

    def go_to(self, name: str) -> None:
        """Gives a field the focus and brings it into view."""
        row = self.rows[name]
        self.ensureWidgetVisible(row, 0, 60)
        row.editor.setFocus(Qt.FocusReason.OtherFocusReason)

    def go_to_first(self, names: Collection[str]) -> None:
        """Gives the focus to the uppermost of these fields."""
        found = [name for name in self.rows if name in names]
        if found:
            self.go_to(found[0])

    def go_first(self) -> None:
        if self.rows:
            self.go_to(next(iter(self.rows)))

    def set_read_only(self, read_only: bool) -> None:
        for row in self.rows.values():
            row.editor.setEnabled(not read_only)

    # Room ---------------------------------------------------------------------------------------

    def _arrange(self, columns: int) -> None:
        if columns == self._columns:
            return
        self._columns = columns
        for section in self._sections:
            section.arrange(columns)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange(2 if self.viewport().width() >= _TWO_COLUMNS_FROM else 1)
        super().resizeEvent(event)
