"""What a bundle changes, line by line, under its card: folded until somebody wants to see it."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from aps_desktop.models.rows_model import RowsModel
from aps_desktop.services import merge_report
from aps_desktop.services.merge_differences import Difference
from aps_desktop.views import theme
from aps_desktop.views.changes_table import rows_table
from aps_desktop.views.sync_pane_parts import button

_MOST_LINES = 8
_WIDTHS = (150, 130, 0, 0, 160)


class Differences(QWidget):
    """A button that unfolds the table; what is cut off in a cell is in its tool tip."""

    def __init__(
        self, found: Sequence[Difference], changes: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("differences")
        self._words = merge_report.first(found, changes)
        model = RowsModel(merge_report.HEADINGS, parent=self)
        model.show([(one, merge_report.difference(one)) for one in found])
        self.unfold = button("", "show_differences", "quiet", self)
        self.table = rows_table("differences_table", self._words, model, _WIDTHS, self)
        lines = min(len(found), _MOST_LINES) + 1
        self.table.setFixedHeight(lines * theme.ROW_HEIGHT + 14)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self.unfold, 0, Qt.AlignmentFlag.AlignLeft)
        layout.addWidget(self.table)
        self.unfold.clicked.connect(self._on_unfold)
        self._show(unfolded=False)

    def _on_unfold(self) -> None:
        self._show(unfolded=self.table.isHidden())

    def _show(self, *, unfolded: bool) -> None:
        self.table.setVisible(unfolded)
        self.unfold.setText(f"{'Hide' if unfolded else 'Show'} {self._words}")
