"""How quick a list of a million records is, beside Qt's own models and DB Browser for SQLite.

Ratios of medians in one interleaved run; the figures are printed. Run with
`make bench ARGS="tests/benchmarks/bench_list.py"`. APS_BENCH_RUNS sets the number of runs.
"""

import json
import os
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.benchmarks.big_database import RARE, make
from tests.benchmarks.screen import Screen

RUNS = int(os.environ.get("APS_BENCH_RUNS", "5"))
ROOT = Path(__file__).resolve().parents[2]
MANY = 1_000_000

# Where things are in the two windows, in pixels; both fill the upper left of their screens.
ROWS = (90, 190, 470, 600)
BUSY_NO = (907, 490)  # DB Browser asks whether to stop reading when it opens so large a table
BROWSER = {"row": (240, 300), "code": (219, 151), "filter": (369, 174)}
OURS = {"row": (240, 300), "code": (60, 60), "filter": (300, 20)}


pytestmark = pytest.mark.timeout(1800)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("million") / "million.db"
    make(path, MANY)
    return path


def figures(kind: str, database: Path) -> dict[str, float]:
    """What one fresh process measures."""
    command = [sys.executable, "-m", "tests.benchmarks.list_process", kind, str(database)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return json.loads(done.stdout.splitlines()[-1])


def report(name: str, ours: float, other: float, goal: float) -> bool:
    kept = ours <= goal * other
    sign = "" if kept else "   MISSED"
    print(f"  {name:34} {ours:9.1f} {other:9.1f} {ours / other:7.2f}  goal {goal}{sign}")
    return kept


def test_opening_and_scrolling_beside_qt_s_own_models(database: Path) -> None:
    runs = [(figures("ours", database), figures("qsql", database)) for _ in range(RUNS)]

    def middle(at: int, name: str) -> float:
        return statistics.median(pair[at][name] for pair in runs)

    print(f"\n  {'ms':34} {'ours':>9} {'other':>9} {'ratio':>7}")
    kept = [
        report("open, QSqlTableModel", middle(0, "open"), middle(1, "open"), 1.5),
        report("frame, jump, QStandardItemModel", middle(0, "jump"), middle(0, "jump_plain"), 1.3),
        report(
            "frame, 3 rows, QStandardItemModel", middle(0, "step"), middle(0, "step_plain"), 1.3
        ),
        report("memory added, MiB, 20 allowed", middle(0, "memory"), 20.0, 1.0),
    ]
    assert all(kept)


def session(folder: Path, command: list[str], **environment: str) -> Screen:
    """A program on a screen of its own, when its rows have come."""
    screen = Screen(folder)
    screen.start(command, **environment)
    time.sleep(3)
    screen.settle(ROWS, quiet=4)
    return screen


def typed(screen: Screen, text: str) -> Callable[[], None]:
    def act() -> None:
        for letter in text:
            screen.key(letter)

    return act


def test_the_same_steps_in_db_browser(database: Path, tmp_path: Path) -> None:
    """Each round in fresh programs: what one has read already, it shows again at once."""
    if not shutil.which("sqlitebrowser") or not shutil.which("Xvfb"):
        pytest.skip("DB Browser for SQLite and Xvfb are needed")
    home = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path)}
    module = [sys.executable, "-m", "tests.benchmarks.list_process", "window", str(database)]
    browser = ["sqlitebrowser", "-R", "-t", "project", str(database)]
    taken: dict[str, tuple[list[float], list[float]]] = {}
    for run in range(RUNS):
        for at, (command, place, settings) in enumerate(
            ((module, OURS, {"PYTHONPATH": str(ROOT)}), (browser, BROWSER, home))
        ):
            screen = session(tmp_path / f"{run}{at}", command, **settings)
            try:
                if place is BROWSER:
                    screen.click(*BUSY_NO)
                for name, milliseconds in one_round(screen, place).items():
                    taken.setdefault(name, ([], []))[at].append(milliseconds)
            finally:
                screen.close()
    print(f"\n  {'ms, DB Browser':34} {'ours':>9} {'other':>9} {'ratio':>7}")
    goals = {"jump to the last row": 0.3, "sort, indexed": 0.8, "filter, a rare word": 0.35}
    medians = {name: [statistics.median(side) for side in sides] for name, sides in taken.items()}
    kept = [report(name, *medians[name], goal) for name, goal in goals.items()]
    assert all(kept)


def one_round(screen: Screen, place: dict[str, tuple[int, int]]) -> dict[str, float]:
    screen.focus()
    screen.click(*place["row"])
    time.sleep(0.5)
    found = {"jump to the last row": screen.timed(lambda: screen.key("End", "Control_L"), ROWS)}
    screen.key("Home", "Control_L")
    screen.settle(ROWS)
    screen.click(*place["code"])
    screen.settle(ROWS, quiet=2)
    found["sort, indexed"] = screen.timed(lambda: screen.click(*place["code"]), ROWS)
    screen.click(*place["filter"])
    found["filter, a rare word"] = screen.timed(typed(screen, RARE[:5]), ROWS, quiet=2)
    return found
