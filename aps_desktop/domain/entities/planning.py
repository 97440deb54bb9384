"""What is planned: frameworks, programmes, projects, work plans, budgets, tasks and risks."""

from __future__ import annotations

from aps_desktop.domain.entities import (
    planning_alignment,
    planning_approval,
    planning_budget,
    planning_framework,
    planning_project,
    planning_work,
)
from aps_desktop.domain.fields import Entity

ENTITIES: tuple[Entity, ...] = (
    *planning_framework.ENTITIES,
    *planning_project.ENTITIES,
    *planning_alignment.ENTITIES,
    *planning_approval.ENTITIES,
    *planning_work.ENTITIES,
    *planning_budget.ENTITIES,
)
