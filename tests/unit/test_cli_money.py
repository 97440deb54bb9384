"""Money on the command line: questions, posting, reversing, and what is said when it cannot be."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aps_desktop.cli import main

Run = Callable[..., tuple[int, Any]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("APS_DATA_DIR", str(tmp_path / "data"))

    def call(*arguments: str, words: bool = False) -> tuple[int, Any]:
        capsys.readouterr()
        options = [] if words else ["--json"]
        code = main(["--database", str(tmp_path / "a.aps"), *arguments, *options])
        out = capsys.readouterr().out
        return code, out if words else json.loads(out or "null")

    call("init", "--office", "ASEC", "--device", "Desk")
    return call


def post(run: Run, *values: str) -> Any:
    given = values or ("amount=USD 100",)
    code, answer = run("ledger", "post", "type=receipt", "date=2026-02-01", "fund=ADF", *given)
    assert code in (0, 3)
    return answer


def received(run: Run) -> Any:
    return run("figures", "flows")[1]["totals"]["receipt"]


def test_all_questions_are_named_and_answered(run: Run) -> None:
    post(run)
    code, questions = run("figures", "list")
    assert code == 0
    assert len(questions) >= 9
    for one in questions:
        for option, choices in one["options"].items():
            for choice in choices[:2]:
                code, answer = run("figures", one["name"], f"--{option}", choice)
                assert (code, answer["question"]) == (0, one["name"])
        code, words = run("figures", one["name"], words=True)
        assert code == 0
        assert words


def test_reversing_and_correcting(run: Run) -> None:
    first = post(run)
    code, _ = run("ledger", "correct", first["id"], "amount=USD 90", "--reason", "a slip")
    assert (code, received(run)["value"]) == (0, "90.00")
    second = post(run)
    code, back = run("ledger", "reverse", second["id"], "--reason", "twice", "--on", "2026-03-01")
    assert (code, back["usd_value"]) == (0, "-100.00")
    assert received(run)["value"] == "90.00"
    code, answer = run("ledger", "reverse", second["id"], "--reason", "again")
    assert code == 1
    assert "already" in answer["error"]


def test_what_is_posted_is_not_set(run: Run) -> None:
    first = post(run)
    code, answer = run("record", "set", "fund_transaction", first["id"], "amount=USD 1")
    assert code == 1
    assert "stays as it is" in answer["error"]
    assert run("record", "delete", "fund_transaction", first["id"])[0] == 1


def test_without_a_rate_a_person_is_needed(run: Run) -> None:
    post(run)
    code, posted = run("ledger", "post", "type=receipt", "date=2026-02-01", "amount=KHR 4000")
    assert (code, posted["usd_value"]) == (3, None)
    code, answer = run("figures", "flows")
    assert code == 3
    assert answer["totals"]["receipt"]["missing"][0]["currency"] == "KHR"
    code, answer = run("ledger", "fill-in")
    assert (code, len(answer["missing"])) == (3, 1)
    run("record", "new", "exchange_rate", "currency=KHR", "date=2026-01-01", "units_per_usd=4000")
    code, answer = run("ledger", "fill-in")
    assert (code, answer["filled"]) == (0, 1)
    assert received(run)["value"] == "101.00"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("fortune",), "no question"),
        (("flows", "--by", "colour"), "no choice"),
        (("flows", "--year", "soon"), "not a year"),
        (("flows", "--as-of", "tomorrow"), "not a date"),
        (("flows", "--fund", "NOPE"), "no fund"),
        (("pipeline", "--by", "fund"), "no option"),
    ],
)
def test_what_cannot_be_is_said(run: Run, arguments: tuple[str, ...], words: str) -> None:
    code, answer = run("figures", *arguments)
    assert code == 1
    assert words in answer["error"]
