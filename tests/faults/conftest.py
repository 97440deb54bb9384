"""What the fault tests share: a small database, a process to kill, and the oracle afterwards."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from aps_desktop.db import check, digest, store
from aps_desktop.db.engine import Database
from aps_desktop.services import records

WORKER = Path(__file__).with_name("worker.py")
ROOT = Path(__file__).resolve().parents[2]

Worker = Callable[..., "subprocess.Popen[str]"]


@pytest.fixture(autouse=True)
def its_own_data(own_data: None) -> None:
    """Every test here has one."""


@pytest.fixture
def office(tmp_path: Path) -> Path:
    """A closed database with one project."""
    path = tmp_path / "office.aps"
    db = store.create(str(path), office="KH", device="Laptop")
    records.new(db, "project", {"code": "P-1", "title": "One", "tags": frozenset({"a"})})
    db.close()
    return path


@pytest.fixture
def worker() -> Iterator[Worker]:
    """Starts a worker process; whatever still runs at the end is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(task: str, location: Path, **environment: str) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, str(WORKER), task, str(location)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
            env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
        )  # fmt: skip
        started.append(process)
        return process

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.communicate()


def sound(path: Path) -> Database:
    """Opens the database after a fault: it must agree with its log in everything."""
    db = store.open_database(str(path))
    with db.snapshot() as c:
        assert check.check(c) == []
    return db


def state(db: Database) -> str:
    with db.snapshot() as c:
        return digest.digest(c)[0]


def state_of(path: Path) -> str:
    db = store.open_database(str(path))
    try:
        return state(db)
    finally:
        db.close()
