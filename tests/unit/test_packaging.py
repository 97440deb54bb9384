"""The installers: every dependency is accounted for and locked. They are not built here."""

import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]


@pytest.fixture
def recipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[ModuleType]:
    monkeypatch.syspath_prepend(str(ROOT / "packaging"))
    import packlib.requirements

    yield packlib.requirements
    for name in [n for n in sys.modules if n.split(".")[0] == "packlib"]:
        del sys.modules[name]


SYSTEMS = ["linux", "windows", "macos"]


@pytest.mark.parametrize("name", SYSTEMS)
def test_every_dependency_is_accounted_for_and_locked(recipe: ModuleType, name: str) -> None:
    from packlib.contents import CONTENTS, uncovered

    wanted = [r.name for r in recipe.direct(recipe.TARGETS[name])]
    assert uncovered(wanted) == [], "say in packaging/packlib/contents.py what it brings and why"
    assert uncovered([*wanted, "left-pad"]) == ["left-pad"]
    assert {recipe.canonicalize_name(n) for n in wanted} <= set(recipe.locked(name)), (
        "run: python packaging/lock.py"
    )
    assert all(brings.why and brings.modules for brings in CONTENTS.values())


@pytest.mark.parametrize("name", [*SYSTEMS, *(f"{name}-build" for name in SYSTEMS)])
def test_locks_hold_the_pinned_versions_each_with_its_hash(recipe: ModuleType, name: str) -> None:
    pins, locked = recipe.pins(), recipe.locked(name)
    assert {n: v for n, v in locked.items() if pins[n] != v} == {}, "run: python packaging/lock.py"
    lines = recipe.lock_file(name).read_text("utf-8").splitlines()
    for line in lines:
        assert line.startswith("#") or re.fullmatch(
            r"[a-z0-9-]+==[\w.+]+ --hash=sha256:[0-9a-f]{64}", line
        ), line
    assert len(locked) > 3


def test_a_lock_holds_what_the_locked_packages_need(recipe: ModuleType) -> None:
    from importlib.metadata import requires

    target = recipe.TARGETS["linux"]
    locked = recipe.locked("linux")
    for name in locked:
        for line in requires(name) or []:
            requirement = Requirement(line)
            if target.takes(requirement, set()):
                assert recipe.canonicalize_name(requirement.name) in locked, f"{name} needs {line}"


def test_markers_are_read_as_on_the_target(recipe: ModuleType) -> None:
    for text, linux, windows in (
        ("colorama; sys_platform == 'win32'", False, True),
        ("tzdata; os_name == 'posix'", True, False),
        ("PySide6-Essentials; python_version < '3.12'", True, False),
        ("ruff; extra == 'dev'", False, False),
    ):
        requirement = Requirement(text)
        assert recipe.TARGETS["linux"].takes(requirement, set()) is linux, text
        assert recipe.TARGETS["windows"].takes(requirement, set()) is windows, text


@pytest.mark.parametrize(
    ("name", "dropped"),
    [
        ("PySide6/Qt/plugins/platforms/libqxcb.so", False),
        ("PySide6/Qt/plugins/platforms/libqvnc.so", True),
        ("PySide6/plugins/platforms/qwindows.dll", False),
        ("PySide6/plugins/iconengines/qsvgicon.dll", False),
        ("PySide6/Qt/plugins/platformthemes/libqgtk3.so", True),
        ("PySide6/Qt/lib/libQt6Svg.so.6", False),
        ("PySide6/Qt/lib/libQt6Network.so.6", False),
        ("PySide6/Qt/lib/libQt6Quick.so.6", True),
        ("PySide6/Qt/translations/qtbase_fr.qm", True),
        ("numpy-2.4.6.dist-info/RECORD", True),
        ("numpy-2.4.6.dist-info/METADATA", False),
        ("pillow.libs/libtiff-295fd75c.so.6.2.0", False),
        ("aps_desktop/resources/manual/index.md", False),
    ],
)
def test_what_is_left_out(recipe: ModuleType, name: str, dropped: bool) -> None:
    from packlib.unwanted import unwanted

    assert unwanted(name) is dropped


@pytest.mark.parametrize(
    ("name", "dropped"),
    [
        ("PySide6/QtWidgets.pyd", False),
        ("PySide6/QtQuick.pyd", True),
        ("PySide6/Qt6Core.dll", False),
        ("PySide6/Qt6Pdf.dll", True),
        ("PySide6/msvcp140.dll", False),
        ("PySide6/lupdate.exe", True),
        ("numpy/_core/tests/test_umath.py", True),
        ("numpy/testing/__init__.py", False),
        ("typst/_typst.pyd", False),
        ("docx/templates/default.docx", False),
        ("sqlcipher3-0.6.4.dist-info/licenses/LICENSE", False),
        ("sqlcipher3-0.6.4.dist-info/RECORD", True),
    ],
)
def test_what_windows_wheels_give(recipe: ModuleType, name: str, dropped: bool) -> None:
    from packlib import wheels

    used = wheels.qt_modules(ROOT / "aps_desktop")
    assert {"QtCore", "QtGui", "QtWidgets", "QtSvg", "QtNetwork"} <= used
    assert wheels.left_out(name, used) is dropped


def test_archives_are_the_same_for_the_same_files(recipe: ModuleType, tmp_path: Path) -> None:
    import io
    import tarfile

    from packlib import linux

    for name in ("b.txt", "a/c.so", "a/ö.txt"):
        file = tmp_path / "tree" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(name.encode() * 1000)
    packed = linux.packed(tmp_path / "tree", "./")
    os.utime(tmp_path / "tree", (1, 1))
    assert linux.packed(tmp_path / "tree", "./") == packed
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        assert archive.getnames() == [".", "./a", "./a/c.so", "./a/ö.txt", "./b.txt"]
        assert {(m.uid, m.uname) for m in archive.getmembers()} == {(0, "root")}


def test_the_signature_is_one_that_minisign_takes(
    recipe: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import base64
    import hashlib

    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    from packlib import signing

    key = tmp_path / "release.key"
    key.write_text("11" * 32, "ascii")
    monkeypatch.setenv("APS_RELEASE_KEY", str(key))
    file = tmp_path / "SHA256SUMS"
    file.write_bytes(b"0 a\n")
    lines = signing.minisign(file, "APS Desktop 1.0.0, release").read_text().splitlines()
    first, second = base64.b64decode(lines[1]), base64.b64decode(lines[3])
    public = base64.b64decode(signing.minisign_public_key().splitlines()[1])
    assert (first[:2], public[:2], first[2:10]) == (b"ED", b"Ed", public[2:10])
    verifier = Ed25519PublicKey.from_public_bytes(public[10:])
    verifier.verify(first[10:], hashlib.blake2b(b"0 a\n").digest())
    verifier.verify(second, first[10:] + b"APS Desktop 1.0.0, release")


def test_a_checkout_holds_no_release_key() -> None:
    from aps_desktop.sync.release_key import RELEASE_KEYS

    assert RELEASE_KEYS == ()
