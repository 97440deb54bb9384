"""Posting to the ledger: the value in US dollars is frozen; a mistake is reversed, not edited.

What is posted stays. `post` looks up the rate of the day (or the newest before it) and keeps it
with the transaction: rate, its date, its source and the value in US dollars. Without a rate the
transaction is kept without a value and listed by `missing`, until `fill_in` gives it one.
`reverse` and `correct` add entries; nobody's figures change under them.

What is frozen, and who refuses to change it, is in `services/frozen.py`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.unit_of_work import apply
from aps_desktop.domain.changes import Applied, Change, ChangeSet, Create, Update
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.money import Money
from aps_desktop.domain.rules import check_record
from aps_desktop.domain.totals import Missing
from aps_desktop.domain.values import Value
from aps_desktop.services import records
from aps_desktop.services.frozen import NAME, VALUED, opposite, valued
from aps_desktop.services.rates import Rates


@dataclass(frozen=True, slots=True)
class Posted:
    """What became of a posting. `rate` is what was frozen with it, in words; "" without one."""

    id: UUID
    usd_value: Money | None
    rate: str
    applied: Applied


def post(db: Database, values: Mapping[str, Value], id: UUID | None = None) -> Posted:
    """Posts a transaction, as one undo step. InvalidValue where it cannot be."""
    kind = entity(NAME)
    id = id or db.ids.new()
    filled = valued(db.reader(), {**records.defaults(kind), **values})
    _check(filled)
    applied = apply(db, ChangeSet(f"new {_called(filled)}", (Create(NAME, id, filled),)))
    return _posted(id, filled, applied)


def reverse(db: Database, id: UUID, reason: str, on: date | None = None) -> Posted:
    """Takes a transaction back by an entry of the opposite amount, on the same day or `on`.

    It has the same rate and value in US dollars with the opposite sign, so the two come to nothing.
    UserError where it was reversed before.
    """
    values = _reversal(db.reader(), id, reason, on)
    new = db.ids.new()
    label = f"reverse {_called(values)}"
    return _posted(new, values, apply(db, ChangeSet(label, (Create(NAME, new, values),))))


def correct(db: Database, id: UUID, values: Mapping[str, Value], reason: str) -> Posted:
    """Reverses a transaction and posts it anew with other values, as one undo step.

    The new entry keeps what is not given; where amount, date or rate change, its value in US
    dollars is worked out anew.
    """
    c = db.reader()
    back = _reversal(c, id, reason, None)
    before = {k: v for k, v in records.get(c, NAME, id).values.items() if v not in (None, "")}
    unknown = set(values) - set(entity(NAME).by_name)
    if unknown:
        raise InvalidValue(f"A transaction has no field {', '.join(sorted(unknown))}.")
    if {"amount", "date", "rate", "units_per_usd"} & values.keys():
        before = {k: v for k, v in before.items() if k not in VALUED}
    new = valued(c, {**before, **values})
    if "remarks" not in values:
        new["remarks"] = _joined(before.get("remarks"), f"Corrected entry: {reason}")
    _check(new)
    first, second = db.ids.new(), db.ids.new()
    changes: tuple[Change, ...] = (Create(NAME, first, back), Create(NAME, second, new))
    return _posted(second, new, apply(db, ChangeSet(f"correct {_called(new)}", changes)))


def reversed_by(c: Connection, id: UUID) -> UUID | None:
    """The entry that takes this transaction back, if there is one."""
    found = c.value(
        "SELECT t.id FROM fund_transaction t JOIN record r ON r.rid = t.reverses WHERE r.uuid = ? "
        "ORDER BY t.rid LIMIT 1",
        (id.bytes,),
    )
    return UUID(bytes=bytes(found)) if found is not None else None


def missing(c: Connection, *, limit: int | None = None) -> list[Missing]:
    """Transactions without a value in US dollars, oldest first."""
    rows = c.all(
        "SELECT t.id, coalesce(t.reference, ''), t.amount_minor, t.amount_currency, t.date "
        f"FROM fund_transaction t WHERE {UNVALUED} ORDER BY t.date, t.rid"
        + (f" LIMIT {int(limit)}" if limit is not None else "")
    )
    return [missing_row(row) for row in rows]


UNVALUED = "t.usd_value_minor IS NULL AND t.amount_currency <> 'USD'"


def missing_row(row: tuple[object, ...]) -> Missing:
    """From (id, reference, minor units, currency, day)."""
    id, reference, minor, currency, day = row
    return Missing(
        NAME,
        UUID(bytes=bytes(id)),  # type: ignore[call-overload]
        str(reference or "no reference"),
        Money(int(minor), str(currency)),  # type: ignore[call-overload]
        date.fromisoformat(str(day)) if day else None,
    )


def fill_in(db: Database, ids: Iterable[UUID] | None = None) -> tuple[Applied, list[Missing]]:
    """Gives transactions without a value in US dollars one, where there is a rate, as one step.

    Of all transactions, or of those given. Returns what still has none. A reversal gets the rate
    and the opposite value of what it takes back, and waits for it.
    """
    c = db.reader()
    wanted = None if ids is None else set(ids)
    taken_back = _taken_back(c)
    rates = Rates(c)
    changes: list[Change] = []
    left: list[Missing] = []
    filled: dict[UUID, Mapping[str, Value]] = {}
    chosen = [one for one in missing(c) if wanted is None or one.id in wanted]
    for one in sorted(chosen, key=lambda one: one.id in taken_back):  # what they take back first
        if one.id in taken_back:
            first = taken_back[one.id]
            before = {**records.get(c, NAME, first).values, **filled.get(first, {})}
            found = opposite(before, one.amount)
        else:
            rate = rates.find(one.amount.currency, one.day) if one.day else None
            found = rate.frozen(one.amount) if rate else {}
        if not found:
            left.append(one)
            continue
        filled[one.id] = found
        changes += [Update(NAME, one.id, name, value) for name, value in found.items()]
    number = len(filled)
    if wanted is None:
        for id, minor in c.all(
            "SELECT id, amount_minor FROM fund_transaction t WHERE t.usd_value_minor IS NULL "
            "AND t.amount_currency = 'USD' ORDER BY t.rid"
        ):
            number += 1
            value = Money(minor, "USD")  # it arrived without: a dollar is worth a dollar
            changes.append(Update(NAME, UUID(bytes=bytes(id)), "usd_value", value))
    label = f"fill in {number:,} values in US dollars"
    return apply(db, ChangeSet(label, tuple(changes))), left


def _taken_back(c: Connection) -> dict[UUID, UUID]:
    """What each reversal without a value in US dollars takes back, where that is here."""
    rows = c.all(
        "SELECT t.id, o.id FROM fund_transaction t JOIN fund_transaction o ON o.rid = t.reverses "
        f"WHERE {UNVALUED}"
    )
    return {UUID(bytes=bytes(id)): UUID(bytes=bytes(first)) for id, first in rows}


def _reversal(c: Connection, id: UUID, reason: str, on: date | None) -> dict[str, Value]:
    if not reason.strip():
        raise InvalidValue("Say why it is taken back.", field="remarks")
    record = records.get(c, NAME, id)
    if reversed_by(c, id):
        raise UserError("This transaction was taken back already.", "Look at the entries below it.")
    if record.values.get("reverses"):
        raise UserError(
            "This entry takes another one back; it is not taken back itself.",
            "Post the transaction anew instead.",
        )
    left_out = {"expires_on", "file"}
    kept = {k: v for k, v in record.values.items() if v not in (None, "") and k not in left_out}
    return {
        **kept,
        **{k: Money(-v.minor, v.currency) for k, v in kept.items() if isinstance(v, Money)},
        "date": on or record.values.get("date"),
        "reverses": id,
        "remarks": f"Reversal: {reason.strip()}",
    }


def _check(values: Mapping[str, Value]) -> None:
    for problem in check_record(entity(NAME), values):
        if problem.severity == "error":
            raise InvalidValue(problem.message, field=problem.field)


def _joined(before: Value, more: str) -> str:
    return f"{before}\n{more}" if before else more


def _called(values: Mapping[str, Value]) -> str:
    words = entity(NAME).field("type").choice_label(str(values.get("type") or "transaction"))
    reference = values.get("reference")
    return (
        f"{words.lower()} {reference}" if reference else f"{words.lower()} {values.get('amount')}"
    )


def _posted(id: UUID, values: Mapping[str, Value], applied: Applied) -> Posted:
    usd, rate = values.get("usd_value"), values.get("rate")
    words = ""
    if rate is not None:
        words = f"{rate} of {values.get('rate_date')} ({values.get('rate_source')})"
    return Posted(id, usd if isinstance(usd, Money) else None, words, applied)
