"""The second step of an import: which sheets, and what their columns become."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QWidget

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.services.importing_read import LEFT_OUT, part_names, understand
from aps_desktop.services.importing_types import FoundSheet, FoundWorkbook
from aps_desktop.views.context import Context
from aps_desktop.views.import_wizard_columns import ColumnsEditor


class SheetsPage(QWidget):
    """The sheets at the left, the chosen one at the right. `changed` tells that something is
    understood otherwise now."""

    changed = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_sheets_page")
        self._context = context
        self._book: FoundWorkbook | None = None
        self._sheets: list[FoundSheet] = []
        self.list = QListWidget(self)
        self.list.setObjectName("import_sheets")
        self.list.setAccessibleName("Sheets of the workbook")
        self.list.setFixedWidth(230)
        self.list.setSpacing(2)
        self.list.setWordWrap(True)
        self.editor = ColumnsEditor(context, self)
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(16)
        across.addWidget(self.list)
        across.addWidget(self.editor, 1)
        self.list.currentRowChanged.connect(self._on_row)
        self.list.itemChanged.connect(self._on_ticked)
        self.editor.changed.connect(self._on_changed)
        self.editor.anew.connect(self._on_anew)

    def show_workbook(self, found: FoundWorkbook) -> None:
        """Shows what was found in a workbook, the first sheet that can be imported in front."""
        self._book = found
        self._sheets = list(found.sheets)
        with QSignalBlocker(self.list):
            self.list.clear()
            for one in self._sheets:
                item = QListWidgetItem()
                item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
                self.list.addItem(item)
                item.setCheckState(_check(one.mapping is not None))
                _describe(item, one)
        first = next((n for n, one in enumerate(self._sheets) if one.mapping), 0)
        self.list.setCurrentRow(first)
        self.list.setFocus()

    def workbook(self) -> FoundWorkbook | None:
        """The workbook as it is understood now, without the sheets that are left out."""
        if self._book is None:
            return None
        sheets = tuple(
            one if self._ticked(n) else replace(one, mapping=None, why=one.why or LEFT_OUT)
            for n, one in enumerate(self._sheets)
        )
        return replace(self._book, sheets=sheets)

    def ready(self) -> bool:
        """Whether any sheet is to be imported."""
        return any(one.mapping and self._ticked(n) for n, one in enumerate(self._sheets))

    def _ticked(self, number: int) -> bool:
        return self.list.item(number).checkState() == Qt.CheckState.Checked

    def _on_row(self, row: int) -> None:
        if 0 <= row < len(self._sheets):
            self.editor.show_sheet(self._sheets[row])

    def _on_ticked(self) -> None:
        self.changed.emit()

    def _on_changed(self, found: FoundSheet) -> None:
        self._put(self.list.currentRow(), found)

    def _on_anew(self, name: str, header_row: int) -> None:
        row = self.list.currentRow()
        found = self._sheets[row]
        if not name:
            left_out = replace(found, mapping=None, source="chosen", why=LEFT_OUT)
            self._show_again(row, left_out)
            return
        work = partial(_understand, self._context.db, found, name, header_row)
        done = partial(self._show_again, row)
        self._context.runner.query(work, done, self._context.show_failure, owner=self, key="anew")

    def _show_again(self, row: int, found: FoundSheet) -> None:
        with QSignalBlocker(self.list):
            self.list.item(row).setCheckState(_check(found.mapping is not None))
        self._put(row, found)
        if row == self.list.currentRow():
            self.editor.show_sheet(found)

    def _put(self, row: int, found: FoundSheet) -> None:
        self._sheets[row] = found
        with QSignalBlocker(self.list):
            _describe(self.list.item(row), found)
        self.changed.emit()


def _understand(
    db: Database, found: FoundSheet, name: str, header_row: int, _connection: Connection
) -> FoundSheet:
    return understand(db, found, name=name, header_row=header_row)


def _check(on: bool) -> Qt.CheckState:
    return Qt.CheckState.Checked if on else Qt.CheckState.Unchecked


def _describe(item: QListWidgetItem, found: FoundSheet) -> None:
    names = part_names(found)
    rows = len(found.table.rows) if found.table else 0
    if names:
        more = f" and {len(names) - 2} more" if len(names) > 2 else ""
        words = f"{rows:,} rows: {', '.join(n.lower() for n in names[:2])}{more}"
    else:
        words = found.why
    item.setText(f"{found.name}\n{words}")
