"""Asks where a table of figures is to be written, and writes it beside the window."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from aps_desktop.domain import clock
from aps_desktop.services import class_marks, sheet_export
from aps_desktop.services.files import named_after
from aps_desktop.services.sheet_cells import Sheet
from aps_desktop.services.sheet_export import Heading
from aps_desktop.views.context import OK, Context
from aps_desktop.views.export_progress import ExportProgress

if TYPE_CHECKING:
    from aps_desktop.db.engine import Database
    from aps_desktop.tasks.jobs import Cancelled, Progress

_FOLDER = "export_folder"
_KINDS = "Workbook (*.xlsx);;Word document (*.docx);;PDF document (*.pdf);;Web page (*.html)"


def heading(context: Context, title: str, narrowed: str = "", why: str = "") -> Heading:
    """What stands over the table in a file."""
    today = clock.today(context.db.clock)
    return Heading(title, narrowed, why, made_on=today)


def export(context: Context, sheet: Sheet, over: Heading, parent: QWidget) -> None:
    """Writes the table to a file that the officer chooses; the ending says of which kind."""
    documents = QStandardPaths.StandardLocation.DocumentsLocation
    folder = context.ui_state.get(_FOLDER, "") or QStandardPaths.writableLocation(documents)
    name = named_after(over.title, "xlsx")
    chosen, kind = QFileDialog.getSaveFileName(
        parent, "Export the table", str(Path(folder) / name), _KINDS
    )
    if not chosen:
        return
    target = Path(chosen)
    if not target.suffix:
        target = target.with_name(f"{target.name}.{kind.split('*.')[-1].rstrip(')') or 'xlsx'}")
    context.ui_state.put(_FOLDER, str(target.parent))
    write(context, sheet, over, target, parent)


def write(
    context: Context, sheet: Sheet, over: Heading, target: Path, parent: QWidget
) -> ExportProgress:
    """Writes the table, with a way to stop where it takes long."""
    window = ExportProgress(target.name, parent)
    window.run(context, partial(_write, sheet, over, target), partial(_done, context, target))
    return window


def _write(
    sheet: Sheet, over: Heading, target: Path, db: Database, progress: Progress, stopped: Cancelled
) -> int:
    del progress
    marked = replace(over, mark=class_marks.mark(db.reader()))
    return sheet_export.write(sheet, marked, target, stopped)


def _done(context: Context, target: Path, rows: int) -> None:
    del rows
    context.say(
        f"“{target.name}” is written.", OK, "Open the file",
        partial(QDesktopServices.openUrl, QUrl.fromLocalFile(str(target))),
    )  # fmt: skip
