"""On random ledgers and results, kept figures are what the records say, on file and server."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import given

from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import ChangeSet, Create
from tests.property import ledger_machine as ledger
from tests.property import results_machine as results
from tests.property.budget import SEED, first_failure
from tests.property.offices import (
    NOW,
    Office,
    make_on_server,
    office_on_file,
    office_on_server,
    quick_folder,
)

STEPS = 14
MACHINES = pytest.mark.parametrize("machine", [ledger, results], ids=["ledger", "results"])


def live(machine: ModuleType, here: Office, there: Office, seed: int) -> None:
    """Two offices work, merge, take back, rebuild; every figure is right all along."""
    dice = random.Random(seed)
    book = machine.Book()
    machine.begin(here, book, dice)
    ledger.exchange(here, there)
    for _ in range(STEPS):
        machine.step(dice.choice((here, there)), book, dice)
        if dice.random() < 0.2:
            ledger.exchange(*dice.sample((here, there), 2))
        if dice.random() < 0.1:
            office = dice.choice((here, there))
            if office.merges:
                office.take_back(office.merges.pop())
    for office in (here, there):
        machine.check_all(office.c, book, dice)
    ledger.rebuilt(here)
    machine.check_all(here.c, book, dice)


@MACHINES
@first_failure(12, 1)
@given(seed=SEED)
def test_figures_on_a_file(machine: ModuleType, seed: int) -> None:
    with quick_folder() as folder:
        here, there = (
            office_on_file(folder / f"{name}.aps", name, NOW, seed + number)
            for number, name in enumerate(("ASEC", "LA"))
        )
        try:
            live(machine, here, there, seed)
        finally:
            here.db.close()
            there.db.close()


@MACHINES
def test_figures_on_a_server(
    machine: ModuleType, tmp_path: Path, pg_url: Callable[[], str]
) -> None:
    url = pg_url()
    make_on_server(url)
    for seed in range(3):
        here = office_on_server(url, "ASEC", NOW, seed)
        there = office_on_file(tmp_path / f"{seed}.aps", "LA", NOW, seed + 100)
        try:
            live(machine, here, there, seed)
        finally:
            here.db.close()
            there.db.close()


def test_it_notices_a_wrong_sum(tmp_path: Path) -> None:
    """The oracle itself: a sum that is off by a cent does not pass."""
    office = office_on_file(tmp_path / "a.aps", "ASEC", NOW, 1)
    dice, book = random.Random(1), ledger.Book()
    ledger.begin(office, book, dice)
    for _ in range(10):
        ledger.step(office, book, dice)
    with office.db.writing() as c:
        for cube in ("money_by_year", "money_by_fund_alone", "money_by_project"):
            c.run(f"UPDATE {cube} SET value_lo = value_lo + 1 WHERE n > 0")
    with pytest.raises(AssertionError):
        ledger.check_kept(office.c)
    with pytest.raises(AssertionError):
        ledger.check_figures(office.c, dice)
    office.db.close()


def test_it_notices_a_wrong_standing(tmp_path: Path) -> None:
    """And so for results: a share, or a number of values that came, does not pass."""
    office = office_on_file(tmp_path / "a.aps", "ASEC", NOW, 1)
    dice, book = random.Random(1), results.Book()
    results.begin(office, book, dice)
    asked = {"title": "Asked", "kind": "values", "calendar": book.ids["period_calendar"][0],
             "project": book.ids["project"][0], "status": "sent"}  # fmt: skip
    apply(office.db, ChangeSet("ask", (Create("reporting_request", office.db.ids.new(), asked),)))
    results.check_all(office.c, book, dice)
    for wrong in (
        "UPDATE indicator_standing SET band = 'behind' WHERE year > 0 AND band <> 'behind'",
        "UPDATE request_standing SET reported = reported + 1",
    ):
        with office.db.writing() as c:
            assert c.run(wrong), wrong
        with pytest.raises(AssertionError):
            results.check_all(office.c, book, dice)
        ledger.rebuilt(office)
    results.check_all(office.c, book, dice)
    office.db.close()
