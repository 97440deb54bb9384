"""Beside the results grid: one cell in full, its parts, comment, evidence, and what waits."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from uuid import UUID

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.domain.results import Measure, words_of
from aps_desktop.domain.results_tree import Group
from aps_desktop.services.results_cell import CellDetail, Part
from aps_desktop.services.results_sums import Sums
from aps_desktop.views.plain_label import ElidedLabel, PlainLabel

WIDTH = 320


class ResultsDrawer(QScrollArea):
    """`part_typed` carries (Place, text), `comment_typed` a text, `evidence_chosen` a path.

    `decided` carries (amendment id, accept), `correction_wanted` the value's id.
    """

    part_typed = Signal(object, str)
    comment_typed = Signal(object, str)
    evidence_chosen = Signal(object, object)
    evidence_opened = Signal(object)
    correction_wanted = Signal(object)
    decided = Signal(object, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("results_drawer")
        self.setAccessibleName("The chosen value in full")
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumWidth(WIDTH)
        self.detail: CellDetail | None = None
        self._editors: dict[str, QLineEdit] = {}
        self.show_cell(None)

    def show_cell(self, detail: CellDetail | None) -> None:
        """Shows a cell; typing that is under way in the same cell is not disturbed."""
        busy = self._typing()
        same = detail is not None and self.detail is not None and (
            (detail.row.id, detail.period) == (self.detail.row.id, self.detail.period)
        )  # fmt: skip
        if busy and same:
            return
        self.detail = detail
        page, column = self._new_page()
        if detail is None:
            words = "Choose a value to see what it is made of, to comment on it or to review it."
            column.addWidget(PlainLabel(words, page, role="muted", wrap=True))
        else:
            self._fill(page, column, detail)
        self._put(page, column)

    def show_sums(self, sums: Sums | None) -> None:
        """Shows what the indicators of a result add up to, with inputs and what is left out."""
        self.detail = None
        page, column = self._new_page()
        if sums is not None:
            column.addWidget(PlainLabel(sums.title, page, role="strong", wrap=True))
            words = f"{sums.period}, added up by unit"
            column.addWidget(PlainLabel(words, page, role="muted"))
            for group in sums.groups:
                self._group(page, column, group)
            if not sums.groups:
                words = "There are no indicators here."
                column.addWidget(PlainLabel(words, page, role="muted"))
        self._put(page, column)

    def _group(self, page: QWidget, column: QVBoxLayout, group: Group) -> None:
        measure = Measure(type=group.type)
        value = group.total.value
        unit = group.unit if group.unit != "%" else ""
        number = "" if value is None else words_of(measure, value)
        head = f"{number} {unit}".strip() if number else f"No sum of {unit or 'these'}"
        column.addWidget(PlainLabel(head, page, role="heading"))
        column.addWidget(PlainLabel(group.total.how, page, role="small"))
        for one in group.total.inputs:
            words = f"{words_of(measure, one.value)}  {one.label}"
            column.addWidget(ElidedLabel(words, page))
        for left in group.total.left_out:
            words = f"Left out: {left.label} – {left.why}"
            column.addWidget(PlainLabel(words, page, role="small", wrap=True))

    def _new_page(self) -> tuple[QWidget, QVBoxLayout]:
        page = QWidget(self)
        page.setProperty("ground", "surface")
        page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(page)
        column.setContentsMargins(16, 12, 16, 16)
        column.setSpacing(8)
        self._editors = {}
        return page, column

    def _put(self, page: QWidget, column: QVBoxLayout) -> None:
        column.addStretch(1)
        old = self.takeWidget()
        if old is not None:
            old.deleteLater()
        self.setWidget(page)

    def _typing(self) -> bool:
        return any(line.hasFocus() and line.isModified() for line in self._editors.values())

    def _fill(self, page: QWidget, column: QVBoxLayout, detail: CellDetail) -> None:
        column.addWidget(PlainLabel(detail.row.title, page, role="strong", wrap=True))
        unit = f" · {detail.row.measure.unit}" if detail.row.measure.unit else ""
        column.addWidget(PlainLabel(f"{detail.period}{unit}", page, role="muted"))
        if detail.reviewed:
            column.addWidget(PlainLabel(detail.reviewed, page, role="small", wrap=True))
        self._doubts(page, column, detail)
        for id, words in detail.amendments:
            self._amendment(page, column, id, words)
        if detail.parts:
            self._parts(page, column, detail.parts)
        for words in detail.how:
            column.addWidget(PlainLabel(words, page, role="small", wrap=True))
        if detail.main is not None:
            self._said(page, column, detail)

    def _doubts(self, page: QWidget, column: QVBoxLayout, detail: CellDetail) -> None:
        for words in detail.doubts:
            label = PlainLabel(f"△ {words}", page, wrap=True)
            label.setProperty("status", "attention")
            column.addWidget(label)
        if detail.doubts and detail.main is not None and "correction" in detail.doubts[0]:
            button = self._button(page, "It is a correction", "mark_correction")
            button.clicked.connect(partial(self.correction_wanted.emit, detail.main))
            column.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)

    def _amendment(self, page: QWidget, column: QVBoxLayout, id: UUID, words: str) -> None:
        card = QFrame(page)
        card.setProperty("banner", True)
        inner = QVBoxLayout(card)
        inner.addWidget(PlainLabel("Came after the period was locked", card, role="section"))
        inner.addWidget(PlainLabel(words, card, wrap=True))
        row = QHBoxLayout()
        for text, name, accept in (
            ("Accept", "accept_amendment", True),
            ("Reject", "reject_amendment", False),
        ):
            button = self._button(card, text, name)
            button.clicked.connect(partial(self.decided.emit, id, accept))
            row.addWidget(button)
        row.addStretch(1)
        inner.addLayout(row)
        column.addWidget(card)

    def _parts(self, page: QWidget, column: QVBoxLayout, parts: tuple[Part, ...]) -> None:
        grid = QGridLayout()
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(4)
        grid.setColumnStretch(0, 1)
        heading, row = "", 0
        for part in parts:
            if part.by != heading:
                heading = part.by
                grid.addWidget(PlainLabel(f"Of which, {heading.lower()}", page, role="section"),
                               row, 0, 1, 2)  # fmt: skip
                row += 1
            line = QLineEdit(part.edit, page)
            line.setProperty("compact", True)
            line.setObjectName(f"part_{row}")
            line.setAccessibleName(f"{part.by}: {part.label}")
            line.setAlignment(Qt.AlignmentFlag.AlignRight)
            line.setFixedWidth(96)
            line.editingFinished.connect(partial(self._on_part, part, line))
            self._editors[line.objectName()] = line
            status = part.value.status if part.value else ""
            words = f"{part.label} ({status})" if status not in ("", "approved") else part.label
            grid.addWidget(ElidedLabel(words, page), row, 0)
            grid.addWidget(line, row, 1)
            row += 1
        column.addLayout(grid)

    def _said(self, page: QWidget, column: QVBoxLayout, detail: CellDetail) -> None:
        column.addWidget(PlainLabel("Comment", page, role="section"))
        line = QLineEdit(detail.comment, page)
        line.setObjectName("value_comment")
        line.setAccessibleName("Comment")
        line.setPlaceholderText("Say something about this value")
        line.editingFinished.connect(partial(self._on_comment, detail, line))
        self._editors["value_comment"] = line
        column.addWidget(line)
        column.addWidget(PlainLabel("Evidence", page, role="section"))
        row = QHBoxLayout()
        if detail.evidence is not None:
            row.addWidget(ElidedLabel(detail.evidence.name, page), 1)
            opened = self._button(page, "Open", "open_evidence")
            opened.clicked.connect(partial(self.evidence_opened.emit, detail.evidence))
            row.addWidget(opened)
        add = self._button(
            page, "Replace…" if detail.evidence else "Add a file…", "choose_evidence"
        )
        add.clicked.connect(self._on_evidence)
        row.addWidget(add)
        if detail.evidence is None:
            row.addStretch(1)
        column.addLayout(row)

    def _button(self, parent: QWidget, words: str, name: str) -> QPushButton:
        button = QPushButton(words, parent)
        button.setObjectName(name)
        button.setAccessibleName(words.rstrip("…"))
        return button

    def _on_part(self, part: Part, line: QLineEdit) -> None:
        if line.text().strip() != part.edit:
            line.setModified(False)
            self.part_typed.emit(part.place, line.text())

    def _on_comment(self, detail: CellDetail, line: QLineEdit) -> None:
        if line.text().strip() != detail.comment:
            line.setModified(False)
            self.comment_typed.emit(detail.main, line.text().strip())

    def _on_evidence(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Choose a file as evidence")
        if path and self.detail is not None:
            self.evidence_chosen.emit(self.detail.main, Path(path))
