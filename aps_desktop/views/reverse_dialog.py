"""Takes a posted transaction back: by an entry of the opposite amount, with its reason."""

from __future__ import annotations

from datetime import date
from functools import partial

from PySide6.QtWidgets import QDialog, QDialogButtonBox, QPushButton, QVBoxLayout, QWidget

from aps_desktop.db.engine import Database
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.domain.money import Money
from aps_desktop.services import ledger
from aps_desktop.services.ledger import Posted
from aps_desktop.services.records import Record
from aps_desktop.views.context import OK, Context
from aps_desktop.views.form_field import FieldRow
from aps_desktop.views.form_host import FormHost
from aps_desktop.views.plain_label import PlainLabel

_REASON = Field(1, "reason", "Why it is taken back", required=True)
_ON = Field(2, "on", "Date of the reversing entry", Kind.DATE, required=True)


class ReverseDialog(QDialog):
    """Ctrl+Enter or the button records the reversing entry."""

    def __init__(self, context: Context, record: Record, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._context = context
        self._record = record
        host = FormHost(context, self)
        self.setObjectName("reverse")
        self.setWindowTitle("Reverse a transaction")
        self.setMinimumWidth(480)
        self.reason = FieldRow(_REASON, host, self)
        self.on = FieldRow(_ON, host, self)
        self.reason.show_value(None, {})
        self.on.show_value(None, {})
        self.on.editor.render(record.values.get("date"), {})
        self.error = PlainLabel("", self, wrap=True)
        self.error.setObjectName("reverse_error")
        self.error.setProperty("status", "late")
        self.error.hide()
        amount = record.values.get("amount")
        back = Money(-amount.minor, amount.currency) if isinstance(amount, Money) else ""
        words = (
            f"An entry of {back} is added beside it, at the same rate, so that the two come to "
            "nothing. Nothing is deleted: everybody who reads the ledger sees both."
        )
        buttons = QDialogButtonBox(self)
        self.reverse_button = QPushButton("Reverse the transaction", self)
        self.reverse_button.setObjectName("reverse_now")
        self.reverse_button.setProperty("kind", "primary")
        self.reverse_button.setShortcut("Ctrl+Return")
        self.reverse_button.clicked.connect(self._on_reverse)
        buttons.addButton(self.reverse_button, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(10)
        column.addWidget(PlainLabel(record.title, self, role="heading", wrap=True))
        column.addWidget(PlainLabel(words, self, role="muted", wrap=True))
        for widget in (self.reason, self.on, self.error, buttons):
            column.addWidget(widget)
        self.reason.editor.setFocus()

    def _on_reverse(self) -> None:
        wrong = [row for row in (self.reason, self.on) if row.bad()]
        if wrong:
            wrong[0].editor.setFocus()
            return
        reason, on = str(self.reason.editor.value() or ""), self.on.editor.value()
        if not reason:
            self.reason.show_error(InvalidValue("Say why, for whoever reads the ledger."))
            self.reason.editor.setFocus()
            return
        self.reverse_button.setEnabled(False)
        self._context.runner.mutate(
            partial(_reverse, self._record, reason, on), self._on_done, self._on_refused, owner=self
        )

    def _on_done(self, result: tuple[Applied, Posted]) -> None:
        show = partial(self._context.show_record, "fund_transaction", result[1].id)
        self._context.say("Reversed: both entries stay in the ledger.", OK, "Show", show)
        self.accept()

    def _on_refused(self, error: Exception) -> None:
        self.reverse_button.setEnabled(True)
        if not isinstance(error, UserError):
            raise error
        self.error.setText(str(error))
        self.error.show()


def _reverse(record: Record, reason: str, on: date | None, db: Database) -> tuple[Applied, Posted]:
    posted = ledger.reverse(db, record.id, reason, on)
    return posted.applied, posted
