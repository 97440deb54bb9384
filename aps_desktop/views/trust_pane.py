"""Offices and trust: this computer's fingerprint, the office list, requests and revocation."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout

from aps_desktop.domain.changes import Applied
from aps_desktop.domain.office_names import office_name
from aps_desktop.models.rows_model import RowsModel
from aps_desktop.services import trust_overview
from aps_desktop.services.merge_report import day
from aps_desktop.services.trust_overview import Computer, Overview
from aps_desktop.views import trust_pane_after as after
from aps_desktop.views import trust_pane_request as files
from aps_desktop.views.changes_table import rows_table
from aps_desktop.views.pane import Pane
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.sync_pane_parts import Card, button, fingerprint_label, tell

if TYPE_CHECKING:
    from aps_desktop.db.engine import Database
    from aps_desktop.services.requests import Handed
    from aps_desktop.views.context import Context

_WORDS = (
    "Bundles are signed by the computer that makes them. An office believes a computer when it "
    "stands on the secretariat's list, or when somebody here has compared its fingerprint by phone."
)
_STATES = {
    "listed": "On the office list",
    "confirmed": "Confirmed on this computer",
    "own": "This computer, not on the list",
}


class TrustPane(Pane):
    """Who this computer is, and whom it believes."""

    def __init__(self, context: Context, key: str, title: str, area: str) -> None:
        super().__init__(context, key, title, area)
        self._stale = True
        self.shown: Overview | None = None
        self.rows = RowsModel(("Office", "Computer", "Fingerprint", "Added", "State"), parent=self)
        self.table = rows_table(
            "trust_table", "Computers", self.rows, (180, 180, 300, 110, 0), self
        )
        self.add = button("Add a request or list…", "trust_add", "primary", self)
        self.revoke = button("Revoke…", "trust_revoke", "danger", self)
        self.revert = button("Put its work back…", "trust_revert", "", self)
        self.list_words = PlainLabel("", self, role="heading", wrap=True)
        self.list_words.setObjectName("trust_list_words")
        self.list_note = PlainLabel("", self, wrap=True)
        self.list_note.setObjectName("trust_list_note")
        words = PlainLabel(_WORDS, self, role="muted", wrap=True)
        words.setMaximumWidth(760)
        across = QHBoxLayout()
        across.addWidget(self.list_words, 1)
        across.addWidget(self.revert)
        across.addWidget(self.revoke)
        across.addWidget(self.add)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 16)
        layout.setSpacing(12)
        layout.addWidget(PlainLabel("Offices and trust", role="heading"))
        layout.addWidget(words)
        layout.addWidget(self._own_card())
        layout.addSpacing(4)
        layout.addLayout(across)
        layout.addWidget(self.list_note)
        layout.addWidget(self.table, 1)
        self.add.clicked.connect(self._on_add)
        self.revoke.clicked.connect(self._on_revoke)
        self.revert.clicked.connect(self._on_revert)
        self.table.selectionModel().selectionChanged.connect(self._on_selection)
        self._on_selection()

    def _own_card(self) -> Card:
        card = Card("own_computer", self)
        card.setMaximumWidth(760)
        self.own = PlainLabel("This computer", card, role="strong")
        self.own.setObjectName("own_name")
        self.fingerprint = fingerprint_label("", "own_fingerprint", card)
        self.save = button("Save request file…", "trust_request", "", card)
        self.copy = button("Copy the fingerprint", "trust_copy", "quiet", card)
        self.save.clicked.connect(self._on_save)
        self.copy.clicked.connect(self._on_copy)
        across = QHBoxLayout()
        across.addWidget(self.fingerprint)
        across.addStretch(1)
        across.addWidget(self.copy)
        across.addWidget(self.save)
        card.lines.addWidget(self.own)
        card.lines.addLayout(across)
        return card

    # What the window asks -----------------------------------------------------------------------

    def activate(self) -> None:
        self.table.setFocus()
        if self._stale:
            self._read()

    def on_changed(self, applied: Applied) -> None:
        self._stale = True
        if self.isVisible():
            self._read()

    # Reading and showing ------------------------------------------------------------------------

    def _read(self) -> None:
        self._stale = False
        self.context.runner.mutate(_overview, self._on_read, self._on_failed, owner=self)

    def _on_read(self, result: tuple[Overview, Applied]) -> None:
        shown = self.shown = result[0]
        own = f"This computer: “{shown.name}”, {office_name(shown.office)}"
        self.own.setText(own)
        self.fingerprint.setText(shown.fingerprint)
        self.fingerprint.setAccessibleName(f"Fingerprint {shown.fingerprint}")
        if shown.version:
            made = day(shown.made)
            words = f"Office list, version {shown.version}, made {made}"
        else:
            words = "No office list yet"
        self.list_words.setText(words)
        tell(self.list_note, *_note(shown))
        chosen = self._chosen()
        self.rows.show([(one, _row(one)) for one in shown.computers])
        devices = [one.device for one in shown.computers]
        if chosen is not None and chosen.device in devices:
            self.table.selectRow(devices.index(chosen.device))
        self._on_selection()

    def _on_selection(self) -> None:
        one = self._chosen()
        can = self.shown is not None and self.shown.secretariat and one is not None
        self.revoke.setVisible(self.shown is not None and self.shown.secretariat)
        self.revoke.setEnabled(can and one.state == "listed" and not one.own)
        self.revert.setVisible(self.revoke.isVisibleTo(self))
        self.revert.setEnabled(can and not one.own)

    def _chosen(self) -> Computer | None:
        index = self.table.currentIndex()
        return self.rows.thing(index.row()) if index.isValid() else None

    def _on_failed(self, error: Exception) -> None:
        self.context.show_failure(error)

    # What the officer does ----------------------------------------------------------------------

    def _on_save(self) -> None:
        files.save_request(self.context, self)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self.fingerprint.text())
        self.context.say("Copied.")

    def _on_add(self) -> None:
        chosen, _ = QFileDialog.getOpenFileName(
            self, "Add a request or an office list", "", "Requests (*.apsrequest);;All files (*)"
        )
        if chosen:
            self.take_file(Path(chosen))

    def take_file(self, path: Path) -> None:
        """Reads a request or list, and asks for its fingerprint to be compared."""
        self.context.runner.query(
            partial(files.read, path), partial(self._on_handed, path), self._on_failed, owner=self
        )

    def _on_handed(self, path: Path, handed: Handed) -> None:
        dialog = files.HandedDialog(handed, self.window())
        dialog.accepted.connect(partial(self._on_compared, path))
        files.opened(dialog)

    def _on_compared(self, path: Path) -> None:
        self.context.runner.mutate(
            partial(files.take, path), self._on_done, self._on_failed, owner=self
        )

    def _on_revoke(self) -> None:
        one = self._chosen()
        if one is not None:
            self._ask_after(after.RevokeDialog(one, self.window()), after.revoke)

    def _on_revert(self) -> None:
        one = self._chosen()
        if one is not None:
            self._ask_after(after.RevertDialog(one, self.window()), after.revert)

    def _ask_after(self, dialog: after.AfterDialog, work: Callable[..., Any]) -> None:
        dialog.accepted.connect(partial(self._on_meant, dialog, work))
        files.opened(dialog)

    def _on_meant(self, dialog: after.AfterDialog, work: Callable[..., Any]) -> None:
        self.context.runner.mutate(
            partial(work, dialog.computer.device, dialog.after.value()),
            self._on_done,
            self._on_failed,
            owner=self,
        )

    def _on_done(self, result: tuple[str, Applied]) -> None:
        self.table.setFocus()  # the button that was pressed may be greyed out now
        self._read()
        # A new list, and what was put back, reach the others with the next bundle.
        send = partial(self.context.command_wanted.emit, "make_bundle")
        own = self.shown is not None and self.shown.secretariat
        self.context.say(result[0], "ok", "Make a bundle" if own else "", send if own else None)


def _overview(db: Database) -> tuple[Overview, Applied]:
    return trust_overview.overview(db), Applied(0, "", {})


def _note(shown: Overview) -> tuple[str, str]:
    signer = f"The fingerprint of the key that signs the list is {shown.signer}."
    if shown.secretariat:
        return f"The list is signed on this computer. It travels in every bundle. {signer}", ""
    if shown.listed:
        return f"This computer stands on the list. {signer}", "ok"
    return (
        "This computer is not on the list yet: save its request file, send it to the secretariat "
        "and read them the fingerprint. Until then nobody can encrypt bundles for you.",
        "attention",
    )


def _row(one: Computer) -> tuple[str, ...]:
    state = _STATES.get(one.state, "")
    if one.state == "revoked":
        state = f"Revoked after its bundle {one.revoked_after:,}"
    return (office_name(one.office), one.name, one.fingerprint, day(one.added), state)
