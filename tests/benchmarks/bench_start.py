"""How long a start takes, from exec to the last pixel that changes, beside DB Browser for SQLite.

Measured from the frame buffer of an X server of its own, interleaved, medians. Run with
`make bench ARGS="tests/benchmarks/bench_start.py"`. APS_BENCH_RUNS sets the number of runs,
APS_BENCH_HUGE names a database of the huge size that exists already.
"""

import json
import mmap
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from aps_desktop.services import demo, offices, working

RUNS = int(os.environ.get("APS_BENCH_RUNS", "5"))
CACHE = Path(__file__).resolve().parents[2] / ".pytest_cache" / "bench"
QUIET = 1.2
"""So long must nothing change before a start counts as complete."""
BLINK = 1000
"""A text cursor, and the small wheel that DB Browser turns, change fewer pixels than this."""


@dataclass
class Screen:
    """An X server whose frame buffer is a file: reading it disturbs nobody."""

    name: str
    buffer: mmap.mmap

    def seen(self) -> np.ndarray:
        end = len(self.buffer) - len(self.buffer) % 4
        return np.frombuffer(self.buffer, dtype=np.uint32, count=end // 4).copy()


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    reading, writing = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(writing), "-screen", "0", "1440x900x24", "-nolisten", "tcp",
         "-fbdir", str(tmp_path)],
        pass_fds=[writing], stderr=subprocess.DEVNULL,
    )  # fmt: skip
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            name = f":{told.readline().strip()}"
        with (tmp_path / "Xvfb_screen0").open("rb") as file:
            yield Screen(name, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    finally:
        server.terminate()
        server.wait(timeout=20)


def seconds_to_complete(screen: Screen, command: list[str], home: Path) -> float:
    """From exec to the last change of the picture."""
    environment = {
        **os.environ,
        "DISPLAY": screen.name,
        "QT_QPA_PLATFORM": "xcb",
        "APS_DATA_DIR": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
    }
    before = screen.seen()
    began = time.perf_counter()
    process = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    last, changed = before, began
    try:
        while True:
            now = time.perf_counter()
            seen = screen.seen()
            if differ(seen, last):
                last, changed = seen, now
            elif changed > began and now - changed > QUIET:
                return changed - began
            assert now - began < 60, "it appeared not, or never came to rest"
            time.sleep(0.004)
    finally:
        process.kill()
        process.wait()
        while differ(screen.seen(), before) and time.perf_counter() - changed < 20:
            time.sleep(0.05)


def differ(one: np.ndarray, other: np.ndarray) -> bool:
    return int(np.count_nonzero(one != other)) > BLINK


def database(size: str) -> Path:
    """A database of made-up data; kept between runs, since the huge one takes minutes."""
    given = os.environ.get(f"APS_BENCH_{size.upper()}")
    if given:
        return Path(given)
    CACHE.mkdir(parents=True, exist_ok=True)
    target = CACHE / f"{size}.aps"
    if not target.exists():
        part = CACHE / f"{size}.part"
        part.unlink(missing_ok=True)
        db = offices.start(str(part), office="ASEC", device="Bench")
        working.name_officer(db, "Siti Rahayu")  # else the window asks who is working
        demo.fill(db, size, 2045, lambda *_: None, lambda: False)
        db.close()
        part.rename(target)
    return target


@pytest.mark.parametrize("place", ["entity:project", "today"])
def test_start_beside_db_browser(screen: Screen, tmp_path: Path, place: str) -> None:
    browser = shutil.which("sqlitebrowser")
    if browser is None or shutil.which("Xvfb") is None:
        pytest.fail("Needs xvfb and sqlitebrowser: 'sudo apt-get install -y xvfb sqlitebrowser'.")
    small, huge = database("small"), database("huge")
    (tmp_path / "window.json").write_text(json.dumps({"place": place}), encoding="utf-8")
    ours = [sys.executable, "-m", "aps_desktop", "--database"]
    commands = {
        "ours, huge": [*ours, str(huge)],
        "ours, small": [*ours, str(small)],
        "DB Browser, huge": [browser, "-t", "project", str(huge)],
        "empty Qt window": [sys.executable, "-c", _EMPTY],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(RUNS + 1):
        for name, command in commands.items():
            seconds = seconds_to_complete(screen, command, tmp_path)
            if run:  # the first is for the disk cache
                taken[name].append(seconds)
    middle = {name: statistics.median(values) for name, values in taken.items()}
    for name, seconds in middle.items():
        print(f"\n{name:18} {seconds:.3f} s  {[round(v, 3) for v in taken[name]]}", end="")
    peer = middle["ours, huge"] / middle["DB Browser, huge"]
    flat = middle["ours, huge"] / middle["ours, small"]
    print(f"\n{place}: to DB Browser {peer:.2f} (goal 0.80), huge to small {flat:.2f} (goal 1.15)")
    assert peer <= 0.8
    assert flat <= 1.15


def test_start_of_the_installed_program_beside_the_checkout(screen: Screen, tmp_path: Path) -> None:
    """`make package ARGS=linux` first, from the same checkout; the sizes must not differ much."""
    built = sorted(Path(__file__).parents[2].glob("build/linux-*/aps-desktop/aps-desktop"))
    if not built:
        pytest.fail("Needs the one folder of the packages: 'make package ARGS=linux'.")
    small = str(database("small"))
    (tmp_path / "window.json").write_text(json.dumps({"place": "today"}), encoding="utf-8")
    commands = {
        "checkout": [sys.executable, "-m", "aps_desktop", "--database", small],
        "installed": [str(built[-1]), "--database", small],
    }
    taken: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(2 * RUNS + 1):
        for name, command in commands.items():
            seconds = seconds_to_complete(screen, command, tmp_path)
            if run:
                taken[name].append(seconds)
    middle = {name: statistics.median(values) for name, values in taken.items()}
    for name, seconds in middle.items():
        print(f"\n{name:18} {seconds:.3f} s  {[round(v, 3) for v in taken[name]]}", end="")
    ratio = middle["installed"] / middle["checkout"]
    print(f"\ninstalled to checkout {ratio:.2f} (goal 1.10)")
    assert ratio <= 1.1


_EMPTY = """
from PySide6.QtWidgets import QApplication, QMainWindow, QTableView, QTreeView, QSplitter
app = QApplication([])
window = QMainWindow()
middle = QSplitter()
middle.addWidget(QTreeView())
middle.addWidget(QTableView())
window.setCentralWidget(middle)
window.resize(1440, 900)
window.show()
app.exec()
"""
