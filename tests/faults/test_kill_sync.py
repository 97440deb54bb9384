"""F2, F4, F5, F14 for bundles: all or nothing whenever the process dies, and words at the start."""

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from aps_desktop.db import store
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import ChangeSet, Create
from aps_desktop.domain.errors import UserError
from aps_desktop.services import bundles, merging, records, trusting
from aps_desktop.sync.bundle_errors import SAFE, BundleError
from tests.faults.conftest import ROOT, sound, state, state_of
from tests.faults.processes import Nursery, dies_at

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and mounts of POSIX")

ROUNDS, LONG_ROUNDS = 6, 50
RECORDS, FEW = 1500, 150


@dataclass
class Pair:
    """A secretariat with a bundle for an office that has not merged it yet."""

    sender: Path
    receiver: Path
    bundle: Path
    before: str
    after: str
    saved: Path
    data: Path
    records: int

    def put_back(self) -> None:
        """Both databases as they were before anything happened, on the same computer."""
        for path in (self.sender, self.receiver, self.data):
            copy = self.saved / path.name
            if path.is_dir():
                shutil.rmtree(path)
                shutil.copytree(copy, path)
            else:
                shutil.copyfile(copy, path)
                path.with_name(path.name + "-journal").unlink(missing_ok=True)


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    return make_pair(tmp_path, RECORDS)


@pytest.fixture
def small_pair(tmp_path: Path) -> Pair:
    """For what happens hundreds of times at the very same place."""
    return make_pair(tmp_path, FEW)


def make_pair(tmp_path: Path, number: int) -> Pair:
    sender, receiver = tmp_path / "asec.aps", tmp_path / "lao.aps"
    a = store.create(str(sender), office="ASEC", device="asec")
    b = store.create(str(receiver), office="LA", device="lao")
    trusting.write_request(b, tmp_path / "request")
    trusting.add(a, tmp_path / "request")
    records.new(b, "project", {"code": "P-1", "title": "One"})
    made = tuple(
        Create("body", a.ids.new(), {"code": f"B{n}", "name": f"Body {n}", "mandate": "x" * 200})
        for n in range(number)
    )
    apply(a, ChangeSet("many bodies", made))
    bundle = tmp_path / "a1.apsync"
    bundles.export(a, bundle)
    before = state(b)
    a.close()
    b.close()
    trial = tmp_path / "trial.aps"
    shutil.copyfile(receiver, trial)
    t = store.open_database(str(trial))
    merging.merge_file(t, bundle)
    after = state(t)
    t.close()
    saved = tmp_path / "saved"
    saved.mkdir()
    data = Path(os.environ["APS_DATA_DIR"])
    for path in (sender, receiver):
        shutil.copyfile(path, saved / path.name)
    shutil.copytree(data, saved / data.name)
    return Pair(sender, receiver, bundle, before, after, saved, data, number)


@pytest.fixture
def nursery() -> Iterator[Nursery]:
    made = Nursery()
    yield made
    made.close()


# Named points -----------------------------------------------------------------------------------

MERGE_POINTS = (
    "backup-written", "before-rename", "after-rename", "merge-backed-up", "merge-changes",
    "merge-files", "merge-noted", "before-commit", "after-commit",
)  # fmt: skip


@pytest.mark.parametrize("point", MERGE_POINTS)
def test_dead_at_a_named_point_of_a_merge(pair: Pair, point: str) -> None:
    dies_at(point, "merge", pair.receiver, pair.bundle)
    goes_on_merging(pair, point)


def goes_on_merging(pair: Pair, point: str) -> None:
    """After it died there: all or nothing, in words once, and the merge can be done again."""
    merged = point == "after-commit"
    db = sound(pair.receiver)
    assert state(db) == (pair.after if merged else pair.before)
    assert f"“{pair.bundle.name}”" in db.notice
    wanted = "All of it is here." if merged else "was not completed; nothing was changed."
    assert wanted in db.notice
    db.close()
    db = store.open_database(str(pair.receiver))
    assert not db.notice  # said once
    merging.merge_file(db, pair.bundle)
    assert state(db) == pair.after
    db.close()


EXPORT_POINTS = (
    "bundle-lines", "safe-write-begun", "safe-write-synced", "safe-write-verified",
    "safe-write-renamed", "bundle-written", "before-commit", "after-commit",
)  # fmt: skip


@pytest.mark.parametrize("point", EXPORT_POINTS)
def test_dead_at_a_named_point_of_an_export(pair: Pair, point: str, tmp_path: Path) -> None:
    target = tmp_path / "stick" / "out.apsync"
    target.parent.mkdir()
    old = state_of(pair.sender)
    dies_at(point, "export", pair.sender, target)
    goes_on_exporting(pair, point, target, old)


def goes_on_exporting(pair: Pair, point: str, target: Path, old: str) -> None:
    """After it died there: no half file, in words, and the bundle can be made again."""
    db = sound(pair.sender)
    assert state(db) == old
    assert "“out.apsync”" in db.notice
    assert ("It is complete." in db.notice) == (point == "after-commit")
    assert set(os.listdir(target.parent)) <= {"out.apsync"}  # no half file stays
    receiver = store.open_database(str(pair.receiver))
    if target.exists():  # a whole one, under its name
        assert merging.inspect(receiver, target).trusted
    bundles.export(db, target)
    merging.merge_file(receiver, target)
    assert state(receiver) == pair.after
    db.close()
    receiver.close()


# Any moment -------------------------------------------------------------------------------------


def killed_merging(pair: Pair, nursery: Nursery, rounds: int) -> None:
    begun = time.monotonic()
    nursery.begin("merge", pair.receiver, pair.bundle)
    assert any("merged" in line for line in nursery.end()[0])
    whole = time.monotonic() - begun
    chance = random.Random(3)
    outcomes = set()
    for _ in range(rounds):
        pair.put_back()
        child = nursery.begin("merge", pair.receiver, pair.bundle)
        time.sleep(chance.uniform(0, whole))
        with suppress(ProcessLookupError):  # it was quicker
            os.kill(child, signal.SIGKILL)
        said, _ = nursery.end()
        db = sound(pair.receiver)
        found = state(db)
        assert found in (pair.before, pair.after)
        if any("merged" in line for line in said):
            assert found == pair.after
        if db.notice:
            assert ("nothing was changed" in db.notice) == (found == pair.before)
        outcomes.add(found)
        db.close()
    assert pair.before in outcomes


def killed_exporting(pair: Pair, nursery: Nursery, rounds: int, stick: Path) -> None:
    stick.mkdir()
    chance = random.Random(4)
    begun = time.monotonic()
    nursery.begin("export", pair.sender, stick / "whole.apsync")
    assert any("written" in line for line in nursery.end()[0])
    whole = time.monotonic() - begun
    reader = store.open_database(str(pair.receiver))
    for number in range(rounds):
        target = stick / f"{number}.apsync"
        child = nursery.begin("export", pair.sender, target)
        time.sleep(chance.uniform(0, whole))
        with suppress(ProcessLookupError):  # it was quicker
            os.kill(child, signal.SIGKILL)
        said, _ = nursery.end()
        sound(pair.sender).close()
        assert target.exists() or not any("written" in line for line in said)
        assert not list(stick.glob("*.part"))
        if target.exists():
            assert merging.inspect(reader, target).changes == pair.records
    reader.close()


def test_killed_while_merging(pair: Pair, nursery: Nursery) -> None:
    killed_merging(pair, nursery, ROUNDS)


def test_killed_while_exporting(pair: Pair, nursery: Nursery, tmp_path: Path) -> None:
    killed_exporting(pair, nursery, ROUNDS, tmp_path / "stick")


@pytest.mark.long
@pytest.mark.timeout(1800)
def test_killed_again_and_again(pair: Pair, nursery: Nursery, tmp_path: Path) -> None:
    killed_merging(pair, nursery, LONG_ROUNDS)
    pair.put_back()
    killed_exporting(pair, nursery, LONG_ROUNDS, tmp_path / "stick")


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("point", MERGE_POINTS)
def test_dead_again_and_again_in_a_merge(small_pair: Pair, nursery: Nursery, point: str) -> None:
    for _ in range(LONG_ROUNDS):
        small_pair.put_back()
        nursery.dies_at(point, "merge", small_pair.receiver, small_pair.bundle)
        goes_on_merging(small_pair, point)


@pytest.mark.long
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("point", EXPORT_POINTS)
def test_dead_again_and_again_in_an_export(
    small_pair: Pair, nursery: Nursery, point: str, tmp_path: Path
) -> None:
    old = state_of(small_pair.sender)
    for number in range(LONG_ROUNDS):
        small_pair.put_back()
        target = tmp_path / f"stick {number}" / "out.apsync"
        target.parent.mkdir()
        nursery.dies_at(point, "export", small_pair.sender, target)
        goes_on_exporting(small_pair, point, target, old)


# Media ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("left", [0, 1, 100, 0.5, 0.999])
def test_a_truncated_bundle_changes_nothing(pair: Pair, left: float) -> None:
    data = pair.bundle.read_bytes()
    cut = pair.bundle.with_name("cut.apsync")
    cut.write_bytes(data[: int(left * len(data)) if isinstance(left, float) else left])
    db = store.open_database(str(pair.receiver))
    with pytest.raises(BundleError) as refused:
        merging.merge_file(db, cut)
    assert "cut.apsync" in refused.value.message
    assert SAFE in refused.value.hint
    assert state(db) == pair.before
    db.close()


@contextmanager
def mounted(place: Path, options: str) -> Iterator[Path]:
    """A small file system of its own; skips where this account may not mount."""
    place.mkdir()
    done = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)],
        capture_output=True, check=False,
    )  # fmt: skip
    if done.returncode:
        pytest.skip("this account may not mount")
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def test_a_stick_that_is_full_is_said_and_left_clean(pair: Pair, tmp_path: Path) -> None:
    db = store.open_database(str(pair.sender))
    old = state(db)
    with mounted(tmp_path / "stick", "size=16k") as stick:
        with pytest.raises(UserError, match="not enough free space"):
            bundles.export(db, stick / "out.apsync", full=True)
        assert os.listdir(stick) == []
    assert state(db) == old
    assert bundles.export(db, tmp_path / "out.apsync", full=True).sequence == 2
    db.close()


def test_a_stick_that_can_only_be_read(pair: Pair, tmp_path: Path) -> None:
    with mounted(tmp_path / "stick", "size=4m") as stick:
        shutil.copy(pair.bundle, stick)
        subprocess.run(["mount", "-o", "remount,ro", str(stick)], check=True)
        sender = store.open_database(str(pair.sender))
        with pytest.raises(UserError, match="read-only"):
            bundles.export(sender, stick / "out.apsync")
        sender.close()
        receiver = store.open_database(str(pair.receiver))
        merging.merge_file(receiver, stick / pair.bundle.name)
        assert state(receiver) == pair.after
        receiver.close()


LIMITED = """
import resource, signal, sys
from pathlib import Path
from aps_desktop.db import store
from aps_desktop.domain.errors import UserError
from aps_desktop.services import backup, bundles, merging
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
db = store.open_database(sys.argv[2])
backup.before = lambda *_: None
limit = int(sys.argv[4])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    if sys.argv[1] == "merge":
        merging.merge_file(db, Path(sys.argv[3]))
    else:
        bundles.export(db, Path(sys.argv[3]), full=True)
except UserError as error:
    print(error.message)
"""


def limited(what: str, database: Path, bundle: Path, limit: int) -> str:
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, what, str(database), str(bundle), str(limit)],
        capture_output=True, text=True, check=False, cwd=ROOT, env=dict(os.environ),
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_full_disk_in_the_middle_of_a_merge(pair: Pair) -> None:
    room = pair.receiver.stat().st_size + 100_000
    assert "disk" in limited("merge", pair.receiver, pair.bundle, room)
    db = sound(pair.receiver)
    assert state(db) == pair.before
    assert not db.notice  # it was said already
    merging.merge_file(db, pair.bundle)
    assert state(db) == pair.after
    db.close()


def test_a_full_disk_in_the_middle_of_an_export(pair: Pair, tmp_path: Path) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    assert "free space" in limited("export", pair.sender, stick / "out.apsync", 20_000)
    assert os.listdir(stick) == []
    sound(pair.sender).close()
