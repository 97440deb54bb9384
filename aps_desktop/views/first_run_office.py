"""The page of the first-start guide that names the office, the device and the officer."""

from __future__ import annotations

import platform

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.domain.office_names import offices
from aps_desktop.views.fitting import scrolled
from aps_desktop.views.plain_label import PlainLabel

_STRENGTH = ("very weak", "weak", "fair", "good", "strong")
_WEAKEST = 3


class OfficePage(QWidget):
    """`start_requested` comes when everything that is needed has been filled in."""

    start_requested = Signal()
    back_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setObjectName("office_page")
        page = QWidget(self)
        self._layout = QVBoxLayout(page)
        self._layout.setContentsMargins(40, 44, 40, 0)
        self._layout.setSpacing(5)
        self._layout.addWidget(PlainLabel("Your office", role="title"))
        self._layout.addSpacing(10)
        self._fields()
        self._meter = self._strength()
        self._layout.addWidget(self._meter)
        self._words = PlainLabel(_ADVICE, role="small", wrap=True)
        self._words.setObjectName("passphrase_words")
        self._layout.addWidget(self._words)
        self._layout.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 28)
        area = scrolled(page, "office_fields", "Your office", self)
        for ground in (page, area.viewport()):
            ground.setProperty("ground", "surface")
        column.addWidget(area, 1)
        column.addLayout(self._buttons())
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(150)
        self._pause.timeout.connect(self._judge)
        self._connect()
        self._on_typed()

    def _fields(self) -> None:
        self._office = QComboBox(self)
        for code, name in offices():
            self._office.addItem(name, code)
        self._add("&Office", self._office, "office", "Whose database this is")
        self._device = QLineEdit(platform.node() or "Laptop 1", self)
        self._add("&This computer", self._device, "device", "How others see where a change is from")
        self._officer = QLineEdit(self)
        self._add(
            "Your &name (required)", self._officer, "officer", "Stands beside every change you make"
        )
        self._first = QLineEdit(self)
        self._add("&Passphrase (optional)", self._first, "passphrase_new", "")
        self._again = QLineEdit(self)
        self._add("Passphrase a&gain", self._again, "passphrase_again", "")
        for field in (self._first, self._again):
            field.setEchoMode(QLineEdit.EchoMode.Password)

    def _connect(self) -> None:
        self._first.textChanged.connect(self._on_passphrase)
        self._again.textChanged.connect(self._on_passphrase)
        self._officer.textChanged.connect(self._on_typed)
        self._device.textChanged.connect(self._on_typed)
        for line in (self._device, self._officer, self._first, self._again):
            line.returnPressed.connect(self._start.click)  # does nothing while it is disabled

    def _strength(self) -> QProgressBar:
        meter = QProgressBar(self)
        meter.setAccessibleName("Strength of the passphrase")
        meter.setTextVisible(False)
        meter.setRange(0, 4)
        meter.setFixedHeight(6)
        return meter

    def begin(self) -> None:
        """Puts the keyboard where typing begins."""
        self._office.setFocus()

    def code(self) -> str:
        return str(self._office.currentData())

    def device(self) -> str:
        return self._device.text().strip()

    def officer(self) -> str:
        return self._officer.text().strip()

    def passphrase(self) -> str:
        return self._first.text()

    def _add(self, label: str, field: QWidget, name: str, tip: str) -> None:
        field.setObjectName(name)
        field.setAccessibleName(label.replace("&", ""))
        field.setAccessibleDescription(tip)
        words = PlainLabel(label)
        words.setBuddy(field)
        self._layout.addWidget(words)
        self._layout.addWidget(field)
        self._layout.addSpacing(3)

    def _buttons(self) -> QHBoxLayout:
        back = QPushButton("Back", self)
        back.clicked.connect(self.back_requested)
        self._start = QPushButton("Start this office", self)
        self._start.setObjectName("start_office")
        self._start.setProperty("kind", "primary")
        self._start.clicked.connect(self.start_requested)
        row = QHBoxLayout()
        row.setContentsMargins(40, 8, 40, 0)
        row.addWidget(back)
        row.addStretch(1)
        row.addWidget(self._start)
        return row

    def _on_typed(self) -> None:
        same = self._first.text() == self._again.text()
        self._start.setEnabled(bool(self.device() and self.officer() and same))

    def _on_passphrase(self) -> None:
        self._on_typed()
        self._pause.start()

    def _judge(self) -> None:
        """Measures the passphrase: after a pause, since the measure takes some milliseconds."""
        text = self._first.text()
        if not text:
            self._meter.setValue(0)
            self._words.setText(_ADVICE)
            return
        from zxcvbn import zxcvbn

        found = zxcvbn(text[:72], user_inputs=[self.officer(), self.device(), "asean"])
        score = int(found["score"])
        self._meter.setValue(max(score, 1))
        words = f"This passphrase is {_STRENGTH[score]}."
        if score < _WEAKEST:
            words += " Four words that do not belong together are strong and easy to remember."
        if self._again.text() and self._again.text() != text:
            words = "The two passphrases differ."
        self._words.setText(words)


_ADVICE = (
    "With a passphrase the database is encrypted: whoever finds the laptop cannot read it. "
    "There is no way back in without the passphrase."
)
