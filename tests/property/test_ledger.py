"""On random ledgers, kept figures are what the records say: on a file and on a server."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given

from tests.property import ledger_machine as ledger
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


def live(here: Office, there: Office, seed: int) -> None:
    """Two offices work, merge, take back, rebuild; every figure is right all along."""
    dice = random.Random(seed)
    book = ledger.Book()
    ledger.begin(here, book, dice)
    ledger.exchange(here, there)
    for _ in range(STEPS):
        ledger.step(dice.choice((here, there)), book, dice)
        if dice.random() < 0.2:
            ledger.exchange(*dice.sample((here, there), 2))
        if dice.random() < 0.1:
            office = dice.choice((here, there))
            if office.merges:
                office.take_back(office.merges.pop())
    for office in (here, there):
        ledger.check_kept(office.c)
        ledger.check_figures(office.c, dice)
        ledger.other_questions(office.c, dice)
    ledger.rebuilt(here)
    ledger.check_kept(here.c)
    ledger.check_figures(here.c, dice)


@first_failure(12, 1)
@given(seed=SEED)
def test_figures_on_a_file(seed: int) -> None:
    with quick_folder() as folder:
        here, there = (
            office_on_file(folder / f"{name}.aps", name, NOW, seed + number)
            for number, name in enumerate(("ASEC", "LA"))
        )
        try:
            live(here, there, seed)
        finally:
            here.db.close()
            there.db.close()


def test_figures_on_a_server(tmp_path: Path, pg_url: Callable[[], str]) -> None:
    url = pg_url()
    make_on_server(url)
    for seed in range(3):
        here = office_on_server(url, "ASEC", NOW, seed)
        there = office_on_file(tmp_path / f"{seed}.aps", "LA", NOW, seed + 100)
        try:
            live(here, there, seed)
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
