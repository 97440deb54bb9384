"""Questions about money on 1,000,000 transactions, posting one, and the sums they rest on.

Each question is asked as it is and with each filter, then the same again on an old date; and once
on a server with a fifth of the transactions, by the clock on the wall.

Floors in the same run: the design's queries as plain SQL over the transactions with covering
indexes, beside the same from the summary tables; posting beside a bare commit; rows in bulk without
their sums. All other times are of the processor, so that a busy machine does not change them.
APS_BENCH_TRANSACTIONS makes it smaller; APS_BENCH_LEDGER names a file that is kept for next time.
"""

from __future__ import annotations

import os
import shutil
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from aps_desktop.db import store, summaries
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.queries import money
from aps_desktop.db.queries.money import Narrowed
from aps_desktop.domain.money import Money
from aps_desktop.services import figures, ledger
from aps_desktop.services.funding import Scope
from tests.benchmarks import big_ledger

pytestmark = pytest.mark.timeout(3600)

COUNT = int(os.environ.get("APS_BENCH_TRANSACTIONS", "1000000"))
MOST = 100.0
"""Milliseconds for any question."""
ROUNDS = 2
"""Of each question, after one that warms up."""
POSTING = 5.0
"""Milliseconds for posting beyond the bare commit."""
SHARE = 0.05
"""The eight queries beside covering indexes."""
INSERTING = 3.5
"""Rows with their sums beside rows without, in bulk."""
CASH = "nature = 'actual' AND in_kind = 0"


@pytest.fixture(scope="module")
def db(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("ledger") / "big.aps"
    kept = Path(os.environ.get("APS_BENCH_LEDGER", path))
    if not kept.exists():
        at = time.process_time()
        big_ledger.make(kept, COUNT, projects=max(100, COUNT // 20)).close()
        print(f"\n{COUNT:,} transactions made in {time.process_time() - at:.0f} s, sums included")
    if kept != path:
        shutil.copyfile(kept, path)
    made = store.open_database(str(path))
    yield made
    made.close()


def timed(
    run: Callable[[], Any], rounds: int = 3, now: Callable[[], float] = time.process_time
) -> float:
    """The best in milliseconds, after one run that warms up."""
    run()
    times = []
    for _ in range(rounds):
        at = now()
        run()
        times.append(now() - at)
    return min(times) * 1000


def scopes(c: Connection) -> dict[str, Scope]:
    def one(name: str) -> tuple[int]:
        return (int(c.value(f"SELECT min(rid) FROM {name}")),)

    return {
        "all": Scope(), "year": Scope(years=(2022, 2022)), "pillar": Scope(pillars=("aec",)),
        "body": Scope(bodies=one("body")), "partner": Scope(partners=one("partner")),
        "state": Scope(states=one("member_state")), "fund": Scope(funds=one("fund")),
        "today": Scope(as_of=date(2026, 11, 25)),
    }  # fmt: skip


def on_old_dates(c: Connection) -> dict[str, Scope]:
    """The same on an old date; and on one as far from the ends of years as can be."""
    found = {
        name: replace(scope, as_of=date(2023, 5, 17))
        for name, scope in scopes(c).items()
        if name != "today"
    }
    return {**found, "mid-year": Scope(as_of=date(2021, 6, 30))}


def asked() -> list[tuple[str, dict[str, str]]]:
    """Every question with each of its ways to be shown."""
    found: list[tuple[str, dict[str, str]]] = []
    for name, question in figures.QUESTIONS.items():
        option = next((o for o in ("by", "period") if o in question.choices), "")
        found += (
            [(name, {option: way}) for way in question.choices[option]] if option else [(name, {})]
        )
    return found


@pytest.mark.parametrize("columns", [scopes, on_old_dates])
def test_every_question(db: Database, columns: Callable[[Connection], dict[str, Scope]]) -> None:
    """Each question in each way, with each filter: all must keep to the limit."""
    slow = ask_all(db.reader(), columns(db.reader()), time.process_time)
    print(f"over {MOST:.0f} ms: {slow or 'none'}")
    assert not slow


def test_every_question_on_a_server(pg_url: Callable[[], str]) -> None:
    """As they are and on an old date: figures only, for what a server can do is its own affair."""
    made = store.create(pg_url(), office="ASEC", device="bench")
    at = time.perf_counter()
    big_ledger.fill(made, COUNT // 5, max(100, COUNT // 100))
    with made.writing() as c:
        c.run("ANALYZE")
    print(f"\n{COUNT // 5:,} transactions on a server in {time.perf_counter() - at:.0f} s")
    c = made.reader()
    columns = {"all": Scope(), "pillar": Scope(pillars=("aec",)),
               "as of": Scope(as_of=date(2023, 5, 17))}  # fmt: skip
    slow = ask_all(c, columns, time.perf_counter)
    print(f"over {MOST:.0f} ms on a server: {slow or 'none'}")
    made.close()


def ask_all(c: Connection, columns: dict[str, Scope], now: Callable[[], float]) -> dict[str, int]:
    """Prints what each question takes; those that take too long."""
    print(f"\n{'ms':<22}" + "".join(f"{name:>9}" for name in columns) + "  worst")
    slow: dict[str, int] = {}
    for name, options in asked():
        words = " ".join((name, *options.values()))
        took = {
            of: timed(partial(figures.answer, c, name, scope, **options), ROUNDS, now)
            for of, scope in columns.items()
        }
        worst = max(took, key=lambda of: took[of])
        over = "" if took[worst] <= MOST else " over"
        row = "".join(f"{one:>9.1f}" for one in took.values())
        print(f"{words:<22}{row}  {worst} {took[worst]:.0f}{over}", flush=True)
        slow |= {f"{words} ({of})": round(one) for of, one in took.items() if one > MOST}
    return slow


PLAIN: dict[str, tuple[str, str]] = {
    "Q1 partner x year": (
        "partner, substr(date, 1, 4), type", f"WHERE {CASH} AND usd_value_minor IS NOT NULL",
    ),
    "Q2 counts by type": ("type, nature", ""),
    "Q4 month x type": ("substr(date, 1, 7), type", f"WHERE {CASH}"),
    "Q8 quarter by partner": (
        "partner, type", f"WHERE {CASH} AND date BETWEEN '2022-04-01' AND '2022-06-30'",
    ),
}  # fmt: skip
COVERING = (
    "(partner, date, type, nature, in_kind, usd_value_minor)",
    "(type, nature, usd_value_minor)",
    "(date, type, nature, in_kind, partner, usd_value_minor)",
    "(project, type, nature, in_kind, date, usd_value_minor)",
)


def plain(c: Connection) -> dict[str, Callable[[], Any]]:
    """The queries over the transactions themselves."""
    made: dict[str, Callable[[], Any]] = {}
    for name, (keys, where) in PLAIN.items():
        sql = f"SELECT {keys}, sum(usd_value_minor) FROM fund_transaction {where} GROUP BY {keys}"
        made[name] = lambda s=sql: c.all(s)
    joined = (
        "SELECT p.programme, {0}, sum(t.usd_value_minor) FROM project p JOIN fund_transaction t "
        f"ON t.project = p.rid WHERE t.{CASH.replace('in_kind', 't.in_kind')} {{1}} GROUP BY 1, 2"
    )
    made["Q5 programme x type"] = lambda: c.all(joined.format("t.type", ""))
    one = c.value("SELECT min(rid) FROM programme")
    made["Q7 one programme by year"] = lambda: c.all(
        joined.format("substr(t.date, 1, 4) || t.type", f"AND p.programme = {one}")
    )
    return made


def kept(c: Connection) -> dict[str, Callable[[], Any]]:
    """The same from what is kept."""
    cash: dict[str, tuple[Any, ...]] = {"nature": ("actual",), "in_kind": (0,)}
    one = (c.value("SELECT min(rid) FROM programme"),)
    quarter = Narrowed(cash, date(2022, 6, 30), date(2022, 4, 1))

    def read(group: tuple[str, ...], only: Narrowed) -> Callable[[], Any]:
        return lambda: c.all(*money.statement(c, group, only))

    return {
        "Q1 partner x year": read(("partner", "year", "type"), Narrowed(cash)),
        "Q2 counts by type": read(("type", "nature"), Narrowed({})),
        "Q4 month x type": read(("month", "type"), Narrowed(cash)),
        "Q5 programme x type": read(("programme", "type"), Narrowed(cash)),
        "Q7 one programme by year": read(("year", "type"), Narrowed({**cash, "programme": one})),
        "Q8 quarter by partner": read(("partner", "type"), quarter),
    }


def test_beside_covering_indexes(db: Database) -> None:
    """The six of the design's eight queries that are about money."""
    with db.writing() as c:
        for number, columns in enumerate(COVERING):
            c.run(f"CREATE INDEX bench_{number} ON fund_transaction {columns}")
        c.run("ANALYZE fund_transaction")
    c = db.reader()
    slow = {name: timed(run) for name, run in plain(c).items()}
    quick = {name: timed(run) for name, run in kept(c).items()}
    with db.writing() as writer:
        for number in range(len(COVERING)):
            writer.run(f"DROP INDEX bench_{number}")
    print(f"\n{'query':<28}{'covering':>10}{'kept':>8}{'ratio':>8}")
    for name, took in slow.items():
        print(f"{name:<28}{took:>10.1f}{quick[name]:>8.2f}{quick[name] / took:>8.3f}")
    share = sum(quick.values()) / sum(slow.values())
    print(f"{'together':<28}{sum(slow.values()):>10.1f}{sum(quick.values()):>8.2f}{share:>8.3f}")
    assert share <= SHARE


def test_posting_one(db: Database) -> None:
    values = {
        "type": "receipt", "date": date(2026, 3, 1), "amount": Money(12_345, "USD"),
        "reference": "Bench",
    }  # fmt: skip
    plain_ = db.connect()
    plain_.run("CREATE TABLE IF NOT EXISTS bare (id INTEGER PRIMARY KEY, n)")
    bare, posted = [], []
    for n in range(60):
        at = time.process_time()
        plain_.run("BEGIN IMMEDIATE")
        plain_.run("INSERT INTO bare(n) VALUES (?)", (n,))
        plain_.run("COMMIT")
        bare.append(time.process_time() - at)
        at = time.process_time()
        ledger.post(db, values)
        posted.append(time.process_time() - at)
    plain_.close()
    floor, took = statistics.median(bare) * 1000, statistics.median(posted) * 1000
    print(f"\nposting one: {took:.2f} ms, bare commit {floor:.2f} ms, beyond it {took - floor:.2f}")
    assert took - floor < POSTING


def test_in_bulk(tmp_path: Path) -> None:
    """Rows with their sums beside rows without them."""
    times = {}
    for name in ("without", "with"):
        db = store.create(str(tmp_path / f"{name}.aps"), office="ASEC", device="bench")
        if name == "without":
            with db.writing() as c:
                for entity in ("fund_transaction", "project"):
                    for (trigger,) in c.all(
                        "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ? "
                        f"AND name LIKE '{summaries.TRIGGERS}%'",
                        (entity,),
                    ):
                        c.run(f"DROP TRIGGER {trigger}")
        at = time.process_time()
        big_ledger.fill(db, min(COUNT, 100_000), 5000)
        times[name] = time.process_time() - at
        db.close()
    ratio = times["with"] / times["without"]
    print(f"\n100,000 rows: {times['without']:.1f} s without sums, {times['with']:.1f} with: "
          f"{ratio:.2f}")  # fmt: skip
    assert ratio <= INSERTING


def test_equal_to_the_ledger(db: Database) -> None:
    assert list(summaries.differences(db.reader())) == []
