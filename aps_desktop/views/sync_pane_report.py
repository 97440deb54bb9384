"""What the history keeps of one bundle, read again."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from aps_desktop.domain.office_names import office_name, the_office
from aps_desktop.services import merge_report
from aps_desktop.services.merge_differences import Difference
from aps_desktop.services.merge_report import many, moment
from aps_desktop.services.sync_status import Exchange
from aps_desktop.views.fitting import fit, scroll_by, scrolled
from aps_desktop.views.merge_dialog_differences import Differences
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.sync_pane_parts import button, counts_grid, said


class ExchangeDialog(QDialog):
    """The report of one merge, or what went into a bundle that was made here."""

    def __init__(self, one: Exchange, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("exchange_dialog")
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        made = one.direction == "out"
        title = f"Bundle {one.sequence:,} of {the_office(one.office)}"
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        fit(self, 720, 560)
        page = QWidget(self)
        lines = QVBoxLayout(page)
        lines.setContentsMargins(0, 0, 10, 0)  # beside a scroll bar
        lines.setSpacing(8)
        for words in _lines(one, made=made):
            lines.addWidget(PlainLabel(words, page, wrap=True))
        for status, words in merge_report.findings(one.report, done=True) if not made else ():
            lines.addWidget(said(words, status, page))
        rows = merge_report.table(one.report.get("entities", {}))
        if rows:
            lines.addWidget(counts_grid(rows, page))
        if kept := one.report.get("differences"):
            differences = [Difference(**line) for line in kept]
            lines.addWidget(Differences(differences, one.changes, page))
        lines.addStretch(1)
        self.scroll = scrolled(page, "exchange_scroll", title, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(8)
        layout.addWidget(PlainLabel(title, self, role="heading", wrap=True))
        layout.addWidget(self.scroll, 1)
        close = button("Close", "exchange_close", "", self)
        close.setDefault(True)
        close.clicked.connect(self.accept)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(close)
        layout.addSpacing(8)
        layout.addLayout(foot)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not scroll_by(self.scroll, event.key()):
            super().keyPressEvent(event)


def _lines(one: Exchange, *, made: bool) -> list[str]:
    who = f" by {one.report['officer']}" if one.report.get("officer") else ""
    lines = [f"File {one.file}, made {moment(one.made)}{who if made else ''}"]
    if made:
        offices = ", ".join(office_name(code) for code in one.report.get("offices", []))
        lock = "encrypted" if one.report.get("encrypted") else "not encrypted"
        lines.append(f"For {offices or 'everybody'}, {lock}, {one.scope}")
        lines.append(many(one.changes, "change"))
    else:
        lines.append(f"Merged {moment(one.at)}{who}: {many(one.changes, 'change')}")
        if one.state != "merged":
            at, whose = one.report.get("undone_at"), one.report.get("undone_by")
            when = f" {moment(at)}" if at else " later"
            lines.append(f"The merge was {one.state}{when}{f' by {whose}' if whose else ''}.")
    return lines
