"""A fund with money of every measure."""

from datetime import date

import pytest

from aps_desktop.db.engine import Database
from tests import funding_office
from tests.funding_office import Office, jpy, post, usd


@pytest.fixture
def office(db: Database) -> Office:
    made = funding_office.make(db)
    on, of = {"project": made.project}, {"partner": made.japan}
    post(made, "pledge", usd(60_000), date(2025, 12, 1), **on, **of)
    post(made, "commitment", usd(50_000), date(2026, 1, 10), **on, **of)
    post(made, "receipt", jpy(10_000_000), date(2026, 11, 2), **of)  # USD 66,000
    post(made, "disbursement", usd(30_000), date(2026, 11, 10), **on, **of)
    post(made, "expenditure", usd(12_500), date(2026, 11, 15), **on)
    post(made, "expenditure", usd(20_000), date(2026, 11, 15), nature="planned", **on)
    post(made, "receipt", usd(5_000), date(2026, 11, 16), in_kind=True, in_kind_description="Hall",
         **of)  # fmt: skip
    post(made, "interest", usd("125.50"), date(2026, 11, 20))
    return made
