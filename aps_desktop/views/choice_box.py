"""A box to choose one of several things in, named for keyboards, readers and tests."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from PySide6.QtWidgets import QComboBox, QWidget


def choice_box(
    parent: QWidget, name: str, words: str, items: Iterable[tuple[str, Any]] = ()
) -> QComboBox:
    """A box as wide as what it holds; `items` are (text, data), `words` say what is chosen."""
    box = QComboBox(parent)
    box.setObjectName(name)
    box.setAccessibleName(words)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
    for text, data in items:
        box.addItem(text, data)
    return box
