"""The house rules as tests: imports, style, types, and what may not stand in a file."""

import ast
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import psycopg
import pytest
from PySide6.QtCore import QObject, Signal
from sqlalchemy.engine import make_url

ROOT = Path(__file__).resolve().parents[2]
MOST_LINES = 400

# Written in two halves where this file itself would be found.
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|XX" r"X)\b")
HOSTS = re.compile(
    r"(?:pypi|pythonhosted|npmjs|crates|debian|ubuntu|launchpad|githubusercontent|docker|"
    r"huggingface|conda|anaconda)\.(?:org|io|com|co|net)|github\.com/\S+/releases/download",
    re.IGNORECASE,
)
MACHINE_PATHS = re.compile(r"(?<![\w.~-])/(?:work|root|opt/pypi|home/\w+)/")
TEXT_SUFFIXES = {
    "", ".py", ".toml", ".txt", ".md", ".json", ".csv", ".typ", ".qss", ".svg", ".html", ".ts",
    ".po", ".yml", ".yaml", ".sh", ".spec", ".nsi", ".cfg", ".ini", ".xml", ".desktop", ".c",
}  # fmt: skip
BANNED_MODULES = {
    "pickle": "it runs whatever a file says",
    "shelve": "it is pickle",
    "sqlite3": "older than the fix of the corruption bug: use aps_desktop.db",
    "apsw": "one driver only: sqlcipher3",
    "PySide6.QtSql": "one way to the database: aps_desktop.db",
    "matplotlib.pyplot": "keeps figures alive and picks a backend: use matplotlib.figure.Figure",
}
BANNED_CALLS = {"eval", "exec", "yaml.load", "yaml.unsafe_load", "os.system", "os.popen"}


@cache
def project_files() -> tuple[Path, ...]:
    """All files of the project; those that git ignores are not its files."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        done = subprocess.run(listing, cwd=ROOT, capture_output=True, check=True, text=True)
    except (OSError, subprocess.CalledProcessError):  # an unpacked archive
        hidden = {".venv", ".git", ".hypothesis", ".pytest_cache", ".mypy_cache", ".ruff_cache"}
        found = (path for path in ROOT.rglob("*") if not hidden & set(path.parts))
        return tuple(sorted(path for path in found if path.is_file()))
    paths = (ROOT / name for name in done.stdout.split("\0") if name)
    return tuple(sorted(path for path in paths if path.is_file()))


def python_files(folder: str) -> list[Path]:
    return [p for p in project_files() if p.suffix == ".py" and p.is_relative_to(ROOT / folder)]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def lines_with(pattern: re.Pattern[str]) -> list[str]:
    return [
        f"{shown(path)}:{number}: {line.strip()[:120]}"
        for path in project_files()
        if path.suffix in TEXT_SUFFIXES
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1)
        if pattern.search(line)
    ]


@cache
def tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def imported(module: ast.Module) -> Iterator[tuple[int, str]]:
    """Line and full name of everything imported, lazily inside functions too."""
    for node in ast.walk(module):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.lineno, node.module
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def run_tool(*arguments: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(f"{' '.join(arguments)}\n{done.stdout}{done.stderr}", pytrace=False)


def test_imports_keep_their_direction(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    from importlinter.cli import lint_imports

    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(sys, "path", [str(ROOT), *sys.path])
    failed = lint_imports(no_cache=True, no_logo=True)
    assert not failed, capsys.readouterr().out


def test_ruff_finds_nothing() -> None:
    run_tool("ruff", "check", "--no-cache", ".")


def test_files_are_formatted() -> None:
    run_tool("ruff", "format", "--no-cache", "--check", "--diff", ".")


def test_types_hold_below_the_views() -> None:
    run_tool("mypy")


def test_nothing_is_left_unfinished() -> None:
    assert lines_with(UNFINISHED) == []


def test_no_download_host_and_no_path_of_one_machine() -> None:
    assert lines_with(HOSTS) + lines_with(MACHINE_PATHS) == []


def test_banned_modules_are_not_imported() -> None:
    found = [
        f"{shown(path)}:{line}: {name} ({reason})"
        for path in python_files("aps_desktop")
        for line, name in imported(tree(path))
        for banned, reason in BANNED_MODULES.items()
        if name == banned or name.startswith(banned + ".")
    ]
    assert found == []


def test_no_call_runs_text_as_code_or_a_shell() -> None:
    found = []
    for path in [*python_files("aps_desktop"), *python_files("packaging")]:
        for node in ast.walk(tree(path)):
            if not isinstance(node, ast.Call):
                continue
            shell = any(
                word.arg == "shell" and getattr(word.value, "value", True) is not False
                for word in node.keywords
            )
            if ast.unparse(node.func) in BANNED_CALLS or shell:
                found.append(f"{shown(path)}:{node.lineno}: {ast.unparse(node)[:80]}")
    assert found == []


def short_enums(function: ast.FunctionDef) -> Iterator[ast.Attribute]:
    """`Qt.DisplayRole` as against `Qt.ItemDataRole.DisplayRole`."""
    scoped = {
        id(node.value)
        for node in ast.walk(function)
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute)
    }
    for node in ast.walk(function):
        match node:
            case ast.Attribute(value=ast.Name(id="Qt")) if id(node) not in scoped:
                yield node


def test_short_enum_names_stay_out_of_what_qt_calls_thousands_of_times() -> None:
    """One look-up of the short form costs 6 microseconds, of the long form 0.2."""
    found = [
        f"{shown(path)}:{enum.lineno}: {ast.unparse(enum)} in {node.name}()"
        for path in python_files("aps_desktop")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.FunctionDef) and node.name in {"data", "paint", "sizeHint"}
        for enum in short_enums(node)
    ]
    assert found == []


def test_the_short_enum_check_sees_one() -> None:
    source = "def data():\n    return Qt.DisplayRole, Qt.ItemDataRole.EditRole"
    function = ast.parse(source).body[0]
    assert isinstance(function, ast.FunctionDef)
    assert [node.attr for node in short_enums(function)] == ["DisplayRole"]


def test_files_stay_short() -> None:
    files = [*python_files("aps_desktop"), *python_files("packaging")]
    lengths = {shown(path): len(path.read_bytes().splitlines()) for path in files}
    assert {name: lines for name, lines in lengths.items() if lines > MOST_LINES} == {}


def test_panes_do_not_import_one_another() -> None:
    found = [
        f"{shown(path)}:{line}: {name}"
        for path in python_files("aps_desktop")
        if path.stem.endswith("_pane")
        for line, name in imported(tree(path))
        for part in name.split(".")
        if part.endswith("_pane") and part != path.stem
    ]
    assert found == []


def test_pinned_versions_name_no_address() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert [line for line in pins if not re.fullmatch(r"[\w.-]+==[\w.+!-]+", line)] == []
    assert "PySide6_Essentials==6.12.0" not in pins


class _Sender(QObject):
    sent = Signal(bool)


def test_qt_survives_many_signals() -> None:
    """PySide6 6.12.0 on Python 3.11 lost a reference to True at every emit and then aborted."""
    before = sys.getrefcount(True)
    sender, heard = _Sender(), []
    sender.sent.connect(heard.append)
    for _ in range(20_000):
        sender.sent.emit(True)
    count = len(heard)
    heard.clear()
    assert count == 20_000
    assert sys.getrefcount(True) > before - 1_000


def test_each_database_of_the_server_is_empty_and_its_own(pg_url: Callable[[], str]) -> None:
    first, second = make_url(pg_url()), make_url(pg_url())
    assert first.drivername == "postgresql+psycopg"
    assert first.database != second.database
    where = f"host={first.query['host']} port={first.query['port']} user={first.username}"
    with psycopg.connect(f"{where} dbname={first.database}") as connection:
        connection.execute("CREATE TABLE only_here (name text)")
    with psycopg.connect(f"{where} dbname={second.database}") as connection:
        asked = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
        assert connection.execute(asked).fetchone() == (0,)
