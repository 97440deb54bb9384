"""Fictitious money: contributions, rates, instalments with conditions, transactions, proposals."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from aps_desktop.domain.money import Money
from aps_desktop.domain.values import Period
from aps_desktop.services import demo_funds
from aps_desktop.services.demo_maker import BASE, FIRST_YEAR, RATES, Maker, ProjectFacts
from aps_desktop.services.rates import Rate

_SPENT = {"completed": 92, "activities_done": 96, "reporting_due": 94}
"""What projects have spent of their budget, in percent, by status; others 60."""
_PAID = frozenset(
    {"commenced", "extended", "on_hold", "activities_done", "reporting_due", "completed"}
)

_RUNNING = frozenset({"commenced", "extended", "on_hold"})
_HELD_BACK, _OF_RUNNING = 15, 3
"""Percent of a pledge that is not committed yet, in each how manieth running project."""
_RATES_FROM = "UN operational rate (fictitious)"
_PAYERS_OWN = ("pledge", "commitment", "disbursement")
"""Transactions that name the fund's main partner."""
_PLANNED = 4
"""Planned transactions of a project, over its time."""


def make(m: Maker) -> None:
    """All transactions, so many as the size says."""
    m.part("Money")
    _rates(m)
    _contributions(m)
    paying = [p for p in m.projects if p.status in _PAID]
    payers = _payers(m)
    left = m.size.transactions - demo_funds.make(m, paying)
    demo_funds.needs(m, m.projects)
    for place, project in enumerate(paying):
        share = left * (place + 1) // len(paying) - left * place // len(paying)
        held = _HELD_BACK if project.status in _RUNNING and place % _OF_RUNNING == 0 else 0
        _flows(m, project, share, payers.get(project.fund), 100 - held)
    _pipeline(m)


def _rates(m: Maker) -> None:
    """The rate of every month; what is posted later keeps the newest of its day."""
    for currency in RATES:
        if currency == "USD":
            continue
        middle = 1 / Decimal(RATES[currency])
        for year in range(FIRST_YEAR, BASE.year + 1):
            for month in range(1, 13):
                day = date(year, month, 1)
                if day > BASE:
                    break
                drift = Decimal(m.number(9960, 10040)) / 10_000
                rate = (middle * drift).quantize(Decimal("0.0000000001"))
                m.rates[currency].append(Rate(currency, rate, day, _RATES_FROM))
                m.add(
                    "exchange_rate", currency=currency, date=day, usd_per_unit=rate,
                    source=_RATES_FROM,
                )  # fmt: skip


def _contributions(m: Maker) -> None:
    """Each fund has several contributors, and member states are among them."""
    for fund in m.pools["fund"]:
        for year in range(BASE.year - 4, BASE.year + 1):
            from_partner = m.happens(0.7) and bool(m.pools["partner"])
            currency = m.pick(("USD", "USD", "EUR", "JPY", "SGD", "AUD"))
            agreed = m.day(date(year, 1, 5), min(BASE, date(year, 11, 1)))
            m.add(
                "contribution", fund=fund, period=Period.year(year), agreed_on=agreed,
                partner=m.pick(m.pools["partner"]) if from_partner else None,
                member_state=None if from_partner else m.pick(tuple(m.states.values())),
                amount=m.money(currency, 100_000, 3_000_000),
                status="paid" if year < BASE.year else m.pick(("announced", "agreed", "paid")),
            )  # fmt: skip


def _payers(m: Maker) -> dict[UUID | None, UUID]:
    """By fund: its main partner."""
    rows = m.c.all("SELECT f.id, p.id FROM fund f JOIN partner p ON p.rid = f.partner")
    return {UUID(bytes=bytes(fund)): UUID(bytes=bytes(partner)) for fund, partner in rows}


def _flows(m: Maker, p: ProjectFacts, count: int, payer: UUID | None, committed: int) -> None:
    """Pledge, commitment (percent of it), then instalments and what is spent of them, and what is
    given back.

    What was to be spent by each quarter of the project's time stands there as planned.
    """
    tranches = _tranches(m, p, committed)
    flows: list[tuple[str, date, int, UUID | None]] = [
        ("pledge", p.start - timedelta(days=60), p.budget, None),
        ("commitment", p.start - timedelta(days=20), p.budget * committed // 100, None),
    ]
    for tranche, day, part in tranches:
        if day <= BASE:
            flows.append(("disbursement", day, part, tranche))
    finished = p.status == "completed"
    planned = _PLANNED if count > len(flows) + 2 * _PLANNED else 0
    spendings = max(1, count - len(flows) - planned - (1 if finished else 0))
    spent = p.budget * _SPENT.get(p.status, 60) // 100
    last = min(BASE, p.end)
    for place in range(spendings):
        day = p.start + (last - p.start) * (place + 1) // (spendings + 1)
        flows.append(("expenditure", day, spent // spendings, None))
    if finished:
        flows.append(("refund", min(BASE, p.end + timedelta(days=70)), p.budget - spent, None))
    left = 0
    for number, (type, day, dollars, tranche_id) in enumerate(flows[: max(2, count - planned)]):
        from_whom = payer if type in _PAYERS_OWN else None
        amount = m.worth(p.currency, dollars)
        if type == "refund":  # all that is left, to the last cent
            amount = Money(left, p.currency)
        left += {"disbursement": 1, "expenditure": -1}.get(type, 0) * amount.minor
        _transaction(m, p, number, type, min(day, BASE), amount, tranche_id, partner=from_whom)
    for part in range(planned):
        day = p.start + (p.end - p.start) * (part + 1) // planned
        number = count - planned + part
        share = m.worth(p.currency, p.budget // planned)
        _transaction(m, p, number, "expenditure", day, share, None, nature="planned")


def _tranches(m: Maker, p: ProjectFacts, committed: int) -> list[tuple[UUID, date, int]]:
    found = []
    span = max(60, (p.end - p.start).days)
    for place, share in enumerate((60, committed - 60)):
        due = p.start + timedelta(days=span * place // 2)
        paid = due <= BASE
        part = p.budget * share // 100
        tranche = m.add(
            "tranche", title=f"Instalment {place + 1}", project=p.id, fund=p.fund,
            amount=m.worth(p.currency, part), due=due, status="paid" if paid else "planned",
            requested_on=due - timedelta(days=14) if paid else None, paid_on=due if paid else None,
        )  # fmt: skip
        found.append((tranche, due, part))
    m.add(
        "condition", title="Progress report and statement of expenditure accepted",
        tranche=found[-1][0], project=p.id, fund=p.fund, due=found[-1][1],
        status="met" if found[-1][1] <= BASE else "open",
        met_on=found[-1][1] if found[-1][1] <= BASE else None, responsible="Proponent",
    )  # fmt: skip
    return found


def _transaction(
    m: Maker, p: ProjectFacts, number: int, type: str, day: date, amount: Money,
    tranche: UUID | None, *, nature: str = "actual", partner: UUID | None = None,
) -> None:  # fmt: skip
    m.add(
        "fund_transaction", type=type, date=day, project=p.id, fund=p.fund, amount=amount,
        nature=nature, partner=partner, tranche=tranche, reference=f"{p.code[4:]}/{number + 1:02d}",
        expires_on=p.end if type == "pledge" else None, document_class="limited",
        **m.frozen(amount, day),
    )  # fmt: skip


def _pipeline(m: Maker) -> None:
    wanted = max(4, m.size.projects // 15)
    early = [p for p in m.projects if p.status in ("concept", "draft", "submitted", "endorsed")]
    for number in range(wanted):
        project = early[number % len(early)] if early else None
        partner = m.pick(m.pools["partner"]) if m.pools["partner"] else None
        stage = m.pick(("idea", "concept_sent", "proposal_sent", "negotiating", "agreed"))
        title = project.title if project else m.subject("ascc")
        m.add(
            "pipeline_proposal", title=f"{title} ({number + 1})", partner=partner, stage=stage,
            project=project.id if project else None, amount=m.money("USD", 50_000, 900_000),
            probability=m.number(1, 9) * 10, next_step="Meet the partner’s desk",
            next_step_on=m.later(BASE, -15, 90), officer=m.pick(m.pools["officer"]),
            submitted_on=m.later(BASE, -200, -10) if stage != "idea" else None,
        )  # fmt: skip
