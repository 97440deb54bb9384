"""Which projects are shown where there are too many for one answer: those with the most money."""

from __future__ import annotations

from aps_desktop.db.connection import Connection
from aps_desktop.db.summary_kinds import BASE
from aps_desktop.services.funding import Ledger

_COLUMNS = {"pillar": "pillar", "body": "sponsoring_body", "programme": "programme"}
_UNSPENT = (("disbursement", 1), ("interest", 1), ("expenditure", -1), ("refund", -1))
_SIZE = (("commitment", 1), ("pledge", 1))


def largest(
    c: Connection, ledger: Ledger, limit: int, *, by_unspent: bool
) -> tuple[tuple[int, ...], int]:
    """Row numbers of the projects with most unspent (or committed) money, and how many more.

    The order is by what is in US dollars; it decides what is shown, not what is counted.
    """
    terms = _UNSPENT if by_unspent else _SIZE
    own = ledger.values.keys() <= {*_COLUMNS, "project"} and ledger.since is None
    if own:
        order = " + ".join(
            f"{sign} * (m.{name}_hi * {BASE}.0 + m.{name}_lo)" for name, sign in terms
        )
        tests, params = ["m.n <> 0", "m.project <> 0"], []
        for name, wanted in ledger.values.items():
            column = f"p.{_COLUMNS[name]}" if name in _COLUMNS else "m.project"
            tests.append(f"{column} IN ({','.join('?' * len(wanted))})")
            params += list(wanted)
        joined = (
            "" if ledger.values.keys() <= {"project"} else "JOIN project p ON p.rid = m.project"
        )
        found = f"FROM money_of_project m {joined} WHERE {' AND '.join(tests)}"
        rows = c.all(
            f"SELECT m.project {found} ORDER BY {order} DESC, m.project LIMIT {limit}", params
        )
        return _with_rest(c, rows, limit, f"SELECT count(*) {found}", params)
    return _of_facts(c, ledger, limit, terms)


def _of_facts(
    c: Connection, ledger: Ledger, limit: int, terms: tuple[tuple[str, int], ...]
) -> tuple[tuple[int, ...], int]:
    signs = " ".join(f"WHEN '{name}' THEN {sign}" for name, sign in terms)
    tests, params = ["nature = 'actual'", "in_kind = 0", "project <> 0"], []
    for name, wanted in ledger.values.items():
        tests.append(f"{name} IN ({','.join('?' * len(wanted))})")
        params += list(wanted)
    for sign, day in ((">=", ledger.since), ("<=", ledger.until)):
        if day:
            tests.append(f"day {sign} ?")
            params.append(day.isoformat())
    found = f"FROM money_fact WHERE {' AND '.join(tests)}"
    rows = c.all(
        f"SELECT project {found} GROUP BY project ORDER BY sum(CASE WHEN unit = 'USD' THEN "
        f"1.0 * value * CASE type {signs} ELSE 0 END ELSE 0 END) DESC, project LIMIT {limit}",
        params,
    )
    return _with_rest(c, rows, limit, f"SELECT count(DISTINCT project) {found}", params)


def _with_rest(
    c: Connection, rows: list[tuple[int, ...]], limit: int, counting: str, params: list[object]
) -> tuple[tuple[int, ...], int]:
    shown = tuple(row[0] for row in rows)
    more = int(c.value(counting, params)) - limit if len(rows) == limit else 0
    return shown, more
