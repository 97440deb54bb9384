"""The columns of a list: which, how wide, in which order; and the panel that chooses them."""

from __future__ import annotations

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QMenu,
    QPushButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from aps_desktop.domain.fields import Entity
from aps_desktop.views.list_table import ListTable
from aps_desktop.views.list_widths import ColumnWidths

_CHECKED, _UNCHECKED = Qt.CheckState.Checked, Qt.CheckState.Unchecked


class ListColumns(QObject):
    """Keeps the columns of one table. `changed` carries the names that are to be shown."""

    changed = Signal(tuple)

    def __init__(self, kind: Entity, table: ListTable, hidden: frozenset[str]) -> None:
        super().__init__(table)
        self._kind = kind
        self._table = table
        self._filling = False
        self.widths: dict[str, int] = {}
        self.natural = ColumnWidths(kind, table)
        listed = tuple(f.name for f in kind.fields if f.listed and f.name not in hidden)
        self.default = listed or tuple(kind.title) or (kind.fields[0].name,)
        table.horizontalHeader().sectionResized.connect(self._on_resized)
        table.horizontalHeader().sectionMoved.connect(self._on_moved)
        table.model().modelReset.connect(self.apply)
        table.resized.connect(self._fit)

    def shown(self) -> tuple[str, ...]:
        """The names of the columns from left to right."""
        names = [field.name for field in self._table.model().fields]
        order = self._table.horizontalHeader().order()
        return tuple(names[at] for at in order) if len(order) == len(names) else tuple(names)

    def apply(self) -> None:
        """Gives the columns that the model has now their widths and their places."""
        header = self._table.horizontalHeader()
        fields = self._table.model().fields
        if header.count() != len(fields):
            return
        self._filling = True
        header.straighten()
        self._filling = False
        header.show_fields(fields)
        self._fit()

    def _fit(self) -> None:
        """Fits the columns into the room there is; what the officer has dragged stays."""
        header = self._table.horizontalHeader()
        if not header.count() or header.count() != len(self._table.model().fields):
            return
        self._filling = True
        for column, wide in enumerate(self.natural.fitted(self.widths)):
            if header.sectionSize(column) != wide:
                header.resizeSection(column, wide)
        self._filling = False

    def _on_resized(self, column: int, old: int, new: int) -> None:
        del old
        fields = self._table.model().fields
        if not self._filling and column < len(fields) and new:
            self.widths[fields[column].name] = new

    def _on_moved(self) -> None:
        self._table.viewport().update()

    # The panel -----------------------------------------------------------------------------------

    def popup(self, at: QPoint) -> QMenu:
        """Opens the panel that chooses columns; ticking shows at once."""
        menu = QMenu(self._table)
        menu.setObjectName("columns_menu")
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        panel = QWidget(menu)
        column = QVBoxLayout(panel)
        column.setContentsMargins(6, 6, 6, 6)
        names = QListWidget(panel)
        names.setObjectName("columns_list")
        names.setAccessibleName("Columns")
        shown = self.shown()
        rest = [f.name for f in self._kind.fields if f.name not in shown]
        for name in (*shown, *rest):
            item = QListWidgetItem(self._kind.field(name).label, names)
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setCheckState(_CHECKED if name in shown else _UNCHECKED)
        wide = names.sizeHintForColumn(0) + names.verticalScrollBar().sizeHint().width() + 8
        names.setMinimumSize(max(240, wide), min(420, 8 + 24 * names.count()))
        names.setCurrentRow(0)
        names.itemChanged.connect(self._on_ticked)
        reset = QPushButton("Default columns", panel)
        reset.setObjectName("default_columns")
        reset.setProperty("kind", "quiet")
        reset.clicked.connect(self.reset)
        reset.clicked.connect(menu.close)
        column.addWidget(names)
        column.addWidget(reset, 0, Qt.AlignmentFlag.AlignLeft)
        action = QWidgetAction(menu)
        action.setDefaultWidget(panel)
        menu.addAction(action)
        menu.popup(at)
        names.setFocus()
        return menu

    def _on_ticked(self, item: QListWidgetItem) -> None:
        names = item.listWidget()
        every = [names.item(row) for row in range(names.count())]
        role = Qt.ItemDataRole.UserRole
        ticked = tuple(one.data(role) for one in every if one.checkState() == _CHECKED)
        if ticked:
            self.changed.emit(ticked)
        else:  # a list without columns shows nothing: the last one stays
            item.setCheckState(_CHECKED)

    def reset(self) -> None:
        """Back to the entity's own columns and widths."""
        self.widths.clear()
        self.changed.emit(self.default)
