"""A bundle file: what is written comes back, streams and splits; it is whole or not there."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.sync import bundle_errors, safe_write, splitting
from aps_desktop.sync import manifest as m
from aps_desktop.sync.container import Verdict
from aps_desktop.sync.container_write import BundleWriter, TooMuch
from aps_desktop.sync.keys import DeviceKeys, fingerprint, same_fingerprint, verify
from aps_desktop.sync.limits import Limits
from tests.bundle_kit import FILE, FILE_HASH, LINES, Forge, Piece, World, content, packed, pieces


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.mark.parametrize("encrypted", [False, True])
def test_what_is_written_comes_back(world: World, tmp_path: Path, encrypted: bool) -> None:
    to = world.store.recipients(("ASEC",)) if encrypted else ()
    written = world.write(tmp_path / "a.apsync", recipients=to)
    with world.open(written.path) as bundle:
        bundle.require_trusted()
        assert bundle.verdict is Verdict.TRUSTED
        assert bundle.problems == ()
        assert bundle.encrypted is encrypted
        assert bundle.manifest == written.manifest
        assert bundle.manifest_sha256 == written.manifest_sha256
        assert bundle.files == (FILE_HASH,)
        assert bundle.file(FILE_HASH) == FILE
        assert {name: list(bundle.lines(name)) for name in LINES} == LINES
        assert list(bundle.lines("steps.jsonl")) == []
        assert b"".join(bundle.blocks("changes.jsonl")).count(b"\n") == 39
    assert [one.name for one in tmp_path.iterdir()] == ["a.apsync"]
    assert written.size == written.path.stat().st_size


def test_any_zip_program_reads_a_plain_bundle(world: World, tmp_path: Path) -> None:
    written = world.write(tmp_path / "a.apsync")
    with zipfile.ZipFile(written.path) as archive:
        assert archive.testzip() is None
        names = archive.namelist()
        assert names[-2:] == [m.MANIFEST, m.SIGNATURE]
        assert archive.read(m.file_name(FILE_HASH)) == FILE
        text, signature = archive.read(m.MANIFEST), archive.read(m.SIGNATURE)
    assert verify(world.lao.keys.public, b"APS bundle manifest 1\n", text, signature)


def test_the_reader_in_the_documentation_reads_a_bundle(world: World, tmp_path: Path) -> None:
    path = world.write(tmp_path / "a.apsync").path
    page = (Path(__file__).parents[2] / "docs" / "bundle-format.md").read_text("utf-8")
    reader = tmp_path / "reader.py"
    reader.write_text(page.split("```python\n")[1].split("```")[0], "utf-8")
    done = subprocess.run(
        [sys.executable, str(reader), str(path)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("changes.jsonl.zst [1, ") == len(LINES["changes.jsonl"])


def test_an_encrypted_bundle_says_nothing_to_others(world: World, tmp_path: Path) -> None:
    written = world.write(tmp_path / "a.apsync", recipients=world.store.recipients(("KH",)))
    data = written.path.read_bytes()
    assert b"changes" not in data
    assert b"LA" not in data[:200]
    world.open(written.path).close()  # the sender's own office stays able to read it
    only_khm = world.write(tmp_path / "b.apsync", recipients=[world.khm.keys.recipient])
    with pytest.raises(bundle_errors.NotForUs, match="encrypted for other offices"):
        world.open(only_khm.path)


def test_lines_stream(world: World, tmp_path: Path) -> None:
    number = 300_000
    with BundleWriter() as writer:
        lines = (b'[1,%d,7,3,1,0,0,"some words of a value"]' % n for n in range(number))
        assert writer.add_lines("changes.jsonl", lines) == number
        path = writer.finish(tmp_path / "a.apsync", world.draft(), world.lao.keys).path
    with world.open(path) as bundle:
        tracemalloc.start()
        assert sum(1 for _ in bundle.lines("changes.jsonl")) == number
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peak < 8 * 2**20


def test_several_members_are_read_in_turns(world: World, tmp_path: Path) -> None:
    with world.open(world.write(tmp_path / "a.apsync").path) as bundle:
        first, second = bundle.lines("changes.jsonl"), bundle.lines("devices.jsonl")
        assert next(first) == LINES["changes.jsonl"][0]
        assert next(second) == LINES["devices.jsonl"][0]
        assert list(first) == LINES["changes.jsonl"][1:]


def test_a_file_that_changes_after_it_was_verified_is_noticed(world: World, tmp_path: Path) -> None:
    large = os.urandom(300_000)
    with BundleWriter() as writer:
        writer.add_file(m.digest(large), large)
        path = writer.finish(tmp_path / "a.apsync", world.draft(), world.lao.keys).path
    with world.open(path) as bundle:
        with open(path, "r+b") as file:
            file.seek(200_000)
            file.write(b"damage")
        with pytest.raises(bundle_errors.Altered):
            bundle.file(m.digest(large))


def test_the_writer_refuses_what_no_reader_takes(world: World, tmp_path: Path) -> None:
    small = Limits(members=1, lines=10)
    with BundleWriter(small) as writer, pytest.raises(TooMuch):
        writer.add_lines("changes.jsonl", [b"[]"] * 11)
    with BundleWriter(small) as writer:
        writer.add_lines("devices.jsonl", [b"[]"])
        with pytest.raises(TooMuch):
            writer.add_lines("changes.jsonl", [b"[]"])
    with BundleWriter() as writer:
        with pytest.raises(ValueError, match="not a member"):
            writer.add_lines("../evil", [])
        with pytest.raises(ValueError, match="hash"):
            writer.add_file(FILE_HASH, b"other")
        writer.add_file(FILE_HASH, FILE)
        with pytest.raises(ValueError, match="already"):
            writer.add_file(FILE_HASH, FILE)
        bad = replace(world.draft(), sequence=0)
        with pytest.raises(ValueError, match="sequence"):
            writer.finish(tmp_path / "a.apsync", bad, world.lao.keys)
    assert list(tmp_path.iterdir()) == []


def test_a_newer_format_waits_and_a_compatible_one_is_read(world: World, tmp_path: Path) -> None:
    path = tmp_path / "a.apsync"
    forge = Forge(world)
    path.write_bytes(forge.bundle(format=9, min_reader=9, app="2.0", new_thing=[1]))
    with pytest.raises(bundle_errors.NewerFormat, match=r"version 2\.0") as refused:
        world.open(path)
    assert refused.value.format == 9
    members = [*pieces(), Piece("maps.jsonl.zst", packed([b"[]"]))]
    path.write_bytes(forge.bundle(members, format=9, min_reader=2, new_thing=[1]))
    with world.open(path) as bundle:
        assert list(bundle.lines("maps.jsonl")) == [b"[]"]
        assert content(bundle)["files"] == {FILE_HASH: FILE}


# Writing whole or not at all


def failing(monkeypatch: pytest.MonkeyPatch, name: str, code: int) -> None:
    def fail(*_: Any, **__: Any) -> None:
        raise OSError(code, "made up")

    monkeypatch.setattr(safe_write.os, name, fail)


@pytest.mark.parametrize("call", ["fsync", "replace"])
@pytest.mark.parametrize(
    ("code", "words"),
    [(errno.ENOSPC, "space"), (errno.EROFS, "read-only"), (errno.EIO, "medium reports")],
)
def test_a_failing_medium_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, code: int, words: str
) -> None:
    target = tmp_path / "a.apsync"
    target.write_bytes(b"old")
    failing(monkeypatch, call, code)
    with pytest.raises(safe_write.NotWritten, match=words):
        safe_write.safe_write(target, lambda sink: sink.write(b"new"))
    assert target.read_bytes() == b"old"
    assert [one.name for one in tmp_path.iterdir()] == ["a.apsync"]


def test_data_is_on_the_medium_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    done: list[str] = []

    def noting(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any) -> Any:
            done.append(name)
            return real(*arguments)

        return call

    for name in ("fsync", "replace"):
        monkeypatch.setattr(safe_write.os, name, noting(name, getattr(os, name)))
    safe_write.safe_write(tmp_path / "a", lambda sink: sink.write(b"new"))
    assert done == (["fsync", "replace"] if os.name == "nt" else ["fsync", "replace", "fsync"])


def test_a_medium_that_loses_bytes_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(safe_write, "_forget_cache", lambda file: os.truncate(file.fileno(), 2))
    with pytest.raises(safe_write.NotWritten, match="medium"):
        safe_write.safe_write(tmp_path / "a", lambda sink: sink.write(b"new"))
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_while_encrypting_is_noticed(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """pyrage itself passes over an error of its last write."""

    class Full:
        def write(self, data: bytes) -> int:
            raise OSError(errno.ENOSPC, "full")

    real = safe_write._Sink
    monkeypatch.setattr(safe_write, "_Sink", lambda file: real(Full()))  # type: ignore[arg-type]
    with pytest.raises(safe_write.NotWritten, match="space"):
        world.write(tmp_path / "a.apsync", recipients=[world.asec.keys.recipient])
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_gone_is_named(world: World, tmp_path: Path) -> None:
    with pytest.raises(safe_write.NotWritten, match="not there"):
        world.write(tmp_path / "gone" / "a.apsync")
    with pytest.raises(bundle_errors.Unreadable):
        world.open(tmp_path / "no.apsync")


_CHILD = """
import sys
from pathlib import Path
from aps_desktop.sync.safe_write import safe_write
safe_write(Path(sys.argv[1]), lambda sink: sink.write(b"new"))
"""


@pytest.mark.parametrize(
    ("step", "stands"),
    [("begun", b"old"), ("synced", b"old"), ("verified", b"old"), ("renamed", b"new")],
)
def test_a_file_is_the_old_or_the_new_one_wherever_the_power_fails(
    tmp_path: Path, step: str, stands: bytes
) -> None:
    target = tmp_path / "a.apsync"
    target.write_bytes(b"old")
    command = [sys.executable, "-c", _CHILD, str(target)]
    environment = {**os.environ, "APS_CRASH_AT": f"safe-write-{step}"}
    root = Path(__file__).parents[2]
    assert subprocess.run(command, env=environment, cwd=root, check=False).returncode == 9
    assert target.read_bytes() == stands
    safe_write.safe_write(target, lambda sink: sink.write(b"next"))
    assert target.read_bytes() == b"next"
    assert [one.name for one in tmp_path.iterdir()] == ["a.apsync"]


# Parts for e-mail


def parts_of(world: World, tmp_path: Path) -> tuple[Path, list[Path]]:
    path = world.write(tmp_path / "a.apsync").path
    folder = tmp_path / "mail"
    folder.mkdir()
    return path, splitting.split(path, folder, 1000 + 18 + 700)


def test_parts_come_together_in_any_order(world: World, tmp_path: Path) -> None:
    path, parts = parts_of(world, tmp_path)
    assert len(parts) > 4
    assert all(part.stat().st_size <= 1718 for part in parts)
    assert all(splitting.is_part(part) for part in parts)
    assert not splitting.is_part(path)
    joined = splitting.join([*reversed(parts), parts[2]], tmp_path / "joined.apsync")
    assert joined.path.read_bytes() == path.read_bytes()
    with pytest.raises(bundle_errors.OnePart, match="one part"):
        world.open(parts[0])


def test_a_part_that_is_missing_or_damaged_is_named(world: World, tmp_path: Path) -> None:
    path, parts = parts_of(world, tmp_path)
    target = tmp_path / "joined.apsync"
    with pytest.raises(bundle_errors.MissingParts, match=r"parts 2, 4 are not there\."):
        splitting.join([part for n, part in enumerate(parts, 1) if n not in (2, 4)], target)
    good = parts[1].read_bytes()
    for at in (25, 60, len(good) - 5):
        parts[1].write_bytes(good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :])
        with pytest.raises(bundle_errors.PartDamaged, match=parts[1].name):
            splitting.join(parts, target)
    parts[1].write_bytes(good[:-3])
    with pytest.raises(bundle_errors.PartDamaged):
        splitting.join(parts, target)
    with pytest.raises(bundle_errors.NotABundle):
        splitting.join([path], target)
    with pytest.raises(UserError, match="no parts"):
        splitting.join([], target)
    assert not target.exists()


def test_parts_of_two_bundles_are_told_apart(world: World, tmp_path: Path) -> None:
    _, parts = parts_of(world, tmp_path)
    other = tmp_path / "other"
    other.mkdir()
    _, others = parts_of(world, other)
    world.write(other / "a.apsync", sequence=4)
    others = splitting.split(other / "a.apsync", other, 2000)
    assert len(splitting.groups([*parts, *others])) == 2
    with pytest.raises(UserError, match="different bundles"):
        splitting.join([*parts, *others], tmp_path / "joined.apsync")


# Keys


def test_keys_survive_storage_and_do_not_show_themselves() -> None:
    keys = DeviceKeys.generate()
    again = DeviceKeys.from_bytes(keys.to_bytes())
    assert (again.public, again.recipient) == (keys.public, keys.recipient)
    assert again.fingerprint == keys.fingerprint
    assert keys.signing.seed.hex() not in repr(keys) + repr(keys.signing)
    for damaged in (b"", b"{}", keys.to_bytes()[:-9], b'{"seed":"00","identity":"x"}'):
        with pytest.raises(InvalidValue):
            DeviceKeys.from_bytes(damaged)


def test_a_fingerprint_is_six_groups_of_five_digits_in_any_script() -> None:
    shown = fingerprint("00" * 32, "age1x")
    assert [len(group) for group in shown.split(" ")] == [5] * 6
    assert shown == "".join(c for c in shown if c.isdigit() or c == " ")
    assert fingerprint("00" * 32, "age1y") != shown
    khmer = shown.translate({ord("0") + n: 0x17E0 + n for n in range(10)})
    assert same_fingerprint(khmer.replace(" ", "-"), shown)
    assert not same_fingerprint(shown[:-1], shown)
    assert not same_fingerprint("", shown)
