"""How the columns of sheets are understood: guessed, chosen by a person, and remembered."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from aps_desktop.db.connection import Connection
from aps_desktop.db.engine import Database
from aps_desktop.db.store import put_setting, setting
from aps_desktop.domain.changes import Applied
from aps_desktop.domain.entities import BY_NAME, entity
from aps_desktop.domain.errors import InvalidValue, UserError
from aps_desktop.domain.fields import Entity, Field, Kind
from aps_desktop.exchange.amounts import currency_code
from aps_desktop.exchange.cells import Sheet, ascii_digits, cell_text
from aps_desktop.exchange.detect import Table
from aps_desktop.exchange.headings import money_heading
from aps_desktop.exchange.mapping import CURRENCY, VALUE, Part, SheetMapping, Target, signature
from aps_desktop.exchange.parse import Habits

_TARGET = re.compile(r"(?:(?P<entity>\w+)\.)?(?P<field>\w+)(?:\s*\((?P<role>\w+)\))?")
_DAY_MONTH = re.compile(r"\s*(\d{1,2})[-/.](\d{1,2})[-/.](\d{2,4})\b")
_COMMA = re.compile(r"-?\d{1,3}(\.\d{3})+(,\d+)?|-?\d+,\d{1,2}")
_POINT = re.compile(r"-?\d{1,3}(,\d{3})+(\.\d+)?|-?\d+\.\d{1,2}")
_YEARS = re.compile(r"(?<!\d)\d{4}(?!\d)")
_HABIT_ROWS = 5_000
_SETTING = "import mapping "


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing that a column can fill: `key` is "project.title" or "project.budget (currency)"."""

    key: str
    label: str
    required: bool = False


def choices(mapping: SheetMapping | None, main: str) -> list[Choice]:
    """What the columns of a sheet can fill: the main entity's fields, then those of its parts."""
    found: list[Choice] = []
    names = dict.fromkeys([main, *(p.entity for p in mapping.parts)] if mapping else [main])
    for name in names:
        kind = entity(name)
        for spec in kind.fields:
            label = spec.label if name == main else f"{kind.label}: {spec.label}"
            found.append(Choice(f"{name}.{spec.name}", label, spec.required and not spec.default))
            if spec.kind is Kind.MONEY:
                found.append(Choice(f"{name}.{spec.name} ({CURRENCY})", f"{label}, its currency"))
    return found


def column_keys(mapping: SheetMapping) -> dict[int, list[str]]:
    """Column -> the keys of what it fills."""
    found: dict[int, list[str]] = {}
    for target in mapping.targets:
        keys = found.setdefault(target.column, [])
        if (key := _key(mapping, target)) not in keys:
            keys.append(key)
    return found


def _key(mapping: SheetMapping, target: Target) -> str:
    key = f"{mapping.parts[target.part].entity}.{target.field}"
    return key if target.role == VALUE else f"{key} ({target.role})"


def with_column(mapping: SheetMapping, column: int, key: str) -> SheetMapping:
    """The mapping with one column filling something else; an empty key leaves the column out.

    What another column filled with the same field, this column takes over.
    """
    targets = [t for t in mapping.targets if t.column != column]
    parts = list(mapping.parts)
    if key:
        name, spec, role = parse_key(key, parts[0].entity if parts else "")
        header = mapping.headers[column] if column < len(mapping.headers) else ""
        currency, scale = money_heading(header) if spec.kind is Kind.MONEY else ("", 0)
        for part in _parts_for(parts, name):
            targets = [t for t in targets if (t.part, t.field, t.role) != (part, spec.name, role)]
            targets.append(Target(column, part, spec.name, role, currency, scale))
    return replace(
        mapping, parts=tuple(parts), targets=tuple(sorted(targets, key=_place)), sheet=mapping.sheet
    )


def _place(target: Target) -> tuple[int, int]:
    return target.column, target.part


def parse_key(key: str, main: str) -> tuple[str, Field, str]:
    """(entity, field, role) of a key; the entity may be left out. InvalidValue if there is none."""
    m = _TARGET.fullmatch(key.strip())
    kind = BY_NAME.get((m["entity"] or main) if m else "")
    if m is None or kind is None or m["field"] not in kind.by_name:
        raise InvalidValue(f"There is no field “{key}”.", "Write entity.field: project.title.")
    role = m["role"] or VALUE
    spec = kind.field(m["field"])
    if role not in (VALUE, CURRENCY) or (role == CURRENCY and spec.kind is not Kind.MONEY):
        raise InvalidValue(f"“{key}” is not something that a column fills.", "Use entity.field.")
    return kind.name, spec, role


def _parts_for(parts: list[Part], name: str) -> list[int]:
    """The part that makes records of this entity, or all those that share a row's columns; a new
    one at the end, linked to the others, where there is none."""
    for number, part in enumerate(parts):
        if part.entity == name and not part.constants:
            return [number]
    sharing = [n for n, part in enumerate(parts) if part.entity == name and part.only_with]
    if sharing:
        return sharing
    links = {}
    for number, above in enumerate(parts):
        spec = _link(entity(name), above.entity)
        if spec is not None:
            links[spec.name] = number
    parts.append(Part(name, links, optional=bool(parts)))
    return [len(parts) - 1]


def _link(kind: Entity, parent: str) -> Field | None:
    if kind.owner and kind.owner.target == parent:
        return kind.owner
    return next((f for f in kind.fields if f.kind is Kind.REFERENCE and f.target == parent), None)


def from_words(words: Mapping[str, str], guessed: SheetMapping) -> SheetMapping:
    """A mapping from header -> "entity.field", as reports print it. Other columns are left out.

    Columns that the guess understands in the same way keep what else it knows of them: the period
    that "Q1" stands for.
    """
    mapping = replace(guessed, targets=())
    places = {_plain(text): c for c, text in enumerate(guessed.headers) if text}
    described = {_plain(text): keys for text, keys in guessed.described().items()}
    for header, keys in words.items():
        column = places.get(_plain(header))
        if column is None:
            raise UserError(
                f"Sheet “{guessed.sheet}” has no column “{header}”.",
                "Columns: " + ", ".join(h for h in guessed.headers if h) + ".",
            )
        if described.get(_plain(header)) == keys.strip():
            more = [t for t in guessed.targets if t.column == column]
            mapping = replace(mapping, targets=(*mapping.targets, *more))
            continue
        for key in filter(None, (k.strip() for k in keys.split(","))):
            kept = [t for t in mapping.targets if t.column == column]
            told = with_column(mapping, column, key)
            mapping = replace(told, targets=tuple({**dict.fromkeys(told.targets),
                                                   **dict.fromkeys(kept)}))  # fmt: skip
    return replace(mapping, targets=tuple(sorted(mapping.targets, key=_place)))


def main_of(words: Mapping[str, str]) -> str:
    """The entity that the first key with one names; "" if none does."""
    for keys in words.values():
        m = _TARGET.match(keys.strip())
        if m and m["entity"]:
            return m["entity"]
    return ""


def _plain(text: str) -> str:
    return " ".join(text.split()).casefold()


def nothing_mapped(sheet: Sheet, table: Table, main: str) -> SheetMapping:
    """A mapping that fills nothing yet."""
    return SheetMapping(
        sheet.name, table.header_row, (Part(main),) if main else (), (), table.carry_down,
        Habits(year=table.year), table.headers,
    )  # fmt: skip


def understood(sheet: Sheet, table: Table, mapping: SheetMapping) -> SheetMapping:
    """The mapping with how this sheet writes: months first, Buddhist years, decimal commas. Its own
    cells decide it, and a column's own cells where they say otherwise than the sheet's."""
    seen = {target: _seen(sheet, table, target, _kind(mapping, target))
            for target in mapping.targets if target.role == VALUE}  # fmt: skip
    whole = sum(seen.values(), start=Counter[str]())
    habits = replace(
        mapping.habits,
        day_first=mapping.habits.day_first and not (whole["month"] and not whole["day"]),
        allow_buddhist=mapping.habits.allow_buddhist
        or (whole["buddhist"] > 1 and not whole["western"]),
        decimal_comma=mapping.habits.decimal_comma or (whole["comma"] > 0 and not whole["point"]),
    )
    targets = tuple(
        _with_own(target, seen[target], habits) if target in seen else target
        for target in mapping.targets
    )
    return replace(mapping, habits=habits, targets=targets)


def _kind(mapping: SheetMapping, target: Target) -> Kind:
    return entity(mapping.parts[target.part].entity).field(target.field).kind


def _with_own(target: Target, seen: Counter[str], habits: Habits) -> Target:
    """The column's own way, where all that its cells show is another way than the sheet's."""
    if seen["month"] and not seen["day"] and habits.day_first:
        return replace(target, day_first=False)
    if seen["day"] and not seen["month"] and not habits.day_first:
        return replace(target, day_first=True)
    if seen["comma"] and not seen["point"] and not habits.decimal_comma:
        return replace(target, decimal_comma=True)
    if seen["point"] and not seen["comma"] and habits.decimal_comma:
        return replace(target, decimal_comma=False)
    return target


def _seen(sheet: Sheet, table: Table, target: Target, kind: Kind) -> Counter[str]:
    """How often a column's cells show one way of writing, and how often another."""
    seen: Counter[str] = Counter()
    days = kind in (Kind.DATE, Kind.PERIOD)
    if not days and kind not in (Kind.NUMBER, Kind.MONEY, Kind.PERCENT):
        return seen
    for row in table.rows[:_HABIT_ROWS]:
        cell = sheet.at(row, target.column)
        if days and isinstance(cell, date):
            seen["western"] += cell.year < 2400
        elif days and isinstance(cell, str):
            _see_date(cell, seen)
        elif isinstance(cell, str):
            bare = _bare_number(cell)
            seen["comma"] += _COMMA.fullmatch(bare) is not None
            seen["point"] += _POINT.fullmatch(bare) is not None
    return seen


def _see_date(text: str, seen: Counter[str]) -> None:
    text = ascii_digits(text)
    if m := _DAY_MONTH.match(text):
        seen["day"] += int(m[1]) > 12
        seen["month"] += int(m[2]) > 12 and int(m[1]) <= 12
    if years := _YEARS.findall(text):
        seen["buddhist"] += all(2400 <= int(y) <= 2700 for y in years)
        seen["western"] += any(int(y) < 2400 for y in years)


def _bare_number(text: str) -> str:
    """The number of a text with its currency taken off."""
    bare = re.sub(r"[^\d.,-]+", " ", text).strip()
    return bare if currency_code(re.sub(r"[\d.,\s()-]+", "", text)) or bare == text.strip() else ""


def sample(sheet: Sheet, table: Table, column: int, number: int = 3) -> list[str]:
    """The first texts of a column, for showing what is in it."""
    found: list[str] = []
    for row in table.rows[:500]:
        text = " ".join(cell_text(sheet.at(row, column)).split())
        if text and text not in found:
            found.append(text[:80])
            if len(found) == number:
                break
    return found


# Remembered -------------------------------------------------------------------------------------


def remembered(c: Connection, sheet: Sheet, table: Table) -> SheetMapping | None:
    """The mapping that a person once chose for the same headings, fitted to this sheet."""
    text = setting(c, _SETTING + signature(table.headers))
    if not text:
        return None
    try:
        mapping = SheetMapping.from_json(text)
    except UserError:
        return None
    width = len(table.headers)
    known = all(p.entity in BY_NAME for p in mapping.parts) and all(
        t.part < len(mapping.parts)
        and t.field in BY_NAME[mapping.parts[t.part].entity].by_name
        and t.column < width
        for t in mapping.targets
    )
    if not known:
        return None
    return replace(
        mapping, sheet=sheet.name, header_row=table.header_row, carry_down=table.carry_down,
        headers=table.headers,
    )  # fmt: skip


def remember(db: Database, mappings: list[SheetMapping]) -> Applied:
    """Keeps what a person chose; it is used again for sheets with the same headings."""
    with db.writing() as connection:
        for mapping in mappings:
            put_setting(connection, _SETTING + mapping.signature, mapping.to_json())
    return Applied(0, "")
