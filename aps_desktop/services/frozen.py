"""What is posted or decided stays: which fields of a record are frozen, and what freezes them.

A new transaction gets its rate, the rate's day and source, and its value in US dollars when it is
saved, wherever it comes from: a form, the command line, a workbook. From then on `refusal` says no
to another amount, day, payer or value; `services/ledger.py` reverses and corrects instead. Plans
may be changed, since nothing has happened yet; their value then follows.

Approvals are events that are added, never edited: a step that was decided and a status change say
for good what was decided, when and by whom. What they leave empty may be filled in.

The write path itself refuses nothing: undo must be able to take back, and a merge takes what other
offices did as it is. A transaction that arrives without a value in US dollars stays without one,
is listed as missing, and keeps a total from being one until somebody fills it in.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import Value
from aps_desktop.services.importing_current import now
from aps_desktop.services.rates import Rates, completed, following

NAME = "fund_transaction"
FROZEN = (
    "type", "date", "amount", "nature", "in_kind", "project", "fund", "partner", "member_state",
    "reverses",
)  # fmt: skip
"""What a posted transaction says; a mistake in it is corrected by a reversing entry."""
VALUED = ("rate", "units_per_usd", "rate_date", "rate_source", "usd_value")
"""Frozen as soon as there is a value in US dollars."""
STEP, STATUS_CHANGE = "approval_step", "project_state_event"
EVENTS = {
    STEP: (
        "project", "step", "body", "partner", "actor", "outcome", "channel", "meeting",
        "circulation", "received_on", "decided_on", "conditions", "file",
    ),
    STATUS_CHANGE: (
        "project", "status", "earlier_status", "changed_on", "reason", "meeting", "file",
    ),
}  # fmt: skip
"""What a decision says, by entity; one that was wrong is followed by another."""
_UNSAID: dict[str, Any] = {"nature": "actual", "in_kind": False}
"""What a field means that says nothing."""


def made(
    c: Connection, name: str, values: Mapping[str, Value], rates: Rates | None = None
) -> dict[str, Value]:
    """A new record's values with what is worked out when it is first saved."""
    if name == NAME:
        return valued(c, values, rates)
    if name == "exchange_rate":
        return completed(values)
    return dict(values)


def valued(
    c: Connection, values: Mapping[str, Value], rates: Rates | None = None
) -> dict[str, Value]:
    """The values with rate, its day, its source and the value in US dollars, where one is known.

    What is given already stays: the value that a voucher states, or a rate that was agreed.
    """
    found = dict(values)
    amount, day = values.get("amount"), values.get("date")
    if not isinstance(amount, Money) or not isinstance(day, date) or values.get("usd_value"):
        return found
    if amount.currency == "USD":
        return {**found, "usd_value": amount}
    agreed = completed(values, rate="rate")
    units, rate = agreed.get("units_per_usd"), agreed.get("rate")
    if isinstance(units, Decimal) and units > 0:
        return {**agreed, "usd_value": Money.of(amount.amount / units, "USD")}
    if isinstance(rate, Decimal) and rate > 0:
        return {**agreed, "usd_value": Money.of(amount.amount * rate, "USD")}
    reverses = values.get("reverses")
    if isinstance(reverses, UUID):
        before = now(c, NAME, reverses)
        if before.get("amount") is not None:
            return {**found, **opposite(before, amount)}
    known = (rates or Rates(c)).find(amount.currency, day)
    return {**found, **known.frozen(amount)} if known else found


def opposite(before: Mapping[str, Value], amount: Money) -> dict[str, Value]:
    """The rate and value of a reversal of that amount, from the transaction that it takes back.

    Nothing where that has no value, or is of another currency.
    """
    first, value = before.get("amount"), before.get("usd_value")
    if not isinstance(first, Money) or not isinstance(value, Money) or not first.minor:
        return {}
    if first.currency != amount.currency:
        return {}
    kept = {name: before[name] for name in VALUED if before.get(name) is not None}
    share = Decimal(amount.minor) / first.minor  # -1, unless only a part is taken back
    return {**kept, "usd_value": Money.of(value.amount * share, "USD")}


def is_decided(name: str, before: Mapping[str, Value]) -> bool:
    """Whether a record is an approval, or a status change, that was given."""
    given = before.get("outcome") not in (None, "", "pending")
    return name == STATUS_CHANGE or (name == STEP and given)


def refusal(
    name: str, before: Mapping[str, Value], after: Mapping[str, Value]
) -> InvalidValue | None:
    """Why a record cannot become what `after` says, having been posted or decided; else None.

    An empty field may be filled in, and so may a missing value in US dollars.
    """
    if is_decided(name, before):
        return _of_event(name, before, after)
    return _of_posting(before, after) if name == NAME else None


def _of_event(
    name: str, before: Mapping[str, Value], after: Mapping[str, Value]
) -> InvalidValue | None:
    for field in EVENTS[name]:
        old = before.get(field)
        if field in after and old not in (None, "") and not _same(old, after[field]):
            label = entity(name).field(field).label
            return InvalidValue(
                f"What was decided stays as it is: “{label}” is not changed afterwards.",
                "Add another entry that says what holds now. What you entered just before, Ctrl+Z "
                "takes back.",
                field=field,
            )
    return None


def _of_posting(before: Mapping[str, Value], after: Mapping[str, Value]) -> InvalidValue | None:
    planned = before.get("nature") == "planned"
    for name in ("nature",) if planned else (*FROZEN, *VALUED):
        if name not in after:
            continue
        old = before.get(name)
        old = _UNSAID.get(name) if old is None else old
        new = _UNSAID.get(name) if after[name] is None else after[name]
        if old in (None, "") or _same(old, new):
            continue
        label = entity(NAME).field(name).label.lower()
        return InvalidValue(
            "A plan is not turned into what happened: post that beside it."
            if planned
            else f"The {label} of a posted transaction stays as it is.",
            "Reverse it or correct it: both add entries, and the history stays true.",
            field=name,
        )
    return None


def import_changes(
    name: str, before: Mapping[str, Value], changes: Mapping[str, tuple[Any, Any]]
) -> Mapping[str, tuple[Any, Any]]:
    """A workbook's changes (old, new) of a record with what follows from them."""
    if name != "exchange_rate":
        return changes
    found = following({field: new for field, (_, new) in changes.items()})
    return {**changes, **{f: (before.get(f), v) for f, v in found.items() if f not in changes}}


def import_refusal(
    name: str, before: Mapping[str, Value], changes: Mapping[str, tuple[Value, Value]]
) -> InvalidValue | None:
    """Why a workbook's changes of what was posted or decided are refused; else None."""
    return refusal(name, before, {field: new for field, (_, new) in changes.items()})


def edited(
    c: Connection, name: str, before: Mapping[str, Value], after: Mapping[str, Value]
) -> dict[str, Value]:
    """An edit's values with what follows from them. InvalidValue where it is refused."""
    refused = refusal(name, before, after)
    if refused:
        raise refused
    if name == "exchange_rate":
        return following(after)
    if name != NAME:
        return dict(after)
    if not {"amount", "date", "rate", "units_per_usd"} & after.keys() or "usd_value" in after:
        return dict(after)
    if before.get("usd_value") and before.get("nature") != "planned":
        return dict(after)
    kept = {k: v for k, v in before.items() if k not in VALUED}
    new = valued(c, {**kept, **after})
    return {**after, **{k: new.get(k) for k in VALUED if new.get(k) != before.get(k)}}


def refuse_deletion(name: str, before: Mapping[str, Value]) -> None:
    """InvalidValue for what was posted or decided: a further entry takes it back."""
    if is_decided(name, before):
        raise InvalidValue(
            "What was decided is not deleted.",
            "Add another entry that says what holds now. What you entered just before, Ctrl+Z "
            "takes back.",
        )
    if name == NAME and before.get("nature") != "planned":
        raise InvalidValue(
            "A posted transaction is not deleted.",
            "Reverse it: then everybody sees that it was taken back, and why.",
        )


def _same(old: Value, new: Value) -> bool:
    if isinstance(old, Decimal) and isinstance(new, (Decimal, int, str)):
        return old == Decimal(new)
    return old == new
