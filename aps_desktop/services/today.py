"""What needs attention today: rules over the lists, the same for the window and the command line.

A rule is a list with filters, so "show all" opens exactly the records that it counted.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.db.queries import lists
from aps_desktop.db.queries.lists import Filter, ListQuery
from aps_desktop.domain.entities import entity
from aps_desktop.domain.money import CURRENCIES
from aps_desktop.services import reporting_matrix, today_exchange, today_money
from aps_desktop.services.today_exchange import Waits
from aps_desktop.services.today_money import Compared

LATE, SOON, WAITING, ENDING, UNTIDY = "late", "soon", "waiting", "ending", "untidy"
BETWEEN = "between"
SECTIONS = (
    (BETWEEN, "Between offices"),
    (LATE, "Late"),
    (WAITING, "Waiting for a decision"),
    (SOON, "Coming up"),
    (ENDING, "Running out"),
    (UNTIDY, "To put in order"),
)

Filters = Callable[[date], tuple[Filter, ...]]
_DECIDING = ("submitted", "under_appraisal", "endorsed", "final_approval")
_RUNNING = ("commenced", "on_hold", "extended")
_REPORT_DAYS = 60
_RATE_DAYS = 90


@dataclass(frozen=True)
class Rule:
    """One alarm. `due` is the date field that counts; `shift` days later is when it is due."""

    key: str
    section: str
    title: str
    entity: str
    due: str
    filters: Filters
    words: Callable[[date, date], str]
    shift: int = 0


@dataclass(frozen=True, slots=True)
class Alarm:
    """One record that a rule found: what it is called, when it is due, what is the matter.

    What is about no record (a bundle that has not come) has neither entity nor id.
    """

    rule: str
    entity: str
    id: UUID | None
    title: str
    due: date | None
    message: str


@dataclass(frozen=True, slots=True)
class Found:
    """A rule with the number of its records and the most urgent of them."""

    rule: Rule
    count: int
    alarms: tuple[Alarm, ...]
    filters: tuple[Filter, ...]


def found(c: Connection, day: date, *, each: int = 5) -> list[Found]:
    """What every rule finds, most urgent first; rules that find nothing are left out."""
    results = [
        Found(_EXCHANGE[key], number, tuple(between), ())
        for key, number, between in _between_offices(c, min(each, _FEW))
        if number
    ]
    for rule in RULES:
        filters = rule.filters(day)
        number = lists.count(c, _query(rule, filters))
        if number:
            results.append(Found(rule, number, _alarms(c, rule, day, each), filters))
    rates = old_rates(c, day)
    if rates:
        results.append(Found(_RATES, len(rates), tuple(rates[:each]), ()))
    for rule, compare in _COMPARED:
        alarms, filters = _matters(rule, compare(c, day))
        if alarms:
            results.append(Found(rule, len(alarms), tuple(alarms[:each]), filters))
    owed, filters = missing_values(c, day)
    for rule in (_VALUES_LATE, _VALUES_DUE):
        mine = [alarm for alarm in owed if alarm.rule == rule.key]
        if mine:
            results.append(Found(rule, len(mine), tuple(mine[:each]), filters))
    return in_order(results)


def in_order(results: list[Found]) -> list[Found]:
    """By section, and within one as they come."""
    return sorted(results, key=lambda one: _ORDER.index(one.rule.section))


def later(c: Connection) -> list[Found]:
    """What takes longer to find, as `found` gives the other rules."""
    asked = map(_alarmed, today_exchange.later(c, _FEW))
    return [Found(_EXCHANGE[key], n, tuple(between), ()) for key, n, between in asked if n]


def alarms(c: Connection, day: date, *, limit: int | None = None) -> list[Alarm]:
    """All alarms, or the first `limit` of each rule, in the order of the rules."""
    made = [alarm for rule in RULES for alarm in _alarms(c, rule, day, limit)]
    compared = [
        alarm for rule, compare in _COMPARED for alarm in _matters(rule, compare(c, day))[0][:limit]
    ]
    waiting = [*_between_offices(c, limit), *map(_alarmed, today_exchange.later(c, limit))]
    between = [alarm for _, _, found in waiting for alarm in found]
    made += old_rates(c, day)[:limit] + missing_values(c, day)[0][:limit] + compared
    return made + between


def _between_offices(c: Connection, limit: int | None) -> Iterator[tuple[str, int, list[Alarm]]]:
    yield from map(_alarmed, today_exchange.waits(c, limit))


def _alarmed(waits: Waits) -> tuple[str, int, list[Alarm]]:
    key, number, matters = waits
    made = [Alarm(key, one.entity, one.id, one.title, None, one.message) for one in matters]
    return key, number, made


def _matters(rule: Rule, found: Compared) -> tuple[list[Alarm], tuple[Filter, ...]]:
    alarms = [
        Alarm(rule.key, found.entity, one.id, one.title, one.due, one.message)
        for one in found.matters
    ]
    return alarms, found.filters


def late_count(results: list[Found]) -> int:
    """How many records are late: the number beside "Today"."""
    return sum(one.count for one in results if one.rule.section == LATE)


def _query(rule: Rule, filters: tuple[Filter, ...]) -> ListQuery:
    fields = (rule.due,) if rule.due else ()
    return ListQuery(rule.entity, fields, ((rule.due, False),) if rule.due else (), filters)


def _alarms(c: Connection, rule: Rule, day: date, limit: int | None) -> tuple[Alarm, ...]:
    query = _query(rule, rule.filters(day))
    rids = lists.ids(c, query, limit=limit)
    made: list[Alarm] = []
    for at in range(0, len(rids), 500):
        part = rids[at : at + 500]
        labels = lists.labels_of(c, rule.entity, part)
        stored = {row.rid: row.stored for row in lists.page(c, query, part)}
        made += [_alarm(rule, day, labels[r], stored[r]) for r in part if r in labels]
    return tuple(made)


def _alarm(rule: Rule, day: date, label: tuple[bytes, str], stored: tuple[Any, ...]) -> Alarm:
    due = date.fromisoformat(str(stored[0])) + timedelta(rule.shift) if rule.due else None
    message = rule.words(due or day, day)
    title = label[1] or entity(rule.entity).label
    return Alarm(rule.key, rule.entity, UUID(bytes=bytes(label[0])), title, due, message)


# How a rule speaks -------------------------------------------------------------------------------


def _days(number: int) -> str:
    if number >= 2 * 365:
        return f"{number // 365} years"
    return "1 day" if number == 1 else f"{number} days"


def _overdue(due: date, day: date) -> str:
    late = (day - due).days
    return f"{_days(late)} late" if late > 0 else _until("due", due, day)


def _until(verb: str, due: date, day: date) -> str:
    left = (due - day).days
    if left == 0:
        return f"{verb} today"
    return f"{verb} tomorrow" if left == 1 else f"{verb} in {_days(left)}"


def _waiting(since: date, day: date) -> str:
    return f"waiting for {_days((day - since).days)}"


def _starts(due: date, day: date) -> str:
    return _until("starts", due, day)


def _ends(due: date, day: date) -> str:
    return _until("ends", due, day)


def _unvalued(due: date, day: date) -> str:
    return "has no value in US dollars: enter the rate, then fill in"


def _unclassed(due: date, day: date) -> str:
    return "has no class: say who may read it"


# What a rule looks for ---------------------------------------------------------------------------


def _is(field: str, *values: str) -> Filter:
    return Filter(field, "any_of", values)


def _between(field: str, first: date, last: date) -> tuple[Filter, ...]:
    return Filter(field, "from", (first.isoformat(),)), Filter(field, "to", (last.isoformat(),))


def _up_to(field: str, last: date) -> tuple[Filter, ...]:
    return (Filter(field, "to", (last.isoformat(),)),)


def _before(field: str, state: Filter) -> Filters:
    return lambda day: (state, *_up_to(field, day - timedelta(1)))


def _within(field: str, days: int, state: Filter | None = None) -> Filters:
    states = (state,) if state else ()
    return lambda day: (*states, *_between(field, day, day + timedelta(days)))


def _no_report(day: date, first: int, last: int) -> tuple[Filter, ...]:
    """Projects whose activities ended so that the report is due `first` to `last` days from now."""
    since, until = (day + timedelta(n - _REPORT_DAYS) for n in (first, last))
    return (
        _is("status", "activities_done", "reporting_due"),
        Filter("completion_report_on", "empty"),
        *_between("activities_done_on", since, until),
    )


def _no_refund(day: date) -> tuple[Filter, ...]:
    """Projects done for 60 days that have reported, but not given back what was left over.

    Where nothing was left over, the day on which that was confirmed is missing.
    """
    return (
        _is("status", "activities_done", "reporting_due", "completed"),
        Filter("completion_report_on", "filled"),
        Filter("unspent_received_on", "empty"),
        *_up_to("activities_done_on", day - timedelta(_REPORT_DAYS + 1)),
    )


def _pledges(day: date, first: int, last: int) -> tuple[Filter, ...]:
    """Pledges that expire so many days from a day; what takes one back is none."""
    since, until = (day + timedelta(n) for n in (first, last))
    nature = Filter("nature", "any_of", ("actual", None))
    return (
        _is("type", "pledge"),
        Filter("reverses", "empty"),
        nature,
        *_between("expires_on", since, until),
    )


_UNVALUED = (Filter("usd_value", "empty"), Filter("date", "filled"),
             Filter("amount", "currency", tuple(sorted(CURRENCIES - {"USD"}))))  # fmt: skip
_OPEN_ACTION = _is("status", "open", "in_progress", "overdue")
_OPEN_LINE = _is("status", "not_started", "ongoing", "delayed")
_UNPAID = _is("status", "planned", "requested")
_CENTURY = 36_500
_ASKED = _is("status", "sent", "reminded")
_OTHER_REPORTS = ("progress", "financial", "completion", "compliance", "other")
"""Values are told by state (`missing_values`), however many requests they were asked by."""

RULES: tuple[Rule, ...] = (
    Rule("action_overdue", LATE, "Overdue actions", "action_item", "due",
         _before("due", _OPEN_ACTION), _overdue),
    Rule("report_overdue", LATE, "Completion reports overdue", "project", "activities_done_on",
         lambda day: _no_report(day, -_CENTURY, -1), _overdue, _REPORT_DAYS),
    Rule("project_overrun", LATE, "Projects past their end", "project", "planned_end",
         _before("planned_end", _is("status", *_RUNNING)), _overdue),
    Rule("plan_line_late", LATE, "Work plan lines late", "work_plan_line", "due",
         _before("due", _OPEN_LINE), _overdue),
    Rule("request_late", LATE, "Reports not received", "reporting_request", "due",
         lambda day: (_is("kind", *_OTHER_REPORTS), *_before("due", _ASKED)(day)), _overdue),
    Rule("recommendation_late", LATE, "Recommendations not followed up", "recommendation", "due",
         _before("due", _is("status", "open", "in_progress")), _overdue),
    Rule("condition_late", LATE, "Funding conditions overdue", "condition", "due",
         _before("due", _is("status", "open")), _overdue),
    Rule("tranche_late", LATE, "Tranches overdue", "tranche", "due",
         _before("due", _UNPAID), _overdue),
    Rule("unspent_late", LATE, "Unspent balances not refunded", "project", "activities_done_on",
         _no_refund, _overdue, _REPORT_DAYS),
    Rule("approval_waiting", WAITING, "Approvals waiting over 30 days", "project", "status_date",
         lambda day: (_is("status", *_DECIDING), *_up_to("status_date", day - timedelta(31))),
         _waiting),
    Rule("circulation_due", WAITING, "Circulations ending within 7 days", "circulation", "due",
         _within("due", 7, _is("status", "circulated")), _ends),
    Rule("meeting_soon", SOON, "Meetings in the next 14 days", "meeting", "starts_on",
         _within("starts_on", 14, _is("status", "planned", "confirmed")), _starts),
    Rule("action_due", SOON, "Actions due in 14 days", "action_item", "due",
         _within("due", 14, _OPEN_ACTION), _overdue),
    Rule("report_due", SOON, "Completion reports due in 30 days", "project", "activities_done_on",
         lambda day: _no_report(day, 0, 30), _overdue, _REPORT_DAYS),
    Rule("tranche_due", SOON, "Tranches due in 30 days", "tranche", "due",
         _within("due", 30, _UNPAID), _overdue),
    Rule("condition_due", SOON, "Funding conditions due in 30 days", "condition", "due",
         _within("due", 30, _is("status", "open")), _overdue),
    Rule("tenure_ending", ENDING, "Tenures ending in 90 days", "tenure", "valid_to",
         _within("valid_to", 90), _ends),
    Rule("pledge_expiring", ENDING, "Pledges expiring in 90 days", "fund_transaction",
         "expires_on", lambda day: _pledges(day, 0, 90), _ends),
    Rule("document_unclassed", UNTIDY, "Documents without a class", "document", "",
         lambda day: (Filter("document_class", "empty"),), _unclassed),
    Rule("transaction_unvalued", UNTIDY, "Transactions without a value in US dollars",
         "fund_transaction", "date",
         lambda day: _UNVALUED, _unvalued),
)  # fmt: skip


_RATES = Rule("rate_old", ENDING, "Exchange rates older than 90 days", "exchange_rate", "date",
              lambda day: (), _overdue)  # fmt: skip
_VALUES_LATE = Rule("values_late", LATE, "Indicator values not received", "reporting_request",
                    "due", lambda day: (), _overdue)  # fmt: skip
_VALUES_DUE = Rule("values_due", SOON, "Indicator values due in 14 days", "reporting_request",
                   "due", lambda day: (), _overdue)  # fmt: skip
_VALUE_DAYS = 14
_COMPARED: tuple[tuple[Rule, Callable[[Connection, date], Compared]], ...] = (
    (Rule("funding_differs", UNTIDY, "Projects whose funding is not their budget", "project", "",
          lambda day: (), _overdue), today_money.unfunded),
    (Rule("rate_gap", UNTIDY, "Transactions without a rate of their time", "fund_transaction", "",
          lambda day: (), _overdue), today_money.rate_gaps),
)  # fmt: skip
"""What records are compared with the ledger for, where no list's filters can say it."""
_EXCHANGE = {
    key: Rule(key, BETWEEN, title, "", "", lambda day: (), _overdue)
    for key, title in today_exchange.TITLES.items()
}
"""What waits between offices; its pages are not lists of records."""
_FEW = 3
"""Of each of these: they stand before what is late, and their pages show them all."""
_ORDER = [section for section, _ in SECTIONS]


def missing_values(c: Connection, day: date) -> tuple[list[Alarm], tuple[Filter, ...]]:
    """Which states owe values of the period that is being reported, and the requests behind it."""
    calendar, owed = reporting_matrix.lacking(c, day)
    if calendar is None:
        return [], ()
    soon = day + timedelta(_VALUE_DAYS)
    found = []
    for one in owed:
        if not one.late and (one.due is None or one.due > soon):
            continue
        rule = _VALUES_LATE if one.late else _VALUES_DUE
        values = "1 value is missing" if one.missing == 1 else f"{one.missing:,} values are missing"
        when = f", {_overdue(one.due, day)}" if one.due else ""
        title = f"{calendar.name}, {one.state or 'projects and bodies'}"
        found.append(Alarm(rule.key, rule.entity, one.request, title, one.due, f"{values}{when}"))
    waiting = ("to_send", "sent", "reminded")
    return found, (Filter("calendar", "rid", (calendar.rid,)), _is("status", *waiting))


def old_rates(c: Connection, day: date) -> list[Alarm]:
    """Currencies whose newest rate is older than 90 days; no list of records can say that."""
    rows = c.all(
        "SELECT t.currency, t.id, t.date FROM exchange_rate t JOIN "
        "(SELECT currency, max(date) AS last FROM exchange_rate GROUP BY currency) n "
        "ON n.currency = t.currency AND n.last = t.date WHERE n.last < ? "
        "ORDER BY t.date, t.currency",
        ((day - timedelta(_RATE_DAYS)).isoformat(),),
    )
    return [
        Alarm(
            _RATES.key,
            "exchange_rate",
            UUID(bytes=bytes(id)),
            str(currency),
            date.fromisoformat(on),
            f"newest rate is {_days((day - date.fromisoformat(on)).days)} old",
        )
        for currency, id, on in rows
    ]
