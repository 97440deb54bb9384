"""Writes an IATI file: what it takes, up to which class, who publishes, and what stays out."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from aps_desktop.domain.entities import entity
from aps_desktop.domain.entities.vocabularies import CLASSES
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.exchange.iati_source import Reporter
from aps_desktop.services import iati_export
from aps_desktop.services.iati_export import Exported
from aps_desktop.services.iati_scope import NEVER_PUBLIC, Chosen, Scope
from aps_desktop.services.records import Record
from aps_desktop.views.context import OK
from aps_desktop.views.export_dialog import ask_target, open_file
from aps_desktop.views.fitting import fit
from aps_desktop.views.form_field import FieldRow
from aps_desktop.views.form_host import FormHost
from aps_desktop.views.iati_parts import IatiWindow, ProblemTable
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.sync_pane_parts import button, tell

if TYPE_CHECKING:
    from aps_desktop.db.connection import Connection
    from aps_desktop.db.engine import Database
    from aps_desktop.tasks.jobs import Cancelled, Progress
    from aps_desktop.views.context import Context

_WHAT = (
    ("all", "Everything"),
    ("project", "One project"),
    ("fund", "One fund with its projects"),
    ("programme", "One programme with its projects"),
)
_KINDS = ("project", "fund", "programme")


class IatiExportDialog(IatiWindow):
    """The choices on top, below them what leaves and what stays; after writing, the problems."""

    def __init__(
        self, context: Context, parent: QWidget | None = None, about: Record | None = None
    ) -> None:
        """`about` is the project, fund or programme that it was opened from."""
        super().__init__("iati_export", "Export to IATI", context, parent)
        fit(self, 860, 640)
        self._host = FormHost(context, self)
        self._chosen: Chosen | None = None
        self._file = Path()
        self._lay_out()
        self._buttons()
        self.problems.record_wanted.connect(context.show_record)
        self.what.editor.setFocus()
        if about is not None:
            self.what.show_value(about.entity, {})
            self.about[about.entity].show_value(about.id, {about.id: about.title})
        self._on_changed()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self.page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        self.form = QWidget(self.page)
        self._lines = QVBoxLayout(self.form)
        self._lines.setContentsMargins(0, 0, 0, 0)
        self._lines.setSpacing(8)
        self._rows()
        column.addWidget(self.form)
        self.leaves = PlainLabel("", self.page, role="strong", wrap=True)
        self.leaves.setObjectName("iati_export_leaves")
        self.stays = PlainLabel("", self.page, role="muted", wrap=True)
        self.stays.setObjectName("iati_export_stays")
        self.problems = ProblemTable(self.page)
        self.problems.hide()
        for widget in (self.leaves, self.stays):
            column.addWidget(widget)
        column.addWidget(self.problems, 1)
        self._rest_space = QWidget(self.page)
        column.addWidget(self._rest_space, 1)

    def _buttons(self) -> None:
        self.again = button("Export again…", "iati_export_again", "", self)
        self.open = button("Open the file", "iati_export_open", "", self)
        self.open.clicked.connect(self._on_open)
        self.foot.addWidget(self.open)
        self.open.hide()
        self.write = button("Write the file…", "iati_export_write", "primary", self)
        self.write.setDefault(True)
        for one in (self.again, self.write):
            self.foot.addWidget(one)
        self.again.hide()
        self.write.clicked.connect(self._on_write)
        self.again.clicked.connect(self._on_again)

    def _rows(self) -> None:
        self.what = self._row(_choice("what", "What to export", _WHAT), "all")
        self.about = {
            name: self._row(
                Field(1, f"about_{name}", entity(name).label, Kind.REFERENCE, target=name), None
            )
            for name in _KINDS
        }
        self.max_class = self._row(
            _choice("max_class", "Highest document class in the file", CLASSES,
                    "Records of a higher class stay out, with all that belongs to them."),
            "public",
        )  # fmt: skip
        told = iati_export.reporter(self.context.db.reader())
        self.publisher = self._row(
            Field(1, "publisher", "Publisher’s IATI identifier",
                  help="As registered with IATI; every activity’s identifier begins with it."),
            told.ref,
        )  # fmt: skip
        self.name = self._row(Field(1, "publisher_name", "Publisher’s name"), told.name)
        for row in (self.what, *self.about.values(), self.max_class):
            row.editor.done.connect(self._on_changed)

    def _row(self, field: Field, value: object) -> FieldRow:
        row = FieldRow(field, self._host, self.form)
        row.show_value(value, {})
        self._lines.addWidget(row)
        return row

    # What is chosen -----------------------------------------------------------------------------

    def scope(self) -> Scope:
        """What to export. InvalidValue while nothing is chosen of a kind."""
        kind = str(self.what.editor.value() or "all")
        code = ""
        if kind != "all":
            id = self.about[kind].editor.value()
            if not isinstance(id, UUID):
                raise InvalidValue(f"The {kind} is missing.", "Type a part of its name.")
            code = str(id)
        return Scope(kind, code, str(self.max_class.editor.value() or "public"))

    def _on_changed(self) -> None:
        kind = str(self.what.editor.value() or "all")
        for name, row in self.about.items():
            row.setVisible(name == kind)
        tell(self.problem, "")
        self._chosen = None
        self.write.setEnabled(False)
        self.stays.setText("")
        try:
            scope = self.scope()
        except InvalidValue as error:
            self.leaves.setText(f"{error.message} {error.hint}")
            return
        self.leaves.setText("Looking what may leave…")
        self.context.runner.query(
            partial(_preview, scope), self._on_preview, self._on_no_preview, owner=self,
            key="iati_preview",
        )  # fmt: skip

    def _on_preview(self, chosen: Chosen) -> None:
        self._chosen = chosen
        self.leaves.setText(
            f"{_activities(chosen.count)} would be written." if chosen.count
            else "Nothing may leave: no project, programme or fund has this class or a lower one."
        )  # fmt: skip
        self.stays.setText(_left_out(chosen.left_out, public=self.scope().public))
        self.write.setEnabled(bool(chosen.count))

    def _on_no_preview(self, error: Exception) -> None:
        self.leaves.setText("")
        self.failed(error)

    # Writing ------------------------------------------------------------------------------------

    def _on_write(self) -> None:
        kind = str(self.what.editor.value() or "all")
        target = ask_target(
            self.context, "Export to IATI", f"iati-{kind}.xml", self,
            "IATI activities (*.xml)",
        )  # fmt: skip
        if target is not None:
            self.export(target)

    def export(self, target: Path) -> None:
        """Writes and checks the file beside the window."""
        try:
            scope = self.scope()
            told = Reporter(
                str(self.publisher.editor.value() or ""), str(self.name.editor.value() or "")
            )
        except InvalidValue as error:
            self.failed(error)
            return
        self.write.setEnabled(False)
        work = partial(_export, scope, told, target)
        self.begin(f"Writing {target.name}", work, self._on_written)

    def failed(self, error: Exception) -> None:
        self.heading.setText("Export to IATI")
        self.write.setEnabled(bool(self._chosen and self._chosen.count))
        super().failed(error)

    def _on_written(self, done: Exported) -> None:
        self._file = done.file
        self.heading.setText(f"{_activities(done.activities)} written to “{done.file.name}”")
        self._show_result(True)
        if done.problem_count:
            valid = "The file is valid; the standard advises:" if done.valid else (
                "The file is not valid yet. Correct these records, then export again:"
            )  # fmt: skip
            tell(self.problem, valid, "attention" if done.valid else "late")
        else:
            tell(self.problem, "Valid: schema, rules and code lists of IATI 2.03.", "ok")
        self.problems.show_problems(done.problems, done.problem_count)
        self.problems.setVisible(bool(done.problem_count))
        self._rest_space.setVisible(not done.problem_count)
        self.leaves.setText(str(done.file))
        self.stays.setText(_left_out(done.left_out, public=done.public))
        self.context.say(
            f"“{done.file.name}” is written.", OK, "Open the file", partial(open_file, done.file)
        )

    def _on_again(self) -> None:
        self._show_result(False)
        self.heading.setText("Export to IATI")
        self.problems.hide()
        self._rest_space.show()
        self._on_changed()

    def _show_result(self, shown: bool) -> None:
        self.form.setVisible(not shown)
        self.write.setVisible(not shown)
        self.again.setVisible(shown)
        self.open.setVisible(shown)

    def _on_open(self) -> None:
        open_file(self._file)


def open_export(context: Context, about: Record, parent: QWidget) -> IatiExportDialog:
    """Opens the window on one project, fund or programme."""
    dialog = IatiExportDialog(context, parent, about)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.show()
    return dialog


def _choice(name: str, label: str, choices: tuple[tuple[str, str], ...], help: str = "") -> Field:
    return Field(1, name, label, Kind.CHOICE, choices=choices, help=help, required=True)


def _activities(count: int) -> str:
    return f"{count:,} activit{'y' if count == 1 else 'ies'}"


def _left_out(left_out: dict[str, int], *, public: bool) -> str:
    lines = [f"–  {words}: {count:,}" for words, count in left_out.items()]
    if public:
        lines.append(f"–  {NEVER_PUBLIC}")
    return "\n".join(["Stays out:", *lines]) if lines else "Nothing stays out."


def _preview(scope: Scope, c: Connection) -> Chosen:
    return iati_export.preview(c, scope)


def _export(
    scope: Scope, told: Reporter, target: Path, db: Database, progress: Progress,
    cancelled: Cancelled,
) -> Exported:  # fmt: skip
    if told != iati_export.reporter(db.reader()):
        iati_export.set_reporter(db, told)
    return iati_export.export(db, target, scope, progress, cancelled)
