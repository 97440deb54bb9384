"""What a merge says that it changed: for each field what is here, what came, what becomes of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from aps_desktop.db import store
from aps_desktop.services import merge_report, merging, records, trusting
from tests.three_offices import Offices


def told(report: merging.Report) -> list[tuple[str, ...]]:
    return [merge_report.difference(one) for one in report.differences]


def test_new_changed_deleted_and_what_came_with_a_new_record(here: Offices) -> None:
    one = records.new(here.la, "project", {"code": "P1", "title": "One"})
    two = records.new(here.la, "project", {"code": "P2", "title": "Two"})
    here.send(here.la, here.asec)
    records.put(here.la, "project", one, {"title": "One, first try"})
    records.put(here.la, "project", one, {"title": "One, at last"})
    records.delete(here.la, "project", [two])
    tags = frozenset({"flood", "river"})
    records.new(here.la, "project", {"code": "P3", "title": "Three", "tags": tags})
    file = here.bundle(here.la)
    seen = merging.preview(here.asec, file)
    assert sorted(told(seen)) == [
        ("P1", "Title", "One", "One, at last", "Taken over"),
        ("P3", "New project", "", "", "Taken over"),
        ("Two", "Deleted", "", "", "Taken over"),
    ]
    assert merging.merge_file(here.asec, file).differences == seen.differences


def test_a_conflict_shows_ours_beside_theirs_and_a_proposal_is_none(here: Offices) -> None:
    file = here.in_conflict()
    id = records.find_id(here.la.reader(), "project", "P1")
    records.put(here.kh, "project", id, {"title": "Title of Cambodia"})
    first = merging.merge_file(here.la, file)
    assert (first.conflicts, len(first.differences)) == (2, 2)
    assert {one.fate for one in first.differences} == {"conflict"}
    (second,) = here.send(here.kh, here.la)
    assert (second.conflicts, second.proposals) == (0, 1)
    shown = records.get(here.la.reader(), "project", id).values["title"]
    assert told(second) == [
        ("P1", "Title", shown, "Title of Cambodia", "Proposed to its owner"),
    ]


def test_a_conflict_of_others_stands_beside_what_was_here_until_then(here: Offices) -> None:
    merging.merge_file(here.la, here.in_conflict())
    (report,) = here.send(here.la, here.kh)
    assert report.conflicts == 2
    both = "Title of the Lao office", "Title of the secretariat"
    assert sorted(one for one in told(report) if one[1] == "Title") == [
        ("P1", "Title", "Flood early warning", title, "Conflict: both stay") for title in both
    ]


def test_a_bundle_names_no_more_than_the_first_of_its_changes(
    here: Offices, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merge_report, "MOST", 2)
    for number in range(3):
        records.new(here.la, "project", {"code": f"P{number}", "title": "One of many"})
    (report,) = here.send(here.la, here.asec)
    words = merge_report.first(report.differences[:2], report.merged)
    assert words == "the first 2 differences of 3 changes"


def test_the_same_differences_on_a_server(
    here: Offices, tmp_path: Path, pg_url: Callable[[], str]
) -> None:
    server = store.create(pg_url(), office="TH", device="Server")
    request = tmp_path / "server.apsrequest"
    trusting.write_request(server, request)
    trusting.add(here.asec, request)
    merging.merge_file(server, here.bundle(here.asec, full=True))
    id = records.new(server, "project", {"code": "P1", "title": "One"})
    here.send(server, here.asec)
    records.put(server, "project", id, {"title": "Here"})
    records.put(here.asec, "project", id, {"title": "There"})
    records.new(here.asec, "project", {"code": "P2", "title": "Two"})
    file = here.bundle(here.asec)
    seen = merging.preview(server, file)
    assert told(seen) == [
        ("P1", "Title", "Here", "There", "Conflict: both stay"),
        ("P2", "New project", "", "", "Taken over"),
    ]
    assert merging.merge_file(server, file).differences == seen.differences
    server.close()
