"""IATI of an office of full size: 3,000 projects, 40,000 transactions, 60,000 indicator values.

Export is written and validated (schema, rules, code lists) in one go; "bare" is validating the same
file again, "import" reads and compares it with the database that it came from. Memory is the peak
of the child that writes, for the whole office and for a tenth of it: flat means about the same.
"""

from __future__ import annotations

import contextlib
import os
import resource
import threading
import time
from pathlib import Path

import pytest

from aps_desktop.db.engine import Database
from aps_desktop.services import demo, iati_export, iati_import, iati_validate, offices
from aps_desktop.services.iati_scope import Scope

SCOPE = Scope(max_class="confidential")
MOST_SECONDS = 15


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Database:
    folder = tmp_path_factory.mktemp("iati")
    database = offices.start(str(folder / "full.aps"), office="ASEC", device="bench")
    demo.fill(database, "full")
    yield database
    database.close()


class Peak:
    """The most memory that any child of this process had, in MB, while the block ran.

    From /proc, since what `getrusage` tells of children begins with the size of their parent.
    """

    def __enter__(self) -> Peak:
        self.megabytes = 0.0
        self._over = threading.Event()
        self._watch = threading.Thread(target=self._look, name="aps-peak")
        self._watch.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._watch.join()

    def _look(self) -> None:
        while not self._over.wait(0.1):
            for status in Path("/proc").glob("[0-9]*/status"):
                with contextlib.suppress(OSError):
                    told = dict(
                        line.split(":", 1)
                        for line in status.read_text().splitlines()
                        if ":" in line
                    )
                    if int(told["PPid"]) == os.getpid() and "VmHWM" in told:
                        size = int(told["VmHWM"].split()[0]) / 1024
                        self.megabytes = max(self.megabytes, size)


def test_export_validate_import(db: Database, tmp_path: Path) -> None:
    out = tmp_path / "all.xml"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    start = time.perf_counter()
    done = iati_export.export(db, out, SCOPE)
    seconds = time.perf_counter() - start
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    start = time.perf_counter()
    checked = iati_validate.validate(out, db)
    again = time.perf_counter() - start
    start = time.perf_counter()
    planned = iati_import.plan(db, out)
    compared = time.perf_counter() - start
    print(
        f"\n{done.activities:,} activities, {out.stat().st_size / 1e6:.0f} MB: export and "
        f"validation {seconds:.1f} s (aim: {MOST_SECONDS}), bare validation {again:.1f} s, "
        f"read and compared {compared:.1f} s; this process grew by {grown:.0f} MB in the export"
    )
    assert done.valid
    assert checked.activities == done.activities
    assert planned.plan.empty


def test_memory_is_flat(db: Database, tmp_path: Path) -> None:
    code = db.reader().value("SELECT code FROM programme ORDER BY code LIMIT 1")
    figures = []
    for scope in (Scope("programme", code, "confidential"), SCOPE):
        with Peak() as peak:
            iati_export.export(db, tmp_path / "out.xml", scope)
        size = (tmp_path / "out.xml").stat().st_size / 1e6
        figures.append((peak.megabytes, size))
    (part, small), (whole, large) = figures
    print(
        f"\nthe writing child's peak: {part:.0f} MB of memory for a file of {small:.1f} MB, "
        f"{whole:.0f} MB for {large:.0f} MB"
    )
    assert whole < part + 20
