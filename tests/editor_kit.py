"""A host that answers editors at once, and fields for them."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QLineEdit

from aps_desktop.domain.errors import UserError
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.domain.ids import NAMESPACE
from aps_desktop.domain.values import FileRef
from aps_desktop.views.editors import Editor

CHOICES = (("ongoing", "Ongoing"), ("on_hold", "On hold"), ("done", "Completed"))


STATES = {name: uuid5(NAMESPACE, name) for name in ("Cambodia", "Lao PDR", "Thailand", "Viet Nam")}


BODIES = {name: uuid5(NAMESPACE, name) for name in ("ACDM · Disaster", "ACW · Women", "SOM · SOM")}


LABELS = {id: name for names in (STATES, BODIES) for name, id in names.items()}


class Host:
    """Answers at once from the two small lists above."""

    def __init__(self) -> None:
        self.opened: list[UUID] = []
        self.created: list[str] = []

    def today(self) -> date:
        return date(2026, 11, 23)

    def find(self, target: str, text: str, done: Callable[[Any], None], owner: QObject) -> None:
        names = STATES if target == "member_state" else BODIES
        done([(id, name) for name, id in names.items() if text.lower() in name.lower()])

    def state_groups(self, done: Callable[[Any], None], owner: QObject) -> None:
        clmv = frozenset(id for name, id in STATES.items() if name != "Thailand")
        done([("All", frozenset(STATES.values())), ("CLMV", clmv)])

    def words_used(self, field: Field, done: Any, owner: QObject) -> None:
        done(["flood"])

    def open_record(self, target: str, id: UUID) -> None:
        self.opened.append(id)

    def create_record(self, target: str, name: str, done: Callable[[UUID, str], None]) -> None:
        self.created.append(name)
        done(uuid5(NAMESPACE, name), name)

    def add_file(self, path: Path, done: Any, failed: Any) -> None:
        if path.suffix == ".big":
            failed(UserError("“film.big” is larger than 20 MB.", "Attach a smaller copy."))
        else:
            done(FileRef("ab" * 32, path.name))

    def open_file(self, ref: FileRef) -> None:
        self.opened.append(ref)  # type: ignore[arg-type]

    def save_file(self, ref: FileRef, target: Path) -> None: ...


def field(kind: Kind, **more: Any) -> Field:
    target = "body" if kind in (Kind.REFERENCE, Kind.REFERENCES) else ""
    decimals = 2 if kind in (Kind.NUMBER, Kind.PERCENT) else 0
    plain = {"target": target, "decimals": decimals, "choices": CHOICES}
    return Field(1, "thing", "The thing", kind, **{**plain, **more})


def leave(editor: Editor) -> None:
    editor.window().findChild(QLineEdit, "elsewhere").setFocus()
    QApplication.processEvents()
