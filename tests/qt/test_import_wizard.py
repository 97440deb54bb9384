"""An officer brings the workbook in that they have: by the window's four steps."""

from itertools import pairwise
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.db.queries.lists import ListQuery
from aps_desktop.services import importing, offices, records
from aps_desktop.tasks.runner import Runner
from aps_desktop.views import export_dialog
from aps_desktop.views.context import Context
from aps_desktop.views.import_wizard import DONE, FILE, PREVIEW, SHEETS, ImportWizard
from tests.unit.test_excel_sample import SAMPLE
from tests.window_kit import Setting

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def setting() -> Setting:
    return Setting(start=offices.start, runner=Runner)


@pytest.fixture
def wizard(qtbot: QtBot, context: Context) -> ImportWizard:
    made = ImportWizard(context)
    made.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose, False)
    qtbot.addWidget(made)
    made.show()
    return made


def settled(qtbot: QtBot, wizard: ImportWizard, step: int) -> None:
    runner = wizard._context.runner
    qtbot.waitUntil(lambda: wizard.step() == step and runner.idle(), timeout=20_000)


def drop(page: QWidget, path: Path) -> None:
    """Lets go of a file over the page."""
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    event = QDropEvent(
        QPointF(50, 50), Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier
    )
    page.dropEvent(event)


def lines(wizard: ImportWizard) -> list[tuple[str, ...]]:
    model = wizard.preview.rows
    return [
        tuple(model.data(model.index(row, column)) for column in range(model.columnCount()))
        for row in range(model.rowCount())
    ]


def test_the_whole_story(
    qtbot: QtBot, wizard: ImportWizard, context: Context, db: Database, tmp_path: Path
) -> None:
    heard: list[object] = []
    context.runner.changed.connect(heard.append)
    drop(wizard.file, SAMPLE)
    settled(qtbot, wizard, SHEETS)
    assert wizard.sheets.list.count() == 4
    assert wizard.sheets.editor.kind.currentText() == "Project"
    assert wizard.sheets.editor.header.value() == 5
    assert wizard.next.text() == "Check all rows"
    qtbot.mouseClick(wizard.next, LEFT)
    settled(qtbot, wizard, PREVIEW)
    tabs = {name: button.text() for name, button in wizard.preview.tabs.items()}
    assert tabs["new"] == "392 new"
    assert tabs["refused"] == "57 refused cells"
    assert wizard.preview.verdict() == "refused"
    assert lines(wizard)[0][:5] == ("Projects", "8", "Project", "K8", "End")
    assert "project" not in store.counts(db.reader()), "nothing is written before the button"
    assert wizard.next.text() == "Import 392 records"
    qtbot.mouseClick(wizard.next, LEFT)
    settled(qtbot, wizard, DONE)
    assert wizard.done_page.heading.text() == "392 records imported"
    assert store.counts(db.reader())["project"] == 43
    assert len(heard) == 1
    target = tmp_path / "refused.xlsx"
    wizard.save_refused(target)
    qtbot.waitUntil(lambda: target.exists() and context.runner.idle(), timeout=20_000)
    assert openpyxl.load_workbook(target).sheetnames == ["Projects", "Disbursements", "Indicators"]
    qtbot.mouseClick(wizard.done_page.undo, LEFT)
    qtbot.waitUntil(context.runner.idle, timeout=20_000)
    assert wizard.done_page.heading.text() == "The import was undone"
    assert "project" not in store.counts(db.reader())


def test_with_the_keyboard_alone(qtbot: QtBot, wizard: ImportWizard, db: Database) -> None:
    wizard.read(SAMPLE)
    settled(qtbot, wizard, SHEETS)
    qtbot.keyClick(wizard.sheets.list, Qt.Key.Key_Down)
    assert wizard.sheets.editor.kind.currentText() == "Transaction"
    qtbot.keyClick(wizard.sheets.list, Qt.Key.Key_Space)
    assert not wizard.sheets._ticked(1)
    qtbot.keyClick(wizard, Qt.Key.Key_Return)
    settled(qtbot, wizard, PREVIEW)
    qtbot.keyClick(wizard, Qt.Key.Key_Return)
    settled(qtbot, wizard, DONE)
    assert "fund_transaction" not in store.counts(db.reader())
    assert store.counts(db.reader())["project"] == 43


def test_a_column_is_given_another_meaning_and_that_is_remembered(
    qtbot: QtBot, wizard: ImportWizard, context: Context, db: Database, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Projects"
    for row in (["Project code", "Project title", "Zzz"], ["P1", "One", "BNPB"]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    wizard.read(tmp_path / "a.xlsx")
    settled(qtbot, wizard, SHEETS)
    combo = wizard.sheets.editor.combo_of(2)
    assert combo.currentText() == "Leave this column out"
    choose(combo, "Proponent")
    qtbot.waitUntil(context.runner.idle)
    model = wizard.sheets.editor.columns
    assert model.data(model.index(2, 3)) == "BNPB"
    wizard.next.click()
    settled(qtbot, wizard, PREVIEW)
    wizard.next.click()
    settled(qtbot, wizard, DONE)
    found = records.get(db.reader(), "project", records.find_id(db.reader(), "project", "P1"))
    assert found.values["proponent"] == "BNPB"
    again = importing.read(db, tmp_path / "a.xlsx").sheets[0]
    assert again.source == "remembered"
    assert again.mapping.described()["Zzz"] == "project.proponent"


def choose(combo: QComboBox, words: str) -> None:
    place = combo.findText(words)
    assert place >= 0
    combo.setCurrentIndex(place)
    combo.activated.emit(place)


def test_another_kind_of_record_and_another_row_of_headings(
    qtbot: QtBot, wizard: ImportWizard, context: Context
) -> None:
    wizard.read(SAMPLE)
    settled(qtbot, wizard, SHEETS)
    editor = wizard.sheets.editor
    choose(editor.kind, "Concept note" if editor.kind.findText("Concept note") >= 0 else "Tranche")
    qtbot.waitUntil(context.runner.idle, timeout=10_000)
    assert wizard.sheets.workbook().sheets[0].source == "chosen"
    choose(editor.kind, "Project")
    qtbot.waitUntil(context.runner.idle, timeout=10_000)
    assert editor.combo_of(1).currentText() == "Project code – needed"
    choose(editor.kind, "Nothing: leave this sheet out")
    assert wizard.sheets.workbook().sheets[0].mapping is None


def test_changed_rows_show_what_was_and_what_comes(
    qtbot: QtBot, wizard: ImportWizard, db: Database, tmp_path: Path
) -> None:
    records.new(db, "project", {"code": "P1", "title": "One", "proponent": "BNPB"})
    book = openpyxl.Workbook()
    book.active.title = "Projects"
    for row in (["Project code", "Project title", "Proponent"], ["P1", "Uno", "BNPB"]):
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    wizard.read(tmp_path / "a.xlsx")
    settled(qtbot, wizard, SHEETS)
    wizard.next.click()
    settled(qtbot, wizard, PREVIEW)
    assert wizard.preview.verdict() == "changed"
    assert lines(wizard) == [("Projects", "2", "Project", "P1", "Title", "One → Uno")]


def test_years_of_the_buddhist_era_are_taken_when_the_officer_says_so(
    qtbot: QtBot, wizard: ImportWizard, tmp_path: Path
) -> None:
    book = openpyxl.Workbook()
    for row in (["Project code", "Project title", "Start"], ["X-1", "One", "5 มกราคม 2569"],
                ["X-2", "Two", "1 Mar 2026"]):  # fmt: skip
        book.active.append(row)
    book.save(tmp_path / "a.xlsx")
    wizard.read(tmp_path / "a.xlsx")
    settled(qtbot, wizard, SHEETS)
    qtbot.mouseClick(wizard.next, LEFT)
    settled(qtbot, wizard, PREVIEW)
    assert wizard.next.text() == "Import 1 record"
    qtbot.mouseClick(wizard.back, LEFT)
    settled(qtbot, wizard, SHEETS)
    wizard.sheets.editor.buddhist.click()
    qtbot.mouseClick(wizard.next, LEFT)
    settled(qtbot, wizard, PREVIEW)
    assert wizard.next.text() == "Import 2 records"


def test_the_preview_is_filtered(qtbot: QtBot, wizard: ImportWizard, context: Context) -> None:
    wizard.read(SAMPLE)
    settled(qtbot, wizard, SHEETS)
    wizard.next.click()
    settled(qtbot, wizard, PREVIEW)
    wizard.preview.filter.setText("somxyz")
    qtbot.waitUntil(context.runner.idle)
    assert [line[3] for line in lines(wizard)] == ["E26"]
    wizard.preview.filter.clear()
    wizard.preview.tabs["waiting"].click()
    qtbot.waitUntil(context.runner.idle)
    assert {line[0] for line in lines(wizard)} == {"Disbursements", "Indicators"}


def test_a_file_that_cannot_be_read_is_said_in_place(
    qtbot: QtBot, wizard: ImportWizard, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.xlsx"
    bad.write_bytes(b"PK not a workbook")
    wizard.read(bad)
    qtbot.waitUntil(lambda: not wizard.busy(), timeout=20_000)
    assert wizard.step() == FILE
    assert wizard.file.problem.text()
    assert wizard.file.stack.currentIndex() == 0


def test_reading_is_stopped(qtbot: QtBot, wizard: ImportWizard, context: Context) -> None:
    wizard.read(SAMPLE)
    assert wizard.busy()
    wizard.file.stop.click()
    assert not wizard.busy()
    qtbot.waitUntil(context.runner.idle, timeout=20_000)
    assert wizard.step() == FILE


def test_the_window_never_waits(qtbot: QtBot, wizard: ImportWizard, context: Context) -> None:
    """The event loop is not held up while a workbook is read and checked."""
    import time

    from PySide6.QtCore import QTimer

    beats: list[float] = []
    timer = QTimer()
    timer.setInterval(5)
    timer.timeout.connect(lambda: beats.append(time.perf_counter()))
    timer.start()
    wizard.read(SAMPLE)
    qtbot.waitUntil(lambda: not wizard.busy(), timeout=20_000)
    timer.stop()
    gaps = sorted(b - a for a, b in pairwise(beats))
    assert gaps
    assert gaps[len(gaps) * 95 // 100] < 0.05


def test_everything_has_a_name_and_texts_are_plain(qtbot: QtBot, wizard: ImportWizard) -> None:
    wizard.read(SAMPLE)
    settled(qtbot, wizard, SHEETS)
    for widget in wizard.findChildren(QWidget):
        if isinstance(widget, QLabel) and widget.text():
            assert widget.textFormat() == Qt.TextFormat.PlainText
        if isinstance(widget, (QComboBox, QLineEdit)) and not widget.objectName().startswith("qt_"):
            assert widget.accessibleName(), widget.objectName()
        if isinstance(widget, QPushButton):
            assert widget.text() or widget.accessibleName()


# Export ------------------------------------------------------------------------------------------


def test_a_list_is_exported(
    qtbot: QtBot, context: Context, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    records.new(db, "project", {"code": "P1", "title": "One"})
    target = tmp_path / "list"
    monkeypatch.setattr(export_dialog.QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    said: list[tuple[object, ...]] = []
    context.message.connect(lambda *words: said.append(words))
    export_dialog.export_list(context, ListQuery("project", ("code", "title")))
    qtbot.waitUntil(lambda: bool(said), timeout=20_000)
    assert said[0][0] == "1 record written to “list.xlsx”."
    assert importing.import_workbook(db, target.with_suffix(".xlsx")).sheets[0].same == 1


def test_the_office_is_exported(
    qtbot: QtBot, context: Context, db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "office.xlsx"
    monkeypatch.setattr(export_dialog.QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    said: list[tuple[object, ...]] = []
    context.message.connect(lambda *words: said.append(words))
    export_dialog.export_office(context)
    qtbot.waitUntil(lambda: bool(said), timeout=20_000)
    assert "Member states" in openpyxl.load_workbook(target).sheetnames
