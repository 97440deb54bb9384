"""Commands about IATI files: export, import, validate, and newer code lists."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from aps_desktop.cli.session import DONE, NEEDS_A_PERSON, Session
from aps_desktop.exchange.iati_problem import Problem
from aps_desktop.services import iati_export, iati_import, iati_scope, iati_validate
from aps_desktop.services.importing_types import Verdict

_SHOWN = 100


def export(session: Session) -> int:
    """Writes what may leave as IATI 2.03, and checks it."""
    a = session.arguments
    with session.database() as db:
        scope = iati_scope.parse(a.scope, a.max_class)
        done = iati_export.export(db, Path(a.out), scope, session.progress)
    lines = [f"{a.out}: {_activities(done.activities)}."]
    lines += [f"left out: {words}: {count:,}" for words, count in done.left_out.items()]
    if done.public:
        lines.append(f"left out: {iati_scope.NEVER_PUBLIC}")
    session.answer(
        done.as_json(), "\n".join([*lines, *_problems(done.problems, done.problem_count)])
    )
    return DONE if done.valid else NEEDS_A_PERSON


def bring(session: Session) -> int:
    """Brings the activities of an IATI file in, as one step."""
    a = session.arguments
    with session.database() as db:
        done = iati_import.import_file(
            db, Path(a.file), dry_run=a.dry_run, progress=session.progress
        )
    lines = ["Nothing was written: this was a trial."] if a.dry_run else []
    counts = ", ".join(f"{done.count(v):,} {v}" for v in (*iati_import.PART_VERDICTS,))
    lines.append(f"{a.file}: {counts}")
    for one in done.activities:
        told = ", ".join(f"{one.counts[v]} {v}" for v in Verdict if one.counts.get(v))
        lines.append(f"  line {one.line}, {one.identifier or one.title}: {told or 'nothing'}")
    lines += [
        f"  not known: {kind} “{code}” ({name}), {count} times"
        for (kind, code), (name, count) in done.unknown.items()
    ]
    problems = done.problems
    session.answer(done.as_json(), "\n".join([*lines, *_problems(problems, len(problems))]))
    return DONE if done.complete else NEEDS_A_PERSON


def validate(session: Session) -> int:
    """Checks a file against the schema, the rules and the code lists of IATI 2.03, offline."""
    a = session.arguments
    done = iati_validate.validate(Path(a.file))
    words = "valid" if done.valid else "not valid"
    lines = [f"{a.file}: {_activities(done.activities)}, {words}."]
    session.answer(
        done.as_json(), "\n".join([*lines, *_problems(done.problems, done.problem_count)])
    )
    return DONE if done.valid else NEEDS_A_PERSON


def lists(session: Session) -> int:
    """Takes newer code lists, rules or schemas from a file."""
    names = iati_validate.take_lists(Path(session.arguments.file))
    session.answer({"taken": names}, "Taken: " + ", ".join(names) + ".")
    return DONE


def split(session: Session) -> int:
    """Takes a file that is too large to import apart, into files in a folder."""
    a = session.arguments
    parts = iati_import.split(Path(a.file), Path(a.folder))
    names = [str(part) for part in parts]
    session.answer({"parts": names}, "\n".join(["Import these one after another:", *names]))
    return DONE


def _activities(count: int) -> str:
    return f"{count:,} activit{'y' if count == 1 else 'ies'}"


def _problems(problems: Sequence[Problem], count: int) -> list[str]:
    lines = [
        f"  line {p.line}, {p.activity}, {p.element}: {p.message}"
        + (f" [{p.record}]" if p.record else "")
        for p in problems[:_SHOWN]
    ]
    if count > len(lines):
        lines.append(f"  and {count - len(lines):,} more.")
    return lines
