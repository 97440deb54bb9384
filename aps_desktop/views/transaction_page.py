"""A transaction's page: what was posted stays; it is corrected or reversed, never edited."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.money import Money
from aps_desktop.domain.totals import Missing
from aps_desktop.domain.values import Value, show_date, show_number
from aps_desktop.services import frozen, ledger, record_page
from aps_desktop.services.record_page import RecordPage
from aps_desktop.services.records import Record
from aps_desktop.views.context import ATTENTION, OK
from aps_desktop.views.detail_view import DetailView
from aps_desktop.views.editors import Editor
from aps_desktop.views.editors.reference import ReferenceEditor
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.record_header import restyle

_LOCKED = (
    "Amount, date, rate and what it belongs to are locked, because reports and other offices rest "
    "on them. A mistake is put right by an entry that everybody can see."
)


class PostedPanel(QFrame):
    """`asked` carries "correct", "reverse", "fill_in" or "other"."""

    asked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("posted")
        self.setProperty("card", True)
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.value = PlainLabel("", self, role="heading")
        self.value.setObjectName("posted_value")
        self.words = PlainLabel("", self, wrap=True)
        self.words.setObjectName("posted_words")
        self.why = PlainLabel(_LOCKED, self, role="small", wrap=True)
        self.buttons = {
            name: self._button(name, words)
            for name, words in (
                ("fill_in", "Look up the rate"),
                ("correct", "Correct…"),
                ("reverse", "Reverse…"),
                ("other", "Show the other entry"),
            )
        }
        line = QHBoxLayout()
        for button in self.buttons.values():
            line.addWidget(button)
        line.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(6)
        for part in (self.value, self.words, self.why):
            column.addWidget(part)
        column.addLayout(line)

    def _button(self, name: str, words: str) -> QPushButton:
        made = QPushButton(words, self)
        made.setObjectName(f"posted_{name}")
        made.setAutoDefault(False)
        made.clicked.connect(partial(self.asked.emit, name))
        return made

    def show_posted(self, record: Record, other: UUID | None) -> None:
        """What was frozen, and what can still be done."""
        amount, usd = record.values.get("amount"), record.values.get("usd_value")
        worth = f"{amount} = {usd}" if isinstance(usd, Money) and usd != amount else str(amount)
        self.value.setText(worth)
        is_reversal = record.values.get("reverses") is not None
        words, status = _standing(record, other, is_reversal=is_reversal)
        self.words.setText(words)
        self.words.setProperty("status", status)
        restyle(self.words)
        planned = _planned(record)
        self.why.setVisible(not planned)
        open_still = other is None and not is_reversal and not planned
        self.buttons["correct"].setVisible(open_still)
        self.buttons["reverse"].setVisible(open_still)
        self.buttons["fill_in"].setVisible(_unvalued(record))
        self.buttons["other"].setVisible(other is not None or is_reversal)


class TransactionPage(DetailView):
    """The page of a transaction."""

    def dress_overview(self) -> None:
        self._other: UUID | None = None
        self.panel = PostedPanel(self.form.widget())
        self.panel.asked.connect(self._on_asked)
        self.form.put_above(self.panel)

    def new_record(self, preset: Mapping[str, Value] | None = None) -> None:
        """A transaction is recorded in its own window, where its value in US dollars is seen."""
        from aps_desktop.views.posting_dialog import PostingDialog

        left_out = {*frozen.VALUED, "reverses"}
        kept = {name: value for name, value in (preset or {}).items() if name not in left_out}
        dialog = PostingDialog(self.context, kept, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def load_extra(self) -> record_page.Extra:
        return _reversed_by

    def show_extra(self, page: RecordPage) -> str:
        self._other = page.extra["other"] or page.record.values.get("reverses")
        self.panel.show_posted(page.record, page.extra["other"])
        self.panel.setEnabled(not self.context.db.read_only)
        locked = _locked(page.record)
        for name in (*frozen.FROZEN, *frozen.VALUED):
            _lock(self.form.rows[name].editor, locked=name in locked)
        return ""

    def _on_asked(self, what: str) -> None:
        if self.record is None:
            return
        self.form.flush()
        if what == "correct":
            self._correct(self.record)
        elif what == "reverse":
            self._reverse(self.record)
        elif what == "other" and self._other is not None:
            self.context.show_record(self.kind.name, self._other)
        elif what == "fill_in":
            self.context.runner.mutate(
                partial(_fill_in, self.record.id), self._on_filled, self.context.show_failure
            )

    def _correct(self, record: Record) -> None:
        from aps_desktop.views.posting_dialog import PostingDialog

        left_out = (*frozen.VALUED, "reverses", "remarks")
        preset = {n: v for n, v in record.values.items() if v is not None and n not in left_out}
        dialog = PostingDialog(self.context, preset, self.window(), corrects=record)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _reverse(self, record: Record) -> None:
        from aps_desktop.views.reverse_dialog import ReverseDialog

        dialog = ReverseDialog(self.context, record, self.window())
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()

    def _on_action(self, name: str) -> None:
        """What is posted is taken back, not deleted."""
        if (
            name == "delete"
            and self.record is not None
            and self.panel.buttons["reverse"].isVisible()
        ):
            self._reverse(self.record)
            return
        super()._on_action(name)

    def _on_filled(self, result: tuple[Applied, list[Missing]]) -> None:
        left = result[1]
        if left:
            currency = left[0].amount.currency
            self.context.say(
                f"There is no rate for {currency} yet.", ATTENTION, "Open the rates",
                partial(self.context.open_pane.emit, "rates"),
            )  # fmt: skip
        else:
            self.context.say("The value in US dollars is filled in.", OK)


def _planned(record: Record) -> bool:
    return record.values.get("nature") == "planned"


def _locked(record: Record) -> set[str]:
    """The fields that stay as they are: of a plan only that it is one."""
    if _planned(record):
        return {"nature"}
    valued = () if _unvalued(record) else frozen.VALUED
    names = (*frozen.FROZEN, *valued)
    return {name for name in names if record.values.get(name) not in (None, "")}


def _lock(editor: Editor, *, locked: bool) -> None:
    """No typing; but a record that is referred to can still be opened."""
    if isinstance(editor, ReferenceEditor):
        editor.line.setReadOnly(locked)
        if locked:
            editor.clear_button.hide()
    elif locked:
        editor.setEnabled(False)


def _unvalued(record: Record) -> bool:
    amount = record.values.get("amount")
    foreign = isinstance(amount, Money) and amount.currency != "USD"
    return foreign and record.values.get("usd_value") is None


def _standing(record: Record, other: UUID | None, *, is_reversal: bool) -> tuple[str, str]:
    """Where the transaction stands, and the hue of these words."""
    if _planned(record):
        return "A plan: nothing has happened yet, so it may be changed.", ""
    if other is not None:
        return "! It was taken back by another entry; the two come to nothing.", "attention"
    if is_reversal:
        return "It takes another entry back; the two come to nothing.", ""
    if _unvalued(record):
        return "! It has no value in US dollars yet, so totals in US dollars lack it.", "attention"
    rate, of = record.values.get("rate"), record.values.get("rate_date")
    if rate is None:
        return "Posted in US dollars.", ""
    units = record.values.get("units_per_usd")
    source = record.values.get("rate_source") or "source not stated"
    day = f" of {show_date(of)}" if of else ""
    amount = record.values["amount"]
    one = f"{show_number(rate)} USD for 1 {amount.currency}"
    if units:
        one = f"{show_number(units)} {amount.currency} for 1 USD"
    return f"At {one}{day}, {source}.", ""


def _reversed_by(c: Connection, record: Record) -> dict[str, Any]:
    return {"other": ledger.reversed_by(c, record.id)}


def _fill_in(id: UUID, db: Database) -> tuple[Applied, list[Missing]]:
    return ledger.fill_in(db, [id])
