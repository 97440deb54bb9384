"""Exchange: the other computers and what they have, what waits, and every bundle for good."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from aps_desktop.db.queries import conflicts as in_conflict
from aps_desktop.domain.office_names import office_name, the_office
from aps_desktop.models.rows_model import RowsModel
from aps_desktop.services import merging, queued_bundles, sync_status
from aps_desktop.services.merge_report import day, many, moment
from aps_desktop.services.queued_bundles import Queued
from aps_desktop.services.sync_status import Exchange, Peer, Waiting
from aps_desktop.views.changes_table import rows_table
from aps_desktop.views.dialogs import ask
from aps_desktop.views.pane import Pane, set_sizes
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.sync_pane_parts import button, empty_page, tell

if TYPE_CHECKING:
    from aps_desktop.db.connection import Connection
    from aps_desktop.db.engine import Database
    from aps_desktop.domain.changes import Applied
    from aps_desktop.views.context import Context

_NOTHING = (
    "No other computer is known yet. Make a bundle for everybody, or open one that you were given; "
    "you can also drop it on the window. What was made and merged is listed here for good."
)
_TRUST = {
    "listed": "On the office list",
    "confirmed": "Confirmed here",
    "revoked": "Revoked",
    "unknown": "Known through others",
}
Read = tuple[list[Waiting], list[Queued], list[Peer], list[Exchange], int]


class SyncPane(Pane):
    """Two tables: computers above, the history of bundles below."""

    def __init__(self, context: Context, key: str, title: str, area: str) -> None:
        super().__init__(context, key, title, area)
        self._stale = True
        self.peers = RowsModel(
            ("Office", "Computer", "Has of your changes", "Last bundle from it", "Trust"),
            parent=self,
        )
        self.history = RowsModel(
            ("When", "Way", "Office", "Bundle", "Changes", "State", "File"),
            numbers=(3, 4),
            parent=self,
        )
        self.make = button("Make a bundle…", "make_bundle", "primary", self)
        self.open = button("Open a bundle…", "open_bundle", "", self)
        self.undo = button("Undo this merge…", "undo_merge", "danger", self)
        self.summary = PlainLabel("", self, role="muted", wrap=True)
        self.summary.setObjectName("sync_summary")
        self.waiting = PlainLabel("", self, wrap=True)
        self.waiting.setObjectName("sync_waiting")
        self.waiting.hide()
        self._lay_out()
        self.make.clicked.connect(self._on_make)
        self.open.clicked.connect(self._on_open)
        self.undo.clicked.connect(self._on_undo)
        self._history_table.selectionModel().selectionChanged.connect(self._on_selection)
        self._history_table.activated.connect(self._on_opened)
        self._on_selection()

    def _lay_out(self) -> None:
        self._peer_table = rows_table(
            "peers_table", "Other computers", self.peers, (150, 140, 350, 220, 0), self
        )
        self._history_table = rows_table(
            "bundles_table", "Bundles made and merged", self.history,
            (160, 90, 160, 70, 80, 170, 0), self,
        )  # fmt: skip
        head = QHBoxLayout()
        head.addWidget(PlainLabel("Exchange with other offices", self, role="heading"), 1)
        head.addWidget(self.open)
        head.addWidget(self.make)
        below = QWidget(self)
        lines = QVBoxLayout(below)
        lines.setContentsMargins(0, 10, 0, 0)
        across = QHBoxLayout()
        across.addWidget(PlainLabel("Bundles made and merged", below, role="section"), 1)
        across.addWidget(self.undo)
        lines.addLayout(across)
        lines.addWidget(self._history_table, 1)
        self._splitter = QSplitter(Qt.Orientation.Vertical, self)
        self._splitter.setObjectName("sync_splitter")
        self._splitter.setChildrenCollapsible(False)
        self._splitter.addWidget(self._peer_table)
        self._splitter.addWidget(below)
        self._splitter.setSizes([240, 360])
        self._pages = QStackedWidget(self)
        self._pages.addWidget(self._splitter)
        self._pages.addWidget(empty_page("Nothing exchanged yet", _NOTHING, self))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(10)
        layout.addLayout(head)
        layout.addWidget(self.summary)
        layout.addWidget(self.waiting)
        layout.addWidget(self._pages, 1)

    # What the window asks -----------------------------------------------------------------------

    def activate(self) -> None:
        (self._peer_table if self._peer_table.isVisible() else self.make).setFocus()
        if self._stale:
            self._read()

    def on_changed(self, applied: Applied) -> None:
        self._stale = True
        if self.isVisible():
            self._read()

    def save_state(self) -> dict[str, Any]:
        return {"sizes": self._splitter.sizes()}

    def restore_state(self, state: dict[str, Any]) -> None:
        set_sizes(self._splitter, state.get("sizes"))

    # Reading and showing ------------------------------------------------------------------------

    def _read(self) -> None:
        self._stale = False
        self.context.runner.query(_read, self._on_read, owner=self, key="all")

    def _on_read(self, read: Read) -> None:
        waiting, queued, peers, history, conflicts = read
        self.peers.show([(peer, _peer_row(peer)) for peer in peers])
        self.history.show([(one, _exchange_row(one)) for one in history])
        self.summary.setText(_summary(peers, conflicts))
        self._pages.setCurrentIndex(0 if peers or history else 1)
        words = [*map(waiting_words, waiting), *map(_queued_words, queued)]
        tell(self.waiting, "\n! ".join(words), "attention")
        writable = not self.context.db.read_only
        self.make.setEnabled(writable)
        self.open.setEnabled(writable)
        self._on_selection()

    def _chosen(self) -> Exchange | None:
        index = self._history_table.currentIndex()
        return self.history.thing(index.row()) if index.isValid() else None

    def _on_selection(self) -> None:
        one = self._chosen()
        can = one is not None and one.direction == "in" and one.state == "merged"
        self.undo.setEnabled(can and not self.context.db.read_only)

    # What the officer does ----------------------------------------------------------------------

    def _on_make(self) -> None:
        self.context.command_wanted.emit("make_bundle")

    def _on_open(self) -> None:
        self.context.command_wanted.emit("open_bundle")

    def _on_opened(self) -> None:
        one = self._chosen()
        if one is not None:
            from aps_desktop.views.sync_pane_report import ExchangeDialog

            ExchangeDialog(one, self.window()).open()

    def _on_undo(self) -> None:
        one = self._chosen()
        if one is None:
            return
        text = (
            f"{many(one.changes, 'change')} of bundle {one.sequence} of "
            f"{the_office(one.office)} go again, as if it had not arrived yet. What was edited "
            "here since, on top of it, stays. The bundle can be merged once more."
        )
        if ask("Undo this merge?", text, "Undo the merge", danger=True, parent=self.window()):
            self.context.runner.mutate(
                partial(_undo, one.number), self._on_undone, self.context.show_failure, owner=self
            )

    def _on_undone(self, applied: Applied) -> None:
        left = f" Left as they are: {', '.join(applied.skipped)}." if applied.skipped else ""
        self.context.say(f"The merge has been taken back.{left}", "ok")
        self._read()


def _read(c: Connection) -> Read:
    return (
        sync_status.waiting(c),
        queued_bundles.waiting(c),
        sync_status.peers(c),
        sync_status.history(c),
        in_conflict.count(c),
    )


def _undo(number: int, db: Database) -> Applied:
    return merging.undo_merge(db, number)


def waiting_words(one: Waiting) -> str:
    """ "6 changes wait for bundle 14 of the Lao PDR office"."""
    whose = the_office(one.office) if one.office else "another computer"
    if len(one.bundles) == 1:
        which = f"bundle {one.bundles[0]} of {whose}"
    elif one.bundles:
        numbers = ", ".join(str(n) for n in one.bundles[-5:])
        which = f"an earlier bundle of {whose} (one of {numbers})"
    else:
        which = f"an earlier bundle of {whose}"
    verb, then = ("waits", "It settles") if one.changes == 1 else ("wait", "They settle")
    return f"{many(one.changes, 'change')} {verb} for {which}. {then} when it is merged."


def _queued_words(one: Queued) -> str:
    return (
        f"{one.file} was made by a newer program (version {one.made_by}): open it again when this "
        f"one is updated. It was in {Path(one.path).parent}."
    )


def _summary(peers: list[Peer], conflicts: int) -> str:
    if not peers:
        return ""
    behind = sum(1 for peer in peers if peer.lacks and peer.state != "revoked")
    words = [many(len(peers), "other computer")]
    words.append(f"{behind:,} without your newest changes" if behind else "all have your changes")
    if conflicts:
        words.append(many(conflicts, "conflict"))
    return " · ".join(words)


def _peer_row(peer: Peer) -> tuple[str, ...]:
    has = "Everything" if peer.ours else "–"
    if peer.lacks:
        has = f"Unconfirmed since {day(peer.since)}: {many(peer.lacks, 'change')}"
    heard = f"Bundle {peer.last:,}, made {day(peer.heard)}" if peer.heard else "None yet"
    return (office_name(peer.office), peer.name, has, heard, _TRUST.get(peer.state, ""))


def _exchange_row(one: Exchange) -> tuple[str, ...]:
    made, unread = one.direction == "out", one.state in ("queued", "opened")
    offices = one.report.get("offices") or []
    whom = ", ".join(office_name(code) for code in offices) or "Everybody"
    states = {"written": "Made", "merged": "Merged", "undone": "Taken back",
              "partly undone": "Taken back in part", "queued": "Waits for an update",
              "opened": "Opened after an update"}  # fmt: skip
    return (
        moment(one.at),
        "Out" if made else "In",
        whom if made else office_name(one.office) if one.office else "–",
        "–" if unread else f"{one.sequence:,}",
        "–" if unread else f"{one.changes:,}",
        states.get(one.state, one.state.capitalize()),
        one.file,
    )
