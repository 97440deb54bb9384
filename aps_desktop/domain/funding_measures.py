"""The measures of the ledger and every figure that is worked out from them, with its source.

The seven measures are separate and never added to one another; planned is kept apart from actual,
and what is given in kind apart from cash (domain.md A.3, features 34 to 45). A figure that needs
more than one measure is a formula here and nowhere else: terms that are added or taken away.

Where the money lies decides which terms count. A row with a project happened on the project's
side; a row without one on the fund's own account. So a refund by a project comes back into the
fund, while a refund without a project leaves it for the contributor; interest of a project stays
with the project until it is refunded, and is then part of that refund.

The three modalities: ASEAN funds and partner trust funds are managed by the ASEAN Secretariat,
which receives and disburses, so they have a balance. From partner funds the partner pays itself:
what is entered for them is what the partner reports; there is no account here, hence no balance.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from aps_desktop.domain.entities.funding_flow import TRANSACTION_TYPES

MEASURES: tuple[str, ...] = tuple(key for key, _ in TRANSACTION_TYPES)
MEASURE_LABELS: dict[str, str] = {
    "pledge": "Pledged",
    "commitment": "Committed",
    "receipt": "Received",
    "disbursement": "Disbursed",
    "expenditure": "Spent",
    "refund": "Refunded",
    "interest": "Interest",
}
"""What a column of the measure's sums is called."""

ACTUAL, PLANNED = "actual", "planned"
MANAGED = frozenset({"asean_fund", "partner_trust_fund"})
"""Modalities whose money lies with the ASEAN Secretariat."""

Side = Literal["any", "project", "fund"]


@dataclass(frozen=True, slots=True)
class Term:
    """One measure in a formula: added (1) or taken away (-1), of rows with or without a project."""

    sign: int
    measure: str
    side: Side = "any"


@dataclass(frozen=True, slots=True)
class Formula:
    """A figure: its terms, in words, and where the rule comes from."""

    key: str
    label: str
    terms: tuple[Term, ...]
    words: str
    source: str


UNDISBURSED = Formula(
    "undisbursed",
    "Undisbursed",
    (Term(1, "commitment"), Term(-1, "disbursement")),
    "committed less disbursed",
    "features.md 44; as AMP computes it",
)
UNSPENT = Formula(
    "unspent",
    "Unspent",
    (
        Term(1, "disbursement", "project"),
        Term(1, "interest", "project"),
        Term(-1, "expenditure", "project"),
        Term(-1, "refund", "project"),
    ),
    "disbursed to projects and their interest, less what they spent and refunded",
    "features.md 43; domain.md A.2 (unspent balance)",
)
BALANCE = Formula(
    "balance",
    "Balance",
    (
        Term(1, "receipt"),
        Term(1, "interest", "fund"),
        Term(1, "refund", "project"),
        Term(-1, "disbursement"),
        Term(-1, "expenditure", "fund"),
        Term(-1, "refund", "fund"),
    ),
    "received, the fund's interest and refunds by projects, less what was disbursed, spent from "
    "the fund itself and refunded to contributors",
    "features.md 36; domain.md A.3 (ASEAN funds and partner trust funds)",
)
FORMULAS: dict[str, Formula] = {f.key: f for f in (UNDISBURSED, UNSPENT, BALANCE)}

DELIVERY_RATE = "disbursed in percent of committed"
"""features.md 44; AMP's delivery rate."""
BURN_RATE = "spent in percent of planned, month by month"
"""features.md 35 (planned and actual)."""
FUNDING_GAP = (
    "needed less committed less what is pledged and not yet committed; a pledge that became a "
    "commitment counts once"
)
"""features.md 45: need - pledged - committed."""
WEIGHTED = "asked for x probability, rounded once at the end"
"""features.md 46."""
