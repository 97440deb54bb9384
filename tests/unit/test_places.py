"""Where things are kept: by the platform's conventions, or beside a portable program."""

import os
from pathlib import Path

import pytest

from aps_desktop import paths


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A frozen program in a folder, as on Linux."""
    folder = tmp_path / "stick" / "aps-desktop-1.0.0"
    folder.mkdir(parents=True)
    monkeypatch.setattr("sys.frozen", True, raising=False)
    monkeypatch.setattr("sys.executable", str(folder / "aps-desktop"))
    monkeypatch.delenv("APS_DATA_DIR", raising=False)
    for name in ("TMP", "TEMP", "TMPDIR", "MPLCONFIGDIR"):
        monkeypatch.setenv(name, "/elsewhere")
    return folder


def test_an_installed_program_follows_the_platform(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))
    assert not paths.is_portable()
    assert paths.data_dir() == tmp_path / "share" / "APS Desktop"
    if os.name == "posix":
        assert paths.data_dir().stat().st_mode & 0o077 == 0  # closed to other accounts
    paths.keep_together()
    assert os.environ["TMPDIR"] == "/elsewhere"


def test_a_portable_program_keeps_everything_on_the_stick(installed: Path) -> None:
    (installed / "portable.txt").touch()
    data = installed.parent / "APS Desktop data"
    assert paths.data_dir() == data
    assert Path(paths.default_database()).parent == data
    paths.keep_together()
    for name in ("TMP", "TEMP", "TMPDIR", "MPLCONFIGDIR"):
        assert Path(os.environ[name]).is_relative_to(data)


def test_a_named_folder_wins_over_portable_mode(
    installed: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (installed / "portable.txt").touch()
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "named"))
    assert paths.data_dir() == tmp_path / "named"
    paths.keep_together()
    assert os.environ["TMPDIR"] == "/elsewhere"


def test_the_package_says_which_edition_it_is(installed: Path) -> None:
    assert paths.edition() == ""
    (installed / "edition.txt").write_text("linux-deb\n", "utf-8")
    assert paths.edition() == "linux-deb"


def test_the_windows_folder_is_known_by_its_runtime(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "app" / "lib" / "aps_desktop"
    (tmp_path / "app" / "runtime").mkdir(parents=True)
    (tmp_path / "app" / "runtime" / "pythonw.exe").touch()
    package.mkdir(parents=True)
    monkeypatch.setattr(paths, "__file__", str(package / "paths.pyc"))
    assert paths.program_dir() == tmp_path / "app"
