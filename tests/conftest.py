"""What every test gets: no display, no data of the user, and nothing left behind."""

import gc
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

from tests import pg
from tests.acceptance.desks import Desk, NewDesk, enrol
from tests.three_offices import Offices, three_offices

ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 60_000
"""Milliseconds that a test waits for what is to come, where it names no time of its own."""
WAITS = ("waitUntil", "waitSignal", "waitSignals", "waitCallback", "waitExposed", "waitActive")

# Before anything imports Qt or matplotlib.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["MPLBACKEND"] = "Agg"
# Kept between runs: matplotlib takes seconds to list the fonts anew.
os.environ["MPLCONFIGDIR"] = str(ROOT / ".pytest_cache" / "matplotlib")
for _name in ("APS_DATABASE", "APS_PASSPHRASE"):
    os.environ.pop(_name, None)

settings.register_profile(
    "ci",
    derandomize=True,
    max_examples=25,
    stateful_step_count=20,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile(
    "long",
    max_examples=500,
    stateful_step_count=60,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile(os.environ.get("APS_HYPOTHESIS_PROFILE", "ci"))


@pytest.fixture(scope="session", autouse=True)
def own_home() -> Iterator[Path]:
    """No test reads or writes the data, settings and caches of whoever runs it."""
    variables = [f"XDG_{name}_HOME" for name in ("DATA", "CONFIG", "CACHE", "STATE")]
    with tempfile.TemporaryDirectory(prefix="aps-home-") as folder:
        home = Path(folder)
        with pytest.MonkeyPatch.context() as patch:
            for name in (*variables, "APPDATA", "LOCALAPPDATA"):
                patch.setenv(name, str(home / name.lower()))
            yield home


@pytest.fixture(scope="session")
def pg_server() -> Iterator[pg.PostgresServer]:
    """One PostgreSQL server for the whole run; where there is none, the test fails with a hint."""
    try:
        pg.find_program("initdb")
    except LookupError as missing:
        pytest.fail(str(missing), pytrace=False)
    with pg.running_server() as server:
        yield server


@pytest.fixture(scope="session")
def pg_url(pg_server: pg.PostgresServer) -> Callable[[], str]:
    """Each call makes a new empty database and returns its `postgresql+psycopg://` URL."""
    return pg_server.new_database


@pytest.fixture
def own_data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A data folder of this test's own: a folder's conftest asks for it where every test does."""
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))


@pytest.fixture
def new_desk(own_data: None, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> NewDesk:
    def make(office: str, name: str) -> Desk:
        return Desk(tmp_path, office, name, lambda: str(capsys.readouterr().out))

    return make


@pytest.fixture
def house(new_desk: NewDesk) -> tuple[Desk, Desk, Desk]:
    """The secretariat, the Lao PDR and the Cambodia office, who know each other."""
    asec, lao, khm = new_desk("ASEC", "asec"), new_desk("LA", "lao"), new_desk("KH", "khm")
    enrol(asec, lao, khm)
    return asec, lao, khm


@pytest.fixture
def here(tmp_path: Path, own_data: None) -> Iterator[Offices]:
    """Three offices that believe each other, open."""
    made = three_offices(tmp_path)
    yield made
    made.close()


@pytest.fixture
def qtbot(qtbot: Any) -> Iterator[Any]:
    """pytest-qt's own, but more patient, and what it is given to close is kept until then.

    Its five seconds are not enough where the machine has other things to do; a time that a test
    gives still counts.

    It keeps a weak reference only. A window that a test no longer names is then only in cycles of
    its own, and Python's collector takes it down whenever it runs: also in the middle of a slot
    that is building a part of that very window, which ends the process.
    """
    kept: list[Any] = []
    add = qtbot.addWidget

    def add_widget(widget: Any, **more: Any) -> None:
        kept.append(widget)
        add(widget, **more)

    qtbot.addWidget = add_widget
    for name in WAITS:
        setattr(qtbot, name, partial(getattr(qtbot, name), timeout=PATIENCE))
    yield qtbot
    kept.clear()


@pytest.fixture(autouse=True)
def nothing_left_behind(request: pytest.FixtureRequest) -> Iterator[None]:
    """After every test no aps-* thread lives; after one with a window, no window, timer or QThread.

    Set up before qtbot, so taken down after it: what qtbot was given to close is closed by then.
    """
    yield
    left = living_threads()
    if "qapp" in request.fixturenames:
        left += left_in_qt()
    if left:
        pytest.fail("Left behind by this test: " + "; ".join(left), pytrace=False)


def living_threads(patience: float = 2.0) -> list[str]:
    """Names of the threads aps-* that do not end within `patience` seconds."""
    deadline = time.monotonic() + patience
    threads = [one for one in threading.enumerate() if one.name.startswith("aps-")]
    for one in threads:
        one.join(max(0.0, deadline - time.monotonic()))
    return [f"thread {one.name}" for one in threads if one.is_alive()]


def left_in_qt() -> list[str]:
    left = windows_and_timers()
    if left:  # a cycle of Python references may hold what nobody uses any more
        gc.collect()
        left = windows_and_timers()
    return left


def windows_and_timers() -> list[str]:
    from PySide6.QtCore import QCoreApplication, QEvent, QThread, QTimer
    from PySide6.QtWidgets import QApplication
    from shiboken6 import isValid

    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [
        f"window {type(one).__name__} {one.objectName()!r} {one.windowTitle()!r}"
        for one in QApplication.topLevelWidgets()
        if one.parent() is None
    ]
    for one in gc.get_objects():
        if not issubclass(type(one), (QTimer, QThread)) or not isValid(one):
            continue
        if isinstance(one, QTimer) and one.isActive():
            left.append(f"running timer {one.objectName()!r} of {one.parent()!r}")
        elif isinstance(one, QThread) and one.isRunning() and one is not main_qthread():
            left.append(f"running QThread {one.objectName()!r}")
    return left


def main_qthread() -> object:
    from PySide6.QtCore import QCoreApplication

    application = QCoreApplication.instance()
    return application.thread() if application else None


@pytest.fixture(scope="session")
def x_display() -> Iterator[str]:
    """The name (":7") of an X server without a screen, for the programs that window tests start."""
    import shutil
    import subprocess

    server = shutil.which("Xvfb")
    if server is None or sys.platform == "win32":
        pytest.fail("Xvfb is not installed: 'sudo apt-get install -y xvfb'.", pytrace=False)
    reading, writing = os.pipe()
    options = ["-screen", "0", "1440x900x24", "-nolisten", "tcp"]
    process = subprocess.Popen(
        [server, "-displayfd", str(writing), *options],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    try:
        with os.fdopen(reading) as told:
            number = told.readline().strip()
        if not number:
            pytest.fail("Xvfb did not start.", pytrace=False)
        yield f":{number}"
    finally:
        process.terminate()
        process.wait(timeout=20)
