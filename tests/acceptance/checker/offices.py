"""The checker's hands: it drives the command line only, and notes what it was told is saved."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from aps_desktop.cli import main
from tests.acceptance.checker import model
from tests.acceptance.checker.model import BACK, GONE, NEW, SET, Event, Events

FIELDS = ("title", "description", "budget", "planned_end", "status")
VALUES = {
    "title": ("Flood warning", "Mangroves", "Túi thuốc", "ព្រៃឈើ", "A & B <i>"),
    "description": ("One line", "Two words", "“Quoted” – dash", "x" * 400),
    "budget": ("USD 1000.00", "USD 0.01", "LAK 25000.00", ""),
    "planned_end": ("2026-12-31", "2027-02-28", ""),
    "status": ("concept", "draft", ""),
}
Read = Callable[[], str]


@dataclass
class Parcel:
    """A bundle on its way: its file, and the events that are in it."""

    path: Path
    events: Events
    sender: str


@dataclass
class Desk:
    """One computer: its database, what the checker knows to be in it, and its backups."""

    folder: Path
    office: str
    name: str
    read: Read
    events: set[Event] = field(default_factory=set)
    backups: list[tuple[Path, Events]] = field(default_factory=list)
    number: int = 0
    lives: int = 0
    last: Event | None = None
    server: str = ""
    """The URL of its database, where that is no file."""

    @property
    def database(self) -> str:
        return self.server or str(self.folder / f"{self.name}.aps")

    def run(self, *arguments: object) -> tuple[int, Any]:
        """A command with --json: (exit code, document)."""
        self.read()
        code = main(["--database", self.database, *map(str, arguments), "--json"])
        out = self.read()
        return code, json.loads(out) if out else None

    def done(self, *arguments: object) -> Any:
        code, document = self.run(*arguments)
        assert code in (0, 3), (arguments, code, document)
        return document

    def killed(self, rnd: random.Random, *arguments: object) -> None:
        """The same command in a process of its own, which is killed at some point, or ends."""
        command = [sys.executable, "-m", "aps_desktop", "--database", self.database]
        process = subprocess.Popen(
            [*command, *map(str, arguments)],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=os.environ,
        )  # fmt: skip
        time.sleep(rnd.random() * 1.2)
        process.send_signal(signal.SIGKILL)
        process.wait()

    def _event(self, **what: Any) -> Event:
        self.number += 1
        return Event((f"{self.name}/{self.lives}", self.number), self.office, **what)

    def _note(self, event: Event) -> None:
        self.events.add(event)
        self.last = event

    # What an officer does ------------------------------------------------------------------------

    def create(self, rnd: random.Random) -> None:
        self.number += 1
        given = {"code": f"{self.name}-{self.lives}-{self.number}"}
        given |= {f: v for f in FIELDS if (v := rnd.choice(VALUES[f])) and rnd.random() < 0.7}
        given.setdefault("title", "Without a name")
        pairs = [f"{name}={value}" for name, value in given.items()]
        id = self.done("record", "new", "project", *pairs)["id"]
        shown = self.shown(id)  # with what a new record starts with
        assert all(shown[f] == given[f] for f in FIELDS if f in given)
        pairs = [f"{name}={value}" for name, value in shown.items()]
        self._note(self._event(record=id, what=NEW, value="\n".join(pairs)))

    def edit(self, rnd: random.Random, only: str = "") -> None:
        there = sorted(model.living(frozenset(self.events)))
        if not there:
            return self.create(rnd)
        record, name = rnd.choice(there), rnd.choice(FIELDS)
        record = only if only in there else record
        value = rnd.choice([v for v in VALUES[name] if v or name != "title"])
        shown = self.shown(record)[name]
        answer = self.done("record", "set", "project", record, f"{name}={value}")
        assert bool(answer["change_set"]) == (value != shown), (name, shown, value, answer)
        if value != shown:
            replaced = {
                e.name for e in model.heads(self.events, record, name)
                if model.said(e, name) == shown
            }  # fmt: skip
            self._note(
                self._event(record=record, what=SET, field=name, value=value,
                            replaced=frozenset(replaced))
            )  # fmt: skip
        return None

    def delete(self, rnd: random.Random) -> None:
        there = sorted(model.living(frozenset(self.events)))
        if there:
            record = rnd.choice(there)
            answer = self.done("record", "delete", "project", record)
            assert answer["change_set"]
            seen = frozenset(e.name for e in self.events if e.record == record)
            self._note(self._event(record=record, what=GONE, seen=seen))

    def undo(self, rnd: random.Random) -> None:
        """Takes back what was done just before, where nothing came between."""
        last = self.last
        if last is None or last not in model.standing(self.events, last.record):
            return
        if last.what == BACK:
            return
        if last.what == SET and len(last.replaced) != 1:
            return  # which of several equal values comes back is no matter, but not predicted here
        if last.what == SET and last not in model.heads(self.events, last.record, last.field):
            return
        self.done("undo")
        own = [e for e in self.events if e.record == last.record]
        if last.what == NEW:
            seen = frozenset(e.name for e in own)
            self._note(self._event(record=last.record, what=GONE, seen=seen))
        elif last.what == GONE:
            self._note(self._event(record=last.record, what=BACK))
        else:
            (before,) = [e for e in own if e.name in last.replaced]
            value = model.said(before, last.field)
            self._note(
                self._event(record=last.record, what=SET, field=last.field, value=value,
                            replaced=frozenset({last.name}))
            )  # fmt: skip
        self.last = None

    def settle(self, rnd: random.Random) -> None:
        found = self.done("conflicts", "list")
        if found:
            one = rnd.choice(found)
            value = rnd.choice(sorted(model.values(self.events, one["record"], one["field"])))
            named = {e.name for e in model.heads(self.events, one["record"], one["field"])}
            self.done("conflicts", "resolve", one["id"], "--take", value)
            self._note(
                self._event(record=one["record"], what=SET, field=one["field"], value=value,
                            replaced=frozenset(named))
            )  # fmt: skip

    # What travels --------------------------------------------------------------------------------

    def export(self, target: Path) -> Parcel:
        self.done("bundle", "export", target)
        return Parcel(target, frozenset(self.events), self.name)

    def merge(self, parcel: Parcel) -> Any:
        answer = self.done("bundle", "merge", parcel.path)
        self.events |= parcel.events
        return answer

    def back_up(self, target: Path) -> None:
        self.done("backup", target)
        self.backups.append((target, frozenset(self.events)))

    def restore(self, rnd: random.Random) -> None:
        path, events = rnd.choice(self.backups)
        self.done("restore", path)
        self.events, self.last = set(events), None
        self.lives += 1

    # What is compared ----------------------------------------------------------------------------

    def shown(self, record: str) -> dict[str, str]:
        found = self.done("record", "get", "project", record)
        return {name: found[name] or "" for name in FIELDS}

    def check(self) -> None:
        """What the program shows is what the model says."""
        events = frozenset(self.events)
        rows = {row["id"]: row for row in self.done("record", "list", "project")}
        assert rows.keys() == model.living(events)
        for record, row in rows.items():
            for name in FIELDS:
                told = sorted(
                    (e for e in events if e.record == record and e.field in (name, "")),
                    key=lambda e: e.name,
                )
                assert (row[name] or "") in model.values(events, record, name), (
                    self.name, record, name, row[name], told,
                )  # fmt: skip
        found = {
            (one["record"], one["field"]): {v["value"] for v in one["values"]}
            for one in self.done("conflicts", "list")
        }
        wanted = model.conflicts(events, FIELDS)
        assert found.keys() == wanted.keys(), (found, wanted)

    def check_history(self) -> None:
        """Every value that was ever saved stands in the history of its record."""
        for record in model.records(self.events):
            told = self.done("record", "history", "project", record)
            became = {(e["field"], e["new"]) for e in told}
            fields = {name for name, _ in became}
            for event in self.events:
                if event.record == record and event.what == SET:
                    assert event.field in fields, event
            wanted = sum(e.what == SET for e in self.events if e.record == record)
            assert sum(e["event"] == "changed" for e in told) == wanted
