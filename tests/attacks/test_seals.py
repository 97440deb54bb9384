"""An office that alters what it passes on of another one is found out by that one's seal."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from aps_desktop.db import store
from tests.acceptance.desks import Desk, enrol


@pytest.fixture
def desks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[Desk, Desk, Desk]:
    """Cambodia has news of the Lao PDR office, which the secretariat has not."""
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))
    asec, lao, khm = (
        Desk(tmp_path, office, name, lambda: str(capsys.readouterr().out))
        for office, name in (("ASEC", "asec"), ("LA", "lao"), ("KH", "khm"))
    )
    enrol(asec, lao, khm)
    lao.new("project", code="P-1", title="Flood warning", budget="USD 1000")
    asec.merge(lao.export())
    lao.put("project", "P-1", budget="USD 2000")
    lao.put("project", "P-1", title="Flood early warning")
    khm.merge(lao.export())
    return asec, lao, khm


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
    report = asec.merge(khm.export())
    assert (report["merged"], report["unsealed"], report["conflicts"]) == (2, 0, 0)
    assert asec.get("project", "P-1")["budget"] == "USD 2000.00"
    asec.sound()


_LAO = "(SELECT ord FROM device WHERE office = 'LA')"
_LAST = f"(SELECT max(dot) FROM op WHERE (dot >> 40) = {_LAO})"


_ALTERED = (
    ("op SET val = 'USD 900000000' WHERE val = 'USD 200000'",
     "op SET val = 'USD 200000' WHERE val = 'USD 900000000'"),
    (f"op SET prev = prev + 1 WHERE dot = {_LAST}", f"op SET prev = prev - 1 WHERE dot = {_LAST}"),
    (f"op SET cell = cell + 1 WHERE dot = {_LAST}", f"op SET cell = cell - 1 WHERE dot = {_LAST}"),
    (f"txn SET officer = 'Somebody else' WHERE device = {_LAO} AND n = 3",
     f"txn SET officer = '' WHERE device = {_LAO} AND n = 3"),
    (f"txn SET hlc = hlc + 4294967296 WHERE device = {_LAO} AND n = 3",
     f"txn SET hlc = hlc - 4294967296 WHERE device = {_LAO} AND n = 3"),
)  # fmt: skip
"""An alteration, and what takes it back."""


def test_an_altered_change_is_refused(desks: tuple[Desk, Desk, Desk]) -> None:
    asec, _, khm = desks
    for there, back in _ALTERED:
        alter(khm, f"UPDATE {there}")
        assert "not what it had sealed" in refused(asec, khm.export()), there
        alter(khm, f"UPDATE {back}")
    for table, values in (("op_parent", f"{_LAST} - 1"), ("op_seen", f"{_LAO}, 1")):
        alter(khm, f"INSERT INTO {table} VALUES ({_LAST}, {values})")
        assert "not what it had sealed" in refused(asec, khm.export()), table
        alter(khm, f"DELETE FROM {table} WHERE dot = {_LAST}")
    assert asec.merge(khm.export())["unsealed"] == 0


def test_a_step_speaks_for_the_office_of_its_computer(desks: tuple[Desk, Desk, Desk]) -> None:
    """Whoever passes it on, and also the computer that made it; whose it is, the list says."""
    asec, lao, khm = desks
    for desk in (khm, lao):
        alter(desk, f"UPDATE txn SET office = 'ASEC' WHERE device = {_LAO} AND n = 3")
        assert "speaks for another office" in refused(asec, desk.export())
    alter(khm, "UPDATE device SET office = 'ASEC' WHERE office = 'LA'")
    assert "speaks for another office" in refused(asec, khm.export())


def test_a_stripped_seal_is_missed(desks: tuple[Desk, Desk, Desk]) -> None:
    asec, _, khm = desks
    alter(khm, "UPDATE op SET val = 'USD 900000000' WHERE val = 'USD 200000'", "DELETE FROM seal")
    assert "without the seal" in refused(asec, khm.export())


def test_an_own_seal_in_anothers_name_is_refused(desks: tuple[Desk, Desk, Desk]) -> None:
    """Signed by the key of the office that passes it on, over the chain of what it altered."""
    from aps_desktop.db import chain
    from aps_desktop.services import trusting
    from aps_desktop.sync.keys import FOR_SEAL

    asec, _, khm = desks
    alter(khm, "UPDATE op SET val = 'USD 900000000' WHERE val = 'USD 200000'")
    db = store.open_database(str(khm.file))
    key = trusting.keys(db).signing
    with db.writing() as c:
        device, uuid = c.one("SELECT ord, uuid FROM device WHERE office = 'LA'") or (0, b"")
        before = b""
        for step in (1, 2, 3):
            before = chain.computed(c, device, step, before) or b""
            c.run("UPDATE txn SET chain = ? WHERE device = ? AND n = ?", (before, device, step))
        import msgspec

        bare = msgspec.json.encode((bytes(uuid).hex(), 3, 3, before.hex()))
        c.run("UPDATE seal SET chain = ?, signature = ?", (before, key.sign(FOR_SEAL, bare)))
    db.close()
    assert "seal that it did not give" in refused(asec, khm.export())


def test_an_invented_step_beyond_the_seal_is_refused(desks: tuple[Desk, Desk, Desk]) -> None:
    asec, _, khm = desks
    alter(
        khm,
        f"INSERT INTO op SELECT dot + 1, dot, cell, hlc + 1, 4, 'Invented', 0 FROM op "
        f"WHERE dot = {_LAST}",
        f"INSERT INTO txn SELECT device, 4, last_seq + 1, last_seq + 1, wall, hlc + 1, officer, "
        f"office, why, label, app, schema, chain FROM txn WHERE device = {_LAO} AND n = 3",
        f"UPDATE device SET max_seq = max_seq + 1 WHERE ord = {_LAO}",
    )
    assert "beyond what it had sealed" in refused(asec, khm.export())


def test_a_part_of_the_records_is_believed_on_the_senders_word(
    desks: tuple[Desk, Desk, Desk],
) -> None:
    asec, _, khm = desks
    report = asec.merge(khm.export("--max-class", "limited"))
    assert report["merged"] == 2
    assert report["unsealed"] in (0, 2)


def test_a_bundle_without_seals_is_read_with_a_plain_word(
    desks: tuple[Desk, Desk, Desk],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asec, _, khm = desks
    nothing: Callable[..., list[bytes]] = lambda *_: []  # noqa: E731
    monkeypatch.setattr("aps_desktop.sync.seals.lines", nothing)
    alter(asec, "DELETE FROM seal")  # an older program kept none
    report = asec.merge(khm.export())
    assert (report["merged"], report["unsealed"]) == (2, 2)


def test_nobody_writes_in_the_receivers_own_name(desks: tuple[Desk, Desk, Desk]) -> None:
    _, lao, khm = desks
    alter(
        khm,
        f"INSERT INTO op SELECT dot + 1, dot, cell, hlc + 1, 4, 'Invented', 0 FROM op "
        f"WHERE dot = {_LAST}",
        f"INSERT INTO txn SELECT device, 4, last_seq + 1, last_seq + 1, wall, hlc + 1, officer, "
        f"office, why, label, app, schema, chain FROM txn WHERE device = {_LAO} AND n = 3",
        f"UPDATE device SET max_seq = max_seq + 1 WHERE ord = {_LAO}",
    )
    assert "seal" in refused(lao, khm.export())
    alter(khm, "DELETE FROM seal")
    assert "seal" in refused(lao, khm.export())
