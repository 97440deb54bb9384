"""No crafted or damaged bundle is taken, none leaks another exception, none fills the memory."""

from __future__ import annotations

import random
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from aps_desktop.sync import container
from aps_desktop.sync import manifest as m
from aps_desktop.sync.bundle_errors import BundleError
from aps_desktop.sync.container import OpenedBundle
from aps_desktop.sync.container_zip import Slice
from aps_desktop.sync.limits import LIMITS
from tests.attacks.hostile_bundles import ATTACKS
from tests.bundle_kit import FILE, FILE_HASH, LINES, Content, Forge, World, content

FLIPS = 3_000
MOST_GROWTH = 120 * 2**20
"""Of a process that opens the whole corpus: a bundle's manifest and one long line, some times."""


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def taken(world: World, path: Path) -> Content:
    """What would be merged from a file."""
    with world.open(path) as bundle:
        bundle.require_trusted()
        return content(bundle)


def test_the_corpus_starts_from_a_bundle_that_is_taken(world: World, tmp_path: Path) -> None:
    path = tmp_path / "good.apsync"
    path.write_bytes(Forge(world).bundle())
    found = taken(world, path)
    assert {name: lines for name, lines in found["lines"].items() if lines} == LINES
    assert found["files"] == {FILE_HASH: FILE}
    assert len(ATTACKS) > 120


@pytest.mark.parametrize("name", ATTACKS)
def test_refused(world: World, tmp_path: Path, name: str) -> None:
    path = tmp_path / "hostile.apsync"
    path.write_bytes(ATTACKS[name].make(Forge(world)))
    with pytest.raises(ATTACKS[name].expected) as refused:
        taken(world, path)
    assert "hostile.apsync" in refused.value.message
    assert "Nothing in your database was changed" in refused.value.hint
    assert len(str(refused.value)) < 400
    assert [one.name for one in tmp_path.iterdir()] == ["hostile.apsync"]


def test_a_replayed_older_list_changes_nothing(world: World, tmp_path: Path) -> None:
    from aps_desktop.sync import trust_list as lists

    newer = lists.revoke(world.signed, world.root, world.khm.device, 0, 1)
    store = world.store.receive(newer.to_bytes())[0]
    replayed = world.write(tmp_path / "a.apsync", world.khm).path
    with world.open(replayed, store) as bundle, pytest.raises(BundleError, match="revoked"):
        bundle.require_trusted()


# Bit flips


def flipped(data: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(data))
    return data[:at] + bytes([data[at] ^ 1 << rng.randrange(8)]) + data[at + 1 :]


def wrongly_taken(world: World, path: Path, number: int, seed: int) -> list[Content]:
    """What was taken of `number` damaged copies although it is not what was sent."""
    data, sent = path.read_bytes(), taken(world, path)
    rng = random.Random(seed)
    wrong = []
    for _ in range(number):
        path.write_bytes(flipped(data, rng))
        try:
            found = taken(world, path)
        except BundleError:
            continue
        if found != sent:
            wrong.append(found)
    path.write_bytes(data)
    return wrong


@pytest.mark.parametrize("encrypted", [False, True])
def test_no_flipped_bit_passes(world: World, tmp_path: Path, encrypted: bool) -> None:
    to = world.store.recipients(("ASEC",)) if encrypted else ()
    path = world.write(tmp_path / "a.apsync", recipients=to, offices=None).path
    assert wrongly_taken(world, path, FLIPS // 2, seed=7) == []


def test_no_cut_and_no_shuffled_block_passes(world: World, tmp_path: Path) -> None:
    path = world.write(tmp_path / "a.apsync", offices=None).path
    data = path.read_bytes()
    rng = random.Random(8)
    for _ in range(500):
        start, length = rng.randrange(len(data)), rng.randrange(1, 80)
        piece = data[start : start + length]
        damaged = data[:start] + data[start + length :]
        if rng.random() < 0.6:
            at = rng.randrange(len(damaged) + 1)
            damaged = damaged[:at] + rng.choice([piece, bytes(length)]) + damaged[at:]
        if damaged == data:
            continue
        path.write_bytes(damaged)
        with pytest.raises(BundleError):
            taken(world, path)


class CarelessBundle(OpenedBundle):
    """Believes that content is what the manifest says: what the tests above must find out."""

    def _check_hash(self, stated: m.Member) -> None:
        pass

    def _whole(self, name: str, sha256: str) -> bytes:
        with Slice(self._file, self._entries[name]) as source:
            return source.read(self._limits.file) or b""


def test_the_flips_find_a_reader_that_skips_the_hashes(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = world.write(tmp_path / "a.apsync", offices=None).path
    monkeypatch.setattr(container, "OpenedBundle", CarelessBundle)
    assert wrongly_taken(world, path, FLIPS // 2, seed=7)


def test_the_corpus_finds_a_reader_that_skips_the_signature(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    believe: Callable[..., bool] = lambda *_: True  # noqa: E731
    monkeypatch.setattr(container, "verify", believe)
    path = tmp_path / "hostile.apsync"
    path.write_bytes(ATTACKS["signed_by_another_office"].make(Forge(world)))
    assert taken(world, path)


# Memory

_CHILD = """
import sys
from pathlib import Path
from aps_desktop.sync.bundle_errors import BundleError
from aps_desktop.sync.container import open_bundle
from aps_desktop.sync.keys import DeviceKeys
from aps_desktop.sync.limits import Limits
from aps_desktop.sync.trust import TrustStore
folder, limits = Path(sys.argv[1]), Limits(line=int(sys.argv[2]))
store = TrustStore.from_bytes((folder / "store").read_bytes())
keys = DeviceKeys.from_bytes((folder / "keys").read_bytes())
def peak():
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) * 1024
before = peak()
for path in sorted(folder.glob("*.apsync")):
    try:
        with open_bundle(path, store.judge, keys, limits=limits) as bundle:
            for member in ("devices.jsonl", "records.jsonl", "steps.jsonl", "changes.jsonl"):
                for line in bundle.lines(member):
                    pass
    except BundleError:
        pass
print(peak() - before)
"""


def growth(world: World, folder: Path, names: Iterable[str], line: int) -> int:
    """How many bytes a process grows by that opens these attacks."""
    for name in names:
        (folder / f"{name}.apsync").write_bytes(ATTACKS[name].make(Forge(world)))
    (folder / "store").write_bytes(world.store.to_bytes())
    (folder / "keys").write_bytes(world.asec.keys.to_bytes())
    command = [sys.executable, "-c", _CHILD, str(folder), str(line)]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=root)
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak as Linux tells it")
def test_memory_stays_bounded(world: World, tmp_path: Path) -> None:
    assert growth(world, tmp_path, ATTACKS, LIMITS.line) < MOST_GROWTH


@pytest.mark.skipif(sys.platform != "linux", reason="reads the peak as Linux tells it")
def test_the_memory_test_finds_a_missing_limit(world: World, tmp_path: Path) -> None:
    assert growth(world, tmp_path, ["one_line_beyond_all_bounds"], 2**40) > MOST_GROWTH
