"""Codes from each office's own block, and what is left to settle when they clash all the same."""

from datetime import UTC, datetime

import pytest
import time_machine

from aps_desktop.services.duplicates import rings
from tests.acceptance.desks import Desk, converged, exchange


def code(desk: Desk, id: str) -> str:
    return str(desk.get("project", id)["code"])


def test_every_office_gives_codes_of_its_own(asec: Desk, lao: Desk) -> None:
    with time_machine.travel(datetime(2026, 11, 23, 5, tzinfo=UTC), tick=True):
        first, second = lao.new("project", title="One"), lao.new("project", title="Two")
        theirs = asec.new("project", title="Three")
        assert code(lao, first) == "ACP-2026-LA-0001"
        assert code(lao, second) == "ACP-2026-LA-0002"
        assert code(asec, theirs) == "ACP-2026-ASEC-0001"
        chosen = lao.new("project", title="Four", code="ACP-2026-LA-0041")
        assert code(lao, chosen) == "ACP-2026-LA-0041"
        gone = lao.new("project", title="Five")
        assert code(lao, gone) == "ACP-2026-LA-0042"
        lao.done("record", "delete", "project", gone)
        assert code(lao, lao.new("project", title="Six")) == "ACP-2026-LA-0043"
    with time_machine.travel(datetime(2027, 1, 2, 5, tzinfo=UTC), tick=True):
        assert code(lao, lao.new("project", title="Seven")) == "ACP-2027-LA-0001"
    exchange(asec, lao)
    assert lao.issues() == asec.issues() == []
    converged(asec, lao)


def test_an_office_may_have_a_block_of_its_own(lao: Desk) -> None:
    lao.new("office", code="LA", name="National Secretariat", number_block="7")
    assert code(lao, lao.new("project", title="One")).split("-")[2:] == ["7", "0001"]


def test_records_of_one_code_are_both_kept_and_listed(asec: Desk, lao: Desk, khm: Desk) -> None:
    ids = {desk.new("project", code="P-7", title=f"By {desk.name}") for desk in (asec, lao)}
    exchange(asec, lao, khm)
    for desk in (asec, lao, khm):
        (issue,) = desk.issues()
        assert issue["kind"] == "same_code"
        assert {issue["record"], *issue["others"]} == ids
    assert asec.issues() == lao.issues() == khm.issues()
    asec.put("project", min(ids), code="P-8")
    exchange(asec, lao, khm)
    assert [desk.issues() for desk in (asec, lao, khm)] == [[], [], []]
    converged(asec, lao, khm)


def test_parts_and_references_of_what_was_deleted_elsewhere(
    asec: Desk, lao: Desk, project: str
) -> None:
    body = asec.new("body", code="B-1", name="Committee")
    lao.merge(asec.export())
    asec.done("record", "delete", "project", project)
    asec.done("record", "delete", "body", body)
    task = lao.new("task", project=project, title="Install gauges")
    other = lao.new("project", code="P-2", title="Another", sponsoring_body=body)
    exchange(asec, lao)
    found = {(i["kind"], i["record"]) for i in asec.issues()}
    assert found == {("part_of_deleted", task), ("refers_to_deleted", other)}
    assert asec.issues() == lao.issues()
    asec.done("undo")
    lao.merge(asec.export())
    assert {i["kind"] for i in lao.issues()} == {"part_of_deleted"}


@pytest.mark.timeout(60)
def test_a_circle_made_by_two_moves_is_told_and_hangs_nothing(asec: Desk, lao: Desk) -> None:
    one = lao.new("body", code="B-1", name="One")
    two = lao.new("body", code="B-2", name="Two")
    exchange(asec, lao)
    lao.put("body", one, parent=two)
    asec.put("body", two, parent=one)
    exchange(asec, lao)
    (issue,) = asec.issues()
    assert (issue["kind"], {issue["record"], *issue["others"]}) == ("cycle", {one, two})
    assert lao.issues() == [issue]
    assert asec.get("body", one)["parent"]["id"] == two
    asec.done("record", "list", "body")
    asec.done("bundle", "export", asec.folder / "part.apsync", "--scope", "body:B-1")
    asec.put("body", one, parent="")
    assert asec.issues() == []
    asec.sound()


def test_circles_are_found_once_each() -> None:
    above = {1: 2, 2: 3, 3: 1, 4: 1, 5: 5, 6: 7, 8: 4}
    assert sorted(map(sorted, rings(above))) == [[1, 2, 3], [5]]
    long = {n: n + 1 for n in range(100_000)}
    assert rings(long) == []
