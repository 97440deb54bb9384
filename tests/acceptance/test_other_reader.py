"""The reader in docs/state.md, which has nothing of the program, comes to the same state."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pyrage
import pytest

from aps_desktop.db import store
from aps_desktop.services import trusting
from tests.acceptance.desks import Desk, exchange

PAGE = Path(__file__).parents[2] / "docs" / "state.md"


def opened(desk: Desk, bundle: Path) -> Path:
    """A bundle as any age program gives it to who has the desk's identity."""
    db = store.open_database(str(desk.file))
    identity = trusting.keys(db).identity
    db.close()
    plain = bundle.with_suffix(".zip")
    plain.write_bytes(pyrage.decrypt(bundle.read_bytes(), [identity]))
    return plain


def read_by_another(
    folder: Path, *bundles: Path, without: str = ""
) -> tuple[str, set[tuple[str, int]]]:
    """(digest, record and field number of each conflict) as that reader has them.

    `without` is a piece of it that is left out, so that it is wrong.
    """
    reader = folder / "reader.py"
    text = PAGE.read_text("utf-8").split("```python\n")[1].split("```")[0]
    assert without in text
    reader.write_text(text.replace(without, ""), "utf-8")
    done = subprocess.run(
        [sys.executable, str(reader), *map(str, bundles)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    return found["digest"], {(id, number) for id, number in found["conflicts"]}


def conflicts_of(desk: Desk) -> set[tuple[str, int]]:
    numbers = {
        (kind["entity"], field["name"]): field["number"]
        for kind in desk.done("entities")
        for field in kind["fields"]
    }
    return {(c["record"], numbers[c["entity"], c["field"]]) for c in desk.conflicts()}


def work(desks: tuple[Desk, ...], projects: list[str], chance: random.Random) -> None:
    """Everybody edits, deletes, undoes, settles; what some sent is merged by some."""
    for turn in range(12):
        desk, id = chance.choice(desks), chance.choice(projects)
        what = chance.randrange(8)
        if what < 3:
            desk.run("record", "set", "project", id, f"title={desk.office} {turn}")
        elif what == 3:
            desk.run("record", "set", "project", id, f"budget=USD {chance.randrange(9)}",
                     "start=2026-11-23", f"description=Words\n\n“{turn}” ລາວ")  # fmt: skip
        elif what == 4:
            desk.run("record", "delete", "project", id)
        elif what == 5:
            desk.run("undo")
        elif what == 6 and (found := desk.conflicts()):
            desk.run("conflicts", "resolve", found[0]["id"], "--take", "theirs")
        else:
            desk.merge(chance.choice(desks).export())


PROPOSALS = ' if not office or op["office"] in ("ASEC", office)'


@pytest.mark.parametrize("seed", range(2))
def test_the_state_follows_from_the_bundles_by_the_documentation(
    house: tuple[Desk, Desk, Desk], tmp_path: Path, seed: int
) -> None:
    chance = random.Random(seed)
    asec, lao, khm = house
    projects = [
        desk.new("project", code=f"P-{n}", title=f"Project {n}") for n, desk in enumerate(house * 2)
    ]
    exchange(*house)
    work(house, projects, chance)
    partners = [asec.new("partner", code=f"J-{n}", name=f"Agency {n}") for n in range(3)]
    asec.done("record", "unite", "partner", partners[2], partners[1])
    asec.done("record", "unite", "partner", partners[1], partners[0])
    apart = [opened(desk, desk.export("--full")) for desk in house]
    exchange(*house)
    together = opened(lao, lao.export("--full"))
    expected = khm.digest(), conflicts_of(khm)
    assert read_by_another(tmp_path, together) == expected
    assert read_by_another(tmp_path, *apart) == expected  # in whatever pieces they come
    assert read_by_another(tmp_path, apart[1]) != expected  # it can tell a difference
    assert read_by_another(tmp_path, together, without=PROPOSALS) != expected
    assert read_by_another(tmp_path, together, without=', *op["replaces"]') != expected
