"""What the page "Who has reported" is made of: its bar, the matrix, the card of the chosen cell."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.domain.entities import entity
from aps_desktop.domain.values import show_date
from aps_desktop.models.reporting_matrix_model import ReportingMatrixModel, in_words
from aps_desktop.services.reporting_matrix import WAITING, Calendar, Cell, Matrix, Request
from aps_desktop.views.choice_box import choice_box
from aps_desktop.views.pane import on_surface
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.reporting_matrix_table import MatrixTable

_REQUEST = int(Qt.ItemDataRole.UserRole)
_CARD = 270
_MOST = 200
_NO_CALENDAR = (
    "There are no reporting periods yet. Begin with the quarters of this year, or make your own in "
    "the reporting calendar: each has a period, the day on which values are due, and can be locked."
)
_NOBODY = (
    "Nobody was asked for values of this period. “Ask for values” makes a request for each running "
    "project and participating member state; it goes out with the next bundle or as an Excel form."
)
_NARROWED = "No request of this period belongs to what is chosen above."
_ALL_BODIES = "All bodies", None


class ReportingPage(QWidget):
    """The widgets; the pane says what they do."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        on_surface(self)
        self.model = ReportingMatrixModel(self)
        self.table = MatrixTable(self.model, self)
        self.period = choice_box(self, "reporting_period", "Reporting period", ())
        self.by = choice_box(
            self, "reporting_by", "Rows", (("By body", "body"), ("By project", "project"))
        )
        pillars = [(label, key) for key, label in entity("project").field("pillar").choices]
        every = [("All pillars", ""), *pillars]
        self.pillar = choice_box(self, "reporting_pillar", "Pillar", every)
        self.body = choice_box(self, "reporting_body", "Body and those below it", [_ALL_BODIES])
        self.summary = PlainLabel("", self, role="strong")
        self.summary.setObjectName("reporting_summary")
        self.empty = PlainLabel("", self, role="muted", wrap=True)
        self.empty.setObjectName("reporting_empty")
        self.ask = self._button("Ask for values", "ask_for_values")
        self.bring = self._button("Read a form that came back…", "read_form")
        self.received = self._button("", "mark_received")
        self.card = self._made_card()
        self._lay_out()
        outer = QVBoxLayout(parent)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self)

    def _button(self, words: str, name: str, kind: str = "") -> QPushButton:
        button = QPushButton(words, self)
        button.setObjectName(name)
        button.setAccessibleName(words.rstrip("…"))
        if kind:
            button.setProperty("kind", kind)
        return button

    def _made_card(self) -> QFrame:
        card = QFrame(self)
        card.setObjectName("reporting_card")
        card.setProperty("card", True)
        card.setFixedWidth(_CARD)
        self.where = PlainLabel("", card, role="strong", wrap=True)
        self.where.setObjectName("reporting_where")
        self.words = PlainLabel("", card, role="muted", wrap=True)
        self.requests = QListWidget(card)
        self.requests.setObjectName("reporting_requests")
        self.requests.setAccessibleName("Requests; Enter opens one")
        self.requests.setWordWrap(True)
        self.send = self._button("Send the request again", "send_again", "primary")
        self.send.setToolTip("Marks it as sent or reminded; it goes out with the next bundle.")
        self.form = self._button("Write the Excel form…", "write_form")
        self.form.setToolTip("Marks it the same way and writes a form for each member state.")
        self.values = self._button("Show the values", "show_values", "quiet")
        column = QVBoxLayout(card)
        column.setContentsMargins(14, 12, 14, 12)
        column.setSpacing(8)
        for widget in (self.where, self.words):
            column.addWidget(widget)
        column.addWidget(self.requests, 1)
        for button in (self.send, self.form, self.values):
            column.addWidget(button)
        return card

    def _lay_out(self) -> None:
        bar = QHBoxLayout()
        bar.setSpacing(8)
        for combo in (self.period, self.by, self.pillar, self.body):
            bar.addWidget(combo)
        bar.addStretch(1)
        for button in (self.received, self.ask, self.bring):
            bar.addWidget(button)
        body = QHBoxLayout()
        body.setSpacing(16)
        body.addWidget(self.table, 1)
        body.addWidget(self.empty, 1)
        body.addWidget(self.card)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(10)
        column.addLayout(bar)
        column.addWidget(self.summary)
        column.addLayout(body, 1)

    # Showing ------------------------------------------------------------------------------------

    def show_periods(self, calendars: Sequence[Calendar], chosen: Calendar | None) -> None:
        """The periods to choose from, those that are locked named so."""
        items = [(f"{one.name} (locked)" if one.locked else one.name, one.id) for one in calendars]
        there = [
            (self.period.itemText(n), self.period.itemData(n)) for n in range(self.period.count())
        ]
        if there != items:
            self.period.clear()
            for text, id in items:
                self.period.addItem(text, id)
        self.period.setCurrentIndex(self.period.findData(chosen.id) if chosen else -1)

    def show_bodies(self, bodies: Sequence[tuple[UUID, str]]) -> None:
        """The bodies to choose from; the chosen one stays, also where it was not asked."""
        chosen, name = self.body.currentData(), self.body.currentText()
        items = [_ALL_BODIES, *((label, id) for id, label in bodies)]
        if chosen is not None and chosen not in dict(bodies):
            items.append((name, chosen))
        self.body.clear()
        for text, id in items:
            self.body.addItem(text, id)
        self.body.setCurrentIndex(max(0, self.body.findData(chosen)))

    def show_state(
        self, calendars: Sequence[Calendar], found: Matrix | None, year: int, *, read_only: bool
    ) -> None:
        """The matrix, or why there is none and what to do about it."""
        full = bool(found and found.rows)
        narrowed = bool(self.pillar.currentData() or self.body.currentData())
        words = _NO_CALENDAR if not calendars else _NARROWED if narrowed else _NOBODY
        self.empty.setText("" if full else words)
        self.empty.setVisible(not full)
        self.empty.setAlignment(Qt.AlignmentFlag.AlignCenter)
        for widget in (self.table, self.card):
            widget.setVisible(full)
        for widget in (self.period, self.by, self.pillar, self.body):
            widget.setVisible(bool(calendars))
        self.ask.setText("Ask for values" if calendars else f"Make the quarters of {year}")
        self.ask.setAccessibleName(self.ask.text())
        self.ask.setEnabled(not read_only)

    def say(self, words: str, status: str) -> None:
        """One line that says where the period stands."""
        self.summary.setText(words)
        self.summary.setVisible(bool(words))
        self.summary.setProperty("status", status)
        self.summary.style().unpolish(self.summary)
        self.summary.style().polish(self.summary)

    def offer_received(self, number: int) -> None:
        """A button for requests that are answered in full but not marked."""
        words = "1 answered request" if number == 1 else f"{number:,} answered requests"
        self.received.setText(f"Mark {words} as received")
        self.received.setAccessibleName(self.received.text())
        self.received.setVisible(number > 0)

    def show_cell(
        self, where: str, cell: Cell | None, requests: Sequence[Request], *, read_only: bool
    ) -> None:
        """The chosen cell and its requests, those with most missing first."""
        self.where.setText(where)
        self.words.setText(in_words(cell) if cell else "Nothing is asked here.")
        self.requests.clear()
        for one in requests[:_MOST]:
            item = QListWidgetItem(_line(one), self.requests)
            item.setData(_REQUEST, one.id)
        if len(requests) > _MOST:
            item = QListWidgetItem(f"and {len(requests) - _MOST:,} more", self.requests)
            item.setFlags(Qt.ItemFlag.NoItemFlags)
        lacking = any(one.missing and one.status in WAITING for one in requests)
        for button in (self.send, self.form):
            button.setEnabled(lacking and not read_only)
        number = sum(bool(one.missing) and one.status in WAITING for one in requests)
        self.send.setText(
            f"Send {number:,} requests again" if number > 1 else "Send the request again"
        )


def _line(one: Request) -> str:
    status = entity("reporting_request").field("status").choice_label(one.status).lower()
    about = " · ".join(part for part in (one.project or one.body, one.state) if part)
    sign = "✓" if not one.missing else "✕" if one.late else "○"
    due = f", due {show_date(one.due)}" if one.due and one.missing else ""
    return f"{sign} {about}\n{one.reported} of {one.expected}, {status}{due}"
