"""All entities, described once; one module per area."""

from __future__ import annotations

from dataclasses import replace
from functools import lru_cache

from aps_desktop.domain.entities.coordination import ENTITIES as COORDINATION
from aps_desktop.domain.entities.funding import ENTITIES as FUNDING
from aps_desktop.domain.entities.knowledge import ENTITIES as KNOWLEDGE
from aps_desktop.domain.entities.monitoring import ENTITIES as MONITORING
from aps_desktop.domain.entities.organisation import ENTITIES as ORGANISATION
from aps_desktop.domain.entities.outreach import ENTITIES as OUTREACH
from aps_desktop.domain.entities.planning import ENTITIES as PLANNING
from aps_desktop.domain.errors import NotFound
from aps_desktop.domain.fields import Entity, Field

ENTITIES: tuple[Entity, ...] = (
    *ORGANISATION,
    *PLANNING,
    *COORDINATION,
    *FUNDING,
    *MONITORING,
    *KNOWLEDGE,
    *OUTREACH,
)
BY_NAME: dict[str, Entity] = {e.name: e for e in ENTITIES}
BY_NUMBER: dict[int, Entity] = {e.number: e for e in ENTITIES}


def entity(name: str) -> Entity:
    """The entity of that name; NotFound names those that exist."""
    try:
        return BY_NAME[name]
    except KeyError:
        raise NotFound(
            f"There is no entity “{name}”.", "Entities: " + ", ".join(sorted(BY_NAME)) + "."
        ) from None


@lru_cache(maxsize=256)
def field_of(kind: Entity, name: str) -> Field:
    """A field by its name; "project.pillar" is a field of the record that is referred to,
    "meeting.body.pillar" one further on.

    KeyError if there is none.
    """
    reference, _, inner = name.partition(".")
    if not inner:
        return kind.field(reference)
    return replace(field_of(entity(kind.field(reference).target), inner), name=name)


def has_field(kind: Entity, name: str) -> bool:
    """Whether `field_of` finds one."""
    try:
        return bool(field_of(kind, name))
    except (KeyError, NotFound):
        return False


def references_to(target: str) -> tuple[tuple[Entity, Field], ...]:
    """Every field of every entity that refers to the target entity."""
    return tuple((e, f) for e in ENTITIES for f in e.fields if f.target == target)
