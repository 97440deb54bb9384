"""The money of one record at any day: facts, measures side by side, and the tables behind them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from functools import partial
from uuid import UUID

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from aps_desktop.db.connection import Connection
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.domain.values import show_date
from aps_desktop.services.money_page import Load, MoneyPage, Tab
from aps_desktop.services.records import Record
from aps_desktop.services.sheet_cells import Card, Opens, Sheet
from aps_desktop.views import sheet_export
from aps_desktop.views.context import ATTENTION, INFO, Context
from aps_desktop.views.editors import editor_for
from aps_desktop.views.editors.flow import FlowLayout
from aps_desktop.views.figures_table import FiguresTable
from aps_desktop.views.form_host import FormHost
from aps_desktop.views.measure_strip import MeasureStrip
from aps_desktop.views.plain_label import PlainLabel

_AS_OF = Field(1, "as_of", "As of", Kind.DATE)
_MONEY = frozenset({"fund_transaction", "contribution", "tranche", "condition", "exchange_rate"})


def open_figure(context: Context, opens: Opens) -> None:
    """Goes to the rows that make a figure, or to the one record behind it."""
    if opens.id is not None:
        context.show_record(opens.entity, opens.id)
    else:
        context.show_list(opens.entity, opens.filters)


class MoneyView(QWidget):
    """Reads with `load` what it shows. `post_wanted` wishes to record a transaction."""

    post_wanted = Signal()

    def __init__(
        self,
        context: Context,
        load: Load,
        parent: QWidget | None = None,
        *,
        entities: Collection[str] = (),
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._load = load
        self._watched = _MONEY | set(entities)
        self._record: Record | None = None
        self._page: MoneyPage | None = None
        self._sheets: dict[str, Sheet] = {}
        self._chosen = ""
        self.setObjectName("money")
        self.setProperty("ground", "surface")
        self._segments: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        self._make_head(FormHost(context, self))
        self._make_table()
        self._lay_out()
        self.setFocusProxy(self.table)

    def _make_head(self, host: FormHost) -> None:
        """The day, what is known of the record, and its measures."""
        self.as_of = editor_for(_AS_OF, host, self)
        self.as_of.setFixedWidth(170)
        self.as_of.set_value(host.today(), {})
        self.as_of.done.connect(self.read)
        self.today = self._button("Today", "as_of_today", "quiet", self._on_today)
        self.post = self._button(
            "Record a transaction…", "record_transaction", "primary", self.post_wanted.emit
        )
        self.post.setEnabled(not self._context.db.read_only)
        self.facts = PlainLabel("", self, role="muted", wrap=True)
        self.facts.setObjectName("money_facts")
        self.strip = MeasureStrip(self)
        self.strip.opened.connect(partial(open_figure, self._context))
        self.note = PlainLabel("", self, role="small", wrap=True)
        self.note.setObjectName("money_note")

    def _make_table(self) -> None:
        """The table that is chosen, and what can be done with it."""
        self.table = FiguresTable("money_table", "Table", self)
        self.table.opened.connect(partial(open_figure, self._context))
        self.table.export_wanted.connect(self._on_export)
        self.foot = PlainLabel("", self, role="small", wrap=True)
        self.foot.setObjectName("money_foot")
        self.missing = self._button("Show what is missing", "show_missing", "quiet", self._on_lack)
        self.missing.hide()
        self.copy = self._button("Copy", "copy_table", "quiet", self._on_copy)
        self.export = self._button("Export…", "export_table", "quiet", self._on_export)

    def _button(self, words: str, name: str, kind: str, act: object) -> QPushButton:
        made = QPushButton(words, self)
        made.setObjectName(name)
        made.setAccessibleName(words.rstrip("…"))
        made.setProperty("kind", kind)
        made.setAutoDefault(False)
        made.clicked.connect(act)
        return made

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(8)
        label = PlainLabel("As of", self, role="small")
        label.setBuddy(self.as_of)
        for widget in (label, self.as_of, self.today):
            top.addWidget(widget)
        top.addStretch(1)
        top.addWidget(self.post)
        self._row = QWidget(self)
        self._flow = FlowLayout(self._row)
        self._flow.setSpacing(2)
        foot = QHBoxLayout()
        foot.addWidget(self.foot, 1)
        for button in (self.missing, self.copy, self.export):
            foot.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 12, 16, 8)
        column.setSpacing(8)
        column.addLayout(top)
        column.addWidget(self.facts)
        column.addWidget(self.strip)
        column.addWidget(self.note)
        column.addWidget(self._row)
        column.addWidget(self.table, 1)
        column.addLayout(foot)

    # What the page calls ------------------------------------------------------------------------

    def show_record(self, record: Record) -> None:
        """Takes the record whose money is shown; it is read when it is seen."""
        fresh = self._record is None or self._record.id != record.id
        self._record = record
        if fresh:
            self._page = None
        if self.isVisible():
            self.read()

    def on_changed(self, applied: Applied) -> None:
        """Reads again after a write that may have moved money."""
        if self._watched & applied.touched.keys():
            self._page = None
            if self.isVisible():
                self.read()

    def choose(self, key: str) -> None:
        """Shows one of the tables."""
        if key in self._segments:
            self._segments[key].setChecked(True)
            self._chosen = key
            self._show_tab()

    def showEvent(self, event: object) -> None:
        super().showEvent(event)
        if self._page is None:
            self.read()

    def day(self) -> date | None:
        """The day as of which is shown; None while none is typed."""
        try:
            return self.as_of.value()
        except InvalidValue as error:
            self._context.say(str(error), ATTENTION)
            return None

    def read(self) -> None:
        """Asks for the figures of that day, and for the table that is seen."""
        day = self.day()
        if self._record is not None and day is not None:
            self._context.runner.query(
                partial(_read, self._load, self._record, day, self._chosen),
                partial(self._on_read, self._record.id),
                self._context.show_failure,
                owner=self,
                key="page",
            )

    # Showing ------------------------------------------------------------------------------------

    def _on_read(self, id: UUID, read: tuple[MoneyPage, str, Sheet]) -> None:
        page, key, sheet = read
        if self._record is None or self._record.id != id:
            return
        self._page, self._sheets = page, {key: sheet}
        facts = (f"{label} {words}".strip() for label, words in page.facts if words)
        self.facts.setText("   ".join(one.replace(" ", "\u00a0") for one in facts))
        self.facts.setVisible(bool(self.facts.text()))
        self.strip.show_cards(page.cards)
        self.strip.setVisible(bool(page.cards))
        self.note.setText(page.note)
        self.note.setVisible(bool(page.note))
        self._show_segments(page.tabs)
        self._show_tab()
        if page.details is not None:
            self._context.runner.query(
                page.details, partial(self._on_details, page), self._context.show_failure,
                owner=self, key="details",
            )  # fmt: skip

    def _on_details(self, page: MoneyPage, cards: tuple[Card, ...]) -> None:
        if page is self._page:
            self.strip.show_cards(cards)

    def _show_segments(self, tabs: tuple[Tab, ...]) -> None:
        if list(self._segments) != [tab.key for tab in tabs]:
            for old in self._segments.values():
                self._group.removeButton(old)
                self._flow.removeWidget(old)
                old.hide()
                old.deleteLater()
            self._segments = {tab.key: self._segment(tab.key) for tab in tabs}
            if self._chosen not in self._segments and tabs:
                self._chosen = tabs[0].key
            if tabs:
                self._segments[self._chosen].setChecked(True)
        for tab in tabs:
            count = f" {tab.count:,}" if tab.count else ""
            self._segments[tab.key].setText(f"{tab.title}{count}")
            self._segments[tab.key].setAccessibleName(tab.title)
        self._row.setVisible(len(tabs) > 1)
        self._row.updateGeometry()

    def _segment(self, key: str) -> QPushButton:
        made = QPushButton("", self._row)
        made.setObjectName(f"money_{key}")
        made.setCheckable(True)
        made.setAutoDefault(False)
        made.setProperty("subtab", True)
        made.clicked.connect(partial(self.choose, key))
        self._group.addButton(made)
        self._flow.addWidget(made)
        made.show()
        return made

    def _show_tab(self) -> None:
        """Shows the table that is chosen; reads it first where it was not seen yet."""
        tab = self.tab()
        if tab is None:
            return
        sheet = self._sheets.get(tab.key)
        if sheet is None:
            self._context.runner.query(
                tab.read, partial(self._on_sheet, self._page, tab.key),
                self._context.show_failure, owner=self, key="tab",
            )  # fmt: skip
            return
        self.table.setAccessibleName(tab.title)
        self.table.show_sheet(sheet)
        more = f"{sheet.more:,} earlier rows are not shown. " if sheet.more else ""
        self.foot.setText(more + (sheet.refused or tab.why))
        self.missing.setVisible(sheet.missing is not None)

    def _on_sheet(self, page: MoneyPage, key: str, sheet: Sheet) -> None:
        if page is self._page:
            self._sheets[key] = sheet
            if key == self._chosen:
                self._show_tab()

    def tab(self) -> Tab | None:
        """The table that is shown."""
        return self._page.tab(self._chosen) if self._page else None

    def sheet(self) -> Sheet | None:
        """What the table shows, None while it is being read."""
        return self._sheets.get(self._chosen)

    # What is asked for --------------------------------------------------------------------------

    def _on_today(self) -> None:
        self.as_of.set_value(self.as_of.host.today(), {})
        self.read()

    def _on_lack(self) -> None:
        sheet = self.sheet()
        if sheet is not None and sheet.missing is not None:
            open_figure(self._context, sheet.missing)

    def _on_copy(self) -> None:
        self.table.copy_all()
        self._context.say("The table is copied.", INFO)

    def _on_export(self) -> None:
        tab = self.tab()
        if tab is None or self._record is None:
            return
        day = self.day()
        narrowed = f"As of {show_date(day)}" if day else ""
        over = sheet_export.heading(
            self._context, f"{self._record.title}: {tab.title}", narrowed, tab.why
        )
        sheet: Sheet = self.table.figures.shown()
        sheet_export.export(self._context, sheet, over, self.window())


def _read(
    load: Load, record: Record, day: date, chosen: str, c: Connection
) -> tuple[MoneyPage, str, Sheet]:
    """The page with the one table that is seen."""
    page = load(c, record, day)
    tab = page.tab(chosen)
    return page, tab.key, tab.read(c)
