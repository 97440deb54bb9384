"""Others' edits of an office's records: they wait, are answered, and the answers travel."""

from collections.abc import Callable
from uuid import UUID

import pytest

from aps_desktop.db import check
from aps_desktop.domain.errors import NotFound, UserError
from aps_desktop.services import proposals, records, sync_status
from tests.three_offices import Offices


@pytest.fixture
def project(here: Offices) -> UUID:
    id = records.new(here.la, "project", {"code": "P1", "title": "Flood warning"})
    here.send(here.la, here.kh, here.asec)
    return id


def propose(here: Offices, project: UUID) -> None:
    """Cambodia proposes a title, a tag, and later a deletion."""
    records.put(here.kh, "project", project, {"title": "Another title"})
    records.put(here.kh, "project", project, {"tags": frozenset({"urgent"})})
    records.delete(here.kh, "project", [project])


def test_a_proposal_waits_for_its_owner_and_changes_nothing(here: Offices, project: UUID) -> None:
    propose(here, project)
    own = proposals.waiting(here.kh.reader())
    assert [p.event for p in own] == ["value", "delete", "add"]
    assert all(p.own and not p.may_answer for p in own)
    here.send(here.kh, here.la, here.asec)
    assert records.get(here.la.reader(), "project", project).values["title"] == "Flood warning"
    waiting = proposals.waiting(here.la.reader())
    assert [p.words for p in waiting] == [
        "change to “Another title”", "delete this record", "add “urgent”",
    ]  # fmt: skip
    assert all(p.may_answer and p.office == "KH" for p in waiting)
    assert proposals.count(here.la.reader()) == 3
    assert sync_status.counts(here.la.reader()).proposals == 3
    assert proposals.by_id(here.la.reader(), waiting[0].id) == waiting[0]


def test_what_is_accepted_and_declined_is_so_everywhere(here: Offices, project: UUID) -> None:
    propose(here, project)
    here.send(here.kh, here.la, here.asec)
    title, deletion, tag = proposals.waiting(here.la.reader())
    applied = proposals.accept(here.la, [title, tag])
    assert applied.number
    assert "project" in applied.touched
    proposals.decline(here.la, [deletion])
    here.send(here.la, here.kh, here.asec)
    here.send(here.kh, here.la, here.asec)
    assert here.all_equal()
    for db in (here.asec, here.la, here.kh):
        assert proposals.waiting(db.reader()) == []
        values = records.get(db.reader(), "project", project).values
        assert values["title"] == "Another title"
        assert values["tags"] == frozenset({"urgent"})


def test_declined_values_and_members_stay_out_everywhere(here: Offices, project: UUID) -> None:
    records.put(here.kh, "project", project, {"title": "No", "tags": frozenset({"no"})})
    here.send(here.kh, here.la)
    proposals.decline(here.la, proposals.waiting(here.la.reader()))
    here.send(here.la, here.kh, here.asec)
    for db in (here.asec, here.la, here.kh):
        assert proposals.waiting(db.reader()) == []
        values = records.get(db.reader(), "project", project).values
        assert (values["title"], values["tags"]) == ("Flood warning", frozenset())
    # The same word can be proposed once more, and then be accepted.
    records.put(here.kh, "project", project, {"tags": frozenset({"no"})})
    here.send(here.kh, here.la)
    proposals.accept(here.la, proposals.waiting(here.la.reader()))
    assert records.get(here.la.reader(), "project", project).values["tags"] == {"no"}


def test_an_accepted_deletion_deletes_and_undo_brings_the_question_back(
    here: Offices, project: UUID
) -> None:
    records.delete(here.kh, "project", [project])
    here.send(here.kh, here.la)
    proposals.accept(here.la, proposals.waiting(here.la.reader()))
    with pytest.raises(NotFound):
        records.get(here.la.reader(), "project", project)
    records.undo(here.la)
    assert records.get(here.la.reader(), "project", project)
    assert [p.event for p in proposals.waiting(here.la.reader())] == ["delete"]


def test_undoing_a_declined_deletion_deletes_nothing(here: Offices, project: UUID) -> None:
    records.delete(here.kh, "project", [project])
    here.send(here.kh, here.la)
    proposals.decline(here.la, proposals.waiting(here.la.reader()))
    records.undo(here.la)
    assert records.get(here.la.reader(), "project", project)
    assert [p.event for p in proposals.waiting(here.la.reader())] == ["delete"]


@pytest.mark.parametrize("answer", [proposals.accept, proposals.decline])
def test_undoing_an_answer_asks_again_at_all_offices(
    here: Offices, project: UUID, answer: Callable[..., object]
) -> None:
    """And doing it again answers it; what somebody else answered meanwhile stays answered."""
    records.put(here.kh, "project", project, {"title": "Another title"})
    records.put(here.kh, "project", project, {"tags": frozenset({"urgent"})})
    here.send(here.kh, here.la, here.asec)
    before = records.get(here.la.reader(), "project", project).values["title"]
    asked = [p.id for p in proposals.waiting(here.la.reader())]
    answer(here.la, proposals.waiting(here.la.reader()))
    after = records.get(here.la.reader(), "project", project).values["title"]
    for step, wanted, title in (
        (records.undo, asked, before), (records.redo, [], after), (records.undo, asked, before),
    ):  # fmt: skip
        step(here.la)
        here.send(here.la, here.asec, here.kh)
        for db in (here.la, here.asec, here.kh):
            assert [p.id for p in proposals.waiting(db.reader())] == wanted
            assert records.get(db.reader(), "project", project).values["title"] == title
            assert check.check(db.reader()) == []
    answer(here.asec, proposals.waiting(here.asec.reader()))
    here.send(here.asec, here.la)
    assert proposals.waiting(here.la.reader()) == []


def test_a_stranger_answers_nothing(here: Offices, project: UUID) -> None:
    """Also not with a change that names the proposal."""
    records.put(here.kh, "project", project, {"title": "Another title"})
    here.send(here.kh, here.la)
    ((dot,),) = here.la.reader().all("SELECT dot FROM op_proposal")
    with here.la.writing() as c:
        c.run("INSERT INTO device(ord, uuid, office, status) VALUES (99, ?, 'VN', 'other')",
              (b"9" * 16,))  # fmt: skip
        c.run("INSERT INTO txn SELECT 99, 1, 1, 1, wall, hlc, officer, 'VN', why, label, app, "
              "schema, NULL FROM txn LIMIT 1")  # fmt: skip
        c.run("INSERT INTO op SELECT (99 << 40) | 1, prev, cell, hlc, 1, val, 0 FROM op "
              "WHERE dot = ?", (dot,))  # fmt: skip
        c.run("INSERT INTO op_proposal VALUES ((99 << 40) | 1)")
        c.run("INSERT INTO op_parent VALUES ((99 << 40) | 1, ?)", (dot,))
    assert dot in [p.dot for p in proposals.waiting(here.la.reader())]


def test_an_own_proposal_can_be_withdrawn(here: Offices, project: UUID) -> None:
    propose(here, project)
    proposals.decline(here.kh, proposals.waiting(here.kh.reader()))
    assert proposals.waiting(here.kh.reader()) == []
    here.send(here.kh, here.la)
    assert proposals.waiting(here.la.reader()) == []


def test_a_stranger_cannot_answer(here: Offices, project: UUID) -> None:
    records.put(here.kh, "project", project, {"title": "No"})
    with pytest.raises(UserError, match="belongs to LA"):
        proposals.accept(here.kh, proposals.waiting(here.kh.reader()))


def test_the_deletion_of_a_whole_is_one_decision(here: Offices, project: UUID) -> None:
    for title in ("First", "Second"):
        records.new(here.la, "task", {"project": project, "title": title})
    here.send(here.la, here.kh)
    records.delete(here.kh, "project", [project])
    here.send(here.kh, here.la)
    (one,) = proposals.waiting(here.la.reader())
    assert (one.event, one.entity, len(one.also)) == ("delete", "project", 2)
    proposals.decline(here.la, [one])
    here.send(here.la, here.kh)
    assert proposals.waiting(here.la.reader()) == proposals.waiting(here.kh.reader()) == []
    records.get(here.kh.reader(), "project", project)


def test_answered_twice_is_said_and_done_once(here: Offices, project: UUID) -> None:
    records.put(here.kh, "project", project, {"title": "Once"})
    here.send(here.kh, here.la)
    waiting = proposals.waiting(here.la.reader())
    proposals.decline(here.la, waiting)
    again = proposals.accept(here.la, waiting)
    assert again.number == 0
    assert again.skipped == ("P1: answered already",)
    assert records.get(here.la.reader(), "project", project).values["title"] == "Flood warning"


def test_undoing_a_proposal_takes_it_back_and_redo_proposes_again(
    here: Offices, project: UUID
) -> None:
    propose(here, project)
    for _ in range(3):
        applied = records.undo(here.kh)
        assert (applied.skipped, applied.proposed) == ((), 0)
    assert proposals.waiting(here.kh.reader()) == []
    here.send(here.kh, here.la, here.asec)
    assert proposals.waiting(here.la.reader()) == []
    for _ in range(3):
        records.redo(here.kh)
    here.send(here.kh, here.la, here.asec)
    assert [p.words for p in proposals.waiting(here.la.reader())] == [
        "change to “Another title”", "delete this record", "add “urgent”",
    ]  # fmt: skip
    assert here.all_equal()
    assert not check.check(here.kh.reader())


def test_undo_comes_back_to_the_proposal_before_and_leaves_an_answered_one(
    here: Offices, project: UUID
) -> None:
    records.put(here.kh, "project", project, {"title": "First"})
    assert records.put(here.kh, "project", project, {"title": "First"}).number == 0
    records.put(here.kh, "project", project, {"title": "Second"})
    records.undo(here.kh)
    (one,) = proposals.waiting(here.kh.reader())
    assert one.words == "change to “First”"
    here.send(here.kh, here.la)
    proposals.accept(here.la, proposals.waiting(here.la.reader()))
    here.send(here.la, here.kh, here.asec)
    assert records.undo(here.kh).skipped == ("Project: Title",)
    assert records.get(here.kh.reader(), "project", project).values["title"] == "First"
