"""A tranche's page: what it still needs, the letter that asks for it, and its payment."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout

from aps_desktop.db.connection import Connection
from aps_desktop.domain import clock
from aps_desktop.domain.values import show_date
from aps_desktop.services import record_page
from aps_desktop.services.record_page import RecordPage
from aps_desktop.services.records import Record
from aps_desktop.views.detail_view import DetailView
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.record_header import restyle


class TranchePage(DetailView):
    """The page of a tranche."""

    def dress_overview(self) -> None:
        panel = self.panel = QFrame(self.form.widget())
        panel.setObjectName("tranche")
        panel.setProperty("card", True)
        panel.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.words = PlainLabel("", panel, role="strong", wrap=True)
        self.words.setObjectName("tranche_words")
        self.needs = PlainLabel("", panel, wrap=True)
        self.needs.setObjectName("tranche_needs")
        self.letter = QPushButton("Write the request letter…", panel)
        self.letter.setObjectName("tranche_letter")
        self.letter.setProperty("kind", "primary")
        self.letter.clicked.connect(self._on_letter)
        self.pay = QPushButton("Record the payment…", panel)
        self.pay.setObjectName("tranche_pay")
        self.pay.clicked.connect(self._on_pay)
        line = QHBoxLayout()
        line.addWidget(self.letter)
        line.addWidget(self.pay)
        line.addStretch(1)
        column = QVBoxLayout(panel)
        column.setContentsMargins(12, 12, 12, 12)
        column.setSpacing(8)
        column.addWidget(self.words)
        column.addWidget(self.needs)
        column.addLayout(line)
        self.form.put_above(panel)

    def load_extra(self) -> record_page.Extra:
        return _conditions

    def show_extra(self, page: RecordPage) -> str:
        values = page.record.values
        day = clock.today(self.context.db.clock)
        due, status = values.get("due"), values.get("status")
        paid = status in ("paid", "cancelled")
        late = due is not None and due < day and not paid
        parts = [str(values.get("amount") or "No amount yet")]
        if due:
            parts.append(f"due {show_date(due)}")
        self.words.setText(", ".join(parts) + (": late" if late else ""))
        self.words.setProperty("status", "late" if late else "")
        all, waiting = page.extra["conditions"]
        words = "No conditions are attached."
        if all:
            words = f"{all - len(waiting)} of {all} conditions are fulfilled."
        if waiting:
            words += f" Waiting: {'; '.join(waiting[:3])}."
        self.needs.setText(f"! {words}" if waiting and not paid else words)
        self.needs.setProperty("status", "attention" if waiting and not paid else "")
        for label in (self.words, self.needs):
            restyle(label)
        self.letter.setText(
            "Write the letter anew…"
            if values.get("request_letter")
            else "Write the request letter…"
        )
        for button in (self.letter, self.pay):
            button.setVisible(not paid)
            button.setEnabled(not self.context.db.read_only)
        return ""

    def _on_letter(self) -> None:
        from aps_desktop.views.request_letter_dialog import RequestLetterDialog

        if self.record is not None:
            self.form.flush()
            dialog = RequestLetterDialog(self.context, self.record.id, self.window())
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()

    def _on_pay(self) -> None:
        from aps_desktop.views.posting_dialog import PostingDialog

        if self.record is not None:
            self.form.flush()
            preset = {"type": "disbursement", "tranche": self.record.id}
            dialog = PostingDialog(self.context, preset, self.window())
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.open()


def _conditions(c: Connection, record: Record) -> dict[str, Any]:
    rows = c.all(
        "SELECT title, coalesce(status, 'open') FROM condition WHERE tranche = ? ORDER BY due, rid",
        (record.rid,),
    )
    waiting = [title for title, status in rows if status in ("open", "not_met")]
    return {"conditions": (len(rows), waiting)}
