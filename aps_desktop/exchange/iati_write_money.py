"""Writes the money of an activity: budgets by year, planned disbursements, transactions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from aps_desktop.domain.budget_versions import precedence
from aps_desktop.domain.money import minor_digits
from aps_desktop.exchange import iati_names as names
from aps_desktop.exchange.iati_decimals import money, plain
from aps_desktop.exchange.iati_source import Activity, Label, Record, Reporter
from aps_desktop.exchange.iati_xml import Fields, Lines

_FIRM = {"approved": "2"}
_NOBODY = Label()


def budgets(out: Lines, one: Activity) -> None:
    """One budget for each year and currency of the version in force, in cash.

    Without lines by period, the whole budget where it spans no more than a year: longer ones are
    not divided, since nobody has said how.
    """
    version = _in_force(one.parts.get("budget", ()))
    status = _FIRM.get(str(version[1].get("status")), "1") if version else "1"
    years: dict[tuple[str, str], int] = {}
    for _, line in one.parts.get("budget_line", ()) if version else ():
        if version and line.get("budget") == version[0] and line.get("in_kind") != "1":
            amount, period = line.get("amount"), line.get("period")
            if isinstance(amount, str) and isinstance(period, str):
                key = period[:4], amount[:3]
                years[key] = years.get(key, 0) + int(amount[4:])
    for (year, currency), minor in sorted(years.items()):
        _budget(out, f"{year}-01-01", f"{year}-12-31", minor, currency, status)
    if not years:
        _whole(out, one.fields, status)


def _in_force(versions: list[Record] | tuple[()]) -> Record | None:
    def rank(version: Record) -> tuple[bool, bool, str, str]:
        id, fields = version
        return precedence(str(fields.get("status", "")), str(fields.get("approved_on", "")), id)

    return max(versions, key=rank, default=None)


def _whole(out: Lines, fields: Fields, status: str) -> None:
    start = fields.get("planned_start") or fields.get("starts_on")
    end = fields.get("planned_end") or fields.get("ends_on")
    budget = fields.get("budget")
    if not (isinstance(start, str) and isinstance(end, str) and isinstance(budget, str)):
        return
    days = (date.fromisoformat(end) - date.fromisoformat(start)).days
    if 0 <= days <= 366:
        _budget(out, start, end, int(budget[4:]), budget[:3], status)


def _budget(out: Lines, start: str, end: str, minor: int, currency: str, status: str) -> None:
    out.open("budget", {"type": "1", "status": status})
    out.empty("period-start", {"iso-date": start})
    out.empty("period-end", {"iso-date": end})
    amount = plain(minor, minor_digits(currency))
    out.leaf("value", amount, {"currency": currency, "value-date": start})
    out.close("budget")


def planned(out: Lines, one: Activity) -> None:
    """The tranches to be paid; cancelled ones stand with what IATI has no place for."""
    rest: list[Record] = []
    for id, fields in one.parts.get("tranche", ()):
        due, amount = fields.get("due"), fields.get("amount")
        cancelled = fields.get("status") == "cancelled"
        if cancelled or not isinstance(due, str) or not isinstance(amount, str):
            rest.append((id, fields))
            continue
        value, currency = money(amount)
        out.open("planned-disbursement", {"type": "1", "aps:record": f"tranche {id}"})
        out.empty("period-start", {"iso-date": due})
        out.empty("period-end", {"iso-date": due})
        out.leaf("value", value, {"currency": currency, "value-date": due})
        out.fields("tranche", fields)
        out.close("planned-disbursement")
    one.parts["tranche"] = rest


def transactions(
    out: Lines, one: Activity, labels: Mapping[str, Label], reporter: Reporter
) -> None:
    """What has actually moved; planned transactions stand with what IATI has no place for."""
    rest: list[Record] = []
    for id, fields in one.parts.get("fund_transaction", ()):
        type = str(fields.get("type"))
        if fields.get("nature") == "planned" or type not in names.TRANSACTION_CODES:
            rest.append((id, fields))
        else:
            _transaction(out, one, id, fields, labels, reporter)
    one.parts["fund_transaction"] = rest


def _transaction(
    out: Lines,
    one: Activity,
    id: str,
    fields: Fields,
    labels: Mapping[str, Label],
    reporter: Reporter,
) -> None:
    type, day = str(fields["type"]), str(fields["date"])
    refund = type == "refund"
    amount = str(fields["amount"])
    value, currency = money(f"{amount[:3]} {-int(amount[4:])}" if refund else amount)
    payer = labels.get(str(fields.get("partner") or fields.get("member_state") or ""), _NOBODY)
    code = names.TRANSACTION_CODES[type]
    if type in names.OUTGOING and not payer.name:
        code = names.OUTGOING[type]
    reference = fields.get("reference")
    given = {"ref": str(reference) if reference else None, "aps:record": f"fund_transaction {id}"}
    out.open("transaction", given)
    out.empty("transaction-type", {"code": code})
    out.empty("transaction-date", {"iso-date": day})
    out.leaf("value", value, {"currency": currency, "value-date": day})
    remarks = fields.get("remarks")
    if isinstance(remarks, str):
        out.told("description", remarks)
    _parties(out, one, type, payer, labels.get(str(fields.get("fund", "")), _NOBODY), reporter)
    if fields.get("in_kind") == "1":
        out.empty("disbursement-channel", {"code": "4"})
    out.fields("fund_transaction", fields, ("amount",) if refund else ())
    out.close("transaction")


def _parties(
    out: Lines, one: Activity, type: str, payer: Label, fund: Label, reporter: Reporter
) -> None:
    """From whom and to whom: into the fund from its payers, out of it to who carries out."""
    agency = str(one.fields.get("implementing_agency") or one.fields.get("proponent") or "")
    if type in ("pledge", "commitment", "receipt", "interest"):
        giver, ref = (payer.name, payer.extra) if payer.name else (fund.name, "")
        if giver:
            out.told("provider-org", giver, {"ref": ref or None})
        to = reporter.name if payer.name else agency
        if to:
            ref = reporter.ref if payer.name else ""
            out.told("receiver-org", to, {"ref": ref or None})
        return
    if fund.name:
        out.told("provider-org", fund.name)
    receiver = payer.name if type == "disbursement" and payer.name else agency
    if receiver and type != "expenditure":
        out.told("receiver-org", receiver)
