"""One bundle in the merge dialog: who sent it, whether they are believed, and what it brings."""

from __future__ import annotations

from time import time

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPlainTextEdit, QWidget

from aps_desktop.domain.office_names import office_name, the_office
from aps_desktop.services import merge_report
from aps_desktop.services.merge_report import many, moment
from aps_desktop.views.merge_dialog_differences import Differences
from aps_desktop.views.merge_dialog_work import (
    DONE,
    KNOWN,
    QUARANTINE,
    QUEUED,
    READY,
    REFUSED,
    Item,
)
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.sync_pane_parts import (
    Card,
    button,
    chip,
    counts_grid,
    fingerprint_label,
    said,
)

_A_DAY = 24 * 3600 * 1000
_AHEAD = (
    "By its date it comes from the future: the clock of that computer, or of this one, is wrong. "
    "Nothing is lost by that."
)
_LONG_AGO = (
    "By its date it is more than a year old. If that cannot be, the clock of that computer, or of "
    "this one, is wrong. Nothing is lost by that."
)
_CHIPS = {
    READY: ("Confirmed sender", "ok"),
    KNOWN: ("Merged already", "neutral"),
    QUARANTINE: ("Not confirmed", "attention"),
    REFUSED: ("Not merged", "late"),
    QUEUED: ("Waits for an update", "attention"),
    DONE: ("Merged", "ok"),
}


_FIRST_LIST = (
    "It brings this computer its first office list, and merging it means to believe the key that "
    "signs the list. Call the secretariat on a number that you know: “Offices and trust” shows "
    "there the same six groups."
)


class BundleCard(Card):
    """`confirm_requested` carries the item whose computer was compared by phone."""

    confirm_requested = Signal(object)
    request_wanted = Signal()

    def __init__(self, item: Item, parent: QWidget | None = None) -> None:
        super().__init__("bundle_card", parent)
        self.item = item
        self._head()
        if item.error is not None:
            self.lines.addWidget(
                said(str(item.error), "attention" if item.state == QUEUED else "late", self)
            )
        if item.for_others:
            self._not_for_us()
        if item.bundle is not None:
            for problem in item.bundle.problems:
                self.lines.addWidget(said(problem, "attention", self))
            away = item.bundle.made - time() * 1000
            if away > _A_DAY or away < -366 * _A_DAY:
                words = _AHEAD if away > 0 else _LONG_AGO
                self.lines.addWidget(said(words, "attention", self))
        if item.state == READY and item.bundle.first_list:
            self.lines.addWidget(said(_FIRST_LIST, "attention", self))
            self.lines.addWidget(fingerprint_label(item.bundle.first_list, "list_signer", self))
        if item.state == QUARANTINE:
            self._quarantine()
        elif item.report is not None:
            self._brings()

    def _head(self) -> None:
        item, b = self.item, self.item.bundle
        title = item.path.name
        if b is not None:
            title = f"{office_name(b.office)} · {b.name} · bundle {b.sequence:,}"
        name = PlainLabel(title, self, role="heading", wrap=True)
        name.setObjectName("bundle_title")
        across = QHBoxLayout()
        across.addWidget(name, 1)
        words, status = _CHIPS[item.state]
        if item.state == READY and b.first_list:
            words, status = "Compare its list first", "attention"
        badge = chip(words, status, self)
        badge.setObjectName("bundle_state")
        across.addWidget(badge, 0, Qt.AlignmentFlag.AlignTop)
        self.lines.addLayout(across)
        self.setAccessibleName(f"{title}: {words}")
        if b is not None:
            parts = [item.path.name, f"made {moment(b.made)}"]
            parts.append("encrypted" if b.encrypted else "not encrypted")
            parts.append("all records" if b.scope == "all" else f"only {b.scope}")
            self.lines.addWidget(PlainLabel(" · ".join(parts), self, role="small", wrap=True))

    def _brings(self) -> None:
        item, report = self.item, self.item.report
        done = item.state == DONE
        if item.state == KNOWN:
            self.lines.addWidget(PlainLabel("You have all of its changes already.", self))
            return
        verb = "merged" if done else "to merge"
        words = f"{many(report.merged, 'change')} {verb}" if report.merged else "No new changes"
        self.lines.addWidget(PlainLabel(words, self, role="strong"))
        for status, words in merge_report.findings(vars(report), done=done):
            self.lines.addWidget(said(words, status, self))
        for gap in item.bundle.waiting_for:
            self.lines.addWidget(said(f"Waiting for {gap}.", "attention", self))
        if words := merge_report.seen(item.bundle):
            self.lines.addWidget(PlainLabel(words, self, role="muted", wrap=True))
        rows = merge_report.table(report.entities)
        if rows:  # below what needs somebody: they may be many
            self.lines.addWidget(counts_grid(rows, self))
        if report.differences:
            self.lines.addWidget(Differences(report.differences, report.merged, self))

    def _quarantine(self) -> None:
        b = self.item.bundle
        office = the_office(b.office)
        words = (
            f"It says that it comes from “{b.name}” of {office}. Nothing of it is merged until "
            f"somebody confirms that computer: call {office} on a number that you know, and "
            "let them read the fingerprint that “Offices and trust” shows there."
        )
        self.lines.addWidget(PlainLabel(words, self, wrap=True))
        self.lines.addWidget(fingerprint_label(b.fingerprint, "sender_fingerprint", self))
        self.compared = QCheckBox("They read out the same six groups by phone", self)
        self.compared.setObjectName("compared_by_phone")
        self.confirm = button("Confirm this computer", "confirm_computer", "primary", self)
        self.confirm.setEnabled(False)
        self.compared.toggled.connect(self.confirm.setEnabled)
        self.confirm.clicked.connect(self._on_confirm)
        self.inside = button("Look inside", "look_inside", "quiet", self)
        self.inside.clicked.connect(self._on_inside)
        self.lines.addWidget(self.compared)
        across = QHBoxLayout()
        across.addWidget(self.confirm)
        across.addWidget(self.inside)
        across.addStretch(1)
        self.lines.addLayout(across)
        self.content = QPlainTextEdit(_content(self.item), self)
        self.content.setObjectName("quarantine_content")
        self.content.setAccessibleName("What the bundle says it holds")
        self.content.setReadOnly(True)
        self.content.setFixedHeight(180)
        self.content.hide()
        self.lines.addWidget(self.content)

    def _not_for_us(self) -> None:
        words = (
            "Offices encrypt bundles for the computers on their office list. If this computer is "
            "new, send its request to the secretariat first."
        )
        self.lines.addWidget(PlainLabel(words, self, role="muted", wrap=True))
        ask = button("Save the request of this computer…", "save_request", "", self)
        ask.clicked.connect(self.request_wanted)
        self.lines.addWidget(ask, 0, Qt.AlignmentFlag.AlignLeft)

    def _on_confirm(self) -> None:
        self.confirm_requested.emit(self.item)

    def _on_inside(self) -> None:
        self.content.setVisible(self.content.isHidden())


def _content(item: Item) -> str:
    """What an unconfirmed bundle says about itself, as plain text."""
    if item.content is None:
        return ""
    records = [f"{number:,}  {name}" for name, number in item.content.records.items()]
    return "\n".join(["Records it changes:", *records, "", "Steps:", *item.content.steps])
