"""Activities of other publishers: what comes in, what is told, and what an officer decides."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from aps_desktop.db.engine import Database
from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.money import Money
from aps_desktop.domain.values import Period
from aps_desktop.exchange.iati_foreign_codes import LEAVE_OUT, ORGANISATION, TRANSACTION
from aps_desktop.services import iati_codes, iati_export, iati_import, offices, records
from aps_desktop.services.iati_scope import Scope
from aps_desktop.services.importing_types import Verdict
from aps_desktop.services.reference_data import reference_id
from tests.iati_kit import CORE, HEAD, TAIL, activity, office, transaction, write

RESULT = """<result type="2"><title><narrative>Officials know more</narrative></title>
<indicator measure="1" ascending="0"><title><narrative>Officials trained</narrative></title>
<baseline year="2024" iso-date="2024-12-31" value="1,200"/>
<period><period-start iso-date="2025-01-01"/><period-end iso-date="2025-06-30"/>
<target value="60"/><actual value="27"><dimension name="sex" value="female"/></actual>
<actual value="unknown"/></period></indicator></result>
"""
MONEY = """<budget type="1" status="2"><period-start iso-date="2025-01-01"/>
<period-end iso-date="2025-12-31"/>
<value value-date="2025-01-01" currency="JPY">500</value></budget>
<planned-disbursement><period-start iso-date="2025-07-01"/>
<value value-date="2025-07-01">80000</value></planned-disbursement>
"""
PROVIDER = (
    '<provider-org ref="{}"><narrative>{}</narrative></provider-org>'
    "<receiver-org><narrative>Somebody</narrative></receiver-org>\n"
)


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Database]:
    db = office(tmp_path)
    yield db
    db.close()


def rows(db: Database, sql: str) -> list[tuple[object, ...]]:
    return db.reader().all(sql)


def only(db: Database, name: str) -> records.Record:
    ((id,),) = rows(db, f"SELECT id FROM {name}")
    return records.get(db.reader(), name, UUID(bytes=bytes(id)))


def test_an_activity_becomes_a_project(db: Database, tmp_path: Path) -> None:
    done = iati_import.import_file(db, write(tmp_path, activity()))
    values = only(db, "project").values
    assert values["title"] == "An activity"
    assert values["code"] == values["iati_identifier"] == "XM-DAC-701-A1"
    assert values["status"] == "commenced"
    assert values["actual_start"] == date(2024, 3, 1)
    assert values["participating_states"] == {reference_id("member_state", c) for c in ("KH", "LA")}
    assert values["document_class"] == "limited"
    assert rows(
        db, "SELECT scheme, code, label FROM classification WHERE scheme = 'dac_sector'"
    ) == [("dac_sector", "11110", "Education policy and administrative management")]
    assert done.label == "import 1 activity from file.xml"


def test_money_results_and_conditions(db: Database, tmp_path: Path) -> None:
    more = MONEY + transaction("11") + transaction("3", "1 000.50") + RESULT
    done = iati_import.import_file(db, write(tmp_path, activity(more)))
    line = only(db, "budget_line").values
    assert (line["amount"], line["period"]) == (Money(500, "JPY"), Period.year(2025))
    tranche = only(db, "tranche").values
    assert (tranche["due"], tranche["amount"]) == (date(2025, 7, 1), Money(8_000_000, "USD"))
    assert rows(db, "SELECT type, amount_minor, reference FROM fund_transaction ORDER BY rid") == [
        ("commitment", 100_000, "T-11"), ("disbursement", 100_050, "T-3"),
    ]  # fmt: skip
    indicator = only(db, "indicator").values
    assert (indicator["direction"], indicator["baseline"]) == ("decrease", Decimal(1200))
    value = only(db, "indicator_value").values
    assert (value["sex"], value["value"]) == ("female", Decimal(27))
    assert only(db, "result").values["level"] == "outcome"
    assert any("“unknown” is no number" in p.message for p in done.problems)


def test_it_is_one_step_to_undo(db: Database, tmp_path: Path) -> None:
    iati_import.import_file(db, write(tmp_path, activity(MONEY + transaction() + RESULT)))
    records.undo(db)
    for name in ("project", "fund_transaction", "indicator_value", "budget_line"):
        assert rows(db, f"SELECT count(*) FROM {name}") == [(0,)]


def test_the_same_file_again_changes_nothing(db: Database, tmp_path: Path) -> None:
    file = write(tmp_path, activity(MONEY + transaction("11") + transaction() + RESULT))
    first = iati_import.import_file(db, file)
    again = iati_import.import_file(db, file)
    assert again.count(Verdict.SAME) == first.count(Verdict.NEW) - 1  # the sector is known now
    assert again.plan.empty
    assert again.applied is None


def test_a_newer_file_changes_what_it_says(db: Database, tmp_path: Path) -> None:
    iati_import.import_file(db, write(tmp_path, activity(transaction())))
    newer = activity(transaction() + transaction("4", "7"), title="New title")
    done = iati_import.import_file(
        db, write(tmp_path, newer.replace('status code="2"', 'status code="4"'))
    )
    assert (done.count(Verdict.NEW), done.count(Verdict.CHANGED)) == (1, 1)
    project = only(db, "project").values
    assert (project["title"], project["status"]) == ("New title", "completed")


def test_what_is_posted_stays(db: Database, tmp_path: Path) -> None:
    """The value in US dollars is frozen on the way in; a corrected amount is told, not taken."""
    records.new(db, "exchange_rate", {
        "currency": "JPY", "date": date(2025, 1, 1), "usd_per_unit": Decimal("0.0065"),
    })  # fmt: skip
    yen = transaction(value="1000").replace("<value ", '<value currency="JPY" ')
    iati_import.import_file(db, write(tmp_path, activity(yen)))
    values = only(db, "fund_transaction").values
    assert (values["amount"], values["usd_value"]) == (Money(1000, "JPY"), Money(650, "USD"))
    done = iati_import.import_file(db, write(tmp_path, activity(yen.replace(">1000<", ">2000<"))))
    assert (done.count(Verdict.NEW), done.count(Verdict.REFUSED)) == (0, 1)
    assert any("The amount of a posted transaction stays" in p.message for p in done.problems)
    assert only(db, "fund_transaction").values["amount"] == Money(1000, "JPY")


def test_a_finer_state_of_ours_stays(db: Database, tmp_path: Path) -> None:
    iati_import.import_file(db, write(tmp_path, activity()))
    project = only(db, "project")
    records.put(db, "project", project.id, {"status": "extended"})
    assert iati_import.import_file(db, write(tmp_path, activity())).plan.empty


def test_a_file_that_is_too_large_is_refused(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(iati_import, "MOST_RECORDS", 3)
    file = write(tmp_path, *(activity(transaction(), id=f"XM-DAC-701-{n}") for n in range(3)))
    with pytest.raises(UserError, match="more than 3 records"):
        iati_import.plan(db, file)


def test_a_large_file_is_split_into_what_comes_in_whole(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The parts bring exactly what the whole would, extensions and languages included."""
    foreign = '<x:y xmlns:x="urn:other">ü</x:y>\n'
    many = [activity(transaction() * n + foreign, id=f"XM-DAC-701-{n}") for n in range(5)]
    whole = write(tmp_path, *many, name="whole.xml")
    monkeypatch.setattr(iati_import, "MOST_RECORDS", 8)
    monkeypatch.setattr(iati_import, "PART", 4)
    with pytest.raises(iati_import.TooLarge):
        iati_import.plan(db, whole)
    parts = iati_import.split(whole, tmp_path / "parts")
    assert [part.name for part in parts] == [f"whole part {n}.xml" for n in (1, 2, 3, 4)]
    for part in parts:
        assert part.read_text(encoding="utf-8").startswith(HEAD.partition("\n")[0])
        assert iati_import.import_file(db, part).count(Verdict.REFUSED) == 0
    counts = "SELECT (SELECT count(*) FROM project), (SELECT count(*) FROM fund_transaction)"
    assert rows(db, counts) == [(5, 10)]
    monkeypatch.setattr(iati_import, "MOST_RECORDS", 100)
    assert iati_import.plan(db, whole).plan.empty


def test_a_split_that_fails_leaves_no_part(db: Database, tmp_path: Path) -> None:
    broken = tmp_path / "broken.xml"
    broken.write_text(HEAD + activity() + "<iati-activity>", encoding="utf-8")
    with pytest.raises(UserError, match="is broken at line"):
        iati_import.split(broken, tmp_path / "parts")
    with pytest.raises(UserError, match="was not read to its end"):
        iati_import.split(write(tmp_path, activity()), tmp_path / "parts", lambda: True)
    with pytest.raises(UserError, match="no activity stands in it"):
        iati_import.split(write(tmp_path), tmp_path / "parts")
    iati_import.import_file(db, write(tmp_path, activity()))
    own = tmp_path / "own.xml"
    iati_export.export(db, own, Scope(max_class="confidential"))
    with pytest.raises(UserError, match="whose parts belong together"):
        iati_import.split(own, tmp_path / "parts")
    assert not list((tmp_path / "parts").glob("*"))


def test_reading_stops_while_it_waits(db: Database, tmp_path: Path) -> None:
    """The officer need not wait for the next frame of a process that has not begun to answer."""
    asked = []

    def stop() -> bool:
        asked.append(threading.current_thread().name)
        return True

    with pytest.raises(UserError, match="was not read to its end"):
        iati_import.plan(db, write(tmp_path, activity()), cancelled=stop)
    assert asked == ["aps-child-watcher"]


def test_comparing_can_be_stopped(db: Database, tmp_path: Path) -> None:
    said: list[str] = []
    with pytest.raises(UserError, match="was cancelled"):
        iati_import.plan(
            db, write(tmp_path, activity(transaction())), lambda *told: said.append(told[2]),
            lambda: any(one.startswith("Comparing") for one in said),
        )  # fmt: skip
    assert [one for one in said if one.startswith("Comparing")] == [
        "Comparing classification terms with what is here"
    ]


def test_a_dry_run_writes_nothing(db: Database, tmp_path: Path) -> None:
    done = iati_import.import_file(db, write(tmp_path, activity()), dry_run=True)
    assert done.count(Verdict.NEW) == 2
    assert rows(db, "SELECT count(*) FROM project") == [(0,)]


def test_languages_prefer_english(db: Database, tmp_path: Path) -> None:
    title = '<narrative>Titre</narrative><narrative xml:lang="en">Title</narrative>'
    core = CORE.replace("<narrative>{title}</narrative>", title)
    french = 'xml:lang="fr" default-currency="USD"'
    iati_import.import_file(db, write(tmp_path, activity(core=core, attributes=french)))
    assert only(db, "project").values["title"] == "Title"


@pytest.mark.parametrize("version", ["2.01", "2.02", "2.03"])
def test_every_version_from_2_01_on(version: str, db: Database, tmp_path: Path) -> None:
    path = tmp_path / "v.xml"
    path.write_text(HEAD.replace("2.03", version) + activity() + TAIL)
    assert iati_import.plan(db, path).version == version


# What nobody here knows -------------------------------------------------------------------------


def test_unknown_codes_are_listed_mapped_and_remembered(db: Database, tmp_path: Path) -> None:
    more = transaction("7", more=PROVIDER.format("XM-X-1", "Ministry of Finance")) * 2
    file = write(tmp_path, activity(more))
    done = iati_import.plan(db, file)
    assert done.unknown == {
        (TRANSACTION, "7"): ("Reimbursement", 2),
    } | {key: told for key, told in done.unknown.items() if key[0] == ORGANISATION}
    assert not done.complete
    iati_codes.remember(db, {(TRANSACTION, "7"): "disbursement"})
    done = iati_import.plan(db, file)
    assert done.unknown[ORGANISATION, "XM-X-1"] == ("Ministry of Finance", 2)
    japan = reference_id("partner", "JP")
    iati_codes.remember(db, {
        (ORGANISATION, "XM-X-1"): f"partner {japan.hex}", (ORGANISATION, "Somebody"): LEAVE_OUT,
        (ORGANISATION, "Ministry of Tests"): LEAVE_OUT,
    })  # fmt: skip
    done = iati_import.import_file(db, file)
    assert done.complete
    partners = rows(db, "SELECT r.uuid FROM fund_transaction t JOIN record r ON r.rid = t.partner")
    assert [bytes(one) for (one,) in partners] == [japan.bytes] * 2


def test_an_answer_must_be_one_of_the_choices(db: Database) -> None:
    offered = dict(iati_codes.choices(db.reader(), ORGANISATION))
    assert offered[f"partner {reference_id('partner', 'JP').hex}"] == "Japan (partner)"
    assert "refund" in dict(iati_codes.choices(db.reader(), TRANSACTION))
    with pytest.raises(InvalidValue):
        iati_codes.remember(db, {(TRANSACTION, "7"): "gift"})
    with pytest.raises(InvalidValue):
        iati_codes.remember(db, {(ORGANISATION, "x"): "project 00"})


def test_a_payer_is_known_by_its_identifier(db: Database, tmp_path: Path) -> None:
    japan = reference_id("partner", "JP")
    records.put(db, "partner", japan, {"iati_identifier": "XM-DAC-701"})
    more = transaction("13", more=PROVIDER.format("XM-DAC-701", "日本"))
    iati_import.import_file(db, write(tmp_path, activity(more)))
    assert only(db, "fund_transaction").values["partner"] == japan


def test_each_activity_has_its_report(db: Database, tmp_path: Path) -> None:
    bad = activity(transaction(value="much"), id="XM-DAC-701-A2", title="")
    done = iati_import.import_file(db, write(tmp_path, activity(transaction()), bad))
    first, second = done.as_json()["report"]
    assert (first["identifier"], first["new"], first["refused"]) == ("XM-DAC-701-A1", 3, 0)
    assert (second["identifier"], second["new"], second["refused"]) == ("XM-DAC-701-A2", 0, 1)
    words = [p.message for p in done.activities[1].problems]
    assert "Project: Title is missing." in words
    assert any("“much” is no amount of money" in one.replace(" ”", "”") for one in words)
    assert not done.complete


def test_what_hangs_on_a_refused_project_stays_out(db: Database, tmp_path: Path) -> None:
    bad = activity(transaction(), title="")
    done = iati_import.import_file(db, write(tmp_path, bad))
    words = [p.message for p in done.problems]
    assert "Transaction: It belongs to a record that is refused, so it stays out too." in words
    assert rows(db, "SELECT count(*) FROM fund_transaction") == [(0,)]


def test_sectors_and_countries_of_transactions_count(db: Database, tmp_path: Path) -> None:
    more = transaction("3", more='<sector code="11110"/><recipient-country code="MM"/>\n') * 2
    iati_import.import_file(db, write(tmp_path, activity(more, place="")))
    values = only(db, "project").values
    assert values["participating_states"] == {reference_id("member_state", "MM")}
    assert len(values["sectors"]) == 1


def test_on_a_server_too(pg_url: Callable[[], str], tmp_path: Path) -> None:
    """The same in PostgreSQL: out, and back into the office that it came from."""
    server = offices.start(pg_url(), office="ASEC", device="server")
    try:
        file = write(tmp_path, activity(MONEY + transaction("11") + RESULT))
        assert iati_import.import_file(server, file).count(Verdict.NEW) > 5
        out = tmp_path / "out.xml"
        done = iati_export.export(server, out, Scope(max_class="confidential"))
        assert (done.activities, done.problems) == (1, ())
        assert 'secondary-reporter="1"' in out.read_text()
        assert iati_import.plan(server, out).plan.empty
        out.write_text(out.read_text().replace("An activity", "Renamed"))
        assert iati_import.import_file(server, out).count(Verdict.CHANGED) == 1
    finally:
        server.close()


# Traits of other publishers' files --------------------------------------------------------------

DOCUMENT = (
    '<document-link url="https://example.org/{0}" format="text/html">\n'
    "<title><narrative>Annual report</narrative></title>\n"
    '<category code="A01"/><language code="en"/><document-date iso-date="2025-01-31"/>\n'
    "</document-link>\n"
)


def test_documents_of_one_title_stay_with_their_projects(db: Database, tmp_path: Path) -> None:
    """“Annual report” of one activity is not that of another, in one file or in a later one."""
    first = write(tmp_path, activity(DOCUMENT.format(1) * 2), name="first.xml")
    other = activity(DOCUMENT.format(3), id="XM-DAC-701-A2")
    second = write(tmp_path, activity(DOCUMENT.format(1) * 2), other, name="second.xml")
    assert iati_import.import_file(db, first).count(Verdict.REFUSED) == 0
    done = iati_import.import_file(db, second)
    assert done.as_json()["records"]["document"] == {
        "new": 1, "changed": 0, "same": 2, "refused": 0,
    }  # fmt: skip
    assert iati_import.plan(db, second).plan.empty
    sql = (
        "SELECT p.code, count(*) FROM document d JOIN project p ON p.rid = d.project "
        "GROUP BY p.code ORDER BY 1"
    )
    assert rows(db, sql) == [("XM-DAC-701-A1", 2), ("XM-DAC-701-A2", 1)]


def test_a_countrys_code_is_never_an_abbreviation(db: Database, tmp_path: Path) -> None:
    """BD is Bangladesh, though workbooks of offices mean Brunei Darussalam by it."""
    place = '<recipient-country code="BD"/><recipient-country code="bn"/><sector code="11110"/>'
    done = iati_import.import_file(db, write(tmp_path, activity(place=place)))
    assert only(db, "project").values["participating_states"] == {
        reference_id("member_state", "BN")
    }
    assert any("“BD” is no member state" in p.message for p in done.problems)


def test_a_sector_without_a_code_is_left_out(db: Database, tmp_path: Path) -> None:
    done = iati_import.import_file(
        db, write(tmp_path, activity(transaction(), place='<sector vocabulary="1"/>'))
    )
    assert (done.count(Verdict.NEW), done.count(Verdict.REFUSED)) == (2, 0)
    assert any("The sector has no code" in p.message for p in done.problems)


def test_equal_transactions_without_reference_all_count(db: Database, tmp_path: Path) -> None:
    """Three receipts of one day and amount, by payers whom nobody knows, are three, each time."""
    receipt = transaction("1").replace(' ref="T-1"', "")
    file = write(tmp_path, activity(receipt * 3))
    iati_import.import_file(db, file)
    assert rows(db, "SELECT count(*) FROM fund_transaction") == [(3,)]
    assert iati_import.plan(db, file).plan.empty
