"""The command line's care for the database: check, repair, backup, restore, passphrase, demo."""

import contextlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aps_desktop.cli import main
from aps_desktop.db import store

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "office.aps"


@pytest.fixture
def run(
    database: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> Run:
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))

    def command(*arguments: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = main([*arguments, "--json", "--database", str(database)])
        out = capsys.readouterr().out
        return code, json.loads(out) if out else None

    assert command("init", "--office", "KH", "--device", "Laptop 1")[0] == 0
    assert command("record", "new", "project", "code=P-1", "title=One", "tags=a,b")[0] == 0
    return command


def test_a_computer_has_a_name_that_bundles_can_say(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))
    place = str(tmp_path / "other.aps")
    make = ["--database", place, "init", "--json", "--office", "LA", "--device"]
    assert main([*make, "x" * 121]) == 1
    capsys.readouterr()
    assert main([*make, "Red\x1b[31m\n \u202ebox"]) == 0
    assert json.loads(capsys.readouterr().out)["device"] == "Red [31m box"
    assert main(["--database", place, "trust", "request", str(tmp_path / "request")]) == 0


ROOT = Path(__file__).resolve().parents[2]
WINDOW = """
import sys
from pathlib import Path
from aps_desktop.services.window_lock import WindowLock
lock = WindowLock(Path(sys.argv[1]))
lock.take()
print("open", flush=True)
sys.stdin.read()
"""


def spoil(database: Path, *statements: str) -> None:
    """Writes behind the program's back."""
    db = store.open_database(str(database))
    with db.writing() as c:
        for statement in statements:
            c.run(statement)
    db.close()


def test_a_sound_database_is_in_order(run: Run) -> None:
    code, document = run("check")
    assert code == 0
    assert (document["ok"], document["problems"]) == (True, [])


def test_what_differs_from_the_log_is_named_and_mended(run: Run, database: Path) -> None:
    _, before = run("digest")
    spoil(
        database,
        "UPDATE project SET title = 'forged'",
        "UPDATE entity_count SET n = n + 5",
        "DELETE FROM search_title",
        "DELETE FROM member_state WHERE code = 'VN'",
    )
    code, document = run("check")
    assert code == 3
    assert not document["ok"]
    named = {(p["table"], p["field"]) for p in document["problems"]}
    assert ("project", "title") in named
    assert ("member_state", "") in named
    code, document = run("check", "--repair")
    assert code == 0
    assert document["mended"] > 3
    assert Path(document["backup"]).exists()
    assert run("check")[1]["ok"]
    assert run("digest")[1] == before


def test_a_changed_log_is_noticed_and_not_mended(run: Run, database: Path) -> None:
    spoil(database, "UPDATE op SET val = replace(val, 'One', 'Uno') WHERE val LIKE '%One%'")
    code, document = run("check", "--repair")
    assert code == 3
    assert [p["kind"] for p in document["problems"]] == ["log"]


def test_a_file_that_is_not_what_was_put_in_is_noticed(run: Run, database: Path) -> None:
    spoil(database, f"INSERT INTO file_blob VALUES ('{'0' * 64}', 3, x'010203')")
    assert [p["kind"] for p in run("check")[1]["problems"]] == ["file_content"]


def test_backup_and_restore(run: Run, tmp_path: Path) -> None:
    _, before = run("digest")
    copy = tmp_path / "stick" / "copy.aps"
    assert run("backup", str(copy))[0] == 1  # no such folder
    copy.parent.mkdir()
    code, document = run("backup", str(copy))
    assert code == 0
    assert document["verified"]
    assert run("backup", str(copy))[0] == 1  # never over a file
    assert run("record", "set", "project", "P-1", "title=Later")[0] == 0
    code, restored = run("restore", str(copy))
    assert code == 0
    assert Path(restored["previous"]).exists()
    assert run("digest")[1] == before
    assert os.listdir(copy.parent) == ["copy.aps"]


def test_a_restored_database_writes_under_a_new_device(
    run: Run, database: Path, tmp_path: Path
) -> None:
    run("backup", str(tmp_path / "copy.aps"))
    run("record", "set", "project", "P-1", "title=Lost on purpose")
    run("restore", str(tmp_path / "copy.aps"))
    assert run("record", "set", "project", "P-1", "title=After")[0] == 0
    assert run("check")[1]["ok"]
    db = store.open_database(str(database))
    devices = db.reader().all("SELECT status, max_seq FROM device WHERE status <> 'shipped'")
    db.close()
    assert [status for status, _ in devices] == ["retired", "self"]
    assert devices[1][1] == 1


def test_a_damaged_backup_is_refused(run: Run, tmp_path: Path) -> None:
    _, before = run("digest")
    copy = tmp_path / "copy.aps"
    run("backup", str(copy))
    data = bytearray(copy.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 4096] = bytes(4096)
    copy.write_bytes(data[:-5000])
    assert run("restore", str(copy))[0] == 1
    assert run("digest")[1] == before


def test_passphrase_commands(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    _, before = run("digest")
    assert run("passphrase", "set")[0] == 1
    monkeypatch.setenv("APS_NEW_PASSPHRASE", "one two")
    assert run("passphrase", "set")[1]["encrypted"]
    code, refused = run("digest")
    assert code == 1
    assert "APS_PASSPHRASE" in refused["hint"]
    monkeypatch.setenv("APS_PASSPHRASE", "one two")
    monkeypatch.setenv("APS_NEW_PASSPHRASE", "three four")
    assert run("passphrase", "change")[0] == 0
    assert run("digest")[0] == 1
    monkeypatch.setenv("APS_PASSPHRASE", "three four")
    assert run("passphrase", "remove")[1]["encrypted"] is False
    assert run("digest")[1] == before


def test_a_file_that_a_window_has_open_is_not_replaced(
    run: Run, database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("backup", str(tmp_path / "copy.aps"))
    monkeypatch.setenv("APS_NEW_PASSPHRASE", "one two")
    before = database.read_bytes()
    window = subprocess.Popen(
        [sys.executable, "-c", WINDOW, str(database)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT,
    )  # fmt: skip
    assert window.stdout is not None
    assert window.stdout.readline() == "open\n"
    for command in (("restore", str(tmp_path / "copy.aps")), ("recover",), ("passphrase", "set")):
        code, document = run(*command)
        assert code == 1
        assert "open already" in document["error"]
    window.communicate()
    assert database.read_bytes() == before


def test_a_workbook_goes_out_and_comes_back(run: Run, tmp_path: Path) -> None:
    book = tmp_path / "projects.xlsx"
    code, document = run("export-excel", str(book), "--entity", "project")
    assert (code, document["rows"]) == (0, 1)
    code, document = run("import-excel", str(book), "--dry-run")
    assert code == 0
    (sheet,) = document["sheets"]
    assert {
        "sheet", "entity", "header_row", "mapping", "new", "changed", "same", "refused", "errors",
    } <= sheet.keys()  # fmt: skip
    assert (sheet["entity"], sheet["same"], sheet["new"]) == ("project", 1, 0)


def test_bad_rows_of_a_workbook_need_a_person_and_the_good_ones_are_in(
    run: Run, tmp_path: Path
) -> None:
    import openpyxl

    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in (("Code", "Title", "Budget"), ("A-1", "Good", "USD 5"), ("A-2", "Bad", "much")):
        sheet.append(row)
    book.save(tmp_path / "in.xlsx")
    (tmp_path / "map.json").write_text(
        json.dumps({"Code": "code", "Title": "title", "Budget": "budget"}), encoding="utf-8"
    )
    code, document = run(
        "import-excel", str(tmp_path / "in.xlsx"), "--entity", "project",
        "--mapping", str(tmp_path / "map.json"), "--errors", str(tmp_path / "out.xlsx"),
    )  # fmt: skip
    assert code == 3, document
    (found,) = document["sheets"]
    assert (found["new"], found["refused"]) == (1, 1)
    assert {"row", "column", "value", "message"} <= found["errors"][0].keys()
    assert (tmp_path / "out.xlsx").exists()
    assert run("record", "get", "project", "A-1")[0] == 0
    assert run("undo")[0] == 0
    assert run("record", "get", "project", "A-1")[0] == 1


def test_demo_makes_its_own_database(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = str(tmp_path / "demo.aps")
    assert main(["demo", "--size", "small", "--database", database, "--json"]) == 0
    counts = json.loads(capsys.readouterr().out)["counts"]
    assert counts["project"] == 60
    assert main(["demo", "--database", database]) == 1


@pytest.mark.parametrize(
    "location",
    ["{folder}", "postgresql+psycopg://nobody@127.0.0.1:1/x", "{folder}/none/x.aps"],
)
def test_places_where_there_is_no_database(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], location: str
) -> None:
    place = location.format(folder=tmp_path)
    assert main(["--database", place, "--json", "digest"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["error"]
    assert answer["hint"]


def test_a_log_that_somebody_else_wrote_into_is_told_of(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    place = str(tmp_path / "office.aps")
    assert main(["--database", place, "init", "--office", "ASEC", "--device", "desk"]) == 0
    with contextlib.closing(sqlite3.connect(place)) as c, c:
        c.execute("UPDATE op SET val = '\"x\"' WHERE dot = (SELECT min(birth) FROM record)")
    capsys.readouterr()
    assert main(["--database", place, "--json", "check"]) in (1, 3)
    answer = json.loads(capsys.readouterr().out)
    assert any("log" in p["message"] for p in answer["problems"])


def test_who_is_working_stands_beside_the_changes(run: Run) -> None:
    assert run("officer") == (0, {"officer": ""})
    assert run("officer", "Ana  Cruz") == (0, {"officer": "Ana Cruz"})
    assert run("record", "set", "project", "P-1", "title=Two")[0] == 0
    changes = run("record", "history", "project", "P-1")[1]
    assert [one["officer"] for one in changes if one["event"] == "changed"] == ["Ana Cruz"]
