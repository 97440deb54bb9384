"""Takes the checker over many seeds, one after the other, and keeps a tally.

python -m tests.acceptance.checker.seeds TALLY FROM TO: each seed has a line in the file TALLY
("17 passed 21 s"); those that have passed are not tried again, and the first failure ends the run.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

TESTS = Path(__file__).parent


def passed(tally: Path) -> set[int]:
    """The seeds that need no second look."""
    if not tally.exists():
        return set()
    lines = [line.split() for line in tally.read_text(encoding="utf-8").splitlines()]
    return {int(seed) for seed, outcome, *_ in lines if outcome == "passed"}


def tried(seed: int) -> bool:
    """Whether the courses of a seed pass; what pytest says of a failure goes to standard error."""
    names = {"APS_CHECKER_FROM": str(seed), "APS_CHECKER_TO": str(seed + 1)}
    command = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(TESTS))
    done = subprocess.run(
        command, env={**os.environ, **names}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        sys.stderr.write(done.stdout + done.stderr)
    return done.returncode == 0


def main(arguments: Sequence[str]) -> int:
    tally, first, last = Path(arguments[0]), int(arguments[1]), int(arguments[2])
    for seed in sorted(set(range(first, last)) - passed(tally)):
        start = time.monotonic()
        outcome = "passed" if tried(seed) else "failed"
        with tally.open("a", encoding="utf-8") as out:
            out.write(f"{seed} {outcome} {time.monotonic() - start:.0f} s\n")
        if outcome == "failed":
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
