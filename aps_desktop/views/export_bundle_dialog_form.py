"""The form of "Make a bundle"."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QCheckBox,
    QComboBox,
    QCompleter,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.domain.office_names import office_name
from aps_desktop.services.bundle_files import PART_MB
from aps_desktop.services.making import SCOPES, Choices, Wanted
from aps_desktop.views.fitting import number_box
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.sync_pane_parts import button

_SCOPE_WORDS = {"": "All records", "body": "One body", "pillar": "One pillar",
                "programme": "One programme"}  # fmt: skip
_CLASSES = (
    ("", "All, confidential ones too"),
    ("restricted", "Up to restricted"),
    ("limited", "Up to limited"),
    ("public", "Public only"),
)
_COLUMNS = 3


class ExportForm(QWidget):
    """`changed` comes with every choice, `browse_wanted` with the wish for another folder."""

    changed = Signal()
    browse_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("export_form")
        self._roots: dict[str, tuple[tuple[str, str], ...]] = {}
        self.lines = QVBoxLayout(self)
        self.lines.setContentsMargins(0, 0, 10, 0)  # beside a scroll bar
        self.lines.setSpacing(6)
        self._for_whom()
        self._how_much()
        self._where()
        self.lines.addStretch(1)
        self.everybody.toggled.connect(self._on_whom)
        self.scope.currentIndexChanged.connect(self._on_scope)
        self.root.currentIndexChanged.connect(self._on_root)
        self.root.editTextChanged.connect(self.changed)
        self.split.toggled.connect(self.part.setEnabled)
        self.place.textChanged.connect(self.changed)
        self._on_whom()
        self._on_scope()

    # Building -----------------------------------------------------------------------------------

    def _for_whom(self) -> None:
        self._section("For whom")
        self.everybody = QRadioButton("&Everybody on the office list", self)
        self.everybody.setObjectName("export_everybody")
        self.some = QRadioButton("&These offices:", self)
        self.some.setObjectName("export_some")
        self.everybody.setChecked(True)
        self._together(self.everybody, self.some)
        self._offices = QWidget(self)
        self._offices.setObjectName("export_offices")
        self._offices.setAccessibleName("Offices")
        self._grid = QGridLayout(self._offices)
        self._grid.setContentsMargins(24, 0, 0, 0)
        self.boxes: dict[str, QCheckBox] = {}
        for widget in (self.everybody, self.some, self._offices):
            self.lines.addWidget(widget)

    def _how_much(self) -> None:
        self._section("How much")
        grid = QGridLayout()
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(6)
        self.scope = _box("export_scope", "Records", self)
        for key in ("", *SCOPES):
            self.scope.addItem(_SCOPE_WORDS[key], key)
        self.root = _box("export_root", "Which one", self)
        self.root.setEditable(True)
        self.root.lineEdit().setAccessibleName(self.root.accessibleName())
        self.root.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.root.lineEdit().setPlaceholderText("Type a part of its name")
        self.root.completer().setFilterMode(Qt.MatchFlag.MatchContains)
        self.root.completer().setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.root.completer().popup().setProperty("popup", True)  # an edge, also in dark
        self.max_class = _box("export_class", "Documents", self)
        for key, words in _CLASSES:
            self.max_class.addItem(words, key)
        for line, (words, box) in enumerate(
            (("&Records", self.scope), ("&Which one", self.root), ("&Documents", self.max_class))
        ):
            label = PlainLabel(words, self)
            label.setBuddy(box)
            grid.addWidget(label, line, 0)
            grid.addWidget(box, line, 1)
        grid.setColumnStretch(1, 1)
        self.lines.addLayout(grid)
        self.new = QRadioButton("&Only what they are not known to have", self)
        self.new.setObjectName("export_new")
        self.full = QRadioButton("E&verything, for a new computer or when one was lost", self)
        self.full.setObjectName("export_full")
        self.new.setChecked(True)
        self._together(self.new, self.full)
        self.lines.addSpacing(2)
        for widget in (self.new, self.full):
            self.lines.addWidget(widget)

    def _where(self) -> None:
        self._section("Where to")
        self.place = QLineEdit(self)
        self.place.setObjectName("export_folder")
        self.place.setAccessibleName("Folder or stick")
        browse = button("Choose…", "export_browse", "", self)
        browse.clicked.connect(self.browse_wanted)
        across = QHBoxLayout()
        across.addWidget(self.place, 1)
        across.addWidget(browse)
        self.lines.addLayout(across)
        self.name = PlainLabel("", self, role="small")
        self.name.setObjectName("export_name")
        self.lines.addWidget(self.name)
        self.split = QCheckBox("&Split for e-mail into parts of at most", self)
        self.split.setObjectName("export_split")
        self.part = number_box("export_part", "Size of a part in megabytes", self)
        self.part.setRange(1, 500)
        self.part.setValue(PART_MB)
        self.part.setSuffix(" MB")
        self.part.setEnabled(False)
        below = QHBoxLayout()
        below.addWidget(self.split)
        below.addWidget(self.part)
        below.addStretch(1)
        self.lines.addLayout(below)

    def _together(self, *buttons: QRadioButton) -> None:
        """One of these is always chosen. Without a group of their own they would be let go by a
        click on the chosen one, as soon as another pair stands on the page."""
        group = QButtonGroup(self)
        for one in buttons:
            group.addButton(one)

    def _section(self, words: str) -> None:
        self.lines.addSpacing(6)
        self.lines.addWidget(PlainLabel(words, self, role="section"))

    # What the dialog asks -----------------------------------------------------------------------

    def begin(self, choices: Choices, folder: Path) -> None:
        """Offers what there is."""
        self._roots = choices.roots
        for at, code in enumerate(choices.offices):
            box = QCheckBox(office_name(code), self._offices)
            box.setObjectName(f"export_to_{code}")
            box.toggled.connect(self.changed)
            self._grid.addWidget(box, at // _COLUMNS, at % _COLUMNS)
            self.boxes[code] = box
        for one, after in pairwise((self.some, *self.boxes.values(), self.scope)):
            self.setTabOrder(one, after)  # they came last, and Tab would go to them last
        self._grid.setColumnStretch(_COLUMNS, 1)
        self.some.setEnabled(bool(choices.offices))
        self._offices.setVisible(bool(choices.offices))
        if not choices.offices:
            self.everybody.setText("&Everybody (no other office's computer is on the list yet)")
        self.place.setText(str(folder))
        self.everybody.setFocus()

    def offices(self) -> tuple[str, ...]:
        """The codes of the chosen offices; none for everybody."""
        if self.everybody.isChecked():
            return ()
        return tuple(code for code, box in self.boxes.items() if box.isChecked())

    def folder(self) -> Path:
        return Path(self.place.text().strip())

    def set_folder(self, folder: Path) -> None:
        self.place.setText(str(folder))

    def show_name(self, name: str) -> None:
        self.name.setText(name)

    def lacks(self) -> str:
        """What is still to be chosen, in words; empty where nothing is."""
        if self.some.isChecked() and not self.offices():
            return "Tick an office."
        kind, at = self.scope.currentData(), self.root.currentIndex()
        if kind and (at < 0 or self.root.currentText() != self.root.itemText(at)):
            return f"Choose the {kind} from the list."
        return "" if self.place.text().strip() else "Name a folder."

    def narrowed(self) -> str:
        """What of the records goes out, in words; empty where all of it does."""
        kind, most = self.scope.currentData(), self.max_class.currentData()
        part = f"{self.scope.currentText()}: {self.root.currentText()}" if kind else ""
        words = f"documents: {self.max_class.currentText().lower()}" if most else ""
        return ", ".join(filter(None, (part, words)))

    def wanted(self) -> Wanted:
        kind = self.scope.currentData()
        scope = (f"{kind}:{self.root.currentData()}",) if kind else ()
        return Wanted(
            *(self.folder(), self.name.text(), self.offices(), scope),
            self.max_class.currentData(),
            self.full.isChecked(),
            self.part.value() if self.split.isChecked() else 0,
        )

    def _on_whom(self) -> None:
        self._offices.setEnabled(self.some.isChecked())
        self.changed.emit()

    def _on_root(self) -> None:
        self.root.lineEdit().setCursorPosition(0)  # a long name is known by its beginning
        self.changed.emit()

    def _on_scope(self) -> None:
        kind = self.scope.currentData()
        self.root.clear()
        for key, words in self._roots.get(kind, ()):
            self.root.addItem(words, key)
        self.root.setCurrentIndex(-1)  # nobody's part goes out because it stands first
        self.root.setEnabled(bool(kind))
        self.new.setEnabled(not kind)
        if kind:
            self.full.setChecked(True)
        self.changed.emit()


def _box(name: str, title: str, parent: QWidget) -> QComboBox:
    box = QComboBox(parent)
    box.setObjectName(name)
    box.setAccessibleName(title)
    return box
