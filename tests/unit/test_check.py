"""A check finds what does not follow from the log, table by table, and a repair mends it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from aps_desktop.db.digest import digest
from aps_desktop.services import checking, merging, records
from tests.three_offices import Offices, three_offices


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Offices]:
    """The Lao office has tags, a conflict, a proposal of Cambodia and a part of a record."""
    folder: Path = tmp_path_factory.mktemp("offices")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("APS_DATA_DIR", str(folder / "data"))
        made = three_offices(folder)
        file = made.in_conflict()
        id = records.find_id(made.la.reader(), "project", "P1")
        records.new(made.la, "task", {"project": id, "title": "Gauges"})
        records.put(made.la, "project", id, {"tags": frozenset({"river"})})
        records.put(made.kh, "project", id, {"title": "Title of the Cambodia office"})
        made.send(made.kh, made.la)
        merging.merge_file(made.la, file)
        yield made
        made.close()


DAMAGE = [
    "UPDATE record SET office = 'KH' WHERE office = 'LA' AND tid <> 1000",
    "UPDATE record SET office = 'KH' WHERE tid = 1000",
    "UPDATE record SET parent = NULL WHERE parent IS NOT NULL",
    "UPDATE record SET alive = 0 WHERE tid = 33",
    "UPDATE cell SET extra = 0",
    "DELETE FROM cell_extra",
    "DELETE FROM history WHERE (cell & 1023) > 0",
    "DELETE FROM search_title",
    "UPDATE entity_count SET n = n + 1",
    "UPDATE device SET max_seq = max_seq + 5 WHERE status = 'other'",
]


@pytest.mark.parametrize("damage", DAMAGE)
def test_what_does_not_follow_from_the_log_is_found_and_mended(here: Offices, damage: str) -> None:
    before = digest(here.la.reader())
    assert checking.check(here.la).ok
    with here.la.writing() as c:
        assert c.run(damage) > 0
    assert not checking.check(here.la).ok
    assert checking.repair(here.la).ok
    assert digest(here.la.reader()) == before
