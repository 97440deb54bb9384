"""Posting freezes rate and value; a mistake is reversed; nothing posted changes under anybody."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.money import Money
from aps_desktop.services import checking, figures, ledger, rates, records, uniting
from aps_desktop.services.funding import Scope

DAY = date(2026, 3, 15)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    made = office(str(tmp_path / "a.aps"))
    yield made
    made.close()


def office(where: str) -> Database:
    made = store.create(where, office="ASEC", device="Desk")
    for day, value in (("2026-01-01", "1.08"), ("2026-03-01", "1.10"), ("2026-04-01", "1.20")):
        rate(made, "EUR", day, usd_per_unit=Decimal(value))
    rate(made, "VND", "2026-01-01", units_per_usd=Decimal(25300))
    return made


def test_it_is_the_same_on_a_server(pg_url: Callable[[], str]) -> None:
    made = office(pg_url())
    test_without_a_rate_it_is_listed_and_filled_in_later(made)
    made.close()


def rate(db: Database, currency: str, day: str, **values: Decimal) -> None:
    day_ = date.fromisoformat(day)
    records.new(
        db, "exchange_rate", {"currency": currency, "date": day_, "source": "Table", **values}
    )


def values(amount: Money, **more: Any) -> dict[str, Any]:
    return {"type": "receipt", "date": DAY, "amount": amount, "reference": "V1", **more}


def get(db: Database, id: UUID) -> Any:
    return records.get(db.reader(), "fund_transaction", id).values


def received(db: Database) -> Any:
    return figures.answer(db.reader(), "flows", Scope()).total("receipt").total


def test_the_rate_before_the_day_is_frozen(db: Database) -> None:
    posted = ledger.post(db, values(Money(100_000, "EUR")))
    kept = get(db, posted.id)
    assert kept["usd_value"] == posted.usd_value == Money(110_000, "USD")
    assert (kept["rate"], kept["rate_date"], kept["rate_source"]) == (
        Decimal("1.10"), date(2026, 3, 1), "Table",
    )  # fmt: skip
    rate(db, "EUR", "2026-03-10", usd_per_unit=Decimal("1.50"))
    assert get(db, posted.id)["usd_value"] == Money(110_000, "USD")


def test_units_for_a_dollar_divide_exactly(db: Database) -> None:
    posted = ledger.post(db, values(Money(1_000_000_000, "VND")))
    assert posted.usd_value == Money(3_952_569, "USD")  # 39,525.6917; 0.0000395257 gives .70
    assert rates.newest(db.reader())[-1].units_per_usd == 25300


def test_a_dollar_is_a_dollar(db: Database) -> None:
    posted = ledger.post(db, values(Money(5, "USD")))
    assert (posted.usd_value, posted.rate) == (Money(5, "USD"), "")


def test_without_a_rate_it_is_listed_and_filled_in_later(db: Database) -> None:
    first = ledger.post(db, values(Money(100, "EUR"), date=date(2025, 12, 31)))
    ledger.post(db, values(Money(100, "USD")))
    assert first.usd_value is None
    total = received(db)
    assert total.value is None
    assert [one.id for one in total.missing] == [first.id]
    assert total.missing[0].words.startswith("EUR 1.00 of 31 Dec 2025")
    assert [one.id for one in ledger.missing(db.reader())] == [first.id]
    _, left = ledger.fill_in(db)
    assert len(left) == 1  # a later rate is never taken
    rate(db, "EUR", "2025-12-01", usd_per_unit=Decimal("1.05"))
    applied, left = ledger.fill_in(db)
    assert not left
    assert received(db).value == Money(205, "USD")
    records.undo(db)
    assert received(db).value is None
    assert applied.number


def test_a_reversal_comes_to_nothing_at_the_same_rate(db: Database) -> None:
    posted = ledger.post(db, values(Money(33_333, "EUR")))
    rate(db, "EUR", "2026-03-14", usd_per_unit=Decimal("1.30"))
    back = ledger.reverse(db, posted.id, "entered twice")
    assert get(db, back.id)["usd_value"] == Money(-36_666, "USD")
    assert get(db, back.id)["reverses"] == posted.id
    assert received(db).value == Money(0, "USD")
    with pytest.raises(UserError, match="already"):
        ledger.reverse(db, posted.id, "again")
    with pytest.raises(UserError, match="takes another one back"):
        ledger.reverse(db, back.id, "no")
    with pytest.raises(InvalidValue, match="why"):
        ledger.reverse(db, ledger.post(db, values(Money(1, "USD"))).id, " ")


def test_a_correction_is_one_step(db: Database) -> None:
    posted = ledger.post(db, values(Money(100_000, "EUR")))
    new = ledger.correct(db, posted.id, {"amount": Money(50_000, "EUR")}, "a digit too many")
    assert received(db).value == Money(55_000, "USD")
    assert get(db, new.id)["reference"] == "V1"
    records.undo(db)
    assert received(db).value == Money(110_000, "USD")
    assert checking.check(db).ok


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("amount", Money(1, "EUR")),
        ("date", date(2026, 3, 16)),
        ("type", "refund"),
        ("rate", Decimal(2)),
        ("usd_value", Money(1, "USD")),
        ("nature", "planned"),
        ("in_kind", True),
    ],
)
def test_what_is_posted_stays(db: Database, field: str, value: Any) -> None:
    posted = ledger.post(db, values(Money(100_000, "EUR")))
    for change in (records.put, lambda db, name, id, new: records.put_many(db, name, [id], new)):
        with pytest.raises(InvalidValue, match="posted transaction") as caught:
            change(db, "fund_transaction", posted.id, {field: value})
        assert caught.value.field == field
    assert get(db, posted.id)["amount"] == Money(100_000, "EUR")


def test_words_may_change_and_gaps_be_filled(db: Database) -> None:
    posted = ledger.post(db, values(Money(100, "EUR"), date=date(2025, 12, 1)))
    records.put(db, "fund_transaction", posted.id, {"remarks": "Found", "reference": "V2"})
    records.put(db, "fund_transaction", posted.id, {"rate": Decimal("1.5")})
    assert get(db, posted.id)["usd_value"] == Money(150, "USD")
    with pytest.raises(InvalidValue):
        records.put(db, "fund_transaction", posted.id, {"rate": Decimal("1.6")})
    with pytest.raises(InvalidValue, match="not deleted"):
        records.delete(db, "fund_transaction", [posted.id])


def test_a_plan_may_change_and_its_value_follows(db: Database) -> None:
    posted = ledger.post(db, values(Money(100_000, "EUR"), nature="planned"))
    records.put(db, "fund_transaction", posted.id, {"amount": Money(200_000, "EUR")})
    assert get(db, posted.id)["usd_value"] == Money(220_000, "USD")
    records.put(db, "fund_transaction", posted.id, {"date": date(2026, 5, 1)})
    assert get(db, posted.id)["usd_value"] == Money(240_000, "USD")
    with pytest.raises(InvalidValue, match="plan"):
        records.put(db, "fund_transaction", posted.id, {"nature": "actual"})
    records.delete(db, "fund_transaction", [posted.id])


def test_gaps_in_the_rates_are_named(db: Database) -> None:
    ledger.post(db, values(Money(100, "EUR"), date=date(2025, 12, 1)))
    ledger.post(db, values(Money(100, "VND"), date=date(2026, 9, 1)))
    ledger.post(db, values(Money(100, "EUR")))
    found = {(g.currency, g.month): g.newest for g in rates.gaps(db.reader())}
    assert found[("VND", "2026-09")] == date(2026, 1, 1)
    assert ("EUR", "2025-12") in found
    assert ("EUR", "2026-03") not in found
    early = rates.gaps(db.reader(), until=date(2026, 8, 31))
    assert {(g.currency, g.month) for g in early} == set(found) - {("VND", "2026-09")}


def test_a_rate_written_the_wrong_way_round_is_refused(db: Database) -> None:
    with pytest.raises(InvalidValue, match="units for one dollar"):
        rate(db, "IDR", "2026-01-01", usd_per_unit=Decimal(15900))
    with pytest.raises(InvalidValue, match="do not agree"):
        rate(db, "IDR", "2026-01-01", usd_per_unit=Decimal("0.001"), units_per_usd=Decimal(15900))


def test_both_ways_of_writing_a_rate_stay_one(db: Database) -> None:
    id = records.new(
        db, "exchange_rate",
        {"currency": "IDR", "date": DAY, "units_per_usd": Decimal(15900)},
    )  # fmt: skip
    records.put(db, "exchange_rate", id, {"units_per_usd": Decimal(16000)})
    kept = records.get(db.reader(), "exchange_rate", id).values
    assert kept["usd_per_unit"] == Decimal("0.0000625")
    records.put(db, "exchange_rate", id, {"usd_per_unit": Decimal("0.00006")})
    assert records.get(db.reader(), "exchange_rate", id).values["units_per_usd"] is None


@pytest.mark.parametrize("on", [date(2025, 11, 30), date(2026, 3, 20)])
def test_a_reversal_filled_in_later_still_comes_to_nothing(db: Database, on: date) -> None:
    posted = ledger.post(db, values(Money(33_333, "THB"), date=date(2025, 12, 31)))
    back = ledger.reverse(db, posted.id, "entered twice", on)
    for day, value in (("2025-11-01", "0.029"), ("2025-12-01", "0.03"), ("2026-03-01", "0.04")):
        rate(db, "THB", day, usd_per_unit=Decimal(value))
    assert [one.id for one in ledger.fill_in(db, [back.id])[1]] == [back.id]  # waits for the first
    assert not ledger.fill_in(db)[1]
    first, second = get(db, posted.id), get(db, back.id)
    assert first["usd_value"] == Money(1_000, "USD")
    assert second["usd_value"] == Money(-1_000, "USD")
    assert (second["rate"], second["rate_date"]) == (first["rate"], first["rate_date"])


def test_a_reversal_that_is_typed_or_imported_takes_the_first_rate(db: Database) -> None:
    posted = ledger.post(db, values(Money(33_333, "EUR")))
    typed = values(Money(-33_333, "EUR"), date=date(2026, 4, 2), reverses=posted.id)
    back = records.new(db, "fund_transaction", typed)
    assert get(db, back)["usd_value"] == Money(-36_666, "USD")
    assert get(db, back)["rate"] == Decimal("1.10")


def test_what_is_posted_is_not_united(db: Database) -> None:
    ids = [ledger.post(db, values(Money(5, "USD"))).id for _ in range(2)]
    with pytest.raises(InvalidValue, match="Transactions cannot be united") as refused:
        uniting.plan(db.reader(), "fund_transaction", *ids)
    assert refused.value.hint.startswith("Reverse")


def test_of_two_rates_of_one_day_everybody_takes_the_one_made_last(
    db: Database, pg_url: Callable[[], str]
) -> None:
    there = office(pg_url())
    sources: list[dict[str, Any]] = [{"source": "zoo"}, {"source": "Bank"}, {}]
    try:
        for made in (db, there):
            for number, source in enumerate(sources):
                day = {"currency": "LAK", "date": DAY, "usd_per_unit": Decimal(number + 1)}
                records.new(made, "exchange_rate", {**day, **source})
            found = rates.find(made.reader(), "LAK", DAY)
            newest = [one for one in rates.newest(made.reader()) if one.currency == "LAK"]
            assert [found] == newest
            assert found is not None
            assert found.usd_per_unit == 3
    finally:
        there.close()
