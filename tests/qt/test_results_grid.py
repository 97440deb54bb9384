"""The results grid: typing, pasting, reviewing, and what a locked period does with a late value."""

from decimal import Decimal
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.domain.values import Period
from aps_desktop.models.results_grid_model import BASELINE, CELL, FIRST, TARGET
from aps_desktop.services import records
from aps_desktop.views import results_view
from aps_desktop.views.context import Context
from aps_desktop.views.detail_view import DetailView
from aps_desktop.views.plain_label import PlainLabel
from aps_desktop.views.record_pages import page_for
from aps_desktop.views.results_view import ResultsView


@pytest.fixture
def project(db: Database) -> UUID:
    id = records.new(db, "project", {"code": "P-1", "title": "Early warning"})
    result = records.new(
        db, "result", {"project": id, "title": "Warned in time", "level": "outcome", "code": "OC1"}
    )
    for code, more in (
        ("I-1", {"unit": "people"}),
        ("I-2", {"accumulation": "cumulative", "unit": "sites"}),
        ("I-3", {"measure_type": "percentage", "aggregation": "ratio"}),
    ):
        values = {"project": id, "result": result, "code": code, "title": f"Title {code}", **more}
        records.new(db, "indicator", values)
    for quarter in (1, 2, 3, 4):
        span = Period.quarter(2026, quarter)
        values = {"name": str(span), "period": span, "kind": "quarter", "due": span.end}
        records.new(db, "period_calendar", {**values, "locked": quarter == 1})
    return id


@pytest.fixture
def page(qtbot: QtBot, context: Context, project: UUID) -> DetailView:
    page = page_for(context, "project")
    qtbot.addWidget(page)
    context.runner.changed.connect(page.on_changed)
    page.resize(1280, 700)
    page.show()
    page.activateWindow()
    qtbot.waitUntil(page.isActiveWindow)
    page.show_record(project)
    page.tabs.setCurrentWidget(page.results)
    qtbot.waitUntil(lambda: page.results.model.rowCount() == 5)
    return page


@pytest.fixture
def view(page: DetailView) -> ResultsView:
    return page.results


def go(view: ResultsView, row: int, quarter: int) -> None:
    view.table.setFocus()
    view.table.setCurrentIndex(view.model.index(row, FIRST + quarter - 1))


def type_in(qtbot: QtBot, view: ResultsView, text: str) -> None:
    qtbot.keyClicks(view.table, text[0])
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    qtbot.keyClicks(editor, text[1:])
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()


def stored(db: Database) -> list[tuple[str, str, object, str]]:
    c = db.connect()
    rows = c.all(
        "SELECT i.code, v.period, coalesce(v.value, v.numerator), v.status "
        "FROM indicator_value v JOIN indicator i ON i.rid = v.indicator ORDER BY 1, 2"
    )
    return [(code, period[5:7], Decimal(n).scaleb(-4), status) for code, period, n, status in rows]


def test_values_are_typed_with_the_keyboard_alone(
    view: ResultsView, db: Database, qtbot: QtBot
) -> None:
    go(view, 1, 2)
    type_in(qtbot, view, "41")
    assert view.table.currentIndex().row() == 2, "Enter goes down to the next indicator"
    type_in(qtbot, view, "12")
    type_in(qtbot, view, "30/40")
    assert stored(db) == [
        ("I-1", "04", 41, "draft"),
        ("I-2", "04", 12, "draft"),
        ("I-3", "04", 30, "draft"),
    ]
    assert view.model.index(3, FIRST + 1).data() == "75 %"


def test_words_in_a_number_stay_typed_and_are_not_saved(
    view: ResultsView, db: Database, qtbot: QtBot
) -> None:
    go(view, 1, 2)
    type_in(qtbot, view, "n/a")
    assert stored(db) == []
    assert view.model.index(1, FIRST + 1).data() == "n/a"
    assert "n/a" in view.problem.text()
    assert view.problem.isVisible()
    go(view, 1, 2)
    type_in(qtbot, view, "5")
    assert stored(db) == [("I-1", "04", 5, "draft")]
    assert not view.problem.isVisible()


def test_what_is_copied_holds_no_formula(view: ResultsView, qtbot: QtBot) -> None:
    go(view, 1, 2)
    type_in(qtbot, view, "=2+3")
    go(view, 1, 2)
    qtbot.keyClick(view.table, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == "'=2+3\n"


def test_a_block_from_excel_is_pasted_and_a_fall_is_refused(
    view: ResultsView, db: Database, qtbot: QtBot
) -> None:
    QGuiApplication.clipboard().setText("10\t20\n50\t40\n")
    go(view, 1, 2)
    qtbot.keyClick(view.table, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    QApplication.processEvents()
    assert stored(db) == [
        ("I-1", "04", 10, "draft"),
        ("I-1", "07", 20, "draft"),
        ("I-2", "04", 50, "draft"),
    ]
    assert "cumulative" in view.problem.text()
    records.undo(db)
    assert stored(db) == []


def test_a_fall_is_saved_once_the_officer_calls_it_a_correction(
    view: ResultsView, db: Database, qtbot: QtBot
) -> None:
    go(view, 2, 2)
    type_in(qtbot, view, "50")
    go(view, 2, 3)
    type_in(qtbot, view, "forty")
    assert view.corrects.isHidden(), "words are not made a number by calling them a correction"
    go(view, 2, 3)
    type_in(qtbot, view, "40")
    assert stored(db) == [("I-2", "04", 50, "draft")]
    assert view.corrects.isVisible()
    qtbot.mouseClick(view.corrects, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    assert stored(db) == [("I-2", "04", 50, "draft"), ("I-2", "07", 40, "draft")]
    marked = db.connect().all("SELECT correction FROM indicator_value ORDER BY period")
    assert [bool(one) for (one,) in marked] == [False, True]
    assert view.problem.isHidden()
    assert view.corrects.isHidden()
    records.undo(db)
    assert stored(db) == [("I-2", "04", 50, "draft")]


def test_values_are_submitted_returned_with_a_comment_and_approved(
    view: ResultsView, db: Database, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    go(view, 1, 2)
    type_in(qtbot, view, "41")
    assert not view.submit.isEnabled(), "the cell below is empty"
    place = view.table.visualRect(view.model.index(1, FIRST + 1)).center()
    qtbot.mouseClick(view.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert view.submit.isEnabled()
    qtbot.mouseClick(view.submit, Qt.MouseButton.LeftButton)
    assert stored(db)[0][3] == "pending"
    monkeypatch.setattr(results_view, "ask_comment", lambda *_: "Which source?")
    qtbot.mouseClick(view.back, Qt.MouseButton.LeftButton)
    assert stored(db)[0][3] == "returned"
    cell = view.model.index(1, FIRST + 1).data(CELL)
    assert cell.status == "returned"
    assert "comment" in cell.marks
    qtbot.mouseClick(view.approve, Qt.MouseButton.LeftButton)
    assert stored(db)[0][3] == "approved"


def test_parts_are_entered_beside_the_grid_and_may_not_exceed_the_whole(
    view: ResultsView, db: Database, qtbot: QtBot, context: Context
) -> None:
    sex = records.new(db, "disaggregation_dimension", {"name": "Sex", "kind": "sex"})
    c = db.connect()
    id = UUID(bytes=bytes(c.value("SELECT id FROM indicator WHERE code = 'I-1'")))
    context.runner.mutate(
        lambda base: records.put(base, "indicator", id, {"dimensions": frozenset({sex})})
    )
    go(view, 1, 2)
    type_in(qtbot, view, "40")
    go(view, 1, 2)
    parts = [w for w in view.drawer.findChildren(QLineEdit) if w.objectName().startswith("part_")]
    assert [w.accessibleName() for w in parts][:2] == ["Sex: Female", "Sex: Male"]
    parts[0].setFocus()
    qtbot.keyClicks(parts[0], "25")
    parts[1].setFocus()
    QApplication.processEvents()
    assert len(stored(db)) == 2
    parts = [w for w in view.drawer.findChildren(QLineEdit) if w.accessibleName() == "Sex: Male"]
    parts[0].setFocus()
    qtbot.keyClicks(parts[0], "16")
    view.table.setFocus()
    QApplication.processEvents()
    assert len(stored(db)) == 2
    assert "more than the whole" in view.problem.text()


def test_a_value_of_a_locked_period_waits_as_an_amendment(
    view: ResultsView, db: Database, qtbot: QtBot
) -> None:
    go(view, 1, 1)
    type_in(qtbot, view, "9")
    assert stored(db) == []
    go(view, 1, 1)
    assert view.model.index(1, FIRST).data(CELL).amendments == 1
    accept = view.drawer.findChild(QPushButton, "accept_amendment")
    qtbot.mouseClick(accept, Qt.MouseButton.LeftButton)
    assert stored(db) == [("I-1", "01", 9, "approved")]


def test_a_results_line_adds_up_its_indicators_and_counts_none_twice(
    view: ResultsView, db: Database, qtbot: QtBot, context: Context
) -> None:
    c = db.connect()
    ids = dict(c.all("SELECT code, id FROM indicator"))
    above = UUID(bytes=bytes(ids["I-1"]))
    result = UUID(bytes=bytes(c.value("SELECT id FROM result")))
    below = {"result": result, "title": "Of which at school", "code": "I-4", "unit": "people"}
    records.new(db, "indicator", {**below, "counts_towards": above})
    for code, number in (("I-1", 40), ("I-4", 25)):
        id = UUID(
            bytes=bytes(db.connect().value("SELECT id FROM indicator WHERE code = ?", (code,)))
        )
        values = {"indicator": id, "period": Period.quarter(2026, 2), "value": Decimal(number)}
        records.new(db, "indicator_value", {**values, "status": "approved"})
    context.runner.changed.emit(records.put(db, "result", result, {"title": "Warned"}))
    go(view, 0, 2)
    said = [label.text() for label in view.drawer.findChildren(PlainLabel)]
    assert "40 people" in said
    assert "Left out: I-4 · Of which at school – already counted in “I-1 · Title I-1”" in said


def test_baselines_and_targets_are_typed_and_a_revision_keeps_the_first(
    view: ResultsView, db: Database, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def answer(title: str, question: str, *_: object) -> str:
        asked.append(question)
        return answers.pop()

    answers = ["Two sites were dropped", ""]
    monkeypatch.setattr(results_view, "ask_comment", answer)
    view.table.setFocus()
    view.table.setCurrentIndex(view.model.index(1, BASELINE))
    type_in(qtbot, view, "10")
    assert view.table.currentIndex().row() == 2, "Enter goes down to the next baseline"
    view.table.setCurrentIndex(view.model.index(1, TARGET))
    type_in(qtbot, view, "50")
    view.table.setCurrentIndex(view.model.index(3, TARGET))
    type_in(qtbot, view, "85 %")
    assert [view.model.index(1, c).data() for c in (BASELINE, TARGET)] == ["10", "50"]
    assert view.model.index(3, TARGET).data() == "85 %"
    for typed in ("40", "45"):  # the first is cancelled
        view.table.setCurrentIndex(view.model.index(1, TARGET))
        type_in(qtbot, view, typed)
    assert len(asked) == 2
    rows = db.connect().all("SELECT value, revised_value, reason FROM target ORDER BY rid")
    assert rows == [(500_000, 450_000, "Two sites were dropped"), (850_000, None, None)]
    assert "Revised from 50" in view.model.index(1, TARGET).data(Qt.ItemDataRole.ToolTipRole)
    view.table.setCurrentIndex(view.model.index(2, TARGET))
    type_in(qtbot, view, "many")
    assert len(db.connect().all("SELECT 1 FROM target")) == 2
    records.undo(db)
    view.read()
    assert view.model.index(1, TARGET).data() == "50"


def test_the_last_line_adds_up_the_whole_project(
    view: ResultsView, db: Database, qtbot: QtBot
) -> None:
    outside = {"project": view._id, "code": "I-9", "title": "Beside all results", "unit": "people"}
    records.new(db, "indicator", outside)
    view.read()
    for row in (0, 2):
        go(view, row, 2)
        type_in(qtbot, view, "41")
    values = [UUID(bytes=bytes(r)) for (r,) in db.connect().all("SELECT id FROM indicator_value")]
    assert len(values) == 2
    records.put_many(db, "indicator_value", values, {"status": "approved"})
    view.read()
    go(view, view.model.rowCount() - 1, 2)
    assert view.model.line(view.model.rowCount() - 1).title == "All of the project"
    words = [label.text() for label in view.drawer.findChildren(PlainLabel)]
    assert "Early warning" in words
    assert "82 people" in words
