"""Questions about money: every figure opens exactly the rows that make it."""

from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.queries import lists
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import Change, ChangeSet, Create, Update
from aps_desktop.domain.clock import FixedClock
from aps_desktop.domain.errors import InvalidValue, NotFound
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import Value
from aps_desktop.services import demo, figures, ledger, offices, records
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


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Database]:
    """An office of the year 2031 without any money."""
    made = offices.start(
        str(tmp_path / "a.aps"), office="ASEC", device="Desk", clock=FixedClock(IN_2031)
    )
    yield made
    made.close()


IN_2031 = 1_925_000_000_000
DAY = date(2031, 1, 1)


def new(db: Database, entity: str, **values: Value) -> UUID:
    return records.new(db, entity, values)


def usd(figure: Figure) -> int | None:
    return figure.total.usd if figure.total else None


def test_open_money_of_a_project_counts_once(empty: Database) -> None:
    """Two pledges of 100 and one commitment of 100: 100 is open, of the first to expire."""
    project = new(empty, "project", code="P", title="Project")
    hundred = Money.of(100, "USD")
    for kind, expires in (("pledge", 20), ("pledge", 10), ("commitment", None)):
        ledger.post(empty, {
            "type": kind, "date": DAY - timedelta(30), "amount": hundred, "project": project,
            "expires_on": DAY + timedelta(expires) if expires else None,
        })  # fmt: skip
    answer = figures.answer(empty.reader(), "expiring", Scope(as_of=DAY))
    assert [usd(line.figure("open")) for line in answer.lines] == [100_00, 0]
    assert [line.figure("expires").count for line in answer.lines] == [10, 20]
    assert usd(answer.total("open")) == 100_00
    assert any("the first to expire is given it first" in one for one in answer.explained)


def test_a_pledge_that_was_taken_back_is_in_no_list(empty: Database) -> None:
    made = [
        ledger.post(empty, {
            "type": "pledge", "date": DAY, "amount": Money.of(amount, "USD"),
            "expires_on": DAY + timedelta(9),
        })
        for amount in (5, 7)
    ]  # fmt: skip
    ledger.reverse(empty, made[0].id, "Entered twice", DAY + timedelta(3))
    c = empty.reader()
    for day, left in ((DAY, 12_00), (DAY + timedelta(3), 7_00)):
        total = figures.answer(c, "expiring", Scope(as_of=day)).total("pledged")
        assert usd(total) == left
        assert opened(c, total) == {"USD": left}


def test_the_balance_is_of_all_funds_also_of_those_not_shown(empty: Database) -> None:
    """204 funds with a cent each: 200 are shown, all count."""
    changes: list[Change] = []
    for number in range(204):
        fund = empty.ids.new()
        changes.append(
            Create(
                "fund",
                fund,
                {
                    "code": f"F{number}",
                    "name": f"Fund {number}",
                    "modality": "asean_fund",
                },
            )
        )
        changes.append(Create("fund_transaction", empty.ids.new(), {
            "type": "receipt", "date": DAY, "amount": Money(1, "USD"), "fund": fund,
        }))  # fmt: skip
    apply(empty, ChangeSet("funds", tuple(changes)))
    c = empty.reader()
    answer = figures.answer(c, "balances", Scope(), by="fund")
    assert (len(answer.lines), answer.more) == (200, 4)
    assert usd(answer.total("balance")) == 204
    assert answer.explained[0] == "The first 200 of 204 are shown; the totals are of all."
    assert len(lists.ids(c, answer.total("balance").opens)) == 204  # type: ignore[arg-type]


def test_what_is_said_of_one_fund_is_not_of_the_others(empty: Database) -> None:
    theirs = "partner_fund"
    funds = [new(empty, "fund", code=f"F{n}", name=f"Fund {n}", modality=theirs) for n in range(3)]
    own = new(empty, "fund", code="A", name="Own", modality="asean_fund")
    for fund in (*funds, own):
        new(empty, "fund_transaction", type="receipt", date=DAY, amount=Money(1, "USD"), fund=fund)
    c = empty.reader()
    no_balance = "no balance: the partner pays itself."

    def said(*chosen: UUID) -> list[str]:
        rids = tuple(records.get(c, "fund", id).rid for id in chosen)
        answer = figures.answer(c, "balances", Scope(funds=rids), by="fund")
        return [words for words in answer.explained if words.endswith(no_balance)]

    assert said()[0].endswith(f" partner funds have {no_balance}")
    assert said(funds[0]) == [f"A partner fund has {no_balance}"]
    assert said(own) == []


def test_a_pillar_of_a_later_version_has_its_column(empty: Database) -> None:
    project = new(empty, "project", code="P", title="Project")
    apply(empty, ChangeSet("pillar", (Update("project", project, "pillar", "blue"),)))
    values = {"type": "commitment", "date": DAY, "amount": Money.of(3, "USD"), "project": project}
    ledger.post(empty, values)
    (line,) = figures.answer(empty.reader(), "by_partner", Scope()).lines
    assert usd(line.figure("blue")) == usd(line.figure("all")) == 3_00


def test_today_is_the_day_of_the_databases_clock(empty: Database) -> None:
    """Pledges run out, and proposals and needs are valued, by the clock of the database."""
    ledger.post(empty, {
        "type": "pledge", "date": DAY, "amount": Money.of(3, "USD"),
        "expires_on": date(2031, 2, 1),
    })  # fmt: skip
    new(empty, "exchange_rate", currency="EUR", date=date(2030, 12, 1), usd_per_unit=Decimal(2))
    euros = Money.of(10, "EUR")
    new(empty, "pipeline_proposal", title="Ask", amount=euros, stage="idea", probability=50)
    line = {"measure": "Measure", "needed": euros}
    apply(empty, ChangeSet("line", (Create("work_plan_line", empty.ids.new(), line),)))
    c = empty.reader()
    assert len(figures.answer(c, "expiring", Scope()).lines) == 1
    assert usd(figures.answer(c, "pipeline", Scope()).total("weighted")) == 10_00
    assert usd(figures.answer(c, "gap", Scope()).total("needed")) == 20_00


def test_what_is_weighted_is_rounded_once(empty: Database) -> None:
    """Three proposals of one cent at 50 % weigh 1.5 cents together, which is 2, not 0 or 3."""
    for number in range(3):
        new(empty, "pipeline_proposal", title=f"Ask {number}", amount=Money(1, "USD"),
            stage="idea", probability=50)  # fmt: skip
    assert usd(figures.answer(empty.reader(), "pipeline", Scope()).total("weighted")) == 2


def test_refunds_due_are_of_the_projects_that_a_partner_pays_for(empty: Database) -> None:
    c = empty.reader()
    japan, korea = (new(empty, "partner", code=x, name=x) for x in ("JP", "KR"))
    fund = new(empty, "fund", code="F", name="Fund", partner=japan)
    done = {"status": "completed", "activities_done_on": DAY}
    first = new(empty, "project", code="P1", title="One", fund=fund, **done)
    second = new(empty, "project", code="P2", title="Two", **done)
    for project, amount, extra in ((first, 5, {}), (second, 7, {"partner": korea})):
        ledger.post(empty, {
            "type": "disbursement", "date": DAY, "amount": Money.of(amount, "USD"),
            "project": project, **extra,
        })  # fmt: skip
    for partner, left in ((japan, 5_00), (korea, 7_00)):
        rid = records.get(c, "partner", partner).rid
        answer = figures.answer(c, "refunds_due", Scope(partners=(rid,)))
        assert usd(answer.total("usd")) == left
        assert opened(c, answer.total("usd")) == {"USD": left}
    early = Scope(as_of=DAY - timedelta(1))
    assert figures.answer(c, "refunds_due", early).lines == ()


def test_what_there_is_not_is_said(db: Database) -> None:
    c = db.reader()
    with pytest.raises(NotFound, match="no question"):
        figures.answer(c, "fortune", Scope())
    with pytest.raises(InvalidValue, match="no choice"):
        figures.answer(c, "flows", Scope(), by="colour")
    with pytest.raises(InvalidValue, match="no option"):
        figures.answer(c, "pipeline", Scope(), by="fund")
