"""The program as a process with a real window: starting, starting twice, dying, ending."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aps_desktop.db import store
from aps_desktop.services.window_lock import WindowLock

pytestmark = pytest.mark.window

Start = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    file = tmp_path / "office.aps"
    store.create(str(file), office="LA", device="Laptop 3").close()
    return file


@pytest.fixture
def start(tmp_path: Path, x_display: str) -> Iterator[Start]:
    started: list[subprocess.Popen[str]] = []

    def begin(*arguments: str) -> subprocess.Popen[str]:
        environment = {
            **os.environ,
            "DISPLAY": x_display,
            "QT_QPA_PLATFORM": "xcb",
            "APS_DATA_DIR": str(tmp_path / "data"),
        }
        process = subprocess.Popen(
            [sys.executable, "-m", "aps_desktop", *arguments],
            env=environment,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield begin
    for process in started:
        process.kill()
        process.communicate()


def wait_for(said: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not said():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)


def listens(tmp_path: Path) -> bool:
    """Whether the first window has been painted: only then it opens its log and its socket."""
    return (tmp_path / "data" / "logs" / "crash.log").exists()


def held_by(database: Path, process: subprocess.Popen[str]) -> bool:
    """Whether that process holds the lock; read only, since taking it would get in its way."""
    return WindowLock(database).holder().pid == process.pid


def test_a_second_start_calls_the_first_window(
    start: Start, database: Path, tmp_path: Path
) -> None:
    first = start("--database", str(database))
    wait_for(lambda: held_by(database, first))
    wait_for(lambda: listens(tmp_path))
    time.sleep(1.5)
    second = start("--database", str(database))
    assert second.wait(timeout=30) == 0
    assert first.poll() is None
    holder = json.loads((tmp_path / "office.aps.lock").read_text(encoding="utf-8"))
    assert holder["pid"] == first.pid


def test_a_killed_window_leaves_no_lock(start: Start, database: Path) -> None:
    first = start("--database", str(database))
    wait_for(lambda: held_by(database, first))
    first.send_signal(signal.SIGKILL)
    first.wait(timeout=20)
    again = start("--database", str(database))
    wait_for(lambda: held_by(database, again))
    assert again.poll() is None


def test_the_first_start_shows_the_guide(start: Start, tmp_path: Path) -> None:
    guide = start()
    wait_for(lambda: listens(tmp_path))
    time.sleep(1)
    assert guide.poll() is None
    assert not (tmp_path / "data" / "office.aps").exists()


def test_the_smoke_test_passes() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "aps_desktop", "--smoke-test"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
