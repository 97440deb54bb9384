"""The questions about money by name, for the window, the command line, reports and charts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from aps_desktop.db.connection import Connection
from aps_desktop.domain.errors import InvalidValue, NotFound
from aps_desktop.domain.funding_measures import MEASURES
from aps_desktop.services import (
    funding_burn,
    funding_flows,
    funding_gap,
    funding_partners,
    funding_pledges,
    funding_refunds,
)
from aps_desktop.services.funding import Answer, Scope


@dataclass(frozen=True)
class Question:
    """A question. `choices` are its options with what may be chosen, the usual first.

    An option without choices is a number of days.
    """

    name: str
    title: str
    run: Callable[..., Answer]
    choices: dict[str, tuple[str, ...]]


_MEASURES = ("commitment", *(m for m in MEASURES if m != "commitment"))
_BURNT = ("expenditure", "disbursement")

QUESTIONS: dict[str, Question] = {
    one.name: one
    for one in (
        Question("flows", "Pledge, commitment, receipt, disbursement, expenditure",
                 funding_flows.flows, {"by": funding_flows.BY}),
        Question("balances", "Undisbursed, unspent and fund balances",
                 funding_flows.balances, {"by": funding_flows.BY}),
        Question("delivery", "Delivery rate", funding_flows.delivery, {"by": funding_flows.BY}),
        Question("gap", "Funding gap", funding_gap.gap, {"by": funding_gap.BY}),
        Question("burn", "Burn against plan", funding_burn.burn,
                 {"period": funding_burn.PERIODS, "measure": _BURNT}),
        Question("by_partner", "Funding by partner, year and pillar",
                 funding_partners.by_partner, {"measure": _MEASURES}),
        Question("pipeline", "Pipeline by partner", funding_partners.pipeline, {}),
        Question("expiring", "Pledges that expire", funding_pledges.expiring, {"days": ()}),
        Question("refunds_due", "Refunds due", funding_refunds.refunds_due, {}),
    )
}  # fmt: skip


def answer(c: Connection, name: str, scope: Scope, **options: Any) -> Answer:
    """The answer to a question. NotFound or InvalidValue for what there is not."""
    question = QUESTIONS.get(name)
    if question is None:
        raise NotFound(f"There is no question “{name}”.", f"There are {', '.join(QUESTIONS)}.")
    for option, value in options.items():
        if option not in question.choices:
            raise InvalidValue(f"“{name}” has no option “{option}”.")
        choices = question.choices[option]
        if choices and value not in choices:
            raise InvalidValue(f"“{value}” is no choice for {option}.", f"{', '.join(choices)}.")
    return question.run(c, scope, **options)
