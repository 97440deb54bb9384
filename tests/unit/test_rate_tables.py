"""Rates as banks, the United Nations and the European institutions hand them out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aps_desktop.db.engine import Database
from aps_desktop.exchange.cells import Cell, Sheet
from aps_desktop.exchange.rate_tables import as_rows
from aps_desktop.services import importing, rates, records
from tests.iati_kit import office

UN = "JPY 151.25, THB 33.61, VND 25300"
SHAPES: dict[str, tuple[str, str]] = {
    "the name before the code": (
        "Country,Currency,Abbreviation,Effective Date,Operational Rate\n"
        "Japan,Japanese Yen,JPY,01 Nov 2026,151.25\nThailand,Baht,THB,01 Nov 2026,33.61\n"
        "Viet Nam,Dong,VND,01 Nov 2026,25300\n", UN,
    ),
    "titles and an equals sign": (
        "United Nations Treasury,,,\nRates effective 1 November 2026,,,\n"
        "Country,Currency Name,Currency Code,Rate (1 USD =)\nJapan,Yen,JPY,151.25\n"
        "Thailand,Baht,THB,33.61\nViet Nam,Dong,VND,25300\n", UN,
    ),
    "another word for the code": (
        "Country,Currency,Curr.,UN Rate,Effective\nJAPAN,Yen,JPY,151.25,1-Nov-26\n"
        "THAILAND,Baht,THB,33.61,1-Nov-26\nVIET NAM,Dong,VND,\"25,300\",1-Nov-26\n", UN,
    ),
    "rates that could be numbers of days": (
        "Code,Rate per USD,Date\nIDR,15000,2026-11-01\nVND,25300,2026-11-01\n",
        "IDR 15000, VND 25300",
    ),
    "both ways of writing": (
        "Currency code,Currency name,Units per USD,USD per unit,As of\n"
        "JPY,Japanese Yen,151.25,0.0066115702,2026-11-01\n"
        "THB,Thai Baht,33.61,0.0297530497,2026-11-01\n", "JPY 151.25, THB 33.61",
    ),
    "dollars for one, decimal commas": (
        "Tanggal;Mata Uang;Kurs (USD)\n01/11/2026;JPY;0,0066\n01/11/2026;THB;0,0298\n",
        "JPY =0.0066, THB =0.0298",
    ),
    "one column a currency": (
        "Units of local currency per US dollar,,\nDate,JPY,THB\n01/11/2026,151.25,33.61\n",
        "JPY 151.25, THB 33.61",
    ),
    "one column a day": (
        "Currency units per U.S. dollar,,\nCurrency,2026-10-31,2026-11-01\nJPY,150.9,151.25\n"
        "THB,33.5,33.61\n", "JPY 151.25, THB 33.61",
    ),
    "euros, with the dollar among them": (
        "Date,USD,JPY,THB,\n2026-11-01,1.25,200,N/A,\n2026-10-30,1.25,190,40,\n",
        "JPY 160, EUR 0.8",
    ),
    "pairs": (
        "Date,Currency pair,Rate\n2026-11-01,USD/JPY,151.25\n2026-11-01,EUR/USD,1.0858\n"
        "2026-11-01,EUR/THB,36.5\n", "JPY 151.25, EUR =1.0858",
    ),
    "for a hundred units": (
        "Reference rates in US dollars,,,\nCurrency,Code,Units,Rate\nYen,JPY,100,0.66\n"
        "Baht,THB,1,0.0298\n01/11/2026,,,\n", "",
    ),
    "the day in a title, sources": (
        "Bank of Elsewhere,,,\nas at 1 November 2026,,,\n"
        "Currency,Currency Code,USD per unit,Source\n"
        "Japanese yen,JPY,0.0066,Desk A\nThai baht,THB,0.0298,Desk A\n",
        "JPY =0.0066, THB =0.0298",
    ),
    "a hundred units and a day": (
        "Exchange rates in USD,,,,\nDate,Currency,Code,Units,Rate\n1 Nov 2026,Yen,JPY,100,0.66\n"
        "1 Nov 2026,Baht,THB,1,0.0298\n", "JPY =0.0066, THB =0.0298",
    ),
}  # fmt: skip


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = office(tmp_path)
    yield db
    db.close()


def kept(db: Database) -> list[str]:
    """The rates of 1 November: "JPY 151.25" for a dollar, "JPY =0.0066" dollars for one."""
    found = [one for one in rates.table(db.reader()) if one.day == date(2026, 11, 1)]
    return sorted(
        f"{one.currency} {one.units.normalize():f}" if one.units
        else f"{one.currency} ={one.usd_per_unit.normalize():f}"
        for one in found
    )  # fmt: skip


@pytest.mark.parametrize("shape", SHAPES)
def test_a_table_of_rates_is_read_as_it_means(shape: str, db: Database, tmp_path: Path) -> None:
    text, expected = SHAPES[shape]
    name = "eurofxref-hist.csv" if "euros" in shape else "november.csv"
    (tmp_path / name).write_text(text, encoding="utf-8")
    importing.import_workbook(db, tmp_path / name, dry_run=not expected)
    assert kept(db) == sorted(filter(None, expected.split(", ")))


def test_it_is_one_step_and_known_again(db: Database, tmp_path: Path) -> None:
    path = tmp_path / "rates.csv"
    path.write_text(SHAPES["titles and an equals sign"][0])
    importing.import_workbook(db, path)
    assert {one.source for one in rates.table(db.reader())} == {"United Nations Treasury"}
    again = importing.import_workbook(db, path)
    assert (again.sheets[0].same, again.change_set) == (3, 0)
    records.undo(db)
    assert kept(db) == []


NOT_RATES = {
    "payments": "Exchange rate list,,,\nDate,Currency,Amount,Rate\n2026-11-01,JPY,151,1\n",
    "euros without a dollar": "InforEuro rates,,\nCurrency,Code,Value\nYen,JPY,164\nBaht,THB,36\n",
    "words against sizes": "Rates: USD per unit,,\nCurrency,Code,Rate\nYen,JPY,151\nBaht,THB,33\n",
    "no words": "A,B,C\nJPY,2026-11-01,5\n",
    "nothing to tell by": "Rates,,\nDate,GBP,CHF\n2026-11-01,0.8,0.9\n",
    "buying and selling": "Kurs USD,,,\nDate,Code,Kurs Jual,Kurs Beli\n2026-11-01,JPY,152,150\n",
}


@pytest.mark.parametrize("name", NOT_RATES)
def test_what_is_not_sure_is_left_to_a_person(name: str) -> None:
    lines = [tuple(line.split(",")) for line in NOT_RATES[name].splitlines()]
    assert as_rows(Sheet("november", lines), "november") is None


# Whatever the figures are, every shape means the same ---------------------------------------------

Rows = list[tuple[Cell, ...]]
Writer = Callable[[dict[str, Decimal]], Rows]
DAY = date(2026, 11, 1)
WRITERS: dict[str, Writer] = {
    "columns": lambda r: [("Units per US dollar",), ("Date", *r), (DAY, *map(float, r.values()))],
    "days": lambda r: [
        ("Units per US dollar",), ("Currency", date(2026, 10, 31), DAY),
        *((code, float(one), float(one)) for code, one in r.items()),
    ],
    "rows": lambda r: [
        ("Name", "Code", "Rate per USD", "Date"),
        *(("A currency", code, str(one), DAY) for code, one in r.items()),
    ],
    "pairs": lambda r: [
        ("Pair", "Date", "Rate"), *((f"USD/{code}", DAY, float(one)) for code, one in r.items()),
    ],
    "euros": lambda r: [
        ("Date", "USD", *r), (DAY, 1.25, *(float(one * Decimal("1.25")) for one in r.values())),
    ],
}  # fmt: skip
FIGURES = st.dictionaries(
    st.sampled_from(("JPY", "THB", "VND", "IDR", "PHP")),
    st.integers(200, 3_000_000).map(lambda n: Decimal(n) / 100), min_size=2,
)  # fmt: skip


@pytest.mark.parametrize("shape", WRITERS)
@given(figures=FIGURES)
def test_every_shape_says_the_same(shape: str, figures: dict[str, Decimal]) -> None:
    sheet = as_rows(Sheet("Exchange rates", WRITERS[shape](figures)), "file")
    assert sheet is not None
    found = {row[0]: row[3] for row in sheet.rows[1:] if row[1] == DAY and row[0] != "EUR"}
    assert {code: Decimal(str(one)) for code, one in found.items()} == figures
