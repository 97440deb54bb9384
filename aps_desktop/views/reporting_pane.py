"""Monitoring's first page: who has not reported what, and sending the request again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QFileDialog, QListWidgetItem, QWidget

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.queries.lists import Filter
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.clock import today
from aps_desktop.domain.values import show_date
from aps_desktop.models.reporting_matrix_model import in_words
from aps_desktop.services import reporting
from aps_desktop.services import reporting_matrix as matrix
from aps_desktop.services.reporting import Sent
from aps_desktop.services.reporting_matrix import Calendar, Cell, Matrix, Request
from aps_desktop.views.context import ATTENTION, OK
from aps_desktop.views.pane import ReadingPane
from aps_desktop.views.reporting_pane_parts import ReportingPage

if TYPE_CHECKING:
    from aps_desktop.views.context import Context

_REQUEST = int(Qt.ItemDataRole.UserRole)


@dataclass(frozen=True)
class Read:
    """What the page shows: the periods, the chosen one with its matrix, the bodies that were asked
    in it, and the states' codes by name."""

    calendars: list[Calendar]
    chosen: Calendar | None
    matrix: Matrix | None
    bodies: list[tuple[UUID, str]]
    codes: dict[str, str]


class ReportingPane(ReadingPane):
    """The matrix on the left, the requests of the chosen cell on the right."""

    touches = frozenset(
        {"reporting_request", "indicator_value", "indicator", "period_calendar", "project", "body"}
    )

    def __init__(self, context: Context, key: str, title: str, area: str) -> None:
        super().__init__(context, key, title, area)
        self._filling = False
        self._calendar: UUID | None = None
        self._matrix: Matrix | None = None
        self.page = ReportingPage(self)
        self.model = self.page.model
        self.table = self.page.table
        self._shown: list[Request] = []
        self._told: Cell | None = None
        page = self.page
        page.period.currentIndexChanged.connect(self._on_choice)
        page.by.currentIndexChanged.connect(self._on_choice)
        page.pillar.currentIndexChanged.connect(self._on_choice)
        page.body.currentIndexChanged.connect(self._on_choice)
        self.table.chosen.connect(self._on_cell)
        self.table.asked.connect(page.requests.setFocus)
        page.requests.itemActivated.connect(self._on_request)
        page.send.clicked.connect(partial(self._on_send, False))
        page.form.clicked.connect(partial(self._on_send, True))
        page.values.clicked.connect(self._on_values)
        page.ask.clicked.connect(self._on_ask)
        page.bring.clicked.connect(self._on_bring)
        page.received.clicked.connect(self._on_received)

    # What the window asks -----------------------------------------------------------------------

    def first(self) -> QWidget:
        return self.table

    def save_state(self) -> dict[str, Any]:
        return {"by": self.page.by.currentData(), "pillar": self.page.pillar.currentData()}

    def restore_state(self, state: dict[str, Any]) -> None:
        self._filling = True
        for combo, name in ((self.page.by, "by"), (self.page.pillar, "pillar")):
            at = combo.findData(state.get(name))
            combo.setCurrentIndex(max(0, at))
        self._filling = False

    # Reading ------------------------------------------------------------------------------------

    def ask(self) -> None:
        by, day = self.page.by.currentData(), today(self.context.db.clock)
        narrow = matrix.Narrow(self.page.pillar.currentData() or "", self.page.body.currentData())
        self.context.runner.query(
            partial(_read, self._calendar, by, narrow, day), self._on_read,
            self.context.show_failure, owner=self, key="matrix",
        )  # fmt: skip

    def _on_read(self, read: Read) -> None:
        calendars, calendar, found = read.calendars, read.chosen, read.matrix
        self._matrix = found
        self._filling = True
        self.page.show_periods(calendars, calendar)
        self.page.show_bodies(read.bodies)
        self._filling = False
        self._calendar = calendar.id if calendar else None
        at = self.table.currentIndex()
        place = at.row(), at.column()
        self.model.show(found, read.codes)
        year = today(self.context.db.clock).year
        self.page.show_state(calendars, found, year, read_only=self.context.db.read_only)
        if found and found.rows:
            row = place[0] if 0 <= place[0] < self.model.rowCount() else 0
            self.table.setCurrentIndex(self.model.index(row, max(1, place[1])))
        self._say(calendar, found)
        self._on_cell()

    def _say(self, calendar: Calendar | None, found: Matrix | None) -> None:
        whole = found.whole() if found else Cell()
        if calendar is None or found is None:
            self.page.say("", "")
        else:
            due = f" Due {show_date(calendar.due)}." if calendar.due else ""
            lock = " The period is locked." if calendar.locked else ""
            self.page.say(f"{calendar.name}: {in_words(whole)}.{due}{lock}", _hue(whole))
        answered = reporting.answered(whole.requests)
        self.page.offer_received(len(answered))
        self.badge_changed.emit(whole.late)

    def _on_choice(self) -> None:
        if not self._filling:
            self._calendar = self.page.period.currentData()
            self.read()

    def _cell(self) -> Cell | None:
        at: QModelIndex = self.table.currentIndex()
        return self.model.cell(at.row(), at.column()) if at.isValid() else None

    def _on_cell(self) -> None:
        at = self.table.currentIndex()
        cell = self._cell()
        if cell is not None and cell is self._told:
            return  # filling the table tells of the same cell twice
        self._told = cell
        self._shown = sorted(
            cell.requests if cell else (), key=lambda one: (-one.missing, one.state, one.project)
        )
        where = self.model.where(at.row(), at.column()) if cell else ""
        self.page.show_cell(where, cell, self._shown, read_only=self.context.db.read_only)

    # Acting -------------------------------------------------------------------------------------

    def _on_request(self, item: QListWidgetItem) -> None:
        self.context.show_record("reporting_request", item.data(_REQUEST))

    def _on_send(self, with_form: bool) -> None:
        if self._matrix is None:
            return
        folder: Path | None = None
        if with_form:
            chosen = QFileDialog.getExistingDirectory(self, "Where the Excel forms are written")
            if not chosen:
                return
            folder = Path(chosen)
        self.context.runner.mutate(
            partial(_send, self._matrix.calendar, list(self._shown), folder),
            self._on_sent,
            self.context.show_failure,
        )

    def _on_sent(self, result: tuple[Applied, Sent]) -> None:
        files = result[1].files
        if not files:
            self.context.say(
                "Sent again: it goes out with the next bundle.", OK, "Make a bundle", self._bundle
            )
        elif len(files) == 1:
            self.context.say(f"Written: {files[0].name}. Send it by e-mail or on a stick.", OK)
        else:
            self.context.say(f"{len(files):,} forms written to {files[0].parent.name}.", OK)

    def _bundle(self) -> None:
        self.context.command_wanted.emit("make_bundle")

    def _on_values(self) -> None:
        filters = []
        if self._matrix is not None:
            span = self._matrix.calendar.period
            filters = [
                Filter("period", "from", (span.start.isoformat(),)),
                Filter("period", "to", (span.end.isoformat(),)),
            ]
        self.context.show_list("indicator_value", filters)

    def _on_ask(self) -> None:
        year = today(self.context.db.clock).year
        work = partial(_quarters, year) if self._calendar is None else partial(_ask, self._calendar)
        self.context.runner.mutate(work, self._on_asked, self.context.show_failure)

    def _on_asked(self, applied: Applied) -> None:
        self.context.say(f"Done: {applied.label}.", OK)

    def _on_bring(self) -> None:
        self.context.command_wanted.emit("import")

    def _on_received(self) -> None:
        if self._matrix is None:
            return
        answered = reporting.answered(self._matrix.whole().requests)
        if answered:
            self.context.runner.mutate(
                partial(_received, answered), None, self.context.show_failure
            )


def _hue(whole: Cell) -> str:
    if not whole.expected:
        return ""
    return "late" if whole.late else "ok" if not whole.missing else ATTENTION


def _read(calendar: UUID | None, by: str, narrow: matrix.Narrow, day: date, c: Connection) -> Read:
    calendars = matrix.calendars(c)
    chosen = next((one for one in calendars if one.id == calendar), None)
    chosen = chosen or matrix.current(calendars, day)
    codes = dict(c.all("SELECT name, code FROM member_state"))
    if chosen is None:
        return Read(calendars, None, None, [], codes)
    found = matrix.matrix(c, chosen, day, by or "body", narrow)
    return Read(calendars, chosen, found, matrix.bodies_asked(c, chosen), codes)


def _send(
    calendar: Calendar, requests: list[Request], folder: Path | None, db: Database
) -> tuple[Applied, Sent]:
    sent = reporting.send_again(db, calendar, requests, folder)
    return sent.applied, sent


def _ask(calendar: UUID, db: Database) -> Applied:
    return reporting.ask(db, calendar)


def _quarters(year: int, db: Database) -> Applied:
    return reporting.make_quarters(db, year)


def _received(requests: list[Request], db: Database) -> Applied:
    return reporting.mark_received(db, requests)
