"""The promise of every page of money: a figure opens the rows that make it, and no others.

On random ledgers each question is asked with random filters, shown whole and cut to a few lines.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given

from aps_desktop.db.connection import Connection
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import ChangeSet, Create, Update
from aps_desktop.domain.clock import today
from aps_desktop.domain.entities.vocabularies import PILLARS
from aps_desktop.domain.money import Money
from aps_desktop.domain.totals import summed
from aps_desktop.services import (
    figures,
    funding_flows,
    funding_gap,
    funding_pledges,
    funding_refunds,
)
from aps_desktop.services.funding import Answer, Scope
from tests.property import ledger_machine as ledger
from tests.property.budget import SEED, first_failure
from tests.property.figure_rows import Checked, sums_of
from tests.property.offices import (
    NOW,
    Office,
    make_on_server,
    office_on_file,
    office_on_server,
    quick_folder,
)

STEPS, SCOPES = 10, 3
FEW = 2
CUT = (funding_flows, funding_gap, funding_pledges, funding_refunds)
"""The modules that cut an answer to their LIMIT of lines."""
ADDED = {
    "flows": None, "balances": None, "by_partner": None, "pipeline": {"proposals", "asked"},
    "delivery": {"commitment", "disbursement", "expenditure"}, "burn": {"planned", "actual"},
    "expiring": None, "refunds_due": {"usd"}, "gap": {"needed", "lines"},
}  # fmt: skip
"""By question: the figures that the lines add up to (None: all). Several lines may name a project,
shares are no sums, and what is weighted is rounded in each line."""


def begin(office: Office, dice: random.Random) -> None:
    """A random ledger with all that the questions ask for."""
    book = ledger.Book()
    ledger.begin(office, book, dice)
    changes: list[Any] = [
        Update("body", book.ids["body"][1], "parent", book.ids["body"][0]),
        Update("fund", book.ids["fund"][1], "modality", "partner_fund"),
        Update("fund", book.ids["fund"][0], "partner", book.ids["partner"][0]),
        Update("project", book.ids["project"][0], "pillar", "later"),
    ]
    changes += [Create("exchange_rate", office.db.ids.new(), values) for values in _rates()]
    for id in book.ids["project"]:
        changes.append(Update("project", id, "status", dice.choice(("completed", "commenced"))))
        changes.append(Update("project", id, "fund", dice.choice((*book.ids["fund"], None))))
        done = dice.choice((_day(dice), None))
        changes.append(Update("project", id, "activities_done_on", done))
    changes += [
        Create("fund_transaction", office.db.ids.new(), _transaction(book, dice)) for _ in range(30)
    ]
    changes += _reversed(office, changes, dice)
    changes += _planned(office, book, dice)
    apply(office.db, ChangeSet("more", tuple(changes)))
    for _ in range(STEPS):
        ledger.step(office, book, dice)


def _rates() -> Iterator[dict[str, Any]]:
    yield {"currency": "EUR", "date": date(2020, 1, 1), "usd_per_unit": Decimal("1.08123")}
    yield {
        "currency": "JPY", "date": date(2024, 6, 1), "usd_per_unit": Decimal("0.0066"),
        "units_per_usd": Decimal(151),
    }  # fmt: skip


def _day(dice: random.Random) -> date:
    return date(2024, 1, 1) + timedelta(dice.randrange(700))


def _transaction(book: ledger.Book, dice: random.Random) -> dict[str, Any]:
    """Mostly cash in dollars of a project: so that more than refusals is compared."""
    kind = dice.choice(("pledge", "pledge", "commitment", "receipt", "disbursement", "expenditure"))
    values: dict[str, Any] = {
        "type": kind, "date": _day(dice), "amount": Money(dice.randrange(1, 9_999), "USD"),
        "nature": dice.choice(("actual",) * 4 + ("planned",)),
    }  # fmt: skip
    if kind == "pledge":
        values["expires_on"] = date(2026, 1, 1) + timedelta(dice.randrange(400))
    for name in ("project", "fund", "partner", "member_state"):
        if dice.random() < 0.8:
            values[name] = dice.choice(book.ids[name])
    return values


def _reversed(office: Office, made: list[Any], dice: random.Random) -> Iterator[Create]:
    """Some are taken back, on their day or later."""
    for one in made:
        if isinstance(one, Create) and one.entity == "fund_transaction" and dice.random() < 0.15:
            values = {key: value for key, value in one.values.items() if key != "expires_on"}
            amount = values["amount"]
            values |= {"amount": Money(-amount.minor, amount.currency), "reverses": one.id}
            values["date"] += timedelta(dice.choice((0, 40)))
            yield Create("fund_transaction", office.db.ids.new(), values)


def _planned(office: Office, book: ledger.Book, dice: random.Random) -> Iterator[Create]:
    """Work plans with their lines, and proposals."""
    plans = [office.db.ids.new() for _ in range(2)]
    for number, id in enumerate(plans):
        span = {"starts_on": date(2024 + number, 1, 1), "ends_on": date(2025 + number, 12, 31)}
        yield Create("work_plan", id, {"title": f"Plan {number}", **span})

    def some(names: dict[str, str], **values: Any) -> dict[str, Any]:
        for field, name in names.items():
            if dice.random() < 0.8:
                values[field] = dice.choice(book.ids[name])
        return values

    def amount() -> Money | None:
        return dice.choice((Money(dice.randrange(1, 90_000), dice.choice(ledger.CURRENCIES)), None))

    for number in range(7):
        values = some(
            {"project": "project", "owner_body": "body", "lead_state": "member_state",
             "fund": "fund"},
            measure=f"Measure {number}", work_plan=dice.choice(plans), needed=amount(),
            status=dice.choice(("ongoing", None, "discontinued")),
        )  # fmt: skip
        yield Create("work_plan_line", office.db.ids.new(), values)
        values = some(
            {"project": "project", "partner": "partner", "member_state": "member_state",
             "fund": "fund"},
            title=f"Proposal {number}", amount=amount(), probability=dice.randrange(101),
            stage=dice.choice(("idea", None, "declined")),
        )  # fmt: skip
        yield Create("pipeline_proposal", office.db.ids.new(), values)


def random_scope(c: Connection, dice: random.Random) -> Scope:
    """Two or three filters at once; 0 and "" are what has none."""

    def some(name: str) -> tuple[int, ...]:
        rids = [rid for (rid,) in c.all(f"SELECT rid FROM {name} ORDER BY rid")]
        return tuple(dice.sample([0, *rids], dice.choice((1, 2)))) if rids else ()

    year = dice.choice((2024, 2025))
    keys = [key for key, _ in PILLARS]
    every: dict[str, Any] = {
        "years": (year, dice.choice((year, 2025))), "as_of": _day(dice) + timedelta(100),
        "pillars": tuple(dice.sample(["", "later", *keys], 4)),
        "bodies": some("body"), "partners": some("partner"), "states": some("member_state"),
        "funds": some("fund"), "programmes": some("programme"), "projects": some("project"),
    }  # fmt: skip
    return Scope(**{name: every[name] for name in dice.sample(sorted(every), dice.randrange(4))})


@contextmanager
def cut_to(lines: int) -> Iterator[None]:
    """Answers have so many lines at most."""
    with ExitStack() as stack:
        for module in CUT:
            stack.enter_context(patch.object(module, "LIMIT", lines))
        yield


def questions(dice: random.Random) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every question, each option with one of its choices."""
    for name, question in figures.QUESTIONS.items():
        yield (
            name,
            {
                option: dice.choice(choices) if choices else dice.choice((90, 400))
                for option, choices in question.choices.items()
            },
        )


def check(c: Connection, dice: random.Random) -> None:
    for scope in (Scope(), *(random_scope(c, dice) for _ in range(SCOPES))):
        day = scope.as_of or today(c.clock)
        for name, options in questions(dice):
            whole = figures.answer(c, name, scope, **options)
            assert whole.more == 0
            checked = Checked(c, whole, day).all()
            assert checked >= len(whole.totals)
            _adds_up(whole)
            with cut_to(FEW):
                cut = figures.answer(c, name, scope, **options)
            _cut_alike(cut, whole)
            Checked(c, cut, day).all()


def _adds_up(answer: Answer) -> None:
    """The lines add up to the totals."""
    wanted = ADDED[answer.question]
    for one in answer.totals:
        if wanted is not None and one.key not in wanted:
            continue
        parts = [f for line in answer.lines for f in line.figures if f.key == one.key]
        if one.total is None:
            assert sum(part.count or 0 for part in parts) == one.count
        elif not (one.key == "asked" and one.total.by_currency):
            assert sums_of(summed(p.total for p in parts if p.total)) == sums_of(one.total)


def _cut_alike(cut: Answer, whole: Answer) -> None:
    """Totals are of all lines, also of those that are not shown; and it is said how many are."""
    assert [(one.key, one.total, one.percent, one.count) for one in cut.totals] == [
        (one.key, one.total, one.percent, one.count) for one in whole.totals
    ]
    assert len(cut.lines) + cut.more == len(whole.lines)
    if cut.more:
        words = f"The first {FEW} of {len(whole.lines)} are shown"
        assert any(one.startswith(words) for one in cut.explained)
    known = {line.key: line for line in whole.lines}
    for line in cut.lines:
        assert [(f.total, f.count) for f in line.figures] == [
            (f.total, f.count) for f in known[line.key].figures
        ]


@first_failure(10, 1)
@given(seed=SEED)
def test_every_figure_opens_its_rows(seed: int) -> None:
    dice = random.Random(seed)
    with quick_folder() as folder:
        office = office_on_file(folder / "a.aps", "ASEC", NOW, seed)
        try:
            begin(office, dice)
            check(office.c, dice)
        finally:
            office.db.close()


def test_every_figure_opens_its_rows_on_a_server(pg_url: Callable[[], str]) -> None:
    url = pg_url()
    make_on_server(url)
    dice = random.Random(3)
    office = office_on_server(url, "ASEC", NOW, 3)
    try:
        begin(office, dice)
        check(office.c, dice)
    finally:
        office.db.close()


def test_it_notices_a_list_that_is_too_narrow(tmp_path: Path) -> None:
    """The test itself: a figure whose list leaves out a row does not pass."""
    office = office_on_file(tmp_path / "a.aps", "ASEC", NOW, 1)
    dice = random.Random(1)
    begin(office, dice)
    answer = figures.answer(office.c, "flows", Scope())
    with office.db.writing() as c:
        c.run("DELETE FROM fund_transaction WHERE type = 'pledge'")
    with pytest.raises(AssertionError):
        Checked(office.c, answer, today(office.c.clock)).all()
    office.db.close()
