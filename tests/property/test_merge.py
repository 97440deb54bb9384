"""Whatever is edited apart, however it is exchanged: all end with the same, and with all of it."""

from collections.abc import Callable
from pathlib import Path
from random import Random
from uuid import uuid5

import pytest
from hypothesis.stateful import run_state_machine_as_test

from aps_desktop.db.layout import MEMBER
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import SAME_AS
from aps_desktop.domain.ids import NAMESPACE
from tests.property import claims, edits, model, offices
from tests.property.budget import budget
from tests.property.merge_machine import MergeMachine


@pytest.mark.timeout(7200)
def test_devices_converge_and_lose_nothing() -> None:
    run_state_machine_as_test(MergeMachine, settings=budget(examples=40, steps=30))


@pytest.mark.timeout(7200)
def test_a_device_on_a_server_converges_with_files(pg_url: Callable[[], str]) -> None:
    url = pg_url()
    offices.make_on_server(url)

    class WithServer(MergeMachine):
        @staticmethod
        def server() -> str:
            return url

    run_state_machine_as_test(WithServer, settings=budget(examples=8, steps=20))


def test_what_two_offices_claim_is_there_once_the_secretariat_speaks_of_it(tmp_path: Path) -> None:
    """All that was said of it before only proposed; and nobody had ever deleted it."""
    rnd, here = Random(2), offices.office_on_file(tmp_path / "kh.aps", "KH", offices.NOW, 1)
    record = uuid5(NAMESPACE, "whose?").hex, entity("project").number
    for name in ("LA", "VN"):
        here.take_in(claims.Colleague(name, rnd).claims(record, {1: "P-1", 2: f"Of {name}"}, rnd))
    assert record[0] not in here.check().records
    here.take_in(claims.Colleague("ASEC", rnd).edits(record, 2, "Of all", rnd))
    assert record[0] in here.check().records
    here.take_back(here.merges[-1])
    assert record[0] not in here.check().records
    here.db.close()


def test_a_sets_member_that_somebody_calls_a_duplicate_is_there(tmp_path: Path) -> None:
    """He said so before it came, as if it were a project: once it is here, it is no duplicate."""
    rnd, maker = Random(5), offices.office_on_file(tmp_path / "la.aps", "LA", offices.NOW, 1)
    here = offices.office_on_file(tmp_path / "here.aps", "LA", offices.NOW, 2)
    made = maker.db.ids.new()
    edits.records.create(maker.db, "project", made, {"code": "P-1", "title": "One"})
    here.take_in(maker.pack({}))
    known = maker.knows()
    edits.records.put(maker.db, "project", made, {"tags": frozenset({"d"})})
    (tag,) = [op.record for op in model.read_ops(maker.c) if op.entity == MEMBER.number]
    image = {1: tag, 2: str(SAME_AS), 3: made.hex}
    id = uuid5(NAMESPACE, "\x1f".join(("member", tag, str(SAME_AS), made.hex)))
    here.take_in(claims.Colleague("LA", rnd).claims((id.hex, MEMBER.number), image, rnd))
    here.check()
    here.take_in(maker.pack(known))
    assert tag in here.check().records
    for office in (maker, here):
        office.db.close()
