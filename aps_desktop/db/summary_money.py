"""Transactions as facts: one row each, with its project's pillar, body and programme.

`unit` and `value` are the value in US dollars where there is one, else the amount in its own
currency: so a sum tells by its units whether it is a total. `currency` and `amount` are as entered.
"""

from __future__ import annotations

from aps_desktop.db.summary_kinds import Cube, Fact, Source, Sum
from aps_desktop.domain.entities.funding_flow import TRANSACTION_TYPES
from aps_desktop.domain.funding_measures import UNSPENT

_USD = (
    "t.amount_currency <> 'USD' AND t.usd_value_minor IS NOT NULL AND t.usd_value_currency = 'USD'"
)
_VALUE = Sum("value", "value", wide=True)
_KIND = ("type", "nature", "in_kind", "on_project", "unit")
"""What every cube is grouped by, last: measure, planned or actual, cash or kind, whether it is of a
project or of the fund itself, currency."""
_COUNTED = ("nature", "in_kind", "on_project", "unit", "value")
"""What an index needs so that sums are read from it alone."""
_CASH = "nature = 'actual' AND in_kind = 0"


def _of_measure(measure: str) -> tuple[Sum, Sum]:
    """What a project has of a measure, in cash, actual, and with a value in US dollars."""
    test = f"type = '{measure}' AND {_CASH} AND unit = 'USD'"
    return (
        Sum(measure, f"CASE WHEN {test} THEN value ELSE 0 END", wide=True),
        Sum(f"{measure}_n", f"CASE WHEN {test} THEN 1 ELSE 0 END"),
    )


_SIGNS = " ".join(f"WHEN '{term.measure}' THEN {term.sign}" for term in UNSPENT.terms)


def _in_dollars(name: str, signs: str) -> Sum:
    """Measures added or taken away, as `_of_measure` counts each: what projects are ordered by."""
    test = f"{_CASH} AND unit = 'USD'"
    return Sum(name, f"CASE WHEN {test} THEN value * CASE type {signs} ELSE 0 END ELSE 0 END",
               wide=True)  # fmt: skip


_LEFT = Sum(
    "unspent",
    f"CASE WHEN {_CASH} THEN amount * CASE type {_SIGNS} ELSE 0 END ELSE 0 END",
    wide=True,
)
"""What is left of what a project got, in the currency in which it got it."""

MONEY = Fact(
    "money_fact",
    (
        ("day", "text", "t.date"),
        ("year", "integer", "CAST(substr(t.date, 1, 4) AS INTEGER)"),
        (
            "quarter",
            "integer",
            "CAST(substr(t.date, 1, 4) AS INTEGER) * 4 "
            "+ (CAST(substr(t.date, 6, 2) AS INTEGER) - 1) / 3",
        ),
        ("month", "text", "substr(t.date, 1, 7)"),
        ("project", "integer", "coalesce(t.project, 0)"),
        ("programme", "integer", "coalesce(p.programme, 0)"),
        ("body", "integer", "coalesce(p.sponsoring_body, 0)"),
        ("pillar", "text", "coalesce(p.pillar, '')"),
        ("fund", "integer", "coalesce(t.fund, 0)"),
        ("partner", "integer", "coalesce(t.partner, 0)"),
        ("state", "integer", "coalesce(t.member_state, 0)"),
        ("on_project", "integer", "CASE WHEN t.project IS NULL THEN 0 ELSE 1 END"),
        ("type", "text", "coalesce(t.type, '')"),
        ("nature", "text", "coalesce(t.nature, 'actual')"),
        ("in_kind", "integer", "coalesce(t.in_kind, 0)"),
        (
            "unit",
            "text",
            f"CASE WHEN {_USD} THEN 'USD' ELSE t.amount_currency END",
        ),
        (
            "value",
            "integer",
            f"CASE WHEN {_USD} THEN t.usd_value_minor "
            "ELSE t.amount_minor END",
        ),
        ("currency", "text", "t.amount_currency"),
        ("amount", "integer", "t.amount_minor"),
    ),
    "fund_transaction t LEFT JOIN project p ON p.rid = t.project",
    "t.date IS NOT NULL AND t.amount_minor IS NOT NULL",
    (
        Source(
            "fund_transaction",
            (
                "type", "date", "project", "fund", "partner", "member_state", "amount_minor",
                "amount_currency", "nature", "in_kind", "usd_value_minor", "usd_value_currency",
            ),
        ),
        Source(
            "project",
            ("programme", "sponsoring_body", "pillar"),
            "SELECT t.rid FROM fund_transaction t WHERE t.project = x.rid",
        ),
    ),
    (
        Cube("money_by_year", ("year", "pillar", *_KIND), (_VALUE,)),
        Cube("money_by_month", ("month", "pillar", *_KIND), (_VALUE,)),
        Cube("money_by_payer_month", ("month", "partner", "state", *_KIND), (_VALUE,)),
        Cube("money_by_fund_alone", ("fund", *_KIND), (_VALUE,)),
        Cube("money_by_fund", ("fund", "year", "pillar", *_KIND), (_VALUE,)),
        Cube("money_by_fund_month", ("month", "fund", *_KIND), (_VALUE,)),
        Cube("money_by_payer", ("partner", "state", "fund", "pillar", "year", *_KIND), (_VALUE,)),
        Cube("money_by_body_alone", ("body", *_KIND), (_VALUE,)),
        Cube("money_by_body_year", ("year", "body", *_KIND), (_VALUE,)),
        Cube("money_by_body_quarter", ("quarter", "body", *_KIND), (_VALUE,)),
        Cube("money_by_body", ("body", "year", "pillar", *_KIND), (_VALUE,)),
        Cube("money_by_programme", ("programme", *_KIND), (_VALUE,)),
        Cube("money_by_pillar_programme", ("pillar", "programme", *_KIND), (_VALUE,)),
        Cube("money_by_year_programme", ("year", "programme", *_KIND), (_VALUE,)),
        Cube("money_by_currency", ("currency", "month"), ()),
        Cube("money_by_project", ("project", *_KIND), (_VALUE,)),
        Cube("money_left", ("project", "currency"), (_LEFT,)),
        Cube(
            "money_of_project",
            ("project",),
            (
                *(one for key, _ in TRANSACTION_TYPES for one in _of_measure(key)),
                Sum("unvalued", f"CASE WHEN {_CASH} AND unit <> 'USD' THEN 1 ELSE 0 END"),
            ),
        ),
        Cube(
            "money_of_project_year",
            ("project", "year"),
            (
                _in_dollars("unspent", _SIGNS),
                _in_dollars("promised", "WHEN 'pledge' THEN 1 WHEN 'commitment' THEN 1"),
            ),
        ),
    ),
    (
        ("project", "day", "type", *_COUNTED, "currency", "amount"),
        ("programme", "day", "pillar", "type", *_COUNTED),
        ("fund", "programme", "project", "body", "type", "day", "partner", "state", "year",
         "pillar", *_COUNTED),
        ("partner",),
        ("state",),
        ("body",),
    ),
    order="day",
)  # fmt: skip
