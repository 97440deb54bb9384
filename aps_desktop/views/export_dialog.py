"""Asks where a list or the whole office is to be written as a workbook, and writes it."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFileDialog, QWidget

from aps_desktop.domain.entities import entity
from aps_desktop.views.context import OK, Context
from aps_desktop.views.export_progress import ExportProgress

if TYPE_CHECKING:
    from aps_desktop.db.engine import Database
    from aps_desktop.db.queries.lists import ListQuery
    from aps_desktop.tasks.jobs import Cancelled, Progress

_FILTER = "Workbook (*.xlsx)"
_FOLDER = "export_folder"


def export_list(context: Context, query: ListQuery, parent: QWidget | None = None) -> None:
    """Writes what a list shows to a file that the officer chooses."""
    kind = entity(query.entity)
    target = ask_target(context, f"Export {kind.plural.lower()}", f"{kind.plural}.xlsx", parent)
    if target is not None:
        write_list(context, query, target, parent)


def export_office(context: Context, parent: QWidget | None = None) -> None:
    """Writes all records of the office, a sheet for each kind, to a file that is chosen."""
    target = ask_target(context, "Export the office as a workbook", "Office.xlsx", parent)
    if target is not None:
        write_office(context, target, parent)


def write_list(
    context: Context, query: ListQuery, target: Path, parent: QWidget | None = None
) -> ExportProgress:
    """Writes the list beside the window, with progress and a way to stop."""
    return _start(context, target, partial(_list, query, target), parent)


def write_office(context: Context, target: Path, parent: QWidget | None = None) -> ExportProgress:
    """Writes the office beside the window, with progress and a way to stop."""
    return _start(context, target, partial(_office, target), parent)


def _start(context: Context, target: Path, work: object, parent: QWidget | None) -> ExportProgress:
    window = ExportProgress(target.name, parent)
    window.run(context, work, partial(_done, context, target))
    return window


def _done(context: Context, target: Path, rows: int) -> None:
    context.say(
        f"{rows:,} record{'' if rows == 1 else 's'} written to “{target.name}”.", OK,
        "Open the file", partial(open_file, target),
    )  # fmt: skip


def open_file(target: Path) -> None:
    """Opens a file with the program that the system has for it."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(target)))


def ask_target(
    context: Context, title: str, name: str, parent: QWidget | None, kinds: str = _FILTER
) -> Path | None:
    """The file to write, with the ending of `name`; the folder of the last export comes first."""
    documents = QStandardPaths.StandardLocation.DocumentsLocation
    folder = context.ui_state.get(_FOLDER, "") or QStandardPaths.writableLocation(documents)
    chosen, _ = QFileDialog.getSaveFileName(parent, title, str(Path(folder) / name), kinds)
    if not chosen:
        return None
    target, ending = Path(chosen), Path(name).suffix
    context.ui_state.put(_FOLDER, str(target.parent))
    return target if target.suffix.lower() == ending else target.with_name(target.name + ending)


def _list(
    query: ListQuery, target: Path, db: Database, progress: Progress, cancelled: Cancelled
) -> int:
    from aps_desktop.services import exporting

    return exporting.export_list(db, query, target, progress, cancelled)


def _office(target: Path, db: Database, progress: Progress, cancelled: Cancelled) -> int:
    from aps_desktop.services import exporting

    return exporting.export_workbook(db, target, None, progress, cancelled)
