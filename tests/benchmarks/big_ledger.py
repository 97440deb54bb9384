"""A ledger of very many transactions, made in a minute: rows by plain SQL, without their log."""

import random
from datetime import date, timedelta
from pathlib import Path

from aps_desktop.db import store
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.domain.entities import entity
from aps_desktop.domain.money import minor_digits

CURRENCIES = (*("USD",) * 10, "EUR", "JPY", "AUD", "SGD", "THB", "IDR", "MYR", "PHP", "VND", "KHR")
RATES = {
    "USD": 1.0, "EUR": 1.08, "JPY": 0.0066, "AUD": 0.66, "SGD": 0.74, "THB": 0.028, "IDR": 0.000063,
    "MYR": 0.23, "PHP": 0.0174, "VND": 0.0000395, "KHR": 0.00024,
}  # fmt: skip
PILLARS = ("apsc", "aec", "ascc", "connectivity", "iai", "all")
TYPES = (
    "pledge",
    "commitment",
    "receipt",
    *("disbursement",) * 4,
    *("expenditure",) * 12,
    "refund",
)
STATES = ("commenced", "extended", "activities_done", "reporting_due", "completed")
FIRST, DAYS = date(2017, 1, 1), 3600
_BATCH = 20_000
_COLUMNS = (
    "rid", "id", "type", "date", "project", "fund", "partner", "member_state", "amount_minor",
    "amount_currency", "nature", "in_kind", "reference", "usd_value_minor", "usd_value_currency",
    "expires_on", "document_class",
)  # fmt: skip


def make(path: Path, count: int, *, projects: int = 50_000) -> Database:
    """A database with `count` transactions of `projects` projects; the same one each time."""
    path.unlink(missing_ok=True)
    db = store.create(str(path), office="ASEC", device="bench")
    fill(db, count, projects)
    return db


def fill(db: Database, count: int, projects: int) -> None:
    """Fills an empty database."""
    dice = random.Random(5)
    with db.writing() as c:
        made = Made(c, dice)
        bodies = [made.add("body", code=f"B{n}", name=f"Body {n}") for n in range(200)]
        partners = [made.add("partner", code=f"P{n}", name=f"Partner {n}") for n in range(30)]
        states = [made.add("member_state", code=f"S{n}", name=f"State {n}") for n in range(11)]
        funds = [
            (made.add("fund", code=f"F{n}", name=f"Fund {n}", modality=dice.choice(
                ("asean_fund", "partner_trust_fund", "partner_fund"))), dice.sample(partners, 3))
            for n in range(34)
        ]  # fmt: skip
        programmes = [
            made.add("programme", code=f"G{n}", title=f"Programme {n}") for n in range(2000)
        ]
        known = []
        for n in range(projects):
            start = FIRST + timedelta(dice.randrange(DAYS - 900))
            fund = dice.choice(funds)
            rid = made.add(
                "project", code=f"ACP-{n}", title=f"Project {n}", pillar=dice.choice(PILLARS),
                sponsoring_body=dice.choice(bodies), programme=dice.choice(programmes),
                fund=fund[0], status=dice.choice(STATES),
                activities_done_on=(start + timedelta(800)).isoformat(),
            )  # fmt: skip
            known.append((rid, start, *fund, dice.choice(CURRENCIES)))
        _plans(made, dice, bodies, partners, known)
        made.flush()
        _transactions(made, dice, count, known, states)
        c.run("UPDATE local_state SET rid = ?", (made.rid,))


def _plans(made, dice, bodies, partners, known):
    plans = [
        made.add("work_plan", title=f"Plan {n}", starts_on=f"{2020 + n % 7}-01-01",
                 ends_on=f"{2020 + n % 7}-12-31")
        for n in range(300)
    ]  # fmt: skip
    for n in range(6000):
        made.add(
            "work_plan_line", measure=f"Measure {n}", work_plan=plans[n % 300],
            owner_body=dice.choice(bodies), project=known[dice.randrange(len(known))][0],
            needed_minor=dice.randrange(10**8), needed_currency="USD", status="ongoing",
        )  # fmt: skip
    for n in range(2000):
        made.add(
            "pipeline_proposal", title=f"Proposal {n}", partner=dice.choice(partners),
            amount_minor=dice.randrange(10**8), amount_currency="USD",
            probability=dice.randrange(100), stage="negotiating",
        )  # fmt: skip


def _transactions(made, dice, count, known, states):
    for n in range(count):
        project, start, fund, payers, currency = known[n * len(known) // count]
        made.transaction(
            transaction(dice, made.next(), project, start, fund, payers, currency, states)
        )
    made.flush()


def transaction(dice, rid, project, start, fund, payers, currency, states):
    """One row of the ledger, in the order of the columns."""
    kind = dice.choice(TYPES)
    cents = dice.randrange(1_00, 500_000_00)
    scale = 10 ** minor_digits(currency)
    minor = round(cents / 100 / RATES[currency] * scale)
    donor = kind in ("pledge", "commitment", "receipt")
    state = dice.choice(states) if donor and dice.random() < 0.1 else None
    day = start + timedelta(dice.randrange(900))
    planned = dice.random() < 0.1
    return (
        rid, dice.randbytes(16), kind, day.isoformat(), project if dice.random() > 0.02 else None,
        fund, dice.choice(payers) if donor and not state else None, state, minor, currency,
        "planned" if planned else "actual", int(dice.random() < 0.02), f"T{rid}",
        minor if currency == "USD" else round(minor / scale * RATES[currency] * 100),
        "USD", (day + timedelta(400)).isoformat() if kind == "pledge" else None, "limited",
    )  # fmt: skip


class Made:
    """Rows on their way into the tables."""

    def __init__(self, c: Connection, dice: random.Random) -> None:
        self.c, self.dice, self.rid = c, dice, 1
        self._rows: dict[str, list[tuple]] = {}
        self._records: list[tuple] = []
        self._counts: dict[int, int] = {}

    def next(self) -> int:
        self.rid += 1
        return self.rid

    def add(self, name: str, /, **values: object) -> int:
        rid, id = self.next(), self.dice.randbytes(16)
        columns = ("rid", "id", *values)
        marks = ",".join("?" * len(columns))
        self._put(
            f"INSERT INTO {name}({','.join(columns)}) VALUES ({marks})", (rid, id, *values.values())
        )
        self._record(name, rid, id)
        return rid

    def transaction(self, row: tuple) -> None:
        marks = ",".join("?" * len(_COLUMNS))
        self._put(f"INSERT INTO fund_transaction({','.join(_COLUMNS)}) VALUES ({marks})", row)
        self._record("fund_transaction", row[0], row[1])

    def _put(self, sql: str, row: tuple) -> None:
        self._rows.setdefault(sql, []).append(row)

    def _record(self, name: str, rid: int, id: bytes) -> None:
        number = entity(name).number
        self._records.append((rid, id, number, rid << 40, 1, None, "ASEC"))
        self._counts[number] = self._counts.get(number, 0) + 1
        if len(self._records) >= _BATCH:
            self.flush()

    def flush(self) -> None:
        self.c.many("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?)", self._records)
        self._records.clear()
        for sql, rows in self._rows.items():
            self.c.many(sql, rows)
        self._rows.clear()
        self.c.many(
            "INSERT INTO entity_count(tid, n) VALUES (?, ?) ON CONFLICT(tid) "
            "DO UPDATE SET n = entity_count.n + excluded.n",
            list(self._counts.items()),
        )
        self._counts.clear()
