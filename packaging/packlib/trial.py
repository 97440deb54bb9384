"""What the trials of packages have in common: a table of what was tried and what was seen."""

from __future__ import annotations

import os
import re
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from packlib.common import BUILD, say

TRIALS = BUILD / "trials"
SHOTS = TRIALS / "screenshots"


class Failed(Exception):
    """What was seen is not what an office should see."""


@dataclass
class Table:
    """The results: (where, what, passed, seconds, what was seen)."""

    where: str
    rows: list[tuple[str, str, bool, float, str]] = field(default_factory=list)

    def step(self, what: str, work: Callable[[], str]) -> bool:
        """Runs one step and notes it; the others go on also when it fails."""
        started = time.monotonic()
        try:
            seen, passed = work(), True
        except (Failed, OSError, subprocess.SubprocessError, StopIteration) as error:
            seen, passed = f"{error}", False
        seconds = time.monotonic() - started
        short = " ".join(seen.split())
        self.rows.append((self.where, what, passed, seconds, short))
        mark = "ok    " if passed else "FAILED"
        say(f"{mark} {self.where:10} {what:34} {seconds:5.0f} s  {short[:160]}")
        return passed

    @property
    def passed(self) -> bool:
        return bool(self.rows) and all(row[2] for row in self.rows)


_CHECK = re.compile(r"(ok|FAILED) {2,}(\S.{19})")
CHECKS = 13
"""That `--smoke-test` makes; more are welcome."""


def all_checks(text: str) -> str:
    """What the installed program's own test printed, in short; Failed unless all of it passed."""
    # Wine may put a line of its own before the first, without an end.
    found = _CHECK.findall(text)
    expect(len(found) >= CHECKS and all(mark == "ok" for mark, _ in found), text)
    return f"{len(found)} checks: " + ", ".join(name.strip() for _, name in found)


def expect(holds: object, words: str) -> None:
    if not holds:
        raise Failed(words)


@contextmanager
def display(number: str = "") -> Iterator[str]:
    """A display of its own under Xvfb: APS_TRIAL_DISPLAY, else :90."""
    name = number or os.environ.get("APS_TRIAL_DISPLAY", ":90")
    server = subprocess.Popen(
        ["Xvfb", name, "-screen", "0", "1366x768x24"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        time.sleep(2)
        expect(server.poll() is None, f"Xvfb {name} does not start")
        yield name
    finally:
        server.terminate()
        server.wait()


def windows_named(display_name: str, text: str) -> str:
    """The ids of the visible windows whose title holds a text."""
    command = ["xdotool", "search", "--onlyvisible", "--name", text]
    settings = {**os.environ, "DISPLAY": display_name}
    done = subprocess.run(command, capture_output=True, text=True, env=settings, check=False)
    return done.stdout.strip()


def wait_for(what: Callable[[], object], seconds: float, words: str) -> object:
    """Waits until something is so; Failed when it does not come."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if found := what():
            return found
        time.sleep(0.5)
    raise Failed(words)


def picture(display_name: str, name: str) -> Path:
    """A screenshot of the whole display."""
    SHOTS.mkdir(parents=True, exist_ok=True)
    target = SHOTS / f"{name}.png"
    settings = {**os.environ, "DISPLAY": display_name}
    subprocess.run(["import", "-window", "root", str(target)], env=settings, check=False)
    return target
