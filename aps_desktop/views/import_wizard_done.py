"""The last step of an import: what was done, and the ways on from there."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from aps_desktop.domain.entities import entity
from aps_desktop.models.rows_model import RowsModel
from aps_desktop.services.importing_types import ImportReport
from aps_desktop.views import icons, theme
from aps_desktop.views.changes_table import rows_table
from aps_desktop.views.plain_label import PlainLabel


class DonePage(QWidget):
    """The counts by sheet and kind of record."""

    undo_requested = Signal()
    save_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("import_done_page")
        self.heading = PlainLabel("", self, role="heading", wrap=True)
        self.heading.setObjectName("import_done_heading")
        self.words = PlainLabel("", self, role="muted", wrap=True)
        self.rows = RowsModel(
            ("Sheet", "What", "New", "Changed", "The same", "Refused", "Waiting"),
            numbers=(2, 3, 4, 5, 6), parent=self,
        )  # fmt: skip
        table = rows_table(
            "import_done_table", "What became of the rows", self.rows,
            (220, 0, 90, 90, 90, 90, 90), self,
        )  # fmt: skip
        self.undo = QPushButton("Undo import", self)
        self.undo.setObjectName("import_undo")
        self.undo.setIcon(icons.icon("undo", "text"))
        self.undo.clicked.connect(self.undo_requested)
        self.save = QPushButton("Save refused rows…", self)
        self.save.setObjectName("import_done_save")
        self.save.clicked.connect(self.save_requested)
        buttons = QHBoxLayout()
        buttons.addWidget(self.undo)
        buttons.addWidget(self.save)
        buttons.addStretch(1)
        card = QFrame(self)
        card.setProperty("card", True)
        inside = QVBoxLayout(card)
        inside.setContentsMargins(20, 18, 20, 16)
        inside.setSpacing(14)
        inside.addLayout(self._top())
        inside.addWidget(table, 1)
        inside.addLayout(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(card)

    def _top(self) -> QHBoxLayout:
        picture = QLabel(self)
        picture.setPixmap(icons.pixmap("ok", 32, theme.tokens().ok, self.devicePixelRatioF()))
        texts = QVBoxLayout()
        texts.setSpacing(4)
        texts.addWidget(self.heading)
        texts.addWidget(self.words)
        top = QHBoxLayout()
        top.setSpacing(14)
        top.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        top.addLayout(texts, 1)
        return top

    def show_report(self, report: ImportReport) -> None:
        """Says what was written and what was not."""
        written = sum(s.new + s.changed for s in report.sheets)
        back = sum(s.refused + s.waiting for s in report.sheets)
        self.heading.setText(
            f"{written:,} record{'' if written == 1 else 's'} imported" if written
            else "Nothing had to be written"
        )  # fmt: skip
        words = "All of it is one step that can be undone. " if written else ""
        if report.backup is not None:
            words += "A backup was made before. "
        if back:
            words += (
                f"{back:,} record{'' if back == 1 else 's'} did not come in: save the refused "
                "rows, correct the marked cells and import that workbook."
            )
        self.words.setText(words)
        self.undo.setVisible(bool(written))
        self.save.setVisible(any(s.errors for s in report.sheets))
        self.rows.show([(part, line) for part, line in _lines(report)])

    def show_undone(self) -> None:
        """The import was taken back."""
        self.heading.setText("The import was undone")
        self.words.setText("Everything is as it was before. Redo brings it back.")
        self.undo.setVisible(False)


def _lines(report: ImportReport) -> list[tuple[object, tuple[str, ...]]]:
    return [
        (part, (
            sheet.sheet, entity(part["entity"]).plural,
            *(f"{part[name]:,}" for name in ("new", "changed", "same", "refused", "waiting")),
        ))
        for sheet in report.sheets for part in sheet.parts
    ]  # fmt: skip
