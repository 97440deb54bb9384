"""Monitoring at its three levels, a tab each: compliance, outcomes, impact."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities import entity
from aps_desktop.models.levels_model import ComplianceModel, FiguresModel
from aps_desktop.services import me_levels
from aps_desktop.services.me_levels import Levels
from aps_desktop.services.results_figures import Filters
from aps_desktop.views import icons, theme
from aps_desktop.views.choice_box import choice_box
from aps_desktop.views.levels_table import LOOKS, LevelsTable
from aps_desktop.views.pane import ReadingPane, on_surface
from aps_desktop.views.plain_label import PlainLabel

if TYPE_CHECKING:
    from aps_desktop.views.context import Context

_ID = int(Qt.ItemDataRole.UserRole)
_NO_COMPLIANCE = (
    "No state of compliance was recorded for this choice. Import the consolidated action plan from "
    "Excel (measure, member state, status), or add one in the list “Compliance”."
)
_NO_KPI = (
    "No indicator is marked as key performance indicator. Mark those that count in their forms, "
    "under “Use”."
)
_NO_IMPACT = (
    "No indicator is monitored at the level of impact yet; say so in its form, under “Use”."
)


class LevelsPane(ReadingPane):
    """One filter bar for the three tabs; a double click opens what is behind a cell."""

    touches = frozenset(
        {"compliance_status", "indicator", "indicator_value", "target", "evaluation",
         "framework_node"}
    )  # fmt: skip

    def __init__(self, context: Context, key: str, title: str, area: str) -> None:
        super().__init__(context, key, title, area)
        self._filling = False
        self.compliance = ComplianceModel(self)
        self.outcomes = FiguresModel(self)
        self.impact = FiguresModel(self)
        on_surface(self)
        self.year = choice_box(self, "levels_year", "Year", [("All years", 0)])
        pillars = [(label, key) for key, label in entity("project").field("pillar").choices]
        self.pillar = choice_box(self, "levels_pillar", "Pillar", [("All pillars", ""), *pillars])
        self.tabs = QTabWidget(self)
        self.tabs.setObjectName("levels_tabs")
        self.tabs.setAccessibleName("Levels")
        self.tabs.setDocumentMode(True)
        self.tabs.tabBar().setAccessibleName("Levels of monitoring")
        self._add_tabs()
        bar = QHBoxLayout()
        bar.setContentsMargins(16, 12, 16, 4)
        for combo in (self.year, self.pillar):
            bar.addWidget(combo)
            combo.currentIndexChanged.connect(self._on_choice)
        bar.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(bar)
        column.addWidget(self.tabs, 1)

    def _add_tabs(self) -> None:
        self.measures = self._table(self.compliance, "compliance_table", "Measures by member state")
        self.measures.set_widths((96, 92, 46))
        self.kpis = self._table(self.outcomes, "outcomes_table", "Key performance indicators")
        self.impacts = self._table(self.impact, "impact_table", "Indicators of impact")
        for table in (self.kpis, self.impacts):
            table.set_widths((100, 92, 122, 84, 92, 165))
        self.evaluations = QListWidget(self)
        self.evaluations.setObjectName("impact_evaluations")
        self.evaluations.setAccessibleName("Impact evaluations")
        self.evaluations.setMaximumHeight(150)
        self.evaluations.itemActivated.connect(self._on_evaluation)
        self._empty = {}
        for title, table, words, below in (
            ("Compliance", self.measures, _NO_COMPLIANCE, self._legend()),
            ("Outcomes", self.kpis, _NO_KPI, None),
            ("Impact", self.impacts, _NO_IMPACT, self._evaluations()),
        ):
            self._empty[title] = PlainLabel(words, self, role="muted", wrap=True)
            self._empty[title].setObjectName(f"empty_{title.lower()}")
            self._empty[title].setAlignment(Qt.AlignmentFlag.AlignCenter)
            self.tabs.addTab(self._page(table, self._empty[title], below), title)

    def _table(self, model: Any, name: str, words: str) -> LevelsTable:
        table = LevelsTable(model, name, words, self)
        table.opened.connect(self.context.show_record)
        return table

    def _page(self, table: QWidget, empty: QWidget, below: QWidget | None) -> QWidget:
        page = QWidget(self)
        on_surface(page)
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 10, 16, 12)
        column.addWidget(empty)
        column.addWidget(table, 1)
        if below is not None:
            column.addWidget(below)
        return page

    def _legend(self) -> QWidget:
        """What the signs mean: never by colour alone."""
        legend = QWidget(self)
        row = QHBoxLayout(legend)
        row.setContentsMargins(0, 4, 0, 0)
        row.setSpacing(6)
        for key, words in entity("compliance_status").field("status").choices:
            icon, ink, _ = LOOKS[key]
            sign = PlainLabel("", legend)
            sign.setPixmap(icons.icon(icon, ink).pixmap(14, 14))
            row.addWidget(sign)
            row.addWidget(PlainLabel(words, legend, role="small"))
            row.addSpacing(theme.GRID)
        row.addStretch(1)
        return legend

    def _evaluations(self) -> QWidget:
        box = QWidget(self)
        column = QVBoxLayout(box)
        column.setContentsMargins(0, 8, 0, 0)
        column.addWidget(PlainLabel("Impact evaluations", box, role="section"))
        column.addWidget(self.evaluations)
        return box

    # What the window asks -----------------------------------------------------------------------

    def first(self) -> QWidget:
        return self.tabs.currentWidget()

    def save_state(self) -> dict[str, Any]:
        return {"tab": self.tabs.currentIndex(), "pillar": self.pillar.currentData()}

    def restore_state(self, state: dict[str, Any]) -> None:
        tab = state.get("tab")
        if isinstance(tab, int) and 0 <= tab < self.tabs.count():
            self.tabs.setCurrentIndex(tab)
        self._filling = True
        self.pillar.setCurrentIndex(max(0, self.pillar.findData(state.get("pillar"))))
        self._filling = False

    def ask(self) -> None:
        filters = Filters(
            year=self.year.currentData() or None, pillar=self.pillar.currentData() or ""
        )
        self.context.runner.query(
            partial(_read, filters), self._on_read, self.context.show_failure, owner=self, key="all"
        )

    def _on_read(self, levels: Levels) -> None:
        self._fill_years(levels.compliance.years)
        self.compliance.show(levels.compliance)
        self.outcomes.show(levels.outcomes)
        self.impact.show(levels.impact)
        counts = (len(levels.compliance.rows), len(levels.outcomes), len(levels.impact))
        for at, (title, number) in enumerate(zip(self._empty, counts, strict=True)):
            self._empty[title].setVisible(not number)
            self.tabs.setTabText(at, f"{title} {number:,}" if number else title)
        tables = (self.measures, self.kpis, self.impacts)
        for table, number in zip(tables, counts, strict=True):
            table.setVisible(bool(number))
        self.evaluations.clear()
        status = entity("evaluation").field("status")
        for id, title, state in levels.evaluations:
            item = QListWidgetItem(
                f"{title}, {status.choice_label(state).lower()}", self.evaluations
            )
            item.setData(_ID, id)
        self.evaluations.parentWidget().setVisible(bool(levels.evaluations))

    def _fill_years(self, years: tuple[int, ...]) -> None:
        if self.year.count() == len(years) + 1:
            return
        self._filling = True
        chosen = self.year.currentData()
        self.year.clear()
        self.year.addItem("All years", 0)
        for year in years:
            self.year.addItem(str(year), year)
        self.year.setCurrentIndex(max(0, self.year.findData(chosen)))
        self._filling = False

    def _on_choice(self) -> None:
        if not self._filling:
            self.read()

    def _on_evaluation(self, item: QListWidgetItem) -> None:
        self.context.show_record("evaluation", item.data(_ID))


def _read(filters: Filters, c: Connection) -> Levels:
    return me_levels.load(c, filters)
