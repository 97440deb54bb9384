"""Starting: what is not loaded before the first paint, who gets what, and the lock."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from aps_desktop.__main__ import no_display, window_arguments
from aps_desktop.db import store
from aps_desktop.fault_report import report
from aps_desktop.services.window_lock import InUse, WindowLock

HEAVY = ("sqlalchemy", "matplotlib", "numpy", "openpyxl", "rapidfuzz", "cryptography", "asyncio")

AT_FIRST_PAINT = """
import sys
from PySide6.QtWidgets import QApplication
from aps_desktop.app import Program
app = QApplication([])
program = Program(app)
program.ui_state.put("place", sys.argv[2])
assert program.open(sys.argv[1])
def painted():
    print("\\n".join(sorted(sys.modules)))
    app.quit()
program.window.painted.connect(painted)
app.exec()
program.close()
"""


@pytest.mark.parametrize("place", ["today", "entity:project"])
def test_nothing_heavy_is_loaded_before_the_first_paint(tmp_path: Path, place: str) -> None:
    file = tmp_path / "office.aps"
    store.create(str(file), office="LA", device="Laptop 3").close()
    done = subprocess.run(
        [sys.executable, "-c", AT_FIRST_PAINT, str(file), place],
        env={**os.environ, "APS_DATA_DIR": str(tmp_path / "data")},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    loaded = {name.split(".")[0] for name in done.stdout.split()}
    assert "PySide6" in loaded
    assert loaded & set(HEAVY) == set()


@pytest.mark.parametrize(
    ("arguments", "wanted"),
    [
        ([], ("", "")),
        (["--database", "a.aps"], ("a.aps", "")),
        (["plan.xlsx"], ("", "plan.xlsx")),
        (["--database", "a.aps", "plan.CSV"], ("a.aps", "plan.CSV")),
        (["other.aps"], ("other.aps", "")),
        (["entities"], None),
        (["--database", "a.aps", "record", "list", "project"], None),
        (["import-excel", "plan.xlsx"], None),
        (["--help"], None),
    ],
)
def test_what_goes_to_the_window_and_what_to_the_command_line(
    arguments: list[str], wanted: tuple[str, str] | None
) -> None:
    assert window_arguments(arguments) == wanted


def test_a_database_is_the_last_one_as_soon_as_it_is_open(tmp_path: Path) -> None:
    """Sample data made at the first start, then a power cut: the next start opens them again."""
    file = tmp_path / "sample.aps"
    store.create(str(file), office="ASEC", device="Sample laptop").close()
    cut = AT_FIRST_PAINT.replace("program.close()", "import os; os._exit(0)")
    data = tmp_path / "data"
    done = subprocess.run(
        [sys.executable, "-c", cut, str(file), "today"],
        env={**os.environ, "APS_DATA_DIR": str(data)}, capture_output=True, text=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    kept = json.loads((data / "window.json").read_text(encoding="utf-8"))
    assert kept["database"] == str(file.resolve())


HOLD = """
import sys
from pathlib import Path
from aps_desktop.services.window_lock import WindowLock
lock = WindowLock(Path(sys.argv[1]))
lock.take()
print("held", flush=True)
sys.stdin.read()
"""


def test_a_database_is_held_by_one_process_until_that_ends(tmp_path: Path) -> None:
    file = tmp_path / "office.aps"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(file)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert holder.stdout.readline() == "held\n"
    lock = WindowLock(file)
    with pytest.raises(InUse) as refused:
        lock.take()
    assert refused.value.holder.pid == holder.pid
    assert refused.value.holder.here
    holder.kill()
    holder.communicate()
    lock.take()
    lock.release()


def test_a_holder_on_another_computer_is_named(tmp_path: Path) -> None:
    file = tmp_path / "office.aps"
    away = {"host": "desk-7-hanoi", "user": "linh", "pid": 4}
    (tmp_path / "office.aps.lock").write_text(json.dumps(away), encoding="utf-8")
    holder = WindowLock(file).holder()
    assert not holder.here
    assert "by linh on the computer desk-7-hanoi" in str(InUse(holder))
    assert socket.gethostname() not in str(InUse(holder))


def test_a_report_of_a_fault_holds_places_but_no_data() -> None:
    text = (
        "Traceback (most recent call last):\n"
        '  File "/srv/x/site-packages/aps_desktop/views/form.py", line 12, in save\n'
        "    put('Secret title')\n"
        "ValueError: Secret title is too long\n"
        "Secret title: again\n"
    )
    made = report(text)
    assert "aps_desktop/views/form.py:12 save" in made
    assert "ValueError" in made
    assert "Secret" not in made
    assert "srv" not in made


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="others always have a screen")
@pytest.mark.parametrize(
    ("there", "missing"),
    [
        ({}, True), ({"DISPLAY": ":1"}, False), ({"WAYLAND_DISPLAY": "wayland-0"}, False),
        ({"QT_QPA_PLATFORM": "offscreen"}, False), ({"QT_QPA_PLATFORM": "xcb"}, True),
    ],
)  # fmt: skip
def test_a_start_without_a_screen_is_told(
    monkeypatch: pytest.MonkeyPatch, there: dict[str, str], missing: bool
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    for name, value in there.items():
        monkeypatch.setenv(name, value)
    assert no_display() is missing
