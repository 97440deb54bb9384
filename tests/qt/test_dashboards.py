"""Dashboards as an officer meets them: looking, pointing, opening the rows, taking them away."""

import re
import sys
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import openpyxl
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QTableView
from pytestqt.qtbot import QtBot

from aps_desktop.db.engine import Database
from aps_desktop.domain.errors import UserError
from aps_desktop.services import demo, offices
from aps_desktop.services.dashboard_selection import Selection
from aps_desktop.services.dashboards import CHARTS
from aps_desktop.tasks import chart_renderer
from aps_desktop.views import theme
from aps_desktop.views.dashboards_pane import DashboardsPane
from aps_desktop.views.main_window import MainWindow
from tests.window_kit import Setting

Open = Callable[[], MainWindow]


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    location = str(tmp_path_factory.mktemp("dashboards") / "demo.aps")
    database = offices.start(location, office="ASEC", device="Charts")
    demo.fill(database, "small", 7, lambda *_: None, lambda: False)
    yield database
    database.close()


@pytest.fixture
def setting() -> Setting:
    return Setting(size=(1440, 900))


@pytest.fixture
def opened(
    opened: Callable[[Database], MainWindow], db: Database, monkeypatch: pytest.MonkeyPatch
) -> Open:
    monkeypatch.setattr(chart_renderer, "CHILDREN", 1)
    return partial(opened, db)


def dashboards(window: MainWindow, qtbot: QtBot, tab: str = "portfolio") -> DashboardsPane:
    window.go("dashboards", {"tab": tab})
    pane = window.pane()
    qtbot.waitUntil(pane.is_drawn, timeout=30_000)
    return pane


def test_a_click_on_a_bar_opens_its_rows(opened: Open, qtbot: QtBot, db: Database) -> None:
    loaded = set(sys.modules)
    window = opened()
    pane = dashboards(window, qtbot)
    view = pane.card("portfolio-status").view
    place = next(n for n, mark in enumerate(view.chart.marks) if mark.label == "Commenced")
    qtbot.mouseMove(view, view.region_centre(place))
    qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=view.region_centre(place))
    assert window.pane().key == "entity:project"
    shown = window.pane().list.model.rowCount()
    assert shown == db.reader().value("SELECT count(*) FROM project WHERE status = 'commenced'")
    assert f"{shown} project" in view.chart.marks[place].value
    assert not {"matplotlib", "numpy"} & (sys.modules.keys() - loaded)


def test_the_keyboard_walks_the_marks_and_opens_one(opened: Open, qtbot: QtBot) -> None:
    window = opened()
    pane = dashboards(window, qtbot, "meetings")
    view = pane.card("meetings-decisions").view
    view.setFocus()
    qtbot.keyClick(view, Qt.Key.Key_Right)
    first = view.current()
    qtbot.keyClick(view, Qt.Key.Key_Down)
    assert view.current() not in (None, first)
    qtbot.keyClick(view, Qt.Key.Key_Home)
    assert view.current() == first
    qtbot.keyClick(view, Qt.Key.Key_Return)
    assert window.pane().key == "entity:decision"
    window.actions["back"].trigger()
    assert window.pane() is pane
    assert pane.tab().key == "meetings"


def test_a_chart_says_its_finding_and_table_to_a_screen_reader(opened: Open, qtbot: QtBot) -> None:
    pane = dashboards(opened(), qtbot)
    view = pane.card("portfolio-pillar").view
    assert view.accessibleName() == view.chart.head.finding
    assert "AEC" in view.accessibleDescription()
    card = pane.card("portfolio-pillar")
    card.run("table")
    table = card.findChild(QTableView)
    assert table.isVisible()
    assert table.model().rowCount() == len(view.chart.table.rows)
    qtbot.keyClick(table, Qt.Key.Key_Escape)
    assert not table.isVisible()


def test_filters_are_shared_by_the_tabs_and_kept(opened: Open, qtbot: QtBot) -> None:
    window = opened()
    pane = dashboards(window, qtbot)
    before = pane.card("portfolio-status").chart().head.finding
    pane.filters.choose(pillar="aec")
    qtbot.waitUntil(pane.is_drawn, timeout=30_000)
    assert pane.card("portfolio-status").chart().head.finding != before
    pane.open_tab("map")
    qtbot.waitUntil(pane.is_drawn, timeout=30_000)
    assert pane.narrowed() == "AEC"
    narrowed = [key for key in pane._figures if key[1] == Selection(pillar="aec")]
    assert len(narrowed) == len(CHARTS)  # read ahead: the other tabs need only be drawn
    window.close()
    again = opened()
    pane = again.pane()
    assert isinstance(pane, DashboardsPane)
    assert pane.tab().key == "map"
    assert pane.filters.selection == Selection(pillar="aec")
    assert pane.filters.boxes["pillar"].currentText() == "AEC"


def test_while_the_window_is_resized_the_old_picture_stays(opened: Open, qtbot: QtBot) -> None:
    window = opened()
    pane = dashboards(window, qtbot)
    view = pane.card("portfolio-status").view
    window.resize(1200, 800)
    QApplication.processEvents()
    assert not view.is_sharp()
    assert view.grab().toImage().pixelColor(view.width() // 2, 12).name() == theme.LIGHT.surface
    qtbot.waitUntil(view.is_sharp, timeout=30_000)


def test_a_chart_goes_to_the_clipboard_and_to_files(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    pane = dashboards(opened(), qtbot)
    card = pane.card("portfolio-status")
    QGuiApplication.clipboard().clear()
    card.run("copy")
    qtbot.waitUntil(lambda: not QGuiApplication.clipboard().image().isNull(), timeout=30_000)
    begins = {"png": b"\x89PNG", "svg": b"<?xml", "pdf": b"%PDF", "xlsx": b"PK"}
    for kind, first in begins.items():
        path = tmp_path / f"chart.{kind}"
        pane.files.write(kind, card.chart(), "Projects by status", path)
        qtbot.waitUntil(path.exists, timeout=30_000)
        assert path.read_bytes().startswith(first)
    sheet = openpyxl.load_workbook(tmp_path / "chart.xlsx").worksheets[0]
    assert any("May hold up to “Confidential”" in str(cell) for row in sheet.values for cell in row)


def test_a_picture_is_written_beside_the_window(
    opened: Open, qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pane = dashboards(opened(), qtbot)
    chart = pane.card("portfolio-status").chart()
    begun = []
    monkeypatch.setattr(pane.context.runner, "long", lambda work, *_, **__: begun.append(work))
    paths = (tmp_path / "chart.png", tmp_path / "no such folder" / "chart.png")
    for path in paths:
        pane.files.write("png", chart, "Projects by status", path)
    qtbot.waitUntil(lambda: len(begun) == 2)
    assert not paths[0].exists()
    begun[0]()
    assert paths[0].read_bytes().startswith(b"\x89PNG")
    with pytest.raises(UserError, match="could not be written"):
        begun[1]()


def test_a_dashboard_becomes_a_slide_and_a_report_of_two_pages(
    opened: Open, qtbot: QtBot, tmp_path: Path
) -> None:
    pane = dashboards(opened(), qtbot)
    charts = [card.chart() for card in pane.page().cards]
    slide, report = tmp_path / "slide.png", tmp_path / "report.pdf"
    pane.files.write_slide("Portfolio", "AEC", charts, slide)
    pane.files.write_report("Portfolio", "AEC", charts, report)
    qtbot.waitUntil(slide.exists, timeout=30_000)
    picture = QImage(str(slide))
    assert (picture.width(), picture.height()) == (1920, 1080)
    qtbot.waitUntil(report.exists, timeout=60_000)
    assert len(re.findall(rb"/Type\s*/Page\b", report.read_bytes())) == 2


def test_the_funding_of_this_year_by_partner_goes_on_a_slide(
    opened: Open, qtbot: QtBot, db: Database
) -> None:
    """The eighth task of a new officer: a tab, a year, and the copy entry of the chart's menu."""
    window = opened()
    pane = dashboards(window, qtbot, "funding")
    box = pane.filters.boxes["year"]
    box.setFocus()
    qtbot.keyClicks(box, "2026")
    qtbot.waitUntil(pane.is_drawn, timeout=30_000)
    assert pane.filters.selection == Selection(year=2026)
    card = pane.card("funding-partner")
    cents = db.reader().value(
        "SELECT sum(usd_value_minor) FROM fund_transaction WHERE type = 'commitment' "
        "AND nature = 'actual' AND date BETWEEN '2026-01-01' AND '2026-12-31'"
    )
    assert sum(row[-1] for row in card.chart().table.rows) * 100 == cents
    QGuiApplication.clipboard().clear()
    card.run("copy")
    qtbot.waitUntil(lambda: not QGuiApplication.clipboard().image().isNull(), timeout=30_000)
    picture = QGuiApplication.clipboard().image()
    assert picture.width() >= 1920


def test_a_renderer_that_dies_is_started_again(opened: Open, qtbot: QtBot) -> None:
    pane = dashboards(opened(), qtbot)
    for child in list(pane.renderer._children.values()):
        child.kill()
        child.wait()
    pane.filters.choose(pillar="apsc")
    qtbot.waitUntil(pane.is_drawn, timeout=30_000)


def test_regions_are_where_the_bars_are(opened: Open, qtbot: QtBot) -> None:
    """The colour under the middle of a region is the bar's own."""
    pane = dashboards(opened(), qtbot)
    view = pane.card("portfolio-body").view
    image = view.grab().toImage()
    from aps_desktop.charts import style

    boxes = [at for mark, at in view._regions if mark == 0 and len(at) == 4]
    left, top, _, bottom = boxes[0]
    point = QPoint(round(left + 3), round((top + bottom) / 2))
    hue = view.chart.body.rows[0].parts[0]
    expected = {style.HUES[part.hue][0].lower() for part in view.chart.body.rows[0].parts}
    assert image.pixelColor(point).name() in expected, hue


def test_a_partner_is_found_by_typing_and_nonsense_changes_nothing(
    opened: Open, qtbot: QtBot, db: Database
) -> None:
    pane = dashboards(opened(), qtbot, "map")
    box = pane.filters.boxes["partner"]
    box.setFocus()
    box.lineEdit().selectAll()
    qtbot.keyClicks(box.lineEdit(), "Japan")
    qtbot.keyClick(box.lineEdit(), Qt.Key.Key_Return)
    rid = db.reader().value("SELECT rid FROM partner WHERE name = 'Japan'")
    assert pane.filters.selection == Selection(partner=rid)
    box.lineEdit().selectAll()
    qtbot.keyClicks(box.lineEdit(), "Nowhere")
    qtbot.keyClick(box.lineEdit(), Qt.Key.Key_Return)
    assert pane.filters.selection == Selection(partner=rid)
    assert box.currentText() == "Japan"
    qtbot.mouseClick(pane.filters.clear, Qt.MouseButton.LeftButton)
    assert pane.filters.selection == Selection()
    qtbot.waitUntil(pane.is_drawn, timeout=30_000)
