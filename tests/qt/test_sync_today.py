"""Today says what waits between offices, and leads to just that."""

from collections.abc import Callable

from aps_desktop.db.engine import Database
from aps_desktop.domain.clock import FixedClock
from aps_desktop.services import bundles, merging, queued_bundles, records, today
from aps_desktop.views.main_window import MainWindow
from aps_desktop.views.today_list import TodayList
from tests.three_offices import Offices
from tests.unit.test_today import DAY

Open = Callable[[Database], MainWindow]


def lines(column: TodayList) -> list[tuple[str, str, str]]:
    return [(line.kind, line.text, line.note) for line in column.lines.lines]


def press(column: TodayList, text: str) -> None:
    at = next(n for n, line in enumerate(column.lines.lines) if line.text == text)
    column.clicked.emit(column.lines.index(at))


def test_conflicts_are_an_alarm_that_opens_them(here: Offices, opened: Open) -> None:
    merging.merge_file(here.la, here.in_conflict())
    window = opened(here.la)
    pane = window.pane()
    assert lines(pane.left)[:3] == [
        ("section", "Between offices", "2"),
        ("rule", "Conflicts to settle", "2"),
        ("record", "P1 · Title of the Lao office", "Title, Brief description differ"),
    ]
    assert not pane._order.isVisible()
    press(pane.left, "Conflicts to settle")
    assert window.pane().key == "conflicts"
    assert window.pane().summary.text() == "2 conflicts in 1 record"
    window.go("today")
    press(pane.left, "P1 · Title of the Lao office")
    conflict = window.pane().list.conflict()
    assert (window.pane().key, conflict.label) == ("conflicts", "Title")


def test_proposals_are_an_alarm_that_opens_those_to_decide(here: Offices, opened: Open) -> None:
    of_la = records.new(here.la, "project", {"code": "P1", "title": "One"})
    of_kh = records.new(here.kh, "project", {"code": "P2", "title": "Two"})
    here.send(here.la, here.kh)
    here.send(here.kh, here.la)
    records.put(here.kh, "project", of_la, {"title": "Better"})
    records.put(here.la, "project", of_kh, {"title": "Of others"})  # Cambodia decides
    here.send(here.kh, here.la)
    window = opened(here.la)
    left = window.pane().left
    assert lines(left)[1:3] == [
        ("rule", "Proposals to decide", "1"),
        ("record", "P1 · One", "Title, Cambodia office"),
    ]
    press(left, "Proposals to decide")
    pane = window.pane()
    assert (pane.key, pane.rows.rowCount()) == ("proposals", 1)
    assert pane.others.isVisible()
    pane.others.click()
    assert (pane.rows.rowCount(), pane.others.isVisible()) == (2, False)


def test_bundles_that_wait_or_have_not_come_are_an_alarm(here: Offices, opened: Open) -> None:
    id = records.new(here.la, "project", {"code": "P1", "title": "One"})
    here.send(here.la, here.kh)
    here.send(here.kh, here.la)  # a receipt: the next one is only what is new
    records.put(here.la, "project", id, {"title": "Two"})
    bundles.export(here.la, here.folder / "lost.apsync", offices=["KH"])
    with here.la.writing() as c:  # as if it had arrived
        c.run("UPDATE known SET upto = upto + 1")
    records.put(here.la, "project", id, {"title": "Three"})
    file = here.folder / "next.apsync"
    bundles.export(here.la, file, offices=["KH"])
    merging.merge_file(here.kh, file)
    queued_bundles.put(here.kh, file, "9.1")
    window = opened(here.kh)
    left = window.pane().left
    assert lines(left)[1:5] == [
        ("rule", "Bundles that have not come", "1"),
        ("record", "Lao PDR office", "1 change waits for bundle 2"),
        ("rule", "Bundles that wait for an update", "1"),
        ("record", "next.apsync", "made by version 9.1"),
    ]
    press(left, "Lao PDR office")
    assert window.pane().key == "sync"


def test_the_command_line_has_them_too(here: Offices) -> None:
    assert today.alarms(here.la.reader(), DAY) == []
    merging.merge_file(here.la, here.in_conflict())
    (alarm,) = today.alarms(here.la.reader(), DAY)
    assert (alarm.rule, alarm.entity, alarm.title) == (
        "conflict_open", "project", "P1 · Title of the Lao office"
    )  # fmt: skip


def test_a_bundle_that_nobody_confirms_for_two_weeks_is_an_alarm(here: Offices) -> None:
    id = records.new(here.la, "project", {"code": "P1", "title": "One"})
    here.send(here.la, here.asec, here.kh)
    here.send(here.kh, here.la)  # Cambodia has shown that it has it
    c = here.la.reader()
    now = c.clock.millis()

    def told(days: int) -> list[tuple[str, str]]:
        c.clock = FixedClock(now + days * 86_400_000)
        return [(a.title, a.message) for f in today.later(c) for a in f.alarms]

    assert told(13) == []
    (one,) = told(15)
    assert one[0] == "Secretariat, Laptop of ASEC"
    assert one[1].startswith("bundle 1 of ")
    c.clock = FixedClock(now)
    here.send(here.asec, here.la)
    assert told(15) == []
    records.put(here.la, "project", id, {"title": "Two"})  # not sent yet: nothing to confirm
    assert told(15) == []
