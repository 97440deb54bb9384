"""Edits of another office's record, from the edit to the owner's answer, by the command line."""

from tests.acceptance.desks import Desk, converged, exchange


def test_an_office_proposes_and_the_owner_answers(asec: Desk, lao: Desk, khm: Desk) -> None:
    id = lao.new("project", code="P-1", title="Flood warning", budget="USD 1000", tags="a")
    exchange(asec, lao, khm)
    edit = khm.put("project", id, budget="USD 2000.50", planned_start="2026-03-01", tags="a,b")
    assert edit["proposed"] == 3
    code, merged = lao.run("bundle", "merge", khm.export())
    assert (code, merged["proposals"]) == (3, 3)
    waiting = {one["field"]: one for one in lao.done("proposals", "list")}
    assert waiting["budget"]["value"] == "USD 2000.50"
    assert waiting["planned_start"]["value"] == "2026-03-01"
    assert (waiting["tags"]["event"], waiting["tags"]["value"]) == ("add", "b")
    assert {(p["office"], p["owner"], p["may_answer"]) for p in waiting.values()} == {
        ("KH", "LA", True)
    }
    told = lao.done("record", "history", "project", id)
    assert {e["field"] for e in told if e["proposed"]} == set(waiting)
    assert {e["office"] for e in told if e["proposed"]} == {"KH"}
    code, refused = khm.run("proposals", "accept", waiting["budget"]["id"])
    assert code == 1
    assert refused["error"]
    accepted = [waiting["budget"]["id"], waiting["tags"]["id"]]
    assert lao.done("proposals", "accept", *accepted)["change_set"]
    assert lao.done("proposals", "decline", waiting["planned_start"]["id"])["change_set"]
    exchange(asec, lao, khm)
    converged(asec, lao, khm)
    for desk in (asec, lao, khm):
        found = desk.get("project", id)
        assert (found["budget"], found["planned_start"]) == ("USD 2000.50", None)
        assert found["tags"] == ["a", "b"]
        assert desk.done("proposals", "list") == []


def test_a_conflict_says_its_values_as_records_do(asec: Desk, lao: Desk, project: str) -> None:
    asec.put("project", project, budget="USD 1250.50", planned_start="2026-03-01")
    lao.put("project", project, budget="EUR 7", planned_start="2026-04-01")
    lao.merge(asec.export())
    found = {one["field"]: one for one in lao.conflicts()}
    assert found["budget"]["base"] == "USD 1000.00"
    values = [v["value"] for v in found["budget"]["values"]]
    assert sorted(values) == ["EUR 7.00", "USD 1250.50"]
    assert {v["value"] for v in found["planned_start"]["values"]} == {"2026-03-01", "2026-04-01"}
    lao.done("conflicts", "resolve", found["budget"]["id"], "--take", "USD 1250.50")
    lao.done("conflicts", "resolve", found["planned_start"]["id"], "--take", "2026-03-01")
    shown = lao.get("project", project)
    assert (shown["budget"], shown["planned_start"]) == ("USD 1250.50", "2026-03-01")
    assert lao.conflicts() == []
