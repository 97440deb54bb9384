"""An independent checker: many databases, random edits, bundles in any order, kills in between."""

from __future__ import annotations

import os
import random
import shutil
from pathlib import Path

import pytest

from tests.acceptance.checker import offices
from tests.acceptance.checker.offices import Desk, Parcel

SEEDS = range(
    int(os.environ.get("APS_CHECKER_FROM", "0")), int(os.environ.get("APS_CHECKER_TO", "2"))
)
STEPS = int(os.environ.get("APS_CHECKER_STEPS", "40"))
_WORK = ("create", "edit", "edit", "edit", "edit", "delete", "undo", "settle", "settle")


class Run:
    """One run: desks, parcels on their way, and a random course."""

    def __init__(self, folder: Path, read: offices.Read, seed: int, server: str) -> None:
        self.rnd, self.folder, self.read = random.Random(seed), folder, read
        self.parcels: list[Parcel] = []
        self.digests: dict[frozenset[str], str] = {}
        self.count = 0
        names = [("ASEC", "asec"), ("LA", "lao1"), ("LA", "lao2"), ("LA", "lao3")]
        self.desks = [Desk(folder, office, name, read) for office, name in names]
        self.desks[-1].server = server
        for desk in self.desks:
            desk.done("init", "--office", desk.office, "--device", desk.name)
        first, *others = self.desks
        for desk in others:
            self.enrol(desk)
        start = first.export(self.path())
        for desk in others:
            desk.merge(start)

    def path(self, ending: str = "apsync") -> Path:
        self.count += 1
        return self.folder / f"{self.count}.{ending}"

    def enrol(self, desk: Desk) -> None:
        request = self.path("apsrequest")
        desk.done("trust", "request", request)
        self.desks[0].done("trust", "add", request)

    def step(self) -> None:
        rnd, desk = self.rnd, self.rnd.choice(self.desks)
        what = rnd.choice(("work", "work", "together", "send", "send", "send", "get", "get",
                           "again", "damage", "kill", "backup"))  # fmt: skip
        getattr(self, what)(desk)

    def work(self, desk: Desk) -> None:
        for _ in range(self.rnd.randint(1, 3)):
            getattr(desk, self.rnd.choice(_WORK))(self.rnd)
        desk.check()

    def together(self, desk: Desk) -> None:
        """Several edit one record, none knowing of the others."""
        there = sorted(offices.model.living(frozenset(desk.events)))
        if there:
            record = self.rnd.choice(there)
            for one in self.rnd.sample(self.desks, 2):
                if record in offices.model.living(frozenset(one.events)):
                    one.edit(self.rnd, record)

    def send(self, desk: Desk) -> None:
        """A bundle to somebody; it may be lost, late, or come twice."""
        self.parcels.append(desk.export(self.path()))
        if self.rnd.random() < 0.6:
            self.get(self.rnd.choice(self.desks))

    def get(self, desk: Desk) -> None:
        if self.parcels:
            desk.merge(self.rnd.choice(self.parcels))
            desk.check()

    def again(self, desk: Desk) -> None:
        """A bundle that is here already changes nothing, and says so."""
        parcel = desk.export(self.path())
        before = desk.done("digest")
        answer = desk.merge(parcel)
        assert (answer["merged"], answer["refused"]) == (0, 0)
        assert desk.done("digest") == before

    def damage(self, desk: Desk) -> None:
        """A truncated or altered copy is refused in words, and nothing changes."""
        if not self.parcels:
            return
        data = bytearray(self.rnd.choice(self.parcels).path.read_bytes())
        if self.rnd.random() < 0.5:
            data = data[: self.rnd.randrange(len(data))]
        else:
            data[self.rnd.randrange(len(data))] ^= 1 << self.rnd.randrange(8)
        broken = self.path()
        broken.write_bytes(data)
        before = desk.done("digest")
        code, answer = desk.run("bundle", "merge", broken)
        assert code == 1, answer
        assert answer["problems"][0]["error"]
        assert desk.done("digest") == before

    def kill(self, desk: Desk) -> None:
        """kill -9 in a merge or an export: all or nothing, and the next one does it."""
        if self.parcels and self.rnd.random() < 0.7:
            parcel = self.rnd.choice(self.parcels)
            before = desk.done("digest")["digest"]
            desk.killed(self.rnd, "bundle", "merge", parcel.path)
            between = desk.done("digest")["digest"]
            desk.merge(parcel)
            assert between in (before, desk.done("digest")["digest"])
        else:
            desk.killed(self.rnd, "bundle", "export", self.path())
        assert desk.done("check")["ok"]
        desk.check()

    def backup(self, desk: Desk) -> None:
        """An older state comes back under a new name; what was sent since returns by bundles."""
        if desk.server:
            return  # backed up by whoever runs the server
        if not desk.backups:
            desk.back_up(self.path("apsbackup"))
        elif self.rnd.random() < 0.3 and desk is not self.desks[0]:
            self.parcels.append(desk.export(self.path()))
            desk.restore(self.rnd)
            desk.check()

    def end(self) -> None:
        """Everybody gets everything, in any order: all equal, all as the model says."""
        for _ in range(2):
            parcels = [desk.export(self.path()) for desk in self.desks]
            for desk in self.desks:
                self.rnd.shuffle(parcels)
                for parcel in parcels:
                    desk.merge(parcel)
        digests = {desk.done("digest")["digest"] for desk in self.desks}
        assert len(digests) == 1
        assert len({frozenset(desk.events) for desk in self.desks}) == 1
        for desk in self.desks:
            desk.check()
            desk.check_history()
            assert desk.done("check")["ok"]
        shown = [
            {
                row["id"]: [row[f] for f in offices.FIELDS]
                for row in desk.done("record", "list", "project")
            }
            for desk in self.desks
        ]
        assert all(one == shown[0] for one in shown)


def run(folder: Path, read: offices.Read, seed: int, steps: int, server: str = "") -> None:
    """A whole course; its seed says all of it, the moments of the kills apart.

    `server` is the URL of an empty database for the last desk.
    """
    one = Run(folder, read, seed, server)
    for _ in range(steps):
        one.step()
    one.end()
    shutil.rmtree(folder, ignore_errors=True)


@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", SEEDS)
def test_offices_show_what_the_model_says(
    seed: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))
    on_server = seed % 10 == 9
    server = request.getfixturevalue("pg_url")() if on_server else ""
    run(tmp_path, lambda: str(capsys.readouterr().out), seed, STEPS, server)
