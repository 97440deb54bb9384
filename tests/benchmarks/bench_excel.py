"""Excel in and out, 100,000 x 12, beside calamine alone and LibreOffice: the best of three runs.

Run: python -m tests.benchmarks.bench_excel [rows]
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

import python_calamine

from aps_desktop.domain.money import Money
from aps_desktop.exchange.guess import Guesser
from aps_desktop.exchange.plan_rows import Planner
from aps_desktop.exchange.read_workbook import read_workbook
from aps_desktop.exchange.write_in_child import write_in_child
from aps_desktop.exchange.write_workbook import SheetOut, write_workbook
from tests.excel_office import ENTITIES, PROJECT, Office, uid

FIELDS = PROJECT.fields[:12]
RUNS = 3


def rows(count):
    start = date(2024, 1, 1)
    seom, fund, states = uid("SEOM"), uid("ADF"), frozenset({"TH", "VN"})
    ids = [uid(str(i)) for i in range(1000)]
    for i in range(count):
        yield ids[i % 1000], "", (
            f"ACP-{i:06}", f"Regional capacity building on topic {i}", "AEC", seom,
            "Viet Nam", fund, Money(i * 100 + 1, "USD"), start + timedelta(i % 900),
            date(2027, 1, 1), "commenced", states, f"Person {i % 500}",
        )  # fmt: skip


def measure(name, work, results):
    times = []
    for _ in range(RUNS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    results[name] = min(times)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    child = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    print(
        f"{name:44} {results[name]:7.2f} s  peak {peak:5.0f} MiB  children {child:5.0f} MiB",
        flush=True,
    )


def plan(path):
    workbook = read_workbook(path)
    sheet = workbook.sheets[0]
    guesser = Guesser(ENTITIES, Office())
    table = guesser.table(sheet)
    mapping = guesser.guess(sheet, table)
    planner = Planner(ENTITIES, Office())
    planner.in_order([mapping])
    refused = sum(row.refused for row in planner.drafts(sheet, table, mapping))
    assert refused == 0
    assert len(mapping.described()) >= 12


def calamine_alone(path):
    book = python_calamine.CalamineWorkbook.from_path(str(path))
    return sum(1 for _ in book.get_sheet_by_index(0).iter_rows())


def office_converts(path, to):
    subprocess.run(
        ["soffice", "--headless", "--convert-to", to, "--outdir", path.parent / "lo", path],
        check=True, capture_output=True,
    )  # fmt: skip


def main():
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
    data = list(rows(count))
    labels = {v: k[1].upper() for k, v in Office().known.items()}
    results = {}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        sheet = SheetOut(PROJECT, data, FIELDS)
        named = {"label": lambda entity, record: labels.get(record, "")}
        measure("export in a child", lambda: write_in_child(path, [sheet], **named), results)
        measure("export here", lambda: write_workbook(path, [sheet], **named), results)
        slow = {**named, "fast": False}
        measure("export by the fall-back", lambda: write_workbook(path, [sheet], **slow), results)
        write_workbook(path, [sheet], **named)
        measure("calamine alone", lambda: calamine_alone(path), results)
        measure("read in a child", lambda: read_workbook(path), results)
        measure("import: read, guessed, validated, planned", lambda: plan(path), results)
        ratio = results["import: read, guessed, validated, planned"] / results["calamine alone"]
        print(f"import is {ratio:.2f} times calamine alone (at most 3)")
        if shutil.which("soffice"):
            measure("LibreOffice xlsx to csv", lambda: office_converts(path, "csv"), results)
            csv = path.parent / "lo" / "list.csv"
            measure("LibreOffice csv to xlsx", lambda: office_converts(csv, "xlsx"), results)
        else:
            print("LibreOffice is not installed; measured before: 2.3 s to read, 5.3 s to write")


if __name__ == "__main__":
    main()
