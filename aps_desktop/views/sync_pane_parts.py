"""Small parts that the pages and dialogs about exchange share."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.services.merge_report import KINDS
from aps_desktop.views.form_field import restyle
from aps_desktop.views.plain_label import PlainLabel

_ONE_BLOCK = 10
"""So many kinds of records stand under one another."""
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_EMPTY_WIDTH = 460
_SIGNS = {"late": "✕ ", "attention": "! ", "ok": "✓ ", "": ""}


class Card(QFrame):
    """A framed group of lines."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName(name)
        self.setProperty("card", True)
        self.lines = QVBoxLayout(self)
        self.lines.setContentsMargins(16, 12, 16, 14)
        self.lines.setSpacing(6)


def chip(words: str, status: str, parent: QWidget | None = None) -> PlainLabel:
    """A short word on a coloured plate; the word carries the meaning."""
    label = PlainLabel(words, parent)
    label.setProperty("chip", status or "neutral")
    return label


def said(words: str, status: str = "", parent: QWidget | None = None) -> PlainLabel:
    """A line of prose with a sign before it where it asks for attention."""
    label = PlainLabel(_SIGNS[status] + words, parent, wrap=True)
    if status:
        label.setProperty("status", status)
    return label


def tell(label: PlainLabel, words: str, status: str = "") -> None:
    """Shows words in a label that may be hidden while there is nothing to say."""
    label.setText(_SIGNS[status] + words if words else "")
    label.setProperty("status", status)
    restyle(label)
    label.setVisible(bool(words))


def fingerprint_label(text: str, name: str, parent: QWidget | None = None) -> PlainLabel:
    """Six groups of five digits, large and in one width, to be read over the phone."""
    label = PlainLabel(text, parent)
    label.setObjectName(name)
    label.setAccessibleName(f"Fingerprint {text}")
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(13)
    label.setFont(font)
    label.setTextInteractionFlags(
        Qt.TextInteractionFlag.TextSelectableByMouse
        | Qt.TextInteractionFlag.TextSelectableByKeyboard
    )
    return label


def button(words: str, name: str, kind: str, parent: QWidget | None = None) -> QPushButton:
    """A push button with its words, name and look ("primary", "quiet", "danger" or "")."""
    made = QPushButton(words, parent)
    made.setObjectName(name)
    made.setProperty("kind", kind)
    made.setAutoDefault(False)
    return made


def empty_page(title: str, words: str, parent: QWidget) -> QWidget:
    """What a page says in place of its tables while there is nothing for it."""
    page = QWidget(parent)
    layout = QVBoxLayout(page)
    layout.addStretch(2)
    for text, role in ((title, "heading"), (words, "muted")):
        label = PlainLabel(text, page, role=role, wrap=True)
        label.setAlignment(Qt.AlignmentFlag.AlignCenter)
        label.setFixedWidth(_EMPTY_WIDTH)
        label.setMinimumHeight(label.heightForWidth(_EMPTY_WIDTH))
        layout.addWidget(label, 0, Qt.AlignmentFlag.AlignHCenter)
    layout.addStretch(3)
    return page


def progress_bar(parent: QWidget) -> QProgressBar:
    """A thin bar under what is going on; hidden, and without an end that is known."""
    bar = QProgressBar(parent)
    bar.setAccessibleName("Progress")
    bar.setTextVisible(False)
    bar.setFixedHeight(6)
    bar.setRange(0, 0)
    bar.hide()
    return bar


def put_inside(scroll: QScrollArea, page: QWidget) -> None:
    """Shows another page in a scroll area; the old one goes later, it may be what was pressed."""
    old = scroll.takeWidget()
    if old is not None:
        old.hide()
        old.deleteLater()
    scroll.setWidget(page)


def counts_grid(rows: Sequence[tuple[str, tuple[int, ...]]], parent: QWidget) -> QWidget:
    """Kinds of records with how many are new, changed, deleted and restored; many stand in two
    blocks side by side."""
    box = QWidget(parent)
    box.setObjectName("counts")
    grid = QGridLayout(box)
    grid.setContentsMargins(0, 4, 0, 4)
    grid.setHorizontalSpacing(20)
    grid.setVerticalSpacing(3)
    used = [at for at in range(len(KINDS)) if any(numbers[at] for _, numbers in rows)]
    high = len(rows) if len(rows) <= _ONE_BLOCK or len(used) > 2 else (len(rows) + 1) // 2
    blocks = [rows[at : at + high] for at in range(0, len(rows), high)] if rows else []
    for block, lines in enumerate(blocks):
        left = block * (len(used) + 2)
        for column, at in enumerate(used, left + 1):
            head = PlainLabel(KINDS[at].capitalize(), box, role="section")
            grid.addWidget(head, 0, column, _RIGHT)
        for line, (name, numbers) in enumerate(lines, 1):
            grid.addWidget(PlainLabel(name, box), line, left)
            for column, at in enumerate(used, left + 1):
                text = f"{numbers[at]:,}" if numbers[at] else "–"
                grid.addWidget(PlainLabel(text, box), line, column, _RIGHT)
        grid.setColumnStretch(left + len(used) + 1, 1)
    return box
