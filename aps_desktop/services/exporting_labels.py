"""How references are written into workbooks: by texts that the import takes for the same record."""

from __future__ import annotations

from collections import Counter
from uuid import UUID

from aps_desktop.db.connection import Connection
from aps_desktop.domain.entities import entity
from aps_desktop.domain.fields import Entity, Kind
from aps_desktop.exchange.planned import name_key

_LONGEST = 200
_TEXTS = (Kind.TEXT, Kind.LONG_TEXT)


class ReferenceTexts:
    """A record's code where no other has it, else its title, else "" (then its id is written)."""

    def __init__(self, connection: Connection) -> None:
        self._c = connection
        self._known: dict[str, dict[UUID, str]] = {}

    def __call__(self, name: str, id: UUID) -> str:
        texts = self._known.get(name)
        if texts is None:
            texts = self._known[name] = self._read(entity(name))
        return texts.get(id, "")

    def _read(self, kind: Entity) -> dict[UUID, str]:
        titles = [n for n in kind.title[:1] if kind.by_name[n].kind in _TEXTS]
        columns = [n for n in dict.fromkeys((kind.code, *titles)) if n]
        texts: dict[UUID, str] = {}
        taken: set[str] = set()
        for column in columns:
            rows = self._c.all(f"SELECT id, {column} FROM {kind.name} WHERE {column} IS NOT NULL")
            counts = Counter(name_key(text) for _, text in rows)
            for id, text in rows:
                key = name_key(text)
                if counts[key] == 1 and key not in taken and _plain(text):
                    texts.setdefault(UUID(bytes=bytes(id)), text)
            taken.update(counts)
        return texts


def _plain(text: str) -> bool:
    return bool(text.strip()) and len(text) <= _LONGEST and text.isprintable()
