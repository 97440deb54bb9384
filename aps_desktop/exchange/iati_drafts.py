"""What the activities of a file become: draft records, by entity, and where each came from."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from aps_desktop.domain.entities import entity as entity_of
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.domain.fields import Field, Kind
from aps_desktop.domain.values import TEXT_LIMIT, members, to_wire
from aps_desktop.exchange.drafts import DraftRecord
from aps_desktop.exchange.iati_problem import WARNING, Problem
from aps_desktop.exchange.parse import Draft, Read


@dataclass(frozen=True)
class Element:
    """An element of a file as it came from the child process."""

    tag: str
    attributes: Mapping[str, str]
    text: str
    line: int
    children: tuple[Element, ...]

    @classmethod
    def of(cls, told: list) -> Element:  # type: ignore[type-arg]
        """From the child's [name, attributes, text, line, children]."""
        tag, attributes, text, line, children = told
        return cls(tag, attributes, text, line, tuple(cls.of(child) for child in children))

    def get(self, name: str) -> str:
        return self.attributes.get(name, "").strip()

    def all(self, *tags: str) -> Iterator[Element]:
        return (child for child in self.children if child.tag in tags)

    def first(self, tag: str) -> Element | None:
        return next(self.all(tag), None)

    def of_first(self, tag: str, attribute: str) -> str:
        """An attribute of the first child of that name; "" without one."""
        child = self.first(tag)
        return child.get(attribute) if child else ""

    def narrative(self, language: str = "en") -> str:
        """Its text: in English where there is English, else the first."""
        told = [(n.get("lang") or language, n.text.strip()) for n in self.all("narrative")]
        english = [text for lang, text in told if lang.lower().startswith("en") and text]
        return (english or [text for _, text in told if text] or [""])[0]

    def told(self, tag: str, language: str = "en") -> str:
        """The narrative of the first child of that name."""
        child = self.first(tag)
        return child.narrative(language) if child else ""


@dataclass
class Activity:
    """One activity of a file: what it is called, and what was found on the way."""

    identifier: str
    title: str
    line: int
    problems: list[Problem] = field(default_factory=list)
    own: bool = False

    def note(self, at: Element, message: str, level: str = WARNING) -> None:
        """Something that did not come in as it stands."""
        problem = Problem(at.line, self.identifier, at.tag, message, "import", level)
        self.problems.append(problem)


class Drafts:
    """All drafts of a file. A draft's `row` is its place among those of its entity."""

    def __init__(self) -> None:
        self.records: dict[str, list[DraftRecord]] = {}
        self.activities: list[Activity] = []
        self._place: dict[Draft, tuple[int, int]] = {}
        self.by_id: dict[UUID, Draft] = {}

    def begin(self, activity: Activity) -> Activity:
        self.activities.append(activity)
        return activity

    def add(
        self,
        entity: str,
        values: dict[str, Read],
        at: Element,
        *,
        id: UUID | None = None,
        blank: Iterable[str] = (),
        apart: bool = False,
    ) -> Draft:
        """One record of the activity that was begun last; what stands for it in others."""
        kind = entity_of(entity)
        records = self.records.setdefault(entity, [])
        draft = Draft(kind.plural, len(records), 0)
        missing = tuple(
            f.name for f in kind.fields if f.required and not f.default and not values.get(f.name)
        )
        records.append(
            DraftRecord(
                entity, draft, values, id=id, missing=missing, blank=tuple(blank), apart=apart
            )
        )
        self._place[draft] = max(0, len(self.activities) - 1), at.line
        if id is not None:
            self.by_id[id] = draft
        return draft

    def add_checked(
        self, activity: Activity, entity: str, at: Element, given: Mapping[str, Read]
    ) -> Draft:
        """One record with what its fields can hold of the values given."""
        return self.add(entity, checked(activity, at, entity, given), at)

    def __len__(self) -> int:
        return len(self._place)

    def place(self, draft: Draft) -> tuple[int, int]:
        """(which activity, which line) a draft came from."""
        return self._place[draft]


def usable(spec: Field, value: Read) -> Read:
    """The value, or InvalidValue if the field cannot hold it."""
    if isinstance(value, Draft) or value is None:
        return value
    if spec.is_set:
        if not any(isinstance(one, Draft) for one in value):  # type: ignore[union-attr]
            members(spec, value)  # type: ignore[arg-type]
    elif spec.kind is not Kind.REFERENCE:
        to_wire(spec, value)  # type: ignore[arg-type]
    return value


def checked(
    activity: Activity, at: Element, entity: str, given: Mapping[str, Read]
) -> dict[str, Read]:
    """The values that their fields can hold; of the others the activity says why not."""
    kind = entity_of(entity)
    found: dict[str, Read] = {}
    for name, value in given.items():
        if value is None or value == "":
            continue
        try:
            found[name] = usable(kind.field(name), value)
        except InvalidValue as error:
            activity.note(at, f"{error.message} It is left out.")
    return found


def day_of(activity: Activity, at: Element) -> date | None:
    """The day in an element's `iso-date`; what is none is told and left out."""
    text = at.get("iso-date")
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        activity.note(at, f"“{text[:40]}” is no date, so it is left out.")
        return None


def short(text: str) -> str:
    """What a field of one line takes; the standard has no such limit."""
    return " ".join(text.split())[:TEXT_LIMIT]
