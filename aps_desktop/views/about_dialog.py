"""About this program and this installation, with a button that copies it for support."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

from PySide6 import __version__ as pyside_version
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from aps_desktop import __version__
from aps_desktop.db import store
from aps_desktop.paths import edition
from aps_desktop.services.updates import EDITIONS
from aps_desktop.views.plain_label import PlainLabel

if TYPE_CHECKING:
    from aps_desktop.views.context import Context


class AboutDialog(QDialog):
    """Version, office and device, where the data is, licences."""

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("about_dialog")
        self.setWindowTitle("About APS Desktop")
        self.setAccessibleName("About APS Desktop")
        self._text = _installation(context)
        copy = QPushButton("Copy", self)
        copy.setAccessibleName("Copy what stands here for support")
        copy.clicked.connect(self._on_copy)
        close = QPushButton("Close", self)
        close.setDefault(True)
        close.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.addWidget(copy)
        buttons.addStretch(1)
        buttons.addWidget(close)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(32, 28, 32, 20)
        layout.setSpacing(12)
        layout.addWidget(PlainLabel("APS Desktop", role="title"))
        words = (
            "Programmes, committees, funds and results of an ASEAN programme secretariat, on the "
            "desk and without a network. Not an official system of any ASEAN organ."
        )
        layout.addWidget(PlainLabel(words, wrap=True))
        layout.addWidget(PlainLabel(self._text, role="muted"))
        layout.addWidget(PlainLabel(_LICENCES, role="small", wrap=True))
        layout.addSpacing(8)
        layout.addLayout(buttons)
        self.setMinimumWidth(520)

    def _on_copy(self) -> None:
        QGuiApplication.clipboard().setText(self._text)


_LICENCES = (
    "APS Desktop is free software under the MIT licence. It is built with Qt and PySide6 (LGPL 3), "
    "SQLCipher (BSD), Noto Sans (SIL Open Font License 1.1) and other free packages."
)


def _installation(context: Context) -> str:
    connection = context.runner.window_connection()
    _, office, device = store.this_device(connection)
    db = context.db
    kind = "on a server" if db.postgres else ("encrypted" if db.encrypted else "not encrypted")
    lines = (
        f"Version {__version__} (Python {platform.python_version()}, PySide6 {pyside_version})",
        f"Installed as: {EDITIONS.get(edition(), edition())}",
        f"Office {office}, device {device}",
        f"Database {kind}: " + ("" if db.postgres else str(db.path)),
    )
    return "\n".join(lines)
