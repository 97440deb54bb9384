"""What one sheet holds: its kind of record, its row of headings, and what each column becomes."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from PySide6.QtCore import QStringListModel, Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QComboBox,
    QHBoxLayout,
    QHeaderView,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities import ENTITIES, entity
from aps_desktop.exchange.mapping import SheetMapping
from aps_desktop.models.import_columns import BECOMES, UNDERSTOOD, ImportColumns
from aps_desktop.models.import_grid import ImportGrid
from aps_desktop.services import importing_mappings as mappings
from aps_desktop.services.importing_read import entity_of
from aps_desktop.services.importing_samples import Sample, samples
from aps_desktop.services.importing_types import FoundSheet
from aps_desktop.services.reference_data import usual_currencies
from aps_desktop.views import theme
from aps_desktop.views.context import Context
from aps_desktop.views.fitting import number_box
from aps_desktop.views.plain_label import PlainLabel

LEAVE_OUT = "Leave this column out"
_SOURCES = {
    "guessed": "Understood by its headings and cells. Correct what is wrong.",
    "remembered": "Understood as you chose for the same headings before.",
    "exported": "Exported by this program: each row is known by its hidden id.",
    "chosen": "As you chose. The same headings will be understood like this next time.",
}


class ColumnsEditor(QWidget):
    """`changed` carries the sheet as it is understood now; `anew` asks for another guess of it:
    (entity, header row)."""

    changed = Signal(object)
    anew = Signal(str, int)

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_columns_editor")
        self._context = context
        self._found: FoundSheet | None = None
        self._keys: list[str] = []
        self._combos: dict[int, QComboBox] = {}
        self.kind = _combo("import_entity", "Each row is a")
        self.kind.addItem("Nothing: leave this sheet out", "")
        for one in sorted(ENTITIES, key=lambda e: e.label):
            self.kind.addItem(one.label, one.name)
        self.header = number_box("import_header_row", "Row of the headings", self)
        self.header.setKeyboardTracking(False)
        self.dates = _combo("import_dates", "Dates in numbers")
        self.dates.addItems(["Day first: 31/12/2026", "Month first: 12/31/2026"])
        self.numbers = _combo("import_numbers", "Numbers")
        self.numbers.addItems(["1,234.56", "1.234,56"])
        self.currency = _combo("import_currency", "Currency where none is written")
        self.currency.addItem("None", "")
        for code, name in usual_currencies():
            self.currency.addItem(f"{code} – {name}", code)
        self.buddhist = QCheckBox("Years such as 2569 are 2026", self)
        self.buddhist.setObjectName("import_buddhist")
        self.buddhist.setToolTip("Takes years of the Buddhist era for what they are.")
        self.grid = ImportGrid(self)
        self.columns = ImportColumns(self)
        self.choices = QStringListModel(self)
        self.told = PlainLabel("", self, role="small", wrap=True)
        self.told.setObjectName("import_sheet_told")
        self.needed = PlainLabel("", self, wrap=True)
        self.needed.setObjectName("import_needed")
        self.needed.setProperty("status", "attention")
        self._build()
        self.kind.activated.connect(self._on_kind)
        self.header.valueChanged.connect(self._on_kind)
        for combo in (self.dates, self.numbers, self.currency):
            combo.activated.connect(self._on_habits)
        self.buddhist.clicked.connect(self._on_habits)

    def _build(self) -> None:
        first = QHBoxLayout()
        second = QHBoxLayout()
        for line, parts in (
            (first, (("Each row is a", self.kind), ("Headings in row", self.header))),
            (second, (("Dates", self.dates), ("Numbers", self.numbers),
                      ("Currency where none is written", self.currency),
                      ("Buddhist era", self.buddhist))),
        ):  # fmt: skip
            line.setSpacing(16)
            for words, widget in parts:
                line.addLayout(_labelled(words, widget))
            line.addStretch(1)
        self.grid_view = _table("import_grid", "The sheet as it is", self.grid)
        self.grid_view.verticalHeader().show()
        self.grid_view.setShowGrid(True)
        self.grid_view.setFixedHeight(154)
        self.grid_view.verticalHeader().setDefaultSectionSize(22)
        self.table = _table("import_columns", "Columns and what they become", self.columns)
        self.table.verticalHeader().setDefaultSectionSize(38)
        header = self.table.horizontalHeader()
        for column, width in enumerate((150, 180, 220)):
            self.table.setColumnWidth(column, width)
        header.setSectionResizeMode(UNDERSTOOD, QHeaderView.ResizeMode.Stretch)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(first)
        column.addLayout(second)
        column.addWidget(self.grid_view)
        column.addWidget(self.told)
        column.addWidget(self.needed)
        column.addWidget(self.table, 1)

    # Showing ------------------------------------------------------------------------------------

    def show_sheet(self, found: FoundSheet) -> None:
        """Shows how a sheet is understood."""
        self._found = found
        mapping, table = found.mapping, found.table
        exported = found.source == "exported"
        self.kind.setCurrentIndex(max(self.kind.findData(entity_of(found)), 0))
        self.header.blockSignals(True)
        self.header.setRange(1, max(len(found.sheet.rows), 1))
        self.header.setValue(table.header_row + 1 if table else 1)
        self.header.blockSignals(False)
        for widget in (
            self.kind, self.header, self.dates, self.numbers, self.currency, self.buddhist
        ):  # fmt: skip
            widget.setEnabled(not exported)
        self._show_habits(mapping)
        self.grid.mark = theme.colour(theme.tokens().accent_soft)
        self.grid.font = theme.font(bold=True)
        self.grid.show(found.sheet, table.header_row if table else -1)
        headers = table.headers if table else ()
        groups = table.groups if table else ()
        self.columns.show(headers, groups, {})
        self._show_choices()
        self.told.setText(found.why or _SOURCES[found.source])
        self._read_samples()

    def _show_habits(self, mapping: SheetMapping | None) -> None:
        habits = mapping.habits if mapping else mappings.Habits()
        self.dates.setCurrentIndex(0 if habits.day_first else 1)
        self.numbers.setCurrentIndex(1 if habits.decimal_comma else 0)
        self.currency.setCurrentIndex(max(self.currency.findData(habits.currency), 0))
        self.buddhist.setChecked(habits.allow_buddhist)

    def _show_choices(self) -> None:
        """A choice in each row; all of them share one list of what there is to choose."""
        found = self._found
        mapping = found.mapping if found else None
        used = mappings.column_keys(mapping) if mapping else {}
        listed = mappings.choices(mapping, entity_of(found)) if found and mapping else []
        self._keys = ["", *(choice.key for choice in listed)]
        words = [LEAVE_OUT, *(c.label + (" – needed" if c.required else "") for c in listed)]
        several = {column: ", ".join(keys) for column, keys in used.items() if len(keys) > 1}
        for column, keys in several.items():
            self._keys.append(f"={column}")
            words.append(" + ".join(_short(key) for key in used[column]) or keys)
        self.choices.setStringList(words)
        self._combos = {}
        for row in range(self.columns.rowCount()):
            column = self.columns.column_of(row)
            combo = _combo(f"import_column_{column}", f"{self.columns.heading_of(row)} becomes")
            combo.setModel(self.choices)
            combo.setMaxVisibleItems(18)
            key = f"={column}" if column in several else next(iter(used.get(column, [])), "")
            combo.setCurrentIndex(self._keys.index(key) if key in self._keys else 0)
            combo.setEnabled(mapping is not None and found.source != "exported")
            combo.setProperty("column", column)
            combo.activated.connect(self._on_column)
            self.table.setIndexWidget(self.columns.index(row, BECOMES), _padded(combo))
            self._combos[column] = combo
        self._tell_needed()

    def combo_of(self, column: int) -> QComboBox:
        """The choice of a column (from 0)."""
        return self._combos[column]

    def _tell_needed(self) -> None:
        found = self._found
        if found is None or found.mapping is None:
            self.needed.hide()
            return
        kind = entity(entity_of(found))
        filled = {t.field for t in found.mapping.targets if t.part == 0}
        missing = [
            f.label for f in kind.fields if f.required and not f.default and f.name not in filled
        ]
        self.needed.setText(
            f"No column fills {', '.join(missing)}: new {kind.plural.lower()} need it."
            if missing and found.source != "exported" else ""
        )  # fmt: skip
        self.needed.setVisible(bool(self.needed.text()))

    def _read_samples(self) -> None:
        if self._found is not None:
            self._context.runner.query(
                partial(_samples, self._found), self._on_samples, owner=self, key="samples"
            )

    def _on_samples(self, found: dict[int, list[Sample]]) -> None:
        self.columns.update(found)

    # What the officer chooses -------------------------------------------------------------------

    def _on_kind(self) -> None:
        self.anew.emit(self.kind.currentData(), self.header.value() - 1)

    def _on_column(self, place: int) -> None:
        found = self._found
        key = self._keys[place]
        if found is None or found.mapping is None or key.startswith("="):
            return
        mapping = mappings.with_column(found.mapping, self.sender().property("column"), key)
        self._take(mapping)
        self._show_choices()

    def _on_habits(self) -> None:
        found = self._found
        if found is None or found.mapping is None:
            return
        habits = replace(
            found.mapping.habits,
            day_first=self.dates.currentIndex() == 0,
            decimal_comma=self.numbers.currentIndex() == 1,
            currency=self.currency.currentData(),
            allow_buddhist=self.buddhist.isChecked(),
        )
        self._take(replace(found.mapping, habits=habits))

    def _take(self, mapping: SheetMapping) -> None:
        self._found = replace(self._found, mapping=mapping, source="chosen", why="")
        self.told.setText(_SOURCES["chosen"])
        self._tell_needed()
        self._read_samples()
        self.changed.emit(self._found)


def _samples(found: FoundSheet, c: Connection) -> dict[int, list[Sample]]:
    return samples(c, found)


def _short(key: str) -> str:
    name, spec, _ = mappings.parse_key(key, "")
    return f"{entity(name).label}: {spec.label}"


def _combo(name: str, words: str) -> QComboBox:
    combo = QComboBox()
    combo.setObjectName(name)
    combo.setAccessibleName(words)
    combo.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    return combo


def _padded(combo: QComboBox) -> QWidget:
    holder = QWidget()
    layout = QHBoxLayout(holder)
    layout.setContentsMargins(2, 3, 2, 3)
    layout.addWidget(combo)
    holder.setFocusProxy(combo)
    return holder


def _labelled(words: str, widget: QWidget) -> QVBoxLayout:
    column = QVBoxLayout()
    column.setSpacing(3)
    column.addWidget(PlainLabel(words, role="small"))
    column.addWidget(widget)
    return column


def _table(name: str, words: str, model: object) -> QTableView:
    table = QTableView()
    table.setObjectName(name)
    table.setAccessibleName(words)
    table.setProperty("plain", True)
    table.setModel(model)
    table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setTabKeyNavigation(False)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.verticalHeader().hide()
    table.horizontalHeader().setHighlightSections(False)
    return table
