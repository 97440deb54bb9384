"""Charts as pictures, slides, workbooks and printed reports."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QWidget

from aps_desktop.db import store
from aps_desktop.domain.clock import today
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.office_names import office_name
from aps_desktop.services import class_marks, dashboard_report
from aps_desktop.views.context import ATTENTION, OK, Context
from aps_desktop.views.export_dialog import ask_target, open_file

if TYPE_CHECKING:
    from aps_desktop.services.chart_data import Chart
    from aps_desktop.tasks.chart_renderer import ChartRenderer

_FILE_SIZE = (1000, 620)
_UNDRAWN = "The chart could not be drawn."
_KINDS = {"png": "Picture (*.png)", "svg": "Drawing (*.svg)", "pdf": "PDF (*.pdf)",
          "xlsx": "Workbook (*.xlsx)"}  # fmt: skip


class Files(QObject):
    """Asks for a name where one is needed, and writes beside the window."""

    def __init__(self, context: Context, renderer: ChartRenderer, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("dashboard_files")
        self._context = context
        self._renderer = renderer

    def run(self, command: str, chart: Chart, title: str) -> None:
        """ "copy", or the ending of the file that is wanted."""
        if command == "copy":
            self._draw(chart, "png", self._on_copied)
            return
        path = self._ask(f"Save {title}", title, command)
        if path is not None:
            self.write(command, chart, title, path)

    def write(self, kind: str, chart: Chart, title: str, path: Path) -> None:
        """Writes one chart as a picture, or its table as a workbook."""
        if kind == "xlsx":
            self._with_mark(
                lambda mark: self._write_document(
                    dashboard_report.table(chart, title, self._day(), mark), path
                )
            )
        else:
            self._draw(chart, kind, partial(self._on_drawn, path))

    def save_slide(self, title: str, narrowed: str, charts: Sequence[Chart]) -> None:
        path = self._ask("Save as slide", title, "png") if charts else None
        if path is not None:
            self.write_slide(title, narrowed, charts, path)

    def write_slide(self, title: str, narrowed: str, charts: Sequence[Chart], path: Path) -> None:
        """One PNG of 1920 x 1080 with all charts of a dashboard."""
        drawables = [chart.drawable for chart in charts]

        def draw(mark: str) -> None:
            subtitle = class_marks.beside(narrowed, mark)
            self._renderer.slide(title, subtitle, drawables, partial(self._on_drawn, path))

        self._with_mark(draw)

    def save_report(self, title: str, narrowed: str, charts: Sequence[Chart]) -> None:
        path = self._ask("Print report", f"{title} dashboard", "pdf") if charts else None
        if path is not None:
            self.write_report(title, narrowed, charts, path)

    def write_report(self, title: str, narrowed: str, charts: Sequence[Chart], path: Path) -> None:
        """A report of two pages: the charts, and the figures behind them."""

        def drawn(data: bytes | None) -> None:
            if data is None:
                self._context.say(_UNDRAWN, ATTENTION)
                return
            self._with_mark(partial(write, data))

        def write(picture: bytes, mark: str) -> None:
            made = dashboard_report.document(
                title, narrowed, charts, picture, self._day(), self._office(), mark
            )
            self._write_document(made, path)

        self._renderer.page([chart.drawable for chart in charts], drawn)

    def _draw(self, chart: Chart, kind: str, drawn: Callable[[bytes | None], None]) -> None:
        """One chart as a picture that says how high the class of its records may be."""

        def draw(mark: str) -> None:
            picture = dashboard_report.marked(chart, mark).drawable
            self._renderer.file(picture, kind, _FILE_SIZE, drawn)

        self._with_mark(draw)

    def _with_mark(self, go_on: Callable[[str], None]) -> None:
        self._context.runner.query(class_marks.mark, go_on, self._context.show_failure, owner=self)

    def _write_document(self, document: Any, path: Path) -> None:
        self._write(partial(_written, document, path), path)

    def _write(self, work: Callable[..., None], path: Path) -> None:
        self._context.runner.long(
            work, lambda _: self._told(path), self._context.show_failure, owner=self
        )

    def _on_copied(self, data: bytes | None) -> None:
        image = QImage.fromData(data or b"", "png")
        if image.isNull():
            self._context.say(_UNDRAWN, ATTENTION)
            return
        QGuiApplication.clipboard().setImage(image)
        self._context.say("The chart is on the clipboard.", OK)

    def _on_drawn(self, path: Path, data: bytes | None) -> None:
        if data is None:
            self._context.say(_UNDRAWN, ATTENTION)
            return
        self._write(partial(_bytes_written, data, path), path)

    def _told(self, path: Path) -> None:
        self._context.say(f"{path.name} was written.", OK, "Open", partial(open_file, path))

    def _ask(self, title: str, name: str, kind: str) -> Path | None:
        return ask_target(self._context, title, f"{name}.{kind}", self.parent(), _KINDS[kind])

    def _day(self) -> Any:
        return today(self._context.db.clock)

    def _office(self) -> str:
        _, office, _ = store.this_device(self._context.runner.window_connection())
        return office_name(office)


def _bytes_written(data: bytes, path: Path, *_: Any) -> None:
    try:
        path.write_bytes(data)
    except OSError as error:
        raise UserError(
            f"“{path.name}” could not be written.", "Is there room, and may you write there?"
        ) from error


def _written(
    document: Any, path: Path, _db: Any, _progress: Any, stopped: Callable[[], bool]
) -> None:
    from aps_desktop.reports import formats

    formats.write(document, path, stopped)
