"""What every command needs: which database, how to answer, and the passphrases."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from aps_desktop.db import store
from aps_desktop.db.engine import Database
from aps_desktop.paths import default_database
from aps_desktop.services.window_lock import WindowLock

DONE, REFUSED, USAGE, NEEDS_A_PERSON = 0, 1, 2, 3
"""Exit codes: done; refused or failed, nothing changed; wrong usage; done, but look at it."""


class Session:
    """One run of the command line."""

    def __init__(self, arguments: Namespace) -> None:
        self.arguments = arguments
        self.location: str = arguments.database or default_database()
        self.json: bool = arguments.json

    @property
    def passphrase(self) -> str | None:
        """From the environment: on a command line others on the computer could read it."""
        return os.environ.get("APS_PASSPHRASE") or None

    @property
    def new_passphrase(self) -> str:
        return os.environ.get("APS_NEW_PASSPHRASE", "")

    @contextmanager
    def database(self) -> Iterator[Database]:
        """The open database; closed at the end."""
        db = store.open_database(self.location, self.passphrase)
        try:
            for words in (db.newer, db.notice):
                if words:
                    self.say(words)
            yield db
        finally:
            db.close()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """While the file itself is replaced: refused while a window has the database open."""
        if store.on_server(self.location):
            yield
            return
        lock = WindowLock(Path(self.location))
        lock.take()
        try:
            yield
        finally:
            lock.release()

    def say(self, words: str) -> None:
        """A message beside the answer, on standard error."""
        print(words, file=sys.stderr)

    def progress(self, done: int, total: int, what: str) -> None:
        """Tells how far a long command is, where somebody watches."""
        if what and sys.stderr.isatty():
            print(f"\r{what} ({done}/{total})\x1b[K", end="", file=sys.stderr, flush=True)
        elif sys.stderr.isatty():
            print("\r\x1b[K", end="", file=sys.stderr, flush=True)

    def answer(self, document: Any, words: str = "") -> None:
        """The one answer: a JSON document with --json, words otherwise."""
        if self.json:
            print(json.dumps(document, ensure_ascii=False, indent=1))
        elif words:
            print(words)

    def refuse(self, words: str, hint: str) -> None:
        """The answer of a command that was not done: what was said already, for a program."""
        if self.json:
            self.answer({"error": words, "hint": hint})
