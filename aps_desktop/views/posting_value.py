"""The value in US dollars that a transaction will have, with its rate; a missing rate is entered
here."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.values import Value, show_date, show_number
from aps_desktop.services import posting, records
from aps_desktop.services.posting import Entry, Outlook
from aps_desktop.services.rates import GAP_DAYS, Rate
from aps_desktop.views.context import Context
from aps_desktop.views.form_field import FieldRow
from aps_desktop.views.form_host import FormHost
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.record_header import restyle

_RATE = entity("exchange_rate")


class ValueBox(QFrame):
    """`rate_entered` comes when a missing rate is there."""

    rate_entered = Signal()

    def __init__(self, context: Context, host: FormHost, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._asked: Entry | None = None
        self.setObjectName("usd_value")
        self.setProperty("card", True)
        self.value = PlainLabel("", self, role="heading")
        self.value.setObjectName("usd_words")
        self.words = PlainLabel("", self, wrap=True)
        self.words.setObjectName("rate_words")
        self.balance = PlainLabel("", self, role="strong", wrap=True)
        self.balance.setObjectName("balance_words")
        self.enter = QPushButton("Enter a rate…", self)
        self.enter.setObjectName("enter_rate")
        self.enter.setAutoDefault(False)
        self.enter.clicked.connect(self._on_enter)
        self._make_entry(host)
        line = QHBoxLayout()
        line.addWidget(self.words, 1)
        line.addWidget(self.enter)
        column = QVBoxLayout(self)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(2)
        column.addWidget(PlainLabel("Value in US dollars, kept as it is from now on", self,
                                    role="small"))  # fmt: skip
        column.addWidget(self.value)
        column.addLayout(line)
        column.addWidget(self.fields)
        column.addWidget(self.balance)
        self._say("–", "Type an amount and a date.")

    def _make_entry(self, host: FormHost) -> None:
        """The fields of a missing rate, hidden until they are asked for."""
        self.fields = QWidget(self)
        self.rows = {
            name: FieldRow(_RATE.field(name), host, self.fields)
            for name in ("usd_per_unit", "date", "source")
        }
        self.keep = QPushButton("Keep this rate", self.fields)
        self.keep.setObjectName("keep_rate")
        self.keep.setAutoDefault(False)
        self.keep.clicked.connect(self._on_keep)
        across = QHBoxLayout(self.fields)
        across.setContentsMargins(0, 4, 0, 0)
        across.setSpacing(10)
        for row in self.rows.values():
            across.addWidget(row, 1)
        across.addWidget(self.keep)
        self.fields.hide()

    def show_for(self, entry: Entry | None) -> None:
        """Asks what an entry would come to; None while amount or date are missing."""
        self._asked = entry
        if entry is None:
            self.fields.hide()
            self._say("–", "Type an amount and a date.")
            return
        self._context.runner.query(
            partial(_outlook, entry),
            partial(self._on_known, entry),
            self._context.show_failure,
            owner=self,
            key="outlook",
        )

    def _on_known(self, entry: Entry, known: Outlook) -> None:
        if entry != self._asked:
            return
        currency, on = entry.amount.currency, entry.on
        value = known.usd(entry.amount)
        if known.rate is None or value is None:
            self._say(
                "No value yet",
                f"There is no rate for {currency} on or before {show_date(on)}. Without one the "
                "transaction is recorded all the same, but no total in US dollars can include it.",
                "attention",
            )
            return
        self.fields.hide()
        if currency == "USD":
            self._say(str(value), "It is in US dollars.")
        else:
            old = (on - known.rate.day).days > GAP_DAYS
            self._say(str(value), _rate_words(known.rate, on), "attention" if old else "")
        if known.before is not None:
            self.balance.setText(
                f"Balance of the fund on {show_date(on)}: {known.before}, with this entry "
                f"{known.after}."
            )
            self.balance.show()

    def _say(self, value: str, words: str, status: str = "") -> None:
        self.balance.hide()
        self.value.setText(value)
        self.words.setText(f"! {words}" if status else words)
        self.words.setProperty("status", status)
        restyle(self.words)
        self.enter.setVisible(bool(status) and not self._context.db.read_only)

    def _on_enter(self) -> None:
        if self._asked is not None:
            currency, on = self._asked.amount.currency, self._asked.on
            self.fields.show()
            self.rows["usd_per_unit"].label.setText(f"USD for one {currency}")
            self.rows["usd_per_unit"].show_value(None, {})
            self.rows["date"].show_value(None, {})
            self.rows["date"].editor.render(on, {})
            self.rows["usd_per_unit"].editor.setFocus()

    def _on_keep(self) -> None:
        wrong = [row for row in self.rows.values() if row.bad()]
        if wrong or self._asked is None:
            return
        values = {name: row.editor.value() for name, row in self.rows.items()}
        if values["usd_per_unit"] is None or values["date"] is None:
            row = self.rows["usd_per_unit" if values["usd_per_unit"] is None else "date"]
            row.show_error(InvalidValue(f"{row.field.label} is missing."))
            row.editor.setFocus()
            return
        values["currency"] = self._asked.amount.currency
        self._context.runner.mutate(
            partial(_keep_rate, values), self._on_kept, self._on_refused, owner=self
        )

    def _on_kept(self, applied: Applied) -> None:
        del applied
        self.fields.hide()
        self.rate_entered.emit()

    def _on_refused(self, error: Exception) -> None:
        if not isinstance(error, UserError):
            raise error
        field = getattr(error, "field", "") or "usd_per_unit"
        self.rows.get(field, self.rows["usd_per_unit"]).show_error(error)


def _rate_words(rate: Rate, on: date) -> str:
    days = (on - rate.day).days
    ago = "of the same day" if not days else f"{days:,} day{'' if days == 1 else 's'} before"
    source = rate.source or "source not stated"
    one = f"{show_number(rate.usd_per_unit)} USD for 1 {rate.currency}"
    if rate.units:
        one = f"{show_number(rate.units)} {rate.currency} for 1 USD"
    return f"At {one}: rate of {show_date(rate.day)} ({ago}), {source}."


def _outlook(entry: Entry, c: Connection) -> Outlook:
    return posting.outlook(c, entry)


def _keep_rate(values: dict[str, Value], db: Database) -> Applied:
    return records.create(db, "exchange_rate", db.ids.new(), values)
