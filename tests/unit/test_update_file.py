"""Update files: only what the release key signed, whole, newer and for this place is taken."""

import errno
import shlex
import struct
import zipfile
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from aps_desktop import __version__
from aps_desktop.db.engine import Database
from aps_desktop.db.store import put_setting
from aps_desktop.domain.errors import UserError
from aps_desktop.services import bundles, merging, updates
from aps_desktop.sync import update_file
from aps_desktop.sync.manifest import canonical
from aps_desktop.sync.update_file import UpdateManifest, UpdateRefused
from tests.three_offices import Offices, three_offices

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
KEYS = (KEY.public_key().public_bytes_raw().hex(),)
INSTALLER = b"MZ an installer " * 400
HERE = "linux-deb"


def made(folder: Path, version: str = "9.0.0", platform: str = HERE, key: object = KEY) -> Path:
    installer = folder / f"aps-desktop_{version}.deb"
    installer.write_bytes(INSTALLER)
    manifest = update_file.described(installer, version, platform)
    target = folder / f"{version} {platform}.apsupdate"
    update_file.write(installer, manifest, key.sign, target)
    return target


def refusal(path: Path, **more: object) -> str:
    with pytest.raises(UpdateRefused) as refused:
        updates.inspect(path, **{"keys": KEYS, "here": HERE, **more})
    return str(refused.value)


def test_a_good_update_is_taken_and_unpacked_as_it_was(tmp_path: Path) -> None:
    update = updates.inspect(made(tmp_path), keys=KEYS, here=HERE)
    assert (update.manifest.version, update.manifest.size) == ("9.0.0", len(INSTALLER))
    (tmp_path / "out").mkdir()
    assert update_file.unpack(update, tmp_path / "out").read_bytes() == INSTALLER


def test_every_changed_byte_is_noticed(tmp_path: Path) -> None:
    path = made(tmp_path)
    good = path.read_bytes()
    head = len(update_file.MAGIC) + 4
    (length,) = struct.unpack(">I", good[head - 4 : head])
    signed_to = head + length + 64
    places = [*range(signed_to), *range(signed_to, len(good), 97), len(good) - 1]
    for place in places:
        path.write_bytes(good[:place] + bytes([good[place] ^ 1]) + good[place + 1 :])
        assert refusal(path), place
    path.write_bytes(good)
    assert updates.inspect(path, keys=KEYS, here=HERE)


@pytest.mark.parametrize("length", [0, 5, 11, 15, 40, 200, 300, 6000])
def test_a_file_that_breaks_off_or_goes_on_is_refused(tmp_path: Path, length: int) -> None:
    path = made(tmp_path)
    good = path.read_bytes()
    path.write_bytes(good[:length])
    assert refusal(path)
    path.write_bytes(good + b"x")
    assert "damaged" in refusal(path)


def test_a_length_that_lies_reads_no_more_than_it_may(tmp_path: Path) -> None:
    path = tmp_path / "x.apsupdate"
    path.write_bytes(update_file.MAGIC + b"\xff\xff\xff\xff" + b"{}" * 1000)
    assert "damaged" in refusal(path)


def test_another_key_is_refused_in_plain_words(tmp_path: Path) -> None:
    other = Ed25519PrivateKey.generate()
    assert "not made by the release manager" in refusal(made(tmp_path, key=other))


def test_older_equal_and_foreign_ones_are_refused(tmp_path: Path) -> None:
    path = made(tmp_path, "1.9.0")
    assert "older version 1.9.0" in refusal(path, running="1.10.0")
    assert "installed already" in refusal(path, running="1.9.0")
    assert updates.inspect(path, keys=KEYS, here=HERE, running="1.8.9")
    assert "another kind of installation" in refusal(made(tmp_path, platform="windows-user"))
    assert "was not installed by a package" in str(refusal(path, here="", running="0.1.0"))


def test_a_checkout_takes_no_updates(tmp_path: Path) -> None:
    assert "knows no release key" in refusal(made(tmp_path), keys=())


def test_a_signed_manifest_of_another_shape_is_refused(tmp_path: Path) -> None:
    for data in (b"{}", b"[]", b'{"version": "9.0.0"}', canonical({"product": "x"})):
        head = update_file.MAGIC + struct.pack(">I", len(data)) + data
        path = tmp_path / "odd.apsupdate"
        path.write_bytes(head + KEY.sign(head) + INSTALLER)
        assert "does not know" in refusal(path)


@pytest.mark.parametrize("name", ["../evil.deb", "a/b.deb", "..", "-rf", "a\nb", ""])
def test_an_installers_name_stays_in_its_folder(name: str) -> None:
    import msgspec

    values = {"version": "1.0.0", "platform": HERE, "name": name, "size": 1, "sha256": "0" * 64}
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(values, UpdateManifest)


def test_the_database_is_backed_up_before_the_handover(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, office: Offices
) -> None:
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setattr("shutil.which", lambda name: None)
    update = updates.inspect(made(tmp_path), keys=KEYS, here=HERE)
    handover = updates.prepare(office.asec, update)
    assert handover.backup is not None
    assert handover.backup.exists()
    assert "before update" in handover.backup.name
    assert "sudo apt install" in handover.words
    assert handover.file is not None
    assert handover.file.read_bytes() == INSTALLER


def test_an_installer_goes_once_its_version_runs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))
    updates.tidy()
    handover = updates.prepare(None, updates.inspect(made(tmp_path), keys=KEYS, here=HERE))
    assert handover.file is not None
    updates.tidy("8.9.9")
    assert handover.file.exists()
    updates.tidy("9.0.0")
    assert [*(tmp_path / "data" / "updates").iterdir()] == []


def test_the_windows_installer_is_told_where_to_go(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))
    path = made(tmp_path, platform="windows-user")
    update = updates.inspect(path, keys=KEYS, here="windows-user")
    command = updates.prepare(None, update).command
    assert command[1:3] == ("/WAIT=60", "/START")
    assert command[-1].startswith("/D=")


def test_the_folder_for_nsis_is_never_in_quotes() -> None:
    line = updates.windows_line(["C:\\a b\\setup.exe", "/START", "/D=C:\\Users\\Ω é\\APS Desktop"])
    assert line == '"C:\\a b\\setup.exe" /START /D=C:\\Users\\Ω é\\APS Desktop'
    assert updates.windows_line(["msiexec", "/i", "C:\\a b.msi"]) == 'msiexec /i "C:\\a b.msi"'


def test_the_line_for_an_administrator_can_be_pasted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "the officer's $(own) data"))
    monkeypatch.setattr("shutil.which", lambda name: None)
    handover = updates.prepare(None, updates.inspect(made(tmp_path), keys=KEYS, here=HERE))
    line = handover.words.splitlines()[-1]
    assert shlex.split(line) == ["sudo", "apt", "install", str(handover.file)]


@pytest.fixture
def stick(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A stick with a portable copy, which runs; its update lies in the folder above."""
    stick = tmp_path / "stick"
    (stick / "APS Desktop 0.1.0").mkdir(parents=True)
    (stick / "APS Desktop 0.1.0" / "portable.txt").write_text("kept together", "utf-8")
    monkeypatch.setattr(updates, "program_dir", lambda: stick / "APS Desktop 0.1.0")
    monkeypatch.setenv("APS_DATA_DIR", str(stick / "APS Desktop data"))
    packed = tmp_path / "aps.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("APS Desktop 9.0.0/edition.txt", "windows-portable\n")
    manifest = update_file.described(packed, "9.0.0", "windows-portable")
    update_file.write(packed, manifest, KEY.sign, tmp_path / "p.apsupdate")
    return stick


def bring(stick: Path) -> updates.Handover:
    file = stick.parent / "p.apsupdate"
    return updates.prepare(None, updates.inspect(file, keys=KEYS, here="windows-portable"))


def on(stick: Path) -> list[str]:
    return sorted(path.name for path in stick.iterdir())


def test_a_portable_copy_gets_the_new_version_beside_it(stick: Path) -> None:
    assert "APS Desktop 9.0.0" in bring(stick).words
    assert (stick / "APS Desktop 9.0.0" / "portable.txt").exists()
    assert on(stick) == ["APS Desktop 0.1.0", "APS Desktop 9.0.0", "APS Desktop data"]


def test_a_full_stick_gets_no_half_version(stick: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks_off(archive: zipfile.ZipFile, folder: Path) -> None:
        archive.extract(archive.namelist()[0], folder)
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as full:
        full.setattr(zipfile.ZipFile, "extractall", breaks_off)
        with pytest.raises(UserError, match="not enough room"):
            bring(stick)
    assert on(stick) == ["APS Desktop 0.1.0", "APS Desktop data"]
    assert "APS Desktop 9.0.0" in bring(stick).words  # with room, it goes on as if nothing was


def test_a_version_that_is_there_is_not_written_over(stick: Path) -> None:
    bring(stick)
    (stick / "APS Desktop 9.0.0" / "edition.txt").write_text("in use", "utf-8")
    with pytest.raises(UserError, match="beside this version"):
        bring(stick)
    assert (stick / "APS Desktop 9.0.0" / "edition.txt").read_text("utf-8") == "in use"
    assert on(stick) == ["APS Desktop 0.1.0", "APS Desktop 9.0.0", "APS Desktop data"]


@pytest.fixture
def office(tmp_path: Path) -> Offices:
    made = three_offices(tmp_path)
    yield made
    made.close()


def heard(db: Database) -> str:
    return updates.newer_at_hand(db.reader())


def test_newer_versions_travel_in_bundles(office: Offices, tmp_path: Path) -> None:
    assert heard(office.la) == ""
    with office.asec.writing() as c:
        updates.heard_of(c, "7.1.0", __version__, "not a version")
    made = bundles.export(office.asec, tmp_path / "a.apsync", full=True)
    merging.merge_file(office.la, made.path)
    assert heard(office.la) == "7.1.0"
    onward = bundles.export(office.la, tmp_path / "b.apsync", full=True)
    merging.merge_file(office.kh, onward.path)
    assert heard(office.kh) == "7.1.0"


def test_once_updated_the_news_is_old(office: Offices) -> None:
    with office.asec.writing() as c:
        put_setting(c, "newest_app", "0.0.9")
    assert heard(office.asec) == ""
    assert updates.newest_known(office.asec.reader()) == __version__


def test_an_update_beside_a_bundle_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(updates, "edition", lambda: HERE)
    monkeypatch.setattr(updates, "RELEASE_KEYS", KEYS)
    for version in ("8.0.0", "9.0.0"):
        made(tmp_path, version)
    made(tmp_path, "9.9.0", "windows-user")
    (tmp_path / "bad.apsupdate").write_bytes(b"nothing")
    damaged = made(tmp_path, "9.8.0")
    damaged.write_bytes(damaged.read_bytes()[:-1])
    read_whole: list[str] = []
    check = update_file.check
    monkeypatch.setattr(update_file, "check", lambda update: (
        read_whole.append(update.manifest.version), check(update),
    ))  # fmt: skip
    found = updates.newest_beside(tmp_path / "from LA.apsync")
    assert found is not None
    assert found.manifest.version == "9.0.0"
    assert read_whole == ["9.8.0", "9.0.0"]
    assert updates.newest_beside(tmp_path / "nowhere" / "x.apsync") is None
