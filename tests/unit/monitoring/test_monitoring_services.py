"""Monitoring on both databases: every figure, page and decision, and what came late by a merge."""

from collections import defaultdict
from decimal import Decimal
from uuid import UUID

import pytest

from aps_desktop.db import check, store, summaries, value_doubts
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.queries import results_reading as reading
from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.values import Period
from aps_desktop.services import (
    amendments,
    indicator_values,
    lessons,
    me_levels,
    records,
    reporting,
    reporting_answers,
    results_cell,
    results_figures,
    results_grid,
    today,
    value_quality,
)
from aps_desktop.services import reporting_matrix as matrix
from aps_desktop.services.indicator_values import Place
from aps_desktop.services.results_figures import Filters
from tests.unit.monitoring.conftest import DAY, Q1, Q2, YEAR, Filled


def owed(c: Connection) -> list[matrix.Lacking]:
    return matrix.lacking(c, DAY)[1]


def test_who_has_reported(filled: Filled) -> None:
    db = filled.db
    reporting.ask(db, filled.calendar)
    with pytest.raises(UserError, match="asked for Q2 2026 already"):
        reporting.ask(db, filled.calendar)
    filled.value(filled.trained, Q2, 7, member_state=filled.viet_nam, status="pending")
    filled.value(filled.trained, Q2, 5, member_state=filled.thailand, status="returned")
    c = db.reader()
    (calendar,) = matrix.calendars(c)
    found = matrix.matrix(c, calendar, DAY)
    assert found.rows == ["XCDM"]
    cells = {state: cell for (_, state), cell in found.cells.items()}
    assert (cells["Viet Nam"].reported, cells["Viet Nam"].missing) == (1, 0)
    assert (cells["Thailand"].missing, cells["Thailand"].late, cells["Thailand"].returned) == (
        1, 1, 1,
    )  # fmt: skip
    assert cells[""].missing == 1, "the sites are asked of the project itself"
    assert matrix.matrix(c, calendar, DAY, "project").rows == ["P-1"]
    partner = records.find_id(c, "partner", "JP")
    for narrow, rows in (
        (matrix.Narrow(pillar="ascc", body=filled.body, partner=partner), 3),
        (matrix.Narrow(member_state=filled.viet_nam), 1),
        (matrix.Narrow(pillar="aec"), 0),
    ):
        assert len(matrix.requests(c, calendar, DAY, narrow)) == rows
    open_ones = [one for one in matrix.requests(c, calendar, DAY) if one.missing]
    assert {(one.state, one.missing, one.due, one.late, one.request) for one in owed(c)} == {
        (one.state, one.missing, one.due, one.late, one.id) for one in open_ones
    }
    (answered,) = reporting.answered(found.whole().requests)
    reporting.mark_received(db, [answered])
    titles = [alarm.title for alarm in today.missing_values(c, DAY)[0]]
    assert titles == ["Q2 2026, projects and bodies", "Q2 2026, Thailand"]
    rates = results_figures.reporting_rate(c, Filters(year=2026), DAY, by="member_state")
    assert {rate.label: (rate.expected, rate.reported, rate.late) for rate in rates} == {
        "Viet Nam": (1, 1, 0), "Thailand": (1, 0, 1), "—": (1, 0, 1),
    }  # fmt: skip


def test_the_figures_behind_charts(filled: Filled) -> None:
    filled.value(filled.trained, Q1, 10, member_state=filled.viet_nam)
    filled.value(filled.trained, Q1, 20, member_state=filled.thailand)
    filled.value(filled.trained, Q2, 30, member_state=filled.viet_nam)
    filled.value(filled.trained, Q2, 900, member_state=filled.thailand, status="draft")
    filled.value(filled.sites, Q1, 4)
    c = filled.db.reader()
    partner = records.find_id(c, "partner", "JP")
    narrow = Filters(year=2026, pillar="ascc", body=filled.body, partner=partner)
    found = {one.code: one for one in results_figures.progress(c, narrow)}
    assert set(found) == {"I-1", "I-2"}
    assert (found["I-1"].actual, found["I-1"].share) == (60, Decimal("0.6"))
    assert found["I-2"].note == "No target."
    mine = Filters(year=2026, member_state=filled.viet_nam)
    assert [one.actual for one in results_figures.progress(c, mine)] == [30]
    kpi = results_figures.progress(c, Filters(kpi_only=True, level="impact"), limit=5)
    assert [one.code for one in kpi] == ["K"]
    states = results_figures.states_by_indicator(c, Filters(year=2026, pillar="ascc"))
    assert [one.label for one in states.indicators] == ["I-1 · Trained · P-1"]
    assert len(states.states) == 3
    cells = {state: cell.value for (_, state), cell in states.cells.items()}
    assert cells == {filled.viet_nam: 30, filled.thailand: 20}
    bands = results_figures.bands(c, Filters(kpi_only=True, level="impact"))
    assert [(one.key, one.codes) for one in bands if one.number] == [("unknown", ("K",))]
    (way,) = results_figures.ways(c, narrow)
    assert (way.code, way.share, way.actual, way.target) == ("I-1", Decimal("0.6"), "60", "100")


def test_the_grid_shows_what_is_stored_and_how_it_came_about(filled: Filled) -> None:
    filled.value(filled.trained, Q2, 30, member_state=filled.viet_nam)
    filled.value(filled.trained, Q2, 12, member_state=filled.thailand, status="returned")
    c = filled.db.reader()
    grid = results_grid.load(c, "project", filled.project, DAY, 2026, None)
    assert [line.code for line in grid.lines if line.row] == ["I-1", "I-2"]
    (column,) = grid.columns
    assert (column.period, column.overdue) == (Q2, True)
    cell = grid.lines[0].cells[0]
    assert (cell.words, cell.status, cell.own) == ("42", "returned", False)
    assert grid.lines[1].cells[0].status == "missing"
    mine = results_grid.load(c, "project", filled.project, DAY, 2026, filled.viet_nam)
    assert (mine.lines[0].cells[0].words, mine.lines[0].cells[0].own) == ("30", True)
    detail = results_cell.load(c, filled.trained, Q2, None)
    assert detail is not None
    labels = [part.label for part in detail.parts]
    assert labels == ["Thailand", "Viet Nam", "Female", "Male", "Not stated"]
    assert detail.how == ("Sum of 2 values.",)
    above = results_cell.load(c, filled.top, Q2, None)
    assert above is not None
    assert above.how[0] == "With what counts towards it: 30 (as reported)."


def test_nobody_approves_what_they_entered_where_there_is_somebody_else(filled: Filled) -> None:
    db = filled.db
    with db.writing() as c:
        store.put_setting(c, "officer", "Mali")
    place = Place(filled.sites, Q2)
    entered = indicator_values.enter(db, [(place, "5")])
    (id,) = [change_id(db, filled.sites)]
    assert not entered.refused
    office = records.new(db, "office", {"code": "ASEC", "name": "Secretariat, made up"})
    for name in ("Mali", "Ari"):
        records.new(db, "officer", {"name": name, "office": office})
    indicator_values.review(db, [id], "pending")
    with pytest.raises(UserError, match="Somebody else"):
        indicator_values.review(db, [id], "approved")
    with pytest.raises(InvalidValue, match="what is to be done"):
        indicator_values.review(db, [id], "returned")
    with db.writing() as c:
        store.put_setting(c, "officer", "Ari")
    indicator_values.review(db, [id], "approved")
    assert records.get(db.reader(), "indicator_value", id).values["reviewed_by"] == "Ari"
    indicator_values.enter(db, [(place, "6")])
    after = records.get(db.reader(), "indicator_value", id).values
    assert (after["value"], after["status"], after["reviewed_by"]) == (6, "draft", None)


def change_id(db: Database, indicator: UUID) -> UUID:
    c = db.reader()
    rid = c.value("SELECT rid FROM record WHERE uuid = ?", (indicator.bytes,))
    return UUID(bytes=bytes(c.value("SELECT id FROM indicator_value WHERE indicator = ?", (rid,))))


def doubts(db: Database) -> list[str]:
    """What is kept, after a look whether it is what a look at all values finds now."""
    c = db.reader()
    assert list(summaries.differences(c)) == []
    listed = value_quality.batch(c)
    rows = reading.indicators(c)
    values = reading.values(c, [row.rid for row in rows])
    anew = [(row.id, one.id, doubt) for row in rows
            for one, doubt in value_doubts.of_indicator(row, values[row.rid])]  # fmt: skip
    assert {(one.indicator, one.id, one.doubt) for one in listed} == set(anew)
    looked = value_quality.look(c, defaultdict(lambda: 1))
    assert sum(looked.numbers.values()) == len(listed)
    assert looked.wrong == sum(one.doubt.severity == "error" for one in listed)
    assert all(len(ones) == 1 for ones in looked.found.values())
    return [f"{one.doubt.rule}: {one.where}" for one in listed]


def test_what_is_doubtful_follows_every_edit(filled: Filled) -> None:
    """Kept in the same write; and as if each indicator's values were looked at now."""
    db = filled.db

    def found() -> list[str]:
        return doubts(db)

    brought = filled.brought
    assert found() == []
    first = brought(filled.sites, Q1, 9)
    later = brought(filled.sites, Q2, 5)
    assert found() == ["falls: Q2 2026"]
    records.put(db, "indicator_value", later, {"correction": True})
    assert found() == []
    records.put(db, "indicator", filled.sites, {"highest": Decimal(8)})
    assert found() == ["plausible: Q1 2026"]
    whole = brought(filled.trained, Q1, 10)
    brought(filled.trained, Q1, 7, member_state=filled.viet_nam)
    brought(filled.trained, Q1, 6, member_state=filled.thailand)
    assert found() == ["parts: Q1 2026", "plausible: Q1 2026"]
    records.put(db, "indicator_value", whole, {"value": Decimal(13)})
    records.delete(db, "indicator_value", [first])
    assert found() == []
    records.undo(db)
    assert found() == ["plausible: Q1 2026"]
    brought(filled.sites, YEAR, 4)
    records.put(db, "indicator_value", later, {"numerator": Decimal(1)})
    assert len(found()) == 2


def test_doubts_lessons_and_levels_are_read(filled: Filled) -> None:
    db = filled.db
    for quarter, number in enumerate((5, 9)):
        filled.value(filled.sites, Period.quarter(2026, quarter + 1), number)
    first = records.find_id(db.reader(), "indicator", "I-2")
    id = change_id(db, first)
    records.put(db, "indicator_value", id, {"value": Decimal(30)})
    doubt = value_quality.batch(db.reader())[0].doubt
    assert (doubt.rule, doubt.severity) == ("falls", "error")
    evaluation = filled.new("evaluation", title="E", project=filled.project, type="impact")
    filled.new("finding", evaluation=evaluation, text="Late", kind="improvement")
    other = filled.new("project", code="P-2", title="Bridges", sponsoring_body=filled.body)
    record = records.get(db.reader(), "project", other)
    assert [one.why for one in lessons.similar(db.reader(), record)] == ["same body"]
    framework = filled.new("framework", code="XF", title="Plan", pillar="ascc")
    node = filled.new("framework_node", framework=framework, code="1", title="Warn")
    filled.new("compliance_status", framework_node=node, member_state=filled.viet_nam, period=YEAR,
               status="complied")  # fmt: skip
    levels = me_levels.load(db.reader(), Filters(year=2026, pillar="ascc"))
    assert [(row.label, row.complied) for row in levels.compliance.rows] == [("1 Warn", 1)]
    assert [title for _, title, _ in levels.evaluations] == ["E"]


def test_a_late_value_is_kept_apart_and_decided_on(filled: Filled) -> None:
    db = filled.db
    id = filled.value(filled.sites, Q2, 5)
    records.put(db, "period_calendar", filled.calendar, {"locked": True})
    entered = indicator_values.enter(db, [(Place(filled.sites, Q2), "8")])
    assert entered.amendments == 1
    c = db.reader()
    before = records.get(c, "indicator_value", id).values
    assert (before["value"], before["status"]) == (5, "approved"), "it counts until a decision"
    amendment = UUID(bytes=bytes(c.value("SELECT id FROM value_amendment")))
    with pytest.raises(InvalidValue, match="rejected"):
        amendments.decide(db, [amendment], accept=False)
    amendments.decide(db, [amendment], accept=True)
    assert records.get(db.reader(), "indicator_value", id).values["value"] == 8
    with pytest.raises(UserError, match="decided already"):
        amendments.decide(db, [amendment], accept=True)
    with db.snapshot() as snapshot:
        assert check.check(snapshot) == []


def test_a_request_is_received_with_its_last_value_in_the_same_step(filled: Filled) -> None:
    db = filled.db
    reporting.ask(db, filled.calendar)

    def statuses() -> dict[str, str]:
        rows = db.reader().all(
            "SELECT coalesce(s.name, ''), r.status FROM reporting_request r "
            "LEFT JOIN member_state s ON s.rid = r.member_state"
        )
        return dict(rows)

    assert set(statuses().values()) == {"to_send"}
    mine = filled.value(filled.trained, Q2, 7, member_state=filled.viet_nam, status="draft")
    filled.value(filled.trained, Q1, 7, member_state=filled.thailand, status="draft")
    indicator_values.review(db, [mine], indicator_values.SUBMIT)
    assert statuses() == {"Viet Nam": "received", "Thailand": "to_send", "": "to_send"}
    assert db.reader().value(
        "SELECT received_on FROM reporting_request WHERE status = 'received'"
    ) == DAY.isoformat()  # fmt: skip
    records.undo(db)
    assert set(statuses().values()) == {"to_send"}
    assert records.get(db.reader(), "indicator_value", mine).values["status"] == "draft"
    filled.value(filled.trained, Q2, 5, member_state=filled.thailand)
    (marked,) = reporting_answers.note(db).items()  # as after a merge that brought it
    assert marked[1] == "to_send"
    assert statuses() == {"Viet Nam": "to_send", "Thailand": "received", "": "to_send"}
    assert reporting_answers.note(db) == {}
