"""The command line's records: names, exit codes and JSON keys as the contract has them."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aps_desktop.cli import main

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command with --json on a database of this test; (exit code, document)."""
    database = str(tmp_path / "office.aps")

    def command(*arguments: str) -> tuple[int, Any]:
        capsys.readouterr()
        code = main(["--database", database, *arguments, "--json"])
        out = capsys.readouterr().out
        return code, json.loads(out) if out else None

    assert command("init", "--office", "kh", "--device", "Laptop 1")[0] == 0
    return command


def new(run: Run, entity: str, *values: str) -> str:
    code, document = run("record", "new", entity, *values)
    assert code == 0, document
    return str(document["id"])


def test_init_says_what_it_made_and_ships_the_lists(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    database = str(tmp_path / "new.aps")
    call = ["init", "--office", "LA", "--device", "D", "--database", database, "--json"]
    assert main(call) == 0
    document = json.loads(capsys.readouterr().out)
    assert {"database", "office", "device"} <= document.keys()
    assert document["office"] == "LA"
    assert main(["--database", database, "record", "list", "member_state", "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == 11
    assert main(call) == 1
    assert "is there already" in json.loads(capsys.readouterr().out)["error"]


def test_entities_are_described(run: Run) -> None:
    code, document = run("entities")
    assert code == 0
    project = next(e for e in document if e["entity"] == "project")
    title = next(f for f in project["fields"] if f["name"] == "title")
    assert (title["kind"], title["required"]) == ("text", True)
    assert project["label"] == "Project"


def test_values_are_typed_as_people_type_them(run: Run) -> None:
    id = new(
        run, "project", "code=ACP-1", "title=Khmer ភាសាខ្មែរ", "sponsoring_body=ACDM",
        "budget=USD 1,250.50", "planned_start=3 Nov 2026", "participating_states=KH, LA",
        "tags=gender, youth", "recurring=no",
    )  # fmt: skip
    code, document = run("record", "get", "project", "ACP-1")
    assert code == 0
    assert document["id"] == id
    assert document["title"] == "Khmer ភាសាខ្មែរ"
    assert document["budget"] == "USD 1250.50"
    assert document["planned_start"] == "2026-11-03"
    assert document["sponsoring_body"]["label"].startswith("ACDM")
    assert [state["label"] for state in document["participating_states"]] == sorted(
        state["label"] for state in document["participating_states"]
    )
    assert len(document["participating_states"]) == 2
    assert document["tags"] == ["gender", "youth"]
    assert document["recurring"] is False


def test_a_list_can_be_narrowed(run: Run) -> None:
    first = new(run, "project", "code=P-1", "title=One", "budget=USD 5", "tags=a")
    second = new(run, "project", "code=P-2", "title=Two", "budget=EUR 5", "sponsoring_body=ACDM")
    assert [r["id"] for r in run("record", "list", "project")[1]] == [first, second]
    for where, wanted in (
        ("title=One", [first]),
        ("budget=EUR 5", [second]),
        ("sponsoring_body=ACDM", [second]),
        ("sponsoring_body=", [first]),
        ("tags=a", [first]),
    ):
        _, rows = run("record", "list", "project", "--where", where)
        assert [r["id"] for r in rows] == wanted, where
    assert len(run("record", "list", "project", "--limit", "1")[1]) == 1


def test_changes_are_recorded_undone_and_done_again(run: Run) -> None:
    id = new(run, "project", "code=P-1", "title=One")
    _, before = run("digest")
    code, applied = run("record", "set", "project", id, "title=Two", "tags=x")
    assert code == 0
    assert applied["change_set"] > 0
    assert run("record", "set", "project", id, "title=Two")[1]["change_set"] == 0
    _, history = run("record", "history", "project", id)
    newest = next(entry for entry in history if entry["field"] == "title")
    assert (newest["old"], newest["new"], newest["office"]) == ("One", "Two", "KH")
    assert run("undo")[0] == 0
    assert run("digest")[1] == before
    assert run("redo")[0] == 0
    assert run("record", "get", "project", id)[1]["title"] == "Two"


def test_a_deleted_record_keeps_its_history(run: Run) -> None:
    id = new(run, "project", "code=P-1", "title=One")
    assert run("record", "delete", "project", id)[1]["change_set"] > 0
    assert run("record", "get", "project", id)[0] == 1
    assert run("record", "history", "project", id)[1][0]["event"] == "deleted"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["record", "get", "project", "none"], 1),
        (["record", "get", "nothing", "none"], 1),
        (["record", "new", "project", "bogus=1"], 1),
        (["record", "new", "project", "title"], 1),
        (["record", "new", "project", "code=X", "title=Y", "budget=much"], 1),
        (["undo"], 1),
        (["record", "get", "project"], 2),
        (["no-such-command"], 2),
        ([], 2),
    ],
)
def test_exit_codes(run: Run, arguments: list[str], code: int) -> None:
    found, document = run(*arguments)
    assert found == code
    assert document["error"]
    assert "hint" in document


def test_a_mistake_of_the_program_is_an_answer_too(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError("none of the user's words")

    monkeypatch.setattr("aps_desktop.cli.database_commands.digests.digest", broken)
    code, document = run("digest")
    assert code == 1
    assert "ZeroDivisionError" in document["error"]


def test_search_finds_names_and_texts_in_every_script(run: Run) -> None:
    id = new(run, "project", "code=P-1", "title=Hợp tác", "description=ការងារ on zebrafish")
    for words in ("hop tac", "zebrafish", "ការងារ"):
        _, hits = run("search", *words.split())
        assert [(h["entity"], h["id"]) for h in hits] == [("project", id)], words
        assert {"title", "snippet"} <= hits[0].keys()


def test_alarms_have_the_keys_of_the_contract(run: Run) -> None:
    new(run, "action_item", "text=Report", "due=2020-01-01", "status=open")
    code, document = run("alarms")
    assert code == 0
    alarm = next(a for a in document if a["entity"] == "action_item")
    assert {"rule", "entity", "id", "due", "message"} <= alarm.keys()
    assert alarm["due"] == "2020-01-01"


def test_words_go_to_standard_output_and_messages_to_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APS_DATABASE", str(tmp_path / "none.aps"))
    assert main(["digest"]) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "There is no database" in told.err


def test_the_server_gives_the_same_answers(
    pg_url: Callable[[], str], capsys: pytest.CaptureFixture[str]
) -> None:
    url = pg_url()

    def command(*arguments: str) -> tuple[int, Any]:
        code = main(["--database", url, "--json", *arguments])
        return code, json.loads(capsys.readouterr().out)

    assert command("init", "--office", "ASEC", "--device", "Server")[0] == 0
    _, empty = command("digest")
    code, document = command("record", "new", "project", "code=P-1", "title=One", "tags=a,b")
    assert code == 0
    assert command("record", "list", "project", "--where", "tags=a")[1][0]["title"] == "One"
    assert command("record", "set", "project", document["id"], "title=Two")[0] == 0
    assert command("check")[1]["ok"]
    assert command("undo")[0] == 0
    assert command("undo")[0] == 0
    assert command("digest")[1] == empty
    code, refused = command("backup", "somewhere.aps")
    assert code == 1
    assert "pg_dump" in refused["hint"]
