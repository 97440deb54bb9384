"""What a bundle changes, line by line, under its card: folded until somebody wants to see it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from aps_desktop.models.rows_model import RowsModel
from aps_desktop.services import merge_report
from aps_desktop.services.merge_differences import Difference
from aps_desktop.views import theme
from aps_desktop.views.changes_table import rows_table
from aps_desktop.views.sync_pane_parts import button

_DISPLAY = Qt.ItemDataRole.DisplayRole.value
_HERE, _THEIRS = 2, 3
_ALIKE = 12
"""So many letters that begin both texts are left away."""
_MOST_LINES = 8
_WIDTHS = (150, 130, 0, 0, 160)


class _Apart(RowsModel):
    """Two long texts that begin alike are shown from where they part; tool tips have them whole."""

    def data(self, index: QModelIndex, role: int = _DISPLAY) -> Any:
        found = super().data(index, role)
        if role != _DISPLAY or index.column() not in (_HERE, _THEIRS):
            return found
        here, theirs = (super(_Apart, self).data(index.siblingAtColumn(at), role)
                        for at in (_HERE, _THEIRS))  # fmt: skip
        pairs = enumerate(zip(here, theirs, strict=False))
        alike = next((n for n, (a, b) in pairs if a != b), min(len(here), len(theirs)))
        cut = found.rfind(" ", 0, max(alike - 8, 0)) + 1
        return f"…{found[cut:]}" if cut >= _ALIKE and here != theirs else found


class Differences(QWidget):
    """A button that unfolds the table; what is cut off in a cell is in its tool tip."""

    def __init__(
        self, found: Sequence[Difference], changes: int, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self.setObjectName("differences")
        self._words = merge_report.first(found, changes)
        model = _Apart(merge_report.HEADINGS, parent=self)
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
