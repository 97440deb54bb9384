"""Which projects and programmes are shown where there are too many for one answer."""

from __future__ import annotations

from typing import Any

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import money
from aps_desktop.db.summary_kinds import BASE
from aps_desktop.services.funding import Ledger

_COLUMNS = {"pillar": "pillar", "body": "sponsoring_body", "programme": "programme"}
_UNSPENT = {"disbursement": 1, "interest": 1, "expenditure": -1, "refund": -1}
_SIZE = {"commitment": 1, "pledge": 1}


def largest(
    c: Connection, ledger: Ledger, by: str, limit: int, *, by_unspent: bool
) -> tuple[tuple[Any, ...], int]:
    """The groups with most unspent (or committed and pledged) money, and how many more."""
    signs = _UNSPENT if by_unspent else _SIZE
    own = ledger.values.keys() <= {*_COLUMNS, "project"}
    if by == "project" and own and ledger.since is None:
        return _projects(c, ledger, limit, signs)
    if by == "project" and own and ledger.scope.years and ledger.scope.as_of is None:
        size = "unspent" if by_unspent else "promised"
        return _projects(c, ledger, limit, {size: 1}, ledger.scope.years)
    return money.largest(c, by, ledger.narrowed(nature="", in_kind=None), signs, limit)


def _projects(
    c: Connection, ledger: Ledger, limit: int, signs: dict[str, int],
    years: tuple[int, int] | None = None,
) -> tuple[tuple[int, ...], int]:  # fmt: skip
    """From the table that has one row a project, up to today; the figures themselves are exact.

    Of some years: from the one that has a row for each year.
    """
    table, params = "money_of_project", list[Any]()
    if years:
        columns = (f"{name}_{part}" for name in signs for part in ("hi", "lo"))
        added = ", ".join(f"sum({name}) AS {name}" for name in ("n", *columns))
        table = (
            f"(SELECT project, {added} FROM money_of_project_year WHERE year BETWEEN ? AND ? "
            "GROUP BY project)"
        )
        params += years
    order = " + ".join(
        f"{sign} * (m.{name}_hi * {BASE}.0 + m.{name}_lo)" for name, sign in signs.items()
    )
    tests = ["m.n <> 0"]
    for name, wanted in ledger.values.items():
        column = f"p.{_COLUMNS[name]}" if name in _COLUMNS else "m.project"
        known = [value for value in wanted if value or name == "project"]
        test = f"{column} IN ({','.join('?' * len(known))})" if known else "1 = 0"
        tests.append(test if len(known) == len(wanted) else f"({test} OR {column} IS NULL)")
        params += known
    joined = ""
    if not ledger.values.keys() <= {"project"}:
        joined = " LEFT JOIN project p ON p.rid = m.project"
    found = f"FROM {table} m{joined} WHERE {' AND '.join(tests)}"
    rows = c.all(f"SELECT m.project {found} ORDER BY {order} DESC, m.project LIMIT {limit}", params)
    more = int(c.value(f"SELECT count(*) {found}", params)) - limit if len(rows) == limit else 0
    return tuple(row[0] for row in rows), more
