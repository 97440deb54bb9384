"""A wide table of figures: the names of its rows stay in sight while the amounts are moved."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from aps_desktop.services import sheet_cells as cells
from aps_desktop.services.sheet_cells import Column, Line, Opens, Sheet
from aps_desktop.views.figures_table import FiguresTable

NAMES = ("ASEAN Development Fund · ADF", "Trust fund of a partner with a long name")


@pytest.fixture
def table(qtbot: QtBot) -> FiguresTable:
    columns = (Column("Fund", width=0), *(Column(f"M{n}", right=True, width=130) for n in range(9)))
    lines = tuple(
        Line((
            cells.text(name, Opens("fund", ())),
            *(cells.text(f"USD {place}{n},000.00") for n in range(9)),
        ))
        for place, name in enumerate(NAMES)
    )  # fmt: skip
    made = FiguresTable("answer_table", "Answer")
    qtbot.addWidget(made)
    made.resize(700, 300)
    made.show_sheet(Sheet(columns, lines, ""))
    made.show()
    return made


def test_names_stay_while_the_amounts_are_moved(qtbot: QtBot, table: FiguresTable) -> None:
    assert not table.names.isVisible(), "nothing is covered before one scrolls"
    assert table.columnWidth(0) >= 200, "who has to scroll anyway can read the names"
    table.horizontalScrollBar().setValue(300)
    qtbot.waitUntil(table.names.isVisible)
    over, under = table.names, table
    for row in range(len(NAMES)):
        seen = over.visualRect(over.model().index(row, 0))
        at = over.viewport().mapTo(under, seen.topLeft())
        wanted = under.viewport().mapTo(
            under, under.visualRect(under.figures.index(row, 1)).topLeft()
        )
        assert at.y() == wanted.y(), "a name stands in the line of its amounts"
        assert at.x() == under.frameWidth()
    table.horizontalScrollBar().setValue(0)
    qtbot.waitUntil(lambda: not table.names.isVisible())


def test_another_table_begins_at_its_left(qtbot: QtBot, table: FiguresTable) -> None:
    table.horizontalScrollBar().setValue(300)
    columns = (Column("Partner", width=0), *(Column(f"N{n}", width=130) for n in range(9)))
    line = Line(tuple(cells.text("x") for _ in columns))
    table.show_sheet(Sheet(columns, (line,), ""))
    qtbot.waitUntil(lambda: table.horizontalScrollBar().maximum() > 0)
    assert table.horizontalScrollBar().value() == 0
    assert not table.names.isVisible()


def test_going_left_by_keyboard_no_amount_stays_under_the_names(
    qtbot: QtBot, table: FiguresTable
) -> None:
    table.setCurrentIndex(table.figures.index(0, 9))
    qtbot.waitUntil(table.names.isVisible)
    while table.currentIndex().column() > 1:
        qtbot.keyClick(table, Qt.Key.Key_Left)
        left = table.visualRect(table.currentIndex()).left()
        assert left >= (table.names.width() if table.names.isVisible() else 0)


def test_a_name_is_clicked_opened_and_ordered_as_ever(qtbot: QtBot, table: FiguresTable) -> None:
    opened: list[Opens] = []
    table.opened.connect(opened.append)
    table.horizontalScrollBar().setValue(300)
    qtbot.waitUntil(table.names.isVisible)
    names = table.names
    at = names.visualRect(names.model().index(1, 0)).center()
    qtbot.mouseClick(names.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert table.currentIndex() == table.figures.index(1, 0)
    assert QApplication.focusWidget() in (table, None), "the keyboard goes on in the table"
    qtbot.mouseDClick(names.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert opened == [Opens("fund", ())]
    for header in (names.horizontalHeader(), names.horizontalHeader()):
        qtbot.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(30, 10))
    assert table.figures.lines[0].cells[0].text == NAMES[1], "the second click turns the order"
    assert names.horizontalHeader().isSortIndicatorShown()
