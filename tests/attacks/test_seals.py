"""An office that alters what it passes on of another one is found out by that one's seal."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import msgspec
import pytest

from aps_desktop.db import store
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import ChangeSet, Create
from aps_desktop.services import trusting
from aps_desktop.sync import manifest, proofs
from aps_desktop.sync.keys import FOR_SEAL
from tests.acceptance.desks import Desk, NewDesk, enrol
from tests.property.tampering import hash_again


@pytest.fixture
def desks(house: tuple[Desk, Desk, Desk]) -> tuple[Desk, Desk, Desk]:
    """Cambodia has news of the Lao PDR office, which the secretariat has not."""
    asec, lao, khm = house
    lao.new("project", code="P-1", title="Flood warning", budget="USD 1000")
    asec.merge(lao.export())
    lao.new("project", code="P-2", title="Closed", document_class="restricted", tags="a,b")
    lao.put("project", "P-2", title="Closed still")
    lao.put("project", "P-1", budget="USD 2000")
    lao.put("project", "P-1", title="Flood early warning")
    khm.merge(lao.export())
    return asec, lao, khm


PART = ("--max-class", "limited")
SCOPES = ((), PART)
"""Everything, and without the restricted project: its two steps are left out."""


def alter(desk: Desk, *work: str) -> None:
    """What somebody does to his own database with another tool."""
    db = store.open_database(str(desk.file))
    with db.writing() as c:
        for sql in work:
            assert c.run(sql) > 0, sql
    db.close()


def refused(desk: Desk, bundle: Path) -> str:
    before = desk.digest()
    code, answer = desk.run("bundle", "merge", bundle)
    assert code == 1, answer
    assert desk.digest() == before
    desk.sound()
    return str(answer["problems"][0]["error"])


def test_what_is_passed_on_unaltered_is_sealed(desks: tuple[Desk, Desk, Desk]) -> None:
    asec, _, khm = desks
    for scope, merged in zip((PART, ()), (2, 4), strict=True):
        report = asec.merge(khm.export(*scope))
        assert (report["merged"], report["unsealed"], report["conflicts"]) == (merged, 0, 0)
        assert asec.get("project", "P-1")["budget"] == "USD 2000.00"
        asec.sound()


def test_a_part_stays_sealed_through_other_offices(
    desks: tuple[Desk, Desk, Desk], new_desk: NewDesk
) -> None:
    """Who has a part passes it on with all that shows whose it is, and learns the rest later."""
    asec, lao, khm = desks
    vnm, tha = new_desk("VN", "vnm"), new_desk("TH", "tha")
    enrol(asec, vnm, tha, informs=(khm, lao))
    tha.merge(lao.export(*PART))
    lao.put("project", "P-1", title="Third")
    khm.merge(lao.export())
    vnm.merge(khm.export(*PART))
    assert vnm.title("P-1") == "Third"
    alter(vnm, "UPDATE op SET val = 'Forged' WHERE val = 'Third'")
    assert "not what it had sealed" in refused(tha, vnm.export())
    alter(vnm, "UPDATE op SET val = 'Third' WHERE val = 'Forged'")
    assert tha.merge(vnm.export())["unsealed"] == 0
    assert tha.merge(khm.export())["unsealed"] == 0
    assert asec.merge(tha.export())["unsealed"] == 0
    assert {desk.title("P-2") for desk in (asec, tha, khm)} == {"Closed still"}
    vnm.sound()


_LAO = "(SELECT ord FROM device WHERE office = 'LA')"
_LAST = f"(SELECT max(dot) FROM op WHERE (dot >> 40) = {_LAO})"


def test_a_change_left_out_of_the_middle_is_missed(desks: tuple[Desk, Desk, Desk]) -> None:
    asec, _, khm = desks
    which = f"WHERE dot = {_LAST} - 1"
    alter(khm, f"DELETE FROM op {which}", f"DELETE FROM history {which}")
    assert "not all there" in refused(asec, khm.export())


_ALTERED = (
    ("op SET val = 'USD 900000000' WHERE val = 'USD 200000'",
     "op SET val = 'USD 200000' WHERE val = 'USD 900000000'"),
    (f"op SET prev = prev + 1 WHERE dot = {_LAST}", f"op SET prev = prev - 1 WHERE dot = {_LAST}"),
    (f"op SET cell = cell + 1 WHERE dot = {_LAST}", f"op SET cell = cell - 1 WHERE dot = {_LAST}"),
    (f"txn SET officer = 'Somebody else' WHERE device = {_LAO} AND n = 5",
     f"txn SET officer = '' WHERE device = {_LAO} AND n = 5"),
    (f"txn SET hlc = hlc + 4294967296 WHERE device = {_LAO} AND n = 5",
     f"txn SET hlc = hlc - 4294967296 WHERE device = {_LAO} AND n = 5"),
)  # fmt: skip
"""An alteration, and what takes it back."""


def test_an_altered_change_is_refused(desks: tuple[Desk, Desk, Desk]) -> None:
    asec, _, khm = desks
    for there, back in _ALTERED:
        alter(khm, f"UPDATE {there}")
        for scope in SCOPES:
            assert "not what it had sealed" in refused(asec, khm.export(*scope)), there
        alter(khm, f"UPDATE {back}")
    for table, values in (("op_parent", f"{_LAST} - 1"), ("op_seen", f"{_LAO}, 1")):
        alter(khm, f"INSERT INTO {table} VALUES ({_LAST}, {values})")
        for scope in SCOPES:
            assert "not what it had sealed" in refused(asec, khm.export(*scope)), table
        alter(khm, f"DELETE FROM {table} WHERE dot = {_LAST}")
    assert asec.merge(khm.export())["unsealed"] == 0


def test_a_step_speaks_for_the_office_of_its_computer(desks: tuple[Desk, Desk, Desk]) -> None:
    """Whoever passes it on, and also the computer that made it; whose it is, the list says."""
    asec, lao, khm = desks
    for desk in (khm, lao):
        alter(desk, f"UPDATE txn SET office = 'ASEC' WHERE device = {_LAO} AND n = 5")
        assert "speaks for another office" in refused(asec, desk.export())
    alter(khm, "UPDATE device SET office = 'ASEC' WHERE office = 'LA'")
    assert "speaks for another office" in refused(asec, khm.export())


def test_a_stripped_seal_is_missed(desks: tuple[Desk, Desk, Desk]) -> None:
    asec, _, khm = desks
    alter(khm, "UPDATE op SET val = 'USD 900000000' WHERE val = 'USD 200000'", "DELETE FROM seal")
    for scope in SCOPES:
        assert "without the seal" in refused(asec, khm.export(*scope)), scope


def test_a_part_without_what_shows_whose_it_is_is_refused(
    desks: tuple[Desk, Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    asec, _, khm = desks
    monkeypatch.setattr("aps_desktop.sync.proofs.gather", lambda *_: proofs.Proofs())
    assert "without the seal" in refused(asec, khm.export(*PART))


def test_an_older_program_is_believed_no_more_than_it_was(
    desks: tuple[Desk, Desk, Desk], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who says that his program is older gets nothing in that a newer one would have to seal."""
    asec, _, khm = desks
    alter(khm, "UPDATE op SET val = 'USD 900000000' WHERE val = 'USD 200000'")
    older = partial(manifest.Manifest, format=1, min_reader=1)
    monkeypatch.setattr("aps_desktop.services.bundles.Manifest", older)
    for scope in SCOPES:
        assert "without the seal" in refused(asec, khm.export(*scope)), scope


def test_an_own_seal_in_anothers_name_is_refused(desks: tuple[Desk, Desk, Desk]) -> None:
    """Signed by the key of the office that passes it on, over the hashes of what it altered."""
    asec, _, khm = desks
    alter(khm, "UPDATE op SET val = 'USD 900000000' WHERE val = 'USD 200000'")
    db = store.open_database(str(khm.file))
    key = trusting.keys(db).signing
    with db.writing() as c:
        device, uuid = c.one("SELECT ord, uuid FROM device WHERE office = 'LA'") or (0, b"")
        hash_again(c, device)
        root = proofs.chain_of(c, device, 5, {}).root() or b""
        upto = c.value("SELECT max_seq FROM device WHERE ord = ?", (device,))
        bare = msgspec.json.encode((bytes(uuid).hex(), 5, upto, root.hex()))
        c.run("UPDATE seal SET chain = ?, signature = ?", (root, key.sign(FOR_SEAL, bare)))
    db.close()
    for scope in SCOPES:
        assert "seal that it did not give" in refused(asec, khm.export(*scope)), scope


def test_an_invented_step_beyond_the_seal_is_refused(desks: tuple[Desk, Desk, Desk]) -> None:
    asec, _, khm = desks
    alter(
        khm,
        f"INSERT INTO op SELECT dot + 1, dot, cell, hlc + 1, 6, 'Invented', 0 FROM op "
        f"WHERE dot = {_LAST}",
        f"INSERT INTO txn SELECT device, 6, last_seq + 1, last_seq + 1, wall, hlc + 1, officer, "
        f"office, why, label, app, schema, chain FROM txn WHERE device = {_LAO} AND n = 5",
        f"UPDATE device SET max_seq = max_seq + 1 WHERE ord = {_LAO}",
    )
    for scope in SCOPES:
        assert "beyond what it had sealed" in refused(asec, khm.export(*scope)), scope


def test_a_bundle_without_seals_is_read_with_a_plain_word(
    desks: tuple[Desk, Desk, Desk],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asec, _, khm = desks
    nothing: Callable[..., list[bytes]] = lambda *_: []  # noqa: E731
    monkeypatch.setattr("aps_desktop.services.bundles.seals.lines", nothing)
    alter(asec, "DELETE FROM seal")  # an older program kept none
    report = asec.merge(khm.export())
    assert (report["merged"], report["unsealed"]) == (6, 6)


def test_nobody_writes_in_the_receivers_own_name(desks: tuple[Desk, Desk, Desk]) -> None:
    _, lao, khm = desks
    alter(
        khm,
        f"INSERT INTO op SELECT dot + 1, dot, cell, hlc + 1, 6, 'Invented', 0 FROM op "
        f"WHERE dot = {_LAST}",
        f"INSERT INTO txn SELECT device, 6, last_seq + 1, last_seq + 1, wall, hlc + 1, officer, "
        f"office, why, label, app, schema, chain FROM txn WHERE device = {_LAO} AND n = 5",
        f"UPDATE device SET max_seq = max_seq + 1 WHERE ord = {_LAO}",
    )
    assert "seal" in refused(lao, khm.export())
    alter(khm, "DELETE FROM seal")
    assert "seal" in refused(lao, khm.export())


def test_the_checker_in_the_documentation_finds_what_was_altered(
    desks: tuple[Desk, Desk, Desk], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has nothing of the program; so the page says all that one needs."""
    _, lao, khm = desks
    db = store.open_database(str(lao.file))
    closed = {"code": "P-3", "title": "Closed", "document_class": "restricted"}
    shown = {"code": "P-4", "title": "“é”", "tags": frozenset("de"), "remarks": "\tx\n\x7f"}
    made = tuple(Create("project", db.ids.new(), values) for values in (closed, shown))
    apply(db, ChangeSet("two in one step", made))
    db.close()
    khm.merge(lao.export())
    monkeypatch.setattr("aps_desktop.sync.trust.TrustStore.recipients", lambda *_: ())
    page = (Path(__file__).parents[2] / "docs" / "bundle-format.md").read_text("utf-8")
    program = tmp_path / "checker.py"
    program.write_text(page.split("```python\n")[2].split("```")[0], "utf-8")

    def checked(bundle: Path) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, str(program), str(bundle)]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    for scope in SCOPES:
        done = checked(khm.export(*scope))
        assert (done.returncode, done.stdout.count("sealed up to")) == (0, 1), done.stderr
    alter(khm, f"UPDATE {_ALTERED[0][0]}")
    for scope in SCOPES:
        assert "was altered" in checked(khm.export(*scope)).stderr
