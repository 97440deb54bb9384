"""One process of the list benchmark: `ours`, `qsql` or `window`, a database, and figures as JSON.

Separate processes, since Qt's own SQLite and the program's must not share a file in one.
"""

import json
import random
import statistics
import sys
import time

from PySide6.QtCore import QEvent, QEventLoop, QObject, Qt
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import QAbstractItemView, QApplication, QTableView, QVBoxLayout, QWidget

FRAMES = 60
OPENED = 9
SIZE = (1400, 900)


def resident() -> float:
    """MiB of memory that the process holds."""
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * 4096 / 2**20


def spin(app, until, limit=30.0):
    end = time.monotonic() + limit
    while not until() and time.monotonic() < end:
        app.processEvents(QEventLoop.ProcessEventsFlag.AllEvents, 5)
        time.sleep(0.0002)


class Painted(QObject):
    """Whether a view has been painted with rows in it: Qt paints a new widget a second time when
    it comes to the update that showing it asked for, and that is no part of opening a list."""

    def __init__(self, view):
        super().__init__(view)
        self.view, self.done = view, False
        view.viewport().installEventFilter(self)

    def eventFilter(self, watched, event):
        del watched
        if event.type() == QEvent.Type.Paint and self.view.model().rowCount():
            self.done = True
        return False

    def wait(self, app):
        while not self.done:
            app.processEvents()


def host(app):
    widget = QWidget()
    widget.resize(*SIZE)
    QVBoxLayout(widget).setContentsMargins(0, 0, 0, 0)
    widget.show()
    app.processEvents()
    return widget


def frames(app, view, step=None):
    """Median milliseconds from moving the scroll bar to the rows painted."""
    dice, bar, taken = random.Random(3), view.verticalScrollBar(), []
    for _ in range(FRAMES):
        begun = time.perf_counter()
        bar.setValue(dice.randrange(bar.maximum()) if step is None else bar.value() + step)
        view.viewport().repaint()
        taken.append(time.perf_counter() - begun)
        app.processEvents()
    return statistics.median(taken) * 1000


def let_go(app, place, view):
    place.layout().removeWidget(view)
    view.hide()
    view.deleteLater()
    app.processEvents()
    app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    time.sleep(0.05)


def opened_list(path):
    from aps_desktop.db import store
    from aps_desktop.tasks.runner import Runner
    from aps_desktop.views.context import Context
    from aps_desktop.views.ui_state import UiState

    db = store.open_database(path)
    runner = Runner(db)
    runner.crashed.connect(lambda text: print(text, file=sys.stderr))
    return Context(db, runner, UiState(None))


def ours(app, path):
    from aps_desktop.views.list_view import ListView
    from tests.benchmarks.big_database import FIELDS

    context, place = opened_list(path), host(app)
    warm = ListView(context, "body", parent=place)
    place.layout().addWidget(warm)
    spin(app, lambda: warm.model.complete)
    place.layout().removeWidget(warm)
    warm.hide()
    before, opened = resident(), []
    for _ in range(OPENED):
        begun = time.perf_counter()
        view = ListView(context, "project", parent=place)
        view.show_columns(FIELDS)
        place.layout().addWidget(view)
        Painted(view.table).wait(app)
        opened.append(time.perf_counter() - begun)
        spin(app, lambda shown=view: shown.model.complete and context.runner.idle())
        if len(opened) == 1:
            figures = {"memory": resident() - before}
        if len(opened) < OPENED:
            let_go(app, place, view)
    figures["open"] = statistics.median(opened) * 1000
    table = view.table
    plain = plain_table(app, [view.model.texts(row) for row in range(200)])
    for name, step in (("jump", None), ("step", 84)):
        pairs = [(frames(app, table, step), frames(app, plain, step)) for _ in range(5)]
        figures[name] = statistics.median(pair[0] for pair in pairs)
        figures[f"{name}_plain"] = statistics.median(pair[1] for pair in pairs)
    plain.close()
    place.close()
    context.runner.shutdown()
    context.db.close()
    return figures


def plain_table(app, texts):
    """Qt's own item model and delegate, with the same texts."""
    model = QStandardItemModel(20_000, len(texts[0]))
    for row in range(model.rowCount()):
        for column, text in enumerate(texts[row % len(texts)]):
            model.setItem(row, column, QStandardItem(text))
    view = QTableView()
    model.setParent(view)
    view.setModel(model)
    view.verticalHeader().setDefaultSectionSize(28)
    view.verticalHeader().hide()
    view.setWordWrap(False)
    view.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    view.resize(*SIZE)
    view.show()
    app.processEvents()
    return view


def qsql(app, path):
    from PySide6.QtSql import QSqlDatabase, QSqlTableModel

    from tests.benchmarks.big_database import FIELDS

    database = QSqlDatabase.addDatabase("QSQLITE")
    database.setDatabaseName(path)
    database.setConnectOptions("QSQLITE_OPEN_READONLY")
    if not database.open():
        raise OSError(database.lastError().text())
    place = host(app)
    before, opened = resident(), []
    for _ in range(OPENED):
        begun = time.perf_counter()
        view = QTableView(place)
        model = QSqlTableModel(view, database)
        model.setTable("project")
        model.setSort(model.fieldIndex("code"), Qt.SortOrder.AscendingOrder)
        model.select()
        view.setModel(model)
        place.layout().addWidget(view)
        for column in range(len(FIELDS), model.columnCount()):
            view.hideColumn(column)
        Painted(view).wait(app)
        opened.append(time.perf_counter() - begun)
        if len(opened) == 1:
            figures = {"memory": resident() - before}
        let_go(app, place, view)
    figures["open"] = statistics.median(opened) * 1000
    place.close()
    return figures


def window(app, path):
    """The list alone in a window, for a benchmark that looks at the screen; ends when told."""
    from aps_desktop.views.list_view import ListView

    context = opened_list(path)
    view = ListView(context, "project")
    view.setGeometry(0, 0, 1040, 740)
    view.show()
    view.activateWindow()
    view.table.setFocus()
    app.exec()
    context.runner.shutdown()
    return {}


def main():
    app = QApplication(sys.argv[:1])
    from aps_desktop.views import theme_sheet

    theme_sheet.dress(app)
    print(json.dumps({"ours": ours, "qsql": qsql, "window": window}[sys.argv[1]](app, sys.argv[2])))


if __name__ == "__main__":
    main()
