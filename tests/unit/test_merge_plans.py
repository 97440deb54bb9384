"""A small bundle is merged by looks at what it touches: no statement reads a whole large table.

SQLite has no statistics of temporary tables, so its plans are the same in a small database.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities import ENTITIES
from aps_desktop.services import merging, records, sync_status, uniting
from tests.three_offices import Offices

LARGE = {"op", "history", "cell", "record", "search_title", "set_member", "value_doubt"} | {
    entity.name for entity in ENTITIES
}
OF_FEW = {"set_member_same_as", "record_unborn", "cell_conflict"}
"""Indexes that hold a few rows only."""


def scanned(c: Connection, sql: str, params: object) -> Iterator[str]:
    """The large tables that a statement reads from end to end."""
    named = re.findall(r"(?=(?:FROM|JOIN|,) (\w+) (?:AS )?([a-z]\w*))", sql)
    tables = {short: table for table, short in named}
    for row in c.raw.execute(f"EXPLAIN QUERY PLAN {sql}", params).fetchall():
        if found := re.match(r"SCAN (\w+)", row[3]):
            table = tables.get(found[1], found[1])
            if table in LARGE and not any(name in row[3] for name in OF_FEW):
                yield f"{row[3]}: {sql}"


@pytest.fixture
def scans(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    found: list[str] = []
    execute = Connection._execute

    def explained(self: Connection, sql: str, params: object) -> object:
        if sql.startswith(("SELECT", "INSERT", "UPDATE", "DELETE", "WITH")):
            found.extend(scanned(self, sql, params))
        return execute(self, sql, params)

    monkeypatch.setattr(Connection, "_execute", explained)
    return found


def busy(here: Offices) -> Path:
    """A bundle with some of everything: new, changed, deleted, united, proposed, in conflict."""
    la, kh, asec = here.la, here.kh, here.asec
    one, two, three = (
        records.new(la, "project", {"code": f"P{n}", "title": f"Project {n}"}) for n in range(3)
    )
    old, new = (
        records.new(asec, "partner", {"code": f"A{n}", "name": f"Agency {n}"}) for n in range(2)
    )
    here.send(la, asec, kh)
    here.send(asec, la, kh)
    records.put(asec, "project", one, {"title": "Title of the secretariat"})
    records.put(la, "project", one, {"title": "Title of the Lao office"})
    records.put(la, "project", two, {"description": "Words", "tags": frozenset({"flood", "river"})})
    records.delete(la, "project", [three])
    records.put(kh, "project", two, {"title": "Title that Cambodia proposes"})
    uniting.unite(asec, uniting.plan(asec.reader(), "partner", old, new))
    here.send(asec, la)
    here.send(kh, la)
    records.new(la, "task", {"title": "A task", "project": one})
    return here.bundle(la)


def test_no_large_table_is_read_whole_for_a_small_merge(
    here: Offices, scans: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    file = busy(here)
    # The backup before it counts and checks all that it copies.
    monkeypatch.setattr(merging.backup, "before", lambda *_: None)
    scans.clear()
    merging.preview(here.asec, file)
    report = merging.merge_file(here.asec, file)
    assert not scans, "\n".join(sorted(set(scans)))
    sync_status.counts(here.asec.reader())
    assert not scans, "\n".join(sorted(set(scans)))
    assert report.merge is not None
    merging.undo_merge(here.asec, report.merge)
    # What a merge brought is not indexed: hardly anybody takes one back.
    whole = [plan for plan in scans if not plan.startswith("SCAN op: INSERT INTO brought")]
    assert not whole, "\n".join(sorted(set(whole)))
