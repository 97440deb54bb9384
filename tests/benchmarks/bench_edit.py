"""Editing and saving one field, log included, beside the bare commit of the same journal mode."""

from __future__ import annotations

import statistics
import time
from pathlib import Path

from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import ChangeSet, Update
from aps_desktop.services import demo, offices, records

ROUNDS = 300
GOAL = 3.0


def test_edit_and_save(tmp_path: Path) -> None:
    db = offices.start(str(tmp_path / "edit.aps"), office="ASEC", device="bench")
    demo.fill(db, "small", 1)
    c = db.reader()
    rid = c.value("SELECT min(rid) FROM project")
    id = records.by_rid(c, "project", rid).id
    plain = db.connect()
    plain.run("CREATE TABLE bare (id INTEGER PRIMARY KEY, title TEXT)")
    plain.run("INSERT INTO bare VALUES (1, '')")
    bare, logged, whole = [], [], []
    for n in range(ROUNDS):  # interleaved, so that a noisy moment meets all three
        at = time.perf_counter()
        plain.run("BEGIN IMMEDIATE")
        plain.run("UPDATE bare SET title = ? WHERE id = 1", (f"title {n}",))
        plain.run("COMMIT")
        bare.append(time.perf_counter() - at)
        at = time.perf_counter()
        apply(db, ChangeSet("edit", (Update("project", id, "title", f"title {n}"),)))
        logged.append(time.perf_counter() - at)
        at = time.perf_counter()
        records.put(db, "project", id, {"title": f"again {n}"})
        whole.append(time.perf_counter() - at)
    floor, edit, put = (statistics.median(times) * 1000 for times in (bare, logged, whole))
    print(f"\n{'edit and save one field':<44}{'ms':>8}{'ratio':>8}{'goal':>8}")
    print(f"{'bare commit (TRUNCATE, FULL)':<44}{floor:>8.2f}{1:>8.2f}")
    print(f"{'write path with its log':<44}{edit:>8.2f}{edit / floor:>8.2f}{GOAL:>8.2f}")
    print(f"{'as the form does it, checks included':<44}{put:>8.2f}{put / floor:>8.2f}{GOAL:>8.2f}")
    db.close()
    plain.close()
    assert edit <= GOAL * floor
