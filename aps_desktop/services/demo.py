"""Fills a new database with fictitious, realistic data: the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.domain.entities import ENTITIES
from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.services import (
    demo_knowledge,
    demo_letters,
    demo_meetings,
    demo_money,
    demo_offices,
    demo_plans,
    demo_projects,
    demo_results,
    reference_data,
)
from aps_desktop.services.demo_maker import Maker, Progress, Size

FULL = Size(
    bodies=250, meetings=12_000, decisions=36_000, actions=24_000, projects=3_000, nodes=600,
    indicators=6_000, values=60_000, transactions=40_000, documents=10_000,
)  # fmt: skip
SIZES = {
    "small": Size(
        bodies=220, meetings=240, decisions=720, actions=480, projects=60, nodes=60,
        indicators=120, values=1_200, transactions=800, documents=200,
    ),
    "full": FULL,
    "huge": Size(
        bodies=2_500, meetings=120_000, decisions=360_000, actions=240_000, projects=30_000,
        nodes=6_000, indicators=60_000, values=600_000, transactions=400_000, documents=100_000,
    ),
}  # fmt: skip


def fill(
    db: Database,
    size: str = "small",
    seed: int = 1,
    progress: Progress | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> dict[str, int]:
    """Fills a database that holds nothing but the shipped lists; live records by entity.

    One transaction: when it is stopped, nothing was written. Nobody in the data is a real person.
    """
    if size not in SIZES:
        raise InvalidValue(f"“{size}” is not a size.", "Choose small, full or huge.")
    if db.reader().value("SELECT 1 FROM project LIMIT 1"):
        raise UserError(
            "This database has projects already.",
            "Fictitious data goes into a new database only: choose another file name.",
        )
    if not db.reader().value("SELECT 1 FROM member_state LIMIT 1"):
        reference_data.load(db)
    with db.writing() as c, _indexes_later(c):
        maker = Maker(db, c, SIZES[size], seed, progress, cancelled)
        for part in (
            demo_offices.make,
            demo_plans.make,
            demo_meetings.make,
            demo_projects.make,
            demo_meetings.make_workshops,
            demo_meetings.make_outcomes,
            demo_money.make,
            demo_letters.make,
            demo_results.make,
            demo_knowledge.make,
        ):
            part(maker)
        maker.finish()
    if progress:
        progress(1, 1, "")
    return _counted(db)


@contextmanager
def _indexes_later(c: Connection) -> Iterator[None]:
    """Makes the tables' indexes when the rows are there: in order, and so in half the time."""
    names = {kind.name for kind in ENTITIES}
    rows = (
        []
        if c.postgres
        else c.all(
            "SELECT name, tbl_name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        )
    )
    indexes = [(name, sql) for name, table, sql in rows if table in names]
    for name, _ in indexes:
        c.run(f"DROP INDEX {name}")
    yield
    for _, sql in indexes:
        c.run(sql)


def _counted(db: Database) -> dict[str, int]:
    from aps_desktop.db import store

    return dict(sorted(store.counts(db.reader()).items()))
