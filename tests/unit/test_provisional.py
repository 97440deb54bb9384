"""Reports and charts that rest on what nobody has settled say so, and only those."""

from datetime import date
from uuid import UUID

from aps_desktop.db.engine import Database
from aps_desktop.domain.money import Money
from aps_desktop.reports.document import Bullets
from aps_desktop.services import conflicts, merging, records
from tests import report_kit
from tests.chart_kit import chart
from tests.three_offices import Offices


def edited_apart(here: Offices, name: str, id: UUID, mine: object, theirs: object) -> None:
    """One field, changed in the Lao office and at the secretariat; Laos has merged it."""
    here.send(here.la, here.asec)
    records.put(here.asec, name, id, theirs)
    records.put(here.la, name, id, mine)
    merging.merge_file(here.la, here.bundle(here.asec))


def notes(db: Database, *names: str) -> list[str]:
    return [chart(db, name).head.note for name in names]


def settle(db: Database) -> None:
    conflicts.settle(
        db, [(one, one.versions[0].wire) for one in conflicts.open_conflicts(db.reader())]
    )


def test_charts_say_that_they_rest_on_a_status_in_conflict(here: Offices) -> None:
    la = here.la
    body = records.new(la, "body", {"code": "ACDM", "name": "Committee"})
    id, other = (
        records.new(la, "project", {"code": c, "title": c, "status": "draft", "sponsoring_body": b})
        for c, b in (("P1", body), ("P2", None))
    )
    edited_apart(here, "project", id, {"title": "Ours"}, {"title": "Theirs"})
    names = ("portfolio-status", "portfolio-body")
    assert not any("Provisional" in note for note in notes(la, *names))  # nobody counts titles
    edited_apart(here, "project", id, {"status": "submitted"}, {"status": "returned"})
    edited_apart(here, "project", other, {"status": "endorsed"}, {"status": "returned"})
    status, bodies = notes(la, *names)
    assert "Provisional: 2 projects in conflict" in status
    assert "Provisional: 1 project in conflict" in bodies  # the other has no body
    settle(la)
    assert not any("Provisional" in note for note in notes(la, *names))


def listed(db: Database, name: str, id: UUID) -> tuple[str, ...]:
    return next(
        (block.items for block in report_kit.made(db, name, id).blocks[:2]
         if isinstance(block, Bullets)), (),
    )  # fmt: skip


def test_reports_name_the_records_they_show_and_count_those_they_add_up(here: Offices) -> None:
    la = here.la
    body = records.new(la, "body", {"code": "ACDM", "name": "Committee"})
    fund = records.new(la, "fund", {"code": "ADF", "name": "Development Fund"})
    one, two = (
        records.new(la, "project", {"code": c, "title": c, "status": "commenced",
                                    "planned_start": date(2026, 1, 1), "sponsoring_body": body})
        for c in ("P1", "P2")
    )  # fmt: skip
    paid = records.new(
        la,
        "fund_transaction",
        {"type": "disbursement", "date": date(2026, 2, 1), "amount": Money(10_000, "USD"),
         "project": one, "fund": fund},
    )  # fmt: skip
    assert listed(la, "progress", one) == ()
    ends = date(2027, 3, 31), date(2027, 6, 30)
    edited_apart(here, "project", two, {"planned_end": ends[0]}, {"planned_end": ends[1]})
    assert listed(la, "progress", two) == ("P2 · P2: Planned end",)
    assert listed(la, "progress", one) == ()
    assert "P2 · P2: Planned end" in listed(la, "body-annual", body)
    payers = [records.new(la, "partner", {"code": c, "name": c}) for c in ("JP", "AU")]
    edited_apart(here, "fund_transaction", paid, {"partner": payers[0]}, {"partner": payers[1]})
    assert listed(la, "progress", one) == ("1 transaction behind the sums",)
    settle(la)
    assert listed(la, "progress", one) == listed(la, "progress", two) == ()
