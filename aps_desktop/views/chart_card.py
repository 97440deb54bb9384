"""A chart on a dashboard: the picture or its table, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QMenu,
    QStackedLayout,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.models.rows_model import RowsModel
from aps_desktop.views import icons
from aps_desktop.views.chart_view import ChartView
from aps_desktop.views.plain_label import PlainLabel

if TYPE_CHECKING:
    from aps_desktop.services.chart_data import Chart
    from aps_desktop.services.dashboards import ChartSpec
    from aps_desktop.tasks.chart_renderer import ChartRenderer

COPY, PNG, SVG, PDF, EXCEL = "copy", "png", "svg", "pdf", "xlsx"
_COMMANDS = (
    (COPY, "&Copy picture"),
    (PNG, "Save as P&NG…"),
    (SVG, "Save as S&VG…"),
    (PDF, "Save as P&DF…"),
    (EXCEL, "Table to &Excel…"),
)


class ChartCard(QFrame):
    """`command` carries what was chosen in the menu; `opened` the Mark that was clicked."""

    opened = Signal(object)
    command = Signal(str)

    def __init__(
        self, spec: ChartSpec, renderer: ChartRenderer, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName(f"card_{spec.name}")
        self.setProperty("card", "chart")
        self.spec = spec
        self.key: object = None
        self.view = ChartView(renderer, spec.name, spec.title, self)
        self.view.opened.connect(self.opened)
        self._table: QWidget | None = None
        self._pages = QStackedLayout(self)
        self._pages.setContentsMargins(3, 3, 3, 3)
        self._pages.addWidget(self.view)
        self.more = self._button()

    def chart(self) -> Chart | None:
        return self.view.chart

    def show_chart(self, chart: Chart, key: object) -> None:
        """Shows a chart; `key` says for which filters it was made."""
        self.key = key
        self.view.show_chart(chart)
        self.more.setAccessibleName(f"Do more with {self.spec.title}")
        for key in ("table", EXCEL):
            self._actions[key].setEnabled(bool(chart.table.rows))
        if self._pages.currentWidget() is not self.view:
            self._fill_table()

    def _button(self) -> QToolButton:
        """The menu stands over the picture's upper right corner."""
        button = QToolButton(self)
        button.setObjectName(f"more_{self.spec.name}")
        button.setIcon(icons.icon("more"))
        button.setAutoRaise(True)
        button.setToolTip("Copy, save, or show as a table")
        button.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(button)
        self._actions = {}
        table = menu.addAction("Show as &table")
        table.setCheckable(True)
        table.toggled.connect(self._on_table_toggled)
        self._actions["table"] = table
        menu.addSeparator()
        for key, words in _COMMANDS:
            action = menu.addAction(words)
            action.setObjectName(key)
            action.triggered.connect(self._on_chosen)
            self._actions[key] = action
        button.setMenu(menu)
        return button

    def run(self, command: str) -> None:
        """Does what the menu's entry does ("table" toggles the table)."""
        self._actions[command].trigger()

    def _on_chosen(self) -> None:
        self.command.emit(self.sender().objectName())

    # The table behind the picture ---------------------------------------------------------------

    def _on_table_toggled(self, on: bool) -> None:
        if on and self.chart() is not None:
            self._fill_table()
            self._pages.setCurrentWidget(self._table)
            self._table.findChild(QTableView).setFocus()
        else:
            self._pages.setCurrentWidget(self.view)
            self.view.setFocus()
        self.more.raise_()

    def _fill_table(self) -> None:
        chart = self.chart()
        rows = chart.table.texts()
        first = chart.table.rows[0] if chart.table.rows else ()
        numbers = [at for at, cell in enumerate(first) if not isinstance(cell, str)]
        model = RowsModel(chart.table.headings, numbers=numbers, parent=self)
        model.show([(None, row) for row in rows])
        if self._table is None:
            self._table = self._table_page()
            self._pages.addWidget(self._table)
        self._table.findChild(PlainLabel).setText(chart.head.finding)
        table = self._table.findChild(QTableView)
        table.setModel(model)
        table.setAccessibleName(f"{self.spec.title}, as a table")
        table.resizeColumnsToContents()
        header = table.horizontalHeader()
        for at in range(len(chart.table.headings)):
            stretch = at not in numbers and at == (0 if len(chart.table.headings) < 4 else 1)
            kind = QHeaderView.ResizeMode.Stretch if stretch else QHeaderView.ResizeMode.Interactive
            header.setSectionResizeMode(at, kind)

    def _table_page(self) -> QWidget:
        page = QWidget(self)
        heading = PlainLabel("", page, role="heading", wrap=True)
        table = QTableView(page)
        table.setObjectName(f"table_{self.spec.name}")
        table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setFrameShape(QFrame.Shape.NoFrame)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(26)
        layout = QVBoxLayout(page)
        layout.setContentsMargins(17, 14, 44, 14)
        layout.addWidget(heading)
        layout.addWidget(table, 1)
        return page

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        size = self.more.sizeHint()
        self.more.setGeometry(self.width() - size.width() - 10, 10, size.width(), size.height())
        self.more.raise_()

    def keyPressEvent(self, event: object) -> None:
        if event.key() == Qt.Key.Key_Escape and self._actions["table"].isChecked():
            self._actions["table"].setChecked(False)
        else:
            super().keyPressEvent(event)
