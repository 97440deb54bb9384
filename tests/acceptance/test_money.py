"""T14, T21, T22, and a ledger kept by hand.

It has ten projects, three funds, four currencies and three years. The hand's own sums are worked
out here with fractions from the two sheets, by no code of the program.
"""

from __future__ import annotations

import csv
from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tests.acceptance.desks import Desk, NewDesk

DATA = Path(__file__).parent.parent / "data"
FUNDS = {"JAIF": "partner_trust_fund", "ADF": "asean_fund", "AUS": "partner_fund"}
PILLARS = ("apsc", "aec", "ascc")
Entry = dict[str, Any]


def sheet(name: str) -> list[dict[str, str]]:
    with (DATA / name).open(newline="") as stream:
        return list(csv.DictReader(stream))


def cents(amount: Fraction) -> int:
    """Rounded once, half to even."""
    whole, rest = divmod(amount * 100, 1)
    up = rest > Fraction(1, 2) or (rest == Fraction(1, 2) and whole % 2)
    return int(whole) + int(up)


def by_hand() -> list[Entry]:
    """The ledger with each entry's value in US cents, by the rate of the day or before it."""
    rates: dict[str, list[tuple[str, Fraction]]] = defaultdict(list)
    for row in sheet("hand_rates.csv"):
        rates[row["currency"]].append((row["date"], Fraction(row["units"])))
    found: list[Entry] = []
    for row in sheet("hand_ledger.csv"):
        units = Fraction(1)
        if row["currency"] != "USD":
            units = max(r for r in rates[row["currency"]] if r[0] <= row["date"])[1]
        found.append({**row, "cents": cents(Fraction(row["amount"]) / units)})
    return found


def total(entries: Iterable[Entry], *measures: str) -> int:
    return sum(one["cents"] for one in entries if one["type"] in measures)


@pytest.fixture
def desk(new_desk: NewDesk, tmp_path: Path) -> Desk:
    """The secretariat's, with the hand's ledger imported from a workbook."""
    made = new_desk("ASEC", "asec")
    for code, modality in FUNDS.items():
        made.new("fund", code=f"H-{code}", name=f"Hand {code}", modality=modality)
    projects = sorted({row["project"] for row in sheet("hand_ledger.csv") if row["project"]})
    for number, code in enumerate(projects):
        made.new("project", code=code, title=f"Project {code}", pillar=PILLARS[number % 3])
    book = openpyxl.Workbook()
    rates, money = book.active, book.create_sheet("Transactions")
    rates.title = "Exchange rates"
    rates.append(["Rate currency", "Rate date", "Units for one US dollar", "Source of the rate"])
    for row in sheet("hand_rates.csv"):
        day = date.fromisoformat(row["date"])
        rates.append([row["currency"], day, float(row["units"]), "UN operational rate"])
    money.append(["Type", "Date", "Project", "Fund", "Partner", "Member state", "Amount",
                  "Currency", "Reference"])  # fmt: skip
    for row in sheet("hand_ledger.csv"):
        partner = row["payer"] if row["payer"] != "SG" else None
        money.append([
            row["type"], date.fromisoformat(row["date"]), row["project"] or None,
            f"H-{row['fund']}", partner, "SG" if row["payer"] == "SG" else None,
            float(row["amount"]), row["currency"], row["reference"],
        ])  # fmt: skip
    file = tmp_path / "hand.xlsx"
    book.save(file)
    report = made.done("import-excel", file)
    assert [(s["entity"], s["refused"]) for s in report["sheets"]] == [
        ("exchange_rate", 0), ("fund_transaction", 0),
    ]  # fmt: skip
    return made


def figures(desk: Desk, name: str, *options: object) -> Any:
    return desk.done("figures", name, *options)


def value(figure: Any) -> int:
    """US cents of a figure that is a total in US dollars."""
    assert figure["currency"] == "USD", figure
    return round(Fraction(figure["value"]) * 100)


def test_the_hands_ledger_to_the_cent(desk: Desk) -> None:
    hand = by_hand()
    kept = {row["reference"]: row for row in desk.done("record", "list", "fund_transaction")}
    assert {r: row["usd_value"] for r, row in kept.items()} == {
        one["reference"]: f"USD {one['cents'] / 100:.2f}" for one in hand
    }
    for line in figures(desk, "flows", "--by", "project")["lines"]:
        code = line["label"].split(" · ")[0] if line["key"] else ""
        mine = [one for one in hand if one["project"] == code]
        for measure, figure in line["figures"].items():
            assert value(figure) == total(mine, measure)
    for year in ("2024", "2025", "2026"):
        mine = [one for one in hand if one["date"].startswith(year)]
        totals = figures(desk, "flows", "--year", year)["totals"]
        for measure in ("pledge", "receipt", "expenditure"):
            assert value(totals[measure]) == total(mine, measure)


@pytest.mark.parametrize("day", ["2024-06-15", "2025-12-31", "2026-11-25"])
def test_balances_as_of_a_day(desk: Desk, day: str) -> None:
    hand = [one for one in by_hand() if one["date"] <= day]
    answer = figures(desk, "balances", "--by", "fund", "--as-of", day)
    lines = {line["label"].split(" · ")[0]: line["figures"] for line in answer["lines"]}
    for code, modality in FUNDS.items():
        mine = [one for one in hand if one["fund"] == code]
        if not mine:
            continue
        of_projects = [one for one in mine if one["project"]]
        own = [one for one in mine if not one["project"]]
        found = lines[f"H-{code}"]
        assert value(found["undisbursed"]) == total(mine, "commitment") - total(
            mine, "disbursement"
        )
        assert value(found["unspent"]) == total(of_projects, "disbursement", "interest") - total(
            of_projects, "expenditure", "refund"
        )
        if modality == "partner_fund":
            assert "balance" not in found
            continue
        received = total(mine, "receipt") + total(own, "interest") + total(of_projects, "refund")
        paid = total(mine, "disbursement") + total(own, "refund", "expenditure")
        assert value(found["balance"]) == received - paid


def test_delivery_and_partners(desk: Desk) -> None:
    hand = by_hand()
    totals = figures(desk, "delivery", "--by", "pillar")["totals"]
    exact = Fraction(total(hand, "disbursement") * 100, total(hand, "commitment"))
    assert abs(Fraction(totals["delivery_rate"]["percent"]) - exact) <= Fraction(1, 20)
    answer = figures(desk, "by_partner", "--measure", "receipt")
    for line in answer["lines"]:
        year = line["label"].split(" · ")[-1]
        code = line["label"].split(" · ")[0]
        mine = [o for o in hand if o["payer"] == code and o["date"].startswith(year)]
        assert value(line["figures"]["all"]) == total(mine, "receipt")
    assert {line["entity"] for line in answer["lines"]} == {"partner", "member_state"}


def test_a_changed_amount_is_refused_by_an_import(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "out.xlsx"
    desk.done("export-excel", out, "--entity", "fund_transaction")
    book = openpyxl.load_workbook(out)
    page = next(p for p in book if any(c.value == "Amount" for c in p[1]))
    column = next(c.column for c in page[1] if c.value == "Amount")
    page.cell(2, column).value = 1
    page.cell(3, next(c.column for c in page[1] if c.value == "Remarks")).value = "Seen"
    book.save(out)
    code, report = desk.run("import-excel", out)
    (found,) = [s for s in report["sheets"] if s["entity"] == "fund_transaction"]
    assert (code, found["changed"], found["refused"]) == (3, 1, 1)
    assert "stays as it is" in found["errors"][0]["message"]


# T14 ----------------------------------------------------------------------------------------------


def test_t14_three_currencies_without_a_rate(new_desk: NewDesk) -> None:
    desk = new_desk("ASEC", "asec")
    parent = desk.new("programme", code="G", title="Parent")
    child = desk.new("programme", code="G-1", title="Child", parent=parent)
    for code, programme in (("P1", parent), ("P2", child), ("P3", child)):
        desk.new("project", code=code, title=code, programme=programme, pillar="aec")
    desk.new("exchange_rate", currency="EUR", date="2026-01-01", usd_per_unit="1.25", source="ECB")
    for code, amount, fund in (("P1", "USD 100", "ADF"), ("P2", "EUR 80", "JAIF"),
                               ("P2", "LAK 21600", "ADF"), ("P3", "USD 7", "JAIF")):  # fmt: skip
        desk.run("ledger", "post", "type=commitment", "date=2026-02-01", f"project={code}",
                 f"amount={amount}", f"fund={fund}", f"reference={code} {amount}")  # fmt: skip
    code, answer = desk.run("figures", "flows", "--by", "programme", "--programme", "G")
    refused = answer["totals"]["commitment"]
    assert code == 3
    assert (refused["value"], refused["rows"]) == (None, 4)
    assert refused["by_currency"] == {"LAK": "21600.00", "USD": "207.00"}
    assert [(m["title"], m["currency"], m["date"]) for m in refused["missing"]] == [
        ("P2 LAK 21600", "LAK", "2026-02-01")
    ]
    assert any("each transaction counts once" in words for words in answer["explained"])
    desk.new("exchange_rate", currency="LAK", date="2026-01-15", units_per_usd="21600")
    desk.done("ledger", "fill-in")
    answer = figures(desk, "flows", "--by", "programme", "--programme", "G")
    assert answer["totals"]["commitment"]["value"] == "208.00"
    # Parent and child, two funds of one project: nothing counts twice.
    lines = {line["label"].split(" · ")[0]: line["figures"] for line in answer["lines"]}
    assert {k: v["commitment"]["value"] for k, v in lines.items()} == {
        "G": "100.00", "G-1": "108.00",
    }  # fmt: skip
    by_fund = figures(desk, "flows", "--by", "fund", "--programme", "G")
    assert by_fund["totals"]["commitment"]["value"] == "208.00"


# T21 ----------------------------------------------------------------------------------------------


def test_t21_eleven_states_pay_and_a_twelfth_may_come(
    new_desk: NewDesk,
) -> None:
    desk = new_desk("ASEC", "asec")
    desk.new("member_state", code="ZZ", name="Newest member")
    codes = [row["code"] for row in desk.done("record", "list", "member_state")]
    assert len(codes) == 12
    for code in codes:
        desk.done("ledger", "post", "type=receipt", "date=2026-02-01", "amount=USD 10", "fund=ADF",
                  f"member_state={code}")  # fmt: skip
    answer = figures(desk, "flows", "--by", "state")
    assert sorted(line["label"].split(" · ")[0] for line in answer["lines"]) == sorted(codes)
    assert answer["totals"]["receipt"]["value"] == "120.00"
    payers = figures(desk, "by_partner", "--measure", "receipt")["lines"]
    assert len(payers) == 12


# T22 ----------------------------------------------------------------------------------------------


def test_t22_minor_units_and_rounding_once(new_desk: NewDesk) -> None:
    desk = new_desk("ASEC", "asec")
    for code, rate in (("VND", "0.0000395"), ("JPY", "0.0066"), ("LAK", "0.0000463"),
                       ("IDR", "0.0000629")):  # fmt: skip
        desk.new("exchange_rate", currency=code, date="2026-01-01", usd_per_unit=rate)
    shown = {}
    for amount in ("VND 1000001", "JPY 12345", "LAK 25000", "LAK 25000.50", "IDR 99999", "MMK 7"):
        _, posted = desk.run("ledger", "post", "type=pledge", "date=2026-02-01",
                             f"amount={amount}", "fund=ADF")  # fmt: skip
        shown[amount] = (
            desk.get("fund_transaction", posted["id"])["amount"], posted["usd_value"],
        )  # fmt: skip
    assert shown == {
        "VND 1000001": ("VND 1000001", "39.50"),
        "JPY 12345": ("JPY 12345", "81.48"),
        "LAK 25000": ("LAK 25000.00", "1.16"),
        "LAK 25000.50": ("LAK 25000.50", "1.16"),
        "IDR 99999": ("IDR 99999.00", "6.29"),
        "MMK 7": ("MMK 7.00", None),
    }
    # A weighted pipeline is rounded once: three times a third of a cent is a cent.
    for number in range(3):
        desk.new("pipeline_proposal", title=f"T{number}", amount="USD 0.01", probability="33",
                 stage="idea")  # fmt: skip
    totals = figures(desk, "pipeline")["totals"]
    assert (totals["asked"]["value"], totals["weighted"]["value"]) == ("0.03", "0.01")
