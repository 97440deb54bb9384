"""Codes given twice: what the databases find is what anybody finds who looks at every record."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import UUID

import pytest

from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.db.layout import code_scope
from aps_desktop.domain.entities import ENTITIES, entity
from aps_desktop.domain.fields import Kind
from aps_desktop.services import duplicates, records, same_codes

CODES = ("p-1", "P-1", "P-2", "Đ-1", "đ-1", "STRASSE", "Straße", "K-7", "\u212a-7", "É", "e")


@pytest.fixture(params=["sqlite", "postgres"])
def db(
    request: pytest.FixtureRequest, tmp_path: Path, pg_url: Callable[[], str]
) -> Iterator[Database]:
    where = pg_url() if request.param == "postgres" else str(tmp_path / "office.aps")
    made = store.create(where, office="LA", device="Laptop")
    yield made
    made.close()


def looked_through(db: Database, name: str) -> list[list[UUID]]:
    """The same, without an index: every record, one by one."""
    kind = entity(name)
    columns = ", ".join(["id", kind.code, *code_scope(kind)])
    found: dict[tuple[object, ...], list[UUID]] = {}
    for id, code, *scope in db.reader().all(f"SELECT {columns} FROM {name}"):
        if code is not None:
            found.setdefault((code.casefold(), *scope), []).append(UUID(bytes=bytes(id)))
    return sorted(sorted(ids) for ids in found.values() if len(ids) > 1)


def found(db: Database, name: str) -> list[list[UUID]]:
    return sorted(same_codes.groups(db.reader(), entity(name)))


def test_codes_are_the_same_whatever_the_case_of_their_letters(db: Database) -> None:
    for code in CODES:
        records.new(db, "project", {"code": code, "title": code})
    groups = found(db, "project")
    assert groups == looked_through(db, "project")
    assert len(groups) == 4  # of P-1, Đ-1, STRASSE and K-7
    assert len(duplicates.issues(db.reader())) == duplicates.number(db.reader()) == 4


def test_a_number_counts_within_its_own_meeting_and_a_decision_by_its_words(db: Database) -> None:
    meetings = [records.new(db, "meeting", {"title": f"Meeting {n}"}) for n in (1, 2)]
    for meeting in (*meetings, meetings[0]):
        for number in ("1", "2"):
            records.new(db, "agenda_item", {"meeting": meeting, "number": number, "title": "Item"})
    for text in ("It was agreed.", "It was agreed.", "It was noted.", "it was agreed."):
        values = {"meeting": meetings[0], "item": "1", "text": text, "type": "agreed"}
        records.new(db, "decision", values)
    for name, number in (("agenda_item", 2), ("decision", 1)):
        groups = found(db, name)
        assert groups == looked_through(db, name)
        assert [len(ids) for ids in groups] == [2] * number


def test_groups_are_read_from_the_index_of_the_code_alone(tmp_path: Path) -> None:
    made = store.create(str(tmp_path / "office.aps"), office="LA", device="Laptop")
    c = made.reader()
    for kind in ENTITIES:
        if not kind.code or kind.by_name[kind.code].kind is not Kind.TEXT:
            continue
        names = ", ".join([kind.code, *code_scope(kind, texts=False)])
        rows = c.raw.execute(
            f"EXPLAIN QUERY PLAN SELECT {names} FROM {kind.name} WHERE {kind.code} IS NOT NULL "
            f"GROUP BY {names} HAVING count(*) > 1"
        ).fetchall()
        (plan,) = [row[3] for row in rows]  # one line: nothing is sorted
        assert f"{kind.name} USING COVERING INDEX ix_{kind.name}_{kind.code}" in plan
    made.close()
