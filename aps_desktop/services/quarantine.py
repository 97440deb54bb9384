"""A bundle of a computer that nobody has confirmed: it can be looked at, and merges nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import msgspec

from aps_desktop.db.engine import Database
from aps_desktop.domain.entities import BY_NUMBER
from aps_desktop.domain.ids import shipped_ids
from aps_desktop.domain.values import clean_text
from aps_desktop.services import trusting
from aps_desktop.services.merge_report import moment
from aps_desktop.sync import bundle_errors as errors
from aps_desktop.sync.container import OpenedBundle, open_bundle
from aps_desktop.sync.payload import ChangeLine, DeviceLine, RecordLine, StepLine

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
        shipped = _shipped(bundle)
        return Content(_records(bundle, shipped), _steps(bundle, shipped))


def _shipped(bundle: OpenedBundle) -> set[int]:
    """The devices of the lists that come with the program: every office has those."""
    read = msgspec.json.Decoder(DeviceLine).decode
    lines = map(read, bundle.lines("devices.jsonl"))
    return {line.number for line in lines if UUID(line.id).bytes in shipped_ids()}


def _records(bundle: OpenedBundle, shipped: set[int]) -> dict[str, int]:
    change, read = msgspec.json.Decoder(ChangeLine).decode, msgspec.json.Decoder(RecordLine).decode
    lines = map(change, bundle.lines("changes.jsonl"))
    changed = {line.record for line in lines if line.device not in shipped}
    found: Counter[str] = Counter()
    for line in map(read, bundle.lines("records.jsonl")):
        kind = BY_NUMBER.get(line.entity)
        if kind is not None and line.number in changed:
            found[kind.plural] += 1
    return dict(sorted(found.items()))


def _steps(bundle: OpenedBundle, shipped: set[int]) -> list[str]:
    read = msgspec.json.Decoder(StepLine).decode
    found: list[str] = []
    for line in bundle.lines("steps.jsonl"):
        step = read(line)
        if step.device not in shipped and step.label and len(found) < _STEPS_SHOWN:
            who = clean_text(step.officer or step.office)[:60]
            found.append(f"{moment(step.wall)}  {who}: {clean_text(step.label)[:200]}")
    return found
