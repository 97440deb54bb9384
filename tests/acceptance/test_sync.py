"""T1 to T6, T8 to T10, T12, T13, T20 of the acceptance tests: what other systems got wrong."""

import itertools
import os
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import time_machine

from aps_desktop.db import store
from tests.acceptance.desks import COUNTS, Desk, NewDesk, converged, enrol, exchange

# T1: different fields


def test_different_fields_edited_apart_are_both_there(asec: Desk, lao: Desk, project: str) -> None:
    asec.put("project", project, description="Gauges on three rivers")
    lao.put("project", project, title="Flood early warning")
    merged = asec.merge(lao.export())
    assert (merged["parallel"], merged["conflicts"]) == (1, 0)
    lao.merge(asec.export())
    for desk in (asec, lao):
        found = desk.get("project", project)
        assert found["title"] == "Flood early warning"
        assert found["description"] == "Gauges on three rivers"
        assert desk.conflicts() == []
    converged(asec, lao)


def test_the_order_of_merging_makes_no_difference(asec: Desk, lao: Desk, project: str) -> None:
    asec.put("project", project, description="Gauges on three rivers")
    lao.put("project", project, title="Flood early warning")
    theirs = lao.export()
    merged = lao.merge(asec.export())
    assert (merged["parallel"], merged["conflicts"]) == (1, 0)
    asec.merge(theirs)
    converged(asec, lao)


# T2: the same field


def test_one_field_edited_apart_keeps_both_values_until_settled(
    asec: Desk, lao: Desk, khm: Desk, project: str
) -> None:
    asec.put("project", project, title="Secretariat's title")
    lao.put("project", project, title="Lao title")
    bundles = asec.export(), lao.export()
    code, report = asec.run("bundle", "merge", bundles[1])
    assert (code, report["conflicts"]) == (3, 1)
    lao.merge(bundles[0])
    khm.merge(bundles[1])
    khm.merge(bundles[0])
    shown = {desk.title(project) for desk in (asec, lao, khm)}
    assert shown == {"Lao title"}  # it was saved last
    for desk in (asec, lao, khm):
        (conflict,) = desk.conflicts()
        assert {"id", "entity", "record", "field", "base", "values"} <= conflict.keys()
        assert (conflict["record"], conflict["field"]) == (project, "title")
        assert conflict["base"] == "Flood warning"
        values = {(v["value"], v["office"]) for v in conflict["values"]}
        assert values == {("Secretariat's title", "ASEC"), ("Lao title", "LA")}
        assert [v["value"] for v in conflict["values"] if v["shown"]] == ["Lao title"]
    converged(asec, lao, khm)


@pytest.mark.parametrize(
    ("take", "title"),
    [("mine", "Lao title"), ("theirs", "Secretariat's title"), ("base", "Flood warning"),
     ("Another title", "Another title")],
)  # fmt: skip
def test_a_decision_travels(
    asec: Desk, lao: Desk, khm: Desk, project: str, take: str, title: str
) -> None:
    asec.put("project", project, title="Secretariat's title")
    lao.put("project", project, title="Lao title")
    lao.merge(asec.export())
    (conflict,) = lao.conflicts()
    lao.done("conflicts", "resolve", conflict["id"], "--take", take)
    decided = lao.export()
    for desk in (asec, khm):
        desk.merge(decided)
        assert desk.title(project) == title
        assert desk.conflicts() == []
    converged(asec, lao, khm)


def test_the_same_value_given_twice_is_no_conflict(asec: Desk, lao: Desk, project: str) -> None:
    for desk in (asec, lao):
        desk.put("project", project, title="Flood early warning")
    assert lao.merge(asec.export())["conflicts"] == 0
    assert lao.conflicts() == []
    asec.merge(lao.export())
    converged(asec, lao)


def test_two_decisions_made_apart_are_a_conflict_again(asec: Desk, lao: Desk, project: str) -> None:
    asec.put("project", project, title="A")
    lao.put("project", project, title="L")
    exchange(asec, lao)
    for desk, take in ((asec, "X"), (lao, "Y")):
        desk.done("conflicts", "resolve", desk.conflicts()[0]["id"], "--take", take)
    exchange(asec, lao)
    for desk in (asec, lao):
        (conflict,) = desk.conflicts()
        assert {v["value"] for v in conflict["values"]} == {"X", "Y"}
    converged(asec, lao)


# T3: nothing is lost on a way over several computers


def test_changes_survive_being_passed_on(asec: Desk, lao: Desk, khm: Desk, project: str) -> None:
    lao.put("project", project, description="Gauges")
    khm.merge(lao.export())
    khm.new("body", code="B-1", name="Committee")
    asec.merge(khm.export())
    lao.merge(asec.export())
    khm.merge(lao.export())
    converged(asec, lao, khm)
    assert asec.get("project", project)["description"] == "Gauges"


# T4: order and repetition


def test_three_bundles_in_every_order_give_one_digest(
    asec: Desk, lao: Desk, khm: Desk, new_desk: NewDesk, project: str
) -> None:
    khm.merge(lao.export())
    asec.put("project", project, title="A", description="by the secretariat")
    lao.put("project", project, title="L", budget="USD 2000")
    khm.put("project", project, justification="a proposal of Cambodia")
    khm.new("body", code="B-1", name="Committee")
    lao.done("record", "delete", "project", lao.new("project", code="P-2", title="Short"))
    readers = [new_desk("VN", f"reader{n}") for n in range(6)]
    enrol(asec, *readers, informs=(lao, khm))
    bundles = [desk.export() for desk in (asec, lao, khm)]
    for reader, order in zip(readers, itertools.permutations(bundles), strict=True):
        for bundle in order:
            reader.merge(bundle)
    converged(*readers)
    assert all(len(reader.conflicts()) == 1 for reader in readers)


def test_a_bundle_split_for_e_mail_is_opened_by_one_of_its_parts(
    asec: Desk, lao: Desk, tmp_path: Path
) -> None:
    paper = tmp_path / "paper.bin"
    paper.write_bytes(os.urandom(2_100_000))
    lao.new("document", number="D-1", title="Large", file=str(paper))
    made = lao.done("bundle", "export", tmp_path / "large.apsync", "--split", "1")
    first, second, third = (Path(name) for name in made["files_written"])
    assert all(part.stat().st_size <= 1_000_000 for part in (first, second, third))
    assert asec.done("bundle", "inspect", second)["changes"] == made["changes"]
    away = second.rename(tmp_path / "elsewhere")
    for command in (("inspect", first), ("merge", third, first)):
        code, refused = asec.run("bundle", *command)
        assert code == 1
        assert "one of 3 parts, and part 2 is not there" in str(refused)
    away.rename(second)
    asec.merge(third)
    converged(asec, lao)


def test_a_bundle_merged_again_changes_nothing(asec: Desk, lao: Desk, project: str) -> None:
    lao.put("project", project, title="New")
    bundle = lao.export()
    first = asec.merge(bundle)
    before = asec.digest()
    copy = shutil.copy(bundle, bundle.with_name("the same again.apsync"))
    for again in (bundle, Path(copy)):
        code, report = asec.run("bundle", "merge", again)
        assert code == 0
        assert (report["merged"], report["already_had"]) == (
            0, first["merged"] + first["already_had"],
        )  # fmt: skip
    assert asec.digest() == before


# T5: gaps


def test_bundle_three_before_two_waits_and_settles(asec: Desk, lao: Desk, project: str) -> None:
    lao.merge(asec.export())  # so it is known what the secretariat has
    lao.put("project", project, title="Second")
    lao.new("project", code="P-2", title="Born in the second")
    second = lao.export("--for", "ASEC")
    merge = asec.merge(second)["merge"]
    lao.merge(asec.export("--for", "LA"))
    lao.put("project", project, title="Third")
    lao.put("project", "P-2", title="Changed in the third")
    third = lao.export("--for", "ASEC")
    asec.done("bundle", "undo", merge)

    code, report = asec.run("bundle", "merge", third)
    assert code == 3
    assert report["held"] == 2
    (bundle,) = report["bundles"]
    assert any("Lao PDR" in words and "lao" in words for words in bundle["waiting_for"])
    assert asec.title(project) == "Flood warning"
    assert asec.conflicts() == []

    asec.merge(second)
    assert asec.title(project) == "Third"
    assert asec.title("P-2") == "Changed in the third"
    converged(asec, lao)


def test_a_missing_bundle_is_called_by_its_number(asec: Desk, lao: Desk, project: str) -> None:
    lao.merge(asec.export())
    lao.put("project", project, title="Second")
    second = lao.export("--for", "ASEC")
    merge = asec.merge(second)["merge"]
    lao.merge(asec.export("--for", "LA"))
    lao.put("project", project, title="Third")
    third = lao.export("--for", "ASEC")
    asec.done("bundle", "undo", merge)
    found = asec.done("bundle", "inspect", third)
    assert found["waiting_for"] == ["bundle 2 of the Lao PDR office (lao)"]


# T6: old bundles


def test_an_old_bundle_sent_again_changes_nothing(asec: Desk, lao: Desk, project: str) -> None:
    old = lao.export()
    lao.put("project", project, title="Newer")
    asec.merge(lao.export())
    lao.put("project", project, title="Newest")
    asec.merge(lao.export())
    before = asec.digest()
    code, report = asec.run("bundle", "merge", old)
    assert (code, report["merged"], report["conflicts"]) == (0, 0, 0)
    assert asec.title(project) == "Newest"
    assert asec.digest() == before


# T9: a deletion and an edit


def test_an_edit_without_knowledge_of_a_deletion_restores(
    asec: Desk, lao: Desk, khm: Desk, project: str
) -> None:
    lao.new("task", project=project, title="Gauges")
    khm.merge(lao.export())
    asec.merge(lao.export())
    asec.done("record", "delete", "project", project)
    lao.put("project", project, title="Still needed")
    deleted, edited = asec.export(), lao.export()
    code, report = asec.run("bundle", "merge", edited)
    assert code == 3
    assert report["bundles"][0]["entities"]["project"]["restored"] == 1
    lao.merge(deleted)
    khm.merge(deleted)
    assert not khm.has("project", project)
    khm.merge(edited)
    for desk in (asec, lao, khm):
        assert desk.title(project) == "Still needed"
        found = [i for i in desk.issues() if i["kind"] == "edited_after_deletion"]
        assert [i["record"] for i in found] == [project]
        assert found[0]["words"].endswith(" 1 part of it is still deleted.")
    converged(asec, lao, khm)


# T10: what is announced is what is done


def test_preview_report_and_log_say_the_same_numbers(asec: Desk, lao: Desk, project: str) -> None:
    asec.put("project", project, title="A", description="by the secretariat")
    lao.put("project", project, title="L", budget="USD 2000", tags="one, two")
    lao.new("task", project=project, title="Install gauges")
    gone = lao.new("project", code="P-2", title="Short")
    asec.merge(lao.export())
    lao.put("project", project, justification="Lives")
    lao.done("record", "delete", "project", gone)
    bundle = lao.export()
    before = asec.digest()
    preview = asec.done("bundle", "merge", bundle, "--dry-run")
    assert asec.digest() == before
    report = asec.done("bundle", "merge", bundle)
    for name in COUNTS:
        assert preview[name] == report[name], name
    entities = report["bundles"][0]["entities"]
    assert preview["bundles"][0]["entities"] == entities
    assert entities["project"]["deleted"] == 1
    db = store.open_database(str(asec.file))
    try:
        merged = db.reader().value("SELECT count(*) FROM op WHERE merge = ?", (report["merge"],))
    finally:
        db.close()
    assert merged == report["merged"] > 0


# T12: taking a merge back


def test_taking_a_merge_back_restores_the_digest(asec: Desk, lao: Desk, project: str) -> None:
    asec.put("project", project, title="A")
    lao.put("project", project, title="L", description="Gauges")
    lao.new("task", project=project, title="Install gauges")
    bundle = lao.export()
    before = asec.digest()
    merge = asec.merge(bundle)["merge"]
    after = asec.digest()
    assert after != before
    code, _ = asec.run("bundle", "undo", merge)
    assert code == 0
    assert asec.digest() == before
    asec.sound()
    assert asec.run("bundle", "undo", merge)[0] == 1  # once is enough
    asec.merge(bundle)
    assert asec.digest() == after


# T13: receipts


def test_the_receivers_next_bundle_confirms(asec: Desk, lao: Desk, project: str) -> None:
    def unconfirmed() -> int:
        peers = lao.done("bundle", "status")["peers"]
        return int(next(p["unconfirmed"] for p in peers if p["office"] == "ASEC"))

    assert unconfirmed() > 0
    lao.merge(asec.export())
    assert unconfirmed() == 0
    lao.put("project", project, title="New")
    assert unconfirmed() == 1
    sent = lao.export("--for", "ASEC")
    assert unconfirmed() == 1  # sending proves nothing: the stick may be lost
    again = lao.done("bundle", "export", lao.folder / "again.apsync", "--for", "ASEC")
    assert again["changes"] == 1
    asec.merge(sent)
    lao.merge(asec.export())
    assert unconfirmed() == 0
    assert lao.done("bundle", "export", lao.folder / "none.apsync", "--for", "ASEC")["changes"] == 0


# T20: long silence


def test_sixty_days_without_exchange_lock_nobody_out(asec: Desk, lao: Desk, project: str) -> None:
    with time_machine.travel(datetime.now(UTC) + timedelta(days=60), tick=True):
        lao.put("project", project, title="Two months later")
        lao.new("task", project=project, title="Install gauges")
        assert lao.done("record", "list", "project")
        asec.put("project", project, description="Gauges")
        exchange(asec, lao)
        assert asec.title(project) == "Two months later"
        converged(asec, lao)


def test_taking_a_decision_back_opens_the_conflict_again_everywhere(
    asec: Desk, lao: Desk, khm: Desk, project: str
) -> None:
    asec.put("project", project, title="Secretariat's title")
    lao.put("project", project, title="Lao title")
    lao.merge(asec.export())
    (before,) = lao.conflicts()
    lao.done("conflicts", "resolve", before["id"], "--take", "theirs")
    settled = lao.digest()
    assert lao.conflicts() == []
    lao.done("undo")
    (again,) = lao.conflicts()
    assert again["base"] == before["base"]
    assert [{**v, "dot": 0} for v in again["values"]] == [{**v, "dot": 0} for v in before["values"]]
    asec.merge(lao.export())
    (theirs,) = asec.conflicts()
    assert {v["value"] for v in theirs["values"]} == {"Lao title", "Secretariat's title"}
    lao.done("redo")
    assert (lao.digest(), lao.conflicts()) == (settled, [])
    exchange(asec, lao, khm)
    converged(asec, lao, khm)
