"""Questions about money: every figure opens exactly the rows that make it."""

from collections.abc import Iterator
from datetime import date

import pytest

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.queries import lists
from aps_desktop.domain.errors import InvalidValue, NotFound
from aps_desktop.services import demo, figures, offices
from aps_desktop.services.funding import NAME, Answer, Figure, Scope

BY = ("fund", "partner", "state", "body", "programme", "pillar", "project", "year")
ONE_MEASURE = frozenset(
    {"pledge", "commitment", "receipt", "disbursement", "expenditure", "refund", "interest",
     "planned", "actual", "planned_so_far", "actual_so_far", "all"}
)  # fmt: skip
"""Figures that are the plain sum of the rows that they open."""


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    made = offices.start(
        str(tmp_path_factory.mktemp("figures") / "a.aps"), office="ASEC", device="Desk"
    )
    demo.fill(made, "small", 3)
    yield made
    made.close()


def opened(c: Connection, figure: Figure) -> dict[str, int]:
    """The sums, by unit, of the rows that a figure opens."""
    assert figure.opens is not None
    rids = list(lists.ids(c, figure.opens))
    marks = ",".join("?" * len(rids))
    rows = c.all(
        "SELECT CASE WHEN usd_value_minor IS NULL THEN amount_currency ELSE 'USD' END, "
        f"coalesce(usd_value_minor, amount_minor) FROM fund_transaction WHERE rid IN ({marks})",
        rids,
    )
    sums: dict[str, int] = {}
    for unit, minor in rows:
        sums[unit] = sums.get(unit, 0) + minor
    return sums


def figures_of(answer: Answer) -> list[Figure]:
    return [one for line in answer.lines for one in line.figures] + list(answer.totals)


def check_opened(c: Connection, answer: Answer) -> int:
    checked = 0
    for one in figures_of(answer):
        if one.opens is None or one.opens.entity != NAME or one.total is None:
            continue
        if one.key.split("_")[0] not in ONE_MEASURE and one.key not in ONE_MEASURE:
            continue
        if answer.question in ("gap", "expiring"):
            continue
        found = opened(c, one)
        kept = {m.currency: m.minor for m in one.total.by_currency}
        assert {k: v for k, v in found.items() if v} == {k: v for k, v in kept.items() if v}
        checked += 1
    return checked


@pytest.mark.parametrize("by", BY)
def test_flows_open_into_their_rows(db: Database, by: str) -> None:
    c = db.reader()
    answer = figures.answer(c, "flows", Scope(), by=by)
    assert answer.lines
    assert check_opened(c, answer) > 7


@pytest.mark.parametrize("name", [n for n in figures.QUESTIONS if n not in ("flows", "balances")])
def test_other_questions_open_into_their_rows(db: Database, name: str) -> None:
    c = db.reader()
    check_opened(c, figures.answer(c, name, Scope()))


def test_scopes_narrow_alike(db: Database) -> None:
    """Parts of a scope add up to the whole, and each opens into its rows."""
    c = db.reader()
    day = date(2024, 7, 15)
    whole = figures.answer(c, "flows", Scope(as_of=day)).total("expenditure").total
    assert whole is not None
    assert whole.usd
    parts = 0
    for pillar in ("apsc", "aec", "ascc", "connectivity", "iai", "all", ""):
        answer = figures.answer(c, "flows", Scope(pillars=(pillar,), as_of=day), by="body")
        check_opened(c, answer)
        part = answer.total("expenditure").total
        assert part is not None
        parts += part.usd or 0
    assert parts == whole.usd
    years = sum(
        (answer.total("expenditure").total.usd or 0)  # type: ignore[union-attr]
        for answer in (
            figures.answer(c, "flows", Scope(years=(y, y), as_of=day)) for y in range(2015, 2027)
        )
    )
    assert years == whole.usd


def test_a_balance_opens_what_counts_for_it(db: Database) -> None:
    c = db.reader()
    answer = figures.answer(c, "balances", Scope(), by="fund")
    line = next(one for one in answer.lines if any(f.key == "balance" for f in one.figures))
    figure = line.figure("balance")
    assert figure.opens is not None
    assert figure.total is not None
    signs = {"receipt": 1, "disbursement": -1, "refund": 1, "interest": 1, "expenditure": -1}
    total = 0
    for rid in lists.ids(c, figure.opens):
        kind, project, usd = c.one(
            "SELECT type, project, usd_value_minor FROM fund_transaction WHERE rid = ?", (rid,)
        ) or ("", None, 0)
        assert not (project and kind in ("interest", "expenditure"))
        total += (-1 if kind == "refund" and not project else signs[kind]) * usd
    assert total == figure.total.usd


def test_what_there_is_not_is_said(db: Database) -> None:
    c = db.reader()
    with pytest.raises(NotFound, match="no question"):
        figures.answer(c, "fortune", Scope())
    with pytest.raises(InvalidValue, match="no choice"):
        figures.answer(c, "flows", Scope(), by="colour")
    with pytest.raises(InvalidValue, match="no option"):
        figures.answer(c, "pipeline", Scope(), by="fund")
