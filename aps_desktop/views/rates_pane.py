"""Exchange rates: the newest of each currency and its age, entering one, what is lacking."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.domain import clock
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.money import CURRENCIES
from aps_desktop.services import ledger, rate_sheets, records
from aps_desktop.views.context import ATTENTION, OK
from aps_desktop.views.figures_table import FiguresTable
from aps_desktop.views.form_field import FieldRow
from aps_desktop.views.form_host import FormHost
from aps_desktop.views.money_view import open_figure
from aps_desktop.views.pane import Pane
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.record_header import restyle

if TYPE_CHECKING:
    from datetime import date

    from aps_desktop.db.connection import Connection
    from aps_desktop.db.engine import Database
    from aps_desktop.domain.changes import Applied
    from aps_desktop.domain.totals import Missing
    from aps_desktop.domain.values import Value
    from aps_desktop.services.rate_sheets import Lacking, Newest
    from aps_desktop.services.sheet_cells import Sheet
    from aps_desktop.views.context import Context

_RATE = entity("exchange_rate")
_FIELDS = ("currency", "date", "usd_per_unit", "source")


class RatesPane(Pane):
    """Above the newest rates, below what the chosen currency had before, and the gaps."""

    def __init__(self, context: Context, key: str, title: str, area: str) -> None:
        super().__init__(context, key, title, area)
        self._stale = True
        self._rates: Newest | None = None
        self._lacking: Lacking | None = None
        host = FormHost(context, self)
        self.summary = PlainLabel("", self, wrap=True)
        self.summary.setObjectName("rates_summary")
        self.rows = {name: FieldRow(_RATE.field(name), host, self) for name in _FIELDS}
        for row in self.rows.values():
            row.show_value(None, {})
        self.rows["date"].editor.render(host.today(), {})
        self.way = QComboBox(self)
        self.way.setObjectName("rate_way")
        self.way.setAccessibleName("How the rate is written")
        self.way.addItem("USD for one unit", "direct")
        self.way.addItem("Units for one USD", "inverse")
        self.keep = self._button("Keep the rate", "keep_rate", "primary", self._on_keep)
        self.importing = self._button("Import rates…", "import_rates", "", self._on_import)
        self.fill = self._button("Fill in missing values", "fill_in", "", self._on_fill)
        self.missing = self._button("Show them", "show_unvalued", "quiet", self._on_missing)
        self.newest = self._table("newest_rates", "Newest rates")
        self.history = self._table("rate_history", "Earlier rates")
        self.gaps = self._table("rate_gaps", "Gaps")
        self.history.show_sheet(rate_sheets.NO_CURRENCY)
        self.history_words = PlainLabel("Earlier rates", self, role="section")
        self._lay_out()
        self.newest.selectionModel().currentRowChanged.connect(self._on_currency)
        for button in (self.fill, self.missing):
            button.hide()
        if context.db.read_only:
            for widget in (self.keep, self.importing, self.fill):
                widget.setEnabled(False)

    def _button(self, words: str, name: str, kind: str, act: object) -> QPushButton:
        made = QPushButton(words, self)
        made.setObjectName(name)
        made.setProperty("kind", kind)
        made.setAutoDefault(False)
        made.clicked.connect(act)
        return made

    def _table(self, name: str, title: str) -> FiguresTable:
        made = FiguresTable(name, title, self)
        made.opened.connect(partial(open_figure, self.context))
        return made

    def _entry(self) -> QFrame:
        """The line in which a rate is entered."""
        entry = QFrame(self)
        entry.setProperty("card", True)
        fields = QHBoxLayout(entry)
        fields.setContentsMargins(14, 10, 14, 10)
        fields.setSpacing(10)
        for name in ("currency", "date", "usd_per_unit"):
            fields.addWidget(self.rows[name], 2)
        way = QVBoxLayout()
        way.setSpacing(3)
        way.addWidget(PlainLabel("Written as", entry, role="small"))
        way.addWidget(self.way)
        way.addStretch(1)
        fields.addLayout(way, 2)
        fields.addWidget(self.rows["source"], 3)
        keep = QVBoxLayout()  # as the editors stand: a line of words above them
        keep.setSpacing(3)
        keep.addWidget(PlainLabel("", entry, role="small"))
        keep.addWidget(self.keep)
        keep.addStretch(1)
        fields.addLayout(keep)
        return entry

    def _lay_out(self) -> None:
        line = QHBoxLayout()
        line.addWidget(self.summary, 1)
        for button in (self.missing, self.fill, self.importing):
            line.addWidget(button)
        below = QSplitter(Qt.Orientation.Horizontal, self)
        below.addWidget(self._titled(self.history_words, self.history))
        lacking = PlainLabel("Where rates are lacking", self, role="section")
        below.addWidget(self._titled(lacking, self.gaps, left=10))
        below.setChildrenCollapsible(False)
        splitter = QSplitter(Qt.Orientation.Vertical, self)
        splitter.setObjectName("rates_splitter")
        splitter.setChildrenCollapsible(False)
        splitter.addWidget(self.newest)
        splitter.addWidget(below)
        splitter.setSizes([360, 220])
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 8)
        column.setSpacing(10)
        column.addLayout(line)
        column.addWidget(self._entry())
        column.addWidget(splitter, 1)

    def _titled(self, label: PlainLabel, table: FiguresTable, left: int = 0) -> QWidget:
        made = QWidget(self)
        column = QVBoxLayout(made)
        column.setContentsMargins(left, 10, 8, 0)
        column.addWidget(label)
        column.addWidget(table, 1)
        return made

    # What the window asks -----------------------------------------------------------------------

    def activate(self) -> None:
        self.newest.setFocus()
        if self._stale:
            self._read()

    def on_changed(self, applied: Applied) -> None:
        if {"exchange_rate", "fund_transaction"} & applied.touched.keys():
            self._stale = True
            if self.isVisible():
                self._read()

    def new_record(self) -> None:
        """Begins a new rate."""
        self.rows["currency"].editor.setFocus()

    def _read(self) -> None:
        self._stale = False
        day = clock.today(self.context.db.clock)
        for work, done, key in (
            (partial(_newest, day), self._on_newest, "newest"),
            (partial(_lacking, day), self._on_lacking, "lacking"),
        ):
            self.context.runner.query(work, done, self.context.show_failure, owner=self, key=key)

    def _on_newest(self, found: Newest) -> None:
        self._rates = found
        chosen = self.newest.currentIndex().row()
        self.newest.show_sheet(found.sheet)
        if found.sheet.lines:
            self.newest.setCurrentIndex(self.newest.figures.index(max(0, chosen), 0))
        self._say()

    def _on_lacking(self, found: Lacking) -> None:
        self._lacking = found
        self.gaps.show_sheet(found.sheet)
        for button in (self.fill, self.missing):
            button.setVisible(bool(found.unvalued))
        self._say()

    def _say(self) -> None:
        """What is wrong, in one line; nothing before both answers are there."""
        if self._rates is None or self._lacking is None:
            return
        words = []
        if old := self._rates.old:
            what = "currency has" if old == 1 else "currencies have"
            words.append(f"{old} {what} no rate of the last {rate_sheets.OLD_DAYS} days.")
        if unvalued := self._lacking.unvalued:
            what = "transaction has" if unvalued == 1 else "transactions have"
            words.append(f"{unvalued:,} {what} no value in US dollars.")
        if gaps := len(self._lacking.sheet.lines):
            what = "one month" if gaps == 1 else f"{gaps:,} months and currencies"
            words.append(
                f"Transactions of {what} have no rate of their time: see “Where rates are lacking”."
            )
        fine = "Every rate is recent, and none is lacking." if self._rates.sheet.lines else ""
        self.summary.setText(f"! {' '.join(words)}" if words else fine)
        self.summary.setProperty("status", "attention" if words else "ok")
        restyle(self.summary)

    def _on_currency(self, index: QModelIndex) -> None:
        line = self.newest.figures.lines[index.row()] if index.isValid() else None
        if line is not None:
            currency = line.cells[0].text
            self.history_words.setText(f"All rates of {currency}")
            self.context.runner.query(
                partial(_history, currency), self.history.show_sheet, self.context.show_failure,
                owner=self, key="history",
            )  # fmt: skip

    # Entering -----------------------------------------------------------------------------------

    def _on_keep(self) -> None:
        wrong = [row for row in self.rows.values() if row.bad()]
        for row in self.rows.values():
            row.editor.leaving()
            if not wrong and row.field.name != "source" and row.editor.value() is None:
                row.show_error(InvalidValue(f"{row.field.label} is missing."))
                wrong.append(row)
        if not wrong:
            code = str(self.rows["currency"].editor.value()).strip().upper()
            if code not in CURRENCIES:
                self.rows["currency"].show_error(
                    InvalidValue(f"“{code}” is not a currency.", "Use a code such as JPY.")
                )
                wrong.append(self.rows["currency"])
        if wrong:
            wrong[0].editor.setFocus()
            return
        values = {name: row.editor.value() for name, row in self.rows.items()}
        values["currency"] = code
        inverse = self.way.currentData() == "inverse"
        self.context.runner.mutate(
            partial(_enter, values, inverse), self._on_kept, self._on_refused, owner=self
        )

    def _on_kept(self, applied: Applied) -> None:
        del applied
        code = str(self.rows["currency"].editor.value()).upper()
        for name in ("currency", "usd_per_unit"):
            self.rows[name].show_value(None, {})
        self.context.say(f"The rate of {code} is kept.", OK)
        self.rows["currency"].editor.setFocus()

    def _on_refused(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        field = getattr(error, "field", "") or "usd_per_unit"
        self.rows.get(field, self.rows["usd_per_unit"]).show_error(error)

    def _on_import(self) -> None:
        self.context.command_wanted.emit("import")

    def _on_missing(self) -> None:
        if self._lacking is not None:
            open_figure(self.context, self._lacking.missing)

    def _on_fill(self) -> None:
        self.context.runner.mutate(ledger.fill_in, self._on_filled, self.context.show_failure)

    def _on_filled(self, result: tuple[Applied, list[Missing]]) -> None:
        left = result[1]
        if left:
            codes = ", ".join(sorted({one.amount.currency for one in left}))
            still = "1 transaction still has" if len(left) == 1 else f"{len(left):,} still have"
            self.context.say(f"{still} no value: there is no rate for {codes}.", ATTENTION)
        else:
            self.context.say("Every transaction has a value in US dollars now.", OK)


def _newest(day: date, c: Connection) -> Newest:
    return rate_sheets.newest(c, day)


def _lacking(day: date, c: Connection) -> Lacking:
    return rate_sheets.lacking(c, day)


def _history(currency: str, c: Connection) -> Sheet:
    return rate_sheets.history(c, currency)


def _enter(values: dict[str, Value], inverse: bool, db: Database) -> Applied:
    return records.create(
        db, "exchange_rate", db.ids.new(), rate_sheets.as_kept(values, inverse=inverse)
    )
