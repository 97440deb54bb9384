"""Which record of the database a row of a workbook means: by its hidden id, or by its key."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from typing import Any
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.exchange.drafts import RowResult
from aps_desktop.exchange.parse import Draft
from aps_desktop.services import importing_current as current
from aps_desktop.services.importing_base import entity_number_is
from aps_desktop.services.importing_types import Decided, Verdict

GONE = (Verdict.REFUSED, Verdict.WAITING)
_NARROW = 20_000
"""In tables above this, keys are looked for among the records of the same parents only."""

Refuse = Callable[[RowResult, Decided, str, str, str], None]


class Identifier:
    """Finds the records that drafts of one entity stand for.

    `taken` are records that a draft stands for already, by row number; `of` what was decided on a
    draft. `doubtful` are records whose whole key others have too, and how many they are.
    """

    def __init__(
        self,
        c: Connection,
        kind: Entity,
        taken: dict[int, Draft],
        of: Callable[[Draft], Decided | None],
        refuse: Refuse,
    ) -> None:
        self._c = c
        self._kind = kind
        self._taken = taken
        self._of = of
        self._refuse = refuse
        self.doubtful: dict[int, int] = {}

    def identify(self, good: list[tuple[RowResult, Decided]]) -> None:
        by_id = [(row, one) for row, one in good if one.record.id is not None]
        if by_id:
            self._by_id(by_id)
        rest = [(r, o) for r, o in good if not (o.rid or o.record.apart or o.verdict in GONE)]
        count = self._c.value("SELECT n FROM entity_count WHERE tid = ?", (self._kind.number,))
        if count and rest:
            self._by_key(rest, int(count))

    def _by_id(self, wanted: list[tuple[RowResult, Decided]]) -> None:
        known = current.rids_of(self._c, [one.record.id for _, one in wanted if one.record.id])
        for row, one in wanted:
            found = known.get(one.record.id) if one.record.id else None
            if found is None or not entity_number_is(found[1], self._kind.name):
                continue
            if not found[2]:
                self._refuse(
                    row, one, "", "This record was deleted after the export.",
                    "Bring it back, or clear the first cell of this row to add it anew.",
                )  # fmt: skip
            elif found[0] in self._taken:
                one.record.id = None  # a copied row: it is found by its key, or it is new
            else:
                self._take(one, found[0])

    def _take(self, one: Decided, rid: int) -> None:
        one.rid = rid
        self._taken[rid] = one.record.draft

    def _by_key(self, wanted: list[tuple[RowResult, Decided]], count: int) -> None:
        """Looks for all keys at once. Where a key is not filled whole, the title counts too."""
        kind = self._kind
        names = [n for n in kind.key if n in kind.by_name and not kind.by_name[n].is_set]
        whole = [kind.by_name[n] for n in names]
        titles = [
            kind.by_name[n] for n in kind.title
            if n not in names and kind.by_name[n].kind in (Kind.TEXT, Kind.LONG_TEXT)
        ]  # fmt: skip
        full = [(r, o) for r, o in wanted if all(n in o.record.values for n in names)]
        partial = [(r, o) for r, o in wanted if not all(n in o.record.values for n in names)]
        self._match(full, whole, count, surely=True)
        self._match(partial, [*whole, *titles], count, surely=False)

    def _match(
        self,
        wanted: list[tuple[RowResult, Decided]],
        fields: list[Field],
        count: int,
        *,
        surely: bool,
    ) -> None:
        keys: dict[tuple[Any, ...], list[tuple[RowResult, Decided]]] = defaultdict(list)
        parts = self._key_parts(wanted, fields)
        for row, one in wanted:
            key = self._key(one, parts)
            if key is not None:
                keys[key].append((row, one))
        if not keys:
            return
        found: dict[tuple[Any, ...], list[int]] = defaultdict(list)
        for rid, key in current.stored_keys(
            self._c, self._kind, fields, self._narrow(fields, keys, count)
        ):
            if key in keys and rid not in found[key]:  # a united record has several keys
                found[key].append(rid)
        for key, rids in found.items():
            self._pair(keys[key], rids, surely=surely)

    def _pair(
        self, drafts: list[tuple[RowResult, Decided]], rids: list[int], *, surely: bool
    ) -> None:
        """Drafts and records of one key, in their order.

        `surely` the key is filled whole: then a second row for one record is refused.
        """
        free = [rid for rid in rids if rid not in self._taken]
        if surely and len(rids) > len(drafts):
            self.doubtful.update(dict.fromkeys(free, len(rids)))
        for place, (row, one) in enumerate(drafts):
            if place < len(free):
                self._take(one, free[place])
            elif surely and not free:
                first = self._taken[rids[0]]
                self._refuse(
                    row, one, self._kind.key[0],
                    f"Row {first.row + 1} of sheet “{first.sheet}” is the same "
                    f"{self._kind.label.lower()}.", "Remove one of the two rows.",
                )  # fmt: skip

    def _key_parts(
        self, wanted: list[tuple[RowResult, Decided]], fields: list[Field]
    ) -> list[tuple[str, Callable[[Any], Any]]]:
        """(field, value -> part of the key); references through one look-up of all of them."""
        ids = {
            value
            for spec in fields if spec.kind is Kind.REFERENCE
            for _, one in wanted
            if isinstance(value := one.record.values.get(spec.name), UUID)
        }  # fmt: skip
        rids = {id: known[0] for id, known in current.rids_of(self._c, ids).items()}
        return [(f.name, current.key_part(f, rids.get)) for f in fields]

    def _key(
        self, one: Decided, parts: list[tuple[str, Callable[[Any], Any]]]
    ) -> tuple[Any, ...] | None:
        """The draft's key; None when it cannot be in the database, or says nothing."""
        key: list[Any] = []
        values = one.record.values
        for name, part in parts:
            value = values.get(name)
            if isinstance(value, Draft):
                above = self._of(value)
                if above is None or not above.rid:
                    return None
                key.append(above.rid)
            else:
                key.append(None if value is None else part(value))
        return tuple(key) if any(k is not None for k in key) else None

    def _narrow(
        self, fields: list[Field], keys: Iterable[tuple[Any, ...]], count: int
    ) -> tuple[str, list[int]] | None:
        if count <= _NARROW:
            return None
        for place, spec in enumerate(fields):
            if spec.kind is Kind.REFERENCE:
                targets = {key[place] for key in keys}
                if None not in targets and len(targets) < count // 4:
                    return spec.name, sorted(targets)
        return None
