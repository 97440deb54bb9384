"""Making a report in the window: from a record's page and from the menu."""

import threading
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.reports import formats
from aps_desktop.services import records
from aps_desktop.tasks.runner import Runner
from aps_desktop.views.context import Context
from aps_desktop.views.record_pages import page_for
from aps_desktop.views.report_dialog import ReportDialog
from aps_desktop.views.ui_state import UiState
from tests.window_kit import Setting


@pytest.fixture
def setting() -> Setting:
    return Setting(office="LA")


@pytest.fixture
def project(db: Database) -> UUID:
    return records.new(db, "project", {"code": "P-1", "title": "Early warning"})


def test_from_a_projects_page_to_a_word_file(
    qtbot: QtBot, context: Context, project: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = page_for(context, "project")
    qtbot.addWidget(page)
    page.resize(900, 700)
    page.show()
    page.show_record(project)
    page.header.more.menu().aboutToShow.emit()
    page.findChild(QAction, "record_report").trigger()
    dialog = page.findChild(ReportDialog)
    assert [one.name for one in dialog._offered] == ["progress", "completion"]
    dialog.format.show_value("docx", {})
    told: list[str] = []
    context.message.connect(lambda text, *_: told.append(text))
    asked: list[str] = []

    def choose(_parent: object, _title: str, name: str, _filter: str) -> tuple[str, str]:
        asked.append(Path(name).name)
        return str(tmp_path / "progress.docx"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    qtbot.mouseClick(dialog.make, Qt.MouseButton.LeftButton)
    assert asked == ["Progress report P-1.docx"]
    assert (tmp_path / "progress.docx").stat().st_size > 2_000
    assert told == ["“progress.docx” is written."]


@pytest.fixture
def dialog(qtbot: QtBot, context: Context, monkeypatch: pytest.MonkeyPatch) -> ReportDialog:
    """As from the menu; no file may be asked for."""
    made = ReportDialog(context)
    qtbot.addWidget(made)
    made.show()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", pytest.fail)
    return made


def test_from_the_menu_a_missing_record_is_said_in_place(
    qtbot: QtBot, dialog: ReportDialog
) -> None:
    assert dialog.about["project"].isVisible()
    qtbot.mouseClick(dialog.make, Qt.MouseButton.LeftButton)
    assert dialog.error.text() == "The project is missing. Type a part of its name."
    dialog.report.show_value("data-quality", {})
    dialog.report.editor.done.emit()
    assert not any(row.isVisible() for row in dialog.about.values())
    assert not dialog.year.isVisible()
    assert not dialog.error.isVisible()


def test_a_kind_of_file_that_a_report_does_not_have_is_refused_in_place(
    qtbot: QtBot, dialog: ReportDialog
) -> None:
    dialog.format.show_value("docx", {})
    dialog.report.show_value("public-pack", {})
    dialog.report.editor.done.emit()
    assert dialog.format.editor.value() == "html"
    assert not dialog.max_class.isVisible()
    dialog.format.editor.setFocus()  # where a person is who chooses it
    dialog.format.show_value("xlsx", {})
    qtbot.mouseClick(dialog.make, Qt.MouseButton.LeftButton)
    assert dialog.error.text() == (
        "The public accountability pack is not made as Excel. Choose Web page or PDF."
    )


def test_closing_the_dialog_stops_the_report(
    qtbot: QtBot, db: Database, project: UUID, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, ended = threading.Event(), threading.Event()

    def write(_document: object, _path: Path, cancelled: Callable[[], bool]) -> None:
        begun.set()
        while not cancelled():
            ended.wait(0.01)
        ended.set()

    monkeypatch.setattr(formats, "write", write)
    context = Context(db, Runner(db), UiState(None))
    dialog = ReportDialog(context, records.get(db.reader(), "project", project))
    qtbot.addWidget(dialog)
    dialog.write(tmp_path / "progress.pdf")
    assert begun.wait(60)
    dialog.reject()
    assert ended.wait(60)
    context.runner.shutdown()
