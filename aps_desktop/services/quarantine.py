"""A bundle of a computer that nobody has confirmed: it can be looked at, and merges nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import msgspec

from aps_desktop.db.engine import Database
from aps_desktop.domain.entities import BY_NUMBER
from aps_desktop.domain.values import clean_text
from aps_desktop.services import trusting
from aps_desktop.services.merge_report import moment
from aps_desktop.sync import bundle_errors as errors
from aps_desktop.sync.container import OpenedBundle, open_bundle
from aps_desktop.sync.payload import RecordLine, StepLine

_STEPS_SHOWN = 200


@dataclass(frozen=True)
class Content:
    """What an unconfirmed bundle says it holds; nothing of it is proven to be its office's."""

    records: dict[str, int]
    steps: list[str]


def look(db: Database, path: Path) -> Content:
    """Reads what is inside without keeping any of it. BundleError when it is not sound."""
    trust = trusting.store(db)
    with open_bundle(path, trust.judge, trusting.keys(db)) as bundle, errors.refusals(path):
        return Content(_records(bundle), _steps(bundle))


def _records(bundle: OpenedBundle) -> dict[str, int]:
    read = msgspec.json.Decoder(RecordLine).decode
    found: Counter[str] = Counter()
    for line in bundle.lines("records.jsonl"):
        kind = BY_NUMBER.get(read(line).entity)
        if kind is not None:
            found[kind.plural] += 1
    return dict(sorted(found.items()))


def _steps(bundle: OpenedBundle) -> list[str]:
    read = msgspec.json.Decoder(StepLine).decode
    found: list[str] = []
    for line in bundle.lines("steps.jsonl"):
        step = read(line)
        if step.label and len(found) < _STEPS_SHOWN:
            who = clean_text(step.officer or step.office)[:60]
            found.append(f"{moment(step.wall)}  {who}: {clean_text(step.label)[:200]}")
    return found
