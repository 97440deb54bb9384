"""Merging 1,000,000 field changes (5 % in conflict) into a database that holds 1,000,000.

Ratios of things done in one run, each in a process of its own so that its memory is its own:
the floor F2 appends the changes to the log and puts the values into the rows, with no checks. It
reads the same bundle by the same reader.
APS_BENCH_CHANGES makes it smaller. APS_BENCH_CRDT, a `node_modules` folder that holds cr-sqlite,
compares with that too, from file to file: see crdt_peer.mjs.
"""

from __future__ import annotations

import json
import os
import resource
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import zstandard

from aps_desktop.db import chain, log, store
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.layout import wire_sql
from aps_desktop.db.unit_of_work import Work
from aps_desktop.domain.changes import Why
from aps_desktop.domain.entities import entity
from aps_desktop.services import bundles, demo, merging, offices, records, trusting
from aps_desktop.sync.bundle_lines import Lines
from aps_desktop.sync.payload import ChangeLine, RecordLine
from tests.pg import running_server

CHANGES = int(os.environ.get("APS_BENCH_CHANGES", "1000000"))
ROUNDS = 3
TASK = entity("task")
FIELDS = ("title", "starts_on", "progress", "responsible", "notes")
GOALS = {"merge": 2.5, "again": 0.03, "export": 2.0}
MOST_MEMORY = 600
PEER = os.environ.get("APS_BENCH_CRDT", "")
TIMES_THE_PEER = 1.5
"""What design/sync.md asks for, and is asserted. The four times of the plan are more than 2.5 times
the floor can be: the floor itself, which checks nothing and keeps no conflict, is hardly that."""
TIMES_THE_COPY = 30
"""Of a merge on a server, so that it stays set-based; row by row it was more than a hundred."""
PREVIEW_SECONDS = 1.0
DAY = 500


def text(name: str, number: int, rid: int) -> str:
    """A new value of a field: as long as such values are."""
    if name == "starts_on":
        return f"20{20 + number % 10}-{rid % 12 + 1:02}-{rid % 28 + 1:02}"
    if name == "progress":
        return str((rid + number) % 100)
    return f"{name} {number} of task {rid} in the work plan"


# What is measured is made first -----------------------------------------------------------------


def edit_all(db: Database, number: int, names: tuple[str, ...], every: int = 1) -> None:
    """Changes fields of all tasks (or of every so many) in bulk, as if edited one by one."""
    with db.writing() as c:
        device, seq, txn = c.one("SELECT device, seq, txn FROM local_state") or (1, 0, 0)
        stamp, first = db.clock.millis() << 16, seq + 1
        for name in names:
            field = TASK.by_name[name].number
            rows = c.all(
                "SELECT r.rid, coalesce(x.dot, r.birth) FROM record r LEFT JOIN cell x "
                f"ON x.cell = ((r.rid << 10) | {field}) WHERE r.tid = {TASK.number} "
                f"AND r.rid % {every} = 0 ORDER BY r.rid"
            )
            ops = [
                (log.dot_of(device, seq + at), prev, log.cell_of(rid, field), stamp, txn + 1,
                 text(name, number, rid))
                for at, (rid, prev) in enumerate(rows, 1)
            ]  # fmt: skip
            seq += len(ops)
            c.many("INSERT INTO op VALUES (?, ?, ?, ?, ?, ?, 0)", ops)
            c.many("INSERT INTO history VALUES (?, ?)", [(o[2], o[0]) for o in ops])
            c.many(
                "INSERT INTO cell VALUES (?, ?, ?, 0) ON CONFLICT(cell) DO UPDATE SET "
                "dot = excluded.dot, hlc = excluded.hlc",
                [(o[2], o[0], stamp) for o in ops],
            )
        c.run(
            "INSERT INTO txn VALUES (?, ?, ?, ?, ?, ?, '', (SELECT office FROM device "
            "WHERE ord = ?), 'edit', 'many', '0', 1, ?)",
            (device, txn + 1, first, seq, stamp >> 16, stamp, device, None),
        )
        c.run("INSERT INTO step_seed VALUES (?, ?, ?)", (device, txn + 1, os.urandom(16)))
        chain.fill(c)
        c.run("UPDATE device SET max_seq = ? WHERE ord = ?", (seq, device))
        c.run("UPDATE local_state SET seq = ?, txn = ?, hlc = ?", (seq, txn + 1, stamp))


def setup(folder: Path) -> None:
    """Two offices that hold the same 1,000,000 changes; then both edit."""
    a = store.create(str(folder / "asec.aps"), office="ASEC", device="asec")
    b = store.create(str(folder / "lao.aps"), office="LA", device="lao")
    trusting.write_request(b, folder / "request")
    trusting.add(a, folder / "request")
    with b.writing() as c:
        work = Work(b, c, "fill", Why.SETUP, None)
        for n in range(CHANGES // 5):
            work.birth(TASK, b.ids.new(), {TASK.by_name["title"].number: f"Task {n}"})
        work.finish()
    bundles.export(b, folder / "born.apsync")
    merging.merge_file(a, folder / "born.apsync")  # of the office; the secretariat may edit too
    edit_all(a, 1, FIELDS[1:])
    bundles.export(a, folder / "first.apsync")
    merging.merge_file(b, folder / "first.apsync")
    edit_all(a, 2, FIELDS, every=20)
    edit_all(b, 3, FIELDS)
    a.close()
    b.close()


# Parts, each in a process of its own ------------------------------------------------------------


def timed(work: Callable[[], object]) -> float:
    at = time.perf_counter()
    work()
    return time.perf_counter() - at


def part_export(folder: Path) -> dict[str, float]:
    db = store.open_database(str(folder / "lao.aps"))
    target = folder / "day.apsync"
    seconds = timed(lambda: bundles.export(db, target, offices=["ASEC"]))
    db.close()
    return {"seconds": seconds, "megabytes": target.stat().st_size / 1e6}


def part_lines(folder: Path) -> dict[str, float]:
    """The floor of an export: the same changes as JSON lines, compressed."""
    db = store.open_database(str(folder / "lao.aps"))
    c = db.reader()

    def write() -> None:
        encode = msgspec.json.Encoder().encode
        with (folder / "plain.zst").open("wb") as out:
            packer = zstandard.ZstdCompressor(level=3).compressobj()
            block: list[bytes] = []
            for row in c.each(
                "SELECT dot >> 40, dot & 1099511627775, cell >> 10, cell & 1023, txn, prev >> 40, "
                "prev & 1099511627775, val FROM op WHERE merge = 0 ORDER BY dot",
                size=5000,
            ):
                block.append(encode(row))
                if len(block) == 128:
                    out.write(packer.compress(b"\n".join(block) + b"\n"))
                    block.clear()
            out.write(packer.compress(b"\n".join(block)) + packer.flush())
            out.flush()
            os.fsync(out.fileno())

    seconds = timed(write)
    db.close()
    return {"seconds": seconds}


def opened(folder: Path, name: str) -> Database:
    """A copy of the receiver to merge into."""
    for old in folder.glob(f"{name}.aps*"):
        old.unlink()
    shutil.copy(folder / "asec.aps", folder / f"{name}.aps")
    return store.open_database(str(folder / f"{name}.aps"))


def part_merge(folder: Path) -> dict[str, float]:
    """The merge itself, without the backup before it (which the floor has not either)."""
    db = opened(folder, "merged")
    merging.backup.before = lambda *_: None  # type: ignore[assignment]
    reports: list[merging.Report] = []
    seconds = timed(lambda: reports.append(merging.merge_file(db, folder / "day.apsync")))
    again = timed(lambda: reports.append(merging.merge_file(db, folder / "day.apsync")))
    db.close()
    assert reports[1].merged == 0
    return {
        "seconds": seconds, "again": again, "merged": reports[0].merged,
        "conflicts": reports[0].conflicts,
    }  # fmt: skip


def part_floor(folder: Path) -> dict[str, float]:
    db = opened(folder, "floor")

    def run() -> None:
        with merging._opened(db, folder / "day.apsync") as bundle, db.writing() as c:
            floor(c, bundle.blocks)

    seconds = timed(run)
    db.close()
    return {"seconds": seconds}


def floor(c: Connection, lines: Lines) -> None:
    """F2: the changes into the log and the values into the rows, believing everything."""
    rids = {bytes(uuid): rid for rid, uuid in c.all("SELECT rid, uuid FROM record")}
    read_records = msgspec.json.Decoder(RecordLine).decode_lines
    local = {
        one.number: rids[bytes.fromhex(one.id)]
        for block in lines("records.jsonl")
        for one in read_records(block)
    }
    read = msgspec.json.Decoder(ChangeLine).decode_lines
    for block in lines("changes.jsonl"):
        c.many(
            "INSERT INTO op VALUES (?, ?, ?, ?, ?, ?, 1)",
            [
                (9 << 40 | x.sequence, x.prev_sequence, local[x.record] << 10 | x.field, 1, 1,
                 x.value)
                for x in read(block)
            ],
        )  # fmt: skip
    came = f"FROM op WHERE dot > {9 << 40} AND dot < {10 << 40}"
    c.run(f"INSERT INTO history SELECT cell, dot {came} ORDER BY cell, dot")
    numbers = {name: TASK.by_name[name].number for name in FIELDS}
    picks = ", ".join(
        f"max(CASE WHEN (cell & 1023) = {n} THEN val END) v{n}" for n in numbers.values()
    )
    c.run("CREATE TEMP TABLE pivot (rid INTEGER PRIMARY KEY, " + ", ".join(
        f"v{n}" for n in numbers.values()) + ")")  # fmt: skip
    c.run(f"INSERT INTO pivot SELECT cell >> 10, {picks} {came} GROUP BY cell >> 10")
    sets = ", ".join(
        f"{column} = {sql}"
        for name, n in numbers.items()
        for column, sql in wire_sql(TASK.by_name[name], f"pivot.v{n}")
    )
    c.run(f"UPDATE task SET {sets} FROM pivot WHERE pivot.rid = task.rid")


def part_peer(folder: Path) -> dict[str, float]:
    """cr-sqlite, the fastest CRDT extension of design/sync.md, in the only build npm has (WASM)."""
    shutil.copy(folder / "peer.db", folder / "there.db")
    return peer("apply", folder)


def peer(part: str, folder: Path) -> dict[str, float]:
    script = Path(__file__).with_name("crdt_peer.mjs")
    done = subprocess.run(
        ["node", "--max-old-space-size=8000", str(script), PEER, part, str(folder),
         str(CHANGES // 5)],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout)
    return found


PARTS = {
    "setup": setup, "export": part_export, "lines": part_lines, "merge": part_merge,
    "floor": part_floor, "peer": part_peer,
}  # fmt: skip


def run_part(name: str, folder: Path) -> dict[str, float]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.bench_merge", name, str(folder)],
        capture_output=True, text=True, check=False,
        env={**os.environ, "APS_DATA_DIR": str(folder / "data")},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main(name: str, folder: Path) -> None:
    found = PARTS[name](folder) or {}
    used = resource.getrusage(resource.RUSAGE_SELF)
    found["processor"] = used.ru_utime + used.ru_stime
    found["megabytes_of_memory"] = used.ru_maxrss / 1024
    print(json.dumps(found))


# The measurement --------------------------------------------------------------------------------


def test_merge_of_very_many_changes(tmp_path: Path) -> None:
    run_part("setup", tmp_path)
    names: tuple[str, ...] = ("export", "lines", "floor", "merge")
    if PEER:
        peer("setup", tmp_path)
        shutil.move(tmp_path / "there.db", tmp_path / "peer.db")
        names += ("peer",)
    runs: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for _ in range(ROUNDS):  # interleaved, so that a noisy moment meets all of them
        for name in names:
            runs[name].append(run_part(name, tmp_path))
    seconds = {n: statistics.median(run["seconds"] for run in runs[n]) for n in names}
    again = statistics.median(run["again"] for run in runs["merge"])
    memory = max(run["megabytes_of_memory"] for run in runs["merge"])
    last = runs["merge"][-1]
    ratios = {
        "merge": seconds["merge"] / seconds["floor"],
        "again": again / seconds["merge"],
        "export": seconds["export"] / seconds["lines"],
    }
    print(f"\n{last['merged']:,.0f} changes, {last['conflicts']:,.0f} conflicts")
    for name in names:
        print(f"{name:<10}{seconds[name]:>8.2f} s")
    print(f"{'again':<10}{again:>8.2f} s")
    for name, ratio in ratios.items():
        print(f"{name:<10}{ratio:>8.3f}   goal {GOALS[name]}")
    print(f"memory of the merge {memory:.0f} MB, goal {MOST_MEMORY}")
    if PEER:
        faster = {name: seconds["peer"] / seconds[name] for name in ("floor", "merge")}
        print("times as fast as cr-sqlite: " + ", ".join(f"{n} {x:.1f}" for n, x in faster.items()))
        assert faster["merge"] >= TIMES_THE_PEER
    assert last["merged"] == CHANGES // 5 * 5
    assert last["conflicts"] == CHANGES // 20
    assert memory < MOST_MEMORY
    for name, ratio in ratios.items():
        assert ratio <= GOALS[name], name


def test_a_days_bundle_is_previewed_at_once(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """500 changes on the full data set, from the double click to the preview."""
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))
    a = offices.start(str(tmp_path / "asec.aps"), office="ASEC", device="asec")
    demo.fill(a, os.environ.get("APS_BENCH_SIZE", "full"), 1)
    b = offices.start(str(tmp_path / "lao.aps"), office="LA", device="lao")
    trusting.write_request(b, tmp_path / "request")
    trusting.add(a, tmp_path / "request")
    bundles.export(a, tmp_path / "all.apsync")
    merging.merge_file(b, tmp_path / "all.apsync")
    bundles.export(b, tmp_path / "receipt.apsync")
    merging.merge_file(a, tmp_path / "receipt.apsync")
    rows = a.reader().all("SELECT rid FROM project ORDER BY rid LIMIT ?", (DAY,))
    for (rid,) in rows:
        one = records.by_rid(a.reader(), "project", rid)
        records.put(a, "project", one.id, {"description": f"Edited today {rid}"})
    bundles.export(a, tmp_path / "day.apsync", offices=["LA"])
    b.close()
    b = store.open_database(str(tmp_path / "lao.aps"))
    times = []
    for _ in range(5):
        at = time.perf_counter()
        report = merging.preview(b, tmp_path / "day.apsync")
        times.append(time.perf_counter() - at)
    print(f"\npreview of {report.merged} changes: {[round(t, 3) for t in times]} s")
    a.close()
    b.close()
    assert report.merged >= len(rows)
    assert statistics.median(times) < PREVIEW_SECONDS


def test_merge_on_a_server(tmp_path: Path, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    """A fifth of the changes, merged into PostgreSQL; the floor is their COPY into the log."""
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))
    with running_server() as server:
        a = store.create(server.new_database(), office="ASEC", device="asec")
        b = store.create(str(tmp_path / "lao.aps"), office="LA", device="lao")
        trusting.write_request(b, tmp_path / "request")
        trusting.add(a, tmp_path / "request")
        with b.writing() as c:
            work = Work(b, c, "fill", Why.SETUP, None)
            for n in range(CHANGES // 25):
                work.birth(TASK, b.ids.new(), {TASK.by_name["title"].number: f"Task {n}"})
            work.finish()
        bundles.export(b, tmp_path / "born.apsync")
        merging.merge_file(a, tmp_path / "born.apsync")
        edit_all(b, 3, FIELDS)
        bundles.export(b, tmp_path / "day.apsync")
        reports: list[merging.Report] = []
        seconds = timed(lambda: reports.append(merging.merge_file(a, tmp_path / "day.apsync")))
        rows = a.reader().all("SELECT * FROM op")
        with a.writing() as c:
            c.run("CREATE TEMP TABLE floor (LIKE op INCLUDING INDEXES)")
            floor_seconds = timed(lambda: c.load("floor", rows))
        b.close()
        a.close()
    ratio = seconds / floor_seconds
    print(
        f"\n{reports[0].merged:,.0f} changes on a server: {seconds:.1f} s, {ratio:.1f} x their COPY"
    )
    assert reports[0].merged == CHANGES // 25 * 5
    assert ratio <= TIMES_THE_COPY


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))
