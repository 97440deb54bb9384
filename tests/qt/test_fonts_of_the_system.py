"""The program's font everywhere, also where a system has fonts of its own for kinds of widgets."""

from collections.abc import Iterator

import pytest
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QApplication,
    QMenu,
    QMenuBar,
    QMessageBox,
    QStatusBar,
    QTableView,
    QTreeView,
    QWidget,
)
from pytestqt.qtbot import QtBot

from aps_desktop.views import theme
from aps_desktop.views.theme_sheet import dress

_KINDS = ("QAbstractItemView", "QMenu", "QMenuBar", "QMessageBox", "QStatusBar", "QTipLabel")
"""That Windows has fonts for."""


@pytest.fixture
def windows_fonts(qapp: QApplication) -> Iterator[None]:
    """What Qt does on Windows when the system's look changes, which is after `dress`."""
    dress(qapp)
    for kind in _KINDS:
        qapp.setFont(QFont("Noto Sans Lao UI", 23), kind)
    yield
    for kind in _KINDS:
        qapp.setFont(theme.font(), kind)


@pytest.mark.parametrize("kind", [QTableView, QTreeView, QMenu, QMenuBar, QMessageBox, QStatusBar])
def test_windows_own_fonts_do_not_come_back(
    qtbot: QtBot, windows_fonts: None, kind: type[QWidget]
) -> None:
    shown = kind()
    qtbot.addWidget(shown)
    shown.ensurePolished()
    assert shown.font().family() == theme.FAMILY
    assert shown.font().pointSizeF() == pytest.approx(theme.BODY, abs=0.13)
