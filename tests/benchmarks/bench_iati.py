"""IATI of an office of full size: 3,000 projects, 40,000 transactions, 60,000 indicator values.

Export is written and validated (schema, rules, code lists) in one go; "bare" is validating the same
file again, "import" reads and compares it with the database that it came from. Memory is the peak
of the child that writes, for the whole office and for a tenth of it: flat means about the same.
"""

from __future__ import annotations

import resource
import subprocess
import sys
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


def peak(code: str) -> float:
    """Megabytes that the largest child of a program needed."""
    told = subprocess.run(
        [sys.executable, "-c", code + "\nimport resource\nprint(resource.getrusage("
         "resource.RUSAGE_CHILDREN).ru_maxrss)"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    return int(told.stdout) / 1024


def exporting(path: Path, out: Path, code: str) -> str:
    scope = (
        f"Scope('programme', '{code}', 'confidential')"
        if code
        else "Scope('all', '', 'confidential')"
    )
    return (
        "from pathlib import Path\nfrom aps_desktop.db import store\n"
        "from aps_desktop.services import iati_export\n"
        "from aps_desktop.services.iati_scope import Scope\n"
        f"db = store.open_database({str(path)!r})\n"
        f"iati_export.export(db, Path({str(out)!r}), {scope})\ndb.close()\n"
    )


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
    code = db.reader().value("SELECT p.code FROM programme p JOIN project j ON j.programme = p.rid "
                             "GROUP BY p.code ORDER BY count(*) LIMIT 1")  # fmt: skip
    part = peak(exporting(db.path, tmp_path / "part.xml", code))
    whole = peak(exporting(db.path, tmp_path / "whole.xml", ""))
    sizes = [f"{(tmp_path / n).stat().st_size / 1e6:.0f} MB" for n in ("part.xml", "whole.xml")]
    print(
        f"\nthe writing child's peak: {part:.0f} MB for {sizes[0]}, {whole:.0f} MB for {sizes[1]}"
    )
    assert whole < part * 2 + 50
