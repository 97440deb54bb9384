"""Records a transaction: what moved, when, for what, and at once its value in US dollars."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.fields import Field
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import Value
from aps_desktop.services import ledger, posting, record_page, records
from aps_desktop.services.ledger import Posted
from aps_desktop.services.posting import Entry
from aps_desktop.services.records import Record
from aps_desktop.views.context import OK, Context
from aps_desktop.views.form_field import FieldRow
from aps_desktop.views.form_host import FormHost
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.posting_value import ValueBox

KIND = entity("fund_transaction")
_PAIRS = (
    ("type", "nature"),
    ("amount", "date"),
    ("project", "fund"),
    ("partner", "member_state"),
    ("tranche", "reference"),
    ("in_kind", "expires_on"),
)
_WIDE = ("in_kind_description", "remarks", "file")
_REASON = Field(1, "reason", "Why it is corrected", required=True)
_COMPLETING = ("tranche", "project", "fund")
"""Fields from which others follow, the one that says most first."""
_SHOWN_FOR = {"expires_on": "pledge"}
"""Fields that one type of transaction has."""


class PostingDialog(QDialog):
    """Ctrl+Enter records it, Ctrl+Shift+Enter records it and begins the next; Esc gives it up.

    `corrects` is the transaction that this one takes the place of.
    """

    def __init__(
        self,
        context: Context,
        preset: Mapping[str, Value] | None = None,
        parent: QWidget | None = None,
        *,
        corrects: Record | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._corrects = corrects
        self._host = FormHost(context, self)
        self.setObjectName("posting")
        self.setWindowTitle("Correct a transaction" if corrects else "Record a transaction")
        self.setAccessibleName(self.windowTitle())
        self.rows: dict[str, FieldRow] = {}
        self.reason: FieldRow | None = None
        self._completed: set[tuple[str, UUID]] = set()
        self.value_box = ValueBox(context, self._host, self)
        self.value_box.rate_entered.connect(self._quote)
        self.error = PlainLabel("", self, wrap=True)
        self.error.setObjectName("posting_error")
        self.error.setProperty("status", "late")
        self.error.hide()
        self._lay_out()
        self._connect()
        start = {**records.defaults(KIND), "date": self._host.today(), **(preset or {})}
        context.runner.query(
            partial(_labels, start), partial(self._begin, start), context.show_failure, owner=self
        )
        self.resize(720, self.sizeHint().height())

    # Building -----------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        sheet = QWidget(self)
        grid = QGridLayout(sheet)
        grid.setContentsMargins(0, 0, 10, 0)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(10)
        for column in (0, 1):
            grid.setColumnStretch(column, 1)
        if self._corrects is not None:
            words = (
                "The posted transaction is reversed, and this one is recorded in its place: both "
                "stay in the ledger, so that everybody sees what was corrected."
            )
            grid.addWidget(PlainLabel(words, sheet, role="muted", wrap=True), 0, 0, 1, 2)
            self.reason = FieldRow(_REASON, self._host, sheet)
            grid.addWidget(self.reason, 1, 0, 1, 2)
        for line, names in enumerate(_PAIRS, 2):
            for column, name in enumerate(names):
                grid.addWidget(self._row(name, sheet), line if line < 4 else line + 1, column)
        grid.addWidget(self.value_box, 4, 0, 1, 2)
        for line, name in enumerate(_WIDE, len(_PAIRS) + 3):
            grid.addWidget(self._row(name, sheet), line, 0, 1, 2)
        scroll = QScrollArea(self)
        scroll.setWidgetResizable(True)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(sheet)
        scroll.setMinimumSize(640, min(560, sheet.sizeHint().height() + 4))
        self._scroll = scroll
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 10, 16)
        column.setSpacing(10)
        column.addWidget(scroll, 1)
        column.addWidget(self.error)
        column.addWidget(self._buttons())

    def _row(self, name: str, parent: QWidget) -> FieldRow:
        row = self.rows[name] = FieldRow(KIND.field(name), self._host, parent)
        return row

    def _buttons(self) -> QDialogButtonBox:
        buttons = QDialogButtonBox(self)
        self.post_button = QPushButton("Record", self)
        self.post_button.setObjectName("post")
        self.post_button.setProperty("kind", "primary")
        self.post_button.setToolTip("Ctrl+Enter")
        self.post_button.setAutoDefault(False)
        self.post_button.clicked.connect(self.post)
        buttons.addButton(self.post_button, QDialogButtonBox.ButtonRole.AcceptRole)
        self.next_button = QPushButton("Record and begin another", self)
        self.next_button.setObjectName("post_next")
        self.next_button.setToolTip("Ctrl+Shift+Enter")
        self.next_button.setAutoDefault(False)
        self.next_button.setVisible(self._corrects is None)
        self.next_button.clicked.connect(self._on_post_next)
        buttons.addButton(self.next_button, QDialogButtonBox.ButtonRole.ActionRole)
        cancel = buttons.addButton(QDialogButtonBox.StandardButton.Cancel)
        cancel.setAutoDefault(False)
        buttons.rejected.connect(self.reject)
        return buttons

    def _connect(self) -> None:
        # Shortcuts go before keys: in a reference, Ctrl+Enter would else open the record chosen.
        for keys, act in (
            ("Ctrl+Return", self.post), ("Ctrl+Enter", self.post),
            ("Ctrl+Shift+Return", self._on_post_next), ("Ctrl+Shift+Enter", self._on_post_next),
        ):  # fmt: skip
            QShortcut(QKeySequence(keys), self).activated.connect(act)
        for name in ("amount", "date"):
            self.rows[name].editor.typed.connect(self._quote)
        for name in ("amount", "date", "type", "nature", "in_kind", "project", "fund"):
            self.rows[name].editor.done.connect(self._quote)
        for name in ("type", "in_kind"):
            self.rows[name].editor.done.connect(self._fit)
        for name in _COMPLETING:
            self.rows[name].editor.done.connect(partial(self._complete, name))

    # What is typed ------------------------------------------------------------------------------

    def _begin(self, start: Mapping[str, Value], labels: Mapping[UUID, str]) -> None:
        for name, row in self.rows.items():
            row.show_value(None, {})
            if start.get(name) is not None:
                row.editor.offer(start[name], labels)
        self._fit()
        self._quote()
        for name in _COMPLETING:
            if start.get(name) is not None:
                self._complete(name)
        first = next((n for n in ("type", "amount") if start.get(n) is None), "amount")
        self.rows[first].editor.setFocus()

    def _typed(self, name: str) -> Value:
        """What stands in a field, None while it is no value."""
        try:
            return self.rows[name].editor.value()
        except InvalidValue:
            return None

    def _fit(self) -> None:
        """Shows only what this type of transaction has."""
        kind = self._typed("type")
        for name, wanted in _SHOWN_FOR.items():
            self.rows[name].setVisible(kind == wanted)
        self.rows["in_kind_description"].setVisible(self._typed("in_kind") is True)

    def _quote(self) -> None:
        """Shows the rate that would be frozen, the value in US dollars and the fund's balance."""
        amount, on, fund = self._typed("amount"), self._typed("date"), self._typed("fund")
        if not isinstance(amount, Money) or not isinstance(on, date):
            self.value_box.show_for(None)
            return
        moves = self._typed("in_kind") is not True and self._typed("nature") != "planned"
        self.value_box.show_for(
            Entry(
                amount, on, str(self._typed("type") or ""),
                fund if isinstance(fund, UUID) else None,
                self._typed("project") is not None, moves,
            )
        )  # fmt: skip

    def _complete(self, name: str) -> None:
        """Fills in what follows from the project or the tranche, where nothing is typed yet."""
        id = self._typed(name)
        if isinstance(id, UUID) and (name, id) not in self._completed:
            self._context.runner.query(
                partial(_suggested, name, id),
                partial(self._on_suggested, (name, id)),
                self._context.show_failure,
                owner=self,
                key=f"complete_{name}",
            )

    def _on_suggested(
        self, of: tuple[str, UUID], found: tuple[dict[str, Value], dict[UUID, str]]
    ) -> None:
        self._completed.add(of)
        values, labels = found
        for name, value in values.items():
            row = self.rows.get(name)
            if row is None or value is None or row.editor.is_changed():
                continue
            row.editor.render(value, labels)
        self._quote()

    def values(self) -> dict[str, Value] | None:
        """What is to be recorded; None, with the reasons in place, when something is wrong."""
        found: dict[str, Value] = {}
        bad: FieldRow | None = None
        for name, row in self.rows.items():
            if row.isHidden():
                continue
            row.editor.leaving()
            if row.bad():
                bad = bad or row
                continue
            found[name] = row.editor.value()
            if row.field.required and found[name] is None:
                row.show_error(InvalidValue(f"{row.field.label} is missing.", field=name))
                bad = bad or row
        if bad is not None:
            self._scroll.ensureWidgetVisible(bad)
            bad.editor.setFocus()
            return None
        return {name: value for name, value in found.items() if value not in (None, "")}

    # Recording ----------------------------------------------------------------------------------

    def post(self) -> None:
        """Records the transaction and closes."""
        self._post(self.accept)

    def _on_post_next(self) -> None:
        if self._corrects is None:
            self._post(self._again)

    def _post(self, then: object) -> None:
        values = self.values()
        reason = str(self.reason.editor.value() or "") if self.reason else ""
        if self.reason is not None and not reason:
            self.reason.show_error(InvalidValue("Say why, for whoever reads the ledger."))
            self.reason.editor.setFocus()
            return
        if values is None or not self.post_button.isEnabled():
            return
        self._busy(True)
        # What was chosen by the very key that records it has not been completed yet.
        known = ((name, values[name]) for name in _COMPLETING if name in values)
        late = [one for one in known if one not in self._completed]
        self._context.runner.mutate(
            partial(_post, values, late, self._corrects, reason),
            partial(self._on_posted, then),
            self._on_refused,
            owner=self,
        )

    def _on_posted(self, then: object, result: tuple[Applied, Posted]) -> None:
        self._busy(False)
        self.error.hide()
        posted = result[1]
        what = KIND.field("type").choice_label(str(self._typed("type")))
        amount, usd = self._typed("amount"), posted.usd_value
        worth = f" ({usd})" if usd is not None and usd != amount else ""
        self._context.say(
            f"Recorded: {what.lower()} of {amount}{worth}.", OK, "Show",
            partial(self._context.show_record, KIND.name, posted.id),
        )  # fmt: skip
        then()

    def _again(self) -> None:
        """The next one is often of the same project and day."""
        for name in ("amount", "reference", "remarks", "file", "in_kind_description"):
            self.rows[name].show_value(None, {})
        self._quote()
        self.rows["amount"].editor.setFocus()

    def _busy(self, busy: bool) -> None:
        for button in (self.post_button, self.next_button):
            button.setEnabled(not busy)

    def _on_refused(self, error: Exception) -> None:
        self._busy(False)
        if not isinstance(error, UserError):
            raise error
        row = self.rows.get(error.field) if isinstance(error, InvalidValue) else None
        if row is not None and not row.isHidden():
            row.show_error(error)
            row.editor.setFocus()
            return
        self.error.setText(str(error))
        self.error.show()


def _labels(values: Mapping[str, Value], c: Connection) -> dict[UUID, str]:
    return record_page.labels_of(c, KIND.name, values)


def _suggested(name: str, id: UUID, c: Connection) -> tuple[dict[str, Value], dict[UUID, str]]:
    return posting.suggested(c, name, id)


def _post(
    values: dict[str, Value],
    late: list[tuple[str, UUID]],
    corrects: Record | None,
    reason: str,
    db: Database,
) -> tuple[Applied, Posted]:
    found = dict(values)
    for name, id in late:
        for field, value in posting.suggested(db.reader(), name, id)[0].items():
            found.setdefault(field, value)
    if corrects is None:
        posted = ledger.post(db, found)
    else:
        posted = ledger.correct(db, corrects.id, found, reason)
    return posted.applied, posted
