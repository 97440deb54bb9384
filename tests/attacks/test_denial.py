"""What a colleague writes so that another one's honest bundle is refused later, or nobody can work.

His signature is right, and each of his bundles by itself may look harmless.
"""

from __future__ import annotations

from pathlib import Path
from secrets import token_hex
from uuid import uuid4

import msgspec
import pytest
from msgspec.structs import replace

from aps_desktop.db import check, identity, log, united
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.domain.entities import entity
from aps_desktop.domain.errors import UserError
from aps_desktop.domain.fields import BIRTH
from aps_desktop.domain.ids import shipped_id
from aps_desktop.services import bundles, merging, records, trusting
from aps_desktop.sync import manifest as m
from aps_desktop.sync.bundle_errors import Altered, WrongSigner
from aps_desktop.sync.bundle_lines import Forked
from aps_desktop.sync.container_write import BundleWriter
from tests.attacks.hostile_lines import Lines
from tests.three_offices import Offices

PROJECT = entity("project")
CODE, TITLE = (PROJECT.by_name[name].number for name in ("code", "title"))
NOW = 1_795_000_000_000
"""A moment in November 2026."""


class Colleague:
    """The Cambodian office, which writes its bundles by hand; the others work as they should."""

    def __init__(self, offices: Offices) -> None:
        self.offices = offices
        self.kh, self.la, self.asec = offices.kh, offices.la, offices.asec
        offices.send(offices.asec, offices.la, offices.kh)
        self.first = records.new(self.asec, "project", {"code": "A-1", "title": "Rice"})
        offices.send(offices.asec, offices.la, offices.kh)
        self.device, self.step = self.kh.device_id().hex(), 100
        self.sequence = 1000

    def lines(self, changes: list[list[object]], **step: object) -> Lines:
        """Those changes ([field, value]) of a new project of his own, in one step."""
        first = self.sequence + 1
        self.sequence += len(changes)
        self.step += 2  # with gaps, so that no chain of hashes is expected
        said = {"first": first, "last": self.sequence, "wall": NOW, "stamp": NOW << 16, **step}
        return {
            "devices.jsonl": [[1, self.device, "KH", "Laptop", ""]],
            "records.jsonl": [[1, uuid4().hex, PROJECT.number]],
            "steps.jsonl": [
                [1, self.step, *(said[n] for n in ("first", "last", "wall", "stamp")),
                 said.get("officer", "Colleague"), "KH", "edit", "label", "1", 1, ""],
            ],
            "changes.jsonl": [
                [1, first + at, 1, field, self.step, 0, 0, value]
                for at, (field, value) in enumerate(changes)
            ],
            "seals.jsonl": [],
        }  # fmt: skip

    def born(self, image: str = "", **step: object) -> Lines:
        image = image or log.write_image({CODE: f"K-{self.step}", TITLE: "Mine"})
        return self.lines([[BIRTH, image]], **step)

    def write(self, lines: Lines, **manifest: object) -> Path:
        made = self.offices.folder / "made.apsync"
        bundles.export(self.kh, made, full=True)
        with merging._opened(self.la, made) as bundle:
            draft = bundle.manifest
        path = self.offices.folder / f"{uuid4().hex}.apsync"
        draft = replace(draft, **{"bundle": uuid4().hex, **manifest})
        with BundleWriter() as writer:
            for member in m.LINE_MEMBERS:
                writer.add_lines(member, map(msgspec.json.encode, lines.get(member, [])))
            writer.finish(path, draft, trusting.keys(self.kh))
        return path

    def merge(self, lines: Lines, **manifest: object) -> merging.Report:
        return merging.merge_file(self.la, self.write(lines, **manifest))

    def of(self, office: Database) -> Path:
        """What that office sends to all: everything it has."""
        path = self.offices.folder / f"{uuid4().hex}.apsync"
        bundles.export(office, path, full=True)
        return path


@pytest.fixture(scope="module")
def colleague(three: Offices) -> Colleague:
    return Colleague(three)


def _next_step(db: Database) -> tuple[int, int]:
    """Number and first change of what a device writes next."""
    seq, step = db.reader().one("SELECT seq, txn FROM local_state") or (0, 0)
    return step + 1, seq + 1


@pytest.mark.parametrize("whose", ["another's", "the receiver's own"])
def test_steps_without_changes_are_not_kept(colleague: Colleague, whose: str) -> None:
    """Else the next honest step of that number is a fork, or cannot even be written here."""
    victim = colleague.asec if whose == "another's" else colleague.la
    step, change = _next_step(victim)
    lines = colleague.born()
    lines["devices.jsonl"].append(
        [2, victim.device_id().hex(), "ASEC" if victim is colleague.asec else "LA", "", ""]
    )
    office = lines["devices.jsonl"][-1][2]
    words = ("x", office, "edit", "", "1", 1, "ab" * 32)
    lines["steps.jsonl"].append([2, step, change, change + 9, NOW, NOW << 16, *words])
    assert colleague.merge(lines).merged == 1
    records.put(victim, "project", colleague.first, {"title": "Honest"})
    if victim is colleague.asec:
        merging.merge_file(colleague.la, colleague.of(victim))
    title = records.get(colleague.la.reader(), "project", colleague.first).values["title"]
    waits = colleague.la.reader().value("SELECT count(*) FROM op_proposal")
    assert title == "Honest" or waits


def test_the_number_of_anothers_bundle(colleague: Colleague) -> None:
    """Who gives his own bundle that number does not hide the other one."""
    records.put(colleague.asec, "project", colleague.first, {"title": "Honest too"})
    honest = colleague.of(colleague.asec)
    number = merging.inspect(colleague.la, honest).bundle
    colleague.merge(colleague.born(), bundle=number)
    assert merging.inspect(colleague.la, honest).state == "new"
    assert merging.merge_file(colleague.la, honest).merged == 1


def _outside_its_step(c: Colleague) -> Lines:
    return c.born(first=c.sequence + 50, last=c.sequence + 60)


def _step_twice(c: Colleague) -> Lines:
    lines = c.born()
    first = lines["steps.jsonl"][0]
    lines["steps.jsonl"].append([*first[:5], first[5] + 1, *first[6:]])
    return lines


def _image(text: str) -> object:
    return lambda c: c.born(text)


_NUL = log.write_image({CODE: "K", TITLE: "T", 900: "a\0b"})
POISON = {
    "a change outside its step": _outside_its_step,
    "a step twice, with two moments": _step_twice,
    "a year beyond all calendars": lambda c: c.born(wall=2**60),
    "a year before all calendars": lambda c: c.born(wall=-(2**60)),
    "a field twice": _image(f'{{"{CODE}":"K","{TITLE}":"A","{TITLE}":"B"}}'),
    "fields in another order": _image(f'{{"{TITLE}":"A","{CODE}":"K"}}'),
    "a field with another spelling": _image(f'{{"{CODE}":"K", "{TITLE}":"A"}}'),
    "a field below all fields": _image(f'{{"-1":"x","{CODE}":"K","{TITLE}":"A"}}'),
    "the birth as a field": _image(f'{{"0":"x","{CODE}":"K","{TITLE}":"A"}}'),
    "a name that a server cannot keep": lambda c: c.born(officer="a\0b"),
    "a new record that a server cannot keep": _image(_NUL),
    "a field of the future that a server cannot keep": lambda c: c.lines([[900, "a\0b"]]),
    "a field of the future too long to pass on": lambda c: c.lines([[900, token_hex(2_500_000)]]),
    "a list of the program as his own computer": lambda c: {
        **(lines := c.born()),
        "devices.jsonl": [*lines["devices.jsonl"], [2, shipped_id(7).hex, "KH", "Mine", ""]],
    },
}
"""What would be refused by others when it is passed on, or stops a server, or differs there."""


@pytest.mark.parametrize("name", POISON)
def test_what_others_could_not_take_is_not_taken(colleague: Colleague, name: str) -> None:
    lines = POISON[name](colleague)  # type: ignore[operator]
    with pytest.raises(UserError, match="is not valid: ") as refused:
        colleague.merge(lines)
    assert "Nothing was merged" in str(refused.value)
    assert merging.merge_file(colleague.asec, colleague.of(colleague.la)).refused == 0
    assert check.check(colleague.la.reader()) == []


def test_a_step_says_the_same_whenever_it_comes(colleague: Colleague) -> None:
    """Else its changes have other moments elsewhere, and other values are shown there."""
    lines = colleague.lines([[BIRTH, log.write_image({CODE: "K-1", TITLE: "A"})], [TITLE, "B"]])
    first, second = lines["changes.jsonl"]
    colleague.merge({**lines, "changes.jsonl": [first]})
    step = lines["steps.jsonl"][0]
    for later in ([*step[:5], step[5] + 1, *step[6:]], [*step[:4], step[4] + 1, *step[5:]]):
        with pytest.raises(Forked):
            colleague.merge({**lines, "steps.jsonl": [later], "changes.jsonl": [second]})


def test_a_computer_keeps_its_key(colleague: Colleague) -> None:
    """One that was restored is on no list: a colleague sends nothing in its name."""
    listed = colleague.asec.device_id()
    with colleague.asec.writing() as c:
        identity.renew(c)
    records.put(colleague.asec, "project", colleague.first, {"title": "After the restore"})
    restored = colleague.asec.device_id()
    assert restored != listed
    merging.merge_file(colleague.la, colleague.of(colleague.asec))
    lines = colleague.born()
    lines["devices.jsonl"][0][1] = restored.hex()
    with merging._opened(colleague.la, colleague.write(colleague.born())) as bundle:
        sender = replace(bundle.manifest.sender, device=restored.hex())
    with pytest.raises(WrongSigner, match="another key"):
        colleague.merge(lines, sender=sender)
    # called his before anybody knew it, it is still its office's for who passes its work on
    named = colleague.born()
    named["devices.jsonl"].append([2, restored.hex(), "KH", "Mine", ""])
    colleague.merge(named)
    assert merging.merge_file(colleague.la, colleague.of(colleague.asec)).refused == 0


@pytest.mark.timeout(60)
def test_a_long_way_of_waiting_changes_is_gone_in_one_go(
    colleague: Colleague, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Step by step, 20,000 of them would keep the office from working for hours."""
    lines = colleague.born()
    (birth,) = lines["changes.jsonl"]
    missing, count = birth[1] + 1, 3000
    lines["changes.jsonl"] += [
        [1, missing + at, 1, TITLE, birth[4], 1, missing + at - 1, f"Title {at}"]
        for at in range(1, count + 1)
    ]
    colleague.sequence = lines["steps.jsonl"][0][3] = missing + count
    statements = []
    execute = Connection._execute
    monkeypatch.setattr(
        Connection, "_execute", lambda c, *sql: (statements.append(1), execute(c, *sql))[1]
    )
    report = colleague.merge(lines)
    assert (report.merged, report.held) == (count + 1, count)
    merging.undo_merge(colleague.la, report.merge)
    assert len(statements) < 2000
    assert check.check(colleague.la.reader()) == []


@pytest.mark.timeout(60)
def test_a_long_way_of_united_records_is_walked_once() -> None:
    count = 100_000
    after = {n: n + 1 for n in range(count)} | {count: count - 9, -1: 5, -2: -3}
    ends = united._ends(after, {n: (count - n).to_bytes(4, "big") for n in range(count + 1)})
    assert {ends[n] for n in range(-1, count + 1)} == {count}  # the smallest id of the circle
    assert ends[-2] == -3


@pytest.mark.timeout(60)
def test_receivers_without_end(colleague: Colleague) -> None:
    path = colleague.offices.folder / "endless.apsync"
    path.write_bytes(b"age-encryption.org/v1\n" + b"-> X25519 aaaa\nbbbb\n" * 300_000)
    with pytest.raises(Altered, match="receivers"):
        merging.merge_file(colleague.la, path)


def test_the_number_of_changes_is_counted(colleague: Colleague) -> None:
    """The preview says how many there are, not how many the sender says."""
    path = colleague.write(colleague.born(), counts={"changes": 10**9})
    assert merging.inspect(colleague.la, path).changes == 1


@pytest.mark.parametrize("text", [b"", b"[][]"])
def test_a_line_is_one(colleague: Colleague, text: bytes) -> None:
    lines = colleague.born()
    born = msgspec.json.encode(lines["changes.jsonl"][0])
    lines["changes.jsonl"] = [msgspec.Raw(text.replace(b"[]", born))]
    with pytest.raises(UserError, match="a line is none, or several"):
        colleague.merge(lines)


def test_what_he_seals_himself_is_what_he_sends(colleague: Colleague) -> None:
    """Else the honest bundle that passes it on is refused, and not his own."""
    records.new(colleague.kh, "project", {"code": "K-1", "title": "True"})
    with colleague.kh.writing() as c:
        assert c.run("UPDATE op SET val = replace(val, 'True', 'False') WHERE val LIKE '%K-1%'")
    with pytest.raises(UserError, match="not what it had sealed"):
        merging.merge_file(colleague.la, colleague.of(colleague.kh))
