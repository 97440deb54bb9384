"""What is wrong or doubtful about a record's values: pure checks, without any look elsewhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Literal
from uuid import UUID

from aps_desktop.domain import lifecycle
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.domain.money import CURRENCIES, Money
from aps_desktop.domain.values import Period, Value, show_date

Severity = Literal["error", "warning"]
Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field. An error refuses the value, a warning is only shown."""

    field: str
    message: str
    severity: Severity = "error"


PAIRS: tuple[tuple[str, str], ...] = (
    ("starts_on", "ends_on"),
    ("planned_start", "planned_end"),
    ("actual_start", "actual_end"),
    ("baseline_start", "baseline_end"),
    ("valid_from", "valid_to"),
    ("starts_on", "due"),
    ("opens_on", "due"),
    ("announced_on", "closes_on"),
    ("sent_on", "due"),
    ("earlier_end", "new_end"),
    ("requested_on", "decided_on"),
    ("received_on", "decided_on"),
)
"""Fields of which the second is never before the first."""

_NEVER_EMPTY = frozenset({date, Money, UUID, Period, bool, int, Decimal})
_CURRENCY_FIELDS = frozenset({"currency"})


def check_record(entity: Entity, values: Values) -> list[Problem]:
    """Everything wrong with a record's values, errors first; fields that are missing are empty."""
    return checker(entity)(values)


@lru_cache(maxsize=256)
def checker(entity: Entity) -> Callable[[Values], list[Problem]]:
    """`check_record` for one entity, made once: an import checks 100,000 records."""
    fields = [
        (f, f.name, frozenset(key for key, _ in f.choices), _only_required(f))
        for f in entity.fields
        if _has_rule(f)
    ]
    pairs = [
        (entity.by_name[first], entity.by_name[last])
        for first, last in PAIRS
        if first in entity.by_name and last in entity.by_name
    ]
    own = RULES.get(entity.name)

    def check(values: Values) -> list[Problem]:
        problems: list[Problem] = []
        for field, name, keys, only_required in fields:
            value = values.get(name)
            if value is None:
                if field.required:
                    problems += _field(field, None)
            elif value not in keys and not (only_required and type(value) in _NEVER_EMPTY):
                problems += _field(field, value)
        for first, last in pairs:
            problems += _in_order(first, last, values)
        if own:
            problems += own(values)
        return sorted(problems, key=lambda p: p.severity) if problems else problems

    return check


def _only_required(field: Field) -> bool:
    """Whether any value at all will do."""
    return field.kind not in (Kind.CHOICE, Kind.PERCENT) and field.name not in _CURRENCY_FIELDS


def _has_rule(field: Field) -> bool:
    return (
        field.required
        or field.kind in (Kind.CHOICE, Kind.PERCENT)
        or field.name in _CURRENCY_FIELDS
    )


def _field(field: Field, value: Value) -> Iterator[Problem]:
    if _is_empty(value):
        if field.required:
            yield Problem(field.name, f"{field.label} is missing.")
        return
    if field.kind is Kind.CHOICE and field.choices and isinstance(value, str):
        if not any(value == key for key, _ in field.choices):
            # a newer version of the program may know it, so it is kept and shown
            yield Problem(field.name, f"{field.label}: “{value}” is not a choice.", "warning")
    elif field.kind is Kind.PERCENT and isinstance(value, (int, Decimal)):
        if not 0 <= value <= 100:
            yield Problem(field.name, f"{field.label} is not between 0 and 100 %.")
    elif field.kind is Kind.TEXT and field.name in _CURRENCY_FIELDS and value not in CURRENCIES:
        yield Problem(field.name, f"{field.label}: “{value}” is not a currency code.")


def _in_order(first: Field, last: Field, values: Values) -> Iterator[Problem]:
    start, end = values.get(first.name), values.get(last.name)
    if isinstance(start, date) and isinstance(end, date) and end < start:
        yield Problem(
            last.name,
            f"{last.label} ({show_date(end)}) is before {first.label.lower()} "
            f"({show_date(start)}).",
        )


def _is_empty(value: Value) -> bool:
    return value is None or value == frozenset() or (isinstance(value, str) and not value.strip())


def _project(values: Values) -> Iterator[Problem]:
    words = lifecycle.word_count(_text(values, "description"))
    if words > lifecycle.MOST_WORDS:
        yield Problem(
            "description",
            f"The brief description has {words} words; the template allows {lifecycle.MOST_WORDS}.",
            "warning",
        )
    if values.get("recurring") is True and not (
        values.get("previous_project") or values.get("previous_code")
    ):
        yield Problem(
            "previous_code",
            "A recurring project names the previous project or its code.",
            "warning",
        )
    yield from _project_dates(values)
    yield from _negative("budget", values)


def _project_dates(values: Values) -> Iterator[Problem]:
    status = _text(values, "status")
    facts = {name: _day(values, name) for name in lifecycle.FACTS}
    for name, message in lifecycle.missing_facts(status, facts):
        yield Problem(name, message, "warning")
    done, report = facts["activities_done_on"], facts["completion_report_on"]
    if done and report and report > lifecycle.report_due(done):
        yield Problem(
            "completion_report_on",
            f"The completion report was due by {show_date(lifecycle.report_due(done))}.",
            "warning",
        )


def _work_plan_line(values: Values) -> Iterator[Problem]:
    for name, what in (
        ("owner_body", "an owner"),
        ("due", "a due date"),
        ("key_output", "at least one key output"),
    ):
        if _is_empty(values.get(name)):
            yield Problem(name, f"A work plan line needs {what} to be monitored.", "warning")


def _alignment(values: Values) -> Iterator[Problem]:
    if values.get("weight") == 0:
        yield Problem("weight", "A weight of 0 % says that it is not aligned.", "warning")


def _transaction(values: Values) -> Iterator[Problem]:
    get = values.get
    rate, usd, amount = get("rate"), get("usd_value"), get("amount")
    if isinstance(rate, Decimal):
        if rate <= 0:
            yield Problem("rate", "The rate is not above zero.")
        if not get("rate_date"):
            yield Problem("rate_date", "A rate needs its date.", "warning")
    if isinstance(usd, Money) and usd.currency != "USD":
        yield Problem("usd_value", "The value in US dollars is not in USD.")
    elif isinstance(amount, Money) and amount.currency == "USD" and usd not in (None, amount):
        yield Problem("usd_value", "An amount in US dollars is its own value.")
    if isinstance(amount, Money) and amount.minor <= 0:
        yield from _not_positive(amount, values)
    if not (get("project") or get("fund") or get("partner") or get("member_state")):
        yield Problem("project", "Say which project, fund or payer it belongs to.", "warning")


def _not_positive(amount: Money, values: Values) -> Iterator[Problem]:
    if amount.minor == 0:
        yield Problem("amount", "The amount is zero.", "warning")
    elif not values.get("reverses"):
        refund = values.get("type") == "refund"
        yield Problem(
            "amount",
            "A refund is money coming back as it is: enter it without the minus sign."
            if refund
            else "A negative amount takes back an earlier one: name the transaction it reverses.",
            "warning",
        )


_DEAREST = Decimal(20)
"""US dollars for one unit that no currency reaches."""
_SLACK = Decimal("0.01")


def _rate(values: Values) -> Iterator[Problem]:
    rate, units = values.get("usd_per_unit"), values.get("units_per_usd")
    for name, value in (("usd_per_unit", rate), ("units_per_usd", units)):
        if isinstance(value, Decimal) and value <= 0:
            yield Problem(name, "The rate is not above zero.")
    if values and _is_empty(rate) and _is_empty(units):
        yield Problem("usd_per_unit", "Give US dollars for one unit, or units for one US dollar.")
    if isinstance(rate, Decimal) and rate > _DEAREST:
        words = f"No unit is worth {rate.normalize():f} US dollars: are these units for one dollar?"
        yield Problem("usd_per_unit", words)
    if isinstance(units, Decimal) and 0 < units < 1 / _DEAREST:
        yield Problem("units_per_usd", "Are these US dollars for one unit?")
    if isinstance(rate, Decimal) and isinstance(units, Decimal) and abs(rate * units - 1) > _SLACK:
        yield Problem("units_per_usd", "The two rates do not agree with each other.")
    if values.get("currency") == "USD" and isinstance(rate, Decimal) and rate != 1:
        yield Problem("usd_per_unit", "One US dollar is worth one US dollar.")


def _indicator_value(values: Values) -> Iterator[Problem]:
    top, bottom = values.get("numerator"), values.get("denominator")
    if bottom == 0:
        yield Problem("denominator", "The denominator is zero.")
    if isinstance(top, Decimal) and bottom is None:
        yield Problem("denominator", "A numerator needs its denominator.", "warning")
    if all(_is_empty(values.get(n)) for n in ("value", "text", "yes", "numerator")):
        yield Problem("value", "No value is given.", "warning")


def _target(values: Values) -> Iterator[Problem]:
    if values.get("revised_value") is not None and _is_empty(values.get("reason")):
        yield Problem("revised_value", "Give the reason first: a revised target needs one.")
        yield Problem("reason", "A revised target needs its reason.")


def _indicator(values: Values) -> Iterator[Problem]:
    low, high = values.get("lowest"), values.get("highest")
    if isinstance(low, Decimal) and isinstance(high, Decimal) and high < low:
        yield Problem("highest", "The highest plausible value is below the lowest.")
    from aps_desktop.domain.results import parse_scale  # late: the start does without it

    try:
        scale = parse_scale(_text(values, "scale"))
    except InvalidValue as error:
        yield Problem("scale", error.message)
        return
    if values.get("measure_type") == "qualitative" and not scale:
        yield Problem("scale", "Without a scale, its words cannot be counted.", "warning")


def _approval_step(values: Values) -> Iterator[Problem]:
    decided = values.get("outcome") not in (None, "", "pending")
    if decided and not values.get("decided_on"):
        yield Problem("decided_on", "A decision needs its date.", "warning")
    if not any(values.get(name) for name in ("body", "partner", "actor")):
        yield Problem("body", "Say who acts at this step.", "warning")
    if decided and values.get("channel") == "meeting" and not values.get("meeting"):
        yield Problem("meeting", "Name the meeting that decided.", "warning")
    if decided and values.get("channel") == "ad_referendum" and not values.get("circulation"):
        yield Problem("circulation", "Name the circulation by which it was decided.", "warning")


def _tenure(values: Values) -> Iterator[Problem]:
    if not values.get("body") and not values.get("partner"):
        yield Problem("body", "Say of which body, or with which partner.", "warning")


def _action_item(values: Values) -> Iterator[Problem]:
    if values.get("status") == "done" and not values.get("done_on"):
        yield Problem("done_on", "Say when it was done.", "warning")
    if not any(
        values.get(name) for name in ("responsible", "responsible_body", "responsible_state")
    ):
        yield Problem("responsible", "Nobody is responsible.", "warning")


def _knowledge_product(values: Values) -> Iterator[Problem]:
    if values.get("status") == "released" and not values.get("released_by"):
        yield Problem("released_by", "A release needs somebody who approved it.", "warning")


def _member_state(values: Values) -> Iterator[Problem]:
    code = _text(values, "code")
    if code and not re.fullmatch(r"[A-Z]{2}", code):
        yield Problem("code", "The ISO code has two capital letters.")


def _task(values: Values) -> Iterator[Problem]:
    start, end = values.get("starts_on"), values.get("ends_on")
    if values.get("milestone") is True and start and end and start != end:
        yield Problem("ends_on", "A milestone is a single day.", "warning")


def _dependency(values: Values) -> Iterator[Problem]:
    if values.get("task") and values.get("task") == values.get("predecessor"):
        yield Problem("predecessor", "A task cannot wait for itself.")


def _attendance(values: Values) -> Iterator[Problem]:
    yield from _counts(values, "women", "men", "not_stated")


def _participation(values: Values) -> Iterator[Problem]:
    yield from _counts(values, "people")


def _period_calendar(values: Values) -> Iterator[Problem]:
    period, due = values.get("period"), values.get("due")
    if isinstance(period, Period) and isinstance(due, date) and due < period.end:
        yield Problem("due", "Values are due before the period ends.", "warning")


def _counts(values: Values, *names: str) -> Iterator[Problem]:
    for name in names:
        number = values.get(name)
        if isinstance(number, (int, Decimal)) and number < 0:
            yield Problem(name, "A number of people cannot be below zero.")


def _negative(name: str, values: Values) -> Iterator[Problem]:
    amount = values.get(name)
    if isinstance(amount, Money) and amount.minor < 0:
        yield Problem(name, "The amount is below zero.")


def _text(values: Values, name: str) -> str:
    value = values.get(name)
    return value if isinstance(value, str) else ""


def _day(values: Values, name: str) -> date | None:
    value = values.get(name)
    return value if isinstance(value, date) else None


RULES: dict[str, Callable[[Values], Iterator[Problem]]] = {
    "project": _project,
    "project_alignment": _alignment,
    "work_plan_line": _work_plan_line,
    "fund_transaction": _transaction,
    "exchange_rate": _rate,
    "indicator": _indicator,
    "indicator_value": _indicator_value,
    "target": _target,
    "approval_step": _approval_step,
    "tenure": _tenure,
    "action_item": _action_item,
    "knowledge_product": _knowledge_product,
    "member_state": _member_state,
    "task": _task,
    "task_dependency": _dependency,
    "attendance": _attendance,
    "participation_count": _participation,
    "period_calendar": _period_calendar,
}
"""What one entity alone needs, by its name."""
