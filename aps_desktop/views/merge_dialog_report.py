"""The report of a merge as a file: HTML, or PDF for the printer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtGui import QPageSize, QPdfWriter, QTextDocument
from PySide6.QtWidgets import QFileDialog, QWidget

from aps_desktop.db.store import this_device
from aps_desktop.domain.office_names import office_name
from aps_desktop.services import merge_report
from aps_desktop.views.merge_dialog_work import REFUSED, Item

if TYPE_CHECKING:
    from aps_desktop.db.connection import Connection
    from aps_desktop.views.context import Context

_FILTER = "PDF (*.pdf);;Web page (*.html)"


Say = Callable[[str, str], None]
"""Tells words of a status, where the one who saved is looking."""


def save_report(context: Context, items: Sequence[Item], parent: QWidget, say: Say) -> None:
    """Asks where to, and writes the report of what was merged and what was refused."""
    chosen, _ = QFileDialog.getSaveFileName(parent, "Save report", "merge report.pdf", _FILTER)
    if chosen:
        context.runner.query(
            partial(_page, list(items)), partial(_write, say, Path(chosen)), owner=parent
        )


def _page(items: Sequence[Item], c: Connection) -> str:
    _, office, _ = this_device(c)
    reports = [item.report for item in items if item.report is not None]
    refused = [(i.path.name, str(i.error)) for i in items if i.state == REFUSED and i.error]
    return merge_report.page(office, reports, refused, office_name)


def _write(say: Say, target: Path, page: str) -> None:
    try:
        if target.suffix.lower() == ".html":
            target.write_text(page, encoding="utf-8")
        else:
            _write_pdf(target.with_suffix(".pdf"), page)
    except OSError:
        say(f"{target.name} could not be written there. Choose another folder.", "late")
        return
    say(f"The report is in {target.name}.", "ok")


def _write_pdf(target: Path, page: str) -> None:
    document = QTextDocument()
    document.setHtml(page)
    with open(target, "wb"):
        pass  # QPdfWriter itself says nothing when it may not write
    writer = QPdfWriter(str(target))
    writer.setPageSize(QPageSize(QPageSize.PageSizeId.A4))
    writer.setTitle("Merge report")
    document.print_(writer)
