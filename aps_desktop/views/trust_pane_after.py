"""A computer's work after one of its bundles: refused from there on, or put back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from aps_desktop.domain.changes import Applied
from aps_desktop.domain.office_names import the_office
from aps_desktop.services import revocation, trusting
from aps_desktop.services.merge_report import many
from aps_desktop.views.fitting import number_box
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.sync_pane_parts import button, said

if TYPE_CHECKING:
    from aps_desktop.db.engine import Database
    from aps_desktop.services.trust_overview import Computer

_REFUSED = (
    "Its work up to this bundle stays valid; what it made afterwards counts no more at any office "
    "that has the new list, wherever it was merged before. The list travels in every bundle."
)
_PUT_BACK = (
    "Fields that it changed after this bundle get the value that they had before, records that it "
    "made are deleted, and those that it deleted come back. What others wrote since stays. This is "
    "one step, which can be undone, and it travels to all offices."
)


class AfterDialog(QDialog):
    """Asks up to which of its bundles a computer's work is good."""

    def __init__(
        self, name: str, title: str, words: str, verb: str, computer: Computer, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.computer = computer
        self.setObjectName(f"{name}_dialog")
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        self.after = number_box(f"{name}_after", "Last good bundle", self)
        self.after.setRange(0, 2_000_000_000)
        after = computer.revoked_after
        self.after.setValue(computer.last if after is None else after)
        self.leave = button("Cancel", f"{name}_cancel", "", self)
        self.go = button(verb, f"{name}_go", "danger", self)
        self.go.clicked.connect(self.accept)
        self.leave.clicked.connect(self.reject)
        self._lay_out(f"{title}: “{computer.name}” of {the_office(computer.office)}", words)

    def _lay_out(self, title: str, words: str) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(12)
        layout.addWidget(PlainLabel(title, self, role="heading", wrap=True))
        text = PlainLabel(words, self, wrap=True)
        text.setMinimumWidth(460)
        layout.addWidget(text)
        label = PlainLabel("&Last good bundle", self)
        label.setBuddy(self.after)
        across = QHBoxLayout()
        across.addWidget(label)
        across.addWidget(self.after)
        across.addStretch(1)
        layout.addLayout(across)
        layout.addWidget(said(f"The last one merged here is {self.computer.last:,}.", "", self))
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.leave)
        foot.addWidget(self.go)
        layout.addLayout(foot)


class RevokeDialog(AfterDialog):
    """From which of its bundles on a computer's work is refused."""

    def __init__(self, computer: Computer, parent: QWidget) -> None:
        super().__init__("revoke", "Revoke a computer", _REFUSED, "Revoke it", computer, parent)


class RevertDialog(AfterDialog):
    """From which of its bundles on a computer's work is put back."""

    def __init__(self, computer: Computer, parent: QWidget) -> None:
        super().__init__(
            "revert", "Put back what a computer did", _PUT_BACK, "Put it back", computer, parent
        )


def revoke(device: str, after: int, db: Database) -> tuple[str, Applied]:
    """Ends a computer's work after one of its bundles."""
    version, settled = trusting.revoke(db, device, after)
    words = f"Revoked. The office list is version {version} now."
    if settled.left:
        verb = "counts" if settled.left == 1 else "count"
        words += f" {many(settled.left, 'change')} made after that bundle {verb} no more."
    return words, Applied(0, "", settled.touched)


def revert(device: str, after: int, db: Database) -> tuple[str, Applied]:
    """Puts back what a computer changed after one of its bundles."""
    applied = revocation.revert(db, device, after)
    number = sum(len(rids) for rids in applied.touched.values())
    if not number:
        return "It changed nothing here after that bundle.", applied
    return f"{many(number, 'record')} put back as before. Ctrl+Z takes this back.", applied
