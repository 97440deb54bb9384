"""The installers: every dependency is accounted for and locked. They are not built here."""

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


@pytest.mark.parametrize("name", ["linux", "windows"])
def test_every_dependency_is_accounted_for_and_locked(recipe: ModuleType, name: str) -> None:
    from packlib.contents import CONTENTS, uncovered

    wanted = [r.name for r in recipe.direct(recipe.TARGETS[name])]
    assert uncovered(wanted) == [], "say in packaging/packlib/contents.py what it brings and why"
    assert uncovered([*wanted, "left-pad"]) == ["left-pad"]
    assert {recipe.canonicalize_name(n) for n in wanted} <= set(recipe.locked(name)), (
        "run: python packaging/lock.py"
    )
    assert all(brings.why and brings.modules for brings in CONTENTS.values())


@pytest.mark.parametrize("name", ["linux", "linux-build", "windows"])
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
        ("PySide6/Qt/translations/qtbase_fr.qm", False),
        ("PySide6/Qt/translations/qtbase_fi.qm", True),
        ("babel/locale-data/km.dat", False),
        ("babel/locale-data/en_001.dat", False),
        ("babel/locale-data/root.dat", False),
        ("babel/locale-data/de.dat", True),
        ("pillow.libs/libtiff-295fd75c.so.6.2.0", False),
        ("aps_desktop/resources/manual/index.md", False),
    ],
)
def test_what_is_left_out(recipe: ModuleType, name: str, dropped: bool) -> None:
    from packlib.unwanted import unwanted

    assert unwanted(name) is dropped
