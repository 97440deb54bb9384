"""The plain table that "Changes", "Backups", a record's history and others are made of."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableView, QWidget

from aps_desktop.views import theme


class RowsTable(QTableView):
    """Rows, one of which is selected; by the keyboard too, as soon as it comes here."""

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Shows which row the keyboard is at: Qt alone makes one current without a sign."""
        super().focusInEvent(event)
        by_mouse = event.reason() == Qt.FocusReason.MouseFocusReason
        at = self.currentIndex()
        if at.isValid() and not by_mouse and not self.selectionModel().hasSelection():
            self.selectRow(at.row())


def rows_table(
    name: str, title: str, model: QAbstractTableModel, widths: tuple[int, ...], parent: QWidget
) -> RowsTable:
    """A read-only table; `widths` of the columns in pixels, 0 for the one that takes the rest."""
    table = RowsTable(parent)
    table.setObjectName(name)
    table.setAccessibleName(title)
    table.setProperty("plain", True)
    table.setModel(model)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTextElideMode(Qt.TextElideMode.ElideRight)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(theme.ROW_HEIGHT)
    header = table.horizontalHeader()
    header.setHighlightSections(False)
    for column, width in enumerate(widths):
        if width:
            table.setColumnWidth(column, width)
        else:
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)
    return table
