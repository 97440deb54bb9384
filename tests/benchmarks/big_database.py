"""A database with very many projects, made in seconds: rows by plain SQL, without their log."""

import random
import sys
import time
from datetime import date, timedelta
from pathlib import Path

from aps_desktop.db import store, title_index
from aps_desktop.db.titles import fold
from aps_desktop.domain.entities import entity

WORDS = (
    "gender early warning health trade digital culture climate farming youth school border energy "
    "water hợp tác kinh tế disaster resilience tourism standards ports"
).split()
RARE = "zanzibar"
_BATCH = 20_000
_COLUMNS = (
    "rid", "id", "code", "title", "status", "pillar", "sponsoring_body", "fund", "budget_minor",
    "budget_currency", "planned_start", "planned_end", "description", "document_class",
)  # fmt: skip
FIELDS = (
    "code", "title", "status", "pillar", "sponsoring_body", "fund", "budget", "planned_start",
    "planned_end", "description", "document_class", "asec_code",
)  # fmt: skip
"""Twelve columns, as the design's measurements had."""


def make(path: Path, count: int) -> None:
    """Writes a database with `count` projects; the same one each time."""
    path.unlink(missing_ok=True)
    db = store.create(str(path), office="AHQ", device="bench")
    dice = random.Random(5)
    with db.writing() as c:
        c.run("PRAGMA foreign_keys=OFF")
        bodies = [_target(c, "body", "acronym", n, dice) for n in range(1, 201)]
        funds = [_target(c, "fund", "code", n, dice) for n in range(201, 241)]
        rows = []
        for n in range(count):
            rows.append(_row(n + 241, n, dice, bodies, funds))
            if len(rows) == _BATCH or n == count - 1:
                _write(c, rows)
                rows.clear()
        _counted(c, "project", count)
        c.run("UPDATE local_state SET rid = ?", (count + 241,))
        title_index.refill(c)  # as it is when the program has been open for a minute
    db.close()


def _target(c, name, code, rid, dice):
    kind = entity(name)
    id = dice.randbytes(16)
    _record(c, rid, id, kind.number)
    column = kind.code or code
    c.run(
        f"INSERT INTO {name}(rid, id, {column}, name) VALUES (?, ?, ?, ?)",
        (rid, id, f"{name[:3].upper()}{rid:03}", f"{name.title()} for {dice.choice(WORDS)}"),
    )
    return rid


def _record(c, rid, id, number):
    c.run(
        "INSERT INTO record(rid, uuid, tid, birth, alive, office) VALUES (?, ?, ?, 0, 1, 'AHQ')",
        (rid, id, number),
    )


def _row(rid, n, dice, bodies, funds):
    kind = entity("project")
    words = dice.choices(WORDS, k=dice.randint(4, 9))
    if n % 1999 == 7:
        words.append(RARE)
    start = date(2010, 1, 1) + timedelta(days=dice.randrange(6000))
    title = " ".join(words).capitalize()
    return (
        rid,
        dice.randbytes(16),
        f"ACP-{n:07}",
        title,
        dice.choice(kind.field("status").choices)[0],
        dice.choice(kind.field("pillar").choices)[0],
        dice.choice(bodies),
        dice.choice(funds),
        dice.randrange(10**9),
        dice.choice(["USD", "USD", "USD", "JPY", "VND"]),
        start.isoformat(),
        (start + timedelta(days=dice.randrange(900))).isoformat(),
        f"What the project on {title} does.",
        dice.choice(kind.field("document_class").choices)[0],
    )


def _write(c, rows):
    marks = ",".join("?" * len(_COLUMNS))
    c.many(f"INSERT INTO project({', '.join(_COLUMNS)}) VALUES ({marks})", rows)
    number = entity("project").number
    c.many(
        f"INSERT INTO record(rid, uuid, tid, birth, alive, office) "
        f"VALUES (?, ?, {number}, 0, 1, 'AHQ')",
        [row[:2] for row in rows],
    )
    c.many(
        f"INSERT INTO search_title(tid, rid, folded) VALUES ({number}, ?, ?)",
        [(row[0], fold(f"{row[2]} {row[3]}")) for row in rows],
    )


def _counted(c, name, count):
    c.run(
        "INSERT INTO entity_count(tid, n) VALUES (?, ?) ON CONFLICT(tid) DO UPDATE SET n = ?",
        (entity(name).number, count, count),
    )


if __name__ == "__main__":
    begun = time.perf_counter()
    make(Path(sys.argv[1]), int(sys.argv[2]))
    print(f"{time.perf_counter() - begun:.1f} s")
