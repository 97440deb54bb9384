"""Pictures of the pages, for the README and for looking at: `make screenshots`.

Draws offscreen on made-up data. Arguments: the folder to write to, then the pictures to take
(all, where none is named).
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

import exchange_scene  # noqa: E402
from PySide6.QtCore import QUrl  # noqa: E402
from PySide6.QtWidgets import QApplication, QPushButton, QWidget  # noqa: E402

from aps_desktop.app import Program  # noqa: E402
from aps_desktop.services import demo, merging, offices, working  # noqa: E402
from aps_desktop.views.detail_view import DetailView  # noqa: E402
from aps_desktop.views.iati_export_dialog import IatiExportDialog  # noqa: E402
from aps_desktop.views.import_wizard import ImportWizard  # noqa: E402
from aps_desktop.views.main_window import MainWindow  # noqa: E402
from aps_desktop.views.merge_dialog import MergeDialog  # noqa: E402
from aps_desktop.views.palette import Palette  # noqa: E402
from aps_desktop.views.posting_dialog import PostingDialog  # noqa: E402
from aps_desktop.views.report_dialog import ReportDialog  # noqa: E402

_SIZE = {"small": (1366, 768), "large": (1920, 1080)}


@dataclass(frozen=True)
class Picture:
    """One picture: its name, the page, the scheme, and what is done before it is taken."""

    name: str
    place: str
    scheme: str = "light"
    size: str = "small"
    act: Callable[[MainWindow], QWidget | None] | None = None


def second_row(window: MainWindow) -> None:
    window.pane().list.table.selectRow(3)


def results_grid(window: MainWindow) -> None:
    """The results of a project, by period."""
    window.pane().list.table.selectRow(3)
    page = shown_record(window)
    page.tabs.setCurrentWidget(page.results)


def follow_up(window: MainWindow) -> None:
    window.pane().list.table.selectRow(1)
    shown_record(window).tabs.setCurrentIndex(1)


def outcomes(window: MainWindow) -> None:
    window.pane().tabs.setCurrentIndex(1)


def shown_record(window: MainWindow) -> DetailView:
    """The page of the record beside the list, once it is read."""
    app = QApplication.instance()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        app.processEvents()
        time.sleep(0.01)
        for page in window.pane().findChildren(DetailView):
            if page.record is not None:
                return page
    raise TimeoutError("no record is shown")


def search(window: MainWindow) -> QWidget:
    window.commands.run("palette")
    palette = window.findChild(Palette)
    palette.field.setText("train")
    return palette


def import_preview(window: MainWindow) -> QWidget:
    """The wizard on a workbook as officers keep them, at its preview."""
    wizard = ImportWizard(window.context, ROOT / "tests" / "data" / "desk_officer_workbook.xlsx")
    wizard.setParent(window, wizard.windowFlags())
    wizard.show()
    app = QApplication.instance()
    for step in (1, 2):
        deadline = time.monotonic() + 30
        while (wizard.busy() or wizard.step() < step) and time.monotonic() < deadline:
            app.processEvents()
            time.sleep(0.01)
        if step == 1:
            wizard.next.click()
    return wizard


def fund_ledger(window: MainWindow) -> None:
    """A fund that is managed here, with money of several currencies coming in and going out."""
    window.pane().list.table.selectRow(16)


def question(name: str) -> Callable[[MainWindow], None]:
    def choose(window: MainWindow) -> None:
        window.pane().choose(name)

    return choose


def posting(window: MainWindow) -> QWidget:
    """A disbursement in yen, with its value in dollars."""
    window.commands.run("record_transaction")
    dialog = window.findChildren(PostingDialog)[-1]
    dialog.rows["type"].editor.recall("Disbursement")
    dialog.rows["amount"].editor.recall(["JPY", "4,000,000"])
    dialog.rows["amount"].editor.done.emit()
    return dialog


def iati_export(window: MainWindow) -> QWidget:
    """What would be published, and what stays here."""
    window.commands.run("iati_export")
    return window.findChildren(IatiExportDialog)[-1]


def report(window: MainWindow) -> QWidget:
    """Which report, about what, as which kind of file."""
    window.commands.run("report")
    return window.findChildren(ReportDialog)[-1]


def portfolio(window: MainWindow) -> None:
    dashboard(window, "portfolio")


def funding(window: MainWindow) -> None:
    dashboard(window, "funding")


def results(window: MainWindow) -> None:
    dashboard(window, "results")


def state_map(window: MainWindow) -> None:
    dashboard(window, "map")


def dashboard(window: MainWindow, tab: str) -> None:
    """Waits for the process that draws, in the scheme and size of this picture."""
    pane = window.pane()
    pane.open_tab(tab)
    app = QApplication.instance()
    deadline = time.monotonic() + 60
    while not pane.is_drawn() and time.monotonic() < deadline:
        app.processEvents()
        time.sleep(0.01)


PICTURES = (
    Picture("today", "today"),
    Picture("today-dark", "today", "dark", "large"),
    Picture("projects", "entity:project", "light", "large", second_row),
    Picture("projects-dark", "entity:project", "dark", "small", second_row),
    Picture("meetings", "entity:meeting", "light", "large", second_row),
    Picture("transactions", "entity:fund_transaction", act=second_row),
    Picture("fund-ledger", "entity:fund", "light", "large", fund_ledger),
    Picture("fund-ledger-dark", "entity:fund", "dark", "small", fund_ledger),
    Picture("posting", "entity:fund_transaction", act=posting),
    Picture("partner", "entity:partner", "light", "large", second_row),
    Picture("questions", "questions", "light", "large", question("delivery")),
    Picture("questions-dark", "questions", "dark", "small", question("gap")),
    Picture("rates", "rates"),
    Picture("indicators", "entity:indicator", "dark"),
    Picture("reporting", "reporting", "light", "small"),
    Picture("reporting-dark", "reporting", "dark", "large"),
    Picture("results", "entity:project", "light", "large", results_grid),
    Picture("levels", "levels"),
    Picture("outcomes-dark", "levels", "dark", "small", outcomes),
    Picture("checks", "checks"),
    Picture("evaluation", "entity:evaluation", "light", "large", follow_up),
    Picture("changes", "changes"),
    Picture("backups", "backups"),
    Picture("dashboard", "dashboards", "light", "large", funding),
    Picture("dashboard-dark", "dashboards", "dark", "large", funding),
    Picture("dashboard-portfolio", "dashboards", "light", "small", portfolio),
    Picture("dashboard-results", "dashboards", "dark", "large", results),
    Picture("dashboard-map", "dashboards", "light", "small", state_map),
    Picture("search", "today", act=search),
    Picture("import-preview", "today", act=import_preview),
    Picture("iati-export", "today", act=iati_export),
    Picture("report", "today", act=report),
    Picture("exchange", "sync"),
)


def wait(done: Callable[[], bool]) -> None:
    app = QApplication.instance()
    deadline = time.monotonic() + 20
    while not done() and time.monotonic() < deadline:
        app.processEvents()
        time.sleep(0.01)


def merge_preview(window: MainWindow) -> QWidget:
    """The bundle that waits, with each difference in sight."""
    window.commands.take([QUrl.fromLocalFile(window.property("bundle"))])
    dialog = window.findChildren(MergeDialog)[-1]
    wait(dialog.merge_button.isVisible)
    dialog.resize(920, 640)
    dialog.findChild(QPushButton, "show_differences").click()
    return dialog


def conflict(window: MainWindow) -> None:
    """A long text that was edited apart, with both edits marked."""
    merging.merge_file(window.context.db, Path(window.property("bundle")))
    window.go("sync")
    window.go("conflicts")
    wait(lambda: window.pane().list.count() == 4)
    window.pane().list.setCurrentRow(3)


EXCHANGE = (
    Picture("merge-preview", "sync", act=merge_preview),
    Picture("conflict", "sync", act=conflict),
    Picture("to-settle", "issues"),
)


def settle(app: QApplication, program: Program) -> None:
    """Lets the window read what it wants to show."""
    deadline = time.monotonic() + 20
    quiet = 0
    while quiet < 25 and time.monotonic() < deadline:
        app.processEvents()
        time.sleep(0.01)
        quiet = quiet + 1 if program.idle() else 0


def take(app: QApplication, program: Program, picture: Picture, folder: Path) -> None:
    window = program.window
    window.resize(*_SIZE[picture.size])
    window.commands.choose_scheme(picture.scheme)
    window.go(picture.place)
    settle(app, program)
    shown = picture.act(window) if picture.act else None
    settle(app, program)
    (shown or window).grab().save(str(folder / f"{picture.name}.png"))
    if shown is not None:
        shown.close()


def shoot(app: QApplication, program: Program, pictures: Sequence[Picture], folder: Path) -> None:
    for picture in pictures:
        take(app, program, picture, folder)
        print(folder / f"{picture.name}.png")
    program.close()


def main() -> int:
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    names = sys.argv[2:]
    sample, exchange = (
        [one for one in pictures if not names or one.name in names]
        for pictures in (PICTURES, EXCHANGE)
    )
    with tempfile.TemporaryDirectory() as home:
        os.environ["APS_DATA_DIR"] = home
        location = str(Path(home, "sample.aps"))
        db = offices.start(location, office="ASEC", device="Sample laptop")
        working.name_officer(db, "Siti Rahayu")
        demo.fill(db, "small", 2045, lambda *_: None, lambda: False)
        db.close()
        app = QApplication(sys.argv[:1])
        program = Program(app)
        program.open(location)
        shoot(app, program, sample, folder)
        location, bundle = exchange_scene.prepare(Path(home))
        program = Program(app)
        program.open(location)
        program.window.setProperty("bundle", str(bundle))
        shoot(app, program, exchange, folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
