"""Files that make offices believe each other: this computer's request, and those handed over."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.db.store import this_device
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.office_names import the_office
from aps_desktop.services import files, requests, trust_overview, trusting
from aps_desktop.services.merge_report import day
from aps_desktop.services.requests import Handed
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.sync_pane_parts import button, fingerprint_label

if TYPE_CHECKING:
    from aps_desktop.db.engine import Database
    from aps_desktop.views.context import Context

_ENDING = "apsrequest"
_NOTHING = Applied(0, "", {})


def save_request(context: Context, parent: QWidget) -> None:
    """Asks where to, and writes the file by which this computer asks to be on the list."""
    _, office, name = this_device(context.runner.window_connection())
    chosen, _ = QFileDialog.getSaveFileName(
        parent,
        "Save request file",
        files.named_after(f"{office} {name}", _ENDING),
        f"Requests (*.{_ENDING})",
    )
    if chosen:
        target = Path(chosen)
        if not target.suffix:
            target = target.with_name(f"{target.name}.{_ENDING}")
        context.runner.mutate(
            partial(_write, target), partial(_written, context), context.show_failure
        )


def _write(target: Path, db: Database) -> tuple[str, Applied]:
    trust_overview.write_request(db, target)
    return target.name, _NOTHING


def _written(context: Context, result: tuple[str, Applied]) -> None:
    context.say(
        f"Send {result[0]} to the secretariat, and read them the fingerprint by phone.", "ok"
    )


def take(source: Path, db: Database) -> tuple[str, Applied]:
    """Takes a request or a list that was compared by phone; says what it did."""
    return trusting.add(db, source), _NOTHING


class HandedDialog(QDialog):
    """Shows the fingerprint of a request or a list; it is taken only when it was compared."""

    def __init__(self, handed: Handed, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("handed_dialog")
        title, words, verb = _said(handed)
        self.setWindowTitle(title)
        self.setAccessibleName(title)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(24, 20, 24, 18)
        layout.setSpacing(12)
        text = PlainLabel(words, self, wrap=True)
        text.setMinimumWidth(460)
        layout.addWidget(PlainLabel(title, self, role="heading", wrap=True))
        layout.addWidget(text)
        layout.addWidget(fingerprint_label(handed.fingerprint, "handed_fingerprint", self))
        self.compared = QCheckBox("They read out the same six groups by phone", self)
        self.compared.setObjectName("handed_compared")
        layout.addWidget(self.compared)
        leave = button("Cancel", "handed_cancel", "", self)
        self.add = button(verb, "handed_add", "primary", self)
        self.add.setEnabled(False)
        self.add.setDefault(True)
        self.compared.toggled.connect(self.add.setEnabled)
        self.add.clicked.connect(self.accept)
        leave.clicked.connect(self.reject)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(leave)
        foot.addWidget(self.add)
        layout.addLayout(foot)


def _said(handed: Handed) -> tuple[str, str, str]:
    if handed.is_list:
        words = (
            f"Version {handed.version}, made {day(handed.made)}, with {handed.computers:,} "
            "computers. Call the secretariat on a number that you know, and compare the "
            "fingerprint of the key that signs its list."
        )
        return "An office list", words, "Take this list"
    office = the_office(handed.office)
    words = (
        f"“{handed.name}” of {office} asks to be believed. Call {office} on a number that "
        "you know, and let them read the fingerprint of that computer."
    )
    return f"A request of {office}", words, "Add this computer"


def read(source: Path, _connection: object) -> Handed:
    """Reads a file that was handed over, in a reading thread."""
    return requests.read(source)


def opened(dialog: QDialog) -> None:
    """Opens a dialog that goes when it is closed."""
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.open()
