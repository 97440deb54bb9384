"""What reading files of other publishers asks of the database."""

from __future__ import annotations

from typing import Protocol
from uuid import UUID


class Lookups(Protocol):
    """What the database knows; references are given as ids."""

    def project(self, identifier: str, code: str) -> tuple[UUID, str] | None:
        """(id, status) of the project with this identifier or code."""
        ...

    def transaction(self, project: UUID, type: str, reference: str) -> UUID | None:
        """The only transaction of this project, type and reference."""
        ...

    def document(self, project: UUID | None, title: str) -> UUID | None:
        """The project's next document of this title: each is given once in an import."""
        ...

    def named(self, entity: str, text: str) -> UUID | None:
        """The record that a code or name means."""
        ...

    def organisation(self, ref: str, name: str) -> tuple[str, UUID] | None:
        """(entity, id) of a partner, fund, member state or organisation."""
        ...

    def sector(self, scheme: str, code: str) -> UUID | None:
        """The classification term."""
        ...

    def own_term(self, text: str) -> UUID | None:
        """The term of the office's own sectors that a text names."""
        ...

    def answer(self, kind: str, code: str) -> str:
        """What an officer has said that a code means; "" when nobody has."""
        ...

    def label(self, kind: str, code: str) -> str:
        """The name of a code in the standard's list; "" when it is not there."""
        ...
