"""Several bundles looked at together, and the files of a conflict that travel all of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from aps_desktop.db import identity
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import ChangeSet, Restore
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import NotFound, UserError
from aps_desktop.services import conflicts, files, making, merging, records, sync_status, trusting
from aps_desktop.services.merging import Report
from tests.three_offices import Offices


def reports(here: Offices, *bundles: Path) -> list[Report]:
    found = merging.preview_all(here.asec, bundles)
    assert all(isinstance(one, Report) for one in found), found
    return [one for one in found if isinstance(one, Report)]


def test_what_two_bundles_both_bring_counts_once(here: Offices) -> None:
    records.new(here.la, "project", {"code": "P1", "title": "First"})
    one = here.bundle(here.la)
    records.new(here.la, "project", {"code": "P2", "title": "Second"})
    both = here.bundle(here.la, full=True)
    looked = reports(here, one, both)
    assert [r.entities["project"]["new"] for r in looked] == [1, 1]
    assert looked[1].already_had >= looked[0].merged
    merged = [merging.merge_file(here.asec, bundle) for bundle in (one, both)]
    assert [(r.merged, r.entities) for r in merged] == [(r.merged, r.entities) for r in looked]


def test_one_bundle_twice_and_one_that_is_broken(here: Offices, tmp_path: Path) -> None:
    records.new(here.la, "project", {"code": "P1", "title": "First"})
    good = here.bundle(here.la)
    broken = tmp_path / "broken.apsync"
    broken.write_bytes(good.read_bytes()[:-40])
    found = merging.preview_all(here.asec, [broken, good, good])
    assert not isinstance(found[0], Report)
    assert isinstance(found[1], Report)
    assert isinstance(found[2], Report)
    assert (found[1].merged > 0, found[2].merged) == (True, 0)
    assert merging.preview(here.asec, good).merged == found[1].merged


def test_both_files_of_a_conflict_are_sent(here: Offices) -> None:
    id = records.new(here.la, "framework", {"code": "F1", "title": "Framework"})
    here.send(here.la, here.asec, here.kh)
    for db, data in ((here.asec, b"%PDF-1.4 of the secretariat"), (here.la, b"%PDF-1.4 of Laos")):
        ref = files.add_bytes(db, data, "framework.pdf")
        records.put(db, "framework", id, {"file": ref})
    here.send(here.asec, here.la)
    here.send(here.la, here.kh)
    (conflict,) = conflicts.open_conflicts(here.kh.reader(), record=id)
    assert len(conflict.versions) == 2
    kept = here.kh.reader().all("SELECT sha256 FROM file_blob")
    assert {v.wire.split(" ")[0] for v in conflict.versions if v.wire} <= {row[0] for row in kept}


def test_a_proposed_file_is_sent_to_who_decides(here: Offices) -> None:
    id = records.new(here.la, "framework", {"code": "F1", "title": "Framework"})
    here.send(here.la, here.kh)
    ref = files.add_bytes(here.kh, b"%PDF-1.4 proposed", "framework.pdf")
    records.put(here.kh, "framework", id, {"file": ref})
    here.send(here.kh, here.la)
    assert files.read(here.la.reader(), ref) == b"%PDF-1.4 proposed"


def test_the_computer_that_signs_the_list_cannot_revoke_itself(here: Offices) -> None:
    own = trusting.keys(here.asec).public
    version = trusting.store(here.asec).version
    with pytest.raises(UserError, match="cannot revoke itself"):
        trusting.revoke(here.asec, "Laptop of ASEC", 0)
    assert trusting.store(here.asec).version == version
    assert own in {one.key for one in trusting.store(here.asec).devices() if not one.revoked}


def test_the_news_for_everybody_are_what_not_all_have(here: Offices) -> None:
    """By what they said themselves: whoever has not been heard of gets everything."""
    records.new(here.asec, "project", {"code": "P1", "title": "First"})
    wanted = making.Wanted(here.folder, "news.apsync", (), ())
    everything = making.make(here.asec, wanted).exported.changes
    here.send(here.asec, here.la, here.kh)
    here.send(here.la, here.asec)
    assert making.make(here.asec, wanted).exported.changes == everything
    here.send(here.kh, here.asec)
    records.new(here.asec, "project", {"code": "P2", "title": "Second"})
    assert making.make(here.asec, replace(wanted, full=True)).exported.changes == everything + 1
    assert making.make(here.asec, wanted).exported.changes == 1
    for db in (here.la, here.kh):
        merging.merge_file(db, here.folder / "news.apsync")
    assert here.all_equal()


def test_a_restored_computer_is_listed_once(here: Offices) -> None:
    here.send(here.la, here.asec)
    before = [(p.office, p.state) for p in sync_status.peers(here.asec.reader())]
    with here.la.writing() as c:
        identity.renew(c)
    records.new(here.la, "project", {"code": "P1", "title": "After the restore"})
    here.send(here.la, here.asec)
    peers = sync_status.peers(here.asec.reader())
    assert [(p.office, p.state) for p in peers] == before == [("KH", "listed"), ("LA", "listed")]
    (peer,) = [p for p in peers if p.office == "LA"]
    assert peer.device == here.la.device_id().hex()


def test_what_has_not_arrived_cannot_be_restored(here: Offices) -> None:
    id = here.la.ids.new()
    with here.asec.writing() as c:
        c.run("INSERT INTO record(rid, uuid, tid, alive) SELECT rid + 1, ?, ?, 0 FROM local_state",
              (id.bytes, entity("project").number))  # fmt: skip
        c.run("UPDATE local_state SET rid = rid + 1")
    with pytest.raises(NotFound, match="has not arrived yet"):
        apply(here.asec, ChangeSet("restore", (Restore("project", id),)))
