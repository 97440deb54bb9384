"""The questions about money as the window asks them: in words, and each answer as a table."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from aps_desktop.db.connection import Connection
from aps_desktop.domain.funding_measures import MEASURE_LABELS
from aps_desktop.services import answer_sheets, figures
from aps_desktop.services.funding import GROUP_LABELS, Scope
from aps_desktop.services.sheet_cells import Sheet


@dataclass(frozen=True, slots=True)
class Asking:
    """How a question is put: in the list, and under its title."""

    name: str
    title: str
    words: str


ASKINGS = (
    Asking("flows", "Pledge to expenditure",
           "What was pledged, committed, received, disbursed and spent, side by side."),
    Asking("gap", "Funding gap", "What work plans need and nobody has committed or pledged."),
    Asking("balances", "Undisbursed, unspent",
           "What is committed and not yet paid out, and paid out and not yet spent."),
    Asking("delivery", "Delivery rate", "How much of what was committed has been paid out."),
    Asking("burn", "Burn against plan", "What was to be spent, and what was, period by period."),
    Asking("by_partner", "Partner × year × pillar", "Who pays for which community, year by year."),
    Asking("pipeline", "Pipeline by partner",
           "What is proposed to whom, weighted by how likely it is."),
    Asking("expiring", "Expiring pledges", "Pledges that run out soon, and what of them is open."),
    Asking("refunds_due", "Refunds due", "Projects that ended with money left, and by when."),
)  # fmt: skip
BY_NAME = {one.name: one for one in ASKINGS}

OPTION_LABELS = {"by": "By", "period": "By", "measure": "Measure:", "days": "Within"}
_DAYS = ("90", "30", "180", "365")
_CHOICE_LABELS: dict[str, dict[str, str]] = {
    "by": {
        **GROUP_LABELS, "measure": "Measure", "work_plan": "Work plan",
        "framework_item": "Framework item",
    },
    "period": {"month": "Month", "quarter": "Quarter", "year": "Year"},
    "measure": MEASURE_LABELS,
    "days": {days: f"{days} days" for days in _DAYS},
}  # fmt: skip
_FIRST = {
    "burn": "Period", "by_partner": "Partner and year", "pipeline": "Partner",
    "expiring": "Pledge", "refunds_due": "Project",
}  # fmt: skip
_EXTRA = {
    "gap": ("pledged", "lines"),
    "burn": ("planned_so_far", "actual_so_far"),
    "balances": ("pledge", "interest", "refund", "receipt"),
}
_EMPTY = {
    "gap": "No work plan line says what it needs. Enter “Funding needed” on the lines.",
    "burn": "Nothing is planned or spent. Record planned transactions to compare with.",
    "pipeline": "There is no open proposal.",
    "expiring": "No pledge expires in that time.",
    "refunds_due": "No project that ended has money left.",
}


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer laid out: its title, its table, and how it was counted."""

    title: str
    sheet: Sheet
    explained: tuple[str, ...]


def options(name: str) -> dict[str, tuple[tuple[str, str], ...]]:
    """By option: its (key, label) choices, the usual first."""
    found = {}
    for option, keys in figures.QUESTIONS[name].choices.items():
        labels = _CHOICE_LABELS[option]
        found[option] = tuple((key, labels.get(key, key)) for key in keys or _DAYS)
    return found


def ask(c: Connection, name: str, scope: Scope, chosen: dict[str, str]) -> Answered:
    """The answer as a table. `chosen` has an option's key by its name."""
    given: dict[str, Any] = {
        option: int(key) if option == "days" else key for option, key in chosen.items()
    }
    answer = figures.answer(c, name, scope, **given)
    by = chosen.get("by", "")
    first = _FIRST.get(name) or _CHOICE_LABELS["by"].get(by, "")
    sheet = answer_sheets.sheet(
        answer,
        first,
        extra=_EXTRA.get(name, ()),
        empty=_EMPTY.get(name, "Nothing was recorded that this could count."),
    )
    return Answered(answer.title, sheet, answer.explained)
