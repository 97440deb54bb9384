"""Offices as their officers meet them: each a database of its own, driven by the command line."""

import itertools
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from aps_desktop.cli import main

Read = Callable[[], str]
"""What the last command wrote to standard output."""

COUNTS = ("merged", "already_had", "held", "conflicts", "parallel", "proposals", "files")


class Desk:
    """One computer of one office."""

    def __init__(self, folder: Path, office: str, name: str, read: Read) -> None:
        self.office, self.name = office, name
        self.folder = folder / name
        self.folder.mkdir()
        self.file = self.folder / "office.aps"
        self._read = read
        self._numbers = itertools.count(1)
        self.done("init", "--office", office, "--device", name)

    def run(self, *arguments: object) -> tuple[int, Any]:
        """A command with --json: (exit code, document)."""
        self._read()
        code = main(["--database", str(self.file), *map(str, arguments), "--json"])
        out = self._read()
        return code, json.loads(out) if out else None

    def done(self, *arguments: object) -> Any:
        """A command that must end well, perhaps with something for a person to look at."""
        code, document = self.run(*arguments)
        assert code in (0, 3), document
        return document

    # Records ------------------------------------------------------------------------------------

    def new(self, entity: str, **values: str) -> str:
        return str(self.done("record", "new", entity, *_pairs(values))["id"])

    def put(self, entity: str, id: str, **values: str) -> Any:
        return self.done("record", "set", entity, id, *_pairs(values))

    def get(self, entity: str, id: str) -> Any:
        return self.done("record", "get", entity, id)

    def title(self, id: str) -> str:
        return str(self.get("project", id)["title"])

    def has(self, entity: str, id: str) -> bool:
        return any(row["id"] == id for row in self.done("record", "list", entity))

    def conflicts(self) -> Any:
        return self.done("conflicts", "list")

    def issues(self) -> Any:
        return self.done("conflicts", "issues")

    # Bundles ------------------------------------------------------------------------------------

    def export(self, *arguments: str) -> Path:
        """A bundle; for nobody in particular it holds everything."""
        target = self.folder / f"{self.name}-{next(self._numbers)}.apsync"
        self.done("bundle", "export", target, *arguments)
        return target

    def merge(self, *bundles: Path) -> Any:
        return self.done("bundle", "merge", *bundles)

    def digest(self) -> str:
        return str(self.done("digest")["digest"])

    def sound(self) -> None:
        assert self.done("check")["ok"]


def _pairs(values: dict[str, str]) -> list[str]:
    return [f"{name}={text}" for name, text in values.items()]


def enrol(secretariat: Desk, *others: Desk, informs: Sequence[Desk] = ()) -> None:
    """Puts computers on the office list; they, and those informed, get the list with a bundle."""
    for desk in others:
        request = desk.folder / "request"
        desk.done("trust", "request", request)
        secretariat.done("trust", "add", request)
    first = secretariat.export()
    for desk in (*others, *informs):
        desk.merge(first)


def exchange(*desks: Desk) -> None:
    """Everybody gets everything that anybody has."""
    for _ in range(2):
        for bundle in [desk.export() for desk in desks]:
            for desk in desks:
                desk.merge(bundle)


def converged(*desks: Desk) -> str:
    """All have the same state, and it is the one of their logs."""
    digests = {desk.digest() for desk in desks}
    assert len(digests) == 1
    for desk in desks:
        desk.sound()
    return digests.pop()


NewDesk = Callable[[str, str], Desk]
"""By office and name of the computer; the fixture `new_desk` is one."""
