"""The first column of a wide table stays in sight while the others are moved: names of its rows.

A second view of the same model and selection, which lies over the table once it is scrolled
sideways, as in Qt's own frozen column example. Screen readers meet the table itself only.
"""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QAbstractItemView, QFrame, QTableView


class FixedNames(QTableView):
    """Shows the column 0 of `table` at its left edge; made after the table has its model."""

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._table = table
        self.setObjectName(f"{table.objectName()}_names")
        self.setAccessibleName(f"{table.accessibleName()}: names of the rows")
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self.setFocusProxy(table)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setModel(table.model())
        self.setSelectionModel(table.selectionModel())
        self.setItemDelegate(table.itemDelegate())
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(table.verticalHeader().defaultSectionSize())
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(True)
        self.horizontalHeader().setMinimumSectionSize(table.horizontalHeader().minimumSectionSize())
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)  # the table's own comes
        down, mine = table.verticalScrollBar(), self.verticalScrollBar()
        down.valueChanged.connect(mine.setValue)
        mine.valueChanged.connect(down.setValue)
        table.horizontalScrollBar().valueChanged.connect(self.place)
        table.horizontalHeader().sectionResized.connect(self.place)
        self.hide()

    def place(self) -> None:
        """Lies over the first column where that is out of sight, else is not there."""
        wanted = self._table.horizontalScrollBar().value() > 0
        if wanted:
            for column in range(self.model().columnCount()):
                self.setColumnHidden(column, column > 0)
            width = self._table.columnWidth(0)
            self.setColumnWidth(0, width)
            frame = self._table.frameWidth()
            head = self._table.horizontalHeader().height()
            self.horizontalHeader().setFixedHeight(head)
            self.setGeometry(frame, frame, width, head + self._table.viewport().height())
            self.verticalScrollBar().setValue(self._table.verticalScrollBar().value())
        self.setVisible(wanted)

    def hidden_part(self, index: QModelIndex) -> int:
        """Pixels of a cell of another column that lie under the names."""
        if not self.isVisible() or index.column() == 0:
            return 0
        return max(0, self.width() - self._table.visualRect(index).left())
