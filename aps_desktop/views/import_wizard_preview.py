"""The third step of an import: what is new, what changes, what is refused and why."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from aps_desktop.db.connection import Connection
from aps_desktop.models.rows_model import RowsModel
from aps_desktop.services import importing_lines
from aps_desktop.services.importing_lines import Line
from aps_desktop.services.importing_types import Plan, Verdict
from aps_desktop.views import icons
from aps_desktop.views.changes_table import rows_table
from aps_desktop.views.context import Context
from aps_desktop.views.plain_label import PlainLabel

_NOTES = "notes"
_TABS = (
    (Verdict.NEW, "new", "plus", "ok"),
    (Verdict.CHANGED, "changed", "edit", "accent"),
    (Verdict.SAME, "the same", "ok", "text_muted"),
    (Verdict.REFUSED, "refused cells", "late", "late"),
    (Verdict.WAITING, "waiting rows", "clock", "attention"),
    (_NOTES, "notes", "info", "text_muted"),
)
_WORDS = {
    Verdict.NEW: "Records that are not here yet.",
    Verdict.CHANGED: "Records that are here and get other values: what is here → what comes.",
    Verdict.SAME: "Records that are here exactly like this. Nothing happens to them.",
    Verdict.REFUSED: "Cells that cannot be read, or that contradict something. Their rows can be "
    "saved as a workbook with the cells marked, corrected and imported again.",
    Verdict.WAITING: "Rows that are in order themselves but belong to a refused one. They come "
    "back together with it.",
    _NOTES: "How doubtful cells were understood. If one is wrong, go back and choose otherwise.",
}


class PreviewPage(QWidget):
    """Counts as buttons that show the lines behind them. `save_requested` wants the refused rows
    as a workbook."""

    save_requested = Signal()

    def __init__(self, context: Context, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_preview_page")
        self._context = context
        self._plan: Plan | None = None
        self.tabs: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        buttons = self._buttons()
        self.told = PlainLabel("", self, role="muted", wrap=True)
        self.sheet = QComboBox(self)
        self.sheet.setObjectName("import_preview_sheet")
        self.sheet.setAccessibleName("Sheet")
        self.filter = QLineEdit(self)
        self.filter.setObjectName("import_preview_filter")
        self.filter.setAccessibleName("Find in the preview")
        self.filter.setPlaceholderText("Find…")
        self.filter.setClearButtonEnabled(True)
        self.filter.setFixedWidth(240)
        self.save = QPushButton("Save refused rows…", self)
        self.save.setObjectName("import_save_refused")
        self.save.setAutoDefault(False)
        self.save.clicked.connect(self.save_requested)
        self.rows = RowsModel(
            ("Sheet", "Row", "What", "Record or cell", "Column", "What happens"), numbers=(1,),
            parent=self,
        )  # fmt: skip
        self.table = rows_table(
            "import_preview", "What the import would do", self.rows, (140, 56, 110, 170, 150, 0),
            self,
        )  # fmt: skip
        self.table.verticalHeader().setDefaultSectionSize(28)
        self.more = PlainLabel("", self, role="small")
        self._arrange(buttons)
        self._group.buttonClicked.connect(self._read)
        self.sheet.activated.connect(self._read)
        self.filter.textChanged.connect(self._read)

    def _buttons(self) -> QHBoxLayout:
        buttons = QHBoxLayout()
        for verdict, words, icon, hue in _TABS:
            button = QPushButton(words, self)
            button.setObjectName(f"import_tab_{verdict}")
            button.setProperty("segment", True)
            button.setProperty("verdict", str(verdict))
            button.setCheckable(True)
            button.setAutoDefault(False)  # Enter goes on to the next step
            button.setIcon(icons.icon(icon, hue))
            self.tabs[str(verdict)] = button
            self._group.addButton(button)
            buttons.addWidget(button)
        buttons.addStretch(1)
        return buttons

    def _arrange(self, buttons: QHBoxLayout) -> None:
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.sheet)
        line.addWidget(self.filter)
        line.addStretch(1)
        line.addWidget(self.save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(10)
        column.addLayout(buttons)
        column.addWidget(self.told)
        column.addLayout(line)
        column.addWidget(self.table, 1)
        column.addWidget(self.more)

    def show_plan(self, plan: Plan) -> None:
        """Shows the counts; the lines of what is most in need of a look come first."""
        self._plan = plan
        counts = {str(v): plan.count(v) for v in Verdict}
        counts[Verdict.REFUSED] = _problems(plan, waiting=False)
        counts[Verdict.WAITING] = _problems(plan, waiting=True)
        counts[_NOTES] = len(importing_lines.notes(plan))
        for verdict, words, _, _ in _TABS:
            number = counts[str(verdict)]
            button = self.tabs[str(verdict)]
            button.setText(f"{number:,} {words}")
            button.setAccessibleName(button.text())
            button.setVisible(bool(number) or verdict in (Verdict.NEW, Verdict.CHANGED))
        self.sheet.clear()
        self.sheet.addItem("All sheets", "")
        for one in plan.sheets:
            self.sheet.addItem(one.name, one.name)
        self.sheet.setVisible(len(plan.sheets) > 1)
        self.save.setVisible(bool(counts[Verdict.REFUSED] or counts[Verdict.WAITING]))
        order = (Verdict.REFUSED, Verdict.CHANGED, Verdict.NEW, Verdict.SAME)
        first = next((v for v in order if counts[v]), Verdict.NEW)
        self.tabs[first].setChecked(True)
        self.tabs[first].setFocus()
        self._read()

    def verdict(self) -> str:
        """Which lines are shown."""
        return str(self._group.checkedButton().property("verdict"))

    def _read(self) -> None:
        if self._plan is None:
            return
        verdict = self.verdict()
        self.told.setText(_WORDS[verdict])
        work = partial(
            _lines, self._plan, verdict, self.sheet.currentData() or "", self.filter.text()
        )
        self._context.runner.query(work, self._on_lines, owner=self, key="lines")

    def _on_lines(self, found: list[Line]) -> None:
        self.rows.show(
            [
                (one, (one.sheet, f"{one.row:,}" if one.row else "", one.what, one.title,
                       one.field, one.detail))
                for one in found
            ]
        )  # fmt: skip
        most = importing_lines.MOST
        self.more.setText(
            f"The first {most:,} lines. Type in “Find” to see others." if len(found) == most else ""
        )


def _lines(plan: Plan, verdict: str, sheet: str, text: str, c: Connection) -> list[Line]:
    if verdict == _NOTES:
        words = text.casefold()
        return [
            one for one in importing_lines.notes(plan)
            if sheet in ("", one.sheet) and words in f"{one.title} {one.detail}".casefold()
        ]  # fmt: skip
    return importing_lines.lines(c, plan, Verdict(verdict), sheet=sheet, text=text)


def _problems(plan: Plan, *, waiting: bool) -> int:
    return sum(
        (p.level == "waiting") == waiting for one in plan.sheets for p in one.problems()
    )  # fmt: skip
