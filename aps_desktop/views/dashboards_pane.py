"""Dashboards: tabs of charts over the same records as the lists, narrowed by one filter bar."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTabBar,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.domain.clock import today
from aps_desktop.services import chart_data, dashboard_selection, dashboards
from aps_desktop.services.dashboard_selection import Choices, Selection
from aps_desktop.views import theme
from aps_desktop.views.chart_card import ChartCard
from aps_desktop.views.dashboards_files import Files
from aps_desktop.views.dashboards_filters import FilterBar
from aps_desktop.views.pane import Pane

if TYPE_CHECKING:
    from aps_desktop.domain.changes import Applied
    from aps_desktop.services.chart_data import Chart, Mark
    from aps_desktop.services.dashboards import ChartSpec, Tab
    from aps_desktop.tasks.chart_renderer import ChartRenderer
    from aps_desktop.views.context import Context

_TWO_COLUMNS_FROM, _THREE_COLUMNS_FROM = 860, 1500
_MOST_COLUMNS = 3
_KEPT = 200
"""So many charts' figures are kept for going back to."""


class DashboardsPane(Pane):
    """A bar of filters, tabs, and below them the charts of the tab that is open."""

    drawn = Signal()
    """Every chart of the open tab has its sharp picture."""

    def __init__(self, context: Context, key: str, title: str, area: str) -> None:
        super().__init__(context, key, title, area)
        self.renderer = context.charts()
        self.files = Files(context, self.renderer, self)
        self.choices: Choices | None = None
        self._version = 0
        self._figures: dict[tuple[Any, ...], Chart] = {}
        self._pages: dict[str, TabPage] = {}
        self.filters = FilterBar(self)
        self.filters.changed.connect(self._on_filtered)
        self.tabs = QTabBar(self)
        self.tabs.setObjectName("dashboard_tabs")
        self.tabs.setAccessibleName("Dashboards")
        self.tabs.setExpanding(False)
        for tab in dashboards.TABS:
            self.tabs.setTabData(self.tabs.addTab(tab.title), tab.key)
        self.stack = QStackedWidget(self)
        self._lay_out()
        self.tabs.currentChanged.connect(self._on_tab_changed)

    def _lay_out(self) -> None:
        self.slide = self._button("Save as slide…", "save_slide", self._on_slide)
        self.print = self._button("Print report…", "print_dashboard", self._on_print)
        across = QHBoxLayout()
        across.setContentsMargins(16, 10, 16, 6)
        across.setSpacing(8)
        across.addWidget(self.filters, 1)
        across.addSpacing(8)
        across.addWidget(self.slide)
        across.addWidget(self.print)
        tabs = QHBoxLayout()
        tabs.setContentsMargins(14, 0, 16, 0)
        tabs.addWidget(self.tabs, 1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(across)
        whole.addLayout(tabs)
        whole.addWidget(self.stack, 1)

    def _button(self, words: str, name: str, act: Any) -> QPushButton:
        button = QPushButton(words, self)
        button.setObjectName(name)
        button.clicked.connect(act)
        return button

    # What the window asks -----------------------------------------------------------------------

    def activate(self) -> None:
        self.renderer.start()
        self._show_tab()
        if self.choices is None:
            self.context.runner.query(
                partial(dashboard_selection.choices, today=today(self.context.db.clock)),
                self._on_choices, owner=self, key="choices",
            )  # fmt: skip
        self.tabs.setFocus()

    def on_changed(self, applied: Applied) -> None:
        self._version += 1
        self._figures.clear()
        self.choices = None
        if self.isVisible():
            self.activate()

    def show_target(self, target: dict[str, Any]) -> None:
        if "tab" in target:
            self.open_tab(str(target["tab"]))

    def target(self) -> dict[str, Any]:
        return {"tab": self.tab().key}

    def save_state(self) -> dict[str, Any]:
        return {
            "tab": self.tab().key,
            "filters": self.filters.selection.plain(),
            "database": self.context.db.location,  # row numbers mean nothing in another file
        }

    def restore_state(self, state: dict[str, Any]) -> None:
        self.open_tab(str(state.get("tab", "")))
        if state.get("database") == self.context.db.location:
            self.filters.show_selection(Selection.from_plain(state.get("filters")))

    # Tabs ---------------------------------------------------------------------------------------

    def tab(self) -> Tab:
        """The dashboard that is open."""
        return dashboards.tab(str(self.tabs.tabData(self.tabs.currentIndex())))

    def open_tab(self, key: str) -> None:
        for at in range(self.tabs.count()):
            if self.tabs.tabData(at) == key:
                self.tabs.setCurrentIndex(at)

    def page(self) -> TabPage:
        """The charts of the dashboard that is open."""
        return self._pages[self.tab().key]

    def card(self, name: str) -> ChartCard:
        """A chart of the open dashboard."""
        return next(card for card in self.page().cards if card.spec.name == name)

    def is_drawn(self) -> bool:
        """Whether every chart of the open tab shows its sharp picture."""
        return all(map(self.is_current, self.page().cards))

    def is_current(self, card: ChartCard) -> bool:
        """Whether a chart shows what the filters ask for, sharp."""
        return card.key == self._key(card.spec) and card.view.is_sharp()

    def _on_tab_changed(self) -> None:
        if self.isVisible():
            self._show_tab()

    def _show_tab(self) -> None:
        tab = self.tab()
        page = self._pages.get(tab.key)
        if page is None:
            page = TabPage(tab, self.renderer, self.stack)
            self._pages[tab.key] = page
            self.stack.addWidget(page)
            for card in page.cards:
                card.opened.connect(self._on_opened)
                card.command.connect(self._on_command)
                card.view.sharp.connect(self._on_sharp)
        self.stack.setCurrentWidget(page)
        self._read()

    def _on_sharp(self) -> None:
        if self.tab().key in self._pages and self.is_drawn():
            self.drawn.emit()
            self._look_ahead()

    # Figures ------------------------------------------------------------------------------------

    def _key(self, spec: ChartSpec) -> tuple[Any, ...]:
        day = today(self.context.db.clock)
        return spec.name, self.filters.selection, self._version, day

    def _read(self) -> None:
        """Each chart has a query of its own, so that the first is there first; those that stand
        on the same figures share one."""
        self.context.runner.cancel(self, "ahead")
        cards = {card.spec: card for card in self.page().cards}
        for specs in dashboards.by_source(self.tab().charts):
            group, keys = [cards[spec] for spec in specs], [self._key(spec) for spec in specs]
            if all(key in self._figures for key in keys):
                for card, key in zip(group, keys, strict=True):
                    card.show_chart(self._figures[key], key)
                continue
            done = partial(self._on_figures, group, keys)
            self.context.runner.query(self._work(specs), done, owner=group[0], key="figures")

    def _work(self, specs: tuple[ChartSpec, ...]) -> partial[tuple[Chart, ...]]:
        day = today(self.context.db.clock)
        return partial(
            dashboards.together, specs=specs, selection=self.filters.selection, today=day
        )

    def _on_figures(
        self, cards: list[ChartCard], keys: list[tuple[Any, ...]], charts: tuple[Chart, ...]
    ) -> None:
        if len(self._figures) >= _KEPT:
            self._figures.clear()
        for card, key, chart in zip(cards, keys, charts, strict=True):
            self._figures[key] = chart
            if key == self._key(card.spec):
                card.show_chart(chart, key)

    def _look_ahead(self) -> None:
        """Reads the figures of the other tabs, one after another, before they are asked for."""
        for tab in dashboards.TABS:
            for specs in dashboards.by_source(tab.charts):
                keys = [self._key(spec) for spec in specs]
                if any(key not in self._figures for key in keys):
                    work = self._work(specs)
                    done = partial(self._on_ahead, keys)
                    self.context.runner.query(work, done, owner=self, key="ahead")
                    return

    def _on_ahead(self, keys: list[tuple[Any, ...]], charts: tuple[Chart, ...]) -> None:
        self._figures.update(zip(keys, charts, strict=True))
        if self.isVisible():
            self._look_ahead()

    def _on_choices(self, choices: Choices) -> None:
        self.choices = choices
        self.filters.show_choices(choices)

    def _on_filtered(self) -> None:
        self._read()

    # What is done with charts -------------------------------------------------------------------

    def _on_opened(self, mark: Mark) -> None:
        if mark.record is not None:
            self.context.show_record(mark.entity, mark.record)
        else:
            self.context.show_list(mark.entity, mark.filters)

    def _on_command(self, command: str) -> None:
        card = self.sender()
        if card.chart() is not None:
            self.files.run(command, card.chart(), card.spec.title)

    def narrowed(self) -> str:
        """What narrows the charts, in words."""
        if self.choices is None:
            return ""
        return dashboard_selection.words(self.filters.selection, self.choices)

    def _shown(self) -> list[Chart]:
        return [card.chart() for card in self.page().cards if card.chart() is not None]

    def _on_slide(self) -> None:
        self.files.save_slide(self.tab().title, self.narrowed(), self._shown())

    def _on_print(self) -> None:
        self.files.save_report(self.tab().title, self.narrowed(), self._shown())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()


class TabPage(QScrollArea):
    """The charts of one dashboard: two beside each other where there is room."""

    def __init__(self, tab: Tab, renderer: ChartRenderer, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(f"dashboard_{tab.key}")
        self.setAccessibleName(tab.title)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._inside = QWidget(self)
        self._grid = QGridLayout(self._inside)
        self._grid.setContentsMargins(16, 10, 16, 16)
        self._grid.setSpacing(theme.GRID + 4)
        self.cards = [ChartCard(spec, renderer, self._inside) for spec in tab.charts]
        for place, card in enumerate(self.cards):
            card.view.priority = place
        self._across = 0
        self.setWidget(self._inside)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        across = self._columns()
        wide = [card.spec.wide for card in self.cards]
        places = chart_data.places(wide, across)
        down = 1 + places[-1][0]
        spare = self.viewport().height() - 26 - (down - 1) * self._grid.spacing()
        for card, (row, _, _) in zip(self.cards, places, strict=True):
            beside = [one for one, at in zip(self.cards, places, strict=True) if at[0] == row]
            least = max(one.spec.height for one in beside)
            card.setMinimumHeight(max(least, spare // min(down, 2)))
        if across == self._across:
            return
        self._across = across
        for card, (row, column, taken) in zip(self.cards, places, strict=True):
            self._grid.addWidget(card, row, column, 1, taken)
        for column in range(_MOST_COLUMNS):
            self._grid.setColumnStretch(column, 1 if column < across else 0)

    def _columns(self) -> int:
        """How many charts have room beside each other."""
        width = self.viewport().width()
        if width < _TWO_COLUMNS_FROM or len(self.cards) == 1:
            return 1
        return _MOST_COLUMNS if width >= _THREE_COLUMNS_FROM and len(self.cards) > 4 else 2
