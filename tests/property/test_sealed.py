"""Whatever part is passed on by whomever: what a device sealed is believed, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from unittest.mock import patch

import pytest
from hypothesis import given

from aps_desktop.domain.hash_tree import Tree
from tests.property import offices
from tests.property.broken import IN_SEALS, Bug, broken
from tests.property.budget import SEED, budget, first_failure
from tests.property.sealed import House, Parcel
from tests.property.tampering import REWRITES, TAMPERS, rewrite, tampered


@contextmanager
def opened(seed: int, server: str = "") -> Iterator[House]:
    with offices.quick_folder() as folder:
        house = House(folder, Random(seed))
        try:
            house.begin(("LA", "KH", "ASEC"), server)
            yield house
        finally:
            for one in house.people:
                one.db.close()


def history(house: House, steps: int) -> None:
    """Edits, bundles of every kind in any order, mergers taken back, backups put back."""
    rnd = house.rnd
    underway: list[Parcel] = []
    for _ in range(steps):
        one = rnd.choice(house.people)
        what = rnd.choice(("edit", "edit", "send", "send", "merge", "merge", "back", "restore"))
        if what == "edit":
            house.edit(one)
        elif what == "send":
            underway.append(house.some_parcel(one))
            hides(underway[-1])
        elif what == "merge" and underway:
            assert house.take_in(one, rnd.choice(underway)) == {}
        elif what == "back" and one.merges and rnd.random() < 0.5:
            one.take_back(one.merges.pop())
        elif what == "restore" and rnd.random() < 0.3 and not one.db.postgres:
            if one.saved:
                one.restore()
            else:
                one.back_up()


def hides(parcel: Parcel) -> None:
    """Nothing leaves by which the salts of what was left out could be worked out."""
    there: dict[tuple[int, int], int] = {}
    for line in parcel.lines["changes.jsonl"]:
        there[line[0], line[4]] = there.get((line[0], line[4]), 0) + 1
    for step in parcel.lines["steps.jsonl"]:
        if there[step[0], step[1]] < step[3] - step[2] + 1:
            assert step[13] == ""


def honest(seed: int, server: str = "") -> None:
    with opened(seed, server) as house:
        history(house, 40)
        for one in house.people:
            assert house.true(one.c)


@budget(examples=20, steps=1)
@given(seed=SEED)
def test_honest_bundles_are_never_refused(seed: int) -> None:
    honest(seed)


def test_nor_are_they_on_a_server(pg_url: Callable[[], str]) -> None:
    url = pg_url()
    offices.make_on_server(url)
    for seed in range(3):
        honest(seed, url)


_RIGHT = ("refused", "true")


def altered_on_the_way(seed: int, server: str = "") -> None:
    """One office passes on to another what a third one did, as it is and altered in every way."""
    with opened(seed, server) as house:
        history(house, 12)
        author, between, receiver = house.rnd.sample(house.people, 3)
        for _ in range(4):
            house.edit(author)
        house.take_in(between, house.parcel(author))
        if house.rnd.random() < 0.5:  # so that it knows parts of some steps
            house.take_in(receiver, house.part(between))
        if house.rnd.random() < 0.3:
            device = house.device(author)
            house.limits[device] = between.knows()[device] - house.rnd.randrange(4)
        for _ in range(2):
            parcel = house.some_parcel(between)
            assert house.attempt(receiver, parcel) == "true"
            for name in TAMPERS:
                altered = tampered(parcel, name, house.rnd)
                assert altered is None or house.attempt(receiver, altered) in _RIGHT, name
        for sql in REWRITES:
            rewritten = house.rewritten(between, lambda c, sql=sql: rewrite(
                c, house.device(author), sql, house.rnd))  # fmt: skip
            assert house.attempt(receiver, rewritten) in _RIGHT, sql


@budget(examples=12, steps=1)
@given(seed=SEED)
def test_whatever_is_altered_on_the_way_is_refused(seed: int) -> None:
    altered_on_the_way(seed)


def test_so_it_is_on_a_server(pg_url: Callable[[], str]) -> None:
    url = pg_url()
    offices.make_on_server(url)
    altered_on_the_way(1, url)


@pytest.mark.parametrize("bug", IN_SEALS, ids=str)
def test_a_broken_seal_is_found(bug: Bug) -> None:
    @first_failure(examples=60, steps=1)
    @given(seed=SEED)
    def found(seed: int) -> None:
        altered_on_the_way(seed)

    with broken(bug), pytest.raises(AssertionError):
        found()


def test_a_seal_that_vouches_for_what_it_was_not_worked_out_from_is_found() -> None:
    @first_failure(examples=60, steps=1)
    @given(seed=SEED)
    def found(seed: int) -> None:
        altered_on_the_way(seed)

    with patch.object(Tree, "vouches_for", lambda *_: True), pytest.raises(AssertionError):
        found()
