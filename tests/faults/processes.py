"""Processes that export and merge, to be killed: each by itself, or forked from one that waits."""

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.faults.conftest import ROOT

WORKER = Path(__file__).with_name("sync_worker.py")


def start(*arguments: object, **environment: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, str(WORKER), *map(str, arguments)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT), **environment},
    )  # fmt: skip


def dies_at(point: str, *arguments: object) -> None:
    process = start(*arguments, APS_CRASH_AT=point)
    _, error = process.communicate()
    assert process.returncode == 9, error


class Nursery:
    """Starts the same work without starting Python: for hundreds of rounds."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.nursery"], stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True, cwd=ROOT, env=dict(os.environ),
        )  # fmt: skip

    def _line(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline()

    def begin(self, task: str, location: Path, file: Path, point: str = "") -> int:
        """The process that does it now."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps([task, str(location), str(file), point]) + "\n")
        self._process.stdin.flush()
        word, child = self._line().split()
        assert word == "child"
        return int(child)

    def end(self) -> tuple[list[str], int]:
        """What it said until it ended, and how it ended (negative: by that signal)."""
        said = []
        while not (line := self._line()).startswith("ended"):
            assert line
            said.append(line)
        return said, int(line.split()[1])

    def dies_at(self, point: str, task: str, location: Path, file: Path) -> None:
        self.begin(task, location, file, point)
        assert self.end()[1] == 9

    def close(self) -> None:
        self._process.communicate()
