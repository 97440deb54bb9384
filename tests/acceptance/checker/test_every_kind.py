"""Records of many kinds, shipped ones too, edited apart in fields of every kind.

After every step the history has what was acknowledged, with who and when; at the end all converge.
"""

from __future__ import annotations

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.acceptance.checker.test_checker import SEEDS
from tests.acceptance.desks import Desk, NewDesk, converged, enrol

WORDS = ("Haze", "Tiếng Việt", "ASEAN “x”", "O'Neil, & <b>", "=1+1")
STEPS = 24
RECORDS = {
    ("body", "ACB"): ("name", "notes", "former_names", "chair_months"),
    ("partner", "JP"): ("name", "notes", "groupings"),
    ("project", "P-1"): ("title", "budget", "planned_start", "status", "tags",
                         "participating_states", "sponsoring_body", "recurring", "description"),
    ("programme", "G-1"): ("title", "budget", "partner", "starts_on", "participating_states"),
}  # fmt: skip


def value(rnd: random.Random, field: dict[str, Any], number: int) -> str:
    """Something to type into a field; texts, amounts and days differ every time."""
    states = rnd.sample(("KH", "LA", "VN", "SG"), 2)
    return {
        "text": f"{rnd.choice(WORDS)} {number}",
        "long_text": f"First {number}\nsecond",
        "money": f"{rnd.choice(('USD', 'EUR'))} {number}.25",
        "date": f"2026-{number % 12 + 1:02}-{number % 28 + 1:02}",
        "number": str(number),
        "yes_no": rnd.choice(("yes", "no")),
        "tags": ",".join(rnd.sample(("alpha", "beta", "délta"), 2)),
        "references": ",".join(states),
        "reference": rnd.choice(("ACB", "ACC") if field.get("target") == "body" else ("JP", "AU")),
        "choice": rnd.choice([c["value"] for c in field.get("choices", ())] or [""]),
    }[str(field["kind"])]


class Course:
    """Offices at work, and what each was told is saved: (entity, id, field, text, office)."""

    def __init__(self, desks: list[Desk], seed: int) -> None:
        self.rnd, self.desks, self.number = random.Random(seed), desks, 0
        self.saved: set[tuple[str, str, str, str, str]] = set()
        self.steps: Counter[str] = Counter()
        """By desk: what it has done since the records were made, which undo must not take away."""
        self.fields = {
            one["entity"]: {f["name"]: f for f in one["fields"]}
            for one in desks[0].done("entities")
        }
        self.ids: dict[tuple[str, str], str] = {}
        for entity, code in RECORDS:
            if code[-2:] == "-1":
                desks[1].new(entity, code=code, title="One")
            self.ids[entity, code] = desks[1].get(entity, code)["id"]
        self.send(desks[1], desks)

    def edit(self, desk: Desk) -> None:
        key = self.rnd.choice(sorted(RECORDS))
        entity, id = key[0], self.ids[key]
        self.number += 1
        name = self.rnd.choice(RECORDS[key])
        text = value(self.rnd, self.fields[entity][name], self.number)
        known = len(desk.done("record", "history", entity, id))
        answer = desk.put(entity, id, **{name: text})
        self.steps[desk.name] += bool(answer["change_set"])
        told = desk.done("record", "history", entity, id)
        new = told[: len(told) - known]
        assert bool(new) == bool(answer["change_set"])
        earliest = datetime.now(UTC) - timedelta(seconds=60)
        for one in new:
            assert (one["field"], one["office"], one["device"]) == (name, desk.office, desk.name)
            assert datetime.fromisoformat(one["at"]) > earliest
            said = one["became"] if one["event"] != "removed" else one["was"]
            self.saved.add((entity, id, name, str(said), desk.office))
        if self.fields[entity][name]["kind"] in ("text", "long_text"):
            assert not new or new[0]["became"] == text
            if not answer["proposed"]:
                assert desk.get(entity, id)[name] == text

    def send(self, desk: Desk, others: list[Desk]) -> None:
        bundle = desk.export("--full") if self.rnd.random() < 0.3 else desk.export()
        for one in others:
            if one is not desk:
                one.merge(bundle)

    def step(self) -> None:
        desk = self.rnd.choice(self.desks)
        what = self.rnd.choice(("edit", "edit", "edit", "undo", "settle", "answer", "send"))
        if what == "edit":
            self.edit(desk)
        elif what == "undo" and self.steps[desk.name]:
            desk.run("undo")
            self.steps[desk.name] -= 1
        elif what == "settle" and (found := desk.conflicts()):
            take = self.rnd.choice(("base", str(found[0]["values"][0]["words"])))
            desk.done("conflicts", "resolve", found[0]["id"], "--take", take)
        elif what == "answer":
            waiting = [p for p in desk.done("proposals", "list") if p["may_answer"]]
            if waiting:
                verb = self.rnd.choice(("accept", "decline"))
                desk.done("proposals", verb, self.rnd.choice(waiting)["id"])
        elif what == "send":
            self.send(desk, self.rnd.sample(self.desks, 2))

    def end(self) -> None:
        for _ in range(2):
            for desk in self.desks:
                self.send(desk, self.desks)
        converged(*self.desks)
        first, *others = [(d.conflicts(), d.done("proposals", "list")) for d in self.desks]
        named = {(c["record"], c["field"]) for c in first[0]}
        assert all({(c["record"], c["field"]) for c in one[0]} == named for one in others)
        assert all({p["id"] for p in one[1]} == {p["id"] for p in first[1]} for one in others)
        for desk in self.desks:
            told = {
                (entity, id, e["field"], str(e["was" if e["event"] == "removed" else "became"]),
                 e["office"])
                for (entity, _), id in self.ids.items()
                for e in desk.done("record", "history", entity, id)
            }  # fmt: skip
            assert self.saved <= told


@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_acknowledged_is_kept_in_every_kind_of_field(seed: int, new_desk: NewDesk) -> None:
    names = (("ASEC", "asec"), ("KH", "khm1"), ("KH", "khm2"), ("VN", "vnm"))
    desks = [new_desk(office, name) for office, name in names]
    enrol(desks[0], *desks[1:])
    course = Course(desks, seed)
    for _ in range(STEPS):
        course.step()
    course.end()
