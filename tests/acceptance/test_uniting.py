"""T11: two records of one partner are united; later bundles with the old id obey that."""

from uuid import UUID

import pytest

from aps_desktop.db import store
from aps_desktop.services import uniting
from tests.acceptance.desks import Desk, converged, exchange


@pytest.fixture
def partners(asec: Desk, lao: Desk, khm: Desk) -> tuple[str, str]:
    """The same agency, entered twice by the secretariat; all offices have both."""
    one = asec.new("partner", code="JICA", name="Japan International Cooperation Agency")
    two = asec.new("partner", code="JICA-2", name="Japan Int. Cooperation Agency")
    for desk in (lao, khm):
        desk.merge(asec.export())
    return two, one


def _proposal(desk: Desk, partner: str, title: str) -> str:
    return desk.new("pipeline_proposal", title=title, partner=partner)


def _partner(desk: Desk, proposal: str) -> str:
    return str(desk.get("pipeline_proposal", proposal)["partner"]["id"])


def _codes(desk: Desk) -> set[str]:
    return {row["code"] for row in desk.done("record", "list", "partner")}


def test_later_bundles_with_the_old_id_show_the_survivor(
    asec: Desk, lao: Desk, khm: Desk, partners: tuple[str, str]
) -> None:
    old, new = partners
    before = _proposal(asec, old, "Before")
    plan = asec.done("record", "unite", "partner", old, new, "--dry-run")
    assert plan["moves"] == {"pipeline_proposal": 1}
    done = asec.done("record", "unite", "partner", old, new)
    assert done["change_set"]
    assert "JICA-2" not in _codes(asec)
    later = _proposal(khm, old, "Made by an office that does not know")
    asec.merge(khm.export())
    assert (_partner(asec, before), _partner(asec, later)) == (new, new)
    exchange(asec, lao, khm)
    converged(asec, lao, khm)
    for desk in (asec, lao, khm):
        assert "JICA-2" not in _codes(desk)
        assert _partner(desk, later) == new
        assert desk.get("partner", old)["id"] == new  # whoever asks for the old id
        assert [d["id"] for d in desk.done("record", "united")] == [old]
        hits = desk.done("search", "JICA-2")
        assert [hit["id"] for hit in hits if hit["entity"] == "partner"] == [new]
        where = desk.done("record", "list", "pipeline_proposal", "--where", f"partner={new}")
        assert {row["id"] for row in where} == {before, later}


def test_what_only_the_duplicate_says_is_taken_over(asec: Desk, partners: tuple[str, str]) -> None:
    old, new = partners
    asec.put("partner", old, notes="Met in Vientiane")
    plan = asec.done("record", "unite", "partner", old, new)
    assert "notes" in [t["field"] for t in plan["takes"]]
    assert asec.get("partner", new)["notes"] == "Met in Vientiane"
    assert {d["label"] for d in plan["differs"]} >= {"Name"}


def test_uniting_is_undone_done_again_and_taken_back(
    asec: Desk, lao: Desk, khm: Desk, partners: tuple[str, str]
) -> None:
    old, new = partners
    proposal = _proposal(asec, old, "First")
    before = asec.digest()
    asec.done("record", "unite", "partner", old, new)
    united = asec.digest()
    asec.done("undo")
    assert (asec.digest(), _partner(asec, proposal)) == (before, old)
    asec.done("redo")
    assert (asec.digest(), _partner(asec, proposal)) == (united, new)
    asec.sound()
    lao.merge(asec.export())
    assert _partner(lao, proposal) == new
    asec.done("record", "separate", "partner", "jica-2")  # its code, as it was
    exchange(asec, lao, khm)
    converged(asec, lao, khm)
    assert _partner(lao, proposal) == old


def test_opposite_directions_and_circles_end_the_same_everywhere(
    asec: Desk, lao: Desk, khm: Desk
) -> None:
    ids = [lao.new("associated_entity", name=name) for name in ("ASEAN Law", "Law ASEAN", "ALA")]
    for desk in (asec, khm):
        desk.merge(lao.export())
    asec.done("record", "unite", "associated_entity", ids[0], ids[1])
    lao.done("record", "unite", "associated_entity", ids[1], ids[2])
    bundles = asec.export(), lao.export()
    lao.done("undo")
    lao.done("record", "unite", "associated_entity", ids[2], ids[0])
    bundles = *bundles, lao.export()
    khm.merge(*bundles[::-1])
    exchange(asec, lao, khm)
    converged(asec, lao, khm)
    for desk in (asec, lao, khm):
        assert len(desk.done("record", "list", "associated_entity")) == 1


def test_another_office_only_proposes_it(asec: Desk, lao: Desk, khm: Desk) -> None:
    ids = [lao.new("associated_entity", name=name) for name in ("ASEAN Law", "Law of ASEAN")]
    khm.merge(lao.export())
    done = khm.done("record", "unite", "associated_entity", *ids)
    assert done["proposed"] == 1
    assert khm.has("associated_entity", ids[0])
    exchange(asec, lao, khm)
    assert lao.has("associated_entity", ids[0])
    converged(asec, lao, khm)


def test_an_edit_of_the_duplicate_made_apart_is_listed(asec: Desk, lao: Desk, khm: Desk) -> None:
    ids = [lao.new("associated_entity", name=name) for name in ("ASEAN Law", "Law of ASEAN")]
    asec.merge(lao.export())
    asec.done("record", "unite", "associated_entity", *ids)
    lao.put("associated_entity", ids[0], name="ASEAN Law Association")
    exchange(asec, lao, khm)
    converged(asec, lao, khm)
    for desk in (asec, lao, khm):
        (issue,) = [i for i in desk.issues() if i["kind"] == "edited_after_uniting"]
        assert issue["record"] == ids[1]
        assert "ASEAN Law Association" in issue["words"]
    db = store.open_database(str(lao.file))
    uniting.leave(db, "associated_entity", UUID(ids[0]))
    db.close()
    exchange(asec, lao)
    assert [i for desk in (asec, lao) for i in desk.issues() if "uniting" in i["kind"]] == []
    lao.done("undo")
    assert not lao.has("associated_entity", ids[0])
    lao.sound()


@pytest.mark.parametrize("which", [("partner", 0), ("partner", 1)])
def test_what_cannot_be_united_is_refused(
    asec: Desk, partners: tuple[str, str], which: tuple[str, int]
) -> None:
    same = partners[which[1]]
    assert asec.run("record", "unite", "partner", same, same)[0] == 1
    body = asec.new("body", code="TOP", name="Top")
    below = asec.new("body", code="LOW", name="Low", parent="TOP")
    assert asec.run("record", "unite", "body", body, below)[0] == 1
    asec.sound()
