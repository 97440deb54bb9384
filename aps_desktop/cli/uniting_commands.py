"""Commands about duplicates: unite two records that are one, separate them again, list them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from aps_desktop.cli.record_commands import applied_answer
from aps_desktop.cli.session import DONE, Session
from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities import entity
from aps_desktop.services import records, uniting
from aps_desktop.services.uniting import Plan


def unite(session: Session) -> int:
    """Unite a duplicate with the record that shall stand for both, here and in later bundles."""
    a = session.arguments
    with session.database() as db:
        c = db.reader()
        plan = uniting.plan(c, a.entity, *(records.find_id(c, a.entity, x) for x in (a.id, a.into)))
        if a.dry_run:
            session.answer(_plan(plan), _words(plan))
            return DONE
        applied = uniting.unite(db, plan)
    return applied_answer(session, applied, "United", _plan(plan))


def separate(session: Session) -> int:
    """Let a duplicate stand for itself again."""
    a = session.arguments
    with session.database() as db:
        applied = uniting.separate(db, a.entity, _old_id(db.reader(), a.entity, a.id))
    return applied_answer(session, applied, "Separated")


def _old_id(c: Connection, name: str, text: str) -> Any:
    """A duplicate has no row any more: by its id, or by its code or title as they were."""
    wanted = text.casefold()
    known = uniting.united(c, name)
    named = [d for d in known if wanted in (d.code.casefold(), d.title.casefold())]
    return named[0].id if len(named) == 1 else records.find_id(c, name, text)


def list_united(session: Session) -> int:
    """The duplicates that were united, and what stands for them."""
    with session.database() as db:
        found = uniting.united(db.reader())
    document = [{**asdict(d), "id": str(d.id), "into": str(d.into)} for d in found]
    words = [f"{d.entity} {d.id}  {d.title} → {d.into_title}" for d in found]
    session.answer(document, "\n".join(words) or "Nothing was united.")
    return DONE


def _plan(plan: Plan) -> dict[str, Any]:
    return {
        "entity": plan.entity,
        "id": str(plan.id),
        "into": str(plan.into),
        "moves": plan.moves,
        "takes": [asdict(t) for t in plan.takes],
        "differs": [asdict(d) for d in plan.differs],
    }


def _words(plan: Plan) -> str:
    lines = [f"{plan.title} would be united with {plan.into_title}."]
    for name, number in plan.moves.items():
        kind = entity(name)
        lines.append(f"  {number:,} {(kind.label if number == 1 else kind.plural).lower()} move")
    lines += [f"  {t.label}: {t.value} is taken over" for t in plan.takes]
    lines += [f"  {d.label}: {d.kept} stays, not {d.left}" for d in plan.differs]
    return "\n".join(lines)
