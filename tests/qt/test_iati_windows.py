"""An officer publishes activities, checks a file, and brings the activities of others in."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QComboBox, QLineEdit, QPushButton, QTableView
from pytestqt.qtbot import QtBot

from aps_desktop.cli.values import read_values
from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.exchange.iati_foreign_codes import TRANSACTION
from aps_desktop.services import iati_import, iati_validate, offices, records
from aps_desktop.tasks.runner import Runner
from aps_desktop.views.context import Context
from aps_desktop.views.iati_export_dialog import IatiExportDialog
from aps_desktop.views.iati_import_dialog import IatiImportDialog
from aps_desktop.views.iati_parts import IatiWindow
from aps_desktop.views.iati_validate_dialog import IatiValidateDialog
from aps_desktop.views.main_window import MainWindow
from tests.iati_kit import activity, transaction, write
from tests.unit.test_iati_validate import LIST
from tests.window_kit import Setting

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def setting() -> Setting:
    return Setting(start=offices.start, runner=Runner)


def make(db: Database, entity: str, **values: str) -> UUID:
    return records.new(db, entity, read_values(db, entity, [f"{n}={v}" for n, v in values.items()]))


def shown(qtbot: QtBot, dialog: IatiWindow) -> None:
    qtbot.addWidget(dialog)
    dialog.show()
    settled(qtbot, dialog)


def settled(qtbot: QtBot, dialog: IatiWindow) -> None:
    runner = dialog.context.runner
    qtbot.waitUntil(lambda: not dialog.busy() and runner.idle(), timeout=20_000)


def column(table: QTableView, at: int) -> list[str]:
    model = table.model()
    return [model.index(row, at).data() for row in range(model.rowCount())]


def press(qtbot: QtBot, button: QPushButton) -> None:
    assert button.isVisible()
    assert button.isEnabled()
    qtbot.mouseClick(button, LEFT)


# Export -----------------------------------------------------------------------------------------


def test_what_stays_out_is_said_before_anything_is_written(
    qtbot: QtBot, context: Context, db: Database, tmp_path: Path
) -> None:
    make(db, "project", code="P-1", title="Open", document_class="public",
         planned_start="2026-01-01", sponsoring_body="ACDM")  # fmt: skip
    make(db, "project", code="P-2", title="Closed", document_class="restricted")
    dialog = IatiExportDialog(context)
    shown(qtbot, dialog)
    assert dialog.leaves.text() == "1 activity would be written."
    assert "projects above the class of the file: 1" in dialog.stays.text()
    assert "the names of persons" in dialog.stays.text()
    dialog.export(tmp_path / "out.xml")
    settled(qtbot, dialog)
    assert dialog.heading.text() == "1 activity written to “out.xml”"
    assert dialog.problem.text().startswith("✓ Valid")
    assert iati_validate.validate(tmp_path / "out.xml").valid


def test_a_problem_opens_its_record(
    qtbot: QtBot, context: Context, db: Database, tmp_path: Path
) -> None:
    id = make(db, "project", code="P-1", title="No dates", document_class="public")
    dialog = IatiExportDialog(context)
    shown(qtbot, dialog)
    dialog.export(tmp_path / "out.xml")
    settled(qtbot, dialog)
    assert "not valid yet" in dialog.problem.text()
    table = dialog.problems.table
    assert "It needs a planned or actual start." in column(table, 4)
    assert set(column(table, 5)) == {"Project"}
    table.setFocus()
    with qtbot.waitSignal(context.open_record) as opened:
        qtbot.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == ["project", id]
    given = read_values(db, "project", ["planned_start=2026-01-01", "sponsoring_body=ACDM"])
    records.put(db, "project", id, given)
    press(qtbot, dialog.again)
    settled(qtbot, dialog)
    dialog.export(tmp_path / "out.xml")
    settled(qtbot, dialog)
    assert dialog.problem.text().startswith("✓ Valid")


def test_one_project_by_typing_its_name(
    qtbot: QtBot, context: Context, db: Database, tmp_path: Path
) -> None:
    make(db, "project", code="P-1", title="First", document_class="public")
    id = make(db, "project", code="P-2", title="Second", document_class="public",
              planned_start="2026-01-01", sponsoring_body="ACDM")  # fmt: skip
    dialog = IatiExportDialog(context)
    shown(qtbot, dialog)
    dialog.what.show_value("project", {})
    dialog.what.editor.done.emit()
    assert dialog.leaves.text().startswith("The project is missing.")
    assert not dialog.write.isEnabled()
    row = dialog.about["project"]
    assert row.isVisible()
    row.show_value(id, {id: "Second"})
    row.editor.done.emit()
    settled(qtbot, dialog)
    assert dialog.leaves.text() == "1 activity would be written."
    dialog.export(tmp_path / "out.xml")
    settled(qtbot, dialog)
    assert "Second" in (tmp_path / "out.xml").read_text()
    assert "First" not in (tmp_path / "out.xml").read_text()


def test_a_project_is_exported_from_its_page(qtbot: QtBot, context: Context, db: Database) -> None:
    id = make(db, "project", code="P-2", title="Second", document_class="public",
              planned_start="2026-01-01", sponsoring_body="ACDM")  # fmt: skip
    make(db, "project", code="P-3", title="Third", document_class="public")
    window = MainWindow(context, "Secretariat")
    qtbot.addWidget(window)
    window.show()
    context.show_record("project", id)
    qtbot.waitUntil(lambda: window.findChild(QAction, "record_iati") is not None, timeout=20_000)
    qtbot.waitUntil(context.runner.idle, timeout=20_000)
    window.findChild(QAction, "record_iati").trigger()
    (dialog,) = window.findChildren(IatiExportDialog)
    settled(qtbot, dialog)
    assert dialog.scope().code == str(id)
    assert dialog.leaves.text() == "1 activity would be written."
    dialog.close()


def test_an_office_without_anything_public(qtbot: QtBot, context: Context) -> None:
    dialog = IatiExportDialog(context)
    shown(qtbot, dialog)
    assert dialog.leaves.text().startswith("Nothing may leave")
    assert not dialog.write.isEnabled()


def test_a_wrong_publisher_is_refused_in_place(
    qtbot: QtBot, context: Context, db: Database, tmp_path: Path
) -> None:
    make(db, "project", code="P-1", title="Open", document_class="public")
    dialog = IatiExportDialog(context)
    shown(qtbot, dialog)
    dialog.publisher.editor.findChild(QLineEdit).setText("A/B")
    dialog.export(tmp_path / "out.xml")
    settled(qtbot, dialog)
    assert "cannot be an organisation identifier" in dialog.problem.text()
    assert dialog.write.isEnabled()
    assert not (tmp_path / "out.xml").exists()


# Import -----------------------------------------------------------------------------------------


def test_a_file_comes_in_and_goes_again(
    qtbot: QtBot, context: Context, db: Database, tmp_path: Path
) -> None:
    path = write(tmp_path, activity(transaction()), activity(id="XM-DAC-701-A2", title="Second"))
    dialog = IatiImportDialog(context, path)
    shown(qtbot, dialog)
    assert dialog.heading.text() == "file.xml: 2 activities, IATI 2.03"
    assert dialog.close_button.text() == "Cancel"
    assert dialog.summary.text() == "New: 1 classification term, 2 projects, 1 transaction."
    table = dialog.findChild(QTableView, "iati_activities")
    assert column(table, 2) == ["An activity", "Second"]
    assert column(table, 3) == ["3", "1"]
    press(qtbot, dialog.apply_button)
    settled(qtbot, dialog)
    assert dialog.heading.text() == "4 records imported"
    other = store.open_database(str(db.path))
    assert other.reader().value("SELECT count(*) FROM project") == 2
    press(qtbot, dialog.undo_button)
    settled(qtbot, dialog)
    assert other.reader().value("SELECT count(*) FROM project") == 0
    assert not dialog.summary.isVisible()
    other.close()


def test_an_unknown_code_is_answered_and_used(
    qtbot: QtBot, context: Context, db: Database, tmp_path: Path
) -> None:
    dialog = IatiImportDialog(context, write(tmp_path, activity(transaction("7"))))
    shown(qtbot, dialog)
    assert "Not known" in dialog.problem.text()
    dialog.tabs.setCurrentWidget(dialog.unknown)
    box = dialog.unknown.boxes[TRANSACTION, "7"]
    assert isinstance(box, QComboBox)
    assert box.accessibleName() == "Transaction type Reimbursement (7)"
    assert box.lineEdit().accessibleName() == box.accessibleName()
    box.setCurrentIndex(box.findData("disbursement"))
    press(qtbot, dialog.unknown.use)
    settled(qtbot, dialog)
    qtbot.waitUntil(lambda: dialog.plan is not None, timeout=20_000)
    assert (TRANSACTION, "7") not in dialog.plan.unknown
    press(qtbot, dialog.apply_button)
    settled(qtbot, dialog)
    assert db.reader().all("SELECT type FROM fund_transaction") == [("disbursement",)]


def test_changed_fields_are_shown(
    qtbot: QtBot, context: Context, db: Database, tmp_path: Path
) -> None:
    dialog = IatiImportDialog(context, write(tmp_path, activity()))
    shown(qtbot, dialog)
    press(qtbot, dialog.apply_button)
    settled(qtbot, dialog)
    again = IatiImportDialog(context, write(tmp_path, activity(title="New title")))
    shown(qtbot, again)
    table = again.findChild(QTableView, "iati_changes")
    assert column(table, 3) == ["An activity → New title"]


def test_what_is_lost_is_said_before_and_after(
    qtbot: QtBot, context: Context, tmp_path: Path
) -> None:
    """A transaction without a currency is no record at all, and so none that is refused."""
    money = transaction("3") + transaction("4")
    path = write(tmp_path, activity(money, attributes='xml:lang="en"'))
    dialog = IatiImportDialog(context, path)
    shown(qtbot, dialog)
    assert "are not known: see “Not known”. Not everything in the" in dialog.problem.text()
    press(qtbot, dialog.apply_button)
    settled(qtbot, dialog)
    assert dialog.heading.text() == "2 records imported"
    assert dialog.problem.text().startswith("! One step that can be undone")
    assert "Not everything in the file came in" in dialog.problem.text()


def test_work_is_stopped_by_its_button(qtbot: QtBot, context: Context, tmp_path: Path) -> None:
    dialog = IatiImportDialog(context, write(tmp_path, activity()))
    qtbot.addWidget(dialog)
    dialog.show()
    assert dialog.busy()
    assert dialog.close_button.text() == "Stop"
    press(qtbot, dialog.close_button)
    qtbot.waitUntil(context.runner.idle, timeout=20_000)
    assert not dialog.isVisible()
    assert dialog.plan is None


def test_a_refusal_stands_in_the_window(qtbot: QtBot, context: Context, tmp_path: Path) -> None:
    path = tmp_path / "old.xml"
    path.write_text('<iati-activities version="1.05"/>')
    dialog = IatiImportDialog(context, path)
    shown(qtbot, dialog)
    assert dialog.heading.text() == "“old.xml” was not imported"
    assert "IATI 1.05" in dialog.problem.text()
    assert not dialog.apply_button.isVisible()


def test_a_file_that_is_too_large_is_split(
    qtbot: QtBot, context: Context, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(iati_import, "MOST_RECORDS", 2)
    monkeypatch.setattr(iati_import, "PART", 2)
    path = write(tmp_path, activity(), activity(transaction(), id="XM-DAC-701-A2"))
    dialog = IatiImportDialog(context, path)
    shown(qtbot, dialog)
    assert "holds more than 2 records" in dialog.problem.text()
    assert dialog.split_button.isVisible()
    dialog.split(tmp_path / "parts")
    settled(qtbot, dialog)
    assert dialog.heading.text() == "2 parts written"
    assert "“file part 1.xml”, “file part 2.xml”" in dialog.problem.text()
    assert not dialog.split_button.isVisible()


def test_a_file_without_activities(qtbot: QtBot, context: Context, tmp_path: Path) -> None:
    dialog = IatiImportDialog(context, write(tmp_path))
    shown(qtbot, dialog)
    assert dialog.heading.text() == "file.xml: 0 activities, IATI 2.03"
    assert dialog.problem.text() == "! No activity stands in the file."
    assert not dialog.apply_button.isVisible()


def test_what_was_changed_meanwhile_is_looked_at_again(
    qtbot: QtBot, context: Context, db: Database, tmp_path: Path
) -> None:
    dialog = IatiImportDialog(context, write(tmp_path, activity()))
    shown(qtbot, dialog)
    make(db, "project", code="P-1", title="Meanwhile")
    press(qtbot, dialog.apply_button)
    settled(qtbot, dialog)
    assert "was changed while you looked" in dialog.problem.text()
    assert dialog.apply_button.text() == "Read the file again"
    press(qtbot, dialog.apply_button)
    settled(qtbot, dialog)
    press(qtbot, dialog.apply_button)
    settled(qtbot, dialog)
    assert db.reader().value("SELECT count(*) FROM project") == 2


def test_a_file_is_dropped_on_the_window(
    qtbot: QtBot, context: Context, db: Database, tmp_path: Path
) -> None:
    window = MainWindow(context, "Secretariat")
    qtbot.addWidget(window)
    window.show()
    qtbot.waitUntil(context.runner.idle)
    urls = [QUrl.fromLocalFile(str(write(tmp_path, activity())))]
    assert window.commands.can_take(urls)
    window.commands.take(urls)
    (dialog,) = window.findChildren(IatiImportDialog)
    settled(qtbot, dialog)
    assert dialog.heading.text() == "file.xml: 1 activity, IATI 2.03"
    dialog.close()
    qtbot.waitUntil(context.runner.idle)


# Validate ---------------------------------------------------------------------------------------


def test_a_file_is_checked_and_newer_lists_are_used(
    qtbot: QtBot, context: Context, tmp_path: Path
) -> None:
    quibble = 'xml:lang="en" default-currency="XQQ"'
    dialog = IatiValidateDialog(context, write(tmp_path, activity(attributes=quibble)))
    shown(qtbot, dialog)
    assert dialog.problem.text() == "! Valid. The standard advises:"
    assert "“XQQ” is not in the list Currency" in dialog.problems.detail.text()
    newer = tmp_path / "Currency.xml"
    newer.write_text(LIST)
    dialog.take_lists(newer)
    qtbot.waitUntil(lambda: dialog.problem.text().startswith("✓ Valid"), timeout=20_000)
    settled(qtbot, dialog)


def test_errors_come_before_advice(qtbot: QtBot, context: Context, tmp_path: Path) -> None:
    path = write(tmp_path, activity(id="GB-1"), activity(transaction("99"), id="XM-DAC-701-A2"))
    dialog = IatiValidateDialog(context, path)
    shown(qtbot, dialog)
    assert dialog.problem.text() == "✕ Not valid: 1 error."
    assert column(dialog.problems.table, 1) == ["✕ Error", "! Advice"]
