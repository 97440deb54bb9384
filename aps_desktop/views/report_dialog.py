"""Makes a report: which one, about what, for which year, as which kind of file."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.db.engine import Database
from aps_desktop.domain.entities import entity
from aps_desktop.domain.entities.vocabularies import CLASSES
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.reports.formats import FORMATS
from aps_desktop.services import reports
from aps_desktop.services.files import named_after
from aps_desktop.services.records import Record
from aps_desktop.services.reports import REPORTS, Asked, Report
from aps_desktop.tasks.jobs import Cancelled, Job, Progress
from aps_desktop.views.context import OK, Context
from aps_desktop.views.form_field import FieldRow
from aps_desktop.views.form_host import FormHost
from aps_desktop.views.plain_label import PlainLabel

_FOLDER = "report_folder"

_YEAR = "Empty: since the beginning; in an annual report, this year."


class ReportDialog(QDialog):
    """Opened from a record it offers the reports about it, else all there are."""

    def __init__(
        self, context: Context, record: Record | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._record = record
        self._host = FormHost(context, self)
        self._job: Job | None = None
        self._offered = reports.reports_of(record.entity) if record else REPORTS
        self.setObjectName("report_dialog")
        self.setWindowTitle("Make a report")
        self.setMinimumWidth(460)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(24, 20, 24, 16)
        self._column.setSpacing(10)
        heading = record.title[:120] if record else "Make a report"
        self._column.addWidget(PlainLabel(heading, self, role="heading", wrap=True))
        choices = tuple((one.name, one.label) for one in self._offered)
        self.report = self._row(_choice("report", "Report", choices), self._offered[0].name)
        self.purpose = PlainLabel("", self, role="muted", wrap=True)
        self.purpose.setObjectName("report_purpose")
        self._column.addWidget(self.purpose)
        self.about = {} if record else self._about_rows()
        self.year = self._row(Field(1, "year", "Year", Kind.NUMBER, help=_YEAR), None)
        self.format = self._row(_choice("format", "Kind of file", tuple(FORMATS.items())), "pdf")
        self.max_class = self._row(
            _choice("max_class", "Highest document class in it", CLASSES,
                    "Records of a higher class are left out."), "",
        )  # fmt: skip
        self.error = self._error_line()
        self._column.addWidget(self._buttons())
        self.report.editor.done.connect(self._on_report)
        self._on_report()

    def _error_line(self) -> PlainLabel:
        line = PlainLabel("", self, wrap=True)
        line.setObjectName("report_error")
        line.setProperty("status", "late")
        line.hide()
        self._column.addWidget(line)
        return line

    def _about_rows(self) -> dict[str, FieldRow]:
        names = dict.fromkeys(one.entity for one in self._offered if one.entity)
        return {
            name: self._row(
                Field(1, f"about_{name}", entity(name).label, Kind.REFERENCE, target=name), None
            )
            for name in names
        }

    def _row(self, field: Field, value: object) -> FieldRow:
        row = FieldRow(field, self._host, self)
        row.show_value(value, {})
        self._column.addWidget(row)
        return row

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(self)
        self.make = QPushButton("Make the report…", self)
        self.make.setObjectName("report_make")
        self.make.setProperty("kind", "primary")
        self.make.setShortcut("Ctrl+Return")
        self.make.clicked.connect(self._on_make)
        buttons.addButton(self.make, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.rejected.connect(self.reject)
        return buttons

    def chosen(self) -> Report:
        """The report that is chosen."""
        name = self.report.editor.value()
        return next((one for one in self._offered if one.name == name), self._offered[0])

    def asked(self) -> Asked:
        """What is asked for. InvalidValue while something is missing or wrong."""
        report = self.chosen()
        record = self._record.id if self._record else None
        if self._record is None and report.entity:
            record = self.about[report.entity].editor.value()
            if not isinstance(record, UUID):
                what = entity(report.entity).label.lower()
                raise InvalidValue(f"The {what} is missing.", "Type a part of its name.")
        year = self.year.editor.value() if report.by_year else None
        if year is not None and not 1967 <= int(year) <= 2100:
            raise InvalidValue(f"{year} is no year.", "Type it with four digits.")
        ending = str(self.format.editor.value() or "pdf")
        if ending not in report.formats:
            known = " or ".join(FORMATS[one] for one in report.formats)
            words = f"The {report.label.lower()} is not made as {FORMATS[ending]}."
            raise InvalidValue(words, f"Choose {known}.")
        max_class = str(self.max_class.editor.value() or "")
        return Asked(report.name, record, int(year) if year else None, max_class)

    def write(self, target: Path) -> None:
        """Makes the report beside the window and says when it is there."""
        asked = self.asked()
        self.make.setEnabled(False)
        self._job = self._context.runner.long(
            partial(_write, asked, target),
            partial(self._on_written, target),
            self._on_failed,
            owner=self,
        )

    def reject(self) -> None:
        """Closes the dialog; a report that is being written is stopped, and no file is left."""
        if self._job is not None:
            self._job.cancel()
        super().reject()

    def _on_report(self) -> None:
        report = self.chosen()
        self.purpose.setText(report.purpose)
        for name, row in self.about.items():
            row.setVisible(name == report.entity)
        self.year.setVisible(report.by_year)
        if self.format.editor.value() not in report.formats:
            self.format.show_value(report.formats[0], {})
        self.max_class.setVisible(report.classed)
        self.error.hide()
        self.adjustSize()

    def _on_make(self) -> None:
        try:
            self.asked()
        except InvalidValue as error:
            self._on_failed(error)
            return
        if target := self._ask():
            self.write(target)

    def _ask(self) -> Path | None:
        ending = str(self.format.editor.value() or "pdf")
        report = self.chosen()
        documents = QStandardPaths.StandardLocation.DocumentsLocation
        folder = self._context.ui_state.get(_FOLDER, "") or QStandardPaths.writableLocation(
            documents
        )
        code = str(self._record.values.get("code") or "") if self._record else ""
        name = named_after(f"{report.label} {code}", ending)
        chosen, _ = QFileDialog.getSaveFileName(
            self, "Make the report", str(Path(folder) / name),
            f"{FORMATS[ending]} (*.{ending})",
        )  # fmt: skip
        if not chosen:
            return None
        target = Path(chosen)
        self._context.ui_state.put(_FOLDER, str(target.parent))
        return target if target.suffix else target.with_name(f"{target.name}.{ending}")

    def _on_written(self, target: Path, title: str) -> None:
        del title
        self._context.say(f"“{target.name}” is written.", OK, "Open it", partial(_open, target))
        self.accept()

    def _on_failed(self, error: Exception) -> None:
        self.make.setEnabled(True)
        if not hasattr(error, "hint"):
            raise error
        self.error.setText(str(error))
        self.error.show()


def open_report(context: Context, record: Record | None, parent: QWidget | None) -> ReportDialog:
    """Opens the dialog over its parent."""
    from PySide6.QtCore import Qt

    dialog = ReportDialog(context, record, parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
    return dialog


def _choice(name: str, label: str, choices: tuple[tuple[str, str], ...], help: str = "") -> Field:
    return Field(1, name, label, Kind.CHOICE, choices=choices, help=help)


def _write(
    asked: Asked, target: Path, db: Database, _progress: Progress, stopped: Cancelled
) -> str:
    return reports.write(db, asked, target, stopped).title


def _open(target: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(target)))
