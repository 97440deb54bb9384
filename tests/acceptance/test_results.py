"""T15 to T17: text never becomes a number, totals never fall in silence, progress is right.

And the way of a quarter's values: asked, sent as a form, filled in anyhow, read back, reviewed.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import time_machine

from aps_desktop.db import store
from aps_desktop.services import amendments_merged
from tests.acceptance.desks import Desk, NewDesk, enrol


@pytest.fixture
def desk(new_desk: NewDesk) -> Desk:
    return new_desk("ASEC", "asec")


@pytest.fixture
def project(desk: Desk) -> str:
    id = desk.new("project", code="P-1", title="Flood warning", status="commenced")
    desk.put("project", id, participating_states="Viet Nam, Thailand")
    desk.new("period_calendar", name="Q2 2026", period="Q2 2026", kind="quarter", due="2026-07-30")
    return id


@pytest.fixture
def by_state(desk: Desk, project: str) -> list[str]:
    """Three indicators that the states report."""
    dimension = desk.new("disaggregation_dimension", name="Member state", kind="member_state")
    desk.new("disaggregation_dimension", name="Sex", kind="sex")
    desk.new("disaggregation_dimension", name="Who", kind="other", members="officials, others")
    common = {"project": project, "dimensions": dimension}
    return [
        desk.new(
            "indicator", code="I-1", title="People trained", unit="people", project=project,
            dimensions="Member state, Sex, Who",
        ),
        desk.new(
            "indicator", code="I-2", title="Share warned in time", measure_type="percentage",
            aggregation="ratio", **common,
        ),
        desk.new("indicator", code="I-3", title="Law in force", measure_type="yes_no", **common),
    ]  # fmt: skip


def values(desk: Desk, **where: str) -> list[dict[str, Any]]:
    pairs = [part for name, text in where.items() for part in ("--where", f"{name}={text}")]
    rows = desk.done("record", "list", "indicator_value", *pairs)
    return [desk.get("indicator_value", row["id"]) for row in rows]


def form_of(desk: Desk, state: str) -> Path:
    with time_machine.travel(datetime(2026, 7, 3, 5, tzinfo=UTC), tick=True):
        desk.run("reporting", "ask", "--period", "Q2 2026")
        sent = desk.done("reporting", "forms", desk.folder, "--period", "Q2 2026", "--state", state)
    (file,) = sent["files"]
    return Path(file)


def columns(sheet: Any) -> tuple[int, dict[str, int]]:
    for row in sheet.iter_rows(max_row=12):
        heads = {cell.value: cell.column for cell in row if cell.value}
        if "APS id" in heads:
            return row[0].row, heads
    raise AssertionError("no headings")


def statuses(desk: Desk) -> dict[str, str]:
    """How far the request of each state is."""
    rows = desk.done("record", "list", "reporting_request")
    asked = [desk.get("reporting_request", row["id"]) for row in rows]
    return {one["member_state"]["label"].split(" · ")[-1]: one["status"] for one in asked}


def test_a_form_goes_out_and_comes_back_into_the_right_cells(
    desk: Desk, by_state: list[str]
) -> None:
    file = form_of(desk, "Viet Nam")
    before = desk.done("reporting", "missing", "--period", "Q2 2026")["cells"]
    assert {(c["member_state"], c["missing"]) for c in before} == {("Viet Nam", 3), ("Thailand", 3)}
    book = openpyxl.load_workbook(file)
    sheet = book["Values"]
    top, heads = columns(sheet)
    locked = {head: sheet.cell(top + 1, at).protection.locked for head, at in heads.items()}
    assert (locked["Q2 2026"], locked["Indicator"]) == (False, True)
    assert locked["Q2 2026: numerator"]
    assert sheet.protection.sheet
    assert sheet.data_validations.dataValidation
    for row, head, value in (
        (1, "Q2 2026", 41), (1, "Q2 2026: female", 22), (1, "Q2 2026: officials", 15),
        (2, "Q2 2026: numerator", 30), (2, "Q2 2026: denominator", 40),
        (3, "Q2 2026: yes or no", "Yes"), (1, "Comment", "Two trainings"),
    ):  # fmt: skip
        sheet.cell(top + row, heads[head], value)
    book.save(file)
    report = desk.done("import-excel", file)
    assert report["sheets"][0]["errors"] == []
    found = values(desk)
    parts = [row for row in found if row["sex"] or row["dimension"]]
    assert {(row["sex"], row["dimension_value"], float(row["value"])) for row in parts} == {
        ("female", None, 22), (None, "officials", 15),
    }  # fmt: skip
    found = [row for row in found if row not in parts]
    assert len({row["indicator"]["id"] for row in found}) == len(found) == 3
    assert {row["member_state"]["label"].split(" · ")[-1] for row in found} == {"Viet Nam"}
    assert {row["label"].split(" · ")[-1] for row in found} == {"Q2 2026"}
    assert {row["status"] for row in found} == {"pending"}
    first = next(row for row in found if row["comment"] == "Two trainings")
    assert float(first["value"]) == 41
    assert statuses(desk) == {"Viet Nam": "received", "Thailand": "to_send"}
    after = desk.done("reporting", "missing", "--period", "Q2 2026")["cells"]
    assert {(c["member_state"], c["missing"]) for c in after} == {("Viet Nam", 0), ("Thailand", 3)}
    again = desk.done("import-excel", file)["sheets"][0]
    assert (again["new"], again["changed"]) == (0, 0)


def test_t15_words_in_a_number_field_are_refused_cell_by_cell(
    desk: Desk, by_state: list[str]
) -> None:
    """The columns were moved as well, and the titles above them deleted."""
    file = form_of(desk, "Viet Nam")
    book = openpyxl.load_workbook(file)
    sheet = book["Values"]
    top, heads = columns(sheet)
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=top)]
    order = sorted(range(len(rows[0])), key=lambda at: -at)
    sheet.delete_rows(1, sheet.max_row)
    for at, row in enumerate(rows, 1):
        for to, source in enumerate(order, 1):
            sheet.cell(at, to, row[source])
    _, heads = columns(sheet)
    sheet.cell(2, heads["Q2 2026"], "n/a")
    sheet.cell(3, heads["Q2 2026: numerator"], 30)
    sheet.cell(3, heads["Q2 2026: denominator"], 40)
    book.save(file)
    code, report = desk.run("import-excel", file)
    assert code == 3
    (error,) = report["sheets"][0]["errors"]
    assert (error["row"], error["column"], error["value"]) == (2, "Q2 2026", "n/a")
    assert "n/a" in error["message"]
    (only,) = values(desk)
    assert (float(only["numerator"]), float(only["denominator"])) == (30, 40)
    code, refused = desk.run(
        "record", "new", "indicator_value", f"indicator={by_state[0]}", "period=Q2 2026",
        "value=about forty",
    )  # fmt: skip
    assert code == 1
    assert "about forty" in refused["error"]


def test_t16_a_cumulative_value_falls_only_by_a_correction(desk: Desk, project: str) -> None:
    indicator = desk.new(
        "indicator", code="C", title="Sites, in all", project=project, accumulation="cumulative"
    )
    first = desk.new("indicator_value", indicator=indicator, period="Q1 2026", value="95")
    asked = ("record", "new", "indicator_value", f"indicator={indicator}", "period=Q2 2026")
    code, refused = desk.run(*asked, "value=80")
    assert code == 1
    assert "below the 95 of Q1 2026" in refused["error"]
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["Indicator", "Period", "Value"])
    sheet.append(["C", "Q2 2026", 80])
    file = desk.folder / "lower.xlsx"
    book.save(file)
    _, report = desk.run("import-excel", file, "--entity", "indicator_value")
    assert "cumulative" in report["sheets"][0]["errors"][0]["message"]
    assert desk.run(*asked, "value=80", "correction=yes")[0] == 0
    assert desk.run("record", "set", "indicator_value", first, "value=96")[0] == 0
    assert [row["rule"] for row in desk.done("reporting", "checks")] == []


def test_t17_less_can_be_better_and_zero_is_a_target(desk: Desk, project: str) -> None:
    year = "2026-01-01/2026-12-31"
    rows = [
        ("days", "90", "45", "60", "0.6666666666666666666666666667", False),
        ("cases", "24", "0", "6", "0.75", False),
        ("gone", "24", "0", "0", "1", True),
        ("none", None, "0", "3", None, False),
    ]
    for code, baseline, target, actual, _, _ in rows:
        known = {"baseline": baseline} if baseline else {}
        indicator = desk.new(
            "indicator", code=code, title=code, project=project, direction="decrease",
            aggregation="latest", **known,
        )  # fmt: skip
        desk.new("target", indicator=indicator, period=year, value=target)
        desk.new(
            "indicator_value", indicator=indicator, period="Q2 2026", value=actual,
            status="approved",
        )  # fmt: skip
    found = {one["code"]: one for one in desk.done("reporting", "progress", "--year", "2026")}
    for code, _, _, _, share, met in rows:
        assert (found[code]["share"], found[code]["met"]) == (share, met)
    assert "No baseline" in found["none"]["note"]


def test_a_request_is_received_by_a_merge_and_waits_again_when_that_is_undone(
    desk: Desk, by_state: list[str], new_desk: NewDesk
) -> None:
    lao = new_desk("LA", "lao")
    enrol(desk, lao)
    form_of(desk, "Viet Nam")
    before = statuses(desk)
    lao.merge(desk.export())
    for day, indicator in enumerate(by_state, 11):
        lao.new(
            "indicator_value", indicator=indicator, period="Q2 2026", member_state="Viet Nam",
            value="1", status="approved", reported_on=f"2026-07-{day}",
        )  # fmt: skip
    merge = desk.merge(lao.export())["merge"]

    def day_of() -> list[object]:
        rows = desk.done("record", "list", "reporting_request")
        asked = [desk.get("reporting_request", row["id"]) for row in rows]
        return [one["received_on"] for one in asked if one["received_on"]]

    assert statuses(desk) == {"Viet Nam": "received", "Thailand": "to_send"}
    assert day_of() == ["2026-07-13"]  # when the last value was reported, not today
    desk.done("bundle", "undo", str(merge))
    assert statuses(desk) == before == {"Viet Nam": "sent", "Thailand": "to_send"}
    assert day_of() == []
    desk.sound()


def test_a_late_value_becomes_an_amendment_on_every_way(
    desk: Desk, by_state: list[str], new_desk: NewDesk
) -> None:
    lao = new_desk("LA", "lao")
    enrol(desk, lao)
    old = desk.new(
        "indicator_value", indicator=by_state[0], period="Q2 2026", value="10", status="approved"
    )
    lao.merge(desk.export())
    (calendar,) = desk.done("record", "list", "period_calendar")
    desk.put("period_calendar", calendar["id"], locked="yes")
    desk.put("indicator_value", old, value="12")
    assert float(desk.get("indicator_value", old)["value"]) == 10
    (waiting,) = desk.done("record", "list", "value_amendment")
    waiting = desk.get("value_amendment", waiting["id"])
    assert (waiting["old_text"], float(waiting["value"])) == ("10", 12)
    assert waiting["status"] == "pending"
    late = lao.new(
        "indicator_value", indicator=by_state[0], period="Q2 2026", value="7", sex="female"
    )
    assert desk.merge(lao.export())["merged"]
    assert desk.has("indicator_value", late), "a merge refuses nothing"
    db = store.open_database(str(desk.file))
    try:
        (found,) = amendments_merged.late_values(db.reader())
        assert (str(found.id), found.now, found.office, found.new) == (late, "7", "LA", True)
        amendments_merged.settle(db, found, keep=False)
        assert amendments_merged.late_values(db.reader()) == []
    finally:
        db.close()
    assert not desk.has("indicator_value", late), "it waits as an amendment instead"
    assert len(desk.done("record", "list", "value_amendment")) == 2
    desk.sound()
    lao.merge(desk.export())
    (there,) = lao.done("record", "list", "period_calendar")
    assert lao.get("period_calendar", there["id"])["locked"] is True, "the lock travels"
    lao.new("indicator_value", indicator=by_state[0], period="Q2 2026", value="8", sex="male")
    assert len(lao.done("record", "list", "value_amendment")) == 3


def test_a_request_travels_and_is_answered_offline(
    desk: Desk, by_state: list[str], new_desk: NewDesk
) -> None:
    """The state's office writes the form from the request that came in the bundle, or enters the
    values; headquarters sees them after the next merge."""
    vn = new_desk("VN", "vn")
    enrol(desk, vn)
    desk.done("reporting", "ask", "--period", "Q2 2026")
    vn.merge(desk.export())
    form = Path(
        vn.done("reporting", "forms", vn.folder, "--period", "Q2 2026", "--state", "Viet Nam")[
            "files"
        ][0]
    )
    book = openpyxl.load_workbook(form)
    top, heads = columns(book["Values"])
    book["Values"].cell(top + 1, heads["Q2 2026"], 41)
    book.save(form)
    vn.done("import-excel", form)
    desk.merge(vn.export())
    cells = desk.done("reporting", "missing", "--period", "Q2 2026")["cells"]
    assert {(c["member_state"], c["missing"]) for c in cells} == {("Viet Nam", 2), ("Thailand", 3)}
    desk.sound()
    vn.sound()
