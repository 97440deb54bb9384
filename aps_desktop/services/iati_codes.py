"""What codes and organisations of other publishers mean here: looked up, or said by an officer.

An officer's answers are kept in this database on this computer and used for every later file.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from uuid import UUID

from aps_desktop.db import store
from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.queries.labels import label_sql
from aps_desktop.domain.entities import entity as entity_of
from aps_desktop.domain.entities.funding_flow import TRANSACTION_TYPES
from aps_desktop.domain.errors import InvalidValue
from aps_desktop.exchange import iati_lists
from aps_desktop.exchange.iati_foreign_codes import LEAVE_OUT, ORGANISATION, TRANSACTION
from aps_desktop.services.importing_resolver import DatabaseResolver

_SETTING = "iati mapping"
ORGANISATIONS = ("partner", "fund", "member_state", "organisation")
"""Where a payer or receiver is looked for, in this order."""
_OWN_SECTORS = "sector"
"""The scheme of the office's own list."""
_LIST = {"dac_sector": "Sector", "dac_category": "SectorCategory"}

Answers = dict[str, str]
"""(kind and code) as "kind|code" -> a transaction type, "entity id", or LEAVE_OUT."""


def answers(c: Connection) -> Answers:
    """What officers have said so far."""
    kept = store.setting(c, _SETTING)
    return dict(json.loads(kept)) if kept else {}


def remember(db: Database, given: Mapping[tuple[str, str], str]) -> None:
    """Keeps answers; an empty one takes the earlier answer back. InvalidValue on a wrong one."""
    with db.writing() as c:
        kept = answers(c)
        for (kind, code), answer in given.items():
            _check(kind, answer)
            if answer:
                kept[f"{kind}|{code}"] = answer
            else:
                kept.pop(f"{kind}|{code}", None)
        store.put_setting(c, _SETTING, json.dumps(kept, ensure_ascii=False, sort_keys=True))


def _check(kind: str, answer: str) -> None:
    if answer in ("", LEAVE_OUT):
        return
    if kind == TRANSACTION and answer in dict(TRANSACTION_TYPES):
        return
    entity, _, id = answer.partition(" ")
    try:
        if kind == ORGANISATION and entity in ORGANISATIONS and UUID(id):
            return
    except ValueError:
        pass
    raise InvalidValue(f"“{answer}” is no answer for {kind}s.", "Choose one of the list.")


def choices(c: Connection, kind: str) -> list[tuple[str, str]]:
    """(answer, words) that an officer may give for a code."""
    found = [(LEAVE_OUT, "Leave out")]
    if kind == TRANSACTION:
        return found + list(TRANSACTION_TYPES)
    for name in ORGANISATIONS:
        one = entity_of(name)
        sql = f"SELECT t.id, {label_sql(one, 't')} FROM {name} t ORDER BY 2"
        rows = [(f"{name} {bytes(id).hex()}", f"{label} ({one.label.lower()})")
                for id, label in c.all(sql) if label]  # fmt: skip
        found += rows
    return found


class DatabaseLookups:
    """The `Lookups` of an import; it keeps what it has read as long as the import lasts."""

    def __init__(self, c: Connection) -> None:
        self._c = c
        self._resolver = DatabaseResolver(c)
        self._answers = answers(c)
        self._lists = iati_lists.code_lists()
        self._projects: dict[str, tuple[UUID, str]] = {}
        self._codes: dict[str, tuple[UUID, str]] = {}
        self._transactions: dict[UUID, dict[tuple[str, str], list[UUID]]] = {}
        self._documents: dict[UUID, dict[str, list[UUID]]] = {}
        self._sectors: dict[tuple[str, str], UUID] = {}
        self._own: set[UUID] = set()
        self._organisations: dict[tuple[str, str], tuple[str, UUID] | None] = {}
        for id, code, named, status in c.each(
            "SELECT id, code, iati_identifier, status FROM project"
        ):
            one = UUID(bytes=bytes(id)), status or ""
            if named:
                self._projects[named] = one
            if code:
                self._codes[code.casefold()] = one
        sql = "SELECT id, scheme, code FROM classification"
        for id, scheme, code in c.each(sql):
            self._sectors[scheme, code] = UUID(bytes=bytes(id))
            if scheme == _OWN_SECTORS:
                self._own.add(UUID(bytes=bytes(id)))

    def project(self, identifier: str, code: str) -> tuple[UUID, str] | None:
        return self._projects.get(identifier) or self._codes.get(code.casefold())

    def transaction(self, project: UUID, type: str, reference: str) -> UUID | None:
        if project not in self._transactions:
            rows = self._c.all(
                "SELECT t.type, t.reference, t.id FROM fund_transaction t "
                "JOIN record r ON r.rid = t.project WHERE r.uuid = ? AND t.reference IS NOT NULL",
                (project.bytes,),
            )
            found: dict[tuple[str, str], list[UUID]] = {}
            for kind, told, id in rows:
                found.setdefault((kind, told), []).append(UUID(bytes=bytes(id)))
            self._transactions[project] = found
        ids = self._transactions[project].get((type, reference), [])
        return ids[0] if len(ids) == 1 else None

    def document(self, project: UUID | None, title: str) -> UUID | None:
        if project is None:
            return None
        if project not in self._documents:
            rows = self._c.all(
                "SELECT d.title, d.id FROM document d JOIN record r ON r.rid = d.project "
                "WHERE r.uuid = ? ORDER BY d.rid DESC",
                (project.bytes,),
            )
            found: dict[str, list[UUID]] = {}
            for told, id in rows:
                found.setdefault(told, []).append(UUID(bytes=bytes(id)))
            self._documents[project] = found
        left = self._documents[project].get(title)
        return left.pop() if left else None

    def named(self, entity: str, text: str) -> UUID | None:
        return self._resolver.resolve(entity, text)

    def organisation(self, ref: str, name: str) -> tuple[str, UUID] | None:
        """By identifier first, then by name; each pair is looked up once."""
        if (ref, name) not in self._organisations:
            self._organisations[ref, name] = self._organisation(ref, name)
        return self._organisations[ref, name]

    def _organisation(self, ref: str, name: str) -> tuple[str, UUID] | None:
        for text in (ref, name):
            for entity in ORGANISATIONS if text else ():
                found = self._resolver.resolve(entity, text)
                if found is not None:
                    return entity, found
        return None

    def sector(self, scheme: str, code: str) -> UUID | None:
        return self._sectors.get((scheme, code))

    def own_term(self, text: str) -> UUID | None:
        found = self._resolver.resolve("classification", text) if text else None
        return found if found in self._own else None

    def answer(self, kind: str, code: str) -> str:
        return self._answers.get(f"{kind}|{code}", "")

    def label(self, kind: str, code: str) -> str:
        known = self._lists.get(_LIST.get(kind, kind))
        return known.codes.get(code, "") if known else ""
