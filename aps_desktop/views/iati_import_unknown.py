"""What nobody here knows in an IATI file: each code or organisation with the officer's answer."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QGridLayout,
    QHBoxLayout,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.sync_pane_parts import button, put_inside

Choices = dict[str, list[tuple[str, str]]]
_MOST = 200
_WORDS = (
    "Nobody has said yet what these mean here. Choose for each: "
    "the answers are kept for later files."
)


class UnknownPage(QWidget):
    """`answered` carries {(kind, code): answer} of what was chosen."""

    answered = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("iati_unknown")
        self.boxes: dict[tuple[str, str], QComboBox] = {}
        self._scroll = QScrollArea(self)
        self._scroll.setObjectName("iati_unknown_list")
        self._scroll.setAccessibleName("Codes and organisations that are not known")
        self._scroll.setWidgetResizable(True)
        self.use = button("Use these answers", "iati_use_answers", "primary", self)
        self.use.setEnabled(False)
        self.use.clicked.connect(self._on_use)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.use)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 0)
        layout.addWidget(PlainLabel(_WORDS, self, role="muted", wrap=True))
        layout.addWidget(self._scroll, 1)
        layout.addLayout(foot)

    def show_unknown(
        self, unknown: dict[tuple[str, str], tuple[str, int]], choices: Choices
    ) -> None:
        """The most frequent ones first."""
        self.boxes = {}
        page = QWidget(self)
        grid = QGridLayout(page)
        grid.setContentsMargins(12, 10, 12, 10)
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(8)
        ordered = sorted(unknown.items(), key=lambda one: -one[1][1])[:_MOST]
        for line, ((kind, code), (name, count)) in enumerate(ordered):
            shown = name if code in name else f"{name} ({code})"
            label = PlainLabel(shown, page, wrap=True)
            times = "once" if count == 1 else f"{count:,} times"
            box = self._box(page, f"{kind.capitalize()} {shown}", choices[kind])
            box.setObjectName(f"iati_answer_{line}")
            label.setBuddy(box)
            grid.addWidget(PlainLabel(kind.capitalize(), page, role="muted"), line, 0)
            grid.addWidget(label, line, 1)
            grid.addWidget(PlainLabel(times, page, role="muted"), line, 2)
            grid.addWidget(box, line, 3)
            self.boxes[kind, code] = box
        grid.setColumnStretch(1, 1)
        grid.setRowStretch(len(ordered), 1)
        put_inside(self._scroll, page)
        self._on_chosen()

    def _box(self, page: QWidget, title: str, choices: list[tuple[str, str]]) -> QComboBox:
        box = QComboBox(page)
        box.setAccessibleName(title)
        box.setMinimumWidth(320)
        box.setMaximumWidth(420)
        box.addItem("Not decided", "")
        for answer, words in choices:
            box.addItem(words, answer)
        box.setEditable(True)
        box.lineEdit().setAccessibleName(title)
        box.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        box.completer().setFilterMode(Qt.MatchFlag.MatchContains)
        box.completer().setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        box.currentIndexChanged.connect(self._on_chosen)
        return box

    def answers(self) -> dict[tuple[str, str], str]:
        """What was chosen."""
        chosen = {key: box.currentData() for key, box in self.boxes.items()}
        return {key: answer for key, answer in chosen.items() if answer}

    def _on_chosen(self) -> None:
        self.use.setEnabled(bool(self.answers()))

    def _on_use(self) -> None:
        self.answered.emit(self.answers())
