"""Which rows of a grouped list are headings and which are records; a few bytes for each group."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence


class GroupLayout:
    """Lays groups of (label, records) out as rows; a collapsed group shows its heading alone.

    A "place" counts records in the list's order, a "row" counts what is shown.
    """

    def __init__(self, groups: Sequence[tuple[str, int]], collapsed: frozenset[str]) -> None:
        self.groups = tuple(groups)
        self.collapsed = collapsed
        self._heads: list[int] = []
        self._bases: list[int] = []
        row = base = 0
        for label, count in self.groups:
            self._heads.append(row)
            self._bases.append(base)
            row += 1 + (0 if label in collapsed else count)
            base += count
        self.rows = row
        self.records = base

    def heading(self, row: int) -> int:
        """The group whose heading the row is, else -1."""
        group = bisect_right(self._heads, row) - 1
        return group if group >= 0 and self._heads[group] == row else -1

    def place(self, row: int) -> int:
        """The record that the row shows, -1 for a heading."""
        group = bisect_right(self._heads, row) - 1
        if group < 0 or self._heads[group] == row:
            return -1
        return self._bases[group] + row - self._heads[group] - 1

    def row(self, place: int) -> int:
        """The row that shows a record, -1 when its group is collapsed."""
        group = bisect_right(self._bases, place) - 1
        while group >= 0 and not self.groups[group][1]:
            group -= 1
        if group < 0 or place >= self.records or self.groups[group][0] in self.collapsed:
            return -1
        return self._heads[group] + 1 + place - self._bases[group]

    def head(self, group: int) -> int:
        """The row of a group's heading."""
        return self._heads[group]

    def toggled(self, group: int) -> GroupLayout:
        """The same groups with one opened or closed."""
        return GroupLayout(self.groups, self.collapsed ^ {self.groups[group][0]})
